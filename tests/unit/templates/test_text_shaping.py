# SPDX-License-Identifier: Apache-2.0
"""Letters stand on the page where HarfBuzz puts them, and marks do not collide."""

import itertools
from io import BytesIO

import pytest
import uharfbuzz as hb
from fontTools.misc.transform import Identity
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from templates.families import SARABUN
from templates.fonts import EmbeddedFont, Face, FontUse, load_face
from tests.settings import TEXT_SEED
from tests.thai_text import TextMaker

# fmt: off
GOLDEN = (
    "ที่", "น้ำ", "กำ", "ปี๊", "ป่า", "ฝ้าย", "ญู", "ฐุ", "กตัญญู", "เกี๊ยว", "ผึ้ง", "ฟื้น", "ป้ำ", "ฬ่า",
    "ฏู", "ฎุ๊", "ฤๅ", "พุทฺธํ", "สิทธิ์", "พันธุ์",
)
# fmt: on
Placed = list[tuple[str, float, float]]


def shape_with_harfbuzz(file: str, text: str) -> Placed:
    """Shape a whole text at once; return glyph names and their places."""
    font = hb.Font(hb.Face(hb.Blob.from_file_path(file)))
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    hb.shape(font, buffer)
    pen, placed = 0, []
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        name = font.glyph_to_string(info.codepoint)
        placed.append((name, pen + position.x_offset, position.y_offset))
        pen += position.x_advance
    return placed


def place_letters(face: Face, file: str, text: str) -> Placed:
    """Return the glyphs of our letters and their places."""
    font = hb.Font(hb.Face(hb.Blob.from_file_path(file)))
    pen, placed = 0.0, []
    for letter in face.shape(text).letters:
        for part in letter.parts:
            name = font.glyph_to_string(part.gid)
            placed.append((name, pen + part.dx, part.dy))
        pen += letter.advance
    return placed


def made_up_words() -> list[str]:
    maker = TextMaker(TEXT_SEED, 6)
    return [maker.word() for _ in range(500)]


@pytest.mark.parametrize("bold", [False, True], ids=["regular", "bold"])
def test_glyphs_stand_where_harfbuzz_puts_them(*, bold: bool) -> None:
    face, file = load_face(SARABUN, bold=bold), str(SARABUN.find_file(bold=bold))
    for word in (*GOLDEN, *made_up_words()):
        assert place_letters(face, file, word) == shape_with_harfbuzz(file, word), word


@pytest.mark.parametrize("bold", [False, True], ids=["regular", "bold"])
@pytest.mark.parametrize(
    "text", ["A วันที่", "วันที่ A", "Aที่", "ที่A", "(ที่)", "ที่-ก", "๑ที่ 2ที่", "“น้ำ”", "B.E. ปี๊"]
)
def test_marks_survive_beside_latin_letters_and_signs(text: str, *, bold: bool) -> None:
    """A run of Thai is shaped as Thai, wherever it stands in the text."""
    face, file = load_face(SARABUN, bold=bold), str(SARABUN.find_file(bold=bold))
    placed = [name for name, _, _ in place_letters(face, file, text)]
    for part in ("วันที่", "ที่", "น้ำ", "ปี๊"):
        alone = [name for name, _, _ in shape_with_harfbuzz(file, part)]
        times = sum(placed[at : at + len(alone)] == alone for at in range(len(placed)))
        assert times >= text.count(part), (placed, alone)


def embed_word(face: Face, word: str) -> tuple[EmbeddedFont, list[int], list[float]]:
    """Embed the letters of a word; return font, glyphs and where they stand.

    Each code is the number of its glyph, too.
    """
    use = FontUse(face)
    letters = face.shape(word).letters
    codes = [use.encode(letter) for letter in letters]
    embedded = use.embed()
    starts = itertools.accumulate((letter.advance for letter in letters), initial=0.0)
    return embedded, codes, list(starts)[:-1]


Outline = list[tuple[str, tuple[tuple[float, float], ...]]]


def draw_outline(font: TTFont, name: str, dx: float, dy: float) -> Outline:
    pen = DecomposingRecordingPen(font.getGlyphSet())
    font.getGlyphSet()[name].draw(pen)
    moved = Identity.translate(dx, dy)
    return [
        (step, tuple(moved.transformPoint(point) for point in points if point))
        for step, points in pen.value
    ]


@pytest.mark.parametrize("bold", [False, True], ids=["regular", "bold"])
def test_the_embedded_outlines_are_those_of_harfbuzz(*, bold: bool) -> None:
    """What a viewer draws, composites taken apart, is what HarfBuzz would draw."""
    face, file = load_face(SARABUN, bold=bold), str(SARABUN.find_file(bold=bold))
    source = TTFont(file)
    for word in (*GOLDEN, *made_up_words()[:60]):
        embedded, gids, starts = embed_word(face, word)
        font = TTFont(BytesIO(embedded.program))
        drawn = [
            step
            for gid, start in zip(gids, starts, strict=True)
            for step in draw_outline(font, font.getGlyphName(gid), start, 0)
        ]
        wanted = [
            step
            for name, x, y in shape_with_harfbuzz(file, word)
            for step in draw_outline(source, name, x, y)
        ]
        assert drawn == wanted, word


@pytest.mark.parametrize("bold", [False, True], ids=["regular", "bold"])
@pytest.mark.parametrize("word", GOLDEN)
def test_marks_keep_clear_of_each_other_and_of_stems(word: str, *, bold: bool) -> None:
    """A tone mark stands above the vowel, and neither touches a tall consonant."""
    file = str(SARABUN.find_file(bold=bold))
    font = TTFont(file)
    glyphs = font.getGlyphSet()
    boxes = []
    for name, x, y in shape_with_harfbuzz(file, word):
        pen = BoundsPen(glyphs)
        glyphs[name].draw(pen)
        left, bottom, right, top = pen.bounds
        boxes.append((name, left + x, bottom + y, right + x, top + y))
    is_mark = {name for name, *_ in boxes if font["hmtx"][name][0] == 0}
    for one, other in itertools.combinations(boxes, 2):
        if {one[0], other[0]} <= is_mark:
            assert not overlap(one, other), (one, other)


def overlap(
    one: tuple[str, float, float, float, float],
    other: tuple[str, float, float, float, float],
) -> bool:
    _, left, bottom, right, top = one
    _, left2, bottom2, right2, top2 = other
    return left < right2 and left2 < right and bottom < top2 and bottom2 < top
