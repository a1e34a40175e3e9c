# SPDX-License-Identifier: Apache-2.0
"""HTTP interface of the issuer, version 1. Reads the request, calls one use case.

Every answer is an object; every error a problem document (RFC 9457), made in
`issuer.app` from the errors raised below.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from issuer.agencies import Caller, Permission, require_may
from issuer.answers import (
    document_answer,
    document_detail,
    event_answer,
    events_csv,
    type_answer,
)
from issuer.authentication import authenticate
from issuer.context import Issuer
from issuer.draft import IssueRequest
from issuer.file_versions import newest_version
from issuer.issue import (
    finish_reservation,
    issue_document,
    preview_document,
)
from issuer.revoke import change_status, supersede_document
from issuer.schemas import (
    DocumentAnswer,
    DocumentDetail,
    DocumentList,
    DocumentRequest,
    EventAnswer,
    EventList,
    StatusRequest,
    SupersedeRequest,
    TypeList,
    VoidRequest,
)
from register.document import Action, Document, State, Status
from register.store import MAX_EVENTS, DocumentFilter, StatusChange

router = APIRouter(prefix="/v1")

_MAX_SEQ = 2**63 - 1
"""Largest number of an event that a database can hold."""


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What every call needs: the wired issuer, who asks, and the one time of it."""

    request: Request
    issuer: Issuer
    caller: Caller
    now: datetime


class StatusAction(StrEnum):
    """Actions that take no successor."""

    REVOKE = "revoke"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"


def get_asking(request: Request) -> Asking:
    """Identify the caller by the bearer token and fix the time of the request."""
    issuer: Issuer = request.app.state.issuer
    now: datetime = request.app.state.clock().replace(microsecond=0)
    caller = authenticate(issuer.store, request.headers.get("authorization"), now)
    return Asking(request=request, issuer=issuer, caller=caller, now=now)


Ask = Annotated[Asking, Depends(get_asking)]


def get_own_document(document_id: str, ask: Ask) -> Document:
    """Find the document among those of the caller's agency."""
    store = ask.issuer.store
    return store.get_document(store.find_id(document_id), ask.caller.agency_id)


OwnDocument = Annotated[Document, Depends(get_own_document)]


def get_idempotency_key(
    request: Request,
    response: Response,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=200,
            description="Names this request: a retry with the same key gives the "
            "same document. Without one a key is made; every answer returns it.",
        ),
    ] = None,
) -> str:
    """Return the key of this request; an error answer carries it too."""
    key = idempotency_key or f"auto-{secrets.token_urlsafe(16)}"
    request.state.idempotency_key = key
    response.headers["Idempotency-Key"] = key
    return key


IdempotencyKey = Annotated[str, Depends(get_idempotency_key)]


@router.post("/documents", status_code=201, response_model=DocumentAnswer)
def post_document(
    ask: Ask,
    response: Response,
    key: IdempotencyKey,
    body: DocumentRequest,
    *,
    dry_run: bool = False,
) -> Response | DocumentAnswer:
    """Issue one document; with `dry_run=true` return a watermarked preview (PDF).

    202 where it waits for an officer to sign first.
    """
    wanted = IssueRequest(
        type_id=body.type,
        data=body.data,
        valid_from=body.valid_from,
        valid_until=body.valid_until,
        idempotency_key=key,
        officer=body.officer,
    )
    if dry_run:
        pdf = preview_document(ask.issuer, ask.caller, wanted, ask.now)
        return Response(pdf, media_type="application/pdf")
    document = issue_document(ask.issuer, ask.caller, wanted, ask.now)
    _say_if_waiting(document, response)
    return document_answer(ask.issuer, document, ask.request)


@dataclass(frozen=True, kw_only=True)
class DocumentQuery:
    """Filters of the list.

    Names of holders are not among them: an address must not carry personal data.
    """

    type: Annotated[str | None, Query(max_length=40)] = None
    status: Status | None = None
    state: State | None = None
    number: Annotated[str | None, Query(max_length=100)] = None
    issued_from: date | None = None
    issued_to: date | None = None
    limit: Annotated[int, Query(ge=1, le=200)] = 50
    after: Annotated[str | None, Query(max_length=300)] = None


@router.get("/documents")
def list_documents(
    ask: Ask, query: Annotated[DocumentQuery, Depends()]
) -> DocumentList:
    """List the agency's documents, newest first."""
    require_may(ask.caller, Permission.READ, query.type)
    page = ask.issuer.store.list_documents(
        DocumentFilter(
            agency_id=ask.caller.agency_id,
            type_id=query.type,
            types=ask.caller.types,
            status=query.status,
            state=query.state,
            number=query.number,
            issued_from=query.issued_from,
            issued_to=query.issued_to,
            limit=query.limit,
            after=query.after,
        )
    )
    return DocumentList(
        documents=[document_answer(ask.issuer, d, ask.request) for d in page.items],
        next=page.next,
    )


@router.get("/documents/{document_id}")
def get_document(ask: Ask, document: OwnDocument) -> DocumentDetail:
    """Return one document with its fields."""
    require_may(ask.caller, Permission.READ, document.type_id)
    return document_detail(ask.issuer, document, ask.request)


