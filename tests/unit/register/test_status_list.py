# SPDX-License-Identifier: Apache-2.0
"""Status lists: every MUST of docs/spec/status-list.md, and the draft's vectors."""

import json
import secrets
import zlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from register.canonical import decode_base64url, encode_base64url, encode_cbor
from register.document import LIST_SIZE, Status
from register.envelope import open_jws, read_cose1, sign_cose1, sign_jws
from register.errors import StatusListError, StatusListTimeError
from register.status_list import (
    CWT_TYPE,
    JWT_TYPE,
    StatusList,
    compress_list,
    decode_list,
    decompress_list,
    encode_list,
    open_status_cwt,
    open_status_jwt,
    pack_values,
    read_value,
    sign_status_cwt,
    sign_status_jwt,
)
from tests.unit.register.formats_world import NOW, PUBLICATION, STRANGER
from tests.vectors.make_vectors import TARGET

VECTORS = json.loads(
    Path(TARGET).with_name("token-status-list.json").read_text(encoding="utf-8")
)["vectors"]
URI = "https://register.example.go.th/register/status/0"
KEYS = {PUBLICATION.kid: PUBLICATION.public}
VALUES = {0: Status.REVOKED, 77: Status.SUSPENDED, LIST_SIZE - 1: Status.SUPERSEDED}
SIGNING: dict[str, Any] = {
    "uri": URI,
    "iat": NOW,
    "kid": PUBLICATION.kid,
    "sign": PUBLICATION.sign,
}
STATUSES = st.dictionaries(
    st.integers(0, LIST_SIZE - 1), st.sampled_from(Status), max_size=30
)


def jwt(values: dict[int, Status] | None = None, **changes: Any) -> str:  # noqa: ANN401 - any argument
    """Return a signed list as JWT."""
    return sign_status_jwt(VALUES if values is None else values, **(SIGNING | changes))


def cwt(values: dict[int, Status] | None = None, **changes: Any) -> bytes:  # noqa: ANN401 - any argument
    """Return a signed list as CWT."""
    return sign_status_cwt(VALUES if values is None else values, **(SIGNING | changes))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: f"{v['bits']} bits")
def test_the_vectors_of_the_draft_decode_to_their_values(
    vector: dict[str, Any],
) -> None:
    bits, size = vector["bits"], vector["size"]
    expected = {int(index): value for index, value in vector["status"].items()}
    packed = pack_values(expected, size=size, bits=bits)
    size_bytes = size * bits // 8
    lst = decode_base64url(vector["json"]["lst"])
    assert decompress_list(lst, size_bytes=size_bytes) == packed
    assert lst in bytes.fromhex(vector["cbor_hex"])
    for index, value in expected.items():
        assert read_value(packed, index, bits=bits) == value
    assert sum(1 for byte in packed if byte) <= len(expected)


def test_our_compression_of_the_two_bit_vector_decodes_alike() -> None:
    vector = next(v for v in VECTORS if v["bits"] == 2)
    statuses = dict(enumerate(("valid", "revoked", "suspended", "superseded")))
    values = {
        int(index): Status(statuses[value]) for index, value in vector["status"].items()
    }
    packed = encode_list(values)
    theirs = decode_base64url(vector["json"]["lst"])
    assert decompress_list(theirs, size_bytes=len(packed)) == packed
    assert decompress_list(compress_list(packed), size_bytes=len(packed)) == packed


@given(STATUSES)
def test_random_values_survive_packing(values: dict[int, Status]) -> None:
    packed = encode_list(values)
    assert len(packed) == 262_144
    not_valid = {i: s for i, s in values.items() if s is not Status.VALID}
    assert decode_list(packed) == not_valid


@given(st.dictionaries(st.integers(0, 99), st.integers(0, 3)), st.integers(0, 99))
def test_each_value_stands_where_the_draft_says(
    values: dict[int, int], index: int
) -> None:
    packed = pack_values(values, size=100, bits=2)
    number = int.from_bytes(packed, "little")
    assert number >> (2 * index) & 3 == values.get(index, 0)
    assert read_value(packed, index, bits=2) == values.get(index, 0)


