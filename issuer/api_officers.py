# SPDX-License-Identifier: Apache-2.0
"""HTTP interface for officers: what waits, what it looks like, sign it or refuse it.

The passphrase or PIN is in the body of one request, and nowhere else before or after.
"""

import hashlib

from cryptography import x509
from fastapi import APIRouter, Response

from issuer.agencies import Permission, require_may
from issuer.answers import document_address, document_answer
from issuer.api import Ask, Asking, OwnDocument
from issuer.issue import present_document
from issuer.officer_signing import (
    Confirmed,
    SigningResult,
    list_waiting,
    refuse_document,
    sign_documents,
)
from issuer.officers import read_shown
from issuer.problems import problem_of
from issuer.schemas import DocumentAnswer
from issuer.schemas_officers import (
    OfficerAnswer,
    OfficerList,
    PresentRequest,
    RefuseRequest,
    SignedAnswer,
    SignedList,
    SignRequest,
    WaitingAnswer,
    WaitingList,
)
from register.document import Document, parse_document_id
from register.record import record_digest
from register.store_officers import Officer
from register.store_signatures import SignatureRequest

router = APIRouter(prefix="/v1")


@router.get("/officers")
def get_officers(ask: Ask) -> OfficerList:
    """List the officers of the agency."""
    require_may(ask.caller, Permission.READ, None)
    found = ask.issuer.store.list_officers(ask.caller.agency_id)
    return OfficerList(officers=[_officer_answer(one) for one in found])


@router.get("/officers/{officer_id}/waiting")
def get_waiting(ask: Ask, officer_id: str) -> WaitingList:
    """List the documents that wait for an officer, the oldest first."""
    ask.issuer.store.get_officer(ask.caller.agency_id, officer_id)
    return WaitingList(
        documents=[
            _waiting_answer(ask, document, request)
            for document, request in list_waiting(ask.issuer, ask.caller, officer_id)
        ]
    )


@router.get("/documents/{document_id}/to-sign", response_class=Response)
def get_to_sign(ask: Ask, document: OwnDocument) -> Response:
    """Return exactly the file that the officer would sign; `ETag` is its SHA-256."""
    require_may(ask.caller, Permission.READ, document.type_id)
    request, pdf = read_shown(ask.issuer, document)
    return Response(
        pdf,
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{document.id}-to-sign.pdf"',
            "ETag": f'"{request.drawn_sha256.hex()}"',
            "Cache-Control": "no-store",
        },
    )


@router.post("/officers/{officer_id}/sign")
def post_sign(ask: Ask, officer_id: str, body: SignRequest) -> SignedList:
    """Sign the documents the officer has seen, with the officer's passphrase or PIN."""
    results = sign_documents(
        ask.issuer,
        ask.caller,
        officer_id,
        [
            Confirmed(
                document_id=parse_document_id(one.id),
                shown_sha256=bytes.fromhex(one.sha256),
            )
            for one in body.documents
        ],
        body.secret,
        ask.now,
    )
    return SignedList(documents=[_signed_answer(ask, result) for result in results])


@router.post("/documents/{document_id}/refuse")
def post_refuse(ask: Ask, document: OwnDocument, body: RefuseRequest) -> DocumentAnswer:
    """Send a document back unsigned, or give its reservation up."""
    if body.void:
        require_may(ask.caller, Permission.VOID, document.type_id)
    refused = refuse_document(ask.issuer, ask.caller, document, body.reason, ask.now)
    if body.void:
        refused = ask.issuer.store.void_reservation(
            document.id, ask.caller.actor, body.reason, ask.now
        )
    return document_answer(ask.issuer, refused, ask.request)


@router.post("/documents/{document_id}/present", status_code=202)
def post_present(
    ask: Ask, document: OwnDocument, body: PresentRequest
) -> DocumentAnswer:
    """Lay a reserved document before an officer, such as after one refused it."""
    require_may(ask.caller, Permission.ISSUE, document.type_id)
    waiting = present_document(
        ask.issuer, ask.caller, document, body.officer or document.officer_id, ask.now
    )
    return document_answer(ask.issuer, waiting, ask.request)


def _officer_answer(officer: Officer) -> OfficerAnswer:
    certificate = x509.load_der_x509_certificate(officer.certificate)
    authority = officer.authority
    return OfficerAnswer(
        id=officer.id,
        name=officer.name.to_json(),
        position=officer.position.to_json(),
        authority=None if authority is None else authority.to_json(),
        key=officer.key_kind.value,
        certificate_sha256=hashlib.sha256(officer.certificate).hexdigest(),
        certificate_until=certificate.not_valid_after_utc,
        retired_at=officer.retired_at,
        locked_until=officer.locked_until,
    )


def _waiting_answer(
    ask: Asking, document: Document, request: SignatureRequest
) -> WaitingAnswer:
    return WaitingAnswer(
        id=document.id,
        number=document.number,
        type=document.type_id,
        officer=request.officer_id,
        asked_at=request.asked_at,
        sha256=request.drawn_sha256.hex(),
        record_sha256=record_digest(request.record).hex(),
        shown_url=document_address(ask.request, document, "to-sign"),
    )


def _signed_answer(ask: Asking, result: SigningResult) -> SignedAnswer:
    problem = None if result.error is None else problem_of(result.error)
    return SignedAnswer(
        document=document_answer(ask.issuer, result.document, ask.request),
        problem=None if problem is None else problem.to_json(),
    )
