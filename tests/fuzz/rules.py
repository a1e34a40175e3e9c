# SPDX-License-Identifier: Apache-2.0
"""What must hold of the report on any broken file; what does not is a finding."""

import re
from collections.abc import Iterator

from tests.fuzz.corpus import Seed
from verifier.reasons import Integrity, Outcome, Reason
from verifier.report import Report

_BYTE_RANGE = re.compile(rb"/ByteRange ?\[ ?(\d+) (\d+) (\d+) (\d+) *\]")
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
    if report.integrity is Integrity.INTACT and not _is_as_signed(seed, broken):
        yield "altered_called_intact"


def _is_as_issued(seed: Seed, broken: bytes) -> bool:
    """Tell whether a file begins with the whole one that was issued."""
    return seed.ours and broken.startswith(seed.pdf.rstrip(b"\r\n"))


def _is_as_signed(seed: Seed, broken: bytes) -> bool:
    """Tell whether one signature at least still covers what it covered.

    The ranges of the first signature are looked at where they were: whatever was
    appended, cut off behind them or put into their gap is not among them.
    """
    if not seed.pdf.count(b"/ByteRange"):
        return False
    return any(
        _ranges(seed.pdf, match) == _ranges(broken, match)
        for match in _BYTE_RANGE.finditer(seed.pdf)
    )


def _ranges(data: bytes, match: re.Match[bytes]) -> tuple[bytes, bytes]:
    start, length, second, rest = (int(number) for number in match.groups())
    return data[start : start + length], data[second : second + rest]
