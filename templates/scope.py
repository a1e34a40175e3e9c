# SPDX-License-Identifier: Apache-2.0
"""Scope: what the reader of a block knows of the layout around it.

The fields of the type, the room there is, and what the layout has held so far. What
all blocks share is read here, and every complaint names line and fix.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypedDict

from templates.blocks import MIN_LEADING, MIN_TEXT_POINTS, TextStyle
from templates.conditions import Condition, ConditionError, parse_condition
from templates.errors import TypeFileError
from templates.fields import Field, Kind
from templates.phrases import PAGE_FACTS, Phrase, PhraseError, Slot, parse_phrase
from templates.typefile import TableReader, suggest

ALIGNMENTS = ("left", "center", "right", "justify")
PLACES = ("left", "center", "right")
TONES = ("black", "gray", "accent")
_VALUED_KINDS = frozenset({Kind.CHOICE, Kind.INTEGER})


class Common(TypedDict):
    """What all blocks share."""

    when: Condition | None
    space_before: float
    space_after: float
    keep: bool


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A block that matters to the whole layout, with its place in the file."""

    reader: TableReader
    title: bool
    always: bool
    """Shown in every document, whatever its data."""
    repeated: bool
    """Shown on every page."""
    turn: int
    """When it is read: blocks of a lower turn come first."""


@dataclass(frozen=True, kw_only=True)
class Outline:
    """Titles, headings and QR codes, as they are met in the file."""

    headings: list[Mention] = field(default_factory=list)
    codes: list[Mention] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Where a block stands."""

    fields: Mapping[str, Field]
    facts: Mapping[str, frozenset[str]]
    """All that a phrase may name, each with the styles it may be written in."""
    width: float
    """Room for the block, in millimetres."""
    height: float
    outline: Outline
    scale: float = 1.0
    """Real size of one point of the type's letters."""
    size: float = 16.0
    """Of letters where a block names none."""
    depth: int = 0
    always: bool = True
    repeated: bool = False
    turn: int = 1

    def narrow(self, width: float, *, when: Condition | None) -> "Scope":
        """Return the scope of blocks within a column of a block."""
        return replace(
            self,
            width=width,
            depth=self.depth + 1,
            always=self.always and when is None,
        )

    def mention(
        self, reader: TableReader, when: Condition | None, *, title: bool = False
    ) -> Mention:
        """Return the place of a block, and how often it is shown."""
        always = self.always and when is None
        return Mention(
            reader=reader,
            title=title,
            always=always,
            repeated=self.repeated,
            turn=self.turn,
        )

    def read_phrase(self, reader: TableReader, key: str) -> Phrase:
        """Read a text with facts inside.

        Raises:
            TypeFileError: it does not parse, or names an unknown fact or style.
        """
        return self.check_phrase(reader, key, reader.text(key))

    def check_phrase(self, reader: TableReader, key: str, text: str) -> Phrase:
        """Parse a phrase and check the names in it.

        Raises:
            TypeFileError: it does not parse, or names an unknown fact or style.
        """
        try:
            phrase = parse_phrase(text)
        except PhraseError as error:
            raise reader.error(f"{key}: {error}", "Correct the text.", key) from error
        for piece in phrase:
            if isinstance(piece, Slot):
                self._check_slot(reader, key, piece)
        return phrase

    def read_condition(self, reader: TableReader) -> Condition | None:
        """Read `when`, which may be left out.

        Raises:
            TypeFileError: it names no field, or a value the field cannot have.
        """
        text = reader.optional_text("when")
        if text is None:
            return None
        try:
            condition = parse_condition(text)
        except ConditionError as error:
            raise reader.error(f"when: {error}", "Correct it.", "when") from error
        if condition.name not in self.facts or condition.name in PAGE_FACTS:
            raise reader.error(
                f"when = {text!r} is not a field",
                suggest(condition.name, self.fields),
                "when",
            )
        if condition.value is not None:
            self._check_value(reader, condition.name, condition.value)
        return condition

    def read_common(self, reader: TableReader) -> Common:
        """Read what all blocks share."""
        return Common(
            when=self.read_condition(reader),
            space_before=reader.number("space_before", 0, high=200),
            space_after=reader.number("space_after", 0, high=200),
            keep=reader.flag("keep", default=False),
        )

    def read_field(
        self, reader: TableReader, key: str, kind: str, block: str
    ) -> Field | None:
        """Read the name of a field that must be of a kind; None where it is left out.

        Raises:
            TypeFileError: there is no such field, or it is of another kind.
        """
        if not reader.has(key):
            return None
        found = self.fields[reader.choice(key, self.fields)]
        if found.kind != kind:
            fitting = [name for name, one in self.fields.items() if one.kind == kind]
            raise reader.error(
                f"{key} = {found.name!r} is of kind {found.kind}, and "
                f"a block {block!r} shows kind {kind}",
                f"Name one of: {', '.join(fitting)}."
                if fitting
                else f"Declare a field of kind {kind} under [[fields]].",
                key,
            )
        return found

    def check_width(self, reader: TableReader, width: float, key: str) -> float:
        """Return a width that fits the room.

        Raises:
            TypeFileError: it does not.
        """
        if width > self.width:
            raise self.too_wide(reader, f"{key} is {width:g} mm", key)
        return width

    def check_height(self, reader: TableReader, height: float, key: str) -> float:
        """Return a height that fits the room.

        Raises:
            TypeFileError: it does not.
        """
        if height > self.height:
            raise reader.error(
                f"{key} is {height:g} mm, and there are {self.height:g} mm",
                f"Make it {height - self.height:g} mm less, or the room higher.",
                key,
            )
        return height

    def check_size(
        self, reader: TableReader, size: float, *, smallest: float = 1.0
    ) -> None:
        """Refuse letters that would be too small to be sealed.

        `smallest` is the size of the smallest words of the block, by its own.

        Raises:
            TypeFileError: naming the least size.
        """
        drawn = (size or self.size) * self.scale * smallest
        if drawn < MIN_TEXT_POINTS:
            least = math.ceil(MIN_TEXT_POINTS / self.scale / smallest * 10) / 10
            raise reader.error(
                f"letters of size {size or self.size:g} are too small to be read: "
                f"{drawn:.1f} points on paper, and {MIN_TEXT_POINTS:g} are the least",
                f"Write size = {least:g} or more.",
                "size",
            )

    def too_wide(
        self, reader: TableReader, what: str, key: str | None = None
    ) -> TypeFileError:
        """Return the error to raise where the room is too narrow."""
        return reader.error(
            f"{what}, and the room is {self.width:g} mm wide",
            "Make it narrower, or the column or box around it wider.",
            key,
        )

    def _check_slot(self, reader: TableReader, key: str, slot: Slot) -> None:
        styles = self.facts.get(slot.name)
        if styles is None and slot.name in PAGE_FACTS:
            raise reader.error(
                f"{key} names {{{slot.name}}}, which is known in [[fixed]] boxes only",
                "Put the text into a box; a running text is not tied to a page.",
                key,
            )
        if styles is None:
            raise reader.error(
                f"{key} names {{{slot.name}}}, which is neither a field nor a fact",
                f"{suggest(slot.name, self.facts)} "
                "Otherwise declare it under [[fields]].",
                key,
            )
        if slot.style in styles:
            return
        listed = ", ".join(sorted(styles - {""})) or "none"
        fix = f"Styles it has: {listed}."
        if not slot.style:
            kind = self.fields[slot.name].kind
            fix = f'Show it with a block of kind "{kind}". {fix}'
        raise reader.error(
            f"{{{slot.name}}} cannot be written as {slot.style or 'text'!r}", fix, key
        )

    def _check_value(self, reader: TableReader, name: str, value: str) -> None:
        found = self.fields.get(name)
        if found is None or found.kind not in _VALUED_KINDS:
            raise reader.error(
                f"when compares {name!r}, which is not of kind choice or integer",
                f'Write when = "{name}" to ask whether it is given.',
                "when",
            )
        if found.kind is Kind.INTEGER:
            known = value.isdigit() and str(int(value)) == value
            fix = "Write a whole number in digits 0 to 9."
        else:
            values = [choice.value for choice in found.choices]
            known = value in values
            fix = f"Its values are: {', '.join(values)}."
        if not known:
            raise reader.error(
                f"when compares {name!r} with {value!r}, which it never is", fix, "when"
            )


