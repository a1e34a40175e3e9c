# SPDX-License-Identifier: Apache-2.0
"""Strips: slices of a page, stacked from the top down and divided over pages.

A strip is never divided. What is kept together goes to the next page together,
unless it is higher than a page; a single strip higher than a page is an error.
"""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from reportlab.lib.units import mm

from templates.drawing import PageWriter
from templates.errors import OverflowingError

_MIN_LINES_WITH_FOOT = 2
ROUNDING = 0.01
"""Points; sums of heights are not exact."""

Painter = Callable[[PageWriter, float, float], None]
"""Draws a strip whose upper left corner is at x, y."""


@dataclass(frozen=True, kw_only=True)
class Strip:
    """A horizontal slice of the page that is never divided; heights in points."""

    height: float
    paint: Painter | None = None
    keep: bool = False
    """Keep on one page with the strip that follows."""
    gap: bool = False
    """Empty space, dropped where a page begins with it, except the first."""
    head: "Strip | None" = None
    """Repeated above where a page begins with this strip, as the header of a table."""


def divide_strips(strips: list[Strip], limit: float, foot: float) -> list[list[Strip]]:
    """Divide strips over pages `limit` points high; the foot fits under the last.

    Raises:
        OverflowingError: a strip, or the foot, is higher than a page.
    """
    if foot > limit:
        raise _too_high(foot, limit)
    pages: list[list[Strip]] = [[]]
    for chunk in _group_kept(strips, limit):
        if pages[-1] and height_of([*pages[-1], *chunk]) > limit + ROUNDING:
            pages.append([])
        begins = not pages[-1] and len(pages) > 1
        pages[-1] += _begin_page(chunk) if begins else chunk
    if height_of(pages[-1]) + foot > limit + ROUNDING:
        pages.append(_take_last_lines(pages[-1], limit - foot))
    return pages


def join_columns(
    left: list[Strip], right: list[Strip], distance: float, margin: float = 0
) -> list[Strip]:
    """Join strips of two columns of text, line by line.

    The whole left column is painted with the first line and kept on its page: text
    is copied in the order in which it was painted, so a label of two lines would
    tear the value beside it.
    """
    pairs = list(itertools.zip_longest(left, right))
    heights = [max(strip.height for strip in pair if strip) for pair in pairs]
    strips = []
    for index, (_, beside) in enumerate(pairs):
        whole = left if index == 0 else []
        drops = itertools.accumulate(heights, initial=0.0)
        placed = [(margin, drop, one) for drop, one in zip(drops, whole, strict=False)]
        if beside:
            placed.append((margin + distance, 0.0, beside))
        keep = index < len(left) - 1 or any(one.keep for one in pairs[index] if one)
        strips.append(
            Strip(height=heights[index], paint=_painter_of(placed), keep=keep)
        )
    return strips


def _painter_of(placed: list[tuple[float, float, Strip]]) -> Painter:
    """Return the painter of strips at distances to the right and downwards."""

    def paint(writer: PageWriter, left: float, top: float) -> None:
        for across, down, strip in placed:
            if strip.paint:
                strip.paint(writer, left + across, top - down)

    return paint


def _group_kept(strips: list[Strip], limit: float) -> list[list[Strip]]:
    """Group strips that stay together; a group higher than a page is let go."""
    groups: list[list[Strip]] = []
    held: list[Strip] = []
    for strip in strips:
        alone = height_of(_begin_page([strip]))
        if alone > limit + ROUNDING:
            raise _too_high(alone, limit)
        held.append(strip)
        if not strip.keep and not strip.gap:
            whole = height_of(_begin_page(held)) <= limit + ROUNDING
            groups += [held] if whole else [[one] for one in held]
            held = []
    return [*groups, held] if held else groups


def _begin_page(strips: list[Strip]) -> list[Strip]:
    """Return strips as a page begins with them: no gap, and the header of a table."""
    start = 0
    while start < len(strips) and strips[start].gap:
        start += 1
    shown = strips[start:]
    head = shown[0].head if shown else None
    return [head, *shown] if head else shown


def _take_last_chunk(page: list[Strip]) -> list[Strip]:
    """Take the last strips of a page off it, gaps and kept strips with them."""
    start = len(page)
    while start > 0 and (page[start - 1].gap or start == len(page)):
        start -= 1
    while start > 0 and (page[start - 1].keep or page[start - 1].gap):
        start -= 1
    moved = page[start:]
    del page[start:]
    return moved


def _take_last_lines(page: list[Strip], room: float) -> list[Strip]:
    """Take the last lines off a page, so that a signature never stands alone.

    Nothing is taken where the page would be left empty, or the room is too small.
    """
    kept, moved = list(page), list[Strip]()
    while kept and sum(not strip.gap for strip in moved) < _MIN_LINES_WITH_FOOT:
        moved = _take_last_chunk(kept) + moved
    moved = _begin_page(moved)
    if not kept or height_of(moved) > room:
        return []
    page[:] = kept
    return moved


def _too_high(height: float, limit: float) -> OverflowingError:
    high, holds = to_millimetres(height), to_millimetres(limit)
    return OverflowingError(
        f"มีส่วนที่สูง {high:.0f} มม. เกินหน้ากระดาษซึ่งมีที่ {holds:.0f} มม.",
        f"a part {high:.0f} mm high does not fit on a page, which holds {holds:.0f} mm",
    )


def paint_strips(
    writer: PageWriter, strips: Iterable[Strip], x: float, top: float
) -> None:
    """Paint strips one under the other."""
    for strip in strips:
        if strip.paint:
            strip.paint(writer, x, top)
        top -= strip.height


def keep_together(strips: list[Strip]) -> list[Strip]:
    """Return the strips so that no page ends between them."""
    return [replace(strip, keep=True) for strip in strips[:-1]] + strips[-1:]


def align_within(align: str, measure: float, width: float) -> float:
    """Return how far from the left something stands within a measure."""
    if align == "center":
        return (measure - width) / 2
    return measure - width if align == "right" else 0.0


def height_of(strips: Iterable[Strip]) -> float:
    """Return the height of strips stacked, in points."""
    return sum(strip.height for strip in strips)


def make_gap(millimetres: float) -> Strip:
    """Return empty space."""
    return Strip(height=to_points(millimetres), gap=True)


def to_points(millimetres: float) -> float:
    """Return a length in points."""
    points: float = millimetres * mm
    return points


def to_millimetres(points: float) -> float:
    """Return a length in millimetres."""
    millimetres: float = points / mm
    return millimetres
