# SPDX-License-Identifier: Apache-2.0
"""What cannot be had, is too old or does not verify: unchecked, never a bad word."""

from datetime import timedelta

import pytest
from playwright.sync_api import Route, expect

from tests.unit.verifier.web.conftest import Visitor
from tests.web_server import NOW, SignedPublication, SigningKey


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("trust-list", "trust_list_unreachable"),
        ("trust-root.jwk", "trust_list_unreachable"),
        ("status/*", "status_list_unreachable"),
        ("records/*", "register_unreachable"),
        ("**", "trust_list_unreachable"),
    ],
)
def test_missing_network_is_unchecked_until_it_is_back(
    visitor: Visitor, publication: SignedPublication, path: str, reason: str
) -> None:
    visitor.page.route(f"**/publication/{path}", lambda route: route.abort())
    visitor.scan(publication.issue().path)
    assert visitor.outcome() == ("unchecked", reason)
    assert "ไม่ได้หมายความว่าเอกสารเป็นของปลอม" in visitor.text()
    visitor.page.unroute_all()
    visitor.page.get_by_role("button", name="ลองตรวจอีกครั้ง").click()
    expect(visitor.page.locator("#result .verdict")).to_have_attribute(
        "data-outcome", "in_force"
    )


@pytest.mark.parametrize("status", [429, 500, 503])
def test_server_in_trouble_is_unchecked(
    visitor: Visitor, publication: SignedPublication, status: int
) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(status=status, body="{}")

    visitor.page.route("**/publication/records/*", refuse)
    visitor.scan(publication.issue().path)
    assert visitor.outcome() == ("unchecked", "register_unreachable")


def test_stale_status_list_is_unchecked(
    visitor: Visitor, publication: SignedPublication
) -> None:
    publication.publish_statuses(iat=NOW - timedelta(hours=72))
    visitor.scan(publication.issue().path)
    assert visitor.outcome() == ("unchecked", "status_list_stale")


def test_status_list_is_good_to_its_last_second(
    visitor: Visitor, publication: SignedPublication
) -> None:
    publication.publish_statuses(iat=NOW - timedelta(hours=72, seconds=-1))
    visitor.scan(publication.issue().path)
    assert visitor.outcome() == ("in_force", "valid")


def test_status_list_dated_ahead_is_unchecked(
    visitor: Visitor, publication: SignedPublication
) -> None:
    publication.publish_statuses(iat=NOW + timedelta(minutes=6))
    visitor.scan(publication.issue().path)
    assert visitor.outcome() == ("unchecked", "status_list_stale")


def test_older_status_list_than_one_seen_is_unchecked(
    visitor: Visitor, publication: SignedPublication
) -> None:
    issued = publication.issue()
    visitor.scan(issued.path)
    assert visitor.outcome() == ("in_force", "valid")
    publication.publish_statuses(iat=NOW - timedelta(minutes=1))
    visitor.scan(issued.path)
    assert visitor.outcome() == ("unchecked", "status_list_replayed")


def test_older_trust_list_than_one_seen_is_unchecked(
    visitor: Visitor, publication: SignedPublication
) -> None:
    issued = publication.issue()
    publication.seq = 7
    publication.publish_trust_list()
    visitor.scan(issued.path)
    assert visitor.outcome() == ("in_force", "valid")
    publication.seq = 6
    publication.publish_trust_list()
    visitor.scan(issued.path)
    assert visitor.outcome() == ("unchecked", "trust_list_invalid")


def test_expired_trust_list_is_unchecked(
    visitor: Visitor, publication: SignedPublication
) -> None:
    publication.publish_trust_list(exp=NOW)
    visitor.scan(publication.issue().path)
    assert visitor.outcome() == ("unchecked", "trust_list_invalid")


def test_trust_list_by_another_root_is_unchecked(
    visitor: Visitor, publication: SignedPublication
) -> None:
    pinned, publication.root = publication.root, SigningKey()
    publication.publish_trust_list()
    publication.root = pinned
    visitor.scan(publication.issue().path)
    assert visitor.outcome() == ("unchecked", "trust_list_invalid")


def test_files_signed_by_another_key_are_unchecked(
    visitor: Visitor, publication: SignedPublication
) -> None:
    issued = publication.issue()
    real, publication.publication = publication.publication, SigningKey()
    publication.publish_record(issued.record)
    visitor.scan(issued.path)
    assert visitor.outcome() == ("unchecked", "register_record_invalid")
    publication.publish_statuses()
    publication.publication = real
    publication.publish_record(issued.record)
    visitor.scan(issued.path)
    assert visitor.outcome() == ("unchecked", "status_list_invalid")


def test_record_of_another_document_is_unchecked(
    visitor: Visitor, publication: SignedPublication
) -> None:
    one, other = publication.issue(index=1), publication.issue(index=2)
    records = publication.folder / "records"
    (records / one.id).write_bytes((records / other.id).read_bytes())
    visitor.scan(one.path)
    assert visitor.outcome() == ("unchecked", "register_record_invalid")


@pytest.mark.parametrize("junk", [b"", b"{}", b"a.b.c", b"\xff\xfe"])
def test_junk_in_the_publication_is_unchecked(
    visitor: Visitor, publication: SignedPublication, junk: bytes
) -> None:
    issued = publication.issue()
    (publication.folder / "status" / "0.jwt").write_bytes(junk)
    visitor.scan(issued.path)
    assert visitor.outcome() == ("unchecked", "status_list_invalid")
