# SPDX-License-Identifier: Apache-2.0
"""Canonical JSON, CBOR and base64url: one byte string for one value."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from register.canonical import (
    MAX_DEPTH,
    decode_base64url,
    decode_canonical_json,
    decode_cbor,
    decode_json,
    encode_base64url,
    encode_cbor,
    encode_json,
)
from register.errors import CanonicalError

LIMIT = 100_000
TEXT = st.text(st.characters(codec="utf-8"))
INTEGERS = st.integers(-(2**53) + 1, 2**53 - 1)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | INTEGERS | TEXT,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4)
    ),
    max_leaves=20,
)
OBJECTS = st.dictionaries(TEXT, JSON, max_size=5)


@given(OBJECTS)
def test_an_object_survives_its_canonical_form(value: dict[str, Any]) -> None:
    data = encode_json(value)
    assert decode_canonical_json(data, limit=LIMIT) == value
    assert encode_json(json.loads(data)) == data


@given(OBJECTS)
def test_members_stand_in_the_order_of_utf_16(value: dict[str, Any]) -> None:
    names = list(json.loads(encode_json(value)))
    assert names == sorted(names, key=lambda name: name.encode("utf-16be"))


def test_the_sorting_example_of_rfc_8785_comes_out_as_printed() -> None:
    # RFC 8785 §3.2.3
    value = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    assert list(json.loads(encode_json(value)).values()) == [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]


def test_the_string_example_of_rfc_8785_comes_out_as_printed() -> None:
    # RFC 8785 §3.2.2: only what must be escaped is, and in one way.
    value = {"string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/"}
    expected = '{"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    assert encode_json(value) == expected.encode()


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1}\n',
        b' {"a":1}',
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":"\\u0041"}',
        b'{"a":"\\/"}',
        b'{"a":-0}',
        b"\xef\xbb\xbf{}",
    ],
)
def test_json_in_another_form_is_refused(data: bytes) -> None:
    with pytest.raises(CanonicalError):
        decode_canonical_json(data, limit=LIMIT)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b'"a"',
        b"1",
        b'{"a":1,"a":1}',
        b'{"a":{"b":1,"b":2}}',
        b'{"a":1.0}',
        b'{"a":1e3}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":"\\ud800"}',
        b'{"\\ud800":1}',
        b'{"a":"\xff"}',
        b'{"a":' + b"1" * 5000 + b"}",
        b'{"a":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b"{}" + b" " * LIMIT,
    ],
)
def test_json_that_is_not_strict_is_refused(data: bytes) -> None:
    with pytest.raises(CanonicalError):
        decode_json(data, limit=LIMIT)


def test_nesting_is_bounded() -> None:
    value: dict[str, Any] = {}
    for _ in range(MAX_DEPTH - 2):
        value = {"a": value}
    assert decode_json(encode_json(value), limit=LIMIT) == value
    with pytest.raises(CanonicalError, match="nested"):
        encode_json({"a": {"a": value}})


@pytest.mark.parametrize(
    "value", [{"a": 1.5}, {"a": 2**53}, {"a": "\ud800"}, {"a": b""}, {1: 2}]
)
def test_a_value_without_canonical_form_is_not_written(value: dict[str, Any]) -> None:
    with pytest.raises(CanonicalError):
        encode_json(value)


@given(st.binary(max_size=200))
def test_junk_json_raises_nothing_of_its_own(data: bytes) -> None:
    for decode in (decode_json, decode_canonical_json):
        try:
            decode(data, limit=100)
        except CanonicalError:
            continue
        assert len(data) <= 100


CBOR: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | TEXT | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.integers(0, 2**32), inner, max_size=4)
    ),
    max_leaves=10,
)


@given(CBOR)
def test_a_value_survives_its_deterministic_cbor(value: object) -> None:
    assert decode_cbor(encode_cbor(value), limit=LIMIT) == value


@given(st.binary(max_size=100))
def test_cbor_is_read_only_in_its_one_form(data: bytes) -> None:
    try:
        value = decode_cbor(data, limit=80)
    except CanonicalError:
        return
    assert encode_cbor(value) == data


@pytest.mark.parametrize(
    "text",
    [
        "d81c81d81d00",  # a list that holds itself
        "c249010000000000000000",  # a bignum
        "c074323031332d30332d32315432303a30343a30305a",  # a date
        "d82366285b612d7a29",  # a regular expression
        "9bffffffffffffffff",  # an array of 2^64 elements
        "5b7fffffffffffffff",
        "81" * 300 + "00",  # nesting
        "a2010001",
        "bf0100ff",
        "1800",
        "0000",
    ],
)
def test_cbor_outside_the_plain_subset_is_refused(text: str) -> None:
    data = bytes.fromhex(text)
    with pytest.raises(CanonicalError):
        decode_cbor(data, limit=LIMIT)


@given(st.binary(max_size=50))
def test_bytes_survive_base64url(data: bytes) -> None:
    assert decode_base64url(encode_base64url(data)) == data


@pytest.mark.parametrize("text", ["A", "AB==", "AB", "A+", "A/", "AA\n", "ก", "A A="])
def test_base64url_has_one_form(text: str) -> None:
    with pytest.raises(CanonicalError):
        decode_base64url(text)
