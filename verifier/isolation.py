# SPDX-License-Identifier: Apache-2.0
"""Reads PDFs in processes of their own, within limits of time and memory.

Promises a report for any file within a known time, whatever the file does to
the process that reads it: one that takes too long, or too much memory, is
killed and replaced, and the file is `unchecked`. The publication is read on
this side, so such a process needs no network, and what was seen is remembered
when it is gone.
"""

import hashlib
import logging
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from threading import Condition
from time import monotonic
from types import TracebackType
from typing import Self
from weakref import finalize

from verifier.errors import BusyError, CheckError, StoppedError
from verifier.fair_queue import FairQueue, Ticket
from verifier.limits import Limits, WorkerLimits
from verifier.reasons import Basis, CheckId, Integrity, Reason
from verifier.recent import RecentReports
from verifier.report import Findings, Report
from verifier.trust import Publication
from verifier.worker_process import Job, WorkerDiedError, WorkerProcess

_logger = logging.getLogger(__name__)


class PdfVerifiers:
    """A few processes that verify PDFs, each one file at a time.

    A context manager; without one they start with the first file, and `close`
    ends them. Any thread may call `verify_pdf`.
    """

    def __init__(
        self,
        publication: Publication,
        *,
        limits: Limits | None = None,
        workers: WorkerLimits | None = None,
        recent: RecentReports | None = None,
    ) -> None:
        self.workers = workers or WorkerLimits()
        self._recent = recent
        self._publication = publication
        self._limits = limits or Limits()
        self._free = Condition()
        self._idle: deque[WorkerProcess] = deque()
        self._all: list[WorkerProcess] = []
        self._queue = FairQueue(
            processes=self.workers.count, waiting=self.workers.waiting
        )
        self._stopped = False
        # Whoever forgets to close leaves no process behind.
        self._finalizer = finalize(self, _end_all, self._all)

    def start(self) -> None:
        """Start the processes; they become ready by themselves."""
        with self._free:
            while len(self._all) < self.workers.count and not self._stopped:
                self._idle.appendleft(self._spawn())

    @property
    def processes(self) -> tuple[int, ...]:
        """Ids of the processes, as the system numbers them."""
        with self._free:
            return tuple(process.pid for process in self._all)

    def close(self) -> None:
        """End all processes at once, whatever they are doing."""
        with self._free:
            self._stopped = True
            self._idle.clear()
            _end_all(self._all)
            self._free.notify_all()

    def __enter__(self) -> Self:
        """Start the processes."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the processes."""
        self.close()

    def verify_pdf(
        self,
        data: bytes,
        *,
        now: datetime,
        password: str | None = None,
        client: str = "",
    ) -> Report:
        """Verify a PDF as `verifier.verify_pdf.verify_pdf` does, within limits.

        Files of one `client` give way to those of others (`verifier.fair_queue`).

        Raises:
            BusyError: too many files wait already.
            StoppedError: `close` was called.
        """
        job = Job(data=data, now=now, password=password)
        ticket, process = self._take(client)
        begun, ran_out = monotonic(), False
        try:
            report = process.verify(job, self._publication)
        except WorkerDiedError as death:
            ran_out = True
            if self._stopped:
                raise StoppedError("the verifier is being stopped") from death
            return _report_death(job, death)
        else:
            # What a password opened is not for whoever knows the SHA-256.
            if self._recent is not None and password is None:
                sources = tuple(process.sources.items())
                self._recent.keep(report, sources, process.lists)
            return report
        finally:
            with self._free:
                now_ticks = monotonic()
                self._queue.end(
                    ticket, seconds=now_ticks - begun, ran_out=ran_out, now=now_ticks
                )
            self._give_back(process)

    def _take(self, client: str) -> tuple[Ticket, WorkerProcess]:
        self.start()
        # Read here, and not while the others wait for their turn.
        lists = self._publication.lists
        with self._free:
            idle = len(self._idle)
            ticket = self._queue.join(client, idle=idle, now=monotonic())
            # Whoever lost the place to this one must hear of it.
            self._free.notify_all()
            try:
                self._free.wait_for(lambda: self._is_ready(ticket))
                if self._stopped:
                    raise StoppedError("the verifier is being stopped")
                if ticket.turned_away:
                    raise BusyError(f"{self._queue.waiting} files are waiting")
                self._queue.begin(ticket)
            finally:
                self._queue.leave(ticket)
            process = self._idle.pop()
            # Another may be next now, if more than one process is free.
            self._free.notify_all()
            # Somebody else may have ended it while it had nothing to do.
            # It knows the lists that were configured when it was started.
            fit = process.is_alive and process.lists is lists
            return ticket, process if fit else self._replace(process)

    def _is_ready(self, ticket: Ticket) -> bool:
        if self._stopped or ticket.turned_away:
            return True
        return self._queue.pick(idle=len(self._idle), now=monotonic()) is ticket

    def _give_back(self, process: WorkerProcess) -> None:
        """Let the next file have the process, or a fresh one in its place."""
        with self._free:
            if self._stopped:
                return
            if not process.is_fit or process.files >= self.workers.files:
                # It takes a moment to be ready: let the others go first.
                self._idle.appendleft(self._replace(process))
            else:
                self._idle.append(process)
            self._free.notify_all()

    def _replace(self, process: WorkerProcess) -> WorkerProcess:
        process.end()
        self._all.remove(process)
        return self._spawn()

    def _spawn(self) -> WorkerProcess:
        process = WorkerProcess(
            limits=self._limits,
            workers=self.workers,
            root_jwk=self._publication.root_jwk,
            lists=self._publication.lists,
        )
        self._all.append(process)
        return process


def _end_all(processes: Sequence[WorkerProcess]) -> None:
    for process in processes:
        process.kill()
    for process in processes:
        process.end()


def _report_death(job: Job, death: WorkerDiedError) -> Report:
    findings = Findings(basis=Basis.FILE, now=job.now)
    findings.file = {
        "sha256": hashlib.sha256(job.data).hexdigest(),
        "size": len(job.data),
    }
    if death.exceeded is None:
        _logger.error("a process that reads PDFs ended: %s", death)
        error = CheckError(Reason.PROCESSING_ERROR, str(death))
    else:
        findings.integrity = Integrity.UNREADABLE
        error = CheckError(Reason.LIMIT, f"the {death.exceeded} for one file ran out")
    findings.log.record(CheckId.FILE, error)
    return findings.finish()
