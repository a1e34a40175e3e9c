# SPDX-License-Identifier: Apache-2.0
"""Layout: the blocks of a type, filled with facts, on as many pages as they need.

Every block becomes strips, which are stacked from the top margin down; what does not
fit goes on to the next page, and what cannot fit on any page is an error. Nothing is
clipped or shrunk.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

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
from templates.drawing import Canvas, FontSet, num
from templates.errors import OverflowingError
from templates.facts import Facts
from templates.fonts import OFFICIAL_SCALE, EmbeddedFont, load_face
from templates.lines import Line, set_lines
from templates.ornaments import draw_border, draw_emblem
from templates.phrases import Literal, Phrase
from templates.strips import (
    Painter,
    Strip,
    align_within,
    divide_strips,
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
_RUNNING_SIZE = 14
_BORDER_INSET_MM = 7
_BORDER_DEPTH_MM = 13


@dataclass(frozen=True, kw_only=True)
class QrModules:
    """The QR code to draw, and the address to print beside it."""

    matrix: Sequence[Sequence[bool]] | None
    """None leaves an empty frame, as in a preview."""
    address: str
    document_id: str


@dataclass(frozen=True, kw_only=True)
class DrawnPages:
    """Pages as content streams, and the fonts they use."""

    width: float
    height: float
    contents: tuple[bytes, ...]
    fonts: dict[str, EmbeddedFont]


def draw_pages(
    document_type: DocumentType,
    facts: Facts,
    qr: QrModules,
    *,
    watermark: str | None = None,
) -> DrawnPages:
    """Draw a document.

    Raises:
        GlyphMissingError: the font lacks a character.
        OverflowingError: a part is higher than a page.
    """
    return _Composer(document_type, facts, qr).draw(watermark)


@dataclass
class _Composer:
    """Composes one document; holds what all blocks share."""

    type: DocumentType
    facts: Facts
    qr: QrModules
    fonts: FontSet = field(init=False)

    def __post_init__(self) -> None:
        page = self.type.page
        self.fonts = FontSet(page.font)
        self._scale = OFFICIAL_SCALE[page.font]
        self._width = to_points(page.width - page.left - page.right)
        self._height = to_points(page.height - page.top - page.bottom)

    def draw(self, watermark: str | None) -> DrawnPages:
        body = self._stack(self.type.blocks, self._width)
        foot = self._stack(self.type.foot, self._width)
        foot_height = height_of(foot)
        pages = divide_strips(body, self._height, foot_height)
        page = self.type.page
        contents = []
        for number, strips in enumerate(pages, start=1):
            canvas = Canvas(self.fonts)
            if watermark:
                box = (to_points(page.width), to_points(page.height))
                angle = 50 if page.height > page.width else 30
                canvas.draw_watermark(watermark, min(box) / 3.8, angle, box)
            if page.border == "ornamental":
                border = draw_border(
                    to_points(page.width),
                    to_points(page.height),
                    to_points(_BORDER_INSET_MM),
                )
                canvas.place(border, 0, 0)
            if len(pages) > 1:
                self._draw_running_line(canvas, number, len(pages))
            paint_strips(
                canvas, strips, to_points(page.left), to_points(page.height - page.top)
            )
            if number == len(pages):
                top = to_points(page.bottom) + foot_height
                paint_strips(canvas, foot, to_points(page.left), top)
            contents.append(canvas.content())
        return DrawnPages(
            width=to_points(page.width),
            height=to_points(page.height),
            contents=tuple(contents),
            fonts={name: use.embed() for name, use in self.fonts.uses.items()},
        )

    def _stack(self, blocks: Iterable[Block], width: float) -> list[Strip]:
        strips: list[Strip] = []
        for block in blocks:
            if not self.facts.holds(block.when):
                continue
            made = _MAKERS[type(block)](self, block, width)
            if block.space_before:
                strips.append(make_gap(block.space_before))
            if block.keep:
                made = [replace(strip, keep=True) for strip in made]
            strips += made
            if block.space_after:
                strips.append(make_gap(block.space_after))
        return strips

    def make_paragraph(self, block: Paragraph, width: float) -> list[Strip]:
        strips = self._text(
            self._runs(block.text, bold=block.style.bold),
            width,
            block.style,
            margin=to_points(block.margin),
            indent=to_points(block.indent),
        )
        if block.number is None:
            return strips
        label = self._text(
            [Run(block.number)], max(to_points(block.margin), 1), block.style
        )
        return join_columns(label, strips, 0)

    def make_pairs(self, block: Pairs, width: float) -> list[Strip]:
        label_width = to_points(block.label_width)
        strips: list[Strip] = []
        for row in block.rows:
            if not self.facts.holds(row.when):
                continue
            label = self._text(
                [Run(row.label.th, bold=False)], label_width - 6, block.style
            )
            if block.english:
                small = replace(block.style, size=self._size(block.style) * 0.7)
                label += self._text([Run(row.label.en)], label_width - 6, small)
            value = self._text(
                self._runs(row.value, bold=row.bold),
                width - label_width,
                block.style,
            )
            strips += join_columns(label, value, label_width)
            if block.row_gap:
                strips.append(make_gap(block.row_gap))
        return strips

    def make_numbered(self, block: Numbered, width: float) -> list[Strip]:
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
            number = block.number.replace("{n}", self._digits(str(count)))
            size = self._size(block.style) * self._scale
            lines = set_lines((self.type.page.font, size), (Run(f"{number} "),), width)
            hang = max(to_points(8), lines[0].width + size / 3)
            label = self._text([Run(number)], hang, block.style)
            text = self._text(runs, width - margin - hang, block.style)
            strips += join_columns(label, text, hang, margin)
        return strips

    def make_columns(self, block: Columns, width: float) -> list[Strip]:
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

        def paint(canvas: Canvas, left: float, top: float) -> None:
            for offset, bottom, strips in placed:
                down = height - height_of(strips) if bottom else 0
                paint_strips(canvas, strips, left + offset, top - down)

        return [Strip(height=height, paint=paint)]

    def make_emblem(self, block: Emblem, width: float) -> list[Strip]:
        size = to_points(block.size)
        offset = align_within(block.align, width, size)

        def paint(canvas: Canvas, left: float, top: float) -> None:
            canvas.place(draw_emblem(size), left + offset, top - size)

        return [Strip(height=size, paint=paint)]

    def make_rule(self, block: Rule, width: float) -> list[Strip]:
        length = to_points(block.width) or width
        offset = align_within(block.align, width, length)

        def paint(canvas: Canvas, left: float, top: float) -> None:
            start = left + offset
            canvas.stroke_path(
                f"{num(start)} {num(top)} m {num(start + length)} {num(top)} l",
                tone="accent",
                weight=block.weight,
            )

        return [Strip(height=block.weight, paint=paint)]

    def make_signature(self, block: Signature, width: float) -> list[Strip]:
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
            runs = [Run(self._digits(text), bold=style.bold)]
            strips += self._text(runs, width, style)
        return strips

    def make_qr(self, block: Qr, width: float) -> list[Strip]:
        modules = len(self.qr.matrix) if self.qr.matrix else 69
        side = to_points((modules + 2 * QR_QUIET_MODULES) * QR_MODULE_MM)
        words_width = width - side if block.beside else width
        words = self._qr_words(block, words_width)
        matrix = self.qr.matrix

        def paint(canvas: Canvas, left: float, top: float) -> None:
            _paint_qr(canvas, matrix, left, top - side, side)

        code = [Strip(height=side, paint=paint)]
        if not block.beside:
            return keep_together([*code, *words])
        height = max(side, height_of(words))

        def paint_both(canvas: Canvas, left: float, top: float) -> None:
            paint(canvas, left, top)
            paint_strips(
                canvas, words, left + side, top - (height - height_of(words)) / 2
            )

        return [Strip(height=height, paint=paint_both)]

    def _qr_words(self, block: Qr, width: float) -> list[Strip]:
        address = _readable(self.qr.address.removesuffix(self.qr.document_id))
        style = TextStyle(size=block.size, leading=1.25)
        gray = replace(style, tone="gray")
        strips = self._text([Run(_CHECK_TH)], width, replace(style, bold=True))
        strips += self._text([Run(_CHECK_EN)], width, gray)
        strips += [make_gap(0.8), *self._text([Run(address)], width, style)]
        if self.qr.document_id:
            groups = group_document_id(self.qr.document_id)
            strips += [make_gap(0.8), *self._text([Run(_CODE_LABEL)], width, gray)]
            strips += self._text([Run(groups)], width, style)
        return strips

    def _draw_running_line(self, canvas: Canvas, number: int, count: int) -> None:
        page = self.type.page
        text = f"{self.type.name.th} เลขที่ {self.facts.write('number').text}"
        where = self._digits(f"หน้า {number}/{count}")
        style = TextStyle(size=_RUNNING_SIZE, tone="gray")
        left = self._text([Run(text)], self._width, style)
        right = self._text([Run(where)], self._width, replace(style, align="right"))
        inset = page.top * 0.45 if page.border == "none" else _BORDER_DEPTH_MM
        top = to_points(page.height - inset)
        paint_strips(canvas, right, to_points(page.left), top)
        if number > 1:
            paint_strips(canvas, left, to_points(page.left), top)

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

    def _text(
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

    def _digits(self, text: str) -> str:
        return to_thai_digits(text) if self.type.page.thai_digits else text


_MAKERS: dict[type[Block], Callable[..., list[Strip]]] = {
    Paragraph: _Composer.make_paragraph,
    Pairs: _Composer.make_pairs,
    Numbered: _Composer.make_numbered,
    Columns: _Composer.make_columns,
    Emblem: _Composer.make_emblem,
    Rule: _Composer.make_rule,
    Signature: _Composer.make_signature,
    Qr: _Composer.make_qr,
}


def _line_painter(
    line: Line, style: TextStyle, size: float, at: tuple[float, float], drop: float
) -> Painter:
    margin, measure = at
    justified = style.align == "justify" and not line.last
    stretch = max(0.0, measure - line.width) if justified else 0
    offset = margin + align_within(style.align, measure, line.width)

    def paint(canvas: Canvas, left: float, top: float) -> None:
        canvas.draw_line(
            line, left + offset, top - drop, size, tone=style.tone, stretch=stretch
        )

    return paint


def _paint_qr(
    canvas: Canvas,
    matrix: Sequence[Sequence[bool]] | None,
    x: float,
    y: float,
    side: float,
) -> None:
    if matrix is None:
        path = f"{num(x + 6)} {num(y + 6)} {num(side - 12)} {num(side - 12)} re"
        canvas.stroke_path(path, tone="gray", weight=0.5)
        return
    count = len(matrix)
    module = side / (count + 2 * QR_QUIET_MODULES)
    start = module * QR_QUIET_MODULES
    rectangles = []
    for row, modules in enumerate(matrix):
        column = 0
        while column < count:
            end = column
            while end < count and modules[end]:
                end += 1
            if end > column:
                rectangles.append((column, count - 1 - row, end - column, 1))
            column = end + 1
    canvas.fill_rectangles(rectangles, (module, 0, 0, module, x + start, y + start))


def _readable(address: str) -> str:
    """Return an address with scheme and host in lower case; the path stays."""
    scheme, mark, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}{mark}{host.lower()}{slash}{path}"
