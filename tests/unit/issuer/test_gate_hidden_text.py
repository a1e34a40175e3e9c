# SPDX-License-Identifier: Apache-2.0
"""Text that is in the text layer but not before the eyes is not sealed."""

from dataclasses import replace

import pytest
from pikepdf import Array, Dictionary, Name, Pdf

from issuer.expected import Rendered
from issuer.gate import check_rendered
from tests.tampering import (
    add_resource,
    append,
    expect,
    expect_first,
    first_line,
    make_form,
    paint,
    refusal,
    render_licence,
    show,
    spoil,
)

FREE_X, FREE_Y = 100, 30
"""A spot in the lower margin where nothing stands."""


def test_a_line_more_that_is_seen_and_expected_passes() -> None:
    check_rendered(show(first_line().at(FREE_X, FREE_Y)))


def test_a_line_more_that_nobody_expects_is_refused() -> None:
    error = refusal(spoil(paint(first_line().at(FREE_X, FREE_Y))))
    assert error.reason == "text_differs"


def test_white_text_is_refused() -> None:
    error = refusal(show(first_line().at(FREE_X, FREE_Y, setup="1 g")))
    assert error.reason == "text_without_contrast"
    assert first_line().text.split()[0] in error.th


def test_nearly_white_text_is_refused() -> None:
    error = refusal(show(first_line().at(FREE_X, FREE_Y, setup="0.99 0.9 0.95 rg")))
    assert error.reason == "text_without_contrast"


def test_text_made_pale_by_transparency_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        add_resource(pdf, "/ExtGState", "/Pale", Dictionary(ca=0.05))

    error = refusal(show(first_line().at(FREE_X, FREE_Y, setup="/Pale gs 0 g"), edit))
    assert error.reason == "text_without_contrast"


def test_black_text_on_black_is_refused() -> None:
    setup = "0 g 90 20 300 30 re f"
    error = refusal(show(first_line().at(FREE_X, FREE_Y, setup=setup)))
    assert error.reason == "text_without_contrast"


def test_text_partly_on_its_own_colour_is_refused() -> None:
    setup = "0 g 90 20 30 30 re f"
    error = refusal(show(first_line().at(FREE_X, FREE_Y, setup=setup)))
    assert error.reason == "text_without_contrast"


def test_white_text_on_a_dark_bar_passes() -> None:
    setup = "0.2 g 90 20 400 30 re f 1 g"
    check_rendered(show(first_line().at(FREE_X, FREE_Y, setup=setup)))


def test_white_text_on_a_dark_bar_with_round_corners_passes() -> None:
    bar = "90 25 m 90 20 95 20 95 20 c 490 20 l 490 50 l 90 50 l h f"
    check_rendered(show(first_line().at(FREE_X, FREE_Y, setup=f"0.2 g {bar} 1 g")))


def test_text_without_ink_is_refused() -> None:
    error = refusal(show(first_line().at(FREE_X, FREE_Y, setup="3 Tr")))
    assert error.reason == "text_invisible"


@pytest.mark.parametrize("mode", [1, 4, 5, 6, 7])
def test_text_used_as_an_outline_or_a_clip_is_refused(mode: int) -> None:
    error = refusal(show(first_line().at(FREE_X, FREE_Y, setup=f"{mode} Tr")))
    assert error.reason == "text_invisible"


@pytest.mark.parametrize("size", [0.1, 2.5])
def test_text_too_small_to_be_read_is_refused(size: float) -> None:
    error = refusal(show(first_line().at(FREE_X, FREE_Y, size)))
    assert error.reason == "text_too_small"


def test_text_shrunk_by_the_coordinates_is_refused() -> None:
    shrunk = first_line().at(FREE_X * 100, FREE_Y * 100, setup="0.01 0 0 0.01 0 0 cm")
    assert refusal(show(shrunk)).reason == "text_too_small"


def test_text_squeezed_to_a_stroke_is_refused() -> None:
    error = refusal(show(first_line().at(330, FREE_Y, setup="2 Tz")))
    assert error.reason == "text_too_small"


