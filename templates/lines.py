# SPDX-License-Identifier: Apache-2.0
"""Lines: pieces of text set into a width, never clipped, never shrunk.

A line is also what readers of the text make of it. They forget a space at its end,
take a hyphen there for one that divides a word, and run single letters together
(`_keep_ends`, `_keep_single_letters`); whoever joins our lines gets the text that
was typed, spaces and hyphens included.
"""

import bisect
import functools
from dataclasses import dataclass, replace

from templates.families import Family
from templates.fonts import Face, Shape, load_face, make_shape
from templates.wording import NO_BREAK_SPACE
from templates.words import (
    Break,
    Piece,
    Run,
    cut_pieces,
    find_cluster_ends,
    may_divide,
)

_SPACES = (" ", NO_BREAK_SPACE)
_TWO_WORDS = 2
_FEW = 16
"""Letters after which it is asked for the first time whether the line is full."""
_LONG = 32
"""Characters; a word of fewer is measured as a whole."""
_ROUNDING = 0.01
"""Points; sums of widths are not exact."""
_MAX_TEXTS = 1024
"""Texts kept set; one document has some 25 to 40."""


@dataclass(frozen=True, slots=True)
class SetPiece:
    """A shaped piece; spaces stretch most in justified lines."""

    shape: Shape
    bold: bool
    space: bool

    @property
    def text(self) -> str:
        """Return the text of the piece, no-break spaces as spaces."""
        return "".join(letter.text for letter in self.shape.letters)


@dataclass(frozen=True, slots=True)
class Line:
    """One line; its width in points leaves out the spaces hanging at its end."""

    pieces: tuple[SetPiece, ...]
    width: float
    last: bool
    """Last of its paragraph, or before a forced break: never justified."""

    @property
    def text(self) -> str:
        """Return the text of the line, no-break spaces as spaces."""
        return "".join(
            [letter.text for piece in self.pieces for letter in piece.shape.letters]
        )


@functools.lru_cache(maxsize=_MAX_TEXTS)
def set_lines(
    style: tuple[Family, float],
    runs: tuple[Run, ...],
    width: float,
    first_width: float | None = None,
) -> tuple[Line, ...]:
    """Set runs, in a family and size, into lines no wider than `width` (points).

    A piece wider than the line is divided between letters, as the last resort.
    Labels and standing text come back from a cache, where names of holders stay too
    until some dozens of documents later; they never leave the process.
    """
    family, size = style
    faces = (load_face(family, bold=False), load_face(family, bold=True))
    filler = _Filler(faces, size, width, first_width or width)
    return tuple(filler.fill(cut_pieces(runs)))


