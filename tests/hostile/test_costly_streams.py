# SPDX-License-Identifier: Apache-2.0
"""Attack: beginnings of streams without an end, each of which is looked for one."""

import time

import pytest

from tests.forge import Forge, Issued
from tests.hostile.made.repair import append_junk

_COUNT = 1_000_000
"""Were the rest of the file read once for each of them, it would take days."""

_SECONDS = 10
"""Far more than it takes, and far less than reading it again and again."""


@pytest.mark.parametrize(
    "piece", [b"stream\n", b"stream\nxendstream\n", b"stream\r\nendstreams "]
)
def test_beginnings_without_an_end_are_passed_once(
    quiet_forge: Forge, genuine: Issued, piece: bytes
) -> None:
    """A later revision holds them where no table names anything."""
    pdf = append_junk(genuine.pdf, piece * (_COUNT * 7 // len(piece)))

    begun = time.process_time()
    report = quiet_forge.verify(pdf)

    assert time.process_time() - begun < _SECONDS
    assert (report.outcome, report.reason) == ("altered", "changed_after_signing")
