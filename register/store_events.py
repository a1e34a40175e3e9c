# SPDX-License-Identifier: Apache-2.0
"""The append-only log of what happened, and reading it in order.

An event is written in the transaction of what it tells. A reader that goes on
from the last `seq` it saw misses nothing, also while others write.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from register.document import AgencyId, DocumentId, State, Status
from register.errors import TextNotStorableError
from register.store_engine import Database
from register.store_rows import document_from_row
from register.store_values import MAX_EVENTS, Changes, Event, EventAction
from register.tables import DocumentRow, EventRow

EVENT_LOCK: Final = 0x7472_6165
"""Number of the advisory lock between writers and readers of events."""


@dataclass(frozen=True, kw_only=True)
class NewEvent:
    """An event that has no place in the log yet."""

    at: datetime
    actor: str
    agency_id: str
    action: EventAction
    document_id: str | None = None
    from_status: Status | None = None
    to_status: Status | None = None
    effective_at: datetime | None = None
    reason: str | None = None
    legal_basis: str | None = None
    order_number: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


class Events(Database):
    """The part of the store that writes and reads events."""

    def _append_events(self, session: Session, *events: NewEvent) -> None:
        """Write events; must be the last step of a transaction.

        Last, because a waiting reader lets no later writer pass: whoever holds
        this lock must not wait for a row that such a writer holds.

        Raises:
            TextNotStorableError: a text holds a NUL character.
        """
        for event in events:
            texts = (event.actor, event.reason, event.legal_basis, event.order_number)
            check_storable(*texts)
        session.flush()
        if self._is_postgresql:
            session.execute(select(func.pg_advisory_xact_lock_shared(EVENT_LOCK)))
        for event in events:
            # One at a time: their order is the order of `seq`.
            session.add(EventRow(**vars(event)))
            session.flush()

    def _settled_seq(self) -> int:
        """Return the highest `seq` below which nothing will be written any more.

        PostgreSQL counts `seq` up before the commit, so a transaction may
        commit a lower one after a reader saw a higher one: wait a moment for
        those that write now. SQLite has one writer at a time.
        """
        with self._read() as session:
            if self._is_postgresql:
                session.execute(select(func.pg_advisory_xact_lock(EVENT_LOCK)))
            return session.exec(select(func.max(EventRow.seq))).one() or 0

    def events(
        self,
        document_id: DocumentId | None = None,
        agency_id: AgencyId | None = None,
        after_seq: int = 0,
        limit: int = MAX_EVENTS,
        *,
        type_ids: frozenset[str] | None = None,
    ) -> tuple[Event, ...]:
        """Return events after a place in the log, oldest first.

        With `type_ids`, only those of documents of these types: what happened to
        no document (to a token, say) is left out.
        """
        query = select(EventRow).where(
            col(EventRow.seq) > after_seq, col(EventRow.seq) <= self._settled_seq()
        )
        if document_id is not None:
            query = query.where(col(EventRow.document_id) == document_id)
        if agency_id is not None:
            query = query.where(col(EventRow.agency_id) == agency_id)
        if type_ids is not None:
            query = query.join(
                DocumentRow, col(DocumentRow.id) == col(EventRow.document_id)
            ).where(col(DocumentRow.type_id).in_(sorted(type_ids)))
        query = query.order_by(col(EventRow.seq)).limit(min(limit, MAX_EVENTS))
        with self._read() as session:
            return tuple(_event_from_row(row) for row in session.exec(query))

    def changed_since(self, seq: int, limit: int = MAX_EVENTS) -> Changes:
        """Return the issued documents that events after `seq` touched."""
        newer = (
            select(EventRow.seq, EventRow.document_id)
            .where(col(EventRow.seq) > seq, col(EventRow.seq) <= self._settled_seq())
            .order_by(col(EventRow.seq))
            .limit(min(limit, MAX_EVENTS))
        )
        with self._read() as session:
            found = session.exec(newer).all()
            ids = {document_id for _, document_id in found if document_id}
            rows = session.exec(
                select(DocumentRow)
                .where(col(DocumentRow.id).in_(ids))
                .where(col(DocumentRow.state) == State.ISSUED.value)
                .order_by(col(DocumentRow.reserved_at), col(DocumentRow.id))
            )
            last = found[-1][0] if found else None
            return Changes(
                documents=tuple(document_from_row(row) for row in rows),
                seq=seq if last is None else last,
            )


def check_storable(*texts: str | None) -> None:
    """Check that both databases can keep these texts.

    Raises:
        TextNotStorableError: one holds a NUL character.
    """
    if any("\x00" in text for text in texts if text is not None):
        raise TextNotStorableError("A text must not hold the character U+0000")


def _event_from_row(row: EventRow) -> Event:
    assert row.seq is not None  # noqa: S101 - the database numbers every row
    return Event(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        agency_id=AgencyId(row.agency_id),
        document_id=None if row.document_id is None else DocumentId(row.document_id),
        action=EventAction(row.action),
        from_status=None if row.from_status is None else Status(row.from_status),
        to_status=None if row.to_status is None else Status(row.to_status),
        effective_at=row.effective_at,
        reason=row.reason,
        legal_basis=row.legal_basis,
        order_number=row.order_number,
        details=row.details,
    )
