# SPDX-License-Identifier: Apache-2.0
"""Font files: takes glyphs out of a TrueType font, and writes one that holds a few.

The glyphs of the font written stand in the order asked for, so that a PDF needs no
table from codes to glyphs. Composite glyphs draw a letter out of others (OpenType 1.9,
table glyf). Hinting is left out: screens no longer need it. A font with CFF outlines
is refused.
"""

import functools
import hashlib
import itertools
import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_TABLES: Final = ("glyf", "head", "hhea", "hmtx", "loca", "maxp")
"""All that a font embedded as CIDFontType2 must have (ISO 32000-1 §9.9)."""
_HEADER: Final = 10
"""Bytes before the outline of a glyph: number of contours, box."""
_ARGS_ARE_WORDS: Final = 0x0001
_ARGS_ARE_XY: Final = 0x0002
_MORE_COMPONENTS: Final = 0x0020
_HAS_INSTRUCTIONS: Final = 0x0100
_OFFSET_IS_UNSCALED: Final = 0x1000
_MATRICES: Final = {0x0008: 2, 0x0040: 4, 0x0080: 8}
"""Bytes of the matrix of a part, by the flag that says there is one."""
_HAS_MATRIX: Final = 0x0080
_BYTE: Final = range(-128, 128)
_LARGEST_SHORT: Final = 2 * 0xFFFF
"""Bytes of glyphs that a short table loca reaches."""
_CHECKSUM_MAGIC: Final = 0xB1B0AFBA


@dataclass(frozen=True, slots=True)
class Part:
    """One glyph within a letter: how far it is moved, and turned, in degrees."""

    gid: int
    dx: float
    dy: float
    turn: float = 0


@dataclass(frozen=True, slots=True)
class Glyph:
    """A glyph as table glyf has it, without hinting; lengths in font units."""

    data: bytes
    parts: tuple[tuple[int, int], ...]
    """Where in the data the number of another glyph stands, and which it is."""
    advance: int
    bearing: int
    """From the pen to the left edge."""


_EMPTY: Final = Glyph(b"", (), 0, 0)


class FontFile:
    """A TrueType font to take glyphs from."""

    def __init__(self, program: bytes) -> None:
        """Read the tables.

        Raises:
            ValueError: the font is broken, or has no TrueType outlines.
        """
        try:
            tables = _read_tables(program)
            head, loca = tables["head"], tables["loca"]
            self.version = program[:4]
            self.head, self.hhea, self.maxp = head, tables["hhea"], tables["maxp"]
            count: int = struct.unpack_from(">H", self.maxp, 4)[0]
            if struct.unpack_from(">h", head, 50)[0]:
                self._offsets = struct.unpack_from(f">{count + 1}I", loca)
            else:
                halves = struct.unpack_from(f">{count + 1}H", loca)
                self._offsets = tuple(2 * value for value in halves)
            self._glyf, self._hmtx = tables["glyf"], tables["hmtx"]
            self._full = struct.unpack_from(">H", self.hhea, 34)[0]
        except (struct.error, LookupError) as error:
            raise ValueError(
                "the font is broken, or has no TrueType outlines (table glyf)"
            ) from error
        self.count = count
        self.glyph = functools.lru_cache(maxsize=None)(self._read_glyph)

    def _read_glyph(self, gid: int) -> Glyph:
        """Return a glyph.

        Raises:
            ValueError: it is broken, or there is none of that number.
        """
        if not 0 <= gid < self.count:
            raise ValueError(f"glyph {gid} is not in the font")
        try:
            start, end = self._offsets[gid : gid + 2]
            data = self._glyf[start:end]
            if len(data) != end - start:
                raise ValueError(f"glyph {gid} is cut off")
            metrics = self._read_metrics(gid)
            if not data:
                return Glyph(b"", (), *metrics)
            if struct.unpack_from(">h", data)[0] < 0:
                return Glyph(*_read_composite(data), *metrics)
            return Glyph(_drop_instructions(data), (), *metrics)
        except (struct.error, LookupError) as error:
            raise ValueError(f"glyph {gid} is broken") from error

    def _read_metrics(self, gid: int) -> tuple[int, int]:
        if gid < self._full:
            advance, bearing = struct.unpack_from(">Hh", self._hmtx, 4 * gid)
            return advance, bearing
        (advance,) = struct.unpack_from(">H", self._hmtx, 4 * self._full - 4)
        at = 4 * self._full + 2 * (gid - self._full)
        return advance, struct.unpack_from(">h", self._hmtx, at)[0]


