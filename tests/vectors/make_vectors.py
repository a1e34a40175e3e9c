# SPDX-License-Identifier: Apache-2.0
"""Writes claim.json, the vectors of docs/spec/claim.md: `python make_vectors.py`.

Deterministic: the test keys come from their names and every signature from
RFC 6979, so a second run must leave the file as it is. Bad cases carry the
reason why a reader must refuse them; all but the last group are well signed.
"""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID

from register.claim import Claim, build_claim, claim_kid, qr_text
from register.digits import encode_digits
from register.document import (
    AgencyId,
    DocumentId,
    DocumentNumber,
    StatusRef,
    document_id_bytes,
    document_id_from_bytes,
)
from register.envelope import public_jwk
from register.record import document_url

TARGET: Final = Path(__file__).with_name("claim.json")
P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
AAD: Final = b"TH-LIC-QR-1"
HOST: Final = "https://verify.example.go.th"
DOCUMENT_ID: Final = document_id_from_bytes(bytes(range(16)))
OTHER_ID: Final = document_id_from_bytes(bytes(range(16, 32)))
Case = dict[str, Any]


def key_named(name: str) -> ec.EllipticCurvePrivateKey:
    """Return the test key of this name; never use it for anything else."""
    seed = hashlib.sha256(f"Tra test key: {name}".encode()).digest()
    scalar = int.from_bytes(seed, "big") % (P256_ORDER - 1) + 1
    return ec.derive_private_key(scalar, ec.SECP256R1())


def raw_signing(key: ec.EllipticCurvePrivateKey) -> Callable[[bytes], bytes]:
    """Return what signs with ES256 by RFC 6979 and returns r‖s."""
    algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)

    def sign(message: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(message, algorithm))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return sign


