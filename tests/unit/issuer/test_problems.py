# SPDX-License-Identifier: Apache-2.0
"""Whatever a clerk may be told is told in Thai, with what to do, and in English."""

import re

import pytest

from issuer.errors import GateError
from issuer.problems import problem_kinds, problem_of
from templates.errors import FieldProblem, FieldsError
from templates.wording import Localized

THAI = re.compile("[\u0e01-\u0e5b]")
KINDS = [kind for kind in problem_kinds() if kind is not FieldsError]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_detail_says_more_than_the_title_in_both_languages(
    kind: type[Exception],
) -> None:
    problem = problem_of(kind("document 7 is at fault"))
    assert problem is not None
    assert THAI.search(problem.title.th)
    assert THAI.search(problem.detail.th)
    assert problem.detail.th != problem.title.th
    assert not THAI.search(problem.detail.en)
    assert problem.detail.en != problem.title.en


def test_every_field_that_is_wrong_is_told_in_both_languages() -> None:
    detail = Localized("ต้องระบุชื่อ", "a name is required")
    found = FieldProblem(field="name", reason="required", detail=detail)
    problem = problem_of(FieldsError((found,)))
    assert problem is not None
    [issue] = problem.errors
    assert (issue.field, issue.reason) == ("name", "required")
    assert (issue.detail.th, issue.detail.en) == (detail.th, detail.en)


def test_the_words_of_the_gate_are_told_as_they_are() -> None:
    problem = problem_of(
        GateError("text is covered", reason="text_covered", th="ข้อความถูกทับ")
    )
    assert problem is not None
    assert "ข้อความถูกทับ" in problem.detail.th
    assert [issue.reason for issue in problem.errors] == ["text_covered"]
