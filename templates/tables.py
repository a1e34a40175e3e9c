# SPDX-License-Identifier: Apache-2.0
"""Tables: rows of a table field as strips, under a header repeated on each page.

A row is one strip, so no page ends within it; only a row higher than a page is
divided, between its lines. Text wraps in its cell. A number that does not fit on one
line of its column is an error: in pieces it would read as another number.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from templates.blocks import SMALL_HEADER, Table, TableColumn, TextStyle
from templates.drawing import PageWriter
from templates.errors import OverflowingError
from templates.facts import Facts, Words
from templates.fields import Field, Kind
from templates.strips import (
    Strip,
    height_of,
    paint_strips,
    to_millimetres,
    to_points,
)
from templates.structure import Element
from templates.typesetter import Typesetter
from templates.wording import Localized
from templates.words import Run

_WEIGHT = 0.5
_UNBREAKABLE = frozenset(
    {Kind.INTEGER, Kind.MONEY, Kind.PERSON_ID, Kind.JURISTIC_ID, Kind.THAI_ID}
)
_SIDEWAYS = 1.5
"""Padding at the sides, by that above and below, where lines bring air of their own."""
_TOTALS_ROW = Localized("แถวผลรวม", "the row of totals")

_Segment = tuple[float, float, float, float]


@dataclass(frozen=True)
class _Cell:
    """Lines of one cell, and where it begins and ends."""

    left: float
    right: float
    lines: list[Strip]


def make_table(
    setter: Typesetter,
    block: Table,
    width: float,
    parent: Element,
    room: float,
) -> list[Strip]:
    """Return the strips of a table; of one without rows, nothing.

    Args:
        setter: of the document.
        block: what to show.
        width: of the room, in points.
        parent: what the table is a part of.
        room: height of a page; rows that are higher are divided.

    Raises:
        OverflowingError: a number is wider than its column, or the header higher
            than a page.
    """
    rows = setter.facts.rows(block.field)
    if not rows:
        return []
    maker = _TableMaker(setter, block, width)
    return maker.make(parent.add("Table"), room)


class _TableMaker:
    """Makes the rows of one table."""

    def __init__(self, setter: Typesetter, block: Table, width: float) -> None:
        self._setter, self._block = setter, block
        self._facts: Facts = setter.facts
        self._columns: dict[str, Field] = {
            column.name: column
            for field in setter.type.fields
            if field.name == block.field
            for column in field.columns
        }
        self._padding = to_points(block.padding)
        self._inset = self._padding * _SIDEWAYS
        self._edges = _find_edges(block.columns, width)

    def make(self, table: Element, room: float) -> list[Strip]:
        """Return header, rows and totals."""
        element = table.add("TR")
        headers = [element.add("TH", scope="Column") for _ in self._block.columns]
        head = self._make_header(headers)
        again = replace(self._make_header([None] * len(headers)), keep=True)
        rows = [
            self._cut_row(self._set_row(number, row, table.add("TR")), room, again)
            for number, row in enumerate(self._write_rows(), start=1)
        ]
        if self._block.totals is not None:
            # Never alone on a page: it belongs to the rows above it.
            rows[-1] = [replace(strip, keep=True) for strip in rows[-1]]
            cells = self._set_totals(table.add("TR"))
            rows.append(self._cut_row(cells, room, again))
        return [head, *(strip for row in rows for strip in row)]

    def _make_header(self, elements: Sequence[Element | None]) -> Strip:
        cells = []
        look = replace(self._block.style, bold=True, align="center")
        small = replace(
            look,
            bold=False,
            size=self._setter.size_of(look) * SMALL_HEADER,
            leading=1.1,
        )
        for index, (column, element) in enumerate(
            zip(self._block.columns, elements, strict=True)
        ):
            lines = self._set_cell((index, index), column.header.th, look, element)
            if self._block.english:
                part = element.add("Span") if element else None
                lines += self._set_cell((index, index), column.header.en, small, part)
            cells.append(_Cell(self._edges[index], self._edges[index + 1], lines))
        height = max(height_of(cell.lines) for cell in cells)
        level = [_centre(cell, height) for cell in cells]
        strip = self._join_cells(level, first=True, last=True, top=True)
        return replace(strip, keep=True)

    def _write_rows(self) -> list[list[Words]]:
        """Return the rows as they are written, in the columns of the block."""
        styles = {column.fact_style for column in self._block.columns}
        written = {
            style: self._facts.rows(self._block.field, style) for style in styles
        }
        count = len(next(iter(written.values())))
        return [
            [
                written[column.fact_style][index][column.column]
                if column.column
                else Words(self._setter.write_digits(str(index + 1)), whole=True)
                for column in self._block.columns
            ]
            for index in range(count)
        ]

    def _set_row(self, number: int, row: list[Words], element: Element) -> list[_Cell]:
        cells = []
        for index, words in enumerate(row):
            column = self._block.columns[index]
            style = replace(self._block.style, align=column.align)
            lines = self._set_cell((index, index), words, style, element.add("TD"))
            where = Localized(f"แถวที่ {number}", f"row {number}")
            path = f"{self._block.field}[{number - 1}].{column.column}"
            self._check_number(column, words.text, lines, (path, where))
            cells.append(_Cell(self._edges[index], self._edges[index + 1], lines))
        return cells

    def _set_totals(self, element: Element) -> list[_Cell]:
        """Return the row of sums; its label spans the columns before the first."""
        columns, label = self._block.columns, self._block.totals
        first = next(index for index, one in enumerate(columns) if one.total)
        head = element.add("TH", scope="Row")
        head.span = (1, first)
        look = replace(self._block.style, bold=True, align="right")
        text = label.th if label else ""
        lines = self._set_cell((0, first - 1), text, look, head)
        cells = [_Cell(self._edges[0], self._edges[first], lines)]
        for index in range(first, len(columns)):
            column = columns[index]
            words = Words("")
            if column.total and column.column:
                words = self._facts.total(
                    self._block.field, column.column, column.fact_style
                )
            style = replace(look, align=column.align)
            lines = self._set_cell((index, index), words, style, element.add("TD"))
            place = (self._block.field, _TOTALS_ROW)
            self._check_number(column, words.text, lines, place)
            cells.append(_Cell(self._edges[index], self._edges[index + 1], lines))
        return cells

    def _set_cell(
        self,
        span: tuple[int, int],
        words: Words | str,
        style: TextStyle,
        element: Element | None,
    ) -> list[Strip]:
        """Return the lines of a cell that takes some columns, the last included."""
        written = words if isinstance(words, Words) else Words(words)
        width = self._edges[span[1] + 1] - self._edges[span[0]] - 2 * self._inset
        run = Run(written.text, bold=style.bold, whole=written.whole)
        return self._setter.set_text([run], width, style, element=element)

    def _check_number(
        self,
        column: TableColumn,
        text: str,
        lines: list[Strip],
        place: tuple[str, Localized],
    ) -> None:
        data = self._columns.get(column.column or "")
        unbreakable = data is None or data.kind in _UNBREAKABLE
        if len(lines) < 2 or not unbreakable:  # noqa: PLR2004 - one line is no break
            return
        wide, _ = self._setter.measure(text, self._block.style)
        needed = math.ceil(to_millimetres(wide + 2 * self._inset))
        field, where = place
        raise OverflowingError(
            f"“{text}” ใน{where.th} ต้องการคอลัมน์กว้าง {needed} มม. แต่คอลัมน์ "
            f"“{column.header.th}” แคบกว่านั้น",
            f"{self._setter.type.id}: {text!r} in {where.en} of {self._block.field} "
            f"needs a column {needed} mm wide, and {column.header.en!r} is narrower",
            fields=(field,),
        )

    def _cut_row(self, cells: list[_Cell], room: float, head: Strip) -> list[Strip]:
        """Return a row as one strip, or as many as it has lines if it is too high."""
        whole = self._join_cells(cells, first=True, last=True)
        if whole.height + head.height <= room:
            return [replace(whole, head=head)]
        count = max(len(cell.lines) for cell in cells)
        return [
            replace(
                self._join_cells(
                    [replace(cell, lines=cell.lines[at : at + 1]) for cell in cells],
                    first=at == 0,
                    last=at == count - 1,
                ),
                head=head,
            )
            for at in range(count)
        ]

    def _join_cells(
        self, cells: list[_Cell], *, first: bool, last: bool, top: bool = False
    ) -> Strip:
        """Return cells side by side, ruled, with room above and below the text."""
        above = self._padding * first
        height = max(height_of(cell.lines) for cell in cells)
        height += above + self._padding * last
        segments = list(self._rule(cells, height, last=last, top=top))

        def paint(writer: PageWriter, left: float, y: float) -> None:
            if segments:
                writer.draw_lines(
                    [(left + a, y - b, left + c, y - d) for a, b, c, d in segments],
                    _WEIGHT,
                )
            for cell in cells:
                x = left + cell.left + self._inset
                paint_strips(writer, cell.lines, x, y - above)

        return Strip(height=height, paint=paint)

    def _rule(
        self, cells: list[_Cell], height: float, *, last: bool, top: bool
    ) -> Iterable[_Segment]:
        """Yield the lines around a row, downwards from its upper left corner."""
        if self._block.rules == "none":
            return
        right = self._edges[-1]
        if top:
            yield (0, 0, right, 0)
        if last:
            yield (0, height, right, height)
        if self._block.rules == "grid":
            for x in (0, *(cell.right for cell in cells)):
                yield (x, 0, x, height)


def _find_edges(columns: tuple[TableColumn, ...], width: float) -> list[float]:
    """Return where columns begin, and the last one ends."""
    widths = [to_points(column.width) for column in columns]
    shared = widths.count(0)
    each = (width - sum(widths)) / shared if shared else 0.0
    edges = [0.0]
    for own in widths:
        edges.append(edges[-1] + (own or each))
    return edges


def _centre(cell: _Cell, height: float) -> _Cell:
    """Return a cell with its lines in the middle of a height."""
    free = height - height_of(cell.lines)
    return replace(cell, lines=[Strip(height=free / 2), *cell.lines]) if free else cell
