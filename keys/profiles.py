# SPDX-License-Identifier: Apache-2.0
"""What each kind of certificate says: the certificate profiles (RFC 5280).

One table, no code paths: a certificate is for one job. The claim, publication
and service certificates carry no organizationIdentifier and no
nonRepudiation, so none of them can pass for an agency seal.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from keys.signing import OCSP, PUBLICATION, TSA, KeyLabel

# RFC 5612 reserves this arc for examples: nothing under it is a promise.
_DEVELOPMENT_ARC: Final = "1.3.6.1.4.1.32473.1"
CERTIFICATE_POLICY: Final = x509.ObjectIdentifier(f"{_DEVELOPMENT_ARC}.1")
TIMESTAMP_POLICY: Final = x509.ObjectIdentifier(f"{_DEVELOPMENT_ARC}.2")
CLAIM_SIGNING: Final = x509.ObjectIdentifier(f"{_DEVELOPMENT_ARC}.3.1")
PUBLICATION_SIGNING: Final = x509.ObjectIdentifier(f"{_DEVELOPMENT_ARC}.3.2")
# RFC 9336.
DOCUMENT_SIGNING: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")

_YEAR: Final = timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Contents of one kind of certificate."""

    lifetime: timedelta
    ca: bool = False
    path_length: int | None = None
    content_commitment: bool = False
    purposes: tuple[x509.ObjectIdentifier, ...] = ()
    purposes_critical: bool = False
    ocsp_no_check: bool = False
    """Its revocation is not checked: it holds the status of all others."""


ROOT_PROFILE: Final = Profile(lifetime=20 * _YEAR, ca=True)
ISSUING_PROFILE: Final = Profile(lifetime=15 * _YEAR, ca=True, path_length=0)
SEAL_PROFILE: Final = Profile(
    lifetime=3 * _YEAR,
    content_commitment=True,
    # emailProtection is what readers built on NSS ask of a signature on a PDF.
    purposes=(DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION),
)
# A person, told from a seal by the name in the subject (EN 319 412-2 §4.2.4).
OFFICER_PROFILE: Final = Profile(
    lifetime=2 * _YEAR,
    content_commitment=True,
    purposes=(DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION),
)
CLAIM_PROFILE: Final = Profile(lifetime=3 * _YEAR, purposes=(CLAIM_SIGNING,))
PUBLICATION_PROFILE: Final = Profile(
    lifetime=3 * _YEAR, purposes=(PUBLICATION_SIGNING,)
)
# RFC 3161 §2.3: critical, and this purpose alone. It lives longer than the
# seals it dates.
TSA_PROFILE: Final = Profile(
    lifetime=10 * _YEAR,
    purposes=(ExtendedKeyUsageOID.TIME_STAMPING,),
    purposes_critical=True,
)
# RFC 6960 §4.2.2.2.
OCSP_PROFILE: Final = Profile(
    lifetime=2 * _YEAR,
    purposes=(ExtendedKeyUsageOID.OCSP_SIGNING,),
    ocsp_no_check=True,
)


def profile_of(label: KeyLabel) -> Profile | None:
    """The profile for the key of a label; None for CAs and the trust root."""
    if label.startswith("seal-"):
        return SEAL_PROFILE
    if label.startswith("claim-"):
        return CLAIM_PROFILE
    return {PUBLICATION: PUBLICATION_PROFILE, TSA: TSA_PROFILE, OCSP: OCSP_PROFILE}.get(
        label
    )
