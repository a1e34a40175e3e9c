# SPDX-License-Identifier: Apache-2.0
"""Attack: shadow hide and replace, a second content lies ready in the signed bytes."""

from tests.forge import Forge
from tests.hostile.specimens import check_specimen
from verifier.report import Report


def test_a_table_that_names_the_other_copy_is_altered(quiet_forge: Forge) -> None:
    report = check_specimen(quiet_forge, "hide and replace")

    assert _told(report) == {("replaced", "page_content", 1)}


def _told(report: Report) -> set[tuple[object, object, object]]:
    """Return what the report says was done that is not allowed."""
    return {
        (change["act"], change["part"], change["page"])
        for change in report.changes
        if not change["allowed"]
    }
