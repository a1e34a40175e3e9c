# SPDX-License-Identifier: Apache-2.0
"""Reading of the page: paper, margins, letters, background, and boxes on it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from templates.blocks import Background, FixedBox
from templates.families import FAMILIES, Family
from templates.page import RUNNING_HEIGHT_MM, RUNNING_NUMBER_MM, Page
from templates.phrases import PAGE_FACTS
from templates.read_blocks import read_blocks
from templates.scope import Scope
from templates.typefile import TableReader

PAPER_MM = {"A4": (210.0, 297.0), "A5": (148.0, 210.0)}
MAX_PAGE = 20
"""Highest page a box may be fixed to."""
_MIN_ROOM_MM = 40.0
_FONT_FILE = r"[^/\\]+\.ttf"
_BACKGROUND_FILE = r"[^/\\]+\.pdf"


def read_page(reader: TableReader, folder: Path) -> Page:
    """Read `[page]`.

    Raises:
        TypeFileError: a wrong value, or margins that leave no room.
    """
    paper = PAPER_MM[reader.choice("paper", PAPER_MM, "A4")]
    upright = reader.choice("orientation", ("portrait", "landscape"), "portrait")
    width, height = paper if upright == "portrait" else paper[::-1]
    page = Page(
        width=width,
        height=height,
        top=reader.number("top", 25, low=5, high=100),
        right=reader.number("right", 20, low=5, high=100),
        bottom=reader.number("bottom", 20, low=5, high=100),
        left=reader.number("left", 30, low=5, high=100),
        family=_read_family(reader, folder),
        size=reader.number("size", 16, low=9, high=30),
        leading=reader.number("leading", 1.25, low=1, high=3),
        border=reader.choice("border", ("none", "ornamental"), "none"),
        one_page=reader.flag("one_page", default=False),
        thai_digits=reader.choice("digits", ("thai", "arabic"), "thai") == "thai",
        numbers=reader.choice("numbers", ("auto", "always", "never"), "auto"),
        background=_read_background(reader),
    )
    room = min(page.width_of_text, page.height_of_text)
    if room < _MIN_ROOM_MM:
        raise reader.error(
            f"the margins leave {room:g} mm of the paper",
            f"Make them smaller: {_MIN_ROOM_MM:g} mm are the least.",
        )
    reader.finish()
    return page


def read_fixed(
    readers: Sequence[TableReader], page: Page, scope: Scope
) -> tuple[FixedBox, ...]:
    """Read boxes at fixed places.

    Raises:
        TypeFileError: a box is off the paper or on another, or its blocks are wrong.
    """
    boxes: list[FixedBox] = []
    for reader in readers:
        box = _read_box(reader, page, scope)
        for number, other in enumerate(boxes, start=1):
            if _collide(box, other):
                raise reader.error(
                    f"the box lies on box {number} of [[fixed]]",
                    "Move one of them, or show them on different pages.",
                )
        boxes.append(box)
    return tuple(boxes)


def _read_box(reader: TableReader, page: Page, scope: Scope) -> FixedBox:
    shown = _read_shown(reader, page)
    left = reader.number("left", 0, high=page.width)
    top = reader.number("top", 0, high=page.height)
    width = reader.number("width", 0, low=5, high=page.width)
    height = reader.number("height", 0, low=3, high=page.height)
    excess = max(left + width - page.width, top + height - page.height)
    if excess > 0:
        raise reader.error(
            f"the box reaches {excess:g} mm beyond the paper, which is "
            f"{page.width:g} x {page.height:g} mm",
            "Correct left, top, width or height: millimetres from the upper left "
            "corner of the paper.",
        )
    when = scope.read_condition(reader)
    inner = replace(
        scope,
        facts={**scope.facts, **PAGE_FACTS},
        width=width,
        height=height,
        always=when is None,
        repeated=shown == "every",
        # Boxes of the first page are read before what flows, others after it.
        turn=0 if shown in {"first", "every", 1} else 2,
    )
    blocks = read_blocks(reader.tables("blocks"), inner)
    if not blocks:
        raise reader.error("the box is empty", "Add [[fixed.blocks]].")
    box = FixedBox(
        page=shown,
        left=left,
        top=top,
        width=width,
        height=height,
        frame=reader.flag("frame", default=False),
        when=when,
        blocks=blocks,
    )
    reader.finish()
    _check_running_line(reader, page, box)
    return box


def _read_shown(reader: TableReader, page: Page) -> str | int:
    """Return the page a box is shown on."""
    if not reader.holds("page", int):
        return reader.choice("page", ("first", "last", "every"), "first")
    number = reader.integer("page", low=1, high=MAX_PAGE)
    if page.one_page and number > 1:
        raise reader.error(
            f"page = {number}, and the document has one page",
            "Show the box on page 1, or take one_page out of [page].",
            "page",
        )
    return number


def _check_running_line(reader: TableReader, page: Page, box: FixedBox) -> None:
    """Refuse a box where the number of the page stands.

    On the first page that is the right end of the line, on others the whole of it.
    """
    if not page.has_numbers:
        return
    right = page.width - page.right
    left = right - RUNNING_NUMBER_MM if box.page in {"first", 1} else page.left
    top = page.running_line
    free = (
        box.left >= right
        or box.left + box.width <= left
        or box.top >= top + RUNNING_HEIGHT_MM
        or box.top + box.height <= top
    )
    if not free:
        raise reader.error(
            f"the box lies on the line of page numbers, {top:.0f} to "
            f"{top + RUNNING_HEIGHT_MM:.0f} mm from the top",
            'Move the box, or write numbers = "never" in [page]; a box may show '
            "{page} and {pages}.",
        )


def _collide(one: FixedBox, other: FixedBox) -> bool:
    """Tell whether two boxes may lie on each other on some page.

    Where either has a condition the author has seen to it that not both are shown.
    """
    if one.when or other.when:
        return False
    pages = {1 if box.page == "first" else box.page for box in (one, other)}
    if len(pages) > 1 and not pages & {"every", "last"}:
        return False
    return (
        one.left < other.left + other.width
        and other.left < one.left + one.width
        and one.top < other.top + other.height
        and other.top < one.top + one.height
    )


def _read_family(reader: TableReader, folder: Path) -> Family:
    if not reader.holds("font", dict):
        return FAMILIES[reader.choice("font", FAMILIES, "sarabun")]
    font = reader.table("font")
    regular = font.file("regular", _FONT_FILE, "a TrueType font, .ttf")
    bold = font.file("bold", _FONT_FILE, "a TrueType font, .ttf")
    family = Family(
        regular=regular,
        bold=bold,
        scale=font.number("scale", 1, low=0.4, high=1.5),
        folder=folder,
    )
    font.finish()
    return family


def _read_background(reader: TableReader) -> Background | None:
    if not reader.has("background"):
        return None
    inner = reader.table("background")
    background = Background(
        file=inner.file("file", _BACKGROUND_FILE, "a PDF"),
        pages=inner.choice("pages", ("first", "every", "all"), "first"),
        alt=inner.optional_localized("alt"),
    )
    inner.finish()
    return background
