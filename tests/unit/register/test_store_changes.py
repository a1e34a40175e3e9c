# SPDX-License-Identifier: Apache-2.0
"""Sealed, issued, revoked, superseded, void: only along the allowed ways."""

import hashlib
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from register.document import Action, DocumentId, State, Status
from register.errors import (
    DocumentStateError,
    StatusChangeError,
    TextNotStorableError,
    TransitionError,
    UnknownDocumentError,
)
from register.store import DocumentFilter, EventAction, StatusChange
from tests.unit.register.store_world import (
    HEALTH,
    LAW,
    NOW,
    TRADE,
    file_digest,
    issue,
    open_register,
    request,
)

LATER = NOW + timedelta(hours=2)
REVOKE = StatusChange(
    action=Action.REVOKE, actor="officer", reason="ปลอมเอกสาร", legal_basis=LAW
)
SUSPEND = replace(REVOKE, action=Action.SUSPEND)
REINSTATE = replace(REVOKE, action=Action.REINSTATE)


def test_issued_document_has_its_digests_record_and_claim(database_url: str) -> None:
    with open_register(database_url) as store:
        reserved = store.reserve(request(), NOW).document
        store.record_sealing(reserved.id, "token:demo", NOW, b"r" * 32)
        issued = store.record_issued(
            reserved.id, "token:demo", LATER, b"record", b"claim", b"f" * 32
        )
        assert issued.state is State.ISSUED
        assert issued.issued_at == LATER
        assert issued.record_sha256 == hashlib.sha256(b"record").digest()
        assert issued.file_sha256 == b"f" * 32
        assert store.get_document(issued.id) == issued
        assert store.find_by_file(b"f" * 32) == issued
        assert store.get_record(issued.id) == b"record"
        assert store.get_claim(issued.id) == b"claim"


def test_second_seal_of_a_document_gives_way_to_the_first(database_url: str) -> None:
    with open_register(database_url) as store:
        first = issue(store)
        second = store.record_issued(
            first.id, "retry", LATER, b"other", b"other", b"o" * 32
        )
        assert second == first
        assert store.get_record(first.id) == b"record"
        actions = [each.action for each in store.events(first.id)]
        assert actions.count(EventAction.ISSUED) == 1
        with pytest.raises(DocumentStateError, match="issued"):
            store.record_sealing(first.id, "retry", LATER, b"r" * 32)


def test_change_of_status_is_written_down(database_url: str) -> None:
    with open_register(database_url) as store:
        document = issue(store)
        order = replace(REVOKE, order_number="12/2569", effective_at=NOW)
        changed = store.change_status(document.id, order, LATER, TRADE)
        assert changed.status is Status.REVOKED
        assert changed.status_since == NOW
        assert store.get_document(document.id) == changed
        assert store.status_values(0) == {document.status_ref.index: Status.REVOKED}
        event = store.events(document.id)[-1]
        assert event.action is EventAction.REVOKED
        assert (event.from_status, event.to_status) == (Status.VALID, Status.REVOKED)
        assert (event.at, event.effective_at) == (LATER, NOW)
        assert (event.actor, event.reason) == ("officer", "ปลอมเอกสาร")
        assert (event.legal_basis, event.order_number) == (LAW, "12/2569")


def test_suspension_can_be_lifted_and_revocation_not(database_url: str) -> None:
    with open_register(database_url) as store:
        document = issue(store)
        for change, after in (
            (SUSPEND, Status.SUSPENDED),
            (REINSTATE, Status.VALID),
            (REVOKE, Status.REVOKED),
        ):
            assert store.change_status(document.id, change, NOW).status is after
        events = store.events(document.id)
        for change in (REVOKE, SUSPEND, REINSTATE):
            with pytest.raises(TransitionError):
                store.change_status(document.id, change, NOW)
        assert store.events(document.id) == events


@pytest.mark.parametrize(
    "wrong",
    [
        replace(REVOKE, reason=" "),
        replace(REVOKE, legal_basis=""),
        replace(REVOKE, effective_at=LATER),
    ],
)
def test_change_without_grounds_or_ahead_of_time_is_refused(
    database_url: str, wrong: StatusChange
) -> None:
    with open_register(database_url) as store:
        document = issue(store)
        with pytest.raises(StatusChangeError):
            store.change_status(document.id, wrong, NOW)
        assert store.get_document(document.id) == document


def test_change_takes_effect_on_the_day_of_issue_at_the_earliest(
    database_url: str,
) -> None:
    midnight = datetime(2026, 7, 1, tzinfo=ZoneInfo("Asia/Bangkok"))
    early = replace(REVOKE, effective_at=midnight - timedelta(seconds=1))
    with open_register(database_url) as store:
        document = issue(store)
        events = store.events()
        with pytest.raises(StatusChangeError, match="2026-06-30 is before 2026-07-01"):
            store.change_status(document.id, early, NOW)
        assert store.get_document(document.id) == document
        assert store.events() == events
        first = replace(REVOKE, effective_at=midnight)
        assert store.change_status(document.id, first, NOW).status_since == midnight


def test_change_takes_effect_after_the_present_status_began(database_url: str) -> None:
    with open_register(database_url) as store:
        document = issue(store)
        order = replace(SUSPEND, effective_at=NOW + timedelta(minutes=5))
        suspended = store.change_status(document.id, order, LATER)
        for change in (REVOKE, REINSTATE):
            early = replace(change, effective_at=NOW + timedelta(minutes=4))
            with pytest.raises(StatusChangeError, match="the document is suspended"):
                store.change_status(document.id, early, LATER)
        assert store.get_document(document.id) == suspended
        same = replace(REINSTATE, effective_at=order.effective_at)
        assert store.change_status(document.id, same, LATER).status is Status.VALID
        # The status that holds is the one since then, though it is valid again.
        with pytest.raises(StatusChangeError, match="the document is valid"):
            store.change_status(document.id, replace(REVOKE, effective_at=NOW), LATER)


