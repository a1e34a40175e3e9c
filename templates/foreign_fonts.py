# SPDX-License-Identifier: Apache-2.0
"""Foreign fonts: embedded, with what says which letters they show, and no more.

ISO 32000-1 §9.6 to §9.10; ISO 19005-3 §6.2.11.
"""

from collections.abc import Mapping
from typing import Any, Final

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from templates.foreign_values import (
    Keep,
    dictionary,
    keep,
    name,
    number,
    numbers,
    short_text,
    widths,
)
from templates.instructions import FIX_FONT, refuse, refuse_if
from templates.unpacking import MAX_OTHER_BYTES, unpack

_NAMED_ENCODINGS: Final = frozenset({"/WinAnsiEncoding", "/MacRomanEncoding"})
_MAX_MAP_BYTES: Final = 1_000_000
_SIMPLE: Final[Mapping[str, Keep]] = {
    "/Type": name, "/Subtype": name, "/BaseFont": name, "/FirstChar": number,
    "/LastChar": number, "/Widths": numbers,
}  # fmt: skip
_COMPOSITE: Final[Mapping[str, Keep]] = {
    "/Type": name, "/Subtype": name, "/BaseFont": name,
}  # fmt: skip
_COLLECTION: Final = dictionary(
    {"/Registry": short_text, "/Ordering": short_text, "/Supplement": number}
)
_DESCENDANT: Final[Mapping[str, Keep]] = {
    **_COMPOSITE, "/CIDSystemInfo": _COLLECTION, "/DW": number, "/W": widths,
    "/DW2": numbers, "/W2": widths,
}  # fmt: skip
_DESCRIPTOR: Final[Mapping[str, Keep]] = {
    "/Type": name, "/FontName": name, "/FontStretch": name, "/FontWeight": number,
    "/FontBBox": numbers, "/Flags": number, "/ItalicAngle": number, "/Ascent": number,
    "/Descent": number, "/Leading": number, "/CapHeight": number, "/XHeight": number,
    "/StemV": number, "/StemH": number, "/AvgWidth": number, "/MaxWidth": number,
    "/MissingWidth": number,
}  # fmt: skip
_FILE: Final[Mapping[str, Keep]] = {
    "/Length1": number, "/Length2": number, "/Length3": number, "/Subtype": name,
}  # fmt: skip
_CMAP: Final[Mapping[str, Keep]] = {
    "/Type": name, "/CMapName": name, "/CIDSystemInfo": _COLLECTION, "/WMode": number,
}  # fmt: skip
_FILES: Final = ("/FontFile", "/FontFile2", "/FontFile3")
_KINDS: Final = frozenset({"/Type1", "/MMType1", "/TrueType", "/Type0"})


class FontCopier:
    """Copies fonts into a file, each once."""

    def __init__(self, target: Pdf) -> None:
        self._target = target
        self._copies: dict[tuple[int, int], Object] = {}

    def copy(self, font: Object) -> Object:
        """Copy a font.

        Raises:
            ForeignContentError: it is not embedded, or its text cannot be copied.
        """
        known = self._copies.get(font.objgen) if font.is_indirect else None
        if known is not None:
            return known
        copied = self._target.make_indirect(Dictionary(self._copy_entries(font)))
        if font.is_indirect:
            self._copies[font.objgen] = copied
        return copied

    def _copy_entries(self, font: Object) -> dict[str, Any]:
        called = str(font.get("/BaseFont", "/unnamed")).lstrip("/")
        kind = str(font.get("/Subtype"))
        refuse_if(kind == "/Type3", f"font {called} is of Type 3", FIX_FONT)
        refuse_if(kind not in _KINDS, f"font {called} is of an unknown kind", FIX_FONT)
        composite = kind == "/Type0"
        inner = font.DescendantFonts[0] if composite else font
        descriptor = inner.get("/FontDescriptor", Dictionary())
        refuse_if(
            not any(file in descriptor for file in _FILES),
            f"font {called} is not embedded",
            FIX_FONT,
        )
        mapped = "/ToUnicode" in font
        mapped |= not composite and str(font.get("/Encoding")) in _NAMED_ENCODINGS
        refuse_if(
            not mapped,
            f"text in font {called} cannot be copied or read aloud",
            FIX_FONT,
        )
        entries = keep(font, _COMPOSITE if composite else _SIMPLE)
        if composite:
            entries["/DescendantFonts"] = Array([self._copy_descendant(inner)])
        else:
            entries["/FontDescriptor"] = self._copy_descriptor(descriptor)
        if "/Encoding" in font:
            entries["/Encoding"] = self._copy_encoding(font.Encoding)
        if "/ToUnicode" in font:
            entries["/ToUnicode"] = self._copy_map(font.ToUnicode)
        return entries

    def _copy_descendant(self, font: Object) -> Object:
        entries = keep(font, _DESCENDANT)
        entries["/FontDescriptor"] = self._copy_descriptor(font.FontDescriptor)
        glyphs = font.get("/CIDToGIDMap")
        if isinstance(glyphs, Stream):
            data = unpack(glyphs, _MAX_MAP_BYTES)
            entries["/CIDToGIDMap"] = self._target.make_stream(data)
        elif glyphs is not None:
            entries["/CIDToGIDMap"] = name(glyphs)
        return self._target.make_indirect(Dictionary(entries))

    def _copy_descriptor(self, descriptor: Object) -> Object:
        entries = keep(descriptor, _DESCRIPTOR)
        for key in _FILES:
            if key in descriptor:
                program = descriptor[key]
                data = unpack(program, MAX_OTHER_BYTES)
                file = keep(program, _FILE)
                entries[key] = self._target.make_stream(data, Dictionary(file))
        return self._target.make_indirect(Dictionary(entries))

    def _copy_encoding(self, encoding: Object) -> Object:
        if isinstance(encoding, Stream):
            return self._copy_map(encoding)
        if isinstance(encoding, Name):
            return name(encoding)
        if not isinstance(encoding, Dictionary):
            refuse("it holds a font whose letters cannot be told", FIX_FONT)
        entries = keep(encoding, {"/Type": name, "/BaseEncoding": name})
        if "/Differences" in encoding:
            entries["/Differences"] = Array(
                [
                    name(one) if isinstance(one, Name) else number(one)
                    for one in encoding.Differences.as_list()
                ]
            )
        return Dictionary(entries)

    def _copy_map(self, stream: Object) -> Object:
        if not isinstance(stream, Stream):
            return name(stream)
        data = unpack(stream, _MAX_MAP_BYTES)
        return self._target.make_stream(data, Dictionary(keep(stream, _CMAP)))
