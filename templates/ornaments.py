# SPDX-License-Identifier: Apache-2.0
"""Ornaments: the neutral emblem and the border of certificates, as vectors.

The emblem is a lotus within a ring of petals. It is nobody's: the Garuda and the
marks of agencies may be used by agencies only, and come with their own types.
"""

import functools
import math

from templates.drawing import circle, fill, num, stroke

_PETALS = 24
_BEADS = 48
_LOTUS = (
    (0, 0.82, 0.17),
    (-24, 0.74, 0.15),
    (24, 0.74, 0.15),
    (-48, 0.64, 0.13),
    (48, 0.64, 0.13),
    (-70, 0.52, 0.10),
    (70, 0.52, 0.10),
)
"""Petals from back to front: angle, length and half breadth, by the radius."""
_BAND = 11.0
"""Width of the border's band, in points."""
_WAVE = 22.0
"""Length of one wave of the band, about; stretched to fit each side."""


@functools.lru_cache(maxsize=64)
def draw_emblem(size: float) -> str:
    """Return the emblem as PDF operators, in a square of `size` points."""
    radius = centre = size / 2
    ring = " ".join(
        _petal(centre, 0.81 * radius, 0.985 * radius, 0.125 * radius, turn)
        for turn in _turns(_PETALS)
    )
    circles = " ".join(circle(centre, centre, part * radius) for part in (0.80, 0.69))
    beads = " ".join(
        circle(
            centre + 0.745 * radius * math.sin(turn),
            centre + 0.745 * radius * math.cos(turn),
            0.018 * radius,
        )
        for turn in _turns(_BEADS)
    )
    return "\n".join(
        (
            fill(ring, tone="light"),
            stroke(ring, tone="accent", weight=size * 0.006),
            stroke(circles, tone="accent", weight=size * 0.0085),
            fill(beads, tone="accent"),
            *_draw_lotus(centre, centre - 0.30 * radius, radius),
        )
    )


@functools.lru_cache(maxsize=64)
def draw_border(width: float, height: float, inset: float) -> str:
    """Return the border of a page: lines with a woven band between them."""
    band = inset + _BAND
    gap = band + 3
    weave = _weave(inset, inset, width - inset, height - inset)
    corners = [(x, y) for x in (band, width - band) for y in (band, height - band)]
    return "\n".join(
        (
            stroke(weave, tone="light", weight=0.5),
            stroke(_box(width, height, inset), tone="accent", weight=1.6),
            stroke(_box(width, height, band), tone="accent", weight=0.7),
            stroke(_box(width, height, gap), tone="accent", weight=0.3),
            *(_draw_corner(x, y) for x, y in corners),
        )
    )


def _draw_lotus(cx: float, cy: float, radius: float) -> list[str]:
    """Return the lotus: petals opening from one point above a calm water line."""
    weight = radius * 0.017
    drawn = []
    for angle, length, breadth in _LOTUS:
        turn = math.radians(angle)
        path = _petal(cx, 0.06 * radius, length * radius, breadth * radius, turn, cy)
        drawn += [
            fill(path, tone="light"),
            stroke(path, tone="accent", weight=weight),
        ]
    for level, half in ((0.07, 0.40), (0.15, 0.28), (0.23, 0.15)):
        y, reach = cy - level * radius, half * radius
        dip = y - 0.05 * radius
        path = (
            f"{num(cx - reach)} {num(y)} m {num(cx - reach / 2)} {num(dip)} "
            f"{num(cx + reach / 2)} {num(dip)} {num(cx + reach)} {num(y)} c"
        )
        drawn.append(stroke(path, tone="accent", weight=weight))
    return drawn


def _draw_corner(cx: float, cy: float) -> str:
    petals = " ".join(_petal(cx, 1.2, 6.9, 1.5, turn, cy) for turn in _turns(8))
    return "\n".join(
        (
            fill(circle(cx, cy, 8.2), tone="accent"),
            fill(petals, tone="light"),
            fill(circle(cx, cy, 1.1), tone="light"),
        )
    )


def _petal(
    cx: float,
    start: float,
    end: float,
    half: float,
    turn: float,
    cy: float | None = None,
) -> str:
    """Return a leaf from radius `start` to `end`, turned clockwise from the top."""
    cy = cx if cy is None else cy
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


def _box(width: float, height: float, inset: float) -> str:
    sides = (inset, inset, width - 2 * inset, height - 2 * inset)
    return " ".join([*map(num, sides), "re"])


def _turns(count: int) -> list[float]:
    return [2 * math.pi * index / count for index in range(count)]
