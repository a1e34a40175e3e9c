# SPDX-License-Identifier: Apache-2.0
"""Reading of `[[fields]]` and their `[[fields.columns]]`.

What a kind has no use for is refused where it could mislead: columns of a list,
a public photograph, a table that is public and shows nothing.
"""

import re
from collections.abc import Callable, Collection

from templates.errors import TypeFileError
from templates.fields import (
    COLUMN_KINDS,
    MAX_COLUMNS,
    MAX_ENTRIES,
    Choice,
    Field,
    Kind,
)
from templates.typefile import TableReader
from templates.wording import Localized

_NAME = "[a-z][a-z0-9_]{0,39}"
_ITEM_KINDS = COLUMN_KINDS - {Kind.CHOICE} | {Kind.PARAGRAPH}


def read_fields(
    readers: list[TableReader], taken: Collection[str]
) -> tuple[Field, ...]:
    """Read the fields of a type.

    Args:
        readers: one for each table.
        taken: names of facts that every document has.

    Raises:
        TypeFileError: a wrong key or value, or a name that is taken.
    """
    return _read_all(readers, taken, _read_field)


def _read_all(
    readers: list[TableReader],
    taken: Collection[str],
    read: Callable[[TableReader], Field],
) -> tuple[Field, ...]:
    fields: dict[str, Field] = {}
    for reader in readers:
        field = read(reader)
        if field.name in taken or field.name in fields:
            raise reader.error(
                f"name = {field.name!r} is taken", "Choose another name.", "name"
            )
        fields[field.name] = field
    return tuple(fields.values())


def _read_field(reader: TableReader) -> Field:
    kind = Kind(reader.choice("kind", Kind, "text"))
    items = Kind(reader.choice("items", Kind, "text")) if kind is Kind.LIST else None
    if items is not None and items not in _ITEM_KINDS:
        raise reader.error(
            f"a list cannot hold entries of kind {items}",
            'Use text or name, or a field of kind "table".',
            "items",
        )
    return _read_value(reader, kind, items=items)


def _read_column(reader: TableReader) -> Field:
    kind = Kind(reader.choice("kind", Kind, "text"))
    if kind not in COLUMN_KINDS:
        raise reader.error(
            f"a column cannot be of kind {kind}",
            f"Kinds of columns: {', '.join(sorted(COLUMN_KINDS))}.",
            "kind",
        )
    return _read_value(reader, kind)


def _read_value(reader: TableReader, kind: Kind, *, items: Kind | None = None) -> Field:
    counted = kind in {Kind.LIST, Kind.TABLE}
    max_items = reader.integer("max_items", 50, low=1, high=MAX_ENTRIES)
    min_items = reader.integer("min_items", 1, high=MAX_ENTRIES)
    if counted and min_items > max_items:
        raise reader.error(
            f"min_items = {min_items} is more than max_items = {max_items}",
            "Raise max_items, or lower min_items.",
            "min_items",
        )
    field = Field(
        name=reader.text("name", pattern=_NAME),
        label=reader.localized("label"),
        kind=kind,
        required=reader.flag("required", default=True),
        public=_read_public(reader, kind),
        max_length=reader.integer("max_length", 200, low=1, high=5000),
        pattern=_read_pattern(reader),
        pattern_hint=reader.optional_localized("pattern_hint"),
        minimum=reader.optional_integer("minimum"),
        maximum=reader.optional_integer("maximum"),
        choices=_read_choices(reader, kind),
        unit=reader.optional_localized("unit"),
        items=items,
        min_items=min_items,
        max_items=max_items,
        columns=_read_columns(reader, kind),
    )
    reader.finish()
    return field


def _read_public(reader: TableReader, kind: Kind) -> bool:
    public = reader.flag("public", default=False)
    if public and kind is Kind.IMAGE:
        raise reader.error(
            "an image cannot be public",
            "Take public = true away: a photograph is personal data.",
            "public",
        )
    return public


def _read_pattern(reader: TableReader) -> str | None:
    pattern = reader.optional_text("pattern")
    if pattern is not None:
        try:
            re.compile(pattern)
        except re.error as error:
            raise reader.error(
                f"pattern is not a regular expression: {error}",
                "Correct it, or leave it out.",
                "pattern",
            ) from error
    return pattern


def _read_choices(reader: TableReader, kind: Kind) -> tuple[Choice, ...]:
    choices = []
    for inner in reader.tables("choices"):
        choices.append(
            Choice(
                value=inner.text("value", pattern="[a-z0-9_]{1,40}"),
                label=Localized(inner.text("th"), inner.text("en")),
            )
        )
        inner.finish()
    if (kind is Kind.CHOICE) != bool(choices):
        raise reader.error(
            "choices and kind do not fit",
            'A field of kind "choice" needs choices, and no other may have them.',
            "choices" if choices else "kind",
        )
    return tuple(choices)


def _read_columns(reader: TableReader, kind: Kind) -> tuple[Field, ...]:
    readers = reader.tables("columns")
    if (kind is Kind.TABLE) != bool(readers):
        place = readers[0] if readers else reader
        raise place.error(
            "columns and kind do not fit",
            'A field of kind "table" needs [[fields.columns]], '
            "and no other may have them.",
            None if readers else "kind",
        )
    if len(readers) > MAX_COLUMNS:
        raise readers[MAX_COLUMNS].error(
            f"a table has at most {MAX_COLUMNS} columns",
            "Make two tables of it, or put two facts into one column.",
        )
    columns = _read_all(readers, (), _read_column)
    if columns:
        _check_public(reader, readers, columns)
    return columns


def _check_public(
    reader: TableReader, readers: list[TableReader], columns: tuple[Field, ...]
) -> None:
    """Refuse a table of which it is not clear what anyone may see.

    Raises:
        TypeFileError: the table is public and no column is, or the other way round.
    """
    public = reader.flag("public", default=False)
    shown = [inner for inner, c in zip(readers, columns, strict=True) if c.public]
    if public and not shown:
        raise reader.error(
            "the table is public, and none of its columns is",
            "Write public = true in the columns that anyone may see.",
            "public",
        )
    if shown and not public:
        raise _hidden(shown[0])


def _hidden(column: TableReader) -> TypeFileError:
    return column.error(
        "the column is public, and its table is not",
        "Write public = true in [[fields]], too, or take it away here.",
        "public",
    )
