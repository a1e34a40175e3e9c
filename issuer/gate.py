# SPDX-License-Identifier: Apache-2.0
"""The gate: nothing is sealed that is not what it should be.

Knows only the finished file and what should be in it, and reads the file with other
people's readers (docs/adr/0007-read-the-page-before-sealing.md). Whatever it cannot
make sense of, it refuses: a false alarm costs a clerk a call, a false document costs
the agency its name. docs/gate.md lists what is checked, and the codes.
"""

import logging
import re
import struct
import traceback
from collections.abc import Iterable, Iterator
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
from issuer.file_parts import check_fields, check_parts
from issuer.page_reader import Kind, PageView, open_pages
from issuer.qr_check import check_qr
from issuer.record_metadata import check_record_metadata
from issuer.refusals import Refusal, refuse
from issuer.resources import Drawing, read_drawing
from issuer.shown_facts import check_compared, check_facts
from issuer.visibility import check_visible, find_watermark

_LOG: Final = logging.getLogger(__name__)
_HYPHENS: Final = str.maketrans({"\x02": "-", "\ufffe": "-"})
"""What PDFium makes of a hyphen at the end of a line."""
_BLANKS: Final = re.compile(r"\s+")
_CONTEXT: Final = 15
"""Characters shown before and after the place where two texts part."""


def check_document(rendered: Rendered) -> None:
    """Refuse a document that may not be sealed.

    1. What `check_rendered` refuses.
    2. Pages on which a verifier would look for number or holder's name in vain.

    Raises:
        GateError: with a reason code, and what is wrong in Thai and English.
    """
    read = _check_drawing(rendered)
    check_compared(rendered.expected, read)


def check_rendered(rendered: Rendered) -> None:
    """Refuse a file that is not what was drawn, or not as it has to be.

    1. Its parts: no actions, layers, forms, files but those expected.
    2. What its pages draw with, and the points of PDF/A-3a and PDF/UA-1.
       That what was drawn is what the record says, and what the type shows of it.
    3. Page by page, as a reader shows it: the text, the QR code, that all is seen.

    Raises:
        GateError: with a reason code, and what is wrong in Thai and English.
    """
    _check_drawing(rendered)


def _check_drawing(rendered: Rendered) -> list[tuple[str, str]]:
    """Check a file; return the text of each page, by lines and in painting order."""
    with _refusing_the_unreadable():
        drawing = _check_file(rendered)
        check_facts(rendered.expected)
        with open_pages(rendered.pdf) as pages:
            read = []
            for number, page in enumerate(pages):
                _check_page(number, page, rendered.expected, drawing)
                read.append((page.text, "\n".join(_name_pieces(page))))
    return read


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
        check_fields(pdf, officer="officer" in expected.record)
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
        check_record_metadata(pdf, expected)
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
    pieces = _name_pieces(page)
    drawn = _squeeze("".join(pieces))
    if drawn == wanted:
        _check_blanks(number, wanted, _find_blanks([expected]), _find_blanks(pieces))
        if copied == wanted or sorted(copied) == sorted(wanted):
            return
    elif copied == wanted:
        # Letters printed twice, to look bold, are read once from the page.
        there = _find_blanks([page.text])
        _check_blanks(number, wanted, _find_blanks([expected]), (there[0], set()))
        return
    found = drawn if drawn != wanted else copied
    raise _differing(number, wanted, found)


def _name_pieces(page: PageView) -> list[str]:
    """Return the texts of a page, one by one in painting order."""
    return [ink.text for ink in page.inks if ink.kind is Kind.TEXT]


def _check_blanks(
    number: int,
    text: str,
    wanted: tuple[set[int], set[int]],
    found: tuple[set[int], set[int]],
) -> None:
    """Check that blanks part the same letters; between pieces, readers add some."""
    torn = sorted((wanted[0] - found[0]) | (found[1] - wanted[0]))
    if torn:
        at = torn[0]
        around = text[max(at - _CONTEXT, 0) : at], text[at : at + _CONTEXT]
        raise refuse(
            Refusal.TEXT_DIFFERS,
            th=f"หน้า {number + 1}: ช่องว่างในข้อความที่คัดลอกได้ไม่ตรงกับข้อมูล ระหว่าง "
            f"“{around[0]}” กับ “{around[1]}”",
            en=f"page {number + 1}: a blank is lost or added when text is copied, "
            f"between “{around[0]}” and “{around[1]}”",
        )


def _find_blanks(pieces: Iterable[str]) -> tuple[set[int], set[int]]:
    """Return before which letters blanks stand; and those not between two pieces."""
    blanks: set[int] = set()
    inner: set[int] = set()
    start = 0
    for piece in pieces:
        at, here = start, set()
        *parts, last = _BLANKS.split(piece)
        for part in parts:
            at += len(part)
            here.add(at)
        end = at + len(last)
        blanks |= here
        inner |= here - {start, end}
        start = end
    return blanks, inner


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
        # It may as well be we who are wrong. Types and places only, no data.
        places = " < ".join(
            f"{frame.name}:{frame.lineno}"
            for frame in reversed(traceback.extract_tb(error.__traceback__))
        )
        _LOG.warning("unreadable: %s in %s", type(error).__name__, places)
        raise refuse(
            Refusal.UNREADABLE,
            th="อ่านไฟล์ที่สร้างขึ้นไม่ได้ โปรดแจ้งผู้ดูแลระบบ",
            en=f"the file that was made cannot be read ({type(error).__name__})",
        ) from error
