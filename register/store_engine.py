# SPDX-License-Identifier: Apache-2.0
"""The connection to the database: SQLite or PostgreSQL, and its transactions.

`Database._read` and `Database._write` are the only ways to a session. A write is
one transaction: all of it or nothing. On SQLite it takes the write lock when it
begins, so that it never fails half way because another writer came first.
Other databases are refused.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from threading import Lock
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    ExceptionContext,
    Table,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import NullPool
from sqlmodel import Session, SQLModel

from register.errors import DatabaseUnreachableError, DatabaseUrlError

SQLITE = "sqlite"
POSTGRESQL = "postgresql"
DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "sqlite+pysqlite": "sqlite+pysqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


@dataclass(frozen=True, kw_only=True)
class DatabaseLimits:
    """How many connections, and how long to wait for one."""

    pool_size: int = 5
    """Connections kept open by each process: one a busy thread is enough."""
    pool_overflow: int = 10
    """Connections opened beyond that under load, then closed again."""
    pool_timeout_seconds: float = 30
    """How long a thread waits for a connection before it fails."""
    busy_timeout_seconds: float = 30
    """How long a SQLite writer waits for another one."""
    connect_timeout_seconds: int = 10
    """How long to wait for a PostgreSQL server that does not answer."""
    publish_wait_seconds: float = 60
    """How long a publisher waits for another one of the same thing."""


DEFAULT_LIMITS = DatabaseLimits()


def parse_database_url(database_url: str) -> URL:
    """Read a database address and name the driver we use for it.

    Raises:
        DatabaseUrlError: it is no address, or of a database we do not run on.
    """
    try:
        url = make_url(database_url)
    except ArgumentError:
        raise DatabaseUrlError(
            "The database address cannot be read; "
            "expected sqlite:///PATH or postgresql://USER@HOST/NAME"
        ) from None
    driver = DRIVERS.get(url.drivername)
    if driver is None:
        raise DatabaseUrlError(
            f"The register runs on sqlite or postgresql, not on {url.drivername}"
        )
    url = url.set(drivername=driver)
    sqlite_path(url)
    return url


def sqlite_path(url: URL) -> Path | None:
    """Tell which file a SQLite address means; None for PostgreSQL.

    Raises:
        DatabaseUrlError: the address is of a database in memory.
    """
    if url.get_backend_name() != SQLITE:
        return None
    if not url.database or url.database == ":memory:":
        raise DatabaseUrlError(
            "The register needs a SQLite file: every connection "
            "to a database in memory would see another one"
        )
    return Path(url.database)


def open_engine(url: URL, limits: DatabaseLimits = DEFAULT_LIMITS) -> Engine:
    """Make the engine; no connection is opened yet."""
    arguments: dict[str, Any] = {"connect_timeout": limits.connect_timeout_seconds}
    if url.get_backend_name() == SQLITE:
        arguments = {"timeout": limits.busy_timeout_seconds}
    engine = create_engine(
        url,
        connect_args=arguments,
        pool_size=limits.pool_size,
        max_overflow=limits.pool_overflow,
        pool_timeout=limits.pool_timeout_seconds,
        pool_pre_ping=url.get_backend_name() == POSTGRESQL,
        hide_parameters=True,
    )
    if url.get_backend_name() == SQLITE:
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "handle_error", _hide_row)
    return engine


def open_session_engine(url: URL, limits: DatabaseLimits = DEFAULT_LIMITS) -> Engine:
    """Make a PostgreSQL engine for connections that are a session, no transaction.

    Each is opened anew and closed for good, and so ends what the session held.
    """
    return create_engine(
        url,
        connect_args={"connect_timeout": limits.connect_timeout_seconds},
        isolation_level="AUTOCOMMIT",
        poolclass=NullPool,
        hide_parameters=True,
    )


def _prepare_sqlite(connection: SqliteConnection, _record: object) -> None:
    # The driver must not open transactions by itself: _begin_sqlite does.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("tra_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _hide_row(context: ExceptionContext) -> None:
    # PostgreSQL adds the row that broke a rule, and with it the data of a person,
    # to its message: only its first part, which names the rule, may be logged.
    error = context.original_exception
    first = getattr(getattr(error, "diag", None), "message_primary", None)
    if first is None:
        return
    said = str(error)
    for told in (error, context.sqlalchemy_exception):
        if told is not None:
            told.args = (str(told.args[0]).replace(said, first), *told.args[1:])


@contextmanager
def told_as_unreachable(url: URL) -> Iterator[None]:
    """Turn a database that does not answer into one clear error.

    Raises:
        DatabaseUnreachableError: the database does not answer.
    """
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeoutError) as error:
        raise unreachable(url, error) from error


def unreachable(url: URL, error: Exception) -> DatabaseUnreachableError:
    """Say in one line, without the password, that a database does not answer."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    said = " ".join(str(cause).split())
    where = url.render_as_string(hide_password=True)
    return DatabaseUnreachableError(f"No answer from the database {where}: {said}")


class Database:
    """Read and write transactions; the parts of the store build on it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(tra_write=True)
        self._is_postgresql = engine.dialect.name == POSTGRESQL
        # SQLite lets its writers sleep and try again; threads of one process
        # are faster when they queue here.
        self._turn: AbstractContextManager[object] = (
            nullcontext() if self._is_postgresql else Lock()
        )

    @contextmanager
    def _read(self) -> Iterator[Session]:
        """Open a transaction that changes nothing.

        Raises:
            DatabaseUnreachableError: the database does not answer.
        """
        with (
            told_as_unreachable(self._engine.url),
            Session(self._engine, expire_on_commit=False) as session,
        ):
            yield session

    @contextmanager
    def _write(self) -> Iterator[Session]:
        """Open a transaction and commit it, or undo all of it on an error.

        Raises:
            DatabaseUnreachableError: the database does not answer.
        """
        with (
            self._turn,
            told_as_unreachable(self._engine.url),
            Session(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def _insert(
        self, table: type[SQLModel]
    ) -> postgresql.dml.Insert | sqlite.dml.Insert:
        """Begin an INSERT that can say ON CONFLICT, in the words of the database."""
        target: Table = table.__table__  # type: ignore[attr-defined]  # set by SQLModel
        if self._is_postgresql:
            return postgresql.insert(target)
        return sqlite.insert(target)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()
