# SPDX-License-Identifier: Apache-2.0
"""Scanning inside the page, by camera and from photographs, without sending either."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import qrcode
from PIL import Image, ImageFilter
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.unit.verifier.web.conftest import CHROMIUM_ARGS, PHONE, Visitor
from tests.web_server import NOW, RunningServer, SignedPublication

WEB = Path(__file__).parents[4] / "verifier" / "web"
INSTALLED = (WEB / "scanner" / "zxing.wasm").exists()
needs_scanner = pytest.mark.skipif(not INSTALLED, reason="needs `make scanner`")


def draw_code(text: str) -> Image.Image:
    """Return a QR code as a picture, four pixels a module."""
    code = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_Q, box_size=4, border=4
    )
    code.add_data(text)
    code.make()
    picture: Image.Image = code.make_image().get_image()
    return picture.convert("RGB")


def photograph(text: str) -> bytes:
    """Return a JPEG of a tilted, slightly blurred code on a grey table."""
    code = draw_code(text)
    table = Image.new("RGB", (1400, 1800), "#8a8d90")
    table.paste(code, (300, 500))
    tilted = table.rotate(6, fillcolor="#8a8d90").filter(ImageFilter.GaussianBlur(0.8))
    out = io.BytesIO()
    tilted.save(out, "JPEG", quality=60)
    return out.getvalue()


def choose(visitor: Visitor, picture: bytes, name: str = "photo.jpg") -> Page:
    """Choose a photograph on the scan page."""
    visitor.open("/scan")
    visitor.page.locator("#photo").set_input_files(
        {"name": name, "mimeType": "image/jpeg", "buffer": picture}
    )
    return visitor.page


def address(server: RunningServer, path: str) -> str:
    """Return what a QR code says: scheme and host in capitals, as printed."""
    return server.url.upper() + path


@needs_scanner
def test_photograph_of_a_code_is_read_and_judged_on_the_device(
    visitor: Visitor, publication: SignedPublication
) -> None:
    issued = publication.issue()
    picture = photograph(address(visitor.server, issued.path))
    page = choose(visitor, picture)
    assert visitor.outcome() == ("in_force", "valid")
    assert "นายสมชาย ใจดี" in visitor.text()
    expect(page.get_by_role("heading", level=2).first).to_be_focused()
    assert page.url == visitor.server.url + "/scan"
    expect(page.locator(".other-host")).to_have_count(0)
    asked = "\n".join(visitor.server.targets)
    assert f"records/{issued.id}" in asked
    assert issued.digits[:12] not in asked


@needs_scanner
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("https://pay.example.com/?to=12345", "qr_foreign"),
        ("WIFI:S:cafe;T:WPA;P:secret;;", "qr_foreign"),
        ("HTTPS://VERIFY.EXAMPLE.GO.TH/V/ABCDE", "qr_unreadable"),
        ("HTTPS://VERIFY.EXAMPLE.GO.TH/V/{id}#{cut}", "qr_unreadable"),
    ],
)
def test_codes_that_are_none_of_ours_get_a_page_of_their_own(
    visitor: Visitor, publication: SignedPublication, text: str, reason: str
) -> None:
    issued = publication.issue()
    visitor.server.targets.clear()
    page = choose(
        visitor, photograph(text.format(id=issued.id, cut=issued.digits[:-1]))
    )
    visitor.verdict()
    assert visitor.outcome() == ("unknown", reason)
    expect(page.locator(".steps li")).to_have_count(3)
    assert not [target for target in visitor.server.targets if "records" in target]
    assert page.locator("a[href*='example']").count() == 0


@needs_scanner
def test_look_alike_code_is_judged_by_its_signature_and_its_site_named(
    visitor: Visitor, publication: SignedPublication
) -> None:
    """A genuine claim behind another host, and a forged one."""
    issued, other = publication.issue(index=1), publication.issue(index=2)
    look_alike = "HTTPS://VERIFY.EXAMPLE.GO.TH.EVIL.EXAMPLE"
    page = choose(visitor, photograph(look_alike + issued.path))
    assert visitor.outcome() == ("in_force", "valid")
    warning = page.locator(".other-host")
    expect(warning).to_contain_text("verify.example.go.th.evil.example")
    expect(warning).to_contain_text("ไม่ได้มาจากเว็บไซต์นั้น")
    choose(visitor, photograph(f"{look_alike}/V/{issued.id}#{other.digits}"))
    assert visitor.outcome() == ("altered", "claim_signature_invalid")
    expect(warning).to_contain_text("อย่าเปิดและอย่ากรอกข้อมูล")


@needs_scanner
def test_picture_without_a_code_says_so_and_no_picture_too(visitor: Visitor) -> None:
    blank = io.BytesIO()
    Image.new("RGB", (600, 600), "#fff").save(blank, "JPEG")
    page = choose(visitor, blank.getvalue())
    expect(page.get_by_role("status").first).to_contain_text("ไม่พบคิวอาร์โค้ด")
    page = choose(visitor, b"no picture")
    expect(page.get_by_role("status").first).to_contain_text("เปิดไฟล์นี้เป็นภาพไม่ได้")


@pytest.fixture
def camera_browser(
    playwright: Playwright,
    chromium: str,
    publication: SignedPublication,
    server: RunningServer,
    tmp_path: Path,
) -> Iterator[Browser]:
    """Start a Chromium whose camera shows the code of a document."""
    issued = publication.issue()
    film = tmp_path / "camera.y4m"
    film.write_bytes(make_film(draw_code(address(server, issued.path))))
    camera = [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    browser = playwright.chromium.launch(
        executable_path=chromium, args=CHROMIUM_ARGS + camera
    )
    yield browser
    browser.close()


def make_film(code: Image.Image) -> bytes:
    """Return a film of one picture: YUV4MPEG2, 4:2:0."""
    width, height = 960, 720
    scene = Image.new("L", (width, height), 150)
    scene.paste(code.convert("L").resize((600, 600)), (180, 60))
    grey = np.asarray(scene, dtype=np.uint8)
    colour = np.full((height // 2, width // 2), 128, np.uint8)
    frame = b"FRAME\n" + grey.tobytes() + colour.tobytes() * 2
    return f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 3


@needs_scanner
def test_camera_reads_a_code_and_is_switched_off(
    camera_browser: Browser, server: RunningServer
) -> None:
    context = camera_browser.new_context(viewport=PHONE)  # type: ignore[arg-type]  # a TypedDict of two integers
    page = context.new_page()
    page.clock.set_fixed_time(NOW)
    visitor = Visitor(page=page, server=server)
    visitor.open("/scan")
    page.get_by_role("button", name="เปิดกล้อง").click()
    assert visitor.outcome() == ("in_force", "valid")
    assert page.evaluate("document.getElementById('video').srcObject") is None
    page.get_by_role("button", name="สแกนฉบับต่อไป").click()
    assert visitor.outcome() == ("in_force", "valid")
    context.close()


def test_without_any_scanner_the_page_says_what_to_do(visitor: Visitor) -> None:
    visitor.page.route("**/static/scan-worker.js", lambda route: route.abort())
    visitor.open("/scan")
    visitor.page.get_by_role("button", name="เปิดกล้อง").click()
    expect(visitor.page.locator("#scan-message")).to_contain_text("แอปกล้องของโทรศัพท์")


def test_detector_of_the_browser_goes_before_the_one_we_serve(
    visitor: Visitor, publication: SignedPublication
) -> None:
    """Chromium on this system has none, so one that returns an address stands in."""
    says = address(visitor.server, publication.issue().path)
    visitor.page.add_init_script(
        f"""window.BarcodeDetector = class {{
            static getSupportedFormats() {{ return Promise.resolve(['qr_code']); }}
            detect() {{ return Promise.resolve([{{ rawValue: '{says}' }}]); }}
        }};"""
    )
    blank = io.BytesIO()
    Image.new("RGB", (60, 60), "#fff").save(blank, "JPEG")
    choose(visitor, blank.getvalue())
    assert visitor.outcome() == ("in_force", "valid")
    assert not [target for target in visitor.server.targets if "/scanner/" in target]


def test_only_the_worker_may_compile_webassembly(visitor: Visitor) -> None:
    request = visitor.page.request
    worker = request.get(visitor.server.url + "/static/scan-worker.js")
    assert "wasm-unsafe-eval" in worker.headers["content-security-policy"]
    for path in ("/", "/scan", "/static/page-scan.js"):
        policy = request.get(visitor.server.url + path).headers[
            "content-security-policy"
        ]
        assert "unsafe" not in policy
