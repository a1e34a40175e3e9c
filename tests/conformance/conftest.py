# SPDX-License-Identifier: Apache-2.0
"""What is judged: documents of every type, and one broken in every way."""

from collections.abc import Iterator, Mapping

import pytest

from keys.signing import Algorithm
from tests.conformance.broken import BREAKS, break_file
from tests.conformance.everything import make_everything
from tests.conformance.issued import BROKEN, DOCUMENTS, OFFICERS, first_revision
from tests.officers import enter_officer, make_types
from tests.world import World, run_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A served installation with two agencies, which may issue all types."""
    folder = tmp_path_factory.mktemp("types")
    types = (make_everything(folder), *make_types(folder))
    with run_world(tmp_path_factory.mktemp("world"), types=types) as made:
        for officer, algorithm in zip(OFFICERS, reversed(Algorithm), strict=True):
            enter_officer(made, officer, algorithm=algorithm)
        yield made


@pytest.fixture(scope="session")
def documents(world: World) -> Mapping[str, bytes]:
    """Give every document to be judged, issued and sealed."""
    return {name: issue(world) for name, issue in DOCUMENTS.items()}


@pytest.fixture(scope="session")
def broken(documents: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Give what must not pass: one document, as rendered, broken in many ways."""
    whole = first_revision(documents[BROKEN])
    return {name: break_file(whole, one.change) for name, one in BREAKS.items()}
