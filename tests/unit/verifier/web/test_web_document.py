# SPDX-License-Identifier: Apache-2.0
"""The page a scanned code opens: each outcome, in a real browser."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from register.document import Status, new_document_id
from register.trust_list import Period
from tests.unit.verifier.web.conftest import Visitor
from tests.web_server import NOW, SignedPublication, SigningKey


def change_digit(digits: str, at: int) -> str:
    """Return the digits with one of them made smaller or larger by one."""
    digit = int(digits[at])
    return digits[:at] + str(digit - 1 if digit else 1) + digits[at + 1 :]


def test_genuine_code_is_in_force(
    visitor: Visitor, publication: SignedPublication
) -> None:
    visitor.scan(publication.issue().path)
    assert visitor.outcome() == ("in_force", "valid")
    heading = visitor.page.get_by_role("heading", level=1)
    assert heading.inner_text().endswith("ใช้ได้")
    visitor.page.locator("summary").click()
    text = visitor.text()
    for fact in (
        "ใบอนุญาตประกอบกิจการ",
        "123/2569",
        "นายสมชาย ใจดี",
        "กรมส่งเสริมการค้าตัวอย่าง",
        "trade.example.go.th",
        "1 พฤศจิกายน พ.ศ. 2569",
        "31 ตุลาคม พ.ศ. 2570",
        "21 พฤศจิกายน พ.ศ. 2569 เวลา 14:05 น.",
        "บัญชีรายชื่อตัวอย่าง",
        "จำหน่ายอาหารและเครื่องดื่ม",
        visitor.server.url.removeprefix("http://"),
    ):
        assert fact in text


def test_no_expiry_is_said(visitor: Visitor, publication: SignedPublication) -> None:
    visitor.scan(publication.issue(valid_until=None).path)
    assert visitor.outcome() == ("in_force", "valid")
    assert "ไม่มีกำหนดสิ้นอายุ" in visitor.text()


def test_name_beyond_windows_874_is_shown_as_it_is(
    visitor: Visitor, publication: SignedPublication
) -> None:
    visitor.scan(publication.issue(holder="นาย José Ñandú").path)
    assert visitor.outcome() == ("in_force", "valid")
    assert "นาย José Ñandú" in visitor.text()


@pytest.mark.parametrize(
    ("dates", "reason"),
    [
        ({"valid_until": date(2026, 11, 20)}, "expired"),
        (
            {"valid_from": date(2026, 11, 22), "valid_until": None},
            "not_yet_valid",
        ),
    ],
)
def test_outside_its_dates_is_not_in_force(
    visitor: Visitor,
    publication: SignedPublication,
    dates: dict[str, date | None],
    reason: str,
) -> None:
    visitor.scan(publication.issue(**dates).path)  # type: ignore[arg-type]  # dates only
    assert visitor.outcome() == ("not_in_force", reason)


def test_last_day_is_valid_to_its_end_in_thailand(
    visitor: Visitor, publication: SignedPublication
) -> None:
    issued = publication.issue(valid_until=date(2026, 11, 21))
    visitor.page.clock.set_fixed_time(NOW.replace(hour=16, minute=59))
    visitor.scan(issued.path)
    assert visitor.outcome() == ("in_force", "valid")
    visitor.page.clock.set_fixed_time(NOW.replace(hour=17, minute=0))
    visitor.scan(issued.path)
    assert visitor.outcome() == ("not_in_force", "expired")


@pytest.mark.parametrize("status", [Status.REVOKED, Status.SUSPENDED])
def test_withdrawn_is_not_in_force(
    visitor: Visitor, publication: SignedPublication, status: Status
) -> None:
    issued = publication.issue()
    publication.set_status(issued, status)
    visitor.scan(issued.path)
    assert visitor.outcome() == ("not_in_force", status.value)
    assert "ใช้ไม่ได้" in visitor.text()


def test_superseded_links_to_the_successor(
    visitor: Visitor, publication: SignedPublication
) -> None:
    old, new = publication.issue(index=1), publication.issue(index=2, number="124/2569")
    publication.set_status(old, Status.SUPERSEDED, successor=new.id)
    visitor.scan(old.path)
    assert visitor.outcome() == ("not_in_force", "superseded")
    visitor.page.get_by_role("link", name="ดูเอกสารฉบับใหม่").click()
    visitor.page.wait_for_url(f"**/V/{new.id}")
    assert visitor.outcome() == ("in_force", "valid")
    assert "124/2569" in visitor.text()


def test_revoked_in_the_list_alone_is_enough(
    visitor: Visitor, publication: SignedPublication
) -> None:
    issued = publication.issue()
    publication.statuses[issued.claim.status_ref.index] = Status.REVOKED
    publication.publish_statuses()
    visitor.scan(issued.path)
    assert visitor.outcome() == ("not_in_force", "revoked")


def test_forged_digit_in_the_signature_is_altered(
    visitor: Visitor, publication: SignedPublication
) -> None:
    issued = publication.issue()
    visitor.scan(f"/V/{issued.id}#{change_digit(issued.digits, -20)}")
    assert visitor.outcome() == ("altered", "claim_signature_invalid")
    assert issued.claim.holder not in visitor.text()


def test_swapped_id_is_altered(
    visitor: Visitor, publication: SignedPublication
) -> None:
    one, other = publication.issue(index=1), publication.issue(index=2)
    visitor.scan(f"/V/{one.id}#{other.digits}")
    assert visitor.outcome() == ("altered", "claim_signature_invalid")


def test_register_that_says_otherwise_is_altered(
    visitor: Visitor, publication: SignedPublication
) -> None:
    issued = publication.issue()
    publication.publish_record(replace(issued.record, record_sha256=bytes(32)))
    visitor.scan(issued.path)
    assert visitor.outcome() == ("altered", "register_mismatch")


def test_key_on_no_trust_list_is_unknown(
    visitor: Visitor, publication: SignedPublication
) -> None:
    visitor.scan(publication.issue(signer=SigningKey()).path)
    assert visitor.outcome() == ("unknown", "claim_key_unknown")


@pytest.mark.parametrize(
    ("claimed", "reason"),
    [
        ({"type_code": "XX"}, "type_not_permitted"),
        ({"agency_id": "HEALTH"}, "issuer_mismatch"),
    ],
)
def test_issuer_that_may_not_say_this_is_unknown(
    visitor: Visitor,
    publication: SignedPublication,
    claimed: dict[str, str],
    reason: str,
) -> None:
    visitor.scan(publication.issue(**claimed).path)  # type: ignore[arg-type]  # texts only
    assert visitor.outcome() == ("unknown", reason)


@pytest.mark.parametrize(
    "cut", [lambda d: d[:-1], lambda d: "A" + d[1:], lambda d: d * 6]
)
def test_code_that_cannot_be_read_is_unknown(
    visitor: Visitor, publication: SignedPublication, cut: Callable[[str], str]
) -> None:
    issued = publication.issue()
    visitor.scan(f"/V/{issued.id}#{cut(issued.digits)}")
    assert visitor.outcome() == ("unknown", "qr_unreadable")


def test_retired_key_counts_for_what_it_signed_in_its_time(
    visitor: Visitor, publication: SignedPublication
) -> None:
    before = publication.issue(index=1, issued_on=date(2026, 11, 1))
    after = publication.issue(index=2, issued_on=date(2026, 11, 12))
    publication.set_claim_period(Period(not_after=NOW - timedelta(days=10)))
    visitor.scan(before.path)
    assert visitor.outcome() == ("in_force", "valid")
    visitor.scan(after.path)
    assert visitor.outcome() == ("unknown", "key_not_in_use")


def test_stolen_key_counts_only_for_what_the_register_confirms(
    visitor: Visitor, publication: SignedPublication
) -> None:
    real = publication.issue(index=1, issued_on=date(2026, 11, 1))
    dated_back = publication.issue(index=2, issued_on=date(2026, 11, 1))
    (publication.folder / "records" / dated_back.id).unlink()
    late = publication.issue(index=3, issued_on=date(2026, 11, 20))
    publication.set_claim_period(Period(compromised_from=NOW - timedelta(days=5)))
    visitor.scan(real.path)
    assert visitor.outcome() == ("in_force", "valid")
    visitor.scan(dated_back.path)
    assert visitor.outcome() == ("unchecked", "claim_unconfirmed")
    assert "ใจดี" not in visitor.text()
    visitor.scan(late.path)
    assert visitor.outcome() == ("in_force", "valid")
    note = visitor.page.locator("[data-note=claim_confirmed]")
    assert "จึงนับตามทะเบียน" in note.inner_text()


def test_document_the_register_does_not_know_is_signature_only(
    visitor: Visitor, publication: SignedPublication
) -> None:
    issued = publication.issue()
    (publication.folder / "records" / issued.id).unlink()
    visitor.scan(issued.path)
    assert visitor.outcome() == ("signature_only", "not_registered")


def test_without_a_fragment_the_signed_record_is_shown(
    visitor: Visitor, publication: SignedPublication
) -> None:
    issued = publication.issue()
    visitor.scan(f"/V/{issued.id}")
    assert visitor.outcome() == ("in_force", "valid")
    assert "นายสมชาย ใ***" in visitor.text()
    assert "ใจดี" not in visitor.text()


def test_lower_case_address_is_the_same_document(
    visitor: Visitor, publication: SignedPublication
) -> None:
    issued = publication.issue()
    visitor.scan(f"/V/{issued.id.lower()}#{issued.digits}")
    assert visitor.outcome() == ("in_force", "valid")


def test_without_a_fragment_an_unregistered_id_is_unknown(visitor: Visitor) -> None:
    visitor.scan(f"/V/{new_document_id()}")
    assert visitor.outcome() == ("unknown", "not_registered")


def test_fragment_leaves_the_address_bar_and_never_the_device(
    visitor: Visitor, publication: SignedPublication
) -> None:
    issued = publication.issue()
    sent: list[str] = []
    visitor.page.on(
        "request",
        lambda request: sent.append(
            f"{request.url} {request.all_headers()} {request.post_data or ''}"
        ),
    )
    visitor.scan(issued.path)
    assert visitor.page.url == f"{visitor.server.url}/V/{issued.id}"
    assert visitor.page.evaluate("history.length") <= 3
    asked = [*visitor.server.targets, *(line.partition("#")[0] for line in sent)]
    assert any(f"records/{issued.id}" in target for target in asked)
    pieces = [issued.digits[i : i + 12] for i in range(0, len(issued.digits) - 12, 12)]
    assert not [line for line in asked for piece in pieces if piece in line]
    assert all(line.startswith(visitor.server.url) for line in sent)


def test_next_code_in_the_same_page_is_judged_anew(
    visitor: Visitor, publication: SignedPublication
) -> None:
    issued = publication.issue()
    visitor.scan(issued.path)
    forged = change_digit(issued.digits, -20)
    visitor.page.evaluate("digits => { location.hash = digits }", forged)
    expect(visitor.page.locator("#result .verdict")).to_have_attribute(
        "data-outcome", "altered"
    )
    assert "#" not in visitor.page.url
