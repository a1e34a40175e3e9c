# SPDX-License-Identifier: Apache-2.0
"""Writes the publication: all that verifiers read (docs/spec/publication.md).

The event log is the list of what is still to be published: whatever broke off
before is caught up by the next call. One publisher at a time, so that a status
list never goes back to what was read earlier. Nothing of a document is published
beyond what its type declares public.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime

from issuer.context import Issuer
from issuer.errors import StorageError
from issuer.file_versions import publish_versions
from register.code_entry import CodeEntry, sign_code_entry
from register.document import Document, Status, Text
from register.public_record import (
    PublicField,
    PublicRecord,
    mask_holder,
    sign_public_record,
)
from register.status_list import sign_status_list

_LOG = logging.getLogger(__name__)

_BATCH = 200
"""Events looked at in one step: their documents are held with their images."""
_LOCK = "publication"
_MARK = "published-events"
"""Up to which event the publication is complete."""


def publish_pending(issuer: Issuer) -> int:
    """Publish all that changed since the last time; return how many documents.

    1. Read which documents the events since the mark touched.
    2. Publish the status lists of those whose status ever changed.
    3. Publish their public records and file entries.
    4. Move the mark.

    Raises:
        StorageError: the publication could not be written; the mark stays, so the
            next call does it again.
    """
    count = 0
    with issuer.store.publishing(_LOCK):
        mark = issuer.files.get_mark(_MARK)
        while True:
            # 1.
            changes = issuer.store.changed_since(mark, _BATCH)
            if changes.seq == mark:
                return count
            # 2.
            _put_lists(
                issuer,
                {d.status_ref.list for d in changes.documents if _ever_changed(d)},
            )
            # 3.
            count += _put_documents(issuer, changes.documents)
            # 4.
            mark = changes.seq
            issuer.files.put_mark(_MARK, mark)


def publish_all(issuer: Issuer) -> int:
    """Sign every status list anew, then publish what changed.

    Status lists come first: nothing about one document may let all lists expire.

    Returns:
        How many documents were published.

    Raises:
        StorageError: the publication could not be written.
    """
    with issuer.store.publishing(_LOCK):
        _put_lists(issuer, issuer.store.list_numbers())
    return publish_pending(issuer)


def publish_everything(issuer: Issuer) -> int:
    """Publish every list and every issued document, as for an empty mirror.

    Raises:
        StorageError: the publication could not be written.
    """
    with issuer.store.publishing(_LOCK):
        _put_lists(issuer, issuer.store.list_numbers())
        return _put_documents(issuer, issuer.store.iter_issued())


def _ever_changed(document: Document) -> bool:
    return document.status is not Status.VALID or document.status_since is not None


def _put_documents(issuer: Issuer, documents: Iterable[Document]) -> int:
    count = 0
    for document in documents:
        try:
            _put_document(issuer, document)
            count += 1
        except StorageError:
            raise
        except Exception:  # noqa: BLE001 - logged, and all others go on
            # One document that cannot be described (its type is gone, say) must not
            # keep all others from being published; an operator has to look.
            _LOG.exception("document %s could not be published", document.id)
    return count


def _put_document(issuer: Issuer, document: Document) -> None:
    if document.file_sha256 is None or document.record_sha256 is None:
        raise ValueError(f"document {document.id} is not issued")
    key, now = issuer.publication_key, issuer.clock()
    versions = publish_versions(issuer, document)
    code = CodeEntry(id=document.id, iat=now)
    issuer.publication.put(
        f"codes/{code.code}", sign_code_entry(code, kid=key.kid, sign=key.sign)
    )
    kind = issuer.catalogue.get_type(document.type_id)
    holder = kind.holder_name(document.data)
    record = PublicRecord(
        id=document.id,
        type_id=document.type_id,
        type_name=Text(th=kind.name.th, en=kind.name.en),
        number=document.number,
        agency_id=document.agency_id,
        agency_name=issuer.store.get_agency(document.agency_id).name,
        issued_on=document.issued_on,
        valid_from=document.valid_from,
        valid_until=document.valid_until,
        supersedes=document.supersedes,
        holder=holder if kind.holder_public else mask_holder(holder),
        fields=tuple(
            PublicField(
                name=field["name"],
                label=Text(th=field["label"]["th"], en=field["label"]["en"]),
                value=field["value"],
            )
            for field in kind.public_fields(document.data)
        ),
        status=document.status,
        status_since=document.status_since,
        successor=document.successor,
        record_sha256=document.record_sha256,
        file_sha256=document.file_sha256,
        later_files=tuple(one.sha256 for one in versions[1:]),
        status_ref=document.status_ref,
        iat=now,
    )
    issuer.publication.put(
        f"records/{document.id}",
        sign_public_record(record, kid=key.kid, sign=key.sign),
    )


def _put_lists(issuer: Issuer, numbers: Iterable[int]) -> None:
    for number in sorted(numbers):
        # Read the clock before the statuses: a list must not claim to be newer
        # than what it says.
        now = issuer.clock()
        publish_list(issuer, number, issuer.store.status_values(number), now)


def publish_list(
    issuer: Issuer, number: int, values: Mapping[int, Status], now: datetime
) -> None:
    """Sign and publish one status list; `now` is when its statuses were read.

    Raises:
        StorageError: it could not be written.
    """
    key = issuer.publication_key
    path = f"status/{number}"
    uri = f"{issuer.settings.publication_address}/{path}"
    cwt, jwt = sign_status_list(values, uri=uri, iat=now, kid=key.kid, sign=key.sign)
    issuer.publication.put(path, cwt)
    issuer.publication.put(f"{path}.jwt", jwt)
