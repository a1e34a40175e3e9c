# SPDX-License-Identifier: Apache-2.0
"""Images in the data: any PNG or JPEG in, one plain form of JPEG out.

What is stored is a baseline JPEG, gray or sRGB, upright, without metadata (where and
when a photo was taken is nobody's business), within limits. One that already is so
stays byte for byte: normalising twice changes nothing. No message ever holds a byte
of the image. Pillow is loaded when the first image comes.
"""

import base64
import binascii
import re
import struct
from typing import Final

from templates.errors import ImageError
from templates.wording import Localized

MAX_FILE_BYTES: Final = 5_000_000
"""Bytes of an image that is read: a photograph as phones make them."""
MAX_PIXELS: Final = 25_000_000
"""Pixels of a JPEG that is read (phones make 12 or 24 million): it can be unpacked
to a half or a quarter of them."""
MAX_PNG_PIXELS: Final = 10_000_000
"""Pixels of a PNG that is read (A4 scanned at 300 dpi): they are all unpacked, 40 MB
of them, a few times over, out of a file of some kB if somebody means harm."""
MAX_SIDE: Final = 1_600
"""Pixels of the longer side as stored: 135 mm at 300 dpi; more is made smaller."""
MAX_STORED_BYTES: Final = 300_000
"""Bytes of the stored JPEG, so that two fit a record (`register.record`)."""

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_DATA_URL = re.compile(r"data:image/(?:png|jpe?g);base64,", re.IGNORECASE)
_BLANK = re.compile(r"[ \t\r\n]+")

_SOI, _EOI, _SOS, _SOF0, _APP0 = 0xD8, 0xD9, 0xDA, 0xC0, 0xE0
_PLAIN_SEGMENTS = frozenset({0xDB, 0xC4, 0xDD})
"""DQT, DHT and DRI: with JFIF, SOF0 and SOS all that a plain JPEG needs."""
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers without a length: TEM, RST and SOI (ITU-T T.81 table B.1)."""
_SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7]")
_JFIF = re.compile(rb"JFIF\x00\x01[\x00-\x02].{5}\x00\x00", re.DOTALL)
_COMPONENTS = (b"\x01", b"\x01\x02\x03")


def normalise_image(text: str) -> str:
    """Return the base64 of the stored form of an image in base64.

    A `data:` address, as browsers make, is taken too, and line breaks.

    Raises:
        ImageError: not base64, not an image that is read here, or beyond a limit.
    """
    data = _decode(text)
    size = _read_size(data)
    if max(size) <= MAX_SIDE and len(data) <= MAX_STORED_BYTES and _is_plain(data):
        _check_pixels(data)
    else:
        data = _redraw(data)
    return base64.b64encode(data).decode("ascii")


def image_bytes(text: str) -> bytes:
    """Return the JPEG of a stored image."""
    return base64.b64decode(text, validate=True)


def _decode(text: str) -> bytes:
    if len(text) > MAX_FILE_BYTES * 3 // 2:
        raise _too_large()
    address = _DATA_URL.match(text)
    plain = _BLANK.sub("", text[address.end() :] if address else text)
    try:
        data = base64.b64decode(plain.encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        raise ImageError(
            "not_base64",
            Localized(
                "ต้องเป็นไฟล์ภาพที่เข้ารหัสแบบ base64",
                "must be the image file in base64",
            ),
        ) from None
    if len(data) > MAX_FILE_BYTES:
        raise _too_large()
    return data


def _read_size(data: bytes) -> tuple[int, int]:
    """Return width and height, read before anything is unpacked.

    Raises:
        ImageError: not a PNG or JPEG, or too many pixels.
    """
    if data.startswith(_PNG) and data[12:16] == b"IHDR" and len(data) >= 24:  # noqa: PLR2004 - end of the size in IHDR
        limit, (width, height) = MAX_PNG_PIXELS, struct.unpack(">II", data[16:24])
    elif data.startswith(_JPEG):
        limit, (width, height) = MAX_PIXELS, _read_jpeg_size(data)
    else:
        raise _wrong_format()
    if not width or not height:
        raise damaged()
    if width * height > limit:
        millions = limit // 1_000_000
        raise ImageError(
            "image_too_large",
            Localized(
                f"ภาพมีขนาด {width} x {height} จุด ต้องไม่เกิน {millions} ล้านจุด "
                "โปรดย่อภาพก่อน",
                f"has {width} x {height} pixels; at most {millions} million are "
                "read: make it smaller first",
            ),
        )
    return width, height


def _read_jpeg_size(data: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:  # noqa: PLR2004 - begins a marker
        marker = data[at + 1]
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        if marker == 0xFF or marker in _BARE:  # noqa: PLR2004 - a fill byte
            at += 1 if marker == 0xFF else 2  # noqa: PLR2004
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    raise damaged()


def _is_plain(data: bytes) -> bool:
    """Tell whether a JPEG is in the stored form.

    JFIF first; then only tables, one baseline frame of eight bits in gray or YCbCr,
    one scan; the end, and nothing behind it.
    """
    at, frame = 2, False
    if data[at : at + 4] != b"\xff\xe0\x00\x10" or not _JFIF.fullmatch(data[6:20]):
        return False
    at += 18
    while data[at : at + 1] == b"\xff" and at + 4 <= len(data):
        marker = data[at + 1]
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == _SOF0 and not frame and _is_plain_frame(data[at + 4 : end]):
            frame = True
        elif marker == _SOS:
            return frame and _ends_after_scan(data, end)
        elif marker not in _PLAIN_SEGMENTS:
            return False
        at = end
    return False


def _is_plain_frame(frame: bytes) -> bool:
    return frame[:1] == b"\x08" and frame[6::3] in _COMPONENTS


def _ends_after_scan(data: bytes, start: int) -> bool:
    found = _SCAN_END.search(data, start)
    return found is not None and data[found.start() :] == b"\xff\xd9"


def _check_pixels(data: bytes) -> None:
    from templates.pixels import check_pixels  # noqa: PLC0415 - Pillow

    check_pixels(data)


def _redraw(data: bytes) -> bytes:
    from templates.pixels import redraw  # noqa: PLC0415 - Pillow

    return redraw(data, side=MAX_SIDE, limit=MAX_STORED_BYTES)


def damaged() -> ImageError:
    """Return the error of an image that cannot be unpacked."""
    return ImageError(
        "damaged_image",
        Localized(
            "ไฟล์ภาพเสียหายหรือไม่ครบ โปรดบันทึกภาพใหม่",
            "the image is damaged or not complete; save it anew",
        ),
    )


def _wrong_format() -> ImageError:
    return ImageError(
        "image_format",
        Localized(
            "ต้องเป็นภาพ JPEG หรือ PNG (ภาพ HEIC จากโทรศัพท์ให้บันทึกเป็น JPEG ก่อน)",
            "must be a JPEG or PNG (save a phone's HEIC as JPEG first)",
        ),
    )


def _too_large() -> ImageError:
    megabytes = MAX_FILE_BYTES // 1_000_000
    return ImageError(
        "image_too_large",
        Localized(
            f"ไฟล์ภาพใหญ่เกิน {megabytes} MB โปรดย่อภาพก่อน",
            f"the image takes more than {megabytes} MB; make it smaller first",
        ),
    )
