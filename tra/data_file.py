# SPDX-License-Identifier: Apache-2.0
"""A JSON file with the data of a document, and the line each field stands in.

Refuses what a JSON reader would pass over in silence: a field that stands there
twice. What is wrong with the file is told with its line and the fix.
"""

import bisect
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from templates.errors import ImageFileError
from templates.image_files import read_images
from tra.errors import TraError

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()
_DEPTH = 3
"""Fields, entries of a field, columns of an entry."""

_SYNTAX = {
    "Expecting ',' delimiter": (
        "a comma or a quotation mark is missing",
        'Put a comma before this; a quotation mark within a text is written \\".',
    ),
    "Expecting property name": (
        "the name of a field is missing",
        'Write it in straight quotation marks: "fee": ....',
    ),
    "Expecting ':' delimiter": (
        "a colon is missing",
        'Write "field": "value".',
    ),
    "Expecting value": (
        "a value is missing, or a text has no quotation marks",
        'Write a text in straight ones, "...", a number, or a list in [...].',
    ),
    "Invalid control character": (
        "a text does not end on the line it begins on",
        'Close it by "; a new line within a text is written \\n.',
    ),
    "Invalid \\escape": (
        "a backslash stands alone",
        "Write \\\\ for a backslash.",
    ),
    "Unterminated string": (
        "a text has no end",
        'Close it by ".',
    ),
    "Extra data": (
        "something follows the last }",
        "End the file with the } that closes the first {.",
    ),
}
"""What to say, by the beginning of what the json module says."""
_USUAL_FIX = 'Write the data as {"field": "value", ...}.'


class DataFileError(TraError):
    """A file with data cannot be used; names file, line and the fix."""

    def __init__(
        self, file: Path, problem: str, *, fix: str, line: int | None = None
    ) -> None:
        self.file, self.line, self.problem, self.fix = file, line, problem, fix
        place = f"{file}, line {line}" if line else f"{file}"
        super().__init__(f"{place}: {problem}. {fix}")


@dataclass(frozen=True, kw_only=True)
class DataFile:
    """Data read from a file."""

    file: Path
    data: dict[str, Any]
    lines: Mapping[str, int]
    """Line by path: "fee", "items[3]", "items[3].area"."""

    def line_of(self, path: str) -> int | None:
        """Return the line of a path, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get(path)


def read_data_file(file: Path) -> DataFile:
    """Read a file with the data of one document.

    Raises:
        DataFileError: it cannot be read, is not JSON, is not an object, names a
            field twice, or an image that is not there.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise DataFileError(
            file, "is missing", fix=f"Make it: {_USUAL_FIX.removeprefix('Write ')}"
        ) from error
    except OSError as error:
        raise DataFileError(
            file, f"cannot be read ({error.strerror})", fix="See to its permissions."
        ) from error
    except UnicodeDecodeError as error:
        raise DataFileError(
            file, "is not in UTF-8", fix="Save it again with the encoding UTF-8."
        ) from error
    return parse_data(text, file)


def parse_data(text: str, file: Path) -> DataFile:
    """Read the data of one document out of a text.

    Args:
        text: JSON.
        file: where it comes from; images it names are sought beside it.

    Raises:
        DataFileError: as `read_data_file`.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise _syntax_error(file, error) from error
    except RecursionError as error:
        raise DataFileError(file, "is nested too deep", fix=_USUAL_FIX) from error
    except ValueError as error:
        raise DataFileError(
            file, "holds a number of too many digits", fix="Correct the number."
        ) from error
    if not isinstance(data, dict):
        raise DataFileError(file, "is not an object", fix=_USUAL_FIX)
    index = _Index(file, text)
    index.walk(_skip(text, 0), "", 0)
    try:
        data = read_images(data, file.parent)
    except ImageFileError as error:
        raise DataFileError(
            file,
            f"{error.field}: {error.problem}",
            fix=error.fix,
            line=index.lines[error.field],
        ) from error
    return DataFile(file=file, data=data, lines=index.lines)


def _syntax_error(file: Path, error: json.JSONDecodeError) -> DataFileError:
    before = error.doc[: error.pos].rstrip()
    after = error.doc[error.pos :].lstrip(" \t\r\n,")
    trailing = before.endswith(",") or "trailing comma" in error.msg
    if trailing and after[:1] in {"]", "}"}:
        return DataFileError(
            file,
            f"a comma stands before {after[0]}",
            fix="Take away that comma.",
            line=before.count("\n") + 1,
        )
    for beginning, (problem, fix) in _SYNTAX.items():
        if error.msg.startswith(beginning):
            return DataFileError(file, problem, fix=fix, line=error.lineno)
    return DataFileError(
        file, f"is not JSON ({error.msg})", fix=_USUAL_FIX, line=error.lineno
    )


class _Index:
    """Walks over a text that is known to be valid JSON."""

    def __init__(self, file: Path, text: str) -> None:
        self._file, self._text = file, text
        self._ends = [at for at, letter in enumerate(text) if letter == "\n"]
        self.lines: dict[str, int] = {}

    def walk(self, at: int, path: str, depth: int) -> int:
        """Note the lines of all in the value that begins at `at`; return its end."""
        opening = self._text[at]
        if opening not in "{[" or depth == _DEPTH:
            return _DECODER.raw_decode(self._text, at)[1]
        at, count = _skip(self._text, at + 1), 0
        while self._text[at] not in "}]":
            start = at
            if opening == "{":
                key, at = _DECODER.raw_decode(self._text, at)
                at = _skip(self._text, _skip(self._text, at) + 1)
                inner = f"{path}.{key}" if path else str(key)
            else:
                inner = f"{path}[{count}]"
            line = bisect.bisect_left(self._ends, start) + 1
            if inner in self.lines:
                raise DataFileError(
                    self._file,
                    f"{inner} stands there twice, first in line {self.lines[inner]}",
                    fix="Take one of the two away.",
                    line=line,
                )
            self.lines[inner] = line
            at = _skip(self._text, self.walk(at, inner, depth + 1))
            if self._text[at] == ",":
                at = _skip(self._text, at + 1)
            count += 1
        return at + 1


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
