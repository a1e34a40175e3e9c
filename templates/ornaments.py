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

from templates.drawing import round_lengths
from templates.figures import Figure, Matrix, move, turn

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
    radius = size / 2
    middle = move(radius, radius)
    petal, circles, bead = PDFPathObject(), PDFPathObject(), PDFPathObject()
    _add_petal(petal, 0.81 * radius, 0.985 * radius, 0.125 * radius)
    for part in (0.80, 0.69):
        _add_circle(circles, 0, 0, part * radius)
    _add_circle(bead, 0, 0.745 * radius, 0.018 * radius)
    edge = size * 0.006
    return (
        # All leaves before their edges: none covers the edge of its neighbour.
        Figure(
            path=petal,
            fill="light",
            at=middle,
            times=_PETALS,
            step=turn(2 * math.pi / _PETALS),
        ),
        Figure(
            path=petal,
            stroke="accent",
            weight=edge,
            at=middle,
            times=_PETALS,
            step=turn(2 * math.pi / _PETALS),
        ),
        Figure(path=circles, stroke="accent", weight=size * 0.0085, at=middle),
        Figure(
            path=bead,
            fill="accent",
            at=middle,
            times=_BEADS,
            step=turn(2 * math.pi / _BEADS),
        ),
        *_draw_lotus(radius, 0.70 * radius, radius),
    )


@functools.lru_cache(maxsize=64)
def draw_border(width: float, height: float, inset: float) -> tuple[Figure, ...]:
    """Return the border of a page: lines with a woven band between them."""
    band = inset + _BAND
    corners = [(x, y) for x in (band, width - band) for y in (band, height - band)]
    boxes = []
    for edge, weight in ((inset, 1.6), (band, 0.7), (band + 3, 0.3)):
        box = PDFPathObject()
        sides = (edge, edge, width - 2 * edge, height - 2 * edge)
        box.rect(*round_lengths(*sides))
        boxes.append(Figure(path=box, stroke="accent", weight=weight))
    return (
        *_weave(inset, inset, width - inset, height - inset),
        *boxes,
        *(figure for x, y in corners for figure in _draw_corner(x, y)),
    )


def _draw_lotus(x: float, y: float, radius: float) -> list[Figure]:
    """Return the lotus: petals opening from one point above a calm water line."""
    weight = radius * 0.017
    drawn = []
    for angle, length, breadth in _LOTUS:
        petal = PDFPathObject()
        _add_petal(petal, 0.06 * radius, length * radius, breadth * radius)
        drawn.append(
            Figure(
                path=petal, fill="light", stroke="accent", weight=weight,
                at=turn(math.radians(angle), x, y),
            )
        )  # fmt: skip
    water = PDFPathObject()
    for level, half in ((0.07, 0.40), (0.15, 0.28), (0.23, 0.15)):
        at, reach = -level * radius, half * radius
        dip = at - 0.05 * radius
        water.moveTo(*round_lengths(-reach, at))
        water.curveTo(*round_lengths(-reach / 2, dip, reach / 2, dip, reach, at))
    drawn.append(Figure(path=water, stroke="accent", weight=weight, at=move(x, y)))
    return drawn


def _draw_corner(x: float, y: float) -> list[Figure]:
    disc, petal, bead = PDFPathObject(), PDFPathObject(), PDFPathObject()
    _add_circle(disc, 0, 0, 8.2)
    _add_petal(petal, 1.2, 6.9, 1.5)
    _add_circle(bead, 0, 0, 1.1)
    here = move(x, y)
    return [
        Figure(path=disc, fill="accent", at=here),
        Figure(path=petal, fill="light", at=here, times=8, step=turn(2 * math.pi / 8)),
        Figure(path=bead, fill="light", at=here),
    ]


def _add_circle(path: PDFPathObject, x: float, y: float, radius: float) -> None:
    """Add a circle: as ReportLab's path does, in numbers of half the length."""
    arcs = bezierArc(x - radius, y - radius, x + radius, y + radius, 0, 360)
    path.moveTo(*round_lengths(*arcs[0][:2]))
    for arc in arcs:
        path.curveTo(*round_lengths(*arc[2:]))


def _add_petal(path: PDFPathObject, start: float, end: float, half: float) -> None:
    """Add a leaf that points up from 0, 0.

    Its shape: radius where it starts, radius where it ends, half breadth.
    """
    middle, near, wide = start + (end - start) * 0.55, start + (end - start) * 0.2, 1.3
    path.moveTo(*round_lengths(0, start))
    path.curveTo(*round_lengths(half, near, half * wide, middle, 0, end))
    path.curveTo(*round_lengths(-half * wide, middle, -half, near, 0, start))
    path.close()


def _weave(left: float, bottom: float, right: float, top: float) -> list[Figure]:
    """Return two interlacing waves along the four sides."""
    half = _BAND / 2
    level, upright = (1, 0, 0, 1), (0, 1, -1, 0)
    return [
        _draw_waves(right - left, (*level, left, bottom + half)),
        _draw_waves(right - left, (*level, left, top - half)),
        _draw_waves(top - bottom, (*upright, left + half, bottom)),
        _draw_waves(top - bottom, (*upright, right - half, bottom)),
    ]


def _draw_waves(length: float, at: Matrix) -> Figure:
    """Return two waves of a length that cross at every half of a wave."""
    count = max(1, round(length / _WAVE))
    step = length / count / 2
    waves = PDFPathObject()
    for height in (_BAND * 0.4, -_BAND * 0.4):
        waves.moveTo(0, 0)
        for start, sign in ((0, -height * 4 / 3), (step, height * 4 / 3)):
            curve = (start + step * 0.36, sign, start + step * 0.64, sign)
            waves.curveTo(*round_lengths(*curve, start + step, 0))
    return Figure(
        path=waves, stroke="light", weight=0.5, at=at,
        times=count, step=move(2 * step, 0), joins=True,
    )  # fmt: skip
