# SPDX-License-Identifier: Apache-2.0
"""Versions of files and what proves them: kept for good, in order, first come."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from register.errors import DocumentStateError
from register.store import EventAction, FileProof, GuardedFile, SealUse, Store
from register.store_engine import open_engine, parse_database_url
from tests.unit.register.store_world import (
    HEALTH,
    NOW,
    TRADE,
    issue,
    open_register,
    request,
)

YEAR = timedelta(days=365)
LATER = NOW + timedelta(hours=1)
PROOF = FileProof(timestamps=1, stamped_at=NOW, until=NOW + YEAR)
RENEWED = FileProof(timestamps=2, stamped_at=LATER, until=NOW + 3 * YEAR)
SECOND = hashlib.sha256(b"second").digest()


def unread(store: Store) -> GuardedFile:
    [file] = store.unread_files("", 10)
    return file


def archived(store: Store) -> GuardedFile:
    file = unread(store)
    store.record_proof(file, PROOF)
    store.record_archiving(file, "guardian", NOW)
    store.record_archived(file, SECOND, RENEWED, actor="guardian", now=LATER)
    return file


def test_an_issued_file_is_unread_until_its_proof_is_noted(database_url: str) -> None:
    with open_register(database_url) as store:
        document = issue(store)
        file = unread(store)
        assert (file.document_id, file.version, file.proof) == (document.id, 1, None)
        assert file.sha256 == document.file_sha256
        assert store.unread_files(document.id, 10) == ()
        store.record_proof(file, PROOF)
        assert store.unread_files("", 10) == ()
        counts = store.proof_counts(NOW + 2 * YEAR)
        assert (counts.issued, counts.read, counts.lapsed, counts.failing) == (
            1, 1, 1, 0,
        )  # fmt: skip


def test_a_version_is_found_by_its_digest_as_the_issued_one_is(
    database_url: str,
) -> None:
    with open_register(database_url) as store:
        document = issue(store)
        archived(store)
        issued, second = store.file_versions(document.id)
        assert (issued.version, issued.sha256) == (1, document.file_sha256)
        assert (second.version, second.sha256, second.created_at) == (2, SECOND, LATER)
        assert store.newest_file(document.id) == second
        for digest in (issued.sha256, SECOND):
            found = store.find_by_file(digest, TRADE)
            assert found is not None
            assert found.id == document.id
            assert store.find_by_file(digest, HEALTH) is None
        changed = store.changed_since(0)
        assert [one.id for one in changed.documents] == [document.id]


def test_every_step_is_in_the_event_log(database_url: str) -> None:
    with open_register(database_url) as store:
        document = issue(store)
        archived(store)
        before, after = store.events(document.id)[-2:]
        assert (before.action, before.actor) == (EventAction.ARCHIVING, "guardian")
        assert after.action is EventAction.ARCHIVED
        assert after.details == {
            "version": 2,
            "file_sha256": SECOND.hex(),
            "timestamps": 2,
            "proven_until": "2029-06-30T03:00:00Z",
        }


def test_of_two_guardians_the_first_is_recorded(database_url: str) -> None:
    with open_register(database_url) as store:
        document = issue(store)
        file = archived(store)
        with pytest.raises(DocumentStateError, match="version 2 by now"):
            store.record_archived(file, b"o" * 32, RENEWED, actor="other", now=LATER)
        assert len(store.file_versions(document.id)) == 2


def test_files_come_in_the_order_in_which_their_proof_ends(database_url: str) -> None:
    with open_register(database_url) as store:
        for number in range(5):
            issue(store, f"key-{number}")
        for number, file in enumerate(store.unread_files("", 10)):
            until = NOW + (5 - number) * YEAR
            store.record_proof(file, replace(PROOF, until=until))
        first = store.ending_files(NOW + 4 * YEAR, NOW, limit=2)
        rest = store.ending_files(NOW + 4 * YEAR, NOW, limit=9, after=first[-1])
        ends = [file.proof.until for file in (*first, *rest) if file.proof]
        assert ends == [NOW + years * YEAR for years in (1, 2, 3, 4)]
        # What has ended already cannot be renewed any more.
        assert len(store.ending_files(NOW + 4 * YEAR, NOW + YEAR, limit=9)) == 3


def test_a_file_that_failed_waits_for_its_next_try(database_url: str) -> None:
    with open_register(database_url) as store:
        issue(store)
        file = unread(store)
        store.record_proof(file, PROOF)
        again = NOW + timedelta(hours=2)
        for _ in range(2):
            store.record_archiving_failed(
                file, "no space left", again, actor="guardian", now=NOW
            )
        assert store.ending_files(NOW + 2 * YEAR, NOW, limit=9) == ()
        [waiting] = store.ending_files(NOW + 2 * YEAR, again, limit=9)
        assert (waiting.failures, waiting.failure) == (2, "no space left")
        assert waiting.proof == PROOF
        assert store.guarded_files(NOW, 9) == (waiting,)
        store.record_proof(file, PROOF)
        assert store.proof_counts(NOW).failing == 0


def test_a_file_that_cannot_be_read_is_tried_again(database_url: str) -> None:
    with open_register(database_url) as store:
        issue(store)
        again = NOW + timedelta(hours=2)
        store.record_archiving_failed(
            unread(store), "lost", again, actor="guardian", now=NOW
        )
        assert store.unread_files("", 9) == ()
        assert store.unreadable_files(NOW, 9) == ()
        [file] = store.unreadable_files(again, 9)
        assert (file.proof, file.failure) == (None, "lost")
        [event] = store.events()[-1:]
        assert event.action is EventAction.ARCHIVING_FAILED
        assert event.details == {"failure": "lost"}


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM file_version",
        "UPDATE file_version SET version = 9",
        (
            "INSERT INTO file_version SELECT file_sha256, document_id, 7, created_at "
            "FROM file_version"
        ),
    ],
)
def test_the_database_keeps_versions(database_url: str, statement: str) -> None:
    with open_register(database_url) as store:
        issue(store)
        archived(store)
    engine = open_engine(parse_database_url(database_url)).execution_options(
        tra_write=True
    )
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_proofs_are_walked_through_by_their_ends(database_url: str) -> None:
    with open_register(database_url) as store:
        for number, years in enumerate((3, 1, 2)):
            issue(store, f"key-{number}")
            [file] = store.unread_files("", 1)
            store.record_proof(file, replace(PROOF, until=NOW + years * YEAR))
        ends = [one.until for one in store.iter_proofs(NOW + YEAR)]
        assert ends == [NOW + 2 * YEAR, NOW + 3 * YEAR]


def test_the_last_run_of_a_task_is_remembered(database_url: str) -> None:
    with open_register(database_url) as store:
        assert store.last_run("guardian") is None
        for moment, failed in ((NOW, 2), (LATER, 0)):
            store.record_run("guardian", moment, {"failed": failed})
        run = store.last_run("guardian")
        assert run is not None
        assert (run.ended_at, run.details) == (LATER, {"failed": 0})
        assert store.last_run("other") is None


SEAL = SealUse(key_sha256=b"k" * 32, at=NOW)


def test_which_key_sealed_a_document_is_noted_with_it(database_url: str) -> None:
    with open_register(database_url) as store:
        document = store.reserve(request("key-1"), NOW).document
        store.record_sealing(document.id, "me", NOW, b"r" * 32)
        store.record_issued(document.id, "me", NOW, b"r", b"c", b"f" * 32, seal=SEAL)
        older = issue(store, "key-2")
        found = {one.id: use for one, use in store.iter_sealed(TRADE, NOW)}
        assert found == {document.id: SEAL, older.id: None}
        assert list(store.iter_sealed(HEALTH, NOW)) == []
        assert list(store.iter_sealed(TRADE, LATER)) == []


def test_what_is_noted_of_a_seal_stays(database_url: str) -> None:
    with open_register(database_url) as store:
        first, second = (issue(store, f"key-{n}") for n in range(2))
        undated = SealUse(key_sha256=b"u" * 32, at=None)
        store.record_seals({first.id: SEAL})
        store.record_seals({first.id: undated, second.id: undated})
        store.record_seals({})
        found = {one.id: use for one, use in store.iter_sealed(TRADE, NOW)}
        assert found == {first.id: SEAL, second.id: undated}
    engine = open_engine(parse_database_url(database_url))
    for statement in (
        "DELETE FROM seal_use",
        "UPDATE seal_use SET sealed_at = NULL",
    ):
        with pytest.raises(DBAPIError, match="is kept"), engine.begin() as connection:
            connection.execute(text(statement))
    engine.dispose()
