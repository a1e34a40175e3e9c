# SPDX-License-Identifier: Apache-2.0
"""Whoever holds the connection cannot quietly change what was written down."""

import traceback
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from register.document import Action
from register.store import StatusChange, Store
from tests.unit.register.store_world import NOW, issue, open_register, request

REFUSED = [
    "UPDATE event SET reason = 'x'",
    "UPDATE event SET at = at WHERE seq = 1",
    "DELETE FROM event",
    "DELETE FROM event WHERE seq = 1",
    "UPDATE sealed_record SET record = claim",
    "DELETE FROM sealed_record",
    "DELETE FROM document",
    "UPDATE document SET number = '9/2569' WHERE state = 'issued'",
    "UPDATE document SET data = '{}' WHERE state = 'reserved'",
    "UPDATE document SET holder = 'x'",
    "UPDATE document SET valid_until = NULL",
    "UPDATE document SET status_index = status_index + 1",
    "UPDATE document SET state = 'void' WHERE state = 'issued'",
    "UPDATE document SET file_sha256 = record_sha256 WHERE state = 'issued'",
    "UPDATE document SET status = 'valid' WHERE status = 'revoked'",
    "UPDATE document SET status = 'lost' WHERE state = 'issued'",
    "UPDATE document SET status = 'revoked' WHERE state = 'reserved'",
    "UPDATE document SET state = 'issued' WHERE state = 'reserved'",
    "INSERT INTO document SELECT * FROM document",
    "UPDATE number_counter SET last = 0",
    "DELETE FROM agency",
]
REFUSED_BY_POSTGRESQL = [
    "TRUNCATE event",
    "TRUNCATE document CASCADE",
    "TRUNCATE sealed_record",
]
REFUSED_BY_SQLITE = [
    "INSERT OR REPLACE INTO event SELECT * FROM event WHERE seq = 1",
    "INSERT OR REPLACE INTO sealed_record SELECT * FROM sealed_record",
    "INSERT OR REPLACE INTO document SELECT * FROM document WHERE state = 'issued'",
]


def _fill(store: Store) -> None:
    issue(store, "issued")
    revoked = issue(store, "revoked")
    order = StatusChange(
        action=Action.REVOKE, actor="officer", reason="ปลอม", legal_basis="ม. 12"
    )
    store.change_status(revoked.id, order, NOW)
    store.reserve(request("reserved"), NOW)


def _run(store: Store, statement: str) -> None:
    with store._write() as session:
        session.execute(text(statement))
    pytest.fail(f"not refused: {statement}")


def test_history_is_not_rewritten(database_url: str) -> None:
    with open_register(database_url) as store:
        _fill(store)
        events = store.events()
        documents = [store.get_document(e.document_id) for e in events if e.document_id]
        own = REFUSED_BY_POSTGRESQL if store._is_postgresql else REFUSED_BY_SQLITE
        for statement in REFUSED + own:
            with pytest.raises(DatabaseError):
                _run(store, statement)
        assert store.events() == events
        assert documents == [
            store.get_document(e.document_id) for e in events if e.document_id
        ]


def _told(error: BaseException) -> str:
    # All that a log would hold: the error and its causes, without lines of code.
    return "".join(traceback.format_exception(error, limit=0))


def test_error_nobody_foresaw_holds_no_data_of_the_holder(database_url: str) -> None:
    wrong = request(
        data={"holder": "Somchai Jaidee", "id_card": "1101700230708"},
        holder="Somchai Jaidee",
        valid_until=date(2026, 6, 30),
    )
    with open_register(database_url) as store:
        with pytest.raises(IntegrityError) as refused:
            store.reserve(wrong, NOW)
        told = _told(refused.value)
        assert "ck_document_validity" in told
        for private in ("Somchai", "Jaidee", "1101700230708", "token:demo"):
            assert private not in told

        first = issue(store, "first")
        second = store.reserve(request("second"), NOW).document
        assert first.file_sha256 is not None
        with pytest.raises(IntegrityError) as refused:
            store.record_issued(
                second.id, "officer", NOW, b"Somchai", b"claim", first.file_sha256
            )
        told = _told(refused.value)
        assert "file_sha256" in told
        for private in (
            "Somchai",
            b"Somchai".hex(),
            first.file_sha256.hex(),
            second.id,
        ):
            assert private not in told


def test_sqlite_file_is_safe_against_power_loss(database_url: str) -> None:
    if not database_url.startswith("sqlite"):
        pytest.skip("needs SQLite: these are settings of SQLite")
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "busy_timeout": 30_000,
    }
    with Store.open(database_url) as store, store._read() as session:
        found = {
            name: session.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in wanted
        }
    assert found == wanted
