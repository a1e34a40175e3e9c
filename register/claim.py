# SPDX-License-Identifier: Apache-2.0
"""The claim: the signed extract of a record that the QR carries (claim.md).

One claim has one byte string: whatever does not encode to itself again is
refused. The signature covers the document id, so a claim moved under another
id does not verify. Nothing here looks at trust, dates or status.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from register.canonical import decode_cbor, encode_cbor
from register.digits import decode_digits, encode_digits
from register.document import (
    AgencyId,
    DocumentId,
    DocumentNumber,
    StatusRef,
    document_id_bytes,
    parse_agency_id,
    parse_document_id,
)
from register.envelope import Cose1, SignRaw, check_cose1, read_cose1, sign_cose1
from register.errors import (
    CanonicalError,
    ClaimError,
    ClaimSignatureError,
    DocumentError,
    EnvelopeError,
)
from register.members import check_text
from register.record import RecordFacts

MAX_CLAIM_BYTES: Final = 512
KID_BYTES: Final = 4

_AAD: Final = b"TH-LIC-QR-1"
_ELEMENTS: Final = 8
_DIGEST_BYTES: Final = 32
_MAX_URL_CHARS: Final = 2048
_EPOCH: Final = date(1970, 1, 1)
_LAST_DAY: Final = (date.max - _EPOCH).days
TYPE_CODE = re.compile(r"[A-Z0-9]{1,4}")
# TIS-620 with ASCII: what every windows-874 decoder reads in the same way.
_WINDOWS_874 = re.compile(r"[\x20-\x7E\u0E01-\u0E3A\u0E3F-\u0E5B]+")
_THAI_OFFSET: Final = 0x0E00 - 0xA0
_QR_TEXT = re.compile(
    r"(?i:https?)://([A-Za-z0-9.:-]{1,255})/[Vv]/([A-Za-z2-7]{26})(?:#([0-9]*))?"
)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a claim says of a document."""

    type_code: str
    number: DocumentNumber
    holder: str
    issued_on: date
    valid_from: date
    valid_until: date | None
    """The last day of validity; null means no expiry."""
    agency_id: AgencyId
    record_sha256: bytes
    status_ref: StatusRef


@dataclass(frozen=True, kw_only=True)
class UnverifiedClaim:
    """A well-formed claim whose signature nobody has checked yet."""

    kid: bytes
    """The first 4 bytes of SHA-256 over the claim certificate: a hint."""
    claim: Claim


def claim_kid(certificate_der: bytes) -> bytes:
    """Return the key identifier of a claim certificate."""
    return hashlib.sha256(certificate_der).digest()[:KID_BYTES]


def claim_from_facts(facts: RecordFacts, *, type_code: str, holder: str) -> Claim:
    """Return the claim that says the same as a record.

    Args:
        facts: what the record says.
        type_code: code of its document type in the trust list.
        holder: holder's name as the type takes it from the record's data.
    """
    return Claim(
        type_code=type_code,
        number=facts.number,
        holder=holder,
        issued_on=facts.issued_on,
        valid_from=facts.valid_from,
        valid_until=facts.valid_until,
        agency_id=facts.agency_id,
        record_sha256=facts.record_sha256,
        status_ref=facts.status_ref,
    )


def build_claim(
    claim: Claim, *, document_id: DocumentId, kid: bytes, sign: SignRaw
) -> bytes:
    """Return the signed bytes of a claim for one document.

    Raises:
        ClaimError: a fact does not fit the format, or all of them are too long.
    """
    if len(kid) != KID_BYTES:
        raise ClaimError(f"the kid of a claim has {KID_BYTES} bytes, not {len(kid)}")
    try:
        payload = encode_cbor(_elements(claim))
        data = sign_cose1(
            payload, kid=kid, sign=sign, external_aad=_external_aad(document_id)
        )
    except (DocumentError, EnvelopeError) as error:
        raise ClaimError(f"the claim cannot be built: {error}") from error
    if len(data) > MAX_CLAIM_BYTES:
        raise ClaimError(
            f"the claim takes {len(data)} bytes; at most {MAX_CLAIM_BYTES} fit the "
            "QR code: shorten number or holder's name"
        )
    read_claim(data)
    return data


def read_claim(data: bytes) -> UnverifiedClaim:
    """Return what a claim says, by strict decoding and without its signature.

    Raises:
        ClaimError: not the one byte string of a claim.
    """
    message, claim = _decode(data)
    return UnverifiedClaim(kid=message.kid, claim=claim)


def verify_claim(
    data: bytes, *, document_id: DocumentId, keys: Sequence[EllipticCurvePublicKey]
) -> Claim:
    """Return the claim that one of these keys has signed for this document.

    Raises:
        ClaimError: not the one byte string of a claim.
        ClaimSignatureError: none of the keys signed it for this id.
    """
    message, claim = _decode(data)
    try:
        check_cose1(message, keys=keys, external_aad=_external_aad(document_id))
    except (DocumentError, EnvelopeError) as error:
        raise ClaimSignatureError(
            f"the claim for {document_id} is not signed by a known key"
        ) from error
    return claim


def check_claim_agrees(claim: Claim, facts: RecordFacts) -> None:
    """Check that a claim says nothing else than the record beside it.

    Type code and holder are left to the caller: they need the document type.

    Raises:
        ClaimError: they differ, in the facts that the message names.
    """
    expected = claim_from_facts(facts, type_code=claim.type_code, holder=claim.holder)
    differing = [
        name for name, value in vars(expected).items() if vars(claim)[name] != value
    ]
    if differing:
        raise ClaimError(f"claim and record differ in {', '.join(differing)}")


