# SPDX-License-Identifier: Apache-2.0
"""Document types: read from `type.toml`, one folder a type, and nothing drawn.

Adding a type is adding a folder with `type.toml` and
`sample.json`; a wrong file is refused when the catalogue is loaded, never later.
"""

import string
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from templates.document_type import (
    DocumentType,
    Numbering,
    SealLevel,
    Signatory,
    Validity,
)
from templates.errors import TypeFileError, UnknownTypeError
from templates.facts import BUILT_IN_STYLES, styles_of
from templates.fields import Field, Kind
from templates.outline import check_outline
from templates.phrases import PAGE_FACTS
from templates.read_blocks import read_blocks
from templates.read_fields import read_fields
from templates.read_page import read_fixed, read_page
from templates.scope import Outline, Scope
from templates.typefile import TableReader, read_type_file
from templates.wording import Localized

__all__ = ["Catalogue", "DocumentType", "Localized"]

TYPE_FILE = "type.toml"
BUILT_IN = Path(__file__).parent
"""The folder of the types that come with Tra."""


class Catalogue:
    """All document types known to one process; loaded once, then read only."""

    def __init__(self, types: Mapping[str, DocumentType]) -> None:
        self.types: Mapping[str, DocumentType] = MappingProxyType(dict(types))

    @classmethod
    def load(
        cls, folders: Iterable[Path] = (), *, built_in: bool = True
    ) -> "Catalogue":
        """Load the types that come with Tra, then those in `folders`.

        A folder either is a type, or holds folders that are.

        Raises:
            TypeFileError: a file is wrong, a folder holds no type, or an id or code
                is used twice.
        """
        roots = [BUILT_IN] if built_in else []
        types: dict[str, DocumentType] = {}
        codes: dict[str, DocumentType] = {}
        for folder in find_type_folders([*roots, *folders]):
            new = read_document_type(folder)
            for twin in (types.get(new.id), codes.get(new.code)):
                if twin:
                    raise TypeFileError(
                        folder / TYPE_FILE,
                        f"id {new.id!r} or code {new.code!r} is used by {twin.folder}",
                        fix="Give this type an id and a code of its own.",
                    )
            types[new.id] = codes[new.code] = new
        return cls(types)

    def get_type(self, type_id: str) -> DocumentType:
        """Return one type.

        Raises:
            UnknownTypeError: there is none with this id.
        """
        try:
            return self.types[type_id]
        except KeyError:
            known = ", ".join(sorted(self.types)) or "none"
            raise UnknownTypeError(
                f"no document type {type_id!r}; known are: {known}"
            ) from None


def read_document_type(folder: Path) -> DocumentType:
    """Read the type in one folder.

    Raises:
        TypeFileError: naming file, line and fix.
    """
    reader = read_type_file(folder / TYPE_FILE)
    fields = read_fields(reader.tables("fields"), {*BUILT_IN_STYLES, *PAGE_FACTS})
    page = read_page(reader.table("page"), folder)
    scope = Scope(
        fields={field.name: field for field in fields},
        facts=styles_of(fields),
        width=page.width_of_text,
        height=page.height_of_text,
        outline=Outline(),
        scale=page.family.scale,
        size=page.size,
    )
    holder = reader.table("holder")
    signatory = reader.table("signatory")
    seal_level, officer = _read_seal(reader)
    document_type = DocumentType(
        id=reader.text("id", pattern="[a-z][a-z0-9_]{1,39}"),
        code=reader.text("code", pattern="[A-Z0-9]{1,4}"),
        version=reader.integer("version", low=1),
        name=reader.localized("name"),
        legal_basis=reader.localized("legal_basis"),
        numbering=_read_numbering(reader.table("numbering")),
        validity=_read_validity(reader.table("validity")),
        fields=fields,
        holder=_read_holder(holder, fields),
        holder_public=holder.flag("public", default=False),
        signatory=Signatory(
            name=signatory.localized("name"),
            position=signatory.localized("position"),
            on_behalf=signatory.optional_localized("on_behalf"),
        ),
        seal_level=seal_level,
        officer=officer,
        page=page,
        blocks=read_blocks(reader.tables("blocks"), scope),
        foot=read_blocks(reader.tables("foot"), scope),
        fixed=read_fixed(reader.tables("fixed"), page, scope),
        folder=folder,
    )
    check_outline(reader, scope.outline)
    for table in (holder, signatory, reader):
        table.finish()
    return document_type


def find_type_folders(roots: Iterable[Path]) -> Iterator[Path]:
    """Yield each folder that is a type: the roots, or those directly within.

    Raises:
        TypeFileError: a root neither is a type nor holds one.
    """
    for root in roots:
        if (root / TYPE_FILE).is_file():
            yield root
            continue
        found = sorted(file.parent for file in root.glob(f"*/{TYPE_FILE}"))
        if not found:
            raise TypeFileError(
                root,
                f"holds no document type (no {TYPE_FILE})",
                fix="Name a folder with type.toml in it, or a folder of such folders.",
            )
        yield from found


def _read_numbering(reader: TableReader) -> Numbering:
    pattern = reader.text("pattern")
    fix = (
        'Use {sequence} or {sequence:05}, {year}, {year2}, {code}: "{sequence}/{year}".'
    )
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(pattern) if name}
        pattern.format(sequence=1, year=2569, year2=69, code="XX")
    except (KeyError, ValueError, IndexError) as error:
        raise reader.error(f"pattern = {pattern!r} is wrong", fix, "pattern") from error
    if "sequence" not in names or not names & {"year", "year2"}:
        raise reader.error(
            "pattern needs the sequence and the year, or numbers would repeat",
            fix,
            "pattern",
        )
    numbering = Numbering(
        pattern=pattern,
        year_basis=reader.choice("year", ("calendar", "fiscal"), "calendar"),
    )
    reader.finish()
    return numbering


def _read_validity(reader: TableReader) -> Validity:
    rule = reader.choice("rule", ("none", "years", "days", "year_end", "given"))
    counted = rule in {"years", "days"}
    validity = Validity(
        rule=rule, count=reader.integer("count", low=1, high=36525) if counted else 0
    )
    reader.finish()
    return validity


def _read_seal(reader: TableReader) -> tuple[SealLevel, bool]:
    """Return the level of the seal, and whether an officer signs before it."""
    if not reader.has("seal"):
        return SealLevel.B_LT, False
    seal = reader.table("seal")
    level = SealLevel(seal.choice("level", tuple(SealLevel), SealLevel.B_LT))
    officer = seal.flag("officer", default=False)
    seal.finish()
    return level, officer


def _read_holder(reader: TableReader, fields: tuple[Field, ...]) -> str:
    named = {field.name: field for field in fields}
    name = reader.choice("field", named)
    kinds = {Kind.TEXT, Kind.NAME}
    if named[name].kind not in kinds or not named[name].required:
        raise reader.error(
            f"field {name!r} cannot name the holder",
            "Use a required field of kind name or text.",
            "field",
        )
    return name
