# SPDX-License-Identifier: Apache-2.0
"""Where lines begin and end on the page, and how far their letters stand apart.

Read from the content of the finished file: where each line begins, the widths in the
font, the moves between letters.
"""

import io
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf
import pytest

from tests.settings import TEXT_SEED
from tests.text_sheet import Paragraph, draw_sheet
from tests.thai_text import TextMaker

MM = 72 / 25.4
LEFT, RIGHT = 30 * MM, 190 * MM
INDENT = 25 * MM
MOST_LETTER_GAP = 46
"""Thousandths of an em, rounded up: letters wider apart look like words."""
MOST_KERNING = 60
THAI = (
    "ผู้รับใบอนุญาตต้องจัดให้มีเครื่องดับเพลิงอย่างน้อย ๔ เครื่อง และทางหนีไฟตามที่กฎหมายกำหนด "
    "กับต้องแสดงใบอนุญาตไว้ในที่เปิดเผย ณ สถานประกอบการ และแจ้งการเปลี่ยนแปลงผู้ดำเนินกิจการ"
    "ภายใน ๓๐ วันนับแต่วันที่เปลี่ยนแปลง มิฉะนั้นอาจถูกสั่งพักใช้ใบอนุญาต"
)


@dataclass(frozen=True)
class DrawnFont:
    """What a content stream needs to be read: widths and texts by code."""

    widths: list[float]
    texts: dict[int, str]


@dataclass(frozen=True)
class DrawnLine:
    """One line as the page draws it; its ends in points."""

    left: float
    right: float
    text: str
    gaps: list[tuple[str, float]]
    """Text of each letter but the last, and the gap after it in 1/1000 em."""


def read_font(font: pikepdf.Object) -> DrawnFont:
    widths = [float(width) for width in font.DescendantFonts[0].W[1]]
    texts: dict[int, str] = {}
    ranges = re.findall(
        r"<(\w+)> <\w+> \[(.*?)\]", font.ToUnicode.read_bytes().decode()
    )
    for first, listed in ranges:
        for code, text in enumerate(re.findall(r"<(\w+)>", listed), int(first, 16)):
            texts[code] = bytes.fromhex(text).decode("utf-16-be")
    assert sorted(texts) == list(range(1, len(widths) + 1))
    return DrawnFont(widths, texts)


def read_lines(pdf: bytes) -> Iterator[DrawnLine]:
    """Yield the lines of the first page, in the order they are drawn in."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        page = opened.pages[0]
        fonts = {name: read_font(font) for name, font in page.Resources.Font.items()}
        x = size = 0.0
        font = DrawnFont([], {})
        for step in pikepdf.parse_content_stream(page):
            if str(step.operator) == "Td":
                x = float(step.operands[0])
            elif str(step.operator) == "Tf":
                font, size = fonts[str(step.operands[0])], float(step.operands[1])
            elif str(step.operator) == "TJ":
                yield read_line(step.operands[0], font, x, size)


def read_line(
    array: pikepdf.Object, font: DrawnFont, x: float, size: float
) -> DrawnLine:
    pen, texts = 0.0, list[str]()
    gaps: list[float] = []
    for part in array:
        if isinstance(part, pikepdf.String):
            data = bytes(part)
            for code in struct.unpack(f">{len(data) // 2}H", data):
                pen += font.widths[code - 1]
                texts.append(font.texts[code])
                gaps.append(0)
        else:
            pen -= float(part)
            gaps[-1] -= float(part)
    after = list(zip(texts, gaps, strict=True))[:-1]
    return DrawnLine(x, x + pen * size / 1000, "".join(texts), after)


def draw_paragraph(text: str, settings: str) -> list[DrawnLine]:
    """Draw one paragraph; return its lines."""
    sheet = draw_sheet([Paragraph(texts=[text], settings=settings)], "")
    lines = list(read_lines(sheet))
    start = 1 + [line.text for line in lines].index("≈≈≈")
    end = [line.text for line in lines].index("≠≠≠")
    return lines[start:end]


def test_justified_lines_end_at_the_margin_and_the_last_one_is_ragged() -> None:
    lines = draw_paragraph(THAI, f'align = "justify"\nindent = {INDENT / MM}')
    assert len(lines) >= 4
    assert lines[0].left == pytest.approx(LEFT + INDENT, abs=0.02)
    for line in lines[1:]:
        assert line.left == pytest.approx(LEFT, abs=0.02)
    for line in lines[:-1]:
        assert line.right == pytest.approx(RIGHT, abs=0.05)
    assert lines[-1].right < RIGHT - 10
    assert {gap for _, gap in lines[-1].gaps} == {0}


def test_letters_of_justified_lines_do_not_look_like_words() -> None:
    maker = TextMaker(TEXT_SEED, 7)
    for _ in range(20):
        text = f"{THAI} {maker.text()} {maker.text()} {maker.text()}"
        for line in draw_paragraph(text, 'align = "justify"\nmargin = 60')[:-1]:
            letters = [gap for letter, gap in line.gaps if letter != " "]
            spaces = [gap for letter, gap in line.gaps if letter == " "]
            assert max(letters) <= MOST_LETTER_GAP + MOST_KERNING, line.text
            assert min(spaces, default=0) >= -MOST_KERNING
            # Either the line is spread to the margin, or it is left as it is.
            full = line.right == pytest.approx(RIGHT, abs=0.05)
            natural = max(letters) <= MOST_KERNING and not any(spaces)
            assert full or natural or max(letters) <= MOST_LETTER_GAP


def test_spaces_stretch_more_than_letters() -> None:
    for line in draw_paragraph(THAI, 'align = "justify"')[:-1]:
        spaces = [gap for letter, gap in line.gaps if letter == " "]
        letters = [gap for letter, gap in line.gaps if letter != " "]
        if spaces:
            assert min(spaces) >= max(letters)


def test_centred_lines_stand_in_the_middle() -> None:
    lines = draw_paragraph(THAI, 'align = "center"')
    assert len(lines) >= 3
    for line in lines:
        middle = (line.left + line.right) / 2
        assert middle == pytest.approx((LEFT + RIGHT) / 2, abs=0.05)
        assert {gap for _, gap in line.gaps} == {0}


def test_lines_set_to_the_right_end_at_the_margin() -> None:
    for line in draw_paragraph(THAI, 'align = "right"'):
        assert line.right == pytest.approx(RIGHT, abs=0.05)


def test_a_line_that_would_be_torn_apart_is_left_ragged() -> None:
    wide = "K3XQ7M2ZD4A6TB5RWYHNCPEJGA" * 2
    lines = draw_paragraph(f"กข {wide} กข", 'align = "justify"\nmargin = 24')
    assert [line.text.strip() for line in lines] == ["กข", wide, "กข"]
    assert lines[0].right < RIGHT - 100
