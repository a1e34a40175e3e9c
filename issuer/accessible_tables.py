# SPDX-License-Identifier: Apache-2.0
"""Accessible tables: header cells that tell their scope, rows of one length.

ISO 14289-1:2014, 7.5; ISO 32000-1 §14.8.4.3.4 and table 349.
"""

from collections.abc import Iterator

from pikepdf import Array, Dictionary, Name, Object

from issuer.refusals import refuse_access


def check_header(cell: Object) -> None:
    """Check a header cell.

    Raises:
        GateError: it does not tell which cells it is the header of.
    """
    if str(_find_attribute(cell, "/Scope")) not in {"/Row", "/Column", "/Both"}:
        raise refuse_access(
            "7.5",
            th="หัวตารางไม่บอกว่าเป็นหัวแถวหรือหัวคอลัมน์",
            en="a header cell does not tell its scope",
        )


def check_rows(table: Object) -> None:
    """Check that all rows have as many columns, with cells that span some.

    Raises:
        GateError: they have not.
    """
    reaching: list[tuple[int, int]] = []
    widths = set()
    for row in _rows_of(table):
        cells = [
            (
                int(_find_attribute(cell, "/RowSpan") or 1),
                int(_find_attribute(cell, "/ColSpan") or 1),
            )
            for cell in kids_of(row)
            if not isinstance(cell, int)
        ]
        reaching += cells
        widths.add(sum(columns for _, columns in reaching))
        reaching = [(rows - 1, columns) for rows, columns in reaching if rows > 1]
    if len(widths) > 1:
        raise refuse_access(
            "7.5",
            th="แถวของตารางมีจำนวนช่องไม่เท่ากัน",
            en="rows of a table have different numbers of columns",
        )


def kids_of(element: Object) -> Iterator[Object | int]:
    """Yield what an element holds: elements, and ids of marked content."""
    kids = element.get("/K")
    if isinstance(kids, Array):
        yield from kids.as_list()
    elif kids is not None:
        yield kids


def _rows_of(table: Object) -> Iterator[Object]:
    for kid in kids_of(table):
        if isinstance(kid, int) or str(kid.S) == "/Caption":
            continue
        if str(kid.S) == "/TR":
            yield kid
        else:
            yield from _rows_of(kid)


def _find_attribute(cell: Object, key: str) -> Object | None:
    """Return an attribute of a table cell (ISO 32000-1 table 349)."""
    attributes = cell.get("/A")
    for entry in attributes if isinstance(attributes, Array) else [attributes]:
        if isinstance(entry, Dictionary) and entry.get("/O") == Name.Table:
            return entry.get(key)
    return None
