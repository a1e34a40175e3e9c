# SPDX-License-Identifier: Apache-2.0
"""The longest data of a type are valid, as long as may be, and always the same."""

import pytest

from templates.catalogue import Catalogue, Localized
from templates.fields import Choice, Field, Kind
from templates.longest import build_longest, make_longest, write_text

TYPES = Catalogue.load().types
LABEL = Localized("ข้อมูล", "Field")


@pytest.mark.parametrize("type_id", sorted(TYPES))
def test_the_longest_data_of_a_type_are_valid(type_id: str) -> None:
    kind = TYPES[type_id]
    data = build_longest(kind.fields, kind.sample())
    kind.check_fields(kind.normalise(data))
    assert kind.normalise(data) == data
    assert set(data) == {field.name for field in kind.fields}
    assert data == build_longest(kind.fields, kind.sample())


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.NAME, Kind.LATIN])
@pytest.mark.parametrize("turn", range(7))
def test_texts_are_exactly_as_long_as_asked(kind: Kind, turn: int) -> None:
    for length in (*range(1, 90), 200, 5000):
        text = write_text(kind, length, turn)
        assert len(text) == length
        assert text == text.strip()
        assert "  " not in text


def test_what_cannot_be_made_up_is_taken_from_the_sample() -> None:
    plate = Field(name="plate", label=LABEL, kind=Kind.TEXT, pattern="[ก-ฮ]{2} [0-9]+")
    assert make_longest(plate, "กข 1234") == "กข 1234"
    assert build_longest([plate], {}) == {}


def test_amounts_stay_within_their_limits() -> None:
    fee = Field(name="fee", label=LABEL, kind=Kind.MONEY, maximum=10_000)
    assert make_longest(fee) == "9999.99"
    fixed = Field(name="fee", label=LABEL, kind=Kind.MONEY, minimum=500, maximum=500)
    assert make_longest(fixed) == "500.00"
    count = Field(name="count", label=LABEL, kind=Kind.INTEGER, maximum=12)
    assert make_longest(count) == 12


def test_the_choice_with_the_longest_label_is_taken() -> None:
    choices = tuple(
        Choice(value=value, label=Localized(th, value))
        for value, th in (("a", "สั้น"), ("b", "ข้อความที่ยาวกว่า"), ("c", "กลาง"))
    )
    field = Field(name="x", label=LABEL, kind=Kind.CHOICE, choices=choices)
    assert make_longest(field) == "b"
