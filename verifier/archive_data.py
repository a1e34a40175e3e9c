# SPDX-License-Identifier: Apache-2.0
"""Completes a file whose time stamps have ended with what the register publishes.

The issuer renews the time stamps of its own copy; a holder's copy stays as it was.
What it lacks is published (docs/spec/publication.md), is no more trusted than the
rest of a file, and proves itself: the register is believed nothing.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from verifier.errors import CheckError, SourceError
from verifier.guard import reading_hostile_input
from verifier.integrity import IntactPdf, judge_integrity
from verifier.limits import Limits
from verifier.reasons import Basis, Reason
from verifier.report import Findings
from verifier.signature import PdfSignature, TimestampToken
from verifier.trust import Publication


def complete_file(
    intact: IntactPdf,
    publication: Publication,
    *,
    limits: Limits,
    password: str | None,
    now: datetime,
) -> IntactPdf:
    """Return the file with the archive data it lacks; as it was if it lacks none.

    It is as it was, too, if nothing is published for it, or if what is published is
    anything but time stamps behind a file that stays intact.
    """
    if not _has_ended(intact.signatures, now):
        return intact
    data = intact.pdf.data
    try:
        tail = publication.read(f"archive/{hashlib.sha256(data).hexdigest()}")
    except SourceError:
        return intact
    completed = judge_integrity(
        data + tail,
        limits=limits,
        password=password,
        findings=Findings(basis=Basis.FILE, now=now),
    )
    if completed is None or not _adds_only_stamps(intact, completed):
        return intact
    return completed


def _has_ended(signatures: Iterable[PdfSignature], now: datetime) -> bool:
    """Tell whether the newest time stamp, if there is one, has lost its certificate."""
    try:
        # Its certificates are signed by nobody here, and may say anything.
        with reading_hostile_input(Reason.TIMESTAMP_INVALID):
            stamps = [stamp for one in signatures for stamp in _stamps(one)]
            if not stamps:
                return False
            newest = max(stamps, key=lambda stamp: stamp.time)
            above = [
                one for one in newest.others if one.subject == newest.signer.issuer
            ]
            end: datetime = min(one.not_valid_after for one in (newest.signer, *above))
            return end < now
    except CheckError:
        return False  # a broken time stamp is found where it is judged


def _stamps(signature: PdfSignature) -> list[TimestampToken]:
    if isinstance(signature.cms, TimestampToken):
        return [signature.cms]
    return list(signature.signature_timestamps())


def _adds_only_stamps(before: IntactPdf, after: IntactPdf) -> bool:
    def people(intact: IntactPdf) -> list[tuple[str, int]]:
        return [
            (one.name, one.revision)
            for one in intact.signatures
            if not one.is_timestamp
        ]

    return people(before) == people(after)
