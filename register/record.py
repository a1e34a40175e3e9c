# SPDX-License-Identifier: Apache-2.0
"""The record: the canonical JSON of one document's facts (docs/spec/record.md).

What is built here is what is read here: a record that does not equal its own
canonical form, or that says more or less than the page allows, is refused.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from register.canonical import (
    decode_base64url,
    decode_canonical_json,
    encode_base64url,
    encode_json,
)
from register.document import (
    AgencyId,
    Document,
    DocumentId,
    DocumentNumber,
    StatusRef,
    Text,
    bangkok_date,
    check_type_id,
    parse_agency_id,
)
from register.errors import (
    CanonicalError,
    DocumentError,
    RecordError,
    RecordSizeError,
)
from register.members import (
    format_instant,
    parse_day,
    parse_instant,
    read_id,
    read_integer,
    read_optional_id,
    read_status_ref,
    read_string,
    read_text,
)
from register.officer import OfficerFacts, read_officer

MAX_RECORD_BYTES: Final = 1024 * 1024
"""Two photographs at their limit (`templates.images`) and the words of a hundred
pages; a verifier reads no more."""

_SALT_BYTES: Final = 16
_MAX_NUMBER_CHARS: Final = 64
_MAX_VERSION: Final = 2**31 - 1
_MAX_HOST_CHARS: Final = 255
_HOST = re.compile(r"[A-Z0-9](?:[A-Z0-9.-]*[A-Z0-9])?(?::[0-9]{1,5})?")
_BASE_URL = re.compile(r"(?i:(https?))://([!-~]+?)/?")
_NUMBER = re.compile(r"[^๐-๙]+")
_MEMBERS: Final = frozenset(
    {
        "v",
        "id",
        "type",
        "type_version",
        "number",
        "agency",
        "issued_at",
        "issued_on",
        "valid_from",
        "valid_until",
        "data",
        "legal_basis",
        "status",
        "verify_url",
        "supersedes",
        "salt",
    }
)
_OPTIONAL: Final = frozenset({"officer"})


@dataclass(frozen=True, kw_only=True)
class RecordFacts:
    """The facts of a record that programs compare and show, as typed values."""

    id: DocumentId
    type_id: str
    type_version: int
    number: DocumentNumber
    agency_id: AgencyId
    agency_name: Text
    issued_at: datetime
    issued_on: date
    valid_from: date
    valid_until: date | None
    data: Mapping[str, Any]
    legal_basis: Text
    status_ref: StatusRef
    verify_url: str
    supersedes: DocumentId | None
    record_sha256: bytes
    officer: OfficerFacts | None = None
    """Who signs before the seal; None where nobody does."""


def document_url(base_url: str, document_id: DocumentId) -> str:
    """Return the address that the QR code of a document opens, in upper case.

    Args:
        base_url: scheme and host of the verifier, such as `TRA_VERIFY_URL`.
        document_id: the document.

    Raises:
        RecordError: the address has a path, another scheme or a host that the
            alphanumeric set of QR codes cannot hold.
    """
    match = _BASE_URL.fullmatch(base_url)
    if match is None:
        raise RecordError("the verify address is http(s)://HOST without a path")
    scheme, host = (part.upper() for part in match.groups())
    if not is_host(host):
        raise RecordError("the host of the verify address does not fit a QR code")
    return f"{scheme}://{host}/V/{document_id}"


def is_host(text: str) -> bool:
    """Tell whether a text is an upper-case host, with a port or without."""
    return len(text) <= _MAX_HOST_CHARS and _HOST.fullmatch(text) is not None


def build_record(
    document: Document,
    *,
    agency_name: Text,
    legal_basis: Text,
    verify_url: str,
    officer: OfficerFacts | None = None,
) -> bytes:
    """Return the canonical bytes of a document's record.

    Args:
        document: the reserved document.
        agency_name: name of the issuing agency.
        legal_basis: the law that empowers it.
        verify_url: what `document_url` returns for this document.
        officer: who is to sign it, where the type asks for an officer.

    Raises:
        RecordError: a fact does not fit the format.
        RecordSizeError: all of them together do not.
    """
    try:
        members = _members(document, agency_name, legal_basis, verify_url)
        if officer is not None:
            members["officer"] = officer.to_json()
        data = encode_json(members)
    except (CanonicalError, DocumentError) as error:
        raise RecordError(f"the record cannot be built: {error}") from error
    if len(data) > MAX_RECORD_BYTES:
        raise RecordSizeError(
            f"the record takes {len(data)} bytes; at most {MAX_RECORD_BYTES} are read"
        )
    parse_record(data)
    return data


def parse_record(data: bytes) -> dict[str, Any]:
    """Return the members of a record after checking every rule of its page.

    Raises:
        RecordError: not canonical, not complete, or a member has another form.
    """
    return _checked(data)[0]


def read_facts(data: bytes) -> RecordFacts:
    """Return the typed facts of a record after checking every rule of its page.

    Raises:
        RecordError: not canonical, not complete, or a member has another form.
    """
    return _checked(data)[1]


def record_digest(data: bytes) -> bytes:
    """Return the SHA-256 of a record's canonical bytes."""
    return hashlib.sha256(data).digest()


