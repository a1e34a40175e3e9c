# SPDX-License-Identifier: Apache-2.0
"""QR block: the code with its quiet zone, and beside it what people read and type."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from templates.blocks import QR_MIN_SIDE_MM, Qr, TextStyle
from templates.drawing import PageWriter
from templates.errors import OverflowingError
from templates.place import Place, shrink
from templates.strips import (
    Strip,
    height_of,
    keep_together,
    make_gap,
    paint_strips,
    to_millimetres,
    to_points,
)
from templates.structure import Element
from templates.typesetter import Typesetter
from templates.words import Run

QR_MODULE_MM = 0.40
"""Smallest module that survives copying and a telephone (docs/spec/claim.md)."""
QR_QUIET_MODULES = 4

_CHECK_TH = "สแกนเพื่อตรวจสอบและเทียบกับเอกสารนี้"
_CHECK_EN = "Scan to verify, then compare"
_KEEP_CLEAR_TH = "โปรดอย่าประทับตราหรือเขียนทับรหัสนี้"
_KEEP_CLEAR_EN = "Do not stamp or write over the code"
_CODE_LABEL = "หรือพิมพ์รหัสย่อ / Or type the short code"
_ALT = "คิวอาร์โค้ดสำหรับตรวจสอบเอกสารนี้ (QR code to verify this document)"
_EMPTY_ALT = "ที่สำหรับคิวอาร์โค้ด (place of the QR code)"
_EMPTY_MODULES = 69
"""Size of the frame in a preview: a claim of usual length needs version 13."""
_EMPTY_INSET = 6


@dataclass(frozen=True, kw_only=True)
class QrModules:
    """The QR code to draw, and what people type who cannot scan it."""

    matrix: Sequence[Sequence[bool]] | None
    """None leaves an empty frame, as in a preview."""
    address: str
    """Where the short code is typed; the code itself may follow it."""
    short_code: str
    """In groups, as it is read aloud and typed."""


def make_qr_block(
    setter: Typesetter, block: Qr, qr: QrModules, width: float, parent: Element
) -> list[Strip]:
    """Return the strips of a QR block, kept together.

    Raises:
        OverflowingError: the code is wider than the room for it.
    """
    clear = to_points(block.clear)
    side = _find_side(qr) + 2 * clear
    if side > width:
        needed, there = to_millimetres(side), to_millimetres(width)
        raise OverflowingError(
            f"คิวอาร์โค้ดต้องการที่กว้าง {needed:.0f} มม. แต่มี {there:.0f} มม. "
            "โปรดแจ้งผู้ดูแลแบบเอกสาร",
            f"{setter.type.id}: the QR code needs {needed:.0f} mm, and its column or "
            f"box is {there:.0f} mm wide",
        )
    figure = parent.add("Figure", alt=_ALT if qr.matrix else _EMPTY_ALT)
    room = width - side if block.beside else width
    words = _set_words(setter, block, qr, room, parent)

    def paint(writer: PageWriter, left: float, top: float) -> None:
        whole = Place(
            page=writer.page, left=left, bottom=top - side, right=left + side, top=top
        )
        writer.occupy_place(whole)
        place = shrink(whole, clear)
        if qr.matrix:
            writer.draw_qr(qr.matrix, place, QR_QUIET_MODULES, figure)
        else:
            writer.draw_frame(shrink(place, _EMPTY_INSET), figure)

    code = [Strip(height=side, paint=paint)]
    if not block.beside:
        return keep_together([*code, *words])
    height = max(side, height_of(words))

    def paint_both(writer: PageWriter, left: float, top: float) -> None:
        paint(writer, left, top)
        down = (height - height_of(words)) / 2
        paint_strips(writer, words, left + side, top - down)

    return [Strip(height=height, paint=paint_both)]


def _find_side(qr: QrModules) -> float:
    """Return the side of the code with its quiet zone, in points."""
    modules = len(qr.matrix) if qr.matrix else _EMPTY_MODULES
    side = (modules + 2 * QR_QUIET_MODULES) * QR_MODULE_MM
    return to_points(max(side, QR_MIN_SIDE_MM))


def _set_words(
    setter: Typesetter, block: Qr, qr: QrModules, width: float, parent: Element
) -> list[Strip]:
    address = _readable(qr.address)
    style = TextStyle(size=block.size, leading=1.25)
    gray = replace(style, tone="gray")

    def set_words(text: str, look: TextStyle) -> list[Strip]:
        return setter.set_text([Run(text)], width, look, element=parent.add("P"))

    strips = set_words(_CHECK_TH, replace(style, bold=True))
    strips += set_words(_CHECK_EN, gray)
    strips.append(make_gap(0.8))
    if qr.short_code:
        strips += set_words(_CODE_LABEL, gray)
    strips += set_words(address, style)
    if qr.short_code:
        strips += set_words(qr.short_code, replace(style, bold=True))
    if block.note:
        strips += [make_gap(0.8), *set_words(_KEEP_CLEAR_TH, style)]
        strips += set_words(_KEEP_CLEAR_EN, gray)
    return strips


def _readable(address: str) -> str:
    """Return an address with scheme and host in lower case; the path stays."""
    scheme, mark, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}{mark}{host.lower()}{slash}{path}"
