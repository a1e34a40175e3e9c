# SPDX-License-Identifier: Apache-2.0
"""Finds where revocation data in a file speaks of certificates; believes none of it.

Whether a CA said so is for `verifier.chain` to check.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from asn1crypto import crl, ocsp, x509

from verifier.guard import reading_hostile_input
from verifier.reasons import Reason


def revocation_dates(
    certificates: Sequence[x509.Certificate],
    crls: Sequence[bytes],
    ocsps: Sequence[bytes],
) -> Iterator[datetime]:
    """Yield when certificates are said to have been revoked.

    Raises:
        CheckError: a list or an answer cannot be read.
    """
    serials = {one.serial_number for one in certificates}
    issuers = {one.issuer.hashable for one in certificates}
    with reading_hostile_input(Reason.TRY_LATER):
        found = [
            date
            for der in crls
            for date in _dates_of_list(crl.CertificateList.load(der), issuers, serials)
        ]
        found += [
            date
            for der in ocsps
            for date in _dates_of_answer(ocsp.OCSPResponse.load(der), serials)
        ]
    yield from sorted(set(found))


def _dates_of_list(
    told: crl.CertificateList, issuers: set[str], serials: set[int]
) -> Iterator[datetime]:
    if told.issuer.hashable not in issuers:
        return
    for entry in told["tbs_cert_list"]["revoked_certificates"]:
        if entry["user_certificate"].native in serials:
            yield entry["revocation_date"].native


def _dates_of_answer(told: ocsp.OCSPResponse, serials: set[int]) -> Iterator[datetime]:
    if told["response_status"].native != "successful":
        return
    for one in told.response_data["responses"]:
        status = one["cert_status"]
        if status.name == "revoked" and (
            one["cert_id"]["serial_number"].native in serials
        ):
            yield status.chosen["revocation_time"].native
