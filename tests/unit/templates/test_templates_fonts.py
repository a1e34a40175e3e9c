# SPDX-License-Identifier: Apache-2.0
"""Shaped letters stand for exactly the text that was typed."""

from io import BytesIO

import pytest
from fontTools.ttLib import TTFont

from templates.errors import GlyphMissingError, LetterTooHighError
from templates.families import SARABUN
from templates.fonts import FontUse, load_face

HARD = "ที่ น้ำ กำ ปี๊ ป่า ป้ำ ฟำ ฝ้าย ญู ฐุ ฏู กตัญญู เกี๊ยว ฤๅ ผึ้ง ปั้น ธุ์ สมัย ๑๒๓ A วันที่ fi VAT"


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("word", HARD.split(" "))
def test_letters_read_back_as_the_word(word: str, *, bold: bool) -> None:
    shape = load_face(SARABUN, bold=bold).shape(word)
    assert "".join(letter.text for letter in shape.letters) == word


def test_latin_before_thai_keeps_its_tone_mark() -> None:
    shape = load_face(SARABUN, bold=False).shape("A วันที่")
    assert [letter.text for letter in shape.letters] == ["A", " ", "วั", "น", "ที่"]


def test_a_character_without_glyph_is_named() -> None:
    with pytest.raises(GlyphMissingError, match="U\\+4E2D"):
        load_face(SARABUN, bold=False).shape("ก中")


@pytest.mark.parametrize("bold", [False, True])
def test_marks_that_reach_higher_than_thai_does_are_refused(*, bold: bool) -> None:
    face = load_face(SARABUN, bold=bold)
    for letter in ("ฟื้", "ฐู", "Ấ", "X\u0302\u0301", "g\u0327\u0331"):
        assert face.shape(letter).letters
    with pytest.raises(
        LetterTooHighError, match="U\\+1EA4 U\\+0301 U\\+0301"
    ) as caught:
        face.shape("xẤ\u0301\u0301y")
    assert "ทับบรรทัดอื่น" in caught.value.th


def test_the_embedded_font_holds_one_glyph_for_each_letter() -> None:
    use = FontUse(load_face(SARABUN, bold=False))
    letters = [
        letter for word in HARD.split(" ") for letter in use.face.shape(word).letters
    ]
    codes = [use.encode(letter) for letter in letters]
    embedded = use.embed()
    font = TTFont(BytesIO(embedded.program))
    count = font["maxp"].numGlyphs
    assert max(codes) < count
    widths = [font["hmtx"][font.getGlyphName(code)][0] for code in codes]
    assert widths == [embedded.widths[code - 1] for code in codes]
    glyf = font["glyf"]
    for code in set(codes):
        glyph = glyf[font.getGlyphName(code)]
        glyph.getCoordinates(glyf)  # raises where a part is missing


def test_the_same_letters_give_the_same_font() -> None:
    def embed() -> bytes:
        use = FontUse(load_face(SARABUN, bold=False))
        for letter in use.face.shape("กตัญญูน้ำ").letters:
            use.encode(letter)
        return use.embed().program

    assert embed() == embed()


def test_a_letter_made_again_keeps_its_code() -> None:
    face = load_face(SARABUN, bold=False)
    load_face.cache_clear()
    again = load_face(SARABUN, bold=False)
    use = FontUse(face)
    codes = [use.encode(letter) for letter in face.shape("น้ำผึ้ง").letters]
    assert [use.encode(letter) for letter in again.shape("น้ำผึ้ง").letters] == codes
    assert len(use.embed().widths) == len(codes)
