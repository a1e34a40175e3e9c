# SPDX-License-Identifier: Apache-2.0
"""Foreign images: pictures in a foreign PDF, without what hides in them.

Bytes behind the last row, and in JPEGs all that is not the picture (where and when it
was taken, thumbnails, comments), are left out. ISO 32000-1 §8.9.
"""

import re
import zlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from templates.foreign_paint import components_of
from templates.foreign_values import Keep, flag, keep, number, numbers
from templates.instructions import (
    FIX_COLOUR,
    FIX_FLAT,
    ForeignContentError,
    check_intent,
    refuse,
    refuse_if,
)
from templates.unpacking import (
    MAX_PICTURE_BYTES,
    MAX_PICTURE_PIXELS,
    inflate,
    is_named,
    list_filters,
    parameters_of,
    strip_filters,
)

_IMAGE: Final[Mapping[str, Keep]] = {
    "/Width": number, "/Height": number, "/ImageMask": flag,
    "/BitsPerComponent": number, "/Decode": numbers,
}  # fmt: skip
_ROWS: Final[Mapping[str, Keep]] = {
    "/Predictor": number, "/Colors": number, "/BitsPerComponent": number,
    "/Columns": number,
}  # fmt: skip
_FAX: Final[Mapping[str, Keep]] = {
    "/K": number, "/EndOfLine": flag, "/EncodedByteAlign": flag, "/Columns": number,
    "/Rows": number, "/EndOfBlock": flag, "/BlackIs1": flag,
    "/DamagedRowsBeforeError": number,
}  # fmt: skip
_PNG_PREDICTOR: Final = 10
_MAX_SIDE: Final = 32_000
_BITS: Final = (1, 2, 4, 8, 16)

_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_TABLES: Final = frozenset({0xC4, 0xDB, 0xDD})
"""DHT, DQT and DRI (ITU-T T.81 table B.1)."""
_ADOBE, _SCAN, _END = 0xEE, 0xDA, 0xD9
_SCAN_END: Final = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_FRAME_SIZE: Final = slice(5, 9)
_COLOURS_AT: Final = 9
_JPEG_COLOURS: Final = (1, 3)


def copy_image(
    image: Stream, copy_space: Callable[[Object], Object], target: Pdf
) -> Stream:
    """Copy a picture, but not its masks.

    Raises:
        ForeignContentError: it is none that a document may hold.
    """
    filters = list_filters(image)
    for name, called in (("/JPXDecode", "JPEG 2000"), ("/JBIG2Decode", "JBIG2")):
        refuse_if(
            name in filters,
            f"it holds a picture in {called}",
            "Save its pictures as JPEG or PNG.",
        )
    entries = keep(image, _IMAGE)
    check_size(entries)
    if "/Intent" in image:
        check_intent(image.Intent)
        entries["/Intent"] = Name(str(image.Intent))
    if "/ColorSpace" in image:
        entries["/ColorSpace"] = copy_space(image.ColorSpace)
    if isinstance(image.get("/Mask"), Array):
        entries["/Mask"] = numbers(image.Mask)
    entries.update({"/Type": Name.XObject, "/Subtype": Name.Image})
    outer, last = filters[:-1], filters[-1] if filters else ""
    if last == "/DCTDecode":
        data = _copy_jpeg(strip_filters(image, outer, MAX_PICTURE_BYTES), entries)
        entries["/Filter"] = Name.DCTDecode
    elif last == "/CCITTFaxDecode":
        data = strip_filters(image, outer, MAX_PICTURE_BYTES)
        entries["/Filter"] = Name.CCITTFaxDecode
        entries["/DecodeParms"] = _copy_fax(parameters_of(image), entries)
    else:
        data = _copy_rows(image, filters, entries)
    return target.make_stream(data, Dictionary(entries))


def check_size(entries: Mapping[str, Any]) -> None:
    """Refuse a picture of too many pixels, before they are unpacked."""
    width, height = int(entries["/Width"]), int(entries["/Height"])
    refuse_if(
        not (0 < width <= _MAX_SIDE and 0 < height <= _MAX_SIDE)
        or width * height > MAX_PICTURE_PIXELS,
        f"it holds a picture of {width} x {height} pixels; "
        f"{MAX_PICTURE_PIXELS // 1_000_000} million are the most",
        "Make the picture smaller: 300 dpi are enough for print.",
    )


