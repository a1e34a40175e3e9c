# SPDX-License-Identifier: Apache-2.0
"""Drawing: one page's content stream, in points from the lower left corner.

Text is drawn as glyphs placed by HarfBuzz, one `TJ` a line; all else is vectors. No
transparency, no image, nothing that a reader would have to fetch or run.
"""

from collections.abc import Iterable, Sequence

from templates.fonts import FontUse, load_face
from templates.lines import Line, SetPiece

POINTS_PER_MM = 72 / 25.4
TONES = {
    "black": "0 g",
    "gray": "0.32 g",
    "faint": "0.925 g",
    "accent": "0.43 0.30 0.07 rg",
    "light": "0.80 0.69 0.44 rg",
}
"""Fill colours by name; the matching stroke colours differ by the operator only."""

_SPACE_SHARE = 8
"""How much more a space stretches than a gap between letters, in justified lines."""
_MAX_LETTER_GAP = 45
"""Thousandths of an em; wider gaps look like spaces, to eyes and to readers."""
_MAX_SPACE_GAP = 700

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
        letter, space = _spread(line.pieces, stretch, size) if stretch else (0, 0)
        self._ops.append(f"BT {TONES[tone]} 1 0 0 1 {num(x)} {num(y)} Tm")
        pending = 0.0
        for bold, group in _group_by_face(line.pieces):
            name, use = self._fonts.use(bold=bold)
            array, pending = _write_array(use, group, (letter, space), pending)
            self._ops.append(f"/{name} {num(size)} Tf {array} TJ")
        self._ops.append("ET")

    def draw_watermark(
        self, text: str, size: float, degrees: float, box: tuple[float, float]
    ) -> None:
        """Draw a faint word across the middle of a page of the given size.

        Its pen stands in the upper left corner, out of the way of the page's text.
        """
        x, y = size / 8, box[1] - size / 8
        unit = 1000 / size
        name, use = self._fonts.use(bold=False)
        at = ((box[0] / 2 - x) * unit, (box[1] / 2 - y) * unit)
        code = use.encode(use.face.turn_word(text, degrees, at))
        self._ops.append(
            f"BT {TONES['faint']} /{name} {num(size)} Tf "
            f"1 0 0 1 {num(x)} {num(y)} Tm <{code:04X}> Tj ET"
        )

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

    def place(self, drawing: str, x: float, y: float) -> None:
        """Place a finished drawing, made around a corner at 0, 0."""
        self._ops.append(f"q 1 0 0 1 {num(x)} {num(y)} cm\n{drawing}\nQ")

    def stroke_path(self, path: str, *, tone: str, weight: float) -> None:
        """Stroke a path given as PDF operators."""
        self._ops.append(stroke(path, tone=tone, weight=weight))


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


def fill(path: str, *, tone: str) -> str:
    """Return the operators that fill a path."""
    return f"{TONES[tone]}\n{path}\nf"


def stroke(path: str, *, tone: str, weight: float) -> str:
    """Return the operators that stroke a path."""
    return f"{_stroke_colour(TONES[tone])} {num(weight)} w\n{path}\nS"


def _stroke_colour(fill: str) -> str:
    return fill.replace("rg", "RG") if fill.endswith("rg") else fill.replace("g", "G")


def _group_by_face(
    pieces: Sequence[SetPiece],
) -> list[tuple[bool, list[SetPiece]]]:
    groups: list[tuple[bool, list[SetPiece]]] = []
    for piece in pieces:
        if not groups or groups[-1][0] != piece.bold:
            groups.append((piece.bold, []))
        groups[-1][1].append(piece)
    return groups


def _write_array(
    use: FontUse, pieces: list[SetPiece], gaps: tuple[float, float], pending: float
) -> tuple[str, float]:
    """Return the operand of TJ, and the move still pending after it.

    Moves are in thousandths of an em: kerning, and the gaps of justified lines.
    """
    parts: list[str] = []
    codes: list[str] = []
    for piece in pieces:
        gap = gaps[piece.space]
        for letter in piece.shape.letters:
            if abs(pending) >= 0.5:  # noqa: PLR2004 - half of the smallest step
                if codes:
                    parts.append(f"<{''.join(codes)}>")
                    codes = []
                move = round(pending)
                parts.append(str(-move))
                pending -= move
            codes.append(f"{use.encode(letter):04X}")
            pending += letter.advance - letter.width + gap
    parts.append(f"<{''.join(codes)}>")
    return f"[{''.join(parts)}]", pending


def _spread(
    pieces: Sequence[SetPiece], stretch: float, size: float
) -> tuple[float, float]:
    """Return what letters and spaces of a justified line are widened by.

    In thousandths of an em. A line that would have to be torn apart is left ragged.
    """
    last = len(pieces) - 1
    while last > 0 and pieces[last].space:
        last -= 1
    shown = pieces[: last + 1]
    spaces = sum(piece.space for piece in shown)
    letters = sum(len(piece.shape.letters) for piece in shown) - spaces - 1
    total = stretch * 1000 / size
    letter = min(total / (spaces * _SPACE_SHARE + letters or 1), _MAX_LETTER_GAP)
    space = (total - letters * letter) / spaces if spaces else 0.0
    if space > _MAX_SPACE_GAP:
        return 0.0, 0.0
    return letter, space
