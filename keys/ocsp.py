# SPDX-License-Identifier: Apache-2.0
"""OCSP responder for the certificates of the issuing CA (RFC 6960).

It answers from the index, at once and signed by a certificate the issuing CA
made for this alone. A certificate it has no entry of is `unknown`, never
`good`. The nonce is repeated (RFC 9654).
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from asn1crypto import algos, ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from keys.errors import CertificateMissingError, OcspRequestError
from keys.index import Index
from keys.revocation import RevocationReason
from keys.signing import ISSUING_CA, Algorithm, Signer
from keys.store import KeyStore

ANSWER_LIFETIME: Final = timedelta(hours=1)
MAX_CERTIFICATES: Final = 16
"""Certificates in one request; clients ask for one."""

MAX_NONCE_BYTES: Final = 128
"""RFC 9654 §2.1."""

_HASHES: Final = {
    "sha1": hashlib.sha1,  # names the issuer only (RFC 5019 §2.1.1); protects nothing
    "sha256": hashlib.sha256,
    "sha384": hashlib.sha384,
    "sha512": hashlib.sha512,
}
_SIGNATURE_ALGORITHMS: Final = {
    Algorithm.RS256: "sha256_rsa",
    Algorithm.ES256: "sha256_ecdsa",
}


@dataclass(frozen=True, kw_only=True)
class OcspRequest:
    """The certificates asked for, and a nonce to repeat."""

    certificate_ids: tuple[ocsp.CertId, ...]
    nonce: bytes | None


class OcspResponder:
    """Answers for the certificates of the issuing CA."""

    def __init__(self, signer: Signer, store: KeyStore) -> None:
        if signer.certificate is None:
            raise CertificateMissingError(f"{signer.label} has no certificate")
        self._signer = signer
        self._store = store
        self._certificate = _to_asn1(signer.certificate)
        issuer = _to_asn1(store.load_certificate(ISSUING_CA))
        name, key = issuer.subject.dump(), bytes(issuer.public_key["public_key"])
        self._issuer_hashes = {
            (algorithm, digest(name).digest(), digest(key).digest())
            for algorithm, digest in _HASHES.items()
        }
        self._responder_id = ocsp.ResponderId(
            name="by_key",
            value=hashlib.sha1(  # noqa: S324 - KeyHash is SHA-1 by RFC 6960 §4.2.1
                bytes(self._certificate.public_key["public_key"])
            ).digest(),
        )
        self._algorithm = algos.SignedDigestAlgorithm(
            {"algorithm": _SIGNATURE_ALGORITHMS[signer.algorithm]}
        )

    def answer(self, data: bytes, *, now: datetime) -> bytes:
        """Answer an encoded OCSPRequest with an encoded, signed OCSPResponse.

        Raises:
            OcspRequestError: the request is malformed; answer `malformed()`.
        """
        request = parse_request(data)
        moment = now.astimezone(UTC).replace(microsecond=0)
        index = self._store.index.read()
        content = ocsp.ResponseData(
            {
                "responder_id": self._responder_id,
                "produced_at": moment,
                "responses": [
                    self._single_response(certificate_id, index, moment)
                    for certificate_id in request.certificate_ids
                ],
                **_nonce_extension(request.nonce),
            }
        )
        basic = ocsp.BasicOCSPResponse(
            {
                "tbs_response_data": content,
                "signature_algorithm": self._algorithm,
                "signature": self._signer.sign(content.dump()),
                "certs": [self._certificate],
            }
        )
        response = ocsp.OCSPResponse(
            {
                "response_status": "successful",
                "response_bytes": {
                    "response_type": "basic_ocsp_response",
                    "response": basic,
                },
            }
        )
        return bytes(response.dump())

    def _single_response(
        self, certificate_id: ocsp.CertId, index: Index, moment: datetime
    ) -> dict[str, Any]:
        return {
            "cert_id": certificate_id,
            "cert_status": self._status(certificate_id, index),
            "this_update": moment,
            "next_update": moment + ANSWER_LIFETIME,
        }

    def _status(self, certificate_id: ocsp.CertId, index: Index) -> ocsp.CertStatus:
        asked = (
            certificate_id["hash_algorithm"]["algorithm"].native,
            certificate_id["issuer_name_hash"].native,
            certificate_id["issuer_key_hash"].native,
        )
        serial = certificate_id["serial_number"].native
        issued = index.issued.get(serial)
        if (
            asked not in self._issuer_hashes
            or issued is None
            or issued.issuer != ISSUING_CA
        ):
            return ocsp.CertStatus(name="unknown", value=ocsp.StatusUnknown())
        revocation = index.revoked.get(serial)
        if revocation is None:
            return ocsp.CertStatus(name="good", value=ocsp.StatusGood())
        fields: dict[str, Any] = {"revocation_time": revocation.at}
        if revocation.reason != RevocationReason.UNSPECIFIED:
            fields["revocation_reason"] = revocation.reason
        return ocsp.CertStatus(name="revoked", value=ocsp.RevokedInfo(fields))


def parse_request(data: bytes) -> OcspRequest:
    """Read an encoded OCSPRequest; a signature on it is not asked for.

    Raises:
        OcspRequestError: it is not one, or asks for too much.
    """
    try:
        whole = ocsp.OCSPRequest.load(data, strict=True)
        _ = whole.native  # asn1crypto parses late; this parses all of it
        entries = list(whole["tbs_request"]["request_list"])
        certificate_ids = tuple(entry["req_cert"] for entry in entries)
        nonce = whole.nonce_value and bytes(whole.nonce_value.native)
        critical = set(whole.critical_extensions).union(
            *(entry.critical_extensions for entry in entries)
        )
    except Exception as error:  # asn1crypto lets all kinds out (fuzzed)
        raise OcspRequestError("this is not an OCSPRequest") from error
    if critical - {"nonce"}:
        raise OcspRequestError("a critical extension is not known")
    if not 1 <= len(certificate_ids) <= MAX_CERTIFICATES:
        raise OcspRequestError(
            f"a request asks for 1 to {MAX_CERTIFICATES} certificates, "
            f"not {len(certificate_ids)}"
        )
    if nonce is not None and not 1 <= len(nonce) <= MAX_NONCE_BYTES:
        raise OcspRequestError(
            f"a nonce has 1 to {MAX_NONCE_BYTES} bytes, not {len(nonce)}"
        )
    return OcspRequest(certificate_ids=certificate_ids, nonce=nonce)


def malformed() -> bytes:
    """Build the unsigned answer to a malformed request (RFC 6960 §2.3)."""
    return _unsigned("malformed_request")


def try_later() -> bytes:
    """Build the unsigned answer of a responder that cannot sign now."""
    return _unsigned("try_later")


def _unsigned(status: str) -> bytes:
    return bytes(ocsp.OCSPResponse({"response_status": status}).dump())


def _nonce_extension(nonce: bytes | None) -> dict[str, Any]:
    if nonce is None:
        return {}
    return {"response_extensions": [{"extn_id": "nonce", "extn_value": nonce}]}


def _to_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
