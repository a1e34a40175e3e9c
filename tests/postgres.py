# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL cluster for one run of the tests, thrown away afterwards.

It listens on a Unix socket in its own folder only, and gives up safety for
speed: nothing in it outlives the run. PostgreSQL refuses to run as root, so
then it runs as another user.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

SUPERUSER = "tra"
UNPRIVILEGED = ("postgres", "nobody")
OPTIONS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "listen_addresses": "''",
    # A zone far from UTC: instants must come back right all the same.
    "timezone": "Asia/Bangkok",
}


def find_postgres() -> Path | None:
    """Return the folder of the newest PostgreSQL programs of this machine."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = sorted(versions, key=lambda path: float(path.parts[4]))
    on_path = shutil.which("initdb")
    if newest:
        return newest[-1].parent
    return Path(on_path).resolve().parent if on_path else None


class PostgresCluster:
    """A running cluster: addresses of databases in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def address(self, name: str) -> str:
        """Return the address of a database, as an operator would write it."""
        return f"postgresql://{SUPERUSER}@/{name}?host={self._folder}"

    def create_database(self, template: str = "template0") -> str:
        """Make a database, as a copy of another one; return its name."""
        self._count += 1
        name = f"test_{self._count}"
        self._administer(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, also if a test left connections open."""
        self._administer(
            sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
        )

    def _administer(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def run_cluster(programs: Path) -> Iterator[PostgresCluster]:
    """Make a cluster, run it, stop it and remove it."""
    account = _account()
    with tempfile.TemporaryDirectory(prefix="tra-pg-") as name:
        folder = Path(name)
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
        data = folder / "data"
        settings = [f"-c {key}={value}" for key, value in OPTIONS.items()]
        settings.append(f"-k {folder}")
        control = [str(programs / "pg_ctl"), "-D", str(data), "-w", "-s"]
        initdb = [str(programs / "initdb"), "-D", str(data), "-U", SUPERUSER]
        initdb += ["-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"]
        start = [*control, "-l", str(folder / "log"), "-o", " ".join(settings), "start"]
        _run(initdb, folder, account)
        _run(start, folder, account)
        try:
            yield PostgresCluster(folder)
        finally:
            _run([*control, "-m", "immediate", "stop"], folder, account)


def _account() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(known[name] for name in UNPRIVILEGED if name in known)


def _run(command: list[str], folder: Path, account: pwd.struct_passwd | None) -> None:
    # A server inherits these streams: it would keep a pipe open for ever.
    with (folder / "output").open("ab") as output:
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            user=None if account is None else account.pw_uid,
            group=None if account is None else account.pw_gid,
            extra_groups=None if account is None else (),
            check=False,
        )
    if done.returncode != 0:
        said = (folder / "output").read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"{command[0]} failed:\n{said}")
