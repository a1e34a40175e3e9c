# SPDX-License-Identifier: Apache-2.0
"""Places for uploads that are being received: each holds a file in memory.

Whoever opens many connections, or sends slowly on purpose, takes at most half of
the places. Used by the event loop alone.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from verifier.errors import BusyError


class UploadPlaces:
    """A number of places, of which one client can have half."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._taken: Counter[str] = Counter()

    @contextmanager
    def take(self, client: str) -> Iterator[None]:
        """Hold a place for the block.

        Raises:
            BusyError: there is none left, or this client has its share.
        """
        total = self._taken.total()
        if total >= self._count or self._taken[client] >= max(1, self._count // 2):
            raise BusyError(f"{total} uploads are being received")
        self._taken[client] += 1
        try:
            yield
        finally:
            self._taken[client] -= 1
            if not self._taken[client]:
                del self._taken[client]
