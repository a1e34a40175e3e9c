# SPDX-License-Identifier: Apache-2.0
"""Attack: change one bit of the signature, its certificates or its time stamp."""

import pytest

from tests.forge import Forge, Issued
from tests.hostile.attacks import signed_ranges

_STEPS = 60


@pytest.mark.parametrize("step", range(_STEPS))
def test_a_damaged_signature_never_passes(
    quiet_forge: Forge, genuine: Issued, step: int
) -> None:
    _, length, second, _ = signed_ranges(genuine.pdf)
    gap = genuine.pdf[length + 1 : second - 1]
    used = len(gap.rstrip(b"0"))
    position = length + 1 + used * step // _STEPS
    forged = bytearray(genuine.pdf)
    # Another hexadecimal digit, so that the file still reads.
    digit = int(chr(forged[position]), 16) ^ (1 << step % 4)
    forged[position] = ord(f"{digit:x}")

    report = quiet_forge.verify(bytes(forged), publication=quiet_forge.open())

    assert report.outcome in {"altered", "unknown", "unchecked"}, report.reason


def test_data_hidden_behind_the_signature_is_altered(
    quiet_forge: Forge, genuine: Issued
) -> None:
    _, _, second, _ = signed_ranges(genuine.pdf)
    forged = bytearray(genuine.pdf)
    assert forged[second - 9 : second - 1] == b"00000000"
    forged[second - 9 : second - 1] = b"deadbeef"

    report = quiet_forge.verify(bytes(forged), publication=quiet_forge.open())

    assert (report.outcome, report.reason) == ("altered", "partial_coverage")
