# SPDX-License-Identifier: Apache-2.0
"""The small DER writer says the same as a general encoder."""

from datetime import UTC, datetime, timedelta, timezone

from asn1crypto import core, tsp
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.der import (
    OCTET_STRING,
    encode,
    encode_integer,
    encode_named_bit,
    encode_set_of,
    encode_time,
)
from keys.timestamp import Failure


@settings(deadline=None)
@given(st.integers(-(2**200), 2**200))
def test_integers(value: int) -> None:
    assert encode_integer(value) == core.Integer(value).dump()


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_lengths(content: bytes) -> None:
    assert encode(OCTET_STRING, content) == core.OctetString(content).dump()


def test_long_lengths() -> None:
    for size in (127, 128, 255, 256, 65535, 65536):
        expected = core.OctetString(bytes(size)).dump()
        assert encode(OCTET_STRING, bytes(size)) == expected


def test_times_are_in_utc() -> None:
    bangkok = timezone(timedelta(hours=7))
    moment = datetime(2026, 1, 1, 3, 4, 5, tzinfo=bangkok)
    expected = core.GeneralizedTime(moment.astimezone(UTC)).dump()
    assert encode_time(moment) == expected


def test_each_failure_is_the_bit_of_its_name() -> None:
    for failure in Failure:
        read = tsp.PKIFailureInfo.load(encode_named_bit(failure), strict=True)
        (name,) = read.native
        assert name.rstrip("s") == failure.name.lower()
        assert encode_named_bit(failure)[-1] != 0  # no zero bits at the end


def test_sets_are_in_the_order_of_their_encodings() -> None:
    parts = [b"\x04\x01b", b"\x04\x01a", b"\x02\x01\x00"]
    assert encode_set_of(parts) == b"\x31\x09\x02\x01\x00\x04\x01a\x04\x01b"
