# SPDX-License-Identifier: Apache-2.0
"""Tells which of two clocks is likelier to be wrong: ours, or an authority's.

Only for what is said to a person: a token whose time differs from ours is refused
in any case.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime


def machine_clock() -> datetime:
    """Return the time of this machine."""
    return datetime.fromtimestamp(time.time(), UTC)


@dataclass(frozen=True, kw_only=True)
class Drift:
    """By how much the time in a token lies after ours, in seconds."""

    authority: str
    seconds: float


class ClockWatch:
    """Remembers how the wall clock stood beside one that only counts seconds."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self._wall = clock()
        self._counted = time.monotonic()

    def jump(self) -> float:
        """Seconds by which the wall clock was set forward since it was watched."""
        passed = (self.clock() - self._wall).total_seconds()
        return passed - (time.monotonic() - self._counted)

    def explain(self, drifts: Sequence[Drift], leeway: float) -> str:
        """Say in one sentence whose clock to look at first."""
        jump = self.jump()
        if abs(jump) > leeway:
            return (
                f"the clock of this machine has jumped by {jump:+.0f} s since the "
                "issuer was started: set it by NTP"
            )
        offsets = [drift.seconds for drift in drifts]
        if len(offsets) > 1 and max(offsets) - min(offsets) <= leeway:
            return (
                f"{len(offsets)} authorities agree that it is {offsets[0]:+.0f} s from "
                "what the clock of this machine says: set it by NTP"
            )
        told = ", ".join(f"{one.authority} by {one.seconds:+.0f} s" for one in drifts)
        return (
            f"the time in the token differs from this machine's ({told}): compare this "
            "machine with NTP; if it is right, the authority is wrong"
        )
