# SPDX-License-Identifier: Apache-2.0
"""Font files: adds composite glyphs to a TrueType subset.

A composite glyph draws a letter out of glyphs that are already there (OpenType 1.9,
table glyf, "composite glyph description"). Works on the few tables an embedded font
has; a font with CFF outlines is refused.
"""

import hashlib
import math
import struct
from dataclasses import dataclass

_ARGS_ARE_WORDS = 0x0001
_ARGS_ARE_XY = 0x0002
_MORE_COMPONENTS = 0x0020
_HAS_MATRIX = 0x0080
_OFFSET_IS_UNSCALED = 0x1000
_CHECKSUM_MAGIC = 0xB1B0AFBA


@dataclass(frozen=True, slots=True)
class Part:
    """One glyph within a letter: how far it is moved, and turned, in degrees."""

    gid: int
    dx: float
    dy: float
    turn: float = 0


@dataclass(frozen=True, slots=True)
class Composite:
    """A glyph made of others, in font units."""

    parts: tuple[Part, ...]
    advance: int
    box: tuple[int, int, int, int]
    """Left, bottom, right, top."""


def append_composites(program: bytes, composites: list[Composite]) -> bytes:
    """Return the font with further glyphs after its last.

    Raises:
        ValueError: the font has no TrueType outlines.
    """
    tables = _read_tables(program)
    if "glyf" not in tables:
        raise ValueError("the font has no TrueType outlines (table glyf)")
    if composites:
        _append_outlines(tables, composites)
        _append_metrics(tables, composites)
        _raise_limits(tables, composites)
    return _write_tables(program[:4], tables)


def name_subset(program: bytes) -> str:
    """Return the six letters before the name of a subset (ISO 32000-1 §9.6.4)."""
    digest = hashlib.sha256(program).digest()
    return "".join(chr(ord("A") + value % 26) for value in digest[:6])


def _append_outlines(tables: dict[str, bytes], composites: list[Composite]) -> None:
    head = bytearray(tables["head"])
    is_long = struct.unpack_from(">h", head, 50)[0] == 1
    width, factor = (4, 1) if is_long else (2, 2)
    count = len(tables["loca"]) // width
    code = ">%dI" if is_long else ">%dH"
    offsets = [v * factor for v in struct.unpack(code % count, tables["loca"])]
    glyf = bytearray(tables["glyf"][: offsets[-1]])
    for composite in composites:
        glyf += _describe(composite)
        glyf += bytes(-len(glyf) % 4)
        offsets.append(len(glyf))
    struct.pack_into(">h", head, 50, 1)
    tables["head"] = bytes(head)
    tables["glyf"] = bytes(glyf)
    tables["loca"] = struct.pack(f">{len(offsets)}I", *offsets)


def _describe(composite: Composite) -> bytes:
    data = struct.pack(">h4h", -1, *composite.box)
    last = len(composite.parts) - 1
    for index, part in enumerate(composite.parts):
        flags = _ARGS_ARE_WORDS | _ARGS_ARE_XY
        flags |= _MORE_COMPONENTS if index < last else 0
        flags |= (_HAS_MATRIX | _OFFSET_IS_UNSCALED) if part.turn else 0
        data += struct.pack(">HHhh", flags, part.gid, int(part.dx), int(part.dy))
        if part.turn:
            sin, cos = (
                math.sin(math.radians(part.turn)),
                math.cos(math.radians(part.turn)),
            )
            matrix = (cos, sin, -sin, cos)
            data += struct.pack(">4h", *(round(value * 0x4000) for value in matrix))
    return data


def _append_metrics(tables: dict[str, bytes], composites: list[Composite]) -> None:
    """Add widths; every glyph gets its own, so the table grows to the long form."""
    glyphs = struct.unpack_from(">H", tables["maxp"], 4)[0]
    hhea = bytearray(tables["hhea"])
    full = struct.unpack_from(">H", hhea, 34)[0]
    hmtx = tables["hmtx"]
    metrics = bytearray(hmtx[: full * 4])
    last_advance = hmtx[full * 4 - 4 : full * 4 - 2]
    for index in range(glyphs - full):
        bearing = hmtx[full * 4 + index * 2 : full * 4 + index * 2 + 2]
        metrics += last_advance + bearing
    for composite in composites:
        metrics += struct.pack(">Hh", composite.advance, composite.box[0])
    struct.pack_into(">H", hhea, 34, glyphs + len(composites))
    widest = max(composite.advance for composite in composites)
    struct.pack_into(">H", hhea, 10, max(struct.unpack_from(">H", hhea, 10)[0], widest))
    tables["hmtx"], tables["hhea"] = bytes(metrics), bytes(hhea)


def _raise_limits(tables: dict[str, bytes], composites: list[Composite]) -> None:
    """Raise the limits of table maxp to hold letters of several parts."""
    maxp = bytearray(tables["maxp"])
    values = list(struct.unpack_from(">14H", maxp, 4))
    most = max(len(composite.parts) for composite in composites)
    points, contours = max(values[1], values[3]), max(values[2], values[4])
    values[0] += len(composites)
    values[3], values[4] = points * most, contours * most
    values[12] = max(values[12], most)
    values[13] += 1
    struct.pack_into(">14H", maxp, 4, *values)
    tables["maxp"] = bytes(maxp)


def _read_tables(program: bytes) -> dict[str, bytes]:
    count = struct.unpack_from(">H", program, 4)[0]
    tables = {}
    for index in range(count):
        tag, _, offset, length = struct.unpack_from(">4sIII", program, 12 + 16 * index)
        tables[tag.decode("ascii")] = program[offset : offset + length]
    return tables


def _write_tables(version: bytes, tables: dict[str, bytes]) -> bytes:
    head = bytearray(tables["head"])
    struct.pack_into(">I", head, 8, 0)
    tables = {**tables, "head": bytes(head)}
    count = len(tables)
    power = count.bit_length() - 1
    directory = version + struct.pack(
        ">4H", count, 16 << power, power, 16 * count - (16 << power)
    )
    body, start = b"", 12 + 16 * count
    head_at = 0
    for tag in sorted(tables):
        data = tables[tag]
        at = start + len(body)
        if tag == "head":
            head_at = at
        directory += struct.pack(
            ">4sIII", tag.encode("ascii"), _checksum(data), at, len(data)
        )
        body += data + bytes(-len(data) % 4)
    result = bytearray(directory + body)
    adjustment = (_CHECKSUM_MAGIC - _checksum(bytes(result))) & 0xFFFFFFFF
    struct.pack_into(">I", result, head_at + 8, adjustment)
    return bytes(result)


def _checksum(data: bytes) -> int:
    padded = data + bytes(-len(data) % 4)
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}I", padded)
    return sum(words) & 0xFFFFFFFF
