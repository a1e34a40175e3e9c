# SPDX-License-Identifier: Apache-2.0
"""A wrong layout is refused before any document is asked for: line, reason and fix."""

import re
from pathlib import Path

import pytest

from templates.blocks import FixedBox, Image, Qr, Table
from templates.catalogue import DocumentType, read_document_type
from templates.conditions import Condition
from templates.errors import TypeFileError
from templates.review import find_warnings

HEAD = """\
id = "building_permit"
code = "BP"
version = 1
name = { th = "ใบอนุญาตก่อสร้างอาคาร", en = "Building Permit" }
legal_basis = { th = "กฎหมายตัวอย่าง", en = "Sample law" }
numbering = { pattern = "{sequence}/{year}" }
validity = { rule = "year_end" }
holder = { field = "owner" }

[signatory]
name = { th = "นายทดสอบ ระบบดี", en = "Mr. Thotsop Rabopdi" }
position = { th = "นายทะเบียน", en = "Registrar" }
"""
PAGE = """
[page]
left = 30
right = 20
"""
FIELDS = """
[[fields]]
name = "owner"
label = { th = "เจ้าของอาคาร", en = "Owner" }
kind = "name"

[[fields]]
name = "photo"
label = { th = "รูปถ่าย", en = "Photograph" }
kind = "image"
required = false

[[fields]]
name = "grade"
label = { th = "ชั้น", en = "Grade" }
kind = "choice"
choices = [
  { value = "one", th = "หนึ่ง", en = "one" },
  { value = "two", th = "สอง", en = "two" },
]

[[fields]]
name = "floors"
label = { th = "จำนวนชั้น", en = "Floors" }
kind = "integer"

[[fields]]
name = "rooms"
label = { th = "รายการอาคาร", en = "Buildings" }
kind = "table"

[[fields.columns]]
name = "use"
label = { th = "ใช้เป็น", en = "Use" }

[[fields.columns]]
name = "area"
label = { th = "พื้นที่", en = "Area" }
kind = "integer"
"""
TITLE = """
[[blocks]]
block = "paragraph"
role = "title"
text = "{type_name}"
"""
TABLE = """
[[blocks]]
block = "table"
field = "rooms"

[[blocks.columns]]
number = true

[[blocks.columns]]
column = "use"

[[blocks.columns]]
column = "area"
width = 40
total = true
"""
IMAGE = """
[[blocks]]
block = "image"
field = "photo"
width = 25
height = 32.5
frame = true
"""
FOOT = """
[[foot]]
block = "signature"

[[foot]]
block = "qr"
"""
BOX = """
[[fixed]]
left = 20
top = 20
width = 80
height = 30
[[fixed.blocks]]
block = "paragraph"
text = "{owner}"
"""


def read(folder: Path, *parts: str) -> DocumentType:
    (folder / "type.toml").write_text("".join((HEAD, *parts)), encoding="utf-8")
    return read_document_type(folder)


def refuse(folder: Path, *parts: str, at: str = "") -> str:
    """Return what is said of a wrong file; `at` stands in the line it names."""
    with pytest.raises(TypeFileError) as caught:
        read(folder, *parts)
    assert caught.value.fix
    if at:
        text = "".join((HEAD, *parts)).splitlines()
        assert caught.value.line is not None
        assert at in text[caught.value.line - 1]
    return str(caught.value)


