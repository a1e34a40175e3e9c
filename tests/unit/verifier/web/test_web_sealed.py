# SPDX-License-Identifier: Apache-2.0
"""Sealed files and their QR codes in the browser, from issue to revocation."""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from register.document import Status
from register.trust_list import Period, SealAnchor, SealCertificate
from tests.forge import DIPLOMA, LICENCE, AgencyForge, Forge, Issued
from tests.hostile.made import raw
from tests.unit.verifier.web.conftest import Visitor
from tests.web_server import make_app, serve_logged

T = TypeVar("T")


@dataclass(frozen=True)
class Counter:
    """A visitor of a verifier, and the documents they bring."""

    visitor: Visitor
    forge: Forge
    folder: Path

    def issue(self, agency: AgencyForge | None = None) -> Issued:
        """Issue a document."""
        return self.apart(self.forge.issue, agency)

    def apart(self, act: Callable[..., T], *given: object) -> T:
        """Do something in a thread: Playwright's event loop runs in this one."""
        with ThreadPoolExecutor(max_workers=1) as thread:
            return thread.submit(act, *given).result()

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


def test_a_file_that_an_officer_must_sign_is_not_recognised_by_its_hash(
    counter: Counter,
) -> None:
    """Whoever makes the issuer leave the officer out must not get a good word."""
    issued = counter.issue()
    counter.forge.trade.types = (replace(LICENCE, officer_versions=(2,)),)
    assert judge(counter, issued) == ("in_force", "valid")
    counter.forge.trade.types = (replace(LICENCE, officer_versions=(1,)),)
    assert judge(counter, issued) == ("unknown", "officer_signature_missing")


def test_a_file_is_not_recognised_by_its_hash_once_a_seal_was_stolen(
    counter: Counter,
) -> None:
    """Only the time stamp of the seal tells which files were sealed before."""
    forge = counter.forge
    issued = counter.issue()
    seal, root = forge.trade.seal.der, forge.root.der
    subject = {"organizationIdentifier": forge.trade.identifier}
    earlier, theft = (
        Period(compromised_from=forge.now + timedelta(hours=hours))
        for hours in (-1, +1)
    )
    for period, said in (
        (earlier, ("unknown", "key_compromised")),
        (theft, ("in_force", "valid")),
    ):
        forge.trade.seal_period = period
        assert judge(counter, issued) == said
        forge.trade.seal_period = Period()
        forge.trade.seal_certificates = (
            SealCertificate(certificate=seal, period=period),
        )
        assert judge(counter, issued) == said
        forge.trade.seal_certificates = ()
    # A stolen CA of its officers, too: a record may name one whatever the list says.
    forge.trade.officer_anchors = (
        SealAnchor(certificate=root, subject=subject, period=theft),
    )
    assert judge(counter, issued) == ("in_force", "valid")
    # What became of another agency's seal is no matter.
    forge.trade.officer_anchors = ()
    forge.labour.seal_period = theft
    assert judge(counter, issued, sent=False) == ("in_force", "valid")


def judge(
    counter: Counter, issued: Issued, *, sent: bool = True
) -> tuple[str | None, str | None]:
    """Upload a registered file after a new publication; page and API must agree."""
    counter.forge.publish()
    counter.visitor.server.targets.clear()
    card = counter.upload("licence.pdf", issued.pdf)
    assert ("/v1/verify" in counter.visitor.server.targets) is sent
    verdict = card.locator(".verdict")
    said = verdict.get_attribute("data-outcome"), verdict.get_attribute("data-reason")
    answer = counter.visitor.page.request.post(
        f"{counter.visitor.server.url}/v1/verify",
        multipart={
            "file": {
                "name": "licence.pdf",
                "mimeType": "application/pdf",
                "buffer": issued.pdf,
            }
        },
    ).json()
    assert said == (answer["outcome"], answer["reason"])
    return said


def test_a_type_that_the_agency_may_not_issue_is_not_recognised_by_its_hash(
    counter: Counter,
) -> None:
    issued = counter.issue()
    counter.forge.trade.types = (DIPLOMA,)
    assert judge(counter, issued) == ("unknown", "type_not_permitted")


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
