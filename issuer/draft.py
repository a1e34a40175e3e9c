# SPDX-License-Identifier: Apache-2.0
"""A request to issue, judged as a whole before a number is taken for it.

Everything that can be wrong with a request is found here: rights, type, fields,
dates, a record or claim that cannot be built, a page that cannot be drawn.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from issuer.agencies import Caller, require_may_issue
from issuer.context import ClaimSigning, Issuer
from issuer.errors import MissingGlyphError
from issuer.qr import draw_qr
from issuer.render import RenderJob, check_drawable
from register.canonical import encode_json
from register.claim import build_claim, claim_from_facts, qr_segments
from register.document import (
    LIST_SIZE,
    Document,
    DocumentId,
    DocumentNumber,
    State,
    Status,
    StatusRef,
    Text,
    YearBasis,
    bangkok_date,
    buddhist_year,
)
from register.errors import (
    CanonicalError,
    ClaimError,
    DocumentError,
    RecordError,
)
from register.record import build_record, parse_record, read_facts
from register.store import StatusChange
from templates.catalogue import DocumentType, Localized
from templates.errors import FieldProblem, FieldsError

WATERMARK: Final = "ตัวอย่าง"
"""On every page that is not a document of an agency in production."""

_FIRST_DAY: Final = date(1970, 1, 1)
_LAST_DAY: Final = date(2400, 12, 31)
"""Days that claims can tell (docs/spec/claim.md) and licences can need."""

_LONGEST_REF: Final = StatusRef(999, LIST_SIZE - 1)
_UNSIGNED: Final = ClaimSigning(
    kid=b"DRAF", sign=lambda _message: b"signed by nobody" * 4
)
"""A draft's claim has the size of a real one. Not of zeros: the `qrcode` package
cannot make error correction for a block of them."""


@dataclass(frozen=True, kw_only=True)
class IssueRequest:
    """What is to be issued; dates in Asia/Bangkok."""

    type_id: str
    data: Mapping[str, Any]
    valid_from: date | None = None
    valid_until: date | None = None
    idempotency_key: str
    supersedes: DocumentId | None = None
    order: StatusChange | None = None
    """Why and by which order the predecessor is superseded."""

    def digest(self) -> bytes:
        """SHA-256 of what was asked, to tell a retry from another request.

        Raises:
            FieldsError: the data are of a kind that no record can hold.
        """
        order = self.order
        asked = {
            "type": self.type_id,
            "data": dict(self.data),
            "valid_from": str(self.valid_from),
            "valid_until": str(self.valid_until),
            "supersedes": self.supersedes,
            "order": order and [order.reason, order.legal_basis, order.order_number],
        }
        try:
            return hashlib.sha256(encode_json(asked)).digest()
        except CanonicalError as error:
            raise _refusal("data", "not_canonical", str(error)) from error


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A request that was checked, and the page it would make."""

    document_type: DocumentType
    document: Document
    year: int
    """Buddhist calendar or fiscal year that numbers count in."""
    job: RenderJob


def draft_document(
    issuer: Issuer, caller: Caller, request: IssueRequest, now: datetime
) -> Draft:
    """Judge a request and return what it would make.

    1. The caller's right to the type, and the type in force.
    2. Fields and dates.
    3. Record, claim and QR code can be built, the page can be drawn.

    Raises:
        NotPermittedError, TypeNotInForceError: from step 1.
        FieldsError: from step 2 or 3, with every field that is wrong.
        RenderError: from step 3.
    """
    # 1.
    kind = issuer.catalogue.types.get(request.type_id)
    require_may_issue(
        issuer.store, caller, request.type_id, kind.version if kind else None
    )
    kind = issuer.catalogue.get_type(request.type_id)
    # 2.
    data = kind.normalise(request.data)
    kind.check_fields(data)
    issued_on = bangkok_date(now)
    _check_days(request)
    valid_from, valid_until = kind.resolve_validity(
        issued_on, request.valid_from, request.valid_until
    )
    # 3.
    year = buddhist_year(issued_on, YearBasis(kind.numbering.year_basis))
    document = Document(
        id=DocumentId("A" * 26),
        agency_id=caller.agency_id,
        type_id=kind.id,
        type_version=kind.version,
        number=DocumentNumber(kind.format_number(0, year)),
        state=State.RESERVED,
        status=Status.VALID,
        status_since=None,
        data=data,
        salt=bytes(16),
        reserved_at=now,
        issued_at=None,
        issued_on=issued_on,
        valid_from=valid_from,
        valid_until=valid_until,
        status_ref=_LONGEST_REF,
        supersedes=request.supersedes,
        successor=None,
        record_sha256=None,
        file_sha256=None,
        reserved_by=caller.actor,
    )
    return Draft(
        document_type=kind,
        document=document,
        year=year,
        job=_draft_job(issuer, kind, document),
    )


