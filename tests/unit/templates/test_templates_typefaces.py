# SPDX-License-Identifier: Apache-2.0
"""A type may bring its own fonts, if documents may carry them and Thai is all there."""

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from fontTools.ttLib import TTFont

from templates.artwork import check_artwork
from templates.catalogue import DocumentType
from templates.errors import TypeFileError
from templates.families import SARABUN
from tests.unit.templates.layout_world import (
    TITLE,
    draw_document,
    make_type,
    read_pages,
)

LIGHT = SARABUN.find_file(bold=False).with_name("Sarabun-Light.ttf")
PAGE = """
[page]
[page.font]
regular = "TH Own New.ttf"
bold = "TH Own New Bold.ttf"
scale = {scale}
"""


def make_own(
    folder: Path, change: Callable[[TTFont], None] | None = None, *, scale: float = 0.75
) -> DocumentType:
    """Make a type with fonts of its own, the bold one changed."""
    shutil.copy(LIGHT, folder / "TH Own New.ttf")
    font = TTFont(SARABUN.find_file(bold=True))
    if change:
        change(font)
    font.save(folder / "TH Own New Bold.ttf")
    return make_type(folder, TITLE, page=PAGE.format(scale=scale))


def test_a_type_is_set_in_its_own_fonts(tmp_path: Path) -> None:
    kind = make_own(tmp_path)
    check_artwork(kind)
    pdf = draw_document(kind).pdf
    assert "ใบอนุญาตตัวอย่าง" in read_pages(pdf)[0]
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        fonts = opened.pages[0].Resources.Font.values()
        names = {str(font.BaseFont).partition("+")[2] for font in fonts}
    assert names == {"THOwnNew", "THOwnNewBold"}


def test_letters_are_as_large_as_the_scale_says(tmp_path: Path) -> None:
    sizes = []
    for scale in (0.5, 1.0):
        folder = tmp_path / str(scale)
        folder.mkdir()
        pdf = draw_document(make_own(folder, scale=scale)).pdf
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            steps = pikepdf.parse_content_stream(opened.pages[0])
        sizes.append([float(s.operands[1]) for s in steps if str(s.operator) == "Tf"])
    assert [size * 2 for size in sizes[0]] == pytest.approx(sizes[1], abs=0.02)


def forbid(bits: int) -> Callable[[TTFont], None]:
    def change(font: TTFont) -> None:
        font["OS/2"].fsType = bits

    return change


def lose_letter(font: TTFont) -> None:
    for table in font["cmap"].tables:
        table.cmap.pop(0x0E49, None)


@pytest.mark.parametrize("bits", [0, 4, 8])
def test_fonts_that_documents_may_carry_are_taken(tmp_path: Path, bits: int) -> None:
    check_artwork(make_own(tmp_path, forbid(bits)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (forbid(0x0002), "its licence forbids that documents carry it .fsType 0x0002"),
        (forbid(0x0108), "its licence forbids"),
        (forbid(0x0200), "its licence forbids"),
        (lose_letter, r"lacks 1 letters or signs, the first .* \(U\+0E49\)"),
    ],
)
def test_a_font_that_may_not_or_cannot_serve_is_refused(
    tmp_path: Path, change: Callable[[TTFont], None], words: str
) -> None:
    with pytest.raises(TypeFileError, match=words) as caught:
        check_artwork(make_own(tmp_path, change))
    assert caught.value.file == tmp_path / "TH Own New Bold.ttf"
    assert caught.value.fix


@pytest.mark.parametrize("content", [b"", b"OTTO" + bytes(100), b"<html>"])
def test_a_file_that_is_no_truetype_font_is_refused(
    tmp_path: Path, content: bytes
) -> None:
    kind = make_own(tmp_path)
    (tmp_path / "TH Own New.ttf").write_bytes(content)
    with pytest.raises(TypeFileError, match="not a font with TrueType outlines"):
        check_artwork(kind)


@pytest.mark.parametrize("at", [8, 40, 2000, 20_000])
def test_a_font_cut_off_is_refused(tmp_path: Path, at: int) -> None:
    """Before a document meets the glyph that is missing."""
    kind = make_own(tmp_path)
    file = tmp_path / "TH Own New Bold.ttf"
    file.write_bytes(file.read_bytes()[:at])
    with pytest.raises(TypeFileError) as caught:
        check_artwork(kind)
    assert caught.value.file == file


def test_a_font_whose_letters_lack_parts_is_refused(tmp_path: Path) -> None:
    kind = make_own(tmp_path)
    file = tmp_path / "TH Own New Bold.ttf"
    program = bytearray(file.read_bytes())
    font = TTFont(io.BytesIO(program))
    start = font.reader.tables["glyf"].offset
    start += font["loca"].locations[font.getGlyphID("eacute")]
    program[start + 12 : start + 14] = b"\xff\x00"  # the number of its first part
    file.write_bytes(program)
    with pytest.raises(TypeFileError, match="it is damaged"):
        check_artwork(kind)
