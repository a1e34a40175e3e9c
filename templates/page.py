# SPDX-License-Identifier: Apache-2.0
"""Page: paper, margins and letters of a type, and where its furniture stands."""

from dataclasses import dataclass

from templates.blocks import Background
from templates.families import Family

RUNNING_HEIGHT_MM = 7.0
"""Height of the line with the number of the page."""
RUNNING_NUMBER_MM = 30.0
"""Room for the number itself, at the right end of the line."""
BORDER_DEPTH_MM = 13.0
"""From the edge of the paper to what stands within an ornamental border."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """Paper, margins and basic letters; millimetres and points."""

    width: float
    height: float
    top: float
    right: float
    bottom: float
    left: float
    family: Family
    size: float
    leading: float
    border: str
    one_page: bool
    """A document that would not fit on one page is an error."""
    thai_digits: bool
    numbers: str = "auto"
    """Number of the page at its top: "always", "never", or "auto" for documents of
    more than one page."""
    background: Background | None = None

    @property
    def width_of_text(self) -> float:
        """Return the room between the margins."""
        return self.width - self.left - self.right

    @property
    def height_of_text(self) -> float:
        """Return the room between the margins."""
        return self.height - self.top - self.bottom

    @property
    def running_line(self) -> float:
        """Return how far from the top the line with the number of the page stands."""
        return self.top * 0.45 if self.border == "none" else BORDER_DEPTH_MM

    @property
    def has_numbers(self) -> bool:
        """Tell whether any document has its pages numbered."""
        return self.numbers == "always" or (
            self.numbers == "auto" and not self.one_page
        )
