# SPDX-License-Identifier: Apache-2.0
"""The version of the database's tables: checked at start, changed by `migrate`.

The migrations are part of the package, so that an installed program needs no
file beside it. A database of another version is refused, never guessed at.
"""

from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from register.errors import SchemaError
from register.store_engine import (
    POSTGRESQL,
    open_engine,
    parse_database_url,
    sqlite_path,
    unreachable,
)

SCRIPTS: Final = "register:migrations"

MIGRATION_LOCK: Final = 0x7472_616D
"""Number of the advisory lock that lets one process migrate at a time."""


def alembic_config(connection: Connection | None = None) -> Config:
    """Return the configuration that would else stand in alembic.ini."""
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.attributes["connection"] = connection
    return config


def migrate(database_url: str) -> None:
    """Create the tables of the register, or bring them to this version.

    Raises:
        DatabaseUrlError: the address is malformed or of another database.
        DatabaseUnreachableError: there is no connection to the database.
        SchemaError: the tables are of a version this program does not know.
    """
    url = parse_database_url(database_url)
    file = sqlite_path(url)
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            # It will hold personal data; its journals get the same mode.
            file.touch(mode=0o600)
        except OSError as error:
            raise unreachable(url, error) from error
    _run(open_engine(url), "head")


def downgrade(database_url: str, revision: str) -> None:
    """Go back to an older version of the tables; "base" drops all of them.

    Raises:
        DatabaseUrlError: the address is malformed or of another database.
        DatabaseUnreachableError: there is no connection to the database.
    """
    _run(open_engine(parse_database_url(database_url)), revision, down=True)


def _run(engine: Engine, revision: str, *, down: bool = False) -> None:
    step = command.downgrade if down else command.upgrade
    writer = engine.execution_options(tra_write=True)
    try:
        with _connect(writer) as connection, connection.begin():
            if engine.dialect.name == POSTGRESQL:
                lock = text("SELECT pg_advisory_xact_lock(:number)")
                connection.execute(lock, {"number": MIGRATION_LOCK})
            step(alembic_config(connection), revision)
    except CommandError as error:
        raise SchemaError(f"The tables cannot be changed: {error}") from error
    finally:
        engine.dispose()


def check_schema(engine: Engine) -> None:
    """Check that the database has the tables of this version.

    Raises:
        DatabaseUnreachableError: there is no connection to the database.
        SchemaError: there are no tables, or those of another version.
    """
    file = sqlite_path(engine.url)
    if file is not None and not file.is_file():
        raise SchemaError(f"There is no database at {file}; `tra init` makes one")
    expected = ScriptDirectory.from_config(alembic_config()).get_current_head()
    with _connect(engine) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found != expected:
        raise SchemaError(
            f"The database has tables of version {found or 'none'}, "
            f"this program needs {expected}; `tra init` brings them up to date"
        )


def _connect(engine: Engine) -> Connection:
    try:
        return engine.connect()
    except DBAPIError as error:
        raise unreachable(engine.url, error) from error
