# SPDX-License-Identifier: Apache-2.0
"""Keeps what was seen of signed files on disk, so that a restart forgets nothing.

Several processes may share one file: each writes what is newer than what it holds.
A file that cannot be read or written is told in the log and stops no verification.
"""

import json
import logging
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep
from typing import Any, Final

if sys.platform != "win32":
    import fcntl

_logger = logging.getLogger(__name__)

_MAX_BYTES: Final = 4_000_000
_MAX_LISTS: Final = 10_000
"""Status lists of one trust root, of a million documents each."""
_LOCK_TRIES: Final = 50
_LOCK_SECONDS: Final = 0.02


@dataclass(frozen=True, kw_only=True)
class SeenState:
    """Number of the newest trust list, and `iat` of each status list by its URI."""

    seq: int | None = None
    iats: dict[str, int] = field(default_factory=dict)
    """Seconds since the epoch."""

    def join(self, other: "SeenState") -> "SeenState":
        """Return the newest of both."""
        seqs = [seq for seq in (self.seq, other.seq) if seq is not None]
        iats = dict(self.iats)
        for uri, iat in other.iats.items():
            iats[uri] = max(iat, iats.get(uri, iat))
        newest = sorted(iats.items(), key=lambda item: -item[1])[:_MAX_LISTS]
        return SeenState(seq=max(seqs, default=None), iats=dict(newest))


class SeenFile:
    """The part of a file that belongs to one trust root."""

    def __init__(self, path: Path, root_kid: str) -> None:
        self._path, self._kid = path, root_kid
        self._told = False

    def read(self) -> SeenState:
        """Return what was seen by now; nothing if the file cannot be read."""
        try:
            return _to_state(self._load().get(self._kid, {}))
        except (OSError, ValueError, TypeError, AttributeError) as error:
            self._tell("read", error)
            return SeenState()

    def write(self, state: SeenState) -> SeenState:
        """Keep what is newer; return the newest of file and state."""
        try:
            with self._locked():
                return self._merge(state)
        except OSError as error:
            self._tell("written", error)
            return state

    def _merge(self, state: SeenState) -> SeenState:
        try:
            roots = self._load()
            before = _to_state(roots.get(self._kid, {}))
        except (ValueError, TypeError, AttributeError) as error:
            # Damaged: begun anew with what this process knows.
            self._tell("read", error)
            roots, before = {}, SeenState()
        joined = before.join(state)
        if joined != before:
            roots[self._kid] = {"seq": joined.seq, "iat": joined.iats}
            self._replace(json.dumps({"v": 1, "roots": roots}).encode())
        return joined

    def _load(self) -> dict[str, Any]:
        try:
            with self._path.open("rb") as file:
                data = file.read(_MAX_BYTES + 1)
        except FileNotFoundError:
            return {}
        if len(data) > _MAX_BYTES:
            raise ValueError("it is too long")
        members = json.loads(data)
        if not isinstance(members, dict) or not isinstance(members.get("roots"), dict):
            raise ValueError("it is no file of ours")  # noqa: TRY004 - of its content
        roots: dict[str, Any] = members["roots"]
        return roots

    def _replace(self, data: bytes) -> None:
        scratch = self._path.with_name(f".{self._path.name}.{secrets.token_hex(8)}")
        try:
            with scratch.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            scratch.replace(self._path)
        except OSError:
            scratch.unlink(missing_ok=True)
            raise

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one process at a time change the file; wait a second at most.

        Raises:
            OSError: the folder cannot be written, or another holds the lock.
        """
        self._path.parent.mkdir(exist_ok=True)
        with self._path.with_suffix(".lock").open("a") as lock:
            if sys.platform != "win32":
                _take(lock.fileno())
            yield

    def _tell(self, done: str, error: Exception) -> None:
        if not self._told:
            self._told = True
            _logger.warning(
                "%s, the memory of the newest lists seen, cannot be %s: %s. After a "
                "restart an older list may be taken (TRA_SEEN_FILE)",
                self._path,
                done,
                error,
            )


if sys.platform != "win32":

    def _take(descriptor: int) -> None:
        for left in reversed(range(_LOCK_TRIES)):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not left:
                    raise
                sleep(_LOCK_SECONDS)
            else:
                return


def _to_state(members: dict[str, Any]) -> SeenState:
    seq = members.get("seq")
    iats = members.get("iat", {})
    whole = [*iats.values()] if seq is None else [seq, *iats.values()]
    if not all(type(number) is int for number in whole):
        raise ValueError("it holds something else than numbers")
    return SeenState(seq=seq, iats={str(uri): iat for uri, iat in iats.items()})
