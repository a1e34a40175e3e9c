# SPDX-License-Identifier: Apache-2.0
"""Attack: one table for old programs and another for new ones."""

from tests.forge import Forge
from tests.hostile.specimens import check_specimen


def test_a_hybrid_table_after_signing_is_altered(quiet_forge: Forge) -> None:
    report = check_specimen(quiet_forge, "hybrid table")

    assert report.reason == "changed_after_signing"
