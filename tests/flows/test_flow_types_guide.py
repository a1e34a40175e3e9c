# SPDX-License-Identifier: Apache-2.0
"""docs/document-types.md is true: its tutorial is walked through, its snippets tried.

A note before a block says what becomes of it: `in FILE, instead of: TEXT` puts it in
the place of the part that holds TEXT, a file's name writes the file, `fails` awaits a
failure. Lines of a `text` block must be in what the commands before it printed.
"""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from fontpkg_sarabun import ROOT as FONTS
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from templates import read_blocks
from templates.catalogue import Catalogue, read_document_type
from templates.facts import BUILT_IN_STYLES, styles_of
from templates.fields import Kind
from templates.typefile import TableReader
from tests.conformance.everything import make_everything
from tra.new_type import NewType, create_type
from tra.type_check import Severity, check_type

PAGE = Path(__file__).parents[2] / "docs/document-types.md"
TEXT = PAGE.read_text(encoding="utf-8")
TUTORIAL, REFERENCE = TEXT.split("## The commands\n")
NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)

_BLOCK = re.compile(r"(?:<!-- (.*?) -->\n)?```(\w+)\n(.*?)```\n", re.DOTALL)
_INSTEAD = re.compile(r"in (\S+), instead of: (.*)")


@dataclass(frozen=True)
class Block:
    """A block of code of the page."""

    note: str
    language: str
    text: str


def find_blocks(text: str) -> list[Block]:
    return [
        Block(found[1] or "", found[2], found[3]) for found in _BLOCK.finditer(text)
    ]


@dataclass
class Reader:
    """Somebody who follows the tutorial to the letter."""

    folder: Path
    exports: list[str] = field(default_factory=list)
    said: str = ""

    def follow(self, block: Block) -> None:
        """Do what one block of the tutorial says."""
        if block.language == "sh":
            self._run(block)
        elif block.language == "text":
            for line in block.text.splitlines():
                assert line in self.said
        elif found := _INSTEAD.fullmatch(block.note):
            replace_part(self.folder / found[1], found[2], block.text)
        else:
            (self.folder / block.note).write_text(block.text, encoding="utf-8")

    def _run(self, block: Block) -> None:
        done = subprocess.run(
            ["bash", "-euc", "\n".join([*self.exports, block.text])],
            check=False,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env={
                "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
                "HOME": str(self.folder),
                "TRA_HOME": str(self.folder / "data"),
            },
        )
        self.said = done.stdout + done.stderr
        assert (done.returncode != 0) == (block.note == "fails"), self.said
        self.exports += re.findall("(?m)^export .*$", block.text)


