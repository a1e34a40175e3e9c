# SPDX-License-Identifier: Apache-2.0
"""The front page: files are dropped, checked one after another, and told apart."""

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Locator, Request, expect

from tests.unit.verifier.web.conftest import Visitor
from tests.web_server import NOW, SignedPublication, make_app, serve_logged

AUDIT = Path(__file__).with_name("audit.js").read_text()
MEGABYTE = 1_000_000


def make_pdf(password: str | None = None) -> bytes:
    """Return an unsigned PDF of one empty page."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    out = io.BytesIO()
    locked = pikepdf.Encryption(owner="owner", user=password) if password else False
    pdf.save(out, encryption=locked)
    return out.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with files people might choose."""
    (tmp_path / "unsigned.pdf").write_bytes(make_pdf())
    (tmp_path / "junk.pdf").write_bytes(b"this is no PDF")
    (tmp_path / "empty.pdf").write_bytes(b"")
    (tmp_path / "locked.pdf").write_bytes(make_pdf("secret"))
    return tmp_path


@pytest.fixture
def visitor(visitor: Visitor) -> Visitor:
    """Give a person who has opened the front page."""
    visitor.open("/")
    return visitor


def choose(visitor: Visitor, *files: Path) -> Locator:
    """Choose files, and wait until each has an answer."""
    visitor.page.locator("#file").set_input_files(list(files))
    cards = visitor.page.locator("li.file")
    expect(visitor.page.locator("li.file[aria-busy=true]")).to_have_count(0)
    return cards


def test_file_gets_its_verdict_and_its_fingerprint(
    visitor: Visitor, folder: Path
) -> None:
    card = choose(visitor, folder / "unsigned.pdf")
    expect(card.locator(".verdict")).to_have_attribute("data-outcome", "unknown")
    expect(card.locator(".verdict")).to_have_attribute("data-reason", "unsigned")
    digest = hashlib.sha256((folder / "unsigned.pdf").read_bytes()).hexdigest()
    expect(card.locator("code").last).to_have_text(digest)
    card.locator("summary").click()
    assert "ไฟล์นี้ไม่มีลายมือชื่อดิจิทัล" in card.inner_text()
    expect(visitor.page.get_by_role("status")).to_have_text("unsigned.pdf: ไม่ทราบที่มา")
    assert visitor.page.evaluate(AUDIT) == []


def test_several_files_are_checked_one_after_another(
    visitor: Visitor, folder: Path
) -> None:
    at_once: list[int] = []
    running: set[Request] = set()

    def begin(request: Request) -> None:
        if request.method == "POST":
            running.add(request)
            at_once.append(len(running))

    def end(request: Request) -> None:
        running.discard(request)

    visitor.page.on("request", begin)
    visitor.page.on("requestfinished", end)
    cards = choose(
        visitor, folder / "junk.pdf", folder / "unsigned.pdf", folder / "junk.pdf"
    )
    expect(cards).to_have_count(3)
    expect(cards.locator(".verdict")).to_have_count(3)
    reasons = cards.locator(".verdict").evaluate_all(
        "(verdicts) => verdicts.map((v) => v.dataset.reason)"
    )
    assert reasons == ["not_a_pdf", "unsigned", "not_a_pdf"]
    assert at_once == [1, 1, 1]


def test_same_file_can_be_chosen_again(visitor: Visitor, folder: Path) -> None:
    choose(visitor, folder / "junk.pdf")
    cards = choose(visitor, folder / "junk.pdf")
    expect(cards).to_have_count(2)


def test_empty_file_is_told_without_sending_it(visitor: Visitor, folder: Path) -> None:
    card = choose(visitor, folder / "empty.pdf")
    expect(card).to_contain_text("ไฟล์นี้ว่างเปล่า")
    assert "/v1/verify" not in visitor.server.targets


def test_dropped_file_is_checked(visitor: Visitor) -> None:
    visitor.page.evaluate(
        """() => {
            const files = new DataTransfer();
            files.items.add(new File(['no PDF'], 'dropped.pdf'));
            const event = { dataTransfer: files, bubbles: true, cancelable: true };
            document.querySelector('main').dispatchEvent(new DragEvent('drop', event));
        }"""
    )
    card = visitor.page.locator("li.file")
    expect(card.locator(".verdict")).to_have_attribute("data-reason", "not_a_pdf")
    expect(card).to_contain_text("dropped.pdf")


def test_name_of_a_file_is_never_markup(visitor: Visitor, folder: Path) -> None:
    name = "<img src=x onerror=alert(1)>.pdf"
    (folder / name).write_bytes(b"x")
    card = choose(visitor, folder / name)
    expect(card.locator("h2")).to_contain_text(name)
    assert card.locator("img").count() == 0


def test_missing_network_is_told_and_can_be_tried_again(
    visitor: Visitor, folder: Path
) -> None:
    visitor.page.route("**/v1/verify", lambda route: route.abort())
    card = choose(visitor, folder / "junk.pdf")
    expect(card).to_contain_text("ติดต่อเครื่องให้บริการไม่ได้")
    assert visitor.page.evaluate(AUDIT) == []
    visitor.page.unroute_all()
    card.get_by_role("button", name="ลองตรวจอีกครั้ง").click()
    expect(card.locator(".verdict")).to_have_attribute("data-reason", "not_a_pdf")
    assert "ติดต่อเครื่องให้บริการไม่ได้" not in card.inner_text()


