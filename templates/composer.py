# SPDX-License-Identifier: Apache-2.0
"""Composer: makes strips of the blocks of a type, filled with the facts of a record.

A strip is a line of text, an emblem, a QR code with its words; dividing them over
pages is the work of the layout. Beside the strips grows the structure: each block
adds its elements in reading order. Nothing is clipped or shrunk: what is wider than
its column breaks into lines, and a column with no room for letters is an error.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import ClassVar

from templates.artwork import open_mark
from templates.blocks import (
    SMALL_PAIR,
    SMALL_SIGNATURE,
    Block,
    Columns,
    Emblem,
    Image,
    Numbered,
    Pairs,
    Paragraph,
    Qr,
    Rule,
    Signature,
    Table,
)
from templates.document_type import DocumentType
from templates.drawing import PageWriter
from templates.errors import OverflowingError
from templates.facts import Facts
from templates.ornaments import draw_emblem
from templates.overflow import name_shown, refuse_high
from templates.picture_block import make_picture_block
from templates.pictures import Picture, read_photograph
from templates.place import Place
from templates.qr_block import QrModules, make_qr_block
from templates.signature_block import write_signature
from templates.strips import (
    ROUNDING,
    Strip,
    align_within,
    height_of,
    join_columns,
    make_gap,
    paint_strips,
    to_points,
)
from templates.structure import Element
from templates.tables import make_table
from templates.typesetter import Typesetter
from templates.words import Run

_EMBLEM_ALT = "ตราสัญลักษณ์"
_ROLES = {"title": "H1", "heading": "H2", "body": "P"}
_LABEL_GAP = 6
"""Points between a label and its value, at the least."""


class Composer:
    """Composes one document; holds what all blocks share."""

    def __init__(
        self, document_type: DocumentType, facts: Facts, qr: QrModules
    ) -> None:
        self.type, self.facts, self._qr = document_type, facts, qr
        self.setter = Typesetter(document_type, facts)
        self.root = Element(role="Document")
        page = document_type.page
        self.width = to_points(page.width_of_text)
        self.room = to_points(page.height_of_text)

    def stack_body(self) -> list[Strip]:
        """Return the strips of what flows from page to page."""
        return self.stack(self.type.blocks, self.width, self.root)

    def stack_foot(self) -> list[Strip]:
        """Return the strips of what stands at the bottom of the last page.

        Raises:
            OverflowingError: they are higher than a page.
        """
        strips = self.stack(self.type.foot, self.width, self.root)
        if height_of(strips) > self.room + ROUNDING:
            blocks = list(self.type.foot)
            raise refuse_high(self.type, blocks, height_of(strips), self.room)
        return strips

    def stack(
        self, blocks: Iterable[Block], width: float, parent: Element
    ) -> list[Strip]:
        """Return the strips of blocks, one under the other."""
        strips: list[Strip] = []
        for block in blocks:
            if not self.facts.holds(block.when):
                continue
            made = self._MAKERS[type(block)](self, block, width, parent)
            if parent is self.root:
                self._check_heights(block, made)
            if block.space_before:
                strips.append(make_gap(block.space_before))
            if block.keep and made:
                # Of a table the last row: the whole of it may be pages long.
                start = len(made) - 1 if isinstance(block, Table) else 0
                made[start:] = [replace(strip, keep=True) for strip in made[start:]]
            strips += made
            if block.space_after:
                strips.append(make_gap(block.space_after))
        return strips

    def _check_heights(self, block: Block, strips: list[Strip]) -> None:
        """Refuse a strip of what flows that no page could hold.

        Raises:
            OverflowingError: naming the block and the fields it shows.
        """
        for strip in strips:
            height = height_of([strip.head, strip] if strip.head else [strip])
            if height > self.room + ROUNDING:
                raise refuse_high(self.type, [block], height, self.room)

    def _make_paragraph(
        self, block: Paragraph, width: float, parent: Element
    ) -> list[Strip]:
        element = parent.add(_ROLES[block.role])
        strips = self.setter.set_text(
            self.setter.write_runs(block.text, bold=block.style.bold),
            width,
            block.style,
            element=element,
            margin=to_points(block.margin),
            indent=to_points(block.indent),
        )
        if block.number is None:
            return strips
        label = self.setter.set_text(
            [Run(block.number)],
            max(to_points(block.margin), 1),
            block.style,
            element=element,
        )
        return join_columns(label, strips, 0)

    def _make_pairs(self, block: Pairs, width: float, parent: Element) -> list[Strip]:
        label_width = to_points(block.label_width)
        room = label_width - _LABEL_GAP
        table = parent.add("Table")
        strips: list[Strip] = []
        for row in block.rows:
            if not self.facts.holds(row.when):
                continue
            cells = table.add("TR")
            head = cells.add("TH", scope="Row")
            label = self.setter.set_text(
                [Run(row.label.th)], room, block.style, element=head
            )
            if block.english:
                small = replace(
                    block.style, size=self.setter.size_of(block.style) * SMALL_PAIR
                )
                label += self.setter.set_text(
                    [Run(row.label.en)], room, small, element=head.add("Span")
                )
            value = self.setter.set_text(
                self.setter.write_runs(row.value, bold=row.bold),
                width - label_width,
                block.style,
                element=cells.add("TD"),
            )
            strips += join_columns(label, value, label_width)
            if block.row_gap:
                strips.append(make_gap(block.row_gap))
        return strips

    def _make_numbered(
        self, block: Numbered, width: float, parent: Element
    ) -> list[Strip]:
        if block.field is not None:
            entries = [
                [Run(words.text, whole=words.whole)]
                for words in self.facts.entries(block.field)
            ]
        else:
            bold = block.style.bold
            entries = [self.setter.write_runs(item, bold=bold) for item in block.items]
        margin = to_points(block.margin)
        items = parent.add("L", numbering="Decimal")
        strips: list[Strip] = []
        for count, runs in enumerate(entries, start=1):
            number = block.number.replace("{n}", self.setter.write_digits(str(count)))
            item = items.add("LI")
            wide, size = self.setter.measure(f"{number} ", block.style)
            hang = max(to_points(8), wide + size / 3)
            label = self.setter.set_text(
                [Run(number)], hang, block.style, element=item.add("Lbl")
            )
            text = self.setter.set_text(
                runs, width - margin - hang, block.style, element=item.add("LBody")
            )
            strips += join_columns(label, text, hang, margin)
        return strips

    def _make_table(self, block: Table, width: float, parent: Element) -> list[Strip]:
        return make_table(self.setter, block, width, parent, self.room)

    def _make_image(self, block: Image, width: float, parent: Element) -> list[Strip]:
        picture = self._find_picture(block)
        if picture is None:
            return []
        return make_picture_block(block, picture, width, parent)

    def _find_picture(self, block: Image) -> Picture | None:
        if block.file is not None:
            return open_mark(self.type.folder / block.file)
        jpeg = self.facts.image(block.field or "")
        return read_photograph(jpeg) if jpeg else None

    def _make_columns(
        self, block: Columns, width: float, parent: Element
    ) -> list[Strip]:
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
                shown = name_shown(self.type, [block])
                raise OverflowingError(
                    f"คอลัมน์ที่แสดง {shown.th} กว้างเกินหน้ากระดาษ โปรดแจ้งผู้ดูแลแบบเอกสาร",
                    f"{self.type.id}: columns with {shown.en} are wider than the page",
                    fields=shown.fields,
                )
            placed.append((x, column.bottom, self.stack(column.blocks, own, parent)))
            x += own + gap
        height = max(height_of(strips) for _, _, strips in placed)
        if not height:
            return []

        def paint(writer: PageWriter, left: float, top: float) -> None:
            for offset, bottom, strips in placed:
                down = height - height_of(strips) if bottom else 0
                paint_strips(writer, strips, left + offset, top - down)

        return [Strip(height=height, paint=paint)]

    def _make_emblem(self, block: Emblem, width: float, parent: Element) -> list[Strip]:
        size = to_points(block.size)
        offset = align_within(block.align, width, size)
        agency = self.facts.write("agency").text
        figure = parent.add("Figure", alt=f"{_EMBLEM_ALT} {agency}")

        def paint(writer: PageWriter, left: float, top: float) -> None:
            x = left + offset
            place = Place(
                page=writer.page, left=x, bottom=top - size, right=x + size, top=top
            )
            writer.draw_figures(draw_emblem(size), place, figure)

        return [Strip(height=size, paint=paint)]

    def _make_rule(self, block: Rule, width: float, _parent: Element) -> list[Strip]:
        length = to_points(block.width) or width
        offset = align_within(block.align, width, length)

        def paint(writer: PageWriter, left: float, top: float) -> None:
            writer.draw_rule(left + offset, top, length, block.weight)

        return [Strip(height=block.weight, paint=paint)]

    def _make_signature(
        self, block: Signature, width: float, parent: Element
    ) -> list[Strip]:
        size = self.setter.size_of(block.style) * SMALL_SIGNATURE
        small = replace(block.style, size=size, tone="gray", leading=1.2)
        styles = {
            "line": block.style,
            "small": small,
            "tight": replace(small, leading=1.1),
        }
        strips: list[Strip] = []
        for line in write_signature(self.type, self.facts.officer):
            if line.english and not block.english:
                continue
            style = styles[line.size]
            text = line.text if line.english else self.setter.write_digits(line.text)
            runs = [Run(text, bold=style.bold)]
            strips += self.setter.set_text(runs, width, style, element=parent.add("P"))
        return strips

    def _make_qr(self, block: Qr, width: float, parent: Element) -> list[Strip]:
        return make_qr_block(self.setter, block, self._qr, width, parent)

    _MAKERS: ClassVar[dict[type[Block], Callable[..., list[Strip]]]] = {
        Paragraph: _make_paragraph,
        Pairs: _make_pairs,
        Numbered: _make_numbered,
        Columns: _make_columns,
        Table: _make_table,
        Image: _make_image,
        Emblem: _make_emblem,
        Rule: _make_rule,
        Signature: _make_signature,
        Qr: _make_qr,
    }
