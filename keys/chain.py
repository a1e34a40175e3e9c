# SPDX-License-Identifier: Apache-2.0
"""Takes what a CA returns: finds the certificate, orders its chain, judges both.

A CA sends PEM, DER or PKCS#7, with or without its root, in any order. A root counts
only if it is an anchor that settings or a person name, never because it came along.
A seal certificate is held to what the verifier will ask of it.
"""

from collections.abc import Coroutine, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko_certvalidator import ValidationContext, find_valid_path
from pyhanko_certvalidator.errors import PathError, ValidationError

from keys.errors import CertificateRefusedError, UnsupportedKeyError
from keys.profiles import DOCUMENT_SIGNING
from keys.signing import Algorithm, KeyLabel, PublicKey, algorithm_of

MAX_FILE_BYTES: Final = 1_000_000
"""A chain has a few kB; a PKCS#12 of a careful CA some more."""
_MAX_CERTIFICATES: Final = 20

# As verifier.chain: no extension at all and `any` do not narrow the use.
_SEAL_PURPOSES: Final = {
    DOCUMENT_SIGNING,
    ExtendedKeyUsageOID.EMAIL_PROTECTION,
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
}


_PERSON: Final = (NameOID.GIVEN_NAME, NameOID.SURNAME, NameOID.PSEUDONYM)


def read_certificates(data: bytes) -> list[x509.Certificate]:
    """Read all certificates of a file: PEM, DER or PKCS#7.

    Raises:
        CertificateRefusedError: it holds none.
    """
    if len(data) > MAX_FILE_BYTES:
        raise CertificateRefusedError(f"a file of over {MAX_FILE_BYTES} bytes")
    for read in (
        x509.load_pem_x509_certificates,
        pkcs7.load_pem_pkcs7_certificates,
        lambda der: [x509.load_der_x509_certificate(der)],
        pkcs7.load_der_pkcs7_certificates,
    ):
        try:
            if found := read(data):
                return found[:_MAX_CERTIFICATES]
        except (ValueError, UnsupportedAlgorithm):
            continue
    raise CertificateRefusedError(
        "the file holds no certificate that can be read (PEM, DER or PKCS#7)"
    )


def read_anchors(path: Path) -> list[x509.Certificate]:
    """Read a file of CAs that are trusted because someone named the file.

    Raises:
        CertificateRefusedError: it cannot be read or holds none.
    """
    try:
        return read_certificates(path.read_bytes())
    except OSError as error:
        raise CertificateRefusedError(
            f"{path} cannot be read: {error.strerror}"
        ) from error


def find_leaf(
    certificates: Sequence[x509.Certificate], key: PublicKey
) -> x509.Certificate | None:
    """Find the newest certificate of a key."""
    found = [c for c in certificates if _is_of(c, key)]
    return max(found, key=lambda c: c.not_valid_before_utc, default=None)


def build_chain(
    leaf: x509.Certificate,
    others: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
    now: datetime,
) -> tuple[x509.Certificate, ...]:
    """Order the issuers of a certificate, an anchor last, and judge the whole path.

    Raises:
        CertificateRefusedError: it reaches no anchor, or a link does not hold.
    """
    chain = _search(leaf, list(others), anchors)
    if chain is None:
        raise CertificateRefusedError(_missing_link(leaf, others))
    _check_dates(leaf, now)
    context = ValidationContext(
        trust_roots=[_asn1(chain[-1])],
        other_certs=[_asn1(c) for c in chain[:-1]],
        moment=now,
        allow_fetching=False,
        # Where revocation is published is asked at every seal.
        revocation_mode="soft-fail",
    )
    certificate = _asn1(leaf)
    try:
        _run(
            find_valid_path(
                certificate,
                context.path_builder.async_build_paths_lazy(certificate),
                validation_context=context,
            )
        )
    except (PathError, ValidationError) as error:
        raise CertificateRefusedError(
            f"the chain of the certificate does not hold: {error}"
        ) from error
    return tuple(chain)


def check_purpose(label: KeyLabel, certificate: x509.Certificate) -> None:
    """Check that a certificate is one for the key of this label.

    Raises:
        CertificateRefusedError: what it says that it should not, or does not say.
    """
    algorithm = algorithm_of(public_key_of(certificate))
    if _is_ca(certificate):
        raise CertificateRefusedError(
            f"{_name(certificate)} is the certificate of a CA"
        )
    lack = _lack_as_seal(certificate)
    if label.startswith("seal-"):
        if lack is None and names_person(certificate):
            lack = "it is of a person, and a seal is of an agency"
        if lack is not None:
            raise CertificateRefusedError(
                f"{_name(certificate)} cannot seal documents: {lack}"
            )
        return
    if algorithm is not Algorithm.ES256:
        raise CertificateRefusedError(f"key {label} must be P-256")
    if lack is None:
        raise CertificateRefusedError(
            f"{_name(certificate)} could pass for a seal, and {label} must not: ask "
            "for one without nonRepudiation or organizationIdentifier"
        )


