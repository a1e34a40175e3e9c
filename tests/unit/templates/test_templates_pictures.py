# SPDX-License-Identifier: Apache-2.0
"""Pictures are shown whole, in their own proportions, and carried once."""

import base64
import io
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from issuer.qr import draw_qr
from templates.artwork import check_artwork, open_mark
from templates.errors import TypeFileError
from templates.pictures import PIXELS_PER_MODULE
from tests.unit.templates.layout_world import (
    ADDRESS,
    DIGITS,
    TITLE,
    draw_document,
    find_elements,
    make_type,
    read_pages,
)

FIELD = """
[[fields]]
name = "photo"
label = { th = "รูปถ่าย", en = "Photograph" }
kind = "image"
required = false
"""
PHOTO = """
[[blocks]]
block = "image"
field = "photo"
width = 30
height = 40
"""
MARK = """
[[blocks]]
block = "image"
file = "mark.png"
width = 20
height = 20
"""
RED, BLUE = (200, 30, 30), (30, 30, 200)


def photograph(size: tuple[int, int], mode: str = "RGB") -> str:
    """Return a picture, red above and blue below."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (0, size[1] // 2, *size))
    out = io.BytesIO()
    image.convert(mode).save(out, "JPEG", quality=95)
    return base64.b64encode(out.getvalue()).decode()


def find_colour(pdf: bytes, colour: tuple[int, int, int]) -> tuple[float, ...]:
    """Return where a colour stands: left, top, width and height in millimetres."""
    page = pypdfium2.PdfDocument(pdf)[0]
    pixels = np.asarray(page.render(scale=4).to_numpy())[:, :, 2::-1].astype(int)
    rows, columns = np.nonzero((np.abs(pixels - colour) < 30).all(axis=2))
    edges = (columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1)
    return tuple(float(edge) / 4 / 72 * 25.4 for edge in edges)


def list_pictures(page: pikepdf.Page) -> list[pikepdf.Object]:
    """Return the pictures of a page that are not its QR code."""
    found = page.Resources.get("/XObject", pikepdf.Dictionary()).values()
    return [picture for picture in found if "/ImageMask" not in picture]


@pytest.mark.parametrize(
    ("size", "across", "up"),
    [((300, 400), 30, 40), ((400, 400), 30, 30), ((100, 400), 10, 40)],
)
def test_a_photograph_is_fitted_into_its_box(
    tmp_path: Path, size: tuple[int, int], across: float, up: float
) -> None:
    kind = make_type(tmp_path, FIELD, TITLE, PHOTO)
    pdf = draw_document(kind, photo=photograph(size)).pdf
    red, blue = find_colour(pdf, RED), find_colour(pdf, BLUE)
    assert red[2] == pytest.approx(across, abs=0.3)
    assert red[3] == pytest.approx(up / 2, abs=0.3)
    assert blue[1] == pytest.approx(red[1] + red[3], abs=0.3)
    assert red[0] == pytest.approx(30 + (30 - across) / 2, abs=0.3)


def test_a_photograph_says_what_it_is(tmp_path: Path) -> None:
    kind = make_type(tmp_path, FIELD, TITLE, PHOTO)
    pdf = draw_document(kind, photo=photograph((300, 400), "L")).pdf
    first, _ = find_elements(pdf, "Figure")
    assert first["/Alt"] == "รูปถ่าย"
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        (image,) = list_pictures(opened.pages[0])
        assert image.ColorSpace == pikepdf.Name.DeviceGray
        assert image.Filter == pikepdf.Name.DCTDecode


def test_where_no_photograph_is_given_none_is_drawn(tmp_path: Path) -> None:
    kind = make_type(tmp_path, FIELD, TITLE, PHOTO)
    pdf = draw_document(kind).pdf
    assert [figure["/Alt"][:2] for figure in find_elements(pdf, "Figure")] == ["คิ"]
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert list_pictures(opened.pages[0]) == []


def test_a_mark_on_each_page_is_carried_once(tmp_path: Path) -> None:
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    image.paste((*RED, 255), (10, 10, 30, 30))
    image.save(tmp_path / "mark.png")
    far = '\n[[blocks]]\nblock = "paragraph"\ntext = "จบ"\nspace_before = 200\n'
    kind = make_type(tmp_path, FIELD, TITLE, MARK, far, MARK)
    drawn = draw_document(kind)
    assert len(read_pages(drawn.pdf)) == 2
    left, _, width, height = find_colour(drawn.pdf, RED)
    assert (left, width, height) == pytest.approx((35, 10, 10), abs=0.3)
    assert len(find_elements(drawn.pdf, "Figure")) == 1  # the QR code: no words for it
    with pikepdf.open(io.BytesIO(drawn.pdf)) as opened:
        (first,), (second,) = map(list_pictures, opened.pages)
        assert first.objgen == second.objgen
    assert drawn.pdf == draw_document(kind).pdf


def test_a_mark_may_be_a_drawing(tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(100, 50))
        red = " ".join(str(part / 255) for part in RED)
        content = f"/P <</MCID 0>> BDC {red} rg 0 0 50 50 re f EMC"
        pdf.pages[0].Contents = pdf.make_stream(content.encode())
        pdf.save(tmp_path / "mark.pdf")
    mark = MARK.replace(".png", ".pdf").replace("width = 20", "width = 40")
    drawn = draw_document(make_type(tmp_path, FIELD, TITLE, mark))
    _, _, width, height = find_colour(drawn.pdf, RED)
    assert (width, height) == pytest.approx((20, 20), abs=0.3)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("mark.png", b"GIF89a", "the picture must be a JPEG or PNG|damaged"),
        ("mark.jpg", b"\xff\xd8\xff\xe0", "damaged"),
        ("mark.png", bytes(1_000_001), "has 1.0 MB"),
        ("mark.pdf", b"%PDF-1.7", "cannot be read as a PDF"),
    ],
)
def test_a_file_that_is_no_picture_is_refused_at_start(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    kind = make_type(tmp_path, FIELD, TITLE, MARK.replace("mark.png", name))
    with pytest.raises(TypeFileError, match=words) as caught:
        check_artwork(kind)
    assert caught.value.file == tmp_path / name
    assert caught.value.fix


def test_a_file_is_read_once(tmp_path: Path) -> None:
    Image.new("L", (8, 8), 30).save(tmp_path / "mark.png")
    first = open_mark(tmp_path / "mark.png")
    (tmp_path / "mark.png").unlink()
    assert open_mark(tmp_path / "mark.png") is first


def test_a_qr_code_is_painted_module_by_module(tmp_path: Path) -> None:
    """By the resolution of any printer, and the same in the file as it was made."""
    kind = make_type(tmp_path, FIELD, TITLE)
    drawn = draw_document(kind)
    code = draw_qr((ADDRESS, "#", DIGITS))
    with pikepdf.open(io.BytesIO(drawn.pdf)) as opened:
        (stencil,) = opened.pages[0].Resources.XObject.values()
        assert stencil.ImageMask
        assert "/Interpolate" not in stencil
        row = int(stencil.Width) // 8
        data = stencil.read_bytes()
    lines = [data[at : at + row] for at in range(0, len(data), row)]
    side = len(code.matrix)
    assert (row, len(lines)) == (side, side * PIXELS_PER_MODULE)
    for number, line in enumerate(lines):
        modules = code.matrix[number // PIXELS_PER_MODULE]
        assert line == bytes(0 if dark else 0xFF for dark in modules)
