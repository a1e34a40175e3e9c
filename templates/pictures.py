# SPDX-License-Identifier: Apache-2.0
"""Pictures: what is placed on a page as a whole, without being drawn stroke by stroke.

A photograph out of the data, a mark that lies beside a type, a sheet of a background.
Each goes into the file once, however often it is shown, and is never distorted.
"""

import base64
import functools
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from templates.errors import ImageError, TypeFileError
from templates.images import image_bytes, normalise_image

MAX_FILE_BYTES = 1_000_000
"""Bytes of a picture beside a type: each document carries it."""
PIXELS_PER_MODULE = 8
"""Of QR codes: readers that smooth pictures blur an eighth of a module, no more; and
eight bits are a byte."""
_MODULES = bytes([0xFF, 0x00]) + bytes(254)
"""Bytes of pixels by module, dark ones painted."""
_FRAME = 0xC0
_SCAN = 0xDA


class Form(Enum):
    """How a picture is packed."""

    JPEG = "jpeg"
    PIXELS = "pixels"
    """Bytes of gray or RGB from the upper left corner, by zlib."""
    STENCIL = "stencil"
    """Bits from the upper left corner, by zlib: where they are 0 it is painted, in the
    colour of the page (ISO 32000-1 §8.9.6.2)."""
    SHEET = "sheet"
    """A file of pages: see `templates.background`."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Picture:
    """One picture, known by identity; sizes in pixels, of a sheet in points."""

    form: Form
    data: bytes
    width: float
    height: float
    is_gray: bool = False
    sheet: int = 0
    """Which page of the file a sheet is."""


def read_photograph(jpeg: bytes) -> Picture:
    """Return the picture of an image field, in its stored form."""
    at = 2
    # Plain JPEGs only (templates.images): segments, one of them the frame.
    while jpeg[at + 1] != _FRAME:
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return Picture(
        form=Form.JPEG,
        data=jpeg,
        height=int.from_bytes(jpeg[at + 5 : at + 7], "big"),
        width=int.from_bytes(jpeg[at + 7 : at + 9], "big"),
        is_gray=jpeg[at + 9] == 1,
    )


def draw_modules(matrix: Sequence[Sequence[bool]]) -> Picture:
    """Return a QR code as a picture; a third of what a thousand rectangles weigh."""
    rows = (bytes(row).translate(_MODULES) * PIXELS_PER_MODULE for row in matrix)
    return Picture(
        form=Form.STENCIL,
        data=zlib.compress(b"".join(rows)),
        width=len(matrix[0]) * PIXELS_PER_MODULE,
        height=len(matrix) * PIXELS_PER_MODULE,
    )


@functools.cache
def open_picture(file: Path) -> Picture:
    """Open a picture that lies beside a type; once for the process.

    Raises:
        TypeFileError: it is not a picture that can be used.
    """
    try:
        data = file.read_bytes()
        if len(data) > MAX_FILE_BYTES:
            raise TypeFileError(
                file,
                f"it has {len(data) / 1_000_000:.1f} MB, and each document carries it",
                fix=f"Make it smaller: {MAX_FILE_BYTES / 1_000_000:.0f} MB at most.",
            )
        if file.suffix == ".png":
            return _read_pixels(data)
        text = base64.b64encode(data).decode("ascii")
        return read_photograph(image_bytes(normalise_image(text)))
    except ImageError as error:
        raise TypeFileError(
            file, f"the picture {error}", fix="Save it anew as PNG or JPEG."
        ) from error
    except OSError as error:
        raise TypeFileError(
            file, f"cannot be read ({error})", fix="Put it beside type.toml."
        ) from error


def _read_pixels(data: bytes) -> Picture:
    """Return a PNG without loss: marks have sharp edges and few colours."""
    from templates.pixels import unpack  # noqa: PLC0415 - Pillow

    (width, height), is_gray, pixels = unpack(data)
    return Picture(
        form=Form.PIXELS,
        data=zlib.compress(pixels, 9),
        width=width,
        height=height,
        is_gray=is_gray,
    )
