# SPDX-License-Identifier: Apache-2.0
"""Attack: an object stands twice, and programs take one copy or the other."""

import pytest

from tests.forge import Forge
from tests.hostile.specimens import check_specimen


@pytest.mark.parametrize(
    "name",
    [
        "duplicate number",
        "listed twice",
    ],
)
def test_an_object_that_stands_twice_is_altered(quiet_forge: Forge, name: str) -> None:
    report = check_specimen(quiet_forge, name)

    assert report.reason == "changed_after_signing"
