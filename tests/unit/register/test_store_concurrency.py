# SPDX-License-Identifier: Apache-2.0
"""Many at the same moment: no number lost or used twice, one winner, no stop."""

import hashlib
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import text

from register.document import Action, State, Status
from register.errors import TransitionError
from register.store import DocumentFilter, EventAction, StatusChange, Store
from register.store_events import NewEvent
from tests.unit.register.store_world import (
    LAW,
    NOW,
    TRADE,
    file_digest,
    issue,
    open_register,
    request,
)

Result = TypeVar("Result")

MANY = 50
WAIT_SECONDS = 60

RESERVE_IN_A_PROCESS = """
import sys
from register.store import Store
from tests.unit.register.store_world import NOW, request

with Store.open(sys.argv[1]) as store:
    for each in range(int(sys.argv[3])):
        print(store.reserve(request(f"{sys.argv[2]}-{each}"), NOW).document.number)
"""

DIE_BEFORE_THE_COMMIT = """
import os, signal, sys
from register.store import Store
from tests.unit.register.store_world import NOW, request

class Dying(Store):
    def _append_events(self, session, *events):
        super()._append_events(session, *events)
        print(events[0].document_id, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

Dying.open(sys.argv[1]).reserve(request("torn"), NOW)
"""


def _at_once(
    call: Callable[[int], Result], count: int = MANY
) -> list[Result | Exception]:
    """Call from many threads that all start together."""
    start = threading.Barrier(count)

    def run(position: int) -> Result | Exception:
        start.wait(WAIT_SECONDS)
        try:
            return call(position)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def _start(program: str, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )


def _sequence(numbers: Iterable[str]) -> list[int]:
    return sorted(int(number.partition("/")[0]) for number in numbers)


def _check_numbers_and_reservations_agree(store: Store, count: int) -> None:
    reserved = store.unfinished_reservations(TRADE)
    assert _sequence(each.number for each in reserved) == list(range(1, count + 1))
    assert len({each.status_ref for each in reserved}) == count
    events = [e for e in store.events() if e.action is EventAction.RESERVED]
    assert {e.document_id for e in events} == {each.id for each in reserved}
    with store._read() as session:
        used = session.execute(text("SELECT sum(used) FROM status_list")).scalar_one()
    assert used == count


def test_threads_that_reserve_together_get_every_number_once(
    database_url: str,
) -> None:
    with open_register(database_url) as store:
        made = _at_once(lambda each: store.reserve(request(f"key-{each}"), NOW))
        assert [each for each in made if isinstance(each, Exception)] == []
        _check_numbers_and_reservations_agree(store, MANY)


def test_processes_that_reserve_together_get_every_number_once(
    database_url: str,
) -> None:
    with open_register(database_url) as store:
        running = [
            _start(RESERVE_IN_A_PROCESS, database_url, f"process-{each}", "17")
            for each in range(3)
        ]
        told = [each.communicate(timeout=WAIT_SECONDS)[0].split() for each in running]
        assert _sequence(number for numbers in told for number in numbers) == list(
            range(1, 3 * 17 + 1)
        )
        _check_numbers_and_reservations_agree(store, 3 * 17)


def test_one_key_from_many_threads_makes_one_document(database_url: str) -> None:
    with open_register(database_url) as store:
        made = _at_once(lambda _: store.reserve(request("same"), NOW), 20)
        found = [each for each in made if not isinstance(each, Exception)]
        assert len(found) == 20
        assert len({each.document.id for each in found}) == 1
        assert [each.fresh for each in found].count(True) == 1
        _check_numbers_and_reservations_agree(store, 1)


def test_reservations_that_fail_among_others_leave_no_gap(database_url: str) -> None:
    def reserve(position: int) -> str:
        if position % 2:
            failing = request(f"key-{position}", format_number="{1}".format)
            return store.reserve(failing, NOW).document.number
        return store.reserve(request(f"key-{position}"), NOW).document.number

    with open_register(database_url) as store:
        made = _at_once(reserve, 20)
        failed = [each for each in made if isinstance(each, Exception)]
        assert {type(each) for each in failed} == {IndexError}
        _check_numbers_and_reservations_agree(store, 20 - len(failed))


