# SPDX-License-Identifier: Apache-2.0
"""A request to issue, judged as a whole before a number is taken for it.

Everything that can be wrong with a request is found here: rights, type, fields,
dates, a record or claim that cannot be built, a page that cannot be drawn.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from issuer.agencies import Caller, require_may_issue
from issuer.context import ClaimSigning, Issuer
from issuer.errors import MissingGlyphError, TallLetterError
from issuer.gate import check_document
from issuer.qr import draw_qr
from issuer.render import RenderJob, check_drawable, render_pdf
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
    RecordSizeError,
)
from register.officer import OfficerFacts
from register.public_record import MAX_VALUE_CHARS
from register.record import build_record, parse_record, read_facts
from register.store import StatusChange
from templates.catalogue import DocumentType, Localized
from templates.errors import FieldProblem, FieldsError
from templates.fields import Kind

WATERMARK: Final = "ตัวอย่าง"
"""On every page that is not a document of an agency in production."""

_TOO_LARGE: Final = Localized(
    th="ข้อมูลและภาพรวมกันมากเกินกว่าที่เอกสารฉบับหนึ่งเก็บได้ โปรดใช้ภาพที่เล็กลง",
    en="data and images are more than one document can hold; use smaller images",
)
_FIRST_DAY: Final = date(1970, 1, 1)
_LAST_DAY: Final = date(2400, 12, 31)
"""Days that claims can tell (docs/spec/claim.md) and licences can need."""

_EVERYDAY: Final = frozenset(
    (
        *map(chr, range(0x20, 0x7F)),
        *map(chr, range(0x0E01, 0x0E3B)), *map(chr, range(0x0E3F, 0x0E5C)),
        *"\n“”‘’–—…•·°×",
    )
)  # fmt: skip
"""Characters that every document font has, and that tests take through the gate."""
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
    officer: str | None = None
    """Id of the officer who is to sign, where the type asks for one."""
    supersedes: DocumentId | None = None
    order: StatusChange | None = None
    """Why and by which order the predecessor is superseded."""

    def digest(self) -> bytes:
        """SHA-256 of what was asked, to tell a retry from another request.

        Raises:
            FieldsError: the data are of a kind that no record can hold.
        """
        order = self.order
        asked: dict[str, Any] = {
            "type": self.type_id,
            "data": dict(self.data),
            "valid_from": str(self.valid_from),
            "valid_until": str(self.valid_until),
            "supersedes": self.supersedes,
            "order": order and [order.reason, order.legal_basis, order.order_number],
        }
        if self.officer is not None:
            asked["officer"] = self.officer
        try:
            return hashlib.sha256(encode_json(asked)).digest()
        except CanonicalError as error:
            text = Localized(th="ข้อมูลนี้บันทึกลงเอกสารไม่ได้", en=str(error))
            raise _refusal("data", "not_canonical", text) from error


ChooseOfficer = Callable[
    [DocumentType, str | None], tuple[str | None, OfficerFacts | None]
]
"""Says who is to sign a document of a type, of those the request may name."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A request that was checked, and the page it would make."""

    document_type: DocumentType
    document: Document
    year: int
    """Buddhist calendar or fiscal year that numbers count in."""
    job: RenderJob


def draft_document(
    issuer: Issuer,
    caller: Caller,
    request: IssueRequest,
    now: datetime,
    choose: ChooseOfficer,
) -> Draft:
    """Judge a request and return what it would make.

    1. The caller's right to the type, and the type in force.
    2. Fields and dates.
    3. Record, claim and QR code can be built, the page can be drawn; where more than
       usual can go wrong with it, the gate would let it pass.

    Raises:
        NotPermittedError, TypeNotInForceError: from step 1.
        FieldsError: from step 2 or 3, with every field that is wrong.
        RenderError: from step 3; a GateError if it is the gate.
    """
    # 1.
    kind = issuer.catalogue.types.get(request.type_id)
    require_may_issue(
        issuer.store, caller, request.type_id, kind.version if kind else None
    )
    issuer.require_usable(request.type_id)
    kind = issuer.catalogue.get_type(request.type_id)
    # 2.
    document, year = imagine_document(kind, request, caller, now)
    officer_id, officer = choose(kind, request.officer)
    # 3.
    job = imagine_job(
        kind,
        document,
        agency_name=issuer.store.get_agency(document.agency_id).name,
        verify_url=issuer.verify_url(document.id),
        officer=officer,
    )
    if _is_unusual(kind, document.data):
        # Refused later it would cost a number.
        check_document(render_pdf(job))
    return Draft(
        document_type=kind,
        document=replace(document, officer_id=officer_id),
        year=year,
        job=make_preview(job),
    )


def _is_unusual(kind: DocumentType, data: Mapping[str, Any]) -> bool:
    """Tell whether the gate could refuse a page that can be laid out.

    On forms, in boxes at fixed places and with pictures it depends on the data what
    meets what; and characters that few fonts are made for may not show.
    """
    if kind.fixed or kind.page.background is not None:
        return True
    if any(field.kind is Kind.IMAGE and data.get(field.name) for field in kind.fields):
        return True
    return not all(_EVERYDAY.issuperset(text) for _, text in _texts(data))


def build_facts(
    issuer: Issuer,
    document: Document,
    kind: DocumentType,
    key: ClaimSigning,
    officer: OfficerFacts | None = None,
) -> tuple[bytes, bytes]:
    """Return the record of a document, and its claim signed with `key`.

    Raises:
        RecordError, ClaimError: a fact does not fit the formats.
    """
    agency_name = issuer.store.get_agency(document.agency_id).name
    record = _write_record(
        kind, document, agency_name, issuer.verify_url(document.id), officer
    )
    return record, _sign_claim(kind, document, record, key)


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


