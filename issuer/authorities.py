# SPDX-License-Identifier: Apache-2.0
"""The authorities named in settings, shared by all that an issuer seals with.

Never at an address found in a certificate. Fails closed: without a token or a
current list there is an error, never a local clock or an old list in their place.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import x509 as asn1_x509
from cryptography import x509

from issuer.clocks import ClockWatch, machine_clock
from issuer.fetching import Fetcher
from issuer.revocation import CrlCache, OcspCache, RevocationData, Revocations
from issuer.tally import Tally
from issuer.timestamps import FailoverTimeStamper, TimestampAuthorities
from issuer.tokens import TokenJudge


@dataclass(frozen=True, kw_only=True)
class SealSources:
    """Where time and revocation data come from."""

    tsa_urls: tuple[str, ...]
    crl_urls: tuple[str, ...]
    ocsp_urls: tuple[str, ...] = ()
    tsa_anchors: tuple[x509.Certificate, ...] = ()
    tsa_policies: frozenset[str] = frozenset()
    """OIDs of the policies that count; none named: any."""
    development_policy: str | None = None
    """OID of the policy of our own authority, if its tokens do not count."""
    tsa_leeway: float = 60.0
    """Seconds that the time in a token may differ from ours."""
    timeout: float = 5.0
    crl_refresh: float = 900.0
    clock: Callable[[], datetime] | None = None
    """What certificates and lists are judged by; None means the machine's clock."""


class Authorities:
    """Connections to the authorities, and what was fetched from them."""

    def __init__(self, sources: SealSources) -> None:
        self.sources = sources
        self.clock = sources.clock or machine_clock
        self.sealed = Tally()
        """By key and level."""
        self.refused = Tally()
        """By key and error."""
        self.fetcher = Fetcher(sources.timeout)
        self.timestamps = TimestampAuthorities(
            self.fetcher, sources.tsa_urls, ClockWatch(self.clock)
        )
        self._lock = threading.Lock()
        self._data = RevocationData(crls=())
        self._crls = CrlCache(
            self.fetcher, sources.crl_urls, sources.crl_refresh, self.clock
        )

    def revocations_of(
        self, certificate: x509.Certificate, issuer: x509.Certificate
    ) -> Revocations:
        """Return where to get what is known of a certificate and of those above it."""
        answers = OcspCache(
            self.fetcher,
            self.sources.ocsp_urls,
            self.sources.crl_refresh,
            self.clock,
            (certificate, issuer),
        )
        return Revocations(self._crls, answers)

    def lists(self) -> RevocationData:
        """Return the revocation lists alone, which speak of the time stamps, too.

        Raises:
            RevocationUnavailableError: an address gives no current list.
        """
        lists = self._crls.get()
        with self._lock:
            if self._data.crls is not lists:
                self._data = RevocationData(crls=lists)
            return self._data

    def judge_of(self, roots: Sequence[asn1_x509.Certificate]) -> TokenJudge:
        """Return what judges tokens, by anchors and by what settings allow."""
        return TokenJudge(
            roots=roots,
            policies=self.sources.tsa_policies,
            leeway=self.sources.tsa_leeway,
            development=self.sources.development_policy,
        )

    def timestamper(
        self, judge: TokenJudge, held: RevocationData
    ) -> FailoverTimeStamper:
        """Return what gives one file its tokens."""
        return FailoverTimeStamper(self.timestamps, judge, held)

    def close(self) -> None:
        """Close the connections."""
        self.fetcher.close()
