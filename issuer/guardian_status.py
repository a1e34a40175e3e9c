# SPDX-License-Identifier: Apache-2.0
"""What the guardian knows: how files stand, which end next, what failed and why."""

import logging
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from issuer.guardian import MAX_TIMESTAMPS, due_at
from register.document import DocumentId
from register.store import FileProof, GuardedFile, ProofCounts, Store

_LOG = logging.getLogger(__name__)

_FOR_EVER: Final = timedelta(days=36_500)
_OVERDUE_AFTER: Final = timedelta(days=1)
"""The schedule runs every hour, and failures are tried again within a day."""


class FileState(StrEnum):
    """How a file stands with the guardian."""

    KEPT = "kept"
    """Nothing is to be done yet."""
    DUE = "due"
    """The next run renews it."""
    OVERDUE = "overdue"
    """It should have been renewed; there is still time."""
    FULL = "full"
    """It has all the time stamps it may have."""
    LAPSED = "lapsed"
    """Its newest time stamp has lost its certificate: it cannot be renewed."""
    UNREAD = "unread"
    """It could not be read."""


_WORRYING = frozenset({FileState.OVERDUE, FileState.LAPSED, FileState.UNREAD})


@dataclass(frozen=True, kw_only=True)
class FileStanding:
    """One file, as a person wants to see it."""

    document_id: DocumentId
    number: str
    agency_id: str
    version: int
    timestamps: int
    state: FileState
    due_at: datetime | None
    proven_until: datetime | None
    failures: int
    failure: str | None
    retry_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class GuardianFigures:
    """All files by numbers."""

    counts: ProofCounts
    unread: int
    """Files of which it is not known until when they are proven."""
    due: int
    """Files that the next run renews."""
    overdue: int
    """Files that should have been renewed, and still can be."""
    full: int
    """Files that end soon and may have no further time stamp."""
    next_due: datetime | None
    """When the next file is to be renewed, or should have been; None if none is."""


@dataclass(frozen=True, kw_only=True)
class GuardianStatus:
    """All files by numbers, and the first of them by name."""

    figures: GuardianFigures
    files: tuple[FileStanding, ...]

    @property
    def counts(self) -> ProofCounts:
        """How many files there are."""
        return self.figures.counts

    @property
    def unread(self) -> int:
        """Files of which it is not known until when they are proven."""
        return self.figures.unread

    @property
    def needs_a_person(self) -> bool:
        """Whether something will not come right by itself."""
        return bool(
            self.counts.lapsed or self.counts.failing or self.figures.overdue
        ) or any(file.state in _WORRYING for file in self.files)


def read_status(
    store: Store, *, lead: timedelta, now: datetime, limit: int
) -> GuardianStatus:
    """Return how all files stand; by name those that fail and those that end next."""
    files = store.guarded_files(now + _FOR_EVER, limit)
    return GuardianStatus(
        figures=read_figures(store, lead=lead, now=now),
        files=tuple(_standing(file, lead, now) for file in files),
    )


def read_figures(store: Store, *, lead: timedelta, now: datetime) -> GuardianFigures:
    """Count all files, and find the next deadline.

    No file is due earlier than `lead` before its end, and they are walked through in
    the order of their ends: the first one behind both ends the walk.
    """
    counts = store.proof_counts(now)
    found: Counter[FileState] = Counter()
    next_due: datetime | None = None
    with closing(store.iter_proofs(now)) as proofs:
        for proof in proofs:
            if proof.until - lead > max(now, next_due or proof.until):
                break
            state, due = _judge_proof(proof, lead, now), due_at(proof, lead)
            if state is FileState.FULL:
                found[state] += due <= now
                continue
            found[state] += 1
            next_due = min(due, next_due or due)
    return GuardianFigures(
        counts=counts,
        unread=counts.issued - counts.read,
        due=found[FileState.DUE],
        overdue=found[FileState.OVERDUE],
        full=found[FileState.FULL],
        next_due=next_due,
    )


def warn_of_deadlines(store: Store, *, lead: timedelta, now: datetime) -> None:
    """Write warnings into the log, where a person has to do something."""
    status = read_status(store, lead=lead, now=now, limit=200)
    worrying = [file for file in status.files if file.state in _WORRYING]
    full = [
        file
        for file in status.files
        if file.state is FileState.FULL and file.due_at and file.due_at <= now
    ]
    if worrying:
        counts = status.counts
        # Of files that fail only those without a proof are no others' already.
        unproven = sum(file.state is FileState.UNREAD for file in worrying)
        _LOG.warning(
            "%d sealed files are overdue, lapsed or cannot be read; the first: %s (%s)",
            status.figures.overdue + counts.lapsed + unproven,
            worrying[0].document_id,
            worrying[0].failure or worrying[0].state,
        )
    if full:
        _LOG.warning(
            "%d sealed files hold %d time stamps and end soon; the first: %s on %s: "
            "issue them anew (docs/guardian.md)",
            status.figures.full,
            MAX_TIMESTAMPS,
            full[0].document_id,
            full[0].proven_until and full[0].proven_until.date(),
        )


def _standing(file: GuardedFile, lead: timedelta, now: datetime) -> FileStanding:
    proof = file.proof
    return FileStanding(
        document_id=file.document_id,
        number=file.number,
        agency_id=file.agency_id,
        version=file.version,
        timestamps=0 if proof is None else proof.timestamps,
        state=_state_of(file, lead, now),
        due_at=None if proof is None else due_at(proof, lead),
        proven_until=None if proof is None else proof.until,
        failures=file.failures,
        failure=file.failure,
        retry_at=file.retry_at,
    )


def _state_of(file: GuardedFile, lead: timedelta, now: datetime) -> FileState:
    if file.proof is None:
        return FileState.UNREAD
    return _judge_proof(file.proof, lead, now)


def _judge_proof(proof: FileProof, lead: timedelta, now: datetime) -> FileState:
    due = due_at(proof, lead)
    for state, holds in (
        (FileState.LAPSED, proof.until <= now),
        (FileState.FULL, proof.timestamps >= MAX_TIMESTAMPS),
        (FileState.OVERDUE, due + _OVERDUE_AFTER <= now),
        (FileState.DUE, due <= now),
    ):
        if holds:
            return state
    return FileState.KEPT
