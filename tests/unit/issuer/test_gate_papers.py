# SPDX-License-Identifier: Apache-2.0
"""The gate finds the QR code on every paper, wherever on the sheet it stands."""

from pathlib import Path

import pytest

from tests.unit.templates.layout_world import TITLE, draw_document, make_type

PAPERS = {
    "A4": ('paper = "A4"', 210, 297),
    "A4 on its side": ('paper = "A4"\norientation = "landscape"', 297, 210),
    "A5": ('paper = "A5"', 148, 210),
    "A5 on its side": ('paper = "A5"\norientation = "landscape"', 210, 148),
}
BOX_WIDTH, BOX_HEIGHT = 85, 36
PLACES = 13
"""On each of four papers."""
GOLDEN, SILVER = 0.618034, 0.414214
FLOWING_QR = """
[[blocks]]
block = "qr"
"""


def place_qr(left: float, top: float) -> str:
    return (
        f"[[fixed]]\nleft = {left:.1f}\ntop = {top:.1f}\n"
        f"width = {BOX_WIDTH}\nheight = {BOX_HEIGHT}\n"
        '[[fixed.blocks]]\nblock = "qr"\n'
    )


@pytest.mark.parametrize("paper", PAPERS)
def test_a_code_at_any_place_passes(paper: str, tmp_path: Path) -> None:
    page, width, height = PAPERS[paper]
    for number in range(PLACES):
        # Ratios that never meet whole pixels, nor each other.
        left = 5 + number * GOLDEN % 1 * (width - BOX_WIDTH - 10)
        top = 60 + number * SILVER % 1 * (height - BOX_HEIGHT - 64)
        folder = tmp_path / str(number)
        folder.mkdir()
        page_table = f'[page]\n{page}\nnumbers = "never"\n'
        draw_document(make_type(folder, TITLE, place_qr(left, top), page=page_table))


@pytest.mark.parametrize("paper", PAPERS)
def test_a_code_after_the_text_passes(paper: str, tmp_path: Path) -> None:
    page, _, _ = PAPERS[paper]
    draw_document(make_type(tmp_path, TITLE, FLOWING_QR, page=f"[page]\n{page}\n"))
