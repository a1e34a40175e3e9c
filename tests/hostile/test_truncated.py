# SPDX-License-Identifier: Apache-2.0
"""Attack: cut a signed file short."""

import pytest

from tests.forge import Forge, Issued
from tests.hostile.attacks import signed_ranges


@pytest.mark.parametrize("part", [0.01, 0.1, 0.3, 0.5, 0.7, 0.83, 0.9, 0.99])
def test_a_truncated_file_never_passes(
    quiet_forge: Forge, genuine: Issued, part: float
) -> None:
    cut = genuine.pdf[: int(len(genuine.pdf) * part)]

    report = quiet_forge.verify(cut, publication=quiet_forge.open())

    assert report.outcome in {"altered", "unknown"}
    assert report.integrity in {"altered", "unreadable"}


def test_a_file_cut_within_what_was_signed_is_altered(
    quiet_forge: Forge, genuine: Issued
) -> None:
    _, _, second, rest = signed_ranges(genuine.pdf)

    report = quiet_forge.verify(
        genuine.pdf[: second + rest - 10], publication=quiet_forge.open()
    )

    assert (report.outcome, report.integrity) == ("altered", "altered")


def test_a_file_cut_back_to_its_seal_is_not_the_one_issued(
    quiet_forge: Forge, genuine: Issued
) -> None:
    """Without its last revision it lacks the revocation data it was issued with."""
    _, _, second, rest = signed_ranges(genuine.pdf)

    report = quiet_forge.verify(
        genuine.pdf[: second + rest], publication=quiet_forge.open()
    )

    assert report.outcome == "altered"


def test_junk_after_the_end_is_never_in_force_unnoticed(
    quiet_forge: Forge, genuine: Issued
) -> None:
    report = quiet_forge.verify(
        genuine.pdf + b"<script>alert(1)</script>" * 100,
        publication=quiet_forge.open(),
    )

    assert report.outcome in {"altered", "unknown"}