def certificate_of(key: ec.EllipticCurvePrivateKey, name: str) -> bytes:
    """Return a self-signed test certificate in DER."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256(), ecdsa_deterministic=True)
        .public_bytes(serialization.Encoding.DER)
    )


KEY: Final = key_named("claim")
SIGN: Final = raw_signing(KEY)
CERTIFICATE: Final = certificate_of(KEY, "Tra test claim key")
KID: Final = claim_kid(CERTIFICATE)

USUAL: Final = Claim(
    type_code="BL01",
    number=DocumentNumber("12345/2569"),
    holder="นายสมชาย ใจดี",
    issued_on=date(2026, 3, 2),
    valid_from=date(2026, 3, 2),
    valid_until=date(2027, 3, 1),
    agency_id=AgencyId("TRADE"),
    record_sha256=hashlib.sha256(b"record").digest(),
    status_ref=StatusRef(0, 12345),
)

GOOD: Final[dict[str, Claim]] = {
    "usual": USUAL,
    "no expiry": replace(USUAL, valid_until=None),
    "valid on one day": replace(USUAL, valid_until=USUAL.valid_from),
    "valid from a later day": replace(USUAL, valid_from=date(2026, 4, 1)),
    "valid from an earlier day": replace(USUAL, valid_from=date(2026, 1, 1)),
    "holder of 40 Thai characters": replace(
        USUAL, holder="บริษัท ตัวอย่างการค้าและบริการ (ไทย) จำกัด"[:40]
    ),
    "holder in Latin letters": replace(USUAL, holder="SOMCHAI JAIDEE CO., LTD."),
    "holder outside windows-874": replace(USUAL, holder="José 山田 จำกัด"),
    "holder in quotes of windows-874 only": replace(USUAL, holder="ร้าน “ดี”"),
    "number with Thai letters": replace(
        USUAL, number=DocumentNumber("ที่ กท 0805.2/ว 3482")
    ),
    "baht sign and Thai digits in the name": replace(USUAL, holder="ร้าน ๒๐ ฿ ๛"),
    "least values": replace(
        USUAL,
        type_code="A",
        agency_id=AgencyId("0"),
        issued_on=date(1970, 1, 1),
        valid_from=date(1970, 1, 1),
        valid_until=date(1970, 1, 1),
        status_ref=StatusRef(0, 0),
    ),
    "greatest values": replace(
        USUAL,
        agency_id=AgencyId("ABCDEFGH"),
        valid_until=date(9999, 12, 31),
        status_ref=StatusRef(2**20 - 1, 2**20 - 1),
    ),
}


def facts(claim: Claim) -> Case:
    """Return what a claim says, as JSON."""
    until = claim.valid_until
    return {
        "type_code": claim.type_code,
        "number": claim.number,
        "holder": claim.holder,
        "issued_on": claim.issued_on.isoformat(),
        "valid_from": claim.valid_from.isoformat(),
        "valid_until": None if until is None else until.isoformat(),
        "agency": claim.agency_id,
        "record_sha256": claim.record_sha256.hex(),
        "status": {"list": claim.status_ref.list, "index": claim.status_ref.index},
    }


def good_case(name: str, claim: Claim) -> Case:
    """Return a claim that every reader must take."""
    data = build_claim(claim, document_id=DOCUMENT_ID, kid=KID, sign=SIGN)
    return {
        "name": name,
        "id": DOCUMENT_ID,
        "claim_hex": data.hex(),
        "qr_text": qr_text(document_url(HOST, DOCUMENT_ID), data),
        "facts": facts(claim),
    }


def cose(
    payload: Any,  # noqa: ANN401 - any CBOR value
    *,
    protected: object = None,
    unprotected: object = None,
    document_id: DocumentId = DOCUMENT_ID,
    key: ec.EllipticCurvePrivateKey = KEY,
) -> list[Any]:
    """Return the parts of a COSE_Sign1 around any payload, rightly signed."""
    header = cbor2.dumps({1: -7, 4: KID} if protected is None else protected)
    header = protected if isinstance(protected, bytes) else header
    body = payload if isinstance(payload, bytes) else cbor2.dumps(payload)
    aad = AAD + document_id_bytes(document_id)
    signature = raw_signing(key)(cbor2.dumps(["Signature1", header, aad, body]))
    return [header, {} if unprotected is None else unprotected, body, signature]


def usual_elements(**changes: Any) -> list[Any]:  # noqa: ANN401 - any CBOR value
    """Return the eight elements of the usual claim, some of them changed."""
    elements: dict[str, Any] = {
        "code": "BL01",
        "number": b"12345/2569",
        "holder": "สมชาย".encode("cp874"),
        "days": 20514,
        "until": 20878,
        "agency": "TRADE",
        "digest": USUAL.record_sha256,
        "status": 12345,
    }
    return list((elements | changes).values())


BAD_ELEMENTS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "type code in lower case": ("type code", {"code": "bl01"}),
    "type code of five characters": ("type code", {"code": "BL001"}),
    "empty type code": ("type code", {"code": ""}),
    "type code in bytes": ("type code", {"code": b"BL01"}),
    "empty number": ("empty text", {"number": b""}),
    "empty holder": ("empty text", {"holder": b""}),
    "holder as an integer": ("type", {"holder": 7}),
    "holder as null": ("type", {"holder": None}),
    "text where windows-874 would do": ("encoding", {"holder": "สมชาย"}),
    "ASCII text where windows-874 would do": ("encoding", {"number": "12345/2569"}),
    "byte 80, the euro sign of windows-874": ("encoding", {"holder": b"\x80"}),
    "byte 93, a quote of windows-874": ("encoding", {"holder": b"\x93"}),
    "byte A0, a no-break space": ("encoding", {"holder": b"\xa0"}),
    "byte DB, which has no character": ("encoding", {"holder": b"\xdb"}),
    "byte FC, which has no character": ("encoding", {"holder": b"\xfc"}),
    "control character": ("invisible", {"holder": b"a\x00b"}),
    "delete character": ("invisible", {"holder": b"a\x7f"}),
    "zero-width space": ("invisible", {"holder": "สม\u200bชาย"}),
    "right-to-left override": ("invisible", {"holder": "a\u202eb"}),
    "line separator": ("invisible", {"holder": "a\u2028b"}),
    "text that is not in NFC": ("NFC", {"holder": "Jose\u0301"}),
    "windows-874 that is not in NFC": ("NFC", {"holder": b"\xa1\xe8\xd8"}),
    "two equal days": ("days", {"days": [20514, 20514]}),
    "one day in an array": ("days", {"days": [20514]}),
    "three days": ("days", {"days": [20514, 20515, 20516]}),
    "negative day": ("days", {"days": -1}),
    "day after the year 9999": ("days", {"days": 2932897}),
    "day as a float": ("days", {"days": 20514.0}),
    "day as true": ("days", {"days": True}),
    "day as text": ("days", {"days": "20514"}),
    "last day before the first": ("days", {"until": 20513}),
    "last day before the later first": ("days", {"days": [20514, 20879]}),
    "last day undefined": ("type", {"until": cbor2.undefined}),
    "last day false": ("type", {"until": False}),
    "tagged day": ("tag", {"until": cbor2.CBORTag(100, 20878)}),
    "agency in lower case": ("agency", {"agency": "trade"}),
    "empty agency": ("agency", {"agency": ""}),
    "agency of nine characters": ("agency", {"agency": "ABCDEFGHI"}),
    "agency in bytes": ("agency", {"agency": b"TRADE"}),
    "digest of 31 bytes": ("digest", {"digest": bytes(31)}),
    "digest of 33 bytes": ("digest", {"digest": bytes(33)}),
    "digest as hex": ("digest", {"digest": "00" * 32}),
    "negative status": ("status", {"status": -1}),
    "status beyond the last list": ("status", {"status": 2**40}),
    "status as a bignum": ("tag", {"status": cbor2.CBORTag(2, b"\x30\x39")}),
    "a ninth element": ("length", {"more": 0}),
    "more than 512 bytes": ("size", {"holder": b"a" * 500}),
}

BAD_PAYLOADS: Final[dict[str, tuple[str, Any]]] = {
    "seven elements": ("length", usual_elements()[:7]),
    "payload as a map": ("type", dict(enumerate(usual_elements()))),
    "payload of trailing bytes": ("trailing", cbor2.dumps(usual_elements()) + b"\0"),
    "payload of indefinite length": (
        "not deterministic",
        b"\x9f" + cbor2.dumps(usual_elements())[1:] + b"\xff",
    ),
    "integer longer than needed": (
        "not deterministic",
        cbor2.dumps(usual_elements()).replace(b"\x19\x50\x22", b"\x1a\0\0\x50\x22"),
    ),
    "invalid UTF-8": (
        "encoding",
        cbor2.dumps(usual_elements(holder="é")).replace(b"\xc3\xa9", b"\xc3\x28"),
    ),
    "empty payload": ("type", b""),
}

BAD_HEADERS: Final[dict[str, tuple[str, Any]]] = {
    "alg EdDSA": ("alg", {1: -8, 4: KID}),
    "alg ES384": ("alg", {1: -35, 4: KID}),
    "alg as a float": ("alg", {1: -7.0, 4: KID}),
    "alg as text": ("alg", {1: "ES256", 4: KID}),
    "no alg": ("header", {4: KID}),
    "no kid": ("header", {1: -7}),
    "kid of 8 bytes": ("kid", {1: -7, 4: KID + bytes(4)}),
    "empty kid": ("kid", {1: -7, 4: b""}),
    "kid as text": ("kid", {1: -7, 4: KID.hex()}),
    "a critical header": ("header", {1: -7, 2: [4], 4: KID}),
    "a content type": ("header", {1: -7, 3: 0, 4: KID}),
    "keys in another order": ("not deterministic", {4: KID, 1: -7}),
    "a key twice": ("duplicate key", b"\xa3\x01\x26\x01\x26\x04\x44" + KID),
    "key true for key 1": ("header", {True: -7, 4: KID}),
    "empty header": ("header", b""),
    "header as an array": ("header", [1, -7, 4, KID]),
}


def bad_envelopes() -> dict[str, tuple[str, bytes]]:
    """Return envelopes that are wrong outside header and payload."""
    parts = cose(usual_elements())
    head, _, body, signature = parts
    data = cbor2.dumps(parts)
    return {
        "empty": ("type", b""),
        "tagged with 18": ("tag", b"\xd2" + data),
        "trailing byte": ("trailing", data + b"\0"),
        "last byte missing": ("truncated", data[:-1]),
        "indefinite array": ("not deterministic", b"\x9f" + data[1:] + b"\xff"),
        "array length in two bytes": ("not deterministic", b"\x98\x04" + data[1:]),
        "an unprotected header": (
            "header",
            cbor2.dumps(cose(usual_elements(), unprotected={4: KID})),
        ),
        "unprotected header as null": ("header", cbor2.dumps([head, None, *parts[2:]])),
        "detached payload": ("type", cbor2.dumps([head, {}, None, signature])),
        "payload not in bytes": (
            "type",
            cbor2.dumps([head, {}, usual_elements(), signature]),
        ),
        "five parts": ("length", cbor2.dumps([*parts, b""])),
        "three parts": ("length", cbor2.dumps(parts[:3])),
        "signature of 63 bytes": (
            "length",
            cbor2.dumps([*parts[:3], signature[1:]]),
        ),
        "signature of 65 bytes": (
            "length",
            cbor2.dumps([*parts[:3], b"\0" + signature]),
        ),
        "signature of zeros": ("signature", cbor2.dumps([*parts[:3], bytes(64)])),
        "s before r": (
            "signature",
            cbor2.dumps([*parts[:3], signature[32:] + signature[:32]]),
        ),
        "signed for another document": (
            "signature",
            cbor2.dumps(cose(usual_elements(), document_id=OTHER_ID)),
        ),
        "signed with another key": (
            "signature",
            cbor2.dumps(cose(usual_elements(), key=key_named("stranger"))),
        ),
        "another holder under the signature": (
            "signature",
            cbor2.dumps(
                [
                    head,
                    {},
                    body.replace("สมชาย".encode("cp874"), "สมหมย".encode("cp874")),
                    signature,
                ]
            ),
        ),
        "ESP256 written over ES256": (
            "signature",
            cbor2.dumps([head.replace(b"\x01\x26", b"\x01\x28"), *parts[1:]]),
        ),
    }


def bad_cases() -> list[Case]:
    """Return claims that every reader must refuse, with the reason."""
    found = {
        name: (reason, cbor2.dumps(cose(usual_elements(**changes))))
        for name, (reason, changes) in BAD_ELEMENTS.items()
    }
    found |= {
        name: (reason, cbor2.dumps(cose(payload)))
        for name, (reason, payload) in BAD_PAYLOADS.items()
    }
    found |= {
        name: (reason, cbor2.dumps(cose(usual_elements(), protected=header)))
        for name, (reason, header) in BAD_HEADERS.items()
    }
    found |= bad_envelopes()
    return [
        {"name": name, "reason": reason, "id": DOCUMENT_ID, "claim_hex": data.hex()}
        for name, (reason, data) in found.items()
    ]


def digits_cases() -> Case:
    """Return byte strings with their digits, and digits that are no bytes."""
    samples = [b"", *(b"\xff" * n for n in range(1, 16)), bytes(20), bytes(range(33))]
    bad = {
        "one digit": "0",
        "no bytes have 4 digits": "0000",
        "more than one byte": "256",
        "more than seven bytes": "72057594037927936",
        "a letter": "00a",
        "a blank": "00 ",
        "a sign": "+12",
        "a Thai digit": "00๑",
        "a line end": "001\n",
    }
    return {
        "good": [
            {"hex": data.hex(), "digits": encode_digits(data)} for data in samples
        ],
        "bad": [{"reason": reason, "digits": text} for reason, text in bad.items()],
    }


def build_vectors() -> Case:
    """Return the whole content of claim.json."""
    esp256 = cose(usual_elements(), protected={1: -9, 4: KID})
    again = replace(USUAL, holder="สมชาย")
    x5c = [base64.b64encode(CERTIFICATE).decode()]
    good = [good_case(name, claim) for name, claim in GOOD.items()]
    data = cbor2.dumps(esp256)
    good.append(
        {
            "name": "algorithm ESP256",
            "id": DOCUMENT_ID,
            "claim_hex": data.hex(),
            "qr_text": qr_text(document_url(HOST, DOCUMENT_ID), data),
            "facts": facts(again),
        }
    )
    return {
        "source": "made by make_vectors.py from docs/spec/claim.md",
        "key": {"kid": KID.hex(), "jwk": {**public_jwk(KEY.public_key()), "x5c": x5c}},
        "good": good,
        "bad": bad_cases(),
        "digits": digits_cases(),
    }


def render_vectors() -> str:
    """Return the text of claim.json."""
    return json.dumps(build_vectors(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    TARGET.write_text(render_vectors(), encoding="utf-8")