@pytest.mark.parametrize("body", ["", "<html>", '{"type": "urn:tra:problem:x"}', "[]"])
def test_server_that_fails_is_told(visitor: Visitor, folder: Path, body: str) -> None:
    visitor.page.route(
        "**/v1/verify", lambda route: route.fulfill(status=500, body=body)
    )
    card = choose(visitor, folder / "junk.pdf")
    expect(card).to_contain_text("เครื่องให้บริการขัดข้อง")


def test_problem_document_is_shown_in_the_language_chosen(
    visitor: Visitor, folder: Path
) -> None:
    problem = (
        '{"title": "Too many", "title_th": "มากเกินไป", "status": 429,'
        ' "detail": "Wait a minute.", "detail_th": "โปรดรอหนึ่งนาที"}'
    )
    visitor.page.route(
        "**/v1/verify", lambda route: route.fulfill(status=429, body=problem)
    )
    card = choose(visitor, folder / "junk.pdf")
    expect(card).to_contain_text("โปรดรอหนึ่งนาที")
    visitor.page.get_by_role("button", name="English").click()
    expect(card).to_contain_text("Wait a minute.")


def test_password_is_asked_for_and_used(visitor: Visitor, folder: Path) -> None:
    card = choose(visitor, folder / "locked.pdf")
    expect(card.locator(".verdict")).to_have_attribute("data-reason", "encrypted")
    for password, reason in (("wrong", "wrong_password"), ("secret", "unsigned")):
        card.get_by_label("รหัสผ่านของไฟล์").fill(password)
        card.get_by_role("button", name="ตรวจด้วยรหัสผ่านนี้").click()
        expect(card.locator(".verdict")).to_have_attribute("data-reason", reason)
    assert card.locator("input").count() == 0


def test_language_switch_redraws_the_results(visitor: Visitor, folder: Path) -> None:
    card = choose(visitor, folder / "unsigned.pdf")
    visitor.page.get_by_role("button", name="English").click()
    text = card.inner_text()
    assert "Unknown" in text
    assert "The file carries no digital signature." in text
    assert "ลายมือชื่อ" not in text


def test_file_is_chosen_by_keyboard(visitor: Visitor) -> None:
    page = visitor.page
    page.wait_for_load_state("networkidle")
    for _ in range(5):  # skip link, home, two languages, file
        page.keyboard.press("Tab")
    expect(page.locator("#file")).to_be_focused()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    assert chooser.value.is_multiple()


@pytest.mark.parametrize("typed", ["{id}", "{lower}", "{spaced}", " {dashed} "])
def test_id_typed_from_paper_opens_its_page(
    visitor: Visitor, publication: SignedPublication, typed: str
) -> None:
    issued = publication.issue()
    groups = [issued.id[at : at + 4] for at in range(0, 26, 4)]
    text = typed.format(
        id=issued.id,
        lower=issued.id.lower(),
        spaced=" ".join(groups),
        dashed="-".join(groups),
    )
    visitor.page.get_by_label("หรือพิมพ์รหัส").fill(text)
    visitor.page.get_by_role("button", name="ดูเอกสาร").click()
    visitor.page.wait_for_url(f"**/V/{issued.id}")
    assert visitor.outcome() == ("in_force", "valid")


def test_id_that_is_none_is_told(visitor: Visitor) -> None:
    field = visitor.page.get_by_label("หรือพิมพ์รหัส")
    field.fill("123")
    field.press("Enter")
    expect(visitor.page.get_by_role("alert")).to_contain_text("26 ตัว")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")


@pytest.fixture
def strict_visitor(visitor: Visitor, tmp_path: Path) -> Iterator[Visitor]:
    """Give a person at a server that takes files of one megabyte at most."""
    publication = SignedPublication(tmp_path / "strict", now=NOW)
    app = make_app(
        publication.folder, root_file=publication.root_file, max_bytes=MEGABYTE
    )
    with serve_logged(app) as server:
        strict = Visitor(page=visitor.page, server=server)
        strict.open("/")
        yield strict


def test_file_over_the_limit_of_the_server_is_told(
    strict_visitor: Visitor, folder: Path
) -> None:
    (folder / "large.pdf").write_bytes(b"%PDF-1.7\n" + bytes(3 * MEGABYTE))
    card = choose(strict_visitor, folder / "large.pdf")
    expect(card).to_contain_text("ไฟล์ใหญ่เกินกว่าที่ระบบนี้รับได้")


def test_plain_form_without_javascript_is_answered(
    visitor: Visitor, folder: Path
) -> None:
    browser = visitor.page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(visitor.server.url)
    page.locator("#file").set_input_files(folder / "unsigned.pdf")
    page.get_by_role("button", name="Check this file").click()
    page.wait_for_url("**/verify")
    expect(page.locator(".verdict")).to_have_attribute("data-reason", "unsigned")
    assert "ไฟล์นี้ไม่มีลายมือชื่อดิจิทัล" in page.locator("body").inner_text()
    context.close()
