# SPDX-License-Identifier: Apache-2.0
"""One process that reads PDFs, as the service holds it: start, ask, watch, kill.

The clock runs while the process works and stands still while this side reads
the publication for it. The process starts with an empty environment, so that
no secret of the service is within a hostile file's reach.
"""

import hashlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from threading import Lock, Timer
from time import monotonic
from typing import Any

from verifier.channel import OUT_OF_MEMORY, Channel, unpack_report
from verifier.errors import (
    ChannelError,
    NotPublishedError,
    SourceError,
    WorkerError,
)
from verifier.limits import Limits, WorkerLimits
from verifier.named_lists import NamedLists
from verifier.report import Report
from verifier.trust import Publication

_START_SECONDS = 60.0
_END_SECONDS = 1.0
_EXCEEDED = {
    OUT_OF_MEMORY: "memory",
    -getattr(signal, "SIGXCPU", 0): "processor time",
    # Not by this side: the system kills what takes the last of its memory.
    -getattr(signal, "SIGKILL", 0): "memory",
}
_MAX_ANSWER_BYTES = 16 * 1024 * 1024
_MAX_READS = 200
_PATHS = re.compile(
    r"crl/\d{1,3}|trust-list|status/\d{1,12}|records/[A-Z2-7]{26}|archive/[0-9a-f]{64}"
)
"""What reading a PDF takes; a test holds it to what those modules read."""
# Isolated from the environment and from the folder it is started in; modules
# come from where this process has them.
_BOOT = "import sys; sys.path[:] = sys.argv[1:]; import verifier.worker as w; w.main()"


@dataclass(frozen=True, kw_only=True)
class Job:
    """One file to verify."""

    data: bytes = field(repr=False)
    now: datetime
    password: str | None = field(default=None, repr=False)


class WorkerDiedError(WorkerError):
    """The process ended before it had an answer."""

    def __init__(
        self, code: int, *, timed_out: bool, refused: ChannelError | None
    ) -> None:
        super().__init__(f"exit code {code}" if refused is None else str(refused))
        exceeded = _EXCEEDED.get(code) if refused is None else None
        self.exceeded = "time" if timed_out else exceeded
        """What it took too much of, if that is why."""


class WorkerProcess:
    """A running process; used by one thread at a time, killed by any."""

    def __init__(
        self,
        *,
        limits: Limits,
        workers: WorkerLimits,
        root_jwk: Mapping[str, str],
        lists: NamedLists | None = None,
    ) -> None:
        self.files = 0
        """How many files it was given."""
        self.is_fit = True
        """Whether it may have another one."""
        self.lists = lists or NamedLists()
        """Lists of other people's signers that it knows."""
        self.sources: dict[str, str] = {}
        """What was read of the publication for the last file, and its SHA-256."""
        self._workers = workers
        self._ready = False
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
            [sys.executable, "-I", "-X", "utf8", "-c", _BOOT, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=None if os.name == "nt" else {"PATH": os.defpath},
            # Ctrl-C in a terminal is for the service alone.
            start_new_session=True,
        )
        assert self._process.stdin is not None  # noqa: S101 - asked for above
        assert self._process.stdout is not None  # noqa: S101 - asked for above
        self._channel = Channel(
            self._process.stdout, self._process.stdin, max_bytes=_MAX_ANSWER_BYTES
        )
        with suppress(ChannelError):
            # If it is gone already, the first file will tell.
            self._channel.send(
                {
                    "limits": asdict(limits),
                    "memory_bytes": workers.memory_bytes,
                    "seconds": workers.seconds,
                    "sandbox": workers.sandbox,
                    "root": dict(root_jwk),
                    "lists": self.lists.to_json(),
                }
            )

    def verify(self, job: Job, publication: Publication) -> Report:
        """Return the report on one file.

        Raises:
            WorkerDiedError: there is none, and the process is gone.
        """
        self.files += 1
        self.sources = {}
        clock = _Clock(self.kill)
        try:
            self._wait_until_ready(clock)
            return self._ask(job, publication, clock)
        except ChannelError as error:
            self.is_fit = False
            timed_out = self._ready and clock.rang
            # It may be about to end by itself, and its own exit code says why.
            refused: ChannelError | None = None
            try:
                self._process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                # It lives, and is ended for what it said: that exit code is ours.
                refused = error
            raise WorkerDiedError(
                self.end(), timed_out=timed_out, refused=refused
            ) from error
        finally:
            self.is_fit = self.is_fit and not clock.rang

    @property
    def pid(self) -> int:
        """Its number in the system."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End the process whatever it does; it may be gone already."""
        with suppress(OSError):
            self._process.kill()

    def end(self) -> int:
        """Kill the process, clear up, and return its exit code."""
        self.kill()
        code = self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        return code

    def _wait_until_ready(self, clock: "_Clock") -> None:
        if not self._ready:
            with clock.running(_START_SECONDS):
                self._channel.receive()
            self._ready = True

    def _ask(self, job: Job, publication: Publication, clock: "_Clock") -> Report:
        left = self._workers.seconds
        question: dict[str, Any] = {
            "now": job.now.isoformat(),
            "password": job.password,
            "seen": publication.seen.to_json(),
        }
        body = job.data
        for _ in range(_MAX_READS):
            begun = monotonic()
            with clock.running(left):
                self._channel.send(question, body)
                answer, _ = self._channel.receive()
            left -= monotonic() - begun
            _learn(publication, answer, job.now)
            if "report" in answer:
                self.is_fit = not answer.get("swollen")
                report = unpack_report(_member(answer, "report"))
                _check_subject(report, job)
                return report
            question, body = _read(publication, answer.get("read"), job.now)
            self.sources[answer["read"]] = _digest(question, body)
        raise ChannelError("the process never comes to an end")


