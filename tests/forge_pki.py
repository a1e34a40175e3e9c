# SPDX-License-Identifier: Apache-2.0
"""Certificates, keys and revocation lists for tests; none of them fit for use."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import (
    AuthorityInformationAccessOID,
    NameOID,
    ObjectIdentifier,
)

NOW: Final = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)

Key = (
    ec.EllipticCurvePrivateKey
    | rsa.RSAPrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
)
PublicKey = (
    ec.EllipticCurvePublicKey
    | rsa.RSAPublicKey
    | ed25519.Ed25519PublicKey
    | ed448.Ed448PublicKey
)
_ORGANIZATION_ID = ObjectIdentifier("2.5.4.97")
_CRL_URL = "http://pki.invalid/ca.crl"


@dataclass(frozen=True)
class Authority:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def der(self) -> bytes:
        """The certificate in DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def asn1(self) -> asn1_x509.Certificate:
        """The certificate as the signing library wants it."""
        return asn1_x509.Certificate.load(self.der)

    @property
    def asn1_key(self) -> asn1_keys.PrivateKeyInfo:
        """The key as the signing library wants it."""
        return asn1_keys.PrivateKeyInfo.load(
            self.key.private_bytes(
                serialization.Encoding.DER,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@lru_cache(maxsize=1)
def shared_rsa_key() -> rsa.RSAPrivateKey:
    # The library's stand-in authority signs with RSA only; one key will do.
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def raw_signing(key: ec.EllipticCurvePrivateKey) -> Callable[[bytes], bytes]:
    """Return what signs with ES256 and returns r‖s."""

    def sign(message: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return sign


def make_certificate(
    name: x509.Name,
    key: Key,
    issuer: Authority | None,
    *,
    ca: bool = False,
    usage: ObjectIdentifier | Sequence[ObjectIdentifier] = (),
    committing: bool = True,
    now: datetime = NOW,
    public_key: PublicKey | None = None,
    until: datetime | None = None,
    pki: str | None = None,
    days: tuple[int, int] = (-300, 700),
    critical_usage: bool = True,
) -> Authority:
    """Make a certificate; without an issuer it signs itself.

    `usage` goes into extKeyUsage; `committing` is nonRepudiation in keyUsage;
    `public_key` is one whose private key is elsewhere; `pki` is an address at
    which it says that CRL, OCSP responder and issuer are to be found; it is valid
    for the `days` around `now`.
    """
    public_key = public_key or key.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name if issuer is None else issuer.certificate.subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(until or now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False
        )
        .add_extension(
            x509.KeyUsage(
                digital_signature=not ca,
                content_commitment=committing and not ca,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=ca,
                crl_sign=ca,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    usages = [usage] if isinstance(usage, ObjectIdentifier) else usage
    if usages:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage(usages), critical=critical_usage
        )
    if issuer is not None:
        point = x509.DistributionPoint(
            [x509.UniformResourceIdentifier(f"{pki}/crl" if pki else _CRL_URL)],
            None,
            None,
            None,
        )
        builder = builder.add_extension(
            x509.CRLDistributionPoints([point]), critical=False
        ).add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(
                issuer.certificate.public_key()  # type: ignore[arg-type]  # RSA or EC
            ),
            critical=False,
        )
    if pki is not None:
        places = {
            AuthorityInformationAccessOID.OCSP: "ocsp",
            AuthorityInformationAccessOID.CA_ISSUERS: "issuer",
        }
        access = [
            x509.AccessDescription(
                method, x509.UniformResourceIdentifier(f"{pki}/{place}")
            )
            for method, place in places.items()
        ]
        builder = builder.add_extension(
            x509.AuthorityInformationAccess(access), critical=False
        )
    signer = key if issuer is None else issuer.key
    return Authority(certificate=builder.sign(signer, hashes.SHA256()), key=key)


def name_of(common: str, *, organization: str = "", identifier: str = "") -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "TH")]
    if organization:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    if identifier:
        parts.append(x509.NameAttribute(_ORGANIZATION_ID, identifier))
    parts.append(x509.NameAttribute(NameOID.COMMON_NAME, common))
    return x509.Name(parts)


def make_crl(
    ca: Authority,
    revoked: Mapping[int, datetime] | None = None,
    *,
    at: datetime = NOW - timedelta(hours=1),
    days: int = 7,
) -> bytes:
    """Make a CRL; `revoked` maps serial numbers to when they were revoked."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(ca.certificate.subject)
        .last_update(at)
        .next_update(at + timedelta(days=days))
    )
    for serial, moment in (revoked or {}).items():
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(serial)
            .revocation_date(moment)
            .build()
        )
    crl = builder.sign(ca.key, hashes.SHA256())
    return crl.public_bytes(serialization.Encoding.DER)
