# SPDX-License-Identifier: Apache-2.0
"""Drawing: one page's content stream, in points from the lower left corner.

Text is drawn as glyphs placed by HarfBuzz, one `TJ` a line; all else is vectors. No
transparency, no image, nothing that a reader would have to fetch or run.
"""

import math
from collections.abc import Iterable, Sequence

from templates.fonts import FontUse, Glyph, load_face
from templates.lines import Line, SetPiece

POINTS_PER_MM = 72 / 25.4
TONES = {
    "black": "0 g",
    "gray": "0.32 g",
    "faint": "0.90 g",
    "accent": "0.43 0.30 0.07 rg",
    "light": "0.80 0.69 0.44 rg",
}
"""Fill colours by name; the matching stroke colours differ by the operator only."""

_SPACE_SHARE = 6
"""How much more a space stretches than a gap between words, in justified lines."""

Matrix = tuple[float, float, float, float, float, float]


class FontSet:
    """Fonts of one document, regular and bold, with their names in the page."""

    def __init__(self, family: str) -> None:
        self._family = family
        self.uses: dict[str, FontUse] = {}

    def use(self, *, bold: bool) -> tuple[str, FontUse]:
        """Return resource name and use of a face."""
        name = "FB" if bold else "FR"
        if name not in self.uses:
            self.uses[name] = FontUse(load_face(self._family, bold=bold))
        return name, self.uses[name]


class Canvas:
    """Content of one page."""

    def __init__(self, fonts: FontSet) -> None:
        self._fonts = fonts
        self._ops: list[str] = []

    def content(self) -> bytes:
        """Return the content stream."""
        return "\n".join(self._ops).encode("ascii")

    def draw_line(
        self, line: Line, x: float, y: float, size: float, *, tone: str = "black",
        stretch: float = 0,
    ) -> None:  # fmt: skip
        """Draw a line of text with its baseline at y; `stretch` points are spread."""
        extra = _spread(line.pieces, stretch, size) if stretch > 0 else {}
        outlines: list[tuple[Glyph, FontUse, float]] = []
        self._ops.append(f"BT {TONES[tone]} 1 0 0 1 {num(x)} {num(y)} Tm")
        pen = shift = 0.0
        for bold, group in _group_by_face(line.pieces):
            name, use = self._fonts.use(bold=bold)
            array = _GlyphArray(use, shift)
            for index, piece in group:
                for glyph in piece.shape.glyphs:
                    if not glyph.text:
                        outlines.append((glyph, use, pen))
                        array.skip(glyph.advance)
                    else:
                        array.add(glyph)
                    pen += glyph.advance
                array.skip(extra.get(index, 0))
                pen += extra.get(index, 0)
            self._ops += array.operators(name, size)
            shift = array.pending
        self._ops.append("ET")
        for glyph, use, pen_at in outlines:
            left = x + (pen_at + glyph.dx) * size / 1000
            self._draw_outline(use, glyph.gid, left, y + glyph.dy * size / 1000, size)

    def draw_turned(
        self, line: Line, size: float, matrix: Matrix, *, tone: str
    ) -> None:
        """Draw a line of text through a matrix, as a watermark is."""
        self._ops.append(f"q {' '.join(num(value) for value in matrix)} cm")
        self.draw_line(line, 0, 0, size, tone=tone)
        self._ops.append("Q")

    def fill_rectangles(
        self,
        rectangles: Iterable[tuple[int, int, int, int]],
        matrix: Matrix,
        *,
        tone: str = "black",
    ) -> None:
        """Fill rectangles given on a whole-number grid, as one path."""
        path = " ".join(f"{x} {y} {w} {h} re" for x, y, w, h in rectangles)
        self._ops.append(
            f"q {TONES[tone]} {' '.join(num(value, 4) for value in matrix)} cm\n"
            f"{path} f Q"
        )

    def fill_path(self, path: str, *, tone: str, even_odd: bool = False) -> None:
        """Fill a path given as PDF operators."""
        self._ops.append(f"{TONES[tone]}\n{path}\n{'f*' if even_odd else 'f'}")

    def stroke_path(self, path: str, *, tone: str, weight: float) -> None:
        """Stroke a path given as PDF operators."""
        self._ops.append(f"{_stroke(TONES[tone])} {num(weight)} w\n{path}\nS")

    def _draw_outline(
        self, use: FontUse, gid: int, x: float, y: float, size: float
    ) -> None:
        unit = size / 1000
        parts = []
        for operator, values in use.face.outline(gid):
            points = [
                num(value * unit + (y if index % 2 else x))
                for index, value in enumerate(values)
            ]
            parts.append(" ".join([*points, operator]))
        self._ops.append(" ".join([*parts, "f"]))


