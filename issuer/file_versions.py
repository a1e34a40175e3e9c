# SPDX-License-Identifier: Apache-2.0
"""Versions of a sealed file: which one is handed out, and what is published of them.

A later version is the earlier one with data appended, and that data – certificates,
revocation lists, time stamps – tells nothing of the document. So it is published:
whoever has an earlier version can append it and has the newest.
"""

import logging

from issuer.context import Issuer
from issuer.errors import NotIssuedYetError, StorageError
from register.document import Document
from register.public_record import FileEntry, sign_file_entry
from register.store import FileVersion

_LOG = logging.getLogger(__name__)


def newest_version(issuer: Issuer, document: Document) -> FileVersion:
    """Return the version of a document's file that is handed out.

    Raises:
        NotIssuedYetError: the document is a reservation and has no file.
    """
    found = issuer.store.newest_file(document.id)
    if found is None:
        raise NotIssuedYetError(f"document {document.id} is not issued")
    return found


def read_newest(issuer: Issuer, document: Document) -> bytes:
    """Return the newest version of a document's file.

    Raises:
        NotIssuedYetError: the document is a reservation and has no file.
        FileMissingError: it is not in the storage, or damaged there.
    """
    return issuer.files.get_pdf(newest_version(issuer, document).sha256)


def publish_versions(issuer: Issuer, document: Document) -> tuple[FileVersion, ...]:
    """Publish an entry for each version, and what an earlier one lacks; return them.

    A file that is lost keeps nothing else of its document from being published.

    Raises:
        StorageError: the publication could not be written.
    """
    key, now = issuer.publication_key, issuer.clock()
    versions = issuer.store.file_versions(document.id)
    for version in versions:
        entry = FileEntry(sha256=version.sha256, id=document.id, iat=now)
        issuer.publication.put(
            f"files/{version.sha256.hex()}",
            sign_file_entry(entry, kid=key.kid, sign=key.sign),
        )
    for older, tail in _tails(issuer, versions):
        issuer.publication.put(f"archive/{older.sha256.hex()}", tail)
    return versions


def _tails(
    issuer: Issuer, versions: tuple[FileVersion, ...]
) -> list[tuple[FileVersion, bytes]]:
    """Return for each version but the newest what must be appended to it."""
    if len(versions) < 2:  # noqa: PLR2004 - the newest has no newer one
        return []
    try:
        newest = issuer.files.get_pdf(versions[-1].sha256)
        older = [(one, issuer.files.get_pdf(one.sha256)) for one in versions[:-1]]
    except StorageError:
        _LOG.exception("archive data of %s is not published", versions[0].document_id)
        return []
    return [(one, newest[len(old) :]) for one, old in older if newest.startswith(old)]
