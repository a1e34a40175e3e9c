# SPDX-License-Identifier: Apache-2.0
"""Archival fonts: every letter can be drawn, and copied, in thirty years.

Checks of ISO 19005-3, 6.2.11, and ISO 14289-1, 7.21: the program is in the file, has
a glyph with ink for every code shown, of the width the file says, and every code has
its characters, none of them private.
"""

import re
import struct
from collections.abc import Iterable, Mapping
from typing import Final

from pikepdf import Array, Name, Object, Stream

from issuer.errors import GateError
from issuer.refusals import Refusal, refuse, refuse_archive, refuse_part
from issuer.resources import Drawing, check_stream
from issuer.truetype import Outlines

_CHARACTERS: Final = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_RANGES: Final = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
_CODE: Final = re.compile(rb"<\s*([0-9A-Fa-f\s]+)>\s*<\s*([0-9A-Fa-f\s]+)>")
_RANGE: Final = re.compile(
    rb"<\s*([0-9A-Fa-f]+)\s*>\s*<\s*([0-9A-Fa-f]+)\s*>\s*"
    rb"(?:<\s*([0-9A-Fa-f]+)\s*>|\[([^\]]*)\])"
)
_HEX: Final = re.compile(rb"<\s*([0-9A-Fa-f]+)\s*>")
_PRIVATE: Final = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_NO_CHARACTERS: Final = ("\0", "\ufeff", "\ufffe")
_SIMPLE_KINDS: Final = ("/TrueType", "/Type1", "/MMType1")
_KNOWN_ENCODINGS: Final = ("/WinAnsiEncoding", "/MacRomanEncoding")
_LARGEST_SPAN: Final = 256
"""Codes in one bfrange: the last byte counts (Adobe TN 5014, 1.4.2)."""
_WIDTH_TOLERANCE: Final = 1.0


def check_fonts(drawing: Drawing) -> None:
    """Check every font that sets text, for the codes it sets.

    Raises:
        GateError: a letter could not be drawn or copied from the file alone.
    """
    for key, font in drawing.fonts.items():
        codes = "".join(strings.decode("ascii") for strings in drawing.shown[key])
        kind, name = str(font.get("/Subtype")), str(font.get("/BaseFont", ""))[1:]
        if kind == "/Type0":
            _check_composite(font, name, bytes.fromhex(codes))
        elif kind in _SIMPLE_KINDS:
            _check_simple(font, name, bytes.fromhex(codes))
        else:
            raise refuse_part(Refusal.NOT_PERMITTED, f"a font of kind {kind}")


def _check_composite(font: Object, name: str, shown: bytes) -> None:
    """Check a Type 0 font, of which only the plainest kind is taken."""
    if len(shown) % 2:
        raise _unmapped(name)
    codes = set(struct.unpack(f">{len(shown) // 2}H", shown))
    if font.get("/Encoding") != Name("/Identity-H"):
        raise refuse_archive(
            "6.2.11.3.3",
            th=f"แบบอักษร {name} ใช้รหัสอักขระที่ไม่รองรับ",
            en=f"font {name} is encoded otherwise than Identity-H",
        )
    descendant = font.DescendantFonts[0]
    if "/CIDSystemInfo" not in descendant:
        raise refuse_archive(
            "6.2.11.3.1",
            th=f"แบบอักษร {name} ไม่บอกชุดอักขระ",
            en=f"font {name} has no CIDSystemInfo",
        )
    program = _find_program(descendant, name)
    texts = _check_characters(font, name, codes)
    if "/FontFile2" in descendant.FontDescriptor:
        blanks = {code for code in codes if not texts[code].strip()}
        outlines = _read_outlines(program, name)
        gids = _find_glyphs(descendant, name, codes)
        _check_glyphs(outlines, gids, blanks, name)
        _check_widths(outlines, gids, _read_widths(descendant, codes), name)


def _check_simple(font: Object, name: str, shown: bytes) -> None:
    _find_program(font, name)
    encoding = font.get("/Encoding")
    if "/ToUnicode" not in font and str(encoding) in _KNOWN_ENCODINGS:
        return
    _check_characters(font, name, set(shown))


def _find_program(font: Object, name: str) -> bytes:
    descriptor = font.get("/FontDescriptor")
    for key in ("/FontFile2", "/FontFile3", "/FontFile"):
        program = None if descriptor is None else descriptor.get(key)
        if isinstance(program, Stream):
            check_stream(program)
            return program.read_bytes()
    raise refuse_archive(
        "6.2.11.4.1",
        th=f"แบบอักษร {name} ไม่ได้ฝังอยู่ในไฟล์",
        en=f"font {name} is not embedded",
    )


