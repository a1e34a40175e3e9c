# SPDX-License-Identifier: Apache-2.0
"""One decision: what each combination of checks comes to."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from register.document import Status
from tests.forge_pki import NOW
from verifier.errors import CheckError
from verifier.reasons import Basis, CheckId, Outcome, Reason, Result
from verifier.report import (
    EXIT_CODES,
    REQUIRED_CHECKS,
    Check,
    CheckLog,
    Findings,
    decide,
)
from verifier.status import check_dates

FILE = REQUIRED_CHECKS[Basis.FILE]
PASSED = {check_id: Check(id=check_id) for check_id in FILE}
VECTORS = json.loads(
    (Path(__file__).parents[2] / "vectors" / "verdicts.json").read_text()
)["cases"]


def _with(check_id: CheckId, reason: Reason) -> dict[CheckId, Check]:
    return {**PASSED, check_id: Check(id=check_id, reason=reason)}


def test_in_force_needs_every_check_to_have_passed() -> None:
    assert decide(PASSED, FILE).outcome is Outcome.IN_FORCE


@pytest.mark.parametrize("missing", FILE)
def test_a_check_that_was_not_made_keeps_it_from_being_in_force(
    missing: CheckId,
) -> None:
    made = {key: check for key, check in PASSED.items() if key is not missing}

    assert decide(made, FILE).outcome is Outcome.UNCHECKED


@pytest.mark.parametrize("reason", [r for r in Reason if r is not Reason.VALID])
def test_no_reason_whatever_leaves_it_in_force(reason: Reason) -> None:
    verdict = decide(_with(CheckId.SIGNER, reason), FILE)

    assert verdict.outcome is not Outcome.IN_FORCE
    assert verdict.reason is reason


@pytest.mark.parametrize("other", [r for r in Reason if r is not Reason.VALID])
def test_altered_goes_before_everything(other: Reason) -> None:
    checks = _with(CheckId.STATUS, other)
    checks[CheckId.HASH] = Check(id=CheckId.HASH, reason=Reason.HASH_FAILURE)

    assert decide(checks, FILE).outcome is Outcome.ALTERED


@pytest.mark.parametrize("basis", Basis)
def test_nothing_checked_at_all_is_unchecked(basis: Basis) -> None:
    report = Findings(basis=basis, now=NOW).finish()

    assert (report.outcome, report.reason) == ("unchecked", "not_checked")
    assert [check.id for check in report.checks] == list(REQUIRED_CHECKS[basis])


def test_could_not_check_is_never_a_failed_check() -> None:
    for reason in Reason:
        verdict = decide(_with(CheckId.STATUS, reason), FILE)
        if verdict.outcome in (Outcome.UNCHECKED, Outcome.SIGNATURE_ONLY):
            assert reason.result is Result.INDETERMINATE


def test_every_outcome_has_its_own_exit_code() -> None:
    assert set(EXIT_CODES) == set(Outcome)
    assert len(set(EXIT_CODES.values())) == len(Outcome)
    assert EXIT_CODES[Outcome.IN_FORCE] == 0


def test_a_later_pass_does_not_hide_an_earlier_failure() -> None:
    log = CheckLog()
    with log.check(CheckId.HASH):
        raise CheckError(Reason.HASH_FAILURE, "first signature")
    with log.check(CheckId.HASH):
        pass

    assert log.checks[CheckId.HASH].reason is Reason.HASH_FAILURE


@pytest.mark.parametrize("order", [1, -1])
def test_the_gravest_finding_on_a_check_stays(order: int) -> None:
    """What one signature is found to be does not hide what another one is."""
    found = [Reason.LIMIT, Reason.FORMAT_FAILURE, Reason.HASH_FAILURE][::order]
    log = CheckLog()
    for reason in found:
        with log.check(CheckId.HASH):
            raise CheckError(reason, "a signature")

    assert log.checks[CheckId.HASH].reason is Reason.HASH_FAILURE


def test_of_findings_as_grave_the_first_stays() -> None:
    log = CheckLog()
    for detail in ("first", "second"):
        with log.check(CheckId.HASH):
            raise CheckError(Reason.HASH_FAILURE, detail)

    assert log.checks[CheckId.HASH].detail == "first"


def test_an_unexpected_error_is_not_taken_for_a_result() -> None:
    log = CheckLog()
    with pytest.raises(RuntimeError), log.check(CheckId.HASH):
        raise RuntimeError("a fault of the program")

    assert log.checks == {}


def _state(check_id: CheckId, state: str) -> Check:
    names = {
        "valid": Reason.VALID,
        "not_found": Reason.NOT_REGISTERED,
        "unreachable": Reason.REGISTER_UNREACHABLE,
        "invalid": Reason.REGISTER_INVALID,
    }
    if check_id is CheckId.STATUS and state not in set(Status):
        return Check(id=check_id, reason=Reason(f"status_list_{state}"))
    if state in names:
        return Check(id=check_id, reason=names[state])
    return Check(id=CheckId.STATUS, reason=Reason(state))


def _dates(case: dict[str, Any]) -> Check:
    until = case["valid_until"]
    noon = f"{case['today']}T12:00:00"
    now = datetime.fromisoformat(noon).replace(tzinfo=ZoneInfo("Asia/Bangkok"))
    try:
        check_dates(
            date.fromisoformat(case["valid_from"]),
            None if until is None else date.fromisoformat(until),
            now,
        )
    except CheckError as error:
        return Check(id=CheckId.DATES, reason=error.reason)
    return Check(id=CheckId.DATES)


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: str(case["name"]))
def test_the_vectors_shared_with_the_browser(case: dict[str, Any]) -> None:
    """Both decide alike; see the file for what the members mean."""
    record = _state(CheckId.REGISTER, case["record"])
    listed = _state(CheckId.STATUS, case["status_list"])
    checks = {**PASSED, CheckId.DATES: _dates(case), CheckId.STATUS: listed}
    if record.id is CheckId.REGISTER:
        checks[CheckId.REGISTER] = record
    elif _gravity(record) > _gravity(listed):
        checks[CheckId.STATUS] = record
    # Checks are recorded in the order in which they are made.
    ordered = {key: checks[key] for key in FILE}

    verdict = decide(ordered, FILE)

    assert (verdict.outcome, verdict.reason) == (case["outcome"], case["reason"])


def _gravity(check: Check) -> int:
    order = [Reason.VALID, Reason.SUSPENDED, Reason.SUPERSEDED, Reason.REVOKED]
    return order.index(check.reason) if check.reason in order else 0
