# SPDX-License-Identifier: Apache-2.0
"""Publishers of the same thing take turns, whatever becomes of one of them."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import pytest
from sqlalchemy import text

from register.errors import DatabaseUnreachableError, PublishingBusyError
from register.store import DatabaseLimits, Store
from register.store_publishing import lock_number
from tests.unit.register.store_world import NOW, issue, open_register, request

WAIT_SECONDS = 60
IMPATIENT = DatabaseLimits(publish_wait_seconds=0.05)

# Notes what it does in a file; another one's line in between would show there.
PUBLISH_MANY_TIMES = """
import sys, time
from register.store import Store

who, notes = sys.argv[2:]
with Store.open(sys.argv[1]) as store:
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(15):
        with store.publishing("status"):
            for step in ("begins", "ends"):
                with open(notes, "a") as file:
                    file.write(f"{who} {step}\\n")
                time.sleep(0.004)
"""

HOLD = """
import sys, time
from register.store import Store

with Store.open(sys.argv[1]) as store, store.publishing("status"):
    print("held", flush=True)
    time.sleep(600)
"""


@contextmanager
def _process(program: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def _says(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _check_turns(notes: list[str], publishers: int, turns: int) -> None:
    assert len(notes) == 2 * turns
    assert len({note.split()[0] for note in notes}) == publishers
    for begins, ends in zip(notes[::2], notes[1::2], strict=True):
        who = begins.split()[0]
        assert (begins, ends) == (f"{who} begins", f"{who} ends")


@pytest.mark.parametrize("stores", [1, 2])
def test_threads_take_turns(database_url: str, stores: int) -> None:
    notes: list[str] = []

    def publish(store: Store, who: int) -> None:
        for _ in range(5):
            with store.publishing("status"):
                notes.append(f"{who} begins")
                sleep(0.002)
                notes.append(f"{who} ends")

    opened = [Store.open(database_url) for _ in range(stores)]
    threads = [
        threading.Thread(target=publish, args=(opened[who % stores], who))
        for who in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_SECONDS)
    for store in opened:
        store.close()
    _check_turns(notes, 6, 30)


def test_processes_take_turns(database_url: str, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    first = _process(PUBLISH_MANY_TIMES, database_url, "first", str(notes))
    second = _process(PUBLISH_MANY_TIMES, database_url, "second", str(notes))
    with first as one, second as other:
        for process in (one, other):
            assert _says(process) == "ready"
        for process in (one, other):
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        assert [each.wait(WAIT_SECONDS) for each in (one, other)] == [0, 0]
    _check_turns(notes.read_text(encoding="utf-8").splitlines(), 2, 30)


def test_killed_publisher_gives_its_turn_back(database_url: str) -> None:
    with _process(HOLD, database_url) as holder:
        assert _says(holder) == "held"
        with (
            Store.open(database_url, IMPATIENT) as store,
            pytest.raises(PublishingBusyError, match="status"),
            store.publishing("status"),
        ):
            pytest.fail("two publishers at once")
        holder.kill()
        holder.wait(WAIT_SECONDS)
        with Store.open(database_url) as store, store.publishing("status"):
            pass


def test_other_things_and_the_register_go_on_meanwhile(database_url: str) -> None:
    with (
        open_register(database_url) as store,
        Store.open(database_url, IMPATIENT) as other,
        store.publishing("status"),
    ):
        with other.publishing("trust-list"):
            assert other.reserve(request(), NOW).fresh
        document = issue(store)
        assert other.get_document(document.id) == document
        with pytest.raises(PublishingBusyError), other.publishing("status"):
            pytest.fail("two publishers at once")


def test_publisher_that_waits_for_itself_is_told(database_url: str) -> None:
    with (
        Store.open(database_url, IMPATIENT) as store,
        store.publishing("status"),
        pytest.raises(PublishingBusyError),
        store.publishing("status"),
    ):
        pytest.fail("two publishers at once")


def test_many_waiters_leave_connections_to_the_one_at_work(database_url: str) -> None:
    narrow = DatabaseLimits(pool_size=1, pool_overflow=0, pool_timeout_seconds=5)
    made: list[str] = []
    with open_register(database_url), Store.open(database_url, narrow) as store:

        def publish(who: int) -> None:
            with store.publishing("status"):
                document = store.reserve(request(f"key-{who}"), NOW).document
                made.append(document.number)

        threads = [threading.Thread(target=publish, args=(who,)) for who in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(WAIT_SECONDS)
    assert len(set(made)) == 8


def test_publisher_that_fails_gives_its_turn_back(database_url: str) -> None:
    with Store.open(database_url, IMPATIENT) as store:
        with pytest.raises(ZeroDivisionError), store.publishing("status"):
            raise ZeroDivisionError
        with store.publishing("status"):
            pass
    with Store.open(database_url) as other, other.publishing("status"):
        pass


@pytest.mark.parametrize("name", ["", "../status", "a/b", "สถานะ", "a\n", "x" * 65])
def test_name_that_is_no_file_name_is_refused(database_url: str, name: str) -> None:
    with (
        Store.open(database_url) as store,
        pytest.raises(ValueError, match="not a name"),
        store.publishing(name),
    ):
        pytest.fail("not refused")


def test_publisher_that_lost_its_lock_is_told(database_url: str) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("needs PostgreSQL: a file lock is not lost")
    end = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
    with Store.open(database_url) as store:
        with (
            pytest.raises(DatabaseUnreachableError),
            store.publishing("status"),
            store._write() as session,
        ):
            assert session.execute(text(end)).all() == [(True,)]
        with store.publishing("status"):
            pass


def test_lock_ends_with_its_session_and_has_no_time_limit(database_url: str) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("needs PostgreSQL: these are settings of its sessions")
    held = text(
        "SELECT query, state, backend_xmin FROM pg_stat_activity JOIN pg_locks "
        "USING (pid) WHERE locktype = 'advisory'"
    )
    with Store.open(database_url) as store:
        with store.publishing("status"), store._read() as session:
            (holder,) = session.execute(held).all()
        # Idle outside a transaction: it keeps the server from no clean-up.
        assert holder.state == "idle"
        assert holder.backend_xmin is None
        with store._read() as session:
            assert session.execute(text("SHOW lock_timeout")).scalar_one() == "0"
    assert lock_number("status") != lock_number("trust-list")


def test_lock_file_is_for_its_owner_only(tmp_path: Path, sqlite_template: Path) -> None:
    (tmp_path / "register.db").write_bytes(sqlite_template.read_bytes())
    (tmp_path / "link.db").symlink_to("register.db")
    with Store.open(f"sqlite:///{tmp_path}/link.db") as store:
        with store.publishing("status"):
            pass
        lock = tmp_path / "register.db.publish-status.lock"
        assert lock.stat().st_mode & 0o777 == 0o600
        lock.unlink()
        lock.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(DatabaseUnreachableError), store.publishing("status"):
            pytest.fail("followed a link")
    assert not (tmp_path / "elsewhere").exists()
