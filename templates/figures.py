# SPDX-License-Identifier: Apache-2.0
"""Figures: paths with their look, made once and drawn as often as needed.

What an ornament repeats, petals of a ring or waves of a border, is written anew in the
same words and moved on by the same step: packed, a hundred of them weigh little more
than one.
"""

import functools
import math
from dataclasses import dataclass
from typing import Final

from reportlab.pdfgen.pathobject import PDFPathObject

Matrix = tuple[float, float, float, float, float, float]
"""As `cm` takes it (ISO 32000-1 §8.3.4)."""

NOWHERE: Final[Matrix] = (1, 0, 0, 1, 0, 0)
_OPERATORS: Final = {
    (True, False): "f",
    (False, True): "S",
    (True, True): "B",
}
"""What paints a path, by whether it is filled and stroked (ISO 32000-1 table 60)."""
_ROUND_ENDS: Final = "1 J"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A path of ReportLab's with its look, and how often it is drawn."""

    path: PDFPathObject
    fill: str | None = None
    stroke: str | None = None
    weight: float = 0
    at: Matrix = NOWHERE
    """Where the path lies."""
    times: int = 1
    step: Matrix = NOWHERE
    """What moves each of them on from the one before."""
    joins: bool = False
    """Whether they make up one line: no gap may be seen between them."""

    @functools.cached_property
    def instructions(self) -> str:
        """What paints it, its colours being set."""
        path = self.path.getCode().removeprefix("n ")
        painted = f"{path} {_OPERATORS[self.fill is not None, self.stroke is not None]}"
        if self.times == 1 and self.at == NOWHERE:
            return painted
        ends = [_ROUND_ENDS] if self.joins else []
        once = f"{painted} {_write(self.step)}"
        repeats = [once] * (self.times - 1)
        return " ".join(["q", _write(self.at), *ends, *repeats, painted, "Q"])


def turn(radians: float, x: float = 0, y: float = 0) -> Matrix:
    """Return what turns clockwise, and then moves 0, 0 to a point."""
    sin, cos = math.sin(radians), math.cos(radians)
    return (cos, -sin, sin, cos, x, y)


def move(x: float, y: float) -> Matrix:
    """Return what moves by a distance."""
    return (1, 0, 0, 1, x, y)


def _write(matrix: Matrix) -> str:
    """Return a matrix as an operator; fine enough to be used a hundred times over."""
    numbers = [f"{round(value, 6) + 0.0:.6f}" for value in matrix]
    return " ".join([*(one.rstrip("0").rstrip(".") for one in numbers), "cm"])
