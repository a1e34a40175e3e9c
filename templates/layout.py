# SPDX-License-Identifier: Apache-2.0
"""Layout: the blocks of a type, filled with facts, on as many pages as they need.

The strips of all blocks are stacked from the top margin down; what does not fit goes
on to the next page, and what cannot fit on any page is an error. Nothing is clipped
or shrunk. A type that asks for one page gets one, or an error.
"""

from dataclasses import dataclass, replace

from templates.blocks import TextStyle
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
from templates.fonts import EmbeddedFont
from templates.lines import set_lines
from templates.ornaments import draw_border
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

_RUNNING_SIZE = 14
_BORDER_INSET_MM = 7
_BORDER_DEPTH_MM = 13


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
    2. Divide them over pages.
    3. Draw page by page.

    Raises:
        GlyphMissingError: the font lacks a character.
        OverflowingError: a part is higher than a page, or the type asks for one page
            and the whole is higher.
    """
    page = document_type.page
    # 1. and 2.
    composer = Composer(document_type, facts, qr)
    pages, foot = _lay_out(composer)
    # 3.
    size = (to_points(page.width), to_points(page.height))
    writer = PageWriter(page.family, size, info)
    for number, strips in enumerate(pages, start=1):
        if watermark:
            angle = 50 if page.height > page.width else 30
            writer.draw_watermark(watermark, min(size) / 3.8, angle)
        if page.border == "ornamental":
            border = draw_border(*size, to_points(_BORDER_INSET_MM))
            sheet = Place(
                page=writer.page, left=0, bottom=0, right=size[0], top=size[1]
            )
            writer.draw_figures(border, sheet)
        if len(pages) > 1:
            _draw_running_line(writer, composer, number, len(pages))
        left = to_points(page.left)
        paint_strips(writer, strips, left, to_points(page.height - page.top))
        if number == len(pages):
            top = to_points(page.bottom) + height_of(foot)
            paint_strips(writer, foot, left, top)
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
    """Refuse what `draw_pages` would refuse, without drawing.

    Raises:
        GlyphMissingError, OverflowingError: as `draw_pages`.
    """
    _lay_out(Composer(document_type, facts, qr))


def warm_up() -> None:
    """Load what the first document would wait for: fonts, and the words of Thai."""
    for family in FAMILIES.values():
        prepare_reportlab(family)
        set_lines((family, 12), (Run("ไทย"), Run("ไทย", bold=True)), 100)


def _lay_out(composer: Composer) -> tuple[list[list[Strip]], list[Strip]]:
    """Return the strips of each page, and those of the foot."""
    body, foot = composer.stack_body(), composer.stack_foot()
    room = composer.room
    pages = divide_strips(body, room, height_of(foot))
    if composer.type.page.one_page and len(pages) > 1:
        excess = to_millimetres(height_of(body) + height_of(foot) - room)
        raise OverflowingError(
            f"{composer.type.id} must fit on one page, and this one is "
            f"{max(excess, 1):.0f} mm too long: shorten its longest texts"
        )
    return pages, foot


def _draw_running_line(
    writer: PageWriter, composer: Composer, number: int, count: int
) -> None:
    """Draw the number of the page, and from the second on what document it is of."""
    page, setter = composer.type.page, composer.setter
    style = TextStyle(size=_RUNNING_SIZE, tone="gray")
    where = setter.write_digits(f"หน้า {number}/{count}")
    place = setter.set_text(
        [Run(where)], composer.width, replace(style, align="right"), element=None
    )
    inset = page.top * 0.45 if page.border == "none" else _BORDER_DEPTH_MM
    left, top = to_points(page.left), to_points(page.height - inset)
    # From left to right, as it will be read.
    if number > 1:
        what = f"{composer.type.name.th} เลขที่ {composer.facts.write('number').text}"
        name = setter.set_text([Run(what)], composer.width, style, element=None)
        paint_strips(writer, name, left, top)
    paint_strips(writer, place, left, top)
