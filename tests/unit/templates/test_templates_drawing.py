# SPDX-License-Identifier: Apache-2.0
"""The pages ReportLab writes hold what was drawn on them, and nothing else."""

from io import BytesIO

import numpy as np
import pikepdf
import pypdfium2
import pytest

from templates.drawing import DocumentInfo, PageWriter
from templates.lines import set_lines
from templates.ornaments import draw_border, draw_emblem
from templates.words import Run

INFO = DocumentInfo(title="ใบอนุญาต", producer="Tra", date="D:20261121030405Z")
SIZE = (200.0, 100.0)


def make_writer() -> PageWriter:
    return PageWriter("sarabun", SIZE, INFO)


def show_page(pdf: bytes) -> np.ndarray:
    image = pypdfium2.PdfDocument(pdf)[0].render(scale=2).to_numpy()
    return np.asarray(image)[:, :, :3]


def test_a_page_without_text_holds_no_font() -> None:
    writer = make_writer()
    writer.draw_rule(10, 50, 180, 1)
    writer.finish_page()
    pdf, fonts = writer.finish()
    assert fonts == {}
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert opened.pdf_version == "1.7"
        (page,) = opened.pages
        assert [float(edge) for edge in page.MediaBox] == [0, 0, *SIZE]
        assert len(page.Resources.Font) == 0
        assert str(opened.docinfo.Title) == INFO.title
        assert str(opened.docinfo.ModDate) == INFO.date


def test_text_names_the_faces_it_uses() -> None:
    writer = make_writer()
    runs = (Run("น้ำ"), Run("ผึ้ง", bold=True))
    (line,) = set_lines(("sarabun", 12), runs, 180)
    writer.draw_line(line, 10, 50, 12)
    writer.finish_page()
    _, fonts = writer.finish()
    letters = {"FR": 1, "FB": 2}
    assert {name: len(font.widths) for name, font in fonts.items()} == letters


def test_the_same_drawing_gives_the_same_bytes() -> None:
    def draw() -> bytes:
        writer = make_writer()
        writer.draw_figures(draw_border(*SIZE, 10), 0, 0)
        writer.draw_figures(draw_emblem(40), 80, 30)
        writer.finish_page()
        return writer.finish()[0]

    assert draw() == draw()


def test_modules_are_drawn_upright() -> None:
    writer = make_writer()
    writer.draw_modules([[True, False], [True, True]], 50, 20, 10)
    writer.finish_page()
    dark = show_page(writer.finish()[0])[:, :, 0] < 128
    # 2 pixels a point, rows from the top: the code stands from 20 to 40 points up.
    corner = dark[120:160, 100:140]
    assert dark.sum() == corner.sum() == 3 * 400
    assert not corner[:20, 20:].any()


@pytest.mark.parametrize(
    ("at", "colour"), [((100, 50), (110, 76, 18)), ((100, 45), (255, 255, 255))]
)
def test_a_rule_is_where_it_was_drawn(
    at: tuple[int, int], colour: tuple[int, int, int]
) -> None:
    writer = make_writer()
    writer.draw_rule(10, 50, 180, 2)
    writer.finish_page()
    pixel = show_page(writer.finish()[0])[200 - 2 * at[1], 2 * at[0]][::-1]
    assert np.abs(pixel.astype(int) - colour).max() <= 2
