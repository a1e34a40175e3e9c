# SPDX-License-Identifier: Apache-2.0
"""One publisher of the same thing at a time, in all threads and processes.

The lock is held by a connection of its own (PostgreSQL) or an open file beside
the database (SQLite), so that it ends with the process however that ends. It
is no transaction: the register is written meanwhile. A pooler that gives each
transaction another connection breaks it on PostgreSQL.
"""

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Final

from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.exc import OperationalError

from register.errors import PublishingBusyError
from register.store_engine import (
    DEFAULT_LIMITS,
    Database,
    DatabaseLimits,
    open_session_engine,
    told_as_unreachable,
    unreachable,
)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

RETRY_SECONDS: Final = 0.005
"""Between two tries for a file lock: short beside the time a publisher takes."""

LOCK_NOT_AVAILABLE: Final = "55P03"
"""What PostgreSQL says when `lock_timeout` has passed."""

SESSION: Final = {
    # No limit of the server may end the session while its holder signs and writes.
    "statement_timeout": "0",
    "idle_session_timeout": "0",
    # A machine that lost its power says no goodbye: find out within a minute.
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}

# Settings that this version of the server does not know are left out.
_SET_SESSION = text(
    "SELECT set_config(name, wanted.value, false) FROM pg_settings "
    "JOIN json_each_text(CAST(:session AS json)) AS wanted ON wanted.key = name"
)


class Publishing(Database):
    """The part of the store that lets publishers take turns."""

    def __init__(self, engine: Engine, limits: DatabaseLimits = DEFAULT_LIMITS) -> None:
        super().__init__(engine)
        self._patience = limits.publish_wait_seconds
        # No connection of the pool: whoever waits for a lock takes no place from
        # those that write, and to close it is to give up the lock.
        self._sessions = (
            open_session_engine(engine.url, limits) if self._is_postgresql else None
        )
        # Threads of one store queue here, so that they hold one connection.
        self._turns: dict[str, Lock] = {}

    @contextmanager
    def publishing(self, name: str) -> Iterator[None]:
        """Be the only publisher of a thing to the end of the `with` block.

        Publishers of things of other names go on. A block must not open another
        one of the same name: it would wait for itself.

        Raises:
            ValueError: the name has other signs than letters, digits and `._-`.
            PublishingBusyError: others publish for longer than we wait.
            DatabaseUnreachableError: the lock cannot be taken, or at the end: it
                was lost meanwhile, so that another may have published too.
        """
        if _NAME.fullmatch(name) is None:
            raise ValueError(f"not a name for something to publish: {name!r}")
        until = monotonic() + self._patience
        turn = self._turns.setdefault(name, Lock())
        if not turn.acquire(timeout=self._patience):
            raise _busy(name)
        try:
            with self._lock(name, until):
                yield
        finally:
            turn.release()

    def _lock(self, name: str, until: float) -> AbstractContextManager[None]:
        if self._sessions is not None:
            return _session_lock(self._sessions, name, until)
        file = Path(str(self._engine.url.database)).resolve()
        lock = file.with_name(f"{file.name}.publish-{name}.lock")
        return _file_lock(self._engine, lock, name, until)


def _busy(name: str) -> PublishingBusyError:
    return PublishingBusyError(
        f"Another publisher of {name} is at work and does not come to its end"
    )


@contextmanager
def _session_lock(engine: Engine, name: str, until: float) -> Iterator[None]:
    number = lock_number(name)
    with told_as_unreachable(engine.url):
        connection = engine.connect()
    try:
        _take_session_lock(connection, name, number, until)
        yield
        with told_as_unreachable(engine.url):
            connection.execute(select(func.pg_advisory_unlock(number)))
    finally:
        connection.close()


def lock_number(name: str) -> int:
    """Return the number of PostgreSQL's advisory lock for a name."""
    digest = hashlib.sha256(b"tra.publish." + name.encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _take_session_lock(
    connection: Connection, name: str, number: int, until: float
) -> None:
    # 0 would mean without limit.
    wait = max(1, round((until - monotonic()) * 1000))
    session = json.dumps({**SESSION, "lock_timeout": f"{wait}ms"})
    with told_as_unreachable(connection.engine.url):
        connection.execute(_SET_SESSION, {"session": session})
        try:
            connection.execute(select(func.pg_advisory_lock(number)))
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
                raise _busy(name) from None
            raise


@contextmanager
def _file_lock(engine: Engine, path: Path, name: str, until: float) -> Iterator[None]:
    # The file stays: who removed it would let a second holder make another one.
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise unreachable(engine.url, error) from error
    try:
        while not _try_file_lock(lock):
            if monotonic() >= until:
                raise _busy(name)
            sleep(RETRY_SECONDS)
        yield
    finally:
        # Not by closing alone: a child made by fork holds the file open too.
        fcntl.flock(lock, fcntl.LOCK_UN)
        os.close(lock)


def _try_file_lock(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
