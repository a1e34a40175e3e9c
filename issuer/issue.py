# SPDX-License-Identifier: Apache-2.0
"""Issues one document, so that a crash at any step leaves a reservation to finish.

No number is lost or used twice, and no sealed file leaves before it was read back
and recorded (docs/issuance.md).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from issuer.agencies import Caller, require_may_issue
from issuer.context import Issuer
from issuer.errors import ReservationVoidedError
from issuer.publish import publish_document
from issuer.qr import draw_qr
from issuer.render import RenderJob, check_drawable, render_pdf
from register.canonical import encode_json
from register.claim import build_claim, claim_from_facts, qr_segments
from register.document import (
    Document,
    DocumentId,
    State,
    Text,
    YearBasis,
    bangkok_date,
    buddhist_year,
)
from register.errors import DocumentStateError
from register.members import format_instant
from register.record import build_record, parse_record, read_facts, record_digest
from register.store import ReserveRequest, StatusChange
from templates.catalogue import DocumentType

WATERMARK = "ตัวอย่าง"
"""On every page that is not a document of an agency in production."""


_DRAFT_SEQUENCE = 0
_DRAFT_ID = DocumentId("A" * 26)
"""Stand on a preview where number and id will be; no document ever has them."""


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
        """SHA-256 of what was asked, to tell a retry from another request."""
        asked = {
            "type": self.type_id,
            "data": dict(self.data),
            "valid_from": str(self.valid_from),
            "valid_until": str(self.valid_until),
            "supersedes": self.supersedes,
        }
        return hashlib.sha256(encode_json(asked)).digest()


def issue_document(
    issuer: Issuer, caller: Caller, request: IssueRequest, now: datetime
) -> Document:
    """Issue one document and return it as the register holds it.

    1. Check the type, the caller's right to it, the fields, and that the page can
       be drawn.
    2. Reserve number, id and status index; committed before any signature.
    3. Build the record and the claim; sign the claim.
    4. Draw the QR code and the page.
    5. Seal with timestamp and revocation data; read back and check.
    6. Store the file, record the document as issued, publish.

    The same idempotency key with the same request gives the same document again.

    Raises:
        TypeNotInForceError, NotPermittedError, FieldsError, RenderError: from
            step 1, nothing was written.
        CanonicalError: the data cannot be canonical JSON.
        IdempotencyConflictError: the key was used for another request.
        TimestampUnavailableError: from step 5; the reservation waits for a retry.
    """
    # 1.
    draft = _draft(issuer, caller, request, now)
    check_drawable(draft.job)
    kind, year, order = draft.document_type, draft.year, request.order
    # 2.
    reservation = issuer.store.reserve(
        ReserveRequest(
            agency_id=caller.agency_id,
            type_id=kind.id,
            type_version=kind.version,
            data=draft.data,
            holder=kind.holder_name(draft.data),
            valid_from=draft.valid_from,
            valid_until=draft.valid_until,
            issued_on=draft.issued_on,
            year=year,
            format_number=lambda sequence: kind.format_number(sequence, year),
            idempotency_key=request.idempotency_key,
            request_sha256=request.digest(),
            actor=caller.actor,
            supersedes=request.supersedes,
            reason=order.reason if order else None,
            legal_basis=order.legal_basis if order else None,
            order_number=order.order_number if order else None,
        ),
        now,
    )
    return finish_reservation(issuer, caller, reservation.document, now)


def finish_reservation(
    issuer: Issuer, caller: Caller, document: Document, now: datetime
) -> Document:
    """Take a reservation through steps 3 to 6; of an issued one, publish again.

    Raises:
        ReservationVoidedError: the reservation was given up.
    """
    if document.state is State.VOID:
        raise ReservationVoidedError(f"reservation {document.number} was voided")
    if document.state is State.ISSUED:
        # The process may have died between the register and the publication.
        publish_document(issuer, document, now)
        return document
    document_type = issuer.catalogue.get_type(document.type_id)
    # 3.
    record, claim = _build_facts(issuer, document, document_type)
    # 4.
    pdf = _draw(issuer, document, document_type, record, claim)
    # 5.
    sealer = issuer.sealer(document.agency_id)
    try:
        issuer.store.record_sealing(
            document.id, caller.actor, now, record_digest(record)
        )
    except DocumentStateError:
        # Another retry of the same request was faster, or the number was voided.
        current = issuer.store.get_document(document.id)
        return finish_reservation(issuer, caller, current, now)
    sealed = sealer.seal_pdf(pdf)
    sealer.check_sealed(sealed)
    # 6.
    file_sha256 = issuer.files.put_pdf(sealed)
    issued = issuer.store.record_issued(
        document.id, caller.actor, now, record, claim, file_sha256
    )
    publish_document(issuer, issued, now)
    return issued


def preview_document(
    issuer: Issuer, caller: Caller, request: IssueRequest, now: datetime
) -> bytes:
    """Return the page as it would look, watermarked; takes no number, signs nothing.

    Raises:
        TypeNotInForceError, NotPermittedError, FieldsError, RenderError: as
            `issue_document`.
    """
    return render_pdf(_draft(issuer, caller, request, now).job)


@dataclass(frozen=True, kw_only=True)
class _Draft:
    """A request that was checked, and the page it would make."""

    document_type: DocumentType
    data: dict[str, Any]
    issued_on: date
    valid_from: date
    valid_until: date | None
    year: int
    job: RenderJob


def _draft(
    issuer: Issuer, caller: Caller, request: IssueRequest, now: datetime
) -> _Draft:
    require_may_issue(issuer.store, caller, request.type_id)
    kind = issuer.catalogue.get_type(request.type_id)
    data = kind.normalise(request.data)
    kind.check_fields(data)
    issued_on = bangkok_date(now)
    valid_from, valid_until = kind.resolve_validity(
        issued_on, request.valid_from, request.valid_until
    )
    year = buddhist_year(issued_on, YearBasis(kind.numbering.year_basis))
    agency = issuer.store.get_agency(caller.agency_id)
    record = {
        "agency": {"id": agency.id, "name": agency.name.to_json()},
        "data": data,
        "issued_at": format_instant(now),
        "issued_on": issued_on.isoformat(),
        "number": kind.format_number(_DRAFT_SEQUENCE, year),
        "type": kind.id,
        "type_version": kind.version,
        "valid_from": valid_from.isoformat(),
        "valid_until": valid_until.isoformat() if valid_until else None,
        "verify_url": issuer.verify_url(_DRAFT_ID),
        "legal_basis": {"th": kind.legal_basis.th, "en": kind.legal_basis.en},
    }
    return _Draft(
        document_type=kind,
        data=data,
        issued_on=issued_on,
        valid_from=valid_from,
        valid_until=valid_until,
        year=year,
        job=RenderJob(
            document_type=kind,
            record=record,
            record_bytes=None,
            claim=None,
            qr=None,
            watermark=WATERMARK,
        ),
    )


def _build_facts(
    issuer: Issuer, document: Document, document_type: DocumentType
) -> tuple[bytes, bytes]:
    agency = issuer.store.get_agency(document.agency_id)
    record = build_record(
        document,
        agency_name=agency.name,
        legal_basis=Text(
            th=document_type.legal_basis.th, en=document_type.legal_basis.en
        ),
        verify_url=issuer.verify_url(document.id),
    )
    key = issuer.claim_key(document.agency_id)
    claim = build_claim(
        claim_from_facts(
            read_facts(record),
            type_code=document_type.code,
            holder=document_type.holder_name(document.data),
        ),
        document_id=document.id,
        kid=key.kid,
        sign=key.sign,
    )
    return record, claim


def _draw(
    issuer: Issuer,
    document: Document,
    document_type: DocumentType,
    record: bytes,
    claim: bytes,
) -> bytes:
    qr = draw_qr(qr_segments(issuer.verify_url(document.id), claim))
    return render_pdf(
        RenderJob(
            document_type=document_type,
            record=parse_record(record),
            record_bytes=record,
            claim=claim,
            qr=qr,
            watermark=WATERMARK if issuer.watermarked else None,
        )
    )
