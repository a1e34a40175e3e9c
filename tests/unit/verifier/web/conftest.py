# SPDX-License-Identifier: Apache-2.0
"""A real Chromium, a signed publication, and a server between the two."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Playwright,
    sync_playwright,
)

from tests.web_server import (
    NOW,
    RunningServer,
    SignedPublication,
    find_chromium,
    make_app,
    serve_logged,
)

CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
]
PHONE = {"width": 390, "height": 844}


@dataclass(frozen=True)
class Visitor:
    """A person with a phone who opens pages of the verifier."""

    page: Page
    server: RunningServer

    def open(self, path: str) -> None:
        """Open an address of the server."""
        self.page.goto(self.server.url + path)

    def scan(self, path: str) -> Locator:
        """Open a document's address and wait for the verdict."""
        self.page.goto("about:blank")
        self.open(path)
        return self.verdict()

    def verdict(self) -> Locator:
        """Wait for the verdict that is on the page."""
        verdict = self.page.locator(".verdict:visible")
        verdict.first.wait_for()
        return verdict

    def outcome(self) -> tuple[str | None, str | None]:
        """Return outcome and reason of the verdict on the page."""
        verdict = self.verdict()
        return (
            verdict.get_attribute("data-outcome"),
            verdict.get_attribute("data-reason"),
        )

    def text(self) -> str:
        """Return what a reader sees of the page."""
        return self.page.locator("body").inner_text()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Start what drives browsers."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def chromium() -> str:
    """Give the path of the machine's Chromium."""
    path = find_chromium()
    if path is None:
        pytest.skip("needs Chromium")
    return path


@pytest.fixture(scope="module")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """Start the machine's Chromium."""
    browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
    yield browser
    browser.close()


@pytest.fixture
def publication(tmp_path: Path) -> SignedPublication:
    """Give a publication of one agency, signed just now."""
    return SignedPublication(tmp_path / "publication")


@pytest.fixture
def server(publication: SignedPublication) -> Iterator[RunningServer]:
    """Serve the verifier on that publication."""
    app = make_app(publication.folder, root_file=publication.root_file)
    with serve_logged(app) as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Give a fresh browser profile on a phone."""
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]  # a TypedDict of two integers
    yield context
    context.close()


@pytest.fixture
def visitor(context: BrowserContext, server: RunningServer) -> Visitor:
    """Give a person with a phone whose clock shows `NOW`."""
    page = context.new_page()
    page.clock.set_fixed_time(NOW)
    return Visitor(page=page, server=server)
