# SPDX-License-Identifier: Apache-2.0
"""Asks authorities over HTTP: within a time and a size, and counts their failures."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import httpcore
import httpx

from issuer.deadline import Deadline, DeadlineBackend
from issuer.tally import Tally

_OK: Final = 200
_MAX_CONNECTIONS: Final = 100
_MAX_IDLE: Final = 20
_IDLE_SECONDS: Final = 5.0
_HEADERS: Final[dict[bytes | str, bytes | str]] = {"Accept": "*/*", "User-Agent": "Tra"}
_FAILURES: Final = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
)


class FetchError(Exception):
    """An authority gave nothing that can be read."""


class Fetcher:
    """One connection pool for all authorities of an issuer.

    Redirects are not followed, and a proxy of the environment is not used: each would
    be an address that nobody configured.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._deadline = Deadline()
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=_MAX_CONNECTIONS,
            max_keepalive_connections=_MAX_IDLE,
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=DeadlineBackend(self._deadline),
        )
        self._failures = Tally()

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    def get(self, kind: str, url: str, *, limit: int) -> bytes:
        """Return what is at an address, at most `limit` bytes.

        Raises:
            FetchError: it does not answer in time, or with another status than 200.
        """
        return self._exchange(kind, "GET", url, _HEADERS, None, limit)

    def post(
        self, kind: str, url: str, data: bytes, *, media_type: str, limit: int
    ) -> bytes:
        """Return what an address answers to `data`, at most `limit` bytes.

        Raises:
            FetchError: as `get`.
        """
        headers = {**_HEADERS, "Content-Type": media_type}
        return self._exchange(kind, "POST", url, headers, data, limit)

    def failed(self, kind: str, url: str) -> None:
        """Count a failure of an authority, by its host."""
        self._failures.add(kind, urlsplit(url).hostname or "")

    def failures(self) -> dict[tuple[str, str], int]:
        """Failures so far, by kind (`tsa`, `crl`, `ocsp`) and host."""
        return self._failures.read()

    def _exchange(
        self,
        kind: str,
        method: str,
        url: str,
        headers: Mapping[bytes | str, bytes | str],
        data: bytes | None,
        limit: int,
    ) -> bytes:
        self._deadline.begin(self._timeout)
        try:
            with self._pool.stream(
                method,
                url,
                headers=headers,
                content=data,
                extensions={"timeout": {"pool": self._timeout}},
            ) as response:
                return _read(response, limit)
        except httpcore.TimeoutException as error:
            raise FetchError(
                f"no answer in time ({type(error).__name__}, {self._timeout:g} s)"
            ) from error
        except _FAILURES as error:
            told = f"{kind}: {type(error).__name__} {error}"
            raise FetchError(told.strip()) from error


def _read(response: httpcore.Response, limit: int) -> bytes:
    if response.status != _OK:
        raise FetchError(f"HTTP status {response.status}")
    body = bytearray()
    for part in response.iter_stream():
        body += part
        if len(body) > limit:
            raise FetchError(f"the answer has more than {limit} bytes")
    return bytes(body)
