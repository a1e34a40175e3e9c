# SPDX-License-Identifier: Apache-2.0
"""Time and revocation data from the authorities named in settings.

Never from an address found in a certificate. Fails closed: without a token or a
current list there is an error, never a local clock or an old list in their place.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import httpx
from asn1crypto import crl, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from pyhanko.sign.timestamps import TimeStamper

from issuer.errors import RevocationUnavailableError, TimestampUnavailableError

_MAX_TSA_ANSWER = 100_000
_MAX_CRL = 20_000_000


@dataclass(frozen=True, kw_only=True)
class SealSources:
    """Where time and revocation data come from."""

    tsa_urls: tuple[str, ...]
    crl_urls: tuple[str, ...]
    tsa_anchors: tuple[x509.Certificate, ...] = ()
    timeout: float = 5.0
    crl_refresh: float = 900.0
    clock: Callable[[], datetime] | None = None
    """What certificates and lists are judged by; None means the machine's clock."""


class FailoverTimeStamper(TimeStamper):
    """Asks one RFC 3161 authority after the other; made anew for each file."""

    def __init__(self, http: httpx.Client, urls: Sequence[str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # pyHanko
        self._http = http
        self._urls = urls
        self._answers: list[bytes] = []

    @property
    def certificates(self) -> list[asn1_x509.Certificate]:
        """All certificates that came with the tokens."""
        found = []
        for answer in self._answers:
            token = tsp.TimeStampResp.load(answer)["time_stamp_token"]
            found += [one.chosen for one in token["content"]["certificates"]]
        return found

    @property
    def token_size(self) -> int:
        """Bytes of the longest answer: a token takes no more."""
        return max(map(len, self._answers), default=0)

    async def async_request_tsa_response(
        self, req: tsp.TimeStampReq
    ) -> tsp.TimeStampResp:
        """Return the answer of the first authority that gives a token.

        Raises:
            TimestampUnavailableError: none does.
        """
        failures = []
        for url in self._urls:
            try:
                return self._ask(url, req.dump())
            except Exception as error:  # noqa: BLE001 - asn1crypto lets many kinds out
                failures.append(f"{url}: {type(error).__name__} {error}")
        raise TimestampUnavailableError(
            "no time-stamping authority answered: " + "; ".join(failures)
        )

    def _ask(self, url: str, request: bytes) -> tsp.TimeStampResp:
        answer = self._http.post(
            url,
            content=request,
            headers={"Content-Type": "application/timestamp-query"},
        ).raise_for_status()
        if len(answer.content) > _MAX_TSA_ANSWER:
            raise ValueError("the answer is too long for a time-stamp token")
        # Read down to the time here, so that junk means the next authority is asked.
        # What is returned is a fresh object: asn1crypto encodes all anew that was
        # looked into, which takes a second.
        read = tsp.TimeStampResp.load(answer.content, strict=True)
        status = read["status"]["status"].native
        if status not in {"granted", "granted_with_mods"}:
            raise ValueError(f"the authority refused: {status}")
        token = read["time_stamp_token"]["content"]["encap_content_info"]["content"]
        if token.parsed["gen_time"].native is None:
            raise ValueError("the token names no time")
        self._answers.append(answer.content)
        return tsp.TimeStampResp.load(answer.content, strict=True)


class CrlCache:
    """Revocation lists, fetched once and used for all files until they are old."""

    def __init__(self, http: httpx.Client, sources: SealSources) -> None:
        self._http = http
        self._urls = sources.crl_urls
        self._refresh = sources.crl_refresh
        self._lock = threading.Lock()
        self._lists: list[crl.CertificateList] = []
        self._fetched = 0.0

    def get(self) -> list[crl.CertificateList]:
        """Return the lists; the same list object as long as nothing is fetched anew.

        Raises:
            RevocationUnavailableError: an address gives no list.
        """
        with self._lock:
            # Monotonic: a clock that jumps must not make an old list young.
            if not self._lists or time.monotonic() - self._fetched > self._refresh:
                self._lists = [self._fetch(url) for url in self._urls]
                self._fetched = time.monotonic()
            return self._lists

    def forget(self) -> None:
        """Have the lists fetched anew when they are asked for next."""
        with self._lock:
            self._lists = []

    def _fetch(self, url: str) -> crl.CertificateList:
        try:
            answer = self._http.get(url).raise_for_status()
            # Beyond the limit nothing is parsed: the cut list does not load.
            return crl.CertificateList.load(answer.content[:_MAX_CRL], strict=True)
        except (httpx.HTTPError, ValueError) as error:
            raise RevocationUnavailableError(
                f"cannot get the revocation list {url}: {type(error).__name__} {error}"
            ) from error
