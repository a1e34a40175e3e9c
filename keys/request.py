# SPDX-License-Identifier: Apache-2.0
"""Requests for certificates (PKCS#10, RFC 2986): written for a CA, read as one.

A request is signed by the key it is for, wherever that key is, and asks for the
usage of its profile; a CA may grant another.
"""

from datetime import datetime
from typing import Final

from asn1crypto import algos, core, csr, pem
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keys.certificates import Issuer, build_certificate, key_usage
from keys.errors import CertificateRefusedError
from keys.profiles import Profile
from keys.signing import (
    ISSUING_CA,
    Algorithm,
    KeyLabel,
    PublicKey,
    Signer,
    algorithm_of,
)
from keys.store import KeyStore

_ALGORITHM_NAMES: Final = {
    Algorithm.RS256: "sha256_rsa",
    Algorithm.ES256: "sha256_ecdsa",
}


def build_request(signer: Signer, *, subject: x509.Name, profile: Profile) -> bytes:
    """Build a request, PEM, signed by the key itself."""
    public_key = asn1_keys.PublicKeyInfo.load(
        signer.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
    extensions: list[dict[str, object]] = [
        {
            "extn_id": "key_usage",
            "critical": True,
            "extn_value": _value(key_usage(profile)),
        }
    ]
    if profile.purposes:
        purposes = x509.ExtendedKeyUsage(profile.purposes)
        extensions.append(
            {"extn_id": "extended_key_usage", "extn_value": _value(purposes)}
        )
    info = csr.CertificationRequestInfo(
        {
            "version": "v1",
            "subject": asn1_x509.Name.load(subject.public_bytes()),
            "subject_pk_info": public_key,
            "attributes": [{"type": "extension_request", "values": [extensions]}],
        }
    )
    whole = csr.CertificationRequest(
        {
            "certification_request_info": info,
            "signature_algorithm": algos.SignedDigestAlgorithm(
                {"algorithm": _ALGORITHM_NAMES[signer.algorithm]}
            ),
            "signature": signer.sign(info.dump()),
        }
    )
    written: bytes = pem.armor("CERTIFICATE REQUEST", whole.dump())
    return written


def certify_request(
    store: KeyStore,
    label: KeyLabel,
    request: bytes,
    *,
    profile: Profile,
    pki_url: str,
    now: datetime,
) -> tuple[x509.Certificate, ...]:
    """Do as a CA does, with our own: give a certificate and its chain, root last.

    Raises:
        CertificateRefusedError: the request is none, or not signed by its key.
        KeysError: the development CA is not here or cannot be used.
    """
    subject, public_key = _read_request(request)
    issuer = Issuer(signer=store.load_file_signer(ISSUING_CA), pki_url=pki_url)
    certificate = build_certificate(
        public_key, subject=subject, profile=profile, issuer=issuer, now=now
    )
    store.index.add_issued(certificate, label=label, issuer=ISSUING_CA)
    return (certificate, issuer.certificate, *issuer.signer.chain)


def _value(extension: x509.ExtensionType) -> core.ParsableOctetString:
    return core.ParsableOctetString(extension.public_bytes())


def _read_request(request: bytes) -> tuple[x509.Name, PublicKey]:
    try:
        read = x509.load_pem_x509_csr(request)
        if not read.is_signature_valid:
            raise CertificateRefusedError("the request is not signed by its own key")
    except (ValueError, InvalidSignature) as error:
        raise CertificateRefusedError("this is no certificate request (PEM)") from error
    key = read.public_key()
    algorithm_of(key)
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise CertificateRefusedError("the request is for a key of another kind")
    return read.subject, key