class _Clock:
    """Calls a function when time is up; counts only while it is running."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self.rang = False
        self._ring = ring
        self._armed = False
        self._lock = Lock()

    @contextmanager
    def running(self, seconds: float) -> Iterator[None]:
        """Run for as long as the block does."""
        timer = Timer(max(0.0, seconds), self._time_is_up)
        timer.daemon = True
        self._armed = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            with self._lock:
                self._armed = False

    def _time_is_up(self) -> None:
        with self._lock:
            if self._armed:
                self.rang = True
                self._ring()


def _digest(answer: Mapping[str, Any], body: bytes) -> str:
    """Return what identifies a file that was read, as `verifier.recent` has it."""
    if answer["problem"] is None:
        return hashlib.sha256(body).hexdigest()
    return "" if answer["problem"] == "not_published" else "?"


def _learn(publication: Publication, answer: Mapping[str, Any], now: datetime) -> None:
    try:
        publication.seen.absorb(_member(answer, "seen"))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ChannelError("saw what cannot be") from error
    publication.seen.keep(now)


def _check_subject(report: Report, job: Job) -> None:
    """Refuse a report on another file or moment than the process was asked about.

    It would be told to whoever asks about that file. A process that a hostile file
    has taken over can lie about the file it was given, and about no other.
    """
    told = report.file
    asked = {"sha256": hashlib.sha256(job.data).hexdigest(), "size": len(job.data)}
    if not isinstance(told, dict) or {name: told.get(name) for name in asked} != asked:
        raise ChannelError("a report on another file")
    if report.checked_at != job.now:
        raise ChannelError("a report of another time")


def _member(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = answer.get(name)
    if not isinstance(value, dict):
        raise ChannelError(f"an answer without {name}")
    return value


def _read(
    publication: Publication, path: object, now: datetime
) -> tuple[dict[str, Any], bytes]:
    """Read one published file for the process; nothing else can be asked for."""
    if not isinstance(path, str) or not _PATHS.fullmatch(path):
        raise ChannelError("asked for what is not published")
    problem, detail, body = None, "", b""
    try:
        body = publication.read(path)
        publication.witness(path, body, now)
    except NotPublishedError as error:
        problem, detail = "not_published", str(error)
    except SourceError as error:
        problem, detail = "unreachable", str(error)
    seen = publication.seen.to_json()
    return {"seen": seen, "problem": problem, "detail": detail}, body
