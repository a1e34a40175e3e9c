# SPDX-License-Identifier: Apache-2.0
"""Values as they are stored: what is only a matter of typing is put right here.

Nothing is refused: what cannot be read is left as it is, for `templates.checks` to
name. Normalising twice changes nothing.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from templates.addresses import normalise_address
from templates.errors import ImageError
from templates.fields import ID_KINDS, Field, Kind
from templates.images import normalise_image
from templates.spelling import normalise_text
from templates.wording import to_ascii_digits

AMOUNT: Final = re.compile(r"-?\d{1,18}(\.\d{1,2})?", re.ASCII)

_ASCII_KINDS = ID_KINDS | {Kind.MONEY, Kind.DATE, Kind.INTEGER}
_INTEGER = re.compile(r"-?\d{1,16}", re.ASCII)
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)
_ID_SEPARATORS = re.compile("[- \u2010-\u2015\u2212]")
_TITLE = re.compile(
    r"(?:นาย|นาง ?สาว|นาง|เด็กชาย|เด็กหญิง|น\.ส\.|ด\.ช\.|ด\.ญ\.|ม\.ร\.ว\.|ม\.ล\.)"
    r" (?=[ก-ฮเ-ไ])"
)
"""Titles that join the given name; ranks keep their blank."""


def normalise_data(
    fields: tuple[Field, ...], data: Mapping[str, Any]
) -> dict[str, Any]:
    """Return data, or one row of a table, as it is stored.

    Values left empty are left out. Names that are no field stay as they are.
    """
    known = {field.name: field for field in fields}
    result: dict[str, Any] = {}
    for name, value in data.items():
        field = known.get(name)
        clean = normalise_value(field, value) if field else value
        if not (field and _is_left_empty(field, clean)):
            result[name] = clean
    return result


def normalise_value(field: Field, value: object) -> object:
    """Return one value as it is stored; what cannot be read is left as it is."""
    if field.kind is Kind.TABLE:
        return _normalise_rows(field, value)
    if field.kind is Kind.ADDRESS and isinstance(value, Mapping):
        return normalise_address(value)
    if isinstance(value, list):
        item = item_field(field)
        return [normalise_value(item, entry) for entry in value]
    return _normalise_string(field.kind, value) if isinstance(value, str) else value


def item_field(field: Field) -> Field:
    """Return the field that one entry of a list is."""
    return Field(
        name=field.name,
        label=field.label,
        kind=field.items or Kind.TEXT,
        max_length=field.max_length,
        pattern=field.pattern,
        pattern_hint=field.pattern_hint,
    )


def _is_left_empty(field: Field, value: object) -> bool:
    return value in (None, "", {}) or (value == [] and not field.required)


def _normalise_rows(field: Field, value: object) -> object:
    if not isinstance(value, list):
        return value
    return [
        normalise_data(field.columns, row) if isinstance(row, dict) else row
        for row in value
    ]


def _normalise_string(kind: Kind, value: str) -> object:
    if kind is Kind.IMAGE:
        return _normalise_image(value)
    text = normalise_text(value)
    if kind is Kind.NAME and (title := _TITLE.match(text)):
        return title[0].replace(" ", "") + text[title.end() :]
    if kind in _ASCII_KINDS:
        return _normalise_ascii(kind, to_ascii_digits(text))
    return text


def _normalise_image(value: str) -> str:
    try:
        return normalise_image(value) if value.strip() else ""
    except ImageError:
        return value


def _normalise_ascii(kind: Kind, text: str) -> object:
    if kind in ID_KINDS:
        plain = _ID_SEPARATORS.sub("", text)
        return plain if plain.isascii() else text  # no id, whatever it is
    if kind is Kind.DATE:
        return text
    plain = text.replace(",", "") if _GROUPED.fullmatch(text) else text
    if kind is Kind.INTEGER:
        return int(plain) if _INTEGER.fullmatch(plain) else text
    return f"{Decimal(plain):.2f}" if AMOUNT.fullmatch(plain) else text