def replace_part(file: Path, held: str, part: str) -> None:
    """Replace the one part of a file, between blank lines, that holds a text."""
    parts = file.read_text(encoding="utf-8").split("\n\n")
    (at,) = [number for number, one in enumerate(parts) if held in one]
    parts[at] = part.strip("\n")
    file.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def test_the_tutorial_leads_to_a_permit_in_force(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    for block in find_blocks(TUTORIAL):
        reader.follow(block)
    assert "✓ in_force" in reader.said
    assert (tmp_path / "permit.pdf").read_bytes().startswith(b"%PDF-")
    kind = read_document_type(tmp_path / "parking_permit")
    assert {"plate", "place"} <= {one.name for one in kind.fields}


SNIPPETS = [block.text for block in find_blocks(REFERENCE) if block.language == "toml"]
FIELDS = "\n".join(text for text in SNIPPETS if text.startswith("[[fields]]"))
OTHERS = [text for text in SNIPPETS if not text.startswith("[[fields]]")]


@pytest.mark.parametrize("snippet", OTHERS)
def test_every_snippet_works_in_a_type(snippet: str, tmp_path: Path) -> None:
    folder = tmp_path / "permit"
    create_type(NewType(folder=folder), Catalogue.load())
    put_files(folder)
    file = folder / "type.toml"
    text = file.read_text(encoding="utf-8")
    for part in (FIELDS, snippet):
        text = put_in(text, part)
    file.write_text(text, encoding="utf-8")
    report = check_type(folder, [], NOW)
    assert [one for one in report.findings if one.severity is Severity.ERROR] == []


def put_files(folder: Path) -> None:
    """Put the files there that snippets name, and the sample of the page."""
    (data,) = [one.text for one in find_blocks(REFERENCE) if one.language == "json"]
    sample = (folder / "sample.json").read_text(encoding="utf-8")
    joined = sample.rstrip().removesuffix("}").rstrip() + "," + data.lstrip("{")
    (folder / "sample.json").write_text(joined, encoding="utf-8")
    Image.new("RGB", (300, 400), "gray").save(folder / "photo.jpg")
    for name, own in (
        ("Sarabun-Regular.ttf", "THSarabunNew.ttf"),
        ("Sarabun-Bold.ttf", "THSarabunNew Bold.ttf"),
    ):
        shutil.copyfile(Path(FONTS) / "files" / name, folder / own)
    out = BytesIO()
    canvas = Canvas(out, pagesize=(595.28, 841.89))
    canvas.rect(40, 400, 300, 200)
    canvas.showPage()
    canvas.save()
    (folder / "form.pdf").write_bytes(out.getvalue())


def put_in(text: str, snippet: str) -> str:
    """Put a snippet where it belongs in the text of a type."""
    first = snippet.split("\n", 1)[0]
    if first.startswith("[[foot]]"):
        return text[: text.index("[[foot]]")] + snippet
    if first.startswith(("[[blocks]]", "[[fixed]]")):
        body, mark, foot = snippet.partition("[[foot]]")
        text = put_before(text, "[[foot]]", body)
        return text[: text.index("[[foot]]")] + mark + foot if mark else text
    if first.startswith("[[fields]]"):
        return put_before(text, "[[blocks]]", snippet)
    if first.startswith("[page."):
        return put_before(text, "[[fields]]", snippet)
    for part in split_parts(snippet):
        head = part.split("\n", 1)[0] if part.startswith("[") else None
        if head and f"\n{head}" not in text:
            text = put_before(text, "[[fields]]", part)
            continue
        lines = [head] if head else part.splitlines()
        for line in lines:
            key = head or line.split(" = ")[0]
            text = replace_line(text, key, part if head else line)
    return text


def put_before(text: str, mark: str, part: str) -> str:
    at = text.index(f"\n{mark}") + 1
    return f"{text[:at]}{part}\n{text[at:]}"


def split_parts(text: str) -> Iterator[str]:
    yield from (part for part in text.strip().split("\n\n") if part)


def replace_line(text: str, key: str, new: str) -> str:
    """Replace a key of the head, or a whole table."""
    end = r"(?=\n\n)" if key.startswith("[") else r"$"
    pattern = rf"(?ms)^{re.escape(key)}(?: = [^\n]*?|.*?){end}"
    changed, count = re.subn(pattern, lambda _: new, text, count=1)
    assert count == 1, key
    return changed


def test_every_key_kind_block_and_style_is_on_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[str] = set()
    finish = TableReader.finish

    def listen(reader: TableReader) -> None:
        asked.update(reader._asked)
        finish(reader)

    monkeypatch.setattr(TableReader, "finish", listen)
    kinds = [read_document_type(make_everything(tmp_path))]
    kinds += Catalogue.load().types.values()
    prose = _BLOCK.sub("", TEXT)
    words = set(re.findall("[a-z_]+", " ".join(re.findall("`[^`]+`", prose))))
    headings = set(re.findall("[a-z_]+", " ".join(re.findall(r"(?m)^\[.*$", TEXT))))
    examples = set(re.findall("(?m)^([a-z_]+) = ", TEXT))
    assert asked - words - headings - examples == set()
    assert {kind.value for kind in Kind} <= words
    used = {
        block["block"]
        for snippet in SNIPPETS
        for block in find_tables(tomllib.loads(snippet))
        if "block" in block
    }
    assert used == set(read_blocks._READERS)
    styles = {
        style
        for kind in kinds
        for styles in styles_of(kind.fields).values()
        for style in styles
    }
    assert styles - {""} <= words
    assert set(BUILT_IN_STYLES) <= words


def find_tables(value: object) -> Iterator[dict[str, object]]:
    """Yield every table within a value of TOML."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from find_tables(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from find_tables(inner)
