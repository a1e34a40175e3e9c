# SPDX-License-Identifier: Apache-2.0
"""Broken types and data are refused where they stand, in words a clerk understands.

Each case breaks one thing in a type that is ready. What is said names the file and
the line or the field, and what to do. `python -m tests.flows.test_flow_types_refused`
prints all that is said, to be read.
"""

import io
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from templates.catalogue import Catalogue
from tra.new_type import NewType, create_type
from tra.type_check import Finding, Severity, check_type

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
MADE = "made by tra types new"
A4 = (595.28, 841.89)

Change = Callable[[Path], None]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One thing that is broken, and what must be said of it."""

    name: str
    source: str = MADE
    change: Change
    file: str = "type.toml"
    at: str | None = None
    """What stands in the line that is named."""
    field: str | None = None
    says: tuple[str, ...]
    """In the problem or the fix."""
    thai: str | None = None


def replace(old: str, new: str, file: str = "type.toml") -> Change:
    """Change one place of a file."""

    def change(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text, old
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def sample(**values: object) -> Change:
    """Change fields of the sample; None takes one out."""

    def change(folder: Path) -> None:
        file = folder / "sample.json"
        data = json.loads(file.read_text(encoding="utf-8")) | values
        kept = {name: value for name, value in data.items() if value is not None}
        file.write_text(json.dumps(kept, ensure_ascii=False, indent=1), "utf-8")

    return change


def add(text: str) -> Change:
    """Add to the end of type.toml."""

    def change(folder: Path) -> None:
        file = folder / "type.toml"
        file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")

    return change


def background(width: float, height: float, *, text: bool = False) -> Change:
    """Lay a PDF of a size under the page, with or without text."""

    def change(folder: Path) -> None:
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=(width, height))
        canvas.rect(20, 20, 200, 200)
        if text:
            canvas.drawString(50, 50, "Form 1")
        canvas.showPage()
        canvas.save()
        (folder / "background.pdf").write_bytes(out.getvalue())

    return change


def photo(content: bytes) -> Change:
    """Give the type a photograph, and the sample this file for it."""

    def change(folder: Path) -> None:
        replace(
            '[[fields]]\nname = "fee"',
            '[[fields]]\nname = "photo"\nlabel = { th = "รูปถ่าย", en = "Photograph" }\n'
            'kind = "image"\n\n[[fields]]\nname = "fee"',
        )(folder)
        replace(
            '[[blocks]]\nblock = "numbered"',
            '[[blocks]]\nblock = "image"\nfield = "photo"\n\n'
            '[[blocks]]\nblock = "numbered"',
        )(folder)
        (folder / "photo.jpg").write_bytes(content)
        sample(photo={"file": "photo.jpg"})(folder)

    return change


def both(*changes: Change) -> Change:
    def change(folder: Path) -> None:
        for one in changes:
            one(folder)

    return change


def write(name: str, content: bytes) -> Change:
    """Put a file beside type.toml."""

    def change(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return change


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 40), "white").save(out, "PNG")
    return out.getvalue()


TYPE_CASES = (
    Case(
        name="a mistyped key",
        change=replace('align = "right"', 'algin = "right"'),
        at="algin",
        says=("algin is not known here", "Did you mean 'align'?"),
    ),
    Case(
        name="a mistyped key that must be there",
        change=replace("version = 1", "versoin = 1"),
        at="versoin",
        says=("version is missing", "Write version in place of versoin"),
    ),
    Case(
        name="an unknown field in a text",
        change=replace('"{details}"', '"{detials}"'),
        at="{detials}",
        says=("{detials}", "neither a field nor a fact", "Did you mean 'details'?"),
    ),
    Case(
        name="a fact written in a style it has not",
        change=replace("{fee:words}", "{fee:word}"),
        at="{fee:word}",
        says=("word", "words"),
    ),
    Case(
        name="a bracket that is missing",
        change=replace('[[blocks]]\nblock = "emblem"', '[[blocks]\nblock = "emblem"'),
        at="[[blocks]",
        says=("a bracket is missing", "Write two on each side: [[blocks]]"),
    ),
    Case(
        name="a quotation mark that is missing",
        change=replace('code = "PM"', 'code = "PM'),
        at="code =",
        says=("does not end on the line it begins on", "Close it by a quotation mark"),
    ),
    Case(
        name="curly quotation marks",
        change=replace('code = "PM"', "code = “PM”"),
        at="code =",
        says=("no value", "straight quotation marks"),
    ),
    Case(
        name="two QR codes",
        change=add('\n[[foot]]\nblock = "qr"\n'),
        at="[[foot]]",
        says=("the QR code is there a second time", 'Keep one block with block = "qr"'),
    ),
    Case(
        name="no title",
        change=replace('role = "title"', 'role = "heading"'),
        says=("no block that is the title", 'role = "title"'),
    ),
    Case(
        name="a heading before the title",
        change=replace('text = "เลขที่ {number}"', 'text = "เลขที่"\nrole = "heading"'),
        at='role = "heading"',
        says=("this heading is read before the title", "Put the paragraph with"),
    ),
    Case(
        name="a condition on what is no field",
        change=replace('when = "fee"', 'when = "fees"'),
        at='when = "fees"',
        says=("'fees' is not a field", "Did you mean 'fee'?"),
    ),
    Case(
        name="a table that is wider than the page",
        source="building_permit",
        change=replace("width = 34", "width = 134"),
        says=("the columns need", "mm", "Make them", "narrower"),
    ),
    Case(
        name="a sum of words",
        source="building_permit",
        change=replace('column = "building"', 'column = "building"\ntotal = true'),
        at="total = true",
        says=("'building' is of kind text", "Only columns of kind integer or money"),
    ),
    Case(
        name="a text that does not fit its box",
        source="import_licence",
        change=replace("height = 37.5", "height = 15"),
        at="[[fixed]]",
        says=("11.0 mm too low", "importer_address", "make the box higher"),
    ),
    Case(
        name="a box off the paper",
        source="import_licence",
        change=replace("left = 120", "left = 180"),
        at="[[fixed]]",
        says=("beyond the paper", "Correct left, top, width or height"),
    ),
    Case(
        name="a background of another size",
        source="import_licence",
        change=background(419.53, 595.28),
        file="background.pdf",
        says=("148.0 x 210.0 mm", "210 x 297 mm", "Export it in that size"),
    ),
    Case(
        name="a background whose font is not embedded",
        source="import_licence",
        change=both(
            background(*A4, text=True),
            replace(
                'pages = "every"', 'pages = "every"\nalt = { th = "แบบ", en = "Form" }'
            ),
        ),
        file="background.pdf",
        says=("Helvetica", "not embedded"),
    ),
    Case(
        name="a background that is a picture",
        source="import_licence",
        change=write("background.pdf", png()),
        file="background.pdf",
        says=("cannot be read as a PDF",),
    ),
    Case(
        name="a background that is not there",
        source="import_licence",
        change=lambda folder: (folder / "background.pdf").unlink(),
        at="background.pdf",
        says=("'background.pdf' is not there", "Put the file into"),
    ),
    Case(
        name="a photograph that anyone may see",
        change=both(
            photo(png()), replace('kind = "image"', 'kind = "image"\npublic = true')
        ),
        at="public = true",
        says=("an image cannot be public", "personal data"),
    ),
    Case(
        name="a character without glyph in the type",
        change=replace("นายทะเบียนอนุญาตให้", "นายทะเบียนอนุญาตให้ ☎"),
        at="☎",
        says=("no character “☎”", "Write it otherwise"),
    ),
    Case(
        name="an id that another type has",
        change=replace('id = "permit"', 'id = "import_licence"'),
        at="id =",
        says=("is used by", "Give this type an id of its own"),
    ),
)
DATA_CASES = (
    Case(
        name="a long name in a certificate of one page",
        source="training_certificate",
        change=sample(
            trainee_name="ว่าที่ร้อยตรีหญิงหม่อมหลวงประภัสสราวรรณกานดา "
            "เฉลิมวงศ์วิริยะกุลพิพัฒน์ ณ อยุธยา",
            trainee_name_en="Acting Sub Lieutenant Mom Luang Praphatsarawan "
            "Chaloemwongwiriyakun Phiphat na Ayutthaya",
            course="การบริหารจัดการความปลอดภัยและสิ่งแวดล้อม " * 3,
            course_en="Occupational Safety and Environment Management " * 3,
        ),
        says=("must fit on one page", "mm too long", "Shorten its longest texts"),
    ),
    Case(
        name="a character without glyph in the data",
        change=sample(details="โทร ☎ 02 123 4567"),
        file="sample.json",
        at='"details"',
        field="details",
        says=("no character “☎”", "write it otherwise"),
        thai="โปรดใช้อักขระอื่น",
    ),
    Case(
        name="a zero-width character",
        change=sample(details="ที่จอด\u200bรถ"),
        file="sample.json",
        at='"details"',
        field="details",
        says=("invisible or unusable character (U+200B)", "type it anew"),
        thai="โปรดพิมพ์ใหม่",
    ),
    Case(
        name="a vowel on nothing",
        change=sample(details="่ที่จอดรถ"),
        file="sample.json",
        at='"details"',
        field="details",
        says=("tone mark", "type it anew"),
        thai="โปรดพิมพ์ใหม่",
    ),
    Case(
        name="an image that is none",
        change=photo(b"This is a letter."),
        file="sample.json",
        at='"photo"',
        field="photo",
        says=("must be a JPEG or PNG",),
        thai="ต้องเป็นภาพ JPEG หรือ PNG",
    ),
    Case(
        name="an image that is not there",
        change=both(photo(b""), lambda folder: (folder / "photo.jpg").unlink()),
        file="sample.json",
        at='"photo"',
        says=("there is no file", "Put the image there, or correct its name"),
    ),
    Case(
        name="a field that is missing",
        change=sample(holder_name=None),
        file="sample.json",
        field="holder_name",
        says=("Permit holder is required", 'Write "holder_name": ...'),
        thai="ต้องระบุผู้รับอนุญาต",
    ),
    Case(
        name="a field there is not",
        change=sample(detials="ที่จอดรถ"),
        file="sample.json",
        at='"detials"',
        field="detials",
        says=("no field detials", "details"),
        thai="ไม่มีข้อมูลชื่อ detials",
    ),
    Case(
        name="a wrong check digit",
        change=sample(holder_id="1112034563563"),
        file="sample.json",
        at='"holder_id"',
        field="holder_id",
        says=("the check digit does not fit", "mistyped"),
        thai="โปรดตรวจว่าพิมพ์ถูก",
    ),
    Case(
        name="a Buddhist year",
        source="training_certificate",
        change=sample(started_on="2569-11-02"),
        file="sample.json",
        at='"started_on"',
        field="started_on",
        says=("2569 is not a year of the Common Era", "do not add 543"),
        thai="อย่าบวก 543",
    ),
    Case(
        name="a pattern that is not met in a table",
        source="import_licence",
        change=replace('"9402.90.10"', '"940290"', "sample.json"),
        file="sample.json",
        at='"940290"',
        field="goods[2].code",
        says=("row 3", "HS code", "such as 0901.11"),
        thai="แถวที่ 3",
    ),
    Case(
        name="a value that is no choice",
        source="import_licence",
        change=sample(transport="เรือ"),
        file="sample.json",
        at='"transport"',
        field="transport",
        says=("must be one of: sea, air, road, post",),
        thai="ต้องเป็นค่าใดค่าหนึ่งใน",
    ),
    Case(
        name="an amount in words",
        change=sample(fee="ห้าร้อยบาท"),
        file="sample.json",
        at='"fee"',
        field="fee",
        says=("must be an amount in baht", "1500.00"),
        thai="ต้องเป็นจำนวนเงินบาท",
    ),
    Case(
        name="a number that is too wide for its column",
        source="building_permit",
        change=both(
            replace("maximum = 999_999", "maximum = 999_999_999_999"),
            replace('"area": 2880', '"area": 288000000000', "sample.json"),
        ),
        says=("row 1 of buildings", "mm wide", "narrower", "make more room"),
    ),
    Case(
        name="a comma that is missing",
        change=replace('",\n  "fee"', '"\n  "fee"', "sample.json"),
        file="sample.json",
        at='"fee"',
        says=("a comma or a quotation mark is missing", "Put a comma"),
    ),
    Case(
        name="no sample at all",
        change=lambda folder: (folder / "sample.json").unlink(),
        file="sample.json",
        says=("is missing", "Make it"),
    ),
)
CASES = (*TYPE_CASES, *DATA_CASES)


def break_type(case: Case, folder: Path) -> list[Finding]:
    """Make the type of a case in a folder and return the errors found."""
    known = Catalogue.load()
    if case.source == MADE:
        create_type(NewType(folder=folder, id="permit", code="PM"), known)
    else:
        shutil.copytree(known.get_type(case.source).folder, folder)
    case.change(folder)
    others = list(known.types.values()) if case.source == MADE else []
    report = check_type(folder, others, NOW)
    return [one for one in report.findings if one.severity is Severity.ERROR]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_wrong_is_told_with_place_and_remedy(
    case: Case, tmp_path: Path
) -> None:
    folder = tmp_path / "type"
    (found,) = break_type(case, folder)
    assert found.file == folder / case.file
    assert found.field == case.field
    if case.at is not None:
        assert found.line is not None
        lines = (folder / case.file).read_text(encoding="utf-8").splitlines()
        assert case.at in lines[found.line - 1]
    said = f"{found.problem}. {found.fix or ''}"
    for words in case.says:
        assert words in said
    if case.thai:
        assert case.thai in (found.problem_th or "")


def print_all() -> None:
    """Print what is said in each case."""
    for case in CASES:
        with tempfile.TemporaryDirectory() as parent:
            said = [f"\n{case.name}"]
            for one in break_type(case, Path(parent) / "type"):
                said.append(f"  {one.file.name}, line {one.line}, field {one.field}")
                said += [
                    f"    {text}" for text in (one.problem, one.problem_th) if text
                ]
                said.append(f"    > {one.fix}")
            print("\n".join(said))  # noqa: T201 - the purpose


if __name__ == "__main__":
    print_all()
