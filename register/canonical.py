# SPDX-License-Identifier: Apache-2.0
"""One byte string for one value: strict JSON (RFC 8785), CBOR and base64url.

Readers accept only what a writer here would have written, so that no two byte
strings mean the same thing. Every input is bounded before it is parsed.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn

import cbor2
import rfc8785

from register.errors import CanonicalError

MAX_DEPTH: Final = 16
"""Nesting of JSON values: twice what any format here uses."""

_MAX_CBOR_DEPTH: Final = 8


def encode_json(value: Mapping[str, Any]) -> bytes:
    """Return the RFC 8785 form of a JSON object without floating-point numbers.

    Raises:
        CanonicalError: a value has no place in our formats.
    """
    _check_tree(value)
    try:
        return rfc8785.dumps(dict(value))
    except rfc8785.CanonicalizationError as error:
        raise CanonicalError(f"not canonical JSON: {error}") from error


def decode_json(data: bytes, *, limit: int) -> dict[str, Any]:
    """Return the JSON object in at most `limit` bytes, canonical or not.

    Raises:
        CanonicalError: not an object, duplicate members, a number that is not
            an integer, or nesting beyond `MAX_DEPTH`.
    """
    if len(data) > limit:
        raise CanonicalError(f"JSON of {len(data)} bytes; at most {limit} are read")
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_unique_members,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
    except (ValueError, RecursionError) as error:
        raise CanonicalError(f"not strict JSON: {type(error).__name__}") from error
    if not isinstance(value, dict):
        raise CanonicalError("a JSON object is expected")
    _check_tree(value)
    return value


def decode_canonical_json(data: bytes, *, limit: int) -> dict[str, Any]:
    """Return the JSON object whose RFC 8785 form is exactly these bytes.

    Raises:
        CanonicalError: not an object, or another value has these bytes.
    """
    value = decode_json(data, limit=limit)
    if encode_json(value) != data:
        raise CanonicalError("the JSON does not equal its own canonical form")
    return value


def encode_cbor(value: object) -> bytes:
    """Return the deterministic CBOR of a value (RFC 8949 §4.2.1)."""
    return cbor2.dumps(value, canonical=True)


def decode_cbor(data: bytes, *, limit: int) -> Any:  # noqa: ANN401 - any CBOR value
    """Return the value whose deterministic CBOR is exactly these bytes.

    Raises:
        CanonicalError: malformed, tagged, not deterministic or too long.
    """
    if len(data) > limit:
        raise CanonicalError(f"CBOR of {len(data)} bytes; at most {limit} are read")
    try:
        value = cbor2.loads(
            data,
            max_depth=_MAX_CBOR_DEPTH,
            allow_indefinite=False,
            allow_duplicate_keys=False,
            semantic_decoders=_NoTags(),
        )
        again = encode_cbor(value)
    except (cbor2.CBORError, ValueError, TypeError, OverflowError) as error:
        raise CanonicalError(f"not plain CBOR: {type(error).__name__}") from error
    if again != data:
        raise CanonicalError("the CBOR does not equal its own deterministic form")
    return value


def encode_base64url(data: bytes) -> str:
    """Return base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode_base64url(text: str) -> bytes:
    """Return the bytes of base64url without padding, one text for each value.

    Raises:
        CanonicalError: other characters, padding, or spare bits that are not zero.
    """
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        data = base64.b64decode(padded, altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise CanonicalError("not base64url") from error
    if encode_base64url(data) != text:
        raise CanonicalError("not base64url in its one form")
    return data


class _NoTags(dict[int, Callable[..., Any]]):
    """Answers every CBOR tag with a refusal: no format here uses one inside."""

    def __missing__(self, tag: int) -> Callable[..., Any]:
        return _refuse_tag

    def get(self, key: int, default: object = None, /) -> Callable[..., Any]:  # noqa: ARG002 - the default is never wanted
        return _refuse_tag


def _refuse_tag(*_: object) -> NoReturn:
    raise CanonicalError("CBOR tags are not allowed")


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(text)


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise CanonicalError("a JSON object names one member twice")
    return members


def _check_tree(value: object) -> None:
    level: list[object] = [value]
    for _ in range(MAX_DEPTH):
        for item in level:
            _check_scalar(item)
        level = [child for item in level for child in _children(item)]
        if not level:
            return
    raise CanonicalError(f"JSON nested deeper than {MAX_DEPTH} levels")


def _children(value: object) -> list[object]:
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()]
    if isinstance(value, list | tuple):
        return list(value)
    return []


def _check_scalar(value: object) -> None:
    if isinstance(value, float):
        raise CanonicalError("JSON holds a number that is not an integer")
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise CanonicalError("JSON holds half of a surrogate pair") from error
