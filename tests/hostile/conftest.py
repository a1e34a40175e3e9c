# SPDX-License-Identifier: Apache-2.0
"""Gives every attack a world of its own to bend."""

from pathlib import Path

import pytest

from tests.forge import Forge, Issued


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    """Give a fresh PKI with two agencies and a publication."""
    return Forge(tmp_path / "publication")


@pytest.fixture(scope="session")
def quiet_forge(tmp_path_factory: pytest.TempPathFactory) -> Forge:
    """Give a world that no test changes."""
    return Forge(tmp_path_factory.mktemp("quiet") / "publication")


@pytest.fixture(scope="session")
def genuine(quiet_forge: Forge) -> Issued:
    """Give a genuine licence of that world."""
    issued = quiet_forge.issue()
    assert quiet_forge.verify(issued.pdf).outcome == "in_force"
    return issued