def qr_segments(verify_url: str, claim: bytes) -> tuple[str, str, str]:
    """Return the alphanumeric, byte and numeric segments of a QR code.

    Args:
        verify_url: the record's `verify_url`, such as `HTTPS://HOST/V/ID`.
        claim: the signed claim.

    Raises:
        ClaimError: the address is not of that form.
    """
    if not _QR_TEXT.fullmatch(f"{verify_url}#") or verify_url != verify_url.upper():
        raise ClaimError("a QR code needs the address HTTPS://HOST/V/ID in upper case")
    return verify_url, "#", encode_digits(claim)


def qr_text(verify_url: str, claim: bytes) -> str:
    """Return the whole text of a QR code: address, `#` and digits.

    Raises:
        ClaimError: the address is not of the form `HTTPS://HOST/V/ID`.
    """
    return "".join(qr_segments(verify_url, claim))


def parse_qr_text(text: str) -> tuple[str, DocumentId, bytes | None]:
    """Return host (lower case), document id and claim of a scanned QR code.

    The claim is None where the text has no fragment or an empty one. A browser
    may have changed the case of scheme and host.

    Raises:
        ClaimError: not the address of a document, or digits that are no bytes.
    """
    if len(text) > _MAX_URL_CHARS:
        raise ClaimError(f"an address of more than {_MAX_URL_CHARS} characters")
    match = _QR_TEXT.fullmatch(text)
    if match is None:
        raise ClaimError("not an address https://HOST/V/ID#digits")
    host, id_text, digits = match.groups()
    try:
        document_id = parse_document_id(id_text)
    except DocumentError as error:
        raise ClaimError(f"the address holds no document id: {error}") from error
    return host.lower(), document_id, decode_digits(digits) if digits else None


def _external_aad(document_id: DocumentId) -> bytes:
    return _AAD + document_id_bytes(document_id)


def _elements(claim: Claim) -> list[object]:
    issued, start = _day_number(claim.issued_on), _day_number(claim.valid_from)
    until = claim.valid_until
    return [
        claim.type_code,
        _encode_text(claim.number, name="number"),
        _encode_text(claim.holder, name="holder"),
        issued if issued == start else [issued, start],
        None if until is None else _day_number(until),
        claim.agency_id,
        claim.record_sha256,
        claim.status_ref.packed,
    ]


def _decode(data: bytes) -> tuple[Cose1, Claim]:
    try:
        message = read_cose1(data, limit=MAX_CLAIM_BYTES)
        if len(message.kid) != KID_BYTES:
            raise ClaimError(f"the kid of a claim has {KID_BYTES} bytes")
        elements = decode_cbor(message.payload, limit=MAX_CLAIM_BYTES)
        return message, _claim_of(elements)
    except (CanonicalError, DocumentError, EnvelopeError) as error:
        raise ClaimError(f"not a claim: {error}") from error


def _claim_of(elements: Any) -> Claim:  # noqa: ANN401 - any CBOR value
    if type(elements) is not list or len(elements) != _ELEMENTS:
        raise ClaimError(f"the payload of a claim is an array of {_ELEMENTS} elements")
    code, number, holder, days, until, agency, digest, status = elements
    if type(code) is not str or TYPE_CODE.fullmatch(code) is None:
        raise ClaimError("a type code has 1 to 4 characters out of A-Z and 0-9")
    if type(agency) is not str or type(status) is not int:
        raise ClaimError("the agency id is text and the status an integer")
    if type(digest) is not bytes or len(digest) != _DIGEST_BYTES:
        raise ClaimError(f"the record digest has {_DIGEST_BYTES} bytes")
    issued_on, valid_from = _read_days(days)
    valid_until = None if until is None else _read_day(until)
    if valid_until is not None and valid_until < valid_from:
        raise ClaimError("the last day of validity lies before the first")
    return Claim(
        type_code=code,
        number=DocumentNumber(_read_text(number, name="number")),
        holder=_read_text(holder, name="holder"),
        issued_on=issued_on,
        valid_from=valid_from,
        valid_until=valid_until,
        agency_id=parse_agency_id(agency),
        record_sha256=digest,
        status_ref=StatusRef.from_packed(status),
    )


def _read_days(days: object) -> tuple[date, date]:
    if type(days) is not list:
        day = _read_day(days)
        return day, day
    try:
        issued_on, valid_from = map(_read_day, days)
    except ValueError as error:
        raise ClaimError("days are one integer or two") from error
    if issued_on == valid_from:
        raise ClaimError("two days are given only where they differ")
    return issued_on, valid_from


def _read_day(value: object) -> date:
    if type(value) is not int or not 0 <= value <= _LAST_DAY:
        raise ClaimError(f"a day is an integer from 0 to {_LAST_DAY}")
    return _EPOCH + timedelta(days=value)


def _day_number(day: date) -> int:
    return (day - _EPOCH).days


def _encode_text(text: str, *, name: str) -> bytes | str:
    check_text(text, name=name)
    if _WINDOWS_874.fullmatch(text) is None:
        return text
    return bytes(
        ord(char) if char.isascii() else ord(char) - _THAI_OFFSET for char in text
    )


def _read_text(value: object, *, name: str) -> str:
    if type(value) is bytes:
        text = "".join(
            chr(byte) if byte < 0x80 else chr(byte + _THAI_OFFSET)  # noqa: PLR2004 - end of ASCII
            for byte in value
        )
    elif type(value) is str:
        text = value
    else:
        raise ClaimError(f"{name} is neither bytes nor text")
    if _encode_text(text, name=name) != value:
        raise ClaimError(f"{name} is not in its one encoding")
    return text