def test_one_of_many_revocations_wins(database_url: str) -> None:
    order = StatusChange(
        action=Action.REVOKE, actor="officer", reason="ปลอม", legal_basis=LAW
    )
    with open_register(database_url) as store:
        # Several times: the first round also opens the connections.
        for key in ("a", "b", "c"):
            at = issue(store, key).id
            made = _at_once(lambda _, at=at: store.change_status(at, order, NOW), 8)  # type: ignore[misc]  # bound now
            lost = [type(each) for each in made if isinstance(each, Exception)]
            assert lost == [TransitionError] * 7
            actions = [each.action for each in store.events(at)]
            assert actions.count(EventAction.REVOKED) == 1


def test_one_of_many_seals_wins(database_url: str) -> None:
    with open_register(database_url) as store:
        reserved = store.reserve(request(), NOW).document

        def record(position: int) -> bytes | None:
            seal = f"seal {position}".encode()
            digest = hashlib.sha256(seal).digest()
            return store.record_issued(
                reserved.id, "worker", NOW, seal, seal, digest
            ).file_sha256

        made = _at_once(record, 8)
        assert set(made) == {store.get_document(reserved.id).file_sha256}
        winner = hashlib.sha256(store.get_record(reserved.id)).digest()
        assert made[0] == winner


def test_successor_and_revocation_together_leave_one_truth(database_url: str) -> None:
    order = StatusChange(
        action=Action.REVOKE, actor="officer", reason="ปลอม", legal_basis=LAW
    )
    with open_register(database_url) as store:
        for each in range(5):
            old = issue(store, f"old-{each}")
            new = store.reserve(request(f"new-{each}", supersedes=old.id), NOW).document
            steps: tuple[Callable[[], object], ...] = (
                lambda new=new: store.record_issued(  # type: ignore[misc]  # bound now
                    new.id, "worker", NOW, b"r", b"c", file_digest(new)
                ),
                lambda old=old: store.change_status(old.id, order, NOW),  # type: ignore[misc]  # bound now
            )
            made = _at_once(lambda which, steps=steps: steps[which](), 2)  # type: ignore[misc]  # bound now
            lost = [type(result) for result in made if isinstance(result, Exception)]
            assert lost == [TransitionError]
            after = store.get_document(old.id)
            if isinstance(made[0], Exception):
                assert after.status is Status.REVOKED
                assert store.get_document(new.id).state is State.RESERVED
            else:
                assert (after.status, after.successor) == (Status.SUPERSEDED, new.id)


def test_reader_of_the_log_misses_nothing_while_others_write(
    database_url: str,
) -> None:
    seen: list[int] = []
    done = threading.Event()

    def follow() -> None:
        last = False
        while not last:
            last = done.wait(0.01)
            after = seen[-1] if seen else 0
            seen.extend(each.seq for each in store.events(after_seq=after))

    with open_register(database_url) as store:
        reader = threading.Thread(target=follow)
        reader.start()
        _at_once(lambda each: store.reserve(request(f"key-{each}"), NOW), 30)
        done.set()
        reader.join(WAIT_SECONDS)
        assert seen == [each.seq for each in store.events()]


def test_reader_waits_for_an_event_that_is_written_before_it(
    database_url: str,
) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("needs PostgreSQL: SQLite has one writer at a time")
    seen: list[str] = []
    with open_register(database_url) as store:
        slow = store.reserve(request("slow"), NOW).document
        quick = store.reserve(request("quick"), NOW).document
        before = store.events()[-1].seq

        def read() -> None:
            seen.extend(str(e.document_id) for e in store.events(after_seq=before))

        reader = threading.Thread(target=read)
        with store._write() as session:
            event = NewEvent(
                at=NOW,
                actor="worker",
                agency_id=TRADE,
                document_id=slow.id,
                action=EventAction.SEALING,
            )
            store._append_events(session, event)
            store.record_sealing(quick.id, "worker", NOW, b"r" * 32)
            reader.start()
            reader.join(0.5)
        reader.join(WAIT_SECONDS)
    assert seen == [slow.id, quick.id]


def test_process_killed_before_its_commit_leaves_nothing(database_url: str) -> None:
    with open_register(database_url) as store:
        before = store.events()
        victim = _start(DIE_BEFORE_THE_COMMIT, database_url)
        torn = victim.communicate(timeout=WAIT_SECONDS)[0].strip()
        assert victim.returncode == -9
        assert len(torn) == 26
        assert store.events() == before
        assert store.list_documents(DocumentFilter()).items == ()
        made = store.reserve(request("torn"), NOW)
        assert (made.fresh, made.document.number) == (True, "1/2569")
