# SPDX-License-Identifier: Apache-2.0
"""A table is checked cell by cell, and a clerk is told which row and column."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from templates.catalogue import Catalogue, DocumentType
from templates.errors import FieldsError, TypeFileError
from templates.facts import Facts, styles_of

COLUMNS = """\
[[fields.columns]]
name = "use"
label = { th = "การใช้", en = "Use" }
public = true

[[fields.columns]]
name = "area"
label = { th = "พื้นที่", en = "Area" }
kind = "integer"
minimum = 1
unit = { th = "ตารางเมตร", en = "m²" }
public = true

[[fields.columns]]
name = "fee"
label = { th = "ค่าธรรมเนียม", en = "Fee" }
kind = "money"
required = false

[[fields.columns]]
name = "class"
label = { th = "ประเภท", en = "Class" }
kind = "choice"
required = false
choices = [{ value = "home", th = "ที่อยู่อาศัย", en = "Dwelling" }]
"""
TABLE = f"""\
[[fields]]
name = "rooms"
label = {{ th = "ห้อง", en = "Rooms" }}
kind = "table"
public = true
max_items = 4

{COLUMNS}"""
TYPE = f"""\
id = "building_permit_test"
code = "BT"
version = 1
name = {{ th = "ใบอนุญาตก่อสร้าง", en = "Building Permit" }}
legal_basis = {{ th = "กฎหมายตัวอย่าง", en = "Sample law" }}

[numbering]
pattern = "{{sequence}}/{{year}}"

[validity]
rule = "none"

[holder]
field = "owner"

[signatory]
name = {{ th = "นายทดสอบ ระบบดี", en = "Mr. Thotsop Rabopdi" }}
position = {{ th = "นายกเทศมนตรี", en = "Mayor" }}

[page]

[[fields]]
name = "owner"
label = {{ th = "เจ้าของ", en = "Owner" }}
kind = "name"

{TABLE}
[[blocks]]
block = "paragraph"
role = "title"
text = "{{type_name}}"

[[blocks]]
block = "paragraph"
text = "{{owner}} {{rooms:count}} ห้อง {{rooms.area}} ตารางเมตร {{rooms.fee:words}}"

