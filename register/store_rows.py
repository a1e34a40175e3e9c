# SPDX-License-Identifier: Apache-2.0
"""Document rows: found, locked and turned into the register's own `Document`.

A document of another agency is not found, in the query itself.
"""

from collections.abc import Sequence
from typing import Final

from sqlmodel import Session, col, select

from register.document import (
    AgencyId,
    Document,
    DocumentId,
    DocumentNumber,
    State,
    Status,
    StatusRef,
)
from register.errors import DocumentStateError, UnknownDocumentError
from register.tables import DocumentRow

WAITING: Final = "waiting"
SIGNED: Final = "signed"
REFUSED: Final = "refused"
"""Values of `officer_step`: how far an officer has come with a document."""


def document_from_row(row: DocumentRow) -> Document:
    """Turn a row into the value that leaves the store."""
    return Document(
        id=DocumentId(row.id),
        agency_id=AgencyId(row.agency_id),
        type_id=row.type_id,
        type_version=row.type_version,
        number=DocumentNumber(row.number),
        state=_read_state(row),
        status=Status(row.status),
        status_since=row.status_since,
        data=row.data,
        salt=row.salt,
        reserved_at=row.reserved_at,
        issued_at=row.issued_at,
        issued_on=row.issued_on,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        status_ref=StatusRef(row.status_list, row.status_index),
        supersedes=None if row.supersedes is None else DocumentId(row.supersedes),
        successor=None if row.successor is None else DocumentId(row.successor),
        record_sha256=row.record_sha256,
        file_sha256=row.file_sha256,
        reserved_by=row.reserved_by,
        officer_id=row.officer_id,
    )


def _read_state(row: DocumentRow) -> State:
    """Return how far a document has come; while it waits, it is reserved besides."""
    waits = row.state == State.RESERVED.value and row.officer_step == WAITING
    return State.PENDING_SIGNATURE if waits else State(row.state)


def find_row(
    session: Session, document_id: str, agency_id: AgencyId | None = None
) -> DocumentRow:
    """Read a document's row.

    Raises:
        UnknownDocumentError: there is none of this id (in this agency).
    """
    query = select(DocumentRow).where(col(DocumentRow.id) == document_id)
    if agency_id is not None:
        query = query.where(col(DocumentRow.agency_id) == agency_id)
    row = session.exec(query).one_or_none()
    if row is None:
        raise UnknownDocumentError(f"The register has no document {document_id}")
    return row


def lock_row(
    session: Session, document_id: str, agency_id: AgencyId | None = None
) -> DocumentRow:
    """Read a document's row and keep other writers off it until the commit.

    Raises:
        UnknownDocumentError: there is none of this id (in this agency).
    """
    return lock_rows(session, (document_id,), agency_id)[0]


def lock_rows(
    session: Session, document_ids: Sequence[str], agency_id: AgencyId | None = None
) -> list[DocumentRow]:
    """Lock several rows; returned in the order asked for.

    Raises:
        UnknownDocumentError: there is none of one id (in this agency).
    """
    # In the order of ids, so that two writers never wait for each other.
    # key_share lets rows that only refer to the document be written meanwhile.
    query = (
        select(DocumentRow)
        .where(col(DocumentRow.id).in_(document_ids))
        .order_by(col(DocumentRow.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if agency_id is not None:
        query = query.where(col(DocumentRow.agency_id) == agency_id)
    found = {row.id: row for row in session.exec(query)}
    missing = [each for each in document_ids if each not in found]
    if missing:
        raise UnknownDocumentError(f"The register has no document {missing[0]}")
    return [found[each] for each in document_ids]


def check_state(row: DocumentRow, expected: State) -> None:
    """Check how far a document has come.

    Raises:
        DocumentStateError: it is in another state.
    """
    if row.state != expected.value:
        raise DocumentStateError(
            f"Document {row.id} is {row.state}; this step needs it {expected.value}"
        )


def check_may_seal(row: DocumentRow) -> None:
    """Check that no officer has still to sign.

    Raises:
        DocumentStateError: one has, or refused to.
    """
    if row.officer_step in {WAITING, REFUSED}:
        raise DocumentStateError(
            f"Document {row.id} is to be signed by officer {row.officer_id} before it "
            f"is sealed; it is {row.officer_step}"
        )
