# SPDX-License-Identifier: Apache-2.0
"""WCAG 2.2 AA, as axe-core judges it; keyboard, zoom, and what a first visit weighs."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.unit.verifier.web.conftest import Visitor
from tests.unit.verifier.web.test_web_pages import KINDS, address_of
from tests.web_server import NOW, SignedPublication

AUDIT = Path(__file__).with_name("audit.js").read_text()
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
}
FIRST_VISIT_BYTES = 100_000
READY = "navigator.serviceWorker.ready.then(() => true)"


def check_access(page: Page) -> None:
    """Check that axe-core finds nothing on the page as it stands."""
    found = Axe().run(page, options=RULES).response["violations"]
    assert [
        (rule["id"], node["html"][:160], node["failureSummary"])
        for rule in found
        for node in rule["nodes"]
    ] == []


@pytest.mark.parametrize("kind", [*KINDS, "scan", "truncated", "not_an_id"])
def test_axe_finds_nothing(
    visitor: Visitor, publication: SignedPublication, kind: str
) -> None:
    page = visitor.page
    if kind == "scan":
        path = "/scan"
    elif kind == "truncated":
        path = publication.issue().path[:-1]
    else:
        path = "/V/NONE" if kind == "not_an_id" else address_of(kind, publication)
    visitor.open(path)
    if kind not in ("front", "scan"):
        visitor.verdict()
        page.locator("summary").click()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        check_access(page)


def _show_licence(visitor: Visitor, publication: SignedPublication) -> None:
    visitor.scan(publication.issue().path)
    visitor.page.get_by_role("button", name="แสดงใบอนุญาต").click()
    visitor.page.get_by_role("dialog").wait_for()


def _lose_network(visitor: Visitor, publication: SignedPublication) -> None:
    issued = publication.issue()
    visitor.scan(issued.path)
    visitor.page.route("**/publication/**", lambda route: route.abort())
    visitor.page.clock.set_fixed_time(NOW + timedelta(hours=2))
    visitor.scan(issued.path)
    expect(visitor.page.locator(".offline")).to_be_visible()


def _type_wrongly(visitor: Visitor, _: SignedPublication) -> None:
    visitor.open("/")
    visitor.page.locator("#document-id").fill("K3XQ-7M2Z-D4A7")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_role("alert")).to_be_visible()


def _choose_a_file(visitor: Visitor, _: SignedPublication) -> None:
    visitor.open("/")
    visitor.page.locator("#file").set_input_files(
        {"name": "x.pdf", "mimeType": "application/pdf", "buffer": b"no PDF"}
    )
    visitor.page.locator(".verdict").wait_for()


def _scan_without_a_scanner(visitor: Visitor, _: SignedPublication) -> None:
    visitor.page.route("**/static/scan-worker.js", lambda route: route.abort())
    visitor.open("/scan")
    visitor.page.get_by_role("button", name="เปิดกล้อง").click()
    expect(visitor.page.locator("#scan-message.problem")).to_be_visible()


def _have_no_webcrypto(visitor: Visitor, publication: SignedPublication) -> None:
    visitor.page.add_init_script(
        "Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })"
    )
    visitor.open(publication.issue().path)
    expect(visitor.page.locator("#server-answer .verdict")).to_be_visible()


@pytest.mark.parametrize(
    "reach",
    [
        _show_licence,
        _lose_network,
        _type_wrongly,
        _choose_a_file,
        _scan_without_a_scanner,
        _have_no_webcrypto,
    ],
)
def test_axe_finds_nothing_in_other_states(
    visitor: Visitor,
    publication: SignedPublication,
    reach: Callable[[Visitor, SignedPublication], None],
) -> None:
    reach(visitor, publication)
    for scheme in ("light", "dark"):
        visitor.page.emulate_media(color_scheme=scheme)
        check_access(visitor.page)


def test_licence_is_shown_and_closed_by_keyboard_alone(
    visitor: Visitor, publication: SignedPublication
) -> None:
    page = visitor.page
    visitor.scan(publication.issue().path)
    show = page.get_by_role("button", name="แสดงใบอนุญาต")
    for _ in range(12):
        page.keyboard.press("Tab")
        if show.evaluate("(button) => button === document.activeElement"):
            break
    expect(show).to_be_focused()
    page.keyboard.press("Enter")
    close = page.get_by_role("button", name="ปิด")
    expect(close).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(show).to_be_focused()


def test_text_at_twice_its_size_needs_no_sideways_scrolling(
    visitor: Visitor, publication: SignedPublication
) -> None:
    """WCAG 1.4.4; reflow at 320 pixels (1.4.10) is asked of every page elsewhere."""
    page = visitor.page
    for path in ("/", "/scan", publication.issue().path):
        page.goto("about:blank")
        page.set_viewport_size({"width": 640, "height": 800})
        visitor.open(path)
        page.wait_for_load_state("networkidle")
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 640


@pytest.mark.parametrize("kind", ["in_force", "front", "scan"])
def test_first_visit_weighs_under_100_kb(
    visitor: Visitor, publication: SignedPublication, kind: str
) -> None:
    """All of it: page, fonts, lists, and what is kept for use without a network."""
    path = "/scan" if kind == "scan" else address_of(kind, publication)
    visitor.open(path)
    visitor.page.wait_for_load_state("networkidle")
    assert visitor.page.evaluate(READY)
    visitor.page.wait_for_load_state("networkidle")
    total = sum(size for _, size in visitor.server.sent)
    assert any(name == "/sw.js" for name, _ in visitor.server.sent)
    assert total < FIRST_VISIT_BYTES, sorted(visitor.server.sent, key=lambda s: -s[1])


def test_a_colour_scheme_of_the_system_keeps_every_verdict_readable(
    visitor: Visitor, publication: SignedPublication
) -> None:
    page = visitor.page
    page.emulate_media(forced_colors="active")
    visitor.scan(publication.issue().path)
    border = page.locator("#result .verdict").evaluate(
        "(verdict) => getComputedStyle(verdict).borderTopWidth"
    )
    assert border == "2px"
    assert page.evaluate(AUDIT) == []


def test_page_of_the_licence_prints_on_one_sheet(
    visitor: Visitor, publication: SignedPublication
) -> None:
    visitor.scan(publication.issue().path)
    pdf = visitor.page.pdf(format="A4")
    assert pdf.count(b"/Type /Page\n") == 1
