# SPDX-License-Identifier: Apache-2.0
"""Data made up for any document type: every field filled as its kind asks for."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from stdnum.th import pin

from templates.fields import TEXT_KINDS, Field, Kind
from templates.spelling import normalise_text
from tests.thai_text import DIGITS, TextMaker

_MOST_ITEMS = 6


def make_data(
    fields: Sequence[Field], sample: Mapping[str, Any], maker: TextMaker, most: int
) -> dict[str, Any]:
    """Return data for fields, texts of some `most` characters.

    What follows a pattern, and pictures, are those of the sample.
    """
    data = {}
    for field in fields:
        value = sample.get(field.name)
        if field.kind is Kind.TABLE:
            row = value[0] if value else {}
            value = [
                make_data(field.columns, row, maker, most)
                for _ in range(_count_items(field, maker))
            ]
        elif not field.pattern and field.kind is not Kind.IMAGE:
            value = _make_value(field, maker, most)
        if value is not None:
            data[field.name] = value
    return data


def _make_value(field: Field, maker: TextMaker, most: int) -> object:
    if field.kind is Kind.LIST:
        kind = field.items or Kind.TEXT
        return [
            _make_one(field, kind, maker, most)
            for _ in range(_count_items(field, maker))
        ]
    return _make_one(field, field.kind, maker, most)


def _count_items(field: Field, maker: TextMaker) -> int:
    low = max(1, field.min_items)
    return maker.count(low, max(low, min(_MOST_ITEMS, field.max_items)))


def _make_one(field: Field, kind: Kind, maker: TextMaker, most: int) -> object:
    if kind in TEXT_KINDS:
        return _fill(maker, kind, min(most, field.max_length))
    if kind is Kind.CHOICE:
        return maker.pick(field.choices).value
    if kind is Kind.INTEGER:
        return _make_number(field, maker)
    if kind is Kind.MONEY:
        return f"{_make_number(field, maker)}.{maker.count(0, 99):02}"
    return _MAKERS[kind](maker)


def _fill(maker: TextMaker, kind: Kind, most: int) -> str:
    """Return a text of a kind, cut to length between its parts."""
    make = {Kind.NAME: maker.name, Kind.LATIN: maker.latin}.get(kind, maker.text)
    text = make()
    while len(longer := f"{text} {make()}") <= most and kind is not Kind.NAME:
        text = longer
    while len(text) > most:
        text = text.rpartition(" ")[0] or maker.word()
    return normalise_text(text)


def _make_number(field: Field, maker: TextMaker) -> int:
    low = field.minimum or 0
    high = field.maximum if field.maximum is not None else low + 9_999_999
    return maker.count(low, max(low, high - 1))


def _make_date(maker: TextMaker) -> str:
    return (date(1950, 1, 1) + timedelta(days=maker.count(0, 40_000))).isoformat()


def _make_id(maker: TextMaker, first: str) -> str:
    number = first + "".join(maker.pick(DIGITS[0]) for _ in range(11))
    return f"{number}{pin.calc_check_digit(number)}"


_MAKERS: Mapping[Kind, Callable[[TextMaker], object]] = {
    Kind.DATE: _make_date,
    Kind.PERSON_ID: lambda maker: _make_id(maker, maker.pick("12345678")),
    Kind.JURISTIC_ID: lambda maker: _make_id(maker, "0"),
    Kind.THAI_ID: lambda maker: _make_id(maker, maker.pick("012345678")),
}
