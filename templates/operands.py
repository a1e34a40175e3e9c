# SPDX-License-Identifier: Apache-2.0
"""Operands: what stands before each operator of a content stream (ISO 32000-1 annex A).

A reader that meets too many, too few or the wrong ones guesses, and readers guess
differently: one of them would show another page than the one that was sealed.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from pikepdf import Array, Dictionary, Name, String

_TABLE: Final = (
    ("", "b B b* B* BT BX EMC ET EX f F f* h n q Q s S T* W W*"),
    ("n", "g G i j J M TL Tc Tr Ts Tw Tz w"),
    ("nn", "l m Td TD"),
    ("nnn", "rg RG"),
    ("nnnn", "k K re v y"),
    ("nnnnnn", "c cm Tm"),
    ("N", "BMC cs CS Do gs MP ri sh"),
    ("N[ND]", "BDC DP"),
    ("n{1,32}", "sc SC"),
    ("n{1,32}|n{0,32}N", "scn SCN"),
    ("An", "d"),
    ("Nn", "Tf"),
    ("s", "Tj '"),
    ("nns", '"'),
    ("[AT]", "TJ"),
)
"""Kinds of the operands, as patterns: n number, s string, N name, D dictionary,
A array of numbers, T array of strings and numbers."""
_PATTERNS: Final = {
    operator: re.compile(kinds)
    for kinds, operators in _TABLE
    for operator in operators.split()
}
OPERATORS: Final = frozenset(_PATTERNS)
"""Of the standard; without those of glyphs, which stand in no page."""
_TEXT_MODES: Final = range(8)
_LINE_STYLES: Final = range(3)
_WHOLE: Final[Mapping[str, range]] = {
    "Tr": _TEXT_MODES, "j": _LINE_STYLES, "J": _LINE_STYLES,
}  # fmt: skip
"""What may stand there (ISO 32000-1 tables 54, 55 and 106)."""


def fits(operator: str, operands: Sequence[Any]) -> bool:
    """Tell whether the operands are those that an operator of `OPERATORS` takes."""
    if not takes(operator, "".join(map(_kind_of, operands))):
        return False
    known = _WHOLE.get(operator)
    return known is None or operands[0] in known


def takes(operator: str, kinds: str) -> bool:
    """Tell whether an operator takes operands of these kinds, a letter for each.

    n is a number, s a string, N a name, D a dictionary, A an array of numbers, T one
    of strings and numbers.
    """
    return _PATTERNS[operator].fullmatch(kinds) is not None


def is_number(operand: object) -> bool:
    """Tell whether an object of PDF is a number."""
    return isinstance(operand, int | Decimal) and not isinstance(operand, bool)


def _kind_of(operand: object) -> str:
    if is_number(operand):
        return "n"
    if isinstance(operand, Array):
        return _kind_of_array(operand)
    for kind, letter in ((String, "s"), (Name, "N"), (Dictionary, "D")):
        if isinstance(operand, kind):
            return letter
    return "?"


def _kind_of_array(array: Array) -> str:
    others = [one for one in array.as_list() if not is_number(one)]
    if all(isinstance(one, String) for one in others):
        return "T" if others else "A"
    return "?"
