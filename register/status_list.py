# SPDX-License-Identifier: Apache-2.0
"""Status lists: the IETF Token Status List with 2 bits a document (status-list.md).

Packs, signs, opens and looks up. A list says nothing about whether a document
exists: an unused index reads valid. Whose key may sign is the caller's
knowledge; whether a list is young enough is `check_current`.
"""

import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from register.canonical import (
    decode_base64url,
    decode_cbor,
    encode_base64url,
    encode_cbor,
)
from register.document import LIST_SIZE, MAX_LISTS, Status
from register.envelope import (
    MAX_TOKEN_BYTES,
    PublicKey,
    SignRaw,
    check_cose1,
    open_jws,
    read_cose1,
    sign_cose1,
    sign_jws,
)
from register.errors import (
    CanonicalError,
    DocumentError,
    EnvelopeError,
    StatusListError,
    StatusListTimeError,
    UnknownKeyError,
)
from register.members import epoch_seconds, read_integer, read_moment, read_string

BITS: Final = 2
TTL_SECONDS: Final = 900
LIFETIME: Final = timedelta(hours=72)
MAX_AHEAD: Final = timedelta(minutes=5)
"""How far a clock may be behind the publisher's."""

JWT_TYPE: Final = "statuslist+jwt"
CWT_TYPE: Final = "application/statuslist+cwt"
JWT_MEDIA_TYPE: Final = "application/statuslist+jwt"

_COSE_TYPE: Final = 16
_SUB, _EXP, _IAT = 2, 4, 6
_TTL, _STATUS_LIST = 65534, 65533
_URI = re.compile(r"https?://[^\s#?]+/status/(0|[1-9][0-9]{0,6})")
_VALUES: Final[Mapping[Status, int]] = {
    Status.VALID: 0,
    Status.REVOKED: 1,
    Status.SUSPENDED: 2,
    Status.SUPERSEDED: 3,
}
_STATUSES: Final = tuple(sorted(_VALUES, key=lambda status: _VALUES[status]))
_BYTE_BITS: Final = 8
_BIT_SIZES: Final = frozenset({1, 2, 4, 8})


@dataclass(frozen=True, kw_only=True)
class StatusList:
    """One status list whose signature has been checked."""

    uri: str
    iat: datetime
    """When it was signed: statuses are as of this moment."""
    exp: datetime
    ttl: int
    """Seconds after which a cache should ask again."""
    packed: bytes

    def status(self, index: int) -> Status:
        """Return the status at an index.

        Raises:
            StatusListError: the list has no such index.
        """
        return _STATUSES[read_value(self.packed, index, bits=BITS)]

    def check_current(self, *, now: datetime, newest_iat: datetime | None) -> None:
        """Check that the list may be relied on at a moment.

        Args:
            now: the moment.
            newest_iat: `iat` of the newest list of this number ever seen.

        Raises:
            StatusListTimeError: expired, dated ahead, or older than one seen.
        """
        if now >= self.exp:
            raise StatusListTimeError(f"the status list expired at {self.exp}")
        if self.iat - now > MAX_AHEAD:
            raise StatusListTimeError(f"the status list is dated ahead, {self.iat}")
        if newest_iat is not None and self.iat < newest_iat:
            raise StatusListTimeError(
                f"the status list of {self.iat} is older than one seen, {newest_iat}"
            )


def encode_list(values: Mapping[int, Status], *, size: int = LIST_SIZE) -> bytes:
    """Return the packed list in which all other indices are valid.

    Raises:
        StatusListError: an index beyond the size.
    """
    numbers = {index: _VALUES[status] for index, status in values.items()}
    return pack_values(numbers, size=size, bits=BITS)


def decode_list(packed: bytes) -> dict[int, Status]:
    """Return the statuses of a packed list that are not valid, by index."""
    return {
        index: _STATUSES[value]
        for byte_index, byte in enumerate(packed)
        if byte
        for index in range(byte_index * 4, byte_index * 4 + 4)
        if (value := read_value(packed, index, bits=BITS))
    }


