# SPDX-License-Identifier: Apache-2.0
"""Glyph runs: the operands of TJ for a line that is set (ISO 32000-1 §9.4.3).

Letters go in by their codes; kerning, and what a justified line is widened by, as
moves between them.
"""

from collections.abc import Sequence

from templates.fonts import FontUse
from templates.lines import SetPiece

_SPACE_SHARE = 8
"""How much more a space stretches than a gap between letters, in justified lines."""
_MAX_LETTER_GAP = 45
"""Thousandths of an em; wider gaps look like spaces, to eyes and to readers."""
_MAX_SPACE_GAP = 700


def group_by_face(
    pieces: Sequence[SetPiece],
) -> list[tuple[bool, list[SetPiece]]]:
    """Return the pieces of a line in groups of one face, bold or not."""
    groups: list[tuple[bool, list[SetPiece]]] = []
    for piece in pieces:
        if not groups or groups[-1][0] != piece.bold:
            groups.append((piece.bold, []))
        groups[-1][1].append(piece)
    return groups


def write_array(
    use: FontUse, pieces: list[SetPiece], gaps: tuple[float, float], pending: float
) -> tuple[str, float]:
    """Return the operand of TJ, and the move still pending after it.

    Moves are in thousandths of an em: kerning, and the gaps of justified lines.
    """
    parts: list[str] = []
    codes: list[str] = []
    written = use.written
    for piece in pieces:
        gap, letters = gaps[piece.space], piece.shape.letters
        if not gap and piece.shape.is_even and abs(pending) < 0.5:  # noqa: PLR2004
            # Most words of most lines: nothing moves.
            codes += [written.get(letter) or use.write(letter) for letter in letters]
            continue
        for letter in letters:
            if abs(pending) >= 0.5:  # noqa: PLR2004 - half of the smallest step
                if codes:
                    parts.append(f"<{''.join(codes)}>")
                    codes = []
                move = round(pending)
                parts.append(str(-move))
                pending -= move
            codes.append(written.get(letter) or use.write(letter))
            pending += letter.advance - letter.width + gap
    parts.append(f"<{''.join(codes)}>")
    return f"[{''.join(parts)}]", pending


def spread(
    pieces: Sequence[SetPiece], stretch: float, size: float
) -> tuple[float, float]:
    """Return what letters and spaces of a justified line are widened by.

    In thousandths of an em. A line that would have to be torn apart is left ragged.
    """
    last = len(pieces) - 1
    while last > 0 and pieces[last].space:
        last -= 1
    shown = pieces[: last + 1]
    spaces = sum(piece.space for piece in shown)
    letters = sum(len(piece.shape.letters) for piece in shown) - spaces - 1
    total = stretch * 1000 / size
    letter = min(total / (spaces * _SPACE_SHARE + letters or 1), _MAX_LETTER_GAP)
    space = (total - letters * letter) / spaces if spaces else 0.0
    if space > _MAX_SPACE_GAP:
        return 0.0, 0.0
    return letter, space
