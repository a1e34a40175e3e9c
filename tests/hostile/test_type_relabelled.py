# SPDX-License-Identifier: Apache-2.0
"""Attack: pass a document of one type off as one of another."""

from dataclasses import replace

from tests.forge import DIPLOMA, LICENCE, Forge, draw_pdf


def test_a_claim_of_another_type_than_the_record_is_altered(forge: Forge) -> None:
    mine = forge.issue()
    relabelled = forge.make_claim(mine.record, forge.trade, type_code=DIPLOMA.code)
    attached = {"record.json": mine.record, "claim.cose": relabelled}

    report = forge.verify(forge.seal(draw_pdf(attached)))

    assert (report.outcome, report.reason) == ("altered", "claim_mismatch")


def test_a_type_that_the_agency_may_not_issue_is_unknown(forge: Forge) -> None:
    mine = forge.issue()
    forge.trade.types = (DIPLOMA,)

    report = forge.verify(mine.pdf)

    assert (report.outcome, report.reason) == ("unknown", "type_not_permitted")
    assert report.integrity == "intact"


def test_a_type_that_changed_its_meaning_is_altered(forge: Forge) -> None:
    mine = forge.issue()
    forge.trade.types = (replace(LICENCE, code="X"), replace(DIPLOMA, code="BL01"))

    report = forge.verify(mine.pdf)

    assert report.outcome == "altered"
