# SPDX-License-Identifier: Apache-2.0
"""Finds out from lists in a file when a certificate of a path was revoked.

A list counts if its CA signed it, however old it is: what was revoked stays so.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from asn1crypto import x509 as asn1_x509
from cryptography import x509

from verifier.guard import reading_hostile_input
from verifier.reasons import Reason


def revocation_dates(
    path: Sequence[asn1_x509.Certificate], crls: Sequence[bytes]
) -> Iterator[datetime]:
    """Yield when certificates of a path, the anchor first, were revoked.

    Raises:
        CheckError: a list cannot be read.
    """
    with reading_hostile_input(Reason.TRY_LATER):
        certificates = [x509.load_der_x509_certificate(one.dump()) for one in path]
        lists = [x509.load_der_x509_crl(der) for der in crls]
        found = [
            entry.revocation_date_utc
            for authority, certificate in pairwise(certificates)
            for told in lists
            if told.issuer == authority.subject
            and (entry := _entry_of(told, certificate, authority)) is not None
        ]
    yield from sorted(found)


def _entry_of(
    told: x509.CertificateRevocationList,
    certificate: x509.Certificate,
    authority: x509.Certificate,
) -> x509.RevokedCertificate | None:
    entry = told.get_revoked_certificate_by_serial_number(certificate.serial_number)
    # The signature last: most certificates are on no list.
    key = authority.public_key()
    if entry is None or not told.is_signature_valid(key):  # type: ignore[arg-type]  # any other kind is refused
        return None
    return entry
