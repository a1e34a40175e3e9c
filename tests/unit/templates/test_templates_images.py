# SPDX-License-Identifier: Apache-2.0
"""Images come in many forms, are stored in one, and never say where they are from."""

import base64
import hashlib
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

from templates.checks import find_problems
from templates.errors import ImageError
from templates.fields import Field, Kind
from templates.images import (
    MAX_FILE_BYTES,
    MAX_PNG_PIXELS,
    MAX_SIDE,
    MAX_STORED_BYTES,
    image_bytes,
    normalise_image,
)
from templates.pixels import redraw
from templates.schema import describe_field
from templates.values import normalise_value
from templates.wording import Localized

PHOTO = Field(name="photo", label=Localized("ภาพถ่าย", "Photograph"), kind=Kind.IMAGE)
RED, BLUE = (200, 20, 20), (20, 20, 200)


def picture(
    size: tuple[int, int] = (60, 40),
    mode: str = "RGB",
    colour: tuple[int, int, int] = RED,
) -> Image.Image:
    """A picture whose left upper quarter differs: one sees how it is turned."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size[0] // 2 - 1, size[1] // 2 - 1), fill=colour)
    return image.convert(mode)


def packed(image: Image.Image, form: str = "PNG", **options: object) -> str:
    out = BytesIO()
    image.save(out, form, **options)
    return base64.b64encode(out.getvalue()).decode()


def noisy(size: tuple[int, int], strength: int) -> Image.Image:
    """A gray picture that packs badly, the same every time."""
    noise = hashlib.shake_128(b"noise").digest(size[0] * size[1])
    levels = [128 + (level - 128) * strength // 255 for level in range(256)]
    return Image.frombytes("L", size, noise).point(levels)


def unpacked(text: str) -> Image.Image:
    with Image.open(BytesIO(image_bytes(text))) as image:
        image.load()
        return image


def refusal(text: str) -> str:
    with pytest.raises(ImageError) as caught:
        normalise_image(text)
    assert normalise_value(PHOTO, text) == text
    (problem,) = find_problems(PHOTO, text)
    assert problem.reason == caught.value.reason
    assert problem.detail.th
    assert problem.detail.en
    assert text[:40] not in f"{problem} {caught.value!r}"
    return problem.reason


def corner(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    pixel = image.getpixel((int(image.width * x), int(image.height * y)))
    assert isinstance(pixel, tuple)
    return pixel


def near(pixel: tuple[int, ...], colour: tuple[int, ...], within: int = 24) -> bool:
    return all(abs(a - b) <= within for a, b in zip(pixel, colour, strict=True))


FORMS: dict[str, Callable[[], str]] = {
    "png": lambda: packed(picture()),
    "png palette": lambda: packed(picture().quantize(8)),
    "png interlaced": lambda: packed(picture(), interlace=1),
    "jpeg": lambda: packed(picture(), "JPEG", quality=90),
    "jpeg progressive": lambda: packed(picture(), "JPEG", progressive=True),
    "jpeg cmyk": lambda: packed(picture(mode="CMYK"), "JPEG"),
    "jpeg in rgb": lambda: packed(picture(), "JPEG", keep_rgb=True),
    "several pictures of a phone": lambda: packed(
        picture(), "MPO", save_all=True, append_images=[picture(colour=BLUE)]
    ),
    "data address": lambda: f"data:image/png;base64,{packed(picture())}",
    "lines of 76": lambda: "\r\n".join(
        packed(picture())[at : at + 76] for at in range(0, 10_000, 76)
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_pictures_become_one(form: str) -> None:
    stored = normalise_image(FORMS[form]())
    image = unpacked(stored)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (60, 40))
    assert near(corner(image, 0.2, 0.2), RED)
    assert near(corner(image, 0.8, 0.8), (255, 255, 255))
    assert normalise_image(stored) == stored
    assert not list(find_problems(PHOTO, stored))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "I;16"])
def test_gray_stays_gray(mode: str) -> None:
    gray = Image.linear_gradient("L")
    if mode == "I;16":
        wide = gray.convert("I").point(lambda level: level * 257)
        given_text = packed(wide.convert("I;16"))
    else:
        given_text = packed(gray.convert(mode))
    image = unpacked(normalise_image(given_text))
    assert image.mode == ("L" if mode != "LA" else "RGB")
    if mode != "1":
        levels = [corner(image.convert("RGB"), 0.4, y / 256)[0] for y in (5, 128, 250)]
        assert near(tuple(levels), (5, 128, 250), within=6)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "I;16", "CMYK"])
def test_large_pictures_of_any_kind_are_made_smaller(mode: str) -> None:
    large = picture((2000, 1000), mode="L" if mode == "I;16" else mode)
    if mode == "I;16":
        large = large.convert("I").point(lambda level: level * 257).convert(mode)
    form = "JPEG" if mode == "CMYK" else "PNG"
    image = unpacked(normalise_image(packed(large, form))).convert("L")
    assert image.size == (1600, 800)
    assert corner(image.convert("RGB"), 0.8, 0.8) > (250, 250, 250)
    assert corner(image.convert("RGB"), 0.2, 0.2) < (150, 150, 150)


def test_what_is_clear_becomes_white() -> None:
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    clear.paste((*BLUE, 255), (0, 0, 20, 20))
    palette = picture((40, 40)).quantize(8)
    for text in (
        packed(clear),
        packed(palette, transparency=palette.getpixel((39, 39))),
    ):
        image = unpacked(normalise_image(text))
        assert image.mode == "RGB"
        assert near(corner(image, 0.8, 0.8), (255, 255, 255))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photographs_are_put_upright_and_say_nothing_of_the_phone(
    orientation: int,
) -> None:
    upright = picture((60, 40))
    turned = {
        1: (),
        2: (Image.Transpose.FLIP_LEFT_RIGHT,),
        3: (Image.Transpose.ROTATE_180,),
        4: (Image.Transpose.FLIP_TOP_BOTTOM,),
        5: (Image.Transpose.TRANSPOSE,),
        6: (Image.Transpose.ROTATE_90,),
        7: (Image.Transpose.TRANSVERSE,),
        8: (Image.Transpose.ROTATE_270,),
    }[orientation]
    for turn in turned:
        upright = upright.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "MAKER-OF-PHONES"
    exif.get_ifd(0x8825)[1] = "N"
    text = packed(upright, "JPEG", exif=exif, comment=b"HOME-ADDRESS", dpi=(72, 72))
    stored = normalise_image(text)
    image = unpacked(stored)
    assert image.size == (60, 40)
    assert near(corner(image, 0.2, 0.2), RED)
    data = image_bytes(stored)
    assert not image.getexif()
    for word in (b"MAKER", b"HOME-ADDRESS", b"Exif", b"ICC_PROFILE", b"Adobe"):
        assert word not in data


def test_texts_in_a_png_do_not_come_along() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "HOME-ADDRESS", zip=True)
    assert b"HOME" not in image_bytes(normalise_image(packed(picture(), pnginfo=notes)))


def test_colours_of_a_profile_become_srgb() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for mode in ("RGB", "RGBA"):
        same = normalise_image(packed(picture(mode=mode), icc_profile=srgb))
        assert near(corner(unpacked(same), 0.2, 0.2), RED)
    swapped = srgb.replace(b"rXYZ", b"xXYZ").replace(b"bXYZ", b"rXYZ")
    other = normalise_image(
        packed(picture(), icc_profile=swapped.replace(b"xXYZ", b"bXYZ"))
    )
    assert not near(corner(unpacked(other), 0.2, 0.2), RED)
    broken = normalise_image(packed(picture(), icc_profile=b"not a profile at all"))
    assert near(corner(unpacked(broken), 0.2, 0.2), RED)


def test_a_large_photograph_is_made_smaller() -> None:
    image = unpacked(normalise_image(packed(picture((4000, 3000)), "JPEG")))
    assert image.size == (MAX_SIDE, MAX_SIDE * 3 // 4)


def test_a_photograph_of_200_kb_is_kept_as_it_is() -> None:
    text = packed(noisy((700, 900), 120), "JPEG", quality=60)
    assert 200_000 < len(image_bytes(text)) < 220_000
    assert normalise_image(text) == text
    limit = describe_field(PHOTO)["maxLength"]
    assert len(text) <= limit
    assert limit == len(base64.b64encode(bytes(MAX_STORED_BYTES)))


def test_a_large_file_is_packed_tighter_until_it_fits() -> None:
    text = packed(noisy((700, 900), 120), "JPEG", quality=98)
    stored = normalise_image(text)
    assert len(image_bytes(text)) > MAX_STORED_BYTES >= len(image_bytes(stored))
    assert normalise_image(text) == stored
    assert normalise_image(stored) == stored


def plain() -> bytes:
    return image_bytes(packed(picture(), "JPEG"))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data + b"<script>",
        lambda data: data[:20] + b"\xff\xfe\x00\x08secret" + data[20:],
        lambda data: data[:20] + b"\xff\xe1\x00\x08secret" + data[20:],
        lambda data: data[:2] + data[20:],
    ],
    ids=["behind the end", "comment", "application segment", "no JFIF"],
)
def test_nothing_rides_along_in_a_jpeg(change: Callable[[bytes], bytes]) -> None:
    data = change(plain())
    stored = image_bytes(normalise_image(base64.b64encode(data).decode()))
    assert stored != data
    assert b"secret" not in stored
    assert b"<script>" not in stored


def header_only(width: int, height: int) -> str:
    def chunk(name: bytes, body: bytes) -> bytes:
        tail = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + tail

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", pixels)
    return base64.b64encode(data + chunk(b"IEND", b"")).decode()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("สวัสดี", "not_base64"),
        ("AAA", "not_base64"),
        ("/9j/4AAQ-_", "not_base64"),
        ("../../etc/passwd", "not_base64"),
        ("data:image/png;base64,", "image_format"),
        (base64.b64encode(b"<svg xmlns='x'/>").decode(), "image_format"),
        (base64.b64encode(b"\x00\x00\x00\x18ftypheic").decode(), "image_format"),
        (packed(picture(), "GIF"), "image_format"),
        (packed(picture(), "TIFF"), "image_format"),
        (packed(noisy((60, 40), 255))[:400], "damaged_image"),
        (packed(picture(), "JPEG")[:-200], "damaged_image"),
        (base64.b64encode(b"\xff\xd8\xff" + bytes(50)).decode(), "damaged_image"),
        (header_only(20, 20), "damaged_image"),
        (header_only(0, 20), "damaged_image"),
        (header_only(4000, 2501), "image_too_large"),
        (header_only(2**31 - 1, 2**31 - 1), "image_too_large"),
        (
            packed(picture(), save_all=True, append_images=[picture(colour=BLUE)]),
            "animated_image",
        ),
        ("A" * (MAX_FILE_BYTES // 3 * 4 + 8), "image_too_large"),
    ],
)
def test_what_is_no_image_is_refused(text: str, reason: str) -> None:
    assert refusal(text) == reason


@pytest.mark.parametrize("value", [7, None, {"file": "photo.jpg"}, ["x"]])
def test_an_image_is_a_text(value: object) -> None:
    assert normalise_value(PHOTO, value) == value
    (problem,) = find_problems(PHOTO, value)
    assert problem.reason == "wrong_type"


def test_an_image_that_was_not_normalised_is_refused() -> None:
    (problem,) = find_problems(PHOTO, packed(picture()))
    assert problem.reason == "wrong_type"


def test_too_much_detail_is_refused() -> None:
    with pytest.raises(ImageError, match="too much detail"):
        redraw(image_bytes(packed(noisy((80, 80), 255))), side=80, limit=500)


def test_much_detail_costs_pixels_before_it_is_refused() -> None:
    text = packed(noisy((MAX_SIDE, MAX_SIDE), 255), "JPEG", quality=50)
    stored = normalise_image(text)
    assert unpacked(stored).size == (MAX_SIDE // 2, MAX_SIDE // 2)
    assert normalise_image(stored) == stored


def test_pixels_are_counted_before_they_are_unpacked() -> None:
    assert MAX_PNG_PIXELS == 4000 * 2500
    assert refusal(header_only(4000, 2500)) == "damaged_image"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from([FORMS[name]() for name in FORMS if "of" not in name]),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=4))),
)
@pytest.mark.filterwarnings("ignore")
def test_no_damage_breaks_the_reader(
    text: str, cuts: list[tuple[float, bytes]]
) -> None:
    data = image_bytes(text.removeprefix("data:image/png;base64,").replace("\r\n", ""))
    for place, new in cuts:
        at = int(place * len(data))
        data = data[:at] + new + data[at + len(new) :]
    try:
        stored = normalise_image(base64.b64encode(data).decode())
    except ImageError:
        return
    assert normalise_image(stored) == stored


def test_the_checks_need_no_pillow_until_an_image_comes() -> None:
    script = (
        "import sys, templates.catalogue, templates.checks;"
        "templates.catalogue.Catalogue.load();"
        "print([name for name in sys.modules if name.split('.')[0] == 'PIL'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
