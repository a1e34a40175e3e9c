# SPDX-License-Identifier: Apache-2.0
"""Attack: change one bit anywhere in what was signed."""

import pytest

from tests.forge import Forge, Issued
from tests.hostile.attacks import signed_ranges

_STEPS = 60


@pytest.mark.parametrize("step", range(_STEPS))
def test_a_flipped_bit_is_altered(
    quiet_forge: Forge, genuine: Issued, step: int
) -> None:
    _, length, second, rest = signed_ranges(genuine.pdf)
    signed = [*range(length), *range(second, second + rest)]
    position = signed[len(signed) * step // _STEPS]
    forged = bytearray(genuine.pdf)
    forged[position] ^= 1 << (step % 8)

    report = quiet_forge.verify(bytes(forged), publication=quiet_forge.open())

    assert report.outcome == "altered", (position, report.reason)
    assert report.document is None
