# SPDX-License-Identifier: Apache-2.0
"""Turns the register's data into the wire form of `issuer.schemas`."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence

from fastapi import Request

from issuer.context import Issuer
from issuer.schemas import DocumentAnswer, DocumentDetail, EventAnswer, TypeAnswer
from register.document import Document, State
from register.short_code import group_short_code, short_code
from register.store import Event
from templates.catalogue import DocumentType


def document_answer(
    issuer: Issuer, document: Document, request: Request
) -> DocumentAnswer:
    """Describe one document to its agency, without its fields."""
    return DocumentAnswer.model_validate(_facts(issuer, document, request))


def document_detail(
    issuer: Issuer, document: Document, request: Request
) -> DocumentDetail:
    """Describe one document to its agency, with its fields."""
    facts = _facts(issuer, document, request)
    files = [
        {"version": f.version, "sha256": f.sha256.hex(), "created_at": f.created_at}
        for f in issuer.store.file_versions(document.id)
    ]
    return DocumentDetail.model_validate(
        {**facts, "files": files, "data": dict(document.data)}
    )


def event_answer(event: Event) -> EventAnswer:
    """One line of the event log."""
    return EventAnswer(
        seq=event.seq,
        at=event.at,
        actor=event.actor,
        document_id=event.document_id,
        action=event.action,
        from_status=event.from_status,
        to_status=event.to_status,
        effective_at=event.effective_at,
        reason=event.reason,
        legal_basis=event.legal_basis,
        order_number=event.order_number,
        details=dict(event.details or {}),
    )


def events_csv(pages: Iterable[list[EventAnswer]]) -> Iterator[str]:
    """Events as CSV; cells that a spreadsheet would run as a formula are quoted."""
    columns = list(EventAnswer.model_fields)
    yield _csv_lines([columns])
    for page in pages:
        rows = [event.model_dump(mode="json") for event in page]
        yield _csv_lines([[_safe_cell(row[c]) for c in columns] for row in rows])


def _csv_lines(rows: Iterable[Sequence[str]]) -> str:
    output = io.StringIO()
    csv.writer(output).writerows(rows)
    return output.getvalue()


def type_answer(document_type: DocumentType, request: Request) -> TypeAnswer:
    """Describe one document type."""
    return TypeAnswer(
        id=document_type.id,
        code=document_type.code,
        version=document_type.version,
        name={"th": document_type.name.th, "en": document_type.name.en},
        schema_url=_address(request, f"/v1/types/{document_type.id}/schema"),
    )


def _facts(issuer: Issuer, document: Document, request: Request) -> dict[str, object]:
    issued = document.state is State.ISSUED
    pdf = _address(request, f"/v1/documents/{document.id}/pdf")
    return {
        "id": document.id,
        "number": document.number,
        "type": document.type_id,
        "state": document.state.value,
        "status": document.status.value,
        "status_since": document.status_since,
        "issued_at": document.issued_at,
        "valid_from": document.valid_from,
        "valid_until": document.valid_until,
        "sha256": document.file_sha256.hex() if document.file_sha256 else None,
        "verify_url": issuer.verify_url(document.id),
        "short_code": group_short_code(short_code(document.id)),
        "pdf_url": pdf if issued else None,
        "supersedes": document.supersedes,
        "successor": document.successor,
        "officer": document.officer_id,
    }


def document_address(request: Request, document: Document, what: str) -> str:
    """Return the address of something that belongs to a document."""
    return _address(request, f"/v1/documents/{document.id}/{what}")


def _address(request: Request, path: str) -> str:
    # `base_url` leaves out where this application is mounted.
    root = request.scope.get("root_path", "")
    return f"{request.url.scheme}://{request.url.netloc}{root}{path}"


def _safe_cell(value: object) -> str:
    if isinstance(value, dict):
        value = json.dumps(value, ensure_ascii=False)
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t"} else text