def test_letters_piled_on_one_spot_are_refused() -> None:
    setup = f"{-first_line().advance:.2f} Tc"
    error = refusal(show(first_line().at(FREE_X, FREE_Y, setup=setup)))
    assert error.reason == "text_piled_up"


def test_text_under_a_white_area_is_refused() -> None:
    operators = first_line().at(FREE_X, FREE_Y) + b" 1 g 90 20 300 30 re f"
    assert refusal(show(operators)).reason == "text_covered"


def test_one_letter_under_a_white_area_is_refused() -> None:
    operators = first_line().at(FREE_X, FREE_Y) + b" 1 g 105 25 6 20 re f"
    assert refusal(show(operators)).reason == "text_covered"


def test_a_line_of_the_record_under_a_white_area_is_refused() -> None:
    error = refusal(spoil(paint(b"1 g 60 500 480 100 re f")))
    assert error.reason == "text_covered"


def test_text_struck_out_by_a_thick_white_line_is_refused() -> None:
    operators = first_line().at(FREE_X, FREE_Y) + b" 1 G 12 w 90 34 m 300 34 l S"
    assert refusal(show(operators)).reason == "text_covered"


def test_a_letter_wiped_out_by_thin_white_lines_is_refused() -> None:
    lines = b"".join(b" 90 %d m 300 %d l S" % (y, y) for y in range(28, 42))
    operators = first_line().at(FREE_X, FREE_Y) + b" 1 G 1 w" + lines
    assert refusal(show(operators)).reason == "text_covered"


def test_an_underline_passes() -> None:
    operators = first_line().at(FREE_X, FREE_Y) + b" 0.3 G 0.5 w 90 29 m 300 29 l S"
    check_rendered(show(operators))


def test_a_frame_around_text_passes() -> None:
    operators = first_line().at(FREE_X, FREE_Y) + b" 0 G 2 w 80 15 300 40 re S"
    check_rendered(show(operators))


def test_text_under_a_picture_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        image = pdf.make_stream(
            bytes(12), Type=Name.XObject, Subtype=Name.Image, Width=2, Height=2,
            ColorSpace=Name.DeviceRGB, BitsPerComponent=8,
        )  # fmt: skip
        add_resource(pdf, "/XObject", "/Im", image)

    operators = first_line().at(FREE_X, FREE_Y) + b" 300 0 0 30 90 20 cm /Im Do"
    assert refusal(show(operators, edit)).reason == "text_covered"


def white_picture(pdf: Pdf) -> None:
    image = pdf.make_stream(
        b"\xff" * 12, Type=Name.XObject, Subtype=Name.Image, Width=2, Height=2,
        ColorSpace=Name.DeviceRGB, BitsPerComponent=8,
    )  # fmt: skip
    add_resource(pdf, "/XObject", "/Im", image)


def test_white_text_on_a_white_picture_is_refused() -> None:
    below = "q 300 0 0 30 90 20 cm /Im Do Q 1 g"
    error = refusal(show(first_line().at(FREE_X, FREE_Y, setup=below), white_picture))
    assert error.reason == "text_covered"


def test_black_text_on_a_white_picture_passes() -> None:
    below = "q 300 0 0 30 90 20 cm /Im Do Q 0 g"
    check_rendered(show(first_line().at(FREE_X, FREE_Y, setup=below), white_picture))


def test_text_clipped_to_nothing_is_refused() -> None:
    error = refusal(show(first_line().at(FREE_X, FREE_Y, setup="0 0 0 0 re W n")))
    assert error.reason == "text_clipped"


def test_text_clipped_to_its_first_letters_is_refused() -> None:
    error = refusal(show(first_line().at(FREE_X, FREE_Y, setup="90 20 30 30 re W n")))
    assert error.reason == "text_clipped"


def test_text_clipped_by_a_triangle_is_refused() -> None:
    clip = "90 20 m 400 20 l 90 40 l h W n"
    error = refusal(show(first_line().at(FREE_X, FREE_Y, setup=clip)))
    assert error.reason == "text_clipped"


