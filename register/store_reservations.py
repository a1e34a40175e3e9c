# SPDX-License-Identifier: Apache-2.0
"""Reserving a document: its id, number and place in a status list.

All of a reservation is one transaction, committed before any signature. A
number is counted only together with the document that bears it, so that there
is neither a gap without a reservation nor a number used twice.
"""

import secrets
from datetime import datetime
from typing import Final

from sqlalchemy import func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from register.document import (
    LIST_SIZE,
    Action,
    AgencyId,
    Document,
    DocumentId,
    State,
    Status,
    StatusRef,
    new_document_id,
    next_status,
    utc_seconds,
)
from register.errors import (
    IdempotencyConflictError,
    IdempotencyKeyError,
    NumberConflictError,
    TransitionError,
    UnknownAgencyError,
)
from register.short_code import short_code
from register.store_events import Events, NewEvent, check_storable
from register.store_rows import check_state, document_from_row, find_row, lock_row
from register.store_values import EventAction, Reservation, ReserveRequest
from register.tables import (
    MAX_KEY,
    AgencyRow,
    DocumentRow,
    IdempotencyRow,
    NumberCounterRow,
    ShortCodeRow,
    StatusListRow,
)

SALT_BYTES: Final = 16

LIST_FULL: Final = LIST_SIZE * 4 // 5
"""Indices taken from a list before the next is begun (status-list.md): at 80 %
a random index is still free once in five tries."""

CANDIDATES: Final = 32
"""Random indices looked up in one query; all taken less than once in 1,200."""


class Reservations(Events):
    """The part of the store that reserves documents."""

    def reserve(self, request: ReserveRequest, now: datetime) -> Reservation:
        """Take a number, an id and a status index; once for each key.

        1. Take the idempotency key, or give the answer it got before.
        2. Check that the predecessor, if any, may be superseded.
        3. Count the number.
        4. Take a place in the status list.
        5. Write the document, its short code and its event.

        Raises:
            UnknownAgencyError: the register does not know the agency.
            IdempotencyKeyError: the key is longer than a key may be.
            IdempotencyConflictError: the key was used with another request.
            UnknownDocumentError: the agency has no such predecessor.
            DocumentStateError: the predecessor was never issued.
            TransitionError: the predecessor may not be superseded (again).
            NumberConflictError: the pattern gives a number for a second time.
            TextNotStorableError: a text holds a NUL character.
        """
        now = utc_seconds(now)
        _check_key(request.idempotency_key)
        check_storable(request.holder)
        with self._write() as session:
            document_id = _new_id(session)
            # 1.
            if session.get(AgencyRow, request.agency_id) is None:
                raise UnknownAgencyError(
                    f"The register has no agency {request.agency_id}"
                )
            if not self._take_key(session, request, document_id, now):
                return _earlier_reservation(session, request)
            # 2.
            if request.supersedes is not None:
                _check_predecessor(session, request, request.supersedes)
            # 3.
            sequence = self._count_number(session, request)
            # 4.
            place = self._take_status_index(session)
            # 5.
            row = _new_row(request, document_id, sequence, place, now)
            _insert_row(session, row)
            code = short_code(document_id)
            session.add(ShortCodeRow(code=code, document_id=document_id))
            self._append_events(session, _reserved_event(request, row, now))
            return Reservation(document=document_from_row(row), fresh=True)

    def find_reservation(
        self, agency_id: AgencyId, idempotency_key: str
    ) -> tuple[bytes, Document] | None:
        """Return the digest of the request that took this key, and its document.

        Without it a retry would be judged by the rules of today, and refused for
        a type retired or a date passed since its first try.

        Raises:
            IdempotencyKeyError: the key is longer than a key may be.
            TextNotStorableError: the key holds a NUL character.
        """
        _check_key(idempotency_key)
        with self._read() as session:
            earlier = _find_key(session, agency_id, idempotency_key)
            if earlier is None:
                return None
            row = find_row(session, earlier.document_id, agency_id)
            return earlier.request_sha256, document_from_row(row)

    def _take_key(
        self,
        session: Session,
        request: ReserveRequest,
        document_id: DocumentId,
        now: datetime,
    ) -> bool:
        # PostgreSQL waits here for a transaction that holds the same key.
        taken = session.execute(
            self._insert(IdempotencyRow)
            .values(
                agency_id=request.agency_id,
                key=request.idempotency_key,
                request_sha256=request.request_sha256,
                document_id=document_id,
                created_at=now,
            )
            .on_conflict_do_nothing()
            .returning(col(IdempotencyRow.document_id))
        )
        return taken.scalar_one_or_none() is not None

    def _count_number(self, session: Session, request: ReserveRequest) -> int:
        counted = session.execute(
            self._insert(NumberCounterRow)
            .values(
                agency_id=request.agency_id,
                type_id=request.type_id,
                year=request.year,
                last=1,
            )
            .on_conflict_do_update(
                index_elements=["agency_id", "type_id", "year"],
                set_={"last": col(NumberCounterRow.last) + 1},
            )
            .returning(col(NumberCounterRow.last))
        )
        return int(counted.scalar_one())

    def _take_status_index(self, session: Session) -> StatusRef:
        number = self._take_place_in_list(session)
        # The row of the list is locked by now: nobody else takes an index.
        while True:
            candidates = [secrets.randbelow(LIST_SIZE) for _ in range(CANDIDATES)]
            taken = set(
                session.exec(
                    select(DocumentRow.status_index)
                    .where(col(DocumentRow.status_list) == number)
                    .where(col(DocumentRow.status_index).in_(candidates))
                )
            )
            for index in candidates:
                if index not in taken:
                    return StatusRef(number, index)

    def _take_place_in_list(self, session: Session) -> int:
        newest = session.exec(select(func.max(StatusListRow.list))).one()
        number = newest or 0
        while True:
            session.execute(
                self._insert(StatusListRow)
                .values(list=number, used=0)
                .on_conflict_do_nothing()
            )
            counted = session.execute(
                update(StatusListRow)
                .where(col(StatusListRow.list) == number)
                .where(col(StatusListRow.used) < LIST_FULL)
                .values(used=col(StatusListRow.used) + 1)
                .returning(col(StatusListRow.list))
                .execution_options(synchronize_session=False)
            )
            if counted.scalar_one_or_none() is not None:
                return number
            number += 1


