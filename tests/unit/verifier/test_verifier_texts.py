# SPDX-License-Identifier: Apache-2.0
"""Every code has words for people, in both languages, and a line in the docs."""

import re
from pathlib import Path

import pytest

from register.document import Text
from verifier.reasons import Basis, CheckId, Outcome, Reason
from verifier.texts import (
    CHECK_NAMES,
    OUTCOME_TEXTS,
    REASON_TEXTS,
    describe_verdict,
)

DOCS = Path(__file__).parents[3] / "docs" / "reason-codes.md"
THAI = re.compile(r"[\u0e00-\u0e7f]")


def _check_both_languages(text: Text) -> None:
    assert THAI.search(text.th)
    assert not THAI.search(text.en)
    # A sign typed as two: these look right on a screen and are wrong.
    assert "เเ" not in text.th
    assert "ํา" not in text.th


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_words(outcome: Outcome) -> None:
    _check_both_languages(OUTCOME_TEXTS[outcome])


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words_and_advice(reason: Reason) -> None:
    for text in REASON_TEXTS[reason]:
        _check_both_languages(text)


@pytest.mark.parametrize("check_id", CheckId)
def test_every_check_has_a_name(check_id: CheckId) -> None:
    _check_both_languages(CHECK_NAMES[check_id])


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_documented(reason: Reason) -> None:
    assert f"| `{reason}` |" in DOCS.read_text()


@pytest.mark.parametrize("check_id", CheckId)
def test_every_check_is_documented(check_id: CheckId) -> None:
    assert f"| {check_id.number} | `{check_id}` |" in DOCS.read_text()


def test_nothing_else_is_documented() -> None:
    rows = re.findall(r"^\| `([^`]+)` \|", DOCS.read_text(), re.MULTILINE)

    assert sorted(rows) == sorted([*Outcome, *Reason])


def test_the_register_alone_never_calls_a_paper_genuine() -> None:
    text, _ = describe_verdict(Outcome.IN_FORCE, Reason.VALID, Basis.RECORD)

    assert "แท้" not in text.th
    assert "genuine" not in text.en.lower()
