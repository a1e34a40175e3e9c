# SPDX-License-Identifier: Apache-2.0
"""Conditions: when a block of a layout is shown.

`when = "field"` where the field is given, `"field=value"` where it has that value,
and `"!"` before either for the other way round.
"""

import re
from dataclasses import dataclass

_FORM = re.compile(r"(!?)\s*([a-z][a-z0-9_]*)\s*(?:=\s*([A-Za-z0-9_\-]+))?\s*")


class ConditionError(ValueError):
    """The condition cannot be parsed; says what to write instead."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What must hold for a block to be shown."""

    name: str
    value: str | None = None
    """None where it is enough that the fact is given."""
    negated: bool = False


def parse_condition(text: str) -> Condition:
    """Parse the value of a `when`.

    Raises:
        ConditionError: it has another form.
    """
    found = _FORM.fullmatch(text)
    if not found:
        raise ConditionError(
            f"{text!r} is not a condition; "
            'write "field", "!field", "field=value" or "!field=value"'
        )
    return Condition(name=found[2], value=found[3], negated=bool(found[1]))
