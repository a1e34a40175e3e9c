# SPDX-License-Identifier: Apache-2.0
"""Issues one document, so that a crash at any step leaves a reservation to finish.

No number is lost or used twice, and no sealed file leaves before it was read back
and recorded (docs/issuance.md).
"""

from datetime import datetime

from issuer.agencies import Caller, Permission, require_may
from issuer.context import Issuer
from issuer.draft import IssueRequest, build_facts, build_job, draft_document
from issuer.errors import ReservationVoidedError, TypeVersionError
from issuer.gate import check_rendered
from issuer.publish import publish_pending
from issuer.render import render_pdf
from register.document import Document, State
from register.errors import DocumentStateError, IdempotencyConflictError
from register.record import record_digest
from register.store import ReserveRequest


def issue_document(
    issuer: Issuer, caller: Caller, request: IssueRequest, now: datetime
) -> Document:
    """Issue one document and return it as the register holds it.

    1. Judge the request as a whole; a retry of an earlier one is not judged anew.
    2. Reserve number, id and status index; committed before any signature.
    3. Build the record and the claim; sign the claim.
    4. Draw the QR code and the page; refuse what may not be sealed.
    5. Seal with timestamp and revocation data; read back and check.
    6. Store the file, record the document as issued, publish.

    The same idempotency key with the same request gives the same document again.

    Raises:
        TypeNotInForceError, NotPermittedError, FieldsError, RenderError: from
            step 1, nothing was written.
        TransitionError: the predecessor may not be superseded; nothing was written.
        IdempotencyConflictError: the key was used for another request.
        GateError: from step 4; the reservation stays.
        TimestampUnavailableError: from step 5; the reservation waits for a retry.
    """
    # 1.
    earlier = _find_earlier(issuer, caller, request)
    if earlier is not None:
        return finish_reservation(issuer, caller, earlier, now)
    draft = draft_document(issuer, caller, request, now)
    # 2.
    kind, document, order = draft.document_type, draft.document, request.order
    reservation = issuer.store.reserve(
        ReserveRequest(
            agency_id=caller.agency_id,
            type_id=kind.id,
            type_version=kind.version,
            data=document.data,
            holder=kind.holder_name(document.data),
            valid_from=document.valid_from,
            valid_until=document.valid_until,
            issued_on=document.issued_on,
            year=draft.year,
            format_number=lambda sequence: kind.format_number(sequence, draft.year),
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
        TypeVersionError: its type is not there any more as it was reserved.
    """
    if document.state is State.VOID:
        raise ReservationVoidedError(f"reservation {document.number} was voided")
    if document.state is State.ISSUED:
        # The process may have died between the register and the publication.
        publish_pending(issuer)
        return document
    kind = issuer.catalogue.get_type(document.type_id)
    if kind.version != document.type_version:
        raise TypeVersionError(
            f"{document.number} was reserved with version {document.type_version} "
            f"of {kind.id}, which is now at version {kind.version}; void it"
        )
    # 3.
    key = issuer.claim_key(document.agency_id)
    record, claim = build_facts(issuer, document, kind, key)
    # 4.
    rendered = render_pdf(build_job(issuer, document, kind, record, claim))
    check_rendered(rendered)
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
    sealed = sealer.seal_pdf(rendered.pdf, kind.seal_level)
    sealer.check_sealed(sealed, kind.seal_level)
    # 6.
    file_sha256 = issuer.files.put_pdf(sealed)
    issued = issuer.store.record_issued(
        document.id, caller.actor, now, record, claim, file_sha256
    )
    publish_pending(issuer)
    return issued


def preview_document(
    issuer: Issuer, caller: Caller, request: IssueRequest, now: datetime
) -> bytes:
    """Return the page as it would look, watermarked; takes no number, signs nothing.

    Raises:
        TypeNotInForceError, NotPermittedError, FieldsError, RenderError: as
            `issue_document`.
    """
    rendered = render_pdf(draft_document(issuer, caller, request, now).job)
    check_rendered(rendered)
    return rendered.pdf


def _find_earlier(
    issuer: Issuer, caller: Caller, request: IssueRequest
) -> Document | None:
    require_may(caller, Permission.ISSUE, request.type_id)
    found = issuer.store.find_reservation(caller.agency_id, request.idempotency_key)
    if found is None:
        return None
    request_sha256, document = found
    if request_sha256 != request.digest():
        raise IdempotencyConflictError(
            "the idempotency key was used for another request"
        )
    return document