def test_text_within_its_clip_passes() -> None:
    clip = "80 10 400 60 re W n 70 5 m 500 5 l 500 90 l 70 80 l h W n"
    check_rendered(show(first_line().at(FREE_X, FREE_Y, setup=clip)))


def test_text_outside_the_box_of_its_form_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        form = make_form(pdf, first_line().at(FREE_X, FREE_Y), (0, 0, 110, 100))
        add_resource(pdf, "/XObject", "/Fm", form)

    assert refusal(show(b"/Fm Do", edit)).reason == "text_clipped"


def test_white_text_in_a_form_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        line = first_line().at(FREE_X, FREE_Y, setup="1 1 1 rg")
        form = make_form(pdf, line, (0, 0, 600, 100))
        add_resource(pdf, "/XObject", "/Fm", form)

    assert refusal(show(b"/Fm Do", edit)).reason == "text_without_contrast"


@pytest.mark.parametrize(
    ("x", "y"), [(-400, 30), (700, 30), (100, -40), (100, 900), (580, 30)]
)
def test_text_off_the_sheet_is_refused(x: float, y: float) -> None:
    assert refusal(show(first_line().at(x, y))).reason == "outside_page"


def white_shading() -> Dictionary:
    function = Dictionary(
        FunctionType=2, Domain=Array([0, 1]), C0=Array([1]), C1=Array([1]), N=1
    )
    return Dictionary(
        ShadingType=2, ColorSpace=Name.DeviceGray, Coords=Array([0, 0, 600, 0]),
        Function=function, Extend=Array([True, True]),
    )  # fmt: skip


def test_text_filled_with_a_pattern_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        pattern = Dictionary(Type=Name.Pattern, PatternType=2, Shading=white_shading())
        add_resource(pdf, "/Pattern", "/Pa", pattern)

    line = first_line().at(FREE_X, FREE_Y, setup="/Pattern cs /Pa scn")
    assert refusal(show(line, edit)).reason == "not_permitted"


def test_white_text_on_a_white_shading_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        add_resource(pdf, "/Shading", "/Sh", white_shading())

    setup = "q 90 20 300 30 re W n /Sh sh Q 1 g"
    error = refusal(show(first_line().at(FREE_X, FREE_Y, setup=setup), edit))
    assert error.reason == "text_covered"


def test_a_letter_that_draws_nothing_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        for font in ("/FR", "/FB"):
            inner = pdf.pages[0].obj.Resources.Font[font].DescendantFonts[0]
            program = inner.FontDescriptor.FontFile2
            program.write(blank_glyphs(program.read_bytes()))

    assert refusal(spoil(edit)).reason == "glyph_empty"


def blank_glyphs(program: bytes) -> bytes:
    """Return a font whose glyphs all say that they have no contours."""
    data = bytearray(program)
    count = int.from_bytes(data[4:6], "big")
    tables = {}
    for index in range(count):
        entry = data[12 + 16 * index : 28 + 16 * index]
        tables[bytes(entry[:4])] = (
            int.from_bytes(entry[8:12], "big"),
            int.from_bytes(entry[12:16], "big"),
        )
    long = data[tables[b"head"][0] + 51] == 1
    start, length = tables[b"loca"]
    width, factor = (4, 1) if long else (2, 2)
    for at in range(start, start + length - width, width):
        glyph = int.from_bytes(data[at : at + width], "big") * factor
        following = int.from_bytes(data[at + width : at + 2 * width], "big") * factor
        if following > glyph:
            place = tables[b"glyf"][0] + glyph
            data[place : place + 2] = b"\0\0"
    return bytes(data)


def test_a_picture_clipped_to_nothing_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        white_picture(pdf)
        paint(b"0 0 0 0 re W n 50 0 0 20 330 20 cm /Im Do")(pdf)

    assert refusal(spoil(edit)).reason == "image_hidden"


@pytest.mark.parametrize(
    "operators",
    [b"600 30 20 20 re f", b"580 20 50 20 re f", b"4 w 100 -20 m 200 -20 l S"],
)
def test_a_path_off_the_sheet_is_refused(operators: bytes) -> None:
    assert refusal(spoil(paint(operators))).reason == "outside_page"


