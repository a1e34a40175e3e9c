# SPDX-License-Identifier: Apache-2.0
"""Time-stamping authority (RFC 3161, updated by RFC 5816).

Promises: a token dates exactly the imprint it was asked for, repeats the
nonce, has a serial number of 128 random bits and names its certificate by
ESSCertIDv2. Refuses what it does not understand in full; never guesses.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

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
# What asn1crypto raises for bytes that are not what they should be.
_PARSE_ERRORS: Final = (ValueError, TypeError, KeyError, IndexError, OverflowError)


@dataclass(frozen=True, kw_only=True)
class TimestampRequest:
    """What is asked: a digest to date, and how to answer."""

    hash_name: str
    digest: bytes
    nonce: int | None
    wants_certificates: bool


@dataclass(frozen=True, kw_only=True)
class TimestampReply:
    """An encoded TimeStampResp; `failure` is None when a token was granted."""

    der: bytes
    failure: str | None


class TimestampAuthority:
    """Answers timestamp requests with one key."""

    def __init__(self, signer: Signer) -> None:
        if signer.certificate is None:
            raise CertificateMissingError(f"{signer.label} has no certificate")
        self._signer = signer
        certificates = [signer.certificate, *signer.chain]
        # The root is left out: whoever trusts it has it.
        self._certificates = [
            _to_asn1(certificate)
            for certificate in certificates
            if certificate.issuer != certificate.subject
        ]
        leaf = self._certificates[0]
        self._signer_id = cms.SignerIdentifier(
            {"issuer_and_serial_number": _issuer_and_serial(leaf)}
        )
        self._certificate_id = _certificate_id_attribute(leaf)
        self._algorithm = algos.SignedDigestAlgorithm(
            {"algorithm": _SIGNATURE_ALGORITHMS[signer.algorithm]}
        )

    def answer(self, data: bytes, *, now: datetime) -> TimestampReply:
        """Answer an encoded TimeStampReq with an encoded TimeStampResp."""
        try:
            request = parse_request(data)
        except TimestampRequestError as error:
            return refuse(error.failure, str(error))
        return TimestampReply(der=self._grant(request, now=now), failure=None)

    def issue_token(self, request: TimestampRequest, *, now: datetime) -> bytes:
        """Sign a TimeStampToken: CMS SignedData over a TSTInfo, DER."""
        return bytes(self._build_token(request, now).dump())

    def _grant(self, request: TimestampRequest, *, now: datetime) -> bytes:
        response = tsp.TimeStampResp(
            {
                "status": {"status": "granted"},
                "time_stamp_token": self._build_token(request, now),
            }
        )
        return bytes(response.dump())

    def _build_token(self, request: TimestampRequest, now: datetime) -> cms.ContentInfo:
        info = _build_info(request, now).dump()
        attributes = cms.CMSAttributes(
            [
                {"type": "content_type", "values": ["tst_info"]},
                {"type": "message_digest", "values": [hashlib.sha256(info).digest()]},
                self._certificate_id,
            ]
        )
        digest_algorithm = algos.DigestAlgorithm({"algorithm": "sha256"})
        signer_info = cms.SignerInfo(
            {
                "version": "v1",
                "sid": self._signer_id,
                "digest_algorithm": digest_algorithm,
                "signed_attrs": attributes,
                "signature_algorithm": self._algorithm,
                # Signed as SET OF, not with the implicit tag (RFC 5652 §5.4).
                "signature": self._signer.sign(attributes.dump()),
            }
        )
        fields = {
            "version": "v3",
            "digest_algorithms": [digest_algorithm],
            "encap_content_info": {
                "content_type": "tst_info",
                "content": core.ParsableOctetString(info),
            },
            "signer_infos": [signer_info],
        }
        if request.wants_certificates:
            fields["certificates"] = self._certificates
        return cms.ContentInfo(
            {"content_type": "signed_data", "content": cms.SignedData(fields)}
        )


def parse_request(data: bytes) -> TimestampRequest:
    """Read an encoded TimeStampReq.

    Raises:
        TimestampRequestError: it cannot be read or asks for what is not given;
            its `failure` says which (RFC 3161 §2.4.2).
    """
    try:
        fields = tsp.TimeStampReq.load(data, strict=True)
        content: dict[str, Any] = fields.native
        imprint = fields["message_imprint"]
        algorithm = imprint["hash_algorithm"]
        parameters = algorithm["parameters"].native
        hash_name: str = algorithm["algorithm"].native
        policy = fields["req_policy"].native and fields["req_policy"].dotted
    except _PARSE_ERRORS as error:
        raise TimestampRequestError(
            "bad_data_format", "this is not a TimeStampReq"
        ) from error
    if content["version"] != "v1":
        raise TimestampRequestError("bad_request", "the version is not 1")
    if hash_name not in _DIGEST_BYTES or parameters is not None:
        raise TimestampRequestError(
            "bad_alg", "imprints are SHA-256, SHA-384 or SHA-512"
        )
    digest = imprint["hashed_message"].native
    if len(digest) != _DIGEST_BYTES[hash_name]:
        raise TimestampRequestError(
            "bad_data_format",
            f"a {hash_name} imprint has {_DIGEST_BYTES[hash_name]} bytes, "
            f"not {len(digest)}",
        )
    if policy and policy != TIMESTAMP_POLICY.dotted_string:
        raise TimestampRequestError(
            "unaccepted_policy",
            f"the only policy is {TIMESTAMP_POLICY.dotted_string}",
        )
    if content["extensions"]:
        raise TimestampRequestError("unaccepted_extensions", "no extension is known")
    return TimestampRequest(
        hash_name=hash_name,
        digest=digest,
        nonce=content["nonce"],
        wants_certificates=content["cert_req"],
    )


def refuse(failure: str, reason: str) -> TimestampReply:
    """Build a TimeStampResp that grants nothing and says why."""
    response = tsp.TimeStampResp(
        {
            "status": {
                "status": "rejection",
                "status_string": [reason],
                "fail_info": {failure},
            }
        }
    )
    return TimestampReply(der=response.dump(), failure=failure)


def _build_info(request: TimestampRequest, now: datetime) -> tsp.TSTInfo:
    fields: dict[str, Any] = {
        "version": "v1",
        "policy": TIMESTAMP_POLICY.dotted_string,
        "message_imprint": {
            "hash_algorithm": {"algorithm": request.hash_name},
            "hashed_message": request.digest,
        },
        "serial_number": secrets.randbits(_SERIAL_BITS),
        "gen_time": now.astimezone(UTC).replace(microsecond=0),
        "accuracy": {"seconds": ACCURACY_SECONDS},
    }
    if request.nonce is not None:
        fields["nonce"] = request.nonce
    return tsp.TSTInfo(fields)


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
