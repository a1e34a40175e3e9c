# SPDX-License-Identifier: Apache-2.0
"""What readers would understand in more than one way is not sealed."""

import pytest
from pikepdf import Array, Dictionary, Name, Pdf

from issuer.gate import check_rendered
from tests.tampering import (
    add_resource,
    first_line,
    make_form,
    paint,
    refusal,
    show,
    spoil,
)


@pytest.mark.parametrize(
    "operators",
    [
        "1 0 g", "1 0 0 0 rg", "0 0 rg", "g", "5 1 0 0 1 0 0 cm", "1 0 0 1 0 cm",
        "1 2 w", "w", "0 0 0 10 10 re f", "0 10 10 re f", "3 9 9 m 20 20 l S",
        "9 9 m 1 20 20 l S", "1 1 2 2 3 3 4 c", "[1 2] d", "1 [1 2] 0 d", "/a g",
        "(x) w", "1 q Q", "1 W n", "9 9 10 10 re 1 f", "[1] g",
    ],
)  # fmt: skip
def test_operands_that_do_not_fit_are_refused(operators: str) -> None:
    assert refusal(spoil(paint(operators.encode()))).reason == "unreadable"


@pytest.mark.parametrize("setup", ["Tr", "1 2 Tr", "0 Tr 7", "2 0 Tr"])
def test_modes_of_text_with_other_operands_are_refused(setup: str) -> None:
    line = first_line().at(100, 30).replace(b"BT", f"BT {setup}".encode(), 1)
    assert refusal(show(line)).reason == "unreadable"


def test_operands_left_over_at_the_end_are_refused() -> None:
    def edit(pdf: Pdf) -> None:
        content = pdf.pages[0].obj.Contents
        content.write(content.read_bytes() + b" 1 ")

    assert refusal(spoil(edit)).reason == "unreadable"


@pytest.mark.parametrize(
    "operators",
    ["[3 2] 0 d", "[] 0 d", "0.5 w", "9 9 m 10 10 11 11 12 12 c 1 2 3 4 v S"],
)
def test_operands_as_the_standard_has_them_pass(operators: str) -> None:
    check_rendered(spoil(paint(operators.encode())))


def test_colours_of_a_press_below_a_pattern_are_refused() -> None:
    def edit(pdf: Pdf) -> None:
        space = Array([Name.Pattern, Name.DeviceCMYK])
        add_resource(pdf, "/ColorSpace", "/Cs", space)
        paint(b"/Cs cs 20 20 5 5 re n")(pdf)

    assert refusal(spoil(edit)).reason == "not_archival"


def test_text_in_a_pattern_is_refused_though_it_was_seen_before() -> None:
    def edit(pdf: Pdf) -> None:
        form = make_form(pdf, first_line().at(0, 5), (0, 0, 300, 30))
        tile = pdf.make_stream(
            b"/Fm Do", Type=Name.Pattern, PatternType=1, PaintType=1, TilingType=1,
            BBox=Array([0, 0, 300, 30]), XStep=300, YStep=30,
            Resources=Dictionary(XObject=Dictionary(Fm=form)),
        )  # fmt: skip
        add_resource(pdf, "/XObject", "/Fm", form)
        add_resource(pdf, "/Pattern", "/Pa", tile)
        paint(b"q 1 0 0 1 100 30 cm /Fm Do Q /Pattern cs /Pa scn 0 0 9 9 re f")(pdf)

    error = refusal(spoil(edit))
    assert error.reason == "not_permitted"
    assert "text in a pattern" in str(error)
