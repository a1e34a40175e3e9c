# SPDX-License-Identifier: Apache-2.0
"""The tables in the database are those of the program, and guard themselves."""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

import register
from register.errors import (
    DatabaseUnreachableError,
    DatabaseUrlError,
    SchemaError,
)
from register.short_code import short_code
from register.store import Store, migrate
from register.store_engine import open_engine, parse_database_url
from register.store_schema import _run, downgrade
from register.tables import Row
from tests.postgres import PostgresCluster
from tests.unit.register.store_world import (
    HEALTH,
    NOW,
    TRADE,
    open_register,
    request,
)


def _tables(database_url: str) -> set[str]:
    engine = open_engine(parse_database_url(database_url))
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_migrated_tables_are_those_of_the_program(database_url: str) -> None:
    engine = open_engine(parse_database_url(database_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_server_default": True}
        )
        assert compare_metadata(context, Row.metadata) == []
    engine.dispose()


def test_every_rule_of_the_tables_is_in_the_database(database_url: str) -> None:
    # Alembic compares no CHECK constraints, so we do.
    engine = open_engine(parse_database_url(database_url))
    found = inspect(engine)
    for table in Row.metadata.sorted_tables:
        wanted = sorted(
            str(rule.name)
            for rule in table.constraints
            if str(rule.name).startswith("ck_")
        )
        in_place = [rule["name"] for rule in found.get_check_constraints(table.name)]
        assert sorted(str(name) for name in in_place) == wanted
    engine.dispose()


def test_migrating_twice_changes_nothing(empty_database_url: str) -> None:
    migrate(empty_database_url)
    tables = _tables(empty_database_url)
    migrate(empty_database_url)
    assert _tables(empty_database_url) == tables
    Store.open(empty_database_url).close()


def test_downgrade_drops_everything_and_upgrade_brings_it_back(
    empty_database_url: str,
) -> None:
    migrate(empty_database_url)
    downgrade(empty_database_url, "base")
    assert _tables(empty_database_url) == {"alembic_version"}
    migrate(empty_database_url)
    Store.open(empty_database_url).close()


def test_each_step_back_leaves_the_tables_as_they_were(empty_database_url: str) -> None:
    def shape() -> dict[str, list[str]]:
        engine = open_engine(parse_database_url(empty_database_url))
        found = inspect(engine)
        names = {
            table: sorted(str(r["name"]) for r in found.get_check_constraints(table))
            + [str(column["name"]) for column in found.get_columns(table)]
            for table in found.get_table_names()
        }
        engine.dispose()
        return names

    migrate(empty_database_url)
    newest = shape()
    downgrade(empty_database_url, "0001")
    first = shape()
    assert first != newest
    migrate(empty_database_url)
    assert shape() == newest
    downgrade(empty_database_url, "base")
    _run(open_engine(parse_database_url(empty_database_url)), "0001")
    assert shape() == first


def test_upgrade_learns_newest_versions_from_the_events(database_url: str) -> None:
    with open_register(database_url) as store:
        for version in (1, 3, 2):
            store.set_type_in_force(TRADE, "business_licence", version, NOW)
        store.set_type_in_force(TRADE, "training_certificate", 4, NOW)
        store.retire_type(TRADE, "training_certificate", NOW)
        store.set_type_in_force(HEALTH, "business_licence", 1, NOW)
        events = store.events()
    downgrade(database_url, "0001")
    with pytest.raises(SchemaError, match="0001"):
        Store.open(database_url)
    migrate(database_url)
    with Store.open(database_url) as store:
        ever = {"business_licence": 3, "training_certificate": 4}
        assert store.types_ever_in_force(TRADE) == ever
        assert store.types_ever_in_force(HEALTH) == {"business_licence": 1}
        assert store.types_in_force(TRADE) == {"business_licence": 2}
        assert store.events() == events


def test_documents_that_are_there_get_their_short_codes(database_url: str) -> None:
    with open_register(database_url) as store:
        ids = {
            store.reserve(request(f"key {number}"), NOW).document.id
            for number in range(5)
        }
    downgrade(database_url, "0004")
    migrate(database_url)
    engine = open_engine(parse_database_url(database_url))
    with engine.connect() as connection:
        told = text("SELECT code, document_id FROM short_code")
        found = {row.code: row.document_id for row in connection.execute(told)}
    engine.dispose()
    assert found == {short_code(each): each for each in ids}


def test_processes_that_migrate_together_do_not_disturb_each_other(
    empty_database_url: str,
) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            migrate(empty_database_url)
        except BaseException as error:  # noqa: BLE001 - shown by the assertion
            failures.append(error)

    program = f"from register.store import migrate; migrate({empty_database_url!r})"
    others = [
        subprocess.Popen([sys.executable, "-c", program], cwd=Path(__file__).parent)
        for _ in range(3)
    ]
    here = threading.Thread(target=run)
    here.start()
    here.join()
    assert [other.wait() for other in others] == [0, 0, 0]
    assert failures == []
    Store.open(empty_database_url).close()


def test_database_without_tables_is_refused(empty_database_url: str) -> None:
    with pytest.raises(SchemaError, match="tra init"):
        Store.open(empty_database_url)


def test_refused_sqlite_file_is_not_created(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="no database"):
        Store.open(f"sqlite:///{tmp_path}/none.db")
    assert list(tmp_path.iterdir()) == []


def test_tables_of_another_version_are_refused(database_url: str) -> None:
    engine = open_engine(parse_database_url(database_url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(SchemaError, match="9999"):
        Store.open(database_url)
    with pytest.raises(SchemaError, match="9999"):
        migrate(database_url)


@pytest.mark.parametrize(
    "address", ["", "register.db", "mysql://root@localhost/tra", "sqlite://"]
)
def test_address_of_no_database_of_ours_is_refused(address: str) -> None:
    with pytest.raises(DatabaseUrlError):
        Store.open(address)


def test_unreachable_server_is_named_without_its_password() -> None:
    # Port 1 of this machine: nothing listens there.
    with pytest.raises(DatabaseUnreachableError) as refused:
        Store.open("postgres://tra:hunter2@127.0.0.1:1/tra")
    assert "127.0.0.1:1" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    junk = tmp_path / "register.db"
    junk.write_bytes(b"not a database" * 1000)
    with pytest.raises(DatabaseUnreachableError, match="not a database"):
        Store.open(f"sqlite:///{junk}")
    with pytest.raises(DatabaseUnreachableError, match=r"register\.db/x"):
        migrate(f"sqlite:///{junk}/x/register.db")


def test_sqlite_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "register.db"
    migrate(f"sqlite:///{path}")
    with Store.open(f"sqlite:///{path}"):
        modes = {each.stat().st_mode & 0o777 for each in path.parent.iterdir()}
    assert modes == {0o600}


def test_server_that_stops_is_told_in_one_line(postgres: PostgresCluster) -> None:
    name = postgres.create_database()
    migrate(postgres.address(name))
    with Store.open(postgres.address(name)) as store:
        store.list_agencies()
        postgres.drop_database(name)
        with pytest.raises(DatabaseUnreachableError, match=name) as refused:
            store.list_agencies()
        assert "\n" not in str(refused.value)


def test_migrations_travel_with_the_package(tmp_path: Path) -> None:
    source = Path(register.__file__).parent
    shutil.copytree(source, tmp_path / "site" / "register")
    address = f"sqlite:///{tmp_path}/register.db"
    program = (
        "import register; from register.store import Store, migrate; "
        f"migrate({address!r}); Store.open({address!r}).close(); "
        "print(register.__file__)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},  # noqa: TID251 - a child's environment
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip().startswith(str(tmp_path / "site"))
