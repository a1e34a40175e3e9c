# SPDX-License-Identifier: Apache-2.0
"""Data is repaired where only typing differs, and refused with a reason elsewhere."""

import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates.catalogue import Catalogue, DocumentType
from templates.errors import FieldsError

TYPES = Catalogue.load().types
LICENCE = TYPES["business_licence"]
COMPANY = TYPES["juristic_certificate"]
TRAINING = TYPES["training_certificate"]


def sample(document_type: DocumentType, **changes: object) -> dict[str, Any]:
    data = {**document_type.sample(), **changes}
    return document_type.normalise(
        {name: value for name, value in data.items() if value is not ...}
    )


def reasons(
    document_type: DocumentType, data: Mapping[str, Any]
) -> set[tuple[str, str]]:
    with pytest.raises(FieldsError) as caught:
        document_type.check_fields(data)
    problems = caught.value.problems
    assert all(problem.detail.th and problem.detail.en for problem in problems)
    return {(problem.field, problem.reason) for problem in problems}


@pytest.mark.parametrize("document_type", TYPES.values(), ids=TYPES)
def test_samples_fit_their_type_and_its_schema(document_type: DocumentType) -> None:
    data = document_type.normalise(document_type.sample())
    document_type.check_fields(data)
    schema = document_type.json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(data, schema)
    assert document_type.holder_name(data)


@pytest.mark.parametrize(
    ("document_type", "changes", "expected"),
    [
        (LICENCE, {"holder_name": ...}, ("holder_name", "required")),
        (LICENCE, {"holder_name": "  "}, ("holder_name", "required")),
        (LICENCE, {"holder_name": 7}, ("holder_name", "wrong_type")),
        (LICENCE, {"holder_name": "ก" * 301}, ("holder_name", "too_long")),
        (
            LICENCE,
            {"holder_name": "สม\u200bชาย"},
            ("holder_name", "forbidden_character"),
        ),
        (LICENCE, {"holder_name": "สม\nชาย"}, ("holder_name", "forbidden_character")),
        (
            LICENCE,
            {"holder_name": "สม\u202eชาย"},
            ("holder_name", "forbidden_character"),
        ),
        (
            LICENCE,
            {"holder_name": "สม\ue001ชาย"},
            ("holder_name", "forbidden_character"),
        ),
        (LICENCE, {"colour": "แดง"}, ("colour", "unknown_field")),
        (LICENCE, {"holder_id": "0105544046603"}, ("holder_id", "bad_check_digit")),
        (LICENCE, {"holder_id": "010554404660"}, ("holder_id", "bad_id")),
        (COMPANY, {"company_id": "1112034563562"}, ("company_id", "bad_id")),
        (LICENCE, {"fee": "-1.00"}, ("fee", "bad_amount")),
        (LICENCE, {"fee": "1.005"}, ("fee", "bad_amount")),
        (LICENCE, {"fee": "1e3"}, ("fee", "bad_amount")),
        (LICENCE, {"fee": 10000}, ("fee", "wrong_type")),
        (LICENCE, {"conditions": []}, ("conditions", "too_few")),
        (LICENCE, {"conditions": ["ก"] * 41}, ("conditions", "too_many")),
        (LICENCE, {"conditions": "ก"}, ("conditions", "wrong_type")),
        (LICENCE, {"conditions": ["ก", ""]}, ("conditions[1]", "required")),
        (LICENCE, {"conditions": ["ก", "ข" * 601]}, ("conditions[1]", "too_long")),
        (LICENCE, {"conditions": [{"a": 1}]}, ("conditions[0]", "wrong_type")),
        (COMPANY, {"registered_on": "2544-05-17"}, ("registered_on", "bad_date")),
        (COMPANY, {"registered_on": "17/05/2001"}, ("registered_on", "bad_date")),
        (COMPANY, {"registered_on": "2001-02-29"}, ("registered_on", "bad_date")),
        (COMPANY, {"objectives": 0}, ("objectives", "too_small")),
        (COMPANY, {"objectives": True}, ("objectives", "wrong_type")),
        (COMPANY, {"company_name_en": "บริษัท"}, ("company_name_en", "not_latin")),
        (TRAINING, {"result": "excellent"}, ("result", "not_a_choice")),
    ],
)
def test_bad_data_is_refused_with_its_reason(
    document_type: DocumentType,
    changes: dict[str, object],
    expected: tuple[str, str],
) -> None:
    assert reasons(document_type, sample(document_type, **changes)) == {expected}


