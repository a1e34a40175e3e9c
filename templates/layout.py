# SPDX-License-Identifier: Apache-2.0
"""Layout: the blocks of a type, filled with facts, on as many pages as they need.

The strips of all blocks are stacked from the top margin down; what does not fit goes
on to the next page, and what cannot fit on any page is an error. Nothing is clipped
or shrunk. A type that asks for one page gets one, or an error.
"""

from dataclasses import dataclass

from templates.composer import Composer
from templates.document_type import DocumentType
from templates.drawing import (
    DocumentInfo,
    PageWriter,
    PlacedPicture,
    prepare_reportlab,
)
from templates.errors import OverflowingError
from templates.facts import Facts
from templates.families import FAMILIES
from templates.fixed import (
    FilledBox,
    check_boxes,
    count_pages_asked,
    fill_boxes,
    paint_boxes,
)
from templates.fonts import EmbeddedFont
from templates.furniture import Furniture
from templates.lines import set_lines
from templates.place import Place
from templates.qr_block import QrModules
from templates.strips import (
    Strip,
    divide_strips,
    height_of,
    paint_strips,
    to_millimetres,
    to_points,
)
from templates.structure import Element
from templates.words import Run

_LONGEST = 3
"""Fields named where a document is too long."""
_NO_INFO = DocumentInfo(title="", producer="", date="")


@dataclass(frozen=True, kw_only=True)
class DrawnPages:
    """A PDF of pages, and the fonts it lacks still, by their names in the pages."""

    pdf: bytes
    fonts: dict[str, EmbeddedFont]
    structure: Element
    """The document in reading order; the marked content of the pages belongs to it."""
    texts: tuple[str, ...]
    """All text of each page, in the order it was drawn in."""
    qr: Place | None
    pictures: tuple[PlacedPicture, ...] = ()
    """What the pages lack still, beside fonts."""


@dataclass(frozen=True, kw_only=True)
class _LaidOut:
    """What goes on which page."""

    pages: list[list[Strip]]
    foot: list[Strip]
    boxes: list[list[FilledBox]]


def draw_pages(
    document_type: DocumentType,
    facts: Facts,
    qr: QrModules,
    info: DocumentInfo,
    *,
    watermark: str | None = None,
) -> DrawnPages:
    """Draw a document.

    1. Make strips of the blocks.
    2. Divide them over pages, and fill the boxes of each page.
    3. Draw page by page.

    Raises:
        GlyphMissingError: the font lacks a character.
        OverflowingError: a part is higher than a page or its box, or runs into a box,
            or the type asks for one page and the whole is higher.
    """
    page = document_type.page
    # 1. and 2.
    composer = Composer(document_type, facts, qr)
    laid_out = _lay_out(composer)
    # 3.
    size = (to_points(page.width), to_points(page.height))
    writer = PageWriter(page.family, size, info)
    furniture = Furniture(composer, watermark)
    count = len(laid_out.pages)
    for number, strips in enumerate(laid_out.pages, start=1):
        furniture.draw(writer, number, count)
        left = to_points(page.left)
        paint_strips(writer, strips, left, to_points(page.height - page.top))
        if number == count:
            top = to_points(page.bottom) + height_of(laid_out.foot)
            paint_strips(writer, laid_out.foot, left, top)
        boxes = laid_out.boxes[number - 1]
        paint_boxes(writer, boxes)
        check_boxes(writer, boxes, document_type.id)
        writer.finish_page()
    pdf, fonts = writer.finish()
    return DrawnPages(
        pdf=pdf,
        fonts=fonts,
        structure=composer.root,
        texts=writer.drawn_texts(),
        qr=writer.qr,
        pictures=tuple(writer.pictures.values()),
    )


def check_pages(document_type: DocumentType, facts: Facts, qr: QrModules) -> None:
    """Refuse what `draw_pages` would refuse.

    Without drawing, unless there are boxes: what runs into one shows only then.

    Raises:
        GlyphMissingError, OverflowingError: as `draw_pages`.
    """
    if document_type.fixed:
        draw_pages(document_type, facts, qr, _NO_INFO)
    else:
        _lay_out(Composer(document_type, facts, qr))


def warm_up() -> None:
    """Load what the first document would wait for: fonts, and the words of Thai."""
    for family in FAMILIES.values():
        prepare_reportlab(family)
        set_lines((family, 12), (Run("ไทย"), Run("ไทย", bold=True)), 100)


def _lay_out(composer: Composer) -> _LaidOut:
    body, foot = composer.stack_body(), composer.stack_foot()
    room = composer.room
    pages = divide_strips(body, room, height_of(foot))
    kind = composer.type
    if kind.page.one_page and len(pages) > 1:
        excess = to_millimetres(height_of(body) + height_of(foot) - room)
        longest = composer.facts.longest_fields(_LONGEST)
        labels = {field.name: field.label.th for field in kind.fields}
        excess = max(excess, 1)
        raise OverflowingError(
            f"เอกสารนี้ต้องอยู่ในหน้าเดียว แต่ยาวเกินไป {excess:.0f} มม. โปรดย่อข้อความที่ยาว "
            f"({', '.join(labels[name] for name in longest)})",
            f"{kind.id} must fit on one page, and this one is {excess:.0f} mm too "
            f"long: shorten its longest texts ({', '.join(longest)})",
            fields=longest,
        )
    while len(pages) < count_pages_asked(kind, composer.facts):
        pages.append([])
    boxes = [
        fill_boxes(composer, number, len(pages)) for number in range(1, len(pages) + 1)
    ]
    first, *others = boxes
    # Boxes of the first page are read before what flows, others after it.
    composer.root.kids[:0] = [kid for box in first for kid in box.elements.kids]
    composer.root.kids += [
        kid
        for filled in others
        for box in filled
        if not box.elements.is_artifact
        for kid in box.elements.kids
    ]
    return _LaidOut(pages=pages, foot=foot, boxes=boxes)
