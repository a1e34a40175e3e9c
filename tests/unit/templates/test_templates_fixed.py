# SPDX-License-Identifier: Apache-2.0
"""A box stands where it was put, on the pages it is meant for, or is an error."""

from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from issuer.errors import PageOverflowError
from tests.unit.templates.layout_world import (
    ADDRESS,
    LONG,
    TITLE,
    check_document,
    draw_document,
    find_elements,
    make_type,
    read_pages,
    show_page,
)

BOX = """
[[fixed]]
page = {page}
left = {left}
top = {top}
width = {width}
height = {height}

[[fixed.blocks]]
block = "paragraph"
text = "{text}"
"""
QUIET = "\n[page]\nnumbers = 'never'\n"


def box(
    text: str = "กล่อง",
    *,
    page: str | int = "'first'",
    at: tuple[float, float] = (150, 8),
    size: tuple[float, float] = (40, 10),
) -> str:
    left, top = at
    width, height = size
    return BOX.format(
        page=page, left=left, top=top, width=width, height=height, text=text
    )


def count_boxes(pdf: bytes) -> list[int]:
    return [page.count("กล่อง") for page in read_pages(pdf)]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("'first'", [1, 0]),
        ("'last'", [0, 1]),
        ("'every'", [1, 1]),
        (1, [1, 0]),
        (2, [0, 1]),
        (3, [0, 0, 1]),
    ],
)
def test_a_box_is_on_its_pages(
    tmp_path: Path, page: str | int, expected: list[int]
) -> None:
    kind = make_type(tmp_path, TITLE, LONG, box(page=page), page=QUIET)
    drawn = draw_document(kind)
    assert count_boxes(drawn.pdf) == expected
    # What stands on every page is read once.
    assert len(find_elements(drawn.pdf, "P")) == 2 + 1 + 5


def test_a_box_stands_at_its_place(tmp_path: Path) -> None:
    kind = make_type(tmp_path, TITLE, box(at=(120, 230), size=(60, 20)), page=QUIET)
    page = pypdfium2.PdfDocument(draw_document(kind).pdf)[0]
    text = page.get_textpage()
    found = text.search("กล่อง")
    assert found is not None
    at = found.get_next()
    assert at is not None
    left, bottom, _, top = text.get_charbox(at[0])
    millimetre = 72 / 25.4
    assert left / millimetre == pytest.approx(120, abs=1)
    assert 230 < 297 - top / millimetre < 297 - bottom / millimetre < 240


def test_a_box_on_every_page_may_number_them(tmp_path: Path) -> None:
    numbered = box("หน้าที่ {page} จาก {pages} ({page:en})", page="'every'", size=(50, 10))
    kind = make_type(tmp_path, TITLE, LONG, numbered, page=QUIET)
    first, second = read_pages(draw_document(kind).pdf)
    assert "หน้าที่๑จาก๒(1)" in first
    assert "หน้าที่๒จาก๒(2)" in second


@pytest.mark.parametrize(
    ("numbers", "one", "two"),
    [("auto", False, True), ("always", True, True), ("never", False, False)],
)
def test_pages_are_numbered_as_asked(
    tmp_path: Path,
    numbers: str,
    one: bool,  # noqa: FBT001
    two: bool,  # noqa: FBT001
) -> None:
    page = f"\n[page]\nnumbers = '{numbers}'\n"
    short = draw_document(make_type(tmp_path / "s", TITLE, page=page))
    assert ("หน้า๑/๑" in read_pages(short.pdf)[0]) is one
    long = draw_document(make_type(tmp_path / "l", TITLE, LONG, page=page))
    first, second = read_pages(long.pdf)
    assert ("หน้า๑/๒" in first) is two
    assert ("ใบอนุญาตตัวอย่างเลขที่๑๒/๒๕๖๙หน้า๒/๒" in second) is two


def test_the_title_in_a_box_is_read_first(tmp_path: Path) -> None:
    title = box("{type_name}", at=(60, 8), size=(80, 15)) + 'role = "title"\n'
    heading = TITLE.replace('"title"', '"heading"')
    kind = make_type(tmp_path, heading, title, page=QUIET)
    assert len(find_elements(draw_document(kind).pdf, "H1")) == 1


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (
            (box("{owner} " * 4, size=(40, 20)),),
            r"the box 150 mm from .* is \d+\.\d mm too low for what it .* \(owner\)",
        ),
        (
            (LONG, box(at=(90, 25), size=(40, 10))),
            "on page 1 the text “ใบอนุญาตตัวอย่าง” runs into the box 90 mm from the left",
        ),
        (
            (LONG, box(at=(30, 22), size=(40, 10), page=2)),
            "on page 2 the text “ข้อความแรก” runs into the box 30 mm from the left",
        ),
        (
            (box(at=(20, 240)),),  # over the QR code
            "on page 1 a picture, a line or the QR code runs into the box 20 mm from",
        ),
    ],
)
def test_what_does_not_fit_is_an_error(
    tmp_path: Path, parts: tuple[str, ...], words: str
) -> None:
    kind = make_type(tmp_path, TITLE, *parts, page=QUIET)
    with pytest.raises(PageOverflowError, match=words):
        draw_document(kind)