@pytest.mark.parametrize("index", [-1, LIST_SIZE])
def test_an_index_that_no_list_has_is_refused(index: int) -> None:
    with pytest.raises(StatusListError):
        encode_list({index: Status.REVOKED})
    with pytest.raises(StatusListError):
        open_status_jwt(jwt(), number=0, keys=KEYS).status(index)


def test_a_signed_list_reads_back_in_both_forms() -> None:
    for opened in (
        open_status_jwt(jwt(), number=0, keys=KEYS),
        open_status_cwt(cwt(), number=0, keys=KEYS),
    ):
        assert opened.uri == URI
        assert opened.iat == NOW
        assert opened.exp - opened.iat == timedelta(hours=72)
        assert opened.ttl == 900
        assert {i: opened.status(i) for i in VALUES} == VALUES
        assert opened.status(1) is Status.VALID


def test_the_jwt_has_the_claims_of_the_page() -> None:
    payload = open_jws(jwt(), typ="statuslist+jwt", keys=KEYS)
    assert payload.keys() == {"sub", "iat", "exp", "ttl", "status_list"}
    assert payload["sub"] == URI
    assert payload["exp"] == payload["iat"] + 72 * 3600
    assert payload["status_list"].keys() == {"bits", "lst"}
    assert payload["status_list"]["bits"] == 2


def test_the_cwt_is_tagged_and_typed_and_names_its_key_in_ascii() -> None:
    data = cwt()
    assert data[0] == 0xD2
    message = read_cose1(data, headers={16: "application/statuslist+cwt"}, tagged=True)
    assert message.kid == PUBLICATION.kid.encode()


def test_ten_thousand_revoked_of_a_million_stay_small() -> None:
    # 16.6 kB are the measured size of the list alone.
    places = {secrets.randbelow(LIST_SIZE) for _ in range(10_000)}
    assert len(cwt(dict.fromkeys(places, Status.REVOKED))) <= 17_500


