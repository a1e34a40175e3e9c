# SPDX-License-Identifier: Apache-2.0
"""Attack: universal signature forgery, an update that leaves nothing to check."""

import pytest

from tests.forge import Forge
from tests.hostile.specimens import SPECIMENS, check_specimen


@pytest.mark.parametrize("name", [name for name in SPECIMENS if "forged" in name])
def test_a_signature_without_its_parts_is_altered(
    quiet_forge: Forge, name: str
) -> None:
    report = check_specimen(quiet_forge, name)

    assert report.document is None


def test_a_signature_taken_out_of_its_field_is_altered(quiet_forge: Forge) -> None:
    report = check_specimen(quiet_forge, "value taken out")

    assert report.document is None
