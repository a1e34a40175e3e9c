# SPDX-License-Identifier: Apache-2.0
"""JSON Schema (2020-12) of fields, for the programs that fill them in."""

from collections.abc import Iterable
from typing import Any

from templates.addresses import MAX_PART, PARTS
from templates.fields import TEXT_KINDS, Field, Kind
from templates.images import MAX_STORED_BYTES
from templates.values import item_field

_ID_FORM = {"pattern": "^[0-9]{13}$"}
_FORMS = {
    Kind.DATE: {"format": "date"},
    Kind.MONEY: {"pattern": r"^[0-9]{1,15}\.[0-9]{2}$"},
}


def describe_fields(fields: Iterable[Field]) -> dict[str, Any]:
    """Return the schema of an object with these fields and no others."""
    fields = tuple(fields)
    return {
        "type": "object",
        "properties": {field.name: describe_field(field) for field in fields},
        "required": [field.name for field in fields if field.required],
        "additionalProperties": False,
    }


def describe_field(field: Field) -> dict[str, Any]:
    """Return the schema of one field."""
    schema = _describe_kind(field)
    schema["title"] = field.label.en
    schema["description"] = field.label.th
    return schema


def _describe_kind(field: Field) -> dict[str, Any]:
    if field.kind in {Kind.LIST, Kind.TABLE}:
        return {
            "type": "array",
            "items": _describe_entry(field),
            "minItems": field.min_items,
            "maxItems": field.max_items,
        }
    if field.kind is Kind.ADDRESS:
        return _describe_address()
    if field.kind is Kind.INTEGER:
        limits = {"minimum": field.minimum, "maximum": field.maximum}
        given = {name: limit for name, limit in limits.items() if limit is not None}
        return {"type": "integer", **given}
    if field.kind in TEXT_KINDS:
        pattern = {"pattern": f"^(?:{field.pattern})$"} if field.pattern else {}
        return {
            "type": "string",
            "minLength": 1,
            "maxLength": field.max_length,
            **pattern,
        }
    return {"type": "string", **_describe_string(field)}


def _describe_address() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            part.name: {
                "type": "string",
                "minLength": 1,
                "maxLength": MAX_PART,
                "title": part.label.en,
                "description": part.label.th,
            }
            for part in PARTS
        },
        "required": [part.name for part in PARTS if part.required],
        "additionalProperties": False,
    }


def _describe_entry(field: Field) -> dict[str, Any]:
    if field.kind is Kind.TABLE:
        return describe_fields(field.columns) | {"minProperties": 1}
    return _describe_kind(item_field(field))


def _describe_string(field: Field) -> dict[str, Any]:
    if field.kind is Kind.CHOICE:
        return {"enum": [choice.value for choice in field.choices]}
    if field.kind is Kind.IMAGE:
        return {
            "contentEncoding": "base64",
            "contentMediaType": "image/jpeg",
            "maxLength": -(-MAX_STORED_BYTES // 3) * 4,
        }
    return _FORMS.get(field.kind, _ID_FORM)
