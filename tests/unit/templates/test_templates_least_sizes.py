# SPDX-License-Identifier: Apache-2.0
"""What the gate would refuse as too small or too close is refused in type.toml."""

from pathlib import Path
from typing import Any

import pytest

from issuer.visibility import MIN_TEXT_HEIGHT
from templates.blocks import MIN_TEXT_POINTS
from templates.errors import TypeFileError
from templates.families import SARABUN
from tests.unit.templates.layout_world import TITLE, draw_document, make_type

TEXT = '\n[[blocks]]\nblock = "paragraph"\ntext = "ฐุ ฏุ\\nปี๊ ฟื้ ปี๊"\n'
PAIRS = """
[[blocks]]
block = "pairs"
english = true
rows = [{ label = { th = "ผู้รับ", en = "Licensee" }, value = "{owner}" }]
"""
SIGNATURE = '\n[[blocks]]\nblock = "signature"\nenglish = true\n'
PLOTS = """
[[fields]]
name = "plots"
label = { th = "แปลง", en = "Plots" }
kind = "table"
required = false
columns = [{ name = "use", label = { th = "การใช้", en = "Use" }, kind = "text" }]
"""
TABLE = """
[[blocks]]
block = "table"
field = "plots"
english = true
columns = [{ column = "use" }]
"""


def test_both_draw_the_line_at_the_same_size() -> None:
    assert MIN_TEXT_POINTS == MIN_TEXT_HEIGHT


@pytest.mark.parametrize(
    ("block", "least", "small"),
    [(TEXT, 4, 3.9), (PAIRS, 5.8, 5.7), (SIGNATURE, 5, 4.9), (PLOTS + TABLE, 5.4, 5.3)],
    ids=["paragraph", "pairs", "signature", "table"],
)
def test_letters_too_small_are_refused_with_line_and_least_size(
    tmp_path: Path, block: str, least: float, small: float
) -> None:
    kind = make_type(tmp_path, TITLE, f"{block}size = {least}\n")
    data: dict[str, Any] = {"plots": [{"use": "นา"}]} if "plots" in block else {}
    assert draw_document(kind, **data).pdf
    with pytest.raises(TypeFileError, match=f"Write size = {least:g} or more") as error:
        make_type(tmp_path, TITLE, f"{block}size = {small}\n")
    lines = (tmp_path / "type.toml").read_text(encoding="utf-8").splitlines()
    assert lines[(error.value.line or 0) - 1] == f"size = {small}"


def test_lines_too_close_are_refused_with_line(tmp_path: Path) -> None:
    close = f"{TEXT}bold = true\nleading = "
    assert draw_document(make_type(tmp_path, TITLE, f"{close}1\n")).pdf
    with pytest.raises(TypeFileError, match="lines would run into each") as error:
        make_type(tmp_path, TITLE, f"{close}0.9\n")
    lines = (tmp_path / "type.toml").read_text(encoding="utf-8").splitlines()
    assert lines[(error.value.line or 0) - 1] == "leading = 0.9"


def test_small_letters_of_the_page_are_refused_where_they_become_smaller(
    tmp_path: Path,
) -> None:
    """A font of the agency may be drawn at less than half the size."""
    for bold in (False, True):
        file = SARABUN.find_file(bold=bold)
        (tmp_path / file.name).write_bytes(file.read_bytes())
    page = """
[page]
size = 9
[page.font]
regular = "Sarabun-Regular.ttf"
bold = "Sarabun-Bold.ttf"
scale = 0.4
"""
    code = '\n[[foot]]\nblock = "qr"\nsize = 8\n'
    assert make_type(tmp_path, TITLE, TEXT, code, page=page).page.size == 9
    with pytest.raises(TypeFileError, match=r"size 9 .* 2\.5 points on paper") as error:
        make_type(tmp_path, TITLE, PAIRS, code, page=page)
    lines = (tmp_path / "type.toml").read_text(encoding="utf-8").splitlines()
    assert lines[error.value.line or 0] == 'block = "pairs"'
    with pytest.raises(TypeFileError, match=r"Write size = 7\.5 or more"):
        make_type(tmp_path, TITLE, code.replace("8", "7"), page=page)
