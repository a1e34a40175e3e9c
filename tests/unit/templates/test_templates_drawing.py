# SPDX-License-Identifier: Apache-2.0
"""The pages ReportLab writes hold what was drawn on them, and nothing else."""

from io import BytesIO

import numpy as np
import pikepdf
import pypdfium2
import pytest

from issuer.pictures import embed_pictures
from templates.drawing import DocumentInfo, PageWriter
from templates.families import SARABUN
from templates.lines import set_lines
from templates.ornaments import draw_border, draw_emblem
from templates.place import Place
from templates.structure import Content, Element
from templates.words import Run

INFO = DocumentInfo(title="ใบอนุญาต", producer="Tra", date="D:20261121030405Z")
SIZE = (200.0, 100.0)
SHEET = Place(page=0, left=0, bottom=0, right=SIZE[0], top=SIZE[1])


def make_writer() -> PageWriter:
    return PageWriter(SARABUN, SIZE, INFO)


def place_at(left: float, bottom: float, side: float) -> Place:
    return Place(page=0, left=left, bottom=bottom, right=left + side, top=bottom + side)


def list_marks(page: pikepdf.Page) -> list[str]:
    return [
        str(one.operands[0]) if one.operands else str(one.operator)
        for one in pikepdf.parse_content_stream(page)
        if str(one.operator) in {"BDC", "BMC", "EMC"}
    ]


def finish_with_pictures(writer: PageWriter) -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(writer.finish()[0])) as pdf:
        embed_pictures(pdf, writer.pictures.values())
        pdf.save(out)
    return out.getvalue()


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
    (line,) = set_lines((SARABUN, 12), runs, 180)
    writer.draw_line(line, (10, 50), 12)
    writer.finish_page()
    _, fonts = writer.finish()
    letters = {"FR": 1, "FB": 2}
    assert {name: len(font.widths) for name, font in fonts.items()} == letters


def test_the_same_drawing_gives_the_same_bytes() -> None:
    def draw() -> bytes:
        writer = make_writer()
        writer.draw_figures(draw_border(*SIZE, 10), SHEET)
        writer.draw_figures(draw_emblem(40), place_at(80, 30, 40))
        writer.finish_page()
        return writer.finish()[0]

    assert draw() == draw()


def test_modules_are_drawn_upright() -> None:
    writer = make_writer()
    writer.draw_qr([[True, False], [True, True]], place_at(40, 10, 40), 1)
    writer.finish_page()
    dark = show_page(finish_with_pictures(writer))[:, :, 0] < 128
    # 2 pixels a point, rows from the top: the code stands from 20 to 40 points up.
    corner = dark[120:160, 100:140]
    assert dark.sum() == corner.sum() == pytest.approx(3 * 400, abs=4)
    assert not corner[:19, 21:].any()


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


def test_what_is_drawn_is_marked() -> None:
    writer, paragraph = make_writer(), Element(role="P")
    first, second = (set_lines((SARABUN, 12), (Run(word),), 180)[0] for word in "กข")
    writer.draw_line(first, (10, 60), 12, element=paragraph)
    writer.draw_line(second, (10, 40), 12, element=paragraph)
    writer.draw_rule(10, 30, 180, 1)
    writer.finish_page()
    writer.draw_line(first, (10, 60), 12, element=paragraph)
    writer.finish_page()
    pdf, _ = writer.finish()
    with pikepdf.open(BytesIO(pdf)) as opened:
        marks = [list_marks(page) for page in opened.pages]
    assert marks == [["/P", "EMC", "/Artifact", "EMC"], ["/P", "EMC"]]
    assert paragraph.kids == [Content(0, 0), Content(1, 0)]
    assert writer.drawn_texts() == ("กข", "ก")


def test_a_qr_code_knows_its_place() -> None:
    writer, figure = make_writer(), Element(role="Figure", alt="คิวอาร์โค้ด")
    place = place_at(40, 10, 40)
    writer.draw_qr([[True, False], [True, True]], place, 1, figure)
    assert writer.qr == place
    assert figure.box == (40, 10, 80, 50)
