# SPDX-License-Identifier: Apache-2.0
"""Counts things by two names, from many threads."""

import threading
from collections import Counter


class Tally:
    """How often something happened since the start of this process."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def add(self, first: str, second: str) -> None:
        """Count once more."""
        with self._lock:
            self._counts[first, second] += 1

    def read(self) -> dict[tuple[str, str], int]:
        """Return all counts."""
        with self._lock:
            return dict(self._counts)
