# SPDX-License-Identifier: Apache-2.0
"""What is copied from a page is what was typed: texts of one line each.

Some thousands of made-up texts, each a field of a document that is drawn as it would
be issued. Every reader must give every line back, character for character.
"""

import functools
import unicodedata

import pytest
from fontTools.ttLib import TTFont

from templates.families import SARABUN
from templates.spelling import normalise_text
from tests.readers import READERS, split_lines
from tests.settings import TEXT_SEED, TEXTS
from tests.text_sheet import Paragraph, cut_texts, draw_sheet
from tests.thai_text import TextMaker

BATCH = 500
PAGE = 'orientation = "landscape"\nleft = 5\nright = 5\nsize = 9'
ALIGNS = ("left", "center", "right")


@functools.cache
def draw_batch(number: int) -> tuple[list[str], bytes]:
    maker = TextMaker(TEXT_SEED, number)
    texts = [maker.text() for _ in range(BATCH)]
    bold = str(bool(number % 2)).lower()
    sheet = draw_sheet(
        [
            Paragraph(
                texts=[text],
                settings=f'align = "{ALIGNS[index % 3]}"\nbold = {bold}',
            )
            for index, text in enumerate(texts)
        ],
        PAGE,
    )
    return [unicodedata.normalize("NFC", text) for text in texts], sheet


@pytest.mark.parametrize("number", range(-(-TEXTS // BATCH)))
@pytest.mark.parametrize("reader", READERS)
def test_every_line_is_copied_as_it_was_typed(reader: str, number: int) -> None:
    texts, sheet = draw_batch(number)
    copied = cut_texts(split_lines(READERS[reader](sheet)))
    differing = [pair for pair in zip(texts, copied, strict=False) if len({*pair}) > 1]
    assert not differing, f"TRA_TEST_TEXT_SEED={TEXT_SEED}: {differing[:3]}"
    assert len(copied) == len(texts)


SARA_AM = "\u0e33"
CONSONANTS = "กขฃคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรฤลฦวศษสหฬอฮ"
TONES = ("", "่", "้", "๊", "๋")
VOWELS = ("ั", "ิ", "ี", "ึ", "ื", "ุ", "ู")
ALONE = ("็", "\u0e4d", "ิ\u0e4d", "ฺ", "๎", "์", "ิ์", "ุ์", "ุ\u0e4d")


def spell_letters() -> list[str]:
    """Spell every consonant with every vowel and mark that it can wear."""
    marks = [
        *(vowel + tone for vowel in ("", *VOWELS) for tone in TONES),
        *(tone + SARA_AM for tone in TONES),
        *ALONE,
    ]
    return [consonant + mark for consonant in CONSONANTS for mark in marks]


@functools.cache
def draw_letters(*, bold: bool) -> tuple[list[str], bytes]:
    letters = spell_letters()
    lines = ["".join(letters[at : at + 40]) for at in range(0, len(letters), 40)]
    settings = f"bold = {str(bold).lower()}"
    sheet = draw_sheet(
        [Paragraph(texts=[line], settings=settings) for line in lines], PAGE
    )
    return [unicodedata.normalize("NFC", line) for line in lines], sheet


@pytest.mark.parametrize("bold", [False, True], ids=["regular", "bold"])
@pytest.mark.parametrize("reader", READERS)
def test_every_letter_of_thai_is_copied_as_it_was_typed(
    reader: str, *, bold: bool
) -> None:
    lines, sheet = draw_letters(bold=bold)
    assert cut_texts(split_lines(READERS[reader](sheet))) == lines


UNSEEN = {"Cc", "Cf", "Co", "Cn", "Zs"}
"""Categories of characters that a field refuses, or stores as a blank."""


def list_characters(*, bold: bool) -> list[str]:
    """Return lines with every character of the font, alone and beside letters."""
    table = TTFont(str(SARABUN.find_file(bold=bold))).getBestCmap()
    lines = []
    for char in map(chr, sorted(table)):
        kind = unicodedata.category(char)
        is_thai = "\u0e00" <= char <= "\u0e7f"
        if kind in UNSEEN:
            continue
        if is_thai and (kind.startswith("M") or "\u0e30" <= char <= "\u0e3a"):
            lines.append(f"กข{char}ค ก{char}")
        elif kind.startswith("M"):
            lines.append(f"กขx{char}ค B{char}")
        else:
            lines.append(f"กข{char} A{char}B {char}")
    return lines


@functools.cache
def draw_characters(*, bold: bool) -> tuple[list[str], bytes]:
    lines = list_characters(bold=bold)
    settings = f"bold = {str(bold).lower()}"
    sheet = draw_sheet(
        [Paragraph(texts=[line], settings=settings) for line in lines], ""
    )
    return [normalise_text(line) for line in lines], sheet


@pytest.mark.parametrize("bold", [False, True], ids=["regular", "bold"])
@pytest.mark.parametrize("reader", READERS)
def test_every_character_of_the_font_is_copied(reader: str, *, bold: bool) -> None:
    lines, sheet = draw_characters(bold=bold)
    assert len(lines) > 700
    assert cut_texts(split_lines(READERS[reader](sheet))) == lines


def test_letters_pasted_as_one_character_are_stored_as_letters() -> None:
    """What readers take apart could not be copied as it was typed."""
    assert normalise_text("o\ufb03ce \ufb01ve \ufb02at") == "office five flat"
