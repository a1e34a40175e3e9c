# SPDX-License-Identifier: Apache-2.0
"""Attack: files that cost more to check than they are worth."""

from dataclasses import replace

import pytest

from tests.forge import Forge, Issued, draw_pdf
from tests.forge_pki import NOW
from tests.hostile.attacks import token_bomb
from verifier.limits import Limits
from verifier.report import Report
from verifier.verify_pdf import verify_pdf

TINY = {
    "max_bytes": 10_000,
    "max_pages": 0,
    "max_objects": 5,
    "max_revisions": 1,
    "max_signatures": 0,
    "max_attachment_bytes": 10,
    "max_page_characters": 5,
}


@pytest.mark.parametrize("limit", TINY)
def test_over_a_limit_is_unchecked(
    quiet_forge: Forge, genuine: Issued, limit: str
) -> None:
    report = _verify(
        quiet_forge, genuine.pdf, replace(Limits(), **{limit: TINY[limit]})
    )

    assert (report.outcome, report.reason) == ("unchecked", "limit_exceeded")


def test_every_limit_is_tried() -> None:
    assert {*TINY, "max_decoded_bytes", "max_structure_bytes"} == set(vars(Limits()))


def test_a_record_that_unpacks_to_too_much_is_unchecked(quiet_forge: Forge) -> None:
    bomb = quiet_forge.seal(draw_pdf({"record.json": bytes(5_000_000)}, compress=True))
    assert len(bomb) < 50_000

    report = _verify(quiet_forge, bomb, replace(Limits(), max_decoded_bytes=100_000))

    assert (report.outcome, report.reason) == ("unchecked", "limit_exceeded")


@pytest.mark.parametrize("streams", [1, 2])
def test_object_streams_share_a_small_allowance(
    quiet_forge: Forge, streams: int
) -> None:
    """Two streams of 10 kB each: one fits, the other is one too many."""
    bomb = token_bomb(streams=streams, numbers=5_000)

    report = _verify(quiet_forge, bomb, replace(Limits(), max_structure_bytes=15_000))

    expected = "unsigned" if streams == 1 else "limit_exceeded"
    assert report.reason == expected


def test_a_hundred_empty_updates_are_unchecked(
    quiet_forge: Forge, genuine: Issued
) -> None:
    tail = genuine.pdf[genuine.pdf.rindex(b"startxref") :]

    report = _verify(quiet_forge, genuine.pdf + tail * 100, Limits())

    assert (report.outcome, report.reason) == ("unchecked", "limit_exceeded")


def _verify(forge: Forge, pdf: bytes, limits: Limits) -> Report:
    return verify_pdf(pdf, publication=forge.publish(), now=NOW, limits=limits)