def payload_with(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    """Return the claims of a JWT, some of them changed."""
    return open_jws(jwt(), typ=JWT_TYPE, keys=KEYS) | changes


LST = encode_base64url(compress_list(encode_list(VALUES)))


def list_with(packed: bytes, *, tail: bytes = b"") -> dict[str, Any]:
    """Return a status list of any bytes."""
    return {"bits": 2, "lst": encode_base64url(zlib.compress(packed) + tail)}


@pytest.mark.parametrize(
    "changes",
    [
        {"sub": None},
        {"sub": "https://register.example.go.th/register/status/1"},
        {"sub": "https://register.example.go.th/register/status/10"},
        {"iat": None},
        {"iat": -1},
        {"iat": "now"},
        {"exp": None},
        {"exp": 2**53 - 1},
        {"ttl": 0},
        {"ttl": True},
        {"status_list": None},
        {"status_list": {"bits": 1, "lst": LST}},
        {"status_list": {"bits": True, "lst": LST}},
        {"status_list": {"lst": LST}},
        {"status_list": {"bits": 2}},
        {"status_list": {"bits": 2, "lst": LST + "="}},
        {"status_list": {"bits": 2, "lst": "AAAA"}},
        {"status_list": list_with(bytes(262_143))},
        {"status_list": list_with(bytes(262_145))},
        {"status_list": list_with(bytes(262_144), tail=b"\0")},
        {"status_list": {"bits": 2, "lst": LST[:-8]}},
    ],
    ids=lambda changes: str(changes)[:60],
)
def test_a_list_with_a_wrong_claim_is_refused(changes: dict[str, Any]) -> None:
    token = sign_jws(
        payload_with(**changes),
        typ=JWT_TYPE,
        kid=PUBLICATION.kid,
        sign=PUBLICATION.sign,
    )
    with pytest.raises(StatusListError):
        open_status_jwt(token, number=0, keys=KEYS)


def test_a_small_stream_cannot_fill_the_memory() -> None:
    bomb = zlib.compress(bytes(200_000_000), level=9)
    assert len(bomb) < 200_000
    with pytest.raises(StatusListError, match="does not unpack"):
        decompress_list(bomb, size_bytes=262_144)


@pytest.mark.parametrize(
    "payload",
    [
        [],
        {},
        {2: URI},
        {2: URI, 4: 2, 6: 1, 65534: 900, 65533: {"bits": 2, "lst": LST}},
        {2: URI, 4: 2, 6: 1, 65534: 900, 65533: {"bits": 2.0, "lst": b""}},
        {2: URI, 4: 2, 6: 1, 65534: 900, 65533: {"bits": 2, "lst": b""}},
        {2: URI, 4: 2.5, 6: 1, 65534: 900, 65533: {"bits": 2, "lst": b""}},
    ],
    ids=lambda payload: str(payload)[:50],
)
def test_a_cwt_with_a_wrong_payload_is_refused(payload: object) -> None:
    data = sign_cose1(
        encode_cbor(payload),
        kid=PUBLICATION.kid.encode(),
        sign=PUBLICATION.sign,
        headers={16: CWT_TYPE},
        tagged=True,
    )
    with pytest.raises(StatusListError):
        open_status_cwt(data, number=0, keys=KEYS)


def test_a_list_signed_with_another_key_is_refused() -> None:
    for keys in ({}, {PUBLICATION.kid: STRANGER.public}):
        with pytest.raises(StatusListError):
            open_status_jwt(jwt(), number=0, keys=keys)
        with pytest.raises(StatusListError):
            open_status_cwt(cwt(), number=0, keys=keys)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_every_change_of_one_byte_is_refused(place: int, change: int) -> None:
    data = bytearray(cwt())
    data[place % len(data)] ^= change
    with pytest.raises(StatusListError):
        open_status_cwt(bytes(data), number=0, keys=KEYS)


@given(st.binary(max_size=200))
def test_junk_is_never_more_than_a_wrong_list(data: bytes) -> None:
    with pytest.raises(StatusListError):
        open_status_cwt(data, number=0, keys=KEYS)
    with pytest.raises(StatusListError):
        open_status_jwt(data.decode("latin-1"), number=0, keys=KEYS)
    with pytest.raises(StatusListError):
        decompress_list(data, size_bytes=262_144)


def opened(iat: datetime = NOW) -> StatusList:
    """Return a list signed at a moment."""
    return open_status_jwt(jwt(iat=iat), number=0, keys=KEYS)


def test_a_list_is_current_until_it_expires() -> None:
    second = timedelta(seconds=1)
    opened().check_current(now=NOW + timedelta(hours=72) - second, newest_iat=None)
    with pytest.raises(StatusListTimeError, match="expired"):
        opened().check_current(now=NOW + timedelta(hours=72), newest_iat=None)


def test_a_list_may_be_dated_ahead_by_five_minutes() -> None:
    ahead = timedelta(minutes=5)
    opened(NOW + ahead).check_current(now=NOW, newest_iat=None)
    with pytest.raises(StatusListTimeError, match="ahead"):
        opened(NOW + ahead + timedelta(seconds=1)).check_current(
            now=NOW, newest_iat=None
        )


def test_a_list_older_than_one_seen_is_refused() -> None:
    opened().check_current(now=NOW, newest_iat=NOW)
    with pytest.raises(StatusListTimeError, match="older"):
        opened().check_current(now=NOW, newest_iat=NOW + timedelta(seconds=1))


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "status/0",
        "https://register.example.go.th/status/",
        "https://register.example.go.th/status/01",
        "https://register.example.go.th/status/1048576",
        "https://register.example.go.th/status/0#x",
    ],
)
def test_an_address_that_names_no_list_is_not_signed(uri: str) -> None:
    with pytest.raises(StatusListError):
        jwt(uri=uri)


def test_only_the_bit_sizes_of_the_draft_are_known() -> None:
    with pytest.raises(StatusListError, match="1, 2, 4 or 8"):
        pack_values({}, size=8, bits=3)
    with pytest.raises(StatusListError, match="no place"):
        pack_values({0: 2}, size=8, bits=1)
