# SPDX-License-Identifier: Apache-2.0
"""Which key sealed which document: what is asked when a key was stolen."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from sqlmodel import col, select

from register.document import AgencyId, Document, DocumentId, State
from register.store_engine import Database
from register.store_rows import document_from_row
from register.store_values import SealUse
from register.tables import DocumentRow
from register.tables_seals import SealUseRow

_BATCH: Final = 500


class Seals(Database):
    """The part of the store that knows which keys sealed documents."""

    def iter_sealed(
        self, agency_id: AgencyId, since: datetime
    ) -> Iterator[tuple[Document, SealUse | None]]:
        """Walk through an agency's documents that were issued at a moment or later.

        In the order of ids. None beside a document: the file has to be read.
        """
        last = ""
        while True:
            query = (
                select(DocumentRow, SealUseRow)
                .join(
                    SealUseRow,
                    col(SealUseRow.document_id) == col(DocumentRow.id),
                    isouter=True,
                )
                .where(col(DocumentRow.state) == State.ISSUED.value)
                .where(col(DocumentRow.agency_id) == agency_id)
                .where(col(DocumentRow.issued_at) >= since)
                .where(col(DocumentRow.id) > last)
                .order_by(col(DocumentRow.id))
                .limit(_BATCH)
            )
            with self._read() as session:
                batch = [
                    (document_from_row(document), _use_of(seal))
                    for document, seal in session.exec(query)
                ]
            if not batch:
                return
            yield from batch
            last = batch[-1][0].id

    def record_seals(self, found: Mapping[DocumentId, SealUse]) -> None:
        """Note what was read from the files of documents; what is noted stays."""
        if not found:
            return
        with self._write() as session:
            known = select(SealUseRow.document_id).where(
                col(SealUseRow.document_id).in_(found)
            )
            noted = set(session.exec(known))
            rows = [
                seal_row(document_id, use).model_dump()
                for document_id, use in found.items()
                if document_id not in noted
            ]
            if rows:
                # Another run may note the same at this moment.
                insert = self._insert(SealUseRow).on_conflict_do_nothing()
                session.exec(insert, params=rows)


def seal_row(document_id: str, use: SealUse) -> SealUseRow:
    """Return the row that notes a seal."""
    return SealUseRow(
        document_id=document_id, key_sha256=use.key_sha256, sealed_at=use.at
    )


def _use_of(row: SealUseRow | None) -> SealUse | None:
    # An outer join gives none for a document that has no row.
    return None if row is None else SealUse(key_sha256=row.key_sha256, at=row.sealed_at)
