# SPDX-License-Identifier: Apache-2.0
"""Draws the printed summary of a report: the only module here that draws.

It stands on the drawing code of `templates`, which a verifier can do without: it
is imported only when somebody asks for such a summary, and never by what reads
files (docs/adr/0028-a-summary-drawn-apart.md). Whatever a forged certificate says
of itself is shown: a character the font lacks, as its code.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from io import BytesIO

import pikepdf
from pikepdf import Name, Pdf

from templates.drawing import DocumentInfo, PageWriter
from templates.embedding import embed_fonts
from templates.errors import GlyphMissingError, LetterTooHighError
from templates.families import SARABUN
from templates.lines import Line, set_lines
from templates.strips import Painter, Strip, divide_strips, height_of, paint_strips
from templates.structure import Element, find_language
from templates.tagging import write_tree
from templates.words import Run
from verifier.summary import NOTICE, NOTICE_EN, TITLE, TITLE_EN, CheckRow, Summary

_WIDTH, _HEIGHT = 595.28, 841.89
_LEFT, _TOP, _BOTTOM = 62.0, 54.0, 62.0
_MEASURE = _WIDTH - 2 * _LEFT
_LABELS = 132.0
_COLUMNS = (24.0, 176.0, 72.0, _MEASURE - 272.0)
"""Widths of the table of checks: number, name, result, about."""
_LEADING = 1.43
"""Height of a line, by the official size of its letters."""
_PADDING = 2.4
_MAX_CHARS = 600
_MAX_STRANGE = 40
_HEAD_ROW = CheckRow(number="ที่", name="การตรวจ", result="ผล", about="เหตุผล")
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)


@dataclass(frozen=True, kw_only=True)
class _Look:
    """How a text is set; its size in official points (see `templates.families`)."""

    points: float
    bold: bool = False
    tone: str = "black"
    centred: bool = False


_TITLE = _Look(points=22, bold=True, centred=True)
_VERDICT = _Look(points=20, bold=True, centred=True)
_CENTRED = _Look(points=14, centred=True)
_ENGLISH = _Look(points=12.5, tone="gray", centred=True)
_HEADING = _Look(points=16, bold=True)
_LABEL = _Look(points=13, tone="gray")
_VALUE = _Look(points=13)
_SMALL = _Look(points=12)
_STRONG = _Look(points=12, bold=True)
_FOOT = _Look(points=11, tone="gray")


def draw_summary(summary: Summary) -> bytes:
    """Return the summary as a tagged PDF of A4 pages."""
    root = Element(role="Document")
    strips = [
        *_draw_head(root),
        *_draw_verdict(summary, root),
        *(
            strip
            for section in summary.sections
            for strip in (
                *_draw_heading(section.heading, root),
                *_draw_rows(section.rows, root),
            )
        ),
        *_draw_heading("การตรวจแต่ละข้อ", root),
        *_draw_checks(summary.checks, root),
    ]
    made = summary.made_at.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ")
    info = DocumentInfo(title=TITLE, producer="Tra", date=made)
    writer = PageWriter(SARABUN, (_WIDTH, _HEIGHT), info)
    pages = divide_strips(strips, _HEIGHT - _TOP - _BOTTOM, 0)
    for number, page in enumerate(pages, start=1):
        paint_strips(writer, page, _LEFT, _HEIGHT - _TOP)
        _draw_foot(writer, summary.foot, f"หน้า {number} จาก {len(pages)}")
        writer.finish_page()
    drawn, fonts = writer.finish()
    out = BytesIO()
    with Pdf.open(BytesIO(drawn)) as pdf:
        for name in ("/Author", "/Creator", "/Keywords", "/Subject", "/Trapped"):
            del pdf.docinfo[name]
        for sheet in pdf.pages:
            del sheet.Trans
            sheet.Tabs = Name.S
        embed_fonts(pdf, fonts)
        write_tree(pdf, root)
        pdf.save(
            out,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            compress_streams=True,
        )
    return out.getvalue()


def _draw_head(root: Element) -> list[Strip]:
    return [
        *_set(TITLE, _TITLE, root.add("H1")),
        *_set(TITLE_EN, _ENGLISH, root.add("P", language="en")),
        _gap(6),
        *_set(NOTICE, _CENTRED, root.add("P")),
        *_set(NOTICE_EN, _ENGLISH, root.add("P", language="en")),
        _gap(8),
    ]


def _draw_verdict(summary: Summary, root: Element) -> list[Strip]:
    """Draw the outcome between two rules, larger than all else."""
    texts = [
        (summary.headline, _VERDICT),
        (summary.headline_en, _ENGLISH),
        (summary.sentence, _CENTRED),
        (summary.advice, _CENTRED),
        (summary.code, _ENGLISH),
    ]
    parts = [p for text, look in texts if text for p in _set(text, look, root.add("P"))]
    return [
        _rule(1.4),
        _gap(6),
        *(replace(part, keep=True) for part in parts),
        _gap(6),
        _rule(1.4),
        _gap(4),
    ]


def _draw_heading(text: str, root: Element) -> list[Strip]:
    heading = _set(text, _HEADING, root.add("H2"))
    return [_gap(7), *(replace(strip, keep=True) for strip in heading)]


def _draw_rows(rows: Sequence[tuple[str, str]], root: Element) -> list[Strip]:
    """Draw labels and values in two columns."""
    table = root.add("Table")
    strips = []
    for label, value in rows:
        row = table.add("TR")
        cells = [
            _set(label, _LABEL, row.add("TH", scope="Row"), _LABELS - 8),
            _set(value or "-", _VALUE, row.add("TD"), _MEASURE - _LABELS),
        ]
        strips.append(_join(cells, (_LABELS, _MEASURE - _LABELS)))
    return strips


def _draw_checks(checks: Sequence[CheckRow], root: Element) -> list[Strip]:
    """Draw the table of checks; its head comes again on each page."""
    table = root.add("Table")
    head = _draw_check(_HEAD_ROW, table.add("TR"), head=True)
    again = Element(role="TR", is_artifact=True)
    repeated = _draw_check(_HEAD_ROW, again, head=True)
    rows = [_draw_check(check, table.add("TR")) for check in checks]
    return [
        replace(head, keep=True),
        *(replace(row, head=repeated) for row in rows),
    ]


def _draw_check(check: CheckRow, row: Element, *, head: bool = False) -> Strip:
    texts = (check.number, check.name, check.result, check.about)
    cells = []
    for text, width in zip(texts, _COLUMNS, strict=True):
        cell = row.add("TH", scope="Column") if head else row.add("TD")
        look = _STRONG if head or (text == check.result and check.about) else _SMALL
        cells.append(_set(text, look, cell, width - 6) if text else [])
    return _join(cells, _COLUMNS)


def _join(cells: Sequence[list[Strip]], widths: Sequence[float]) -> Strip:
    """Return cells side by side, above a hairline."""
    height = max(height_of(cell) for cell in cells) + 2 * _PADDING

    def paint(writer: PageWriter, left: float, top: float) -> None:
        x = left
        for cell, width in zip(cells, widths, strict=True):
            paint_strips(writer, cell, x, top - _PADDING)
            x += width
        writer.draw_rule(left, top - height, _MEASURE, 0.2)

    return Strip(height=height, paint=paint)


def _draw_foot(writer: PageWriter, text: str, page: str) -> None:
    """Draw what stands at the foot of each page, as no part of the text."""
    [line] = _set_safely(text, _FOOT, _MEASURE)[:1]
    [number] = _set_safely(page, _FOOT, _MEASURE)[:1]
    writer.draw_rule(_LEFT, _BOTTOM - 10, _MEASURE, 0.6)
    size = _FOOT.points * SARABUN.scale
    for part, x in ((line, _LEFT), (number, _LEFT + _MEASURE - number.width)):
        writer.draw_line(part, (x, _BOTTOM - 22), size, tone=_FOOT.tone)


def _set(
    text: str, look: _Look, element: Element, width: float = _MEASURE
) -> list[Strip]:
    """Return a paragraph as strips, one a line."""
    if element.language is None:
        element.language = find_language(text)
    size, leading = look.points * SARABUN.scale, look.points * _LEADING * SARABUN.scale

    def painter(line: Line) -> Painter:
        def paint(writer: PageWriter, left: float, top: float) -> None:
            x = left + ((width - line.width) / 2 if look.centred else 0)
            at = (x, top - leading * 0.74)
            writer.draw_line(line, at, size, tone=look.tone, element=element)

        return paint

    lines = _set_safely(text, look, width)
    return [Strip(height=leading, paint=painter(line)) for line in lines]


def _set_safely(text: str, look: _Look, width: float) -> tuple[Line, ...]:
    """Set a text, with codes in place of what the font cannot show right."""
    text = _CONTROL.sub(lambda found: _code(found[0]), text[:_MAX_CHARS])
    style = (SARABUN, look.points * SARABUN.scale)
    for _ in range(_MAX_STRANGE):
        try:
            return set_lines(style, (Run(text, bold=look.bold),), width)
        except GlyphMissingError as error:
            text = text.replace(error.character, _code(error.character))
        except LetterTooHighError as error:
            text = text.replace(error.letter, _code(error.letter))
    plain = text.encode("ascii", "replace").decode("ascii")
    return set_lines(style, (Run(plain, bold=look.bold),), width)


def _code(characters: str) -> str:
    return "".join(f"[U+{ord(character):04X}]" for character in characters)


def _gap(points: float) -> Strip:
    return Strip(height=points, gap=True)


def _rule(weight: float) -> Strip:
    def paint(writer: PageWriter, left: float, top: float) -> None:
        writer.draw_rule(left, top, _MEASURE, weight)

    return Strip(height=weight, paint=paint, keep=True)
