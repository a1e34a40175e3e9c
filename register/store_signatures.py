# SPDX-License-Identifier: Apache-2.0
"""What is laid before officers, and what they do with it: sign, or refuse.

Each step locks the document, checks what it finds and writes its event in the same
transaction. Of two at the same moment one wins; the other gets what the winner left.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from register.document import AgencyId, Document, DocumentId, State, utc_seconds
from register.errors import (
    DocumentStateError,
    StatusChangeError,
    UnknownOfficerError,
)
from register.store_events import Events, NewEvent
from register.store_rows import (
    REFUSED,
    SIGNED,
    WAITING,
    check_state,
    document_from_row,
    lock_row,
)
from register.store_values import EventAction
from register.tables import DocumentRow
from register.tables_officers import OfficerRow, OfficerSignatureRow


@dataclass(frozen=True, kw_only=True)
class SignatureRequest:
    """A drawn document that was laid before an officer."""

    document_id: DocumentId
    round: int
    """How many times the document was laid before somebody, this one included."""
    officer_id: str
    asked_at: datetime
    record: bytes
    claim: bytes
    drawn_sha256: bytes
    """Of the file that the officer is shown and signs."""
    signed_sha256: bytes | None = None
    """Of the file with the officer's signature; None until there is one."""
    signed_at: datetime | None = None
    refused_at: datetime | None = None


class Signatures(Events):
    """The part of the store that lays documents before officers."""

    def ask_signature(
        self, request: SignatureRequest, actor: str, now: datetime
    ) -> SignatureRequest:
        """Lay a drawn document before an officer; the first of several callers wins.

        Returns:
            What the officer is to sign: this, or what another laid there before.

        Raises:
            UnknownDocumentError: there is no such document.
            UnknownOfficerError: its agency has no such officer who signs.
            DocumentStateError: it is issued or void by now.
        """
        now = utc_seconds(now)
        with self._write() as session:
            row = lock_row(session, request.document_id)
            check_state(row, State.RESERVED)
            if row.officer_step in {WAITING, SIGNED}:
                return _request_of(_newest(session, row.id))
            officer = session.get(OfficerRow, (row.agency_id, request.officer_id))
            if officer is None or officer.retired_at is not None:
                raise UnknownOfficerError(
                    f"Agency {row.agency_id} has no officer {request.officer_id} "
                    "who signs"
                )
            asked = OfficerSignatureRow(
                document_id=row.id,
                round=_count_rounds(session, row.id) + 1,
                agency_id=row.agency_id,
                officer_id=request.officer_id,
                asked_at=request.asked_at,
                record=request.record,
                claim=request.claim,
                drawn_sha256=request.drawn_sha256,
            )
            row.officer_id, row.officer_step = request.officer_id, WAITING
            session.add(asked)
            self._append_events(
                session,
                _event(
                    row, EventAction.SIGNATURE_ASKED, actor, now,
                    {
                        "officer": request.officer_id,
                        "round": asked.round,
                        "drawn_sha256": request.drawn_sha256.hex(),
                    },
                ),
            )  # fmt: skip
            return _request_of(asked)

    def find_signature(self, document_id: DocumentId) -> SignatureRequest | None:
        """Return what was last laid before an officer, and what came of it."""
        with self._read() as session:
            if not _count_rounds(session, document_id):
                return None
            return _request_of(_newest(session, document_id))

    def list_waiting(
        self, agency_id: AgencyId, officer_id: str | None = None
    ) -> tuple[tuple[Document, SignatureRequest], ...]:
        """Return the documents that wait for an officer (any), the oldest first."""
        query = (
            select(DocumentRow, OfficerSignatureRow)
            .join(
                OfficerSignatureRow,
                col(OfficerSignatureRow.document_id) == col(DocumentRow.id),
            )
            .where(col(DocumentRow.agency_id) == agency_id)
            .where(col(DocumentRow.state) == State.RESERVED.value)
            .where(col(DocumentRow.officer_step) == WAITING)
            .where(col(OfficerSignatureRow.signed_at).is_(None))
            .where(col(OfficerSignatureRow.refused_at).is_(None))
            .order_by(col(OfficerSignatureRow.asked_at), col(DocumentRow.id))
        )
        if officer_id is not None:
            query = query.where(col(OfficerSignatureRow.officer_id) == officer_id)
        with self._read() as session:
            return tuple(
                (document_from_row(row), _request_of(asked))
                for row, asked in session.exec(query)
            )

    def record_signing(
        self, request: SignatureRequest, actor: str, now: datetime,
        details: Mapping[str, Any],
    ) -> None:  # fmt: skip
        """Note that an officer's key is about to sign; call it before the signature.

        Raises:
            DocumentStateError: the document does not wait for this any more.
        """
        with self._write() as session:
            row, _ = _lock_waiting(session, request)
            self._append_events(
                session,
                _event(
                    row, EventAction.OFFICER_SIGNING, actor, now,
                    {"officer": request.officer_id, **details},
                ),
            )  # fmt: skip

    def record_signed(
        self, request: SignatureRequest, actor: str, now: datetime,
        signed_sha256: bytes,
    ) -> SignatureRequest:  # fmt: skip
        """Record the file with the officer's signature; the first one stays.

        Raises:
            DocumentStateError: the document was refused or voided meanwhile.
        """
        with self._write() as session:
            row = lock_row(session, request.document_id)
            asked = _newest(session, row.id)
            if asked.round == request.round and asked.signed_at is not None:
                return _request_of(asked)
            row, asked = _lock_waiting(session, request)
            asked.signed_at, asked.signed_sha256 = utc_seconds(now), signed_sha256
            row.officer_step = SIGNED
            self._append_events(
                session,
                _event(
                    row, EventAction.OFFICER_SIGNED, actor, now,
                    {
                        "officer": request.officer_id,
                        "signed_sha256": signed_sha256.hex(),
                    },
                ),
            )  # fmt: skip
            return _request_of(asked)

    def refuse_signature(
        self, request: SignatureRequest, actor: str, reason: str, now: datetime
    ) -> Document:
        """Send a document back unsigned; the reservation stays, to be mended or voided.

        Raises:
            StatusChangeError: no reason is given.
            DocumentStateError: the document does not wait for this officer.
        """
        if not reason.strip():
            raise StatusChangeError("Refusing to sign needs a reason")
        with self._write() as session:
            row, asked = _lock_waiting(session, request)
            asked.refused_at = utc_seconds(now)
            row.officer_step = REFUSED
            self._append_events(
                session,
                _event(
                    row, EventAction.SIGNATURE_REFUSED, actor, now,
                    {"officer": request.officer_id}, reason,
                ),
            )  # fmt: skip
            return document_from_row(row)


