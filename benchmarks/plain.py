# SPDX-License-Identifier: Apache-2.0
"""The plain pipeline to beat: ReportLab and pyHanko as their manuals show them.

One A4 page, five Thai paragraphs shaped by HarfBuzz, one QR code; signed with the
key loaded for each document.
"""

import io
from importlib.resources import files
from pathlib import Path

import qrcode
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

_TEXT = (
    "อาศัยอำนาจตามมาตรา ๑๒ แห่งพระราชบัญญัติการประกอบกิจการตัวอย่าง พ.ศ. ๒๕๖๐ "
    "นายทะเบียนอนุญาตให้ผู้รับใบอนุญาตประกอบกิจการจำหน่ายวัสดุก่อสร้าง "
    "ณ เลขที่ ๓๓/๔ ถนนพระราม ๙ แขวงห้วยขวาง เขตห้วยขวาง กรุงเทพมหานคร ๑๐๓๑๐"
)


def register_font() -> None:
    """Make Sarabun known to ReportLab."""
    [path] = [
        entry
        for entry in Path(str(files("fontpkg_sarabun"))).rglob("*.ttf")
        if entry.name == "Sarabun-Regular.ttf"
    ]
    pdfmetrics.registerFont(TTFont("Sarabun", str(path), shapable=True))


def render_plain(address: str) -> bytes:
    """One page by ReportLab's own paragraphs, the QR code as filled squares."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    style = ParagraphStyle(
        "thai", fontName="Sarabun", fontSize=12, leading=18, shaping=1
    )
    y = A4[1] - 72
    for _ in range(5):
        paragraph = Paragraph(_TEXT, style)
        _, height = paragraph.wrap(A4[0] - 144, y)
        paragraph.drawOn(canvas, 72, y - height)
        y -= height + 8
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q, border=0)
    code.add_data(address)
    code.make()
    module = 87.0 / len(code.modules)
    for row, line in enumerate(code.modules):
        for column, dark in enumerate(line):
            if dark:
                left, top = 72 + column * module, 160 - row * module
                canvas.rect(left, top, module, module, stroke=0, fill=1)
    canvas.save()
    return out.getvalue()


def load_plain(key: Path, certificate: Path, passphrase: bytes) -> signers.SimpleSigner:
    """Load a key as pyHanko's manual does."""
    return signers.SimpleSigner.load(  # type: ignore[no-untyped-call, no-any-return]  # pyHanko
        str(key), str(certificate), key_passphrase=passphrase
    )


def sign_plain(pdf: bytes, signer: signers.SimpleSigner) -> bytes:
    """PAdES B-B by pyHanko's own signer."""
    metadata = signers.PdfSignatureMetadata(
        field_name="Signature", subfilter=fields.SigSeedSubFilter.PADES
    )
    output = signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(pdf)), metadata, signer=signer
    )
    return bytes(output.getvalue())
