# SPDX-License-Identifier: Apache-2.0
"""Attack: put something behind the end of the file, where some programs look."""

from tests.forge import Forge
from tests.hostile.specimens import check_specimen


def test_bytes_behind_the_end_are_altered(quiet_forge: Forge) -> None:
    report = check_specimen(quiet_forge, "bytes behind the end")

    assert report.reason == "changed_after_signing"


def test_white_space_behind_the_end_says_nothing(quiet_forge: Forge) -> None:
    report = check_specimen(quiet_forge, "blank behind the end")

    assert report.reason == "valid"