def imagine_document(
    kind: DocumentType, request: IssueRequest, caller: Caller, now: datetime
) -> tuple[Document, int]:
    """Return the document that a request asks for, and the year it would count in.

    Raises:
        FieldsError: with every field or date that is wrong.
    """
    data = kind.normalise(request.data)
    kind.check_fields(data)
    _check_public(kind, data)
    issued_on = bangkok_date(now)
    _check_days(request)
    valid_from, valid_until = kind.resolve_validity(
        issued_on, request.valid_from, request.valid_until
    )
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
    return document, year


def imagine_job(
    kind: DocumentType,
    document: Document,
    *,
    agency_name: Text,
    verify_url: str,
    officer: OfficerFacts | None = None,
) -> RenderJob:
    """Return a document's page as it would be, but that nobody signed its claim.

    Where an officer is to sign and none is given, it is the signatory of the type.

    Raises:
        FieldsError: the data cannot be recorded, or have a character without glyph.
        RenderError: the page cannot be drawn.
    """
    try:
        if officer is None and kind.officer:
            officer = _imagine_officer(kind, document.reserved_at)
        record = _write_record(kind, document, agency_name, verify_url, officer)
        claim = _sign_claim(kind, document, record, _UNSIGNED)
    except RecordSizeError as error:
        raise _refusal("data", "record_too_large", _TOO_LARGE) from error
    except (CanonicalError, ClaimError, DocumentError, RecordError) as error:
        text = Localized(th="ข้อมูลนี้บันทึกลงเอกสารไม่ได้", en=str(error))
        raise _refusal("data", "not_recordable", text) from error
    job = RenderJob(
        document_type=kind,
        record=parse_record(record),
        record_bytes=record,
        claim=claim,
        qr=draw_qr(qr_segments(verify_url, claim)),
        watermark=WATERMARK,
    )
    try:
        check_drawable(job)
    except MissingGlyphError as error:
        raise _glyph_refusal(document.data, error) from error
    except TallLetterError as error:
        raise _letter_refusal(document.data, error) from error
    return job


def make_preview(job: RenderJob) -> RenderJob:
    """Take away what would look as if it could be verified; nobody signed it."""
    return replace(job, record_bytes=None, claim=None, qr=None, watermark=WATERMARK)


def _imagine_officer(kind: DocumentType, asked_at: datetime) -> OfficerFacts:
    """Return the signatory of the type as if they were the officer."""
    signatory = kind.signatory
    behalf = signatory.on_behalf
    return OfficerFacts(
        name=Text(th=signatory.name.th, en=signatory.name.en),
        position=Text(th=signatory.position.th, en=signatory.position.en),
        authority=None if behalf is None else Text(th=behalf.th, en=behalf.en),
        asked_at=asked_at,
        certificate_sha256=bytes(32),
    )


def _write_record(
    kind: DocumentType,
    document: Document,
    agency_name: Text,
    verify_url: str,
    officer: OfficerFacts | None,
) -> bytes:
    return build_record(
        document,
        agency_name=agency_name,
        legal_basis=Text(th=kind.legal_basis.th, en=kind.legal_basis.en),
        verify_url=verify_url,
        officer=officer,
    )


def _sign_claim(
    kind: DocumentType, document: Document, record: bytes, key: ClaimSigning
) -> bytes:
    holder = kind.holder_name(document.data)
    return build_claim(
        claim_from_facts(read_facts(record), type_code=kind.code, holder=holder),
        document_id=document.id,
        kid=key.kid,
        sign=key.sign,
    )


def _glyph_refusal(data: Mapping[str, Any], error: MissingGlyphError) -> Exception:
    """Name the fields that hold the character; the type's own texts hold none."""
    character = error.character
    problems = tuple(
        FieldProblem(
            field=name,
            reason="no_glyph",
            detail=Localized(
                th=f"แบบอักษรของเอกสารไม่มีอักขระ “{character}” (U+{ord(character):04X}) "
                "โปรดใช้อักขระอื่น",
                en=f"the font has no character “{character}” (U+{ord(character):04X}); "
                "write it otherwise",
            ),
        )
        for name, text in _texts(data)
        if character and character in text
    )
    return FieldsError(problems) if problems else error


def _letter_refusal(data: Mapping[str, Any], error: TallLetterError) -> Exception:
    """Name the fields that hold the letter, as `_glyph_refusal` does."""
    problems = tuple(
        FieldProblem(
            field=name,
            reason="stacked_marks",
            detail=Localized(
                th=f"{error.th} โปรดพิมพ์ใหม่", en=f"{error}; write it otherwise"
            ),
        )
        for name, text in _texts(data)
        if error.letter in text
    )
    return FieldsError(problems) if problems else error


def _texts(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of the data with its place, as "conditions[2]"."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, f"{path}[{index}]")


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


def _check_public(kind: DocumentType, data: Mapping[str, Any]) -> None:
    """Refuse what could not be published: nobody would notice until it is issued."""
    problems = [
        FieldProblem(
            field=field["name"],
            reason="public_too_long",
            detail=Localized(
                th=f"ข้อมูลที่เปิดเผยต่อสาธารณะยาวเกิน {MAX_VALUE_CHARS} ตัวอักษร",
                en=f"as shown to anyone, takes more than {MAX_VALUE_CHARS} characters",
            ),
        )
        for field in kind.public_fields(data)
        if len(field["value"]) > MAX_VALUE_CHARS
    ]
    if problems:
        raise FieldsError(tuple(problems))


def _refusal(field: str, reason: str, text: Localized) -> FieldsError:
    return FieldsError((FieldProblem(field=field, reason=reason, detail=text),))
