# SPDX-License-Identifier: Apache-2.0
"""No text stands on other text, whichever of them was there first."""

import io
from pathlib import Path

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from issuer.errors import GateError
from issuer.page_reader import Kind, open_pages
from templates.families import SARABUN
from tests.tampering import first_line, refusal, render_licence, show
from tests.unit.templates.layout_world import QR, TITLE, draw_document, make_type

A4 = (595.28, 841.89)
PAGE = """
[page]
[page.background]
file = "form.pdf"
pages = "every"
alt = { th = "แบบพิมพ์", en = "Form" }
"""
VALUE = """
[[fixed]]
left = 80
top = 100
width = 60
height = 12
[[fixed.blocks]]
block = "paragraph"
text = "{owner}"
"""
BASELINE = 841.89 - (100 + 5.6) * 72 / 25.4
"""About where the value's letters stand."""


def write_form(folder: Path, *pieces: tuple[float, float, str]) -> None:
    """Write a form with texts at places, from the left and of the value's line."""
    pdfmetrics.registerFont(TTFont("Form", str(SARABUN.find_file(bold=False))))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setFont("Form", 11)
    for x, rise, text in pieces:
        canvas.drawString(x, BASELINE + rise, text)
    canvas.save()
    folder.joinpath("form.pdf").write_bytes(out.getvalue())


def draw_value(folder: Path) -> None:
    kind = make_type(folder, TITLE, VALUE, QR, page=PAGE)
    draw_document(kind, owner="นางสาวน้ำผึ้ง ปั้นจั่นใหญ่")


@pytest.mark.parametrize("rise", [-4, 0, 4])
def test_a_value_on_a_label_of_the_form_is_refused(rise: float, tmp_path: Path) -> None:
    write_form(tmp_path, (230, rise, "ผู้รับใบอนุญาตประกอบกิจการ"))
    with pytest.raises(GateError) as caught:
        draw_value(tmp_path)
    assert caught.value.reason == "text_overlaps"
    assert "นางสาว" in caught.value.th
    assert "ผู้รับ" in caught.value.th


@pytest.mark.parametrize("leader", ["." * 60, "_" * 25, "…" * 20, "ชื่อ " + "." * 60])
@pytest.mark.parametrize("rise", [-3, -1, 0, 1])
def test_a_value_on_dots_of_the_form_passes(
    leader: str, rise: float, tmp_path: Path
) -> None:
    write_form(tmp_path, (205 if "ชื่อ" in leader else 227, rise, leader))
    draw_value(tmp_path)


def test_a_value_beside_and_between_labels_passes(tmp_path: Path) -> None:
    write_form(
        tmp_path,
        (180, 0, "ชื่อผู้รับ"),
        (230, 19, "ญาติฎีกาผู้ปู่ ฏ"),
        (230, -19, "ที่นี่ตั้งใกล้ปั๊มน้ำมัน"),
    )
    draw_value(tmp_path)


@pytest.mark.parametrize("shift", [0, 3])
def test_a_line_on_a_line_of_the_record_is_refused(shift: float) -> None:
    with open_pages(render_licence().pdf) as pages:
        inks = [ink for ink in next(pages).inks if ink.kind is Kind.TEXT]
    left, bottom, *_ = inks[6].box
    error = refusal(show(first_line().at(left, bottom + shift, 14)))
    assert error.reason == "text_overlaps"
