# SPDX-License-Identifier: Apache-2.0
"""What is taken out of a font is drawn as it was there; what was not asked for is gone.

fontTools is the judge: it reads what was written with code of its own.
"""

import io
from itertools import pairwise

import pytest
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from templates.families import SARABUN
from templates.fontfile import FontFile, Part, compose, write_font

PROGRAM = SARABUN.find_file(bold=False).read_bytes()
SOURCE = TTFont(io.BytesIO(PROGRAM))
INSTRUCTIONS = bytes([0xB0, 7] * 30)


def read(program: bytes) -> TTFont:
    return TTFont(io.BytesIO(program), checkChecksums=2)


def draw(font: TTFont, gid: int) -> list[tuple[str, tuple[tuple[float, float], ...]]]:
    glyphs = font.getGlyphSet()
    pen = DecomposingRecordingPen(glyphs)
    glyphs[font.getGlyphName(gid)].draw(pen)
    return list(pen.value)


def metrics(font: TTFont, gid: int) -> tuple[int, int]:
    advance, bearing = font["hmtx"][font.getGlyphName(gid)]
    return advance, bearing


def test_every_glyph_is_drawn_as_it_was() -> None:
    count = SOURCE["maxp"].numGlyphs
    gids = [index * 10 % count for index in range(count)]  # 777 and 10: every one
    assert set(gids) == set(range(count))
    written = read(write_font(FontFile(PROGRAM), gids))
    for new, old in enumerate(gids, start=1):
        assert draw(written, new) == draw(SOURCE, old), old
        assert metrics(written, new) == metrics(SOURCE, old), old


def test_parts_come_along_and_nothing_else_does() -> None:
    accented = SOURCE.getGlyphID("eacute")
    parts = {part.glyphName for part in SOURCE["glyf"]["eacute"].components}
    written = read(write_font(FontFile(PROGRAM), [accented]))
    assert written["maxp"].numGlyphs == 2 + len(parts)
    assert draw(written, 1) == draw(SOURCE, accented)
    assert sorted(written.keys()) == [
        "GlyphOrder", "glyf", "head", "hhea", "hmtx", "loca", "maxp",
    ]  # fmt: skip


def test_hinting_is_left_out() -> None:
    hinted = TTFont(io.BytesIO(PROGRAM))
    for name in ("a", "eacute"):
        glyph = hinted["glyf"][name]
        glyph.expand(hinted["glyf"])
        program = type(hinted["glyf"]["b"].program)()
        program.fromBytecode(INSTRUCTIONS)
        glyph.program = program
    out = io.BytesIO()
    hinted.save(out)
    assert out.getvalue().count(INSTRUCTIONS) == 2
    gids = [SOURCE.getGlyphID(name) for name in ("a", "eacute")]
    written = write_font(FontFile(out.getvalue()), gids)
    assert INSTRUCTIONS[:8] not in written
    assert [draw(read(written), gid) for gid in (1, 2)] == [
        draw(SOURCE, gid) for gid in gids
    ]


@pytest.mark.parametrize(("dx", "dy"), [(0, 0), (127, -128), (128, 0), (-640, 900)])
def test_a_composed_glyph_moves_its_parts(dx: int, dy: int) -> None:
    first, second = (SOURCE.getGlyphID(name) for name in ("a", "b"))
    glyph = compose([Part(first, 0, 0), Part(second, dx, dy)], 777, (-9, -8, 7, 6))
    written = read(write_font(FontFile(PROGRAM), [second, glyph]))
    assert metrics(written, 2) == (777, -9)
    moved = [
        (step, tuple((x + dx, y + dy) for x, y in points))
        for step, points in draw(SOURCE, second)
    ]
    assert draw(written, 2) == draw(SOURCE, first) + moved
    composed = written["glyf"][written.getGlyphName(2)]
    assert (composed.xMin, composed.yMin, composed.xMax, composed.yMax) == (
        -9,
        -8,
        7,
        6,
    )


def test_many_glyphs_take_the_long_table() -> None:
    source = FontFile(PROGRAM)
    gids = [gid for gid in range(source.count) if source.glyph(gid).data] * 4
    written = read(write_font(source, gids))
    assert written["head"].indexToLocFormat == 1
    assert draw(written, len(gids)) == draw(SOURCE, gids[-1])


def test_glyphs_lie_where_every_reader_looks_for_them() -> None:
    written = read(write_font(FontFile(PROGRAM), range(40, 90)))
    starts = list(written["loca"].locations)
    assert all(before <= after for before, after in pairwise(starts))
    assert all(start % 2 == 0 for start in starts)
    assert written["hhea"].numberOfHMetrics == written["maxp"].numGlyphs


@pytest.mark.parametrize("cut", [0, 3, 11, 200, 1_000, 20_000])
def test_a_font_cut_off_is_an_error(cut: int) -> None:
    with pytest.raises(ValueError, match=r"broken|cut off"):
        write_font(FontFile(PROGRAM[:cut]), range(1, 700))


def test_a_glyph_that_is_not_there_is_an_error() -> None:
    source = FontFile(PROGRAM)
    with pytest.raises(ValueError, match="glyph 60000"):
        write_font(source, [60_000])
