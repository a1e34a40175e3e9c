# SPDX-License-Identifier: Apache-2.0
"""Attack: pass a document of one type off as one of another."""

import json
from dataclasses import replace
from pathlib import Path

from register.document import Text
from register.record import document_url
from register.short_code import short_code
from tests.console import Console
from tests.forge import DIPLOMA, HOST, LICENCE, Forge, draw_pdf
from tests.report_schema import check_report
from verifier.verify_id import verify_code, verify_id
from verifier.verify_qr import verify_qr


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


def test_a_record_of_a_type_that_the_agency_may_not_issue_is_unknown(
    forge: Forge,
) -> None:
    """Asked by id, by short code and by an address without a claim."""
    mine = forge.issue()
    publication = forge.publish()
    forge.publish_record(mine, type_id="passport")
    address = document_url(HOST, mine.id)

    for report in (
        verify_id(mine.id, publication=publication, now=forge.now),
        verify_code(short_code(mine.id), publication=publication, now=forge.now),
        verify_qr(address, publication=publication, now=forge.now),
    ):
        check_report(report)
        assert (report.outcome, report.reason) == ("unknown", "type_not_permitted")
        assert (report.document, report.status) == (None, None)
        assert {check.id: check.result for check in report.checks} == {
            "trust_list": "PASSED",
            "register_record": "PASSED",
            "type_permitted": "FAILED",
            "status": "INDETERMINATE",
            "dates": "INDETERMINATE",
        }


def test_a_record_has_the_name_that_the_trust_list_gives_its_type(
    forge: Forge,
) -> None:
    mine = forge.issue()
    publication = forge.publish()
    forge.publish_record(mine, type_name=Text(th="หนังสือเดินทาง", en="Passport"))

    report = verify_id(mine.id, publication=publication, now=forge.now)

    assert report.outcome == "in_force"
    assert report.document is not None
    assert report.document["type_name"] == LICENCE.name.to_json()


def test_the_command_says_the_same(tmp_path: Path) -> None:
    forge = Forge.of_today(tmp_path / "publication")
    mine = forge.issue()
    forge.publish()
    forge.publish_record(mine, type_id="passport")
    console = Console(
        {
            "TRA_HOME": str(tmp_path / "home"),
            "TRA_PUBLICATION_URL": str(forge.folder),
            "TRA_TRUST_ROOT": str(forge.root_file()),
        }
    )

    for asked in (short_code(mine.id), document_url(HOST, mine.id)):
        code, said, error = console.run("verify", asked, "--json")

        assert code == 12, error
        [report] = json.loads(said)
        assert report["reason"] == "type_not_permitted"
