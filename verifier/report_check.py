# SPDX-License-Identifier: Apache-2.0
"""Holds a report from a process that reads PDFs to the schema that reports have.

Such a process may have been taken over by its file. It can then lie about that file,
but what it says must be what those who write, keep and draw reports rely on: no
number for a name, no 31 February, no text that cannot be written.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, Final, cast

from register.document import parse_document_id
from register.errors import DocumentError
from verifier.report import REPORT_SCHEMA, Report

_MAX_DEPTH: Final = 12
"""Of objects and arrays within each other; reports have 5."""

_OWN: Final = frozenset({"checks", "text", "advice"})
"""Members that this side writes, from codes that it has read: most of a report."""

_TYPES: Final[Mapping[str, Callable[[object], bool]]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}
_READ: Final[Mapping[str, Callable[[str], object]]] = {
    "#/$defs/instant": datetime.fromisoformat,
    "#/$defs/day": date.fromisoformat,
}
"""What the form alone does not tell: the 13th month, the 31st of February."""

KEYWORDS: Final = frozenset(
    (
        *("type", "enum", "const", "pattern", "minLength", "minimum", "minItems"),
        *("required", "properties", "additionalProperties", "items"),
        *("$ref", "anyOf", "allOf", "if", "then"),
    )
)
"""What is understood of JSON Schema; a test holds the schema to it."""


def check_report(report: Report) -> None:
    """Check that a report is as its schema says, and can be written.

    Raises:
        ValueError: what is not.
    """
    if not report.checks:
        raise ValueError("$.checks: too few")
    wire = report.to_json()
    told = {name: wire[name] for name in wire.keys() - _OWN}
    _check_writable(told, _MAX_DEPTH)
    _check_writable([check.detail for check in report.checks], _MAX_DEPTH)
    # As programs will read it: an enumeration member is a string there.
    read = json.loads(json.dumps(told, allow_nan=False))
    for name, value in read.items():
        _check(value, _schema()["properties"][name], f"$.{name}")
    results = [{"result": check.result} for check in report.checks]
    _check_choices({**read, "checks": results}, _schema(), "$")
    if read["document"] is not None:
        try:
            parse_document_id(read["document"]["id"])
        except DocumentError as error:
            raise ValueError(f"$.document.id: {error}") from error


@cache
def _schema() -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", json.loads(REPORT_SCHEMA.read_text("utf-8")))


def _check_writable(value: object, depth: int) -> None:
    """Refuse what JSON, XML or a page could not hold."""
    if depth == 0:
        raise ValueError("too deep")
    if isinstance(value, Mapping):
        for name, member in value.items():
            _check_writable(name, depth - 1)
            _check_writable(member, depth - 1)
    elif isinstance(value, list | tuple):
        for item in value:
            _check_writable(item, depth - 1)
    elif isinstance(value, str):
        value.encode()  # half of a pair of surrogates has no UTF-8
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("not a number")


def _check(value: object, rules: Mapping[str, Any], place: str) -> None:
    """Check a value by the keywords of JSON Schema that ours has.

    Raises:
        ValueError: it does not fit.
    """
    if "$ref" in rules:
        _check_reference(value, rules["$ref"], place)
    _check_value(value, rules, place)
    if isinstance(value, dict):
        _check_members(value, rules, place)
    if isinstance(value, list):
        if len(value) < rules.get("minItems", 0):
            raise ValueError(f"{place}: too few")
        for item in value:
            _check(item, rules.get("items", {}), f"{place}[]")
    _check_choices(value, rules, place)


def _check_choices(value: object, rules: Mapping[str, Any], place: str) -> None:
    for each in rules.get("allOf", ()):
        if "if" not in each or _fits(value, each["if"]):
            _check(value, each.get("then", each), place)
    choices = rules.get("anyOf")
    if choices and not any(_fits(value, choice) for choice in choices):
        raise ValueError(f"{place}: none of what it may be")


def _check_reference(value: object, name: str, place: str) -> None:
    _check(value, _schema()["$defs"][name.removeprefix("#/$defs/")], place)
    if name in _READ:
        try:
            _READ[name](cast("str", value))
        except ValueError as error:
            raise ValueError(f"{place}: {error}") from error


def _check_value(value: object, rules: Mapping[str, Any], place: str) -> None:
    kinds = rules.get("type", ())
    kinds = [kinds] if isinstance(kinds, str) else kinds
    wrong = (
        (kinds and not any(_TYPES[kind](value) for kind in kinds))
        or ("const" in rules and value != rules["const"])
        or ("enum" in rules and value not in rules["enum"])
        or (
            isinstance(value, str)
            and (
                len(value) < rules.get("minLength", 0)
                or not re.search(rules.get("pattern", ""), value)
                # To Python `$` is before a last newline, too.
                or ("pattern" in rules and value.endswith("\n"))
            )
        )
        or (isinstance(value, int) and value < rules.get("minimum", value))
    )
    if wrong:
        raise ValueError(f"{place}: {str(value)[:100]!r}")


def _check_members(
    value: Mapping[str, Any], rules: Mapping[str, Any], place: str
) -> None:
    known = rules.get("properties", {})
    missing = [name for name in rules.get("required", ()) if name not in value]
    if missing:
        raise ValueError(f"{place}: without {missing[0]}")
    if rules.get("additionalProperties") is False and not known.keys() >= value.keys():
        raise ValueError(f"{place}: more than it has")
    for name, member in value.items():
        _check(member, known.get(name, {}), f"{place}.{name}")


def _fits(value: object, rules: Mapping[str, Any]) -> bool:
    try:
        _check(value, rules, "")
    except ValueError:
        return False
    return True
