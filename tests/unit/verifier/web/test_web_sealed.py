# SPDX-License-Identifier: Apache-2.0
"""Sealed files and their QR codes in the browser, from issue to revocation."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from register.document import Status
from tests.forge import AgencyForge, Forge, Issued
from tests.hostile.made import raw
from tests.unit.verifier.web.conftest import Visitor
from tests.web_server import make_app, serve_logged


@dataclass(frozen=True)
class Counter:
    """A visitor of a verifier, and the documents they bring."""

    visitor: Visitor
    forge: Forge
    folder: Path

    def issue(self, agency: AgencyForge | None = None) -> Issued:
        """Issue a document, in a thread: Playwright's event loop runs in this one."""
        with ThreadPoolExecutor(max_workers=1) as apart:
            return apart.submit(self.forge.issue, agency).result()

    def upload(self, name: str, pdf: bytes) -> Locator:
        """Choose a file on the front page and wait for its verdict."""
        file = self.folder / name
        file.write_bytes(pdf)
        self.visitor.open("/")
        self.visitor.page.locator("#file").set_input_files(file)
        card = self.visitor.page.locator("li.file")
        card.locator(".verdict").wait_for()
        return card

    def scan(self, issued: Issued) -> tuple[str | None, str | None]:
        """Open the address of a document's QR code, on this server."""
        self.visitor.scan("/V/" + issued.url.partition("/V/")[2])
        return self.visitor.outcome()


@pytest.fixture
def counter(context: BrowserContext, forge: Forge, tmp_path: Path) -> Iterator[Counter]:
    """Give a visitor at a verifier of the forged world."""
    forge.publish()
    app = make_app(forge.folder, root_file=forge.root_file(), now=forge.now)
    page = context.new_page()
    page.clock.set_fixed_time(forge.now)
    with serve_logged(app) as server:
        yield Counter(Visitor(page=page, server=server), forge, tmp_path)


def test_licence_is_in_force_until_it_is_revoked(counter: Counter) -> None:
    issued = counter.issue()
    counter.forge.publish()
    card = counter.upload("licence.pdf", issued.pdf)
    expect(card.locator(".verdict")).to_have_attribute("data-outcome", "in_force")
    # Recognised by its hash: it has not been sent, and the name is that of the record.
    for fact in (issued.document.number, "นายสมชาย ใ***", "กรมการค้าตัวอย่าง", "ร้านอาหาร"):
        expect(card).to_contain_text(fact)
    expect(card).to_contain_text("ไม่ได้ส่งไฟล์ออกจากเครื่องนี้")
    assert "/v1/verify" not in counter.visitor.server.targets
    card.get_by_role("button", name="ส่งไฟล์ไปตรวจลายมือชื่อด้วย").click()
    expect(card).to_contain_text("นายสมชาย ใจดี")
    expect(card.locator(".verdict")).to_have_attribute("data-outcome", "in_force")
    assert "/v1/verify" in counter.visitor.server.targets
    assert counter.scan(issued) == ("in_force", "valid")

    counter.forge.statuses[issued.document.status_ref.index] = Status.REVOKED
    counter.forge.publish()
    card = counter.upload("licence.pdf", issued.pdf)
    expect(card.locator(".verdict")).to_have_attribute("data-reason", "revoked")
    expect(card.locator(".verdict")).to_contain_text("ใช้ไม่ได้")
    assert counter.scan(issued) == ("not_in_force", "revoked")


def test_entry_of_another_document_does_not_recognise_a_file(
    counter: Counter,
) -> None:
    one, other = counter.issue(), counter.issue()
    counter.forge.publish()
    files = counter.forge.folder / "files"
    forged = one.pdf + b"\n"
    entry = (files / hashlib.sha256(one.pdf).hexdigest()).read_bytes()
    (files / hashlib.sha256(forged).hexdigest()).write_bytes(entry)
    (files / hashlib.sha256(other.pdf).hexdigest()).write_bytes(entry)
    for pdf in (forged, other.pdf):
        counter.visitor.server.targets.clear()
        counter.upload("file.pdf", pdf)
        assert "/v1/verify" in counter.visitor.server.targets


def test_changed_byte_is_altered(counter: Counter) -> None:
    issued = counter.issue()
    counter.forge.publish()
    at = issued.pdf.index(b"/MediaBox")
    forged = issued.pdf[:at] + b"/MediaBux" + issued.pdf[at + 9 :]
    card = counter.upload("forged.pdf", forged)
    expect(card.locator(".verdict")).to_have_attribute("data-outcome", "altered")
    expect(card.locator(".verdict")).to_contain_text("ถูกแก้ไข")


def test_code_of_another_document_on_the_paper_is_altered(counter: Counter) -> None:
    one, other = counter.issue(), counter.issue()
    counter.forge.publish()
    digits = other.url.partition("#")[2]
    counter.visitor.scan(f"/V/{one.id}#{digits}")
    assert counter.visitor.outcome() == ("altered", "claim_signature_invalid")


def test_agency_beside_the_first_signs_its_own_publication(counter: Counter) -> None:
    issued = counter.issue(counter.forge.labour)
    counter.forge.publish_record(issued)
    counter.forge.publish_status(key=counter.forge.labour.publication_key)
    assert counter.scan(issued) == ("in_force", "valid")
    assert "กรมแรงงานตัวอย่าง" in counter.visitor.text()
    counter.forge.publish_status(key=counter.forge.trade.publication_key)
    assert counter.scan(issued) == ("unchecked", "status_list_invalid")


def test_a_changed_licence_tells_what_was_changed_and_gives_it_back(
    counter: Counter,
) -> None:
    issued = counter.issue()
    counter.forge.publish()
    content = raw.content_number(issued.pdf)
    changed = raw.append_revision(issued.pdf, {content: raw.show("FORGED")})
    card = counter.upload("changed.pdf", changed)
    expect(card.locator(".verdict")).to_have_attribute("data-outcome", "altered")
    expect(card.locator(".changes li")).to_have_text(
        "การบันทึกครั้งที่ 4 เปลี่ยนเนื้อหาในหน้า (หน้า 1): ห้ามทำหลังลงลายมือชื่อ"
    )

    with counter.visitor.page.expect_download() as started:
        card.get_by_role("button", name="ดาวน์โหลดฉบับที่ลงลายมือชื่อไว้").click()

    assert started.value.suggested_filename == "signed-changed.pdf"
    assert Path(started.value.path()).read_bytes() == issued.pdf
