# SPDX-License-Identifier: Apache-2.0
"""Foreign values: entries copied out of a PDF that somebody else made.

Each kind of object has a list of the entries it may have, and of what kind they are;
what stands on no list is left behind, so that nothing unseen rides along.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pikepdf import Array, Dictionary, Name, Object, String

from templates.instructions import refuse
from templates.operands import is_number

Keep = Callable[[Any], Any]
"""Returns the copy of a value; refuses what is no such value."""
MAX_NUMBERS: Final = 10_000
"""In an array; widths of letters are the longest."""
_MAX_NAME: Final = 127
"""Bytes of names and of short texts (ISO 19005-1 §6.1.12)."""


def keep(source: Object, allowed: Mapping[str, Keep]) -> dict[str, Any]:
    """Return the entries of a dictionary that are on a list, copied."""
    return {key: copy(source[key]) for key, copy in allowed.items() if key in source}


def number(value: Any) -> Any:  # noqa: ANN401 - int or Decimal
    """Copy a number."""
    return value if is_number(value) else _refuse_value(value)


def flag(value: Any) -> bool:  # noqa: ANN401 - any object of PDF
    """Copy true or false."""
    return value if isinstance(value, bool) else _refuse_value(value)


def name(value: Any) -> Name:  # noqa: ANN401 - any object of PDF
    """Copy a name."""
    if not isinstance(value, Name) or len(str(value).encode()) > _MAX_NAME:
        _refuse_value(value)
    return Name(str(value))


def short_text(value: Any) -> String:  # noqa: ANN401 - any object of PDF
    """Copy a string of a few bytes."""
    if not isinstance(value, String) or len(bytes(value)) > _MAX_NAME:
        _refuse_value(value)
    return String(bytes(value))


def numbers(value: Any) -> Array:  # noqa: ANN401 - any object of PDF
    """Copy an array of numbers."""
    if not isinstance(value, Array) or len(value) > MAX_NUMBERS:
        _refuse_value(value)
    return Array([number(one) for one in value])


def widths(value: Any) -> Array:  # noqa: ANN401 - any object of PDF
    """Copy an array of numbers and of arrays of numbers."""
    if not isinstance(value, Array) or len(value) > MAX_NUMBERS:
        _refuse_value(value)
    return Array(
        [numbers(one) if isinstance(one, Array) else number(one) for one in value]
    )


def dictionary(allowed: Mapping[str, Keep]) -> Keep:
    """Return what copies a dictionary by a list."""

    def copy(value: Any) -> Dictionary:  # noqa: ANN401 - any object of PDF
        if not isinstance(value, Dictionary):
            _refuse_value(value)
        return Dictionary(keep(value, allowed))

    return copy


def _refuse_value(value: object) -> Any:  # noqa: ANN401 - never returns
    kind = "a value" if value is None else f"a value of the kind {type(value).__name__}"
    refuse(f"{kind} stands in it where PDF asks for another")
