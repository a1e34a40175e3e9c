# SPDX-License-Identifier: Apache-2.0
"""Reserving: once a key, no gap, no duplicate, and nothing half-written."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from register.document import LIST_SIZE, AgencyId, DocumentId, State, Status
from register.errors import (
    DocumentStateError,
    IdempotencyConflictError,
    IdempotencyKeyError,
    NumberConflictError,
    TextNotStorableError,
    TransitionError,
    UnknownAgencyError,
    UnknownDocumentError,
)
from register.store import Store
from register.store_reservations import LIST_FULL
from tests.unit.register.store_world import (
    HEALTH,
    NOW,
    TRADE,
    issue,
    open_register,
    request,
)


def test_reservation_holds_all_that_the_record_needs(database_url: str) -> None:
    with open_register(database_url) as store:
        made = store.reserve(request(), NOW)
        document = made.document
        assert made.fresh
        assert document.number == "1/2569"
        assert document.state is State.RESERVED
        assert document.status is Status.VALID
        assert document.reserved_at == NOW
        assert document.valid_until == date(2027, 6, 30)
        assert document.data == {"holder": "สมชาย ใจดี", "fee": "1500.00"}
        assert len(document.salt) == 16
        assert document.status_ref.list == 0
        assert document.issued_at is None
        assert store.get_document(document.id) == document


def test_same_key_and_request_give_the_same_document(database_url: str) -> None:
    with open_register(database_url) as store:
        first = store.reserve(request("again"), NOW)
        second = store.reserve(request("again"), NOW)
        assert second.document == first.document
        assert not second.fresh
        assert store.reserve(request("other"), NOW).document.number == "2/2569"


def test_same_key_with_another_request_is_refused(database_url: str) -> None:
    with open_register(database_url) as store:
        store.reserve(request("again"), NOW)
        with pytest.raises(IdempotencyConflictError):
            store.reserve(request("again", request_sha256=b"o" * 32), NOW)
        assert store.reserve(request("other"), NOW).document.number == "2/2569"


def test_retry_is_found_by_its_key(database_url: str) -> None:
    with open_register(database_url) as store:
        made = store.reserve(request("again"), NOW).document
        assert store.find_reservation(TRADE, "again") == (
            request("again").request_sha256,
            made,
        )
        assert store.find_reservation(TRADE, "other") is None
        assert store.find_reservation(HEALTH, "again") is None
        issued = issue(store, "again")
        found = store.find_reservation(TRADE, "again")
        assert found is not None
        assert found[1] == issued
        void = store.reserve(request("void"), NOW).document
        void = store.void_reservation(void.id, "officer", "ยกเลิก", NOW)
        assert store.find_reservation(TRADE, "void") == (
            request("void").request_sha256,
            void,
        )


def test_key_is_as_long_on_both_databases(database_url: str) -> None:
    longest = "ก" * 255
    with open_register(database_url) as store:
        made = store.reserve(request(longest), NOW).document
        found = store.find_reservation(TRADE, longest)
        assert found is not None
        assert found[1] == made
        events = store.events()
        for ask in (
            lambda: store.reserve(request(longest + "ก"), NOW),
            lambda: store.find_reservation(TRADE, longest + "ก"),
        ):
            with pytest.raises(IdempotencyKeyError, match="255") as refused:
                ask()
            assert "ก" not in str(refused.value)
        with pytest.raises(TextNotStorableError):
            store.find_reservation(TRADE, "key\x00")
        assert store.events() == events


def test_two_agencies_may_use_the_same_key(database_url: str) -> None:
    with open_register(database_url) as store:
        ours = store.reserve(request("same"), NOW)
        theirs = store.reserve(request("same", agency_id=HEALTH), NOW)
        assert theirs.fresh
        assert theirs.document.id != ours.document.id


def test_numbers_count_by_agency_type_and_year(database_url: str) -> None:
    changes: tuple[dict[str, Any], ...] = (
        {},
        {"agency_id": HEALTH},
        {"type_id": "training_certificate"},
        {"year": 2570, "format_number": "{}/2570".format},
        {},
    )
    with open_register(database_url) as store:
        numbers = [
            store.reserve(request(f"key-{position}", **change), NOW).document.number
            for position, change in enumerate(changes)
        ]
    assert numbers == ["1/2569", "1/2569", "1/2569", "1/2570", "2/2569"]


def test_pattern_that_repeats_a_number_is_named(database_url: str) -> None:
    with open_register(database_url) as store:
        store.reserve(request("a", format_number="{}".format), NOW)
        with pytest.raises(NumberConflictError, match="business_licence"):
            store.reserve(request("b", format_number="{}".format, year=2570), NOW)
        assert len(store.unfinished_reservations()) == 1


def test_failed_reservation_leaves_no_trace(database_url: str) -> None:
    def fail(_sequence: int) -> str:
        raise ZeroDivisionError

    with open_register(database_url) as store:
        before = store.events()
        with pytest.raises(ZeroDivisionError):
            store.reserve(request("key", format_number=fail), NOW)
        assert store.events() == before
        assert store.unfinished_reservations() == ()
        # Neither the key nor the number was used up.
        made = store.reserve(request("key"), NOW)
        assert (made.fresh, made.document.number) == (True, "1/2569")


def test_unknown_agency_is_refused(database_url: str) -> None:
    with open_register(database_url) as store, pytest.raises(UnknownAgencyError):
        store.reserve(request(agency_id=AgencyId("NOBODY")), NOW)


def test_status_indices_are_spread_over_the_list(database_url: str) -> None:
    with open_register(database_url) as store:
        places = [
            store.reserve(request(f"key-{each}"), NOW).document.status_ref.index
            for each in range(40)
        ]
    assert len(set(places)) == 40
    # The chance that 40 random indices all fall into one half: 1 in 5·10^11.
    assert min(places) < LIST_SIZE // 2 < max(places)


def test_full_list_is_followed_by_the_next(database_url: str) -> None:
    with open_register(database_url) as store:
        store.reserve(request("first"), NOW)
        with store._write() as session:
            filled = text("UPDATE status_list SET used = :used")
            session.execute(filled, {"used": LIST_FULL - 1})
        last = store.reserve(request("last of list 0"), NOW).document
        next_one = store.reserve(request("first of list 1"), NOW).document
        assert (last.status_ref.list, next_one.status_ref.list) == (0, 1)
        assert store.list_numbers() == (0, 1)


def test_successor_is_reserved_once(database_url: str) -> None:
    with open_register(database_url) as store:
        old = issue(store)
        new = store.reserve(request("s1", supersedes=old.id), NOW).document
        assert new.supersedes == old.id
        assert store.get_document(old.id).status is Status.VALID
        with pytest.raises(TransitionError, match=new.id):
            store.reserve(request("s2", supersedes=old.id), NOW)
        # The same request goes on, and a void one makes room.
        assert not store.reserve(request("s1", supersedes=old.id), NOW).fresh
        store.void_reservation(new.id, "officer", "เปลี่ยนใจ", NOW)
        assert store.reserve(request("s2", supersedes=old.id), NOW).fresh


def test_predecessor_must_be_issued_and_ours(database_url: str) -> None:
    with open_register(database_url) as store:
        reserved = store.reserve(request("r"), NOW).document
        theirs = issue(store, "t", agency_id=HEALTH)
        for wanted, error in (
            (reserved.id, DocumentStateError),
            (theirs.id, UnknownDocumentError),
            (DocumentId("A" * 26), UnknownDocumentError),
        ):
            with pytest.raises(error):
                store.reserve(request("x", supersedes=wanted), NOW)


def test_facts_of_another_zone_come_back_in_utc(database_url: str) -> None:
    with open_register(database_url) as store:
        bangkok = NOW.astimezone(tz=None).replace(microsecond=987654)
        made = store.reserve(request(), bangkok).document
        found = store.get_document(made.id)
    assert made == found
    assert found.reserved_at == NOW
    assert found.reserved_at.utcoffset() == NOW.utcoffset()


def test_another_program_sees_the_reservation(database_url: str) -> None:
    with open_register(database_url) as store:
        made = store.reserve(request(), NOW)
    with Store.open(database_url) as store:
        again = store.reserve(request(), NOW)
    assert again == replace(made, fresh=False)
    assert made.document.agency_id == TRADE


def test_data_as_large_as_a_record_may_be_are_kept(database_url: str) -> None:
    images = {"photo": "A" * 400_000, "plan": "/9j/" * 100_000}
    data = {"holder": "สมชาย ใจดี", **images, "rooms": [{"use": "ห้องน้ำ", "area": 24}]}
    with open_register(database_url) as store:
        document = store.reserve(request(data=data), NOW).document
        assert store.get_document(document.id).data == data
        (listed,) = store.unfinished_reservations(TRADE)
        assert listed.data == data
