# SPDX-License-Identifier: Apache-2.0
"""What an ornament repeats is drawn as often, where it belongs, and weighs little."""

import re
import zlib

import numpy as np
import pikepdf
import pypdfium2
import pytest
from reportlab.pdfgen.pathobject import PDFPathObject

from templates.drawing import PageWriter
from templates.figures import Figure, move, turn
from templates.ornaments import draw_border, draw_emblem
from templates.place import Place
from tests.unit.templates.test_templates_drawing import SIZE, make_writer

QUARTER = 1.5707963267948966
SHEET = Place(page=0, left=0, bottom=0, right=SIZE[0], top=SIZE[1])
SCALE = 4


def make_square(x: float, y: float, side: float) -> PDFPathObject:
    path = PDFPathObject()
    path.rect(x, y, side, side)
    return path


def draw(figures: tuple[Figure, ...]) -> np.ndarray:
    """Return where a page is dark, by points from the lower left corner."""
    writer = make_writer()
    writer.draw_figures(figures, SHEET)
    return show(writer)[::-1]


def show(writer: PageWriter) -> np.ndarray:
    writer.finish_page()
    page = pypdfium2.PdfDocument(writer.finish()[0])[0]
    return np.asarray(page.render(scale=SCALE).to_pil().convert("L")) < 200


def test_a_turned_figure_goes_clockwise_around_its_place() -> None:
    leaf = Figure(
        path=make_square(-2, 20, 4), fill="black", at=move(100, 50), times=3,
        step=turn(QUARTER),
    )  # fmt: skip
    dark = draw((leaf,))
    for x, y in ((100, 72), (122, 50), (100, 28)):
        assert dark[y * SCALE, x * SCALE], (x, y)
    assert not dark[50 * SCALE, 78 * SCALE]
    assert dark.sum() == pytest.approx(3 * 16 * SCALE**2, rel=0.05)


def test_repeats_that_join_show_no_gap() -> None:
    line = PDFPathObject()
    line.moveTo(0, 0)
    line.lineTo(3.33, 0)
    joined = Figure(
        path=line, stroke="black", weight=1, at=move(10.07, 50.5), times=50,
        step=move(3.33, 0), joins=True,
    )  # fmt: skip
    row = draw((joined,))[int(50.5 * SCALE), :]
    assert row[int(10.5 * SCALE) : int(176 * SCALE)].all()
    assert not row[int(178 * SCALE) :].any()


def test_a_figure_leaves_what_follows_where_it_belongs() -> None:
    moved = Figure(
        path=make_square(0, 0, 10), fill="black", at=move(50, 50), times=2,
        step=move(20, 0),
    )  # fmt: skip
    still = Figure(path=make_square(10, 10, 10), fill="black")
    dark = draw((moved, still))
    assert dark[15 * SCALE, 15 * SCALE]
    assert dark[55 * SCALE, 55 * SCALE]
    assert dark[55 * SCALE, 75 * SCALE]
    assert dark.sum() == pytest.approx(300 * SCALE**2, rel=0.02)


@pytest.mark.parametrize("size", [40, 68.03, 113.39])
def test_an_emblem_is_the_same_seen_in_a_mirror(size: float) -> None:
    writer = make_writer()
    place = Place(page=0, left=100 - size / 2, bottom=50 - size / 2, right=0, top=0)
    writer.draw_figures(draw_emblem(size), place)
    dark = show(writer)
    assert dark.any()
    assert (dark != dark[:, ::-1]).mean() < 0.01


def test_ornaments_weigh_little() -> None:
    for figures, most in ((draw_emblem(51), 800), (draw_border(595, 842, 20), 900)):
        written = "\n".join(figure.instructions for figure in figures)
        assert len(zlib.compress(written.encode())) < most


def test_numbers_are_those_of_pdf() -> None:
    """No exponents, which PDF does not know (ISO 32000-1 §7.3.3)."""
    tiny = Figure(
        path=make_square(0, 0, 1), fill="black", at=turn(2e-6), times=2,
        step=move(1e-7, 1e5 / 3),
    )  # fmt: skip
    assert not re.search(r"[eE]", tiny.instructions.replace("re", ""))
    with pikepdf.Pdf.new() as pdf:
        stream = pdf.make_stream(tiny.instructions.encode())
        operators = [str(one.operator) for one in pikepdf.parse_content_stream(stream)]
    assert operators == ["q", "cm", "re", "f", "cm", "re", "f", "Q"]
