# SPDX-License-Identifier: Apache-2.0
"""The short code: what people type from paper (docs/spec/publication.md).

Eleven characters of a digest of the id and a check character. It says nothing of
the id, which stays 128 random bits; whoever is told an id for a code can compute
whether it is the right one.
"""

import hashlib
import re
from typing import Final, NewType

from stdnum.iso7064 import mod_37_36

from register.document import DocumentId, document_id_bytes
from register.errors import ShortCodeCheckError, ShortCodeError

ShortCode = NewType("ShortCode", str)

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and capitals without I, L, O and U; of one look-alike pair only one is in."""

CODE_CHARS: Final = 12

_LABEL: Final = b"TH-LIC-CODE-1"
_BITS: Final = 5
_DIGEST_BITS: Final = 256
_GROUP: Final = 4
_FORM = re.compile(f"[{ALPHABET}]{{{CODE_CHARS}}}")
_LEFT_OUT = re.compile(r"[\s\u200b\ufeff.·_\-\u00ad\u2010-\u2015\u2212]+")
# What is typed for what is printed: look-alikes, and digits of a Thai keyboard.
_MEANT: Final = str.maketrans(
    {
        "O": "0",
        "I": "1",
        "L": "1",
        **{chr(0x0E50 + digit): str(digit) for digit in range(10)},
    }
)


def short_code(document_id: DocumentId) -> ShortCode:
    """Return the short code of a document.

    Raises:
        DocumentIdError: the text is not a document id.
    """
    digest = hashlib.sha256(_LABEL + document_id_bytes(document_id)).digest()
    number = int.from_bytes(digest, "big")
    body = "".join(
        ALPHABET[number >> (_DIGEST_BITS - _BITS * place) & len(ALPHABET) - 1]
        for place in range(1, CODE_CHARS)
    )
    return ShortCode(body + mod_37_36.calc_check_digit(body, ALPHABET))


def parse_short_code(text: str) -> ShortCode:
    """Return the short code that a person has typed.

    Case, blanks and hyphens mean nothing; O is taken for 0, I and L for 1, and
    Thai digits for their values.

    Raises:
        ShortCodeError: not twelve characters of the alphabet.
        ShortCodeCheckError: a typing error: the check character does not fit.
    """
    typed = _LEFT_OUT.sub("", text).upper().translate(_MEANT)
    if _FORM.fullmatch(typed) is None:
        raise ShortCodeError(f"a short code has {CODE_CHARS} characters")
    if not mod_37_36.is_valid(typed, ALPHABET):
        raise ShortCodeCheckError("the check character of the short code does not fit")
    return ShortCode(typed)


def group_short_code(code: ShortCode) -> str:
    """Return a short code as it is printed: K3XQ-7M2Z-D4AJ."""
    return "-".join(code[at : at + _GROUP] for at in range(0, CODE_CHARS, _GROUP))


def code_address(verify_url: str) -> str:
    """Return the address that a short code is typed at, or after.

    Args:
        verify_url: the record's `verify_url`, `HTTPS://HOST/V/ID`.
    """
    base, _, _ = verify_url.rpartition("/V/")
    return f"{base}/C/"
