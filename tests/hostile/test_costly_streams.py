# SPDX-License-Identifier: Apache-2.0
"""Attack: beginnings of streams without an end, each of which is looked for one."""

import pytest

from tests.forge import Forge, Issued
from tests.hostile.made import raw

_COUNT = 1_000_000
"""Were the rest of the file read once for each of them, it would take days."""


@pytest.mark.parametrize(
    "piece", [b"stream\n", b"stream\nxendstream\n", b"stream\r\nendstreams "]
)
def test_beginnings_without_an_end_are_passed_once(
    quiet_forge: Forge, genuine: Issued, piece: bytes
) -> None:
    """A later revision holds them where no table names anything."""
    junk = piece * (_COUNT * 7 // len(piece))
    trailer = b"/Size %d/Root %d 0 R/Prev %d" % (
        raw.next_number(genuine.pdf),
        raw.root_number(genuine.pdf),
        raw.last_xref(genuine.pdf),
    )
    before = genuine.pdf + junk
    pdf = before + raw.write_table({}, trailer=trailer, at=len(before))

    report = quiet_forge.verify(pdf)

    assert (report.outcome, report.integrity) == ("in_force", "intact")
