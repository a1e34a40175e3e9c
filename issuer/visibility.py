# SPDX-License-Identifier: Apache-2.0
"""Visibility: what is in the text layer is seen by whoever looks at the page.

Every line of text is large enough, stands on the sheet, within what it is clipped to,
on a ground it can be told from, and under nothing. First the things painted are judged
in painting order, then the picture of the page, which shows also what the order does
not tell.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Final

from issuer.errors import GateError
from issuer.geometry import Box, contains, grow, overlap
from issuer.overlaps import check_overlaps
from issuer.page_reader import Ink, Kind, PageView, read_extremes
from issuer.refusals import Refusal, quote, refuse

MIN_TEXT_HEIGHT: Final = 3.0
"""Points of an em: about a millimetre, less than any small print."""
MIN_TEXT_WIDTH: Final = 1.5
MIN_CONTRAST: Final = 0.2
"""Difference of luminance between text and ground; gray print has 0.4 and more."""
_LEAST_WATERMARK: Final = 60.0
"""Points of an em."""
MIN_LARGE_CONTRAST: Final = 0.04

_SHEET_TOLERANCE: Final = 1.0
"""Points that lines and pictures may jut out over the sheet; text may not."""
_TOUCH: Final = 0.6
"""Points that neighbours may come into the box of a text: marks reach far."""
_THIN: Final = 1.5
"""Points: rules and underlines, which strike no letter out unless they are white."""
_ERASING_CONTRAST: Final = 0.5
_SHARE_OF_RULES: Final = 0.3
"""Of the box of a text, that rules over it may fill in all."""
_MIN_ASPECT: Final = 0.3
"""Width of letters to their height; the narrowest of condensed ones have 0.5."""
_MIN_ADVANCE: Final = 0.1
"""Of an em a character, in a line of text: Thai marks take no room of their own."""
_PILE: Final = 3
"""Characters from which on a line is measured."""
_SHADES: Final = 255
_SHARE_OF_INK, _SHARE_OF_GROUND = 0.02, 0.2
"""Parts of a picture of text that are ink and ground, where the ground is unknown."""
_SHARE_OF_LARGE_INK: Final = 0.03
"""Of the box around a watermark; letters fill a tenth of it, turned as they are."""


def check_visible(
    page: PageView, *, patterned: bool, watermark: Ink | None = None
) -> None:
    """Check that all text of a page is seen.

    `patterned` tells that some areas are filled with more than one colour; the
    watermark may be faint, and printed over.

    Raises:
        GateError: something is hidden or off the sheet.
    """
    sheet = (0.0, 0.0, page.width, page.height)
    areas: list[Ink] = []
    fills: list[Ink] = []
    texts: list[tuple[Ink, int, int]] = []
    """Each with the number of areas, and of those filled, that lie below it."""
    for ink in page.inks:
        if ink.kind is Kind.TEXT:
            if ink.text.strip():
                _check_form(ink, sheet)
                texts.append((ink, len(areas), len(fills)))
        else:
            seen = _check_area(ink, sheet)
            if seen is None:
                continue
            ink.box = seen
            areas.append(ink)
            if ink.fill is not None or ink.kind is not Kind.PATH:
                fills.append(ink)
    for ink, areas_below, fills_below in texts:
        if ink is watermark:
            _check_watermark(page, ink)
            continue
        grounds = _find_grounds(ink, fills[:fills_below], patterned=patterned)
        _check_contrast(ink, [ground for ground in grounds if ground is not None])
        _check_uncovered(ink, areas[areas_below:])
        _check_picture(page, ink, known=None not in grounds and ink.stroke is None)
    check_overlaps(page, [ink for ink, _, _ in texts if ink is not watermark])


def find_watermark(page: PageView, text: str | None) -> Ink | None:
    """Return the watermark of a page, if there is to be one and it is there."""
    if text is None:
        return None
    for ink in page.inks:
        large = ink.kind is Kind.TEXT and min(ink.size) >= _LEAST_WATERMARK
        if large and ink.text.split() == text.split():
            return ink
    return None


def _check_form(ink: Ink, sheet: Box) -> None:
    """Check a text by itself."""
    along, across = ink.size
    if across < MIN_TEXT_HEIGHT or along < max(MIN_TEXT_WIDTH, across * _MIN_ASPECT):
        raise refuse(
            Refusal.TEXT_TOO_SMALL,
            th=f"ข้อความ {quote_text(ink)} ตัวเล็กจนอ่านไม่ได้",
            en=f"the text {quote_text(ink)} is too small to be read ({across:.1f} pt)",
        )
    if ink.stroke is not None and abs(ink.stroke - (ink.fill or 0)) > MIN_CONTRAST / 2:
        raise refuse(
            Refusal.TEXT_INVISIBLE,
            th=f"ขอบของข้อความ {quote_text(ink)} มีสีต่างจากตัวอักษร จึงอาจกลบตัวอักษรได้",
            en=f"the outlines of {quote_text(ink)} have another colour than its "
            "letters, and may cover them",
        )
    letters = len("".join(ink.text.split()))
    if letters >= _PILE and ink.length < letters * along * _MIN_ADVANCE:
        raise refuse(
            Refusal.TEXT_PILED_UP,
            th=f"ตัวอักษรของข้อความ {quote_text(ink)} ซ้อนทับกัน",
            en=f"the letters of {quote_text(ink)} are written on top of each other",
        )
    if not contains(sheet, ink.box, _TOUCH):
        raise _outside(f"ข้อความ {quote_text(ink)}", f"the text {quote_text(ink)}")
    if not all(clip.encloses(grow(ink.box, -_TOUCH)) for clip in ink.clips):
        raise refuse(
            Refusal.TEXT_CLIPPED,
            th=f"ข้อความ {quote_text(ink)} ถูกตัดขอบจนมองไม่เห็นทั้งหมด",
            en=f"the text {quote_text(ink)} is clipped",
        )


def _check_area(ink: Ink, sheet: Box) -> Box | None:
    """Check where a path, picture or shading stands; return what is seen of it."""
    seen = ink.find_seen()
    if seen is None and ink.kind is Kind.IMAGE:
        raise refuse(
            Refusal.IMAGE_HIDDEN,
            th="มีภาพซ่อนอยู่ในหน้า โปรดแจ้งผู้ดูแลแบบเอกสาร",
            en="a picture is in the file that the page does not show",
        )
    if seen and not contains(sheet, seen, _SHEET_TOLERANCE):
        raise _outside("ภาพหรือเส้น", "a picture or path")
    return seen


def _find_grounds(
    text: Ink, below: Sequence[Ink], *, patterned: bool
) -> list[float | None]:
    """Return the luminance of all a text may stand on; None is anything."""
    inner = grow(text.box, -_TOUCH)
    grounds: list[float | None] = [1.0]
    for area in below:
        if overlap(area.box, text.box) is None:
            continue
        shade = None if patterned or area.kind is not Kind.PATH else area.fill
        if shade is not None and not _is_near(text, shade):
            # It may stand there or not: it can be told from the text anyway.
            if contains(area.box, inner) and _holds(area, inner):
                grounds = [shade]
        elif area.kind is not Kind.PATH and contains(area.box, inner):
            grounds = [None]
        elif area.fills_within(text.box):
            grounds.append(shade)
    return grounds


def _holds(area: Ink, box: Box) -> bool:
    """Tell whether an area lies under all of a box."""
    shapes = (*area.clips, area.read_outline())
    return all(shape.encloses(box) for shape in shapes)


def _is_near(text: Ink, shade: float) -> bool:
    fill = 0.0 if text.fill is None else text.fill
    seen = fill * text.alpha + shade * (1 - text.alpha)
    return abs(seen - shade) < MIN_CONTRAST


def _check_contrast(text: Ink, grounds: Iterable[float]) -> None:
    if any(_is_near(text, shade) for shade in grounds):
        raise refuse(
            Refusal.TEXT_WITHOUT_CONTRAST,
            th=f"ข้อความ {quote_text(text)} มีสีกลืนกับพื้น",
            en=f"the text {quote_text(text)} has nearly the colour of its ground",
        )


def _check_uncovered(text: Ink, above: Iterable[Ink]) -> None:
    inner = grow(text.box, -_TOUCH)
    room = max(inner[2] - inner[0], 0) * max(inner[3] - inner[1], 0)
    left = room * _SHARE_OF_RULES
    for area in above:
        if overlap(area.box, inner) is None:
            continue
        left -= _measure_cover(area, text, inner)
        if left < 0:
            raise refuse(
                Refusal.TEXT_COVERED,
                th=f"ข้อความ {quote_text(text)} ถูกภาพหรือสีทับไว้",
                en=f"something is painted over the text {quote_text(text)}",
            )


def _measure_cover(area: Ink, text: Ink, inner: Box) -> float:
    """Return how much of a text a rule covers; all of it, if it is no mere rule."""
    own = 0.0 if text.fill is None else text.fill
    left, bottom, right, top = area.box
    covered = 0.0
    if area.fills_within(inner):
        thin = area.kind is Kind.PATH and min(right - left, top - bottom) <= _THIN
        if not thin or abs((area.fill or 0.0) - own) >= _ERASING_CONTRAST:
            return math.inf
        shared = overlap(area.box, inner) or inner
        covered += (shared[2] - shared[0]) * (shared[3] - shared[1])
    if area.strokes_within(inner):
        erasing = abs((area.stroke or 0.0) - own) >= _ERASING_CONTRAST
        if erasing or area.width > _THIN:
            return math.inf
        covered += area.read_outline().length_within(inner) * area.width
    return covered


def _check_picture(page: PageView, text: Ink, *, known: bool) -> None:
    """Check a text in the picture of the page: there must be ink, and ground."""
    picture = page.crop(text.box)
    darkest, lightest = read_extremes(picture)
    visible = lightest - darkest >= MIN_CONTRAST / 2 * _SHADES
    if visible and not known:
        fill = 0.0 if text.fill is None else text.fill
        shares = picture.histogram()
        ink = _share(shares, fill, MIN_CONTRAST / 2)
        visible = ink >= _SHARE_OF_INK and 1 - ink >= _SHARE_OF_GROUND
    if not visible:
        raise refuse(
            Refusal.TEXT_COVERED,
            th=f"ข้อความ {quote_text(text)} มองไม่เห็นบนหน้า",
            en=f"the text {quote_text(text)} cannot be seen on the page",
        )


def _check_watermark(page: PageView, text: Ink) -> None:
    """Check a watermark: faint, printed over, but there."""
    fill = 0.0 if text.fill is None else text.fill
    ink = _share(page.crop(text.box).histogram(), fill, MIN_LARGE_CONTRAST / 3)
    if ink < _SHARE_OF_LARGE_INK or 1 - fill < MIN_LARGE_CONTRAST:
        raise refuse(
            Refusal.TEXT_COVERED,
            th=f"ข้อความขนาดใหญ่ {quote_text(text)} มองไม่เห็นบนหน้า",
            en=f"the large text {quote_text(text)} cannot be seen on the page",
        )


def _share(histogram: Sequence[int], shade: float, distance: float) -> float:
    """Return the share of pixels within a distance of a shade."""
    first = max(round((shade - distance) * _SHADES), 0)
    last = min(round((shade + distance) * _SHADES), _SHADES)
    return sum(histogram[first : last + 1]) / (sum(histogram) or 1)


def quote_text(ink: Ink) -> str:
    """Return the text as a message repeats it."""
    return quote(ink.text)


def _outside(th: str, en: str) -> GateError:
    return refuse(
        Refusal.OUTSIDE_PAGE,
        th=f"{th} อยู่นอกขอบกระดาษ",
        en=f"{en} is outside the sheet",
    )
