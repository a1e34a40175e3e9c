# SPDX-License-Identifier: Apache-2.0
"""Keeps sealed files provable: a newer time stamp well before the last one ends.

A run may be killed at any point and started again: what is to be done is read from
the register, a file is stored before it is recorded, and recorded in one transaction.
Without an authority or its revocation lists nothing is changed (docs/guardian.md).
"""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509

from issuer.archive import Archivist
from issuer.context import Issuer
from issuer.errors import (
    FileMissingError,
    IssuerError,
    NoGainError,
    RevocationUnavailableError,
    StorageError,
    TimestampUnavailableError,
)
from issuer.publish import publish_pending
from keys.signing import seal_label
from register.errors import DocumentStateError
from register.store import FileProof, GuardedFile

_LOG = logging.getLogger(__name__)

MAX_TIMESTAMPS: Final = 5
"""Tokens in a file, the seal's own counted: TEDA looks at the five newest alone."""

GUARDIAN: Final = "guardian"
"""Name of its lock and of its runs in the register."""

_PAGE: Final = 100
_ACTOR: Final = "guardian"
_FIRST_RETRY: Final = timedelta(hours=1)
_LAST_RETRY: Final = timedelta(hours=24)
_MAX_FAILURE: Final = 500
"""Characters of a failure that are kept."""

_GIVE_UP_AFTER: Final = 3
"""Files in a row that fail for a reason that all others share."""

_SHARED = (
    TimestampUnavailableError,
    RevocationUnavailableError,
    NoGainError,
    StorageError,
)


@dataclass(kw_only=True)
class GuardianRun:
    """What a run has done so far."""

    read: int = 0
    """Files of which it was found out until when they are proven."""
    renewed: int = 0
    failed: int = 0
    stopped: str | None = None
    """Why it ended before all was done."""


Progress = Callable[[GuardianRun], None]


class _StoppedError(Exception):
    """The run ends here; what is left is done by the next."""


def due_at(proof: FileProof, lead: timedelta) -> datetime:
    """Return when a file is to get a newer time stamp.

    Certificates of a short life leave less time: at most a quarter of it, so that
    five time stamps last long.
    """
    return proof.until - min(lead, (proof.until - proof.stamped_at) / 4)


def guardian_lead(issuer: Issuer) -> timedelta:
    """Return how long before its end a proof is renewed."""
    return timedelta(days=issuer.settings.guardian_lead_days)


def run_guardian(
    issuer: Issuer,
    *,
    seconds: float | None = None,
    on_progress: Progress = lambda _run: None,
) -> GuardianRun:
    """Renew what is due, as far as it can be done now; run again it goes on.

    1. Be the only guardian.
    2. Read files of which nothing is known yet, or that could not be read before.
    3. Renew those that are due, the first to end first, and publish them by pages.
    4. Note that the run came to its end, for those who watch.

    After `seconds` it ends, to be continued by the next; `on_progress` is told after
    each file.

    Raises:
        PublishingBusyError: another guardian is at work.
        StorageError: the publication could not be written.
    """
    # 1.
    with issuer.store.publishing(GUARDIAN):
        archivist = open_archivist(issuer)
        try:
            run = GuardianRun()
            ends = None if seconds is None else time.monotonic() + seconds
            work = _Work(issuer, archivist, run, on_progress, ends)
            try:
                # 2.
                work.read_files()
                # 3.
                work.renew_files()
            except _StoppedError as reason:
                run.stopped = str(reason)
                _LOG.warning("the guardian stopped: %s", reason)
            publish_pending(issuer)
            # 4.
            issuer.store.record_run(GUARDIAN, issuer.clock(), vars(run))
            return run
        finally:
            archivist.close()


def open_archivist(issuer: Issuer) -> Archivist:
    """Open what adds time stamps, with the anchors of all seals there ever were."""
    keys = issuer.keys
    anchors: list[x509.Certificate] = [
        keys.load_chain(entry)[-1]
        for agency in issuer.store.list_agencies()
        for entry, _ in keys.list_certificates(seal_label(agency.id))
    ]
    return Archivist(issuer.seal_sources(), list(dict.fromkeys(anchors)))


