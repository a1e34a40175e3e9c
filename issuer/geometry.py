# SPDX-License-Identifier: Apache-2.0
"""Geometry: boxes and outlines on a page, in points from its lower left corner."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""
Transform = tuple[float, float, float, float, float, float]
"""As PDF writes matrices (ISO 32000-1 §8.3.3)."""

IDENTITY: Transform = (1, 0, 0, 1, 0, 0)
_CURVE_STEPS = 8
_POINTS_OF_BOX = 5
"""The corners, and often the first once more."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A path as closed polygons, curves flattened."""

    polygons: tuple[tuple[Point, ...], ...]

    def box(self) -> Box:
        """Return the box around all points; an empty one if there are none."""
        points = [point for polygon in self.polygons for point in polygon]
        if not points:
            return (0, 0, 0, 0)
        xs, ys = [x for x, _ in points], [y for _, y in points]
        return (min(xs), min(ys), max(xs), max(ys))

    def is_upright_box(self) -> bool:
        """Tell whether it is one rectangle with sides along the page's."""
        if len(self.polygons) != 1 or len(self.polygons[0]) > _POINTS_OF_BOX:
            return False
        corners = {(round(x, 2), round(y, 2)) for x, y in self.polygons[0]}
        xs, ys = {x for x, _ in corners}, {y for _, y in corners}
        return len(corners) == len(xs) * len(ys) == 4  # noqa: PLR2004 - four corners

    def touches(self, box: Box) -> bool:
        """Tell whether the area within has a point in common with a box.

        The rule of filling is taken to be the one that fills more (nonzero winding).
        """
        return self.crosses(box) or self._wind_around(_middle(box)) != 0

    def encloses(self, box: Box) -> bool:
        """Tell whether a box lies in the area whole.

        The rule of filling is taken to be the one that fills less (even-odd).
        """
        if self.is_upright_box():
            return contains(self.box(), box)
        return not self.crosses(box) and self._wind_around(_middle(box)) % 2 == 1

    def crosses(self, box: Box, distance: float = 0) -> bool:
        """Tell whether an edge comes within a distance of a box."""
        near = grow(box, distance)
        return any(_cuts(edge, near) for edge in self._edges())

    def length_within(self, box: Box) -> float:
        """Return how long its edges are within a box."""
        return sum(
            math.dist(*edge) * (found[1] - found[0])
            for edge in self._edges()
            if (found := _clip(edge, box))
        )

    def _wind_around(self, point: Point) -> int:
        winding = 0
        x, y = point
        for (x1, y1), (x2, y2) in self._edges():
            if (y1 <= y) != (y2 <= y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
                winding += 1 if y2 > y1 else -1
        return winding

    def _edges(self) -> Iterator[tuple[Point, Point]]:
        for polygon in self.polygons:
            yield from pairwise(polygon)
            yield polygon[-1], polygon[0]


def flatten_curve(points: Sequence[Point]) -> Iterator[Point]:
    """Yield points of a cubic curve, without its first."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = points
    for step in range(1, _CURVE_STEPS + 1):
        t = step / _CURVE_STEPS
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        yield (a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3)


def join_transforms(inner: Transform, outer: Transform) -> Transform:
    """Return the transform that applies first the inner, then the outer one."""
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return (
        a * p + b * r, a * q + b * s,
        c * p + d * r, c * q + d * s,
        e * p + f * r + t, e * q + f * s + u,
    )  # fmt: skip


def move_point(point: Point, by: Transform) -> Point:
    """Return a point as a transform moves it."""
    x, y = point
    return (by[0] * x + by[2] * y + by[4], by[1] * x + by[3] * y + by[5])


def move_box(box: Box, by: Transform) -> Box:
    """Return the box around a box that a transform moves."""
    if by == IDENTITY:
        return box
    corners = [move_point((x, y), by) for x in box[::2] for y in box[1::2]]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return (min(xs), min(ys), max(xs), max(ys))


def contains(outer: Box, inner: Box, tolerance: float = 0) -> bool:
    """Tell whether a box lies within another, or juts out by no more than that."""
    return (
        inner[0] >= outer[0] - tolerance
        and inner[1] >= outer[1] - tolerance
        and inner[2] <= outer[2] + tolerance
        and inner[3] <= outer[3] + tolerance
    )


def overlap(one: Box, other: Box) -> Box | None:
    """Return what two boxes have in common; None if that is nothing."""
    common = (
        max(one[0], other[0]),
        max(one[1], other[1]),
        min(one[2], other[2]),
        min(one[3], other[3]),
    )
    return common if common[0] < common[2] and common[1] < common[3] else None


def grow(box: Box, by: float) -> Box:
    """Return a box with its sides moved outwards; inwards if `by` is negative."""
    return (box[0] - by, box[1] - by, box[2] + by, box[3] + by)


def _middle(box: Box) -> Point:
    return ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)


def _cuts(edge: tuple[Point, Point], box: Box) -> bool:
    return _clip(edge, box) is not None


def _clip(edge: tuple[Point, Point], box: Box) -> tuple[float, float] | None:
    """Return from where to where a line is in a box, as parts (Liang and Barsky)."""
    (x1, y1), (x2, y2) = edge
    near, far = 0.0, 1.0
    for step, distance in (
        (x1 - x2, x1 - box[0]),
        (x2 - x1, box[2] - x1),
        (y1 - y2, y1 - box[1]),
        (y2 - y1, box[3] - y1),
    ):
        if step == 0:
            if distance < 0:
                return None
        elif step < 0:
            near = max(near, distance / step)
        else:
            far = min(far, distance / step)
    return (near, far) if near <= far else None
