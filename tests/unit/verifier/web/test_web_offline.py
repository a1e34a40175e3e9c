# SPDX-License-Identifier: Apache-2.0
"""After one visit the pages verify with the server stopped, and tell their age."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from playwright.sync_api import BrowserContext

from register.document import Status
from register.trust_list import Period
from tests.unit.verifier.web.conftest import Visitor
from tests.web_server import (
    NOW,
    SignedPublication,
    SigningKey,
    make_app,
    serve_logged,
)

READY = "navigator.serviceWorker.ready.then(() => true)"
KEPT = """async (path) => {
    for (let tries = 0; tries < 100; tries++) {
        if (await caches.match(path)) return true;
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return false;
}"""


@dataclass(frozen=True)
class Inspector:
    """A visitor whose server can be stopped."""

    visitor: Visitor
    server: ExitStack

    def visit(self, path: str) -> None:
        """Open a page and wait until it is kept with the lists."""
        self.visitor.open(path)
        page = self.visitor.page
        assert page.evaluate(READY)
        assert page.evaluate(KEPT, "/publication/status/0.jwt")

    def lose_the_server(self, *, after: timedelta) -> None:
        """Stop the server; the clock goes on."""
        self.server.close()
        self.visitor.page.clock.set_fixed_time(NOW + after)


@pytest.fixture
def inspector(
    context: BrowserContext, publication: SignedPublication
) -> Iterator[Inspector]:
    """Give an inspector at a server that can be stopped."""
    page = context.new_page()
    page.clock.set_fixed_time(NOW)
    app = make_app(publication.folder, root_file=publication.root_file)
    with ExitStack() as stack:
        server = stack.enter_context(serve_logged(app))
        yield Inspector(Visitor(page=page, server=server), stack)


def test_server_stopped_codes_still_verify_with_their_age(
    inspector: Inspector, publication: SignedPublication
) -> None:
    """One visit to one document; then others are scanned that were never seen."""
    visitor, page = inspector.visitor, inspector.visitor.page
    seen = publication.issue(index=1)
    fresh = publication.issue(index=2)
    revoked = publication.issue(index=3)
    expired = publication.issue(index=4, valid_until=date(2026, 11, 20))
    unknown = publication.issue(index=5, signer=SigningKey())
    publication.set_status(revoked, Status.REVOKED)
    inspector.visit(seen.path)
    visitor.verdict()
    inspector.lose_the_server(after=timedelta(hours=3, minutes=20))

    visitor.scan(fresh.path)
    assert visitor.outcome() == ("in_force", "valid")
    text = visitor.text()
    assert "นายสมชาย ใจดี" in text
    assert "3 ชั่วโมงที่แล้ว" in text
    assert "ตรวจโดยไม่มีเครือข่าย" in text
    assert "21 พฤศจิกายน พ.ศ. 2569 เวลา 14:05 น." in text
    page.locator("summary").click()
    check = page.locator("[data-check=register_record]")
    assert check.get_attribute("data-result") == "INDETERMINATE"

    for issued, said in (
        (revoked, ("not_in_force", "revoked")),
        (expired, ("not_in_force", "expired")),
        (unknown, ("unknown", "claim_key_unknown")),
    ):
        visitor.scan(issued.path)
        assert visitor.outcome() == said
    visitor.scan(f"/V/{seen.id}#{fresh.digits}")
    assert visitor.outcome() == ("altered", "claim_signature_invalid")
    # The paper is not there, and no copy of any record is.
    visitor.scan(f"/V/{seen.id}")
    assert visitor.outcome() == ("unchecked", "register_unreachable")

    # Past the end of the list: genuine, and no word on its status.
    page.clock.set_fixed_time(NOW + timedelta(hours=73))
    visitor.scan(fresh.path)
    assert visitor.outcome() == ("unchecked", "status_list_stale")
    assert "เอกสารแท้ แต่ไม่ทราบสถานะ" in visitor.text()
    assert "นายสมชาย ใจดี" in visitor.text()
    # Past the end of the trust list nothing is said of anything.
    page.clock.set_fixed_time(NOW + timedelta(days=31))
    visitor.scan(fresh.path)
    assert visitor.outcome() == ("unchecked", "trust_list_invalid")


def test_front_and_scan_page_open_without_a_server(
    inspector: Inspector, publication: SignedPublication
) -> None:
    visitor, page = inspector.visitor, inspector.visitor.page
    issued = publication.issue()
    inspector.visit("/scan")
    visitor.open("/")
    assert page.evaluate(KEPT, "/shell")
    assert page.evaluate(KEPT, "/static/page-index.js")
    inspector.lose_the_server(after=timedelta(minutes=5))
    for path, heading in (("/", "แท้"), ("/scan", "สแกน"), ("/C/K3XQ7M2ZD4A6", "แท้")):
        visitor.open(path)
        assert heading in page.get_by_role("heading", level=1).inner_text()
    assert "ไม่มีเครือข่าย" in page.get_by_role("alert").inner_text()
    visitor.scan(issued.path)
    assert visitor.outcome() == ("in_force", "valid")
    assert "5 นาทีที่แล้ว" in visitor.text()


def test_nothing_of_any_document_is_kept_on_the_device(
    inspector: Inspector, publication: SignedPublication
) -> None:
    issued = publication.issue()
    inspector.visit(issued.path)
    inspector.visitor.verdict()
    kept = inspector.visitor.page.evaluate(
        """async () => {
            const found = Object.entries(localStorage).flat();
            for (const name of await caches.keys()) {
                const cache = await caches.open(name);
                for (const request of await cache.keys()) {
                    found.push(request.url, await (await cache.match(request)).text());
                }
            }
            return found;
        }"""
    )
    together = "\n".join(kept)
    assert "/publication/status/0.jwt" in together
    for secret in (issued.id, issued.digits[:24], "สมชาย", "123/2569"):
        assert secret not in together


def test_stolen_key_needs_the_register_even_without_a_network(
    inspector: Inspector, publication: SignedPublication
) -> None:
    issued = publication.issue()
    publication.set_claim_period(Period(compromised_from=NOW - timedelta(days=1)))
    inspector.visit(issued.path)
    assert inspector.visitor.outcome() == ("in_force", "valid")
    inspector.lose_the_server(after=timedelta(minutes=5))
    inspector.visitor.scan(issued.path)
    assert inspector.visitor.outcome() == ("unchecked", "register_unreachable")
    assert "นายสมชาย ใจดี" not in inspector.visitor.text()


def test_register_that_answers_is_believed_over_what_was_kept(
    inspector: Inspector, publication: SignedPublication
) -> None:
    """Only the list is out of reach; the record says revoked a second ago."""
    visitor = inspector.visitor
    issued = publication.issue()
    inspector.visit(issued.path)
    visitor.page.route("**/publication/status/*", lambda route: route.abort())
    publication.set_status(issued, Status.REVOKED)
    visitor.scan(issued.path)
    assert visitor.outcome() == ("not_in_force", "revoked")
    visitor.page.unroute_all()
