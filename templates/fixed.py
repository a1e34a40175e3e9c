# SPDX-License-Identifier: Apache-2.0
"""Fixed boxes: blocks at a place of the paper, on the pages they are meant for.

What a box holds must fit into it, and nothing else may be drawn there: both are
errors that say by how much, never a clipped line.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from templates.artwork import open_background
from templates.blocks import FixedBox
from templates.composer import Composer
from templates.document_type import DocumentType
from templates.drawing import PageWriter
from templates.errors import OverflowingError
from templates.facts import Facts
from templates.overflow import name_shown
from templates.place import Place
from templates.strips import (
    ROUNDING,
    Strip,
    height_of,
    paint_strips,
    to_millimetres,
    to_points,
)
from templates.structure import Element
from templates.wording import Localized

_TOUCH = 0.5
"""Points that things may reach into a box: edges of letters are not exact."""
_QUOTED = 40
"""Characters of a text that are quoted; enough to find it by."""


@dataclass(frozen=True, kw_only=True)
class FilledBox:
    """A box of one page, with what is drawn in it."""

    box: FixedBox
    place: Place
    strips: list[Strip]
    elements: Element
    """What the box adds to the structure, as the kids of one element."""


def count_pages_asked(document_type: DocumentType, facts: Facts) -> int:
    """Return how many pages a document has at least, for its boxes and background."""
    pages = [
        box.page
        for box in document_type.fixed
        if isinstance(box.page, int) and facts.holds(box.when)
    ]
    background = document_type.page.background
    if background is not None and background.pages == "all":
        pages.append(len(open_background(document_type)))
    return max(pages, default=1)


def fill_boxes(composer: Composer, number: int, count: int) -> list[FilledBox]:
    """Return the boxes of a page, from left to right.

    Raises:
        OverflowingError: the content of one is higher than the box.
    """
    filled = [
        _fill_box(composer, box, number, count)
        for box in sorted(composer.type.fixed, key=lambda box: box.left)
        if _is_shown(box, number, count) and composer.facts.holds(box.when)
    ]
    composer.setter.page = None
    return filled


def paint_boxes(writer: PageWriter, boxes: Iterable[FilledBox]) -> None:
    """Paint the boxes of a page."""
    for layer, filled in enumerate(boxes, start=1):
        writer.layer = layer
        if filled.box.frame:
            writer.draw_frame(filled.place)
        paint_strips(writer, filled.strips, filled.place.left, filled.place.top)
    writer.layer = 0


def check_boxes(writer: PageWriter, boxes: list[FilledBox], type_id: str) -> None:
    """Refuse a page where something is drawn in a box it does not belong to.

    Raises:
        OverflowingError: naming box, page, and the text that runs in.
    """
    for layer, filled in enumerate(boxes, start=1):
        place = filled.place
        left, bottom = place.left + _TOUCH, place.bottom + _TOUCH
        right, top = place.right - _TOUCH, place.top - _TOUCH
        inside = [
            text
            for owner, (x1, y1, x2, y2), text in writer.ink
            if owner != layer and x1 < right and x2 > left and y1 < top and y2 > bottom
        ]
        if inside:
            # A text before the lines around it: that is what can be shortened.
            what = _name_ink(max(inside, key=lambda text: bool(text.strip())))
            box = _name_box(filled.box)
            raise OverflowingError(
                f"หน้า {writer.page + 1}: {what.th} ล้ำเข้าไปใน{box.th} "
                "โปรดย่อข้อความ หรือแจ้งผู้ดูแลแบบเอกสาร",
                f"{type_id}: on page {writer.page + 1} {what.en} runs into "
                f"{box.en}: move the box, or shorten the text",
            )


def _fill_box(composer: Composer, box: FixedBox, number: int, count: int) -> FilledBox:
    # Said once: what stands on every page is read on the first.
    again = box.page == "every" and number > 1
    elements = Element(role="Document", is_artifact=again)
    composer.setter.page = (number, count)
    strips = composer.stack(box.blocks, to_points(box.width), elements)
    excess = to_millimetres(height_of(strips) - to_points(box.height))
    if excess > to_millimetres(ROUNDING):
        shown, name = name_shown(composer.type, box.blocks), _name_box(box)
        raise OverflowingError(
            f"{name.th} เตี้ยเกินไป {excess:.1f} มม. สำหรับ {shown.th} โปรดย่อข้อความนั้น",
            f"{composer.type.id}: {name.en} is {excess:.1f} mm too low for what it "
            f"holds ({shown.en}): shorten that, or make the box higher",
            fields=shown.fields,
        )
    page = composer.type.page
    left, top = to_points(box.left), to_points(page.height - box.top)
    place = Place(
        page=number - 1,
        left=left,
        bottom=top - to_points(box.height),
        right=left + to_points(box.width),
        top=top,
    )
    return FilledBox(box=box, place=place, strips=strips, elements=elements)


def _is_shown(box: FixedBox, number: int, count: int) -> bool:
    if box.page == "every":
        return True
    return number == {"first": 1, "last": count}.get(str(box.page), box.page)


def _name_box(box: FixedBox) -> Localized:
    return Localized(
        f"กรอบที่ห่างจากขอบซ้าย {box.left:g} มม. และขอบบน {box.top:g} มม.",
        f"the box {box.left:g} mm from the left and {box.top:g} mm from the top",
    )


def _name_ink(text: str) -> Localized:
    text = text.strip()
    if not text:
        return Localized("ภาพ เส้น หรือคิวอาร์โค้ด", "a picture, a line or the QR code")
    if len(text) > _QUOTED:
        text = f"{text[:_QUOTED]}…"
    return Localized(f"ข้อความ “{text}”", f"the text “{text}”")
