# SPDX-License-Identifier: Apache-2.0
"""Attack: a signature field over the text of a certified file."""

import pytest

from tests.forge import Forge
from tests.hostile.specimens import check_specimen
from verifier.report import Report


@pytest.mark.parametrize(
    "name",
    [
        "sneaky signature",
        "sneaky signature signed",
    ],
)
def test_a_field_over_the_text_is_altered(quiet_forge: Forge, name: str) -> None:
    report = check_specimen(quiet_forge, name)

    assert ("added", "form_field", 1) in _told(report)


def _told(report: Report) -> set[tuple[object, object, object]]:
    """Return what the report says was done that is not allowed."""
    return {
        (change["act"], change["part"], change["page"])
        for change in report.changes
        if not change["allowed"]
    }
