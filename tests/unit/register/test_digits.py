# SPDX-License-Identifier: Apache-2.0
"""Bytes as decimal digits."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from register.digits import decode_digits, encode_digits
from register.errors import ClaimError


@given(st.binary(max_size=600))
def test_bytes_survive_their_digits(data: bytes) -> None:
    digits = encode_digits(data)
    assert decode_digits(digits) == data
    assert digits.isdecimal() or not data


@given(st.text("0123456789", max_size=40))
def test_digits_are_read_only_in_their_one_form(text: str) -> None:
    with contextlib.suppress(ClaimError):
        assert encode_digits(decode_digits(text)) == text


@given(st.text(max_size=40))
def test_junk_is_never_more_than_wrong_digits(text: str) -> None:
    with contextlib.suppress(ClaimError):
        assert encode_digits(decode_digits(text)) == text


@pytest.mark.parametrize(
    ("size", "width"), [(1, 3), (2, 5), (3, 8), (4, 10), (5, 13), (6, 15), (7, 17)]
)
def test_each_size_of_group_has_its_width(size: int, width: int) -> None:
    digits = encode_digits(b"\xff" * size)
    assert len(digits) == width
    assert encode_digits(bytes(size)) == "0" * width
    too_large = str(int(digits) + 1)
    with pytest.raises(ClaimError, match="too large"):
        decode_digits(too_large)


@pytest.mark.parametrize("length", [1, 2, 4, 6, 7, 9, 11, 12, 14, 16, 18, 33])
def test_lengths_that_no_bytes_have_are_refused(length: int) -> None:
    with pytest.raises(ClaimError, match="last group"):
        decode_digits("0" * length)
