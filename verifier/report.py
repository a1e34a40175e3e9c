# SPDX-License-Identifier: Apache-2.0
"""The report of one verification, and the one place where a verdict is made.

Checks are recorded as they are made; `decide` turns them into one of six
outcomes. A check that was not made counts as INDETERMINATE, so a verdict of
`in_force` is only ever the result of every required check having passed.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from types import TracebackType
from typing import Any

from verifier.errors import CheckError
from verifier.explanations import explain_reason
from verifier.indications import find_sub_indication, indicate
from verifier.notes import Note
from verifier.reasons import Basis, CheckId, Integrity, Outcome, Reason, Result
from verifier.texts import CHECK_NAMES, describe_reason, describe_verdict

__all__ = [
    "EXIT_CODES",
    "REQUIRED_CHECKS",
    "Basis",
    "Check",
    "CheckId",
    "CheckLog",
    "Integrity",
    "Outcome",
    "Reason",
    "Report",
    "Result",
    "Verdict",
    "decide",
]

REPORT_VERSION = 1
REPORT_SCHEMA = Path(__file__).with_name("report.schema.json")
"""JSON Schema of the wire form (docs/spec/report.md)."""

EXIT_CODES: dict[Outcome, int] = {
    Outcome.IN_FORCE: 0,
    Outcome.NOT_IN_FORCE: 10,
    Outcome.ALTERED: 11,
    Outcome.UNKNOWN: 12,
    Outcome.SIGNATURE_ONLY: 13,
    Outcome.UNCHECKED: 14,
}

REQUIRED_CHECKS: dict[Basis, tuple[CheckId, ...]] = {
    # An officer's signature is asked of some documents; it is listed where it is.
    Basis.FILE: tuple(
        check for check in CheckId if check not in {CheckId.QR, CheckId.OFFICER}
    ),
    Basis.CLAIM: (
        CheckId.QR,
        CheckId.TRUST_LIST,
        CheckId.CLAIM,
        CheckId.TYPE,
        CheckId.REGISTER,
        CheckId.STATUS,
        CheckId.DATES,
    ),
    Basis.RECORD: (
        CheckId.TRUST_LIST,
        CheckId.REGISTER,
        CheckId.TYPE,
        CheckId.STATUS,
        CheckId.DATES,
    ),
}
"""Checks that must all have passed for `in_force`."""


class _Rank(IntEnum):
    """Which finding decides when several speak; the lowest wins.

    A changed document is altered whatever else is true of it. Whether the
    signer is known goes before everything the document says of itself. What is
    certain (revoked, expired) goes before what could not be had.
    """

    ALTERED = 0
    UNKNOWN = 1
    GENUINE_UNCHECKED = 2
    WITHDRAWN = 3
    DATE_PASSED = 4
    STATUS_UNCHECKED = 5
    NO_REGISTER = 6
    NOT_MADE = 7


_ALTERED = (
    Reason.HASH_FAILURE,
    Reason.SIG_CRYPTO_FAILURE,
    Reason.INCOMPLETE_SIGNATURE,
    Reason.PARTIAL_COVERAGE,
    Reason.CHANGED_LATER,
    Reason.TIMESTAMP_INVALID,
    Reason.RECORD_INVALID,
    Reason.CLAIM_INVALID,
    Reason.CLAIM_SIGNATURE,
    Reason.CLAIM_MISMATCH,
    Reason.PAGE_DIFFERS,
    Reason.REGISTER_MISMATCH,
    Reason.FILE_DIFFERS,
)
_UNKNOWN = (
    Reason.NOT_A_PDF,
    Reason.DAMAGED,
    Reason.ENCRYPTED,
    Reason.WRONG_PASSWORD,
    Reason.UNSIGNED,
    Reason.FORMAT_FAILURE,
    Reason.NO_SIGNING_CERTIFICATE,
    Reason.NO_CHAIN,
    Reason.CHAIN_CONSTRAINTS,
    Reason.CHAIN_FAILURE,
    Reason.CRYPTO_CONSTRAINTS,
    Reason.CRYPTO_NO_POE,
    Reason.CERTIFICATE_REVOKED,
    Reason.CERTIFICATE_NOT_YET_VALID,
    Reason.CERTIFICATE_EXPIRED,
    Reason.KEY_NOT_IN_USE,
    Reason.KEY_COMPROMISED,
    Reason.QR_UNREADABLE,
    Reason.QR_FOREIGN,
    Reason.CLAIM_KEY_UNKNOWN,
    Reason.AGENCY_MISMATCH,
    Reason.TYPE_NOT_PERMITTED,
    Reason.OFFICER_MISSING,
    Reason.OFFICER_MISMATCH,
    Reason.OFFICER_ORDER,
)
_GENUINE_UNCHECKED = (
    Reason.LIMIT,
    Reason.PROCESSING_ERROR,
    Reason.TRUST_LIST_UNREACHABLE,
    Reason.TRUST_LIST_INVALID,
    Reason.OUT_OF_BOUNDS,
    Reason.NO_POE,
    Reason.TRY_LATER,
    Reason.CLAIM_UNCONFIRMED,
    Reason.PAGE_UNREADABLE,
)
_STATUS_UNCHECKED = (
    Reason.REGISTER_UNREACHABLE,
    Reason.REGISTER_INVALID,
    Reason.STATUS_UNREACHABLE,
    Reason.STATUS_INVALID,
    Reason.STATUS_STALE,
    Reason.STATUS_REPLAYED,
)
_NO_REGISTER = (Reason.NO_RECORD, Reason.NO_CLAIM, Reason.NOT_REGISTERED)

_EFFECTS: dict[Reason, tuple[_Rank, Outcome]] = {
    **dict.fromkeys(_ALTERED, (_Rank.ALTERED, Outcome.ALTERED)),
    **dict.fromkeys(_UNKNOWN, (_Rank.UNKNOWN, Outcome.UNKNOWN)),
    **dict.fromkeys(_GENUINE_UNCHECKED, (_Rank.GENUINE_UNCHECKED, Outcome.UNCHECKED)),
    Reason.REVOKED: (_Rank.WITHDRAWN, Outcome.NOT_IN_FORCE),
    Reason.SUPERSEDED: (_Rank.WITHDRAWN, Outcome.NOT_IN_FORCE),
    Reason.SUSPENDED: (_Rank.WITHDRAWN, Outcome.NOT_IN_FORCE),
    Reason.EXPIRED: (_Rank.DATE_PASSED, Outcome.NOT_IN_FORCE),
    Reason.NOT_YET_VALID: (_Rank.DATE_PASSED, Outcome.NOT_IN_FORCE),
    **dict.fromkeys(_STATUS_UNCHECKED, (_Rank.STATUS_UNCHECKED, Outcome.UNCHECKED)),
    **dict.fromkeys(_NO_REGISTER, (_Rank.NO_REGISTER, Outcome.SIGNATURE_ONLY)),
    Reason.NOT_CHECKED: (_Rank.NOT_MADE, Outcome.UNCHECKED),
}


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was looked at, and what was found."""

    id: CheckId
    reason: Reason = Reason.VALID
    detail: str = ""

    @property
    def result(self) -> Result:
        """PASSED, FAILED or INDETERMINATE, as the reason has it."""
        return self.reason.result

    def to_json(self) -> dict[str, object]:
        """Return the wire form."""
        return {
            "no": self.id.number,
            "id": self.id,
            "name": CHECK_NAMES[self.id].to_json(),
            "result": self.result,
            "reason": self.reason,
            "sub_indication": find_sub_indication(self.reason),
            "text": describe_reason(self.reason).to_json(),
            "explanation": explain_reason(self.reason),
            "detail": self.detail,
        }


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Outcome and the reason that decided it."""

    outcome: Outcome
    reason: Reason


def decide(checks: Mapping[CheckId, Check], required: tuple[CheckId, ...]) -> Verdict:
    """Return the one verdict that the checks allow.

    Every required check must have passed for `in_force`; a missing one counts
    as INDETERMINATE (EN 319 102-1 §5.1.4.1).
    """
    found = [
        check.reason for check in checks.values() if check.result is not Result.PASSED
    ]
    if any(check_id not in checks for check_id in required):
        found.append(Reason.NOT_CHECKED)
    if not found:
        return Verdict(outcome=Outcome.IN_FORCE, reason=Reason.VALID)
    reason = min(found, key=_gravity)
    return Verdict(outcome=_EFFECTS[reason][1], reason=reason)


def _gravity(reason: Reason) -> int:
    """Return the rank of a finding; the lowest decides."""
    return len(_Rank) if reason is Reason.VALID else _EFFECTS[reason][0]


_GENUINE = frozenset({Outcome.IN_FORCE, Outcome.NOT_IN_FORCE, Outcome.SIGNATURE_ONLY})


class CheckLog:
    """Collects checks while a verification goes on.

    Of several findings on one check the one that would decide stays: the
    gravest, and the first of those as grave.
    """

    def __init__(self) -> None:
        self._checks: dict[CheckId, Check] = {}

    def check(self, check_id: CheckId) -> "_Recording":
        """Return a block that is recorded as PASSED, or as its CheckError says."""
        return _Recording(self, check_id)

    def record_pass(self, check_id: CheckId) -> None:
        """Record a check that passed, unless it did not pass before."""
        self._checks.setdefault(check_id, Check(id=check_id))

    def record(self, check_id: CheckId, error: CheckError) -> None:
        """Record a check that did not pass, unless a graver finding is there."""
        known = self._checks.get(check_id)
        if known is None or _gravity(error.reason) < _gravity(known.reason):
            self._checks[check_id] = Check(
                id=check_id, reason=error.reason, detail=error.detail
            )

    def replace(self, check_id: CheckId, error: CheckError) -> None:
        """Record what a check found when it was made by other rules."""
        self._checks.pop(check_id, None)
        self.record(check_id, error)

    def replace_with_pass(self, *check_ids: CheckId) -> None:
        """Record that checks passed by other rules than those tried before."""
        for check_id in check_ids:
            self._checks[check_id] = Check(id=check_id)

    def has_passed(self, *check_ids: CheckId) -> bool:
        """Tell whether all these checks were made and passed."""
        return all(
            check_id in self._checks and self._checks[check_id].result is Result.PASSED
            for check_id in check_ids
        )

    @property
    def checks(self) -> dict[CheckId, Check]:
        """Everything recorded so far."""
        return dict(self._checks)


class _Recording:
    def __init__(self, log: CheckLog, check_id: CheckId) -> None:
        self._log = log
        self._check_id = check_id

    def __enter__(self) -> None:
        """Begin the block."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        """Record the result; only a CheckError ends here."""
        if isinstance(error, CheckError):
            self._log.record(self._check_id, error)
            return True
        if error is None:
            self._log.record_pass(self._check_id)
        return False


@dataclass(frozen=True, kw_only=True)
class Report:
    """What is handed to people and programs; nothing in it needs the upload."""

    basis: Basis
    verdict: Verdict
    integrity: Integrity | None
    checks: tuple[Check, ...]
    checked_at: datetime
    document: Mapping[str, object] | None = None
    signature: Mapping[str, object] | None = None
    status: Mapping[str, object] | None = None
    file: Mapping[str, object] | None = None
    trust_list: Mapping[str, object] | None = None
    qr: Mapping[str, object] | None = None
    notes: tuple[Note, ...] = ()
    """What a person should know beside the verdict; nothing beside a bad one."""
    changes: Sequence[Mapping[str, Any]] = ()
    signatures: Sequence[Mapping[str, Any]] = ()
    """Every signature of an intact file, oldest first."""

    @property
    def outcome(self) -> Outcome:
        """The one verdict."""
        return self.verdict.outcome

    @property
    def reason(self) -> Reason:
        """The reason that decided the verdict."""
        return self.verdict.reason

    @property
    def exit_code(self) -> int:
        """Exit code of `tra verify` for this report."""
        return EXIT_CODES[self.outcome]

    def cut_original(self, data: bytes) -> bytes | None:
        """Return the file as it was signed, or None if nothing in it still is."""
        signed = (self.file or {}).get("signed")
        return data[: int(signed["size"])] if isinstance(signed, Mapping) else None

    def to_json(self) -> dict[str, object]:
        """Return the wire form, version 1."""
        text, advice = describe_verdict(self.outcome, self.reason, self.basis)
        return {
            "v": REPORT_VERSION,
            "basis": self.basis,
            "outcome": self.outcome,
            "reason": self.reason,
            "integrity": self.integrity,
            "signature_indication": self._indicate(),
            "text": text.to_json(),
            "advice": advice.to_json(),
            "document": self.document,
            "signature": self.signature,
            "status": self.status,
            "checks": [check.to_json() for check in self.checks],
            "file": self.file,
            "checked_at": self.checked_at.astimezone(UTC).strftime(
                "%Y-%m-%dT%H:%M:%SZ"
            ),
            "trust_list": self.trust_list,
            "qr": self.qr,
            "notes": [note.to_json() for note in self.notes],
            "changes": list(self.changes),
            "signatures": list(self.signatures),
        }

    def _indicate(self) -> dict[str, str | None] | None:
        """Return what EN 319 102-1 calls the signature; None without a file."""
        if self.basis is not Basis.FILE:
            return None
        main, reason = indicate((check.id, check.reason) for check in self.checks)
        sub = None if reason is None else find_sub_indication(reason)
        return {"main": main, "sub": sub}


@dataclass(kw_only=True)
class Findings:
    """What a verification has learned so far; `finish` makes the report of it."""

    basis: Basis
    now: datetime
    log: CheckLog = field(default_factory=CheckLog)
    integrity: Integrity | None = None
    document: Mapping[str, object] | None = None
    signature: Mapping[str, object] | None = None
    status: Mapping[str, object] | None = None
    file: Mapping[str, object] | None = None
    trust_list: Mapping[str, object] | None = None
    qr: Mapping[str, object] | None = None
    notes: list[Note] = field(default_factory=list)
    changes: Sequence[Mapping[str, Any]] = ()
    signatures: Sequence[Mapping[str, Any]] = ()

    def describe_signed(self, data: bytes, *, size: int, revision: int | None) -> None:
        """Tell which first bytes of a file were signed as they are."""
        digest = hashlib.sha256(memoryview(data)[:size]).hexdigest()
        signed = {"size": size, "sha256": digest, "revision": revision}
        self.file = {**(self.file or {}), "signed": signed}

    def finish(self) -> Report:
        """Decide, and return the report with every required check listed."""
        made, required = self.log.checks, REQUIRED_CHECKS[self.basis]
        others = (check_id for check_id in CheckId if check_id not in required)
        listed = tuple(
            made.get(check_id) or Check(id=check_id, reason=Reason.NOT_CHECKED)
            for check_id in (*required, *others)
            if check_id in made or check_id in required
        )
        verdict = decide(made, required)
        # Facts beside a verdict of "false" would only lend it their colour.
        hidden = verdict.outcome in (Outcome.ALTERED, Outcome.UNKNOWN)
        return Report(
            basis=self.basis,
            verdict=verdict,
            integrity=self.integrity,
            checks=listed,
            checked_at=self.now,
            document=None if hidden else self.document,
            signature=self.signature,
            status=None if hidden else self.status,
            file=self.file,
            trust_list=self.trust_list,
            qr=self.qr,
            notes=tuple(self.notes) if verdict.outcome in _GENUINE else (),
            changes=self.changes,
            signatures=self.signatures,
        )