class _GlyphArray:
    """Builds the operand of TJ for glyphs of one font."""

    def __init__(self, use: FontUse, shift: float) -> None:
        self._use = use
        self._parts: list[str] = []
        self._codes: list[str] = []
        self._rises: list[tuple[int, float]] = []
        self._ops: list[str] = []
        self.pending = shift
        """Thousandths of an em the pen is yet to be moved."""

    def add(self, glyph: Glyph) -> None:
        if glyph.dy:
            self._flush()
            self._ops.append(f"{num(glyph.dy)} RISE")
        if glyph.dx:
            self.pending += glyph.dx
        self._move()
        self._codes.append(f"{self._use.encode(glyph):04X}")
        width = self._use.face.advance(glyph.gid)
        self.pending += glyph.advance - glyph.dx - width
        if glyph.dy:
            self._flush()
            self._ops.append("0 RISE")

    def skip(self, distance: float) -> None:
        self.pending += distance

    def operators(self, name: str, size: float) -> list[str]:
        self._flush()
        ops = [f"/{name} {num(size)} Tf"]
        for op in self._ops:
            if op.endswith(" RISE"):
                ops.append(f"{num(float(op[:-5]) * size / 1000)} Ts")
            else:
                ops.append(op)
        return ops

    def _move(self) -> None:
        if abs(self.pending) < 0.5:  # noqa: PLR2004 - half a thousandth of an em
            return
        self._end_codes()
        self._parts.append(num(-self.pending, 0))
        self.pending -= round(self.pending)

    def _end_codes(self) -> None:
        if self._codes:
            self._parts.append(f"<{''.join(self._codes)}>")
            self._codes = []

    def _flush(self) -> None:
        self._end_codes()
        if self._parts:
            self._ops.append(f"[{' '.join(self._parts)}] TJ")
            self._parts = []


def num(value: float, places: int = 2) -> str:
    """Return a number as PDF wants it: no exponent, no needless zeros."""
    text = f"{value:.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def circle(x: float, y: float, radius: float) -> str:
    """Return the path of a circle."""
    k = radius * 0.5523
    points = (
        (x + radius, y + k, x + k, y + radius, x, y + radius),
        (x - k, y + radius, x - radius, y + k, x - radius, y),
        (x - radius, y - k, x - k, y - radius, x, y - radius),
        (x + k, y - radius, x + radius, y - k, x + radius, y),
    )
    curves = " ".join(" ".join([*map(num, curve), "c"]) for curve in points)
    return f"{num(x + radius)} {num(y)} m {curves} h"


def rotation(angle: float, x: float, y: float) -> Matrix:
    """Return the matrix that turns by degrees and moves to a point."""
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    return (round(cos, 4), round(sin, 4), round(-sin, 4), round(cos, 4), x, y)


def _stroke(fill: str) -> str:
    return fill.replace("rg", "RG") if fill.endswith("rg") else fill.replace("g", "G")


def _group_by_face(
    pieces: Sequence[SetPiece],
) -> list[tuple[bool, list[tuple[int, SetPiece]]]]:
    groups: list[tuple[bool, list[tuple[int, SetPiece]]]] = []
    for index, piece in enumerate(pieces):
        if not groups or groups[-1][0] != piece.bold:
            groups.append((piece.bold, []))
        groups[-1][1].append((index, piece))
    return groups


def _spread(
    pieces: Sequence[SetPiece], stretch: float, size: float
) -> dict[int, float]:
    """Spread points over the gaps of a line; return thousandths of an em by piece."""
    last = len(pieces) - 1
    while last > 0 and pieces[last].space:
        last -= 1
    shares = {
        index: _SPACE_SHARE if pieces[index].space else 1
        for index in range(last)
        if pieces[index].space or pieces[index].gap
    }
    total = sum(shares.values())
    if not total:
        return {}
    unit = stretch * 1000 / size / total
    return {index: unit * share for index, share in shares.items()}
