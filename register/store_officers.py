# SPDX-License-Identifier: Apache-2.0
"""Officers in the register: who may sign for an agency, and with which certificate.

Holds no secret. A try to open an officer's key is counted before it is made, so
that many at once, or a process that dies, are no way around the limit.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlmodel import Session, col, select

from register.document import AgencyId, Text, utc_seconds
from register.errors import (
    DocumentError,
    OfficerExistsError,
    OfficerLockedError,
    StatusChangeError,
    UnknownAgencyError,
    UnknownOfficerError,
)
from register.store_events import Events, NewEvent, check_storable
from register.store_values import EventAction
from register.tables import AgencyRow
from register.tables_officers import OfficerRow

MAX_FAILURES: Final = 5
"""Tries with a wrong passphrase or PIN before an officer is locked out."""

LOCKED_FOR: Final = timedelta(minutes=15)
"""How long; a few hundred tries a day find no passphrase that is not a word."""

_ID = re.compile(r"[a-z][a-z0-9-]{1,31}")


class KeyKind(StrEnum):
    """Where an officer's private key is."""

    PKCS12 = "pkcs12"
    """A file under the officer's own passphrase."""
    PKCS11 = "pkcs11"
    """A token under the officer's own PIN."""


@dataclass(frozen=True, kw_only=True)
class Officer:
    """A person who signs documents of an agency."""

    agency_id: AgencyId
    id: str
    name: Text
    position: Text
    authority: Text | None
    """By what they sign for another, such as "ปฏิบัติราชการแทน อธิบดี"."""
    key_kind: KeyKind
    key_place: str
    """Name of the file, or label of the token, a slash and label of the key."""
    certificate: bytes
    """DER."""
    chain: bytes
    """Issuers up to the root, in PEM."""
    added_at: datetime
    added_by: str
    retired_at: datetime | None = None
    locked_until: datetime | None = None


def check_officer_id(text: str) -> None:
    """Check the id of an officer: a word that events and commands use.

    Raises:
        DocumentError: it has another form.
    """
    if _ID.fullmatch(text) is None:
        raise DocumentError(
            "an officer's id has 2 to 32 characters out of a-z, 0-9 and -, and "
            f"begins with a letter; this is {text[:40]!r}"
        )


class Officers(Events):
    """The part of the store that knows officers."""

    def add_officer(self, officer: Officer, actor: str, now: datetime) -> None:
        """Enter an officer; nothing of it can be changed later but that they retire.

        Raises:
            DocumentError: the id has another form.
            UnknownAgencyError: the register does not know the agency.
            OfficerExistsError: the id is or was in use.
            TextNotStorableError: a text holds a NUL character.
        """
        check_officer_id(officer.id)
        texts = [officer.name, officer.position, officer.authority]
        check_storable(*(t for text in texts if text for t in (text.th, text.en)))
        with self._write() as session:
            if session.get(AgencyRow, officer.agency_id) is None:
                raise UnknownAgencyError(
                    f"The register has no agency {officer.agency_id}"
                )
            if session.get(OfficerRow, (officer.agency_id, officer.id)) is not None:
                raise OfficerExistsError(
                    f"Agency {officer.agency_id} has or had an officer {officer.id}; "
                    "a new key or position needs a new id, such as "
                    f"{officer.id}-2"
                )
            session.add(_row_of(officer, actor, utc_seconds(now)))
            self._append_events(
                session,
                _event(
                    EventAction.OFFICER_ADDED, officer.agency_id, actor, now,
                    details={
                        "officer": officer.id,
                        "name": officer.name.th,
                        "position": officer.position.th,
                        "key": officer.key_kind.value,
                    },
                ),
            )  # fmt: skip

    def check_officer_free(self, agency_id: AgencyId, officer_id: str) -> None:
        """Check that an id was never used, before a key is made for it.

        Raises:
            OfficerExistsError: it is or was in use.
        """
        with self._read() as session:
            if session.get(OfficerRow, (agency_id, officer_id)) is not None:
                raise OfficerExistsError(
                    f"Agency {agency_id} has or had an officer {officer_id}; a new key "
                    f"or position needs a new id, such as {officer_id}-2"
                )

    def retire_officer(
        self, agency_id: AgencyId, officer_id: str, actor: str, reason: str,
        now: datetime,
    ) -> Officer:  # fmt: skip
        """Let an officer sign no more; what they signed stays good.

        Raises:
            StatusChangeError: no reason is given.
            UnknownOfficerError: there is none, or retired already.
        """
        if not reason.strip():
            raise StatusChangeError("Retiring an officer needs a reason")
        with self._write() as session:
            row = _lock_officer(session, agency_id, officer_id)
            row.retired_at = utc_seconds(now)
            self._append_events(
                session,
                _event(
                    EventAction.OFFICER_RETIRED, agency_id, actor, now,
                    reason=reason, details={"officer": officer_id},
                ),
            )  # fmt: skip
            return _officer_of(row)

    def list_officers(self, agency_id: AgencyId) -> tuple[Officer, ...]:
        """Return all officers of an agency, retired ones too, by id."""
        query = (
            select(OfficerRow)
            .where(col(OfficerRow.agency_id) == agency_id)
            .order_by(col(OfficerRow.id))
        )
        with self._read() as session:
            return tuple(_officer_of(row) for row in session.exec(query))

    def get_officer(self, agency_id: AgencyId, officer_id: str) -> Officer:
        """Return an officer who signs.

        Raises:
            UnknownOfficerError: there is none of this id, or they are retired.
        """
        with self._read() as session:
            row = session.get(OfficerRow, (agency_id, officer_id))
            _check_active(row, agency_id, officer_id)
            assert row is not None  # noqa: S101 - checked by the line above
            return _officer_of(row)

    def count_try(self, officer: Officer, now: datetime) -> None:
        """Count a try to open an officer's key; call it before the try is made.

        Raises:
            OfficerLockedError: there were too many; says until when.
            UnknownOfficerError: the officer is retired.
        """
        now = utc_seconds(now)
        with self._write() as session:
            row = _lock_officer(session, officer.agency_id, officer.id)
            if row.locked_until is not None and now < row.locked_until:
                raise OfficerLockedError(
                    f"Officer {officer.id} may try again at "
                    f"{row.locked_until:%Y-%m-%d %H:%M:%S} UTC: the passphrase or PIN "
                    f"was wrong {MAX_FAILURES} times"
                )
            row.failures = 1 if row.locked_until is not None else row.failures + 1
            row.locked_until = None
            if row.failures >= MAX_FAILURES:
                row.locked_until = now + LOCKED_FOR

    def forget_try(self, officer: Officer) -> None:
        """Take a counted try back: the key was out of reach, so no secret was tried."""
        with self._write() as session:
            row = _lock_officer(session, officer.agency_id, officer.id)
            row.failures, row.locked_until = max(0, row.failures - 1), None

    def record_failed_try(
        self, officer: Officer, actor: str, now: datetime, details: dict[str, Any]
    ) -> None:
        """Write down that an officer could not be authenticated; it was counted."""
        with self._write() as session:
            self._append_events(
                session,
                _event(
                    EventAction.OFFICER_NOT_AUTHENTICATED, officer.agency_id, actor,
                    now, details={"officer": officer.id, **details},
                ),
            )  # fmt: skip

    def record_authenticated(
        self, officer: Officer, actor: str, now: datetime, details: dict[str, Any]
    ) -> None:
        """Write down that an officer was authenticated, how, and for what.

        Call it before the first signature that rests on it.

        Raises:
            UnknownOfficerError: the officer has been retired meanwhile.
        """
        with self._write() as session:
            row = _lock_officer(session, officer.agency_id, officer.id)
            row.failures, row.locked_until = 0, None
            self._append_events(
                session,
                _event(
                    EventAction.OFFICER_AUTHENTICATED, officer.agency_id, actor, now,
                    details={"officer": officer.id, **details},
                ),
            )  # fmt: skip


