# SPDX-License-Identifier: Apache-2.0
"""Revokes certificates (never documents) and builds CRLs.

A CRL follows from the index and the time alone: every process gives the same
one for the same ten minutes, and a revocation shows in it at once. So does a new
certificate: a list older than a certificate says nothing of it (EN 319 102-1).
Expired certificates stay on it, for documents outlive the seals on them.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from threading import Lock
from typing import Final

from asn1crypto import algos, core, crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from keys.errors import CertificateMissingError
from keys.index import Index, Revocation
from keys.signing import Algorithm, KeyLabel, Signer
from keys.store import KeyStore

CRL_RENEWED_EVERY: Final = timedelta(minutes=10)
CRL_LIFETIME: Final = timedelta(days=7)

# Room for a million revocations within one second of `thisUpdate`.
_NUMBER_SHIFT: Final = 20
# The algorithm names of asn1crypto.
_ALGORITHM_NAMES: Final = {
    Algorithm.RS256: "sha256_rsa",
    Algorithm.ES256: "sha256_ecdsa",
}


class RevocationReason(StrEnum):
    """Why a certificate is revoked (RFC 5280 §5.3.1).

    A hold is not offered: nothing could lift it.
    """

    UNSPECIFIED = "unspecified"
    KEY_COMPROMISE = "key_compromise"
    CA_COMPROMISE = "ca_compromise"
    AFFILIATION_CHANGED = "affiliation_changed"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessation_of_operation"
    PRIVILEGE_WITHDRAWN = "privilege_withdrawn"


def revoke_certificate(
    store: KeyStore, target: KeyLabel | int, *, reason: RevocationReason, now: datetime
) -> Revocation:
    """Revoke the newest certificate of a label, or the one with a serial number.

    Raises:
        UnknownCertificateError: no such certificate was issued here.
        AlreadyRevokedError: it is revoked already.
    """
    if isinstance(target, int):
        serial = target
    else:
        serial = store.index.read().latest(target).serial
    return store.index.add_revocation(serial, reason=reason, now=now)


class CrlPublisher:
    """Gives the CRL of one CA at any time."""

    def __init__(self, signer: Signer, store: KeyStore) -> None:
        if signer.certificate is None:
            raise CertificateMissingError(f"{signer.label} has no certificate")
        self._signer = signer
        self._certificate = signer.certificate
        self._store = store
        self._lock = Lock()
        self._latest: tuple[datetime, int, bytes] | None = None

    def current_crl(self, now: datetime) -> bytes:
        """Give the CRL, DER; it is signed when something changed or time passed."""
        index = self._store.index.read()
        revocations = index.revocations_of(self._signer.label)
        this_update = self._this_update(index, revocations, now)
        with self._lock:
            if self._latest is None or self._latest[:2] != (
                this_update,
                len(revocations),
            ):
                der = build_crl(
                    self._signer, revocations=revocations, this_update=this_update
                )
                self._latest = (this_update, len(revocations), der)
            return self._latest[2]

    def _this_update(
        self, index: Index, revocations: tuple[Revocation, ...], now: datetime
    ) -> datetime:
        period = int(CRL_RENEWED_EVERY.total_seconds())
        start = int(now.timestamp()) // period * period
        moments = [
            datetime.fromtimestamp(start, UTC),
            self._certificate.not_valid_before_utc,
            *(entry.at for entry in revocations),
            *(
                entry.not_before
                for entry in index.issued.values()
                if entry.issuer == self._signer.label and entry.not_before <= now
            ),
        ]
        return max(moments)


def build_crl(
    signer: Signer, *, revocations: tuple[Revocation, ...], this_update: datetime
) -> bytes:
    """Build and sign a complete CRL (RFC 5280 §5), DER.

    Raises:
        CertificateMissingError: the signer has no certificate.
    """
    if signer.certificate is None:
        raise CertificateMissingError(f"{signer.label} has no certificate")
    algorithm = algos.SignedDigestAlgorithm(
        {"algorithm": _ALGORITHM_NAMES[signer.algorithm]}
    )
    fields = {
        "version": "v2",
        "signature": algorithm,
        "issuer": asn1_x509.Name.load(signer.certificate.subject.public_bytes()),
        "this_update": _time(this_update),
        "next_update": _time(this_update + CRL_LIFETIME),
        "crl_extensions": _crl_extensions(
            signer.certificate, this_update, len(revocations)
        ),
    }
    if revocations:  # an empty list must be left out (RFC 5280 §5.1.2.6)
        fields["revoked_certificates"] = [_revoked(entry) for entry in revocations]
    to_be_signed = crl.TbsCertList(fields)
    signature = signer.sign(to_be_signed.dump())
    whole = crl.CertificateList(
        {
            "tbs_cert_list": to_be_signed,
            "signature_algorithm": algorithm,
            "signature": signature,
        }
    )
    der: bytes = whole.dump()
    return der


def crl_as_pem(der: bytes) -> bytes:
    """Give a CRL as PEM, the form command line tools ask for."""
    return x509.load_der_x509_crl(der).public_bytes(serialization.Encoding.PEM)


def _crl_extensions(
    certificate: x509.Certificate, this_update: datetime, count: int
) -> list[dict[str, object]]:
    identifier = certificate.extensions.get_extension_for_class(
        x509.SubjectKeyIdentifier
    )
    number = int(this_update.timestamp()) << _NUMBER_SHIFT | count
    since = core.GeneralizedTime(certificate.not_valid_before_utc)
    return [
        {
            "extn_id": "authority_key_identifier",
            "extn_value": {"key_identifier": identifier.value.digest},
        },
        {"extn_id": "crl_number", "extn_value": number},
        # expiredCertsOnCRL (X.509 §9.5.2.8), from the CA's first day.
        {
            "extn_id": "2.5.29.60",
            "extn_value": core.ParsableOctetString(since.dump()),
        },
    ]


def _revoked(entry: Revocation) -> dict[str, object]:
    fields: dict[str, object] = {
        "user_certificate": entry.serial,
        "revocation_date": _time(entry.at),
    }
    if entry.reason != RevocationReason.UNSPECIFIED:  # left out: RFC 5280 §5.3.1
        fields["crl_entry_extensions"] = [
            {"extn_id": "crl_reason", "extn_value": entry.reason}
        ]
    return fields


def _time(moment: datetime) -> asn1_x509.Time:
    name = "utc_time" if moment.year < 2050 else "general_time"  # noqa: PLR2004 - the year of RFC 5280 §5.1.2.4
    return asn1_x509.Time(name=name, value=moment)
