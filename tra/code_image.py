# SPDX-License-Identifier: Apache-2.0
"""Reads the QR code in a photograph or scan, for `tra verify --qr`."""

from pathlib import Path

import zxingcpp
from PIL import Image, ImageOps

from register.claim import parse_qr_text
from register.errors import ClaimError
from tra.errors import UsageError


def read_code(file: Path) -> str:
    """Return what the QR code in an image says; that of a document, if it has several.

    Raises:
        UsageError: not an image, too large a one, or no QR code can be read in it.
    """
    try:
        with Image.open(file) as image:
            # Phones turn pictures by a note beside them.
            shown = ImageOps.exif_transpose(image).convert("L")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise UsageError(f"{file} is not an image that can be read") from error
    pixels = memoryview(shown.tobytes()).cast("B", (shown.height, shown.width))
    formats = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
    found = [code.text for code in zxingcpp.read_barcodes(pixels, formats=formats)]
    if not found:
        raise UsageError(
            f"no QR code can be read in {file}: photograph it from nearer by, "
            "straight and in good light"
        )
    return next((text for text in found if _is_ours(text)), found[0])


def _is_ours(text: str) -> bool:
    try:
        parse_qr_text(text)
    except ClaimError:
        return False
    return True