def pack_values(values: Mapping[int, int], *, size: int, bits: int) -> bytes:
    """Return a byte array of values, least significant bits first.

    (draft-ietf-oauth-status-list, section "Status List".)

    Raises:
        StatusListError: an index beyond the size, or a value beyond the bits.
    """
    per_byte = _per_byte(bits)
    packed = bytearray(-(-size // per_byte))
    for index, value in values.items():
        if not (0 <= index < size and 0 <= value < 1 << bits):
            raise StatusListError(f"no place for value {value} at index {index}")
        packed[index // per_byte] |= value << index % per_byte * bits
    return bytes(packed)


def read_value(packed: bytes, index: int, *, bits: int) -> int:
    """Return the value at an index of a packed byte array.

    Raises:
        StatusListError: the array has no such index.
    """
    per_byte = _per_byte(bits)
    if not 0 <= index < len(packed) * per_byte:
        raise StatusListError(f"the status list has no index {index}")
    return packed[index // per_byte] >> index % per_byte * bits & (1 << bits) - 1


def compress_list(packed: bytes) -> bytes:
    """Return the ZLIB form (RFC 1950) of a packed list, at the best level."""
    return zlib.compress(packed, level=9)


def decompress_list(data: bytes, *, size_bytes: int) -> bytes:
    """Return the packed list of exactly `size_bytes` bytes in a ZLIB stream.

    Raises:
        StatusListError: not one whole stream of that size.
    """
    stream = zlib.decompressobj()
    try:
        packed = stream.decompress(data, size_bytes + 1)
    except zlib.error as error:
        raise StatusListError("the status list is not a ZLIB stream") from error
    if len(packed) != size_bytes or not stream.eof or stream.unused_data:
        raise StatusListError(f"the status list does not unpack to {size_bytes} bytes")
    return packed


def sign_status_list(
    values: Mapping[int, Status], *, uri: str, iat: datetime, kid: str, sign: SignRaw
) -> tuple[bytes, str]:
    """Return a status list as a signed CWT and as a signed JWT, packed once for both.

    Args:
        values: the statuses that are not valid, by index.
        uri: publication address + `/status/{n}`.
        iat: the moment the statuses were read.
        kid: thumbprint of the publication key.
        sign: signs with it.

    Raises:
        StatusListError: an index or an address that no list has.
    """
    claims = _claims(uri, iat)
    lst = compress_list(encode_list(values))
    return _cwt(claims, lst, kid, sign), _jwt(claims, lst, kid, sign)


def sign_status_jwt(
    values: Mapping[int, Status], *, uri: str, iat: datetime, kid: str, sign: SignRaw
) -> str:
    """Return a status list as a signed JWT alone (see `sign_status_list`)."""
    return _jwt(_claims(uri, iat), compress_list(encode_list(values)), kid, sign)


def sign_status_cwt(
    values: Mapping[int, Status], *, uri: str, iat: datetime, kid: str, sign: SignRaw
) -> bytes:
    """Return a status list as a signed CWT alone (see `sign_status_list`)."""
    return _cwt(_claims(uri, iat), compress_list(encode_list(values)), kid, sign)


def _jwt(claims: Mapping[str, Any], lst: bytes, kid: str, sign: SignRaw) -> str:
    content = {"bits": BITS, "lst": encode_base64url(lst)}
    payload = {**claims, "status_list": content}
    return sign_jws(payload, typ=JWT_TYPE, kid=kid, sign=sign)


def _cwt(claims: Mapping[str, Any], lst: bytes, kid: str, sign: SignRaw) -> bytes:
    payload = {
        _SUB: claims["sub"],
        _EXP: claims["exp"],
        _IAT: claims["iat"],
        _TTL: claims["ttl"],
        _STATUS_LIST: {"bits": BITS, "lst": lst},
    }
    return sign_cose1(
        encode_cbor(payload),
        kid=kid.encode(),
        sign=sign,
        headers={_COSE_TYPE: CWT_TYPE},
        tagged=True,
    )


def open_status_jwt(
    token: str, *, number: int, keys: Mapping[str, PublicKey]
) -> StatusList:
    """Return the status list in a JWT that one of these keys, by kid, has signed.

    Call `StatusList.check_current` before relying on it.

    Raises:
        StatusListError: malformed, forged, or not the list of this number.
    """
    return _opened(
        lambda: open_jws(token, typ=JWT_TYPE, keys=keys),
        number=number,
        unpack=_from_text,
    )


def open_status_cwt(
    data: bytes, *, number: int, keys: Mapping[str, PublicKey]
) -> StatusList:
    """Return the status list in a CWT that one of these keys, by kid, has signed.

    Call `StatusList.check_current` before relying on it.

    Raises:
        StatusListError: malformed, forged, or not the list of this number.
    """
    return _opened(lambda: _open_cwt(data, keys), number=number, unpack=_from_bytes)


def _open_cwt(data: bytes, keys: Mapping[str, PublicKey]) -> dict[str, Any]:
    message = read_cose1(data, headers={_COSE_TYPE: CWT_TYPE}, tagged=True)
    key = keys.get(message.kid.decode("ascii", "replace"))
    if key is None:
        raise UnknownKeyError("the status list is signed with a key not listed")
    check_cose1(message, keys=[key])
    payload = decode_cbor(message.payload, limit=MAX_TOKEN_BYTES)
    names = {
        _SUB: "sub",
        _EXP: "exp",
        _IAT: "iat",
        _TTL: "ttl",
        _STATUS_LIST: "status_list",
    }
    if type(payload) is not dict:
        raise StatusListError("the payload of a status list is a map")
    return {names[label]: payload[label] for label in names if label in payload}


def _opened(
    open_token: Callable[[], dict[str, Any]],
    *,
    number: int,
    unpack: Callable[[object], bytes],
) -> StatusList:
    try:
        claims = open_token()
        return _list_of(claims, number=number, unpack=unpack)
    except (CanonicalError, DocumentError, EnvelopeError) as error:
        raise StatusListError(f"status list {number}: {error}") from error


def _list_of(
    claims: Mapping[str, Any], *, number: int, unpack: Callable[[object], bytes]
) -> StatusList:
    uri = read_string(claims.get("sub"), name="sub")
    if not uri.endswith(f"/status/{number}"):
        raise StatusListError(f"the list is about {uri}, not about list {number}")
    iat = read_moment(claims.get("iat"), name="iat")
    exp = read_moment(claims.get("exp"), name="exp")
    ttl = read_integer(
        claims.get("ttl"), name="ttl", least=1, most=int(LIFETIME.total_seconds())
    )
    content = claims.get("status_list")
    if type(content) is not dict:
        raise StatusListError("a status list is an object with bits and lst")
    read_integer(content.get("bits"), name="bits", least=BITS, most=BITS)
    packed = decompress_list(
        unpack(content.get("lst")), size_bytes=LIST_SIZE // _per_byte(BITS)
    )
    return StatusList(uri=uri, iat=iat, exp=exp, ttl=ttl, packed=packed)


def _from_text(lst: object) -> bytes:
    if type(lst) is not str:
        raise StatusListError("the lst of a JWT is base64url")
    return decode_base64url(lst)


def _from_bytes(lst: object) -> bytes:
    if type(lst) is not bytes:
        raise StatusListError("the lst of a CWT is a byte string")
    return lst


def _claims(uri: str, iat: datetime) -> dict[str, Any]:
    match = _URI.fullmatch(uri)
    if match is None or int(match[1]) >= MAX_LISTS:
        raise StatusListError("the address of a status list ends in /status/{number}")
    issued = epoch_seconds(iat)
    expires = issued + int(LIFETIME.total_seconds())
    return {"sub": uri, "iat": issued, "exp": expires, "ttl": TTL_SECONDS}


def _per_byte(bits: int) -> int:
    if bits not in _BIT_SIZES:
        raise StatusListError(f"{bits} bits an entry; 1, 2, 4 or 8 are possible")
    return _BYTE_BITS // bits
