# SPDX-License-Identifier: Apache-2.0
"""Versions of sealed files, and until when each is proven: what the guardian works by.

A version is added by one transaction that also says what proves it now and writes
the event. Two guardians that renew one file at once: the first is recorded.
"""

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, tuple_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from register.document import AgencyId, DocumentId, State, utc_seconds
from register.errors import DocumentStateError
from register.store_events import Events, NewEvent
from register.store_rows import check_state, find_row, lock_row
from register.store_values import EventAction, FileProof, FileVersion, GuardedFile
from register.tables import DocumentRow, FileProofRow, FileVersionRow

ISSUED_VERSION = 1
_BATCH = 1_000


@dataclass(frozen=True, kw_only=True)
class ProofCounts:
    """How many issued files there are, and how they stand."""

    issued: int
    read: int
    """Files of which it is known until when they are proven."""
    lapsed: int
    """Files whose newest time stamp has lost its certificate."""
    failing: int
    """Files that could not be read or renewed when it was last tried."""


class Files(Events):
    """The part of the store that knows versions of files."""

    def file_versions(self, document_id: DocumentId) -> tuple[FileVersion, ...]:
        """Return the versions of a document's file, the issued one first.

        Raises:
            UnknownDocumentError: there is no such document.
        """
        with self._read() as session:
            row = find_row(session, document_id)
            if row.file_sha256 is None or row.issued_at is None:
                return ()
            issued = FileVersion(
                document_id=document_id,
                version=ISSUED_VERSION,
                sha256=row.file_sha256,
                created_at=row.issued_at,
            )
            return (issued, *_later_versions(session, [document_id]))

    def newest_file(self, document_id: DocumentId) -> FileVersion | None:
        """Return the newest version of a document's file; None if it has none yet.

        Raises:
            UnknownDocumentError: there is no such document.
        """
        versions = self.file_versions(document_id)
        return versions[-1] if versions else None

    def unread_files(self, after: str, limit: int) -> tuple[GuardedFile, ...]:
        """Return issued files of which nothing is known yet, by id, after one."""
        known = select(FileProofRow.document_id).where(
            col(FileProofRow.document_id) == col(DocumentRow.id)
        )
        query = (
            select(DocumentRow)
            .where(col(DocumentRow.state) == State.ISSUED.value)
            .where(col(DocumentRow.id) > after)
            .where(~known.exists())
            .order_by(col(DocumentRow.id))
            .limit(limit)
        )
        with self._read() as session:
            return _guarded(session, [(row, None) for row in session.exec(query)])

    def ending_files(
        self,
        before: datetime,
        now: datetime,
        *,
        limit: int,
        after: GuardedFile | None = None,
    ) -> tuple[GuardedFile, ...]:
        """Return files whose proof ends between now and a moment, in that order.

        Those that failed are left out until they are to be tried again.
        """
        until = col(FileProofRow.proven_until)
        query = _joined().where(until > now, until <= before)
        query = query.where(
            or_(
                col(FileProofRow.retry_at).is_(None),
                col(FileProofRow.retry_at) <= now,
            )
        )
        if after is not None and after.proof is not None:
            place = tuple_(until, col(FileProofRow.document_id))
            query = query.where(place > (after.proof.until, after.document_id))
        query = query.order_by(until, col(FileProofRow.document_id)).limit(limit)
        with self._read() as session:
            return _guarded(session, session.exec(query).all())

    def unreadable_files(self, now: datetime, limit: int) -> tuple[GuardedFile, ...]:
        """Return files that could not be read, and are to be tried again by now."""
        query = (
            _joined()
            .where(col(FileProofRow.proven_until).is_(None))
            .where(col(FileProofRow.retry_at) <= now)
            .order_by(col(FileProofRow.retry_at), col(FileProofRow.document_id))
            .limit(limit)
        )
        with self._read() as session:
            return _guarded(session, session.exec(query).all())

    def guarded_files(self, before: datetime, limit: int) -> tuple[GuardedFile, ...]:
        """Return files that end before a moment or fail, the first to end first."""
        until = col(FileProofRow.proven_until)
        query = (
            _joined()
            .where(or_(until <= before, col(FileProofRow.failures) > 0))
            .order_by(until.is_not(None), until, col(FileProofRow.document_id))
            .limit(limit)
        )
        with self._read() as session:
            return _guarded(session, session.exec(query).all())

    def proof_counts(self, now: datetime) -> ProofCounts:
        """Return how many files there are, and how they stand."""
        issued = col(DocumentRow.state) == State.ISSUED.value
        until = col(FileProofRow.proven_until)
        with self._read() as session:

            def count(what: type[DocumentRow | FileProofRow], rule: object) -> int:
                query = select(func.count()).select_from(what).where(rule)  # type: ignore[arg-type]  # any SQL condition
                return session.exec(query).one()

            return ProofCounts(
                issued=count(DocumentRow, issued),
                read=count(FileProofRow, until.is_not(None)),
                lapsed=count(FileProofRow, until <= now),
                failing=count(FileProofRow, col(FileProofRow.failures) > 0),
            )

    def iter_proofs(self, now: datetime) -> Generator[FileProof]:
        """Walk through what is proven after a moment, the first to end first."""
        until = col(FileProofRow.proven_until)
        query = (
            select(FileProofRow.timestamps, FileProofRow.stamped_at, until)
            .where(until > now)
            .order_by(until)
            .execution_options(yield_per=_BATCH)
        )
        with self._read() as session:
            for timestamps, stamped_at, end in session.exec(query):
                assert stamped_at is not None  # noqa: S101 - as the table wants it
                assert end is not None  # noqa: S101 - asked for
                yield FileProof(timestamps=timestamps, stamped_at=stamped_at, until=end)

    def record_proof(self, file: GuardedFile, proof: FileProof) -> None:
        """Note until when a version of a file is proven."""
        with self._write() as session:
            _put_proof(session, file.document_id, file.version, proof)

    def record_archiving(self, file: GuardedFile, actor: str, now: datetime) -> None:
        """Note that a file is about to get a time stamp; call it before."""
        with self._write() as session:
            self._append_events(
                session,
                _event(file, actor, now, EventAction.ARCHIVING, version=file.version),
            )

    def record_archived(
        self,
        file: GuardedFile,
        file_sha256: bytes,
        proof: FileProof,
        *,
        actor: str,
        now: datetime,
    ) -> None:
        """Add the next version of a file, which is stored already.

        1. Lock the document; see that nobody was faster.
        2. Write the version and what proves it.
        3. Write the event.

        Raises:
            DocumentStateError: there is a newer version than `file` by now.
        """
        version = file.version + 1
        with self._write() as session:
            # 1.
            row = lock_row(session, file.document_id)
            check_state(row, State.ISSUED)
            later = _later_versions(session, [file.document_id])
            newest = later[-1].version if later else ISSUED_VERSION
            if newest != file.version:
                raise DocumentStateError(
                    f"the file of {file.document_id} is at version {newest} by now"
                )
            # 2.
            session.add(
                FileVersionRow(
                    file_sha256=file_sha256,
                    document_id=file.document_id,
                    version=version,
                    created_at=utc_seconds(now),
                )
            )
            _put_proof(session, file.document_id, version, proof)
            # 3.
            self._append_events(
                session,
                _event(
                    file,
                    actor,
                    now,
                    EventAction.ARCHIVED,
                    version=version,
                    file_sha256=file_sha256.hex(),
                    timestamps=proof.timestamps,
                    proven_until=f"{proof.until:%Y-%m-%dT%H:%M:%SZ}",
                ),
            )

    def record_archiving_failed(
        self,
        file: GuardedFile,
        failure: str,
        retry_at: datetime,
        *,
        actor: str,
        now: datetime,
    ) -> None:
        """Note why a file could not be read or renewed, and when to try again."""
        with self._write() as session:
            row = session.get(FileProofRow, file.document_id)
            if row is None:
                row = FileProofRow(
                    document_id=file.document_id, version=file.version, timestamps=0
                )
            row.failures += 1
            row.failure = failure
            row.retry_at = utc_seconds(retry_at)
            session.add(row)
            self._append_events(
                session,
                _event(file, actor, now, EventAction.ARCHIVING_FAILED, failure=failure),
            )


