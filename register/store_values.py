# SPDX-License-Identifier: Apache-2.0
"""What goes into the store and comes out of it, beside `Document`.

Plain frozen values: no table row leaves the store.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from register.document import (
    Action,
    AgencyId,
    Document,
    DocumentId,
    State,
    Status,
    Text,
)

MAX_PAGE: Final = 200
"""Documents on one page at most: bounds the memory and time of one request."""

MAX_EVENTS: Final = 1000
"""Events in one answer at most, for the same reason."""


class EventAction(StrEnum):
    """What an event says happened."""

    AGENCY_ADDED = "agency_added"
    TYPE_IN_FORCE = "type_in_force"
    TYPE_RETIRED = "type_retired"
    RESERVED = "reserved"
    SEALING = "sealing"
    ISSUED = "issued"
    VOIDED = "voided"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    SUPERSEDED = "superseded"
    ARCHIVING = "archiving"
    ARCHIVED = "archived"
    ARCHIVING_FAILED = "archiving_failed"
    OFFICER_ADDED = "officer_added"
    OFFICER_RETIRED = "officer_retired"
    SIGNATURE_ASKED = "signature_asked"
    SIGNATURE_REFUSED = "signature_refused"
    OFFICER_NOT_AUTHENTICATED = "officer_not_authenticated"
    OFFICER_AUTHENTICATED = "officer_authenticated"
    OFFICER_SIGNING = "officer_signing"
    OFFICER_SIGNED = "officer_signed"
    TOKEN_CREATED = "token_created"  # noqa: S105 - the name of an event, no secret
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - the name of an event, no secret


@dataclass(frozen=True, kw_only=True)
class Agency:
    """An agency that issues documents."""

    id: AgencyId
    name: Text
    domain: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class ReserveRequest:
    """What a reservation needs to know; all of it already checked."""

    agency_id: AgencyId
    type_id: str
    type_version: int
    data: Mapping[str, Any]
    holder: str
    """Holder's name as `list_documents` finds it."""
    issued_on: date
    valid_from: date
    valid_until: date | None
    year: int
    """Buddhist calendar or fiscal year, as the type counts."""
    format_number: Callable[[int], str]
    """Turns the sequence (1, 2, 3 …) into the document number."""
    idempotency_key: str
    request_sha256: bytes
    """Digest of the request, to tell a retry from another request."""
    actor: str
    officer_id: str | None = None
    """The officer who is to sign, where the type asks for one."""
    supersedes: DocumentId | None = None
    reason: str | None = None
    """Why the predecessor is superseded; kept until the successor is issued."""
    legal_basis: str | None = None
    order_number: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reservation:
    """The document a request got, and whether this call made it."""

    document: Document
    fresh: bool


@dataclass(frozen=True, kw_only=True)
class StatusChange:
    """An order to change the status of an issued document."""

    action: Action
    actor: str
    reason: str
    legal_basis: str
    order_number: str | None = None
    effective_at: datetime | None = None
    """Since when the new status holds; None means from now on."""


@dataclass(frozen=True, kw_only=True)
class DocumentFilter:
    """Which documents to list; None means any."""

    agency_id: AgencyId | None = None
    type_id: str | None = None
    types: frozenset[str] | None = None
    """Types that the caller may see; an empty set finds nothing."""
    status: Status | None = None
    """Status of issued documents: a reserved or void one has none to find."""
    state: State | None = None
    number: str | None = None
    holder: str | None = None
    """Part of the holder's name."""
    issued_from: date | None = None
    issued_to: date | None = None
    """Last day, included."""
    limit: int = 50
    after: str | None = None
    """The `next` of the page before."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """Documents, newest first, and the token of the next page."""

    items: tuple[Document, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Event:
    """One line of the append-only log."""

    seq: int
    at: datetime
    actor: str
    agency_id: AgencyId
    document_id: DocumentId | None
    action: EventAction
    from_status: Status | None
    to_status: Status | None
    effective_at: datetime | None
    reason: str | None
    legal_basis: str | None
    order_number: str | None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Issued documents that events touched, and where to go on."""

    documents: tuple[Document, ...]
    seq: int
    """Give this to the next call; equal to what was given when all is read."""


@dataclass(frozen=True, kw_only=True)
class FileVersion:
    """One version of a sealed file; 1 is the one that was issued."""

    document_id: DocumentId
    version: int
    sha256: bytes
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class SealUse:
    """One signature of a sealed file."""

    key_sha256: bytes
    """SHA-256 of the signer's public key (SubjectPublicKeyInfo, DER)."""
    at: datetime | None
    """When, by its time stamp; None if it has none."""


@dataclass(frozen=True, kw_only=True)
class FileProof:
    """What proves the newest version of a file, as it was read from the file."""

    timestamps: int
    """Time-stamp tokens in it, those within signatures counted too."""

    stamped_at: datetime
    """Time of the newest of them."""

    until: datetime
    """When the first certificate below the newest of them ends."""


@dataclass(frozen=True, kw_only=True)
class GuardedFile:
    """The newest version of a document's file, and what the guardian knows of it."""

    document_id: DocumentId
    agency_id: AgencyId
    number: str
    version: int
    sha256: bytes
    proof: FileProof | None
    """None until the file was read."""

    failures: int = 0
    failure: str | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TokenInfo:
    """An API token without its secret text."""

    id: str
    agency_id: AgencyId
    name: str
    types: frozenset[str] | None
    """Document types it may be used for; None means all of the agency."""
    actions: frozenset[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