def test_the_text_that_runs_into_a_box_is_named_rather_than_a_line(
    tmp_path: Path,
) -> None:
    """The words a clerk can shorten, in Thai and English, and where they run in."""
    rule = '\n[[blocks]]\nblock = "rule"\n'
    words = '\n[[blocks]]\nblock = "paragraph"\ntext = "เจ้าของคือ {owner}"\n'
    narrow = box(at=(30, 36), size=(150, 60))
    kind = make_type(tmp_path, TITLE, rule, words, narrow, page=QUIET)
    with pytest.raises(PageOverflowError) as caught:
        draw_document(kind, owner="นางสาวสมหญิง ตัวอย่าง")
    assert "the text “เจ้าของคือ นางสาวสมหญิง ตัวอย่าง” runs into" in str(caught.value)
    assert "ข้อความ “เจ้าของคือ นางสาวสมหญิง ตัวอย่าง” ล้ำเข้าไปในกรอบ" in caught.value.th
    with pytest.raises(PageOverflowError, match=r"the text “เจ้าของคือ .{29}…” runs"):
        draw_document(kind, owner="นางสาวสมหญิง ตัวอย่างที่มีนามสกุลยาวมากกว่าหนึ่งบรรทัด")


def test_a_frame_is_drawn_around_a_box(tmp_path: Path) -> None:
    framed = box(at=(100, 100), size=(60, 40)).replace(
        "[[fixed.b", "frame = true\n[[f.b"
    )
    framed = framed.replace("[[f.b", "[[fixed.b")
    kind = make_type(tmp_path, TITLE, framed, page=QUIET)
    page = show_page(draw_document(kind).pdf, dpi=254)
    dark = page < 200
    assert dark[1000:1400, 998:1003].any(axis=1).all()
    assert dark[1398:1403, 1000:1600].any(axis=0).all()


def test_nothing_stands_near_a_code_that_is_kept_clear(tmp_path: Path) -> None:
    qr = '\n[[foot]]\nblock = "qr"\nclear = 6\nnote = true\n'
    drawn = draw_document(make_type(tmp_path, TITLE, qr))
    (text,) = read_pages(drawn.pdf)
    assert "โปรดอย่าประทับตราหรือเขียนทับรหัสนี้" in text
    place = drawn.expected.qr
    assert place is not None
    millimetre = 72 / 25.4
    assert (place.left / millimetre, place.bottom / millimetre) == pytest.approx(
        (36, 26)
    )
    side = (place.right - place.left) / millimetre
    assert side >= 30
    page = show_page(drawn.pdf, dpi=254)
    around = page[2970 - 260 - round(side * 10) - 55 : 2970 - 205, 305 : 360 + 55]
    around = around[:, : round(60 + side * 10 + 55)]
    inner = page[
        2970 - 260 - round(side * 10) : 2970 - 260, 360 : 360 + round(side * 10)
    ]
    assert (around < 128).sum() == (inner[:, : around.shape[1] - 55] < 128).sum()


@pytest.mark.parametrize("length", [1, 60, 900])
def test_a_code_is_never_smaller_than_30_mm(tmp_path: Path, length: int) -> None:
    drawn = draw_document(make_type(tmp_path, TITLE), digits="1" * length)
    place = drawn.expected.qr
    assert place is not None
    assert (place.right - place.left) / 72 * 25.4 >= 30 - 1e-6


def test_a_code_in_a_box_is_read(tmp_path: Path) -> None:
    qr = box(at=(20, 240), size=(100, 40)).replace(
        'block = "paragraph"\ntext = "กล่อง"', 'block = "qr"'
    )
    drawn = draw_document(make_type(tmp_path, TITLE, qr, page=QUIET))
    image = show_page(drawn.pdf, dpi=150)
    (found,) = zxingcpp.read_barcodes(image)
    assert found.text.startswith(ADDRESS)


def test_a_code_wider_than_its_box_is_an_error(tmp_path: Path) -> None:
    qr = box(at=(20, 240), size=(30.5, 50)).replace(
        'block = "paragraph"\ntext = "กล่อง"', 'block = "qr"\nwords = "below"\nsize = 7'
    )
    kind = make_type(tmp_path, TITLE, qr, page=QUIET)
    with pytest.raises(PageOverflowError, match="the QR code needs 31 mm, and its col"):
        draw_document(kind)


def test_what_runs_into_a_box_is_found_before_a_number_is_taken(tmp_path: Path) -> None:
    kind = make_type(tmp_path, TITLE, LONG, box(at=(90, 25)), page=QUIET)
    with pytest.raises(PageOverflowError, match="runs into the box"):
        check_document(kind)
