# SPDX-License-Identifier: Apache-2.0
"""Files and browsers without JavaScript: what was changed, and what was signed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import verifier
from register.document import Text
from tests.forge import Issued
from tests.hostile.made import raw
from tests.unit.verifier.web.conftest import PHONE
from tests.unit.verifier.web.test_web_access import check_access
from tests.unit.verifier.web.test_web_sealed import Counter, counter
from verifier.changes_page import CHANGED, DOWNLOAD, ORIGINAL

__all__ = ["counter"]

DONE = {
    "th": "การบันทึกครั้งที่ 4 เปลี่ยนเนื้อหาในหน้า (หน้า 1): ห้ามทำหลังลงลายมือชื่อ",
    "en": "Revision 4 changed page content on page 1: not allowed after signing.",
}


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """Give a page of a phone whose browser runs no scripts."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]  # a TypedDict of two integers
    yield context.new_page()
    context.close()


def test_what_was_changed_is_told_and_what_was_signed_given_back(
    counter: Counter, plain: Page
) -> None:
    issued, file = _forge(counter)
    _send(counter, plain, file)
    expect(plain.locator(".verdict")).to_have_attribute("data-outcome", "altered")
    for language, words in DONE.items():
        item = plain.locator(f".changes li [lang={language}]")
        expect(item).to_have_text(words)
        expect(item).to_be_visible()

    plain.get_by_label("Choose the same file once more").set_input_files(file)
    with plain.expect_download() as started:
        plain.get_by_role("button", name="Download what was signed").click()

    assert started.value.suggested_filename.startswith("signed-")
    assert Path(started.value.path()).read_bytes() == issued.pdf


def test_axe_finds_nothing_on_the_plain_answer(counter: Counter) -> None:
    """axe-core is a script itself: the form is sent before the page's own one loads."""
    _, file = _forge(counter)
    page = counter.visitor.page
    page.route("**/static/page-index.js", lambda route: route.abort())
    counter.visitor.open("/")
    page.locator("#file").set_input_files(file)
    page.locator("#upload").evaluate("(form) => form.submit()")
    page.wait_for_url("**/verify")
    expect(page.locator(".changes input")).to_be_visible()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        check_access(page)


def test_plain_pages_fit_narrow_screens(counter: Counter, plain: Page) -> None:
    issued, file = _forge(counter)
    home = counter.visitor.server.url
    for width in (320, 390):
        plain.set_viewport_size({"width": width, "height": 800})
        for path in ("/", f"/V/{issued.id}", None):
            if path is None:
                _send(counter, plain, file)
            else:
                plain.goto(f"{home}{path}")
            wide = plain.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, path


def test_the_notice_of_the_plain_answer_is_one_running_text(
    counter: Counter, plain: Page
) -> None:
    """A part that does not break was a row of its own, and tore the sentence apart."""
    issued, _ = _forge(counter)
    plain.goto(f"{counter.visitor.server.url}/V/{issued.id}")
    notice = plain.locator(".without-script[lang=th]")
    expect(notice).to_be_visible()
    box, part = notice.bounding_box(), notice.locator(".nobr").bounding_box()
    assert box is not None
    assert part is not None
    assert part["x"] > box["x"] + box["width"] / 3
    verdict = plain.locator(".server-answer .verdict").bounding_box()
    above = plain.locator(".without-script[lang=en]").bounding_box()
    assert verdict is not None
    assert above is not None
    assert verdict["y"] > above["y"] + above["height"]


def test_another_file_has_no_original_and_the_page_says_so(
    counter: Counter, plain: Page
) -> None:
    _, file = _forge(counter)
    _send(counter, plain, file)
    other = counter.folder / "other.pdf"
    other.write_bytes(b"%PDF-1.7 no more")
    plain.get_by_label("Choose the same file once more").set_input_files(other)
    plain.get_by_role("button", name="Download what was signed").click()
    expect(plain.locator(".problem h1")).to_be_visible()


@pytest.mark.parametrize("words", [CHANGED, ORIGINAL, DOWNLOAD])
def test_the_words_are_those_of_the_page_with_javascript(words: Text) -> None:
    script = (Path(verifier.__file__).parent / "web/static/changes-view.js").read_text()
    assert f"'{words.th}'" in script
    assert f"'{words.en}'" in script


def test_nothing_is_told_of_what_may_follow_a_signature(
    counter: Counter, plain: Page
) -> None:
    issued, _ = _forge(counter)
    file = counter.folder / "genuine.pdf"
    file.write_bytes(issued.pdf)
    _send(counter, plain, file)
    expect(plain.locator(".verdict")).to_have_attribute("data-outcome", "in_force")
    expect(plain.locator(".changes")).to_have_count(0)


def _forge(counter: Counter) -> tuple[Issued, Path]:
    """Issue a licence, and draw over it."""
    issued = counter.issue()
    counter.forge.publish()
    content = raw.content_number(issued.pdf)
    file = counter.folder / "changed.pdf"
    file.write_bytes(raw.append_revision(issued.pdf, {content: raw.show("FORGED")}))
    return issued, file


def _send(counter: Counter, plain: Page, file: Path) -> None:
    plain.goto(counter.visitor.server.url)
    plain.locator("#file").set_input_files(file)
    plain.get_by_role("button", name="Check this file").click()
    plain.wait_for_url("**/verify")
