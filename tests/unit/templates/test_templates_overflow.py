# SPDX-License-Identifier: Apache-2.0
"""What does not fit is told by block and field, in Thai and English."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from issuer.errors import PageOverflowError, RenderError, TallLetterError
from issuer.problems import problem_of
from issuer.rehearsal import rehearse
from templates.errors import FieldsError
from tests.unit.templates.layout_world import TITLE, check_document, make_type
from tra.type_check import Severity, check_type

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
NOTE = """
[[fields]]
name = "note"
label = { th = "หมายเหตุ", en = "Note" }
kind = "paragraph"
max_length = 5000
required = false
"""
COLUMNS = """
[[blocks]]
block = "columns"
[[blocks.columns]]
width = 30
[[blocks.columns.blocks]]
block = "paragraph"
text = "{note}"
[[blocks.columns]]
[[blocks.columns.blocks]]
block = "paragraph"
text = "{owner}"
"""
FOOT = """
[[foot]]
block = "paragraph"
text = "{note}"
"""
BOX = """
[[fixed]]
left = 30
top = 150
width = 40
height = 10
[[fixed.blocks]]
block = "paragraph"
text = "{note}"
"""
FLOW = """
[[blocks]]
block = "paragraph"
text = "{note}"
"""
ONE_PAGE = "\n[page]\none_page = true\n"
LONG = "ข้อความยาวมาก " * 300
SHORT = "ข้อความยาวมาก " * 8


def refuse(folder: Path, *parts: str, page: str = "\n[page]\n", note: str) -> Exception:
    kind = make_type(folder, NOTE, TITLE, *parts, page=page)
    with pytest.raises(RenderError) as caught:
        check_document(kind, note=note)
    return caught.value


@pytest.mark.parametrize(
    ("parts", "page", "note", "says"),
    [
        ((COLUMNS,), "\n[page]\n", LONG, 'the block "columns" with note, owner is '),
        ((FOOT,), "\n[page]\n", LONG, "the foot with note is "),
        ((BOX,), "\n[page]\n", SHORT, "mm too low for what it holds (note)"),
        ((FLOW,), ONE_PAGE, LONG, "too long: shorten its longest texts (note, owner)"),
    ],
)
def test_the_fields_that_do_not_fit_are_named(
    tmp_path: Path, parts: tuple[str, ...], page: str, note: str, says: str
) -> None:
    error = refuse(tmp_path, *parts, page=page, note=note)
    assert isinstance(error, PageOverflowError)
    assert says in str(error)
    problem = problem_of(error)
    assert problem is not None
    assert problem.status == 422
    assert next(issue.field for issue in problem.errors) == "note"
    assert "หมายเหตุ" in problem.detail.th
    assert "มม." in problem.detail.th
    assert "โปรดย่อข้อความ" in problem.errors[0].detail.th
    assert says in problem.errors[0].detail.en


def test_the_row_of_a_number_that_does_not_fit_is_named(tmp_path: Path) -> None:
    table = """
[[fields]]
name = "plots"
label = { th = "แปลง", en = "Plots" }
kind = "table"
[[fields.columns]]
name = "use"
label = { th = "การใช้", en = "Use" }
kind = "text"
[[fields.columns]]
name = "area"
label = { th = "เนื้อที่", en = "Area" }
kind = "integer"
"""
    shown = """
[[blocks]]
block = "table"
field = "plots"
[[blocks.columns]]
column = "use"
[[blocks.columns]]
column = "area"
width = 15
"""
    kind = make_type(tmp_path, table, TITLE, shown)
    rows = [{"use": "นา", "area": 5}, {"use": "สวน", "area": 123_456_789_012}]
    with pytest.raises(PageOverflowError) as caught:
        check_document(kind, plots=rows)
    assert caught.value.fields == ("plots[1].area",)
    assert "แถวที่ 2" in caught.value.th


def test_a_character_of_the_type_without_glyph_is_told_in_thai(tmp_path: Path) -> None:
    error = refuse(tmp_path, FLOW.replace("{note}", "免 {note}"), note="ก")
    problem = problem_of(error)
    assert problem is not None
    assert "ไม่มีอักขระ “免” (U+514D)" in problem.detail.th
    assert "no glyph for U+514D" in problem.detail.en


def test_marks_that_reach_too_high_are_told_in_thai(tmp_path: Path) -> None:
    error = refuse(tmp_path, FLOW, note="Ấ\u0301\u0301")
    assert isinstance(error, TallLetterError)
    assert "ทับบรรทัดอื่น" in error.th


def test_marks_that_reach_too_high_are_refused_by_field(tmp_path: Path) -> None:
    kind = make_type(tmp_path, NOTE, TITLE, FLOW)
    data = {"owner": "นายน้ำ ใจดี", "note": "ก Ấ\u0301\u0301"}
    with pytest.raises(FieldsError) as caught:
        rehearse(kind, data, NOW)
    [problem] = caught.value.problems
    assert (problem.field, problem.reason) == ("note", "stacked_marks")


def test_the_check_warns_of_texts_that_columns_cannot_hold(tmp_path: Path) -> None:
    make_type(tmp_path, NOTE, TITLE, COLUMNS)
    sample = json.dumps({"owner": "นายน้ำ ใจดี", "note": "ก"})
    (tmp_path / "sample.json").write_text(sample, encoding="utf-8")
    [found] = [
        one for one in check_type(tmp_path, [], NOW).findings if one.field == "note"
    ]
    assert found.severity is Severity.WARNING
    assert 'the block "columns" with note, owner' in found.problem
    lines = (tmp_path / "type.toml").read_text(encoding="utf-8").splitlines()
    assert lines[(found.line or 0) - 1] == "max_length = 5000"
    assert "write max_length =" in (found.fix or "")
