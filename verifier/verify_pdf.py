# SPDX-License-Identifier: Apache-2.0
"""The use case "is this PDF genuine, and in force": one file in, one report out.

Promises a report for any bytes whatever, and never an exception. Integrity is
decided before trust and without it; what could not be checked is said to be
unchecked, never invalid and never genuine.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from register.claim import check_claim_agrees
from register.errors import ClaimError, RecordError
from register.record import RecordFacts, read_facts
from register.trust_list import TrustList, TypeEntry
from verifier.chain import SigningTime, read_signing_time, read_validation_data
from verifier.claims import (
    SignedClaim,
    check_claim_issuer,
    check_period,
    find_type,
    open_claim,
)
from verifier.errors import CheckError
from verifier.pdf_input import (
    Attachments,
    PdfInput,
    open_pdf,
    read_attachments,
    scan_signatures,
)
from verifier.reasons import Basis, CheckId, Integrity, Reason, Result
from verifier.report import Findings, Report
from verifier.settings import Limits
from verifier.signature import PdfSignature, check_raw_signature, read_signatures
from verifier.signer import Signer, describe_signature, find_signer
from verifier.status import check_register
from verifier.trust import Publication

_NO_LIMITS_GIVEN = Limits()

_UNREADABLE = (Reason.FORMAT_FAILURE, Reason.NO_SIGNING_CERTIFICATE, Reason.LIMIT)


@dataclass(frozen=True, kw_only=True)
class _Case:
    """What stays the same while one file is verified."""

    data: bytes
    publication: Publication
    now: datetime
    limits: Limits
    findings: Findings


def verify_pdf(
    data: bytes,
    *,
    publication: Publication,
    now: datetime,
    limits: Limits = _NO_LIMITS_GIVEN,
    password: str | None = None,
) -> Report:
    """Verify a PDF and say which of the six outcomes holds.

    1. Open the file within limits.
    2. Decide integrity: every signature, and everything added after it.
    3. Read the trust list; prove the time of signing; find whose seal it is.
    4. Read record and claim as they were sealed; they agree with each other
       and with the signer.
    5. Ask the register: public record, status, dates.
    6. Decide.
    """
    findings = Findings(basis=Basis.FILE, now=now)
    findings.file = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    case = _Case(
        data=data, publication=publication, now=now, limits=limits, findings=findings
    )
    try:
        _verify(case, password)
    except Exception as error:  # noqa: BLE001 - a report for any bytes whatever
        findings.log.record(
            CheckId.FILE,
            CheckError(Reason.PROCESSING_ERROR, type(error).__name__),
        )
    return findings.finish()


def _verify(case: _Case, password: str | None) -> None:
    # 1. Open.
    pdf = _open(case, password)
    if pdf is None:
        return
    # 2. Integrity.
    changes = _check_integrity(case, pdf)
    if changes is None:
        return
    # 3. Trust.
    signed = _check_signer(case, pdf, changes)
    if signed is None:
        return
    # 4. What the document says of itself.
    claimed = _check_record(case, signed)
    if claimed is None:
        return
    # 5. What the register says of it.
    check_register(
        case.findings,
        case.publication,
        trust=signed.trust,
        signed=claimed[0],
        entry=claimed[1],
    )


def _open(case: _Case, password: str | None) -> PdfInput | None:
    findings = case.findings
    pdf: PdfInput | None = None
    with findings.log.check(CheckId.FILE):
        try:
            pdf = open_pdf(case.data, limits=case.limits, password=password)
        except CheckError as error:
            findings.integrity = Integrity.UNREADABLE
            if error.reason is Reason.DAMAGED:
                _look_for_broken_signature(case)
            raise
    return pdf


def _look_for_broken_signature(case: _Case) -> None:
    """Call a file altered if it carries a signature that no longer fits."""
    for raw in scan_signatures(case.data, case.limits):
        with case.findings.log.check(CheckId.HASH):
            case.findings.integrity = Integrity.ALTERED
            check_raw_signature(raw.signed, raw.contents)


def _check_integrity(
    case: _Case, pdf: PdfInput
) -> dict[PdfSignature, tuple[str, ...]] | None:
    """Judge every signature; return what was added after each, or None."""
    log = case.findings.log
    found: list[PdfSignature] = []
    with log.check(CheckId.SIGNATURE):
        found = _read_signatures(case, pdf)
    changes: dict[PdfSignature, tuple[str, ...]] = {}
    for signature in found:
        with log.check(CheckId.HASH):
            signature.check_integrity()
        with log.check(CheckId.CHANGES):
            changes[signature] = signature.list_later_changes()
    if log.has_passed(CheckId.SIGNATURE, CheckId.HASH, CheckId.CHANGES):
        case.findings.integrity = Integrity.INTACT
        return changes
    case.findings.integrity = _broken_integrity(case)
    return None


def _read_signatures(case: _Case, pdf: PdfInput) -> list[PdfSignature]:
    signatures = read_signatures(
        case.data, pdf.reader, max_signatures=case.limits.max_signatures
    )
    if not any(not signature.is_timestamp for signature in signatures):
        # A signature that the form no longer names is one that was removed.
        _look_for_broken_signature(case)
        raise CheckError(Reason.UNSIGNED, "no signature field is filled")
    return signatures


def _broken_integrity(case: _Case) -> Integrity:
    reasons = {
        check.reason
        for check in case.findings.log.checks.values()
        if check.result is not Result.PASSED
    }
    if reasons == {Reason.UNSIGNED}:
        return Integrity.UNSIGNED
    if reasons <= {*_UNREADABLE, Reason.UNSIGNED}:
        return Integrity.UNREADABLE
    return Integrity.ALTERED


@dataclass(frozen=True, kw_only=True)
class _Sealed:
    """A signature by an agency on the trust list."""

    signature: PdfSignature
    signer: Signer
    time: SigningTime | None
    trust: TrustList
    attachments: Attachments


def _check_signer(
    case: _Case, pdf: PdfInput, changes: dict[PdfSignature, tuple[str, ...]]
) -> _Sealed | None:
    findings = case.findings
    trust: TrustList | None = None
    with findings.log.check(CheckId.TRUST_LIST):
        trust = case.publication.trust_list(case.now)
    # The newest signature is the seal: an officer signs before it.
    signature = [s for s in changes if not s.is_timestamp][-1]
    time: SigningTime | None = None
    signer: Signer | None = None
    attachments: Attachments | None = None
    if trust is not None:
        findings.trust_list = {"name": trust.name.to_json(), "seq": trust.seq}
        attachments = _read_attachments(case, signature)
        with findings.log.check(CheckId.SIGNER):
            material = read_validation_data(pdf.reader)
            with findings.log.check(CheckId.TIME):
                time = read_signing_time(
                    signature,
                    anchors=trust.timestamp_anchors,
                    material=material,
                    now=case.now,
                )
                if time is None and attachments is not None and attachments.record:
                    raise CheckError(Reason.NO_POE, "the seal has no time stamp")
            signer = find_signer(
                signature, trust=trust, time=time, material=material, now=case.now
            )
    findings.signature = describe_signature(
        signature, time=time, signer=signer, changes=changes[signature]
    )
    if trust is None or signer is None or attachments is None:
        return None
    return _Sealed(
        signature=signature,
        signer=signer,
        time=time,
        trust=trust,
        attachments=attachments,
    )


def _read_attachments(case: _Case, signature: PdfSignature) -> Attachments | None:
    try:
        return read_attachments(signature.signed_view, case.limits)
    except CheckError as error:
        case.findings.log.record(CheckId.RECORD, error)
        return None


def _check_record(case: _Case, sealed: _Sealed) -> tuple[SignedClaim, TypeEntry] | None:
    log, attached = case.findings.log, sealed.attachments
    facts: RecordFacts | None = None
    signed: SignedClaim | None = None
    with log.check(CheckId.RECORD):
        if attached.record is None:
            raise CheckError(Reason.NO_RECORD, "no record.json is attached")
        facts = _read_facts(attached.record)
    if facts is None:
        return None
    with log.check(CheckId.CLAIM):
        if attached.claim is None:
            raise CheckError(Reason.NO_CLAIM, "no claim.cose is attached")
        signed = open_claim(attached.claim, document_id=facts.id, trust=sealed.trust)
        check_period(signed.period, case.now if sealed.time is None else sealed.time.at)
    if signed is None:
        return None
    with log.check(CheckId.CLAIM_RECORD):
        _check_agreement(signed, facts)
    agency = sealed.signer.agency
    with log.check(CheckId.AGENCY):
        check_claim_issuer(signed)
        if facts.agency_id != agency.id:
            raise CheckError(
                Reason.AGENCY_MISMATCH,
                f"record of {facts.agency_id}, sealed by {agency.id}",
            )
    entry: TypeEntry | None = None
    with log.check(CheckId.TYPE):
        entry = find_type(agency, signed.claim.type_code)
        if entry.id != facts.type_id:
            raise CheckError(
                Reason.CLAIM_MISMATCH, f"claim of {entry.id}, record of {facts.type_id}"
            )
    passed = log.has_passed(
        CheckId.CLAIM, CheckId.CLAIM_RECORD, CheckId.AGENCY, CheckId.TYPE
    )
    return (signed, entry) if passed and entry is not None else None


def _read_facts(record: bytes) -> RecordFacts:
    try:
        return read_facts(record)
    except RecordError as error:
        raise CheckError(Reason.RECORD_INVALID, str(error)) from error


def _check_agreement(signed: SignedClaim, facts: RecordFacts) -> None:
    try:
        check_claim_agrees(signed.claim, facts)
    except ClaimError as error:
        raise CheckError(Reason.CLAIM_MISMATCH, str(error)) from error