def check_officer(certificate: x509.Certificate) -> None:
    """Check that a certificate is one of a person who signs for an agency.

    Raises:
        CertificateRefusedError: what it says that it should not, or does not say.
    """
    algorithm_of(public_key_of(certificate))
    lack = "it is of a CA" if _is_ca(certificate) else _lack_as_seal(certificate)
    if lack is None and not names_person(certificate):
        lack = (
            "its subject names no person (givenName, surname or pseudonym), by which "
            "an officer is told from a seal"
        )
    if lack is not None:
        raise CertificateRefusedError(
            f"{_name(certificate)} cannot sign as an officer: {lack}"
        )


def names_person(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate is of a person (EN 319 412-2 §4.2.4)."""
    return any(certificate.subject.get_attributes_for_oid(oid) for oid in _PERSON)


def public_key_of(certificate: x509.Certificate) -> PublicKey:
    """Return the public key of a certificate.

    Raises:
        UnsupportedKeyError: it is of a kind that is not used here.
    """
    key = certificate.public_key()
    algorithm_of(key)
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise UnsupportedKeyError("neither RSA nor elliptic curve")
    return key


def is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Tell whether one certificate is signed by the key of another."""
    if issuer.subject != certificate.issuer:
        return False
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


def _is_of(certificate: x509.Certificate, key: PublicKey) -> bool:
    try:
        return certificate.public_key() == key
    except (UnsupportedAlgorithm, ValueError):
        return False  # a kind that is not ours


def _search(
    certificate: x509.Certificate,
    others: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
) -> list[x509.Certificate] | None:
    """Walk up until an anchor, trying each way: CAs cross-certify one another."""
    for anchor in anchors:
        if is_issued_by(certificate, anchor):
            return [anchor]
    for issuer in others:
        if issuer != certificate and is_issued_by(certificate, issuer):
            rest = _search(issuer, [c for c in others if c != issuer], anchors)
            if rest is not None:
                return [issuer, *rest]
    return None


def _missing_link(leaf: x509.Certificate, others: Sequence[x509.Certificate]) -> str:
    top = list(_climb(leaf, others))[-1]
    if top.issuer == top.subject and top != leaf:
        print_ = top.fingerprint(hashes.SHA256()).hex()
        return (
            f"the chain ends at {_name(top)} (SHA-256 {print_}), which is no anchor: "
            "if your CA publishes this root, name it with --anchor or TRA_CA_ANCHORS"
        )
    return (
        f"{_name(top)} is issued by {top.issuer.rfc4514_string()}, whose certificate "
        "is neither in the files nor an anchor: ask your CA for it"
    )


def _climb(
    leaf: x509.Certificate, others: Sequence[x509.Certificate]
) -> Iterator[x509.Certificate]:
    left, current = list(others), leaf
    while True:
        yield current
        issuers = [c for c in left if c != current and is_issued_by(current, c)]
        if not issuers:
            return
        current = issuers[0]
        left.remove(current)


def _check_dates(certificate: x509.Certificate, now: datetime) -> None:
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not start <= now <= end:
        raise CertificateRefusedError(
            f"{_name(certificate)} is valid from {start:%F %T}Z to {end:%F %T}Z; "
            f"it is {now:%F %T}Z"
        )


def _is_ca(certificate: x509.Certificate) -> bool:
    try:
        found = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except x509.ExtensionNotFound:
        return False
    return found.value.ca


def _lack_as_seal(certificate: x509.Certificate) -> str | None:
    """Say what keeps a certificate from being a seal, None if nothing does."""
    extensions = certificate.extensions
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
        if not usage.content_commitment:
            return "its key usage lacks nonRepudiation (contentCommitment)"
    except x509.ExtensionNotFound:
        pass
    try:
        purposes = set(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
        if not purposes & _SEAL_PURPOSES:
            named = ", ".join(sorted(p.dotted_string for p in purposes))
            return (
                "its extended key usage is neither documentSigning nor "
                f"emailProtection but {named}"
            )
    except x509.ExtensionNotFound:
        pass
    owner = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_IDENTIFIER)
    if len(owner) != 1:
        return (
            "its subject has no organizationIdentifier (2.5.4.97), by which the trust "
            "list knows whose seal it is"
        )
    return None


def _name(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string()[:200] or "a certificate without a name"


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def _run(coroutine: Coroutine[Any, Any, object]) -> None:
    """Run a coroutine that waits for nothing: the library may not fetch here."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    coroutine.close()
    raise RuntimeError("certificate validation wanted to wait for something")
