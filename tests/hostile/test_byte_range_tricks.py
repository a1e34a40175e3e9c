# SPDX-License-Identifier: Apache-2.0
"""Attack: let the signature speak of other bytes than the ones that are shown."""

import pytest

from tests.forge import Forge, Issued
from tests.hostile.attacks import (
    BYTE_RANGE,
    edit_byte_range,
    replace_once,
    signed_ranges,
)


@pytest.mark.parametrize(
    "ranges",
    ["0 10 20 30", "0 0 0 0", "-1 5 6 7", "0 5", "", "null", "(a) (b) (c) (d)", "9 9"],
)
def test_a_rewritten_byte_range_is_altered(
    quiet_forge: Forge, genuine: Issued, ranges: str
) -> None:
    forged = edit_byte_range(genuine.pdf, ranges)

    report = quiet_forge.verify(forged, publication=quiet_forge.open())

    assert (report.outcome, report.integrity) == ("altered", "altered")


@pytest.mark.parametrize("name", [b"/ByteRanch", b"/Bytes", b"/byteRange"])
def test_a_missing_byte_range_is_altered(
    quiet_forge: Forge, genuine: Issued, name: bytes
) -> None:
    match = BYTE_RANGE.search(genuine.pdf)
    assert match is not None
    forged = replace_once(genuine.pdf, b"/ByteRange", name.ljust(10))

    report = quiet_forge.verify(forged, publication=quiet_forge.open())

    assert report.outcome in {"altered", "unknown"}
    assert report.integrity != "intact"


def test_a_second_range_that_was_moved_is_altered(
    quiet_forge: Forge, genuine: Issued
) -> None:
    """Signature wrapping: the signed end moves away and makes room for other text."""
    _, length, second, rest = signed_ranges(genuine.pdf)
    inserted = b"\n% room for a forged object\n"
    moved = genuine.pdf[:second] + inserted + genuine.pdf[second:]
    forged = edit_byte_range(moved, f"0 {length} {second + len(inserted)} {rest}")

    report = quiet_forge.verify(forged, publication=quiet_forge.open())

    assert (report.outcome, report.integrity) == ("altered", "altered")


def test_a_gap_wider_than_the_signature_is_altered(
    quiet_forge: Forge, genuine: Issued
) -> None:
    _, length, second, rest = signed_ranges(genuine.pdf)
    forged = edit_byte_range(genuine.pdf, f"0 {length - 4} {second} {rest}")

    report = quiet_forge.verify(forged, publication=quiet_forge.open())

    assert (report.outcome, report.integrity) == ("altered", "altered")
