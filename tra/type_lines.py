# SPDX-License-Identifier: Apache-2.0
"""Lines of type.toml in which the parts of a type that was read from it stand."""

from templates.catalogue import TYPE_FILE, DocumentType
from templates.typefile import read_type_file


class TypeLines:
    """Where things stand in the file of one type."""

    def __init__(self, kind: DocumentType) -> None:
        self._kind = kind
        self._file = kind.folder / TYPE_FILE
        self._reader = read_type_file(self._file)
        self._tables = {
            field.name: table
            for field, table in zip(
                kind.fields, self._reader.tables("fields"), strict=True
            )
        }

    def of_key(self, key: str) -> int | None:
        """Return the line of a key of the head."""
        return self._reader.error("", "", key).line

    def of_field(self, name: str, key: str) -> int | None:
        """Return the line of a key of a field, or of the field where it has none."""
        table = self._tables.get(name)
        return table.error("", "", key).line if table else None

    def of_box(self, message: str) -> int | None:
        """Return the line of the box at a fixed place that a message names."""
        for box, table in zip(
            self._kind.fixed, self._reader.tables("fixed"), strict=True
        ):
            place = f"box {box.left:g} mm from the left and {box.top:g} mm from the top"
            if place in message:
                return table.error("", "").line
        return None

    def of_text(self, text: str) -> int | None:
        """Return the first line that holds a text, notes left out."""
        lines = self._file.read_text(encoding="utf-8-sig").splitlines()
        for number, line in enumerate(lines, start=1):
            if text in line and not line.lstrip().startswith("#"):
                return number
        return None
