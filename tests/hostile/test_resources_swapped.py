# SPDX-License-Identifier: Apache-2.0
"""Attack: let the signed page draw its text with other resources."""

from tests.forge import Forge
from tests.hostile.specimens import check_specimen
from verifier.report import Report


def test_other_resources_for_the_page_are_altered(quiet_forge: Forge) -> None:
    report = check_specimen(quiet_forge, "resources swapped")

    assert ("replaced", "page", 1) in _told(report)


def _told(report: Report) -> set[tuple[object, object, object]]:
    """Return what the report says was done that is not allowed."""
    return {
        (change["act"], change["part"], change["page"])
        for change in report.changes
        if not change["allowed"]
    }
