# SPDX-License-Identifier: Apache-2.0
"""Draws the background of the import licence: python -m tests.artwork.make_background.

Two pages of A4. The first has a guilloche frame, a rosette as underprint and the
lines of the form, the second the frame alone. All is vectors, without text or fonts;
each curve is drawn once and repeated, so that the file stays small. Lengths are in
millimetres from the lower left corner.
"""

import io
import math
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

FILE = Path(__file__).parents[2] / "templates/import_licence/background.pdf"

WIDTH, HEIGHT = 210.0, 297.0
INSET, BAND = 8.0, 7.0
"""Of the frame: from the edge of the paper, and how wide it is."""
WAVE = 9.0
"""Length after which the pattern of the band repeats."""
CORNER = 12.0
"""Side of the square that a corner takes."""

INK = (0.09, 0.36, 0.34)
GOLD = (0.70, 0.55, 0.22)
UNDERPRINT = (0.87, 0.93, 0.91)
_POINTS = 72 / 25.4

LEFT, RIGHT = 20.0, 190.0
MIDDLE, THIRD, TWO_THIRDS = 122.0, 76.0, 134.0
ROWS = (231.0, 192.0, 168.0, 150.0)
HALF = 211.5
"""Heights of the lines of the form; boxes of type.toml count from the top."""

Curve = Callable[[float], tuple[float, float]]


def draw_background() -> bytes:
    """Return the file."""
    with Pdf.new() as pdf:
        motifs = {
            "/Wave": _make_form(pdf, _draw_wave()),
            "/Petal": _make_form(pdf, _draw_ellipse(3.1, 2.9, 1.1)),
            "/Loop": _make_form(pdf, _draw_ellipse(20, 18, 7)),
        }
        for content in ([*_draw_form(), *_draw_frame()], _draw_frame()):
            page = pdf.add_blank_page(page_size=(_pt(WIDTH), _pt(HEIGHT)))
            page.Resources = Dictionary(XObject=Dictionary(motifs))
            scale = f"{_POINTS:.6f} 0 0 {_POINTS:.6f} 0 0 cm"
            text = "\n".join([scale, *content])
            page.Contents = pdf.make_stream(text.encode())
        out = io.BytesIO()
        pdf.save(out, static_id=True, compress_streams=True)
    return out.getvalue()


def _draw_frame() -> list[str]:
    """Draw the band with its corners, between thin lines."""
    inner = INSET + BAND
    return [
        "q",
        _stroke(INK, 0.18),
        _rectangle(INSET),
        _rectangle(inner),
        "S",
        _stroke(GOLD, 0.3),
        _rectangle(inner + 0.7),
        "S",
        _stroke(INK, 0.09),
        *_draw_sides(),
        *_draw_corners(),
        "Q",
    ]


def _draw_sides() -> Iterator[str]:
    """Repeat the wave along the four sides, from corner to corner."""
    centre, start = INSET + BAND / 2, INSET + CORNER
    for length, across, upright in ((WIDTH, HEIGHT, False), (HEIGHT, WIDTH, True)):
        run = length - 2 * start
        count = round(run / WAVE)
        scale = run / count / WAVE
        for side in (centre, across - centre):
            first: tuple[float, ...]
            if upright:
                first = (0, scale, 1, 0, side, start)
            else:
                first = (scale, 0, 0, 1, start, side)
            yield _repeat("/Wave", count, first, (1, 0, 0, 1, WAVE, 0))


def _draw_corners() -> Iterator[str]:
    middle = INSET + CORNER / 2
    for x in (middle, WIDTH - middle):
        for y in (middle, HEIGHT - middle):
            for colour, count, size in ((INK, 36, 1.0), (GOLD, 24, 0.6)):
                yield _stroke(colour, 0.12)
                yield _turn("/Petal", x, y, count, size)


