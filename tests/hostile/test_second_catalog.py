# SPDX-License-Identifier: Apache-2.0
"""Attack: two objects of type Catalog, each with pages of its own."""

import pytest

from tests.forge import Forge
from tests.hostile.specimens import check_specimen


@pytest.mark.parametrize(
    "name",
    [
        "second catalog",
        "second catalog unnamed",
    ],
)
def test_a_second_catalog_is_altered(quiet_forge: Forge, name: str) -> None:
    report = check_specimen(quiet_forge, name)

    assert report.reason == "changed_after_signing"
