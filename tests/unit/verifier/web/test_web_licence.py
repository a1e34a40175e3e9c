# SPDX-License-Identifier: Apache-2.0
"""What a holder does with the page: show the licence, share it, copy its link."""

import io
import re
from datetime import timedelta

import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from register.document import Status
from tests.unit.verifier.web.conftest import Visitor
from tests.web_server import NOW, SignedPublication

READ_AGAIN_MS = 30_000


def test_licence_on_display_is_live_and_follows_a_revocation(
    visitor: Visitor, publication: SignedPublication
) -> None:
    page = visitor.page
    page.clock.install(time=NOW)
    issued = publication.issue()
    visitor.scan(issued.path)
    page.get_by_role("button", name="แสดงใบอนุญาต").click()
    view = page.get_by_role("dialog")
    for fact in ("นายสมชาย ใจดี", "123/2569", "ใบอนุญาตประกอบกิจการ", "ใช้ได้", "สด"):
        expect(view).to_contain_text(fact)
    moving = view.locator(".display-band").evaluate(
        "(band) => band.getAnimations().map((one) => one.playState)"
    )
    assert moving == ["running"]

    clock = view.get_by_role("timer")
    before = clock.inner_text()
    assert re.match(r"14:05:\d\d", before)
    page.clock.run_for(2_000)
    assert clock.inner_text() != before

    seal = view.get_by_role("button", name="แตะเพื่อพิสูจน์")
    seal.click()
    expect(view.locator(".display-seal")).to_contain_text("แตะเมื่อ 14:05")

    publication.set_status(issued, Status.REVOKED)
    page.clock.run_for(READ_AGAIN_MS)
    expect(view).to_have_attribute("data-outcome", "not_in_force")
    expect(view).to_contain_text("ถูกเพิกถอน")

    page.route("**/publication/**", lambda route: route.abort())
    page.clock.run_for(READ_AGAIN_MS)
    expect(view).to_have_attribute("data-live", "false")
    expect(view).to_contain_text("ออฟไลน์")

    page.keyboard.press("Escape")
    expect(view).to_have_count(0)
    expect(page.get_by_role("button", name="แสดงใบอนุญาต")).to_be_focused()


def test_code_on_the_screen_is_that_of_the_paper(
    visitor: Visitor, publication: SignedPublication
) -> None:
    """Read from a picture of the screen by another reader, in English too."""
    page = visitor.page
    issued = publication.issue(holder="นายสมชาย ใจดีมีสุขสวัสดิ์พิพัฒน์มงคล")
    visitor.scan(issued.path)
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Show my licence").click()
    view = page.get_by_role("dialog")
    expect(view.get_by_text("นายสมชาย ใจดีมีสุข")).to_be_visible()
    screen = Image.open(io.BytesIO(view.locator(".display-code").screenshot()))
    read = [code.text for code in zxingcpp.read_barcodes(screen)]
    assert read == [visitor.server.url.upper() + issued.path]


def test_copied_link_holds_the_claim_and_the_address_bar_does_not(
    visitor: Visitor, publication: SignedPublication
) -> None:
    page = visitor.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    issued = publication.issue()
    visitor.scan(issued.path)
    page.get_by_role("button", name="คัดลอกลิงก์").click()
    expect(page.locator(".copied")).to_have_text("คัดลอกลิงก์แล้ว")
    expect(page.get_by_role("status")).to_have_text("คัดลอกลิงก์แล้ว")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == visitor.server.url + issued.path
    assert page.url == f"{visitor.server.url}/V/{issued.id}"

    visitor.scan(f"/V/{issued.id}")
    page.get_by_role("button", name="คัดลอกลิงก์").click()
    expect(page.locator(".copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_link_is_shared_by_the_browser_where_it_can(
    visitor: Visitor, publication: SignedPublication
) -> None:
    """Chromium on this system has no sheet for sharing, so one that notes stands in."""
    issued = publication.issue()
    visitor.page.add_init_script(
        "Navigator.prototype.share = async (what) => { window.shared = what; };"
    )
    visitor.scan(issued.path)
    visitor.page.get_by_role("button", name="แชร์").click()
    assert visitor.page.evaluate("window.shared") == {
        "url": visitor.server.url + issued.path
    }


def test_status_read_late_is_not_shown_as_live(
    visitor: Visitor, publication: SignedPublication
) -> None:
    """A licence opened without a network says so from the first moment."""
    issued = publication.issue()
    visitor.scan(issued.path)
    visitor.page.route("**/publication/**", lambda route: route.abort())
    visitor.page.clock.set_fixed_time(NOW + timedelta(hours=2))
    visitor.scan(issued.path)
    assert visitor.outcome() == ("in_force", "valid")
    visitor.page.get_by_role("button", name="แสดงใบอนุญาต").click()
    view = visitor.page.get_by_role("dialog")
    expect(view).to_have_attribute("data-live", "false")
    expect(view).to_contain_text("2 ชั่วโมงที่แล้ว")
