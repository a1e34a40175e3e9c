# SPDX-License-Identifier: Apache-2.0
"""Officers and what is laid before them, in both databases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from register.document import Document, State, Text
from register.errors import (
    DocumentError,
    DocumentStateError,
    OfficerExistsError,
    OfficerLockedError,
    StatusChangeError,
    UnknownOfficerError,
)
from register.store import DocumentFilter, Store
from register.store_officers import LOCKED_FOR, MAX_FAILURES, KeyKind, Officer
from register.store_signatures import SignatureRequest
from tests.unit.register.store_world import HEALTH, NOW, TRADE, open_register, request

WHO = "token:demo"
SOMCHAI = Officer(
    agency_id=TRADE,
    id="somchai",
    name=Text("นายสมชาย ใจดี", "Mr. Somchai Jaidee"),
    position=Text("ผู้อำนวยการกอง", "Director"),
    authority=Text("ปฏิบัติราชการแทน อธิบดี", "for the Director-General"),
    key_kind=KeyKind.PKCS12,
    key_place="TRADE-somchai.p12",
    certificate=b"certificate",
    chain=b"chain",
    added_at=NOW,
    added_by=WHO,
)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with open_register(database_url) as opened:
        opened.add_officer(SOMCHAI, WHO, NOW)
        yield opened


def reserve(store: Store, key: str = "key-1") -> Document:
    return store.reserve(request(key, officer_id="somchai"), NOW).document


def asked(document: Document, drawn: bytes = b"d" * 32) -> SignatureRequest:
    return SignatureRequest(
        document_id=document.id,
        round=0,
        officer_id="somchai",
        asked_at=NOW,
        record=b"record",
        claim=b"claim",
        drawn_sha256=drawn,
    )


def ask(store: Store, document: Document, drawn: bytes = b"d" * 32) -> SignatureRequest:
    return store.ask_signature(asked(document, drawn), WHO, NOW)


def actions(store: Store, document: Document) -> list[str]:
    return [event.action.value for event in store.events(document.id)]


def test_a_document_waits_is_signed_and_is_then_issued(store: Store) -> None:
    document = reserve(store)
    request_ = ask(store, document)
    assert store.get_document(document.id).state is State.PENDING_SIGNATURE
    assert [d.id for d, _ in store.list_waiting(TRADE, "somchai")] == [document.id]
    assert store.unfinished_reservations() == ()

    store.record_signing(request_, WHO, NOW, {"dtbs_sha256": "00"})
    signed = store.record_signed(request_, WHO, NOW, b"s" * 32)

    assert (signed.signed_sha256, signed.signed_at) == (b"s" * 32, NOW)
    assert store.find_signature(document.id) == signed
    assert store.get_document(document.id).state is State.RESERVED
    assert store.list_waiting(TRADE) == ()
    issued = store.record_issued(document.id, WHO, NOW, b"r", b"c", b"f" * 32)
    assert (issued.state, issued.officer_id) == (State.ISSUED, "somchai")
    assert actions(store, document) == [
        "reserved",
        "signature_asked",
        "officer_signing",
        "officer_signed",
        "issued",
    ]


def test_it_is_neither_sealed_nor_issued_while_it_waits(store: Store) -> None:
    document = reserve(store)
    ask(store, document)
    with pytest.raises(DocumentStateError, match="somchai"):
        store.record_sealing(document.id, WHO, NOW, b"r" * 32)
    with pytest.raises(DocumentStateError, match="somchai"):
        store.record_issued(document.id, WHO, NOW, b"r", b"c", b"f" * 32)


def test_of_two_that_lay_it_before_the_officer_the_first_one_counts(
    store: Store,
) -> None:
    document = reserve(store)
    first = ask(store, document, b"1" * 32)
    assert ask(store, document, b"2" * 32) == first
    assert actions(store, document) == ["reserved", "signature_asked"]


def test_a_second_signature_at_once_gets_the_first_one(store: Store) -> None:
    request_ = ask(store, reserve(store))
    first = store.record_signed(request_, WHO, NOW, b"1" * 32)
    assert store.record_signed(request_, WHO, NOW, b"2" * 32) == first


def test_refused_it_goes_back_and_can_be_laid_before_the_officer_again(
    store: Store,
) -> None:
    document = reserve(store)
    request_ = ask(store, document)
    with pytest.raises(StatusChangeError):
        store.refuse_signature(request_, WHO, " ", NOW)
    refused = store.refuse_signature(request_, WHO, "ชื่อผิด", NOW)
    assert refused.state is State.RESERVED
    assert [d.id for d in store.unfinished_reservations()] == [document.id]
    with pytest.raises(DocumentStateError, match="refused"):
        store.record_issued(document.id, WHO, NOW, b"r", b"c", b"f" * 32)
    with pytest.raises(DocumentStateError):
        store.record_signed(request_, WHO, NOW, b"s" * 32)

    again = ask(store, document, b"e" * 32)

    assert (again.round, again.drawn_sha256) == (2, b"e" * 32)
    with pytest.raises(DocumentStateError):
        store.record_signing(request_, WHO, NOW, {})
    [refusal] = [e for e in store.events(document.id) if e.reason]
    assert (refusal.action, refusal.reason) == ("signature_refused", "ชื่อผิด")


def test_only_what_was_laid_before_the_officer_is_signed(store: Store) -> None:
    """The number of the round alone does not say who signs what."""
    document = reserve(store)
    request_ = ask(store, document)
    for other in (
        replace(request_, officer_id="somying"),
        replace(request_, drawn_sha256=b"x" * 32),
    ):
        with pytest.raises(DocumentStateError, match="not laid before"):
            store.record_signing(other, WHO, NOW, {})
        with pytest.raises(DocumentStateError, match="not laid before"):
            store.record_signed(other, WHO, NOW, b"s" * 32)
        with pytest.raises(DocumentStateError, match="not laid before"):
            store.refuse_signature(other, WHO, "x", NOW)
    assert actions(store, document) == ["reserved", "signature_asked"]
    store.record_signing(request_, WHO, NOW, {})


def test_voided_it_waits_no_more(store: Store) -> None:
    document = reserve(store)
    request_ = ask(store, document)
    store.void_reservation(document.id, WHO, "not wanted", NOW)
    assert store.get_document(document.id).state is State.VOID
    assert store.list_waiting(TRADE) == ()
    with pytest.raises(DocumentStateError):
        store.record_signed(request_, WHO, NOW, b"s" * 32)


def test_lists_tell_waiting_documents_from_reserved_ones(store: Store) -> None:
    waiting, plain = reserve(store, "a"), reserve(store, "b")
    ask(store, waiting)
    for state, expected in (
        (State.PENDING_SIGNATURE, [waiting.id]),
        (State.RESERVED, [plain.id]),
    ):
        page = store.list_documents(DocumentFilter(agency_id=TRADE, state=state))
        assert [d.id for d in page.items] == expected


def test_wrong_tries_lock_an_officer_out_for_a_while(store: Store) -> None:
    for _ in range(MAX_FAILURES):
        store.count_try(SOMCHAI, NOW)
        store.record_failed_try(SOMCHAI, WHO, NOW, {"method": "pkcs12"})
    with pytest.raises(OfficerLockedError, match="2026-07-01 03:15:00"):
        store.count_try(SOMCHAI, NOW)
    with pytest.raises(OfficerLockedError):
        store.count_try(SOMCHAI, NOW + LOCKED_FOR - timedelta(seconds=1))
    later = NOW + LOCKED_FOR
    store.count_try(SOMCHAI, later)
    store.record_authenticated(SOMCHAI, WHO, later, {"batch": []})
    for _ in range(MAX_FAILURES):
        store.count_try(SOMCHAI, later)
    with pytest.raises(OfficerLockedError):
        store.count_try(SOMCHAI, later)


def test_a_retired_officer_signs_no_more(store: Store) -> None:
    retired = store.retire_officer(TRADE, "somchai", WHO, "ย้าย", NOW)
    assert retired.retired_at == NOW
    assert store.list_officers(TRADE) == (retired,)
    with pytest.raises(UnknownOfficerError):
        store.get_officer(TRADE, "somchai")
    with pytest.raises(UnknownOfficerError):
        store.count_try(SOMCHAI, NOW)
    with pytest.raises(UnknownOfficerError):
        ask(store, reserve(store))
    with pytest.raises(OfficerExistsError, match="somchai-2"):
        store.add_officer(SOMCHAI, WHO, NOW)


def test_another_agency_has_officers_of_its_own(store: Store) -> None:
    with pytest.raises(UnknownOfficerError):
        store.get_officer(HEALTH, "somchai")
    store.add_officer(replace(SOMCHAI, agency_id=HEALTH), WHO, NOW)
    assert len(store.list_officers(HEALTH)) == 1


def test_an_id_that_is_no_word_is_refused(store: Store) -> None:
    with pytest.raises(DocumentError):
        store.add_officer(replace(SOMCHAI, id="Somchai/.."), WHO, NOW)


REFUSED = [
    "UPDATE officer SET certificate = chain",
    "UPDATE officer SET name_th = 'x'",
    "UPDATE officer SET retired_at = NULL WHERE id = 'gone'",
    "DELETE FROM officer",
    "UPDATE officer_signature SET drawn_sha256 = signed_sha256",
    "UPDATE officer_signature SET officer_id = 'gone'",
    (
        "UPDATE officer_signature SET signed_at = NULL, signed_sha256 = NULL "
        "WHERE signed_at IS NOT NULL"
    ),
    "DELETE FROM officer_signature",
    (
        "UPDATE document SET state = 'issued', issued_at = reserved_at, "
        "record_sha256 = (SELECT drawn_sha256 FROM officer_signature LIMIT 1), "
        "file_sha256 = (SELECT drawn_sha256 FROM officer_signature LIMIT 1) "
        "WHERE officer_step = 'waiting'"
    ),
]


def test_whoever_holds_the_connection_cannot_rewrite_it(store: Store) -> None:
    store.add_officer(replace(SOMCHAI, id="gone"), WHO, NOW)
    store.retire_officer(TRADE, "gone", WHO, "ย้าย", NOW)
    store.record_signed(ask(store, reserve(store, "signed")), WHO, NOW, b"s" * 32)
    ask(store, reserve(store, "waiting"), b"w" * 32)
    for statement in REFUSED:
        with pytest.raises(DatabaseError), store._write() as session:
            session.execute(text(statement))