class _Work:
    """One run: its parts share what was counted and when it is to end."""

    def __init__(
        self,
        issuer: Issuer,
        archivist: Archivist,
        run: GuardianRun,
        on_progress: Progress,
        ends: float | None,
    ) -> None:
        self._issuer = issuer
        self._store = issuer.store
        self._archivist = archivist
        self._run = run
        self._on_progress = on_progress
        self._ends = ends
        self._lead = guardian_lead(issuer)
        self._in_a_row = 0

    def read_files(self) -> None:
        """Note until when each file is proven of which it is not known."""
        after = ""
        while files := self._store.unread_files(after, _PAGE):
            for file in files:
                self._attempt(file, self._read)
            after = files[-1].document_id
        # A file that fails again is tried later, so this comes to its end.
        while files := self._store.unreadable_files(self._issuer.clock(), _PAGE):
            for file in files:
                self._attempt(file, self._read)

    def renew_files(self) -> None:
        """Renew the files that are due, and publish them by pages."""
        for page in self._due_pages():
            for file in page:
                self._attempt(file, self._renew)
            publish_pending(self._issuer)

    def _due_pages(self) -> Iterator[list[GuardedFile]]:
        last: GuardedFile | None = None
        while True:
            now = self._issuer.clock()
            files = self._store.ending_files(
                now + self._lead, now, limit=_PAGE, after=last
            )
            if not files:
                return
            yield [file for file in files if self._is_due(file, now)]
            last = files[-1]

    def _is_due(self, file: GuardedFile, now: datetime) -> bool:
        proof = file.proof
        return (
            proof is not None
            and proof.timestamps < MAX_TIMESTAMPS
            and due_at(proof, self._lead) <= now
        )

    def _read(self, file: GuardedFile) -> None:
        pdf = self._issuer.files.get_pdf(file.sha256)
        self._store.record_proof(file, self._archivist.read_proof(pdf))
        self._run.read += 1

    def _renew(self, file: GuardedFile) -> None:
        """Give one file a newer time stamp.

        1. Write into the event log that it begins.
        2. Add the time stamp; see that it is worth its place.
        3. Store the new version, then record it.
        """
        store, issuer = self._store, self._issuer
        pdf = issuer.files.get_pdf(file.sha256)
        # 1.
        store.record_archiving(file, _ACTOR, issuer.clock())
        # 2.
        made = self._archivist.add_timestamp(pdf)
        proof = self._archivist.read_proof(made)
        self._check_gain(file, proof)
        # 3.
        digest = issuer.files.put_pdf(made)
        try:
            store.record_archived(file, digest, proof, actor=_ACTOR, now=issuer.clock())
        except DocumentStateError as error:
            _LOG.info("%s was renewed by another: %s", file.document_id, error)
            return
        self._run.renewed += 1

    def _check_gain(self, file: GuardedFile, new: FileProof) -> None:
        """Refuse a time stamp that lasts hardly longer, while there is time to wait.

        Raises:
            NoGainError: until when it lasts, and what to do.
        """
        old = file.proof
        if old is None:
            return
        lead = old.until - due_at(old, self._lead)
        gain = new.until - old.until
        patience = old.until - lead / 4 - self._issuer.clock()
        if gain <= timedelta(0) or (gain < lead and patience > timedelta(0)):
            raise NoGainError(
                f"the authority's certificates end {new.until:%Y-%m-%d}, the file is "
                f"proven until {old.until:%Y-%m-%d} already: it is renewed once the "
                "authority has its next certificate"
            )

    def _attempt(self, file: GuardedFile, act: Callable[[GuardedFile], None]) -> None:
        if self._ends is not None and time.monotonic() > self._ends:
            raise _StoppedError("its time is up; the next run goes on")
        try:
            act(file)
        except IssuerError as error:
            self._fail(file, str(error))
            self._count_shared(error)
        except Exception as error:  # noqa: BLE001 - logged, and all others go on
            _LOG.exception("file of %s could not be kept", file.document_id)
            self._fail(file, type(error).__name__)
        else:
            self._in_a_row = 0
        self._on_progress(self._run)

    def _fail(self, file: GuardedFile, failure: str) -> None:
        wait = min(_FIRST_RETRY * 2 ** min(file.failures, 10), _LAST_RETRY)
        now = self._issuer.clock()
        self._store.record_archiving_failed(
            file, _storable(failure), now + wait, actor=_ACTOR, now=now
        )
        self._run.failed += 1

    def _count_shared(self, error: IssuerError) -> None:
        """End the run when files fail that can do nothing about it.

        Raises:
            _StoppedError: why.
        """
        shared = isinstance(error, _SHARED) and not isinstance(error, FileMissingError)
        self._in_a_row = self._in_a_row + 1 if shared else 0
        if self._in_a_row >= _GIVE_UP_AFTER:
            raise _StoppedError(str(error))


def _storable(failure: str) -> str:
    """Return what a database can keep of a message that may quote a file."""
    return "".join(c for c in failure if c.isprintable())[:_MAX_FAILURE]
