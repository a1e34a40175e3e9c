# SPDX-License-Identifier: Apache-2.0
"""What is copied from a page is what was typed: long texts, wrapped and justified.

Regular and bold in one paragraph, in all alignments, sizes and indents. Between the
lines a reader may put line breaks and nothing else: with them taken away every space
and every hyphen is where it was typed.
"""

import functools
import unicodedata

import pytest

from tests.readers import READERS, split_lines
from tests.settings import TEXT_SEED, TEXTS
from tests.text_sheet import Paragraph, cut_texts, draw_sheet
from tests.thai_text import TextMaker

TEXTS_A_PARAGRAPH = 8
BATCH = 640
WIDTHS = (20, 60, 90, 100)
ALIGNS = ("justify", "justify", "left", "center", "right")


def make_paragraph(maker: TextMaker, number: int) -> Paragraph:
    texts = [maker.text()]
    while len(texts) < TEXTS_A_PARAGRAPH:
        texts.append(maker.pick(("", " ", " ")) + maker.text())
    return Paragraph(
        texts=texts,
        settings=(
            f'align = "{ALIGNS[number % len(ALIGNS)]}"\n'
            f"indent = {number % 3 * 10}\nmargin = {number % 4 * 5}\n"
            f"size = {9 + number % 9}\nbold = {str(number % 7 == 3).lower()}"
        ),
    )


@functools.cache
def draw_batch(number: int) -> tuple[str, bytes]:
    maker = TextMaker(TEXT_SEED, 1, number)
    paragraphs = [
        make_paragraph(maker, index) for index in range(BATCH // TEXTS_A_PARAGRAPH)
    ]
    sheet = draw_sheet(paragraphs, f"right = {WIDTHS[number % len(WIDTHS)]}")
    typed = "".join(paragraph.text for paragraph in paragraphs)
    return unicodedata.normalize("NFC", typed), sheet


def show_difference(typed: str, copied: str) -> str:
    at = next(
        (
            index
            for index, pair in enumerate(zip(typed, copied, strict=False))
            if len({*pair}) > 1
        ),
        min(len(typed), len(copied)),
    )
    around = slice(max(0, at - 20), at + 20)
    return f"TRA_TEST_TEXT_SEED={TEXT_SEED}: {typed[around]!r} != {copied[around]!r}"


@pytest.mark.parametrize("number", range(-(-TEXTS // BATCH)))
@pytest.mark.parametrize("reader", READERS)
def test_every_paragraph_is_copied_as_it_was_typed(reader: str, number: int) -> None:
    typed, sheet = draw_batch(number)
    copied = "".join(cut_texts(split_lines(READERS[reader](sheet))))
    same = copied == typed  # a difference of so long texts takes pytest minutes
    assert same, show_difference(typed, copied)


LINE_ENDS = {
    "a value that is a hyphen": ["-", "ก", "-"],
    "hyphens where lines end": ["นาย ABC-", "abc 1", "ชื่อ-", "x- ", "ก - ", "9-", "z"],
    "lines of single characters": ["ก ข", "1 2 3", "A B", "๑ ๒", "ก", "ฤ ๆ", "ญ ฐ"],
    "slashes and closing signs": ["ก/", "/", "(ก)", "“ก”", "ฯลฯ", "กรุงเทพฯ", "ต่าง ๆ"],
}


@pytest.mark.parametrize("texts", LINE_ENDS.values(), ids=LINE_ENDS)
@pytest.mark.parametrize("reader", READERS)
def test_what_readers_make_of_line_ends_is_not_lost(
    reader: str, texts: list[str]
) -> None:
    wide = "ข้อความที่กว้างพอให้เห็นว่าหน้านี้เขียนจากซ้ายไปขวา"
    typed = [wide, *(text.strip() for text in texts)]
    sheet = draw_sheet([Paragraph(texts=[text]) for text in typed], "")
    assert cut_texts(split_lines(READERS[reader](sheet))) == typed
