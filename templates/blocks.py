# SPDX-License-Identifier: Apache-2.0
"""Blocks: what a layout in type.toml is made of.

Each block is a frozen dataclass; `read_blocks` makes them from the tables of the
file and refuses unknown kinds, keys and facts. Lengths are in millimetres, sizes of
letters in points. Nothing is drawn here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from templates.phrases import Phrase, PhraseError, Slot, parse_phrase
from templates.typefile import TableReader
from templates.wording import Localized

ALIGNMENTS = frozenset({"left", "center", "right", "justify"})
ROLES = frozenset({"body", "title", "heading"})
MAX_DEPTH = 3
"""Blocks within columns within columns; deeper is a mistake."""

StylesOf = Mapping[str, frozenset[str]]
"""The facts a phrase may name, each with the styles it may be written in."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """What all blocks share."""

    when: str | None = None
    """Name of a field; the block is left out where the field is not given.
    With "!" before it, the other way round."""
    space_before: float = 0
    space_after: float = 0
    keep: bool = False
    """Keep on one page with the block that follows."""


@dataclass(frozen=True, kw_only=True)
class TextStyle:
    """How the letters of a block look."""

    size: float | None = None
    bold: bool = False
    align: str = "left"
    leading: float | None = None
    """Line distance as a multiple of the size; None for the page's."""
    tone: str = "black"


@dataclass(frozen=True, kw_only=True)
class Paragraph(Block):
    """Running text with facts inside."""

    text: Phrase
    style: TextStyle
    role: str = "body"
    indent: float = 0
    """First line."""
    margin: float = 0
    """All lines, from the left."""
    number: str | None = None
    """Hangs in the margin, at its left end."""


@dataclass(frozen=True, kw_only=True)
class PairRow:
    """One line of a label/value list."""

    label: Localized
    value: Phrase
    when: str | None = None
    bold: bool = False


@dataclass(frozen=True, kw_only=True)
class Pairs(Block):
    """List of labels and values."""

    rows: tuple[PairRow, ...]
    label_width: float
    english: bool
    style: TextStyle
    row_gap: float = 0


@dataclass(frozen=True, kw_only=True)
class Numbered(Block):
    """Numbered list: of a list field, or of phrases."""

    field: str | None
    items: tuple[Phrase, ...]
    margin: float
    number: str
    style: TextStyle


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column; width 0 takes an equal part of what is left."""

    width: float
    bottom: bool
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True)
class Columns(Block):
    """Blocks side by side; never broken over two pages."""

    columns: tuple[Column, ...]
    gap: float


@dataclass(frozen=True, kw_only=True)
class Emblem(Block):
    """The neutral emblem; an agency's own comes later."""

    size: float
    align: str


@dataclass(frozen=True, kw_only=True)
class Rule(Block):
    """Horizontal line; width 0 is the full measure."""

    width: float
    weight: float
    align: str


@dataclass(frozen=True, kw_only=True)
class Signature(Block):
    """Name and office of the signatory, and the note on the electronic seal."""

    style: TextStyle
    english: bool


@dataclass(frozen=True, kw_only=True)
class Qr(Block):
    """QR code with quiet zone, address, id, and a line on how to check."""

    beside: bool
    """Words beside the code; below it otherwise."""
    size: float


def read_blocks(
    readers: list[TableReader], styles_of: StylesOf, depth: int = 0
) -> tuple[Block, ...]:
    """Read the blocks of one list.

    Raises:
        TypeFileError: unknown kind, key, field or style, or a wrong value.
    """
    blocks = []
    for reader in readers:
        kind = reader.choice("block", _READERS)
        if depth >= MAX_DEPTH:
            raise reader.error("columns are nested too deep", "Use fewer levels.")
        blocks.append(_READERS[kind](reader, _Context(styles_of, depth)))
        reader.finish()
    return tuple(blocks)


def check_phrase(reader: TableReader, key: str, text: str, known: StylesOf) -> Phrase:
    """Parse a phrase and check the names in it.

    Raises:
        TypeFileError: it does not parse, or names an unknown fact or style.
    """
    try:
        phrase = parse_phrase(text)
    except PhraseError as error:
        raise reader.error(f"{key}: {error}", "Correct the text.", key) from error
    for piece in phrase:
        if not isinstance(piece, Slot):
            continue
        if piece.name not in known:
            raise reader.error(
                f"{key} names {{{piece.name}}}, which is neither a field nor a fact",
                f"Declare it under [[fields]], or use one of: {', '.join(known)}.",
                key,
            )
        if piece.style not in known[piece.name]:
            listed = ", ".join(sorted(known[piece.name] - {""})) or "none"
            raise reader.error(
                f"{{{piece.name}}} cannot be written as {piece.style!r}",
                f"Styles it has: {listed}.",
                key,
            )
    return phrase


@dataclass(frozen=True)
class _Context:
    styles_of: StylesOf
    depth: int

    def phrase(self, reader: TableReader, key: str) -> Phrase:
        return check_phrase(reader, key, reader.text(key), self.styles_of)

    def condition(self, reader: TableReader) -> str | None:
        name = reader.optional_text("when")
        if name and name.removeprefix("!") not in self.styles_of:
            raise reader.error(
                f"when = {name!r} is not a field", "Name a field of [[fields]].", "when"
            )
        return name


