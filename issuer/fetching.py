# SPDX-License-Identifier: Apache-2.0
"""Asks authorities over HTTP: within a time and a size, and counts their failures."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx

from issuer.tally import Tally


class FetchError(Exception):
    """An authority gave nothing that can be read."""


class Fetcher:
    """One connection pool for all authorities of an issuer."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        # A proxy from the environment would be an address nobody configured.
        self._http = httpx.Client(timeout=timeout, trust_env=False)
        self._failures = Tally()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, kind: str, url: str, *, limit: int) -> bytes:
        """Return what is at an address, at most `limit` bytes.

        Raises:
            FetchError: it does not answer in time, or with another status than 200.
        """
        with _named(kind), self._http.stream("GET", url) as response:
            return self._read(response, limit)

    def post(
        self, kind: str, url: str, data: bytes, *, media_type: str, limit: int
    ) -> bytes:
        """Return what an address answers to `data`, at most `limit` bytes.

        Raises:
            FetchError: as `get`.
        """
        headers = {"Content-Type": media_type}
        with (
            _named(kind),
            self._http.stream("POST", url, content=data, headers=headers) as response,
        ):
            return self._read(response, limit)

    def failed(self, kind: str, url: str) -> None:
        """Count a failure of an authority, by its host."""
        self._failures.add(kind, urlsplit(url).hostname or "")

    def failures(self) -> dict[tuple[str, str], int]:
        """Failures so far, by kind (`tsa`, `crl`, `ocsp`) and host."""
        return self._failures.read()

    def _read(self, response: httpx.Response, limit: int) -> bytes:
        # The time-out of the client starts anew with every byte; this one does not.
        deadline = time.monotonic() + self._timeout
        if response.status_code != httpx.codes.OK:
            raise FetchError(f"HTTP status {response.status_code}")
        body = bytearray()
        for part in response.iter_bytes():
            body += part
            if len(body) > limit:
                raise FetchError(f"the answer has more than {limit} bytes")
            if time.monotonic() > deadline:
                raise FetchError(f"the answer takes longer than {self._timeout:g} s")
        return bytes(body)


@contextmanager
def _named(kind: str) -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException as error:
        raise FetchError(f"no answer in time ({type(error).__name__})") from error
    except httpx.HTTPError as error:
        raise FetchError(f"{kind}: {type(error).__name__} {error}".strip()) from error
