# SPDX-License-Identifier: Apache-2.0
"""Reads the bytes of one object so strictly that every program reads the same.

Programs forgive different mistakes, and so may see different things in one file:
numbers with two signs, words that run into each other, comments, streams whose length
is wrong. Whoever saves a file for others writes none of that.
"""

import re
from dataclasses import dataclass

from verifier.errors import CheckError
from verifier.reasons import Reason

BLANK = b"\x00\t\n\x0c\r "
"""White space of PDF (ISO 32000-2 §7.2.3)."""

_BLANK = re.escape(BLANK)
_END = rb"(?=[" + _BLANK + rb"()<>\[\]{}/%])"
_TOKEN = re.compile(
    rb"(?P<blank>[" + _BLANK + rb"]+)"
    rb"|(?P<name>/[^\x00-\x20\x7f-\xff()<>\[\]{}/%]*)"
    rb"|(?P<number>[+-]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++))"
    + _END
    + rb"|(?P<open><<|\[)"
    rb"|(?P<close>>>|\])"
    rb"|(?P<hex><[0-9A-Fa-f" + _BLANK + rb"]*>)"
    rb"|(?P<text>\()"
    rb"|(?P<word>(?:true|false|null|R))" + _END + rb"|(?P<end>endobj|stream)"
)
"""ISO 32000-2 §7.2, without comments and without what readers forgive."""
_TEXT = re.compile(rb"[()\\]")
_HEAD = re.compile(
    rb"["
    + _BLANK
    + rb"]*+([0-9]{1,10})["
    + _BLANK
    + rb"]+([0-9]{1,5})["
    + _BLANK
    + rb"]+obj"
)
_DATA = re.compile(rb"\r?\n")
_DATA_END = re.compile(rb"(?:\r\n|\n|\r)?endstream(?=[" + _BLANK + rb"])")
_BEHIND = re.compile(rb"[" + _BLANK + rb"]*endobj")
_MAX_DEPTH = 500
_PAIRS = {b"<<": b">>", b"[": b"]"}


class ResolveLength:
    """What returns the number that an indirect object holds."""

    def __call__(self, number: int, generation: int) -> int:
        """Return it; any error means that there is none."""
        raise NotImplementedError


class SyntaxFaultError(CheckError):
    """The bytes of an object are none that all programs read alike."""

    def __init__(self, what: str) -> None:
        """Refuse, as a change after signing: signed bytes are not read like this."""
        super().__init__(Reason.CHANGED_LATER, what)


@dataclass(frozen=True, kw_only=True)
class PlainObject:
    """Where an indirect object stands, and what can be told of it by its bytes."""

    number: int
    generation: int
    start: int
    """Offset of its number."""
    end: int
    """Offset behind `endobj`."""


@dataclass(frozen=True)
class _Value:
    end: int
    last: bytes
    """The word that ended it."""
    length: tuple[bytes, ...]
    """The tokens behind /Length."""


def read_object(
    data: bytes, offset: int, *, resolve_length: ResolveLength
) -> PlainObject:
    """Read the indirect object at an offset.

    `resolve_length` returns the number that an object holds.

    Raises:
        CheckError: CHANGED_LATER: its bytes are not plain.
    """
    head = _HEAD.match(data, offset)
    if head is None:
        raise SyntaxFaultError(f"no object stands at byte {offset}")
    value = _read_value(data, head.end())
    end = value.end
    if value.last == b"stream":
        end = _read_stream(data, value, resolve_length)
    return PlainObject(
        number=int(head[1]), generation=int(head[2]), start=head.start(1), end=end
    )


def check_values(data: bytes, start: int = 0) -> None:
    """Check that bytes are a sequence of plain values, as in an object stream.

    Raises:
        CheckError: CHANGED_LATER: they are not.
    """
    ended = data + b" endobj"
    value = _read_value(ended, start)
    if value.end != len(ended):
        raise SyntaxFaultError("an object stream holds more than values")


def _read_value(data: bytes, start: int) -> _Value:
    """Read up to the word that ends an object, with all brackets closed."""
    position, closing, lengths = start, list[bytes](), _LengthFinder()
    while (token := _TOKEN.match(data, position)) is not None:
        kind, word = str(token.lastgroup), token[0]
        position = token.end()
        if kind == "text":
            position = _find_text_end(data, position)
        elif kind == "end" and not closing:
            return _Value(position, word, tuple(lengths.found))
        elif kind == "end" or not _follow_brackets(kind, word, closing):
            break
        lengths.see(kind, word, depth=len(closing))
    raise SyntaxFaultError(f"the object at byte {start} is not written plainly")


def _follow_brackets(kind: str, word: bytes, closing: list[bytes]) -> bool:
    """Open or close a bracket; tell whether that is the one to be closed."""
    if kind == "open":
        closing.append(_PAIRS[word])
        return len(closing) <= _MAX_DEPTH
    return kind != "close" or (bool(closing) and closing.pop() == word)


class _LengthFinder:
    """Keeps the tokens behind /Length in the outermost dictionary."""

    def __init__(self) -> None:
        self.found: list[bytes] = []
        self._is_next = False

    def see(self, kind: str, word: bytes, *, depth: int) -> None:
        if kind in {"name", "open", "close"}:
            self._is_next = depth == 1 and word == b"/Length"
        elif self._is_next and kind in {"number", "word"}:
            self.found.append(word)


def _find_text_end(data: bytes, position: int) -> int:
    depth = 1
    while (found := _TEXT.search(data, position)) is not None:
        position = found.end()
        if found[0] == b"\\":
            position += 1
            continue
        depth += 1 if found[0] == b"(" else -1
        if not depth:
            return position
    raise SyntaxFaultError("a string has no end")


def _read_stream(data: bytes, value: _Value, resolve_length: ResolveLength) -> int:
    """Return where a stream object ends; its length is right, and its only end."""
    begin = _DATA.match(data, value.end)
    match value.length:
        case (number,):
            length = int(number)
        case (number, generation, b"R"):
            length = resolve_length(int(number), int(generation))
        case _:
            raise SyntaxFaultError("a stream without a length")
    if begin is None or not 0 <= length <= len(data):
        raise SyntaxFaultError("a stream without a beginning or an end")
    end = _DATA_END.match(data, begin.end() + length)
    if end is None or data.find(b"endstream", begin.end()) != end.end() - 9:
        raise SyntaxFaultError("a stream ends elsewhere than it says")
    behind = _BEHIND.match(data, end.end())
    if behind is None:
        raise SyntaxFaultError("a stream is followed by something")
    return behind.end()
