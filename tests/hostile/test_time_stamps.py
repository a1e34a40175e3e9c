# SPDX-License-Identifier: Apache-2.0
"""Attack: say that a seal is of another time, or prove it by nobody."""

from datetime import timedelta

from tests.forge import Forge, Issued, Signature, draw_pdf
from tests.forge_pki import NOW


def _attached(mine: Issued) -> dict[str, bytes]:
    return {"record.json": mine.record, "claim.cose": mine.claim}


def test_a_seal_without_time_stamp_is_unchecked(forge: Forge) -> None:
    mine = forge.issue()
    forge.issued.clear()
    how = Signature(forge.trade.seal, crls=forge.crls())

    report = forge.verify(forge.sign(draw_pdf(_attached(mine)), how))

    assert (report.outcome, report.reason) == ("unchecked", "NO_POE")
    assert report.integrity == "intact"


def test_a_time_stamp_by_an_unknown_authority_is_unchecked(forge: Forge) -> None:
    mine = forge.issue()
    forge.issued.clear()
    stranger = forge.make_tsa(None)
    how = Signature(forge.trade.seal, tsa=stranger, crls=forge.crls())

    report = forge.verify(forge.sign(draw_pdf(_attached(mine)), how))

    assert (report.outcome, report.reason) == ("unchecked", "NO_POE")


def test_a_time_stamp_from_the_future_is_unchecked(forge: Forge) -> None:
    mine = forge.issue()
    forge.issued.clear()
    how = Signature(
        forge.trade.seal, at=NOW + timedelta(days=2), tsa=forge.tsa, crls=forge.crls()
    )

    report = forge.verify(forge.sign(draw_pdf(_attached(mine)), how))

    assert (report.outcome, report.reason) == ("unchecked", "NO_POE")


def test_a_seal_certificate_used_as_time_stamping_authority_is_unchecked(
    forge: Forge,
) -> None:
    """Any certificate of the same CA chains to the anchor; its purpose does not fit."""
    mine = forge.issue()
    forge.issued.clear()
    stamper = forge.make_tsa(forge.ca, stamping=False)
    how = Signature(forge.trade.seal, tsa=stamper)

    report = forge.verify(forge.sign(draw_pdf(_attached(mine)), how))

    assert (report.outcome, report.reason) == ("unchecked", "NO_POE")
    assert any("CHAIN_CONSTRAINTS_FAILURE" in check.detail for check in report.checks)


def test_a_time_stamp_of_something_else_is_altered(forge: Forge) -> None:
    mine = forge.issue()
    how = Signature(
        forge.trade.seal, tsa=forge.tsa, crls=forge.crls(), stamp_another=True
    )

    report = forge.verify(forge.sign(draw_pdf(_attached(mine)), how))

    assert (report.outcome, report.reason) == ("altered", "timestamp_invalid")
