# SPDX-License-Identifier: Apache-2.0
"""The wire: what the API takes and gives. Nothing here reaches the register as is."""

import json
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
)

Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)
]
OfficerId = Annotated[str, StringConstraints(min_length=1, max_length=32)]
Reference = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)
]


def _check_text(data: dict[str, Any]) -> dict[str, Any]:
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except ValueError:
        raise ValueError("a text holds half of a character (lone surrogate)") from None
    return data


Data = Annotated[dict[str, Any], AfterValidator(_check_text)]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DocumentRequest(_Wire):
    """Body of `POST /v1/documents`."""

    type: Annotated[str, StringConstraints(max_length=40)]
    data: Data
    valid_from: date | None = None
    valid_until: date | None = None
    officer: OfficerId | None = None


class _Order(_Wire):
    reason: Reason
    legal_basis: Reference
    order_number: Reference | None = None


class StatusRequest(_Order):
    """Body of revoke, suspend and reinstate."""

    effective_at: AwareDatetime | None = None


class SupersedeRequest(_Order):
    """Body of supersede: why, and the data of the successor."""

    data: Data
    valid_from: date | None = None
    valid_until: date | None = None
    officer: OfficerId | None = None


class VoidRequest(_Wire):
    """Body of void: giving up a reservation."""

    reason: Reason


class DocumentAnswer(_Wire):
    """One document of the caller's agency."""

    id: str
    number: str
    type: str
    state: Literal["reserved", "pending_signature", "issued", "void"]
    status: Literal["valid", "suspended", "revoked", "superseded"]
    status_since: datetime | None
    issued_at: datetime | None
    valid_from: date
    valid_until: date | None = Field(description="null: no expiry")
    sha256: str | None = Field(
        description="of the sealed PDF as it was issued, lower-case hex"
    )
    verify_url: str
    short_code: str = Field(description="printed beside the QR code, for typing")
    pdf_url: str | None
    supersedes: str | None
    successor: str | None
    officer: str | None = Field(description="who signs first; null: nobody")


class FileVersionAnswer(_Wire):
    """One version of the sealed PDF; the download gives the newest."""

    version: int = Field(description="1: as issued; later ones add time stamps")
    sha256: str
    created_at: datetime


class DocumentDetail(DocumentAnswer):
    """One document with the fields it was issued with, and its files."""

    files: list[FileVersionAnswer]
    data: dict[str, Any]


class DocumentList(_Wire):
    """A page of documents; `next` goes into `after` of the next request."""

    documents: list[DocumentAnswer]
    next: str | None


class EventAnswer(_Wire):
    """One line of the event log."""

    seq: int
    at: datetime
    actor: str
    document_id: str | None
    action: str
    from_status: str | None
    to_status: str | None
    effective_at: datetime | None
    reason: str | None
    legal_basis: str | None
    order_number: str | None
    details: dict[str, Any]


class EventList(_Wire):
    """A page of the event log; `next` goes into `after` of the next request."""

    events: list[EventAnswer]
    next: int | None


class TypeAnswer(_Wire):
    """A document type the agency has in force."""

    id: str
    code: str
    version: int
    name: dict[str, str]
    schema_url: str


class TypeList(_Wire):
    """The document types of the caller's agency."""

    types: list[TypeAnswer]
