# SPDX-License-Identifier: Apache-2.0
"""Lines: pieces of text set into a width, never clipped, never shrunk."""

import functools
from dataclasses import dataclass, replace

from templates.families import Family
from templates.fonts import Face, Shape, load_face
from templates.wording import NO_BREAK_SPACE
from templates.words import Break, Piece, Run, cut_pieces, split_clusters

_SPACES = (" ", NO_BREAK_SPACE)
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
            letter.text for piece in self.pieces for letter in piece.shape.letters
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
        """Divide the last piece between letters where the line is full."""
        piece = self._pieces[-1]
        letters = split_clusters(piece.text)
        if len(letters) == 1 and len(self._pieces) == 1:
            return False
        head = ""
        self._pieces.pop()
        self._widths.pop()
        taken = self._wide()
        for letter in letters:
            trial = replace(piece, text=head + letter)
            fits = taken + self._measure(trial) <= self._room
            if not fits and (head or self._pieces):
                break
            head += letter
        if head:
            self._push(replace(piece, text=head, after=Break.NEVER))
        rest = piece.text[len(head) :]
        self._finish(len(self._pieces))
        if rest:
            self._push(replace(piece, text=rest))
        return bool(rest)

    def _finish(self, end: int, *, last: bool = False) -> None:
        rest, self._pieces = self._pieces[end:], self._pieces[:end]
        rest_widths, self._widths = self._widths[end:], self._widths[:end]
        done, width = self._pieces, self._wide()
        self._pieces, self._widths = rest, rest_widths
        self._lines.append(
            Line(
                tuple(
                    SetPiece(self._shape(piece), piece.bold, piece.text in _SPACES)
                    for piece in done
                ),
                width,
                last,
            )
        )
        self._room = self._width


def _is_space(piece: Piece) -> bool:
    return piece.text == " "
