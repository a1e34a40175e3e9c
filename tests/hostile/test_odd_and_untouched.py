# SPDX-License-Identifier: Apache-2.0
"""No attack: files that nobody has touched, and that are odd all the same."""

import pytest

from tests.forge import Forge
from tests.hostile.specimens import SPECIMENS, check_specimen

ODD = [one.name for one in SPECIMENS.values() if one.group == "Odd and untouched"]


@pytest.mark.parametrize("name", ODD)
def test_an_odd_file_is_told_for_what_it_is(quiet_forge: Forge, name: str) -> None:
    report = check_specimen(quiet_forge, name)

    assert report.integrity != "altered"
    assert report.reason != "processing_error"
