# SPDX-License-Identifier: Apache-2.0
"""Chance that can be had again: the same seed and number give the same throws."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

_T = TypeVar("_T")


class Dice:
    """Throws that depend on a seed and a number alone, on any machine."""

    def __init__(self, seed: int, number: int) -> None:
        self._start = f"{seed}/{number}/".encode()
        self._throws = 0

    def below(self, bound: int) -> int:
        """Return a number from 0 to `bound` - 1; 0 if there is none."""
        self._throws += 1
        throw = self._start + str(self._throws).encode()
        digest = hashlib.blake2b(throw, digest_size=8).digest()
        return int.from_bytes(digest, "big") % max(1, bound)

    def between(self, low: int, high: int) -> int:
        """Return a number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def one_of(self, things: Sequence[_T]) -> _T:
        """Return one of several things."""
        return things[self.below(len(things))]

    def bytes(self, length: int) -> bytes:
        """Return some bytes."""
        return bytes(self.below(256) for _ in range(length))
