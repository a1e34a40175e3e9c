# SPDX-License-Identifier: Apache-2.0
"""A small type made for one test, and the document it gives."""

import json
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2

from issuer.expected import Rendered
from issuer.gate import check_rendered
from issuer.qr import draw_qr
from issuer.render import RenderJob, check_drawable, render_pdf
from templates.catalogue import DocumentType, read_document_type

ID = "K3XQ7M2ZD4A6TB5RWYHNCPEJGA"
ADDRESS = f"HTTPS://VERIFY.EXAMPLE.GO.TH/V/{ID}"
DIGITS = "31415926535897932384626433832795028841971" * 11
HEAD = """\
id = "sample_permit"
code = "SP"
version = 1
name = { th = "ใบอนุญาตตัวอย่าง", en = "Sample Permit" }
legal_basis = { th = "กฎหมายตัวอย่าง", en = "Sample law" }
numbering = { pattern = "{sequence}/{year}" }
validity = { rule = "year_end" }
holder = { field = "owner" }

[signatory]
name = { th = "นายทดสอบ ระบบดี", en = "Mr. Thotsop Rabopdi" }
position = { th = "นายทะเบียน", en = "Registrar" }

[[fields]]
name = "owner"
label = { th = "ผู้รับใบอนุญาต", en = "Licensee" }
kind = "name"
"""
PAGE = """
[page]
"""
TITLE = """
[[blocks]]
block = "paragraph"
role = "title"
text = "{type_name}"
align = "center"
size = 24
bold = true
space_after = 3
"""
LONG = """
[[blocks]]
block = "paragraph"
text = "ข้อความแรก"

[[blocks]]
block = "paragraph"
text = "ข้อความหลัง"
space_before = 200
"""
"""Two pages, with the foot."""
QR = """
[[foot]]
block = "qr"
"""


def make_type(folder: Path, *parts: str, page: str = PAGE) -> DocumentType:
    """Make a type of a head, these parts and, unless they hold one, a QR block."""
    layout = "".join(parts)
    if 'block = "qr"' not in layout:
        layout += QR
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "type.toml").write_text(HEAD + page + layout, encoding="utf-8")
    return read_document_type(folder)


def draw_document(
    document_type: DocumentType, *, digits: str = DIGITS, **data: object
) -> Rendered:
    """Draw a document with the given data, which the gate lets pass.

    `digits` are those of the claim in its QR code.
    """
    rendered = render_pdf(_make_job(document_type, data, digits))
    check_rendered(rendered)
    return rendered


def check_document(document_type: DocumentType, **data: object) -> None:
    """Refuse what could not be drawn, as is done before a number is taken."""
    check_drawable(_make_job(document_type, data, DIGITS))


def _make_job(
    document_type: DocumentType, data: Mapping[str, object], digits: str
) -> RenderJob:
    given = {"owner": "นางสาวน้ำผึ้ง ใจดี", **data}
    clean = document_type.normalise(given)
    document_type.check_fields(clean)
    first, last = document_type.resolve_validity(date(2026, 11, 21))
    record: dict[str, Any] = {
        "v": 1,
        "id": ID,
        "type": document_type.id,
        "type_version": document_type.version,
        "number": document_type.format_number(12, 2569),
        "agency": {"id": "TRADE", "name": {"th": "กรมการค้าตัวอย่าง", "en": "Trade"}},
        "issued_at": "2026-11-21T03:04:05Z",
        "issued_on": "2026-11-21",
        "valid_from": first.isoformat(),
        "valid_until": last.isoformat() if last else None,
        "data": clean,
        "legal_basis": {"th": document_type.legal_basis.th, "en": "Sample law"},
        "verify_url": ADDRESS,
    }
    return RenderJob(
        document_type=document_type,
        record=record,
        record_bytes=json.dumps(record, ensure_ascii=False).encode(),
        claim=bytes(range(183)),
        qr=draw_qr((ADDRESS, "#", digits)),
        watermark=None,
    )


def read_pages(pdf: bytes) -> list[str]:
    """Return the text of each page without white space, as PDFium reads it."""
    document = pypdfium2.PdfDocument(pdf)
    texts = [page.get_textpage().get_text_range() for page in document]
    return ["".join(text.split()) for text in texts]


def show_page(pdf: bytes, number: int = 0, *, dpi: int = 72) -> np.ndarray:
    """Return the pixels of a page, as shades of gray."""
    page = pypdfium2.PdfDocument(pdf)[number]
    return np.asarray(page.render(scale=dpi / 72, grayscale=True).to_numpy())


def find_elements(pdf: bytes, role: str) -> list[dict[str, Any]]:
    """Return the structure elements of a role, in reading order."""
    found: list[dict[str, Any]] = []

    def walk(element: Any) -> None:  # noqa: ANN401 - any object of PDF
        if isinstance(element, pikepdf.Array):
            for kid in element:
                walk(kid)
        elif isinstance(element, pikepdf.Dictionary):
            if str(element.get("/S")) == f"/{role}":
                entries = element.items()
                found.append({key: _unwrap(one) for key, one in entries if key != "/P"})
            if "/K" in element:
                walk(element.K)

    with pikepdf.open(BytesIO(pdf)) as opened:
        walk(opened.Root.StructTreeRoot.K)
    return found


def _unwrap(value: Any) -> Any:  # noqa: ANN401 - any object of PDF
    if isinstance(value, pikepdf.Array):
        return [_unwrap(one) for one in value]
    if isinstance(value, pikepdf.String | pikepdf.Name):
        return str(value)
    return value
