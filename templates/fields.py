# SPDX-License-Identifier: Apache-2.0
"""Fields of a document type: what they may hold, as declared in type.toml.

How data is repaired is in `templates.values`, how it is checked in
`templates.checks`, how it is written in `templates.facts`.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from templates.wording import Localized


class Kind(StrEnum):
    """What a field holds; decides the checks and how it is written."""

    TEXT = "text"
    NAME = "name"
    LATIN = "latin"
    PARAGRAPH = "paragraph"
    INTEGER = "integer"
    MONEY = "money"
    DATE = "date"
    CHOICE = "choice"
    PERSON_ID = "person_id"
    JURISTIC_ID = "juristic_id"
    THAI_ID = "thai_id"
    LIST = "list"
    TABLE = "table"
    IMAGE = "image"
    ADDRESS = "address"


TEXT_KINDS = frozenset({Kind.TEXT, Kind.NAME, Kind.LATIN, Kind.PARAGRAPH})
ID_KINDS = frozenset({Kind.PERSON_ID, Kind.JURISTIC_ID, Kind.THAI_ID})
SUMMED_KINDS = frozenset({Kind.INTEGER, Kind.MONEY})
"""Columns of these kinds have a total."""
COLUMN_KINDS = frozenset(Kind) - {Kind.PARAGRAPH, Kind.LIST, Kind.TABLE, Kind.IMAGE}
"""What a cell of a table may hold: one value of one line, which may wrap."""

MAX_AMOUNT = Decimal("999999999999999.99")
MAX_INTEGER = 2**53 - 1
"""Largest integer every JSON reader takes exactly (RFC 8785 §3.2.2.3)."""
MAX_ENTRIES = 500
"""Entries of a list and rows of a table: some ten pages; more belongs in an annex."""
MAX_COLUMNS = 12
"""Columns of a table: more cannot be read on A4, not even landscape."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One value a choice field may take."""

    value: str
    label: Localized


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a document type, or one column of a table."""

    name: str
    label: Localized
    kind: Kind
    required: bool = True
    public: bool = False
    """Shown to anyone; of a table, those of its columns that are public, too."""
    max_length: int = 200
    """Characters, after normalising; of lists, characters of one item."""
    pattern: str | None = None
    pattern_hint: Localized | None = None
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[Choice, ...] = ()
    unit: Localized | None = None
    items: Kind | None = None
    min_items: int = 1
    max_items: int = 50
    columns: tuple["Field", ...] = ()

    def column(self, name: str) -> "Field":
        """Return the column of a table with this name.

        Raises:
            KeyError: there is none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)
