# SPDX-License-Identifier: Apache-2.0
"""Places: where on which page something stands."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Place:
    """A rectangle on a page; pages count from 0, lengths are points from below."""

    page: int
    left: float
    bottom: float
    right: float
    top: float
