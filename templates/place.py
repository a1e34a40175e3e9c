# SPDX-License-Identifier: Apache-2.0
"""Places: where on which page something stands."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True)
class Place:
    """A rectangle on a page; pages count from 0, lengths are points from below."""

    page: int
    left: float
    bottom: float
    right: float
    top: float


def shrink(place: Place, inset: float) -> Place:
    """Return the place within a margin, in points."""
    return replace(
        place,
        left=place.left + inset,
        bottom=place.bottom + inset,
        right=place.right - inset,
        top=place.top - inset,
    )