def build_facts(
    issuer: Issuer, document: Document, kind: DocumentType, key: ClaimSigning
) -> tuple[bytes, bytes]:
    """Return the record of a document, and its claim signed with `key`.

    Raises:
        RecordError, ClaimError: a fact does not fit the formats.
    """
    record = build_record(
        document,
        agency_name=issuer.store.get_agency(document.agency_id).name,
        legal_basis=Text(th=kind.legal_basis.th, en=kind.legal_basis.en),
        verify_url=issuer.verify_url(document.id),
    )
    holder = kind.holder_name(document.data)
    claim = build_claim(
        claim_from_facts(read_facts(record), type_code=kind.code, holder=holder),
        document_id=document.id,
        kid=key.kid,
        sign=key.sign,
    )
    return record, claim


def build_job(
    issuer: Issuer, document: Document, kind: DocumentType, record: bytes, claim: bytes
) -> RenderJob:
    """Return all that the page of a document is drawn from.

    Raises:
        QrCodeError: the address and claim do not fit a QR code.
    """
    return RenderJob(
        document_type=kind,
        record=parse_record(record),
        record_bytes=record,
        claim=claim,
        qr=draw_qr(qr_segments(issuer.verify_url(document.id), claim)),
        watermark=WATERMARK if issuer.watermarked else None,
    )


def _draft_job(issuer: Issuer, kind: DocumentType, document: Document) -> RenderJob:
    try:
        record, claim = build_facts(issuer, document, kind, _UNSIGNED)
    except (CanonicalError, ClaimError, DocumentError, RecordError) as error:
        raise _refusal("data", "not_recordable", str(error)) from error
    job = build_job(issuer, document, kind, record, claim)
    try:
        check_drawable(job)
    except MissingGlyphError as error:
        raise _glyph_refusal(document.data, error) from error
    # What nobody signed must not look as if it could be verified.
    return replace(job, record_bytes=None, claim=None, qr=None, watermark=WATERMARK)


def _glyph_refusal(data: Mapping[str, Any], error: MissingGlyphError) -> Exception:
    """Name the fields that hold the character; the type's own texts hold none."""
    character = error.character
    problems = tuple(
        FieldProblem(
            field=name,
            reason="no_glyph",
            detail=Localized(
                th=f"แบบอักษรของเอกสารไม่มีอักขระ “{character}” (U+{ord(character):04X})",
                en=f"the font has no character “{character}” (U+{ord(character):04X})",
            ),
        )
        for name, value in data.items()
        if character and character in json.dumps(value, ensure_ascii=False)
    )
    return FieldsError(problems) if problems else error


def _check_days(request: IssueRequest) -> None:
    problems = [
        FieldProblem(
            field=name,
            reason="date_range",
            detail=Localized(
                th=f"ต้องอยู่ระหว่าง {_FIRST_DAY} ถึง {_LAST_DAY} ใช้ปี ค.ศ. ไม่ใช่ พ.ศ.",
                en=f"must lie between {_FIRST_DAY} and {_LAST_DAY}, in the Common "
                "Era: do not add 543",
            ),
        )
        for name, day in (
            ("valid_from", request.valid_from),
            ("valid_until", request.valid_until),
        )
        if day is not None and not _FIRST_DAY <= day <= _LAST_DAY
    ]
    if problems:
        raise FieldsError(tuple(problems))


def _refusal(field: str, reason: str, detail: str) -> FieldsError:
    text = Localized(th="ข้อมูลนี้บันทึกลงเอกสารไม่ได้", en=detail)
    return FieldsError((FieldProblem(field=field, reason=reason, detail=text),))
