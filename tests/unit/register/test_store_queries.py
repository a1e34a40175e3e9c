# SPDX-License-Identifier: Apache-2.0
"""Finding documents and events: by agency, by page, and since last time."""

import base64
from dataclasses import replace
from datetime import date, timedelta

import pytest

from register.document import Action, AgencyId, Document, State, Status, Text
from register.errors import (
    AgencyExistsError,
    DocumentError,
    PageTokenError,
    UnknownAgencyError,
)
from register.store import DocumentFilter, Event, EventAction, StatusChange, Store
from tests.unit.register.store_world import (
    HEALTH,
    LAW,
    NOW,
    TRADE,
    issue,
    open_register,
    request,
)

ALL = DocumentFilter(agency_id=TRADE)


def _numbers(store: Store, wanted: DocumentFilter) -> set[str]:
    return {each.number for each in store.list_documents(wanted).items}


def _walk(store: Store, wanted: DocumentFilter) -> list[Document]:
    found: list[Document] = []
    while True:
        page = store.list_documents(wanted)
        found.extend(page.items)
        if page.next is None:
            return found
        wanted = replace(wanted, after=page.next)


def test_pages_are_stable_while_documents_are_added(database_url: str) -> None:
    with open_register(database_url) as store:
        made = [
            store.reserve(
                request(f"key-{each}"), NOW + timedelta(seconds=each // 3)
            ).document
            for each in range(10)
        ]
        first = store.list_documents(replace(ALL, limit=4))
        assert len(first.items) == 4
        for each in range(10, 15):
            store.reserve(request(f"key-{each}"), NOW + timedelta(minutes=1))
        rest = _walk(store, replace(ALL, limit=4, after=first.next))
        found = [*first.items, *rest]
        assert {each.id for each in found} == {each.id for each in made}
        assert len(found) == 10
        moments = [each.reserved_at for each in found]
        assert moments == sorted(moments, reverse=True)


def test_last_page_has_no_next(database_url: str) -> None:
    with open_register(database_url) as store:
        for each in range(4):
            store.reserve(request(f"key-{each}"), NOW)
        first = store.list_documents(replace(ALL, limit=2))
        assert first.next is not None
        last = store.list_documents(replace(ALL, limit=2, after=first.next))
        assert (len(last.items), last.next) == (2, None)


def _token(place: str) -> str:
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "ตรา",
        "a b",
        "=" * 9,
        _token("1.short"),
        _token("-1." + "A" * 26),
        _token("999999999999." + "A" * 26),
        _token("1." + "A" * 26) + "\n",
    ],
)
def test_page_token_of_nobody_is_refused(database_url: str, token: str) -> None:
    with open_register(database_url) as store, pytest.raises(PageTokenError):
        store.list_documents(replace(ALL, after=token))


def test_filters_narrow_and_combine(database_url: str) -> None:
    revoke = StatusChange(
        action=Action.REVOKE, actor="officer", reason="ปลอม", legal_basis=LAW
    )
    with open_register(database_url) as store:
        issue(store, "1", holder="Somchai Jaidee")
        second = issue(store, "2", holder="สมหญิง 100%_ใจดี")
        store.change_status(second.id, revoke, NOW)
        store.reserve(request("3", issued_on=date(2026, 8, 15)), NOW)
        issue(store, "4", type_id="training_certificate", format_number="T{}".format)
        issue(store, "5", agency_id=HEALTH, format_number="H{}".format)

        for wanted, numbers in (
            (ALL, {"1/2569", "2/2569", "3/2569", "T1"}),
            (replace(ALL, type_id="training_certificate"), {"T1"}),
            (replace(ALL, types=frozenset({"training_certificate"})), {"T1"}),
            (replace(ALL, types=frozenset({"training_certificate", "x"})), {"T1"}),
            (replace(ALL, types=frozenset()), set()),
            (
                replace(ALL, types=frozenset({"x"}), type_id="training_certificate"),
                set(),
            ),
            (replace(ALL, status=Status.REVOKED), {"2/2569"}),
            (replace(ALL, status=Status.VALID), {"1/2569", "T1"}),
            (replace(ALL, state=State.RESERVED), {"3/2569"}),
            (replace(ALL, number="1/2569"), {"1/2569"}),
            (replace(ALL, number="H1"), set()),
            (replace(ALL, holder="JAIDEE"), {"1/2569"}),
            (replace(ALL, holder="สมหญิง"), {"2/2569"}),
            (replace(ALL, holder="%_"), {"2/2569"}),
            (replace(ALL, issued_from=date(2026, 8, 15)), {"3/2569"}),
            (replace(ALL, issued_to=date(2026, 7, 1), type_id="none"), set()),
            (DocumentFilter(number="H1"), {"H1"}),
            (replace(ALL, holder="ใจดี", status=Status.VALID), {"T1"}),
        ):
            assert _numbers(store, wanted) == numbers, wanted


def test_text_no_database_can_hold_finds_nothing(database_url: str) -> None:
    with open_register(database_url) as store:
        issue(store)
        assert _numbers(store, replace(ALL, number="1\x00")) == set()
        assert _numbers(store, replace(ALL, holder="สม\x00ชาย")) == set()
        assert _numbers(store, replace(ALL, type_id="business\x00")) == set()


def test_unfinished_reservations_come_oldest_first(database_url: str) -> None:
    with open_register(database_url) as store:
        late = store.reserve(request("late"), NOW + timedelta(hours=1)).document
        early = store.reserve(request("early"), NOW).document
        theirs = store.reserve(request("theirs", agency_id=HEALTH), NOW).document
        issue(store, "done")
        assert store.unfinished_reservations(TRADE) == (early, late)
        everyone = {each.id for each in store.unfinished_reservations()}
        assert everyone == {early.id, late.id, theirs.id}


