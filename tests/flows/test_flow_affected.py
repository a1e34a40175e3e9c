# SPDX-License-Identifier: Apache-2.0
"""What a stolen key has sealed is known from the register, or else from the files."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from keys.inventory import KeyEntry
from keys.signing import seal_label
from keys.store import open_key_store
from tests.world import TRADE, World, run_world
from tra.affected import find_affected
from tra.clock import system_clock

COUNT = 3
FORGOTTEN = ("DROP TRIGGER seal_use_no_delete", "DELETE FROM seal_use")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with run_world(tmp_path_factory.mktemp("affected"), [TRADE]) as made:
        yield made


@pytest.fixture(scope="module")
def issued(world: World) -> list[str]:
    return sorted(world.issue()["id"] for _ in range(COUNT))


@pytest.fixture
def register(world: World) -> Iterator[sqlite3.Connection]:
    """What a thief of the database, or an older version, can do; undone afterwards."""
    connection = sqlite3.connect(world.folder / "register.db")
    triggers = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' "
        "AND tbl_name = 'seal_use'"
    ).fetchall()
    rows = connection.execute("SELECT * FROM seal_use").fetchall()
    yield connection
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER IF EXISTS {name}")
    connection.execute("DELETE FROM seal_use")
    connection.executemany("INSERT INTO seal_use VALUES (?, ?, ?)", rows)
    for _, sql in triggers:
        connection.execute(sql)
    connection.commit()
    connection.close()


def affected(world: World, *, read_files: bool = False) -> list[tuple[str, bool]]:
    """Return the documents of the seal that signs, and whether that is proven."""
    keys = open_key_store(world.home.keys)
    entry: KeyEntry = keys.list_entries(seal_label("TRADE"))[-1]
    since = system_clock() - timedelta(hours=1)
    found = find_affected(world.home, keys, entry, since, read_files=read_files)
    return sorted((one.document.id, one.proven) for one in found)


def file_of(world: World, document_id: str) -> Path:
    digest = next(
        one.file_sha256
        for one in world.issuer.store.iter_issued()
        if one.id == document_id
    )
    assert digest is not None
    return world.folder / "files" / f"{digest.hex()}.pdf"


def test_the_register_notes_which_key_sealed_what(
    world: World, issued: list[str]
) -> None:
    assert affected(world) == [(one, True) for one in issued]
    # Without a file: it is known all the same.
    kept = file_of(world, issued[0])
    away = kept.rename(kept.with_suffix(".away"))
    assert affected(world) == [(one, True) for one in issued]
    # Who reads the files has to look for it.
    told = [(one, one != issued[0]) for one in issued]
    assert affected(world, read_files=True) == told
    away.rename(kept)


def test_what_was_sealed_before_that_is_read_from_the_files_once(
    world: World, issued: list[str], register: sqlite3.Connection
) -> None:
    noted = register.execute("SELECT * FROM seal_use ORDER BY 1").fetchall()
    assert [row[0] for row in noted] == issued
    for statement in FORGOTTEN:
        register.execute(statement)
    register.commit()
    kept = file_of(world, issued[0])
    away = kept.rename(kept.with_suffix(".away"))
    assert affected(world) == [(one, one != issued[0]) for one in issued]
    away.rename(kept)
    assert affected(world) == [(one, True) for one in issued]
    # The same key and the same time as were noted when it was sealed.
    assert register.execute("SELECT * FROM seal_use ORDER BY 1").fetchall() == noted
    for one in issued:
        file_of(world, one).rename(file_of(world, one).with_suffix(".away"))
    assert affected(world) == [(one, True) for one in issued]
    for one in issued:
        file_of(world, one).with_suffix(".away").rename(file_of(world, one))


def test_a_thief_of_the_database_is_found_out_by_the_files(
    world: World, issued: list[str], register: sqlite3.Connection
) -> None:
    register.execute("DROP TRIGGER seal_use_no_update")
    register.execute(
        "UPDATE seal_use SET key_sha256 = ? WHERE document_id = ?",
        (bytes(32), issued[0]),
    )
    register.commit()
    assert affected(world) == [(one, True) for one in issued[1:]]
    assert affected(world, read_files=True) == [(one, True) for one in issued]
