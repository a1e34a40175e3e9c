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
from issuer.render import RenderJob, render_pdf
from register.canonical import encode_json
from register.claim import build_claim, claim_from_facts, qr_segments
from register.document import (
    AgencyId,
    Document,
    DocumentId,
    State,
    Text,
    YearBasis,
    bangkok_date,
    buddhist_year,
)
from register.errors import DocumentStateError
from register.record import build_record, parse_record, read_facts, record_digest
from register.store import ReserveRequest, StatusChange
from templates.catalogue import DocumentType

WATERMARK = "ตัวอย่าง"
"""On every page that is not a document of an agency in production."""


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

    1. Check the type, the caller's right to it, and the fields.
    2. Reserve number, id and status index; committed before any signature.
    3. Build the record and the claim; sign the claim.
    4. Draw the QR code and the page.
    5. Seal with timestamp and revocation data; read back and check.
    6. Store the file, record the document as issued, publish.

    The same idempotency key with the same request gives the same document again.

    Raises:
        UnknownTypeError, FieldsError: from step 1, nothing was written.
        NotPermittedError: from step 1.
        CanonicalError: the data cannot be canonical JSON.
        IdempotencyConflictError: the key was used for another request.
        TimestampUnavailableError: from step 5; the reservation waits for a retry.
    """
    # 1.
    require_may_issue(issuer.store, caller, request.type_id)
    document_type = issuer.catalogue.get_type(request.type_id)
    data = document_type.normalise(request.data)
    document_type.check_fields(data)
    issued_on = bangkok_date(now)
    valid_from, valid_until = document_type.resolve_validity(
        issued_on, request.valid_from, request.valid_until
    )
    year = buddhist_year(issued_on, YearBasis(document_type.numbering.year_basis))
    order = request.order
    # 2.
    reservation = issuer.store.reserve(
        ReserveRequest(
            agency_id=caller.agency_id,
            type_id=document_type.id,
            type_version=document_type.version,
            data=data,
            holder=document_type.holder_name(data),
            valid_from=valid_from,
            valid_until=valid_until,
            issued_on=issued_on,
            year=year,
            format_number=lambda sequence: document_type.format_number(sequence, year),
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
        UnknownTypeError, FieldsError, NotPermittedError: as `issue_document`.
    """
    require_may_issue(issuer.store, caller, request.type_id)
    document_type = issuer.catalogue.get_type(request.type_id)
    data = document_type.normalise(request.data)
    document_type.check_fields(data)
    issued_on = bangkok_date(now)
    valid_from, valid_until = document_type.resolve_validity(
        issued_on, request.valid_from, request.valid_until
    )
    year = buddhist_year(issued_on, YearBasis(document_type.numbering.year_basis))
    record = {
        "agency": _agency_facts(issuer, caller.agency_id),
        "data": data,
        "issued_at": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "issued_on": issued_on.isoformat(),
        "number": document_type.format_number(0, year),
        "type": document_type.id,
        "type_version": document_type.version,
        "valid_from": valid_from.isoformat(),
        "valid_until": valid_until.isoformat() if valid_until else None,
        "verify_url": f"{issuer.settings.verify_url.rstrip('/').upper()}/V/…",
        "legal_basis": {
            "th": document_type.legal_basis.th,
            "en": document_type.legal_basis.en,
        },
    }
    return render_pdf(
        RenderJob(
            document_type=document_type,
            record=record,
            record_bytes=None,
            claim=None,
            qr=None,
            watermark=WATERMARK,
        )
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


def _agency_facts(issuer: Issuer, agency_id: AgencyId) -> dict[str, Any]:
    agency = issuer.store.get_agency(agency_id)
    return {"id": agency.id, "name": {"th": agency.name.th, "en": agency.name.en}}
