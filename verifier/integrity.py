# SPDX-License-Identifier: Apache-2.0
"""Decides whether a file is still what somebody signed, whoever that was.

A file is intact if every signature in it is good and nothing was added later
that a signature forbids. A file too broken to be read, or whose signature was
taken out of its form, is altered if any signature can still be found in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from verifier.errors import CheckError
from verifier.limits import Limits
from verifier.pdf_input import PdfInput, open_pdf, scan_signatures
from verifier.reasons import CheckId, Integrity, Reason, Result
from verifier.report import Findings
from verifier.signature import PdfSignature, check_raw_signature, read_signatures

_UNREADABLE = frozenset(
    {Reason.FORMAT_FAILURE, Reason.NO_SIGNING_CERTIFICATE, Reason.LIMIT}
)


@dataclass(frozen=True, kw_only=True)
class IntactPdf:
    """A file whose signatures are all good, and what was added after each."""

    pdf: PdfInput
    changes: Mapping[PdfSignature, tuple[str, ...]]

    @property
    def seal(self) -> PdfSignature:
        """The newest signature: an officer signs before the agency seals."""
        return [s for s in self.changes if not s.is_timestamp][-1]


def judge_integrity(
    data: bytes, *, limits: Limits, password: str | None, findings: Findings
) -> IntactPdf | None:
    """Open a file and judge its signatures; None if it is not intact.

    Records the checks FILE, SIGNATURE, HASH and CHANGES.
    """
    pdf = _open(data, limits, password, findings)
    if pdf is None:
        return None
    log = findings.log
    found: list[PdfSignature] = []
    with log.check(CheckId.SIGNATURE):
        found = _read_signatures(pdf, limits, findings)
    changes: dict[PdfSignature, tuple[str, ...]] = {}
    for signature in found:
        with log.check(CheckId.HASH):
            signature.check_integrity()
        with log.check(CheckId.CHANGES):
            changes[signature] = signature.list_later_changes()
    if log.has_passed(CheckId.SIGNATURE, CheckId.HASH, CheckId.CHANGES):
        findings.integrity = Integrity.INTACT
        return IntactPdf(pdf=pdf, changes=changes)
    findings.integrity = _name_broken(findings)
    return None


def _open(
    data: bytes, limits: Limits, password: str | None, findings: Findings
) -> PdfInput | None:
    pdf: PdfInput | None = None
    with findings.log.check(CheckId.FILE):
        try:
            pdf = open_pdf(data, limits=limits, password=password)
        except CheckError as error:
            findings.integrity = Integrity.UNREADABLE
            if error.reason in (Reason.DAMAGED, Reason.NOT_A_PDF):
                _look_for_broken_signature(data, limits, findings)
            raise
    return pdf


def _read_signatures(
    pdf: PdfInput, limits: Limits, findings: Findings
) -> list[PdfSignature]:
    signatures = read_signatures(
        pdf.data, pdf.reader, max_signatures=limits.max_signatures
    )
    if all(signature.is_timestamp for signature in signatures):
        # A signature that the form no longer names is one that was taken out.
        _look_for_broken_signature(pdf.data, limits, findings)
        raise CheckError(Reason.UNSIGNED, "no signature field is filled")
    return signatures


def _look_for_broken_signature(data: bytes, limits: Limits, findings: Findings) -> None:
    for raw in scan_signatures(data, limits):
        with findings.log.check(CheckId.HASH):
            findings.integrity = Integrity.ALTERED
            check_raw_signature(raw.signed, raw.contents)


def _name_broken(findings: Findings) -> Integrity:
    reasons = {
        check.reason
        for check in findings.log.checks.values()
        if check.result is not Result.PASSED
    }
    if reasons == {Reason.UNSIGNED}:
        return Integrity.UNSIGNED
    if reasons <= {*_UNREADABLE, Reason.UNSIGNED}:
        return Integrity.UNREADABLE
    return Integrity.ALTERED