def test_a_layout_holds_tables_pictures_and_boxes(tmp_path: Path) -> None:
    kind = read(tmp_path, PAGE, FIELDS, TITLE, TABLE, IMAGE, FOOT, BOX)
    _, table, image = kind.blocks
    assert isinstance(table, Table)
    assert [column.width for column in table.columns] == [10, 0, 40]
    assert [column.align for column in table.columns] == ["center", "left", "right"]
    assert [column.header.th for column in table.columns] == ["ที่", "ใช้เป็น", "พื้นที่"]
    assert table.totals is not None
    assert table.totals.th == "รวม"
    assert isinstance(image, Image)
    assert image.alt is not None
    assert image.alt.th == "รูปถ่าย"
    (box,) = kind.fixed
    assert isinstance(box, FixedBox)
    assert box.page == "first"
    assert find_warnings(kind)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ('field = "rooms"\n->field = "owner"\n', "is of kind name.*Name one of: rooms"),
        ('field = "rooms"\n->field = "room"\n', "Did you mean 'rooms'"),
        ('field = "rooms"\n->', "field is missing"),
        ('column = "use"->column = "user"', "Did you mean 'use'"),
        ("width = 40->width = 145", "need 165 mm.*there are 160 mm for them"),
        ("width = 40->width = 200", "need 220 mm.*there are 160"),
        ('column = "use"->column = "use"\ntotal = true', "kind integer or money"),
        ('column = "use"->column = "use"\nstyle = "short"', "'short' is not known"),
        ("total = true->", "no column has a sum"),
        ("number = true->column = 'area'\ntotal = true", "the first column has a sum"),
        ('field = "photo"->field = "rooms"', "kind table.*block 'image' shows.*photo"),
        ('field = "photo"->file = "../x.png"', "without a folder"),
        ('field = "photo"->file = "logo.png"', "is not there"),
        ('field = "photo"->', "no picture, or two"),
        ("width = 25->width = 161", "161 mm, and the room is 160 mm wide"),
        ("height = 32.5->height = 260", "260 mm, and there are 252 mm"),
        ('text = "{type_name}"->text = "{rooms}"', 'block of kind "table".*count'),
        ('text = "{type_name}"->text = "{photo}"', 'block of kind "image"'),
        ('text = "{type_name}"->text = "{page}"', r"in \[\[fixed\]\] boxes only"),
    ],
)
def test_a_wrong_block_is_refused(tmp_path: Path, change: str, words: str) -> None:
    table = TABLE.replace(
        'field = "rooms"', 'field = "rooms"\ntotals = { th = "รวมพื้นที่", en = "Total" }'
    )
    old, new = change.split("->")
    layout = TITLE + table + IMAGE
    assert old in layout
    complaint = refuse(tmp_path, PAGE, FIELDS, layout.replace(old, new, 1), FOOT)
    assert re.search(words, complaint), complaint


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("photo", Condition(name="photo")),
        ("!photo", Condition(name="photo", negated=True)),
        ("grade=one", Condition(name="grade", value="one")),
        ("!grade = two", Condition(name="grade", value="two", negated=True)),
        ("floors=12", Condition(name="floors", value="12")),
    ],
)
def test_a_block_is_shown_on_a_condition(
    tmp_path: Path, condition: str, expected: Condition
) -> None:
    rule = f'\n[[blocks]]\nblock = "rule"\nwhen = "{condition}"\n'
    kind = read(tmp_path, PAGE, FIELDS, TITLE, rule, FOOT)
    assert kind.blocks[1].when == expected


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("foto", "is not a field"),
        ("page", "is not a field"),
        ("grade=three", "never is. Its values are: one, two"),
        ("floors=many", "whole number"),
        ("owner=x", "not of kind choice or integer"),
        ("grade==one", "is not a condition"),
        ("grade and floors", "is not a condition"),
    ],
)
def test_a_condition_that_never_holds_is_refused(
    tmp_path: Path, condition: str, words: str
) -> None:
    rule = f'\n[[blocks]]\nblock = "rule"\nwhen = "{condition}"\n'
    assert words in refuse(tmp_path, PAGE, FIELDS, TITLE, rule, FOOT, at="when = ")


HEADING = TITLE.replace("title", "heading")
QR_BOX = BOX.replace("width = 80", "width = 80\npage = 'every'").replace(
    'block = "paragraph"\ntext = "{owner}"', 'block = "qr"'
)


@pytest.mark.parametrize(
    ("layout", "words", "at"),
    [
        ((FOOT,), 'no block that is the title.*role = "title"', ""),
        ((TITLE,), 'no block that is the QR code.*block = "qr"', ""),
        ((TITLE, TITLE, FOOT), "the title is there a second time", "[[blocks]]"),
        ((TITLE, FOOT, FOOT), "the QR code is there a second time", "[[foot]]"),
        ((HEADING, TITLE, FOOT), "read before the title", "role"),
        ((TITLE + 'when = "photo"\n', FOOT), "not shown in every document", "[[bl"),
        ((TITLE, FOOT + 'when = "photo"\n'), "not shown in every document", "[[foot"),
        (
            (TITLE, QR_BOX.replace("height = 30", "height = 40")),
            "on every page",
            "[[fi",
        ),
        ((TITLE, QR_BOX), "needs a height of", ""),
    ],
)
def test_a_document_has_one_title_and_one_qr_code(
    tmp_path: Path, layout: tuple[str, ...], words: str, at: str
) -> None:
    layout = tuple(part.replace("height = 30\n[", "height = 29\n[") for part in layout)
    assert re.search(words, refuse(tmp_path, PAGE, FIELDS, *layout, at=at))


