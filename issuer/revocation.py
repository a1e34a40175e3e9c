# SPDX-License-Identifier: Apache-2.0
"""Revocation data: lists (CRL) and answers (OCSP), fetched once for many documents.

Only from the addresses in settings, never from one found in a certificate. Fails
closed: without a current list there is an error. An answer is an addition: it is
newer than a list, and the only word on a certificate that is newer than the list;
without one the lists must do.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from asn1crypto import crl
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from issuer.errors import RevocationUnavailableError, SealCertificateError
from issuer.fetching import Fetcher, FetchError

_LOG = logging.getLogger(__name__)

_MAX_CRL: Final = 20_000_000
_MAX_OCSP: Final = 100_000
_LEEWAY: Final = timedelta(minutes=5)
"""How far the clock of a CA may be ahead of ours."""
_OCSP_PAUSE: Final = 60.0
"""Seconds after a failure in which no responder is asked: the lists do meanwhile."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RevocationData:
    """What is at hand; one object for as long as nothing is fetched anew."""

    crls: tuple[crl.CertificateList, ...]
    ocsps: tuple[asn1_ocsp.OCSPResponse, ...] = ()


class CrlCache:
    """Revocation lists, fetched once and used for all files until they are old."""

    def __init__(
        self,
        fetcher: Fetcher,
        urls: Sequence[str],
        refresh: float,
        clock: Callable[[], datetime],
    ) -> None:
        self._fetcher = fetcher
        self._urls = urls
        self._refresh = refresh
        self._clock = clock
        self._lock = threading.Lock()
        self._lists: tuple[crl.CertificateList, ...] = ()
        self._fetched = 0.0
        self._failed: tuple[float, RevocationUnavailableError] | None = None

    def get(self) -> tuple[crl.CertificateList, ...]:
        """Return the lists; the same tuple as long as nothing is fetched anew.

        Raises:
            RevocationUnavailableError: an address gives no current list.
        """
        asked = time.monotonic()
        with self._lock:
            # Who waited for an attempt that failed shall not make another each.
            if self._failed is not None and self._failed[0] > asked:
                raise RevocationUnavailableError(*self._failed[1].args)
            if self._is_old():
                try:
                    self._lists = tuple(self._fetch(url) for url in self._urls)
                except RevocationUnavailableError as error:
                    self._failed = (time.monotonic(), error)
                    raise
                self._fetched = time.monotonic()
            return self._lists

    def forget(self) -> None:
        """Have the lists fetched anew when they are asked for next."""
        with self._lock:
            self._lists = ()

    def _is_old(self) -> bool:
        # Monotonic: a clock that jumps must not make an old list young.
        if not self._lists or time.monotonic() - self._fetched > self._refresh:
            return True
        now = self._clock()
        return any(_ends(one) <= now for one in self._lists)

    def _fetch(self, url: str) -> crl.CertificateList:
        try:
            answer = self._fetcher.get("crl", url, limit=_MAX_CRL)
            found = crl.CertificateList.load(answer, strict=True)
            end = _ends(found)
        except (FetchError, ValueError, TypeError) as error:
            self._fetcher.failed("crl", url)
            raise RevocationUnavailableError(
                f"cannot get the revocation list {url}: {error}"
            ) from error
        if end <= self._clock():
            self._fetcher.failed("crl", url)
            raise RevocationUnavailableError(
                f"the revocation list {url} has ended on {end:%F %T}Z, and the CA has "
                "published no newer one; or the clock of this machine is fast"
            )
        return found


