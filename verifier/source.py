# SPDX-License-Identifier: Apache-2.0
"""Reads files of a publication from a folder or a web server, within limits.

Knows nothing of what the files say. Only paths under the one configured
address are ever asked for, redirects are not followed, and every answer is
asked for anew (a copy is kept only to spare the transfer when the server says
that nothing has changed), so no verdict rests on an old copy.
"""

import os
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import httpx

from verifier.errors import (
    NotPublishedError,
    SettingsError,
    SourceError,
    UnreachableError,
)

MAX_FILE_BYTES = 4 * 1024 * 1024
"""Bytes of one published file: the largest status list takes 360 kB."""

REVOCATION_SECONDS = 300.0
"""Seconds for which a revocation list is given again without asking: CAs make a new
one every few hours, and the file that needs it must not wait for a slow server."""

_RETRY_SECONDS = 30.0
"""Seconds for which an address that failed is not asked again."""

_T = TypeVar("_T")

_MAX_COPIES = 1_000
_SETTLED_NS = 100_000_000
"""Nanoseconds after which a file's times tell every later change; clocks of file
systems tick every 1 to 10 ms."""
_NOT_MODIFIED = 304
_OK = 200
_GONE = (404, 410)


class Source(Protocol):
    """Where published files come from."""

    @property
    def is_quick(self) -> bool:
        """Whether reading takes microseconds, so that nobody waits meanwhile."""

    def read(self, path: str) -> bytes:
        """Return a published file.

        Raises:
            NotPublishedError: there is no such file.
            UnreachableError: the publication cannot be read now.
        """


class FolderSource:
    """A publication in a local folder.

    Each reading asks the file system whether the file is the one it was; only
    then is the copy in memory given again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._root = str(folder)
        self._copies: OrderedDict[str, tuple[_Version, bytes]] = OrderedDict()
        self._lock = Lock()

    @property
    def is_quick(self) -> bool:
        """A file that is in memory, or soon will be (see `Source`)."""
        return True

    def read(self, path: str) -> bytes:
        """Return a published file (see `Source`)."""
        try:
            version = _version_of(os.stat(f"{self._root}/{path}"))  # noqa: PTH116 - thrice as fast
            kept = self._copies.get(path)
            if kept is not None and kept[0] == version:
                return kept[1]
            return self._read_anew(path)
        except FileNotFoundError:
            # A missing file speaks only if the publication itself is there.
            if (self._folder / "trust-list").is_file():
                raise NotPublishedError(f"{path} is not published") from None
            raise UnreachableError("no publication in the folder") from None
        except OSError as error:
            raise UnreachableError(f"{path}: {error.strerror}") from error

    def _read_anew(self, path: str) -> bytes:
        with (self._folder / path).open("rb") as file:
            version = _version_of(os.fstat(file.fileno()))
            body = file.read(MAX_FILE_BYTES + 1)
        if len(body) > MAX_FILE_BYTES:
            raise UnreachableError(f"{path} is larger than {MAX_FILE_BYTES} bytes")
        # A file this young may be replaced within the same tick of the file system's
        # clock: that it has not changed could not be told.
        if time.time_ns() - version[0] > _SETTLED_NS:
            _remember(self._copies, self._lock, path, (version, body))
        return body


_Version = tuple[int, int, int, int]


def _version_of(found: os.stat_result) -> _Version:
    """Return what changes when a file is replaced or written to."""
    return found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size


def _remember(copies: OrderedDict[str, _T], lock: Lock, path: str, kept: _T) -> None:
    with lock:
        copies[path] = kept
        copies.move_to_end(path)
        while len(copies) > _MAX_COPIES:
            copies.popitem(last=False)


class HttpSource:
    """A publication on a web server."""

    def __init__(self, base_url: str, *, timeout: float) -> None:
        self._base = base_url.rstrip("/")
        # Proxies from the environment would be an address nobody configured.
        self._client = httpx.Client(timeout=timeout, trust_env=False)
        self._copies: OrderedDict[str, tuple[str, bytes]] = OrderedDict()
        self._lock = Lock()

    @property
    def is_quick(self) -> bool:
        """A network between us (see `Source`)."""
        return False

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
        if etag:
            _remember(self._copies, self._lock, path, (etag, body))


class RevocationSource:
    """A publication, and revocation lists at addresses that are configured.

    They are asked for by their number: no address ever comes from a file. One that
    was read is given again for some minutes, and one that failed is not waited for
    again at once.
    """

    def __init__(
        self,
        source: Source,
        addresses: Callable[[], Sequence[str]],
        *,
        timeout: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._addresses = addresses
        self._timeout = timeout
        self._clock = clock
        self._lists: dict[str, _KeptList] = {}
        self._lock = Lock()

    @property
    def is_quick(self) -> bool:
        """As the publication is: lists are read for files alone (see `Source`)."""
        return self._source.is_quick

    def read(self, path: str) -> bytes:
        """Return a published file, or a revocation list (see `Source`)."""
        kind, _, number = path.partition("/")
        if kind != "crl":
            return self._source.read(path)
        addresses = self._addresses()
        if not number.isdecimal() or int(number) >= len(addresses):
            raise NotPublishedError(f"{path} is not configured")
        address = addresses[int(number)]
        with self._lock:
            for gone in self._lists.keys() - set(addresses):
                del self._lists[gone]
            kept = self._lists.get(address)
            if kept is None:
                kept = _KeptList(_open_file(address, timeout=self._timeout))
                self._lists[address] = kept
        return kept.read(self._clock())


class _KeptList:
    """One revocation list, read at most once in some minutes."""

    def __init__(self, fetch: Callable[[], bytes]) -> None:
        self._fetch = fetch
        self._lock = Lock()
        self._body: bytes | None = None
        self._failure: SourceError | None = None
        self._until = 0.0

    def read(self, now: float) -> bytes:
        """Return the list.

        Raises:
            NotPublishedError, UnreachableError: as it was told a moment ago, or now.
        """
        with self._lock:
            if now >= self._until or (self._body is None and self._failure is None):
                self._ask(now)
            if self._failure is not None:
                raise self._failure
            assert self._body is not None  # noqa: S101 - one of the two is there
            return self._body

    def _ask(self, now: float) -> None:
        try:
            self._body, self._failure = self._fetch(), None
            self._until = now + REVOCATION_SECONDS
        except SourceError as error:
            self._body, self._failure = None, error
            self._until = now + _RETRY_SECONDS


def _open_file(address: str, *, timeout: float) -> Callable[[], bytes]:
    """Return what reads one address or file."""
    if "://" in address:
        base, _, name = address.rpartition("/")
        return partial(HttpSource(base, timeout=timeout).read, name)
    return partial(_read_file, Path(address))


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            body = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UnreachableError(f"{path.name}: {error.strerror}") from error
    if len(body) > MAX_FILE_BYTES:
        raise UnreachableError(f"{path.name} is larger than {MAX_FILE_BYTES} bytes")
    return body


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
