# SPDX-License-Identifier: Apache-2.0
"""A table goes on over pages with its header, and no row or number is torn."""

from pathlib import Path

import pytest

from issuer.errors import PageOverflowError
from templates.catalogue import DocumentType
from tests.unit.templates.layout_world import (
    TITLE,
    draw_document,
    find_elements,
    make_type,
    read_pages,
    show_page,
)

FIELD = """
[[fields]]
name = "rooms"
label = { th = "รายการอาคาร", en = "Buildings" }
kind = "table"
required = false
max_items = 200

[[fields.columns]]
name = "use"
label = { th = "ใช้เป็น", en = "Use" }
max_length = 5000

[[fields.columns]]
name = "floors"
label = { th = "ชั้น", en = "Floors" }
kind = "integer"

[[fields.columns]]
name = "fee"
label = { th = "ค่าธรรมเนียม", en = "Fee" }
kind = "money"
required = false
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
column = "floors"
width = 20

[[blocks.columns]]
column = "fee"
width = 30
style = "full"
total = true
"""
HEADER = "ที่ใช้เป็นชั้นค่าธรรมเนียม"


def make_rows(count: int, use: str = "อาคารพักอาศัย") -> list[dict[str, object]]:
    return [
        {"use": f"{use} {number}", "floors": 3, "fee": "10.50"}
        for number in range(1, count + 1)
    ]


@pytest.fixture
def kind(tmp_path: Path) -> DocumentType:
    return make_type(tmp_path, FIELD, TITLE, TABLE)


def test_a_short_table_has_header_rows_and_sums(kind: DocumentType) -> None:
    drawn = draw_document(kind, rooms=make_rows(2))
    (text,) = read_pages(drawn.pdf)
    assert f"{HEADER}๑อาคารพักอาศัย๑๓๑๐.๕๐๒อาคารพักอาศัย๒๓๑๐.๕๐รวม๒๑.๐๐" in text
    assert "".join(drawn.expected.texts[0].split()) == text
    heads = find_elements(drawn.pdf, "TH")
    scopes = [(head["/A"]["/Scope"], head["/A"].get("/ColSpan")) for head in heads]
    assert scopes == [("/Column", None)] * 4 + [("/Row", 3)]
    assert len(find_elements(drawn.pdf, "TR")) == 4
    assert len(find_elements(drawn.pdf, "TD")) == 4 + 4 + 1


def test_a_table_without_rows_is_left_out(kind: DocumentType) -> None:
    drawn = draw_document(kind)
    assert "ใช้เป็น" not in read_pages(drawn.pdf)[0]
    assert find_elements(drawn.pdf, "Table") == []


def test_the_header_is_seen_on_each_page_and_read_once(kind: DocumentType) -> None:
    drawn = draw_document(kind, rooms=make_rows(80))
    pages = read_pages(drawn.pdf)
    assert len(pages) == 4
    assert all(page.count(HEADER) == 1 for page in pages)
    assert ["".join(text.split()) for text in drawn.expected.texts] == pages
    whole = "".join(page.split(HEADER)[1] for page in pages)
    rows = "".join(f"{n}อาคารพักอาศัย{n}๓๑๐.๕๐" for n in map(to_thai, range(1, 81)))
    assert rows in whole
    assert len(find_elements(drawn.pdf, "TH")) == 4 + 1
    assert len(find_elements(drawn.pdf, "TR")) == 1 + 80 + 1


def test_the_sum_never_stands_alone_on_a_page(kind: DocumentType) -> None:
    for count in range(20, 30):
        pages = read_pages(draw_document(kind, rooms=make_rows(count)).pdf)
        last = pages[-1].split(HEADER)[-1]
        assert last.startswith(("รวม", "๑")) is (len(pages) == 1), (count, last[:40])


def test_a_table_kept_with_what_follows_goes_over_pages_all_the_same(
    tmp_path: Path,
) -> None:
    block = TABLE.replace('"rooms"', '"rooms"\nkeep = true')
    after = '\n[[blocks]]\nblock = "paragraph"\ntext = "ท้ายตาราง"\n'
    kind = make_type(tmp_path, FIELD, TITLE, block, after)
    for count in range(22, 30):
        pages = read_pages(draw_document(kind, rooms=make_rows(count)).pdf)
        (last,) = [page for page in pages if "ท้ายตาราง" in page]
        assert "รวม" in last
        assert not pages[0].endswith(HEADER)


def test_a_row_is_cut_only_if_it_is_higher_than_a_page(kind: DocumentType) -> None:
    rows = make_rows(12)
    rows[3]["use"] = "กำแพง " * 150
    pages = read_pages(draw_document(kind, rooms=rows).pdf)
    counts = [page.count("กำแพง") for page in pages]
    assert len(counts) > 1
    assert max(counts) == sum(counts) == 150
    rows[3]["use"] = "กำแพง " * 400
    drawn = draw_document(kind, rooms=rows)
    pages = read_pages(drawn.pdf)
    assert [page.count(HEADER) for page in pages] == [1] * len(pages)
    assert sum(page.count("กำแพง") for page in pages) == 400
    assert ["".join(text.split()) for text in drawn.expected.texts] == pages


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"fee": "123456789012.00"}, "in row 1 of rooms needs a column 48 mm"),
        ({"floors": 9876543210123}, "row 1 of rooms needs a column 45 mm.*'Floors'"),
    ],
)
def test_a_number_that_does_not_fit_its_column_is_an_error(
    kind: DocumentType, changes: dict[str, object], words: str
) -> None:
    rows = make_rows(1)
    rows[0].update(changes)
    with pytest.raises(PageOverflowError, match=words):
        draw_document(kind, rooms=rows)


def test_a_sum_that_does_not_fit_its_column_is_an_error(kind: DocumentType) -> None:
    rows = make_rows(9)
    for row in rows:
        row["fee"] = "900000.00"
    with pytest.raises(PageOverflowError, match="in the row of totals"):
        draw_document(kind, rooms=rows)


@pytest.mark.parametrize(("rules", "upright"), [("grid", True), ("rows", False)])
def test_rules_are_drawn_as_asked(tmp_path: Path, rules: str, upright: bool) -> None:  # noqa: FBT001
    block = TABLE.replace('"rooms"', f'"rooms"\nrules = "{rules}"')
    kind = make_type(tmp_path, FIELD, TITLE, block)
    page = show_page(draw_document(kind, rooms=make_rows(20)).pdf, dpi=144)
    dark = page < 160
    assert bool((dark.sum(axis=0) > 700).any()) is upright
    assert (dark.sum(axis=1) > 800).sum() >= 20


def to_thai(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))
