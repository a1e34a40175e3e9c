# SPDX-License-Identifier: Apache-2.0
"""Object storage of the issuer: sealed PDFs by their SHA-256, and the publication.

A folder or an S3 bucket behind the same four calls. Writes are whole or absent:
obstore writes a local file under another name first and then renames it.
"""

import hashlib
import os
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore

from issuer.errors import FileMissingError, StorageError
from register.storage import open_storage, put_published


class FileStore:
    """Sealed PDFs under `{sha256}.pdf`; nobody but this user may read them."""

    def __init__(self, address: str) -> None:
        self._store = open_storage(address)
        self._folder: Path | None = None
        if isinstance(self._store, LocalStore) and self._store.prefix is not None:
            self._folder = Path(self._store.prefix)
            self._folder.chmod(0o700)

    def put_pdf(self, data: bytes) -> bytes:
        """Store a PDF and return its SHA-256.

        Raises:
            StorageError: it could not be written.
        """
        digest = hashlib.sha256(data).digest()
        name = f"{digest.hex()}.pdf"
        try:
            obstore.put(self._store, name, data)
            if self._folder is not None:
                # The register will call it issued: it must outlast a power cut.
                _sync(self._folder / name)
                _sync(self._folder)
        except (BaseError, OSError) as error:
            raise StorageError(f"cannot store the PDF: {error}") from error
        return digest

    def get_pdf(self, sha256: bytes) -> bytes:
        """Return the PDF with this SHA-256, checked against it.

        Raises:
            FileMissingError: there is none, or its bytes are not those stored.
        """
        try:
            data = obstore.get(self._store, f"{sha256.hex()}.pdf").bytes().to_bytes()
        except FileNotFoundError as error:
            raise FileMissingError(f"no stored PDF {sha256.hex()}") from error
        except (BaseError, OSError) as error:
            raise StorageError(f"cannot read a stored PDF: {error}") from error
        if hashlib.sha256(data).digest() != sha256:
            raise FileMissingError(f"the stored PDF {sha256.hex()} has other bytes")
        return data

    def put_mark(self, name: str, value: int) -> None:
        """Remember a number under a name, such as how far a task has come."""
        try:
            obstore.put(self._store, f"marks/{name}", str(value).encode())
        except (BaseError, OSError) as error:
            raise StorageError(f"cannot store the mark {name}: {error}") from error

    def get_mark(self, name: str) -> int:
        """Return the number remembered under a name, 0 if there is none."""
        try:
            return int(obstore.get(self._store, f"marks/{name}").bytes().to_bytes())
        except FileNotFoundError:
            return 0
        except (BaseError, OSError) as error:
            raise StorageError(f"cannot read the mark {name}: {error}") from error


class PublicationStore:
    """The signed static files that verifiers read (docs/spec/publication.md)."""

    def __init__(self, address: str) -> None:
        self._store = open_storage(address)

    def put(self, path: str, content: str | bytes) -> None:
        """Write one file of the publication.

        Raises:
            StorageError: it could not be written.
        """
        data = content.encode() if isinstance(content, str) else content
        try:
            put_published(self._store, path, data)
        except (BaseError, OSError) as error:
            raise StorageError(f"cannot publish {path}: {error}") from error

    def get(self, path: str) -> bytes:
        """Read one file of the publication.

        Raises:
            FileMissingError: there is none at this path.
        """
        try:
            return obstore.get(self._store, path).bytes().to_bytes()
        except FileNotFoundError as error:
            raise FileMissingError(f"nothing is published at {path}") from error
        except (BaseError, OSError) as error:
            raise StorageError(f"cannot read {path}: {error}") from error


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
