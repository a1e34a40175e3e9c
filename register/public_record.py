# SPDX-License-Identifier: Apache-2.0
"""Public records and file entries of the publication (docs/spec/publication.md).

Signed by a publication key of the document's agency and by nobody else's.
An opener is told which document or file was asked for, and refuses the entry
of another one.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from register.document import (
    AgencyId,
    DocumentId,
    DocumentNumber,
    Status,
    StatusRef,
    Text,
    check_type_id,
    parse_agency_id,
)
from register.envelope import PublicKey, SignRaw, jws_kid, open_jws, sign_jws
from register.errors import (
    CanonicalError,
    DocumentError,
    EnvelopeError,
    PublicRecordError,
    UnknownKeyError,
)
from register.members import (
    epoch_seconds,
    format_instant,
    parse_day,
    parse_instant,
    read_id,
    read_integer,
    read_moment,
    read_optional_id,
    read_status_ref,
    read_string,
    read_text,
)
from register.record import check_number
from register.trust_list import TrustList

RECORD_TYPE: Final = "tra-record+jwt"
FILE_TYPE: Final = "tra-file+jwt"

MAX_VALUE_CHARS: Final = 10_000
"""Characters of one public value: a table of five pages."""

_MAX_FIELDS: Final = 200
_MAX_LATER_FILES: Final = 20
_SHA256_HEX = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, kw_only=True)
class PublicField:
    """One field that the type makes public, as shown on the page."""

    name: str
    label: Text
    value: str


@dataclass(frozen=True, kw_only=True)
class PublicRecord:
    """What the register tells anyone about one document."""

    id: DocumentId
    type_id: str
    type_name: Text
    number: DocumentNumber
    agency_id: AgencyId
    agency_name: Text
    issued_on: date
    valid_from: date
    valid_until: date | None
    supersedes: DocumentId | None
    holder: str
    """Masked, unless the type makes it public."""
    fields: tuple[PublicField, ...]
    status: Status
    status_since: datetime | None
    successor: DocumentId | None
    record_sha256: bytes
    file_sha256: bytes
    """Of the file as it was issued."""

    status_ref: StatusRef
    iat: datetime
    later_files: tuple[bytes, ...] = ()
    """SHA-256 of the versions with newer time stamps, oldest first."""


@dataclass(frozen=True, kw_only=True)
class FileEntry:
    """Which document a file is the sealed PDF of.

    The public record of that document must name the file, too: only then has its
    own agency said so.
    """

    sha256: bytes
    id: DocumentId
    iat: datetime


def mask_holder(name: str) -> str:
    """Return a name of which the first word and later initials can be read.

    A name of one word is masked itself.
    """
    first, *others = name.split() or [""]
    if not others:
        return f"{first[:1]}***"
    return " ".join([first, *(f"{word[:1]}***" for word in others)])


def sign_public_record(record: PublicRecord, *, kid: str, sign: SignRaw) -> str:
    """Return a public record as a JWS.

    Raises:
        PublicRecordError: a fact does not fit the format.
    """
    try:
        members = _record_members(record)
        _read_record(members)
        return sign_jws(members, typ=RECORD_TYPE, kid=kid, sign=sign)
    except (CanonicalError, DocumentError, EnvelopeError) as error:
        raise PublicRecordError(f"the public record: {error}") from error


def open_public_record(
    token: str, *, trust: TrustList, document_id: DocumentId
) -> PublicRecord:
    """Return the public record of a document, signed for its agency.

    Raises:
        PublicRecordError: malformed, forged, of another document, or signed
            with a key that is not a publication key of the agency it names.
    """
    try:
        record = _read_record(_open(token, typ=RECORD_TYPE, trust=trust))
        agency = trust.agency(record.agency_id)
        if agency is None:
            raise UnknownKeyError(f"agency {record.agency_id} is not listed")
        if jws_kid(token) not in agency.publication_keys_at(record.iat):
            raise UnknownKeyError(f"not a publication key of {record.agency_id}")
    except (CanonicalError, DocumentError, EnvelopeError) as error:
        raise PublicRecordError(f"public record {document_id}: {error}") from error
    if record.id != document_id:
        raise PublicRecordError(f"a record of {record.id}, not of {document_id}")
    return record


def sign_file_entry(entry: FileEntry, *, kid: str, sign: SignRaw) -> str:
    """Return a file entry as a JWS.

    Raises:
        PublicRecordError: a fact does not fit the format.
    """
    members = {
        "v": 1,
        "sha256": entry.sha256.hex(),
        "id": entry.id,
        "iat": epoch_seconds(entry.iat),
    }
    try:
        _read_entry(members)
        return sign_jws(members, typ=FILE_TYPE, kid=kid, sign=sign)
    except (CanonicalError, DocumentError, EnvelopeError) as error:
        raise PublicRecordError(f"the file entry: {error}") from error


def open_file_entry(token: str, *, trust: TrustList, sha256: bytes) -> FileEntry:
    """Return the entry of a file, signed with a publication key of any agency.

    Raises:
        PublicRecordError: malformed, forged, or of another file.
    """
    try:
        entry = _read_entry(_open(token, typ=FILE_TYPE, trust=trust))
        if jws_kid(token) not in publication_keys_of(trust, entry.iat):
            raise UnknownKeyError("the key did not count when this was signed")
    except (CanonicalError, DocumentError, EnvelopeError) as error:
        raise PublicRecordError(f"file entry {sha256.hex()}: {error}") from error
    if entry.sha256 != sha256:
        raise PublicRecordError(f"an entry of another file than {sha256.hex()}")
    return entry


def _open(token: str, *, typ: str, trust: TrustList) -> dict[str, Any]:
    return open_jws(token, typ=typ, keys=publication_keys_of(trust, None))


def publication_keys_of(
    trust: TrustList, moment: datetime | None
) -> Mapping[str, PublicKey]:
    """Return the keys of all agencies, or those that count at a moment."""
    if moment is None:
        return {
            entry.kid: entry.key
            for agency in trust.agencies
            for entry in agency.publication_keys
        }
    return {
        kid: key
        for agency in trust.agencies
        for kid, key in agency.publication_keys_at(moment).items()
    }


def _record_members(record: PublicRecord) -> dict[str, Any]:
    until, since = record.valid_until, record.status_since
    later = [digest.hex() for digest in record.later_files]
    return {
        "v": 1,
        "id": record.id,
        "type": record.type_id,
        "type_name": record.type_name.to_json(),
        "number": record.number,
        "agency": {"id": record.agency_id, "name": record.agency_name.to_json()},
        "issued_on": record.issued_on.isoformat(),
        "valid_from": record.valid_from.isoformat(),
        "valid_until": None if until is None else until.isoformat(),
        "supersedes": record.supersedes,
        "holder": record.holder,
        "fields": [
            {"name": f.name, "label": f.label.to_json(), "value": f.value}
            for f in record.fields
        ],
        "status": record.status.value,
        "status_since": None if since is None else format_instant(since),
        "successor": record.successor,
        "record_sha256": record.record_sha256.hex(),
        "file_sha256": record.file_sha256.hex(),
        **({"later_files": later} if later else {}),
        "status_list": record.status_ref.to_json(),
        "iat": epoch_seconds(record.iat),
    }


def _read_record(members: Mapping[str, Any]) -> PublicRecord:
    read_integer(members.get("v"), name="v", least=1, most=1)
    for name in ("valid_until", "supersedes", "status_since", "successor"):
        if name not in members:
            raise DocumentError(f"{name} is said, if only null")
    agency = members.get("agency")
    if not isinstance(agency, dict):
        raise DocumentError("agency is an object")
    type_id = read_string(members.get("type"), name="type")
    check_type_id(type_id)
    check_number(members.get("number"))
    until, since = members["valid_until"], members["status_since"]
    return PublicRecord(
        id=read_id(members.get("id"), name="id"),
        type_id=type_id,
        type_name=read_text(members.get("type_name"), name="type_name"),
        number=DocumentNumber(members["number"]),
        agency_id=parse_agency_id(read_string(agency.get("id"), name="agency.id")),
        agency_name=read_text(agency.get("name"), name="agency.name"),
        issued_on=parse_day(members.get("issued_on"), name="issued_on"),
        valid_from=parse_day(members.get("valid_from"), name="valid_from"),
        valid_until=None if until is None else parse_day(until, name="valid_until"),
        supersedes=read_optional_id(members["supersedes"], name="supersedes"),
        holder=read_string(members.get("holder"), name="holder"),
        fields=_read_fields(members.get("fields")),
        status=_read_status(members.get("status")),
        status_since=None
        if since is None
        else parse_instant(since, name="status_since"),
        successor=read_optional_id(members["successor"], name="successor"),
        record_sha256=_read_digest(members.get("record_sha256"), "record_sha256"),
        file_sha256=_read_digest(members.get("file_sha256"), "file_sha256"),
        status_ref=read_status_ref(members.get("status_list"), name="status_list"),
        iat=read_moment(members.get("iat"), name="iat"),
        later_files=_read_later_files(members.get("later_files", [])),
    )


def _read_later_files(value: object) -> tuple[bytes, ...]:
    if not isinstance(value, list) or len(value) > _MAX_LATER_FILES:
        raise DocumentError(f"later_files is an array of at most {_MAX_LATER_FILES}")
    return tuple(_read_digest(each, "a later file") for each in value)


def _read_fields(value: object) -> tuple[PublicField, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise DocumentError("fields is an array")
    if len(value) > _MAX_FIELDS:
        raise DocumentError(f"at most {_MAX_FIELDS} fields are public")
    return tuple(_read_field(entry) for entry in value)


def _read_field(entry: object) -> PublicField:
    if not isinstance(entry, dict) or entry.keys() != {"name", "label", "value"}:
        raise DocumentError("a field has exactly name, label and value")
    name = read_string(entry["name"], name="field name")
    if _NAME.fullmatch(name) is None:
        raise DocumentError("a field name is a word of at most 64 characters")
    value = entry["value"]
    if not isinstance(value, str) or len(value) > MAX_VALUE_CHARS:
        raise DocumentError(f"the value of {name} is a string that fits a page")
    label = read_text(entry["label"], name=f"label of {name}")
    return PublicField(name=name, label=label, value=value)


def _read_status(value: object) -> Status:
    try:
        return Status(str(value))
    except ValueError as error:
        raise DocumentError("status is not one of the four words") from error


def _read_digest(value: object, name: str) -> bytes:
    if not isinstance(value, str) or _SHA256_HEX.fullmatch(value) is None:
        raise DocumentError(f"{name} is SHA-256 in lower-case hex")
    return bytes.fromhex(value)


def _read_entry(members: Mapping[str, Any]) -> FileEntry:
    read_integer(members.get("v"), name="v", least=1, most=1)
    return FileEntry(
        sha256=_read_digest(members.get("sha256"), "sha256"),
        id=read_id(members.get("id"), name="id"),
        iat=read_moment(members.get("iat"), name="iat"),
    )
