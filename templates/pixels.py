# SPDX-License-Identifier: Apache-2.0
"""Pixels of an image: unpacked, put upright, in sRGB on white, and packed anew.

The only use of Pillow. Whoever calls has read the size from the first bytes and
refused a bomb; what Pillow finds is checked against it again before unpacking.
"""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from PIL import Image, ImageCms

from templates.errors import ImageError
from templates.images import MAX_PIXELS, damaged
from templates.wording import Localized

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What puts an image upright, by its EXIF orientation."""
_QUALITIES = (90, 80, 70, 60)
"""Tried in turn until the file is small enough."""
_DEEP = ("I", "I;16", "I;16B", "I;16L", "F")
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
"""What Pillow raises on files that are not what they claim to be."""


def check_pixels(data: bytes) -> None:
    """Unpack an image, to know that it can be.

    Raises:
        ImageError: damaged.
    """
    with _opened(data) as image:
        image.load()


def redraw(data: bytes, *, side: int, limit: int) -> bytes:
    """Return an image as a plain JPEG.

    1. Unpack it, no larger than needed.
    2. Make it sRGB or gray, on white.
    3. Make it small enough and put it upright.
    4. Pack it, without metadata.

    Args:
        data: a PNG or JPEG.
        side: pixels of the longer side at most.
        limit: bytes of the JPEG at most.

    Raises:
        ImageError: damaged, animated, or too large at the lowest quality.
    """
    # 1.
    with _opened(data) as image:
        turn = _TURNS.get(_orientation(image))
        image.draft(None, (side, side))
        image.load()
        # 2.
        plain = _on_white(image)
        # 3.
        plain.thumbnail((side, side), Image.Resampling.LANCZOS)
        if turn is not None:
            plain = plain.transpose(turn)
    # 4.
    return _pack(plain, limit)


@contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG")) as image:
            if image.width * image.height > MAX_PIXELS:
                raise damaged()
            if image.format == "PNG" and getattr(image, "is_animated", False):
                raise ImageError(
                    "animated_image",
                    Localized("ต้องเป็นภาพนิ่ง", "must not be animated"),
                )
            yield image
    except _BROKEN:
        raise damaged() from None


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except _BROKEN:
        return 1


def _on_white(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if image.mode in _DEEP:
        return image.point(lambda level: level / 256).convert("L")
    if image.mode in {"1", "L"} and "transparency" not in image.info:
        return image.convert("L")
    if image.mode in {"LA", "PA", "P", "RGBA", "RGBa", "La"} or (
        "transparency" in image.info
    ):
        clear = image.convert("RGBA")
        white = Image.new("RGBA", clear.size, "white")
        image = Image.alpha_composite(white, clear).convert("RGB")
    return _to_srgb(image, profile)


def _to_srgb(image: Image.Image, profile: object) -> Image.Image:
    if isinstance(profile, bytes) and profile:
        try:
            converted = ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            return image.convert("RGB")  # a broken profile says nothing
        if converted is not None:
            return converted
    return image.convert("RGB")


def _pack(image: Image.Image, limit: int) -> bytes:
    bare = Image.new(image.mode, image.size)
    bare.paste(image)  # the comment of a JPEG would come along otherwise
    for quality in _QUALITIES:
        out = BytesIO()
        bare.save(out, "JPEG", quality=quality, subsampling="4:2:0", optimize=True)
        if out.tell() <= limit:
            return out.getvalue()
    raise ImageError(
        "image_too_large",
        Localized(
            "ภาพมีรายละเอียดมากเกินไป โปรดย่อภาพก่อน",
            "the image has too much detail; make it smaller first",
        ),
    )
