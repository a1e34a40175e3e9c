# SPDX-License-Identifier: Apache-2.0
"""TrueType: which glyphs of an embedded font have ink, and how wide they are.

Reads the few tables that tell so (OpenType 1.9: glyf, head, hhea, hmtx, loca).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_MAX_PARTS: Final = 6
"""Composites of composites; fonts have two or three."""
_GLYPH_HEADER: Final = 10
_WORDS, _MORE = 0x0001, 0x0020
_SCALES: Final = {0x0008: 2, 0x0040: 4, 0x0080: 8}
"""Bytes of the matrix of a part, by the flag that says there is one."""


@dataclass(frozen=True)
class Outlines:
    """The tables of a TrueType program that tell of glyphs."""

    glyf: bytes
    offsets: tuple[int, ...]
    hmtx: bytes
    full_metrics: int
    units_per_em: int

    @classmethod
    def read(cls, program: bytes) -> "Outlines":
        """Return the tables of a font.

        Raises:
            ValueError: the font is broken, or has no TrueType outlines.
        """
        try:
            tables = {
                tag: program[offset : offset + length]
                for tag, _, offset, length in struct.iter_unpack(
                    ">4sIII", program[12 : 12 + 16 * _uint16(program, 4)]
                )
            }
            head, loca = tables[b"head"], tables[b"loca"]
            long = _uint16(head, 50) == 1
            offsets = struct.unpack(
                f">{len(loca) // (4 if long else 2)}{'I' if long else 'H'}", loca
            )
            return cls(
                glyf=tables[b"glyf"],
                offsets=offsets if long else tuple(2 * value for value in offsets),
                hmtx=tables[b"hmtx"],
                full_metrics=_uint16(tables[b"hhea"], 34),
                units_per_em=_uint16(head, 18),
            )
        except (KeyError, struct.error) as error:
            raise ValueError("the font is broken") from error

    @property
    def count(self) -> int:
        """Return how many glyphs there are."""
        return len(self.offsets) - 1

    def has_ink(self, gid: int, depth: int = 0) -> bool:
        """Tell whether a glyph has an outline, its own or that of a part."""
        if gid >= self.count or depth > _MAX_PARTS:
            return False
        start, end = self.offsets[gid : gid + 2]
        if end - start < _GLYPH_HEADER:
            return False
        contours = struct.unpack_from(">h", self.glyf, start)[0]
        if contours >= 0:
            return bool(contours)
        return any(
            self.has_ink(part, depth + 1) for part in self._parts(start + _GLYPH_HEADER)
        )

    def _parts(self, at: int) -> Iterator[int]:
        """Yield the glyphs that a composite glyph is made of."""
        more = True
        while more:
            flags, gid = struct.unpack_from(">HH", self.glyf, at)
            yield gid
            at += 8 if flags & _WORDS else 6
            at += sum(size for flag, size in _SCALES.items() if flags & flag)
            more = bool(flags & _MORE)

    def width(self, gid: int) -> float:
        """Return the width of a glyph in thousandths of an em."""
        at = 4 * min(gid, self.full_metrics - 1)
        return _uint16(self.hmtx, at) * 1000 / self.units_per_em


def _uint16(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "big")
