# SPDX-License-Identifier: Apache-2.0
"""Structure: the logical tree of a document, for screen readers and for archives.

Elements carry the standard structure types (ISO 32000-1 §14.8.4) and stand in the
order in which the text is to be read, whatever order the pages draw it in. What
belongs to no element is an artifact: borders, running lines, watermarks.
"""

import functools
import re
from dataclasses import dataclass, field

LANGUAGE = "th-TH"
"""Of a document as a whole (ISO 32000-1 §14.9.2)."""

_MAX_TEXTS = 1024
"""Texts whose language is remembered; one document has some 50."""
_THAI = re.compile("[\u0e00-\u0e7f]")
_LATIN = re.compile("[A-Za-z]{2}")


@dataclass(frozen=True, slots=True)
class Content:
    """Marked content that belongs to an element; pages and ids count from 0."""

    page: int
    mcid: int


@dataclass(eq=False, kw_only=True)
class Element:
    """One structure element. Compared by identity: two paragraphs may be alike."""

    role: str
    language: str | None = None
    """Only where it is not the document's."""
    alt: str | None = None
    """What a figure shows, in words."""
    scope: str | None = None
    """Of a header cell: "Row" or "Column" (ISO 32000-1 table 349)."""
    numbering: str | None = None
    """Of a list, as ListNumbering (ISO 32000-1 table 347)."""
    span: tuple[int, int] = (1, 1)
    """Of a cell: rows and columns it takes."""
    box: tuple[float, float, float, float] | None = None
    """Of a figure: left, bottom, right, top in points."""
    is_artifact: bool = False
    """Seen and not read, with all within: what an earlier page has said already."""
    kids: list["Element | Content"] = field(default_factory=list)

    def add(
        self, role: str, *, alt: str | None = None, scope: str | None = None,
        numbering: str | None = None, language: str | None = None,
    ) -> "Element":  # fmt: skip
        """Append an element and return it."""
        kid = Element(
            role=role,
            alt=alt,
            scope=scope,
            numbering=numbering,
            language=language,
            is_artifact=self.is_artifact,
        )
        self.kids.append(kid)
        return kid

    def is_empty(self) -> bool:
        """Tell whether nothing was drawn for the element; cells may be empty."""
        if self.role in {"TD", "TH"}:
            return False
        return all(isinstance(kid, Element) and kid.is_empty() for kid in self.kids)


@functools.lru_cache(_MAX_TEXTS)
def find_language(text: str) -> str | None:
    """Return the language of a text where it is not the document's: "en", or None."""
    return "en" if _LATIN.search(text) and not _THAI.search(text) else None
