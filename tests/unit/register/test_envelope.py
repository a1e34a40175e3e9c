# SPDX-License-Identifier: Apache-2.0
"""JWS and COSE envelopes: one form, one algorithm, the right key."""

import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from register.canonical import decode_base64url, encode_base64url, encode_cbor
from register.envelope import (
    check_cose1,
    check_signature,
    jwk_thumbprint,
    jws_kid,
    key_from_jwk,
    key_id,
    open_jws,
    public_jwk,
    read_cose1,
    sign_cose1,
    sign_jws,
)
from register.errors import EnvelopeError, SignatureError, UnknownKeyError
from tests.unit.register.formats_world import CLAIM, ROOT, STRANGER

KEYS = {ROOT.kid: ROOT.public}
TYP = "tra-test+jwt"
PAYLOAD: dict[str, Any] = {"b": 1, "a": "ก", "list": [None, True]}
TOKEN = sign_jws(PAYLOAD, typ=TYP, kid=ROOT.kid, sign=ROOT.sign)
SCALARS = st.integers(1, 2**255)


def jws(header: object, payload: bytes = b"{}") -> str:
    """Return a rightly signed JWS with any header."""
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    message = f"{encode_base64url(head)}.{encode_base64url(payload)}"
    return f"{message}.{encode_base64url(ROOT.sign(message.encode()))}"


def test_a_payload_survives_its_jws() -> None:
    assert open_jws(TOKEN, typ=TYP, keys=KEYS) == PAYLOAD
    assert jws_kid(TOKEN) == ROOT.kid


def test_the_header_of_a_jws_is_exactly_that_of_the_pages() -> None:
    assert json.loads(decode_base64url(TOKEN.split(".")[0])) == {
        "alg": "ES256",
        "kid": ROOT.kid,
        "typ": TYP,
    }


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "kid": ROOT.kid, "typ": TYP},
        {"alg": "HS256", "kid": ROOT.kid, "typ": TYP},
        {"alg": "ES384", "kid": ROOT.kid, "typ": TYP},
        {"alg": "ES256", "kid": ROOT.kid},
        {"alg": "ES256", "typ": TYP},
        {"alg": "ES256", "kid": ROOT.kid, "typ": "other+jwt"},
        {"alg": "ES256", "kid": ROOT.kid, "typ": None},
        {"alg": "ES256", "kid": 7, "typ": TYP},
        {"alg": "ES256", "kid": "", "typ": TYP},
        {"alg": "ES256", "kid": "a" * 65, "typ": TYP},
        {"alg": "ES256", "kid": ROOT.kid, "typ": TYP, "crit": ["b64"]},
        {"alg": "ES256", "kid": ROOT.kid, "typ": TYP, "jwk": {}},
        {"alg": "ES256", "kid": ROOT.kid, "typ": TYP, "x": "a" * 600},
        ["ES256"],
        b'{"alg":"ES256","alg":"ES256"}',
        b"\xff",
    ],
    ids=str,
)
def test_another_header_is_refused_though_well_signed(header: object) -> None:
    with pytest.raises(EnvelopeError):
        open_jws(jws(header), typ=TYP, keys=KEYS)


@pytest.mark.parametrize("payload", [b"[]", b"", b'{"a":1.5}', b'{"a":1,"a":2}'])
def test_a_payload_that_is_no_strict_object_is_refused(payload: bytes) -> None:
    token = jws({"alg": "ES256", "kid": ROOT.kid, "typ": TYP}, payload)
    with pytest.raises(EnvelopeError):
        open_jws(token, typ=TYP, keys=KEYS)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "..",
        "a.b",
        TOKEN + ".a",
        TOKEN + "=",
        TOKEN + "\n",
        " " + TOKEN,
        TOKEN.replace(".", " ."),
        "ก.ข.ค",
    ],
)
def test_a_text_that_is_no_jws_is_refused(token: str) -> None:
    with pytest.raises(EnvelopeError):
        open_jws(token, typ=TYP, keys=KEYS)
    with pytest.raises(EnvelopeError):
        jws_kid(token)


@given(st.text(max_size=200))
def test_junk_is_never_more_than_a_wrong_jws(token: str) -> None:
    with pytest.raises(EnvelopeError):
        open_jws(token, typ=TYP, keys=KEYS)


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from("AQgw_-09."))
def test_every_change_of_one_character_is_refused(place: int, char: str) -> None:
    changed = TOKEN[:place] + char + TOKEN[place + 1 :]
    if changed == TOKEN:
        return
    with pytest.raises(EnvelopeError):
        open_jws(changed, typ=TYP, keys=KEYS)


def test_a_key_that_is_not_listed_is_told_from_a_wrong_signature() -> None:
    with pytest.raises(UnknownKeyError):
        open_jws(TOKEN, typ=TYP, keys={})
    with pytest.raises(SignatureError):
        open_jws(TOKEN, typ=TYP, keys={ROOT.kid: STRANGER.public})


