# SPDX-License-Identifier: Apache-2.0
"""Phrases: text of a layout with facts of the document inside.

`{name}` stands for a field or a fact, `{name:style}` for one written in a certain
way, `{table.column}` for the total of a column, `**…**` for bold, `{{` and `}}` for
braces. Parsing is strict; a phrase that parses can always be written.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_PARTS = re.compile(r"\{\{|\}\}|\{[^{}]*\}|\*\*|[{}]")
_SLOT = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?)(?::([a-z]+))?\}")

PAGE_FACTS: Mapping[str, frozenset[str]] = {
    "page": frozenset({"", "en"}),
    "pages": frozenset({"", "en"}),
}
"""Facts of a page, for boxes at fixed places: its number, and how many there are."""


class PhraseError(ValueError):
    """The phrase cannot be parsed; says what to write instead."""


@dataclass(frozen=True)
class Literal:
    """Text that is written as it stands."""

    text: str
    bold: bool = False


@dataclass(frozen=True)
class Slot:
    """Place of a fact, and the style it is written in."""

    name: str
    style: str = ""
    bold: bool = False


Phrase = tuple[Literal | Slot, ...]


def parse_phrase(text: str) -> Phrase:
    """Parse the text of a phrase.

    Raises:
        PhraseError: a brace or a bold mark without its partner, or an odd name.
    """
    pieces: list[Literal | Slot] = []
    bold, plain, end = False, "", 0
    for found in _PARTS.finditer(text):
        plain += text[end : found.start()]
        end = found.end()
        part = found.group()
        if part in {"{{", "}}"}:
            plain += part[0]
            continue
        if plain:
            pieces.append(Literal(plain, bold))
            plain = ""
        if part == "**":
            bold = not bold
        else:
            pieces.append(_parse_slot(part, bold=bold))
    plain += text[end:]
    if plain:
        pieces.append(Literal(plain, bold))
    if bold:
        raise PhraseError("bold begins with ** and is not ended with **")
    return tuple(pieces)


def _parse_slot(part: str, *, bold: bool) -> Slot:
    found = _SLOT.fullmatch(part)
    if not found:
        raise PhraseError(
            f"{part!r} is not a place for a fact; write {{name}} or {{name:style}}, "
            "and {{ for a brace"
        )
    return Slot(found[1], found[2] or "", bold)
