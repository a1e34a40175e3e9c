# SPDX-License-Identifier: Apache-2.0
"""Decides whose seal an intact file carries, and when it was made.

Time comes from the time stamp inside the signature, never from what the signer
or the file claims; trust comes from the trust list alone.
"""

from dataclasses import dataclass, replace

from register.trust_list import TrustList
from verifier.chain import (
    SigningTime,
    ValidationData,
    read_archive_times,
    read_signing_time,
    read_validation_data,
)
from verifier.errors import CheckError
from verifier.integrity import IntactPdf
from verifier.limits import Limits
from verifier.notes import sealed_before_theft
from verifier.pdf_input import Attachments, read_attachments
from verifier.reasons import CheckId, Reason
from verifier.report import Findings
from verifier.signature import PdfSignature
from verifier.signer import (
    Signer,
    check_seal_is_agency,
    describe_signature,
    find_signer,
    name_anchor,
    name_signers,
)

_OPEN = frozenset({Reason.TRY_LATER, Reason.OUT_OF_BOUNDS, Reason.CHAIN_FAILURE})
"""Reasons that leave open whether the signer is who the certificate says."""


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """What an agency on the trust list has sealed."""

    signer: Signer
    time: SigningTime | None
    attachments: Attachments
    material: ValidationData
    """What the file brings along to check its signatures by."""


def judge_seal(
    intact: IntactPdf, *, trust: TrustList, limits: Limits, findings: Findings
) -> Sealed | None:
    """Find time and signer of the seal; None if no listed agency's it is.

    Records the checks TIME and SIGNER. Where certificates or revocation data
    are missing or broken, the agency named by the certificate is returned all
    the same: the register may know that the file was changed, and the check
    that is open keeps the outcome from being good.
    """
    seal = intact.seal
    attachments = _read_attachments(seal, limits, findings)
    material = ValidationData()
    time: SigningTime | None = None
    with findings.log.check(CheckId.TIME):
        material = read_validation_data(intact.pdf.reader)
        archived = read_archive_times(
            intact.signatures,
            anchors=trust.timestamp_anchors,
            material=material,
            now=findings.now,
        )
        material = replace(material, proofs=archived)
        time = read_signing_time(
            seal,
            anchors=trust.timestamp_anchors,
            material=material,
            now=findings.now,
        )
        if time is None and attachments is not None and attachments.record is not None:
            raise CheckError(Reason.NO_POE, "the seal has no time stamp")
    signer = _judge_signer(intact, trust, time, material, findings)
    findings.signature = describe_signature(
        seal,
        time=time,
        archived=material.proofs,
        signer=signer,
        changes=findings.changes,
        trusted_by=None
        if signer is None or not findings.log.has_passed(CheckId.SIGNER)
        else name_anchor(trust.name, signer.anchor.certificate),
    )
    if signer is not None and time is not None and signer.compromised_from:
        findings.notes.append(
            sealed_before_theft(
                signer.compromised_from, sealed_at=time.at, authority=time.authority
            )
        )
    if signer is None or attachments is None:
        return None
    return Sealed(signer=signer, time=time, attachments=attachments, material=material)


def _judge_signer(
    intact: IntactPdf,
    trust: TrustList,
    time: SigningTime | None,
    material: ValidationData,
    findings: Findings,
) -> Signer | None:
    seal = intact.seal
    candidates = name_signers(seal, trust)
    try:
        check_seal_is_agency(seal, intact.before_seal)
        signer = find_signer(
            seal,
            candidates,
            trust=trust,
            time=time,
            material=material,
            now=findings.now,
        )
    except CheckError as error:
        findings.log.record(CheckId.SIGNER, error)
        return candidates[0] if candidates and error.reason in _OPEN else None
    findings.log.record_pass(CheckId.SIGNER)
    return signer


def _read_attachments(
    seal: PdfSignature, limits: Limits, findings: Findings
) -> Attachments | None:
    try:
        return read_attachments(seal.signed_view, limits)
    except CheckError as error:
        findings.log.record(CheckId.RECORD, error)
        return None
