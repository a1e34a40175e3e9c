# SPDX-License-Identifier: Apache-2.0
"""Facts of one document, written as the page and the public record show them.

The styles each kind of fact may be written in are declared here once; the reader of
type.toml refuses all others, so `write` never meets one it does not know.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from templates.addresses import write_address
from templates.conditions import Condition
from templates.fields import ID_KINDS, SUMMED_KINDS, Field, Kind
from templates.images import image_bytes
from templates.wording import (
    group_document_id,
    group_thai_id,
    to_thai_digits,
    write_amount,
    write_baht_words,
    write_date_en,
    write_date_th,
)

_TEXT_STYLES = frozenset({"", "en"})
_DATE_STYLES = frozenset({"", "plain", "short", "en"})
_STYLES_OF_KIND: Mapping[Kind, frozenset[str]] = {
    Kind.TEXT: _TEXT_STYLES,
    Kind.NAME: _TEXT_STYLES,
    Kind.LATIN: _TEXT_STYLES,
    Kind.PARAGRAPH: _TEXT_STYLES,
    Kind.INTEGER: _TEXT_STYLES,
    Kind.MONEY: frozenset({"", "full", "words", "en"}),
    Kind.DATE: _DATE_STYLES,
    Kind.CHOICE: _TEXT_STYLES,
    Kind.PERSON_ID: _TEXT_STYLES,
    Kind.JURISTIC_ID: _TEXT_STYLES,
    Kind.THAI_ID: _TEXT_STYLES,
    Kind.LIST: frozenset({"", "count", "en"}),
    Kind.TABLE: frozenset({"count"}),
    Kind.IMAGE: frozenset(),
    Kind.ADDRESS: frozenset({""}),
}
BUILT_IN_STYLES: Mapping[str, frozenset[str]] = {
    "number": _TEXT_STYLES,
    "id": frozenset({""}),
    "issued_on": _DATE_STYLES,
    "valid_from": _DATE_STYLES,
    "valid_until": _DATE_STYLES,
    "agency": _TEXT_STYLES,
    "legal_basis": _TEXT_STYLES,
    "type_name": _TEXT_STYLES,
}
"""Facts every document has, beside its fields."""

_WHOLE_KINDS = ID_KINDS | {Kind.NAME, Kind.MONEY, Kind.INTEGER}
_NO_EXPIRY_TH = "ไม่มีกำหนดอายุ"
_NO_EXPIRY_EN = "no expiry date"


@dataclass(frozen=True)
class Words:
    """A fact as written; `whole` asks not to break it over two lines."""

    text: str
    whole: bool = False


def styles_of(fields: tuple[Field, ...]) -> dict[str, frozenset[str]]:
    """Return every name a phrase may use, with its styles.

    The name of a table and of a column, with a dot between, is the column's total.
    """
    known = {field.name: _STYLES_OF_KIND[field.kind] for field in fields}
    totals = {
        f"{field.name}.{column.name}": _STYLES_OF_KIND[column.kind]
        for field in fields
        for column in field.columns
        if column.kind in SUMMED_KINDS
    }
    return {**known, **totals, **BUILT_IN_STYLES}


class Facts:
    """The facts of one record, by name."""

    def __init__(
        self,
        fields: tuple[Field, ...],
        record: Mapping[str, Any],
        type_name: Mapping[str, str],
        *,
        thai_digits: bool = True,
    ) -> None:
        self._fields = {field.name: field for field in fields}
        self._data: Mapping[str, Any] = record["data"]
        self._record = record
        self._type_name = type_name
        self._thai_digits = thai_digits

    def has(self, name: str) -> bool:
        """Tell whether the fact is there and not empty."""
        if name in self._fields:
            return bool(self._data.get(name) not in (None, "", []))
        if name == "type_name":
            return True
        return bool(self._record.get(name))

    @property
    def officer(self) -> Mapping[str, Any] | None:
        """What the record says of the officer who signs; None where none does."""
        found: Mapping[str, Any] | None = self._record.get("officer")
        return found

    def write_digits(self, text: str) -> str:
        """Return a text with the digits of the type, Thai or Arabic."""
        return to_thai_digits(text) if self._thai_digits else text

    def longest_fields(self, count: int) -> tuple[str, ...]:
        """Return the names of the fields whose values are longest, as they are typed.

        Pictures and what is not given are none of them.
        """
        lengths = {
            name: len(_flatten(self._data.get(name)))
            for name, field in self._fields.items()
            if field.kind is not Kind.IMAGE
        }
        given = [name for name, length in lengths.items() if length]
        given.sort(key=lengths.__getitem__, reverse=True)
        return tuple(given[:count])

    def holds(self, condition: Condition | None) -> bool:
        """Tell whether a block's `when` is met."""
        if condition is None:
            return True
        met = self.has(condition.name)
        if condition.value is not None:
            met = met and str(self._data.get(condition.name)) == condition.value
        return met is not condition.negated

    def entries(self, name: str) -> tuple[Words, ...]:
        """Return the entries of a list field."""
        field = self._fields[name]
        kind = field.items or Kind.TEXT
        return tuple(
            Words(
                write_value(field, kind, entry, thai_digits=self._thai_digits),
                kind in _WHOLE_KINDS,
            )
            for entry in self._data.get(name, ())
        )

    def rows(self, name: str, style: str = "") -> tuple[Mapping[str, Words], ...]:
        """Return the rows of a table, by column; of a cell not given, nothing.

        Args:
            name: the field.
            style: "en" for English labels, dates and digits.
        """
        columns = self._fields[name].columns
        return tuple(
            {c.name: self._write_one(c, row.get(c.name), style) for c in columns}
            for row in self._data.get(name, ())
        )

    def total(self, name: str, column: str, style: str = "") -> Words:
        """Return the total of a column of integers or amounts, written as its cells."""
        summed = self._fields[name].column(column)
        if name not in self._data:
            return Words("")
        cells = [row.get(column) for row in self._data[name]]
        return self._write_one(summed, _sum(summed.kind, cells), style)

    def image(self, name: str) -> bytes | None:
        """Return the JPEG of an image field; of one that was not given, None."""
        text = self._data.get(name)
        return image_bytes(text) if text else None

    def write(self, name: str, style: str = "") -> Words:
        """Return a fact in a style; of a field that was not given, nothing."""
        if name in self._fields:
            return self._write_field(self._fields[name], style)
        if "." in name:
            table, _, column = name.partition(".")
            return self.total(table, column, style)
        if name in {"issued_on", "valid_from", "valid_until"}:
            return self._write_day(name, style)
        if name == "id":
            return Words(group_document_id(self._record.get("id", "")))
        if name == "number":
            return Words(self._digits(str(self._record["number"]), style), whole=True)
        source = {
            "agency": self._record["agency"]["name"],
            "legal_basis": self._record["legal_basis"],
            "type_name": self._type_name,
        }[name]
        return Words(source["en"] if style == "en" else self._digits(source["th"]))

    def _digits(self, text: str, style: str = "") -> str:
        return to_thai_digits(text) if self._thai_digits and style != "en" else text

    def _write_day(self, name: str, style: str) -> Words:
        value = self._record.get(name)
        if value is None:
            return Words(_NO_EXPIRY_EN if style == "en" else _NO_EXPIRY_TH)
        return Words(_write_date(value, style))

    def _write_field(self, field: Field, style: str) -> Words:
        value = self._data.get(field.name)
        if value is not None and style == "count":
            return Words(self._digits(str(len(value))), whole=True)
        if value is not None and field.kind is Kind.LIST:
            return Words(_join([words.text for words in self.entries(field.name)]))
        return self._write_one(field, value, style)

    def _write_one(self, field: Field, value: object, style: str) -> Words:
        if value is None:
            return Words("")
        text = write_value(
            field, field.kind, value, style=style, thai_digits=self._thai_digits
        )
        whole = field.kind in _WHOLE_KINDS and style != "words"
        return Words(text, whole)


