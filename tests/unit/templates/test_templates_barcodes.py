# SPDX-License-Identifier: Apache-2.0
"""What lies beside a type shows no barcode, however fine it is printed."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import qrcode
import zxingcpp
from pikepdf import Pdf
from PIL import Image

from templates.artwork import check_artwork, check_no_codes
from templates.catalogue import Catalogue
from templates.errors import TypeFileError
from tests.unit.templates.layout_world import TITLE, make_type
from tests.unit.templates.test_templates_background import draw_form, make_form

ADDRESS = "HTTPS://EVIL.EXAMPLE/V/K3XQ7M2ZD4A6TB5RWYHNCPEJGA"
MARK = '[[blocks]]\nblock = "image"\nfile = "{}"\nwidth = 20\nheight = 20\n'


_FORMATS = {
    "Micro QR Code": zxingcpp.BarcodeFormat.MicroQRCode,
    "Data Matrix": zxingcpp.BarcodeFormat.DataMatrix,
    "Aztec": zxingcpp.BarcodeFormat.Aztec,
    "PDF417": zxingcpp.BarcodeFormat.PDF417,
}


def draw_code(kind: str) -> Any:  # noqa: ANN401 - pixels, one a module
    """Return the modules of a code, True where dark."""
    if kind == "QR Code":
        code = qrcode.QRCode(border=4)
        code.add_data(ADDRESS)
        return code.get_matrix()
    text = "12345" if kind == "Micro QR Code" else ADDRESS
    made = zxingcpp.create_barcode(text, _FORMATS[kind])
    shown = zxingcpp.write_barcode_to_image(made, scale=1, add_quiet_zones=True)
    return [[shade < 128 for shade in row] for row in np.asarray(shown).tolist()]


def print_code(kind: str, module: float, *, inverted: bool = False) -> bytes:
    """Return instructions that draw a code."""
    modules = draw_code(kind)
    bars = b" ".join(
        b"%d %d 1 1 re" % (x, len(modules) - y)
        for y, row in enumerate(modules)
        for x, dark in enumerate(row)
        if dark is not inverted
    )
    tone = b"0 g 300 300 150 150 re f 1 g" if inverted else b"0 g"
    return b"q %s %f 0 0 %f 310 310 cm %s f Q" % (tone, module, module, bars)


@pytest.mark.parametrize(
    ("kind", "module"),
    [
        ("QR Code", 2),
        ("QR Code", 0.6),
        ("QR Code", 0.4),
        ("Micro QR Code", 1),
        ("Data Matrix", 0.8),
        ("Aztec", 0.8),
        ("PDF417", 0.8),
    ],
)
def test_a_form_with_a_barcode_is_refused(
    tmp_path: Path, kind: str, module: float
) -> None:
    form = draw_form("แบบ", "แบบ")
    form.pages[1].contents_add(print_code(kind, module))
    made = make_form(tmp_path, form, pages="all")
    check_artwork(made)
    with pytest.raises(TypeFileError, match=rf"page 2 of it .* \({kind}\)") as caught:
        check_no_codes(made)
    assert caught.value.file == tmp_path / "form.pdf"
    assert caught.value.fix


def test_a_light_code_on_dark_is_a_code_too(tmp_path: Path) -> None:
    form = draw_form("แบบ", extra=print_code("QR Code", 1, inverted=True))
    with pytest.raises(TypeFileError, match=r"\(QR Code\)"):
        check_no_codes(make_form(tmp_path, form))


@pytest.mark.parametrize(("name", "times"), [("m.png", 1), ("m.png", 6), ("m.jpg", 6)])
def test_a_mark_with_a_barcode_is_refused(
    tmp_path: Path, name: str, times: int
) -> None:
    modules = draw_code("QR Code")
    image = Image.new("L", (len(modules), len(modules)))
    image.putdata([0 if dark else 255 for row in modules for dark in row])
    side = times * len(modules)
    image.resize((side, side), Image.Resampling.NEAREST).save(tmp_path / name)
    made = make_type(tmp_path, TITLE, MARK.format(name))
    with pytest.raises(
        TypeFileError, match=r"it shows a barcode \(QR Code\)"
    ) as caught:
        check_no_codes(made)
    assert caught.value.file == tmp_path / name


def test_a_small_drawing_that_is_shown_large_is_looked_at_closely(
    tmp_path: Path,
) -> None:
    with Pdf.new() as pdf:
        pdf.add_blank_page(page_size=(30, 30))
        modules = print_code("QR Code", 0.3).replace(b"310 310 cm", b"7 7 cm")
        pdf.pages[0].Contents = pdf.make_stream(modules)
        out = io.BytesIO()
        pdf.save(out)
    (tmp_path / "m.pdf").write_bytes(out.getvalue())
    with pytest.raises(TypeFileError, match=r"\(QR Code\)"):
        check_no_codes(make_type(tmp_path, TITLE, MARK.format("m.pdf")))


def test_forms_and_marks_without_codes_are_taken(tmp_path: Path) -> None:
    for kind in Catalogue.load().types.values():
        check_no_codes(kind)
    Image.linear_gradient("L").save(tmp_path / "m.png")
    check_no_codes(make_type(tmp_path, TITLE, MARK.format("m.png")))