class _Filler:
    """Fills lines greedily; holds the line being filled."""

    def __init__(
        self, faces: tuple[Face, Face], size: float, width: float, first_width: float
    ) -> None:
        self._faces, self._size, self._width = faces, size, width
        self._room = first_width
        self._lines: list[Line] = []
        self._pieces: list[Piece] = []
        self._widths: list[float] = []

    def fill(self, pieces: list[Piece]) -> list[Line]:
        for piece in pieces:
            self._add(piece)
        if self._pieces:
            self._finish(len(self._pieces), last=True)
        return self._lines

    def _add(self, piece: Piece) -> None:
        self._push(piece)
        while self._wide() > self._room + _ROUNDING and self._break_line():
            pass
        if piece.after is Break.FORCED:
            self._finish(len(self._pieces), last=True)

    def _shape(self, piece: Piece) -> Shape:
        return self._faces[piece.bold].shape(piece.text)

    def _measure(self, piece: Piece) -> float:
        """Return the width of a piece; of one far too long for a line, enough of it.

        Else the rest of a long word would be measured anew for each of its lines.
        """
        enough = max(self._room, self._width) + 2 * self._size
        few = _LONG
        while few < len(piece.text):
            head = self._shape(replace(piece, text=piece.text[:few]))
            if head.width * self._size / 1000 > enough:
                return head.width * self._size / 1000
            few *= 2
        return self._shape(piece).width * self._size / 1000

    def _push(self, piece: Piece) -> None:
        self._pieces.append(piece)
        self._widths.append(self._measure(piece))

    def _wide(self) -> float:
        """Return the width of the line without the spaces hanging at its end."""
        end = len(self._pieces)
        while end and _is_space(self._pieces[end - 1]):
            end -= 1
        return sum(self._widths[:end])

    def _break_line(self) -> bool:
        """End the line at the best place so far; tell whether there was one."""
        for least in (
            Break.FREELY,
            Break.AT_SPACE_OF_WHOLE,
            Break.BETWEEN_WORDS_OF_WHOLE,
        ):
            for end in range(len(self._pieces) - 1, 0, -1):
                if self._pieces[end - 1].after >= least:
                    self._finish(end)
                    return True
        return self._divide()

    def _divide(self) -> bool:
        """Divide the line between letters where it is full, as the last resort."""
        text = "".join(piece.text for piece in self._pieces)
        fitting = self._find_fitting(text)
        if not fitting:
            return False
        allowed = (place for place in reversed(fitting) if may_divide(text, place))
        self._finish(self._split(next(allowed, fitting[-1])))
        return True

    def _find_fitting(self, text: str) -> list[int]:
        """Return the ends of the letters that fit on the line, one at the least.

        The rest of a long text is not looked at: it may be thousands of letters.
        """
        places: list[int] = []
        few = _FEW
        for end in find_cluster_ends(text):
            places.append(end)
            if len(places) == few:
                if self._measure_to(end) > self._room:
                    break
                few *= 2
        count = bisect.bisect_right(places, self._room, key=self._measure_to)
        return places[: max(count, 1)]

    def _measure_to(self, end: int) -> float:
        """Return the width of the first characters of the line."""
        width, start = 0.0, 0
        for piece, whole in zip(self._pieces, self._widths, strict=True):
            if start + len(piece.text) > end:
                head = replace(piece, text=piece.text[: end - start])
                return width + self._measure(head)
            width += whole
            start += len(piece.text)
        return width

    def _split(self, at: int) -> int:
        """Make a piece end after the first characters; return how many pieces do."""
        for index, piece in enumerate(self._pieces):
            if at < len(piece.text):
                head = replace(piece, text=piece.text[:at], after=Break.NEVER)
                tail = replace(piece, text=piece.text[at:])
                parts = [part for part in (head, tail) if part.text]
                self._pieces[index : index + 1] = parts
                self._widths[index : index + 1] = map(self._measure, parts)
                return index + len(parts) - 1
            at -= len(piece.text)
        return len(self._pieces)

    def _finish(self, end: int, *, last: bool = False) -> None:
        rest, self._pieces = self._pieces[end:], self._pieces[:end]
        rest_widths, self._widths = self._widths[end:], self._widths[:end]
        done, width = self._pieces, self._wide()
        self._pieces, self._widths = rest, rest_widths
        set_pieces = [
            SetPiece(self._shape(piece), piece.bold, piece.text in _SPACES)
            for piece in done
        ]
        kept = _keep_single_letters(_keep_ends(set_pieces))
        self._lines.append(Line(tuple(kept), width, last))
        self._room = self._width


def _is_space(piece: Piece) -> bool:
    return piece.text in _SPACES


def _keep_ends(pieces: list[SetPiece]) -> list[SetPiece]:
    """Put the spaces hanging at the end of a line into the text of its last letter.

    As glyphs of their own poppler would drop them. A hyphen there is followed by a
    line end in the text, or poppler and PDFium would take it out and join the words.
    """
    end = len(pieces)
    while end and (pieces[end - 1].space or not pieces[end - 1].shape.letters):
        end -= 1
    if not end:
        return pieces
    hanging = "".join(piece.text for piece in pieces[end:])
    last = pieces[end - 1]
    *letters, letter = last.shape.letters
    added = hanging + ("\n" if letter.text.endswith("-") else "")
    if not added:
        return pieces[:end]
    shape = make_shape((*letters, letter.follow_by(added)))
    return [*pieces[: end - 1], replace(last, shape=shape)]


def _keep_single_letters(pieces: list[SetPiece]) -> list[SetPiece]:
    """Join the first two words of a line where every word is a single character.

    Poppler takes such a line for one word set wide, and drops its spaces.
    """
    words = "".join(piece.text for piece in pieces).split(" ")
    if len(words) < _TWO_WORDS or any(len(word) != 1 for word in words):
        return pieces
    # A vowel before its consonant takes the space into its piece; and a line of one
    # hyphen looks like two words, but has no space within.
    count = 1 if len(pieces[0].shape.letters) == _TWO_WORDS else 2
    letters = [letter for piece in pieces[:count] for letter in piece.shape.letters]
    if len(letters) != _TWO_WORDS or letters[1].text != " ":
        return pieces
    letter, space = letters
    joined = make_shape((letter.join_space(space),))
    return [replace(pieces[0], shape=joined), *pieces[count:]]
