# SPDX-License-Identifier: Apache-2.0
"""What happens to a document after its reservation: sealed, issued, changed, void.

Each step locks the document, checks what it finds, and writes document and
event in one transaction. Of two steps at the same moment one wins; the other
sees what the winner left.
"""

import hashlib
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from register.document import (
    Action,
    AgencyId,
    Document,
    DocumentId,
    State,
    Status,
    bangkok_date,
    next_status,
    utc_seconds,
)
from register.errors import StatusChangeError, TransitionError
from register.store_events import Events, NewEvent
from register.store_rows import (
    check_may_seal,
    check_state,
    document_from_row,
    find_row,
    lock_row,
    lock_rows,
)
from register.store_seals import seal_row
from register.store_values import EventAction, SealUse, StatusChange
from register.tables import DocumentRow, EventRow, SealedRecordRow

CHANGE_EVENTS: Final = {
    Action.REVOKE: EventAction.REVOKED,
    Action.SUSPEND: EventAction.SUSPENDED,
    Action.REINSTATE: EventAction.REINSTATED,
}


class DocumentChanges(Events):
    """The part of the store that changes documents."""

    def record_sealing(
        self, document_id: DocumentId, actor: str, now: datetime, record_sha256: bytes
    ) -> None:
        """Note that a record is about to be sealed; call it before the signature.

        Raises:
            UnknownDocumentError: there is no such document.
            DocumentStateError: the document is issued or void by now.
        """
        with self._write() as session:
            row = lock_row(session, document_id)
            check_state(row, State.RESERVED)
            check_may_seal(row)
            self._append_events(
                session,
                NewEvent(
                    at=utc_seconds(now),
                    actor=actor,
                    agency_id=row.agency_id,
                    document_id=row.id,
                    action=EventAction.SEALING,
                    details={"record_sha256": record_sha256.hex()},
                ),
            )

    def record_issued(  # noqa: PLR0913 - one for each thing that is kept
        self,
        document_id: DocumentId,
        actor: str,
        now: datetime,
        record: bytes,
        claim: bytes,
        file_sha256: bytes,
        *,
        seal: SealUse | None = None,
    ) -> Document:
        """Make a reserved document issued; the first of several callers wins.

        1. Lock the document and the one it supersedes.
        2. If it is issued already, return it as the winner left it.
        3. Write digests, record and claim, and which key sealed it.
        4. Make the predecessor superseded, linked both ways.
        5. Write the events.

        Raises:
            UnknownDocumentError: there is no such document.
            DocumentStateError: the reservation was voided.
            TransitionError: the predecessor may not be superseded any more.
        """
        now = utc_seconds(now)
        with self._write() as session:
            # 1.
            row, predecessor = _lock_with_predecessor(session, document_id)
            # 2.
            if row.state == State.ISSUED.value:
                return document_from_row(row)
            check_state(row, State.RESERVED)
            check_may_seal(row)
            # 3.
            row.state = State.ISSUED.value
            row.issued_at = now
            row.record_sha256 = hashlib.sha256(record).digest()
            row.file_sha256 = file_sha256
            session.add(SealedRecordRow(document_id=row.id, record=record, claim=claim))
            if seal is not None:
                session.add(seal_row(row.id, seal))
            events = [_issued_event(row, actor, now)]
            # 4.
            if predecessor is not None:
                events.append(_supersede(session, predecessor, row, events[0]))
            # 5.
            self._append_events(session, *events)
            return document_from_row(row)

    def change_status(
        self,
        document_id: DocumentId,
        change: StatusChange,
        now: datetime,
        agency_id: AgencyId | None = None,
    ) -> Document:
        """Revoke, suspend or reinstate an issued document.

        Raises:
            StatusChangeError: no reason or legal basis; or its moment lies in the
                future, before the day of issue or before the present status began.
            UnknownDocumentError: there is no such document (in this agency).
            DocumentStateError: the document is not issued.
            TransitionError: its status does not allow the action.
        """
        now = utc_seconds(now)
        _check_change(change, now)
        with self._write() as session:
            row = lock_row(session, document_id, agency_id)
            check_state(row, State.ISSUED)
            before = Status(row.status)
            after = next_status(before, change.action)
            effective_at = _effective_at(row, change, now)
            row.status = after.value
            row.status_since = effective_at
            self._append_events(
                session,
                NewEvent(
                    at=now,
                    actor=change.actor,
                    agency_id=row.agency_id,
                    document_id=row.id,
                    action=CHANGE_EVENTS[change.action],
                    from_status=before,
                    to_status=after,
                    effective_at=effective_at,
                    reason=change.reason,
                    legal_basis=change.legal_basis,
                    order_number=change.order_number,
                ),
            )
            return document_from_row(row)

    def void_reservation(
        self,
        document_id: DocumentId,
        actor: str,
        reason: str,
        now: datetime,
        agency_id: AgencyId | None = None,
    ) -> Document:
        """Give up a reservation; its number stays used.

        Raises:
            StatusChangeError: no reason is given.
            UnknownDocumentError: there is no such document (in this agency).
            DocumentStateError: the document is issued or void already.
        """
        if not reason.strip():
            raise StatusChangeError("Voiding a reservation needs a reason")
        with self._write() as session:
            row = lock_row(session, document_id, agency_id)
            check_state(row, State.RESERVED)
            row.state = State.VOID.value
            self._append_events(
                session,
                NewEvent(
                    at=utc_seconds(now),
                    actor=actor,
                    agency_id=row.agency_id,
                    document_id=row.id,
                    action=EventAction.VOIDED,
                    reason=reason,
                ),
            )
            return document_from_row(row)