def _draw_form() -> list[str]:
    """Draw underprint, lines and tinted heads of the form."""
    lines = ["q", _stroke(UNDERPRINT, 0.16)]
    lines.append(_turn("/Loop", WIDTH / 2, 96, 72, 1.0))
    lines += [_stroke(INK, 0.25)]
    top, *_, bottom = ROWS
    lines += [f"{LEFT} {bottom} {RIGHT - LEFT} {top - bottom} re"]
    lines += [_line(LEFT, y, RIGHT, y) for y in ROWS[1:-1]]
    lines += [_line(MIDDLE, ROWS[0], MIDDLE, ROWS[2])]
    lines += [_line(MIDDLE, HALF, RIGHT, HALF)]
    lines += [_line(x, ROWS[2], x, bottom) for x in (THIRD, TWO_THIRDS)]
    return [*lines, "S", "Q"]


def _draw_wave() -> Iterator[str]:
    """Draw strands that weave along one length, ends meeting beginnings."""
    strands = 9
    for strand in range(strands):
        phase = 2 * math.pi * strand / strands

        def weave(at: float, phase: float = phase) -> tuple[float, float]:
            swing = math.sin(2 * math.pi * at + phase)
            breadth = 0.72 + 0.28 * math.cos(4 * math.pi * at + phase)
            return at * WAVE, BAND * 0.46 * swing * breadth

        yield from _trace(weave, 12)


def _draw_ellipse(offset: float, long: float, short: float) -> Iterator[str]:
    """Draw an ellipse off the middle, to be turned around it."""

    def ellipse(at: float) -> tuple[float, float]:
        angle = 2 * math.pi * at
        return offset + long * math.cos(angle), short * math.sin(angle)

    yield from _trace(ellipse, 8)


def _trace(curve: Curve, pieces: int) -> Iterator[str]:
    """Yield a curve over 0 to 1 as Bézier pieces that share their tangents."""
    tiny, step = 1e-5, 1 / pieces

    def slope(at: float) -> tuple[float, float]:
        (x0, y0), (x1, y1) = curve(at - tiny), curve(at + tiny)
        return (x1 - x0) / (2 * tiny), (y1 - y0) / (2 * tiny)

    yield "{:.3f} {:.3f} m".format(*curve(0))
    for piece in range(pieces):
        start, end = piece * step, (piece + 1) * step
        (x0, y0), (x3, y3) = curve(start), curve(end)
        (u0, v0), (u3, v3) = slope(start), slope(end)
        third = step / 3
        yield (
            f"{x0 + u0 * third:.3f} {y0 + v0 * third:.3f} "
            f"{x3 - u3 * third:.3f} {y3 - v3 * third:.3f} {x3:.3f} {y3:.3f} c"
        )


def _turn(form: str, x: float, y: float, count: int, size: float) -> str:
    angle = 2 * math.pi / count
    cos, sin = math.cos(angle), math.sin(angle)
    return _repeat(form, count, (size, 0, 0, size, x, y), (cos, sin, -sin, cos, 0, 0))


def _repeat(
    form: str, count: int, first: tuple[float, ...], step: tuple[float, ...]
) -> str:
    """Draw a form so often, each moved on from the one before in the same words."""
    moves = [first, *[step] * (count - 1)]
    return "\n".join(["q", *(f"{_matrix(move)} cm {form} Do" for move in moves), "Q"])


def _matrix(values: tuple[float, ...]) -> str:
    return " ".join(f"{round(value, 6) + 0:g}" for value in values)


def _make_form(pdf: Pdf, content: Iterator[str]) -> pikepdf.Object:
    text = "\n".join([*content, "S"])
    return pdf.make_stream(
        text.encode(),
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([-60, -60, 60, 60]),
        Resources=Dictionary(),
    )


def _stroke(colour: tuple[float, float, float], weight: float) -> str:
    return "{} {} {} RG {} w".format(*colour, weight)


def _rectangle(inset: float) -> str:
    width, height = WIDTH - 2 * inset, HEIGHT - 2 * inset
    return f"{inset:.2f} {inset:.2f} {width:.2f} {height:.2f} re"


def _line(x0: float, y0: float, x1: float, y1: float) -> str:
    return f"{x0} {y0} m {x1} {y1} l"


def _pt(millimetres: float) -> float:
    return round(millimetres * _POINTS, 2)


if __name__ == "__main__":
    FILE.write_bytes(draw_background())
