# SPDX-License-Identifier: Apache-2.0
"""Judges a signature that is no agency's by the lists the operator has named.

The name of a listed agency is never taken from another list's signer, and a
file that carries one of our records is never vouched for by another list.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from register.members import format_instant
from register.trust_list import TrustList
from verifier.chain import (
    SigningTime,
    ValidationData,
    find_anchor,
    read_signing_time,
    read_validation_data,
)
from verifier.errors import CheckError, SourceError
from verifier.integrity import IntactPdf
from verifier.limits import Limits
from verifier.named_lists import NamedAnchor, NamedList
from verifier.pdf_input import read_attachments
from verifier.reasons import CheckId, Reason
from verifier.report import Findings
from verifier.signature import PdfSignature
from verifier.signer import name_anchor, name_signers
from verifier.trust import Publication

_NOBODY = frozenset({Reason.NO_CHAIN, Reason.CHAIN_CONSTRAINTS})
"""Reasons why a signature is no listed agency's, and may be somebody else's."""


@dataclass(frozen=True, kw_only=True)
class _Vouched:
    named: NamedList
    anchor: bytes
    time: SigningTime | None


def judge_by_lists(
    intact: IntactPdf,
    publication: Publication,
    *,
    trust: TrustList,
    limits: Limits,
    findings: Findings,
) -> None:
    """Let a named list vouch for the signer, if the trust list knows nobody.

    Records TIME, SIGNER, RECORD and AGENCY anew where a list does. A stamp of
    something else than this signature stays what it is, whoever signed.
    """
    signer = findings.log.checks.get(CheckId.SIGNER)
    if signer is None or signer.reason not in _NOBODY:
        return
    if name_signers(intact.seal, trust):
        return  # somebody with the name of a listed agency: never another list's
    vouched = _find_list(intact, publication, trust, findings)
    if vouched is None:
        return
    findings.log.replace_with_pass(CheckId.SIGNER)
    time = findings.log.checks.get(CheckId.TIME)
    if time is None or time.reason is not Reason.TIMESTAMP_INVALID:
        findings.log.replace_with_pass(CheckId.TIME)
    findings.signature = {
        **(findings.signature or {}),
        "signed_at": None if vouched.time is None else format_instant(vouched.time.at),
        "timestamp_authority": None if vouched.time is None else vouched.time.authority,
        "trusted_by": name_anchor(vouched.named.name, vouched.anchor),
    }
    with findings.log.check(CheckId.RECORD):
        attached = read_attachments(intact.seal.signed_view, limits)
        if attached.record is None:
            raise CheckError(Reason.NO_RECORD, "signed by somebody of another list")
    if findings.log.has_passed(CheckId.RECORD):
        error = CheckError(
            Reason.AGENCY_MISMATCH, "a record of ours, signed by no agency of ours"
        )
        findings.log.record(CheckId.AGENCY, error)


def add_configured(
    material: ValidationData, publication: Publication
) -> ValidationData:
    """Return revocation data of a file with those of the configured addresses.

    One that does not answer is left out: what is missing then says so itself.
    """
    lists = []
    for number in range(publication.lists.revocation_lists):
        try:
            lists.append(publication.read(f"crl/{number}"))
        except SourceError:
            continue
    return replace(material, crls=(*material.crls, *lists))


def _find_list(
    intact: IntactPdf,
    publication: Publication,
    trust: TrustList,
    findings: Findings,
) -> _Vouched | None:
    failure: CheckError | None = None
    try:
        material = read_validation_data(intact.pdf.reader)
    except CheckError:
        material = ValidationData()
    for named in publication.lists.lists:
        time = _read_time(intact.seal, named, trust, material, findings)
        try:
            anchor = _find_anchor(
                intact.seal, named, time, (material, publication), findings
            )
        except CheckError as error:
            if failure is None or failure.reason in _NOBODY:
                failure = error
        else:
            return _Vouched(named=named, anchor=anchor, time=time)
    if failure is not None and failure.reason not in _NOBODY:
        findings.log.replace(CheckId.SIGNER, failure)
    return None


def _find_anchor(
    seal: PdfSignature,
    named: NamedList,
    time: SigningTime | None,
    sources: tuple[ValidationData, Publication],
    findings: Findings,
) -> bytes:
    """Return the anchor; revocation from the file first, then as configured."""
    material, publication = sources
    at = findings.now if time is None else time.at

    def find(by: ValidationData) -> bytes:
        anchors = _hold(named.anchors, at)
        return find_anchor(
            seal.cms, anchors=anchors, at=at, material=by, usage="signature"
        )

    try:
        return find(material)
    except CheckError as error:
        if error.reason is Reason.CERTIFICATE_EXPIRED and time is None:
            raise CheckError(Reason.OUT_OF_BOUNDS, error.detail) from error
        if error.reason is not Reason.TRY_LATER:
            raise
        if not publication.lists.revocation_lists:
            raise
    return find(add_configured(material, publication))


def _read_time(
    seal: PdfSignature,
    named: NamedList,
    trust: TrustList,
    material: ValidationData,
    findings: Findings,
) -> SigningTime | None:
    """Return the proven time; a stamp by somebody unknown proves none."""
    anchors = [*trust.timestamp_anchors, *_hold(named.timestamp_anchors, findings.now)]
    try:
        return read_signing_time(
            seal, anchors=anchors, material=material, now=findings.now
        )
    except CheckError:
        return None


def _hold(anchors: tuple[NamedAnchor, ...], at: datetime) -> list[bytes]:
    return [one.certificate for one in anchors if one.holds_at(at)]
