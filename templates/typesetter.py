# SPDX-License-Identifier: Apache-2.0
"""Typesetter: sets text into strips, one a line, in the letters of a type's page."""

from collections.abc import Sequence

from templates.blocks import TextStyle
from templates.document_type import DocumentType
from templates.drawing import PageWriter
from templates.errors import OverflowingError
from templates.facts import Facts, Words
from templates.fonts import load_face
from templates.lines import Line, set_lines
from templates.phrases import PAGE_FACTS, Literal, Phrase, Slot
from templates.strips import Painter, Strip, align_within
from templates.structure import Element, find_language
from templates.wording import to_thai_digits
from templates.words import Run

_QUOTED = 40
"""Characters of a text that a message repeats."""


class Typesetter:
    """Sets the texts of one document; knows its facts and its page."""

    def __init__(self, document_type: DocumentType, facts: Facts) -> None:
        self.type, self.facts = document_type, facts
        self._page = document_type.page
        self._scale = self._page.family.scale
        self.page: tuple[int, int] | None = None
        """Number of the page and how many there are, where that is known."""

    def write_digits(self, text: str) -> str:
        """Return a text with the digits of the type, Thai or Arabic."""
        return to_thai_digits(text) if self._page.thai_digits else text

    def write_runs(self, phrase: Phrase, *, bold: bool = False) -> list[Run]:
        """Return a phrase with its facts filled in."""
        runs = []
        for piece in phrase:
            strong = bold or piece.bold
            if isinstance(piece, Literal):
                runs.append(Run(piece.text, strong))
            else:
                words = self._write_fact(piece)
                runs.append(Run(words.text, strong, words.whole))
        return runs

    def _write_fact(self, slot: Slot) -> Words:
        if self.page is None or slot.name not in PAGE_FACTS:
            return self.facts.write(slot.name, slot.style)
        number = str(self.page[slot.name == "pages"])
        return Words(number if slot.style == "en" else self.write_digits(number))

    def size_of(self, style: TextStyle) -> float:
        """Return the size of a style's letters in official points."""
        return style.size or self._page.size

    def measure(self, text: str, style: TextStyle) -> tuple[float, float]:
        """Return width of a text on one line, and size of its letters, in points."""
        size = self.size_of(style) * self._scale
        [line] = set_lines((self._page.family, size), (Run(text),), float("inf"))
        return line.width, size

    def set_text(
        self,
        runs: Sequence[Run],
        width: float,
        style: TextStyle,
        *,
        element: Element | None,
        margin: float = 0,
        indent: float = 0,
    ) -> list[Strip]:
        """Return the strips of a paragraph: one a line, kept in twos at both ends.

        The text belongs to `element`, whose language is set where it is not Thai;
        None makes it an artifact.

        Raises:
            OverflowingError: the column is narrower than a letter.
        """
        if element is not None and element.language is None:
            element.language = find_language("".join(run.text for run in runs))
        official = self.size_of(style)
        size = official * self._scale
        leading = official * (style.leading or self._page.leading)
        measure = width - margin
        if measure < size:
            text = "".join(run.text for run in runs)[:_QUOTED]
            raise OverflowingError(
                f"ไม่มีที่เหลือสำหรับข้อความ “{text}” โปรดแจ้งผู้ดูแลแบบเอกสาร",
                f"{self.type.id}: no room left for the text {text!r}",
            )
        looked = tuple(runs)
        if style.bold:
            looked = tuple(Run(run.text, bold=True, whole=run.whole) for run in runs)
        lines = set_lines((self._page.family, size), looked, measure, measure - indent)
        face = load_face(self._page.family, bold=False)
        above = (leading - (face.ascender - face.descender) * size / 1000) / 2
        drop = above + face.ascender * size / 1000
        strips = []
        for index, line in enumerate(lines):
            first = indent if index == 0 else 0
            paint = _line_painter(
                line, (style, size, element), (margin + first, measure - first), drop
            )
            keep = index in {0, len(lines) - 2} and index < len(lines) - 1
            strips.append(Strip(height=leading, paint=paint, keep=keep))
        return strips


def _line_painter(
    line: Line,
    look: tuple[TextStyle, float, Element | None],
    at: tuple[float, float],
    drop: float,
) -> Painter:
    style, size, element = look
    margin, measure = at
    justified = style.align == "justify" and not line.last
    stretch = max(0.0, measure - line.width) if justified else 0
    offset = margin + align_within(style.align, measure, line.width)

    def paint(writer: PageWriter, left: float, top: float) -> None:
        writer.draw_line(
            line, (left + offset, top - drop), size,
            tone=style.tone, stretch=stretch, element=element,
        )  # fmt: skip

    return paint