def _check_key(key: str) -> None:
    check_storable(key)
    # PostgreSQL would refuse it with an error of its own, SQLite would take it.
    if len(key) > MAX_KEY:
        raise IdempotencyKeyError(
            f"An idempotency key has at most {MAX_KEY} characters; this has {len(key)}"
        )


def _find_key(session: Session, agency_id: AgencyId, key: str) -> IdempotencyRow | None:
    return session.exec(
        select(IdempotencyRow)
        .where(col(IdempotencyRow.agency_id) == agency_id)
        .where(col(IdempotencyRow.key) == key)
    ).one_or_none()


def _earlier_reservation(session: Session, request: ReserveRequest) -> Reservation:
    earlier = _find_key(session, request.agency_id, request.idempotency_key)
    assert earlier is not None  # noqa: S101 - keys are taken for ever
    if not secrets.compare_digest(earlier.request_sha256, request.request_sha256):
        raise IdempotencyConflictError(
            "This idempotency key was used before with another request"
        )
    row = find_row(session, earlier.document_id, request.agency_id)
    return Reservation(document=document_from_row(row), fresh=False)


def _check_predecessor(
    session: Session, request: ReserveRequest, predecessor: DocumentId
) -> None:
    row = lock_row(session, predecessor, request.agency_id)
    check_state(row, State.ISSUED)
    next_status(Status(row.status), Action.SUPERSEDE)
    pending = session.exec(
        select(DocumentRow.id)
        .where(col(DocumentRow.supersedes) == predecessor)
        .where(col(DocumentRow.state) != State.VOID.value)
    ).first()
    if pending is not None:
        raise TransitionError(
            f"document {predecessor} is being superseded by {pending} already; "
            "finish that one or void it"
        )


def _new_id(session: Session) -> DocumentId:
    """Return a fresh id whose short code no other document has."""
    while True:
        document_id = new_document_id()
        if session.get(ShortCodeRow, short_code(document_id)) is None:
            return document_id


def _new_row(
    request: ReserveRequest,
    document_id: DocumentId,
    sequence: int,
    place: StatusRef,
    now: datetime,
) -> DocumentRow:
    return DocumentRow(
        id=document_id,
        agency_id=request.agency_id,
        type_id=request.type_id,
        type_version=request.type_version,
        year=request.year,
        sequence=sequence,
        number=request.format_number(sequence),
        holder=request.holder,
        state=State.RESERVED.value,
        status=Status.VALID.value,
        data=dict(request.data),
        salt=secrets.token_bytes(SALT_BYTES),
        reserved_at=now,
        reserved_by=request.actor,
        issued_on=request.issued_on,
        valid_from=request.valid_from,
        valid_until=request.valid_until,
        status_list=place.list,
        status_index=place.index,
        supersedes=request.supersedes,
        officer_id=request.officer_id,
    )


def _insert_row(session: Session, row: DocumentRow) -> None:
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        # PostgreSQL names the broken rule, SQLite its columns.
        told = str(error.orig)
        if "agency_id_type_id_number" in told or "document.number" in told:
            raise NumberConflictError(
                f"The numbering of {row.type_id} gives number {row.number} again; "
                "its pattern must hold the year and the sequence"
            ) from None
        raise


def _reserved_event(
    request: ReserveRequest, row: DocumentRow, now: datetime
) -> NewEvent:
    return NewEvent(
        at=now,
        actor=request.actor,
        agency_id=row.agency_id,
        document_id=row.id,
        action=EventAction.RESERVED,
        reason=request.reason,
        legal_basis=request.legal_basis,
        order_number=request.order_number,
        details={
            "type": row.type_id,
            "type_version": row.type_version,
            "number": row.number,
            "supersedes": row.supersedes,
        },
    )
