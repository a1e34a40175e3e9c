# SPDX-License-Identifier: Apache-2.0
"""QR check: the code on the page is read from the page, and it is the only one.

Read at 150 dpi by a decoder that had no part in making it. Nothing else is printed in
its place, quiet zone included, and no other code on any page leads elsewhere.
"""

from typing import Final

import zxingcpp
from PIL import Image

from issuer.errors import GateError
from issuer.geometry import Box, Point, contains, grow, overlap
from issuer.page_reader import Ink, Kind, PageView, read_extremes
from issuer.refusals import Refusal, refuse
from issuer.visibility import quote_text
from templates.place import Place

_TOUCH: Final = 0.6
"""Points that neighbours may come into the place."""
_LIGHT: Final = 0.8
"""Luminance from which on a scanner takes a spot for white."""
_SHADES: Final = 255
_FORMATS: Final = zxingcpp.BarcodeFormats(
    [
        zxingcpp.BarcodeFormat.QRCode,
        zxingcpp.BarcodeFormat.MicroQRCode,
        zxingcpp.BarcodeFormat.RMQRCode,
    ]
)


def check_qr(
    page: PageView,
    place: Place | None,
    text: str | None,
    watermark: Ink | None = None,
) -> None:
    """Check the QR codes of one page; `place` is None where there must be none.

    The watermark may lie under the code: it is faint.

    Raises:
        GateError: the code cannot be read, says something else, is not alone, or
            something lies on it.
    """
    across, up = page.scale
    codes = [
        ((x / across, page.height - y / up), said)
        for (x, y), said in _decode(page.pixels)
    ]
    if place is not None:
        box = (place.left, place.bottom, place.right, place.top)
        _check_place(page, box, watermark)
        _check_code(page, box, codes, text)
    if any(said != text or place is None for _, said in codes):
        raise refuse(
            Refusal.QR_UNEXPECTED,
            th="มีคิวอาร์โค้ดอื่นอยู่บนหน้า ผู้ตรวจอาจสแกนผิดอัน",
            en="another QR code is on the page; people may scan the wrong one",
        )


def _check_code(
    page: PageView, place: Box, codes: list[tuple[Point, str]], text: str | None
) -> None:
    """Check what the code in its place says; looked at closely if at first unseen."""
    found = [said for (x, y), said in codes if contains(place, (x, y, x, y))]
    if not found:
        found = [said for _, said in _decode(_pixels_of(page.crop(place)))]
    if not found:
        raise _unreadable()
    if found != [text]:
        raise refuse(
            Refusal.QR_DIFFERS,
            th="คิวอาร์โค้ดบนหน้าไม่ตรงกับเอกสารนี้",
            en="the QR code on the page says something else than it should",
        )


def _pixels_of(picture: Image.Image) -> memoryview:
    return memoryview(picture.tobytes()).cast("B", (picture.height, picture.width))


def _decode(pixels: memoryview) -> list[tuple[Point, str]]:
    """Return the middles of QR codes, in pixels, and what they say.

    Those light on dark, too.
    """
    found = zxingcpp.read_barcodes(
        pixels,
        formats=_FORMATS,
        # For linear codes, and for pictures far finer than these.
        try_rotate=False,
        try_downscale=False,
        try_invert=True,
        text_mode=zxingcpp.TextMode.Plain,
    )
    codes = []
    for code in found:
        corners = code.position
        x = (corners.top_left.x + corners.bottom_right.x) / 2
        y = (corners.top_left.y + corners.bottom_right.y) / 2
        codes.append(((x, y), code.text))
    return codes


def _check_place(page: PageView, place: Box, watermark: Ink | None) -> None:
    """Check that the QR code is all that is painted in its place.

    What lay there before, such as a background, must leave it light: the code is
    black on light, and its quiet zone is nothing but light.
    """
    inner = grow(place, -_TOUCH)
    near = [ink for ink in page.inks if overlap(ink.box, inner)]
    codes = [index for index, ink in enumerate(near) if _may_be_code(ink, place)]
    if not codes:
        return  # and nothing that could be decoded, which is said elsewhere
    for ink in near:
        if ink.kind is Kind.TEXT and ink is not watermark:
            raise _over_qr(ink)
    for ink in near[codes[-1] + 1 :]:
        if ink.fills_within(inner) or ink.strokes_within(inner):
            raise _over_qr(ink)
    for strip in _quiet_zone(place, near[codes[-1]].box):
        darkest, _ = read_extremes(page.crop(strip, inwards=True))
        if darkest < _LIGHT * _SHADES:
            raise _over_qr(None)


def _may_be_code(ink: Ink, place: Box) -> bool:
    if ink.kind is Kind.TEXT or not contains(place, ink.box, _TOUCH):
        return False
    if ink.kind is Kind.PATH and (ink.fill is None or ink.fill > 1 - _LIGHT):
        return False
    return _area(ink.box) >= _area(place) / 2


def _quiet_zone(place: Box, code: Box) -> tuple[Box, ...]:
    """Return the four strips around a code, a little off its edges."""
    left, bottom, right, top = grow(place, -_TOUCH)
    inner = grow(code, _TOUCH)
    return (
        (left, bottom, inner[0], top),
        (inner[2], bottom, right, top),
        (left, bottom, right, inner[1]),
        (left, inner[3], right, top),
    )


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _unreadable() -> GateError:
    return refuse(
        Refusal.QR_UNREADABLE,
        th="อ่านคิวอาร์โค้ดจากหน้าเอกสารไม่ได้",
        en="no QR code can be read from its place on the page",
    )


def _over_qr(ink: Ink | None) -> GateError:
    th, en = "ภาพหรือเส้น", "a picture or path"
    if ink is not None and ink.kind is Kind.TEXT:
        th, en = f"ข้อความ {quote_text(ink)}", f"the text {quote_text(ink)}"
    return refuse(
        Refusal.OVER_QR,
        th=f"{th} ทับคิวอาร์โค้ดหรือขอบว่างรอบคิวอาร์โค้ด",
        en=f"{en} lies on the QR code or in its quiet zone",
    )
