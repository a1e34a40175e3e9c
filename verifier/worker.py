# SPDX-License-Identifier: Apache-2.0
"""The process that reads PDFs for the service, one after the other.

It holds itself to limits of memory and processor time before it sees the first
file, opens no connection, and asks the service for the published files it
needs. Started by `verifier.isolation`; it ends when the service does.
"""

import contextlib
import logging
import math
import os
import re
import signal
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from register.envelope import key_from_jwk
from verifier.channel import OUT_OF_MEMORY, Channel, pack_report
from verifier.errors import (
    ChannelError,
    NotPublishedError,
    SandboxError,
    UnreachableError,
)
from verifier.limits import Limits, Sandbox
from verifier.named_lists import NamedLists
from verifier.sandbox import enter_sandbox, program_folders
from verifier.seen import Seen
from verifier.trust import Publication
from verifier.verify_pdf import verify_pdf

if sys.platform != "win32":
    import resource

_GONE = "not_published"
_PEAK = re.compile(rb"VmHWM:\s*(\d+) kB")
_MAX_OPEN_FILES = 64
"""Files open at a time: the pipes, and a module that is being imported."""


class ServiceSource:
    """The publication, as the service reads it for this process."""

    def __init__(self, channel: Channel, seen: Seen) -> None:
        self._channel = channel
        self._seen = seen

    @property
    def is_quick(self) -> bool:
        """The service may have to ask a network (see `verifier.source.Source`)."""
        return False

    def read(self, path: str) -> bytes:
        """Return a published file (see `verifier.source.Source`)."""
        self._channel.send({"read": path, "seen": self._seen.to_json()})
        answer, body = self._channel.receive()
        # What others have seen meanwhile counts for the file just read.
        self._seen.absorb(answer["seen"])
        problem = answer["problem"]
        if problem is not None:
            kind = NotPublishedError if problem == _GONE else UnreachableError
            raise kind(answer["detail"])
        return body


@dataclass(frozen=True, kw_only=True)
class Worker:
    """What stays from one file to the next."""

    channel: Channel
    seen: Seen
    publication: Publication
    limits: Limits
    seconds: float
    memory_bytes: int
    status: BinaryIO | None

    def run(self) -> None:
        """Serve for as long as the service is there.

        Raises:
            ChannelError: it is gone.
        """
        self.channel.send({"ready": True})
        while True:
            job, data = self.channel.receive()
            self._serve(job, data)

    def _serve(self, job: Mapping[str, Any], data: bytes) -> None:
        _limit_processor(self.seconds)
        self.seen.absorb(job["seen"])
        report = verify_pdf(
            data,
            publication=self.publication,
            now=datetime.fromisoformat(job["now"]),
            limits=self.limits,
            password=job["password"],
        )
        self.channel.send(
            {
                "report": pack_report(report),
                "seen": self.seen.to_json(),
                "swollen": _peak_memory(self.status) > self.memory_bytes // 2,
            }
        )


def main() -> None:
    """Take the pipes the service has opened, and serve."""
    # Ctrl-C reaches the whole terminal; it is the service that ends this.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(
        level=logging.WARNING, format="%(levelname)s %(name)s %(message)s"
    )
    channel = _take_pipes()
    with _ending_quietly():
        hello, _ = channel.receive()
        status = _open_status()
        _limit_memory(hello["memory_bytes"])
        _shut_in(Sandbox(hello["sandbox"]))
        seen = Seen()
        Worker(
            channel=channel,
            seen=seen,
            publication=Publication(
                ServiceSource(channel, seen),
                root_key=key_from_jwk(hello["root"]),
                seen=seen,
                lists=NamedLists.from_json(hello["lists"]),
            ),
            limits=Limits(**hello["limits"]),
            seconds=hello["seconds"],
            memory_bytes=hello["memory_bytes"],
            status=status,
        ).run()


@contextlib.contextmanager
def _ending_quietly() -> Iterator[None]:
    try:
        yield
    except ChannelError:
        return
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)


def _take_pipes() -> Channel:
    """Keep the pipes for messages alone; whatever is printed goes to the log."""
    reader = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    writer = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a device, and its descriptor is wanted
        os.dup2(nothing.fileno(), sys.stdin.fileno())
    return Channel(reader, writer)


def _shut_in(wanted: Sandbox) -> None:
    """Enter the sandbox, or go on without one where that is allowed.

    Raises:
        SandboxError: there is none, and it is required.
    """
    if wanted is Sandbox.OFF:
        return
    try:
        enter_sandbox(program_folders())
    except SandboxError:
        # The service has said so, once, when it was started.
        if wanted is Sandbox.REQUIRED:
            raise


def _limit_memory(wanted: int) -> None:
    if sys.platform != "win32":
        _lower(resource.RLIMIT_AS, wanted)
        # A dump of memory would put somebody's document on the disk.
        _lower(resource.RLIMIT_CORE, 0)
        _lower(resource.RLIMIT_FSIZE, 0)
        _lower(resource.RLIMIT_NOFILE, _MAX_OPEN_FILES)


def _limit_processor(seconds: float) -> None:
    if sys.platform != "win32":
        used = resource.getrusage(resource.RUSAGE_SELF)
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        soft = math.ceil(used.ru_utime + used.ru_stime + seconds) + 1
        if hard == resource.RLIM_INFINITY or soft < hard:
            resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


if sys.platform != "win32":

    def _lower(kind: int, wanted: int) -> None:
        _, hard = resource.getrlimit(kind)
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        # Some systems know a limit by name only; the clock holds everywhere.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))


def _open_status() -> BinaryIO | None:
    """Open what Linux tells of this process; it cannot be opened from the sandbox."""
    try:
        return Path("/proc/self/status").open("rb", buffering=0)
    except OSError:
        return None


def _peak_memory(status: BinaryIO | None) -> int:
    """Return the most bytes of memory that this process ever held, or 0."""
    if status is not None:
        status.seek(0)
        found = _PEAK.search(status.read())
        return int(found[1]) * 1024 if found else 0
    if sys.platform == "win32":
        return 0
    # Where a process is made as a copy, this is at least what its parent held.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
