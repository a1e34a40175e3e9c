# SPDX-License-Identifier: Apache-2.0
"""The use case "is this PDF genuine, and in force": one file in, one report out.

Promises a report for any bytes whatever, and never an exception. Integrity is
decided before trust and without it; what could not be checked is said to be
unchecked, never invalid and never genuine.
"""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime

from register.claim import check_claim_agrees
from register.errors import ClaimError, RecordError
from register.record import RecordFacts, read_facts
from register.trust_list import TrustList, TypeEntry
from verifier.archive_data import complete_file
from verifier.claims import (
    SignedClaim,
    check_claim_issuer,
    check_period_of_claim,
    check_period_of_day,
    find_type,
    open_claim,
)
from verifier.errors import CheckError
from verifier.integrity import judge_integrity
from verifier.issued_file import check_issued_bytes
from verifier.limits import Limits
from verifier.officer import Asked, judge_officer
from verifier.other_signers import judge_by_lists
from verifier.page_text import judge_page_text
from verifier.reasons import Basis, CheckId, Integrity, Reason
from verifier.report import Findings, Report
from verifier.seal import Sealed, judge_seal
from verifier.signature_list import list_signatures
from verifier.status import judge_standing
from verifier.trust import Publication

_DEFAULT_LIMITS = Limits()
_logger = logging.getLogger(__name__)


def verify_pdf(
    data: bytes,
    *,
    publication: Publication,
    now: datetime,
    limits: Limits = _DEFAULT_LIMITS,
    password: str | None = None,
) -> Report:
    """Verify a PDF and say which of the six outcomes holds.

    1. Open the file within limits; judge every signature and what was added
       after it, without regard to trust.
    2. Read the trust list; complete the file if its time stamps have ended; prove
       the time of signing; find whose seal it is.
    3. Read record and claim as they were sealed: they agree with each other
       and with the signer; where an officer had to sign before the seal, one did.
    4. Ask the register: public record, status, dates, the file that was issued.
    5. Where nothing is false so far, read the pages: they name the holder and the
       number that claim and record name.
    6. Decide.
    """
    findings = Findings(basis=Basis.FILE, now=now)
    findings.file = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    try:
        _verify(data, publication, limits, password, findings)
    except MemoryError:
        findings.log.record(
            CheckId.FILE, CheckError(Reason.LIMIT, "the memory for one file ran out")
        )
    except Exception as error:
        # A report for any bytes whatever; the fault is for the operator.
        _logger.exception("a file could not be verified")
        findings.log.record(
            CheckId.FILE, CheckError(Reason.PROCESSING_ERROR, type(error).__name__)
        )
    return findings.finish()


def _verify(
    data: bytes,
    publication: Publication,
    limits: Limits,
    password: str | None,
    findings: Findings,
) -> None:
    # 1. Integrity.
    intact = judge_integrity(data, limits=limits, password=password, findings=findings)
    if intact is None:
        return
    findings.signatures = list_signatures(intact)
    # 2. Trust.
    trust = publication.judge_trust_list(findings)
    if trust is None:
        return
    whole = complete_file(
        intact, publication, limits=limits, password=password, now=findings.now
    )
    sealed = judge_seal(whole, trust=trust, limits=limits, findings=findings)
    findings.signature = {
        **(findings.signature or {}),
        "proof_from": "file" if whole is intact else "register",
    }
    if sealed is None:
        judge_by_lists(
            intact, publication, trust=trust, limits=limits, findings=findings
        )
        return
    # 3. What the document says of itself.
    claimed = _judge_record(sealed, trust, findings)
    if claimed is None:
        return
    judge_officer(
        intact,
        sealed,
        Asked(facts=claimed.facts, entry=claimed.entry),
        trust=trust,
        limits=limits,
        findings=findings,
    )
    # 4. What the register says of it.
    record = judge_standing(
        findings,
        publication,
        trust=trust,
        signed=claimed.signed,
        entry=claimed.entry,
        proven=claimed.signed.is_proven_at(
            None if sealed.time is None else sealed.time.at
        ),
    )
    if record is not None:
        with findings.log.check(CheckId.ISSUED_BYTES):
            try:
                check_issued_bytes(data, record)
            except CheckError as error:
                if error.reason is Reason.FILE_DIFFERS:
                    findings.integrity = Integrity.ALTERED
                raise
    # 5. What its pages show.
    judge_page_text(
        data[: intact.seal.signed_size],
        claimed.signed.claim,
        claimed.facts,
        limits=limits,
        password=password,
        findings=findings,
    )


@dataclass(frozen=True, kw_only=True)
class _Claimed:
    signed: SignedClaim
    entry: TypeEntry
    facts: RecordFacts


def _judge_record(
    sealed: Sealed, trust: TrustList, findings: Findings
) -> _Claimed | None:
    """Judge record and claim; None if they do not hold.

    Records the checks RECORD, CLAIM, CLAIM_RECORD, AGENCY and TYPE.
    """
    log, attached, agency = findings.log, sealed.attachments, sealed.signer.agency
    facts: RecordFacts | None = None
    with log.check(CheckId.RECORD):
        facts = _read_facts(attached.record)
    if facts is None:
        return None
    signed: SignedClaim | None = None
    with log.check(CheckId.CLAIM):
        if attached.claim is None:
            raise CheckError(Reason.NO_CLAIM, "no claim.cose is attached")
        signed = open_claim(attached.claim, document_id=facts.id, trust=trust)
        if sealed.time is None:
            # The check of the time says so; the claim says its day as a QR code does.
            check_period_of_day(signed.period, signed.claim.issued_on)
        else:
            check_period_of_claim(signed.period, sealed.time.at)
    if signed is None:
        return None
    with log.check(CheckId.CLAIM_RECORD):
        _check_agreement(signed, facts)
    with log.check(CheckId.AGENCY):
        check_claim_issuer(signed)
        if facts.agency_id != agency.id:
            raise CheckError(
                Reason.AGENCY_MISMATCH,
                f"record of {facts.agency_id}, sealed by {agency.id}",
            )
    entry: TypeEntry | None = None
    with log.check(CheckId.TYPE):
        entry = _find_type(sealed, signed, facts)
    passed = log.has_passed(
        CheckId.CLAIM, CheckId.CLAIM_RECORD, CheckId.AGENCY, CheckId.TYPE
    )
    if not passed or entry is None:
        return None
    return _Claimed(signed=signed, entry=entry, facts=facts)


def _read_facts(record: bytes | None) -> RecordFacts:
    if record is None:
        raise CheckError(Reason.NO_RECORD, "no record.json is attached")
    try:
        return read_facts(record)
    except RecordError as error:
        raise CheckError(Reason.RECORD_INVALID, str(error)) from error


def _check_agreement(signed: SignedClaim, facts: RecordFacts) -> None:
    try:
        check_claim_agrees(signed.claim, facts)
    except ClaimError as error:
        raise CheckError(Reason.CLAIM_MISMATCH, str(error)) from error


def _find_type(sealed: Sealed, signed: SignedClaim, facts: RecordFacts) -> TypeEntry:
    entry = find_type(sealed.signer.agency, signed.claim.type_code)
    if entry.id != facts.type_id:
        raise CheckError(
            Reason.CLAIM_MISMATCH, f"claim of {entry.id}, record of {facts.type_id}"
        )
    return entry
