# SPDX-License-Identifier: Apache-2.0
"""Writes the little DER a timestamp needs (X.690).

A general encoder takes ten times as long as the signature; a token is a few
nested headers around parts that do not change. Only writes, never reads.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final

INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
OID: Final = 0x06
UTF8_STRING: Final = 0x0C
GENERALIZED_TIME: Final = 0x18
SEQUENCE: Final = 0x30
SET: Final = 0x31
CONTEXT_0: Final = 0xA0
"""Constructed, context-specific tag 0."""

_LONG_FORM: Final = 0x80


def encode(tag: int, *parts: bytes) -> bytes:
    """Put a header before the parts (X.690 §8.1)."""
    content = b"".join(parts)
    size = len(content)
    if size < _LONG_FORM:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG_FORM | len(length))) + length + content


def encode_integer(value: int) -> bytes:
    """Encode an INTEGER, shortest form (X.690 §8.3)."""
    # One bit more for the sign; ~value has as many bits as a negative needs.
    bits = (value if value >= 0 else ~value).bit_length() + 1
    return encode(INTEGER, value.to_bytes((bits + 7) // 8, "big", signed=True))


def encode_time(moment: datetime) -> bytes:
    """Encode a GeneralizedTime in UTC, whole seconds (X.690 §11.7)."""
    text = moment.astimezone(UTC).strftime("%Y%m%d%H%M%SZ")
    return encode(GENERALIZED_TIME, text.encode())


def encode_named_bit(position: int) -> bytes:
    """Encode a BIT STRING with one bit set, nothing after it (X.690 §11.2.2)."""
    unused = 7 - position % 8
    return encode(BIT_STRING, bytes([unused, *bytes(position // 8), 1 << unused]))


def encode_set_of(parts: Collection[bytes]) -> bytes:
    """Encode a SET OF, in the order of the encodings (X.690 §11.6)."""
    return encode(SET, *sorted(parts))