@pytest.mark.parametrize(
    ("old", "new", "words", "at"),
    [
        ("left = 20", "left = 140", "reaches 10 mm beyond the paper", "[[fixed]]"),
        ("top = 20", "top = 280", "reaches 13 mm beyond the paper", "[[fixed]]"),
        ("width = 80", "", "between 5 and 210", "[[fixed]]"),
        ("width = 80", 'width = 80\npage = "odd"', "Known are: every, first", "page"),
        ("width = 80", "width = 80\npage = 0", "between 1 and 20", "page"),
        ("left = 20\ntop = 20", "left = 125\ntop = 14", "line of page numbers", "[["),
        ("top = 20", "page = 'every'\ntop = 10", "numbers, 11 to 18 mm", "[[fixed]]"),
        ('"{owner}"', '"{owner}"\nindent = 75', "need 85 mm, and the room is 80", ""),
        ('block = "paragraph"', 'block = "emblem"\nsize = 40', "40 mm.*30 mm", "size"),
    ],
)
def test_a_box_off_its_place_is_refused(
    tmp_path: Path, old: str, new: str, words: str, at: str
) -> None:
    box = BOX.replace(old, new)
    if "emblem" in new:
        box = box.replace('text = "{owner}"', "")
    complaint = refuse(tmp_path, PAGE, FIELDS, TITLE, FOOT, box, at=at)
    assert re.search(words, complaint), complaint


def test_boxes_may_not_lie_on_each_other(tmp_path: Path) -> None:
    moved = BOX.replace("left = 20", "left = 95")
    words = refuse(tmp_path, PAGE, FIELDS, TITLE, FOOT, BOX, moved, at="[[fixed]]")
    assert "lies on box 1" in words
    for apart in ("left = 100", "left = 95\npage = 2", 'left = 95\nwhen = "photo"'):
        box = BOX.replace("left = 20", apart)
        assert len(read(tmp_path, PAGE, FIELDS, TITLE, FOOT, BOX, box).fixed) == 2


@pytest.mark.parametrize(
    ("page", "words", "at"),
    [
        ('numbers = "no"', "Known are: always, auto, never", "numbers"),
        ("left = 100\nright = 80", "the margins leave 30 mm", "[page]"),
        ('font = "angsana"', "Known are: sarabun", "font"),
        ('font = { regular = "A.otf", bold = "B.otf" }', "a TrueType font", "font"),
        ('font = { regular = "A.ttf", bold = "B.ttf" }', "is not there", "font"),
        ('background = { file = "form.docx" }', "not the name of a PDF", "backgr"),
        ('background = { file = "form.pdf" }', "is not there", "backgr"),
    ],
)
def test_a_wrong_page_is_refused(
    tmp_path: Path, page: str, words: str, at: str
) -> None:
    complaint = refuse(tmp_path, f"\n[page]\n{page}\n", FIELDS, TITLE, FOOT, at=at)
    assert words in complaint


def test_files_of_a_type_lie_beside_it(tmp_path: Path) -> None:
    for name in ("form.pdf", "R.ttf", "B.ttf"):
        (tmp_path / name).touch()
    page = """
[page]
numbers = "always"
[page.font]
regular = "R.ttf"
bold = "B.ttf"
scale = 0.9
[page.background]
file = "form.pdf"
pages = "every"
"""
    kind = read(tmp_path, page, FIELDS, TITLE, FOOT)
    assert kind.page.family.find_file(bold=True) == tmp_path / "B.ttf"
    assert kind.page.background is not None
    assert kind.page.background.alt is None


def test_stamps_keep_off_the_code(tmp_path: Path) -> None:
    foot = FOOT + "clear = 3\nnote = true\n"
    *_, code = read(tmp_path, PAGE, FIELDS, TITLE, foot).foot
    assert isinstance(code, Qr)
    assert (code.clear, code.note) == (3, True)


def test_what_is_rarely_meant_is_warned_of(tmp_path: Path) -> None:
    layout = TITLE + TABLE.replace('[[blocks.columns]]\ncolumn = "use"\n', "")
    page_and_foot = (PAGE, FOOT.replace('block = "signature"', 'block = "rule"'))
    kind = read(tmp_path, page_and_foot[0], FIELDS, layout, page_and_foot[1])
    found = [remark.problem for remark in find_warnings(kind)]
    assert found == [
        "field 'owner' is asked for and shown nowhere",
        "field 'photo' is asked for and shown nowhere",
        "field 'grade' is asked for and shown nowhere",
        "field 'floors' is asked for and shown nowhere",
        "column 'use' of 'rooms' is asked for and shown nowhere",
        "the number of the document is shown nowhere",
        "the agency that issues it is shown nowhere",
        "the day of issue is shown nowhere",
        "the law it is issued under is shown nowhere",
        "the last day it is valid is shown nowhere",
        "the signatory is shown nowhere",
    ]
    assert all(remark.fix for remark in find_warnings(kind))
