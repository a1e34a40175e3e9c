# SPDX-License-Identifier: Apache-2.0
"""Issues one document, so that a crash at any step leaves a reservation to finish.

No number is lost or used twice, and no sealed file leaves before it was read back
and recorded (docs/issuance.md).
"""

from dataclasses import dataclass
from datetime import datetime

from issuer.agencies import Caller, Permission, require_may
from issuer.context import Issuer
from issuer.draft import (
    ChooseOfficer,
    IssueRequest,
    build_facts,
    build_job,
    draft_document,
)
from issuer.errors import ReservationVoidedError, TypeVersionError
from issuer.gate import check_document
from issuer.officers import (
    check_not_refused,
    choose_officer,
    describe_officer,
    find_signed,
    lay_before_officer,
)
from issuer.publish import publish_pending
from issuer.render import render_pdf
from issuer.signed_first import SignedFirst
from register.document import Document, State
from register.errors import DocumentStateError, IdempotencyConflictError
from register.officer import OfficerFacts
from register.record import record_digest
from register.store import ReserveRequest
from templates.catalogue import DocumentType


def issue_document(
    issuer: Issuer, caller: Caller, request: IssueRequest, now: datetime
) -> Document:
    """Issue one document and return it as the register holds it.

    1. Judge the request as a whole; a retry of an earlier one is not judged anew.
    2. Reserve number, id and status index; committed before any signature.
    3. Build the record and the claim; sign the claim.
    4. Draw the QR code and the page; refuse what may not be sealed. Where an officer
       signs first, the page is laid before them, and the document waits.
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
    draft = draft_document(
        issuer, caller, request, now, _officer_chooser(issuer, caller, now)
    )
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
            officer_id=document.officer_id,
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

    One that waits for an officer goes on waiting.

    Raises:
        ReservationVoidedError: the reservation was given up.
        SignatureRefusedError: an officer refused to sign it.
        TypeVersionError: its type is not there any more as it was reserved.
    """
    if document.state is State.VOID:
        raise ReservationVoidedError(f"reservation {document.number} was voided")
    if document.state is State.PENDING_SIGNATURE:
        return document
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
    # 3. and 4.
    page = _make_page(issuer, caller, document, kind, now)
    if page is None:
        return issuer.store.get_document(document.id)
    # 5.
    sealer = issuer.sealer(document.agency_id)
    try:
        issuer.store.record_sealing(
            document.id, caller.actor, now, record_digest(page.record)
        )
    except DocumentStateError:
        # Another retry of the same request was faster, or the number was voided.
        current = issuer.store.get_document(document.id)
        return finish_reservation(issuer, caller, current, now)
    sealed = sealer.seal_pdf(page.pdf, kind.seal_level, page.officer)
    seal = sealer.check_sealed(sealed, kind.seal_level, page.officer)
    # 6.
    file_sha256 = issuer.files.put_pdf(sealed)
    issued = issuer.store.record_issued(
        document.id, caller.actor, now, page.record, page.claim, file_sha256, seal=seal
    )
    publish_pending(issuer)
    return issued


@dataclass(frozen=True, kw_only=True)
class _Page:
    """A drawn document, ready for the seal."""

    record: bytes
    claim: bytes
    pdf: bytes
    officer: SignedFirst | None = None
    """Who has signed it before."""


def _make_page(
    issuer: Issuer,
    caller: Caller,
    document: Document,
    kind: DocumentType,
    now: datetime,
) -> _Page | None:
    """Draw a document, or take what an officer signed; None where it waits for one."""
    if kind.officer:
        signed = find_signed(issuer, document)
        if signed is not None:
            return _Page(
                record=signed.request.record,
                claim=signed.request.claim,
                pdf=signed.pdf,
                officer=signed.officer,
            )
        check_not_refused(issuer, document)
        present_document(issuer, caller, document, document.officer_id, now)
        return None
    key = issuer.claim_key(document.agency_id)
    record, claim = build_facts(issuer, document, kind, key)
    rendered = render_pdf(build_job(issuer, document, kind, record, claim))
    check_document(rendered)
    return _Page(record=record, claim=claim, pdf=rendered.pdf)


def present_document(
    issuer: Issuer,
    caller: Caller,
    document: Document,
    officer_id: str | None,
    now: datetime,
) -> Document:
    """Lay a reserved document before an officer, such as after another refused.

    Raises:
        FieldsError: there is no such officer, or the type asks for none.
        GateError: the page may not be sealed.
        DocumentStateError: the document is issued or void.
    """
    kind = issuer.catalogue.get_type(document.type_id)
    officer = choose_officer(issuer, kind, document.agency_id, officer_id)
    if officer is None:
        raise DocumentStateError(f"no officer signs documents of type {kind.id}")
    return lay_before_officer(issuer, caller, document, kind, officer, now)


def _officer_chooser(issuer: Issuer, caller: Caller, now: datetime) -> ChooseOfficer:
    def choose(
        kind: DocumentType, wanted: str | None
    ) -> tuple[str | None, OfficerFacts | None]:
        officer = choose_officer(issuer, kind, caller.agency_id, wanted)
        if officer is None:
            return None, None
        return officer.id, describe_officer(officer, now)

    return choose


def preview_document(
    issuer: Issuer, caller: Caller, request: IssueRequest, now: datetime
) -> bytes:
    """Return the page as it would look, watermarked; takes no number, signs nothing.

    Raises:
        TypeNotInForceError, NotPermittedError, FieldsError, RenderError: as
            `issue_document`.
    """
    choose = _officer_chooser(issuer, caller, now)
    rendered = render_pdf(draft_document(issuer, caller, request, now, choose).job)
    check_document(rendered)
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
