# SPDX-License-Identifier: Apache-2.0
"""Bytes as decimal digits for the numeric segment of a QR code (claim.md).

Groups of 7 bytes become 17 digits, big-endian; a last group of 1 to 6 bytes
becomes 3, 5, 8, 10, 13 or 15. There is one text for each byte string.
"""

import re
from typing import Final

from register.errors import ClaimError

_GROUP_BYTES: Final = 7
_WIDTHS: Final = (0, 3, 5, 8, 10, 13, 15, 17)
"""Digits that 0 to 7 bytes need."""

_DIGITS = re.compile(r"[0-9]*")


def encode_digits(data: bytes) -> str:
    """Return the decimal digits of bytes."""
    groups = (data[i : i + _GROUP_BYTES] for i in range(0, len(data), _GROUP_BYTES))
    return "".join(
        f"{int.from_bytes(group, 'big'):0{_WIDTHS[len(group)]}d}" for group in groups
    )


def decode_digits(text: str) -> bytes:
    """Return the bytes that decimal digits stand for.

    Raises:
        ClaimError: other characters, a length no bytes have, or a group whose
            value does not fit its bytes.
    """
    if _DIGITS.fullmatch(text) is None:
        raise ClaimError("the digits of a claim are 0 to 9 only")
    width = _WIDTHS[_GROUP_BYTES]
    return b"".join(
        _group_bytes(text[i : i + width]) for i in range(0, len(text), width)
    )


def _group_bytes(group: str) -> bytes:
    if len(group) not in _WIDTHS:
        raise ClaimError(f"no bytes have {len(group)} digits in their last group")
    try:
        return int(group).to_bytes(_WIDTHS.index(len(group)), "big")
    except OverflowError as error:
        raise ClaimError("a group of digits is too large for its bytes") from error