def read_letters(
    reader: TableReader, scope: Scope, *, align: str = "left", smallest: float = 1.0
) -> TextStyle:
    """Read how the letters of a block look; `align` is read by those that have it.

    Raises:
        TypeFileError: a wrong value, or what the gate would refuse to seal: letters
            too small, lines too close; `smallest` as for `Scope.check_size`.
    """
    size = reader.number("size", 0, low=0, high=72)
    scope.check_size(reader, size, smallest=smallest)
    leading = reader.number("leading", 0, low=0, high=4)
    if 0 < leading < MIN_LEADING:
        raise reader.error(
            f"leading = {leading:g} is too little: lines would run into each other",
            f"It must be between {MIN_LEADING:g} and 4, a multiple of the size.",
            "leading",
        )
    return TextStyle(
        size=size or None,
        bold=reader.flag("bold", default=False),
        align=align,
        leading=leading or None,
        tone=reader.choice("tone", TONES, "black"),
    )


def read_style(
    reader: TableReader, scope: Scope, *, align: str = "left", smallest: float = 1.0
) -> TextStyle:
    """Read how the text of a block looks.

    Raises:
        TypeFileError: as `read_letters`.
    """
    chosen = reader.choice("align", ALIGNMENTS, align)
    return read_letters(reader, scope, align=chosen, smallest=smallest)