def check_number(number: object) -> None:
    """Check a document number: visible text with ASCII digits.

    Raises:
        DocumentError: too long, with Thai digits, or no visible text.
    """
    text = read_string(number, name="number", limit=_MAX_NUMBER_CHARS)
    if _NUMBER.fullmatch(text) is None:
        raise DocumentError("number is written with the digits 0-9")


def _members(
    document: Document, agency_name: Text, legal_basis: Text, verify_url: str
) -> dict[str, Any]:
    until = document.valid_until
    return {
        "v": 1,
        "id": document.id,
        "type": document.type_id,
        "type_version": document.type_version,
        "number": document.number,
        "agency": {"id": document.agency_id, "name": agency_name.to_json()},
        "issued_at": format_instant(document.reserved_at),
        "issued_on": document.issued_on.isoformat(),
        "valid_from": document.valid_from.isoformat(),
        "valid_until": None if until is None else until.isoformat(),
        "data": dict(document.data),
        "legal_basis": legal_basis.to_json(),
        "status": document.status_ref.to_json(),
        "verify_url": verify_url,
        "supersedes": document.supersedes,
        "salt": encode_base64url(document.salt),
    }


def _checked(data: bytes) -> tuple[dict[str, Any], RecordFacts]:
    try:
        record = decode_canonical_json(data, limit=MAX_RECORD_BYTES)
        return record, _facts(record, record_digest(data))
    except (CanonicalError, DocumentError) as error:
        raise RecordError(f"the record: {error}") from error


def _facts(record: Mapping[str, Any], digest: bytes) -> RecordFacts:
    if record.keys() - _OPTIONAL != _MEMBERS:
        odd = ", ".join(sorted(_MEMBERS ^ (record.keys() - _OPTIONAL)))
        raise DocumentError(f"members missing or unknown: {odd}")
    read_integer(record["v"], name="v", least=1, most=1)
    agency = record["agency"]
    if not isinstance(agency, dict) or agency.keys() != {"id", "name"}:
        raise DocumentError("agency has exactly the members id and name")
    check_type_id(read_string(record["type"], name="type"))
    check_number(record["number"])
    _check_data(record["data"])
    _check_salt(record["salt"])
    until = record["valid_until"]
    facts = RecordFacts(
        id=read_id(record["id"], name="id"),
        type_id=record["type"],
        type_version=read_integer(
            record["type_version"], name="type_version", least=1, most=_MAX_VERSION
        ),
        number=DocumentNumber(record["number"]),
        agency_id=parse_agency_id(read_string(agency["id"], name="agency.id")),
        agency_name=read_text(agency["name"], name="agency.name"),
        issued_at=parse_instant(record["issued_at"], name="issued_at"),
        issued_on=parse_day(record["issued_on"], name="issued_on"),
        valid_from=parse_day(record["valid_from"], name="valid_from"),
        valid_until=None if until is None else parse_day(until, name="valid_until"),
        data=record["data"],
        legal_basis=read_text(record["legal_basis"], name="legal_basis"),
        status_ref=read_status_ref(record["status"], name="status"),
        verify_url=read_string(record["verify_url"], name="verify_url"),
        supersedes=read_optional_id(record["supersedes"], name="supersedes"),
        record_sha256=digest,
        officer=read_officer(record["officer"]) if "officer" in record else None,
    )
    _check_agreement(facts)
    return facts


def _check_agreement(facts: RecordFacts) -> None:
    """Check what one member says of another."""
    if facts.issued_on != bangkok_date(facts.issued_at):
        raise DocumentError("issued_on is not the day of issued_at in Asia/Bangkok")
    if facts.valid_until is not None and facts.valid_until < facts.valid_from:
        raise DocumentError("valid_until lies before valid_from")
    if facts.supersedes == facts.id:
        raise DocumentError("a document cannot supersede itself")
    scheme, _, rest = facts.verify_url.partition("://")
    host, _, path = rest.partition("/")
    if scheme not in ("HTTPS", "HTTP") or not is_host(host):
        raise DocumentError("verify_url is HTTPS://HOST/V/ and the id, in upper case")
    if path != f"V/{facts.id}":
        raise DocumentError("verify_url does not end in /V/ and the id")


def _check_data(value: object) -> None:
    if not isinstance(value, dict):
        raise DocumentError("data is an object")
    level: list[object] = [value]
    while level:
        item = level.pop()
        if isinstance(item, str) and not unicodedata.is_normalized("NFC", item):
            raise DocumentError("data holds a string that is not in NFC")
        if isinstance(item, dict):
            level.extend(item.keys())
            level.extend(item.values())
        elif isinstance(item, list):
            level.extend(item)


def _check_salt(value: object) -> None:
    salt = decode_base64url(read_string(value, name="salt"))
    if len(salt) != _SALT_BYTES:
        raise DocumentError(f"the salt has {_SALT_BYTES} bytes, not {len(salt)}")
