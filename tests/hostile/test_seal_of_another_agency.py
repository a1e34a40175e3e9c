# SPDX-License-Identifier: Apache-2.0
"""Attack: an agency on the trust list seals a document of another one."""

from tests.forge import Forge, Signature, draw_pdf


def test_a_document_sealed_by_another_agency_is_unknown(forge: Forge) -> None:
    mine = forge.issue(forge.trade)
    attached = {"record.json": mine.record, "claim.cose": mine.claim}

    report = forge.verify(forge.seal(draw_pdf(attached), forge.labour))

    assert (report.outcome, report.reason) == ("unknown", "issuer_mismatch")
    assert report.integrity == "intact"


def test_a_claim_signed_with_the_key_of_another_agency_is_unknown(
    forge: Forge,
) -> None:
    mine = forge.issue(forge.trade)
    claim = forge.make_claim(mine.record, forge.labour)
    attached = {"record.json": mine.record, "claim.cose": claim}

    report = forge.verify(forge.seal(draw_pdf(attached), forge.trade))

    assert (report.outcome, report.reason) == ("unknown", "issuer_mismatch")


def test_a_certificate_of_the_same_ca_for_nobody_on_the_list_is_unknown(
    forge: Forge,
) -> None:
    mine = forge.issue()
    attached = {"record.json": mine.record, "claim.cose": mine.claim}
    stranger = forge.make_seal("STRANGE", "กรมอื่น", "Other Department")
    how = Signature(stranger, tsa=forge.tsa, crls=forge.crls())

    report = forge.verify(forge.sign(draw_pdf(attached), how))

    assert (report.outcome, report.reason) == ("unknown", "CHAIN_CONSTRAINTS_FAILURE")
    assert report.integrity == "intact"
