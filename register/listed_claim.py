# SPDX-License-Identifier: Apache-2.0
"""A claim checked against a trust list: whose it is, and whether he may say so.

The one place where a key's agency, types and dates are held against a claim,
for QR codes and PDFs alike. Status and dates of the document are not looked at.
"""

from dataclasses import dataclass
from datetime import date, datetime

from register.claim import Claim, read_claim, verify_claim
from register.document import DocumentId, bangkok_date
from register.errors import ClaimIssuerError, ClaimSignatureError
from register.trust_entries import Agency, ClaimKey, Period, TrustList, TypeEntry


@dataclass(frozen=True, kw_only=True)
class ListedClaim:
    """A claim that a key of the trust list has signed, with its issuer."""

    claim: Claim
    agency: Agency
    type_entry: TypeEntry
    key: ClaimKey

    @property
    def needs_public_record(self) -> bool:
        """Whether a public record of the same digest must confirm the claim.

        A claim has no trusted time: whoever stole its key can date it before
        the theft.
        """
        return self.key.period.compromised_from is not None


def verify_listed_claim(
    data: bytes, *, document_id: DocumentId, trust: TrustList
) -> ListedClaim:
    """Return a claim with the agency and type for which its key may speak.

    1. Find every listed key that the claim's kid may mean.
    2. Check the signature with each of them.
    3. Check that the key's agency is the one that the claim names.
    4. Check that the agency may issue the type.
    5. Check that the key counted on the day of issue.

    Raises:
        ClaimError: not the one byte string of a claim.
        ClaimSignatureError: no listed key signed it for this document.
        ClaimIssuerError: the key that signed it may not say this.
    """
    candidates = trust.claim_keys_for(read_claim(data).kid)  # 1
    claim, agency, key = _signed_by(candidates, data, document_id)  # 2
    if claim.agency_id != agency.id:  # 3
        raise ClaimIssuerError(
            f"a key of {agency.id} signed a claim that names {claim.agency_id}"
        )
    type_entry = agency.type_by_code(claim.type_code)  # 4
    if type_entry is None:
        raise ClaimIssuerError(f"{agency.id} may not issue type {claim.type_code}")
    _check_day(key.period, claim.issued_on)  # 5
    return ListedClaim(claim=claim, agency=agency, type_entry=type_entry, key=key)


def _signed_by(
    candidates: tuple[tuple[Agency, ClaimKey], ...],
    data: bytes,
    document_id: DocumentId,
) -> tuple[Claim, Agency, ClaimKey]:
    for agency, entry in candidates:
        try:
            claim = verify_claim(data, document_id=document_id, keys=[entry.key])
        except ClaimSignatureError:
            continue
        return claim, agency, entry
    raise ClaimSignatureError(f"no listed key has signed the claim of {document_id}")


def _check_day(period: Period, issued_on: date) -> None:
    """Compare days in Asia/Bangkok, since a claim names no hour."""
    first, last = _day(period.not_before), _day(period.not_after)
    theft = _day(period.compromised_from)
    if (first and issued_on < first) or (last and issued_on > last):
        raise ClaimIssuerError(f"the claim key did not count on {issued_on}")
    if theft and issued_on > theft:
        raise ClaimIssuerError(f"the claim key was compromised before {issued_on}")


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else bangkok_date(moment)
