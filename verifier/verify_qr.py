# SPDX-License-Identifier: Apache-2.0
"""The use case "is this QR code genuine, and in force": one address, one report.

Answers as the page does that the address opens. The claim is judged by the
trust list alone; the host in the address is told as a fact and never trusted,
and nothing is ever fetched from it.
"""

import logging
import re
from dataclasses import replace
from datetime import datetime

from register.claim import parse_qr_text
from register.document import DocumentId
from register.errors import ClaimError
from register.trust_list import TrustList, TypeEntry
from verifier.claims import (
    SignedClaim,
    check_claim_issuer,
    check_period_of_day,
    find_type,
    open_claim,
)
from verifier.errors import CheckError
from verifier.reasons import Basis, CheckId, Reason
from verifier.report import Findings, Report
from verifier.status import judge_standing
from verifier.trust import Publication
from verifier.verify_id import verify_id

_OUR_ADDRESS = re.compile(r"https?://[^/\s?#]+/v/[a-z2-7]{26}", re.IGNORECASE)

MAX_QR_CHARS = 2_000
"""Characters of an address: a claim of 512 bytes takes about 1,300 digits."""

_logger = logging.getLogger(__name__)


def verify_qr(
    url: str, *, publication: Publication, now: datetime, host: str = ""
) -> Report:
    """Verify what a scanned QR code says, and say which outcome holds.

    1. Read the address; `host` is the one this service prints, for comparison.
       Without a claim, answer what the register says of the id, as the page does.
    2. Read the trust list; find whose key signed the claim for this id.
    3. The agency may issue this type.
    4. Ask the register: public record, status, dates.
    5. Decide.
    """
    findings = Findings(basis=Basis.CLAIM, now=now)
    # 1. Read the address.
    read: tuple[str, DocumentId, bytes | None] | None = None
    with findings.log.check(CheckId.QR):
        read = _read_address(url)
    if read is None:
        return findings.finish()
    found_host, document_id, claim = read
    findings.qr = {
        "host": found_host,
        "expected_host": host or None,
        "host_matches": not host or found_host == host,
        "id": document_id,
    }
    if claim is None:
        report = verify_id(document_id, publication=publication, now=now)
        return replace(report, qr=findings.qr)
    try:
        _verify(claim, document_id, publication, findings)
    except Exception as error:
        _logger.exception("a QR code could not be verified")
        findings.log.record(
            CheckId.QR, CheckError(Reason.PROCESSING_ERROR, type(error).__name__)
        )
    return findings.finish()


def _verify(
    claim: bytes, document_id: DocumentId, publication: Publication, findings: Findings
) -> None:
    log = findings.log
    # 2. Trust list and claim.
    trust = publication.judge_trust_list(findings)
    if trust is None:
        return
    signed: SignedClaim | None = None
    with log.check(CheckId.CLAIM):
        signed = _open_claim(claim, document_id, trust)
    if signed is None:
        return
    # 3. Type.
    entry: TypeEntry | None = None
    with log.check(CheckId.TYPE):
        entry = find_type(signed.agency, signed.claim.type_code)
    if entry is None or not log.has_passed(CheckId.CLAIM):
        return
    # 4. Register. A stolen key can date its claims back; only the register can
    # tell which are true.
    judge_standing(
        findings,
        publication,
        trust=trust,
        signed=signed,
        entry=entry,
        proven=signed.is_proven_at(None),
    )


def _read_address(url: str) -> tuple[str, DocumentId, bytes | None]:
    if len(url) > MAX_QR_CHARS:
        raise CheckError(Reason.QR_UNREADABLE, f"more than {MAX_QR_CHARS} characters")
    text = url.strip()
    try:
        return parse_qr_text(text)
    except ClaimError as error:
        # Digits that are no bytes were damaged or forged; any other address is
        # the code of something else.
        ours = _OUR_ADDRESS.fullmatch(text.partition("#")[0]) is not None
        reason = Reason.QR_UNREADABLE if ours else Reason.QR_FOREIGN
        raise CheckError(reason, str(error)) from error


def _open_claim(claim: bytes, document_id: DocumentId, trust: TrustList) -> SignedClaim:
    signed = open_claim(claim, document_id=document_id, trust=trust)
    check_claim_issuer(signed)
    check_period_of_day(signed.period, signed.claim.issued_on)
    return signed