@given(st.binary(max_size=100), st.binary(max_size=20), st.booleans())
def test_a_payload_survives_its_cose(payload: bytes, aad: bytes, tagged: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
    data = sign_cose1(
        payload, kid=b"kid", sign=CLAIM.sign, external_aad=aad, tagged=tagged
    )
    message = read_cose1(data, tagged=tagged)
    assert (message.kid, message.payload) == (b"kid", payload)
    keys = [STRANGER.public, CLAIM.public]
    assert check_cose1(message, keys=keys, external_aad=aad) == CLAIM.public
    with pytest.raises(SignatureError):
        check_cose1(message, keys=keys, external_aad=aad + b"x")
    with pytest.raises(EnvelopeError):
        read_cose1(data, tagged=not tagged)


def test_cose_headers_must_be_those_expected() -> None:
    data = sign_cose1(b"", kid=b"kid", sign=CLAIM.sign, headers={16: "a"})
    assert read_cose1(data, headers={16: "a"}).kid == b"kid"
    for headers in ({}, {16: "b"}, {16: "a", 3: 1}):
        with pytest.raises(EnvelopeError):
            read_cose1(data, headers=headers)


@given(st.binary(max_size=200), st.booleans())
def test_junk_is_never_more_than_a_wrong_cose(data: bytes, tagged: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
    for junk in (data, b"\x84" + data, b"\xd2\x84" + data):
        with pytest.raises(EnvelopeError):
            read_cose1(junk, tagged=tagged)


def test_cose_beyond_the_limit_is_not_read() -> None:
    data = sign_cose1(bytes(1000), kid=b"kid", sign=CLAIM.sign)
    with pytest.raises(EnvelopeError, match="at most 512"):
        read_cose1(data, limit=512)


@given(SCALARS)
def test_a_public_key_survives_its_jwk(scalar: int) -> None:
    key = ec.derive_private_key(scalar, ec.SECP256R1()).public_key()
    jwk = public_jwk(key)
    assert key_from_jwk(jwk) == key
    assert jwk_thumbprint(jwk) == key_id(key)


@given(SCALARS, st.permutations(["kty", "crv", "x", "y", "use", "kid"]))
def test_a_thumbprint_depends_on_the_required_members_only(
    scalar: int, order: list[str]
) -> None:
    # RFC 7638 §3.2 and §3.3: members in lexical order, no white space.
    jwk = public_jwk(ec.derive_private_key(scalar, ec.SECP256R1()).public_key())
    more = {**jwk, "use": "sig", "kid": "7"}
    assert jwk_thumbprint({name: more[name] for name in order}) == jwk_thumbprint(jwk)
    text = (f'{{"crv":"P-256","kty":"EC","x":"{jwk["x"]}","y":"{jwk["y"]}"}}').encode()
    assert jwk_thumbprint(jwk) == encode_base64url(hashlib.sha256(text).digest())


def test_the_thumbprint_of_rfc_7638_comes_out() -> None:
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhD"
        "R1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6C"
        "f0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1"
        "n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1"
        "jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    jwk = {"kty": "RSA", "n": modulus, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}
    assert jwk_thumbprint(jwk) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


@pytest.mark.parametrize(
    "changes",
    [
        {"kty": "RSA"},
        {"crv": "P-384"},
        {"x": None},
        {"x": "AAAA"},
        {"x": encode_base64url(bytes(32)), "y": encode_base64url(bytes(32))},
        {"x": encode_base64url(b"\xff" * 32)},
        {"y": "not base64url!"},
        {"d": encode_base64url(bytes(32))},
    ],
    ids=str,
)
def test_a_jwk_that_is_no_public_p256_key_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(EnvelopeError):
        key_from_jwk(public_jwk(ROOT.public) | changes)


@pytest.mark.parametrize("jwk", [{}, {"kty": "EC"}, {"kty": "oct", "k": "a"}])
def test_a_jwk_without_its_members_has_no_thumbprint(jwk: dict[str, Any]) -> None:
    with pytest.raises(EnvelopeError):
        jwk_thumbprint(jwk)


def test_another_curve_is_refused_everywhere() -> None:
    other = ec.generate_private_key(ec.SECP384R1()).public_key()
    with pytest.raises(EnvelopeError, match="P-256"):
        public_jwk(other)
    with pytest.raises(EnvelopeError, match="P-256"):
        check_signature(other, bytes(64), b"")


@pytest.mark.parametrize("signature", [b"", bytes(64), b"\xff" * 64, bytes(65)])
def test_a_signature_of_no_value_is_refused(signature: bytes) -> None:
    with pytest.raises(SignatureError):
        check_signature(ROOT.public, signature, b"message")


def test_a_signer_that_answers_in_der_is_caught() -> None:
    with pytest.raises(EnvelopeError, match="not 64"):
        sign_jws({}, typ=TYP, kid="a", sign=lambda _: bytes(70))
    with pytest.raises(EnvelopeError, match="not 64"):
        sign_cose1(b"", kid=b"a", sign=lambda _: bytes(70))


def test_a_cose_payload_is_signed_as_rfc_9052_says() -> None:
    # RFC 9052 §4.4: Sig_structure of context, protected header, aad, payload.
    data = sign_cose1(b"pay", kid=b"k", sign=CLAIM.sign, external_aad=b"aad")
    message = read_cose1(data)
    structure = encode_cbor(["Signature1", message.protected, b"aad", b"pay"])
    check_signature(CLAIM.public, message.signature, structure)
