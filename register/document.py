# SPDX-License-Identifier: Apache-2.0
"""What a document is: its ids, dates, states and the changes it allows.

Pure: no database, no clock, no network. Dates are days in Asia/Bangkok;
instants are aware, in UTC and of whole seconds. Expiry is read from the dates
and is never a status.
"""

import base64
import functools
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final, NewType
from zoneinfo import ZoneInfo

from register.errors import DocumentError, DocumentIdError, TransitionError

AgencyId = NewType("AgencyId", str)
DocumentId = NewType("DocumentId", str)
DocumentNumber = NewType("DocumentNumber", str)

LIST_SIZE: Final = 2**20
"""Entries of one status list (status-list.md)."""

MAX_LISTS: Final = 2**20
"""Bound on list numbers, so that a packed reference stays an exact JSON integer."""

_BANGKOK: Final = "Asia/Bangkok"
_BUDDHIST_ERA: Final = 543
_FISCAL_FIRST_MONTH: Final = 10
_ID_BYTES: Final = 16
_AGENCY_ID = re.compile(r"[A-Z0-9]{1,8}")
_DOCUMENT_ID = re.compile(r"[A-Za-z2-7]{26}")
_TYPE_ID = re.compile(r"[a-z][a-z0-9_]{1,39}")


class Status(StrEnum):
    """What the agency says of an issued document today."""

    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


class State(StrEnum):
    """How far the making of a document has come."""

    RESERVED = "reserved"
    PENDING_SIGNATURE = "pending_signature"
    """Drawn, and waiting for an officer to sign first."""
    ISSUED = "issued"
    VOID = "void"


class Action(StrEnum):
    """What an agency may do to the status of an issued document."""

    REVOKE = "revoke"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    SUPERSEDE = "supersede"


# A suspended document cannot be superseded: the successor would lift the
# suspension without a decision to do so. Revoked and superseded are final.
_TRANSITIONS: Final[Mapping[tuple[Status, Action], Status]] = {
    (Status.VALID, Action.SUSPEND): Status.SUSPENDED,
    (Status.VALID, Action.REVOKE): Status.REVOKED,
    (Status.VALID, Action.SUPERSEDE): Status.SUPERSEDED,
    (Status.SUSPENDED, Action.REINSTATE): Status.VALID,
    (Status.SUSPENDED, Action.REVOKE): Status.REVOKED,
}

_SEVERITY: Final = (
    Status.VALID,
    Status.SUSPENDED,
    Status.SUPERSEDED,
    Status.REVOKED,
)


def next_status(current: Status, action: Action) -> Status:
    """Return the status that an action leads to.

    Raises:
        TransitionError: the action is not allowed in this status.
    """
    try:
        return _TRANSITIONS[current, action]
    except KeyError:
        allowed = [a.value for (s, a) in _TRANSITIONS if s is current]
        choice = f"allowed: {', '.join(allowed)}" if allowed else "it is final"
        raise TransitionError(
            f"cannot {action.value} a document that is {current.value}; {choice}"
        ) from None


def worse_status(one: Status, other: Status) -> Status:
    """Return the graver of two statuses, in the order of publication.md."""
    return max(one, other, key=_SEVERITY.index)


@dataclass(frozen=True)
class Text:
    """One text in Thai and in English."""

    th: str
    en: str

    def to_json(self) -> dict[str, str]:
        """Return the members `th` and `en`."""
        return {"th": self.th, "en": self.en}


def new_document_id() -> DocumentId:
    """Return a fresh document id of 128 random bits."""
    return document_id_from_bytes(secrets.token_bytes(_ID_BYTES))


def document_id_from_bytes(data: bytes) -> DocumentId:
    """Return the document id of 16 bytes.

    Raises:
        DocumentIdError: not 16 bytes.
    """
    if len(data) != _ID_BYTES:
        raise DocumentIdError(f"a document id has 16 bytes, not {len(data)}")
    return DocumentId(base64.b32encode(data).decode().rstrip("="))


