# SPDX-License-Identifier: Apache-2.0
"""Builds certificates from a profile.

Serial numbers are 128 random bits; a certificate never outlives its issuer;
it says where its issuer, its CRL and its OCSP responder are found.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from keys.errors import AgencyNameError, CertificateMissingError
from keys.profiles import CERTIFICATE_POLICY, Profile
from keys.signing import ISSUING_CA, MIN_RSA_BITS, KeyLabel, PublicKey, Signer
from keys.softkey import FileSigner, PrivateKey, generate_private_key

_SERIAL_BITS: Final = 128
_NAME_BOUND: Final = 64


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """The CA that signs a certificate, and where it publishes."""

    signer: FileSigner
    pki_url: str

    @property
    def certificate(self) -> x509.Certificate:
        """The CA's own certificate."""
        if self.signer.certificate is None:
            raise CertificateMissingError(f"{self.signer.label} has no certificate")
        return self.signer.certificate


def build_name(*, organization: str, common_name: str) -> x509.Name:
    """Build a subject in Thailand.

    Raises:
        AgencyNameError: a part is empty or over its bound (X.520 annex C).
    """
    return _join_name(
        [
            (NameOID.COUNTRY_NAME, "TH"),
            (NameOID.ORGANIZATION_NAME, organization),
            (NameOID.COMMON_NAME, common_name),
        ]
    )


def build_seal_name(
    *, agency_id: str, th: str, en: str, identifier: str | None = None
) -> x509.Name:
    """Build the subject of an agency's seal (EN 319 412-3 §4.2.1).

    The common name, which readers show, is the Thai name. Where that has over
    64 bytes (21 Thai letters), it is the English one and the Thai name goes to
    OU: X.520 counts letters, but much software counts bytes and complains.
    `identifier` is the organizationIdentifier the agency has with its CA.

    Raises:
        AgencyNameError: a name is empty or over 64 characters.
    """
    identifier = identifier or f"GOVTH-{agency_id}"
    parts = [
        (NameOID.COUNTRY_NAME, "TH"),
        (NameOID.ORGANIZATION_NAME, en),
        (NameOID.ORGANIZATION_IDENTIFIER, identifier),
    ]
    if len(th.encode()) > _NAME_BOUND:
        parts.append((NameOID.ORGANIZATIONAL_UNIT_NAME, th))
    shown = next(
        name for name in (th, en, identifier) if len(name.encode()) <= _NAME_BOUND
    )
    return _join_name([*parts, (NameOID.COMMON_NAME, shown)])


def build_root_certificate(
    key: PrivateKey, *, subject: x509.Name, profile: Profile, now: datetime
) -> x509.Certificate:
    """Build the self-signed certificate of a root."""
    builder = _start(key.public_key(), subject, profile, now)
    builder = builder.issuer_name(subject).not_valid_after(
        _whole_second(now) + profile.lifetime
    )
    return builder.sign(key, hashes.SHA256())


def build_self_signed(
    signer: Signer, *, subject: x509.Name, profile: Profile, now: datetime
) -> x509.Certificate:
    """Build a certificate that a key signs for itself, wherever the key is.

    It proves nothing: the trust list says whose key it is.
    """
    builder = _start(signer.public_key, subject, profile, now)
    builder = builder.issuer_name(subject).not_valid_after(
        _whole_second(now) + profile.lifetime
    )
    # Built with a key that is thrown away and then signed anew: the builder takes
    # no key in a token.
    stand_in = generate_private_key(signer.algorithm, MIN_RSA_BITS)
    built = builder.sign(stand_in, hashes.SHA256())
    fields = asn1_x509.Certificate.load(built.public_bytes(Encoding.DER))
    fields["signature_value"] = signer.sign(built.tbs_certificate_bytes)
    return x509.load_der_x509_certificate(fields.dump())


