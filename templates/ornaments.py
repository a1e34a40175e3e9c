# SPDX-License-Identifier: Apache-2.0
"""Ornaments: the neutral emblem and the border of certificates, as vectors.

The emblem is a lotus within a ring of petals. It is nobody's: the Garuda and the
marks of agencies may be used by agencies only, and come with their own types.
"""

import math

from templates.drawing import Canvas, circle, num

_PETALS = 24
_BEADS = 48
_BAND = 11.0
"""Width of the border's band, in points."""
_WAVE = 22.0
"""Length of one wave of the band, about; stretched to fit each side."""


def draw_emblem(canvas: Canvas, x: float, y: float, size: float) -> None:
    """Draw the emblem with its lower left corner at x, y; lengths in points."""
    radius = size / 2
    cx, cy = x + radius, y + radius
    ring = " ".join(
        _petal(cx, cy, 0.80 * radius, 0.985 * radius, 0.105 * radius, turn)
        for turn in _turns(_PETALS)
    )
    canvas.stroke_path(ring, tone="accent", weight=size * 0.0075)
    canvas.stroke_path(
        f"{circle(cx, cy, 0.80 * radius)} {circle(cx, cy, 0.69 * radius)}",
        tone="accent",
        weight=size * 0.0085,
    )
    beads = " ".join(
        circle(
            cx + 0.745 * radius * math.sin(turn),
            cy + 0.745 * radius * math.cos(turn),
            0.018 * radius,
        )
        for turn in _turns(_BEADS)
    )
    canvas.fill_path(beads, tone="accent")
    _draw_lotus(canvas, cx, cy - 0.30 * radius, radius)


def draw_border(canvas: Canvas, width: float, height: float, inset: float) -> None:
    """Draw the border of a page: two lines with a woven band between them."""
    outer = (inset, inset, width - 2 * inset, height - 2 * inset)
    band = inset + _BAND
    inner = (band, band, width - 2 * band, height - 2 * band)
    weave = _weave(inset, inset, width - inset, height - inset)
    canvas.stroke_path(weave, tone="light", weight=0.5)
    canvas.stroke_path(_box(*outer), tone="accent", weight=1.6)
    canvas.stroke_path(_box(*inner), tone="accent", weight=0.7)
    gap = band + 3
    canvas.stroke_path(
        _box(gap, gap, width - 2 * gap, height - 2 * gap), tone="accent", weight=0.3
    )
    for cx in (band, width - band):
        for cy in (band, height - band):
            _draw_corner(canvas, cx, cy)


def _draw_lotus(canvas: Canvas, cx: float, cy: float, radius: float) -> None:
    """Draw the lotus: petals opening from one point above a calm water line."""
    for angle, length, breadth in (
        (0, 0.82, 0.17),
        (-24, 0.74, 0.15),
        (24, 0.74, 0.15),
        (-48, 0.64, 0.13),
        (48, 0.64, 0.13),
        (-70, 0.52, 0.10),
        (70, 0.52, 0.10),
    ):
        path = _petal(
            cx,
            cy,
            0.06 * radius,
            length * radius,
            breadth * radius,
            math.radians(angle),
        )
        canvas.fill_path(path, tone="light")
        canvas.stroke_path(path, tone="accent", weight=radius * 0.017)
    for level, half in ((0.07, 0.40), (0.15, 0.28), (0.23, 0.15)):
        y = cy - level * radius
        canvas.stroke_path(
            f"{num(cx - half * radius)} {num(y)} m "
            f"{num(cx - half * radius / 2)} {num(y - 0.05 * radius)} "
            f"{num(cx + half * radius / 2)} {num(y - 0.05 * radius)} "
            f"{num(cx + half * radius)} {num(y)} c",
            tone="accent",
            weight=radius * 0.017,
        )


def _draw_corner(canvas: Canvas, cx: float, cy: float) -> None:
    canvas.fill_path(circle(cx, cy, 8.2), tone="accent")
    petals = " ".join(_petal(cx, cy, 1.2, 6.9, 1.5, turn) for turn in _turns(8))
    canvas.fill_path(petals, tone="light")
    canvas.fill_path(circle(cx, cy, 1.1), tone="light")


def _petal(
    cx: float, cy: float, start: float, end: float, half: float, turn: float
) -> str:
    """Return a leaf from radius `start` to `end`, turned clockwise from the top."""
    middle = start + (end - start) * 0.55
    sin, cos = math.sin(turn), math.cos(turn)

    def place(across: float, along: float) -> str:
        return (
            f"{num(cx + across * cos + along * sin)} "
            f"{num(cy - across * sin + along * cos)}"
        )

    near = start + (end - start) * 0.2
    return (
        f"{place(0, start)} m "
        f"{place(half, near)} {place(half * 1.3, middle)} {place(0, end)} c "
        f"{place(-half * 1.3, middle)} {place(-half, near)} {place(0, start)} c h"
    )


def _weave(left: float, bottom: float, right: float, top: float) -> str:
    """Return two interlacing waves along the four sides."""
    half = _BAND / 2
    sides = (
        (left, bottom + half, right, bottom + half),
        (left, top - half, right, top - half),
        (left + half, bottom, left + half, top),
        (right - half, bottom, right - half, top),
    )
    return " ".join(
        _wave(side, height) for side in sides for height in (half * 0.8, -half * 0.8)
    )


def _wave(side: tuple[float, float, float, float], height: float) -> str:
    x1, y1, x2, y2 = side
    upright = x1 == x2
    length = (y2 - y1) if upright else (x2 - x1)
    count = max(2, 2 * round(length / _WAVE))
    step = length / count

    def place(along: float, across: float) -> str:
        if upright:
            return f"{num(x1 + across, 1)} {num(y1 + along, 1)}"
        return f"{num(x1 + along, 1)} {num(y1 + across, 1)}"

    parts = [f"{place(0, 0)} m"]
    for index in range(count):
        sign = height * 4 / 3 * (1 if index % 2 else -1)
        start = index * step
        parts.append(
            f"{place(start + step * 0.36, sign)} {place(start + step * 0.64, sign)} "
            f"{place(start + step, 0)} c"
        )
    return " ".join(parts)


def _box(x: float, y: float, width: float, height: float) -> str:
    return f"{num(x)} {num(y)} {num(width)} {num(height)} re"


def _turns(count: int) -> list[float]:
    return [2 * math.pi * index / count for index in range(count)]
