# SPDX-License-Identifier: Apache-2.0
"""Who is next: one who sends many files, or costly ones, does not keep the others."""

import pytest

from verifier.errors import BusyError
from verifier.fair_queue import FairQueue, Ticket


def _run(queue: FairQueue, client: str, *, ran_out: bool, now: float = 0) -> Ticket:
    ticket = queue.join(client, idle=1, now=now)
    queue.begin(ticket)
    queue.end(ticket, seconds=10 if ran_out else 0.1, ran_out=ran_out, now=now)
    return ticket


def test_clients_take_turns_however_many_files_they_send() -> None:
    queue = FairQueue(processes=1, waiting=32)
    many = [queue.join("many", idle=0, now=0) for _ in range(5)]
    one = queue.join("one", idle=0, now=0)
    order = []
    for _ in range(3):
        ticket = queue.pick(idle=1, now=0)
        assert ticket is not None
        queue.begin(ticket)
        queue.end(ticket, seconds=0.1, ran_out=False, now=0)
        order.append(ticket)

    assert order == [many[0], one, many[1]]


def test_when_the_queue_is_full_the_client_with_most_files_gives_way() -> None:
    queue = FairQueue(processes=1, waiting=3)
    many = [queue.join("many", idle=0, now=0) for _ in range(3)]
    with pytest.raises(BusyError):
        queue.join("many", idle=0, now=0)
    one = queue.join("one", idle=0, now=0)

    assert [ticket.turned_away for ticket in many] == [False, False, True]
    assert not one.turned_away
    assert queue.waiting == 3


def test_costly_clients_leave_one_process_to_the_others() -> None:
    queue = FairQueue(processes=2, waiting=32)
    for client in ("a", "b"):
        _run(queue, client, ran_out=True)
    first = queue.join("a", idle=2, now=1)
    queue.begin(first)
    for client in ("a", "b"):
        queue.join(client, idle=1, now=1)

    assert queue.pick(idle=1, now=1) is None
    other = queue.join("c", idle=1, now=1)
    assert queue.pick(idle=1, now=1) is other
    # What a client did is forgotten after a while.
    queue.leave(other)
    assert queue.pick(idle=1, now=100) is not None


def test_a_single_process_still_serves_everyone() -> None:
    queue = FairQueue(processes=1, waiting=32)
    _run(queue, "a", ran_out=True)
    ticket = queue.join("a", idle=1, now=1)

    assert queue.pick(idle=1, now=1) is ticket


def test_time_used_counts_and_fades() -> None:
    queue = FairQueue(processes=1, waiting=32)
    _run(queue, "slow", ran_out=True)
    slow = queue.join("slow", idle=0, now=1)
    quick = queue.join("quick", idle=0, now=1)

    assert queue.pick(idle=1, now=1) is quick
    assert queue.pick(idle=1, now=70) is slow


def test_no_client_is_remembered_for_ever() -> None:
    queue = FairQueue(processes=1, waiting=32)
    for number in range(200):
        _run(queue, str(number), ran_out=False, now=number)

    assert len(queue._accounts) <= 61
