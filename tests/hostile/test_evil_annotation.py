# SPDX-License-Identifier: Apache-2.0
"""Attack: a note over the text of a file that is certified for notes."""

from tests.forge import Forge
from tests.hostile.specimens import check_specimen
from verifier.report import Report


def test_a_note_over_the_text_is_altered(quiet_forge: Forge) -> None:
    report = check_specimen(quiet_forge, "evil annotation")

    assert ("added", "annotation", 1) in _told(report)


def test_a_field_that_becomes_a_note_is_altered(quiet_forge: Forge) -> None:
    report = check_specimen(quiet_forge, "annotation replaced")

    assert report.reason == "changed_after_signing"


def _told(report: Report) -> set[tuple[object, object, object]]:
    """Return what the report says was done that is not allowed."""
    return {
        (change["act"], change["part"], change["page"])
        for change in report.changes
        if not change["allowed"]
    }
