# SPDX-License-Identifier: Apache-2.0
"""Attack: add a script, or an action that starts a program."""

import pytest

from tests.forge import Forge
from tests.hostile.specimens import check_specimen


@pytest.mark.parametrize(
    "name",
    [
        "javascript added",
        "named javascript added",
        "launch added",
        "page script added",
    ],
)
def test_an_action_added_later_is_altered(quiet_forge: Forge, name: str) -> None:
    report = check_specimen(quiet_forge, name)

    assert report.reason == "changed_after_signing"