def test_publisher_learns_only_what_changed(database_url: str) -> None:
    revoke = StatusChange(
        action=Action.REVOKE, actor="officer", reason="ปลอม", legal_basis=LAW
    )
    with open_register(database_url) as store:
        first, second = issue(store, "1"), issue(store, "2")
        store.reserve(request("3"), NOW)
        changes = store.changed_since(0)
        assert {each.id for each in changes.documents} == {first.id, second.id}
        assert store.changed_since(changes.seq).documents == ()
        assert store.changed_since(changes.seq).seq == changes.seq
        revoked = store.change_status(first.id, revoke, NOW)
        assert store.changed_since(changes.seq).documents == (revoked,)
        assert {each.id for each in store.iter_issued()} == {first.id, second.id}
        assert list(store.iter_issued(HEALTH)) == []


def test_log_is_read_in_pieces(database_url: str) -> None:
    with open_register(database_url) as store:
        issue(store, "1")
        issue(store, "2", agency_id=HEALTH)
        everything = store.events()
        pieces: list[Event] = []
        after = 0
        while found := store.events(after_seq=after, limit=2):
            assert len(found) <= 2
            pieces.extend(found)
            after = found[-1].seq
        assert tuple(pieces) == everything
        ours = store.events(agency_id=TRADE)
        assert {each.agency_id for each in ours} == {TRADE}
        assert [each.action for each in ours] == [
            EventAction.AGENCY_ADDED,
            EventAction.RESERVED,
            EventAction.SEALING,
            EventAction.ISSUED,
        ]


def test_log_of_some_types_tells_of_their_documents_only(database_url: str) -> None:
    with open_register(database_url) as store:
        ours = issue(store, "1")
        issue(store, "2", type_id="training_certificate")
        issue(store, "3", agency_id=HEALTH)
        store.create_token(TRADE, "n", None, frozenset(), None, NOW)
        types = frozenset({"business_licence"})
        found = store.events(agency_id=TRADE, type_ids=types)
        assert found == store.events(ours.id)
        assert len(found) == 3
        rest = store.events(agency_id=TRADE, after_seq=found[0].seq, type_ids=types)
        assert rest == found[1:]
        assert store.events(agency_id=TRADE, limit=1, type_ids=types) == found[:1]
        assert store.events(type_ids=frozenset()) == ()
        both = frozenset({"business_licence", "training_certificate"})
        everywhere = store.events(type_ids=both)
        assert everywhere == tuple(each for each in store.events() if each.document_id)


def test_agencies_and_their_types(database_url: str) -> None:
    with open_register(database_url) as store:
        trade = store.get_agency(TRADE)
        assert trade.name == Text("กรมการค้า", "Trade")
        assert trade.domain == "trade.go.th"
        assert trade.created_at == NOW
        assert [each.id for each in store.list_agencies()] == [HEALTH, TRADE]

        store.set_type_in_force(TRADE, "business_licence", 1, NOW)
        store.set_type_in_force(TRADE, "training_certificate", 1, NOW)
        store.set_type_in_force(TRADE, "business_licence", 2, NOW)
        store.retire_type(TRADE, "training_certificate", NOW)
        assert store.types_in_force(TRADE) == {"business_licence": 2}
        assert store.types_in_force(HEALTH) == {}
        store.set_type_in_force(TRADE, "training_certificate", 3, NOW)
        assert store.types_in_force(TRADE)["training_certificate"] == 3


def test_types_once_in_force_are_never_forgotten(database_url: str) -> None:
    with open_register(database_url) as store:
        assert store.types_ever_in_force(TRADE) == {}
        for version in (1, 3, 2):
            store.set_type_in_force(TRADE, "business_licence", version, NOW)
        store.set_type_in_force(TRADE, "training_certificate", 1, NOW)
        store.retire_type(TRADE, "training_certificate", NOW)
        assert store.types_in_force(TRADE) == {"business_licence": 2}
        ever = {"business_licence": 3, "training_certificate": 1}
        assert store.types_ever_in_force(TRADE) == ever
        assert list(store.types_ever_in_force(TRADE)) == sorted(ever)
        assert store.types_ever_in_force(HEALTH) == {}
        store.retire_type(TRADE, "business_licence", NOW)
        assert store.types_ever_in_force(TRADE) == ever


def test_agency_is_added_once_and_well_named(database_url: str) -> None:
    unknown = AgencyId("NOBODY")
    with open_register(database_url) as store:
        with pytest.raises(AgencyExistsError, match="TRADE"):
            store.add_agency(TRADE, Text("ก", "a"), "x.go.th", NOW)
        with pytest.raises(DocumentError):
            store.add_agency(AgencyId("trade!"), Text("ก", "a"), "x.go.th", NOW)
        with pytest.raises(DocumentError):
            store.set_type_in_force(TRADE, "Business Licence", 1, NOW)
        for ask in (
            store.get_agency,
            store.types_in_force,
            store.types_ever_in_force,
        ):
            with pytest.raises(UnknownAgencyError, match="NOBODY"):
                ask(unknown)
        with pytest.raises(UnknownAgencyError):
            store.set_type_in_force(unknown, "business_licence", 1, NOW)
        with pytest.raises(UnknownAgencyError):
            store.retire_type(unknown, "business_licence", NOW)
