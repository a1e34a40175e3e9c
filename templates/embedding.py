# SPDX-License-Identifier: Apache-2.0
"""Embedding: puts the fonts that drawn pages use into their file."""

from collections.abc import Mapping

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from templates.fonts import EmbeddedFont


def embed_fonts(pdf: Pdf, fonts: Mapping[str, EmbeddedFont]) -> None:
    """Put fonts where the pages look for them: in one dictionary that all share."""
    shared = pdf.pages[0].Resources.Font
    for name, font in fonts.items():
        shared[f"/{name}"] = _embed_font(pdf, font)


def _embed_font(pdf: Pdf, font: EmbeddedFont) -> pikepdf.Object:
    """Return the font as Type 0 with a CIDFontType2 descendant (ISO 32000-1 §9.7)."""
    program = pdf.make_stream(font.program, Length1=len(font.program))
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name(f"/{font.name}"),
        Flags=4,
        FontBBox=Array([-500, -300, 1200, 1200]),
        ItalicAngle=0,
        Ascent=round(font.ascender),
        Descent=round(font.descender),
        CapHeight=round(font.ascender * 0.65),
        StemV=140 if "Bold" in font.name else 80,
        FontFile2=program,
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name(f"/{font.name}"),
        CIDSystemInfo=Dictionary(
            Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0
        ),
        FontDescriptor=pdf.make_indirect(descriptor),
        W=Array([1, Array([round(width) for width in font.widths])]),
        DW=0,
        CIDToGIDMap=Name.Identity,
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name(f"/{font.name}"),
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=pdf.make_stream(font.to_unicode),
        )
    )
