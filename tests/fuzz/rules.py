# SPDX-License-Identifier: Apache-2.0
"""What must hold of the report on any broken file; what does not is a finding."""

from collections.abc import Iterator

from tests.fuzz.corpus import Seed
from tests.fuzz.oracle import BYTE_RANGE, shows_as_signed, signed_ranges
from verifier.reasons import Integrity, Outcome, Reason
from verifier.report import Report
from verifier.usage import Part

_FILLING = {Part.FORM, Part.FIELD, Part.APPEARANCE}
_RAN_OUT = "ran out"


def find_faults(seed: Seed, broken: bytes, report: Report) -> Iterator[str]:
    """Yield what is wrong with a report, by a short name."""
    if any(check.reason is Reason.PROCESSING_ERROR for check in report.checks):
        yield "crash"
    for check in report.checks:
        if check.reason is Reason.LIMIT and _RAN_OUT in check.detail:
            yield "hang"
    if report.outcome is Outcome.IN_FORCE and not _is_as_issued(seed, broken):
        yield "forged"
    if report.integrity is not Integrity.INTACT or broken == seed.pdf:
        return
    if not _is_as_signed(seed, broken):
        yield "altered_called_intact"
    elif not (shows_as_signed(seed.pdf, broken) or _was_filled_in(seed, report)):
        yield "shown_otherwise"


def _is_as_issued(seed: Seed, broken: bytes) -> bool:
    """Tell whether a file begins with the whole one that was issued.

    What was appended to it may show nothing: that is looked at for every file.
    """
    return seed.ours and broken.startswith(seed.pdf.rstrip(b"\r\n"))


def _was_filled_in(seed: Seed, report: Report) -> bool:
    """Tell whether the form was filled in with leave, and the report says so."""
    told = {change["part"] for change in report.changes or () if change["allowed"]}
    return seed.leave and not told.isdisjoint(_FILLING)


def _is_as_signed(seed: Seed, broken: bytes) -> bool:
    """Tell whether one signature at least still covers what it covered.

    The ranges of the first signature are looked at where they were: whatever was
    appended, cut off behind them or put into their gap is not among them.
    """
    if not seed.pdf.count(b"/ByteRange"):
        return False
    return any(
        signed_ranges(seed.pdf, match) == signed_ranges(broken, match)
        for match in BYTE_RANGE.finditer(seed.pdf)
    )