def _event(
    action: EventAction,
    agency_id: str,
    actor: str,
    now: datetime,
    *,
    details: dict[str, Any],
    reason: str | None = None,
) -> NewEvent:
    return NewEvent(
        at=utc_seconds(now),
        actor=actor,
        agency_id=agency_id,
        action=action,
        reason=reason,
        details=details,
    )


def _lock_officer(session: Session, agency_id: AgencyId, officer_id: str) -> OfficerRow:
    query = (
        select(OfficerRow)
        .where(col(OfficerRow.agency_id) == agency_id)
        .where(col(OfficerRow.id) == officer_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    row = session.exec(query).one_or_none()
    _check_active(row, agency_id, officer_id)
    assert row is not None  # noqa: S101 - checked by the line above
    return row


def _check_active(row: OfficerRow | None, agency_id: str, officer_id: str) -> None:
    if row is None:
        raise UnknownOfficerError(
            f"Agency {agency_id} has no officer {officer_id[:40]!r}"
        )
    if row.retired_at is not None:
        raise UnknownOfficerError(
            f"Officer {officer_id} signs no more since {row.retired_at:%Y-%m-%d %H:%M}"
        )


def _row_of(officer: Officer, actor: str, now: datetime) -> OfficerRow:
    authority = officer.authority
    return OfficerRow(
        agency_id=officer.agency_id,
        id=officer.id,
        name_th=officer.name.th,
        name_en=officer.name.en,
        position_th=officer.position.th,
        position_en=officer.position.en,
        authority_th=authority.th if authority else None,
        authority_en=authority.en if authority else None,
        key_kind=officer.key_kind.value,
        key_place=officer.key_place,
        certificate=officer.certificate,
        chain=officer.chain,
        added_at=now,
        added_by=actor,
    )


def _officer_of(row: OfficerRow) -> Officer:
    authority = None
    if row.authority_th is not None and row.authority_en is not None:
        authority = Text(th=row.authority_th, en=row.authority_en)
    return Officer(
        agency_id=AgencyId(row.agency_id),
        id=row.id,
        name=Text(th=row.name_th, en=row.name_en),
        position=Text(th=row.position_th, en=row.position_en),
        authority=authority,
        key_kind=KeyKind(row.key_kind),
        key_place=row.key_place,
        certificate=row.certificate,
        chain=row.chain,
        added_at=row.added_at,
        added_by=row.added_by,
        retired_at=row.retired_at,
        locked_until=row.locked_until,
    )
