# SPDX-License-Identifier: Apache-2.0
"""Attack: updates that show something else, and that nobody has signed for."""

from collections.abc import Callable

import pytest

from tests.forge import Forge
from tests.hostile.attacks import update
from tests.hostile.made import forms, looks
from tests.hostile.specimens import SPECIMENS, check_specimen

SHOWN = [one.name for one in SPECIMENS.values() if one.group == "Shown otherwise"]


@pytest.mark.parametrize("name", SHOWN)
def test_what_is_shown_otherwise_is_altered(quiet_forge: Forge, name: str) -> None:
    report = check_specimen(quiet_forge, name)

    assert report.reason == "changed_after_signing"


@pytest.mark.parametrize(
    "field",
    [looks.add_field(), looks.add_field(look=True, content=b"")],
    ids=["without a size", "that draws nothing"],
)
def test_an_empty_field_for_the_next_signer_leaves_a_file_intact(
    quiet_forge: Forge, field: Callable[[looks.Writer], None]
) -> None:
    signed = forms.sign_form(quiet_forge)

    report = quiet_forge.verify(update(signed, field))

    assert report.integrity == "intact", [check.detail for check in report.checks]