def expect_watermark(rendered: Rendered) -> Rendered:
    text = first_line().text
    rendered = expect_first(rendered, text)
    return replace(rendered, expected=replace(rendered.expected, watermark=text))


def test_a_watermark_that_is_seen_passes() -> None:
    large = first_line().at(30, 300, 62, "0.925 g")
    check_rendered(expect_watermark(spoil(paint(large, below=True))))


def test_a_watermark_painted_over_is_refused() -> None:
    large = first_line().at(30, 300, 62, "0.925 g") + b" 1 g 0 0 590 840 re f"
    rendered = expect_watermark(spoil(paint(large, below=True)))
    assert refusal(rendered).reason == "text_covered"


def test_a_watermark_in_white_is_refused() -> None:
    large = first_line().at(30, 300, 62, "0.99 g")
    rendered = expect_watermark(spoil(paint(large, below=True)))
    assert refusal(rendered).reason == "text_covered"


def test_text_that_says_something_else_when_copied_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        font = pdf.pages[0].obj.Resources.Font[f"/{first_line().font}"]
        cmap = font.ToUnicode.read_bytes()
        letter = first_line().text[0].encode("utf-16-be").hex().upper().encode()
        assert letter in cmap
        font.ToUnicode.write(cmap.replace(b"<" + letter + b">", b"<0E2D>"))

    error = refusal(spoil(edit))
    assert error.reason == "text_differs"
    assert "หน้า 1" in error.th


def test_text_replaced_for_copying_is_refused() -> None:
    line = first_line().at(FREE_X, FREE_Y)
    rendered = spoil(append(b"/Span <</ActualText (x)>> BDC " + line + b" EMC"))
    assert refusal(rendered).reason == "not_permitted"


def test_a_missing_line_is_refused_with_the_words_where_the_texts_part() -> None:
    error = refusal(expect(render_licence(), "ข้อความที่หายไป"))
    assert error.reason == "text_differs"
    assert "ข้อความที่หายไป" in error.th
    assert "ข้อความที่หายไป" in str(error)


@pytest.mark.parametrize("size", [12, 62])
def test_text_outlined_in_the_colour_of_paper_is_refused(size: int) -> None:
    line = first_line().at(30, 300, size, "0 g 2 Tr 1 G 9 w")
    assert refusal(show(line)).reason == "text_invisible"


@pytest.mark.parametrize(
    "operators",
    [
        b"0.5 g 0 280 590 70 re f " + first_line().at(30, 300, 62, "0.5 g"),
        first_line().at(30, 300, 62, "0 g") + b" 0 g 0 280 590 90 re f",
        first_line().at(30, 300, 62, "0.925 g"),
    ],
)
def test_large_text_that_is_no_watermark_is_judged_as_any_text(
    operators: bytes,
) -> None:
    reason = refusal(show(operators)).reason
    assert reason in {"text_without_contrast", "text_covered"}


def test_white_text_on_a_ground_that_is_clipped_away_is_refused() -> None:
    ground = "q 0 0 1 1 re W n 0 g 20 20 500 40 re f Q 0 g 90 33 300 1 re f 1 g"
    error = refusal(show(first_line().at(FREE_X, FREE_Y, setup=ground)))
    assert error.reason == "text_without_contrast"


@pytest.mark.parametrize("bar", ["{y} 300 1.4 re f", "{y} m 390 {y} l S"])
def test_text_under_many_thin_gray_bars_is_refused(bar: str) -> None:
    bars = "".join(" 90 " + bar.format(y=22 + 1.3 * step) for step in range(20))
    line = first_line().at(FREE_X, FREE_Y) + b" 0.49 g 0.49 G 1.4 w" + bars.encode()
    assert refusal(show(line)).reason == "text_covered"


def test_text_squeezed_to_an_eighth_is_refused() -> None:
    error = refusal(show(first_line().at(330, FREE_Y, 14, setup="13 Tz")))
    assert error.reason == "text_too_small"
