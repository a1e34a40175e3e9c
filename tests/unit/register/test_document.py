# SPDX-License-Identifier: Apache-2.0
"""Ids, statuses, years and references of documents."""

import contextlib
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from register.document import (
    LIST_SIZE,
    MAX_LISTS,
    Action,
    DocumentId,
    Status,
    StatusRef,
    YearBasis,
    bangkok_date,
    buddhist_year,
    check_type_id,
    document_id_bytes,
    document_id_from_bytes,
    new_document_id,
    next_status,
    parse_agency_id,
    parse_document_id,
    worse_status,
)
from register.errors import DocumentError, DocumentIdError, TransitionError

ALLOWED = {
    (Status.VALID, Action.SUSPEND): Status.SUSPENDED,
    (Status.VALID, Action.REVOKE): Status.REVOKED,
    (Status.VALID, Action.SUPERSEDE): Status.SUPERSEDED,
    (Status.SUSPENDED, Action.REINSTATE): Status.VALID,
    (Status.SUSPENDED, Action.REVOKE): Status.REVOKED,
}


@pytest.mark.parametrize("current", Status)
@pytest.mark.parametrize("action", Action)
def test_every_pair_of_status_and_action_is_decided(
    current: Status, action: Action
) -> None:
    expected = ALLOWED.get((current, action))
    if expected is None:
        with pytest.raises(TransitionError, match=f"cannot {action.value}"):
            next_status(current, action)
    else:
        assert next_status(current, action) is expected


@pytest.mark.parametrize("final", [Status.REVOKED, Status.SUPERSEDED])
def test_a_final_status_says_so(final: Status) -> None:
    with pytest.raises(TransitionError, match="it is final"):
        next_status(final, Action.REINSTATE)


def test_the_worse_of_two_statuses_follows_the_publication_page() -> None:
    order = [Status.VALID, Status.SUSPENDED, Status.SUPERSEDED, Status.REVOKED]
    for i, one in enumerate(order):
        for j, other in enumerate(order):
            assert worse_status(one, other) is order[max(i, j)]


@given(st.binary(min_size=16, max_size=16))
def test_a_document_id_is_its_16_bytes_in_either_case(data: bytes) -> None:
    document_id = document_id_from_bytes(data)
    assert len(document_id) == 26
    assert document_id_bytes(document_id) == data
    assert parse_document_id(document_id.lower()) == document_id


def test_new_document_ids_differ() -> None:
    assert len({new_document_id() for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A" * 25,
        "A" * 27,
        "A" * 25 + "1",
        "A" * 25 + "B",  # a spare bit is set
        "A" * 25 + "=",
        "A" * 13 + " " + "A" * 12,
        "A" * 25 + "\n",
        "ſ" + "A" * 25,  # its upper case is the letter S
        "ก" * 26,
    ],
)
def test_a_text_that_is_no_document_id_is_refused(text: str) -> None:
    with pytest.raises(DocumentIdError):
        parse_document_id(text)
    with pytest.raises(DocumentIdError):
        document_id_bytes(DocumentId(text))


@given(st.text())
def test_junk_is_never_more_than_a_wrong_id(text: str) -> None:
    with contextlib.suppress(DocumentIdError):
        assert parse_document_id(text) == text.upper()


@pytest.mark.parametrize(
    ("day", "calendar", "fiscal"),
    [
        (date(2026, 9, 30), 2569, 2569),
        (date(2026, 10, 1), 2569, 2570),
        (date(2026, 12, 31), 2569, 2570),
        (date(2027, 1, 1), 2570, 2570),
    ],
)
def test_the_fiscal_year_begins_on_the_first_of_october(
    day: date, calendar: int, fiscal: int
) -> None:
    assert buddhist_year(day, YearBasis.CALENDAR) == calendar
    assert buddhist_year(day, YearBasis.FISCAL) == fiscal


def test_the_day_changes_at_midnight_in_bangkok() -> None:
    late = datetime(2026, 3, 1, 16, 59, 59, tzinfo=UTC)
    assert bangkok_date(late) == date(2026, 3, 1)
    assert bangkok_date(late + timedelta(seconds=1)) == date(2026, 3, 2)
    elsewhere = late.astimezone(timezone(timedelta(hours=-8)))
    assert bangkok_date(elsewhere) == date(2026, 3, 1)


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(DocumentError, match="time zone"):
        bangkok_date(datetime(2026, 3, 1))  # noqa: DTZ001 - what is refused


@given(st.integers(0, MAX_LISTS - 1), st.integers(0, LIST_SIZE - 1))
def test_a_status_reference_is_one_integer(number: int, index: int) -> None:
    ref = StatusRef(number, index)
    assert ref.packed == number * 2**20 + index
    assert StatusRef.from_packed(ref.packed) == ref


@pytest.mark.parametrize(
    ("number", "index"), [(-1, 0), (0, -1), (0, LIST_SIZE), (MAX_LISTS, 0)]
)
def test_a_reference_out_of_range_is_refused(number: int, index: int) -> None:
    with pytest.raises(DocumentError, match="out of range"):
        StatusRef(number, index)


@pytest.mark.parametrize("text", ["", "trade", "ABCDEFGHI", "TR-DE", "กขค", "A\n"])
def test_a_text_that_is_no_agency_id_is_refused(text: str) -> None:
    with pytest.raises(DocumentError):
        parse_agency_id(text)


@pytest.mark.parametrize("text", ["", "a", "1a", "A_b", "a-b", "a" * 41, "ab\n"])
def test_a_text_that_is_no_type_id_is_refused(text: str) -> None:
    with pytest.raises(DocumentError):
        check_type_id(text)
