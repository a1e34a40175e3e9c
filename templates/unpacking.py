# SPDX-License-Identifier: Apache-2.0
"""Unpacking: the streams of a foreign PDF, no further than somebody meant well.

Two megabytes may hold two thousand. So streams are unpacked a piece at a time, and
what goes on beyond its limit is refused before it is all in memory.
"""

import base64
import re
import zlib
from collections.abc import Callable, Mapping
from typing import Final

from pikepdf import Array, Dictionary, Name, Object, Stream

from templates.instructions import FIX_FLAT, ForeignContentError, refuse, refuse_if

MAX_PICTURE_PIXELS: Final = 25_000_000
"""Of one picture: A4 at 500 dpi."""
MAX_PICTURE_BYTES: Final = 3 * MAX_PICTURE_PIXELS
MAX_OTHER_BYTES: Final = 10_000_000
"""Unpacked bytes of a font, a table of characters, a profile; or of other streams
that the file itself is packed in."""
MAX_CONTENT_BYTES: Final = 4_000_000
"""Unpacked bytes of the instructions of one drawing."""
FIX_SMALLER: Final = "Make its pictures and drawings simpler, and export it anew."
_PIECE: Final = 1_000_000
_RUN: Final = 64
"""Bytes that one byte packed by RunLength makes at most."""

_STREAM: Final = re.compile(rb"stream\r?\n")
_PICTURE: Final = re.compile(rb"/Image\b")
_ZLIB: Final = frozenset(
    (
        b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"\x48\x89", b"\x68\x81",
        b"\x68\x43", b"\x58\x85", b"\x58\xc3", b"\x38\x8d", b"\x28\x91", b"\x18\x95",
        b"\x08\x1d", b"\x08\x99", b"\x08\xd7", b"\x18\x19", b"\x28\x15", b"\x38\x11",
    )
)  # fmt: skip
"""What data of zlib begins with (RFC 1950); cheap to look at."""
_SHORT: Final = {
    "/Fl": "/FlateDecode", "/AHx": "/ASCIIHexDecode", "/A85": "/ASCII85Decode",
    "/RL": "/RunLengthDecode", "/LZW": "/LZWDecode",
}  # fmt: skip


def check_packed(data: bytes) -> None:
    """Refuse a file with a stream that is far larger unpacked, before it is opened.

    A reader unpacks some streams only to know what objects there are.

    Raises:
        ForeignContentError: naming the limit.
    """
    for found in _STREAM.finditer(data):
        start = found.end()
        if data[start : start + 2] not in _ZLIB:
            continue
        opened = data.rfind(b"obj", 0, found.start())
        is_picture = _PICTURE.search(data, opened, found.start()) is not None
        limit = MAX_PICTURE_BYTES if is_picture else MAX_OTHER_BYTES
        inflate(data[start:], limit, keep=False)


def inflate(packed: bytes, limit: int, *, keep: bool = True) -> bytes:
    """Unpack data of zlib, whatever stands behind it left out.

    Broken data is left to the reader of the file, as it may stand in none of its
    streams; what was unpacked until there is returned.

    Raises:
        ForeignContentError: there are more bytes than `limit`.
    """
    unpacker, kept, size = zlib.decompressobj(), bytearray(), 0
    while packed and not unpacker.eof:
        try:
            piece = unpacker.decompress(packed, _PIECE)
        except zlib.error:
            break
        size += len(piece)
        refuse_beyond(size, limit)
        kept += piece if keep else b""
        if not piece and not unpacker.unconsumed_tail:
            break
        packed = unpacker.unconsumed_tail
    return bytes(kept)


def refuse_beyond(size: int, limit: int) -> None:
    """Refuse a stream of more bytes than a limit."""
    refuse_if(
        size > limit,
        f"a part of it takes more than {limit / 1_000_000:.0f} MB when unpacked, and "
        "would be unpacked for every document",
        FIX_SMALLER,
    )


def list_filters(stream: Object) -> list[str]:
    """Return how a stream is packed, the outermost first."""
    entry = stream.get("/Filter", Array())
    names = entry.as_list() if isinstance(entry, Array) else [entry]
    refuse_if("/F" in stream, "a part of it is in another file", FIX_FLAT)
    return [_SHORT.get(str(name), str(name)) for name in names]


def unpack(stream: object, limit: int) -> bytes:
    """Return what a stream holds.

    Raises:
        ForeignContentError: more than `limit`, or packed as it may not be.
    """
    if not isinstance(stream, Stream):
        refuse("a part of it is not there")
    filters = list_filters(stream)
    if filters[-1:] != ["/FlateDecode"]:
        data = strip_filters(stream, filters, limit)
        refuse_beyond(len(data), limit)
        return data
    inflate(strip_filters(stream, filters[:-1], limit), limit, keep=False)
    return stream.read_bytes()


def strip_filters(stream: Stream, filters: list[str], limit: int) -> bytes:
    """Undo the filters that pack little or nothing; refuse all others.

    Raises:
        ForeignContentError: packed otherwise, or more than `limit`.
    """
    data = stream.read_raw_bytes()
    for name in filters:
        read = _READERS.get(name)
        if read is None:
            refuse(f"a part of it is packed in a way that is not read ({name[1:]})")
        if name == "/RunLengthDecode":
            refuse_beyond(len(data) * _RUN, limit)
        try:
            data = read(data)
        except ValueError as error:
            raise ForeignContentError("a part of it is damaged", FIX_FLAT) from error
    return data


def _read_ascii85(data: bytes) -> bytes:
    return base64.a85decode(data.partition(b"~>")[0])


def _read_hex(data: bytes) -> bytes:
    digits = b"".join(data.partition(b">")[0].split())
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))


def _expand_runs(data: bytes) -> bytes:
    """Undo RunLength (ISO 32000-1 §7.4.5)."""
    out, at, end = bytearray(), 0, 128
    while at < len(data) and data[at] != end:
        length = data[at]
        if length < end:
            out += data[at + 1 : at + 2 + length]
            at += 2 + length
        else:
            out += data[at + 1 : at + 2] * (257 - length)
            at += 2
    return bytes(out)


_READERS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "/ASCII85Decode": _read_ascii85,
    "/ASCIIHexDecode": _read_hex,
    "/RunLengthDecode": _expand_runs,
}


def parameters_of(stream: Object) -> Object | None:
    """Return the parameters of the innermost filter of a stream."""
    entry = stream.get("/DecodeParms", stream.get("/DP"))
    if isinstance(entry, Array):
        entry = entry[-1] if len(entry) else None
    return entry if isinstance(entry, Dictionary) else None


def is_named(entry: object, name: str) -> bool:
    """Tell whether an entry is a name."""
    return isinstance(entry, Name) and str(entry) == name
