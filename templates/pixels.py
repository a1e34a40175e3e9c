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
_STEPS = ((1.0, 90), (1.0, 80), (1.0, 70), (0.75, 75), (0.5, 75), (0.5, 60))
"""Part of the side, and quality, tried in turn until the file is small enough."""
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

    1. Unpack it and make it small enough.
    2. Make it sRGB or gray, on white, and put it upright.
    3. Pack it, without metadata.

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
        small = _shrunk(image, side)
        # 2.
        plain = _on_white(small)
        if turn is not None:
            plain = plain.transpose(turn)
    # 3.
    return _pack(plain, limit)


def unpack(data: bytes) -> tuple[tuple[int, int], bool, bytes]:
    """Return size, whether it is gray, and the bytes of gray or sRGB, on white.

    Raises:
        ImageError: damaged or animated.
    """
    with _opened(data) as image:
        image.load()
        turn = _TURNS.get(_orientation(image))
        plain = _on_white(image)
        if turn is not None:
            plain = plain.transpose(turn)
        return plain.size, plain.mode == "L", plain.tobytes()


def show_gray(
    data: bytes, size: tuple[int, int], *, is_gray: bool, is_jpeg: bool
) -> Image.Image:
    """Return a picture that was read before in shades of gray."""
    if is_jpeg:
        with _opened(data) as image:
            return image.convert("L")
    mode = "L" if is_gray else "RGB"
    return Image.frombytes(mode, size, zlib.decompress(data)).convert("L")


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


def _shrunk(image: Image.Image, side: int) -> Image.Image:
    """Return the image unpacked, its longer side no longer than `side`."""
    image.load()
    if max(image.size) <= side:
        return image
    if image.mode in _DEEP:
        image = _flattened(image)
    elif image.mode in {"1", "P", "PA"} or "transparency" in image.info:
        image = image.convert("L" if image.mode == "1" else "RGBA")
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    return image


def _flattened(image: Image.Image) -> Image.Image:
    """Return gray of sixteen bits as gray of eight."""
    return image.point(lambda level: level / 256).convert("L")


def _on_white(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if image.mode in _DEEP:
        return _flattened(image)
    see_through = image.has_transparency_data
    if image.mode in {"1", "L"} and not see_through:
        return image.convert("L")
    if see_through or image.mode == "P":
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
    for part, quality in _STEPS:
        size = (round(image.width * part) or 1, round(image.height * part) or 1)
        if size != bare.size:
            bare = bare.resize(size, Image.Resampling.LANCZOS)
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
