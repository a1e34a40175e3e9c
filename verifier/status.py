# SPDX-License-Identifier: Apache-2.0
"""What the register says of a document today, from its signed publication.

The status is the worse of the status list and the public record. A list that
is stale, forged or out of reach leaves a document unchecked, never "invalid";
but what is certain (revoked, expired) is said even then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from register.document import (
    Status,
    StatusRef,
    bangkok_date,
    worse_status,
)
from register.members import format_instant
from register.public_record import PublicRecord, mask_holder
from register.trust_list import Agency, TrustList, TypeEntry
from verifier.claims import SignedClaim, describe_document
from verifier.errors import CheckError
from verifier.notes import claim_confirmed
from verifier.reasons import CheckId, Reason
from verifier.report import Findings
from verifier.trust import Publication

_REASONS = {
    Status.SUSPENDED: Reason.SUSPENDED,
    Status.REVOKED: Reason.REVOKED,
    Status.SUPERSEDED: Reason.SUPERSEDED,
}


@dataclass(frozen=True, kw_only=True)
class StatusNow:
    """Status of a document, when that was said, and what could not be had."""

    value: Status
    as_of: datetime | None
    record: PublicRecord | None
    gap: CheckError | None
    fresh_until: datetime | None = None
    """When the status list expires that said so."""

    def check_in_force(self) -> None:
        """Check that the document is neither withdrawn nor of unknown status.

        Raises:
            CheckError: suspended, revoked or superseded.
            CheckError: the status list cannot be relied on.
        """
        if self.value is not Status.VALID:
            raise CheckError(_REASONS[self.value], f"status is {self.value.value}")
        if self.gap is not None:
            raise self.gap

    def to_json(self) -> Mapping[str, object]:
        """Return the wire form."""
        since = None if self.record is None else self.record.status_since
        known = self.gap is None or self.value is not Status.VALID
        return {
            "value": self.value.value if known else None,
            "as_of": None if self.as_of is None else format_instant(self.as_of),
            "fresh_until": None
            if self.fresh_until is None
            else format_instant(self.fresh_until),
            "since": None if since is None else format_instant(since),
            "successor": None if self.record is None else self.record.successor,
        }


def judge_standing(
    findings: Findings,
    publication: Publication,
    *,
    trust: TrustList,
    signed: SignedClaim,
    entry: TypeEntry,
    proven: bool = True,
) -> PublicRecord | None:
    """Ask the register about a document that its claim proves genuine.

    Records the checks REGISTER, STATUS and DATES, tells the facts, and returns
    the public record if there is one. Where the claim alone is not `proven`,
    nothing it says is told or judged without a record.
    """
    log, claim = findings.log, signed.claim
    record: PublicRecord | None = None
    with log.check(CheckId.REGISTER):
        record = _read_record(publication, trust, signed, proven=proven)
        check_register_agrees(record, signed, entry)
    theft = signed.period.compromised_from
    if record is None and not proven:
        return None
    if theft is not None and not proven and log.has_passed(CheckId.REGISTER):
        findings.notes.append(claim_confirmed(theft))
    with log.check(CheckId.STATUS):
        status = read_status(
            publication,
            agency=signed.agency,
            reference=claim.status_ref,
            record=record,
            now=findings.now,
        )
        findings.status = status.to_json()
        status.check_in_force()
    with log.check(CheckId.DATES):
        check_dates(claim.valid_from, claim.valid_until, findings.now)
    findings.document = describe_document(signed, entry, record)
    return record


def _read_record(
    publication: Publication, trust: TrustList, signed: SignedClaim, *, proven: bool
) -> PublicRecord:
    try:
        return publication.public_record(signed.document_id, trust)
    except CheckError as error:
        if proven or error.reason is not Reason.NOT_REGISTERED:
            raise
        raise CheckError(Reason.CLAIM_UNCONFIRMED, error.detail) from error


def read_status(
    publication: Publication,
    *,
    agency: Agency,
    reference: StatusRef,
    record: PublicRecord | None,
    now: datetime,
) -> StatusNow:
    """Return the status of a document as list and public record tell it."""
    said = Status.VALID if record is None else record.status
    try:
        listed = publication.status_list(reference.list, agency, now)
    except CheckError as error:
        as_of = None if record is None else record.iat
        return StatusNow(value=said, as_of=as_of, record=record, gap=error)
    value = worse_status(said, listed.status(reference.index))
    return StatusNow(
        value=value,
        as_of=listed.iat,
        record=record,
        gap=None,
        fresh_until=listed.exp,
    )


def check_dates(valid_from: date, valid_until: date | None, now: datetime) -> None:
    """Check that today, in Asia/Bangkok, lies within the days of validity.

    The last day is valid to its end.

    Raises:
        CheckError: NOT_YET_VALID or EXPIRED.
    """
    today = bangkok_date(now)
    if valid_until is not None and today > valid_until:
        raise CheckError(Reason.EXPIRED, f"valid until {valid_until}, today {today}")
    if today < valid_from:
        raise CheckError(Reason.NOT_YET_VALID, f"valid from {valid_from}")


def check_register_agrees(
    record: PublicRecord, signed: SignedClaim, entry: TypeEntry
) -> None:
    """Check that the register says of this document what its claim says.

    Raises:
        CheckError: REGISTER_MISMATCH, naming the facts that differ.
    """
    claim = signed.claim
    pairs = {
        "id": (record.id, signed.document_id),
        "agency": (record.agency_id, claim.agency_id),
        "type": (record.type_id, entry.id),
        "number": (record.number, claim.number),
        "issued_on": (record.issued_on, claim.issued_on),
        "valid_from": (record.valid_from, claim.valid_from),
        "valid_until": (record.valid_until, claim.valid_until),
        "record_sha256": (record.record_sha256, claim.record_sha256),
        "status_list": (record.status_ref, claim.status_ref),
    }
    differing = [name for name, (one, other) in pairs.items() if one != other]
    if record.holder not in (claim.holder, mask_holder(claim.holder)):
        differing.append("holder")
    if differing:
        raise CheckError(
            Reason.REGISTER_MISMATCH, f"the register differs in {', '.join(differing)}"
        )
