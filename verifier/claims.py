# SPDX-License-Identifier: Apache-2.0
"""Judges a claim against the trust list: who signed it, and whether they may.

Used for the claim attached to a PDF and for the one in a QR code alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from register.claim import Claim, read_claim, verify_claim
from register.document import DocumentId, bangkok_date
from register.errors import ClaimError, ClaimSignatureError
from register.public_record import PublicRecord
from register.trust_list import Agency, Period, TrustList, TypeEntry
from verifier.errors import CheckError
from verifier.reasons import Reason


@dataclass(frozen=True, kw_only=True)
class SignedClaim:
    """A claim whose signature is good, and the agency whose key made it."""

    document_id: DocumentId
    claim: Claim
    agency: Agency
    period: Period

    def is_proven_at(self, moment: datetime | None) -> bool:
        """Tell whether the claim speaks for itself; None if nothing proves its time.

        Whoever has a stolen key writes the day into a claim that he likes.
        """
        theft = self.period.compromised_from
        return theft is None or (moment is not None and moment < theft)


def open_claim(
    data: bytes, *, document_id: DocumentId, trust: TrustList
) -> SignedClaim:
    """Return the claim that a listed claim key has signed for this document.

    Raises:
        CheckError: malformed, by no listed key, or not good for this document.
    """
    try:
        kid = read_claim(data).kid
    except ClaimError as error:
        raise CheckError(Reason.CLAIM_INVALID, str(error)) from error
    candidates = trust.claim_keys_for(kid)
    if not candidates:
        raise CheckError(Reason.CLAIM_KEY_UNKNOWN, f"no listed key has kid {kid.hex()}")
    for agency, entry in candidates:
        try:
            claim = verify_claim(data, document_id=document_id, keys=[entry.key])
        except ClaimSignatureError:
            continue
        return SignedClaim(
            document_id=document_id, claim=claim, agency=agency, period=entry.period
        )
    raise CheckError(
        Reason.CLAIM_SIGNATURE, f"not signed for {document_id} by key {kid.hex()}"
    )


def check_claim_issuer(signed: SignedClaim) -> None:
    """Check that the key is of the agency that the claim names.

    Raises:
        CheckError: AGENCY_MISMATCH.
    """
    if signed.claim.agency_id != signed.agency.id:
        raise CheckError(
            Reason.AGENCY_MISMATCH,
            f"claim of {signed.claim.agency_id}, key of {signed.agency.id}",
        )


def find_type(agency: Agency, code: str) -> TypeEntry:
    """Return the type that an agency may issue under this code.

    Raises:
        CheckError: TYPE_NOT_PERMITTED.
    """
    entry = agency.type_by_code(code)
    if entry is None:
        raise CheckError(
            Reason.TYPE_NOT_PERMITTED, f"{agency.id} may not issue type {code}"
        )
    return entry


def find_type_of_record(agency: Agency, record: PublicRecord) -> TypeEntry:
    """Return the type of a public record, if the agency may issue it.

    Raises:
        CheckError: TYPE_NOT_PERMITTED.
    """
    entry = agency.type_by_id(record.type_id)
    if entry is None:
        raise CheckError(
            Reason.TYPE_NOT_PERMITTED,
            f"{agency.id} may not issue type {record.type_id}",
        )
    return entry


def check_period(period: Period, at: datetime) -> None:
    """Check that a key counted at a moment.

    Raises:
        CheckError: KEY_COMPROMISED or KEY_NOT_IN_USE.
    """
    if period.compromised_from is not None and at >= period.compromised_from:
        raise CheckError(
            Reason.KEY_COMPROMISED, f"compromised from {period.compromised_from}"
        )
    if not period.covers(at):
        raise CheckError(
            Reason.KEY_NOT_IN_USE,
            f"used at {at}, in use {period.not_before} to {period.not_after}",
        )


def check_period_of_claim(period: Period, at: datetime) -> None:
    """Check that a claim key was in use at a moment; a theft is another matter.

    Raises:
        CheckError: KEY_NOT_IN_USE.
    """
    check_period(replace(period, compromised_from=None), at)


def check_period_of_day(period: Period, day: date) -> None:
    """Check that a claim key was in use on a day in Asia/Bangkok (claim.md, Trust).

    A claim tells no more than its day.

    Raises:
        CheckError: KEY_NOT_IN_USE.
    """
    first, last = (
        None if moment is None else bangkok_date(moment)
        for moment in (period.not_before, period.not_after)
    )
    if (first is not None and day < first) or (last is not None and day > last):
        raise CheckError(
            Reason.KEY_NOT_IN_USE, f"issued on {day}, in use {first} to {last}"
        )


def describe_document(
    signed: SignedClaim, entry: TypeEntry, record: PublicRecord | None
) -> Mapping[str, object]:
    """Return the facts that a person compares with the paper."""
    claim, agency = signed.claim, signed.agency
    until = claim.valid_until
    return {
        "id": signed.document_id,
        "type": entry.id,
        "type_name": entry.name.to_json(),
        "number": claim.number,
        "holder": claim.holder,
        "agency": {
            "id": agency.id,
            "name": agency.name.to_json(),
            "domain": agency.domain,
        },
        "issued_on": claim.issued_on.isoformat(),
        "valid_from": claim.valid_from.isoformat(),
        "valid_until": None if until is None else until.isoformat(),
        "record_sha256": claim.record_sha256.hex(),
        "supersedes": None if record is None else record.supersedes,
        "successor": None if record is None else record.successor,
        "fields": describe_fields(record),
    }


def describe_fields(record: PublicRecord | None) -> list[Mapping[str, object]]:
    """Return the fields that the type makes public, as the page shows them."""
    if record is None:
        return []
    return [
        {"name": field.name, "label": field.label.to_json(), "value": field.value}
        for field in record.fields
    ]
