# SPDX-License-Identifier: Apache-2.0
"""Lines end where a reader of Thai expects them to."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from templates.families import SARABUN
from templates.lines import set_lines
from templates.words import Break, Run, cut_pieces

LAW = "อาศัยอำนาจตามความในมาตรา ๓๗ แห่งพระราชบัญญัติการประกอบกิจการตัวอย่าง พ.ศ. ๒๕๖๐"


def set_text(runs: list[Run], width: float) -> list[str]:
    lines = set_lines((SARABUN, 12), tuple(runs), width)
    return [
        "".join(letter.text for piece in line.pieces for letter in piece.shape.letters)
        for line in lines
    ]


@pytest.mark.parametrize("width", range(60, 460, 7))
def test_nothing_is_lost_and_no_line_is_too_wide(width: int) -> None:
    runs = [Run(LAW + " ให้ "), Run("นายสมชาย ใจดี", bold=True, whole=True)]
    lines = set_lines((SARABUN, 12), tuple(runs), width)
    assert "".join(set_text(runs, width)) == LAW + " ให้ นายสมชาย ใจดี"
    assert all(line.width <= width + 0.02 for line in lines)


@pytest.mark.parametrize("width", range(110, 460, 5))
@pytest.mark.parametrize(
    "together",
    ["พ.ศ. ๒๕๖๐", "มาตรา ๓๗", "นายสมชาย ใจดี", "๔๕๐ ตารางเมตร", "๒๑ พฤศจิกายน", "ต่าง ๆ"],
)
def test_what_belongs_together_stays_together(width: int, together: str) -> None:
    runs = [
        Run(LAW + " อนุญาตให้ "),
        Run("นายสมชาย ใจดี", whole=True),
        Run(" ใช้พื้นที่ ๔๕๐ ตารางเมตร เก็บสินค้าต่าง ๆ ตั้งแต่วันที่ ๒๑ พฤศจิกายน พ.ศ. ๒๕๖๐"),
    ]
    assert any(together in line for line in set_text(runs, width))
    text = "".join(set_text(runs, width))
    assert text.count(together) == sum(
        line.count(together) for line in set_text(runs, width)
    )


def test_a_name_wider_than_the_line_parts_at_its_space_first() -> None:
    name = "หม่อมราชวงศ์วิมลรัตนชาติ เทวกุลอัศวรัตนานุรักษ์"
    assert set_text([Run(name, whole=True)], 160) == [
        "หม่อมราชวงศ์วิมลรัตนชาติ ",
        "เทวกุลอัศวรัตนานุรักษ์",
    ]


def test_an_endless_word_is_divided_between_letters() -> None:
    lines = set_text([Run("กี้" * 60)], 100)
    assert "".join(lines) == "กี้" * 60
    assert all(line.startswith("กี้") and line.endswith("กี้") for line in lines)


def test_spaces_survive_beside_words() -> None:
    pieces = cut_pieces([Run("ก ข  ค")])
    assert "".join(piece.text for piece in pieces) == "ก ข  ค"


def test_a_new_line_in_the_text_is_kept() -> None:
    pieces = cut_pieces([Run("บรรทัดหนึ่ง\nบรรทัดสอง")])
    assert Break.FORCED in [piece.after for piece in pieces]
    assert len(set_text([Run("บรรทัดหนึ่ง\nบรรทัดสอง")], 400)) == 2


def test_word_breaking_writes_nothing_into_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o500)
    script = (
        "import json, os; from templates.words import Run, cut_pieces;"
        "print(json.dumps([p.text for p in cut_pieces([Run('ภาษาไทยง่าย')])]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"HOME": str(home), "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "".join(json.loads(done.stdout)) == "ภาษาไทยง่าย"
    assert list(home.iterdir()) == []