def _check_change(change: StatusChange, now: datetime) -> None:
    if change.action not in CHANGE_EVENTS:
        raise TransitionError(
            "a document is superseded by issuing its successor, not by itself"
        )
    if not change.reason.strip() or not change.legal_basis.strip():
        raise StatusChangeError("A change of status needs a reason and a legal basis")
    if change.effective_at is not None and utc_seconds(change.effective_at) > now:
        raise StatusChangeError(
            "A change of status cannot take effect in the future: "
            f"{change.effective_at.isoformat()} is after {now.isoformat()}"
        )


def _effective_at(row: DocumentRow, change: StatusChange, now: datetime) -> datetime:
    since = row.status_since
    if change.effective_at is None:
        # The clocks of two machines differ a little: no reason to refuse an order
        # to revoke at once, and yet the statuses of a document never overlap.
        return now if since is None else max(now, since)
    effective_at = utc_seconds(change.effective_at)
    if bangkok_date(effective_at) < row.issued_on:
        raise StatusChangeError(
            "A change of status cannot take effect before the day of issue: "
            f"{bangkok_date(effective_at)} is before {row.issued_on}"
        )
    if since is not None and effective_at < since:
        raise StatusChangeError(
            "A change of status cannot take effect before the present status: "
            f"{effective_at.isoformat()} is before {since.isoformat()}, "
            f"since when the document is {row.status}"
        )
    return effective_at


def _lock_with_predecessor(
    session: Session, document_id: DocumentId
) -> tuple[DocumentRow, DocumentRow | None]:
    # What a document supersedes never changes: safe to read before the lock.
    supersedes = find_row(session, document_id).supersedes
    if supersedes is None:
        return lock_row(session, document_id), None
    row, predecessor = lock_rows(session, (document_id, supersedes))
    return row, predecessor


def _issued_event(row: DocumentRow, actor: str, now: datetime) -> NewEvent:
    assert row.record_sha256 is not None  # noqa: S101 - set by the only caller
    assert row.file_sha256 is not None  # noqa: S101 - set by the only caller
    return NewEvent(
        at=now,
        actor=actor,
        agency_id=row.agency_id,
        document_id=row.id,
        action=EventAction.ISSUED,
        to_status=Status.VALID,
        details={
            "record_sha256": row.record_sha256.hex(),
            "file_sha256": row.file_sha256.hex(),
        },
    )


def _supersede(
    session: Session, predecessor: DocumentRow, successor: DocumentRow, issued: NewEvent
) -> NewEvent:
    before = Status(predecessor.status)
    after = next_status(before, Action.SUPERSEDE)
    predecessor.status = after.value
    predecessor.status_since = issued.at
    predecessor.successor = successor.id
    # The order to supersede was given, and written down, with the reservation.
    order = session.exec(
        select(EventRow)
        .where(col(EventRow.document_id) == successor.id)
        .where(col(EventRow.action) == EventAction.RESERVED.value)
    ).one()
    return NewEvent(
        at=issued.at,
        actor=issued.actor,
        agency_id=predecessor.agency_id,
        document_id=predecessor.id,
        action=EventAction.SUPERSEDED,
        from_status=before,
        to_status=after,
        effective_at=issued.at,
        reason=order.reason,
        legal_basis=order.legal_basis,
        order_number=order.order_number,
        details={"successor": successor.id},
    )
