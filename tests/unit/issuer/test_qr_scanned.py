# SPDX-License-Identifier: Apache-2.0
"""The QR code is read back from the page by two decoders, as paper comes to them.

The page is painted by PDFium as it will be printed, then harmed as copying, scanning
and stamping harm it. What no decoder could do is not asked: a covered finder pattern
ends every code.
"""

import functools
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter
from pyzbar import pyzbar  # type: ignore[import-untyped]  # library

from issuer.qr import draw_qr
from issuer.rehearsal import rehearse
from issuer.render import render_pdf
from register.claim import build_claim, qr_segments, verify_claim
from register.document import DocumentNumber, StatusRef, document_id_from_bytes
from register.record import document_url
from templates.catalogue import Catalogue
from templates.place import Place
from templates.qr_block import QR_MODULE_MM, QR_QUIET_MODULES
from tests.text_sheet import NOW
from tests.vectors.make_vectors import KEY, KID, SIGN, USUAL

HOST = "verify.licence-registration.department.go.th"
HOLDER = "บริษัท น้ำผึ้งเกี๊ยวกุ้งการค้าปลีก จำกัด"
DOCUMENTS = range(3)
LARGEST_VERSION = 14
MM = 72 / 25.4
COVERED = 0.15
ANGLE = 7

ID = document_id_from_bytes(bytes(range(7, 23)))
CLAIM = replace(
    USUAL,
    holder=HOLDER,
    valid_from=date(2026, 4, 1),
    status_ref=StatusRef(3, 2**20 - 1),
)


@functools.cache
def print_page(seed: int) -> tuple[bytes, Place, str]:
    """Return a page with its QR code, where that is, and what it says."""
    kinds = Catalogue.load().types
    kind = kinds[sorted(kinds)[seed]]
    document_id = document_id_from_bytes(bytes(range(seed, seed + 16)))
    address = document_url(f"https://{HOST}", document_id)
    claim = build_claim(CLAIM, document_id=document_id, kid=KID, sign=SIGN)
    code = draw_qr(qr_segments(address, claim))
    job = rehearse(kind, kind.sample(), NOW)
    done = render_pdf(replace(job, claim=claim, qr=code, watermark=None))
    assert done.expected.qr is not None
    return done.pdf, done.expected.qr, code.text


def scan(seed: int, dpi: int) -> tuple[Image.Image, tuple[int, int, int, int], str]:
    """Return the page as a scanner sees it, and where its code lies."""
    pdf, place, text = print_page(seed)
    page = pypdfium2.PdfDocument(pdf)[place.page]
    scale = dpi / 72
    image = page.render(scale=scale, grayscale=True).to_pil().convert("L")
    top = page.get_height()
    quiet = QR_QUIET_MODULES * QR_MODULE_MM * MM
    box = (
        round((place.left + quiet) * scale),
        round((top - place.top + quiet) * scale),
        round((place.right - quiet) * scale),
        round((top - place.bottom - quiet) * scale),
    )
    return image, box, text


def point_at(image: Image.Image, box: tuple[int, int, int, int]) -> Image.Image:
    """Return the code and what is printed around it, as people hold a camera."""
    around = (box[2] - box[0]) // 8
    return image.crop(
        (box[0] - around, box[1] - around, box[2] + around, box[3] + around)
    )


def cover(image: Image.Image, box: tuple[int, int, int, int]) -> Image.Image:
    """Cover the corner that has no finder pattern, as a stamp does."""
    side = round((box[2] - box[0]) * math.sqrt(COVERED))
    stamped = image.copy()
    corner = (box[2] - side, box[3] - side, box[2], box[3])
    ImageDraw.Draw(stamped).rectangle(corner, fill=110)
    return stamped


def blur(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(0.7))


def squeeze(image: Image.Image) -> Image.Image:
    """Send it through a photograph format at its worst."""
    out = BytesIO()
    image.save(out, "JPEG", quality=30)
    return Image.open(out).convert("L")


def turn(image: Image.Image) -> Image.Image:
    return image.rotate(ANGLE, Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def read_with_zxing(image: Image.Image) -> set[str]:
    return {found.text for found in zxingcpp.read_barcodes(np.asarray(image))}


def read_with_zbar(image: Image.Image) -> set[str]:
    symbols = [pyzbar.ZBarSymbol.QRCODE]
    return {found.data.decode() for found in pyzbar.decode(image, symbols)}


DECODERS = [read_with_zxing, read_with_zbar]


@pytest.mark.parametrize("seed", DOCUMENTS)
@pytest.mark.parametrize("dpi", [150, 300])
@pytest.mark.parametrize("read", DECODERS)
def test_the_page_as_it_is(
    read: Callable[[Image.Image], set[str]], dpi: int, seed: int
) -> None:
    image, _, text = scan(seed, dpi)
    assert read(image) == {text}


@pytest.mark.parametrize("seed", DOCUMENTS)
@pytest.mark.parametrize("harm", [blur, squeeze, turn])
@pytest.mark.parametrize("read", DECODERS)
def test_the_page_harmed_at_150_dpi(
    read: Callable[[Image.Image], set[str]],
    harm: Callable[[Image.Image], Image.Image],
    seed: int,
) -> None:
    image, box, text = scan(seed, 150)
    assert read(harm(point_at(image, box))) == {text}


@pytest.mark.parametrize("seed", DOCUMENTS)
@pytest.mark.parametrize("read", DECODERS)
def test_the_page_with_a_corner_covered(
    read: Callable[[Image.Image], set[str]], seed: int
) -> None:
    image, box, text = scan(seed, 300)
    assert read(cover(image, box)) == {text}


@pytest.mark.parametrize("seed", DOCUMENTS)
def test_all_harm_at_once_is_read_by_zxing(seed: int) -> None:
    image, box, text = scan(seed, 150)
    assert read_with_zxing(squeeze(blur(turn(cover(image, box))))) == {text}


def test_modules_are_as_large_as_the_spec_says() -> None:
    _, place, text = print_page(0)
    modules = len(draw_qr((text.split("#")[0], "#", text.split("#")[1])).matrix)
    side = (place.right - place.left) / MM
    assert side / (modules + 2 * QR_QUIET_MODULES) >= QR_MODULE_MM - 1e-6


THAI = st.sampled_from([chr(code) for code in range(0x0E01, 0x0E2F)])
LABEL = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=45)


@settings(max_examples=40, deadline=None)
@given(
    name=st.text(THAI, min_size=40, max_size=40),
    host=LABEL.filter(lambda host: host[0] != "-" and host[-1] != "-"),
    number=st.integers(1, 99_999),
    index=st.integers(0, 2**20 - 1),
)
def test_a_usual_code_needs_version_14_at_most(
    name: str, host: str, number: int, index: int
) -> None:
    claim = replace(
        CLAIM,
        holder=name,
        number=DocumentNumber(f"{number}/2569"),
        agency_id=type(CLAIM.agency_id)("DEPARTMT"),
        status_ref=StatusRef(9, index),
    )
    data = build_claim(claim, document_id=ID, kid=KID, sign=SIGN)
    code = draw_qr(qr_segments(document_url(f"https://{host}", ID), data))
    assert code.version <= LARGEST_VERSION
    assert verify_claim(data, document_id=ID, keys=[KEY.public_key()]) == claim
