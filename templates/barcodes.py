# SPDX-License-Identifier: Apache-2.0
"""Barcodes: none but our own stands on a document, however small it is.

The gate reads pages as an office's scanner does. A code too fine for that is read by
a telephone held close, and would lead whoever checks the document elsewhere. So what
lies beside a type is looked at closely, once, when the type is checked.
"""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps

from templates.errors import TypeFileError
from templates.pdfium import open_document
from templates.pictures import Form, Picture
from templates.pixels import show_gray

RESOLUTIONS: Final = (300, 600)
"""Dots per inch that sheets are looked at in."""
_POINTS_PER_INCH: Final = 72
_SHEET_SIDE: Final = 842
"""Points of the longer side that a small drawing is looked at as if it had: it may be
shown as large as a page."""
_ENLARGED: Final = (1, 3)
"""Times that a picture of pixels is enlarged: its modules may be single pixels."""
_MAX_ENLARGED: Final = 3_000
"""Pixels of the longer side of a picture that is still enlarged."""
_NAMES: Final = (
    "QRCode", "MicroQRCode", "RMQRCode", "DataMatrix", "Aztec", "PDF417",
)  # fmt: skip


def check_codes(file: Path, picture: Picture) -> None:
    """Refuse a picture or a sheet with a barcode on it.

    Raises:
        TypeFileError: naming the kind of code, and the page.
    """
    found = _find_code(picture)
    if found is not None:
        on_sheet = picture.form is Form.SHEET
        where = f"page {picture.sheet + 1} of it" if on_sheet else "it"
        raise TypeFileError(
            file,
            f"{where} shows a barcode ({found}), and people would scan that in place "
            "of the document's own",
            fix="Take the code out; a link may be printed as text.",
        )


@functools.cache
def _find_code(picture: Picture) -> str | None:
    """Return the kind of the first code on a picture; looked at once."""
    import zxingcpp  # noqa: PLC0415 - few types have pictures, and no verifier

    formats = [getattr(zxingcpp.BarcodeFormat, name) for name in _NAMES]
    for shown in _show(picture):
        pixels = memoryview(shown.tobytes()).cast("B", (shown.height, shown.width))
        for code in zxingcpp.read_barcodes(
            pixels,
            formats=zxingcpp.BarcodeFormats(formats),
            try_invert=True,
            try_downscale=False,  # coarser ones come first
        ):
            return str(code.format)
    return None


def _show(picture: Picture) -> Iterator[Image.Image]:
    """Yield a picture in gray, from coarse to fine."""
    if picture.form is Form.SHEET:
        least = _SHEET_SIDE / max(picture.width, picture.height)
        for resolution in RESOLUTIONS:
            yield _render(picture, max(least, 1) * resolution / _POINTS_PER_INCH)
        return
    size = (int(picture.width), int(picture.height))
    shown = show_gray(
        picture.data, size, is_gray=picture.is_gray, is_jpeg=picture.form is Form.JPEG
    )
    for times in _ENLARGED:
        if times == 1 or max(size) * times <= _MAX_ENLARGED:
            large = shown.resize(
                (size[0] * times, size[1] * times), Image.Resampling.NEAREST
            )
            # The paper around it is white, too.
            yield ImageOps.expand(large, border=max(large.size) // 8, fill="white")


def _render(picture: Picture, scale: float) -> Image.Image:
    with open_document(picture.data) as document:
        bitmap = document[picture.sheet].render(scale=scale, grayscale=True)
        image: Image.Image = bitmap.to_pil().copy()
        return image
