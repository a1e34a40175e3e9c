# SPDX-License-Identifier: Apache-2.0
"""Reading of blocks: from the tables of type.toml to what a layout is made of.

Refuses unknown kinds, keys, fields and styles, and what could never fit the page:
the room of each block is known before any data is.
"""

from collections.abc import Callable

from templates.blocks import (
    MIN_MEASURE_MM,
    QR_MIN_SIDE_MM,
    SMALL_PAIR,
    SMALL_SIGNATURE,
    Block,
    Column,
    Columns,
    Emblem,
    Numbered,
    PairRow,
    Pairs,
    Paragraph,
    Qr,
    Rule,
    Signature,
)
from templates.read_figures import read_image, read_table, share_width
from templates.scope import PLACES, Scope, read_style
from templates.typefile import TableReader

MAX_DEPTH = 3
"""Blocks within columns within columns; deeper is a mistake."""
_ROLES = ("body", "title", "heading")
_WORDS_MM = 25.0
"""Least room for the words beside a QR code."""


def read_blocks(readers: list[TableReader], scope: Scope) -> tuple[Block, ...]:
    """Read the blocks of one list.

    Raises:
        TypeFileError: unknown kind, key, field or style, a wrong value, or no room.
    """
    blocks = []
    for reader in readers:
        kind = reader.choice("block", _READERS)
        if scope.depth >= MAX_DEPTH:
            raise reader.error("columns are nested too deep", "Use fewer levels.")
        blocks.append(_READERS[kind](reader, scope))
        reader.finish()
    return tuple(blocks)


def _read_paragraph(reader: TableReader, scope: Scope) -> Block:
    common = scope.read_common(reader)
    paragraph = Paragraph(
        text=scope.read_phrase(reader, "text"),
        style=read_style(reader, scope),
        role=reader.choice("role", _ROLES, "body"),
        indent=reader.number("indent", 0, high=100),
        margin=reader.number("margin", 0, high=100),
        number=reader.optional_text("number"),
        **common,
    )
    wide = paragraph.indent + paragraph.margin + MIN_MEASURE_MM
    if wide > scope.width:
        raise scope.too_wide(
            reader, f"indent, margin and {MIN_MEASURE_MM:g} mm of text need {wide:g} mm"
        )
    if paragraph.role != "body":
        title = paragraph.role == "title"
        mention = scope.mention(reader, paragraph.when, title=title)
        scope.outline.headings.append(mention)
    return paragraph


def _read_pairs(reader: TableReader, scope: Scope) -> Block:
    rows = []
    for row in reader.tables("rows"):
        rows.append(
            PairRow(
                label=row.localized("label"),
                value=scope.read_phrase(row, "value"),
                when=scope.read_condition(row),
                bold=row.flag("bold", default=False),
            )
        )
        row.finish()
    if not rows:
        raise reader.error("the list has no rows", "Add [[blocks.rows]].")
    english = reader.flag("english", default=False)
    smallest = SMALL_PAIR if english else 1.0
    pairs = Pairs(
        rows=tuple(rows),
        label_width=reader.number("label_width", 50, low=10, high=150),
        english=english,
        style=read_style(reader, scope, smallest=smallest),
        row_gap=reader.number("row_gap", 0, high=20),
        **scope.read_common(reader),
    )
    wide = pairs.label_width + MIN_MEASURE_MM
    if wide > scope.width:
        raise scope.too_wide(
            reader, f"label_width and {MIN_MEASURE_MM:g} mm of value need {wide:g} mm"
        )
    return pairs


def _read_numbered(reader: TableReader, scope: Scope) -> Block:
    found = scope.read_field(reader, "field", "list", "numbered")
    texts = reader.texts("items")
    if (found is None) == (not texts):
        raise reader.error(
            "the list has nothing to number",
            'Give either field = "..." or items = ["..."].',
        )
    return Numbered(
        field=found.name if found else None,
        items=tuple(scope.check_phrase(reader, "items", text) for text in texts),
        margin=reader.number("margin", 0, high=min(100, scope.width / 2)),
        number=reader.text("number", "{n}.", pattern=r"[^{}]*\{n\}[^{}]*"),
        style=read_style(reader, scope),
        **scope.read_common(reader),
    )


def _read_columns(reader: TableReader, scope: Scope) -> Block:
    common = scope.read_common(reader)
    tables = reader.tables("columns")
    if not tables:
        raise reader.error("there are no columns", "Add [[blocks.columns]].")
    gap = reader.number("gap", 5, high=50)
    widths = [table.number("width", 0, high=400) for table in tables]
    room = scope.width - gap * (len(tables) - 1)
    inner = share_width(reader, widths, room)
    columns = []
    for table, width, own in zip(tables, widths, inner, strict=True):
        narrow = scope.narrow(own, when=common["when"])
        columns.append(
            Column(
                width=width,
                bottom=table.choice("stand", ("top", "bottom"), "top") == "bottom",
                blocks=read_blocks(table.tables("blocks"), narrow),
            )
        )
        table.finish()
    return Columns(columns=tuple(columns), gap=gap, **common)


def _read_emblem(reader: TableReader, scope: Scope) -> Block:
    size = reader.number("size", 28, low=10, high=60)
    scope.check_height(reader, size, "size")
    return Emblem(
        size=scope.check_width(reader, size, "size"),
        align=reader.choice("align", PLACES, "center"),
        **scope.read_common(reader),
    )


def _read_rule(reader: TableReader, scope: Scope) -> Block:
    width = reader.number("width", 0, high=400)
    return Rule(
        width=scope.check_width(reader, width, "width"),
        weight=reader.number("weight", 0.5, low=0.1, high=5),
        align=reader.choice("align", PLACES, "center"),
        **scope.read_common(reader),
    )


def _read_signature(reader: TableReader, scope: Scope) -> Block:
    return Signature(
        style=read_style(reader, scope, align="center", smallest=SMALL_SIGNATURE),
        english=reader.flag("english", default=False),
        **scope.read_common(reader),
    )


def _read_qr(reader: TableReader, scope: Scope) -> Block:
    common = scope.read_common(reader)
    block = Qr(
        beside=reader.choice("words", ("beside", "below"), "beside") == "beside",
        size=reader.number("size", 10, low=7, high=16),
        clear=reader.number("clear", 0, high=30),
        note=reader.flag("note", default=False),
        **common,
    )
    scope.check_size(reader, block.size)
    side = QR_MIN_SIDE_MM + 2 * block.clear
    wide = side + _WORDS_MM if block.beside else side
    if wide > scope.width:
        raise scope.too_wide(reader, f"the QR code and its words need {wide:g} mm")
    if side > scope.height:
        raise reader.error(
            f"the QR code needs a height of {side:g} mm, and there are "
            f"{scope.height:g} mm",
            "Make the box higher.",
        )
    scope.outline.codes.append(scope.mention(reader, block.when))
    return block


_READERS: dict[str, Callable[[TableReader, Scope], Block]] = {
    "paragraph": _read_paragraph,
    "pairs": _read_pairs,
    "numbered": _read_numbered,
    "columns": _read_columns,
    "table": read_table,
    "image": read_image,
    "emblem": _read_emblem,
    "rule": _read_rule,
    "signature": _read_signature,
    "qr": _read_qr,
}