@router.get("/documents/{document_id}/pdf", response_class=Response)
def get_pdf(ask: Ask, document: OwnDocument) -> Response:
    """Return the sealed PDF: what was issued, and newer time stamps if it has some."""
    require_may(ask.caller, Permission.READ, document.type_id)
    version = newest_version(ask.issuer, document)
    return Response(
        ask.issuer.files.get_pdf(version.sha256),
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{document.id}.pdf"',
            "ETag": f'"{version.sha256.hex()}"',
        },
    )


@router.post("/documents/{document_id}/finish", status_code=201)
def finish_document(
    ask: Ask, response: Response, document: OwnDocument
) -> DocumentAnswer:
    """Take an unfinished reservation to its end."""
    require_may(ask.caller, Permission.ISSUE, document.type_id)
    finished = finish_reservation(ask.issuer, ask.caller, document, ask.now)
    _say_if_waiting(finished, response)
    return document_answer(ask.issuer, finished, ask.request)


@router.post("/documents/{document_id}/void")
def void_document(ask: Ask, document: OwnDocument, body: VoidRequest) -> DocumentAnswer:
    """Give up an abandoned reservation; its number is never used again."""
    require_may(ask.caller, Permission.VOID, document.type_id)
    voided = ask.issuer.store.void_reservation(
        document.id, ask.caller.actor, body.reason, ask.now
    )
    return document_answer(ask.issuer, voided, ask.request)


@router.post("/documents/{document_id}/supersede", status_code=201)
def post_supersede(
    ask: Ask,
    response: Response,
    key: IdempotencyKey,
    document: OwnDocument,
    body: SupersedeRequest,
) -> DocumentAnswer:
    """Issue the successor from `data` and link the two; returns the successor."""
    wanted = IssueRequest(
        type_id=document.type_id,
        data=body.data,
        valid_from=body.valid_from,
        valid_until=body.valid_until,
        idempotency_key=key,
        officer=body.officer,
        supersedes=document.id,
        order=_status_change(ask, Action.SUPERSEDE, body),
    )
    successor = supersede_document(ask.issuer, ask.caller, document.id, wanted, ask.now)
    _say_if_waiting(successor, response)
    return document_answer(ask.issuer, successor, ask.request)


@router.post("/documents/{document_id}/{action}")
def post_status(
    ask: Ask, document: OwnDocument, action: StatusAction, body: StatusRequest
) -> DocumentAnswer:
    """Revoke for good (เพิกถอน), suspend (พักใช้) or reinstate (ยกเลิกการพักใช้)."""
    change = _status_change(ask, Action(action), body)
    changed = change_status(ask.issuer, ask.caller, document.id, change, ask.now)
    return document_answer(ask.issuer, changed, ask.request)


@router.get("/events", response_model=EventList)
def list_events(
    ask: Ask,
    after: Annotated[int, Query(ge=0, le=_MAX_SEQ)] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_EVENTS)] = 200,
    *,
    csv: bool = False,
) -> Response | EventList:
    """Export the event log in order: JSON pages, or with `csv=true` all of it as CSV.

    A token for some types sees the events of their documents only.
    """
    require_may(ask.caller, Permission.AUDIT, None)
    if csv:
        pages = _event_pages(ask, after)
        return StreamingResponse(events_csv(pages), media_type="text/csv")
    lines = _read_events(ask, after, limit)
    return EventList(events=lines, next=lines[-1].seq if len(lines) == limit else None)


@router.get("/types")
def list_types(ask: Ask) -> TypeList:
    """List the document types the agency has in force."""
    in_force = ask.issuer.store.types_in_force(ask.caller.agency_id)
    return TypeList(
        types=[
            type_answer(ask.issuer.catalogue.get_type(type_id), ask.request)
            for type_id in sorted(in_force)
            if ask.caller.types is None or type_id in ask.caller.types
        ]
    )


@router.get("/types/{type_id}/schema")
def get_type_schema(ask: Ask, type_id: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the type's `data`."""
    require_may(ask.caller, Permission.READ, type_id)
    return ask.issuer.catalogue.get_type(type_id).json_schema()


def _say_if_waiting(document: Document, response: Response) -> None:
    """Answer 202: taken, and not issued before an officer has signed."""
    if document.state is State.PENDING_SIGNATURE:
        response.status_code = 202


def _read_events(ask: Asking, after: int, limit: int) -> list[EventAnswer]:
    events = ask.issuer.store.events(
        agency_id=ask.caller.agency_id,
        type_ids=ask.caller.types,
        after_seq=after,
        limit=limit,
    )
    return [event_answer(event) for event in events]


def _event_pages(ask: Asking, after: int) -> Iterator[list[EventAnswer]]:
    while page := _read_events(ask, after, MAX_EVENTS):
        yield page
        after = page[-1].seq


def _status_change(
    ask: Asking, action: Action, body: StatusRequest | SupersedeRequest
) -> StatusChange:
    return StatusChange(
        action=action,
        actor=ask.caller.actor,
        reason=body.reason,
        legal_basis=body.legal_basis,
        order_number=body.order_number,
        effective_at=body.effective_at if isinstance(body, StatusRequest) else None,
    )
