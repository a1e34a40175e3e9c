# SPDX-License-Identifier: Apache-2.0
"""Refusals: why the gate lets a file not be sealed, in codes that do not change.

The sentences are for the clerk who wanted a document and for the person who made its
type; docs/gate.md tells what each code is found by.
"""

from enum import StrEnum, unique
from typing import Final

from issuer.errors import GateError


@unique
class Refusal(StrEnum):
    """Why a file may not be sealed."""

    UNREADABLE = "unreadable"
    PAGES_DIFFER = "pages_differ"
    TEXT_DIFFERS = "text_differs"
    FACT_MISSING = "fact_missing"
    METADATA_DIFFER = "metadata_differ"
    TEXT_INVISIBLE = "text_invisible"
    TEXT_TOO_SMALL = "text_too_small"
    TEXT_WITHOUT_CONTRAST = "text_without_contrast"
    TEXT_COVERED = "text_covered"
    TEXT_CLIPPED = "text_clipped"
    TEXT_PILED_UP = "text_piled_up"
    TEXT_OVERLAPS = "text_overlaps"
    GLYPH_EMPTY = "glyph_empty"
    IMAGE_HIDDEN = "image_hidden"
    OUTSIDE_PAGE = "outside_page"
    PAGE_BOX = "page_box"
    OVER_QR = "over_qr"
    QR_UNREADABLE = "qr_unreadable"
    QR_DIFFERS = "qr_differs"
    QR_UNEXPECTED = "qr_unexpected"
    ATTACHMENT_MISSING = "attachment_missing"
    ATTACHMENT_DIFFERS = "attachment_differs"
    ATTACHMENT_UNEXPECTED = "attachment_unexpected"
    OPTIONAL_CONTENT = "optional_content"
    TRANSPARENCY = "transparency"
    ANNOTATION = "annotation"
    ACTION = "action"
    FORM_FIELD = "form_field"
    NOT_PERMITTED = "not_permitted"
    NOT_ARCHIVAL = "not_archival"
    NOT_ACCESSIBLE = "not_accessible"


_ASK_TH: Final = "โปรดแจ้งผู้ดูแลแบบเอกสาร"
_ASK_EN: Final = "tell whoever keeps this document type"


_QUOTED: Final = 40
"""Characters of a text that a message repeats."""


def quote(text: str) -> str:
    """Return a text as a message repeats it."""
    text = " ".join(text.split())
    short = text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"
    return f"“{short}”"


def refuse(reason: Refusal, *, th: str, en: str) -> GateError:
    """Return the error for what was found in the file."""
    return GateError(en, reason=reason, th=th)


def refuse_part(reason: Refusal, what: str) -> GateError:
    """Return the error for a part of the file that no document may have."""
    return GateError(
        f"the file holds what no document may hold: {what}; {_ASK_EN}",
        reason=reason,
        th=f"ในไฟล์มีสิ่งที่เอกสารห้ามมี: {what} {_ASK_TH}",
    )


def refuse_archive(clause: str, *, th: str, en: str) -> GateError:
    """Return the error for a point of PDF/A-3 that is broken (ISO 19005-3)."""
    return GateError(
        f"the file would not be PDF/A-3 (ISO 19005-3, {clause}): {en}; {_ASK_EN}",
        reason=Refusal.NOT_ARCHIVAL,
        th=f"ไฟล์ไม่ตรงตามมาตรฐาน PDF/A-3 (ISO 19005-3 ข้อ {clause}): {th} {_ASK_TH}",
    )


def refuse_access(clause: str, *, th: str, en: str) -> GateError:
    """Return the error for a point of PDF/UA-1 that is broken (ISO 14289-1)."""
    return GateError(
        f"the file would not be PDF/UA-1 (ISO 14289-1, {clause}): {en}; {_ASK_EN}",
        reason=Refusal.NOT_ACCESSIBLE,
        th=f"ไฟล์ไม่ตรงตามมาตรฐาน PDF/UA-1 (ISO 14289-1 ข้อ {clause}): {th} {_ASK_TH}",
    )
