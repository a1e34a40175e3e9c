# SPDX-License-Identifier: Apache-2.0
"""Finds out from lists and answers in a file when a certificate of a path was revoked.

A list counts if its CA signed it, an OCSP answer if its CA or a responder of that CA
did (RFC 6960 §4.2.2.2), however old they are: what was revoked stays so. Others say
nothing: whoever has a file can put anything into its store.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from asn1crypto import algos, core, keys, ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from verifier.algorithms import LenientValidator, hash_bytes, name_digest
from verifier.errors import CheckError
from verifier.guard import reading_hostile_input
from verifier.reasons import Reason

_VALIDATOR = LenientValidator()


def revocation_dates(
    path: Sequence[asn1_x509.Certificate],
    crls: Sequence[bytes],
    ocsps: Sequence[bytes] = (),
) -> Iterator[datetime]:
    """Yield when certificates of a path, the anchor first, were revoked.

    Raises:
        CheckError: a list cannot be read. An answer that cannot be read says nothing.
    """
    found = [*_dates_of_lists(path, crls), *_dates_of_answers(path, ocsps)]
    yield from sorted(found)


def _dates_of_lists(
    path: Sequence[asn1_x509.Certificate], crls: Sequence[bytes]
) -> list[datetime]:
    with reading_hostile_input(Reason.TRY_LATER):
        certificates = [x509.load_der_x509_certificate(one.dump()) for one in path]
        lists = [x509.load_der_x509_crl(der) for der in crls]
        return [
            entry.revocation_date_utc
            for authority, certificate in pairwise(certificates)
            for told in lists
            if told.issuer == authority.subject
            and (entry := _entry_of(told, certificate, authority)) is not None
        ]


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


def _dates_of_answers(
    path: Sequence[asn1_x509.Certificate], ocsps: Sequence[bytes]
) -> Iterator[datetime]:
    for der in ocsps:
        try:
            with reading_hostile_input(Reason.TRY_LATER):
                found = _dates_of_answer(path, der)
        except CheckError as error:
            if error.reason is Reason.LIMIT:
                raise
            continue
        yield from found


def _dates_of_answer(
    path: Sequence[asn1_x509.Certificate], der: bytes
) -> list[datetime]:
    response = ocsp.OCSPResponse.load(der)
    if response["response_status"].native != "successful":
        return []
    answer = response.basic_ocsp_response
    revoked = [
        one
        for one in answer["tbs_response_data"]["responses"]
        if one["cert_status"].name == "revoked"
    ]
    return [
        one["cert_status"].chosen["revocation_time"].native
        for authority, certificate in pairwise(path)
        for one in revoked
        # The signature last: most answers are of something else.
        if _is_about(one["cert_id"], certificate, authority)
        and _is_authorised(answer, authority)
    ]


def _is_about(
    named: ocsp.CertId,
    certificate: asn1_x509.Certificate,
    authority: asn1_x509.Certificate,
) -> bool:
    """Tell whether an answer names a certificate: its number, its CA's name and key."""
    if named["serial_number"].native != certificate.serial_number:
        return False
    name = name_digest(
        algos.DigestAlgorithm({"algorithm": named["hash_algorithm"]["algorithm"]})
    )
    key = bytes(authority.public_key["public_key"])
    return bool(
        named["issuer_name_hash"].native == hash_bytes(name, authority.subject.dump())
        and named["issuer_key_hash"].native == hash_bytes(name, key)
    )


def _is_authorised(
    answer: ocsp.BasicOCSPResponse, authority: asn1_x509.Certificate
) -> bool:
    """Tell whether a CA signed an answer, or a responder it certified for this."""
    content = answer["tbs_response_data"]
    made = content["produced_at"].native
    responders = [
        one
        for one in answer["certs"] or ()
        if one.issuer == authority.subject
        and one.extended_key_usage_value is not None
        and "ocsp_signing" in one.extended_key_usage_value.native
        and one.not_valid_before <= made <= one.not_valid_after
        and _is_signed(
            one["tbs_certificate"],
            one["signature_value"],
            one["signature_algorithm"],
            authority.public_key,
        )
    ]
    return any(
        _is_signed(content, answer["signature"], answer["signature_algorithm"], key)
        for key in (authority.public_key, *(one.public_key for one in responders))
    )


def _is_signed(
    content: core.Asn1Value,
    value: core.OctetBitString,
    algorithm: algos.SignedDigestAlgorithm,
    key: keys.PublicKeyInfo,
) -> bool:
    try:
        _VALIDATOR.validate_signature(value.native, content.dump(), key, algorithm)
    except (InvalidSignature, CheckError, ValueError, TypeError):
        return False
    return True
