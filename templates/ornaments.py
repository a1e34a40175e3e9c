# SPDX-License-Identifier: Apache-2.0
"""Ornaments: the neutral emblem and the border of certificates, as vectors.

The emblem is a lotus within a ring of petals. It is nobody's: the Garuda and the
marks of agencies may be used by agencies only, and come with their own types. Paths
are ReportLab's, made once for the process: they belong to no canvas.
"""

import functools
import math

from reportlab.pdfgen.pathobject import PDFPathObject
from reportlab.pdfgen.pdfgeom import bezierArc

from templates.drawing import Figure, round_lengths

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
def draw_emblem(size: float) -> tuple[Figure, ...]:
    """Return the emblem, in a square of `size` points."""
    radius = centre = size / 2
    ring, circles, beads = PDFPathObject(), PDFPathObject(), PDFPathObject()
    for turn in _turns(_PETALS):
        petal = (0.81 * radius, 0.985 * radius, 0.125 * radius)
        _add_petal(ring, (centre, centre), petal, turn)
    for part in (0.80, 0.69):
        _add_circle(circles, centre, centre, part * radius)
    for turn in _turns(_BEADS):
        x = centre + 0.745 * radius * math.sin(turn)
        y = centre + 0.745 * radius * math.cos(turn)
        _add_circle(beads, x, y, 0.018 * radius)
    return (
        Figure(path=ring, fill="light", stroke="accent", weight=size * 0.006),
        Figure(path=circles, stroke="accent", weight=size * 0.0085),
        Figure(path=beads, fill="accent"),
        *_draw_lotus(centre, centre - 0.30 * radius, radius),
    )


@functools.lru_cache(maxsize=64)
def draw_border(width: float, height: float, inset: float) -> tuple[Figure, ...]:
    """Return the border of a page: lines with a woven band between them."""
    band = inset + _BAND
    weave = _weave(inset, inset, width - inset, height - inset)
    corners = [(x, y) for x in (band, width - band) for y in (band, height - band)]
    boxes = []
    for edge, weight in ((inset, 1.6), (band, 0.7), (band + 3, 0.3)):
        box = PDFPathObject()
        sides = (edge, edge, width - 2 * edge, height - 2 * edge)
        box.rect(*round_lengths(*sides))
        boxes.append(Figure(path=box, stroke="accent", weight=weight))
    return (
        Figure(path=weave, stroke="light", weight=0.5),
        *boxes,
        *(figure for x, y in corners for figure in _draw_corner(x, y)),
    )


def _draw_lotus(cx: float, cy: float, radius: float) -> list[Figure]:
    """Return the lotus: petals opening from one point above a calm water line."""
    weight = radius * 0.017
    drawn = []
    for angle, length, breadth in _LOTUS:
        petal = PDFPathObject()
        shape = (0.06 * radius, length * radius, breadth * radius)
        _add_petal(petal, (cx, cy), shape, math.radians(angle))
        drawn.append(Figure(path=petal, fill="light", stroke="accent", weight=weight))
    for level, half in ((0.07, 0.40), (0.15, 0.28), (0.23, 0.15)):
        y, reach = cy - level * radius, half * radius
        dip = y - 0.05 * radius
        water = PDFPathObject()
        water.moveTo(*round_lengths(cx - reach, y))
        water.curveTo(
            *round_lengths(cx - reach / 2, dip, cx + reach / 2, dip, cx + reach, y)
        )
        drawn.append(Figure(path=water, stroke="accent", weight=weight))
    return drawn


def _draw_corner(cx: float, cy: float) -> list[Figure]:
    disc, petals, bead = PDFPathObject(), PDFPathObject(), PDFPathObject()
    _add_circle(disc, cx, cy, 8.2)
    for turn in _turns(8):
        _add_petal(petals, (cx, cy), (1.2, 6.9, 1.5), turn)
    _add_circle(bead, cx, cy, 1.1)
    return [
        Figure(path=disc, fill="accent"),
        Figure(path=petals, fill="light"),
        Figure(path=bead, fill="light"),
    ]


def _add_circle(path: PDFPathObject, x: float, y: float, radius: float) -> None:
    """Add a circle: as ReportLab's path does, in numbers of half the length."""
    arcs = bezierArc(x - radius, y - radius, x + radius, y + radius, 0, 360)
    path.moveTo(*round_lengths(*arcs[0][:2]))
    for arc in arcs:
        path.curveTo(*round_lengths(*arc[2:]))


def _add_petal(
    path: PDFPathObject,
    centre: tuple[float, float],
    shape: tuple[float, float, float],
    turn: float,
) -> None:
    """Add a leaf turned clockwise from the top.

    Its shape: radius where it starts, radius where it ends, half breadth.
    """
    start, end, half = shape
    middle, near = start + (end - start) * 0.55, start + (end - start) * 0.2
    sin, cos = math.sin(turn), math.cos(turn)

    def place(*points: tuple[float, float]) -> list[float]:
        return round_lengths(
            *(
                value
                for across, along in points
                for value in (
                    centre[0] + across * cos + along * sin,
                    centre[1] - across * sin + along * cos,
                )
            )
        )

    path.moveTo(*place((0, start)))
    path.curveTo(*place((half, near), (half * 1.3, middle), (0, end)))
    path.curveTo(*place((-half * 1.3, middle), (-half, near), (0, start)))
    path.close()


def _weave(left: float, bottom: float, right: float, top: float) -> PDFPathObject:
    """Return two interlacing waves along the four sides."""
    half = _BAND / 2
    sides = (
        (left, bottom + half, right, bottom + half),
        (left, top - half, right, top - half),
        (left + half, bottom, left + half, top),
        (right - half, bottom, right - half, top),
    )
    path = PDFPathObject()
    for side in sides:
        for height in (half * 0.8, -half * 0.8):
            _add_wave(path, side, height)
    return path


def _add_wave(
    path: PDFPathObject, side: tuple[float, float, float, float], height: float
) -> None:
    x1, y1, x2, y2 = side
    upright = x1 == x2
    length = (y2 - y1) if upright else (x2 - x1)
    count = max(2, 2 * round(length / _WAVE))
    step = length / count

    def place(along: float, across: float) -> tuple[float, float]:
        if upright:
            return round(x1 + across, 1), round(y1 + along, 1)
        return round(x1 + along, 1), round(y1 + across, 1)

    path.moveTo(*place(0, 0))
    for index in range(count):
        sign = height * 4 / 3 * (1 if index % 2 else -1)
        start = index * step
        path.curveTo(
            *place(start + step * 0.36, sign),
            *place(start + step * 0.64, sign),
            *place(start + step, 0),
        )


def _turns(count: int) -> list[float]:
    return [2 * math.pi * index / count for index in range(count)]
