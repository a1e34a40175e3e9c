# SPDX-License-Identifier: Apache-2.0
"""Attack: shadow replace, signed letters get another shape or a void is filled."""

from tests.forge import Forge
from tests.hostile.specimens import check_specimen
from verifier.report import Report


def test_another_font_for_the_signed_letters_is_altered(quiet_forge: Forge) -> None:
    report = check_specimen(quiet_forge, "replace font")

    assert _told(report) == {("replaced", "font", 1)}


def test_content_named_before_it_was_there_is_altered(
    quiet_forge: Forge,
) -> None:
    report = check_specimen(quiet_forge, "void reference")

    assert _told(report) == {("added", "page_content", 1)}


def _told(report: Report) -> set[tuple[object, object, object]]:
    """Return what the report says was done that is not allowed."""
    return {
        (change["act"], change["part"], change["page"])
        for change in report.changes
        if not change["allowed"]
    }
