# SPDX-License-Identifier: Apache-2.0
"""Reading documents: one, a page, the unfinished, those to publish.

What an agency asks is answered by a query that names the agency. A page token
says where a page ended, so that documents issued meanwhile move nothing.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import ColumnElement, func, or_, tuple_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from register.document import (
    AgencyId,
    Document,
    DocumentId,
    State,
    Status,
    parse_document_id,
)
from register.errors import (
    DocumentIdError,
    DocumentStateError,
    PageTokenError,
    ShortCodeCheckError,
    ShortCodeError,
    UnknownDocumentError,
)
from register.short_code import ShortCode, parse_short_code
from register.store_engine import Database
from register.store_rows import WAITING, document_from_row, find_row
from register.store_values import MAX_PAGE, DocumentFilter, Page
from register.tables import (
    DocumentRow,
    FileVersionRow,
    SealedRecordRow,
    ShortCodeRow,
    StatusListRow,
)

_PLACE = re.compile(rb"([0-9]{1,12})\.([A-Z2-7]{26})")

BATCH: Final = 100
"""Documents read at once when all are walked through: 1 MiB each at most, with
their images."""


class DocumentQueries(Database):
    """The part of the store that reads documents."""

    def get_document(
        self, document_id: DocumentId, agency_id: AgencyId | None = None
    ) -> Document:
        """Return a document.

        Raises:
            UnknownDocumentError: there is no such document (in this agency).
        """
        with self._read() as session:
            return document_from_row(find_row(session, document_id, agency_id))

    def find_id(self, typed: str) -> DocumentId:
        """Return the document id that a text names: the id, or its short code.

        Raises:
            DocumentIdError: it is neither, or a short code with a typing error.
            UnknownDocumentError: no document has this short code.
        """
        try:
            return parse_document_id(typed)
        except DocumentIdError as error:
            code = _parse_code(typed, error)
        with self._read() as session:
            row = session.get(ShortCodeRow, code)
            if row is None:
                raise UnknownDocumentError(f"The register has no short code {code}")
            return DocumentId(row.document_id)

    def find_by_file(
        self, file_sha256: bytes, agency_id: AgencyId | None = None
    ) -> Document | None:
        """Return the document one of whose files has this digest, if any."""
        later = select(FileVersionRow.document_id).where(
            col(FileVersionRow.file_sha256) == file_sha256
        )
        query = select(DocumentRow).where(
            or_(
                col(DocumentRow.file_sha256) == file_sha256,
                col(DocumentRow.id).in_(later),
            )
        )
        if agency_id is not None:
            query = query.where(col(DocumentRow.agency_id) == agency_id)
        with self._read() as session:
            row = session.exec(query).one_or_none()
            return None if row is None else document_from_row(row)

    def list_documents(self, wanted: DocumentFilter) -> Page:
        """Return one page of documents, newest first.

        Raises:
            PageTokenError: `after` is no token of an earlier page.
        """
        texts = (wanted.type_id, wanted.number, wanted.holder)
        if any("\x00" in text for text in texts if text is not None):
            return Page(items=(), next=None)  # no database holds such a text
        limit = max(1, min(wanted.limit, MAX_PAGE))
        query = _filtered(wanted)
        if wanted.after is not None:
            place = tuple_(col(DocumentRow.reserved_at), col(DocumentRow.id))
            query = query.where(place < _parse_page_token(wanted.after))
        query = query.order_by(
            col(DocumentRow.reserved_at).desc(), col(DocumentRow.id).desc()
        ).limit(limit + 1)
        with self._read() as session:
            found = tuple(document_from_row(row) for row in session.exec(query))
        items = found[:limit]
        more = len(found) > limit
        return Page(items=items, next=_page_token(items[-1]) if more else None)

    def unfinished_reservations(
        self, agency_id: AgencyId | None = None
    ) -> tuple[Document, ...]:
        """Return the documents that are reserved and not yet issued, oldest first.

        Those that wait for an officer's signature are not among them.
        """
        query = select(DocumentRow).where(*_of_state(State.RESERVED))
        if agency_id is not None:
            query = query.where(col(DocumentRow.agency_id) == agency_id)
        query = query.order_by(col(DocumentRow.reserved_at), col(DocumentRow.id))
        with self._read() as session:
            return tuple(document_from_row(row) for row in session.exec(query))

    def iter_issued(
        self, agency_id: AgencyId | None = None, since: datetime | None = None
    ) -> Iterator[Document]:
        """Walk through issued documents in batches, in the order of ids.

        With `since`, only those that were issued at that moment or later.
        """
        last = ""
        while True:
            query = (
                select(DocumentRow)
                .where(col(DocumentRow.state) == State.ISSUED.value)
                .where(col(DocumentRow.id) > last)
                .order_by(col(DocumentRow.id))
                .limit(BATCH)
            )
            if agency_id is not None:
                query = query.where(col(DocumentRow.agency_id) == agency_id)
            if since is not None:
                query = query.where(col(DocumentRow.issued_at) >= since)
            with self._read() as session:
                batch = [document_from_row(row) for row in session.exec(query)]
            if not batch:
                return
            yield from batch
            last = batch[-1].id

    def get_record(
        self, document_id: DocumentId, agency_id: AgencyId | None = None
    ) -> bytes:
        """Return the canonical bytes of the record that was sealed.

        Raises:
            UnknownDocumentError: there is no such document (in this agency).
            DocumentStateError: the document is not issued.
        """
        return self._sealed(document_id, agency_id).record

    def get_claim(
        self, document_id: DocumentId, agency_id: AgencyId | None = None
    ) -> bytes:
        """Return the signed claim that the QR code carries.

        Raises:
            UnknownDocumentError: there is no such document (in this agency).
            DocumentStateError: the document is not issued.
        """
        return self._sealed(document_id, agency_id).claim

    def _sealed(
        self, document_id: DocumentId, agency_id: AgencyId | None
    ) -> SealedRecordRow:
        with self._read() as session:
            row = find_row(session, document_id, agency_id)
            sealed = session.get(SealedRecordRow, row.id)
            if sealed is None:
                raise DocumentStateError(
                    f"Document {row.id} is {row.state}; "
                    "only an issued one has a record and a claim"
                )
            return sealed

    def status_values(self, list_number: int) -> Mapping[int, Status]:
        """Return index and status of every document in a list that is not valid."""
        query = (
            select(DocumentRow.status_index, DocumentRow.status)
            .where(col(DocumentRow.status_list) == list_number)
            .where(col(DocumentRow.status) != Status.VALID.value)
        )
        with self._read() as session:
            return {index: Status(status) for index, status in session.exec(query)}

    def list_numbers(self) -> tuple[int, ...]:
        """Return the numbers of all status lists; list 0 is there from the start."""
        with self._read() as session:
            newest = session.exec(select(func.max(StatusListRow.list))).one()
        return tuple(range((newest or 0) + 1))


def _parse_code(typed: str, as_id: DocumentIdError) -> ShortCode:
    try:
        return parse_short_code(typed)
    except ShortCodeCheckError as error:
        raise DocumentIdError(str(error)) from error
    except ShortCodeError:
        raise as_id from None


def _filtered(wanted: DocumentFilter) -> SelectOfScalar[DocumentRow]:
    state = wanted.state
    if wanted.status is not None and state is None:
        state = State.ISSUED
    equal = (
        (col(DocumentRow.agency_id), wanted.agency_id),
        (col(DocumentRow.type_id), wanted.type_id),
        (col(DocumentRow.status), wanted.status),
        (col(DocumentRow.number), wanted.number),
    )
    query = select(DocumentRow).where(*_of_state(state))
    for column, value in equal:
        if value is not None:
            query = query.where(column == str(value))
    if wanted.types is not None:
        query = query.where(col(DocumentRow.type_id).in_(sorted(wanted.types)))
    if wanted.holder:
        holder = col(DocumentRow.holder)
        query = query.where(holder.icontains(wanted.holder, autoescape=True))
    if wanted.issued_from is not None:
        query = query.where(col(DocumentRow.issued_on) >= wanted.issued_from)
    if wanted.issued_to is not None:
        query = query.where(col(DocumentRow.issued_on) <= wanted.issued_to)
    return query


def _of_state(state: State | None) -> tuple[ColumnElement[bool], ...]:
    """Return what a query asks for: who waits for an officer is reserved besides."""
    if state is None:
        return ()
    waits = func.coalesce(col(DocumentRow.officer_step), "") == WAITING
    if state is State.PENDING_SIGNATURE:
        return (col(DocumentRow.state) == State.RESERVED.value, waits)
    if state is State.RESERVED:
        return (col(DocumentRow.state) == state.value, ~waits)
    return (col(DocumentRow.state) == state.value,)


def _page_token(last: Document) -> str:
    place = f"{int(last.reserved_at.timestamp())}.{last.id}"
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _parse_page_token(token: str) -> tuple[datetime, str]:
    try:
        place = base64.b64decode(
            token.encode("ascii") + b"=" * (-len(token) % 4), b"-_", validate=True
        )
    except (UnicodeEncodeError, binascii.Error):
        place = b""
    parts = _PLACE.fullmatch(place)
    if parts is None:
        raise PageTokenError("The page token is not one that the register gave out")
    seconds, document_id = parts.groups()
    try:
        return datetime.fromtimestamp(int(seconds), UTC), document_id.decode()
    except (OverflowError, ValueError, OSError):
        raise PageTokenError("The page token names no moment in time") from None
