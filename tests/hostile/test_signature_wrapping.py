# SPDX-License-Identifier: Apache-2.0
"""Attack: signature wrapping, the second signed range is moved away."""

import pytest

from tests.forge import Forge
from tests.hostile.specimens import check_specimen


@pytest.mark.parametrize(
    "name",
    [
        "wrapped",
        "wrapped with a hole",
    ],
)
def test_a_moved_second_range_is_altered(quiet_forge: Forge, name: str) -> None:
    report = check_specimen(quiet_forge, name)

    assert report.document is None
