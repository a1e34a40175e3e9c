# SPDX-License-Identifier: Apache-2.0
"""What a trust list holds: agencies, their types and keys (trust-list.md).

Data and look-ups only; `trust_list` opens and signs. Seal anchors are data:
whether a certificate chains to one is for the code that checks seals.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from register.claim import claim_kid
from register.document import AgencyId, Text
from register.envelope import PublicKey, key_id


@dataclass(frozen=True, kw_only=True)
class Period:
    """When a key counts; null means without bound."""

    not_before: datetime | None = None
    not_after: datetime | None = None
    compromised_from: datetime | None = None
    """From when on a thief may have had the key."""

    def covers(self, moment: datetime) -> bool:
        """Tell whether something made at this moment counts."""
        return (
            (self.not_before is None or self.not_before <= moment)
            and (self.not_after is None or moment <= self.not_after)
            and (self.compromised_from is None or moment < self.compromised_from)
        )


@dataclass(frozen=True, kw_only=True)
class TypeEntry:
    """One document type that an agency may issue."""

    id: str
    code: str
    name: Text
    officer_versions: tuple[int, ...] = ()
    """Versions of the type whose documents an officer signs before the seal."""


@dataclass(frozen=True, kw_only=True)
class ClaimKey:
    """One key that signs claims, with its certificate."""

    key: PublicKey
    certificate: bytes
    """DER; its SHA-256 begins with the kid."""
    period: Period = Period()

    @property
    def kid(self) -> bytes:
        """The 4 bytes that a claim names the key by."""
        return claim_kid(self.certificate)


@dataclass(frozen=True, kw_only=True)
class PublicationKey:
    """One key that signs status lists and public records."""

    key: PublicKey
    certificate: bytes | None = None
    """DER, where the key has a certificate."""
    period: Period = Period()

    @cached_property
    def kid(self) -> str:
        """The thumbprint that a token names the key by."""
        return key_id(self.key)


@dataclass(frozen=True, kw_only=True)
class SealAnchor:
    """A CA that certifies seals of an agency, and what its subject must hold."""

    certificate: bytes
    """DER."""
    subject: Mapping[str, str]
    """Attributes that a seal certificate must carry with exactly these values."""
    period: Period = Period()


@dataclass(frozen=True, kw_only=True)
class SealCertificate:
    """One seal of an agency by its certificate, to say what became of its key."""

    certificate: bytes
    """DER."""
    period: Period = Period()

    @property
    def key_sha256(self) -> bytes:
        """SHA-256 of its public key (SubjectPublicKeyInfo, DER)."""
        return _key_sha256(self.certificate)


@lru_cache(maxsize=1024)
def _key_sha256(certificate: bytes) -> bytes:
    key = x509.load_der_x509_certificate(certificate).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).digest()


@dataclass(frozen=True, kw_only=True)
class Agency:
    """One agency: names, what it may issue, and its keys."""

    id: AgencyId
    name: Text
    domain: str
    types: tuple[TypeEntry, ...] = ()
    claim_keys: tuple[ClaimKey, ...] = ()
    publication_keys: tuple[PublicationKey, ...] = ()
    seal_anchors: tuple[SealAnchor, ...] = ()
    seal_certificates: tuple[SealCertificate, ...] = ()
    """Seals that were named one by one; others count by their anchor alone."""
    officer_anchors: tuple[SealAnchor, ...] = ()
    """The same for its officers, whose certificates name a person besides."""

    def type_by_code(self, code: str) -> TypeEntry | None:
        """Return the type that a claim names by this code."""
        return next((entry for entry in self.types if entry.code == code), None)

    def type_by_id(self, type_id: str) -> TypeEntry | None:
        """Return the type that a record names by this id."""
        return next((entry for entry in self.types if entry.id == type_id), None)

    def publication_keys_at(self, moment: datetime) -> dict[str, PublicKey]:
        """Return the publication keys that count for something signed then.

        A key with `compromised_from` counts for nothing: its thief can date
        what he signs as he likes, and all is published anew by another key.
        """
        return {
            entry.kid: entry.key
            for entry in self.publication_keys
            if entry.period.compromised_from is None and entry.period.covers(moment)
        }


@dataclass(frozen=True, kw_only=True)
class TrustList:
    """Everything that a verifier takes as given."""

    name: Text
    seq: int
    iat: datetime
    exp: datetime
    agencies: tuple[Agency, ...] = ()
    timestamp_anchors: tuple[bytes, ...] = ()
    """DER certificates of the CAs whose time-stamping certificates count."""

    def agency(self, agency_id: str) -> Agency | None:
        """Return the agency of this id."""
        return next((a for a in self.agencies if a.id == agency_id), None)

    def claim_keys_for(self, kid: bytes) -> tuple[tuple[Agency, ClaimKey], ...]:
        """Return every claim key that the kid of a claim may mean."""
        return tuple(
            (agency, entry)
            for agency in self.agencies
            for entry in agency.claim_keys
            if entry.kid == kid
        )

    def seal_certificates_of(self, key_sha256: bytes) -> tuple[SealCertificate, ...]:
        """Return what the list says of a seal's key, whichever agency says it.

        By the key and not the certificate: whoever has a stolen key may find a CA
        that certifies it once more.
        """
        return tuple(
            entry
            for agency in self.agencies
            for entry in agency.seal_certificates
            if entry.key_sha256 == key_sha256
        )
