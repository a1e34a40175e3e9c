# SPDX-License-Identifier: Apache-2.0
"""Rows of PNG are read as the standard says, by the library, too."""

import zlib
from io import BytesIO

import pytest
from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from verifier.errors import CheckError
from verifier.packing import check_packing, decode_rows
from verifier.unpacking import BoundedReader

ROWS = bytes(range(0, 250, 5)) + bytes([200, 3, 77, 199] * 10)


def _make(data: bytes, filters: object = "/FlateDecode", **more: int) -> (
    generic.StreamObject
):  # fmt: skip
    stream = generic.StreamObject(encoded_data=data)
    if filters is not None:
        stream[pdf_name("/Filter")] = pdf_name(str(filters))
    if more:
        entries = {
            pdf_name(f"/{key}"): generic.NumberObject(value)  # type: ignore[no-untyped-call]
            for key, value in more.items()
        }
        stream[pdf_name("/DecodeParms")] = generic.DictionaryObject(entries)  # type: ignore[no-untyped-call]
    return stream


@pytest.mark.parametrize("kind", range(5))
def test_rows_of_every_kind_are_those_that_pillow_reads(kind: int) -> None:
    width = 9
    rows = b"".join(
        bytes([kind]) + ROWS[start : start + width] for start in range(0, 81, width)
    )
    assert decode_rows(rows, width) == _read_with_pillow(rows, width)


def _read_with_pillow(rows: bytes, width: int) -> bytes:
    head = width.to_bytes(4, "big") + (9).to_bytes(4, "big") + b"\x08\x00\x00\x00\x00"
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big")
        + name
        + data
        + zlib.crc32(name + data).to_bytes(4, "big")
        for name, data in parts
    )
    return Image.open(BytesIO(png)).tobytes()


def test_the_library_reads_them_so_as_soon_as_files_are_opened() -> None:
    assert BoundedReader is not None
    rows = b"\x00ab\x01\x01\x02"
    stream = _make(zlib.compress(rows), Predictor=12, Columns=2)

    assert stream.data == b"ab\x01\x03"


@pytest.mark.parametrize("rows", [b"\x05ab", b"\x00a", b"\x00abc"])
def test_rows_that_are_none_are_no_rows(rows: bytes) -> None:
    with pytest.raises(ValueError, match=r"row"):
        decode_rows(rows, 2)


GOOD = zlib.compress(b"\x02ab")


@pytest.mark.parametrize(
    "stream",
    [_make(b"x", None), _make(GOOD), _make(GOOD, Predictor=12, Columns=2)],
)
def test_what_programs_write_is_packed_plainly(stream: generic.StreamObject) -> None:
    check_packing(stream)


@pytest.mark.parametrize(
    "stream",
    [
        _make(GOOD[:-1]),
        _make(GOOD + b"more"),
        _make(GOOD, Predictor=2, Columns=2),
        _make(GOOD, Predictor=12, Columns=2, Colors=3),
        _make(GOOD, Predictor=12, Columns=2, BitsPerComponent=4),
        _make(GOOD, Predictor=12, Columns=2, EarlyChange=1),
        _make(b"6162>", "/ASCIIHexDecode"),
        _make(b"6162>", "/Fl"),
        _make(b"x", None, Predictor=12),
    ],
)
def test_what_programs_unpack_otherwise_is_refused(
    stream: generic.StreamObject,
) -> None:
    with pytest.raises(CheckError):
        check_packing(stream)
