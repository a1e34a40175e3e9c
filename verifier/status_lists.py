# SPDX-License-Identifier: Apache-2.0
"""How many status lists there are, for pages that keep them for use without a network.

A hint and no more: each list is signed, and a page verifies what it keeps.
"""

from verifier.errors import NotPublishedError
from verifier.trust import Publication

MAX_LISTS = 64
"""Lists that are counted: 50 million documents."""


class StatusListCount:
    """Counts on from what was found before, because lists never go away."""

    def __init__(self, publication: Publication) -> None:
        self._publication = publication
        self._known = 0

    def count(self) -> int:
        """Return the number of lists.

        Raises:
            SourceError: the publication cannot be read now.
        """
        found = self._known
        try:
            while found < MAX_LISTS:
                self._publication.read(f"status/{found}.jwt")
                found += 1
        except NotPublishedError:
            pass
        self._known = found
        return found
