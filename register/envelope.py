# SPDX-License-Identifier: Apache-2.0
"""Signed envelopes: JWS compact (RFC 7515) and COSE_Sign1 (RFC 9052), ES256 only.

Signs with a callable it is given (raw r‖s over the message) and never sees a
private key. Readers take one exact header and nothing else: no other
algorithm, no key from the envelope itself, no critical extensions.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from register.canonical import (
    decode_base64url,
    decode_cbor,
    decode_json,
    encode_base64url,
    encode_cbor,
    encode_json,
)
from register.errors import (
    CanonicalError,
    EnvelopeError,
    SignatureError,
    UnknownKeyError,
)

PublicKey = ec.EllipticCurvePublicKey
SignRaw = Callable[[bytes], bytes]
"""Signs a message with ES256 and returns the 64 bytes r‖s."""

MAX_TOKEN_BYTES: Final = 8 * 1024 * 1024
"""A trust list of thousands of agencies fits; a status list takes half a megabyte."""

ES256: Final = -7
ESP256: Final = -9
"""The same algorithm under the name of RFC 9864."""

_COORDINATE_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
_MAX_HEADER_BYTES: Final = 512
_MAX_KID_CHARS: Final = 64
_COSE_PARTS: Final = 4
_COSE_SIGN1_TAG: Final = b"\xd2"
_ALG, _KID = 1, 4
_JWS = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_THUMBPRINT_MEMBERS: Final[Mapping[object, tuple[str, ...]]] = {
    "EC": ("crv", "kty", "x", "y"),
    "RSA": ("e", "kty", "n"),
}


def public_jwk(key: PublicKey) -> dict[str, str]:
    """Return the JWK of a P-256 public key (RFC 7518 §6.2).

    Raises:
        EnvelopeError: the key is on another curve.
    """
    _check_curve(key)
    numbers = key.public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": encode_base64url(numbers.x.to_bytes(_COORDINATE_BYTES, "big")),
        "y": encode_base64url(numbers.y.to_bytes(_COORDINATE_BYTES, "big")),
    }


def key_from_jwk(jwk: Mapping[str, Any]) -> PublicKey:
    """Return the P-256 public key of a JWK; members it does not need are ignored.

    Raises:
        EnvelopeError: another kind of key, a private key or no point of the curve.
    """
    if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise EnvelopeError("a JWK here has kty EC and crv P-256")
    if "d" in jwk:
        raise EnvelopeError("a private key has no place in a published JWK")
    x, y = (_coordinate(jwk.get(member)) for member in ("x", "y"))
    try:
        return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    except ValueError as error:
        raise EnvelopeError("the JWK is not a point of P-256") from error


def jwk_thumbprint(jwk: Mapping[str, Any]) -> str:
    """Return the SHA-256 thumbprint of a JWK in base64url (RFC 7638 §3).

    Raises:
        EnvelopeError: a required member is missing.
    """
    members = _THUMBPRINT_MEMBERS.get(jwk.get("kty"))
    if members is None or any(not isinstance(jwk.get(m), str) for m in members):
        raise EnvelopeError("a JWK lacks a member its thumbprint is made of")
    required = encode_json({member: jwk[member] for member in members})
    return encode_base64url(hashlib.sha256(required).digest())


def key_id(key: PublicKey) -> str:
    """Return the `kid` of a public key: its thumbprint (trust-list.md).

    Raises:
        EnvelopeError: the key is not on P-256.
    """
    return jwk_thumbprint(public_jwk(key))


def check_signature(key: PublicKey, signature: bytes, message: bytes) -> None:
    """Check an ES256 signature in the form r‖s (RFC 7518 §3.4).

    Raises:
        EnvelopeError: the key is not on P-256.
        SignatureError: the signature is not by this key over this message.
    """
    _check_curve(key)
    if len(signature) != _SIGNATURE_BYTES:
        raise SignatureError(f"an ES256 signature has 64 bytes, not {len(signature)}")
    r = int.from_bytes(signature[:_COORDINATE_BYTES], "big")
    s = int.from_bytes(signature[_COORDINATE_BYTES:], "big")
    try:
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise SignatureError("the signature does not fit bytes and key") from error


def sign_jws(payload: Mapping[str, Any], *, typ: str, kid: str, sign: SignRaw) -> str:
    """Return a JWS in compact form over a JSON object.

    Raises:
        CanonicalError: the payload has no canonical JSON.
        EnvelopeError: the signer did not return 64 bytes.
    """
    header = encode_json({"alg": "ES256", "kid": kid, "typ": typ})
    message = f"{encode_base64url(header)}.{encode_base64url(encode_json(payload))}"
    return f"{message}.{encode_base64url(_signed(sign, message.encode()))}"


def open_jws(token: str, *, typ: str, keys: Mapping[str, PublicKey]) -> dict[str, Any]:
    """Return the payload of a JWS that one of these keys, by `kid`, has signed.

    Raises:
        EnvelopeError: not the one form that `sign_jws` writes, or another `typ`.
        UnknownKeyError: the `kid` is not among the keys.
        SignatureError: the signature does not fit.
    """
    header, payload, signature = _split_jws(token)
    if header["typ"] != typ:
        raise EnvelopeError(f"the JWS has another typ than {typ}")
    key = keys.get(header["kid"])
    if key is None:
        raise UnknownKeyError("the JWS is signed with a key that is not listed")
    check_signature(key, signature, token.rpartition(".")[0].encode())
    try:
        return decode_json(payload, limit=MAX_TOKEN_BYTES)
    except CanonicalError as error:
        raise EnvelopeError(f"the payload of the JWS: {error}") from error


def jws_kid(token: str) -> str:
    """Return the `kid` of a JWS without any check of its signature.

    Raises:
        EnvelopeError: not the one form that `sign_jws` writes.
    """
    return _split_jws(token)[0]["kid"]


@dataclass(frozen=True, kw_only=True)
class Cose1:
    """A COSE_Sign1 that was read and not yet checked."""

    protected: bytes
    kid: bytes
    """The key identifier, a hint only."""
    payload: bytes
    signature: bytes


def sign_cose1(
    payload: bytes,
    *,
    kid: bytes,
    sign: SignRaw,
    headers: Mapping[int, Any] | None = None,
    external_aad: bytes = b"",
    tagged: bool = False,
) -> bytes:
    """Return a COSE_Sign1 with ES256 over a payload (RFC 9052 §4.4).

    Raises:
        EnvelopeError: the signer did not return 64 bytes.
    """
    protected = encode_cbor({_ALG: ES256, _KID: kid, **(headers or {})})
    signature = _signed(sign, _to_be_signed(protected, external_aad, payload))
    body = encode_cbor([protected, {}, payload, signature])
    return _COSE_SIGN1_TAG + body if tagged else body


def read_cose1(
    data: bytes,
    *,
    headers: Mapping[int, Any] | None = None,
    tagged: bool = False,
    limit: int = MAX_TOKEN_BYTES,
) -> Cose1:
    """Read a COSE_Sign1 whose protected header is exactly alg, kid and `headers`.

    Raises:
        EnvelopeError: another form, another algorithm, or not deterministic.
    """
    if tagged and not data.startswith(_COSE_SIGN1_TAG):
        raise EnvelopeError("a COSE_Sign1 with tag 18 is expected")
    try:
        parts = decode_cbor(data[1:] if tagged else data, limit=limit)
        protected, payload, signature = _cose_parts(parts)
        decoded = decode_cbor(protected, limit=_MAX_HEADER_BYTES)
    except CanonicalError as error:
        raise EnvelopeError(f"not a COSE_Sign1: {error}") from error
    kid = decoded.get(_KID) if type(decoded) is dict else None
    # Compared as bytes, since 1, 1.0 and True are equal as Python values.
    forms = [{_ALG: alg, _KID: kid, **(headers or {})} for alg in (ES256, ESP256)]
    if type(kid) is not bytes or protected not in map(encode_cbor, forms):
        raise EnvelopeError("the protected header is not the one expected")
    return Cose1(protected=protected, kid=kid, payload=payload, signature=signature)


def check_cose1(
    message: Cose1, *, keys: Iterable[PublicKey], external_aad: bytes = b""
) -> PublicKey:
    """Return the first of these keys that has signed a COSE_Sign1.

    Raises:
        SignatureError: none of them has.
    """
    signed = _to_be_signed(message.protected, external_aad, message.payload)
    for key in keys:
        try:
            check_signature(key, message.signature, signed)
        except EnvelopeError:
            continue
        return key
    raise SignatureError("no key that was offered has signed this")


def _to_be_signed(protected: bytes, external_aad: bytes, payload: bytes) -> bytes:
    return encode_cbor(["Signature1", protected, external_aad, payload])


def _cose_parts(parts: object) -> tuple[bytes, bytes, bytes]:
    if not isinstance(parts, list) or len(parts) != _COSE_PARTS:
        raise EnvelopeError("a COSE_Sign1 is an array of four elements")
    protected, unprotected, payload, signature = parts
    if unprotected != {} or type(unprotected) is not dict:
        raise EnvelopeError("the unprotected header of a COSE_Sign1 must be empty")
    if any(type(part) is not bytes for part in (protected, payload, signature)):
        raise EnvelopeError("header, payload and signature must be byte strings")
    if len(signature) != _SIGNATURE_BYTES:
        raise EnvelopeError(f"an ES256 signature has 64 bytes, not {len(signature)}")
    return protected, payload, signature


def _split_jws(token: str) -> tuple[dict[str, str], bytes, bytes]:
    if len(token) > MAX_TOKEN_BYTES:
        raise EnvelopeError(f"a JWS of more than {MAX_TOKEN_BYTES} characters")
    match = _JWS.fullmatch(token)
    if match is None:
        raise EnvelopeError("a JWS has three parts in base64url")
    try:
        head, payload, signature = (decode_base64url(part) for part in match.groups())
        header = decode_json(head, limit=_MAX_HEADER_BYTES)
    except CanonicalError as error:
        raise EnvelopeError(f"not a JWS: {error}") from error
    if header.keys() != {"alg", "kid", "typ"} or header["alg"] != "ES256":
        raise EnvelopeError("the header of a JWS has exactly alg ES256, kid and typ")
    if any(type(value) is not str for value in header.values()):
        raise EnvelopeError("the header of a JWS holds strings only")
    if not 0 < len(header["kid"]) <= _MAX_KID_CHARS:
        raise EnvelopeError(f"a kid has 1 to {_MAX_KID_CHARS} characters")
    return header, payload, signature


def _signed(sign: SignRaw, message: bytes) -> bytes:
    signature = sign(message)
    if len(signature) != _SIGNATURE_BYTES:
        raise EnvelopeError(f"the signer returned {len(signature)} bytes, not 64")
    return signature


def _check_curve(key: PublicKey) -> None:
    if not isinstance(key.curve, ec.SECP256R1):
        raise EnvelopeError(f"ES256 needs a key on P-256, not {key.curve.name}")


def _coordinate(text: object) -> int:
    if not isinstance(text, str):
        raise EnvelopeError("a JWK coordinate is a string")
    try:
        data = decode_base64url(text)
    except CanonicalError as error:
        raise EnvelopeError(f"a JWK coordinate: {error}") from error
    if len(data) != _COORDINATE_BYTES:
        raise EnvelopeError("a P-256 coordinate has 32 bytes")
    return int.from_bytes(data, "big")
