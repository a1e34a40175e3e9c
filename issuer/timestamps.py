# SPDX-License-Identifier: Apache-2.0
"""Time stamps of the first authority that gives a good one (RFC 3161).

Each answer is judged as a whole before it is taken, so one that lies, is slow or
answers junk costs a document nothing but the time until the next is asked. One that
failed is passed over for a while; when all have failed, one request at a time tries
them again, and the others are told at once.
"""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1_x509
from pyhanko.sign.timestamps import TimeStamper

from issuer.clocks import ClockWatch, Drift
from issuer.encoded import EncodedCertificate, EncodedContent
from issuer.errors import ClockError, TimestampUnavailableError
from issuer.fetching import Fetcher, FetchError
from issuer.revocation import RevocationData
from issuer.tokens import Asked, TokenJudge, TokenRefusedError, TokenTimeError

_LOG = logging.getLogger(__name__)

_MAX_ANSWER: Final = 100_000
_PAUSES: Final = (10.0, 30.0, 60.0)
"""Seconds for which an authority is passed over, after its first failure and more."""


@dataclass(kw_only=True)
class _Health:
    """How an authority did of late."""

    failures: int = 0
    until: float = 0.0
    """It is passed over until then (monotonic)."""
    reason: str = ""
    drift: Drift | None = None


class TimestampAuthorities:
    """The authorities in their order, and what is remembered of each."""

    def __init__(
        self, fetcher: Fetcher, urls: Sequence[str], watch: ClockWatch
    ) -> None:
        self.fetcher = fetcher
        self.watch = watch
        self._health = {url: _Health() for url in urls}
        self._lock = threading.Lock()
        self._trying = threading.Lock()

    async def ask(
        self,
        request: tsp.TimeStampReq,
        judge: TokenJudge,
        revocations: RevocationData,
    ) -> EncodedContent:
        """Return the token of the first authority that gives a good one.

        Raises:
            ClockError: the time of those that answered is not that of this machine.
            TimestampUnavailableError: none does.
        """
        well = self._well()
        for url in well:
            token = await self._try(url, request, judge, revocations)
            if token is not None:
                return token
        # The others have failed of late. One request tries them again, so that the
        # first answer ends it; the others need not wait for what is likely to fail.
        if not self._trying.acquire(blocking=False):
            raise self._failure(judge.leeway)
        try:
            for url in (one for one in self._health if one not in well):
                token = await self._try(url, request, judge, revocations)
                if token is not None:
                    return token
        finally:
            self._trying.release()
        raise self._failure(judge.leeway)

    def _well(self) -> list[str]:
        now = time.monotonic()
        with self._lock:
            return [url for url, one in self._health.items() if one.until <= now]

    async def _try(
        self,
        url: str,
        request: tsp.TimeStampReq,
        judge: TokenJudge,
        revocations: RevocationData,
    ) -> EncodedContent | None:
        sent = self.watch.clock()
        drift = None
        try:
            answer = self.fetcher.post(
                "tsa",
                url,
                request.dump(),
                media_type="application/timestamp-query",
                limit=_MAX_ANSWER,
            )
            asked = Asked(
                authority=url,
                request=request,
                sent=sent,
                received=self.watch.clock(),
            )
            token = await judge.check_response(answer, asked, revocations)
        except (FetchError, TokenRefusedError) as error:
            if isinstance(error, TokenTimeError):
                drift = error.drift
            self._note_failure(url, str(error), drift)
            return None
        self._note_success(url)
        return token

    def _note_failure(self, url: str, reason: str, drift: Drift | None) -> None:
        self.fetcher.failed("tsa", url)
        with self._lock:
            one = self._health[url]
            pause = _PAUSES[min(one.failures, len(_PAUSES) - 1)]
            one.failures += 1
            one.until = time.monotonic() + pause
            one.reason, one.drift = reason, drift
        _LOG.warning(
            "time-stamping authority %s: %s; passed over for %g s", url, reason, pause
        )

    def _note_success(self, url: str) -> None:
        with self._lock:
            self._health[url] = _Health()

    def _failure(self, leeway: float) -> TimestampUnavailableError:
        with self._lock:
            drifts = [one.drift for one in self._health.values() if one.drift]
            reasons = "; ".join(f"{u}: {h.reason}" for u, h in self._health.items())
        if drifts:
            told = self.watch.explain(drifts, leeway)
            return ClockError(f"no token was taken: {told} ({reasons})")
        return TimestampUnavailableError(
            f"no time-stamping authority gave a good token: {reasons}"
        )


class FailoverTimeStamper(TimeStamper):
    """Gives pyHanko tokens that are judged already; made anew for each file."""

    def __init__(
        self,
        authorities: TimestampAuthorities,
        judge: TokenJudge,
        revocations: RevocationData,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # pyHanko
        self._authorities = authorities
        self._judge = judge
        self._revocations = revocations
        self._tokens: list[EncodedContent] = []

    @property
    def certificates(self) -> list[asn1_x509.Certificate]:
        """All certificates that came with the tokens."""
        found = []
        for token in self._tokens:
            fresh = EncodedContent.of(token.dump())
            found += [one.chosen for one in fresh["content"]["certificates"]]
        return [EncodedCertificate.of(one.dump()) for one in found]

    @property
    def token_size(self) -> int:
        """Bytes of the longest token."""
        return max((len(one.dump()) for one in self._tokens), default=0)

    async def async_timestamp(
        self, message_digest: bytes, md_algorithm: str
    ) -> cms.ContentInfo:
        """Return the token of the first authority that gives a good one.

        Raises:
            TimestampUnavailableError: none does.
        """
        _nonce, request = self.request_cms(  # type: ignore[no-untyped-call]  # pyHanko
            message_digest, md_algorithm
        )
        token = await self._authorities.ask(request, self._judge, self._revocations)
        self._tokens.append(token)
        return token
