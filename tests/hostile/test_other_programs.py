# SPDX-License-Identifier: Apache-2.0
"""The table of what other programs say is what they say, and says why."""

import pytest

from tests.hostile import compare
from tests.hostile.differences import PDFSIG, PYHANKO
from tests.hostile.specimens import SPECIMENS

_VERSION = "22.12.0"


@pytest.mark.skipif(
    compare.pdfsig_version() != _VERSION, reason=f"pdfsig {_VERSION} is not installed"
)
def test_the_table_is_what_the_programs_say() -> None:
    assert compare.make_table() == compare.read_table()


def test_every_specimen_stands_in_the_table_once() -> None:
    rows = [line.split(" | ")[0][2:] for line in compare.read_table().splitlines()[2:]]

    assert rows == list(SPECIMENS)


def test_no_difference_is_explained_that_is_none() -> None:
    table = compare.read_table()

    assert {*PDFSIG, *PYHANKO} <= set(SPECIMENS)
    assert all(why in table for why in {*PDFSIG.values(), *PYHANKO.values()})
