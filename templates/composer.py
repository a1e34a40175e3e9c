# SPDX-License-Identifier: Apache-2.0
"""Composer: makes strips of the blocks of a type, filled with the facts of a record.

A strip is a line of text, an emblem, a QR code with its words; dividing them over
pages is the work of the layout. Nothing is clipped or shrunk: what is wider than its
column breaks into lines, and a column with no room for letters is an error.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from templates.blocks import (
    Block,
    Columns,
    Emblem,
    Numbered,
    Pairs,
    Paragraph,
    Qr,
    Rule,
    Signature,
    TextStyle,
)
from templates.document_type import DocumentType
from templates.drawing import PageWriter
from templates.errors import OverflowingError
from templates.facts import Facts
from templates.fonts import OFFICIAL_SCALE, load_face
from templates.lines import Line, set_lines
from templates.ornaments import draw_emblem
from templates.phrases import Literal, Phrase
from templates.strips import (
    Painter,
    Strip,
    align_within,
    height_of,
    join_columns,
    keep_together,
    make_gap,
    paint_strips,
    to_points,
)
from templates.wording import group_document_id, to_thai_digits
from templates.words import Run

QR_MODULE_MM = 0.40
"""Smallest module that survives copying and a telephone (docs/spec/claim.md)."""
QR_QUIET_MODULES = 4

_SEAL_NOTE_TH = "ประทับตราอิเล็กทรอนิกส์ของหน่วยงานแล้ว"
_SEAL_NOTE_EN = "Sealed electronically by the agency"
_CHECK_TH = "สแกนเพื่อตรวจสอบและเทียบกับเอกสารนี้"
_CHECK_EN = "Scan to verify, then compare"
_CODE_LABEL = "รหัสเอกสาร / Document ID"
_EMPTY_MODULES = 69
"""Size of the frame in a preview: a claim of usual length needs version 13."""
_EMPTY_INSET = 6


@dataclass(frozen=True, kw_only=True)
class QrModules:
    """The QR code to draw, and the address to print beside it."""

    matrix: Sequence[Sequence[bool]] | None
    """None leaves an empty frame, as in a preview."""
    address: str
    document_id: str


class Composer:
    """Composes one document; holds what all blocks share."""

    def __init__(
        self, document_type: DocumentType, facts: Facts, qr: QrModules
    ) -> None:
        self.type, self.facts, self._qr = document_type, facts, qr
        page = document_type.page
        self.width = to_points(page.width - page.left - page.right)
        self._scale = OFFICIAL_SCALE[page.font]

    def stack_body(self) -> list[Strip]:
        """Return the strips of what flows from page to page."""
        return self._stack(self.type.blocks, self.width)

    def stack_foot(self) -> list[Strip]:
        """Return the strips of what stands at the bottom of the last page."""
        return self._stack(self.type.foot, self.width)

    def write_digits(self, text: str) -> str:
        """Return a text with the digits of the type, Thai or Arabic."""
        return to_thai_digits(text) if self.type.page.thai_digits else text

    def _stack(self, blocks: Iterable[Block], width: float) -> list[Strip]:
        strips: list[Strip] = []
        for block in blocks:
            if not self.facts.holds(block.when):
                continue
            made = self._MAKERS[type(block)](self, block, width)
            if block.space_before:
                strips.append(make_gap(block.space_before))
            if block.keep:
                made = [replace(strip, keep=True) for strip in made]
            strips += made
            if block.space_after:
                strips.append(make_gap(block.space_after))
        return strips

    def _make_paragraph(self, block: Paragraph, width: float) -> list[Strip]:
        strips = self.set_text(
            self._runs(block.text, bold=block.style.bold),
            width,
            block.style,
            margin=to_points(block.margin),
            indent=to_points(block.indent),
        )
        if block.number is None:
            return strips
        label = self.set_text(
            [Run(block.number)], max(to_points(block.margin), 1), block.style
        )
        return join_columns(label, strips, 0)

    def _make_pairs(self, block: Pairs, width: float) -> list[Strip]:
        label_width = to_points(block.label_width)
        strips: list[Strip] = []
        for row in block.rows:
            if not self.facts.holds(row.when):
                continue
            label = self.set_text(
                [Run(row.label.th, bold=False)], label_width - 6, block.style
            )
            if block.english:
                small = replace(block.style, size=self._size(block.style) * 0.7)
                label += self.set_text([Run(row.label.en)], label_width - 6, small)
            value = self.set_text(
                self._runs(row.value, bold=row.bold),
                width - label_width,
                block.style,
            )
            strips += join_columns(label, value, label_width)
            if block.row_gap:
                strips.append(make_gap(block.row_gap))
        return strips

    def _make_numbered(self, block: Numbered, width: float) -> list[Strip]:
        if block.field is not None:
            entries = [
                [Run(words.text, whole=words.whole)]
                for words in self.facts.entries(block.field)
            ]
        else:
            entries = [self._runs(item, bold=block.style.bold) for item in block.items]
        margin = to_points(block.margin)
        strips: list[Strip] = []
        for count, runs in enumerate(entries, start=1):
            number = block.number.replace("{n}", self.write_digits(str(count)))
            size = self._size(block.style) * self._scale
            lines = set_lines((self.type.page.font, size), (Run(f"{number} "),), width)
            hang = max(to_points(8), lines[0].width + size / 3)
            label = self.set_text([Run(number)], hang, block.style)
            text = self.set_text(runs, width - margin - hang, block.style)
            strips += join_columns(label, text, hang, margin)
        return strips

    def _make_columns(self, block: Columns, width: float) -> list[Strip]:
        gap = to_points(block.gap)
        free = width - gap * (len(block.columns) - 1)
        free -= sum(to_points(column.width) for column in block.columns)
        shared = [column for column in block.columns if not column.width]
        each = free / len(shared) if shared else 0
        placed: list[tuple[float, bool, list[Strip]]] = []
        x = 0.0
        for column in block.columns:
            own = to_points(column.width) or each
            if own < to_points(10):
                raise OverflowingError(
                    f"columns of {self.type.id} are wider than the page allows"
                )
            placed.append((x, column.bottom, self._stack(column.blocks, own)))
            x += own + gap
        height = max(height_of(strips) for _, _, strips in placed)

        def paint(writer: PageWriter, left: float, top: float) -> None:
            for offset, bottom, strips in placed:
                down = height - height_of(strips) if bottom else 0
                paint_strips(writer, strips, left + offset, top - down)

        return [Strip(height=height, paint=paint)]

    def _make_emblem(self, block: Emblem, width: float) -> list[Strip]:
        size = to_points(block.size)
        offset = align_within(block.align, width, size)

        def paint(writer: PageWriter, left: float, top: float) -> None:
            writer.draw_figures(draw_emblem(size), left + offset, top - size)

        return [Strip(height=size, paint=paint)]

    def _make_rule(self, block: Rule, width: float) -> list[Strip]:
        length = to_points(block.width) or width
        offset = align_within(block.align, width, length)

        def paint(writer: PageWriter, left: float, top: float) -> None:
            writer.draw_rule(left + offset, top, length, block.weight)

        return [Strip(height=block.weight, paint=paint)]

    def _make_signature(self, block: Signature, width: float) -> list[Strip]:
        signatory = self.type.signatory
        small = replace(
            block.style, size=self._size(block.style) * 0.8, tone="gray", leading=1.2
        )
        lines = [(_SEAL_NOTE_TH, small)]
        if block.english:
            lines.append((_SEAL_NOTE_EN, replace(small, leading=1.1)))
        lines.append((f"({signatory.name.th})", block.style))
        if block.english:
            lines.append((signatory.name.en, small))
        lines.append((signatory.position.th, block.style))
        if block.english:
            lines.append((signatory.position.en, small))
        if signatory.on_behalf:
            lines.append((signatory.on_behalf.th, block.style))
        strips: list[Strip] = []
        for text, style in lines:
            runs = [Run(self.write_digits(text), bold=style.bold)]
            strips += self.set_text(runs, width, style)
        return strips

    def _make_qr(self, block: Qr, width: float) -> list[Strip]:
        matrix = self._qr.matrix
        modules = len(matrix) if matrix else _EMPTY_MODULES
        side = to_points((modules + 2 * QR_QUIET_MODULES) * QR_MODULE_MM)
        words = self._qr_words(block, width - side if block.beside else width)

        def paint(writer: PageWriter, left: float, top: float) -> None:
            if matrix:
                module = to_points(QR_MODULE_MM)
                quiet = module * QR_QUIET_MODULES
                writer.draw_modules(matrix, left + quiet, top - side + quiet, module)
            else:
                inner = side - 2 * _EMPTY_INSET
                writer.draw_frame(
                    left + _EMPTY_INSET, top - side + _EMPTY_INSET, inner, inner
                )

        code = [Strip(height=side, paint=paint)]
        if not block.beside:
            return keep_together([*code, *words])
        height = max(side, height_of(words))

        def paint_both(writer: PageWriter, left: float, top: float) -> None:
            paint(writer, left, top)
            paint_strips(
                writer, words, left + side, top - (height - height_of(words)) / 2
            )

        return [Strip(height=height, paint=paint_both)]

    def _qr_words(self, block: Qr, width: float) -> list[Strip]:
        address = _readable(self._qr.address.removesuffix(self._qr.document_id))
        style = TextStyle(size=block.size, leading=1.25)
        gray = replace(style, tone="gray")
        strips = self.set_text([Run(_CHECK_TH)], width, replace(style, bold=True))
        strips += self.set_text([Run(_CHECK_EN)], width, gray)
        strips += [make_gap(0.8), *self.set_text([Run(address)], width, style)]
        if self._qr.document_id:
            groups = group_document_id(self._qr.document_id)
            strips += [make_gap(0.8), *self.set_text([Run(_CODE_LABEL)], width, gray)]
            strips += self.set_text([Run(groups)], width, style)
        return strips

    def _runs(self, phrase: Phrase, *, bold: bool) -> list[Run]:
        runs = []
        for piece in phrase:
            strong = bold or piece.bold
            if isinstance(piece, Literal):
                runs.append(Run(piece.text, strong))
            else:
                words = self.facts.write(piece.name, piece.style)
                runs.append(Run(words.text, strong, words.whole))
        return runs

    def set_text(
        self,
        runs: list[Run],
        width: float,
        style: TextStyle,
        *,
        margin: float = 0,
        indent: float = 0,
    ) -> list[Strip]:
        """Return the strips of a paragraph: one a line, kept in twos at both ends."""
        official = self._size(style)
        size = official * self._scale
        leading = official * (style.leading or self.type.page.leading)
        measure = width - margin
        if measure < size:
            raise OverflowingError(f"{self.type.id}: no room left for text")
        looked = tuple(replace(run, bold=True) if style.bold else run for run in runs)
        lines = set_lines(
            (self.type.page.font, size), looked, measure, measure - indent
        )
        face = load_face(self.type.page.font, bold=False)
        above = (leading - (face.ascender - face.descender) * size / 1000) / 2
        drop = above + face.ascender * size / 1000
        strips = []
        for index, line in enumerate(lines):
            first = indent if index == 0 else 0
            paint = _line_painter(
                line, style, size, (margin + first, measure - first), drop
            )
            keep = index in {0, len(lines) - 2} and index < len(lines) - 1
            strips.append(Strip(height=leading, paint=paint, keep=keep))
        return strips

    def _size(self, style: TextStyle) -> float:
        return style.size or self.type.page.size

    _MAKERS: ClassVar[dict[type[Block], Callable[..., list[Strip]]]] = {
        Paragraph: _make_paragraph,
        Pairs: _make_pairs,
        Numbered: _make_numbered,
        Columns: _make_columns,
        Emblem: _make_emblem,
        Rule: _make_rule,
        Signature: _make_signature,
        Qr: _make_qr,
    }


def _line_painter(
    line: Line, style: TextStyle, size: float, at: tuple[float, float], drop: float
) -> Painter:
    margin, measure = at
    justified = style.align == "justify" and not line.last
    stretch = max(0.0, measure - line.width) if justified else 0
    offset = margin + align_within(style.align, measure, line.width)

    def paint(writer: PageWriter, left: float, top: float) -> None:
        writer.draw_line(
            line, left + offset, top - drop, size, tone=style.tone, stretch=stretch
        )

    return paint


def _readable(address: str) -> str:
    """Return an address with scheme and host in lower case; the path stays."""
    scheme, mark, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}{mark}{host.lower()}{slash}{path}"
