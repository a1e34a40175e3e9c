# SPDX-License-Identifier: Apache-2.0
"""Reading of tables and pictures from type.toml, each tied to a field of its kind."""

from templates.blocks import (
    MIN_MEASURE_MM,
    SMALL_HEADER,
    Block,
    Image,
    Table,
    TableColumn,
)
from templates.facts import styles_of
from templates.fields import SUMMED_KINDS, Field
from templates.scope import PLACES, Scope, read_letters
from templates.typefile import TableReader
from templates.wording import Localized

_TOTALS = Localized("รวม", "Total")
_NUMBER_HEADER = Localized("ที่", "No.")
PICTURE_FILES = r"[^/\\]+\.(png|jpg|jpeg|pdf)"


def read_table(reader: TableReader, scope: Scope) -> Block:
    """Read a block that shows a table field.

    Raises:
        TypeFileError: it names a field of another kind, an unknown column, or its
            columns do not fit the room.
    """
    found = scope.read_field(reader, "field", "table", "table")
    if found is None:
        raise reader.error("field is missing", 'Add field = "..." of kind table.')
    tables = reader.tables("columns")
    if not tables:
        raise reader.error(
            "the table has no columns", "Add [[blocks.columns]] with column = ..."
        )
    columns = tuple(_read_column(table, found) for table in tables)
    if columns[0].total:
        raise tables[0].error(
            "the first column has a sum, and no room is left for its label",
            "Put another column before it, such as number = true.",
            "total",
        )
    padding = reader.number("padding", 1, high=10)
    room = share_width(reader, [column.width for column in columns], scope.width)
    if min(room) - 2 * padding < MIN_MEASURE_MM / 2:
        raise scope.too_wide(reader, "the padding leaves no room in a column")
    english = reader.flag("english", default=False)
    smallest = SMALL_HEADER if english else 1.0
    return Table(
        field=found.name,
        columns=columns,
        style=read_letters(reader, scope, smallest=smallest),
        english=english,
        totals=_read_totals(reader, columns),
        rules=reader.choice("rules", ("grid", "rows", "none"), "grid"),
        padding=padding,
        **scope.read_common(reader),
    )


def read_image(reader: TableReader, scope: Scope) -> Block:
    """Read a block that shows a picture.

    Raises:
        TypeFileError: it names a field of another kind, no picture or two, or its box
            does not fit the room.
    """
    found = scope.read_field(reader, "field", "image", "image")
    file = None
    if reader.has("file"):
        file = reader.file("file", PICTURE_FILES, "a picture, .png, .jpg or .pdf")
    if (found is None) == (file is None):
        raise reader.error(
            "the block has no picture, or two",
            'Give either field = "..." of kind image, or file = "picture.png".',
        )
    alt = reader.optional_localized("alt")
    width = reader.number("width", 30, low=5, high=400)
    height = reader.number("height", 40, low=5, high=400)
    return Image(
        field=found.name if found else None,
        file=file,
        width=scope.check_width(reader, width, "width"),
        height=scope.check_height(reader, height, "height"),
        align=reader.choice("align", PLACES, "left"),
        frame=reader.flag("frame", default=False),
        alt=alt or (found.label if found else None),
        **scope.read_common(reader),
    )


def share_width(reader: TableReader, widths: list[float], room: float) -> list[float]:
    """Return the widths of columns in millimetres; those of 0 share what is left.

    Raises:
        TypeFileError: they are wider than the room, or leave too little of it.
    """
    shared = widths.count(0)
    left = room - sum(widths)
    each = left / shared if shared else 0.0
    if left < 0 or (shared and each < MIN_MEASURE_MM):
        needed = sum(widths) + shared * MIN_MEASURE_MM
        raise reader.error(
            f"the columns need {needed:g} mm, and there are {room:g} mm for them",
            "Make them or the gaps narrower, or leave one out; a column without width "
            f"needs {MIN_MEASURE_MM:g} mm.",
            "columns",
        )
    return [width or each for width in widths]


def _read_column(reader: TableReader, found: Field) -> TableColumn:
    number = reader.flag("number", default=False)
    if number:
        column = TableColumn(
            column=None,
            header=reader.optional_localized("header") or _NUMBER_HEADER,
            width=reader.number("width", 10, high=400),
            align=reader.choice("align", PLACES, "center"),
        )
    else:
        column = _read_data_column(reader, found)
    reader.finish()
    return column


def _read_data_column(reader: TableReader, found: Field) -> TableColumn:
    columns = {column.name: column for column in found.columns}
    data = columns[reader.choice("column", columns)]
    summed = data.kind in SUMMED_KINDS
    styles = styles_of((data,))[data.name]
    total = reader.flag("total", default=False)
    if total and not summed:
        raise reader.error(
            f"total = true, and {data.name!r} is of kind {data.kind}",
            "Only columns of kind integer or money have a sum.",
            "total",
        )
    return TableColumn(
        column=data.name,
        header=reader.optional_localized("header") or data.label,
        width=reader.number("width", 0, high=400),
        align=reader.choice("align", PLACES, "right" if summed else "left"),
        fact_style=reader.choice("style", styles, ""),
        total=total,
    )


def _read_totals(
    reader: TableReader, columns: tuple[TableColumn, ...]
) -> Localized | None:
    label = reader.optional_localized("totals")
    summed = any(column.total for column in columns)
    if label and not summed:
        raise reader.error(
            "totals names the row of sums, and no column has a sum",
            "Write total = true in the columns to be summed.",
            "totals",
        )
    return label or (_TOTALS if summed else None)