def build_certificate(
    public_key: PublicKey,
    *,
    subject: x509.Name,
    profile: Profile,
    issuer: Issuer,
    now: datetime,
) -> x509.Certificate:
    """Build a certificate signed by `issuer`, valid from `now`."""
    parent = issuer.certificate
    end = min(_whole_second(now) + profile.lifetime, parent.not_valid_after_utc)
    builder = _start(public_key, subject, profile, now)
    builder = builder.issuer_name(parent.subject).not_valid_after(end)
    builder = builder.add_extension(_authority_key(parent), critical=False)
    builder = builder.add_extension(
        x509.CertificatePolicies([x509.PolicyInformation(CERTIFICATE_POLICY, None)]),
        critical=False,
    )
    builder = _add_places(builder, profile, issuer)
    return builder.sign(issuer.signer.private_key, hashes.SHA256())


def _join_name(parts: Sequence[tuple[x509.ObjectIdentifier, str]]) -> x509.Name:
    for _oid, value in parts:
        if not value.strip() or len(value) > _NAME_BOUND:
            raise AgencyNameError(
                f"a name in a certificate has 1 to {_NAME_BOUND} characters; "
                f"this has {len(value)}: {value[:70]!r}"
            )
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def _start(
    public_key: PublicKey, subject: x509.Name, profile: Profile, now: datetime
) -> x509.CertificateBuilder:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(public_key)
        .serial_number(_new_serial())
        .not_valid_before(_whole_second(now))
        .add_extension(
            x509.BasicConstraints(ca=profile.ca, path_length=profile.path_length),
            critical=True,
        )
        .add_extension(key_usage(profile), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False
        )
    )
    if profile.purposes:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage(profile.purposes), critical=profile.purposes_critical
        )
    if profile.ocsp_no_check:
        builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
    return builder


def key_usage(profile: Profile) -> x509.KeyUsage:
    """Key usage of a profile."""
    return x509.KeyUsage(
        digital_signature=not profile.ca,
        content_commitment=profile.content_commitment,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=profile.ca,
        crl_sign=profile.ca,
        encipher_only=False,
        decipher_only=False,
    )


def _authority_key(parent: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    identifier = parent.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(
        identifier.value
    )


def _add_places(
    builder: x509.CertificateBuilder, profile: Profile, issuer: Issuer
) -> x509.CertificateBuilder:
    label = issuer.signer.label
    places = []
    # The responder is authorised by the issuing CA, so it cannot speak for
    # certificates of the root (RFC 6960 §4.2.2.2); those have the CRL.
    if label == ISSUING_CA and not profile.ocsp_no_check:
        places.append(
            _place(AuthorityInformationAccessOID.OCSP, ocsp_url(issuer.pki_url))
        )
    places.append(
        _place(
            AuthorityInformationAccessOID.CA_ISSUERS,
            certificate_url(issuer.pki_url, label),
        )
    )
    builder = builder.add_extension(
        x509.AuthorityInformationAccess(places), critical=False
    )
    if profile.ocsp_no_check:
        return builder
    point = x509.DistributionPoint(
        full_name=[x509.UniformResourceIdentifier(crl_url(issuer.pki_url, label))],
        relative_name=None,
        reasons=None,
        crl_issuer=None,
    )
    return builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)


def _place(method: x509.ObjectIdentifier, address: str) -> x509.AccessDescription:
    return x509.AccessDescription(method, x509.UniformResourceIdentifier(address))


def ocsp_url(pki_url: str) -> str:
    """Address of the OCSP responder."""
    return f"{pki_url}/ocsp"


def crl_url(pki_url: str, issuer: KeyLabel) -> str:
    """Address of the CRL of a CA."""
    return f"{pki_url}/crl/{issuer}.crl"


def certificate_url(pki_url: str, label: KeyLabel) -> str:
    """Address of a certificate."""
    return f"{pki_url}/certs/{label}.crt"


def _new_serial() -> int:
    # The highest bit is set, so that every serial has the same length.
    return 1 << (_SERIAL_BITS - 1) | secrets.randbits(_SERIAL_BITS - 1)


def _whole_second(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(microsecond=0)
