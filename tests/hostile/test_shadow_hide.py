# SPDX-License-Identifier: Apache-2.0
"""Attack: shadow hide, a cover that was signed is taken away."""

import pytest

from tests.forge import Forge
from tests.hostile.specimens import check_specimen
from verifier.report import Report


@pytest.mark.parametrize(
    "name",
    [
        "hide by freeing",
        "hide by freeing oddly",
        "hide by emptying",
    ],
)
def test_taking_the_cover_away_is_altered(quiet_forge: Forge, name: str) -> None:
    report = check_specimen(quiet_forge, name)

    acts = {(part, page) for _, part, page in _told(report)}
    assert ("image_or_drawing", 1) in acts


def _told(report: Report) -> set[tuple[object, object, object]]:
    """Return what the report says was done that is not allowed."""
    return {
        (change["act"], change["part"], change["page"])
        for change in report.changes
        if not change["allowed"]
    }