@functools.lru_cache(maxsize=4_096)
def parse_document_id(text: str) -> DocumentId:
    """Return the document id that a text in upper or lower case names.

    Raises:
        DocumentIdError: not 26 base32 characters whose two spare bits are zero.
    """
    if _DOCUMENT_ID.fullmatch(text) is None:
        raise DocumentIdError("a document id has 26 characters out of A-Z and 2-7")
    upper = text.upper()
    if document_id_from_bytes(base64.b32decode(upper + "======")) != upper:
        raise DocumentIdError("the two spare bits of a document id must be zero")
    return DocumentId(upper)


def document_id_bytes(document_id: DocumentId) -> bytes:
    """Return the 16 bytes of a document id.

    Raises:
        DocumentIdError: the text is not a document id.
    """
    return base64.b32decode(parse_document_id(document_id) + "======")


def parse_agency_id(text: str) -> AgencyId:
    """Return the agency id that a text is.

    Raises:
        DocumentError: not 1 to 8 characters out of A-Z and 0-9.
    """
    if _AGENCY_ID.fullmatch(text) is None:
        raise DocumentError("an agency id has 1 to 8 characters out of A-Z and 0-9")
    return AgencyId(text)


def check_type_id(text: str) -> None:
    """Check the form of a document type's id (record.md).

    Raises:
        DocumentError: not a lower-case word of 2 to 40 characters.
    """
    if _TYPE_ID.fullmatch(text) is None:
        raise DocumentError("a type id matches [a-z][a-z0-9_]{1,39}")


class YearBasis(StrEnum):
    """Which year a document number counts in."""

    CALENDAR = "calendar"
    FISCAL = "fiscal"


def buddhist_year(day: date, basis: YearBasis) -> int:
    """Return the Buddhist Era year of a day; a fiscal year begins on 1 October."""
    ahead = basis is YearBasis.FISCAL and day.month >= _FISCAL_FIRST_MONTH
    return day.year + _BUDDHIST_ERA + (1 if ahead else 0)


def bangkok_date(now: datetime) -> date:
    """Return the date in Asia/Bangkok of an aware instant.

    Raises:
        DocumentError: the instant has no time zone.
    """
    return utc_seconds(now).astimezone(ZoneInfo(_BANGKOK)).date()


def utc_seconds(now: datetime) -> datetime:
    """Return an aware instant in UTC, cut to whole seconds.

    Raises:
        DocumentError: the instant has no time zone.
    """
    if now.tzinfo is None:
        raise DocumentError("an instant needs a time zone")
    return now.astimezone(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class StatusRef:
    """Where the status of a document stands: a list and an index in it."""

    list: int
    index: int

    def __post_init__(self) -> None:
        """Refuse what no status list has."""
        if not (0 <= self.list < MAX_LISTS and 0 <= self.index < LIST_SIZE):
            raise DocumentError(
                f"status list {self.list}, index {self.index} is out of range"
            )

    @property
    def packed(self) -> int:
        """The one integer that a claim carries: list · 2^20 + index."""
        return self.list * LIST_SIZE + self.index

    @classmethod
    def from_packed(cls, value: int) -> "StatusRef":
        """Return the reference that one integer stands for.

        Raises:
            DocumentError: the integer is negative or too large.
        """
        return cls(value // LIST_SIZE, value % LIST_SIZE)

    def to_json(self) -> dict[str, int]:
        """Return the members `list` and `index`."""
        return {"list": self.list, "index": self.index}


@dataclass(frozen=True, kw_only=True)
class Document:
    """One document as the register knows it."""

    id: DocumentId
    agency_id: AgencyId
    type_id: str
    type_version: int
    number: DocumentNumber
    state: State
    status: Status
    status_since: datetime | None
    """When the status last changed; null while it never did."""
    data: Mapping[str, Any]
    """The fields of the type, by field name."""
    salt: bytes
    """16 random bytes that keep the record digest from being guessed."""
    reserved_at: datetime
    issued_at: datetime | None
    """When the sealed file was recorded; null until then."""
    issued_on: date
    """The day of the reservation in Asia/Bangkok, as printed."""
    valid_from: date
    valid_until: date | None
    """The last day of validity, valid to its end; null means no expiry."""
    status_ref: StatusRef
    supersedes: DocumentId | None = None
    successor: DocumentId | None = None
    record_sha256: bytes | None = None
    file_sha256: bytes | None = None
    reserved_by: str = ""
    """Who asked for the document, for the event log."""
    officer_id: str | None = None
    """The officer who is to sign first, or has; None where the type asks for none."""
