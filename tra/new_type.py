# SPDX-License-Identifier: Apache-2.0
"""A new document type: a folder that works at once, to be changed from there.

It begins as the commented skeleton of this package or as a copy of another type;
only the head is written anew. Nothing that exists is ever overwritten.
"""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from templates.catalogue import TYPE_FILE, Catalogue, DocumentType
from tra.errors import UsageError

_SKELETON = Path(__file__).parent / "skeleton"
_ID = re.compile("[a-z][a-z0-9_]{1,39}")
_CODE = re.compile("[A-Z0-9]{1,4}")
_HEAD_LINE = r"(?m)^{key}\s*=\s*(?:\{{.*?\}}|\"[^\"\n]*\"|[^#\n]*?)(?=[ \t]*(?:#|$))"


@dataclass(frozen=True, kw_only=True)
class NewType:
    """What the person said; the rest is derived from the name of the folder."""

    folder: Path
    id: str | None = None
    code: str | None = None
    name_th: str | None = None
    name_en: str | None = None
    source: str | None = None
    """Id of the type to start from."""


def create_type(asked: NewType, catalogue: Catalogue) -> Path:
    """Make the folder and return its type.toml.

    Raises:
        UsageError: something is there already, or the id or code cannot be used.
        UnknownTypeError: there is no type to start from.
    """
    if asked.folder.exists() and not _is_empty(asked.folder):
        raise UsageError(
            f"{asked.folder} exists and is not empty; nothing was changed. "
            "Name a folder that does not exist yet"
        )
    source = catalogue.get_type(asked.source) if asked.source else None
    type_id = _choose_id(asked, catalogue)
    code = _choose_code(asked, type_id, catalogue)
    name_en = asked.name_en or type_id.replace("_", " ").title()
    name_th = asked.name_th or _default_name(source)
    try:
        _copy_files(source.folder if source else _SKELETON, asked.folder)
        file = asked.folder / TYPE_FILE
        head = {
            "id": _quote(type_id),
            "code": _quote(code),
            "version": "1",
            "name": f"{{ th = {_quote(name_th)}, en = {_quote(name_en)} }}",
        }
        text = _write_head(file.read_text(encoding="utf-8"), head)
        if source:
            text = f"# {name_th} / {name_en}: begun as {source.id}.\n" + re.sub(
                r"\A(?:#.*\n)+", "", text
            )
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{asked.folder} cannot be written: {error.strerror}"
        ) from error
    return file


def _choose_id(asked: NewType, catalogue: Catalogue) -> str:
    name = asked.folder.resolve().name.lower()
    type_id = asked.id or re.sub("[^a-z0-9]+", "_", name).strip("_").lstrip(
        "0123456789_"
    )
    if not _ID.fullmatch(type_id):
        said = f"id {type_id!r}" if type_id else f"no id can be made of {name!r}"
        raise UsageError(
            f"{said}: it takes 2 to 40 small letters a to z, digits and _, and "
            "begins with a letter; give one with --id, such as --id parking_permit"
        )
    if type_id in catalogue.types:
        raise UsageError(
            f"there is a type {type_id!r} already, in "
            f"{catalogue.types[type_id].folder}; give another id with --id"
        )
    return type_id


def _choose_code(asked: NewType, type_id: str, catalogue: Catalogue) -> str:
    taken = {kind.code: kind for kind in catalogue.types.values()}
    if asked.code:
        if not _CODE.fullmatch(asked.code):
            raise UsageError(
                f"code {asked.code!r}: it takes 1 to 4 capital letters and digits"
            )
        if asked.code in taken:
            raise UsageError(
                f"code {asked.code!r} is used by {taken[asked.code].id}; "
                "give another with --code"
            )
        return asked.code
    parts = type_id.upper().split("_")
    initials = "".join(part[:1] for part in parts)[:4]
    joined = "".join(parts)
    first = [initials, "".join(part[:2] for part in parts)[:4], joined[:4]]
    numbered = [f"{initials[:3]}{number}" for number in range(2, 10)]
    for code in (*first, *numbered):
        if code not in taken and len(code) > 1:
            return code
    raise UsageError("every code made of the id is used; give one with --code")


def _default_name(source: DocumentType | None) -> str:
    return f"{source.name.th} (ฉบับร่าง)" if source else "ใบอนุญาตตัวอย่าง"


def _copy_files(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for file in sorted(source.iterdir()):
        if file.is_file() and not file.name.startswith("."):
            shutil.copyfile(file, target / file.name)


def _write_head(text: str, head: dict[str, str]) -> str:
    """Put new values in the lines of the head; notes behind them stay."""
    for key, value in head.items():
        line = f"{key} = {value}"
        pattern = _HEAD_LINE.format(key=key)
        text = re.sub(pattern, lambda _, line=line: line, text, count=1)  # type: ignore[misc]  # the default binds this turn's line
    return text


def _quote(text: str) -> str:
    """Return a TOML string; JSON's escapes are a part of TOML's."""
    return json.dumps(text, ensure_ascii=False)


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())
