# SPDX-License-Identifier: Apache-2.0
"""Strict reading of type.toml: every complaint names file, line and fix.

A `TableReader` hands out the values of one table by name and kind, and `finish`
refuses what nobody asked for, so that a mistyped key is never ignored.
"""

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from templates.errors import TypeFileError
from templates.spelling import find_invisible
from templates.toml_syntax import explain_syntax
from templates.wording import Localized

KeyPath = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.\-]+)\s*\]\]?")
_KEY = re.compile(r"\s*([\w\-]+)\s*=")
_ERROR_LINE = re.compile(r"at line (\d+)")
_MISSING = object()
T = TypeVar("T")


class TableReader:
    """One table of a type.toml, read strictly."""

    def __init__(
        self, table: dict[str, Any], file: Path, lines: dict[KeyPath, int], at: KeyPath
    ) -> None:
        self._table, self._file, self._lines, self._at = table, file, lines, at
        self._asked: set[str] = set()

    def error(self, problem: str, fix: str, key: str | None = None) -> TypeFileError:
        """Return the error to raise, placed at `key` or at the table."""
        path = self._at if key is None else (*self._at, key)
        while path and path not in self._lines:
            path = path[:-1]
        return TypeFileError(
            self._file, problem, fix=fix, line=self._lines.get(path) if path else None
        )

    def has(self, key: str) -> bool:
        """Tell whether the key is there."""
        return key in self._table

    def holds(self, key: str, kind: type) -> bool:
        """Tell whether the key is there with a value of a kind."""
        return type(self._table.get(key)) is kind

    def file(self, key: str, pattern: str, words: str) -> str:
        """Return the name of a file that lies in the folder of the type."""
        name = self.text(key)
        if not re.fullmatch(pattern, name):
            raise self.error(
                f"{key} = {name!r} is not the name of {words}",
                "Put the file beside type.toml and write its name, without a folder.",
                key,
            )
        if not (self._file.parent / name).is_file():
            raise self.error(
                f"{key} = {name!r} is not there",
                f"Put the file into {self._file.parent}.",
                key,
            )
        return name

    def text(
        self, key: str, default: str | None = None, *, pattern: str | None = None
    ) -> str:
        """Return a string that is not empty; without default it must be there."""
        value = self._get(key, str, "a text", default)
        if not value and default is None:
            raise self.error(f"{key} is empty", f"Give {key} a text.", key)
        if pattern and not re.fullmatch(pattern, value):
            raise self.error(
                f"{key} = {value!r} has a wrong form", f"It must match {pattern}.", key
            )
        return value

    def choice(
        self, key: str, values: Iterable[str], default: str | None = None
    ) -> str:
        """Return a string that is one of `values`."""
        value = self.text(key, default)
        known = sorted(str(known) for known in values)
        if value not in known:
            raise self.error(
                f"{key} = {value!r} is not known", suggest(value, known), key
            )
        return value

    def number(
        self, key: str, default: float, *, low: float = 0, high: float = 1000
    ) -> float:
        """Return an integer or decimal within limits."""
        value = self._get(key, float, "a number", float(default))
        if not low <= value <= high:
            raise self.error(
                f"{key} = {value:g} is out of range",
                f"It must be between {low:g} and {high:g}.",
                key,
            )
        return value

    def integer(
        self,
        key: str,
        default: int | None = None,
        *,
        low: int = 0,
        high: int = 2**53 - 1,
    ) -> int:
        """Return an integer within limits; without default it must be there."""
        value = self._get(key, int, "a whole number", default)
        if not low <= value <= high:
            raise self.error(
                f"{key} = {value} is out of range",
                f"It must be between {low} and {high}.",
                key,
            )
        return value

    def optional_integer(self, key: str) -> int | None:
        """Return an integer, or None where the key is not there."""
        return self.integer(key, low=-(2**53) + 1) if self.has(key) else None

    def optional_text(self, key: str) -> str | None:
        """Return a string, or None where the key is not there."""
        return self.text(key) if self.has(key) else None

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        return self._get(key, bool, "true or false", default)

    def localized(self, key: str) -> Localized:
        """Return a table `{ th = "...", en = "..." }`."""
        inner = self.table(key)
        text = Localized(inner.text("th"), inner.text("en"))
        inner.finish()
        return text

    def optional_localized(self, key: str) -> Localized | None:
        """Return a table of Thai and English, or None where it is not there."""
        return self.localized(key) if self.has(key) else None

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings, empty where the key is not there."""
        values = self._get(key, list, "a list of texts", [])
        if not all(isinstance(value, str) for value in values):
            raise self.error(
                f"{key} holds something that is not a text",
                'Write it as ["...", "..."].',
                key,
            )
        return tuple(values)

    def table(self, key: str) -> "TableReader":
        """Return the reader of a table within; it must be there."""
        value = self._get(key, dict, "a table", None)
        return TableReader(value, self._file, self._lines, (*self._at, key))

    def tables(self, key: str) -> list["TableReader"]:
        """Return the readers of a list of tables, none where it is not there."""
        values = self._get(key, list, "a list of tables", [])
        if not all(isinstance(value, dict) for value in values):
            raise self.error(
                f"{key} must be a list of tables", f"Write [[{key}]] for each.", key
            )
        return [
            TableReader(value, self._file, self._lines, (*self._at, key, index))
            for index, value in enumerate(values)
        ]

    def finish(self) -> None:
        """Refuse keys that were not asked for.

        Raises:
            TypeFileError: naming the first such key and the nearest known one.
        """
        for key in self._table:
            if key not in self._asked:
                raise self.error(
                    f"{key} is not known here", suggest(key, sorted(self._asked)), key
                )

    def _missing(self, key: str, words: str) -> TypeFileError:
        """Return the error of a key that is not there, or is there mistyped."""
        unknown = [found for found in self._table if found not in self._asked]
        for near in difflib.get_close_matches(key, unknown, n=1):
            return self.error(
                f"{key} is missing, and {near} is not known",
                f"Write {key} in place of {near}.",
                near,
            )
        return self.error(f"{key} is missing", f"Add {key} = {words}.")

    def _get(self, key: str, kind: type[T], words: str, default: T | None) -> T:
        self._asked.add(key)
        value = self._table.get(key, _MISSING)
        if value is _MISSING:
            if default is None:
                raise self._missing(key, words)
            return default
        if kind is float and type(value) is int:
            value = float(value)
        wrong_flag = isinstance(value, bool) and kind is not bool
        if wrong_flag or not isinstance(value, kind):
            raise self.error(
                f"{key} = {value!r} is not {words}", f"Write {words} there.", key
            )
        return value


def read_type_file(file: Path) -> TableReader:
    """Read a type.toml.

    Raises:
        TypeFileError: the file cannot be read, is not TOML, or holds a text with
            characters that nobody sees.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TypeFileError(
            file, f"cannot be read ({error})", fix="It must be a text file in UTF-8."
        ) from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _ERROR_LINE.search(str(error))
        problem, fix = explain_syntax(str(error))
        line = int(found[1]) if found else text.rstrip().count("\n") + 1
        raise TypeFileError(file, problem, fix=fix, line=line) from error
    lines = _index_lines(text)
    _check_visible(table, file, text.splitlines(), lines)
    return TableReader(table, file, lines, ())


