# SPDX-License-Identifier: Apache-2.0
"""Attack: fill in a form that was signed; who has leave to do so may."""

import pytest

from tests.forge import Forge
from tests.hostile.specimens import check_specimen
from verifier.report import Report


@pytest.mark.parametrize(
    "name",
    [
        "filled without leave",
        "filled where nothing may change",
        "filled a locked field",
    ],
)
def test_filling_in_without_leave_is_altered(quiet_forge: Forge, name: str) -> None:
    report = check_specimen(quiet_forge, name)

    assert ("replaced", "form_field", 1) in _told(report)


def test_filling_in_with_leave_is_told_and_allowed(quiet_forge: Forge) -> None:
    report = check_specimen(quiet_forge, "filled with leave")

    assert report.signature is not None
    texts = report.signature["later_changes"]
    assert isinstance(texts, list)
    assert "Revision 3 changed a form field on page 1: allowed after signing." in texts
    assert not _told(report)


def test_what_was_filled_in_and_signed_again_is_allowed(quiet_forge: Forge) -> None:
    report = check_specimen(quiet_forge, "filled and signed")

    assert not _told(report)


def _told(report: Report) -> set[tuple[object, object, object]]:
    """Return what the report says was done that is not allowed."""
    return {
        (change["act"], change["part"], change["page"])
        for change in report.changes
        if not change["allowed"]
    }