def write_value(
    field: Field,
    kind: Kind,
    value: object,
    *,
    style: str = "",
    thai_digits: bool = True,
) -> str:
    """Return one value of a field as the page shows it."""
    thai = thai_digits and style != "en"
    if kind is Kind.DATE:
        return _write_date(str(value), style)
    if kind is Kind.CHOICE:
        return _write_choice(field, str(value), style)
    if isinstance(value, Mapping):  # of kind address, the only one of parts
        text = write_address(value)
    elif kind is Kind.MONEY:
        amount = Decimal(str(value))
        if style == "words":
            return write_baht_words(amount)
        text = write_amount(amount, full=style == "full")
    elif kind in ID_KINDS:
        text = group_thai_id(str(value))
    elif kind is Kind.INTEGER:
        text = f"{value:,}"
    else:
        text, thai = str(value), thai and kind is not Kind.LATIN
    return to_thai_digits(text) if thai else text


def _write_choice(field: Field, value: str, style: str) -> str:
    for choice in field.choices:
        if choice.value == value:
            return choice.label.en if style == "en" else choice.label.th
    return value


def _flatten(value: object) -> str:
    """Return all text within a value."""
    if isinstance(value, Mapping):
        return "".join(map(_flatten, value.values()))
    if isinstance(value, list):
        return "".join(map(_flatten, value))
    return "" if value is None else str(value)


def _write_date(value: str, style: str) -> str:
    day = date.fromisoformat(value)
    return write_date_en(day) if style == "en" else write_date_th(day, style)


def _sum(kind: Kind, cells: list[Any]) -> object:
    given = [cell for cell in cells if cell is not None]
    if kind is Kind.INTEGER:
        return sum(given)
    return str(sum(map(Decimal, given), Decimal("0.00")))


def _join(parts: list[str]) -> str:
    if len(parts) < 2:  # noqa: PLR2004 - one entry needs no "and"
        return "".join(parts)
    return f"{', '.join(parts[:-1])} และ {parts[-1]}"
