# SPDX-License-Identifier: Apache-2.0
"""Decides whose file is read next, so that one who sends many does not keep others.

Turns go to the client who has used least of the processes' time lately. When no
more files can wait, the one turned away is the newest of the client that has
most of them waiting. Clients whose files ran out of time lately leave one process
to everybody else, where there is more than one. Knows no thread and no clock.
"""

from collections import Counter
from dataclasses import dataclass, field

from verifier.errors import BusyError

_MEMORY_SECONDS = 60.0
"""How long it counts what a client has used, and that it used all there was."""

_MAX_REMEMBERED = 10_000


@dataclass(eq=False)
class Ticket:
    """One file that waits, or is being read."""

    client: str
    turned_away: bool = False
    """Whether it lost its place to another client's file."""


@dataclass
class _Account:
    used: float = 0.0
    counted_from: float = 0.0
    costly_until: float = field(default=float("-inf"))

    def used_at(self, now: float) -> float:
        """Return the seconds used, of which what is long ago counts less."""
        age = max(0.0, now - self.counted_from)
        return self.used * max(0.0, 1.0 - age / _MEMORY_SECONDS)


class FairQueue:
    """Files that wait for a process, and those that have one."""

    def __init__(self, *, processes: int, waiting: int) -> None:
        self._processes = processes
        self._max_waiting = waiting
        self._tickets: list[Ticket] = []
        self._running: list[Ticket] = []
        self._accounts: dict[str, _Account] = {}

    @property
    def waiting(self) -> int:
        """How many files wait."""
        return len(self._tickets)

    def join(self, client: str, *, idle: int, now: float) -> Ticket:
        """Let a file wait.

        Raises:
            BusyError: there is no room, and nobody has more waiting than this
                client.
        """
        ticket = Ticket(client)
        self._tickets.append(ticket)
        if self.waiting > self._max_waiting and self.pick(idle=idle, now=now) is None:
            counts = Counter(waiting.client for waiting in self._tickets)
            # Of several with as many, the one that came last gives way.
            client_of_most = max(
                reversed(self._tickets), key=lambda t: counts[t.client]
            )
            self._tickets.remove(client_of_most)
            client_of_most.turned_away = True
            if client_of_most is ticket:
                raise BusyError(f"{self.waiting} files are waiting")
        return ticket

    def pick(self, *, idle: int, now: float) -> Ticket | None:
        """Return the file that is to be read next, if one may be now."""
        if not idle:
            return None
        costly = sum(self._is_costly(ticket.client, now) for ticket in self._running)
        # One process is kept for those whose files are not known to be costly.
        kept = self._processes > 1 and costly >= self._processes - 1
        able = [
            ticket
            for ticket in self._tickets
            if not (kept and self._is_costly(ticket.client, now))
        ]
        return min(able, key=lambda t: self._burden(t.client, now), default=None)

    def begin(self, ticket: Ticket) -> None:
        """Note that a file is being read."""
        self._tickets.remove(ticket)
        self._running.append(ticket)

    def leave(self, ticket: Ticket) -> None:
        """Note that a file waits no longer."""
        if ticket in self._tickets:
            self._tickets.remove(ticket)

    def end(self, ticket: Ticket, *, seconds: float, ran_out: bool, now: float) -> None:
        """Note that a file was read, and what that took."""
        self._running.remove(ticket)
        account = self._accounts.pop(ticket.client, _Account())
        account.used = account.used_at(now) + seconds
        account.counted_from = now
        if ran_out:
            account.costly_until = now + _MEMORY_SECONDS
        self._accounts[ticket.client] = account
        self._forget(now)

    def _burden(self, client: str, now: float) -> tuple[int, float]:
        """Return what a client has at the moment, and has had lately."""
        running = sum(ticket.client == client for ticket in self._running)
        account = self._accounts.get(client)
        return running, 0.0 if account is None else account.used_at(now)

    def _is_costly(self, client: str, now: float) -> bool:
        account = self._accounts.get(client)
        return account is not None and now < account.costly_until

    def _forget(self, now: float) -> None:
        # Accounts are kept in the order in which they were last used.
        while self._accounts:
            client = next(iter(self._accounts))
            if (
                len(self._accounts) <= _MAX_REMEMBERED
                and now - self._accounts[client].counted_from < _MEMORY_SECONDS
            ):
                return
            del self._accounts[client]
