# SPDX-License-Identifier: Apache-2.0
"""A type is checked as a whole before it is used, and nothing is found at issue."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from templates.catalogue import Catalogue, read_document_type
from templates.longest import write_text
from tests.unit.templates.test_templates_background import draw_form
from tra.new_type import NewType, create_type
from tra.type_check import Finding, Severity, check_type, load_others
from tra.type_limits import find_limits, find_misfit

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
BUILT_IN = Catalogue.load()
ON_FORM = """
[page.background]
file = "form.pdf"
alt = { th = "แบบพิมพ์", en = "Form" }

[[fixed]]
left = 21.2
top = 9
width = 60
height = 12
[[fixed.blocks]]
block = "paragraph"
text = "คำขอใหม่"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A type made of the skeleton."""
    create_type(NewType(folder=tmp_path / "permit", code="PM"), BUILT_IN)
    return tmp_path / "permit"


def change(folder: Path, old: str, new: str, *, file: str = "type.toml") -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def check(folder: Path) -> tuple[Finding, ...]:
    return check_type(folder, load_others([]), NOW).findings


def test_the_skeleton_leaves_nothing_to_be_said(folder: Path) -> None:
    assert check(folder) == ()


@pytest.mark.parametrize("type_id", sorted(BUILT_IN.types))
def test_every_type_that_comes_with_tra_is_ready(type_id: str) -> None:
    report = check_type(BUILT_IN.types[type_id].folder, load_others([]), NOW)
    assert report.ready, report.findings


def test_every_field_of_the_sample_is_judged_at_once(folder: Path) -> None:
    sample = {"holder_name": "ก\u200bข", "holder_id": "12", "conditions": [""], "x": 1}
    (folder / "sample.json").write_text(json.dumps(sample, indent=1))
    found = {one.field: one for one in check(folder)}
    assert set(found) == {"holder_name", "holder_id", "details", "conditions[0]", "x"}
    assert found["holder_name"].line == 2
    assert found["conditions[0]"].line == 5
    assert found["details"].line is None
    assert all(one.problem_th for one in found.values())
    assert {one.severity for one in found.values()} == {Severity.ERROR}


def test_an_id_or_code_that_is_used_is_named_with_its_line(folder: Path) -> None:
    change(folder, '"PM"', '"BL"')
    [found] = check(folder)
    assert found.line == 7
    assert "business_licence" in found.problem


def test_what_the_sample_does_not_show_is_drawn_too(folder: Path) -> None:
    change(folder, 'when = "fee"', 'when = "!fee"')
    change(folder, "{fee} บาท ({fee:words})", "ไม่มีค่าธรรมเนียม 免費")
    [found] = [one for one in check(folder) if one.severity is Severity.ERROR]
    text = (folder / "type.toml").read_text(encoding="utf-8").splitlines()
    assert found.line is not None
    assert "免" in text[found.line - 1]
    assert "U+514D" in found.problem


def test_a_length_that_the_page_cannot_hold_is_told_with_one_that_fits(
    folder: Path,
) -> None:
    change(folder, 'paper = "A4"', 'paper = "A4"\none_page = true')
    change(folder, "max_items = 10", "max_items = 60")
    warnings = [one for one in check(folder) if one.severity is Severity.WARNING]
    [found] = [one for one in warnings if one.field == "conditions"]
    text = (folder / "type.toml").read_text(encoding="utf-8").splitlines()
    assert found.line is not None
    assert text[found.line - 1].startswith("max_items = 60")
    kind = read_document_type(folder)
    [limit] = [one for one in find_limits(kind, kind.sample()) if one.field]
    size = int(limit.fix.split()[0])
    sample = kind.sample()
    entries = [write_text(kind.fields[4].kind, 300, turn) for turn in range(size + 1)]
    assert find_misfit(kind, {**sample, "conditions": entries[:size]}) is None
    assert find_misfit(kind, {**sample, "conditions": entries}) is not None


def test_a_wrong_type_does_not_hide_the_others(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "wrong").mkdir()
    (tmp_path / "wrong" / "type.toml").write_text("id =")
    assert folder.name in {kind.id for kind in load_others([tmp_path])}


def test_a_box_over_the_print_of_a_form_is_told_with_both_texts(folder: Path) -> None:
    draw_form("ทะเบียนผู้ประกอบการ").save(folder / "form.pdf")
    with (folder / "type.toml").open("a", encoding="utf-8") as file:
        file.write(ON_FORM)
    found, *_ = [one for one in check(folder) if one.severity is Severity.ERROR]
    assert "ทะเบียนผู้ประกอบการ" in found.problem
    assert "คำขอใหม่" in found.problem
    assert found.problem_th
    assert "ทับ" in found.problem_th
