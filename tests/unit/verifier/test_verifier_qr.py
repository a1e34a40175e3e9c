# SPDX-License-Identifier: Apache-2.0
"""Verifying the text of a QR code."""

import pytest

from register.claim import qr_text
from register.document import Status, new_document_id
from register.record import document_url
from tests.forge import DIPLOMA, HOLDER, HOST, Forge, Issued
from tests.forge_pki import NOW
from verifier.report import Report
from verifier.verify_qr import verify_qr


def _scan(forge: Forge, url: str) -> Report:
    return verify_qr(
        url, publication=forge.publish(), now=NOW, host="verify.example.go.th"
    )


def test_a_genuine_code_is_in_force(quiet_forge: Forge, genuine: Issued) -> None:
    report = _scan(quiet_forge, genuine.url)

    assert (report.outcome, report.reason) == ("in_force", "valid")
    assert report.document is not None
    assert report.document["holder"] == HOLDER
    assert report.qr is not None
    assert report.qr["host_matches"] is True


def test_a_browser_changes_the_case_of_the_address(
    quiet_forge: Forge, genuine: Issued
) -> None:
    address, _, digits = genuine.url.partition("#")

    assert _scan(quiet_forge, f"{address.lower()}#{digits}").outcome == "in_force"


def test_the_claim_of_another_id_is_altered(forge: Forge) -> None:
    mine, other = forge.issue(), forge.issue()
    swapped = qr_text(document_url(HOST, other.id), mine.claim)

    report = _scan(forge, swapped)

    assert (report.outcome, report.reason) == ("altered", "claim_signature_invalid")
    assert report.document is None


def test_every_changed_digit_is_noticed(quiet_forge: Forge, genuine: Issued) -> None:
    address, _, digits = genuine.url.partition("#")
    publication = quiet_forge.publish()
    for position in range(0, len(digits), 7):
        digit = (int(digits[position]) + 1) % 10
        changed = f"{digits[:position]}{digit}{digits[position + 1 :]}"
        report = verify_qr(f"{address}#{changed}", publication=publication, now=NOW)
        assert report.outcome in {"altered", "unknown"}, position


def test_a_key_on_no_trust_list_is_unknown(forge: Forge) -> None:
    mine = forge.issue()
    forge.trade = forge.make_agency("TRADE", "กรมการค้าตัวอย่าง", "Sample Trade")

    report = _scan(forge, mine.url)

    assert (report.outcome, report.reason) == ("unknown", "claim_key_unknown")


def test_a_claim_for_another_agency_than_its_key_is_unknown(forge: Forge) -> None:
    mine = forge.issue()
    claim = forge.make_claim(mine.record, forge.labour)

    report = _scan(forge, qr_text(document_url(HOST, mine.id), claim))

    assert (report.outcome, report.reason) == ("unknown", "issuer_mismatch")


def test_a_type_the_agency_may_not_issue_is_unknown(forge: Forge) -> None:
    mine = forge.issue()
    forge.trade.types = (DIPLOMA,)

    assert _scan(forge, mine.url).reason == "type_not_permitted"


def test_a_revoked_document_is_not_in_force(forge: Forge) -> None:
    mine = forge.issue()
    forge.statuses[mine.document.status_ref.index] = Status.REVOKED

    report = _scan(forge, mine.url)

    assert (report.outcome, report.reason) == ("not_in_force", "revoked")
    assert report.exit_code == 10


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "qr_not_ours"),
        ("https://example.com/", "qr_not_ours"),
        ("WIFI:T:WPA;S:home;;", "qr_not_ours"),
        ("javascript:alert(1)", "qr_not_ours"),
        ("https://evil.example/V/short#123", "qr_not_ours"),
        ("x" * 5000, "qr_unreadable"),
    ],
)
def test_any_other_code_is_unknown(quiet_forge: Forge, text: str, reason: str) -> None:
    report = _scan(quiet_forge, text)

    assert (report.outcome, report.reason) == ("unknown", reason)


@pytest.mark.parametrize("digits", ["1", "99999999999999999", "12a", "१२३"])
def test_digits_that_are_no_claim_are_unreadable(
    quiet_forge: Forge, genuine: Issued, digits: str
) -> None:
    address = genuine.url.partition("#")[0]

    report = _scan(quiet_forge, f"{address}#{digits}")

    assert (report.outcome, report.reason) == ("unknown", "qr_unreadable")


def test_a_truncated_claim_is_not_in_force(quiet_forge: Forge, genuine: Issued) -> None:
    assert _scan(quiet_forge, genuine.url[:-17]).outcome == "altered"


def test_without_a_claim_the_register_answers(
    quiet_forge: Forge, genuine: Issued
) -> None:
    report = _scan(quiet_forge, genuine.url.partition("#")[0])

    assert report.basis == "record"
    assert report.document is not None
    assert report.document["holder"] == "นายสมชาย ใ***"


def test_without_a_claim_an_unknown_id_is_unknown(quiet_forge: Forge) -> None:
    report = _scan(quiet_forge, document_url(HOST, new_document_id()))

    assert (report.outcome, report.reason) == ("unknown", "not_registered")


def test_another_host_is_told_and_not_trusted(
    quiet_forge: Forge, genuine: Issued
) -> None:
    """A mirror prints another host; what counts is the claim."""
    url = genuine.url.replace("VERIFY.EXAMPLE.GO.TH", "VERIFY.EXAMPLE.CO")

    report = _scan(quiet_forge, url)

    assert report.outcome == "in_force"
    assert report.qr is not None
    assert report.qr["host_matches"] is False
