# SPDX-License-Identifier: Apache-2.0
"""Writes the CMS of a signature: what PAdES asks for, and nothing else (EN 319 142-1).

A few nested headers around parts that do not change from one document to the next
(RFC 5652 §5). A general encoder takes most of the time of a seal, and one file in a
hundred took half a minute with it (`issuer.encoded`). Only writes; what is written
is read back with another library before it goes out.
"""

import hashlib

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding

from keys.der import (
    CONTEXT_0,
    OCTET_STRING,
    SEQUENCE,
    SET,
    encode,
    encode_integer,
    encode_set_of,
)
from keys.signing import Algorithm, Signer

_CONTEXT_1 = 0xA1
"""Constructed, context-specific tag 1."""
_ALGORITHMS = {Algorithm.RS256: "sha256_rsa", Algorithm.ES256: "sha256_ecdsa"}


class CmsWriter:
    """Writes the CMS signatures of one key; what they share is encoded once."""

    def __init__(self, signer: Signer) -> None:
        if signer.certificate is None:
            raise ValueError(f"key {signer.label} has no certificate")
        der = signer.certificate.public_bytes(Encoding.DER)
        # The root is left out: whoever trusts it has it.
        issuers = [
            one.public_bytes(Encoding.DER)
            for one in signer.chain
            if one.issuer != one.subject
        ]
        leaf = asn1_x509.Certificate.load(der)
        self._certificates = _implicit(CONTEXT_0, encode_set_of([der, *issuers]))
        self._signer_id = encode(
            SEQUENCE, leaf.issuer.dump(), encode_integer(leaf.serial_number)
        )
        self._digest_algorithm = algos.DigestAlgorithm({"algorithm": "sha256"}).dump()
        self._signature_algorithm = algos.SignedDigestAlgorithm(
            {"algorithm": _ALGORITHMS[signer.algorithm]}
        ).dump()
        self._content_type = _attribute("content_type", cms.ContentType("data").dump())
        self._certificate_id = _attribute(
            "signing_certificate_v2", _certificate_id(der, leaf)
        )
        self._signed_data = cms.ContentType("signed_data").dump()
        self._content = encode(SEQUENCE, cms.ContentType("data").dump())

    def signed_attributes(self, digest: bytes) -> bytes:
        """Return what is signed: the digest of the file, and whose signature it is."""
        return encode_set_of(
            [
                self._content_type,
                _attribute("message_digest", encode(OCTET_STRING, digest)),
                self._certificate_id,
            ]
        )

    def package(
        self, attributes: bytes, signature: bytes, token: bytes | None
    ) -> bytes:
        """Return the whole: ContentInfo with certificates, signature and token."""
        unsigned = b""
        if token is not None:
            stamp = _attribute("signature_time_stamp_token", token)
            unsigned = encode(_CONTEXT_1, stamp)
        signer_info = encode(
            SEQUENCE,
            encode_integer(1),
            self._signer_id,
            self._digest_algorithm,
            # Signed as SET OF, written with the implicit tag (RFC 5652 §5.4).
            _implicit(CONTEXT_0, attributes),
            self._signature_algorithm,
            encode(OCTET_STRING, signature),
            unsigned,
        )
        signed_data = encode(
            SEQUENCE,
            encode_integer(1),
            encode(SET, self._digest_algorithm),
            self._content,
            self._certificates,
            encode(SET, signer_info),
        )
        return encode(SEQUENCE, self._signed_data, encode(CONTEXT_0, signed_data))


def _implicit(tag: int, encoded: bytes) -> bytes:
    return bytes([tag]) + encoded[1:]


def _attribute(kind: str, value: bytes) -> bytes:
    return encode(SEQUENCE, cms.CMSAttributeType(kind).dump(), encode(SET, value))


def _certificate_id(der: bytes, leaf: asn1_x509.Certificate) -> bytes:
    """Encode SigningCertificateV2 (RFC 5035 §3); SHA-256 is the default, unwritten."""
    name = asn1_x509.GeneralName(name="directory_name", value=leaf.issuer)
    identifier = tsp.ESSCertIDv2(
        {
            "cert_hash": core.OctetString(hashlib.sha256(der).digest()),
            "issuer_serial": {"issuer": [name], "serial_number": leaf.serial_number},
        }
    )
    encoded: bytes = tsp.SigningCertificateV2({"certs": [identifier]}).dump()
    return encoded
