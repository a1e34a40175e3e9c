# SPDX-License-Identifier: Apache-2.0
"""Writes the publication: all that verifiers read (docs/spec/publication.md).

Nothing of a document is published beyond what its type declares public.
Two processes may publish at once: each looks at the register again after it
wrote, so that the newest state is what stays.
"""

from collections.abc import Mapping
from datetime import datetime

from issuer.context import Issuer
from issuer.errors import StorageError
from register.document import Document, Status, Text
from register.public_record import (
    FileEntry,
    PublicField,
    PublicRecord,
    mask_holder,
    sign_file_entry,
    sign_public_record,
)
from register.status_list import sign_status_cwt, sign_status_jwt
from register.store import MAX_EVENTS

_MARK = "published-events"
"""Up to which event the publication is complete."""

_MAX_ROUNDS = 5
"""Writers that race each other settle after one more round; five is an alarm."""


def publish_document(issuer: Issuer, document: Document, now: datetime) -> None:
    """Publish the public record of an issued document and the entry of its file.

    Raises:
        StorageError: the publication could not be written.
    """
    if document.file_sha256 is None:
        raise StorageError(f"document {document.id} has no file to publish")
    key = issuer.publication_key
    entry = FileEntry(sha256=document.file_sha256, id=document.id, iat=now)
    issuer.publication.put(
        f"files/{document.file_sha256.hex()}",
        sign_file_entry(entry, kid=key.kid, sign=key.sign),
    )
    for _ in range(_MAX_ROUNDS):
        record = _public_record(issuer, document, now)
        issuer.publication.put(
            f"records/{document.id}",
            sign_public_record(record, kid=key.kid, sign=key.sign),
        )
        current = issuer.store.get_document(document.id)
        if current == document:
            return
        document = current


def publish_status(issuer: Issuer, list_number: int, now: datetime) -> None:
    """Publish one status list as CWT and as JWT.

    Raises:
        StorageError: the publication could not be written.
    """
    for _ in range(_MAX_ROUNDS):
        values = issuer.store.status_values(list_number)
        _put_status(issuer, list_number, values, now)
        if issuer.store.status_values(list_number) == values:
            return


def publish_change(issuer: Issuer, document: Document, now: datetime) -> None:
    """Publish a document whose status changed, the status list first.

    Raises:
        StorageError: the publication could not be written; the change itself
            stands, and the schedule publishes it.
    """
    publish_status(issuer, document.status_ref.list, now)
    publish_document(issuer, document, now)


def publish_all(issuer: Issuer, now: datetime) -> int:
    """Publish every status list, and each document touched since the last time.

    Returns:
        How many documents were published.

    Raises:
        StorageError: the publication could not be written.
    """
    count = 0
    mark = issuer.files.get_mark(_MARK)
    while True:
        changes = issuer.store.changed_since(mark, MAX_EVENTS)
        for document in changes.documents:
            publish_document(issuer, document, now)
            count += 1
        if changes.seq == mark:
            break
        mark = changes.seq
        issuer.files.put_mark(_MARK, mark)
    for number in issuer.store.list_numbers() or (0,):
        publish_status(issuer, number, now)
    return count


def _put_status(
    issuer: Issuer, number: int, values: Mapping[int, Status], now: datetime
) -> None:
    key = issuer.publication_key
    path = f"status/{number}"
    uri = f"{issuer.settings.publication_address}/{path}"
    cwt = sign_status_cwt(values, uri=uri, iat=now, kid=key.kid, sign=key.sign)
    jwt = sign_status_jwt(values, uri=uri, iat=now, kid=key.kid, sign=key.sign)
    issuer.publication.put(path, cwt)
    issuer.publication.put(f"{path}.jwt", jwt)


def _public_record(issuer: Issuer, document: Document, now: datetime) -> PublicRecord:
    kind = issuer.catalogue.get_type(document.type_id)
    agency = issuer.store.get_agency(document.agency_id)
    holder = kind.holder_name(document.data)
    return PublicRecord(
        id=document.id,
        type_id=document.type_id,
        type_name=Text(th=kind.name.th, en=kind.name.en),
        number=document.number,
        agency_id=document.agency_id,
        agency_name=agency.name,
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
        record_sha256=document.record_sha256 or b"",
        file_sha256=document.file_sha256 or b"",
        status_ref=document.status_ref,
        iat=now,
    )