def _check_characters(
    font: Object, name: str, codes: Iterable[int]
) -> Mapping[int, str]:
    """Check that every code has characters, and return them."""
    texts = _read_to_unicode(font)
    shown = [texts.get(code, "") for code in codes]
    together = "".join(shown)
    if not all(shown) or any(character in together for character in _NO_CHARACTERS):
        raise _unmapped(name)
    if _PRIVATE.search(together):
        raise refuse_archive(
            "6.2.11.7.3",
            th=f"แบบอักษร {name} ใช้รหัสอักขระส่วนตัว (private use)",
            en=f"font {name} gives a letter a private code point",
        )
    return texts


def _read_to_unicode(font: Object) -> Mapping[int, str]:
    """Return the characters of each code (ISO 32000-1 §9.10.3)."""
    stream = font.get("/ToUnicode")
    if not isinstance(stream, Stream):
        return {}
    check_stream(stream)
    data = stream.read_bytes()
    texts = {
        int(code, 16): _decode(text)
        for block in _CHARACTERS.findall(data)
        for code, text in _CODE.findall(block)
    }
    for block in _RANGES.findall(data):
        for first, last, text, several in _RANGE.findall(block):
            texts.update(_spread(int(first, 16), int(last, 16), text, several))
    return texts


def _spread(first: int, last: int, text: bytes, several: bytes) -> dict[int, str]:
    codes = range(first, min(last + 1, first + _LARGEST_SPAN))
    if several:
        return dict(zip(codes, map(_decode, _HEX.findall(several)), strict=False))
    start = _decode(text)
    return {
        code: start[:-1] + chr(ord(start[-1]) + code - first) for code in codes if start
    }


def _decode(text: bytes) -> str:
    return bytes.fromhex(text.decode("ascii")).decode("utf-16-be", "replace")


def _read_outlines(program: bytes, name: str) -> Outlines:
    try:
        return Outlines.read(program)
    except ValueError as error:
        raise refuse_archive(
            "6.2.11.2",
            th=f"ไฟล์แบบอักษร {name} เสียหาย",
            en=f"the program of font {name} is broken",
        ) from error


def _find_glyphs(descendant: Object, name: str, codes: set[int]) -> dict[int, int]:
    """Return the glyph of each code (ISO 19005-3, 6.2.11.3.2)."""
    table = descendant.get("/CIDToGIDMap")
    if isinstance(table, Stream):
        check_stream(table)
        data = table.read_bytes()
        return {
            code: int.from_bytes(data[2 * code : 2 * code + 2], "big") for code in codes
        }
    if table == Name.Identity:
        return {code: code for code in codes}
    raise refuse_archive(
        "6.2.11.3.2",
        th=f"แบบอักษร {name} ไม่มีตาราง CIDToGIDMap",
        en=f"font {name} has no CIDToGIDMap",
    )


def _check_glyphs(
    outlines: Outlines, gids: Mapping[int, int], blanks: set[int], name: str
) -> None:
    for code, gid in gids.items():
        if gid == 0 or gid >= outlines.count:
            raise refuse_archive(
                "6.2.11.8",
                th=f"แบบอักษร {name} ไม่มีรูปของอักขระบางตัว",
                en=f"font {name} has no glyph for a code that is shown",
            )
        if code not in blanks and not outlines.has_ink(gid):
            raise refuse(
                Refusal.GLYPH_EMPTY,
                th=f"แบบอักษร {name} มีอักขระที่มองไม่เห็น โปรดแจ้งผู้ดูแลแบบเอกสาร",
                en=f"font {name} draws nothing for a letter that is shown",
            )


def _read_widths(descendant: Object, codes: set[int]) -> dict[int, float]:
    """Return the widths the file gives (ISO 32000-1 §9.7.4.3)."""
    default = float(descendant.get("/DW", 1000))
    widths = dict.fromkeys(codes, default)
    entries = list(descendant.get("/W", Array()).as_list())
    while len(entries) > 1:
        first, second = int(entries[0]), entries[1]
        if isinstance(second, Array):
            found = {first + i: float(w) for i, w in enumerate(second.as_list())}
            entries = entries[2:]
        else:
            found = dict.fromkeys(range(first, int(second) + 1), float(entries[2]))
            entries = entries[3:]
        widths.update((code, found[code]) for code in codes & found.keys())
    return widths


def _check_widths(
    outlines: Outlines, gids: Mapping[int, int], widths: Mapping[int, float],
    name: str,
) -> None:  # fmt: skip
    for code, gid in gids.items():
        if abs(outlines.width(gid) - widths[code]) > _WIDTH_TOLERANCE:
            raise refuse_archive(
                "6.2.11.5",
                th=f"ความกว้างอักขระของแบบอักษร {name} ไม่ตรงกัน",
                en=f"font {name} and the file differ over the width of a letter",
            )


def _unmapped(name: str) -> GateError:
    return refuse_archive(
        "6.2.11.7.2",
        th=f"คัดลอกข้อความที่ใช้แบบอักษร {name} ไม่ได้ครบ",
        en=f"font {name} shows a code that has no characters (ToUnicode)",
    )
