# SPDX-License-Identifier: Apache-2.0
"""Unpacks what programs might unpack otherwise, or refuses it.

The library reads two of the five kinds of PNG rows wrongly: as nothing, or from the
bytes before they were added up (ISO 32000-2 §7.4.4.4 and W3C PNG §9.2). Whatever
stood in such rows it would not see, and all other programs would. Its function is
replaced by one that is right.
"""

import zlib
from typing import Any

from pyhanko.pdf_utils import filters, generic

from verifier.plain_syntax import BLANK, SyntaxFaultError

_READ_DIRECTLY = ("/Type", "/Filter", "/DecodeParms", "/N", "/First", "/W", "/Index")
_ELSEWHERE = frozenset({"/F", "/FFilter", "/FDecodeParms"})
_PLAIN_PARAMETERS = {"/Colors": 1, "/BitsPerComponent": 8}
_PREDICTORS = frozenset({1, *range(10, 16)})


LIBRARY_DECODE_ROWS = filters._png_decode  # noqa: SLF001 - to be compared with
"""The library's own function, as it came."""


def decode_rows(data: memoryview | bytes, columns: int) -> bytes:
    """Undo the prediction of PNG rows of so many bytes, each with its kind before it.

    Raises:
        ValueError: a row is too short, or of a kind that there is not.
    """
    width = columns + 1
    if columns < 1 or len(data) % width:
        raise ValueError(f"{len(data)} bytes in rows of {width}")
    # Only now, as rows of so many bytes may be said of no data at all.
    before, out = bytes(columns if data else 0), bytearray()
    for start in range(0, len(data), width):
        kind, row = data[start], bytearray(data[start + 1 : start + width])
        if kind > 4:  # noqa: PLR2004 - Paeth, the last
            raise ValueError(f"a row of kind {kind}")
        if kind:
            _add_up(kind, row, before)
        before = bytes(row)
        out += row
    return bytes(out)


def _add_up(kind: int, row: bytearray, above: bytes) -> None:
    for at, value in enumerate(row):
        left = row[at - 1] if at else 0
        if kind == 1:
            guess = left
        elif kind == 2:  # noqa: PLR2004 - Up
            guess = above[at]
        elif kind == 3:  # noqa: PLR2004 - Average
            guess = (left + above[at]) // 2
        else:
            guess = _paeth(left, above[at], above[at - 1] if at else 0)
        row[at] = (value + guess) % 256


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda one: abs(guess - one))


def mend_library() -> None:
    """Let the library decode rows by `decode_rows`."""
    filters._png_decode = decode_rows  # noqa: SLF001 - it offers no other way


def check_packing(stream: Any) -> None:  # noqa: ANN401 - any PDF object
    """Check that a stream of objects or tables is packed as all programs unpack it.

    Raises:
        CheckError: CHANGED_LATER: it is packed oddly.
    """
    for key in _READ_DIRECTLY:
        if isinstance(_raw(stream, key), generic.IndirectObject):
            raise SyntaxFaultError(f"a stream of objects refers to its {key}")
    if _ELSEWHERE & set(stream.keys()):
        raise SyntaxFaultError("a stream of objects in another file")
    parameters, name = _raw(stream, "/DecodeParms"), _raw(stream, "/Filter")
    if isinstance(name, generic.ArrayObject) and len(name) == 1 and not parameters:
        name = name.raw_get(0)
    if name is None and parameters is None:
        return
    if name != "/FlateDecode":
        raise SyntaxFaultError("a stream of objects is packed oddly")
    _check_flate(stream.encoded_data)
    if parameters is not None:
        _check_parameters(parameters)


def _raw(stream: Any, key: str) -> Any:  # noqa: ANN401 - any PDF object
    return stream.raw_get(key) if key in stream else None


def _check_flate(data: bytes) -> None:
    unpack = zlib.decompressobj()
    rest = data
    while rest and not unpack.eof:
        unpack.decompress(rest, 1 << 20)
        rest = unpack.unconsumed_tail
    if not unpack.eof or unpack.unused_data.strip(BLANK):
        raise SyntaxFaultError("a stream of objects has no end, or more behind it")


def _check_parameters(parameters: Any) -> None:  # noqa: ANN401 - any PDF object
    if not isinstance(parameters, generic.DictionaryObject) or (
        set(parameters.keys()) - {"/Predictor", "/Columns", *_PLAIN_PARAMETERS}
    ):
        raise SyntaxFaultError("a stream of objects has odd parameters")
    raw = {key: parameters.raw_get(key) for key in parameters}
    if (
        not all(isinstance(one, generic.NumberObject) for one in raw.values())
        or any(raw.get(key, is_) != is_ for key, is_ in _PLAIN_PARAMETERS.items())
        or raw.get("/Predictor", 1) not in _PREDICTORS
    ):
        raise SyntaxFaultError("a stream of objects has odd parameters")
