# SPDX-License-Identifier: Apache-2.0
"""Limits of a page: which fields of a type may be longer than it can hold.

Nothing is shrunk at issue, so data within `max_length` that do not fit are refused
there, before a clerk's eyes. Here they are found before, with a length that fits.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from issuer.errors import RenderError
from issuer.rehearsal import HARDEST, rehearse
from issuer.render import RenderJob
from templates.document_type import DocumentType
from templates.errors import FieldsError
from templates.fields import Field, Kind
from templates.longest import build_longest, make_longest

_LONGEST_DAY = datetime(2026, 11, 30, 3, tzinfo=UTC)
_COUNTED = frozenset({Kind.LIST, Kind.TABLE})
_UNITS = {Kind.LIST: "entries", Kind.TABLE: "rows"}
_ROUND = 10
"""Suggested lengths above twice this are multiples of it."""

Data = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A field that may be longer than the page holds, or all of them together."""

    field: str | None = None
    key: str = "max_length"
    problem: str
    fix: str


def find_limits(kind: DocumentType, sample: Data) -> Iterator[Limit]:
    """Yield what is longer than the page of a type holds.

    1. All fields at their longest: where that fits, all is well.
    2. Each field alone, the others as in the sample.
    3. All together again, none longer than what fits alone.
    """
    # 1.
    longest = build_longest(kind.fields, sample)
    error = find_misfit(kind, longest)
    if error is None:
        return
    if find_misfit(kind, sample):
        yield _limit_of_all(kind, error)
        return
    # 2.
    fitting = dict(longest)
    for field in kind.fields:
        alone = {**sample, field.name: longest.get(field.name)}
        if field.name not in longest or not (found := find_misfit(kind, alone)):
            continue
        limit, value = _find_fitting(kind, field, sample, found)
        fitting[field.name] = value
        yield limit
    # 3.
    if error := find_misfit(kind, fitting):
        yield _limit_of_all(kind, error)


def rehearse_longest(kind: DocumentType, sample: Data) -> RenderJob:
    """Return the page of the longest data in the hardest circumstances.

    Raises:
        FieldsError, RenderError: as `rehearse`.
    """
    return rehearse(kind, build_longest(kind.fields, sample), _LONGEST_DAY, HARDEST)


def find_misfit(kind: DocumentType, data: Data) -> Exception | None:
    """Return why data do not fit the page in the hardest circumstances, if so."""
    try:
        rehearse(kind, data, _LONGEST_DAY, HARDEST)
    except (FieldsError, RenderError) as error:
        return error
    return None


def _find_fitting(
    kind: DocumentType, field: Field, sample: Data, error: Exception
) -> tuple[Limit, object]:
    """Return the complaint on one field, and its longest value that fits."""
    counted = field.kind in _COUNTED
    key = "max_items" if counted else "max_length"
    most = field.max_items if counted else field.max_length
    given = sample.get(field.name)

    def make(size: int) -> object:
        smaller = (
            replace(field, max_items=size)
            if counted
            else replace(field, max_length=size)
        )
        return make_longest(smaller, given)

    def judge(size: int) -> Exception | None:
        return find_misfit(kind, {**sample, field.name: make(size)})

    size = _find_largest(lambda size: judge(size) is None, most)
    if not size:
        return _limit_of_one(kind, field, judge(1) or error), given
    error = judge(size + 1) or error
    if size > 2 * _ROUND:
        size -= size % _ROUND
    limit = Limit(
        field=field.name,
        key=key,
        problem=f"{most} {_UNITS.get(field.kind, 'characters')} are allowed, and do "
        f"not fit: {_words(kind, error)}",
        fix=f"{size} fit: write {key} = {size}, or make more room.",
    )
    return limit, make(size)


def _find_largest(fits: Callable[[int], bool], most: int) -> int:
    """Return the largest size below `most` that fits, 0 if none does."""
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        if fits(middle):
            low = middle
        else:
            high = middle
    return low


def _limit_of_one(kind: DocumentType, field: Field, error: Exception) -> Limit:
    unit = _UNITS.get(field.kind, "characters")
    return Limit(
        field=field.name,
        problem=f"not even one of its {unit} fits at its longest: "
        f"{_words(kind, error)}",
        fix="Lower max_length or maximum, or make more room.",
    )


def _limit_of_all(kind: DocumentType, error: Exception) -> Limit:
    return Limit(
        problem="with all fields at their longest the page does not hold them: "
        f"{_words(kind, error)}",
        fix="Lower max_length or max_items of some, or make more room; otherwise "
        "such documents are refused at issue.",
    )


def split_advice(kind: DocumentType, error: Exception) -> tuple[str, str]:
    """Return what is wrong with a page and what to do, out of an error of drawing."""
    if isinstance(error, FieldsError):
        return error.problems[0].detail.en, ""
    problem, colon, advice = str(error).removeprefix(f"{kind.id}: ").rpartition(": ")
    if not colon:
        return advice, "Shorten it, or make more room."
    return problem, f"{advice[:1].upper()}{advice[1:]}."


def _words(kind: DocumentType, error: Exception) -> str:
    return split_advice(kind, error)[0]