def compose(
    parts: Sequence[Part], advance: int, box: tuple[int, int, int, int]
) -> Glyph:
    """Return a glyph made of others, in font units; its box from left to top."""
    data = struct.pack(">h4h", -1, *box)
    places = []
    for index, part in enumerate(parts, start=1):
        dx, dy = int(part.dx), int(part.dy)
        small = dx in _BYTE and dy in _BYTE
        flags = _ARGS_ARE_XY | (0 if small else _ARGS_ARE_WORDS)
        flags |= _MORE_COMPONENTS if index < len(parts) else 0
        flags |= (_HAS_MATRIX | _OFFSET_IS_UNSCALED) if part.turn else 0
        places.append((len(data) + 2, part.gid))
        data += struct.pack(">HHbb" if small else ">HHhh", flags, 0, dx, dy)
        if part.turn:
            angle = math.radians(part.turn)
            sin, cos = math.sin(angle), math.cos(angle)
            matrix = (cos, sin, -sin, cos)
            data += struct.pack(">4h", *(round(value * 0x4000) for value in matrix))
    return Glyph(data, tuple(places), advance, box[0])


def write_font(source: FontFile, glyphs: Sequence[int | Glyph]) -> bytes:
    """Return a font with these glyphs from number 1 on, and what they are made of.

    Each is the number of a glyph of the source, or one composed of such.
    """
    chosen: list[Glyph] = [_EMPTY]
    homes: dict[int, int] = {}
    for glyph in glyphs:
        if isinstance(glyph, int):
            homes.setdefault(glyph, len(chosen))
            glyph = source.glyph(glyph)  # noqa: PLW2901 - the same one, read
        chosen.append(glyph)
    most = 1
    # Parts may have parts: the list grows while it is read.
    for glyph in chosen:
        most = max(most, len(glyph.parts))
        for _, gid in glyph.parts:
            if gid not in homes:
                homes[gid] = len(chosen)
                chosen.append(source.glyph(gid))
    tables = _write_outlines(
        [_place_parts(glyph, homes) if glyph.parts else glyph.data for glyph in chosen]
    )
    metrics = [v for glyph in chosen for v in (glyph.advance, glyph.bearing)]
    tables["hmtx"] = struct.pack(">" + "Hh" * len(chosen), *metrics)
    tables["head"] = bytearray(source.head)
    is_long = len(tables["loca"]) > 2 * (len(chosen) + 1)
    struct.pack_into(">h", tables["head"], 50, is_long)
    tables["hhea"] = bytearray(source.hhea)
    widest = max(*metrics[::2], struct.unpack_from(">H", source.hhea, 10)[0])
    struct.pack_into(">H", tables["hhea"], 10, widest)
    struct.pack_into(">H", tables["hhea"], 34, len(chosen))
    tables["maxp"] = _write_limits(source.maxp, len(chosen), most)
    return _write_tables(source.version, tables)


def name_subset(program: bytes) -> str:
    """Return the six letters before the name of a subset (ISO 32000-1 §9.6.4)."""
    digest = hashlib.sha256(program).digest()
    return "".join(chr(ord("A") + value % 26) for value in digest[:6])


def _drop_instructions(data: bytes) -> bytes:
    """Return a simple glyph without its instructions."""
    at = _HEADER + 2 * struct.unpack_from(">h", data)[0]
    (length,) = struct.unpack_from(">H", data, at)
    return data[:at] + b"\0\0" + data[at + 2 + length :]