def _copy_rows(image: Stream, filters: list[str], entries: dict[str, Any]) -> bytes:
    """Return the rows of a picture, packed anew; those of a PNG stay differences."""
    bits = 1 if entries.get("/ImageMask") else entries.get("/BitsPerComponent")
    if bits not in _BITS:
        refuse("it holds a picture of so many bits that PDF does not know")
    parts = 1
    if "/ColorSpace" in entries:
        parts = components_of(entries["/ColorSpace"])[0]
    row = (int(entries["/Width"]) * parts * bits + 7) // 8
    entries["/Filter"] = Name.FlateDecode
    if filters[-1:] != ["/FlateDecode"]:
        data = strip_filters(image, filters, MAX_PICTURE_BYTES)
    else:
        parameters = keep(parameters_of(image) or Dictionary(), _ROWS)
        predictor = parameters.get("/Predictor", 1)
        if predictor > 1:
            columns = parameters.get("/Columns", 1)
            colours = parameters.get("/Colors", 1)
            depth = parameters.get("/BitsPerComponent", 8)
            row = (int(columns * colours * depth) + 7) // 8
            row += predictor >= _PNG_PREDICTOR
            entries["/DecodeParms"] = Dictionary(parameters)
        packed = strip_filters(image, filters[:-1], MAX_PICTURE_BYTES)
        data = inflate(packed, MAX_PICTURE_BYTES)
    size = row * int(entries["/Height"])
    refuse_if(len(data) < size, "it holds a picture that is not complete", FIX_FLAT)
    return zlib.compress(data[:size], 9)


def _copy_fax(parameters: Object | None, entries: Mapping[str, Any]) -> Dictionary:
    copied = keep(parameters or Dictionary(), _FAX)
    refuse_if(
        copied.get("/Columns", 1728) != entries["/Width"],
        "it holds a picture whose rows are not as wide as it",
        FIX_FLAT,
    )
    return Dictionary(copied)


def _copy_jpeg(data: bytes, entries: Mapping[str, Any]) -> bytes:
    """Return a JPEG with nothing but its picture; check that it is of that size."""
    kept, at, framed = bytearray(data[:2]), 2, False
    while data[at : at + 1] == b"\xff" and at + 2 <= len(data):
        marker = data[at + 1]
        if marker == _END and framed:
            return bytes(kept + b"\xff\xd9")
        if marker == 0xFF:  # noqa: PLR2004 - a fill byte
            at += 1
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in _FRAMES:
            _check_frame(data[at:end], entries)
            framed = True
        if marker == _SCAN:
            found = _SCAN_END.search(data, end)
            end = found.start() if found else len(data)
        if marker in _FRAMES | _TABLES | {_ADOBE, _SCAN}:
            kept += data[at:end]
        at = end
    raise ForeignContentError("it holds a picture that is not complete", FIX_FLAT)


def _check_frame(frame: bytes, entries: Mapping[str, Any]) -> None:
    height, width = (int.from_bytes(frame[at : at + 2], "big") for at in (5, 7))
    refuse_if(
        (width, height) != (entries["/Width"], entries["/Height"]),
        "it holds a JPEG of another size than it says",
        FIX_FLAT,
    )
    refuse_if(
        frame[_COLOURS_AT] not in _JPEG_COLOURS,
        "it holds a picture in CMYK colours",
        FIX_COLOUR,
    )


def mask_of(image: Stream) -> tuple[str, Stream] | None:
    """Return the picture that masks another, with the key of its entry."""
    for key in ("/SMask", "/Mask"):
        mask = image.get(key)
        if isinstance(mask, Stream):
            return key, mask
    if is_named(image.get("/SMask"), "/None") or "/SMask" not in image:
        return None
    raise ForeignContentError("it holds a mask that is no picture", FIX_FLAT)