def _joined() -> Select[DocumentRow, FileProofRow]:
    return select(DocumentRow, FileProofRow).join(
        FileProofRow, col(FileProofRow.document_id) == col(DocumentRow.id)
    )


def later_files(session: Session, document_ids: Sequence[str]) -> list[FileVersionRow]:
    """Return the rows of later versions of some documents' files, oldest first."""
    query = (
        select(FileVersionRow)
        .where(col(FileVersionRow.document_id).in_(document_ids))
        .order_by(col(FileVersionRow.document_id), col(FileVersionRow.version))
    )
    return list(session.exec(query))


def _later_versions(
    session: Session, document_ids: Sequence[str]
) -> tuple[FileVersion, ...]:
    return tuple(
        FileVersion(
            document_id=DocumentId(row.document_id),
            version=row.version,
            sha256=row.file_sha256,
            created_at=row.created_at,
        )
        for row in later_files(session, document_ids)
    )


def _guarded(
    session: Session, rows: Iterable[tuple[DocumentRow, FileProofRow | None]]
) -> tuple[GuardedFile, ...]:
    found = list(rows)
    later = _later_versions(session, [document.id for document, _ in found])
    newest: Mapping[str, FileVersion] = {one.document_id: one for one in later}
    return tuple(
        _guarded_file(document, proof, newest.get(document.id))
        for document, proof in found
    )


def _guarded_file(
    document: DocumentRow, proof: FileProofRow | None, newest: FileVersion | None
) -> GuardedFile:
    assert document.file_sha256 is not None  # noqa: S101 - issued documents have it
    return GuardedFile(
        document_id=DocumentId(document.id),
        agency_id=AgencyId(document.agency_id),
        number=document.number,
        version=ISSUED_VERSION if newest is None else newest.version,
        sha256=document.file_sha256 if newest is None else newest.sha256,
        proof=_proof_of(proof),
        failures=0 if proof is None else proof.failures,
        failure=None if proof is None else proof.failure,
        retry_at=None if proof is None else proof.retry_at,
    )


def _proof_of(row: FileProofRow | None) -> FileProof | None:
    if row is None or row.proven_until is None or row.stamped_at is None:
        return None
    return FileProof(
        timestamps=row.timestamps, stamped_at=row.stamped_at, until=row.proven_until
    )


def _put_proof(
    session: Session, document_id: str, version: int, proof: FileProof
) -> None:
    session.merge(
        FileProofRow(
            document_id=document_id,
            version=version,
            timestamps=proof.timestamps,
            stamped_at=utc_seconds(proof.stamped_at),
            proven_until=utc_seconds(proof.until),
        )
    )


def _event(
    file: GuardedFile,
    actor: str,
    now: datetime,
    action: EventAction,
    **details: object,
) -> NewEvent:
    return NewEvent(
        at=utc_seconds(now),
        actor=actor,
        agency_id=file.agency_id,
        document_id=file.document_id,
        action=action,
        details=details,
    )
