# SPDX-License-Identifier: Apache-2.0
"""Attack: attach a good claim to a document that it does not belong to."""

from datetime import date

from tests.forge import Forge, draw_pdf


def test_the_claim_of_another_id_is_altered(forge: Forge) -> None:
    mine, other = forge.issue(), forge.issue()
    attached = {"record.json": mine.record, "claim.cose": other.claim}

    report = forge.verify(forge.seal(draw_pdf(attached)))

    assert (report.outcome, report.reason) == ("altered", "claim_signature_invalid")


def test_a_claim_that_says_more_than_the_record_is_altered(forge: Forge) -> None:
    mine = forge.issue()
    longer = forge.make_claim(mine.record, forge.trade, valid_until=date(2099, 1, 1))
    attached = {"record.json": mine.record, "claim.cose": longer}

    report = forge.verify(forge.seal(draw_pdf(attached)))

    assert (report.outcome, report.reason) == ("altered", "claim_mismatch")
    details = [check.detail for check in report.checks if check.reason != "valid"]
    assert any("valid_until" in detail for detail in details)


def test_the_claim_of_another_name_is_not_what_was_registered(forge: Forge) -> None:
    mine = forge.issue()
    renamed = forge.make_claim(mine.record, forge.trade, holder="นายสมหมาย ร้ายกาจ")
    attached = {"record.json": mine.record, "claim.cose": renamed}

    report = forge.verify(forge.seal(draw_pdf(attached)))

    assert (report.outcome, report.reason) == ("altered", "register_mismatch")


def test_a_sealed_record_without_its_claim_is_only_signed(forge: Forge) -> None:
    mine = forge.issue()

    report = forge.verify(forge.seal(draw_pdf({"record.json": mine.record})))

    assert (report.outcome, report.reason) == ("signature_only", "no_claim")
