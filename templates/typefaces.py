# SPDX-License-Identifier: Apache-2.0
"""Typefaces: whether the font files of a type may and can be embedded.

A font needs TrueType outlines, a licence that lets documents carry it, and all that
Thai is written with. The fonts that come with Tra have it all.
"""

import functools
from pathlib import Path

import uharfbuzz as hb

from templates.errors import TypeFileError
from templates.families import Family
from templates.fontfile import FontFile

MAX_FILE_BYTES = 20_000_000
_TRUETYPE = frozenset({b"\x00\x01\x00\x00", b"true"})
_NEEDED = frozenset({"glyf", "loca", "head", "hhea", "hmtx", "maxp", "cmap", "OS/2"})
_RESTRICTED, _NO_SUBSETTING, _BITMAPS_ONLY = 0x0002, 0x0100, 0x0200
"""Bits of fsType in the table OS/2 (OpenType 1.9)."""
_FSTYPE_AT = 8
_LETTERS = frozenset(
    {
        *range(0x20, 0x7F),
        *range(0x0E01, 0x0E3B),
        *range(0x0E40, 0x0E4E),
        *range(0x0E50, 0x0E5A),
    }
)
"""Latin letters and signs, Thai consonants, vowels, tone marks and digits."""


def check_family(family: Family) -> None:
    """Check the files of a family.

    Raises:
        TypeFileError: one of them may not, or cannot, be embedded.
    """
    if family.folder is None:
        return  # the fonts that come with Tra
    for bold in (False, True):
        _check_file(family.find_file(bold=bold))


@functools.cache
def _check_file(file: Path) -> None:
    data = _read(file)
    face = hb.Face(data)
    missing = _NEEDED - set(face.table_tags)
    if data[:4] not in _TRUETYPE or missing:
        raise TypeFileError(
            file,
            "it is not a font with TrueType outlines",
            fix="Use its version as .ttf; .otf and .ttc files cannot be embedded here.",
        )
    _check_glyphs(file, data)
    licence = int.from_bytes(
        bytes(face.reference_table("OS/2").data[_FSTYPE_AT : _FSTYPE_AT + 2]), "big"
    )
    if licence & (_RESTRICTED | _NO_SUBSETTING | _BITMAPS_ONLY):
        raise TypeFileError(
            file,
            "its licence forbids that documents carry it "
            f"(fsType {licence:#06x} in the table OS/2)",
            fix="Use another font, such as one of the national fonts.",
        )
    lacking = sorted(_LETTERS - set(face.unicodes))
    if lacking:
        raise TypeFileError(
            file,
            f"it lacks {len(lacking)} letters or signs, the first "
            f"{chr(lacking[0])!r} (U+{lacking[0]:04X})",
            fix="Use a font with all Thai and Latin letters, for regular and for bold.",
        )


def _check_glyphs(file: Path, data: bytes) -> None:
    """Read every glyph once, so that none is found broken in a document."""
    try:
        font = FontFile(data)
        for gid in range(font.count):
            for _, part in font.glyph(gid).parts:
                font.glyph(part)
    except ValueError as error:
        raise TypeFileError(
            file, f"it is damaged ({error})", fix="Get the font file anew."
        ) from error


def _read(file: Path) -> bytes:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise TypeFileError(
            file, f"cannot be read ({error})", fix="Put it beside type.toml."
        ) from error
    if len(data) > MAX_FILE_BYTES:
        raise TypeFileError(
            file, "it is too large for a font", fix="Put a font file there."
        )
    return data
