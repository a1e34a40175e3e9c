# SPDX-License-Identifier: Apache-2.0
"""What the checks of a signature amount to in the words of ETSI EN 319 102-1.

The standard knows signatures, not registers: status and dates of a document, and
what its record and claim say, have no part in its indication. Reasons of our own
are given the sub-indication that means the same, or none.
"""

from collections.abc import Iterable
from enum import StrEnum

from verifier.reasons import CheckId, Reason, Result


class Indication(StrEnum):
    """Main status indication of a signature (EN 319 102-1 §5.1.3, table 3)."""

    TOTAL_PASSED = "TOTAL_PASSED"
    TOTAL_FAILED = "TOTAL_FAILED"
    INDETERMINATE = "INDETERMINATE"


SIGNATURE_CHECKS = frozenset(
    {
        CheckId.FILE,
        CheckId.SIGNATURE,
        CheckId.HASH,
        CheckId.CHANGES,
        CheckId.TRUST_LIST,
        CheckId.TIME,
        CheckId.SIGNER,
    }
)
"""Checks of which the indication of a signature is made."""

_SAME_AS = {
    Reason.NOT_A_PDF: Reason.FORMAT_FAILURE,
    Reason.DAMAGED: Reason.FORMAT_FAILURE,
    Reason.INCOMPLETE_SIGNATURE: Reason.FORMAT_FAILURE,
    Reason.PARTIAL_COVERAGE: Reason.FORMAT_FAILURE,
}


def find_sub_indication(reason: Reason) -> str | None:
    """Return the sub-indication of the standard that a reason is, if there is one."""
    code = _SAME_AS.get(reason, reason).value
    return code if code.isupper() else None


def indicate(
    checks: Iterable[tuple[CheckId, Reason]],
) -> tuple[Indication, Reason | None]:
    """Return the main indication of the signature, and the reason that made it so."""
    found = [
        reason
        for check, reason in checks
        if check in SIGNATURE_CHECKS and reason is not Reason.VALID
    ]
    failed = [reason for reason in found if reason.result is Result.FAILED]
    if failed:
        return Indication.TOTAL_FAILED, failed[0]
    if found:
        return Indication.INDETERMINATE, found[0]
    return Indication.TOTAL_PASSED, None