def _lock_waiting(
    session: Session, request: SignatureRequest
) -> tuple[DocumentRow, OfficerSignatureRow]:
    row = lock_row(session, request.document_id)
    check_state(row, State.RESERVED)
    if row.officer_step != WAITING or _count_rounds(session, row.id) != request.round:
        raise DocumentStateError(
            f"Document {row.id} does not wait for this signature of officer "
            f"{request.officer_id}; it is {row.officer_step}"
        )
    asked = _newest(session, row.id)
    if (asked.officer_id, asked.drawn_sha256) != (
        request.officer_id,
        request.drawn_sha256,
    ):
        raise DocumentStateError(
            f"Document {row.id} was not laid before officer {request.officer_id} "
            "with this file"
        )
    return row, asked


def _count_rounds(session: Session, document_id: str) -> int:
    newest = select(func.max(OfficerSignatureRow.round)).where(
        col(OfficerSignatureRow.document_id) == document_id
    )
    return session.exec(newest).one() or 0


def _newest(session: Session, document_id: str) -> OfficerSignatureRow:
    return session.exec(
        select(OfficerSignatureRow)
        .where(col(OfficerSignatureRow.document_id) == document_id)
        .order_by(col(OfficerSignatureRow.round).desc())
        .limit(1)
    ).one()


def _event(
    row: DocumentRow,
    action: EventAction,
    actor: str,
    now: datetime,
    details: dict[str, Any],
    reason: str | None = None,
) -> NewEvent:
    return NewEvent(
        at=utc_seconds(now),
        actor=actor,
        agency_id=row.agency_id,
        document_id=row.id,
        action=action,
        reason=reason,
        details=details,
    )


def _request_of(row: OfficerSignatureRow) -> SignatureRequest:
    return SignatureRequest(
        document_id=DocumentId(row.document_id),
        round=row.round,
        officer_id=row.officer_id,
        asked_at=row.asked_at,
        record=row.record,
        claim=row.claim,
        drawn_sha256=row.drawn_sha256,
        signed_sha256=row.signed_sha256,
        signed_at=row.signed_at,
        refused_at=row.refused_at,
    )
