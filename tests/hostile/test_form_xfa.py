# SPDX-License-Identifier: Apache-2.0
"""Attack: add an XFA form, which some programs show in place of the pages."""

from tests.forge import Forge
from tests.hostile.specimens import check_specimen
from verifier.report import Report


def test_an_xfa_form_is_altered(quiet_forge: Forge) -> None:
    report = check_specimen(quiet_forge, "xfa added")

    assert ("added", "form_xfa", None) in _told(report)


def _told(report: Report) -> set[tuple[object, object, object]]:
    """Return what the report says was done that is not allowed."""
    return {
        (change["act"], change["part"], change["page"])
        for change in report.changes
        if not change["allowed"]
    }
