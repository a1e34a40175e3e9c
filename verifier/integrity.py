# SPDX-License-Identifier: Apache-2.0
"""Decides whether a file is still what somebody signed, whoever that was.

A file is intact if every signature in it is good and nothing was added later
that a signature forbids. A file too broken to be read, or whose signature was
taken out of its form, is altered if any signature can still be found in it.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass

from verifier.changes import describe_changes
from verifier.errors import CheckError
from verifier.guard import reading_hostile_input
from verifier.later_bytes import check_later_bytes
from verifier.limits import Limits
from verifier.pdf_input import (
    PdfInput,
    find_revision_end,
    open_pdf,
    read_attachments,
    scan_signatures,
)
from verifier.reasons import CheckId, Integrity, Reason, Result
from verifier.report import Findings
from verifier.signature import (
    LaterRevision,
    PdfSignature,
    Permission,
    check_raw_signature,
    read_signatures,
)

_MAX_DETAIL = 300
_UNREADABLE = frozenset(
    {Reason.FORMAT_FAILURE, Reason.NO_SIGNING_CERTIFICATE, Reason.LIMIT}
)


@dataclass(frozen=True, kw_only=True)
class IntactPdf:
    """A file whose signatures are all good, oldest first."""

    pdf: PdfInput
    signatures: tuple[PdfSignature, ...]

    @property
    def seal(self) -> PdfSignature:
        """The newest signature: an officer signs before the agency seals."""
        return [one for one in self.signatures if not one.is_timestamp][-1]

    @property
    def before_seal(self) -> tuple[PdfSignature, ...]:
        """The signatures that were there when the agency sealed, oldest first."""
        return tuple(s for s in self.signatures if not s.is_timestamp)[:-1]


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
    whole: list[PdfSignature] = []
    for signature in found:
        with log.check(CheckId.HASH):
            signature.check_integrity()
            whole.append(signature)
    _judge_changes(pdf, whole, limits, findings)
    if log.has_passed(CheckId.SIGNATURE, CheckId.HASH, CheckId.CHANGES):
        findings.integrity = Integrity.INTACT
        return IntactPdf(pdf=pdf, signatures=tuple(found))
    findings.integrity = _name_broken(findings)
    return None


def _judge_changes(
    pdf: PdfInput, signatures: list[PdfSignature], limits: Limits, findings: Findings
) -> None:
    """Judge everything that came after each signature, and tell what it was."""
    forbidden: set[int] = set()
    judged: dict[PdfSignature, list[LaterRevision]] = {}
    permission = _name_permission(signatures)
    for signature in signatures:
        with findings.log.check(CheckId.CHANGES):
            if not pdf.strict and not signature.covers_file:
                raise CheckError(
                    Reason.FORMAT_FAILURE, "a broken file that was saved after signing"
                )
            judged[signature] = signature.judge_later(permission)
            refused = [later for later in judged[signature] if later.objection]
            forbidden.update(later.number for later in refused)
            if refused:
                first = refused[0]
                detail = f"revision {first.number + 1}: {first.objection}"
                raise CheckError(Reason.CHANGED_LATER, detail[:_MAX_DETAIL])
    if judged:
        with findings.log.check(CheckId.CHANGES):
            _check_unseen(judged, limits, forbidden)
    _name_original(pdf, judged, forbidden, findings)
    if signatures:
        with findings.log.check(CheckId.CHANGES):
            _check_bytes(pdf, signatures)
        _describe_changes(pdf, signatures, forbidden, findings)


def _check_bytes(pdf: PdfInput, signatures: list[PdfSignature]) -> None:
    """Check the bytes behind the oldest signature, whoever signed them later.

    Raises:
        CheckError: CHANGED_LATER.
    """
    first = min(signatures, key=lambda one: one.revision)
    if not first.covers_file:
        with reading_hostile_input(Reason.CHANGED_LATER):
            check_later_bytes(
                pdf.data,
                pdf.reader,
                signed_revision=first.revision,
                begin=first.signed_size,
            )


def _check_unseen(
    judged: Mapping[PdfSignature, list[LaterRevision]],
    limits: Limits,
    forbidden: set[int],
) -> None:
    """Check that nobody can see what came after the seal of a document of ours.

    Whatever its signature gives leave to: an agency seals what it issues as it is.
    Adds what can be seen to `forbidden`.

    Raises:
        CheckError: CHANGED_LATER.
    """
    sealed = [one for one in judged if not one.is_timestamp]
    if not sealed:
        return
    seal = max(sealed, key=lambda one: one.revision)
    seen = [later for later in judged[seal] if not later.is_unseen]
    allowed = [later for later in seen if not later.objection]
    if allowed and _carries_record(seal, limits):
        forbidden.update(later.number for later in allowed)
        raise CheckError(
            Reason.CHANGED_LATER,
            f"revision {allowed[0].number + 1}: what can be seen, after the seal",
        )


def _carries_record(seal: PdfSignature, limits: Limits) -> bool:
    try:
        return read_attachments(seal.signed_view, limits).record is not None
    except CheckError:
        return False  # and so refused later on, for what is wrong with it


def _name_original(
    pdf: PdfInput,
    judged: Mapping[PdfSignature, list[LaterRevision]],
    forbidden: set[int],
    findings: Findings,
) -> None:
    """Name the newest signed revision before anything that is not allowed.

    Validation data and time stamps that follow it at once belong to it: without
    them it could not be checked.
    """
    before = min(forbidden, default=pdf.reader.xrefs.total_revisions)
    signed = [one for one in judged if not one.is_timestamp and one.revision < before]
    if not signed:
        return
    newest = max(signed, key=lambda one: one.revision)
    last, size = newest.revision, newest.signed_size
    for later in judged[newest]:
        if later.number in forbidden or not later.is_unseen:
            break
        last = later.number
    if last > newest.revision:
        size = find_revision_end(pdf.data, pdf.reader, last)
    findings.describe_signed(pdf.data, size=size, revision=last + 1)


def _name_permission(signatures: list[PdfSignature]) -> Permission:
    people = [one.revision for one in signatures if not one.is_timestamp]
    return Permission(
        filling=any(one.gives_leave for one in signatures),
        last_signed=max(people, default=-1),
    )


def _describe_changes(
    pdf: PdfInput,
    signatures: list[PdfSignature],
    forbidden: set[int],
    findings: Findings,
) -> None:
    """Tell what was done; whatever cannot be told changes no verdict."""
    with suppress(CheckError), reading_hostile_input(Reason.CHANGED_LATER):
        changes = describe_changes(
            pdf.reader,
            signed=min(signature.revision for signature in signatures),
            forbidden=forbidden,
        )
        findings.changes = [change.to_json() for change in changes]


def _open(
    data: bytes, limits: Limits, password: str | None, findings: Findings
) -> PdfInput | None:
    pdf: PdfInput | None = None
    with findings.log.check(CheckId.FILE):
        try:
            pdf = open_pdf(data, limits=limits, password=password)
        except CheckError as error:
            if error.reason is Reason.DAMAGED:
                pdf = _open_leniently(data, limits, password)
            if pdf is not None:
                return pdf
            findings.integrity = Integrity.UNREADABLE
            if error.reason in (Reason.DAMAGED, Reason.NOT_A_PDF):
                _look_for_broken_signature(data, limits, findings)
            raise
    return pdf


def _open_leniently(
    data: bytes, limits: Limits, password: str | None
) -> PdfInput | None:
    """Open a file that breaks rules, if all of it was signed as it is.

    Nothing can have been changed in it then, however it is read.
    """
    if not any(raw.whole for raw in scan_signatures(data, limits)):
        return None
    with suppress(CheckError):
        return open_pdf(data, limits=limits, password=password, strict=False)
    return None


def _read_signatures(
    pdf: PdfInput, limits: Limits, findings: Findings
) -> list[PdfSignature]:
    signatures = read_signatures(
        pdf.data, pdf.reader, max_signatures=limits.max_signatures
    )
    if all(signature.is_timestamp for signature in signatures):
        # A signature that the form no longer names is one that was taken out.
        named = {bytes(one.embedded.pkcs7_content) for one in signatures}
        _look_for_broken_signature(pdf.data, limits, findings, named)
        raise CheckError(Reason.UNSIGNED, "no signature field is filled")
    return signatures


def _look_for_broken_signature(
    data: bytes,
    limits: Limits,
    findings: Findings,
    named: Collection[bytes] = (),
) -> None:
    for raw in scan_signatures(data, limits):
        if raw.contents in named:
            continue
        with findings.log.check(CheckId.HASH):
            try:
                check_raw_signature(raw.signed, raw.contents, whole=raw.whole)
            except CheckError as error:
                if error.reason is Reason.CHANGED_LATER and raw.end is not None:
                    findings.describe_signed(data, size=raw.end, revision=None)
                if error.reason not in _UNREADABLE:
                    findings.integrity = Integrity.ALTERED
                raise


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