def _common(reader: TableReader, context: _Context) -> "dict[str, object]":
    return {
        "when": context.condition(reader),
        "space_before": reader.number("space_before", 0, high=200),
        "space_after": reader.number("space_after", 0, high=200),
        "keep": reader.flag("keep", default=False),
    }


def _style(reader: TableReader, *, align: str = "left") -> TextStyle:
    size = reader.number("size", 0, low=0, high=72)
    leading = reader.number("leading", 0, low=0, high=4)
    return TextStyle(
        size=size or None,
        bold=reader.flag("bold", default=False),
        align=reader.choice("align", ALIGNMENTS, align),
        leading=leading or None,
        tone=reader.choice("tone", ("black", "gray", "accent"), "black"),
    )


def _read_paragraph(reader: TableReader, context: _Context) -> Block:
    return Paragraph(
        text=context.phrase(reader, "text"),
        style=_style(reader),
        role=reader.choice("role", ROLES, "body"),
        indent=reader.number("indent", 0, high=100),
        margin=reader.number("margin", 0, high=100),
        number=reader.optional_text("number"),
        **_common(reader, context),  # type: ignore[arg-type]  # values made above
    )


def _read_pairs(reader: TableReader, context: _Context) -> Block:
    rows = []
    for row in reader.tables("rows"):
        rows.append(
            PairRow(
                label=row.localized("label"),
                value=context.phrase(row, "value"),
                when=context.condition(row),
                bold=row.flag("bold", default=False),
            )
        )
        row.finish()
    if not rows:
        raise reader.error("the list has no rows", "Add [[blocks.rows]].")
    return Pairs(
        rows=tuple(rows),
        label_width=reader.number("label_width", 50, low=10, high=150),
        english=reader.flag("english", default=False),
        style=_style(reader),
        row_gap=reader.number("row_gap", 0, high=20),
        **_common(reader, context),  # type: ignore[arg-type]  # values made above
    )


def _read_numbered(reader: TableReader, context: _Context) -> Block:
    field = reader.optional_text("field")
    if field is not None and "count" not in context.styles_of.get(field, frozenset()):
        raise reader.error(
            f"field = {field!r} is not a list", "Name a field of kind list.", "field"
        )
    texts = reader.texts("items")
    if (field is None) == (not texts):
        raise reader.error(
            "the list has nothing to number",
            'Give either field = "..." or items = ["..."].',
        )
    return Numbered(
        field=field,
        items=tuple(check_phrase(reader, "items", t, context.styles_of) for t in texts),
        margin=reader.number("margin", 0, high=100),
        number=reader.text("number", "{n}.", pattern=r"[^{}]*\{n\}[^{}]*"),
        style=_style(reader),
        **_common(reader, context),  # type: ignore[arg-type]  # values made above
    )


def _read_columns(reader: TableReader, context: _Context) -> Block:
    columns = []
    for column in reader.tables("columns"):
        columns.append(
            Column(
                width=column.number("width", 0, high=400),
                bottom=column.choice("stand", ("top", "bottom"), "top") == "bottom",
                blocks=read_blocks(
                    column.tables("blocks"), context.styles_of, context.depth + 1
                ),
            )
        )
        column.finish()
    if not columns:
        raise reader.error("there are no columns", "Add [[blocks.columns]].")
    return Columns(
        columns=tuple(columns),
        gap=reader.number("gap", 5, high=50),
        **_common(reader, context),  # type: ignore[arg-type]  # values made above
    )


def _read_emblem(reader: TableReader, context: _Context) -> Block:
    return Emblem(
        size=reader.number("size", 28, low=10, high=60),
        align=reader.choice("align", ALIGNMENTS - {"justify"}, "center"),
        **_common(reader, context),  # type: ignore[arg-type]  # values made above
    )


def _read_rule(reader: TableReader, context: _Context) -> Block:
    return Rule(
        width=reader.number("width", 0, high=400),
        weight=reader.number("weight", 0.5, low=0.1, high=5),
        align=reader.choice("align", ALIGNMENTS - {"justify"}, "center"),
        **_common(reader, context),  # type: ignore[arg-type]  # values made above
    )


def _read_signature(reader: TableReader, context: _Context) -> Block:
    return Signature(
        style=_style(reader, align="center"),
        english=reader.flag("english", default=False),
        **_common(reader, context),  # type: ignore[arg-type]  # values made above
    )


def _read_qr(reader: TableReader, context: _Context) -> Block:
    return Qr(
        beside=reader.choice("words", ("beside", "below"), "beside") == "beside",
        size=reader.number("size", 10, low=7, high=16),
        **_common(reader, context),  # type: ignore[arg-type]  # values made above
    )


_READERS: dict[str, Callable[[TableReader, _Context], Block]] = {
    "paragraph": _read_paragraph,
    "pairs": _read_pairs,
    "numbered": _read_numbered,
    "columns": _read_columns,
    "emblem": _read_emblem,
    "rule": _read_rule,
    "signature": _read_signature,
    "qr": _read_qr,
}
