# SPDX-License-Identifier: Apache-2.0
"""One served installation for the judges, and every kind of file it issues."""

from collections.abc import Iterator

import pytest

from tests.world import World, run_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A served installation with two agencies."""
    with run_world(tmp_path_factory.mktemp("world")) as made:
        yield made
