# SPDX-License-Identifier: Apache-2.0
"""The QR code on the page is the one of the document, alone, and free to scan."""

from dataclasses import replace

import pytest
from pikepdf import Name, Object, Pdf
from qrcode.main import QRCode

from issuer.expected import Rendered
from issuer.gate import check_rendered
from templates.place import Place
from tests.tampering import (
    add_resource,
    expect_first,
    first_line,
    paint,
    refusal,
    render_licence,
    show,
    spoil,
)


def place() -> Place:
    found = render_licence().expected.qr
    assert found is not None
    return found


def draw_code(text: str, x: float, y: float, module: float = 1.2) -> bytes:
    """Return operators that draw another QR code."""
    code = QRCode(border=0)
    code.add_data(text)
    matrix = code.get_matrix()
    modules = [
        f"{column} {len(matrix) - row} 1 1 re"
        for row, cells in enumerate(matrix)
        for column, dark in enumerate(cells)
        if dark
    ]
    return f"{module} 0 0 {module} {x} {y} cm {' '.join(modules)} f".encode()


def expect_code(rendered: Rendered, text: str | None) -> Rendered:
    return replace(rendered, expected=replace(rendered.expected, qr_text=text))


def test_a_code_that_says_something_else_is_refused() -> None:
    error = refusal(expect_code(render_licence(), "HTTPS://EXAMPLE.GO.TH/V/OTHER"))
    assert error.reason == "qr_differs"


def test_a_code_that_is_not_there_is_refused() -> None:
    elsewhere = replace(place(), left=400, right=480, bottom=600, top=680)
    expected = replace(render_licence().expected, qr=elsewhere)
    error = refusal(replace(render_licence(), expected=expected))
    assert error.reason == "qr_unreadable"


def test_a_code_whose_place_is_off_the_sheet_is_refused() -> None:
    elsewhere = replace(place(), left=580, right=680)
    expected = replace(render_licence().expected, qr=elsewhere)
    error = refusal(replace(render_licence(), expected=expected))
    assert error.reason == "qr_unreadable"


def test_a_code_painted_over_with_white_is_refused() -> None:
    here = place()
    side = here.right - here.left
    cover = f"1 g {here.left} {here.bottom} {side} {side} re f".encode()
    assert refusal(spoil(paint(cover))).reason == "over_qr"


def test_a_code_painted_over_with_another_is_refused() -> None:
    here = place()
    side = here.right - here.left
    cover = f"1 g {here.left} {here.bottom} {side} {side} re f 0 g ".encode()
    other = draw_code("HTTPS://EVIL.EXAMPLE/V/X", here.left + 12, here.bottom + 12, 2)
    error = refusal(spoil(paint(cover + other)))
    assert error.reason in {"over_qr", "qr_differs"}


def test_a_line_through_the_code_is_refused() -> None:
    here = place()
    line = f"0 G 1 w 50 {here.bottom + 40} m 300 {here.bottom + 40} l S".encode()
    assert refusal(spoil(paint(line))).reason == "over_qr"


def test_a_line_through_the_quiet_zone_is_refused() -> None:
    here = place()
    x = here.left + 2
    line = f"0 G 0.7 w {x} {here.bottom} m {x} {here.top} l S".encode()
    assert refusal(spoil(paint(line))).reason == "over_qr"


def test_a_line_in_the_quiet_zone_painted_before_the_code_is_refused() -> None:
    here = place()
    x = here.left + 2
    line = f"0 G 0.7 w {x} {here.bottom} m {x} {here.top} l S".encode()
    assert refusal(spoil(paint(line, below=True))).reason == "over_qr"


def test_a_dark_area_under_the_code_is_refused() -> None:
    here = place()
    side = here.right - here.left
    dark = f"0.6 g {here.left} {here.bottom} {side} {side} re f".encode()
    assert refusal(spoil(paint(dark, below=True))).reason == "over_qr"


def test_a_pale_tint_under_the_code_passes() -> None:
    here = place()
    tint = f"0.95 g {here.left - 20} {here.bottom - 20} 120 120 re f".encode()
    check_rendered(spoil(paint(tint, below=True)))


def test_a_frame_close_to_the_quiet_zone_passes() -> None:
    here = place()
    side = here.right - here.left
    frame = (
        f"0.5 G 0.5 w {here.left - 1} {here.bottom - 1} {side + 1.2} {side + 2} re S"
    )
    check_rendered(spoil(paint(frame.encode())))


@pytest.mark.parametrize("size", [4, 12])
def test_text_in_the_quiet_zone_is_refused(size: float) -> None:
    line = first_line().at(place().left + 1, place().bottom + 2, size)
    assert refusal(show(line)).reason == "over_qr"


def test_text_below_the_code_is_named() -> None:
    line = first_line().at(place().left + 1, place().bottom + 2, 5)
    below = expect_first(spoil(paint(line, below=True)), first_line().text)
    error = refusal(below)
    assert error.reason == "over_qr"
    assert first_line().text.strip() in error.th


def test_pale_text_in_the_quiet_zone_is_refused_too() -> None:
    line = first_line().at(place().left + 1, place().bottom + 2, 5, "0.75 g")
    assert refusal(show(line)).reason == "over_qr"


@pytest.mark.parametrize("module", [0.9, 3])
def test_another_code_on_the_page_is_refused(module: float) -> None:
    other = draw_code("HTTPS://EVIL.EXAMPLE/V/X", 100, 688, module)
    assert refusal(spoil(paint(other))).reason == "qr_unexpected"


def test_another_code_set_aslant_is_refused() -> None:
    other = b"1 0.3 -0.3 1 120 690 cm " + draw_code("HTTPS://E.EXAMPLE/X", 0, 0, 2)
    assert refusal(spoil(paint(other))).reason == "qr_unexpected"


def test_another_code_in_light_on_dark_is_refused() -> None:
    dark = b"0 g 320 12 60 40 re f 1 g "
    other = draw_code("HTTPS://E.EXAMPLE/X", 335, 16, 1.2)
    assert refusal(spoil(paint(dark + other))).reason == "qr_unexpected"


def test_another_code_as_a_picture_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        add_resource(pdf, "/XObject", "/Im", code_picture(pdf))
        paint(b"40 0 0 40 330 8 cm /Im Do")(pdf)

    assert refusal(spoil(edit)).reason == "qr_unexpected"


def code_picture(pdf: Pdf) -> Object:
    code = QRCode(border=4)
    code.add_data("HTTPS://E.EXAMPLE/X")
    matrix = code.get_matrix()
    pixels = bytes(0 if dark else 255 for row in matrix for dark in row)
    return pdf.make_stream(
        pixels, Type=Name.XObject, Subtype=Name.Image, Width=len(matrix),
        Height=len(matrix), ColorSpace=Name.DeviceGray, BitsPerComponent=8,
    )  # fmt: skip


def test_the_same_code_twice_passes() -> None:
    """As where a stub repeats it: whichever is scanned, the answer is the same."""
    text = render_licence().expected.qr_text
    assert text is not None
    twice = spoil(paint(draw_code(text, 100, 688, 1.2)))
    check_rendered(twice)


def test_a_code_where_none_should_be_is_refused() -> None:
    expected = replace(render_licence().expected, qr=None, qr_text=None)
    error = refusal(replace(render_licence(), expected=expected))
    assert error.reason == "qr_unexpected"
