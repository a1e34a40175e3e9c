# SPDX-License-Identifier: Apache-2.0
"""Asks the CAs once whether a certificate is revoked, before a key is used with it.

Each seal asks again; this tells it to the person who has the CA on the telephone.
"""

from collections.abc import Sequence
from itertools import pairwise

from cryptography import x509

from issuer.authorities import Authorities, SealSources
from issuer.errors import RevocationUnavailableError, SealCertificateError
from issuer.revocation import name_of


def check_not_revoked(sources: SealSources, path: Sequence[x509.Certificate]) -> None:
    """Check a certificate and the CAs above it, up to the anchor, by what they say.

    1. Ask the responder of its CA (OCSP).
    2. Look for each of the path in the signed list of the CA above it.
    3. Where the responder has not answered, that list must be there, and current.

    Raises:
        SealCertificateError: one of them is revoked, and since when.
        RevocationUnavailableError: nothing current is to be had; none is known to be.
    """
    authorities = Authorities(sources)
    try:
        # 1.
        revocations = authorities.revocations_of(path[0], path[1])
        held = revocations.get()
    finally:
        authorities.close()
    lists = [x509.load_der_x509_crl(one.dump()) for one in held.crls]
    for number, (certificate, issuer) in enumerate(pairwise(path)):
        signed = [one for one in lists if _is_of(one, issuer)]
        # 2.
        for one in signed:
            _check_list(one, certificate)
        # 3.
        answered = number == 0 and held.ocsps
        if not answered and not any(_tells_of(one, certificate) for one in signed):
            raise RevocationUnavailableError(
                "TRA_CRL_URLS names no list of "
                f"{issuer.subject.rfc4514_string()[:200]} that is newer than the "
                "certificate"
            )


def _is_of(one: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    if one.issuer != issuer.subject:
        return False
    return one.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]  # any other kind is refused


def _check_list(
    one: x509.CertificateRevocationList, certificate: x509.Certificate
) -> None:
    entry = one.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is not None:
        since = entry.revocation_date_utc
        raise SealCertificateError(
            f"the CA says that {name_of(certificate)} is revoked since {since:%F %T}Z"
        )


def _tells_of(
    one: x509.CertificateRevocationList, certificate: x509.Certificate
) -> bool:
    """Tell whether a list may know of a certificate: one that is older does not."""
    return one.last_update_utc >= certificate.not_valid_before_utc
