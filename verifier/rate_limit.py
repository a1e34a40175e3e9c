# SPDX-License-Identifier: Apache-2.0
"""How often one client may ask, and who a client is.

A client is an address, or the /64 network of an IPv6 address, since a house has
that many to choose from. A header that names it counts only where it comes from
a proxy that the settings trust. Counts are kept in memory, in this process, and
are gone with their window; no address is written anywhere.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from math import ceil
from threading import Timer
from time import time

from fastapi import Request
from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from register.problem import ProblemError
from verifier import problems
from verifier.errors import SettingsError

Network = IPv4Network | IPv6Network

_FORWARDED = "x-forwarded-for"
_MAX_HOPS = 20
_IPV6_PREFIX = 64
_NOBODY = "?"
_SWEEP_SECONDS = 5.0
"""Counts whose window has passed count for nothing, swept or not."""


class Kind(StrEnum):
    """What is asked for; each has a limit of its own."""

    FILES = "files"
    """Files to verify."""
    QUERIES = "queries"
    """Ids, QR codes, and published files: cheap to answer."""
    CODES = "codes"
    """Short codes from paper, which somebody might try one by one."""


class _Counts(MemoryStorage):
    """Counts in memory, from which those of the past are swept now and then.

    The library starts a thread to sweep after each hundredth of a second in which
    anyone asked, and waits for it; that took a third of the time of an answer.
    """

    def __setattr__(self, name: str, value: object) -> None:
        """Let the library's timer run for longer, and keep no program from ending."""
        if isinstance(value, Timer):
            value.interval = _SWEEP_SECONDS
            value.daemon = True
        super().__setattr__(name, value)


class RateLimits:
    """Counts what clients ask for, and refuses more than they may have."""

    def __init__(
        self, allowed: Mapping[Kind, str], *, proxies: Sequence[Network] = ()
    ) -> None:
        """Take limits as `60/minute; 1000/hour`; an empty one is none.

        Raises:
            SettingsError: a limit cannot be read.
        """
        self._allowed = {kind: _parse(kind, text) for kind, text in allowed.items()}
        self._proxies = tuple(proxies)
        self._counter = SlidingWindowCounterRateLimiter(_Counts())

    def check(self, request: Request, kind: Kind) -> None:
        """Count one request of a client.

        Raises:
            ProblemError: 429: it is one too many (RFC 6585 §4), and says when
                to come again.
        """
        client = self.client_of(request)
        for item in self._allowed.get(kind, ()):
            if not self._counter.hit(item, kind, client):
                reset = self._counter.get_window_stats(item, kind, client).reset_time
                seconds = max(1, ceil(reset - time()))
                raise ProblemError(problems.too_many_requests(seconds))

    def limit(self, kind: Kind) -> Callable[[Request], Awaitable[None]]:
        """Return `check` as a dependency of a route."""

        async def check_rate(request: Request) -> None:
            self.check(request, kind)

        return check_rate

    def client_of(self, request: Request) -> str:
        """Return who asks: the last address that no trusted proxy has."""
        peer = request.client.host if request.client else _NOBODY
        named = ",".join(request.headers.getlist(_FORWARDED)).split(",")
        hops = [hop.strip() for hop in named if hop.strip()][-_MAX_HOPS:]
        # Each proxy appends whom it heard from, so the list is read from its end
        # and only for as long as those who wrote it are trusted.
        while hops and self._is_proxy(peer):
            peer = hops.pop()
        return _group(peer)

    def _is_proxy(self, host: str) -> bool:
        try:
            address = ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self._proxies)


def parse_networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Return networks and addresses (`10.0.0.0/8`, `::1`).

    Raises:
        SettingsError: one of them is neither.
    """
    try:
        return tuple(ip_network(text.strip()) for text in texts)
    except ValueError as error:
        raise SettingsError(f"TRA_TRUSTED_PROXIES: {error}") from error


def _parse(kind: Kind, text: str) -> tuple[RateLimitItem, ...]:
    if not text.strip():
        return ()
    try:
        return tuple(parse_many(text))
    except ValueError as error:
        raise SettingsError(
            f"TRA_RATE_{kind.upper()}: {text!r} is not a rate like 60/minute"
        ) from error


@lru_cache(maxsize=1_024)
def _group(host: str) -> str:
    """Return the network that counts as one client."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        # A proxy may name its client by a word; one such word is one client.
        return host[:64]
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((address, _IPV6_PREFIX), strict=False))
