# SPDX-License-Identifier: Apache-2.0
"""The gate: nothing is sealed that is not what it should be.

Knows only the finished file and what should be in it, and reads the file with other
people's readers (docs/adr/0007-read-the-page-before-sealing.md). Whatever it cannot
make sense of, it refuses: a false alarm costs a clerk a call, a false document costs
the agency its name. docs/gate.md lists what is checked, and the codes.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import zip_longest
from typing import Final

from pikepdf import Pdf, PdfError

from issuer.accessibility import check_accessible
from issuer.archival import check_archival
from issuer.attachments import check_attachments
from issuer.errors import GateError
from issuer.expected import Expected, Rendered
from issuer.file_parts import check_parts
from issuer.page_reader import Kind, PageView, open_pages
from issuer.qr_check import check_qr
from issuer.refusals import Refusal, refuse
from issuer.resources import Drawing, read_drawing
from issuer.visibility import check_visible, find_watermark

_HYPHENS: Final = str.maketrans({"\x02": "-", "\ufffe": "-"})
"""What PDFium makes of a hyphen at the end of a line."""
_CONTEXT: Final = 15
"""Characters shown before and after the place where two texts part."""


def check_rendered(rendered: Rendered) -> None:
    """Refuse a file that may not be sealed.

    1. Its parts: no actions, layers, forms, files but those expected.
    2. What its pages draw with, and the points of PDF/A-3a and PDF/UA-1.
    3. Page by page, as a reader shows it: the text, the QR code, that all is seen.

    Raises:
        GateError: with a reason code, and what is wrong in Thai and English.
    """
    with _refusing_the_unreadable():
        drawing = _check_file(rendered)
        with open_pages(rendered.pdf) as pages:
            for number, page in enumerate(pages):
                _check_page(number, page, rendered.expected, drawing)


def check_standards(data: bytes) -> None:
    """Check a file, sealed or not, against PDF/A-3a and PDF/UA-1 alone.

    Raises:
        GateError: a point is broken; the message names its clause.
    """
    with _refusing_the_unreadable(), Pdf.open(BytesIO(data)) as pdf:
        drawing = read_drawing(pdf)
        check_archival(pdf, data, drawing)
        check_accessible(pdf, drawing)


def _check_file(rendered: Rendered) -> Drawing:
    expected = rendered.expected
    with Pdf.open(BytesIO(rendered.pdf)) as pdf:
        # 1.
        check_parts(pdf)
        check_attachments(pdf, expected.attachments)
        if len(pdf.pages) != len(expected.texts):
            raise refuse(
                Refusal.PAGES_DIFFER,
                th=f"เอกสารควรมี {len(expected.texts)} หน้า แต่มี {len(pdf.pages)} หน้า",
                en=f"{len(expected.texts)} pages were drawn, but the file has "
                f"{len(pdf.pages)}",
            )
        # 2.
        drawing = read_drawing(pdf)
        check_archival(pdf, rendered.pdf, drawing)
        check_accessible(pdf, drawing)
    return drawing


def _check_page(
    number: int, page: PageView, expected: Expected, drawing: Drawing
) -> None:
    # 3.
    _check_text(number, page, expected.texts[number])
    here = expected.qr is not None and expected.qr.page == number
    watermark = find_watermark(page, expected.watermark)
    check_qr(page, expected.qr if here else None, expected.qr_text, watermark)
    check_visible(page, patterned=drawing.patterned[number], watermark=watermark)


def _check_text(number: int, page: PageView, expected: str) -> None:
    """Check that the text that is copied from a page is the text that was drawn.

    PDFium sorts what stands on one line from left to right, whatever the order it
    was drawn in; then the text is read piece by piece, in painting order.
    """
    wanted, copied = _squeeze(expected), _squeeze(page.text)
    if copied == wanted:
        return
    drawn = _squeeze("".join(ink.text for ink in page.inks if ink.kind is Kind.TEXT))
    if drawn == wanted and sorted(copied) == sorted(wanted):
        return
    found = drawn if drawn != wanted else copied
    raise _differing(number, wanted, found)


def _squeeze(text: str) -> str:
    return "".join(text.split()).translate(_HYPHENS)


def _differing(number: int, wanted: str, found: str) -> GateError:
    at = next(
        index
        for index, (one, other) in enumerate(zip_longest(wanted, found))
        if one != other
    )
    before = wanted[max(at - _CONTEXT, 0) : at]
    should, does = wanted[at : at + _CONTEXT], found[at : at + _CONTEXT]
    return refuse(
        Refusal.TEXT_DIFFERS,
        th=f"หน้า {number + 1}: ข้อความที่คัดลอกได้ไม่ตรงกับข้อมูล หลัง “{before}” "
        f"ควรเป็น “{should}” แต่อ่านได้ “{does}”",
        en=f"page {number + 1}: the text that is copied is not the text of the "
        f"document; after “{before}” it should go on “{should}”, but goes on “{does}”",
    )


@contextmanager
def _refusing_the_unreadable() -> Iterator[None]:
    """Turn all that a broken file makes libraries raise into a refusal."""
    try:
        yield
    except (
        PdfError, struct.error, ArithmeticError, AttributeError, LookupError,
        RecursionError, TypeError, ValueError,
    ) as error:  # fmt: skip
        raise refuse(
            Refusal.UNREADABLE,
            th="อ่านไฟล์ที่สร้างขึ้นไม่ได้ โปรดแจ้งผู้ดูแลระบบ",
            en=f"the file that was made cannot be read ({type(error).__name__})",
        ) from error
