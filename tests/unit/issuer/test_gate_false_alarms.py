# SPDX-License-Identifier: Apache-2.0
"""The gate lets pass what is sound: every type, long data, forms as agencies have."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from issuer.errors import PageOverflowError
from issuer.gate import check_rendered
from issuer.rehearsal import HARDEST, preview, rehearse
from issuer.render import render_pdf
from templates.catalogue import Catalogue, DocumentType
from templates.families import SARABUN
from templates.longest import make_longest
from tests.unit.templates.layout_world import QR, TITLE, make_type

NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)
TYPES = Catalogue.load().types
A4 = (595.28, 841.89)
PAGE = """
[page]
[page.background]
file = "form.pdf"
pages = "every"
alt = { th = "แบบพิมพ์", en = "Form" }
"""
BODY = """
[[blocks]]
block = "pairs"
english = true
rows = [{ label = { th = "ผู้รับใบอนุญาต", en = "Licensee" }, value = "{owner}" }]
"""


@pytest.mark.parametrize("type_id", sorted(TYPES))
@pytest.mark.parametrize("watermark", [None, "ตัวอย่าง"])
def test_the_sample_of_every_type_passes(type_id: str, watermark: str | None) -> None:
    kind = TYPES[type_id]
    job = rehearse(kind, kind.sample(), NOW)
    check_rendered(render_pdf(replace(job, watermark=watermark)))


@pytest.mark.parametrize("type_id", sorted(TYPES))
def test_the_preview_of_every_type_passes(type_id: str) -> None:
    kind = TYPES[type_id]
    check_rendered(render_pdf(preview(kind, kind.sample(), NOW)))


@pytest.mark.parametrize("type_id", sorted(TYPES))
def test_every_field_at_its_longest_passes(type_id: str) -> None:
    kind, sample = TYPES[type_id], TYPES[type_id].sample()
    passed = 0
    for field in kind.fields:
        longest = make_longest(field, sample.get(field.name))
        try:
            job = rehearse(kind, {**sample, field.name: longest}, NOW)
            rendered = render_pdf(job)
        except PageOverflowError:
            continue  # refused before the gate, and said so when the type is checked
        check_rendered(rendered)
        passed += 1
    assert passed


@pytest.mark.parametrize("type_id", sorted(TYPES))
def test_a_long_agency_and_a_high_number_pass(type_id: str) -> None:
    kind = TYPES[type_id]
    check_rendered(render_pdf(rehearse(kind, kind.sample(), NOW, HARDEST)))


def pass_gate(kind: DocumentType, watermark: str | None) -> None:
    job = rehearse(kind, {"owner": "นางสาวน้ำผึ้ง ใจดี"}, NOW)
    check_rendered(render_pdf(replace(job, watermark=watermark)))


def start_form() -> tuple[Canvas, io.BytesIO]:
    pdfmetrics.registerFont(TTFont("Form", str(SARABUN.find_file(bold=False))))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setFont("Form", 9)
    return canvas, out


def unordered_text(canvas: Canvas) -> None:
    """Two columns whose lines are drawn from right to left, from the foot up."""
    for row in range(4):
        for x in (400, 230, 60):
            canvas.drawString(x, 390 + 14 * row, f"ช่องที่ {row}-{x}")


def hyphens_at_line_ends(canvas: Canvas) -> None:
    canvas.drawString(60, 420, "แบบ ภ.ง.ด.-")
    canvas.drawString(60, 406, "90 กรอกโดยผู้รับใบ-")
    canvas.drawString(60, 392, "อนุญาต")


def bold_by_printing_twice(canvas: Canvas) -> None:
    canvas.drawString(60, 420, "หัวข้อหนา")
    canvas.drawString(60.3, 420, "หัวข้อหนา")


def bold_by_an_outline(canvas: Canvas) -> None:
    text = canvas.beginText(60, 420)
    text.setTextRenderMode(2)
    text.textOut("หัวข้อหนา")
    canvas.drawText(text)


def dotted_lines(canvas: Canvas) -> None:
    canvas.drawString(60, 420, "ชื่อ" + "." * 90)
    canvas.setDash(1, 2)
    canvas.line(60, 400, 500, 400)


def white_on_colour(canvas: Canvas) -> None:
    canvas.setFillColorRGB(0.1, 0.2, 0.5)
    canvas.roundRect(50, 390, 480, 30, 6, stroke=0, fill=1)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(60, 402, "ส่วนที่ ๑ สำหรับเจ้าหน้าที่")


def upright_text(canvas: Canvas) -> None:
    canvas.saveState()
    canvas.translate(30, 300)
    canvas.rotate(90)
    canvas.drawString(0, 0, "แบบพิมพ์ขอใช้ได้เฉพาะหน่วยงาน")
    canvas.restoreState()


def scanned_paper(canvas: Canvas) -> None:
    scan = Image.effect_noise((400, 560), 12).point(lambda shade: 160 + shade // 2)
    canvas.drawImage(ImageReader(scan.convert("RGB")), 0, 0, *A4)


def pale_emblem(canvas: Canvas) -> None:
    canvas.setFillAlpha(0.1)
    canvas.setFillColorRGB(0.6, 0.1, 0.1)
    canvas.circle(300, 420, 150, stroke=0, fill=1)


def picture_with_alpha(canvas: Canvas) -> None:
    logo = Image.new("RGBA", (60, 60), (200, 30, 30, 60))
    canvas.drawImage(ImageReader(logo), 60, 390, 50, 50, mask="auto")


def bleeding_border(canvas: Canvas) -> None:
    canvas.setLineWidth(20)
    canvas.setStrokeColorRGB(0.8, 0.7, 0.4)
    canvas.rect(0, 0, *A4)


def clipped_drawing(canvas: Canvas) -> None:
    path = canvas.beginPath()
    path.circle(500, 400, 20)
    canvas.clipPath(path, stroke=0)
    canvas.rect(0, 100, 590, 700, fill=1)


@pytest.mark.parametrize(
    "draw",
    [
        unordered_text, hyphens_at_line_ends, bold_by_printing_twice,
        bold_by_an_outline, dotted_lines, white_on_colour, upright_text, scanned_paper,
        pale_emblem, picture_with_alpha, bleeding_border, clipped_drawing,
    ],
)  # fmt: skip
@pytest.mark.parametrize("watermark", [None, "ตัวอย่าง"])
def test_forms_as_agencies_have_them_pass(
    draw: Callable[[Canvas], None], watermark: str | None, tmp_path: Path
) -> None:
    canvas, out = start_form()
    draw(canvas)
    canvas.save()
    tmp_path.joinpath("form.pdf").write_bytes(out.getvalue())
    kind = make_type(tmp_path, TITLE, BODY, QR, page=PAGE)
    pass_gate(kind, watermark)


@pytest.mark.parametrize("height", range(735, 755, 2))
def test_a_form_whose_last_line_the_text_goes_on_passes(
    height: int, tmp_path: Path
) -> None:
    """PDFium then takes form and text for one line, and sorts it."""
    canvas, out = start_form()
    unordered_text(canvas)
    canvas.drawString(500, height, "ท้าย")
    canvas.save()
    tmp_path.joinpath("form.pdf").write_bytes(out.getvalue())
    pass_gate(make_type(tmp_path, TITLE, BODY, QR, page=PAGE), None)


def hatching(pdf: Pdf) -> bytes:
    tile = pdf.make_stream(
        b"0 0 2 2 re f", Type=Name.Pattern, PatternType=1, PaintType=1, TilingType=1,
        BBox=Array([0, 0, 8, 8]), XStep=8, YStep=8, Resources=Dictionary(),
    )  # fmt: skip
    pdf.pages[0].Resources.Pattern = Dictionary(Pa=tile)
    return b"q /Pattern cs /Pa scn 0 600 600 40 re f Q "


def colour_gradient(pdf: Pdf) -> bytes:
    function = Dictionary(
        FunctionType=2, Domain=Array([0, 1]), N=1,
        C0=Array([0.8, 0.9, 1]), C1=Array([1, 1, 1]),
    )  # fmt: skip
    shading = Dictionary(
        ShadingType=2, ColorSpace=Name.DeviceRGB, Coords=Array([0, 0, 0, 842]),
        Function=function,
    )  # fmt: skip
    pdf.pages[0].Resources.Shading = Dictionary(Sh=shading)
    return b"/Sh sh "


@pytest.mark.parametrize("draw", [hatching, colour_gradient])
def test_forms_with_rarer_parts_of_pdf_pass(
    draw: Callable[[Pdf], bytes], tmp_path: Path
) -> None:
    canvas, out = start_form()
    canvas.drawString(60, 420, "แบบ")
    canvas.save()
    with Pdf.open(out) as pdf:
        pdf.pages[0].contents_add(draw(pdf), prepend=True)
        pdf.save(tmp_path / "form.pdf")
    pass_gate(make_type(tmp_path, TITLE, BODY, QR, page=PAGE), None)