def _check_visible(
    table: dict[str, Any], file: Path, text: list[str], lines: dict[KeyPath, int]
) -> None:
    """Refuse texts that hold what leaves no trace on paper.

    Raises:
        TypeFileError: naming the line, the character and what stands before it.
    """
    for path, value in _walk_texts(table, ()):
        fault = find_invisible(value, "\n\t")
        if fault is None:
            continue
        known = (path[:end] for end in range(len(path), 0, -1))
        first = next((lines[one] for one in known if one in lines), None)
        # Of a text over many lines the one it stands in, unless it is escaped there.
        rest = enumerate(text[first - 1 :], start=first) if first else ()
        line = next((at for at, one in rest if fault.mark in one), first)
        before = fault.before.rpartition("\n")[2]
        raise TypeFileError(
            file,
            f"a text holds U+{ord(fault.mark):04X}, which cannot be seen"
            + (f", after {before!r}" if before else ""),
            fix="Delete it and type the letters around it anew.",
            line=line,
        )


def _walk_texts(value: object, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """Yield every text within a value, with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _walk_texts(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _walk_texts(inner, (*path, index))


def _index_lines(text: str) -> dict[KeyPath, int]:
    """Return the line of every table and key, by path with list indices."""
    lines: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    at: KeyPath = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            at = _resolve(header[2].split("."), counts, is_list=header[1] == "[[")
            lines.setdefault(at, number)
        elif key := _KEY.match(line):
            lines.setdefault((*at, key[1]), number)
    return lines


def _resolve(names: list[str], counts: dict[KeyPath, int], *, is_list: bool) -> KeyPath:
    path: KeyPath = ()
    for name in names[:-1]:
        path = (*path, name)
        if path in counts:
            path = (*path, counts[path])
    path = (*path, names[-1])
    if is_list:
        counts[path] = counts.get(path, -1) + 1
        path = (*path, counts[path])
    return path


def suggest(word: str, known: Iterable[str]) -> str:
    """Return what may have been meant, or all that is known."""
    known = list(known)
    close = difflib.get_close_matches(word, known, n=1)
    if close:
        return f"Did you mean {close[0]!r}?"
    return f"Known are: {', '.join(known)}."
