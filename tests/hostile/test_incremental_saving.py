# SPDX-License-Identifier: Apache-2.0
"""Attack: append an update that shows something else, and save it in odd ways."""

import pytest

from tests.forge import Forge
from tests.hostile.specimens import check_specimen


@pytest.mark.parametrize(
    "name",
    [
        "whole update",
        "body only",
        "body and trailer",
        "table without prev",
        "trailer names the old table",
        "copy of the signature",
    ],
)
def test_an_update_is_altered_however_saved(quiet_forge: Forge, name: str) -> None:
    report = check_specimen(quiet_forge, name)

    assert report.document is None