def test_clock_that_is_behind_keeps_nobody_from_revoking_now(database_url: str) -> None:
    with open_register(database_url) as store:
        document = issue(store)
        store.change_status(document.id, SUSPEND, LATER)
        revoked = store.change_status(document.id, REVOKE, LATER - timedelta(seconds=3))
        assert (revoked.status, revoked.status_since) == (Status.REVOKED, LATER)
        ahead = issue(store, "ahead", issued_on=date(2026, 7, 2))
        assert store.change_status(ahead.id, REVOKE, NOW).status_since == NOW


def test_text_no_database_can_hold_is_refused(database_url: str) -> None:
    with open_register(database_url) as store:
        document = issue(store)
        with pytest.raises(TextNotStorableError):
            store.change_status(document.id, replace(REVOKE, reason="ก\x00"), NOW)
        assert store.get_document(document.id) == document
        with pytest.raises(TextNotStorableError):
            store.reserve(request("key\x00"), NOW)


def test_supersede_needs_a_successor(database_url: str) -> None:
    with open_register(database_url) as store:
        document = issue(store)
        with pytest.raises(TransitionError, match="successor"):
            store.change_status(
                document.id, replace(REVOKE, action=Action.SUPERSEDE), NOW
            )


def test_document_of_another_agency_is_out_of_reach(database_url: str) -> None:
    with open_register(database_url) as store:
        document = issue(store)
        reserved = store.reserve(request("r"), NOW).document
        with pytest.raises(UnknownDocumentError):
            store.change_status(document.id, REVOKE, NOW, HEALTH)
        with pytest.raises(UnknownDocumentError):
            store.void_reservation(reserved.id, "officer", "ผิด", NOW, HEALTH)
        for read in (store.get_document, store.get_record, store.get_claim):
            with pytest.raises(UnknownDocumentError):
                read(document.id, HEALTH)
        assert store.find_by_file(file_digest(document), HEALTH) is None
        assert store.events(document.id, HEALTH) == ()
        assert store.unfinished_reservations(HEALTH) == ()
        assert store.list_documents(DocumentFilter(agency_id=HEALTH)).items == ()


def test_successor_links_both_ways(database_url: str) -> None:
    with open_register(database_url) as store:
        old = issue(store, "old")
        new = issue(store, "new", supersedes=old.id, reason="ย้ายที่อยู่", legal_basis=LAW)
        old = store.get_document(old.id)
        assert (new.supersedes, old.successor) == (old.id, new.id)
        assert old.status is Status.SUPERSEDED
        assert old.status_since == NOW
        event = store.events(old.id)[-1]
        assert event.action is EventAction.SUPERSEDED
        assert (event.reason, event.legal_basis) == ("ย้ายที่อยู่", LAW)
        assert event.details == {"successor": new.id}
        assert store.status_values(0) == {old.status_ref.index: Status.SUPERSEDED}


def test_successor_of_a_document_revoked_meanwhile_is_not_issued(
    database_url: str,
) -> None:
    with open_register(database_url) as store:
        old = issue(store, "old")
        new = store.reserve(request("new", supersedes=old.id), NOW).document
        store.change_status(old.id, REVOKE, NOW)
        with pytest.raises(TransitionError):
            store.record_issued(new.id, "me", NOW, b"r", b"c", file_digest(new))
        assert store.get_document(new.id) == new
        assert store.find_by_file(file_digest(new)) is None
        assert store.get_document(old.id).status is Status.REVOKED
        with pytest.raises(DocumentStateError):
            store.get_record(new.id)


def test_void_reservation_keeps_its_number(database_url: str) -> None:
    with open_register(database_url) as store:
        reserved = store.reserve(request("a"), NOW).document
        void = store.void_reservation(reserved.id, "officer", "ยกเลิกคำขอ", NOW, TRADE)
        assert void.state is State.VOID
        assert store.unfinished_reservations() == ()
        assert store.events(void.id)[-1].reason == "ยกเลิกคำขอ"
        assert store.reserve(request("b"), NOW).document.number == "2/2569"
        assert store.reserve(request("a"), NOW).document == void
        with pytest.raises(DocumentStateError, match="void"):
            store.record_issued(void.id, "me", NOW, b"r", b"c", b"f" * 32)
        with pytest.raises(DocumentStateError, match="void"):
            store.void_reservation(void.id, "officer", "อีกครั้ง", NOW)
        with pytest.raises(DocumentStateError, match="void"):
            store.change_status(void.id, REVOKE, NOW)


def test_void_needs_a_reason_and_an_unissued_document(database_url: str) -> None:
    with open_register(database_url) as store:
        document = issue(store)
        with pytest.raises(StatusChangeError):
            store.void_reservation(document.id, "officer", " ", NOW)
        with pytest.raises(DocumentStateError, match="issued"):
            store.void_reservation(document.id, "officer", "ผิด", NOW)


def test_unknown_document_is_named(database_url: str) -> None:
    with open_register(database_url) as store:
        unknown = DocumentId("A" * 26)
        with pytest.raises(UnknownDocumentError, match=unknown):
            store.change_status(unknown, REVOKE, NOW)
        with pytest.raises(UnknownDocumentError, match=unknown):
            store.record_issued(unknown, "me", NOW, b"r", b"c", b"f" * 32)