def test_all_problems_are_reported_at_once() -> None:
    data = sample(
        LICENCE, holder_name=..., holder_id="123", fee="x", colour="แดง", conditions=[]
    )
    assert reasons(LICENCE, data) == {
        ("holder_name", "required"),
        ("holder_id", "bad_id"),
        ("fee", "bad_amount"),
        ("conditions", "too_few"),
        ("colour", "unknown_field"),
    }


def test_typing_is_repaired() -> None:
    data = sample(
        LICENCE,
        holder_name=" ร้านน\u0e49\u0e4d\u0e32แข็ง\u00a0เเสงดี ".replace(
            "\u0e49\u0e4d", "\u0e4d\u0e49"
        ),
        holder_id="0-1055-๔๔๐๔๖-60-2",
        fee="๑๐,๐๐๐",
        manager_name="",
    )
    assert data["holder_name"] == "ร้านน้ำแข็ง แสงดี"
    assert data["holder_id"] == "0105544046602"
    assert data["fee"] == "10000.00"
    assert "manager_name" not in data
    LICENCE.check_fields(data)


def test_public_fields_are_written_as_on_the_page() -> None:
    shown = {f["name"]: f for f in TRAINING.public_fields(sample(TRAINING))}
    assert "trainee_name" not in shown
    assert shown["hours"]["value"] == "๓๐ ชั่วโมง"
    assert shown["hours"]["label"] == {"th": "ระยะเวลา", "en": "Duration"}
    assert shown["started_on"]["value"] == "๒ พฤศจิกายน พ.ศ. ๒๕๖๙"
    assert shown["result"]["value"] == "ระดับดีเด่น"


def test_validity_is_counted_to_the_day_before() -> None:
    first, last = LICENCE.resolve_validity(date(2026, 11, 21))
    assert (first, last) == (date(2026, 11, 21), date(2031, 11, 20))
    assert LICENCE.resolve_validity(date(2028, 2, 29))[1] == date(2033, 2, 28)
    assert COMPANY.resolve_validity(date(2026, 11, 21)) == (date(2026, 11, 21), None)
    shorter = LICENCE.resolve_validity(
        date(2026, 11, 21), date(2026, 12, 1), date(2027, 1, 1)
    )
    assert shorter == (date(2026, 12, 1), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("document_type", "first", "last", "reason"),
    [
        (LICENCE, date(2026, 12, 1), date(2026, 11, 30), "date_order"),
        (LICENCE, None, date(2026, 11, 20), "date_order"),
        (LICENCE, None, date(2031, 11, 21), "too_late"),
        (COMPANY, None, date(2030, 1, 1), "not_allowed"),
    ],
)
def test_days_that_do_not_fit_are_refused(
    document_type: DocumentType, first: date | None, last: date, reason: str
) -> None:
    with pytest.raises(FieldsError) as caught:
        document_type.resolve_validity(date(2026, 11, 21), first, last)
    (problem,) = caught.value.problems
    assert (problem.field, problem.reason) == ("valid_until", reason)


def test_numbers() -> None:
    assert LICENCE.format_number(12, 2569) == "12/2569"
    assert COMPANY.format_number(12, 2569) == "สจ 000012/2569"
    assert TRAINING.numbering.year_basis == "fiscal"


@given(st.text(max_size=40))
def test_normalising_settles_at_once_and_never_splits_sara_am(text: str) -> None:
    once = LICENCE.normalise({"holder_name": text}).get("holder_name", "")
    again = LICENCE.normalise({"holder_name": once}).get("holder_name", "")
    assert once == again
    assert unicodedata.is_normalized("NFC", once)
    assert once.count("\u0e33") >= text.strip().count("\u0e33")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3),
        max_leaves=5,
    )
)
def test_no_json_value_breaks_the_checks(value: object) -> None:
    names = [field.name for field in COMPANY.fields]
    data = COMPANY.normalise(dict.fromkeys(names, value))
    with pytest.raises(FieldsError):
        COMPANY.check_fields(data)
