# SPDX-License-Identifier: Apache-2.0
"""Overlaps: no text is written on other text.

Marks of Thai reach into the space between lines, and lines stand close: that is as it
should be. What may not be is ink of one text among the letters of another, between
its baseline and about the height of its consonants. What is written on, as the dots
and boxes of forms are, may be written on.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from issuer.geometry import Box, grow, overlap
from issuer.page_reader import Character, Ink, PageView
from issuer.refusals import Refusal, quote, refuse

_TOUCH: Final = 0.6
"""Points that neighbours may come into each other."""
_TWICE: Final = 0.1
"""Of an em, between two prints of a text that are to look bold."""
_WRITTEN_ON: Final = frozenset(".…‥·․_-–—―⋯¨•□☐▢⬜○◯◻❏❑")
"""Characters that are there to be written on."""


def check_overlaps(page: PageView, texts: Sequence[Ink]) -> None:
    """Check that no text of a page stands on another; `texts` has no watermark.

    Raises:
        GateError: two texts do; the message names both.
    """
    characters: dict[int, list[Character]] | None = None
    for one, other in _find_near(texts):
        if characters is None:
            characters = defaultdict(list)
            for character in page.read_characters():
                characters[character.owner].append(character)
        if _collide(one, other, characters):
            raise refuse(
                Refusal.TEXT_OVERLAPS,
                th=f"ข้อความ {quote(one.text)} ทับกับข้อความ {quote(other.text)}",
                en=f"the texts {quote(one.text)} and {quote(other.text)} are written "
                "on each other",
            )


def _find_near(texts: Sequence[Ink]) -> Iterator[tuple[Ink, Ink]]:
    """Yield texts of which one comes among the letters of the other."""
    standing = sorted(texts, key=lambda ink: ink.box[1])
    for index, lower in enumerate(standing):
        for upper in standing[index + 1 :]:
            if upper.box[1] >= lower.box[3]:
                break
            if (_enters(lower, upper) or _enters(upper, lower)) and not _is_repeated(
                lower, upper
            ):
                yield lower, upper


def _enters(ink: Ink, other: Ink) -> bool:
    return overlap(ink.box, grow(other.body, -_TOUCH)) is not None


def _is_repeated(one: Ink, other: Ink) -> bool:
    near = _TWICE * max(one.size)
    return one.text == other.text and all(
        abs(a - b) <= near for a, b in zip(one.box, other.box, strict=True)
    )


def _collide(one: Ink, other: Ink, characters: dict[int, list[Character]]) -> bool:
    """Tell whether letters of two texts stand on each other."""
    for ink, below in ((one, other), (other, one)):
        body = grow(below.body, -_TOUCH)
        bodies = [
            part
            for character in characters[below.owner]
            if character.text not in _WRITTEN_ON
            if (part := overlap(_shrink(character.box), body))
        ]
        inks = [
            part
            for character in characters[ink.owner]
            if character.text not in _WRITTEN_ON
            if (part := overlap(_shrink(character.box), body))
        ]
        if any(overlap(a, b) for a in inks for b in bodies):
            return True
    return False


def _shrink(box: Box) -> Box:
    """Return a box without what may be touched; of a fine stroke, its middle."""
    left, bottom, right, top = box
    across = min(_TOUCH, (right - left) / 2) / 2
    up = min(_TOUCH, (top - bottom) / 2) / 2
    return (left + across, bottom + up, right - across, top - up)
