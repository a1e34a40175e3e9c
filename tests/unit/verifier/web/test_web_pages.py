# SPDX-License-Identifier: Apache-2.0
"""What holds for every page: languages, access, narrow screens, no JavaScript."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, expect

from register.document import Status
from tests.unit.verifier.web.conftest import PHONE, Visitor
from tests.web_server import HOLDER, SignedPublication, SigningKey

AUDIT = Path(__file__).with_name("audit.js").read_text()
LONG_NAME = "บริษัท " + "ส่งเสริมการค้าและอุตสาหกรรมระหว่างประเทศ" * 3 + " จำกัด"


def address_of(kind: str, publication: SignedPublication) -> str:
    """Return the address of a page that shows this kind of answer."""
    if kind == "front":
        return "/"
    if kind == "unknown":
        return publication.issue(signer=SigningKey()).path
    issued = publication.issue(
        holder=LONG_NAME if kind == "long" else HOLDER,
        valid_until=date(2026, 11, 1) if kind == "expired" else None,
    )
    if kind == "revoked":
        publication.set_status(issued, Status.REVOKED)
    if kind == "lost":
        (publication.folder / "records" / issued.id).unlink()
    if kind == "unchecked":
        (publication.folder / "status" / "0.jwt").unlink()
    if kind == "altered":
        return f"/V/{issued.id}#{publication.issue(index=2).digits}"
    return f"/V/{issued.id}" if kind == "record" else issued.path


KINDS = [
    "front",
    "in_force",
    "long",
    "revoked",
    "expired",
    "altered",
    "unknown",
    "lost",
    "unchecked",
    "record",
]


@pytest.mark.parametrize("kind", KINDS)
def test_page_is_accessible_and_fits_narrow_screens(
    visitor: Visitor, publication: SignedPublication, kind: str
) -> None:
    path = address_of(kind, publication)
    for scheme in ("light", "dark"):
        visitor.page.emulate_media(color_scheme=scheme)
        visitor.page.goto("about:blank")
        visitor.open(path)
        if kind != "front":
            visitor.verdict()
            visitor.page.locator("summary").click()
        for language in ("English", "ไทย"):
            visitor.page.get_by_role("button", name=language).click()
            assert visitor.page.evaluate(AUDIT) == []
            for width in (320, 360, 1280):
                visitor.page.set_viewport_size({"width": width, "height": 800})
                wide = visitor.page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width


@pytest.mark.parametrize("kind", ["front", "in_force", "altered", "record"])
def test_page_keeps_its_content_security_policy(
    visitor: Visitor, publication: SignedPublication, kind: str
) -> None:
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        said.append(message.text)

    visitor.page.on("console", note)
    visitor.page.on("pageerror", lambda error: said.append(str(error)))
    path = address_of(kind, publication)
    visitor.open(path)
    if kind != "front":
        visitor.verdict()
    visitor.page.wait_for_load_state("networkidle")
    assert said == []
    loaded = visitor.page.evaluate(
        "[...document.fonts].filter((f) => f.status === 'loaded').length"
    )
    assert loaded == 2


def test_language_switches_at_once_and_is_remembered(
    visitor: Visitor, publication: SignedPublication
) -> None:
    issued = publication.issue()
    page = visitor.page
    visitor.scan(issued.path)
    root = page.locator("html")
    expect(root).to_have_attribute("lang", "th")
    expect(page).to_have_title("ใช้ได้ – ตรวจเอกสาร")
    page.get_by_role("button", name="English").click()
    expect(root).to_have_attribute("lang", "en")
    expect(page).to_have_title("In force – Check a document")
    expect(page.get_by_role("button", name="English")).to_have_attribute(
        "aria-pressed", "true"
    )
    text = visitor.text()
    for fact in ("1 November 2026", "31 October 2027", "Business licence", "In force"):
        assert fact in text
    assert "2569" in text  # part of the number, and never a year here
    assert "พ.ศ." not in text
    expect(page.get_by_text("นายสมชาย ใจดี")).to_have_attribute("lang", "th")
    visitor.scan(issued.path)
    expect(root).to_have_attribute("lang", "en")
    page.get_by_role("button", name="ไทย").click()
    assert "ใช้ได้" in visitor.text()
    assert "Compare" not in visitor.text()


def test_verdict_is_announced(visitor: Visitor, publication: SignedPublication) -> None:
    visitor.scan(publication.issue().path)
    expect(visitor.page.get_by_role("status")).to_have_text("ผลการตรวจ: ใช้ได้")


def test_verdict_differs_by_shape_and_word_not_by_colour_alone(
    visitor: Visitor, publication: SignedPublication
) -> None:
    seen = set()
    for kind in ("in_force", "revoked", "altered", "unknown", "lost", "unchecked"):
        visitor.scan(address_of(kind, publication))
        verdict = visitor.verdict()
        shape = verdict.locator("svg").inner_html()
        seen.add((shape, verdict.locator(".verdict-word").inner_text()))
        publication.statuses.clear()
        publication.publish_statuses()
    assert len({shape for shape, _ in seen}) == 6
    assert len({word for _, word in seen}) == 6


def test_checks_are_listed_with_their_results(
    visitor: Visitor, publication: SignedPublication
) -> None:
    issued = publication.issue()
    publication.set_status(issued, Status.REVOKED)
    visitor.scan(issued.path)
    visitor.page.locator("summary").click()
    results = visitor.page.locator(".check").evaluate_all(
        "(items) => items.map((item) => [item.dataset.check, item.dataset.result])"
    )
    assert dict(results) == {
        "qr_readable": "PASSED",
        "trust_list": "PASSED",
        "claim_signature": "PASSED",
        "type_permitted": "PASSED",
        "register_record": "FAILED",
        "status": "FAILED",
        "dates": "PASSED",
    }
    assert "หน่วยงานได้เพิกถอนเอกสารนี้แล้ว" in visitor.text()


def test_without_javascript_the_server_answers_in_both_languages(
    browser: Browser, visitor: Visitor, publication: SignedPublication
) -> None:
    issued = publication.issue()
    publication.set_status(issued, Status.REVOKED)
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]  # a TypedDict of two integers
    page = context.new_page()
    page.goto(f"{visitor.server.url}{issued.path}")
    verdict = page.locator("#server-answer .verdict")
    expect(verdict).to_be_visible()
    expect(verdict).to_have_attribute("data-reason", "revoked")
    text = page.locator("body").inner_text()
    assert "หน่วยงานได้เพิกถอนเอกสารนี้แล้ว" in text
    assert "The agency has revoked it." in text
    assert "cannot check the signature" in text
    assert not page.locator("#progress").is_visible()
    context.close()


@pytest.mark.parametrize(
    "spoil",
    [
        "Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })",
        "delete window.DecompressionStream",
    ],
)
def test_browser_that_cannot_verify_shows_the_answer_of_the_server(
    visitor: Visitor, publication: SignedPublication, spoil: str
) -> None:
    issued = publication.issue()
    visitor.page.add_init_script(spoil)
    visitor.open(issued.path)
    expect(visitor.page.locator("#server-answer .verdict")).to_be_visible()
    assert visitor.page.locator("#result .verdict").count() == 0
    visitor.page.get_by_role("button", name="English").click()
    assert "This browser cannot check" in visitor.text()
    assert "เบราว์เซอร์นี้" not in visitor.text()
    # Facts that the server fills in carry no language of their own.
    assert not [said for said in visitor.page.evaluate(AUDIT) if "<dd>" not in said]
    assert "#" not in visitor.page.url


def test_script_that_does_not_load_leaves_the_answer_of_the_server(
    visitor: Visitor, publication: SignedPublication
) -> None:
    issued = publication.issue()
    visitor.page.route("**/static/page-document.js", lambda route: route.abort())
    visitor.open(issued.path)
    expect(visitor.page.locator("#server-answer .verdict")).to_be_visible()


def test_answer_of_the_server_gives_way_to_the_verdict_of_the_device(
    visitor: Visitor, publication: SignedPublication
) -> None:
    visitor.scan(publication.issue().path)
    assert not visitor.page.locator("#server-answer").is_visible()


@pytest.mark.parametrize("address", ["/V/NOT-AN-ID", "/V/" + "A" * 25 + "B"])
def test_address_that_is_no_document_says_so(visitor: Visitor, address: str) -> None:
    visitor.scan(address)
    assert visitor.outcome() == ("unknown", "qr_unreadable")


def test_page_prints_black_on_white_without_its_buttons(
    visitor: Visitor, publication: SignedPublication
) -> None:
    visitor.scan(publication.issue().path)
    visitor.page.emulate_media(media="print")
    warning = visitor.page.locator(".domain p[lang=th]")
    assert "คิวอาร์โค้ดปลอมอาจพาไปยังเว็บไซต์ที่ดูคล้ายกัน" in warning.inner_text()
    style: Callable[[str], str] = lambda name: visitor.page.locator(  # noqa: E731 - one use each
        "#result .verdict"
    ).evaluate(f"(e) => getComputedStyle(e).{name}")
    assert style("color") == "rgb(0, 0, 0)"
    assert not visitor.page.get_by_role("button", name="English").is_visible()
