# SPDX-License-Identifier: Apache-2.0
"""One served installation for the judges, with a type that has every part."""

from collections.abc import Iterator

import pytest

from tests.conformance.everything import make_everything
from tests.world import World, run_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A served installation with two agencies, which may issue all types."""
    types = (make_everything(tmp_path_factory.mktemp("types")),)
    with run_world(tmp_path_factory.mktemp("world"), types=types) as made:
        yield made