[[foot]]
block = "qr"
"""
ROWS = [
    {"use": "ห้องนอน", "area": 24, "fee": "1200.50", "class": "home"},
    {"use": "ห้องครัว", "area": 1012},
]


def load(folder: Path, text: str = TYPE) -> DocumentType:
    (folder / "type.toml").write_text(text, encoding="utf-8")
    catalogue = Catalogue.load([folder], built_in=False)
    return catalogue.get_type("building_permit_test")


@pytest.fixture(name="permit")
def _permit(tmp_path: Path) -> DocumentType:
    return load(tmp_path)


def problems(permit: DocumentType, rows: object) -> dict[str, tuple[str, str]]:
    data = permit.normalise({"owner": "นายเล เรือดี", "rooms": rows})
    with pytest.raises(FieldsError) as caught:
        permit.check_fields(data)
    assert all(problem.detail.en for problem in caught.value.problems)
    return {p.field: (p.reason, p.detail.th) for p in caught.value.problems}


def facts(permit: DocumentType, data: dict[str, Any]) -> Facts:
    permit.check_fields(data)
    name = {"th": permit.name.th, "en": permit.name.en}
    return Facts(permit.fields, {"data": data}, name)


def test_cells_are_stored_like_fields(permit: DocumentType) -> None:
    rows = [
        {"use": " ห้อง  นํ้า ", "area": "๑,๐๑๒", "fee": "๑๐๐", "class": ""},
        {"use": "ห้องครัว", "area": 12, "fee": None},
    ]
    data = permit.normalise({"owner": "นาย เล เรือดี", "rooms": rows})
    assert data["rooms"] == [
        {"use": "ห้อง น้ำ", "area": 1012, "fee": "100.00"},
        {"use": "ห้องครัว", "area": 12},
    ]
    assert permit.normalise(data) == data
    permit.check_fields(data)
    jsonschema.validate(data, permit.json_schema())


def test_every_cell_that_is_wrong_is_named_by_row_and_column(
    permit: DocumentType,
) -> None:
    found = problems(
        permit,
        [
            {"use": "ห้องนอน", "area": 0},
            {"use": "ห้องครัว", "fee": "ฟรี"},
            {"use": "ห้อง\u200bโถง", "area": "สิบ", "colour": "แดง"},
            {},
        ],
    )
    assert {path: reason for path, (reason, _) in found.items()} == {
        "rooms[0].area": "too_small",
        "rooms[1].area": "required",
        "rooms[1].fee": "bad_amount",
        "rooms[2].use": "forbidden_character",
        "rooms[2].area": "wrong_type",
        "rooms[2].colour": "unknown_field",
        "rooms[3]": "required",
    }
    assert found["rooms[0].area"][1] == "แถวที่ 1 คอลัมน์พื้นที่: ต้องไม่น้อยกว่า 1"
    assert found["rooms[2].colour"][1].startswith("แถวที่ 3: ")
    assert found["rooms[3]"][1].startswith("แถวที่ 4: ว่างทั้งแถว")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], ("rooms", "too_few")),
        ([ROWS[0]] * 5, ("rooms", "too_many")),
        ("ห้องนอน", ("rooms", "wrong_type")),
        (["ห้องนอน"], ("rooms[0]", "wrong_type")),
        ([ROWS], ("rooms[0]", "wrong_type")),
        ([None], ("rooms[0]", "required")),
    ],
)
def test_what_is_no_table_is_refused(
    permit: DocumentType, rows: object, expected: tuple[str, str]
) -> None:
    found = problems(permit, rows)
    assert {(path, reason) for path, (reason, _) in found.items()} == {expected}


def test_a_table_full_of_mistakes_is_not_told_to_its_end(tmp_path: Path) -> None:
    permit = load(tmp_path, TYPE.replace("max_items = 4", "max_items = 500"))
    data = permit.normalise({"owner": "ก", "rooms": [{"area": 0}] * 500})
    with pytest.raises(FieldsError) as caught:
        permit.check_fields(data)
    *first, last = caught.value.problems
    assert len(first) == 100
    assert (last.field, last.reason) == ("rooms", "more_problems")


def test_an_optional_table_may_be_left_empty(tmp_path: Path) -> None:
    optional = 'kind = "table"\nrequired = false'
    permit = load(tmp_path, TYPE.replace('kind = "table"', optional))
    data = permit.normalise({"owner": "นายเล เรือดี", "rooms": []})
    found = facts(permit, data)
    assert "rooms" not in data
    assert found.rows("rooms") == ()
    assert not found.has("rooms")
    assert found.write("rooms.area").text == ""


def test_cells_are_written_by_their_kind(permit: DocumentType) -> None:
    found = facts(permit, {"owner": "ก", "rooms": ROWS})
    thai = [{n: w.text for n, w in row.items()} for row in found.rows("rooms")]
    assert thai == [
        {"use": "ห้องนอน", "area": "๒๔", "fee": "๑,๒๐๐.๕๐", "class": "ที่อยู่อาศัย"},
        {"use": "ห้องครัว", "area": "๑,๐๑๒", "fee": "", "class": ""},
    ]
    english = found.rows("rooms", "en")
    assert english[0]["class"].text == "Dwelling"
    assert english[1]["area"].text == "1,012"
    assert english[1]["area"].whole


def test_totals_and_counts(permit: DocumentType) -> None:
    found = facts(permit, {"owner": "ก", "rooms": ROWS})
    assert found.total("rooms", "area").text == "๑,๐๓๖"
    assert found.total("rooms", "fee", "en").text == "1,200.50"
    assert found.write("rooms.fee", "words").text == "หนึ่งพันสองร้อยบาทห้าสิบสตางค์"
    assert found.write("rooms", "count").text == "๒"
    known = styles_of(permit.fields)
    assert known["rooms"] == {"count"}
    assert "rooms.use" not in known
    assert "words" in known["rooms.fee"]


def test_anyone_sees_public_columns_only(permit: DocumentType) -> None:
    (shown,) = permit.public_fields({"owner": "ก", "rooms": ROWS})
    assert shown["name"] == "rooms"
    assert shown["value"] == (
        "๑. การใช้ ห้องนอน; พื้นที่ ๒๔ ตารางเมตร\n๒. การใช้ ห้องครัว; พื้นที่ ๑,๐๑๒ ตารางเมตร"
    )


@pytest.mark.parametrize(
    ("old", "new", "at", "words"),
    [
        ('kind = "table"', 'kind = "list"', "[[fields.columns]]", "columns and kind"),
        (COLUMNS, "", 'kind = "table"', "needs [[fields.columns]]"),
        ('name = "area"', 'name = "use"', 'name = "use"', "is taken"),
        ('name = "area"', 'name = "Area"', 'name = "Area"', "wrong form"),
        ('kind = "money"', 'kind = "mony"', 'kind = "mony"', "'money'"),
        ('kind = "money"', 'kind = "image"', 'kind = "image"', "Kinds of columns"),
        ('kind = "money"', "currency = 1", "currency = 1", "not known here"),
        (
            "public = true\nmax_items",
            "max_items",
            "public = true",
            "its table is not",
        ),
        ("max_items = 4", "min_items = 9\nmax_items = 4", "min_items", "max_items = 4"),
    ],
)
def test_a_wrong_table_is_refused_with_line_and_fix(
    tmp_path: Path, old: str, new: str, at: str, words: str
) -> None:
    assert old in TYPE
    text = TYPE.replace(old, new, 1)
    with pytest.raises(TypeFileError) as caught:
        load(tmp_path, text)
    assert words in str(caught.value)
    assert caught.value.fix
    assert caught.value.line
    assert text.splitlines()[caught.value.line - 1].startswith(at)


def test_a_public_table_says_which_columns_are(tmp_path: Path) -> None:
    text = TYPE.replace("public = true\n\n[[fields.columns]]", "\n[[fields.columns]]")
    text = text.replace('"m²" }\npublic = true', '"m²" }')
    with pytest.raises(TypeFileError, match="none of its columns") as caught:
        load(tmp_path, text)
    assert text.splitlines()[(caught.value.line or 0) - 1] == "public = true"


def test_names_that_are_no_field_are_not_repeated_without_end(
    permit: DocumentType,
) -> None:
    odd = {f"x{number}" * 100: 1 for number in range(10_000)}
    found = problems(permit, [odd])
    assert len(found) == 22
    assert all(len(detail) < 400 for _, detail in found.values())


CELLS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=3,
)
ROWS_OF_ALL_SORTS = st.lists(
    st.dictionaries(st.sampled_from(["use", "area", "fee", "class", "x"]), CELLS)
    | CELLS,
    max_size=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS_OF_ALL_SORTS | CELLS)
def test_no_rows_break_the_checks_and_normalising_settles(
    permit: DocumentType, rows: object
) -> None:
    once = permit.normalise({"owner": "ก", "rooms": rows})
    assert permit.normalise(once) == once
    try:
        permit.check_fields(once)
    except FieldsError:
        return
    jsonschema.validate(once, permit.json_schema())
    assert len(facts(permit, once).rows("rooms")) == len(once["rooms"])
