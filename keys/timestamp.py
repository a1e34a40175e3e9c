# SPDX-License-Identifier: Apache-2.0
"""Time-stamping authority (RFC 3161, updated by RFC 5816).

Promises: a token dates exactly the imprint it was asked for, repeats the
nonce, has a serial number of 128 random bits and names its certificate by
ESSCertIDv2. Refuses what it does not understand in full; never guesses.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, Final

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from keys.der import (
    CONTEXT_0,
    OCTET_STRING,
    SEQUENCE,
    SET,
    UTF8_STRING,
    encode,
    encode_integer,
    encode_named_bit,
    encode_set_of,
    encode_time,
)
from keys.errors import CertificateMissingError, TimestampRequestError
from keys.profiles import TIMESTAMP_POLICY
from keys.signing import Algorithm, Signer

ACCURACY_SECONDS: Final = 1
"""Tokens carry whole seconds, cut off."""

_SERIAL_BITS: Final = 128
_DIGEST_BYTES: Final = {"sha256": 32, "sha384": 48, "sha512": 64}
_SIGNATURE_ALGORITHMS: Final = {
    Algorithm.RS256: "sha256_rsa",
    Algorithm.ES256: "sha256_ecdsa",
}
_GRANTED: Final = encode(SEQUENCE, encode_integer(0))
_REJECTION: Final = encode_integer(2)


class Failure(IntEnum):
    """Why no token was granted: a bit of PKIFailureInfo (RFC 3161 §2.4.2)."""

    BAD_ALG = 0
    BAD_REQUEST = 2
    BAD_DATA_FORMAT = 5
    UNACCEPTED_POLICY = 15
    UNACCEPTED_EXTENSION = 16
    SYSTEM_FAILURE = 25


@dataclass(frozen=True, kw_only=True)
class TimestampRequest:
    """What is asked: the imprint to date, and how to answer."""

    imprint: bytes
    """The MessageImprint, DER; the token repeats it."""

    nonce: int | None
    wants_certificates: bool


@dataclass(frozen=True, kw_only=True)
class TimestampReply:
    """An encoded TimeStampResp; `failure` is None when a token was granted."""

    der: bytes
    failure: Failure | None


class TimestampAuthority:
    """Answers timestamp requests with one key."""

    def __init__(self, signer: Signer) -> None:
        if signer.certificate is None:
            raise CertificateMissingError(f"{signer.label} has no certificate")
        self._signer = signer
        leaf = _to_asn1(signer.certificate)
        # What every token has in common is encoded once.
        self._policy = core.ObjectIdentifier(TIMESTAMP_POLICY.dotted_string).dump()
        self._accuracy = encode(SEQUENCE, encode_integer(ACCURACY_SECONDS))
        self._signed_data_oid = cms.ContentType("signed_data").dump()
        self._content_oid = cms.ContentType("tst_info").dump()
        self._digest_algorithm = algos.DigestAlgorithm({"algorithm": "sha256"}).dump()
        self._signature_algorithm = algos.SignedDigestAlgorithm(
            {"algorithm": _SIGNATURE_ALGORITHMS[signer.algorithm]}
        ).dump()
        self._signer_id = _issuer_and_serial(leaf).dump()
        self._content_type = _content_type_attribute().dump()
        self._certificate_id = _certificate_id_attribute(leaf).dump()
        self._digest_oid = cms.CMSAttributeType("message_digest").dump()
        self._certificates = _encode_certificates(signer.certificate, signer.chain)

    def answer(self, data: bytes, *, now: datetime) -> TimestampReply:
        """Answer an encoded TimeStampReq with an encoded TimeStampResp."""
        try:
            request = parse_request(data)
        except TimestampRequestError as error:
            return refuse(Failure(error.failure), str(error))
        token = self.issue_token(request, now=now)
        return TimestampReply(der=encode(SEQUENCE, _GRANTED, token), failure=None)

    def issue_token(self, request: TimestampRequest, *, now: datetime) -> bytes:
        """Sign a TimeStampToken: CMS SignedData over a TSTInfo, DER."""
        info = self._encode_info(request, now)
        signed_data = encode(
            SEQUENCE,
            encode_integer(3),
            encode(SET, self._digest_algorithm),
            encode(
                SEQUENCE,
                self._content_oid,
                encode(CONTEXT_0, encode(OCTET_STRING, info)),
            ),
            self._certificates if request.wants_certificates else b"",
            encode(SET, self._sign_info(info)),
        )
        return encode(SEQUENCE, self._signed_data_oid, encode(CONTEXT_0, signed_data))

    def _encode_info(self, request: TimestampRequest, now: datetime) -> bytes:
        return encode(
            SEQUENCE,
            encode_integer(1),
            self._policy,
            request.imprint,
            encode_integer(secrets.randbits(_SERIAL_BITS)),
            encode_time(now),
            self._accuracy,
            b"" if request.nonce is None else encode_integer(request.nonce),
        )

    def _sign_info(self, info: bytes) -> bytes:
        digest = encode(OCTET_STRING, hashlib.sha256(info).digest())
        attributes = encode_set_of(
            [
                self._content_type,
                encode(SEQUENCE, self._digest_oid, encode(SET, digest)),
                self._certificate_id,
            ]
        )
        return encode(
            SEQUENCE,
            encode_integer(1),
            self._signer_id,
            self._digest_algorithm,
            # Signed as SET OF, written with the implicit tag (RFC 5652 §5.4).
            bytes([CONTEXT_0]) + attributes[1:],
            self._signature_algorithm,
            encode(OCTET_STRING, self._signer.sign(attributes)),
        )


def parse_request(data: bytes) -> TimestampRequest:
    """Read an encoded TimeStampReq.

    Raises:
        TimestampRequestError: it cannot be read or asks for what is not given;
            its `failure` says which.
    """
    try:
        fields = tsp.TimeStampReq.load(data, strict=True)
        content: dict[str, Any] = fields.native  # parses all of it
        # Encoded again, so that the token is DER even if the request was not.
        imprint: bytes = fields["message_imprint"].dump(force=True)
        policy = content["req_policy"] and fields["req_policy"].dotted
    except Exception as error:  # asn1crypto lets all kinds out (fuzzed)
        raise TimestampRequestError(
            Failure.BAD_DATA_FORMAT, "this is not a TimeStampReq"
        ) from error
    if content["version"] != "v1":
        raise TimestampRequestError(Failure.BAD_REQUEST, "the version is not 1")
    _check_imprint(content["message_imprint"])
    if policy and policy != TIMESTAMP_POLICY.dotted_string:
        raise TimestampRequestError(
            Failure.UNACCEPTED_POLICY,
            f"the only policy is {TIMESTAMP_POLICY.dotted_string}",
        )
    if content["extensions"] is not None:
        raise TimestampRequestError(
            Failure.UNACCEPTED_EXTENSION, "no extension is known"
        )
    return TimestampRequest(
        imprint=imprint,
        nonce=content["nonce"],
        wants_certificates=content["cert_req"],
    )


def refuse(failure: Failure, reason: str) -> TimestampReply:
    """Build a TimeStampResp that grants nothing and says why."""
    status = encode(
        SEQUENCE,
        _REJECTION,
        encode(SEQUENCE, encode(UTF8_STRING, reason.encode())),
        encode_named_bit(failure),
    )
    return TimestampReply(der=encode(SEQUENCE, status), failure=failure)


def _check_imprint(imprint: dict[str, Any]) -> None:
    algorithm, digest = imprint["hash_algorithm"], imprint["hashed_message"]
    expected = _DIGEST_BYTES.get(algorithm["algorithm"])
    if expected is None or algorithm["parameters"] is not None:
        raise TimestampRequestError(
            Failure.BAD_ALG, "imprints are SHA-256, SHA-384 or SHA-512"
        )
    if len(digest) != expected:
        raise TimestampRequestError(
            Failure.BAD_DATA_FORMAT,
            f"a {algorithm['algorithm']} imprint has {expected} bytes, "
            f"not {len(digest)}",
        )


def _encode_certificates(
    certificate: x509.Certificate, chain: tuple[x509.Certificate, ...]
) -> bytes:
    # The root is left out: whoever trusts it has it.
    encoded = [
        each.public_bytes(Encoding.DER)
        for each in (certificate, *chain)
        if each.issuer != each.subject
    ]
    return bytes([CONTEXT_0]) + encode_set_of(encoded)[1:]


def _content_type_attribute() -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]})


def _certificate_id_attribute(leaf: asn1_x509.Certificate) -> cms.CMSAttribute:
    # RFC 5816 §2.2.1; the hash is SHA-256, the default, so it is not written.
    identifier = tsp.ESSCertIDv2(
        {
            "cert_hash": hashlib.sha256(leaf.dump()).digest(),
            "issuer_serial": {
                "issuer": [
                    asn1_x509.GeneralName(name="directory_name", value=leaf.issuer)
                ],
                "serial_number": leaf.serial_number,
            },
        }
    )
    return cms.CMSAttribute(
        {
            "type": "signing_certificate_v2",
            "values": [tsp.SigningCertificateV2({"certs": [identifier]})],
        }
    )


def _issuer_and_serial(leaf: asn1_x509.Certificate) -> cms.IssuerAndSerialNumber:
    return cms.IssuerAndSerialNumber(
        {"issuer": leaf.issuer, "serial_number": leaf.serial_number}
    )


def _to_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
