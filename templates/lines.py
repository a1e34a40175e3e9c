# SPDX-License-Identifier: Apache-2.0
"""Lines: pieces of text set into a width, never clipped, never shrunk."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from templates.fonts import Shape, load_face
from templates.words import Break, Piece, Run, cut_pieces, split_clusters


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


class LineSetter:
    """Sets text of one family and size into lines."""

    def __init__(self, family: str, size: float) -> None:
        self._faces = (load_face(family, bold=False), load_face(family, bold=True))
        self._size = size

    def set_lines(
        self, runs: Iterable[Run], width: float, first_width: float | None = None
    ) -> list[Line]:
        """Set runs into lines no wider than `width` (points).

        A piece wider than the line is divided between letters, as the last resort.
        """
        return _Filler(self, width, first_width or width).fill(cut_pieces(runs))

    def measure(self, piece: Piece) -> float:
        """Return the width of a piece in points."""
        return self.shape(piece).width * self._size / 1000

    def shape(self, piece: Piece) -> Shape:
        """Return the shaped piece."""
        return self._faces[piece.bold].shape(piece.text)


class _Filler:
    """Fills lines greedily; holds the line being filled."""

    def __init__(self, setter: LineSetter, width: float, first_width: float) -> None:
        self._setter, self._width = setter, width
        self._room = first_width
        self._lines: list[Line] = []
        self._pieces: list[Piece] = []

    def fill(self, pieces: list[Piece]) -> list[Line]:
        for piece in pieces:
            self._add(piece)
        if self._pieces:
            self._finish(len(self._pieces), last=True)
        return self._lines

    def _add(self, piece: Piece) -> None:
        self._pieces.append(piece)
        while self._wide() > self._room + 0.01 and self._break_line():
            pass
        if piece.after is Break.FORCED:
            self._finish(len(self._pieces), last=True)

    def _wide(self) -> float:
        width = pending = 0.0
        for piece in self._pieces:
            size = self._setter.measure(piece)
            if _is_space(piece):
                pending += size
            else:
                width += pending + size
                pending = 0.0
        return width

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
        taken = self._wide()
        for letter in letters:
            trial = replace(piece, text=head + letter)
            fits = taken + self._setter.measure(trial) <= self._room
            if not fits and (head or self._pieces):
                break
            head += letter
        if head:
            self._pieces.append(replace(piece, text=head, after=Break.NEVER))
        rest = piece.text[len(head) :]
        self._finish(len(self._pieces))
        if rest:
            self._pieces.append(replace(piece, text=rest))
        return bool(rest)

    def _finish(self, end: int, *, last: bool = False) -> None:
        done, self._pieces = self._pieces[:end], self._pieces[end:]
        rest, self._pieces = self._pieces, done
        width = self._wide()
        self._pieces = rest
        self._lines.append(
            Line(
                tuple(
                    SetPiece(self._setter.shape(piece), piece.bold, _is_space(piece))
                    for piece in done
                ),
                width,
                last,
            )
        )
        self._room = self._width


def _is_space(piece: Piece) -> bool:
    return piece.text == " "
