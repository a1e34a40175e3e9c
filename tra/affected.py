# SPDX-License-Identifier: Apache-2.0
"""Which documents a key has sealed or claimed since a moment, for when it was stolen.

By what was read back from each file when it was sealed and is kept in the register, or
else from the file itself, and from the signed claims. Needs no key, so it works while
the stolen one has no successor.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from issuer.errors import FileMissingError, SealError
from issuer.files import FileStore
from issuer.sealed_by import read_seals
from keys.files import replace_file
from keys.inventory import KeyEntry
from keys.signing import PUBLICATION
from keys.store import KeyStore
from register.claim import claim_kid, read_claim
from register.document import AgencyId, Document, DocumentId
from register.store import SealUse, Store
from tra.home import Home

_BATCH: Final = 200
"""Files that are read before what was found is noted."""

_MARGIN: Final = timedelta(hours=1)
"""How much earlier a request may have come than its document was sealed."""


@dataclass(frozen=True, kw_only=True)
class AffectedDocument:
    """A document that a key has made since a moment."""

    document: Document
    made_at: datetime
    """By the time stamp of a seal; of a claim, when it was issued."""
    proven: bool
    """Whether that is known of the file; one that is gone unread is counted in."""

    def to_json(self) -> dict[str, object]:
        """Describe it, without names of persons."""
        document = self.document
        return {
            "id": document.id,
            "number": document.number,
            "type": document.type_id,
            "agency": document.agency_id,
            "status": document.status.value,
            "successor": document.successor,
            "made_at": self.made_at.isoformat(),
            "proven": self.proven,
        }


def find_affected(
    home: Home,
    keys: KeyStore,
    entry: KeyEntry,
    since: datetime,
    *,
    read_files: bool = False,
) -> list[AffectedDocument]:
    """Return what a seal or claim key has made at or after a moment, the oldest first.

    A publication key makes no documents: all it signed is published anew. With
    `read_files` every sealed file is read, whatever the register says of it.

    Raises:
        RegisterError, StorageError: what cannot be read.
    """
    if entry.label == PUBLICATION or not keys.files.has_certificate(entry.name):
        return []
    certificate = keys.files.load_certificate(entry.name)
    kind, _, agency = entry.label.partition("-")
    files = FileStore(home.issuer.files)
    with Store.open(home.issuer.database) as store:
        begin = since - _MARGIN
        if kind == "claim":
            issued = store.iter_issued(AgencyId(agency), begin)
            found = list(_find_claimed(store, issued, certificate, since))
        else:
            sealed = store.iter_sealed(AgencyId(agency), begin)
            looked = _look(store, files, sealed, read_files=read_files)
            found = list(_find_sealed(looked, certificate, since))
    return sorted(found, key=lambda one: (one.made_at, one.document.id))


def write_report(
    path: Path,
    entry: KeyEntry,
    since: datetime,
    documents: Sequence[Mapping[str, Any]],
    now: datetime,
) -> None:
    """Write the list of documents to a file that only its owner can read."""
    report = {
        "key": entry.name,
        "since": since.isoformat(),
        "written_at": now.isoformat(),
        "documents": list(documents),
    }
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = json.dumps(report, ensure_ascii=False, indent=1)
    replace_file(path, text.encode(), mode=0o600)


def _find_claimed(
    store: Store,
    issued: Iterator[Document],
    certificate: x509.Certificate,
    since: datetime,
) -> Iterator[AffectedDocument]:
    kid = claim_kid(certificate.public_bytes(Encoding.DER))
    for document in issued:
        made_at = document.issued_at or document.reserved_at
        if made_at < since.replace(microsecond=0):
            continue  # claims have no time of their own
        if read_claim(store.get_claim(document.id)).kid == kid:
            yield AffectedDocument(document=document, made_at=made_at, proven=True)


def _find_sealed(
    looked: Iterator[tuple[Document, tuple[SealUse, ...] | None]],
    certificate: x509.Certificate,
    since: datetime,
) -> Iterator[AffectedDocument]:
    spki = certificate.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    key_sha256 = hashlib.sha256(spki).digest()
    for document, seals in looked:
        issued_at = document.issued_at or document.reserved_at
        if seals is None:
            # A file that is lost may have been of this key: somebody has to look.
            yield AffectedDocument(document=document, made_at=issued_at, proven=False)
            continue
        for seal in seals:
            at = seal.at or issued_at
            if seal.key_sha256 == key_sha256 and at >= since:
                yield AffectedDocument(document=document, made_at=at, proven=True)


def _look(
    store: Store,
    files: FileStore,
    sealed: Iterator[tuple[Document, SealUse | None]],
    *,
    read_files: bool,
) -> Iterator[tuple[Document, tuple[SealUse, ...] | None]]:
    """Find out what sealed each document; None for a file that is lost.

    What is read is noted in the register, so that it is read once.
    """
    unnoted: dict[DocumentId, SealUse] = {}
    for document, noted in sealed:
        if noted is not None and not read_files:
            yield document, (noted,)
            continue
        seals = _read_seals(files, document)
        if seals and noted is None:
            # The agency's seal is the last signature; officers sign before.
            unnoted[document.id] = seals[-1]
        if len(unnoted) >= _BATCH:
            store.record_seals(unnoted)
            unnoted = {}
        yield document, seals
    store.record_seals(unnoted)


def _read_seals(files: FileStore, document: Document) -> tuple[SealUse, ...] | None:
    if document.file_sha256 is None:
        return None
    try:
        return read_seals(files.get_pdf(document.file_sha256))
    except (FileMissingError, SealError):
        return None
