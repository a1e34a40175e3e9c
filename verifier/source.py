# SPDX-License-Identifier: Apache-2.0
"""Reads files of a publication from a folder or a web server, within limits.

Knows nothing of what the files say. Only paths under the one configured
address are ever asked for, redirects are not followed, and every answer is
asked for anew (a copy is kept only to spare the transfer when the server says
that nothing has changed), so no verdict rests on an old copy.
"""

from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Protocol
from urllib.parse import urlsplit

import httpx

from verifier.errors import NotPublishedError, SettingsError, UnreachableError

MAX_FILE_BYTES = 4 * 1024 * 1024
"""Bytes of one published file: the largest status list takes 360 kB."""

_MAX_COPIES = 1_000
_NOT_MODIFIED = 304
_OK = 200
_GONE = (404, 410)


class Source(Protocol):
    """Where published files come from."""

    def read(self, path: str) -> bytes:
        """Return a published file.

        Raises:
            NotPublishedError: there is no such file.
            UnreachableError: the publication cannot be read now.
        """


class FolderSource:
    """A publication in a local folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str) -> bytes:
        """Return a published file (see `Source`)."""
        file = self._folder / path
        try:
            if file.stat().st_size > MAX_FILE_BYTES:
                raise UnreachableError(f"{path} is larger than {MAX_FILE_BYTES} bytes")
            return file.read_bytes()
        except FileNotFoundError:
            # A missing file speaks only if the publication itself is there.
            if (self._folder / "trust-list").is_file():
                raise NotPublishedError(f"{path} is not published") from None
            raise UnreachableError("no publication in the folder") from None
        except OSError as error:
            raise UnreachableError(f"{path}: {error.strerror}") from error


class HttpSource:
    """A publication on a web server."""

    def __init__(self, base_url: str, *, timeout: float) -> None:
        self._base = base_url.rstrip("/")
        # Proxies from the environment would be an address nobody configured.
        self._client = httpx.Client(timeout=timeout, trust_env=False)
        self._copies: OrderedDict[str, tuple[str, bytes]] = OrderedDict()
        self._lock = Lock()

    def read(self, path: str) -> bytes:
        """Return a published file (see `Source`)."""
        with self._lock:
            copy = self._copies.get(path)
        headers = {} if copy is None else {"If-None-Match": copy[0]}
        try:
            with self._client.stream(
                "GET", f"{self._base}/{path}", headers=headers
            ) as response:
                if response.status_code == _NOT_MODIFIED and copy is not None:
                    return copy[1]
                body = self._body(path, response)
        except httpx.HTTPError as error:
            raise UnreachableError(f"{path}: {type(error).__name__}") from error
        self._keep(path, response.headers.get("ETag"), body)
        return body

    @staticmethod
    def _body(path: str, response: httpx.Response) -> bytes:
        if response.status_code in _GONE:
            raise NotPublishedError(f"{path} is not published")
        if response.status_code != _OK:
            raise UnreachableError(f"{path}: HTTP status {response.status_code}")
        body = bytearray()
        for part in response.iter_bytes():
            body += part
            if len(body) > MAX_FILE_BYTES:
                raise UnreachableError(f"{path} is larger than {MAX_FILE_BYTES} bytes")
        return bytes(body)

    def _keep(self, path: str, etag: str | None, body: bytes) -> None:
        if not etag:
            return
        with self._lock:
            self._copies[path] = (etag, body)
            self._copies.move_to_end(path)
            while len(self._copies) > _MAX_COPIES:
                self._copies.popitem(last=False)


def open_source(address: str, *, timeout: float) -> Source:
    """Return the source that an address or folder names.

    Raises:
        SettingsError: the address has another scheme than http or https.
    """
    scheme = urlsplit(address).scheme.lower()
    if scheme in ("http", "https"):
        return HttpSource(address, timeout=timeout)
    if scheme == "file":
        return FolderSource(Path(urlsplit(address).path))
    if "://" in address:
        raise SettingsError(
            f"TRA_PUBLICATION_URL must be a folder or an http(s) address, not {address}"
        )
    return FolderSource(Path(address))
