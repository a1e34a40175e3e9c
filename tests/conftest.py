# SPDX-License-Identifier: Apache-2.0
"""Fixtures for all tests: a fresh database, on each of the two we support; an HSM."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from register.store import migrate
from tests.postgres import PostgresCluster, find_postgres, run_cluster
from tests.softhsm import SoftHsm, SoftToken, make_softhsm

BOTH_DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep what a service writes at home by default out of the working folder."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRA_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """Give one PostgreSQL cluster for the whole run."""
    programs = find_postgres()
    if programs is None:
        pytest.skip("needs PostgreSQL (initdb and postgres)")
    with run_cluster(programs) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresCluster) -> str:
    """Name a PostgreSQL database with empty tables, to copy from."""
    name = postgres.create_database()
    migrate(postgres.address(name))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a SQLite file with empty tables, to copy from."""
    path = tmp_path_factory.mktemp("template") / "register.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(params=BOTH_DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a fresh database with empty tables."""
    if request.param == "sqlite":
        path = tmp_path / "register.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    cluster: PostgresCluster = request.getfixturevalue("postgres")
    name = cluster.create_database(request.getfixturevalue("postgres_template"))
    yield cluster.address(name)
    cluster.drop_database(name)


@pytest.fixture(params=BOTH_DATABASES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    cluster: PostgresCluster = request.getfixturevalue("postgres")
    name = cluster.create_database()
    yield cluster.address(name)
    cluster.drop_database(name)


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoftHsm]:
    """Give SoftHSM with a folder of its own; its tokens are made by tests."""
    with pytest.MonkeyPatch.context() as patch:
        yield make_softhsm(tmp_path_factory.mktemp("softhsm"), patch)


@pytest.fixture
def soft_token(softhsm: SoftHsm) -> SoftToken:
    """Give an empty token."""
    return softhsm.make_token()
