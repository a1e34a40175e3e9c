# SPDX-License-Identifier: Apache-2.0
"""Object storage of the issuer: sealed PDFs by their SHA-256, and the publication.

A folder or an S3 bucket behind the same four calls. Writes are whole or absent:
obstore writes a local file under another name first and then renames it.
"""

import hashlib

import obstore

from issuer.errors import FileMissingError, StorageError
from register.storage import open_storage


class FileStore:
    """Sealed PDFs under `{sha256}.pdf`."""

    def __init__(self, address: str) -> None:
        self._store = open_storage(address)

    def put_pdf(self, data: bytes) -> bytes:
        """Store a PDF and return its SHA-256.

        Raises:
            StorageError: it could not be written.
        """
        digest = hashlib.sha256(data).digest()
        try:
            obstore.put(self._store, f"{digest.hex()}.pdf", data)
        except OSError as error:
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
        if hashlib.sha256(data).digest() != sha256:
            raise FileMissingError(f"the stored PDF {sha256.hex()} has other bytes")
        return data

    def put_mark(self, name: str, value: int) -> None:
        """Remember a number under a name, such as how far a task has come."""
        obstore.put(self._store, f"marks/{name}", str(value).encode())

    def get_mark(self, name: str) -> int:
        """Return the number remembered under a name, 0 if there is none."""
        try:
            return int(obstore.get(self._store, f"marks/{name}").bytes().to_bytes())
        except FileNotFoundError:
            return 0


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
            obstore.put(self._store, path, data)
        except OSError as error:
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