def _read_composite(data: bytes) -> tuple[bytes, tuple[tuple[int, int], ...]]:
    """Return a composite glyph without its instructions, and where its parts stand."""
    kept, parts, at, more = bytearray(data), [], _HEADER, True
    while more:
        flags, gid = struct.unpack_from(">HH", data, at)
        struct.pack_into(">H", kept, at, flags & ~_HAS_INSTRUCTIONS)
        parts.append((at + 2, gid))
        at += 8 if flags & _ARGS_ARE_WORDS else 6
        at += sum(size for flag, size in _MATRICES.items() if flags & flag)
        more = bool(flags & _MORE_COMPONENTS)
    return bytes(kept[:at]), tuple(parts)


def _place_parts(glyph: Glyph, homes: dict[int, int]) -> bytes:
    data = bytearray(glyph.data)
    for at, gid in glyph.parts:
        struct.pack_into(">H", data, at, homes[gid])
    return bytes(data)


def _write_outlines(glyphs: list[bytes]) -> dict[str, bytes | bytearray]:
    """Return the tables glyf and loca, this in its short form if it can be."""
    if sum(len(data) + 1 for data in glyphs) <= _LARGEST_SHORT:
        align, code, unit = 2, "H", 2
    else:
        align, code, unit = 4, "I", 1
    padded = [data + bytes(-len(data) % align) for data in glyphs]
    ends = itertools.accumulate((len(data) // unit for data in padded), initial=0)
    loca = struct.pack(f">{len(glyphs) + 1}{code}", *ends)
    return {"glyf": b"".join(padded), "loca": loca}


def _write_limits(source: bytes, count: int, most: int) -> bytearray:
    """Return table maxp for so many glyphs, and letters of so many parts."""
    maxp = bytearray(source)
    values = list(struct.unpack_from(">14H", maxp, 4))
    points, contours = max(values[1], values[3]), max(values[2], values[4])
    values[0], values[3], values[4] = count, points * most, contours * most
    values[5:12] = [1, 0, 0, 0, 0, 0, 0]  # no instructions
    values[12] = max(values[12], most)
    values[13] += 1
    struct.pack_into(">14H", maxp, 4, *(min(value, 0xFFFF) for value in values))
    return maxp


def _read_tables(program: bytes) -> dict[str, bytes]:
    count = struct.unpack_from(">H", program, 4)[0]
    tables = {}
    for index in range(count):
        tag, _, offset, length = struct.unpack_from(">4sIII", program, 12 + 16 * index)
        tables[tag.decode("latin-1")] = program[offset : offset + length]
    return {tag: tables[tag] for tag in _TABLES}


def _write_tables(version: bytes, tables: dict[str, bytes | bytearray]) -> bytes:
    struct.pack_into(">I", tables["head"], 8, 0)
    count = len(tables)
    power = count.bit_length() - 1
    directory = version + struct.pack(
        ">4H", count, 16 << power, power, 16 * count - (16 << power)
    )
    body, start = bytearray(), 12 + 16 * count
    head_at, total = 0, 0
    for tag in sorted(tables):
        data = tables[tag]
        at = start + len(body)
        if tag == "head":
            head_at = at
        body += data + bytes(-len(data) % 4)
        checksum = _checksum(body[at - start :])
        total += checksum
        directory += struct.pack(">4sIII", tag.encode("ascii"), checksum, at, len(data))
    # The whole is the sum of its parts, each padded to words of four bytes.
    adjustment = (_CHECKSUM_MAGIC - total - _checksum(directory)) & 0xFFFFFFFF
    struct.pack_into(">I", body, head_at - start + 8, adjustment)
    return directory + bytes(body)


def _checksum(data: bytes | bytearray) -> int:
    words: tuple[int, ...] = struct.unpack(f">{len(data) // 4}I", data)
    return sum(words) & 0xFFFFFFFF
