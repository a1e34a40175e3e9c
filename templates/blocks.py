# SPDX-License-Identifier: Apache-2.0
"""Blocks: what a layout in type.toml is made of.

Each block is a frozen dataclass; `templates.read_blocks` makes them from the tables
of the file. Lengths are in millimetres, sizes of letters in official points. Nothing
is read or drawn here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from templates.conditions import Condition
from templates.phrases import Phrase, Slot
from templates.wording import Localized

QR_MIN_SIDE_MM = 30.0
"""Least side of a QR code with its quiet zone; long claims make it larger."""
MIN_TEXT_POINTS = 3.0
"""Least real size of letters: smaller ones are refused before sealing."""
MIN_LEADING = 1.0
"""Least distance of lines, by the size: closer lines run into each other."""
SMALL_PAIR, SMALL_HEADER, SMALL_SIGNATURE = 0.7, 0.75, 0.8
"""Sizes of words that are smaller than the block they are in, by its size."""
MIN_MEASURE_MM = 10.0
"""Columns narrower than this hold no line of text."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """What all blocks share."""

    when: Condition | None = None
    """The block is left out where it does not hold."""
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
    when: Condition | None = None
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
    """The neutral emblem; an agency's own is an image with a file."""

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
    clear: float = 0
    """Kept free of everything else around the quiet zone."""
    note: bool = False
    """Say beside the code that stamps and writing keep off it."""


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    """One column of a table; width 0 takes an equal part of what is left."""

    column: str | None
    """Column of the field; None for the running number."""
    header: Localized
    width: float
    align: str
    fact_style: str = ""
    """How values are written, as after the colon in `{name:style}`."""
    total: bool = False


@dataclass(frozen=True, kw_only=True)
class Table(Block):
    """Rows of a table field, under a header that is repeated on each page."""

    field: str
    columns: tuple[TableColumn, ...]
    style: TextStyle
    english: bool
    """Headers in English too."""
    totals: Localized | None
    """Label of the row of sums at the end; None for no such row."""
    rules: str
    """"grid", "rows" or "none"."""
    padding: float


@dataclass(frozen=True, kw_only=True)
class Image(Block):
    """A picture, fitted into a box; out of a field, or a file beside type.toml."""

    field: str | None
    file: str | None
    width: float
    height: float
    align: str
    frame: bool
    alt: Localized | None
    """What it shows, in words; None for an ornament."""


@dataclass(frozen=True, kw_only=True)
class FixedBox:
    """Blocks at a fixed place on the paper; they must fit into the box."""

    page: str | int
    """"first", "last", "every", or a number from 1."""
    left: float
    top: float
    width: float
    height: float
    frame: bool
    when: Condition | None
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True)
class Background:
    """A PDF that lies under the pages."""

    file: str
    """Name of a file beside type.toml."""
    pages: str
    """"first", "every" (its last page under all that follow), or "all" (the document
    has at least as many pages)."""
    alt: Localized | None
    """What it shows, in words; None for an ornament without text."""


def walk_blocks(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield blocks and those within their columns, in reading order."""
    for block in blocks:
        yield block
        if isinstance(block, Columns):
            for column in block.columns:
                yield from walk_blocks(column.blocks)


def name_facts(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield the fields and facts that blocks show; columns as "field.column"."""
    for block in walk_blocks(blocks):
        if isinstance(block, Numbered | Table | Image) and block.field:
            yield block.field
        if isinstance(block, Table):
            yield from (f"{block.field}.{one.column}" for one in block.columns)
        for phrase in _find_phrases(block):
            for piece in phrase:
                # A mere count does not show a list.
                if isinstance(piece, Slot) and piece.style != "count":
                    yield piece.name


def _find_phrases(block: Block) -> tuple[Phrase, ...]:
    if isinstance(block, Paragraph):
        return (block.text,)
    if isinstance(block, Pairs):
        return tuple(row.value for row in block.rows)
    return block.items if isinstance(block, Numbered) else ()
