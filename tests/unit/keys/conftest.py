# SPDX-License-Identifier: Apache-2.0
"""Fixtures: the openssl program, a served PKI, and copies one may break."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from keys.ceremony import create_development_pki
from keys.settings import KeysSettings
from tests.unit.keys.pki import (
    AGENCY,
    RunOpenssl,
    World,
    listening,
    serving,
    serving_anew,
    true_time,
)


@pytest.fixture
def now() -> datetime:
    return true_time()


@pytest.fixture(scope="session")
def openssl() -> RunOpenssl:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("needs openssl")

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A PKI whose authorities answer where its certificates say.

    Tests share it and must not change it.
    """
    with listening() as (listener, url):
        settings = KeysSettings(home=tmp_path_factory.mktemp("keys"), pki_url=url)
        create_development_pki(settings, agency=AGENCY, now=true_time())
        with serving(settings, listener) as served:
            yield served


@pytest.fixture
def own_world(world: World, tmp_path: Path) -> World:
    """A copy of the PKI that a test may change; nothing serves it yet."""
    home = tmp_path / "home"
    shutil.copytree(world.settings.home, home)
    return World(settings=world.settings.model_copy(update={"home": home}))


@pytest.fixture
def served_world(own_world: World) -> Iterator[World]:
    """A served copy of the PKI that a test may change."""
    with serving_anew(own_world) as served:
        yield served