class OcspCache:
    """The CA's answer on one certificate, used until it is old; None if none comes."""

    def __init__(
        self,
        fetcher: Fetcher,
        urls: Sequence[str],
        refresh: float,
        clock: Callable[[], datetime],
        of: tuple[x509.Certificate, x509.Certificate],
    ) -> None:
        """`of` is the certificate and its issuer."""
        self._fetcher = fetcher
        self._urls = urls
        self._refresh = refresh
        self._clock = clock
        self._certificate, self._issuer = of
        builder = ocsp.OCSPRequestBuilder().add_certificate(
            *of,
            hashes.SHA1(),  # noqa: S303 - names the issuer only, as all responders take it
        )
        self._request = builder.build()
        self._lock = threading.Lock()
        self._answer: asn1_ocsp.OCSPResponse | None = None
        self._end: datetime | None = None
        self._again = 0.0

    def get(self) -> asn1_ocsp.OCSPResponse | None:
        """Return the answer; the same object as long as none is fetched anew.

        Raises:
            SealCertificateError: the CA says that the certificate is revoked.
        """
        with self._lock:
            ended = self._end is not None and self._end <= self._clock()
            if time.monotonic() >= self._again or ended:
                self._answer, self._end = self._ask()
                pause = (
                    self._refresh if self._answer else min(_OCSP_PAUSE, self._refresh)
                )
                self._again = time.monotonic() + pause
            return self._answer

    def _ask(self) -> tuple[asn1_ocsp.OCSPResponse | None, datetime | None]:
        for url in self._urls:
            try:
                der = self._fetcher.post(
                    "ocsp",
                    url,
                    self._request.public_bytes(Encoding.DER),
                    media_type="application/ocsp-request",
                    limit=_MAX_OCSP,
                )
                answer = ocsp.load_der_ocsp_response(der)
                end = self._check(answer)
            except (FetchError, ValueError, UnsupportedAlgorithm) as error:
                self._fetcher.failed("ocsp", url)
                _LOG.warning("no OCSP answer of %s: %s", url, error)
                continue
            if answer.certificate_status is ocsp.OCSPCertStatus.REVOKED:
                raise SealCertificateError(
                    f"the CA says that {name_of(self._certificate)} is revoked since "
                    f"{answer.revocation_time_utc:%F %T}Z"
                )
            return asn1_ocsp.OCSPResponse.load(der, strict=True), end
        return None, None

    def _check(self, answer: ocsp.OCSPResponse) -> datetime | None:
        """Check that an answer is one to our question, and the CA's; give its end."""
        if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise ValueError(f"the responder says {answer.response_status.name}")
        asked = self._request
        if (answer.serial_number, answer.issuer_key_hash, answer.issuer_name_hash) != (
            asked.serial_number,
            asked.issuer_key_hash,
            asked.issuer_name_hash,
        ):
            raise ValueError("the answer is about another certificate")
        if answer.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
            raise ValueError("the responder does not know the certificate")
        now, start, end = (
            self._clock(),
            answer.this_update_utc,
            answer.next_update_utc,
        )
        if start > now + _LEEWAY or (end is not None and end <= now):
            raise ValueError(
                f"the answer is of {start:%F %T}Z and holds until {end}; it is "
                f"{now:%F %T}Z"
            )
        self._check_responder(answer, now)
        return end

    def _check_responder(self, answer: ocsp.OCSPResponse, now: datetime) -> None:
        """Check that the CA has signed, or one it made for this (RFC 6960 §4.2.2.2)."""
        signers = [c for c in answer.certificates if self._may_answer(c, now)]
        for one in (self._issuer, *signers):
            try:
                _verify(one, answer)
            except (InvalidSignature, ValueError, TypeError):
                continue
            return
        raise ValueError("the answer is not signed by the CA or its responder")

    def _may_answer(self, certificate: x509.Certificate, now: datetime) -> bool:
        if not (
            certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
        ):
            return False
        try:
            certificate.verify_directly_issued_by(self._issuer)
            purposes = certificate.extensions.get_extension_for_class(
                x509.ExtendedKeyUsage
            )
        except (InvalidSignature, ValueError, TypeError, x509.ExtensionNotFound):
            return False
        return ExtendedKeyUsageOID.OCSP_SIGNING in purposes.value


class Revocations:
    """What is at hand on one certificate and the CAs above it."""

    def __init__(self, crls: CrlCache, ocsp_answers: OcspCache) -> None:
        self._crls = crls
        self._ocsp = ocsp_answers
        self._data = RevocationData(crls=())
        self._lock = threading.Lock()

    def get(self) -> RevocationData:
        """Return it; the same object as long as nothing is fetched anew.

        Raises:
            RevocationUnavailableError: an address gives no current list.
            SealCertificateError: the CA says that the certificate is revoked.
        """
        answer, lists = self._ocsp.get(), self._crls.get()
        answers = () if answer is None else (answer,)
        with self._lock:
            held = self._data
            if held.crls is not lists or [*map(id, held.ocsps)] != [*map(id, answers)]:
                self._data = RevocationData(crls=lists, ocsps=answers)
            return self._data

    def forget(self) -> None:
        """Have the lists fetched anew when they are asked for next."""
        self._crls.forget()


def name_of(certificate: x509.Certificate) -> str:
    """Return what a message calls a certificate."""
    return (
        f"certificate {certificate.serial_number:x} of "
        f"{certificate.subject.rfc4514_string()[:200]}"
    )


def _verify(certificate: x509.Certificate, answer: ocsp.OCSPResponse) -> None:
    key, algorithm = certificate.public_key(), answer.signature_hash_algorithm
    if algorithm is None or isinstance(algorithm, hashes.SHA1 | hashes.MD5):
        raise ValueError("the answer is signed with an algorithm that is not taken")
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(
            answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), algorithm
        )
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(algorithm))
    else:
        raise TypeError("neither RSA nor elliptic curve")


def _ends(revocations: crl.CertificateList) -> datetime:
    end = revocations["tbs_cert_list"]["next_update"].native
    if not isinstance(end, datetime):
        raise ValueError("the list does not say until when it holds")  # noqa: TRY004
    return end
