# SPDX-License-Identifier: Apache-2.0
"""Small files made to cost much: bombs, cycles, depths, and counts without end."""

import struct
import zlib
from collections.abc import Callable, Mapping

_DEPTH = 100_000
_BOMB = 24 * 1024 * 1024
_PAGES = b"<</Type/Pages/Count 0/Kids[]>>"
_CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"


def write_pdf(objects: Mapping[int, bytes], *, trailer: bytes = b"") -> bytes:
    """Write a PDF of objects as they are; catalogue and pages are made if missing."""
    objects = {1: _CATALOG, 2: _PAGES, **objects}
    out = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    count = max(objects) + 1
    rows = [b"0000000000 65535 f \n"]
    rows += [b"%010d 00000 n \n" % places.get(n, 0) for n in range(1, count)]
    out += b"xref\n0 %d\n%s" % (count, b"".join(rows))
    out += b"trailer\n<</Size %d/Root 1 0 R%s>>\n" % (count, trailer)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def _stream(about: bytes, data: bytes) -> bytes:
    head = b"<<%s/Length %d>>stream\n" % (about, len(data))
    return head + data + b"\nendstream"


def _flate(data: bytes, times: int = 1) -> tuple[bytes, bytes]:
    for _ in range(times):
        data = zlib.compress(data, 9)
    return b"/Filter[%s]" % (b"/FlateDecode" * times), data


def _xref_stream(
    rows: bytes, *, size: int, filters: int = 1, more: bytes = b""
) -> bytes:
    """Write a file whose cross-references are a stream of rows of 7 bytes."""
    body = bytearray(b"%PDF-1.7\n")
    body += b"1 0 obj\n%s\nendobj\n2 0 obj\n%s\nendobj\n" % (_CATALOG, _PAGES)
    start = len(body)
    about, packed = _flate(rows, filters)
    kind = b"/Type/XRef/Root 1 0 R/Size %d/W[1 4 2]%s%s" % (size, about, more)
    body += b"3 0 obj\n%s\nendobj\n" % _stream(kind, packed)
    return bytes(body + b"startxref\n%d\n%%%%EOF\n" % start)


def _rows(count: int) -> bytes:
    first = struct.pack(">BIH", 0, 0, 65535)
    found = struct.pack(">BIH", 1, 9, 0), struct.pack(">BIH", 1, 50, 0)
    return first + b"".join(found) + struct.pack(">BIH", 1, 9, 0) * (count - 3)


def _object_stream_bomb(times: int) -> bytes:
    about, packed = _flate(b"10 0 " + b" " * _BOMB, times)
    kind = b"/Type/ObjStm/N 1/First 5" + about
    objects = {1: b"<</Type/Catalog/Pages 2 0 R/AcroForm 10 0 R>>"}
    plain = write_pdf({**objects, 4: _stream(kind, packed)})
    # Say that object 10 is in the stream, with a hybrid table (§7.5.8.4).
    start = len(plain)
    row = struct.pack(">BIH", 2, 4, 0)
    about = b"/Type/XRef/Root 1 0 R/Size 11/W[1 4 2]/Index[10 1]/Prev "
    previous = plain.rsplit(b"startxref\n", 1)[1].split(b"\n")[0]
    body = b"11 0 obj\n%s\nendobj\n" % _stream(about + previous, row)
    return plain + body + b"startxref\n%d\n%%%%EOF\n" % start


def _fields(count: int, field: bytes, more: Mapping[int, bytes] | None = None) -> bytes:
    listed = b" ".join(b"%d 0 R" % (100 + n) for n in range(count))
    objects = {100 + n: field.replace(b"(?)", b"(s%d)" % n) for n in range(count)}
    form = b"<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[%s]>>>>" % listed
    return write_pdf({1: form, **objects, **(more or {})})


def _chain(first: bytes, link: Callable[[int], bytes], length: int) -> bytes:
    objects = {10 + n: link(11 + n) for n in range(length)}
    return write_pdf({1: first, **objects, 10 + length: b"<<>>"})


_VALUE = (
    b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached"
    b"/ByteRange[0 1 2 3]/Contents<00>>>"
)
_SIG = b"<</FT/Sig/T(?)/V 99 0 R>>"


def _prev_of_itself() -> bytes:
    plain = write_pdf({}, trailer=b"/Prev 0000000000")
    start = plain.rsplit(b"startxref\n", 1)[1].split(b"\n")[0]
    return plain.replace(b"/Prev 0000000000", b"/Prev " + start.zfill(10))


def _stream_in_itself() -> bytes:
    kind = b"/Type/ObjStm/N 1/First 4"
    plain = write_pdf({4: _stream(kind, b"4 0 <<>>")})
    start = len(plain)
    previous = plain.rsplit(b"startxref\n", 1)[1].split(b"\n")[0]
    rows = struct.pack(">BIH", 2, 4, 0) * 2
    about = b"/Type/XRef/Root 1 0 R/Size 9/W[1 4 2]/Index[2 1 4 1]/Prev "
    body = b"8 0 obj\n%s\nendobj\n" % _stream(about + previous, rows)
    return plain + body + b"startxref\n%d\n%%%%EOF\n" % start


BOMBS: dict[str, Callable[[], bytes]] = {
    "object stream of 24 MB": lambda: _object_stream_bomb(1),
    "object stream packed twice": lambda: _object_stream_bomb(2),
    "cross-reference stream of 24 MB": lambda: _xref_stream(bytes(_BOMB), size=4),
    "cross-reference stream packed twice": lambda: _xref_stream(
        bytes(_BOMB), size=4, filters=2
    ),
}
COUNTS: dict[str, Callable[[], bytes]] = {
    "a million cross-references in a table": lambda: write_pdf({950_000: b"null"}),
    "a million cross-references in a stream": lambda: _xref_stream(
        _rows(1_000_000), size=1_000_000
    ),
    "10,000 signature fields of one value": lambda: _fields(10_000, _SIG, {99: _VALUE}),
    "10,000 signatures": lambda: _fields(10_000, b"<</FT/Sig/T(?)/V%s>>" % _VALUE),
    "10,000 revisions": lambda: write_pdf({}) + b"startxref\n9\n%%EOF\n" * 10_000,
    "a million pages by their count": lambda: write_pdf(
        {2: b"<</Type/Pages/Count 1000000/Kids[]>>"}
    ),
}
CYCLES: dict[str, Callable[[], bytes]] = {
    "an object that is itself": lambda: write_pdf({2: b"2 0 R"}),
    "two objects that are each other": lambda: write_pdf({2: b"3 0 R", 3: b"2 0 R"}),
    "a page tree within itself": lambda: write_pdf(
        {2: b"<</Type/Pages/Count 1/Kids[2 0 R]>>"}
    ),
    "a field that is its own child": lambda: _fields(
        1, b"<</FT/Sig/T(?)/Kids[100 0 R]>>"
    ),
    "a field that is its own parent": lambda: _fields(
        1, b"<</T(?)/Parent 100 0 R/V 99 0 R>>", {99: _VALUE}
    ),
    "names within themselves": lambda: write_pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles 9 0 R>>>>",
            9: b"<</Kids[9 0 R 9 0 R]>>",
        }
    ),
    "a table that comes before itself": _prev_of_itself,
    "a stream as long as itself": lambda: write_pdf(
        {1: b"<</Type/Catalog/Pages 2 0 R/AcroForm 9 0 R>>",
         9: b"<</Length 9 0 R>>stream\nx\nendstream"}
    ),
    "an object stream within itself": _stream_in_itself,
}  # fmt: skip
DEPTHS: dict[str, Callable[[], bytes]] = {
    "arrays": lambda: write_pdf(
        {1: b"<</Type/Catalog/Pages 2 0 R/X%s%s>>" % (b"[" * _DEPTH, b"]" * _DEPTH)}
    ),
    "arrays that never end": lambda: write_pdf({2: b"[" * _DEPTH}),
    "dictionaries": lambda: write_pdf(
        {1: b"<</Type/Catalog/Pages 2 0 R%s%s>>" % (b"/X<<" * _DEPTH, b">>" * _DEPTH)}
    ),
    "parentheses": lambda: write_pdf({2: b"(" * _DEPTH + b")" * _DEPTH}),
    "fields in fields": lambda: _chain(
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[10 0 R]>>>>",
        lambda n: b"<</T(a)/Kids[%d 0 R]>>" % n,
        20_000,
    ),
    "references to references": lambda: _chain(
        b"<</Type/Catalog/Pages 2 0 R/AcroForm 10 0 R>>",
        lambda n: b"%d 0 R" % n,
        20_000,
    ),
}
SIZES: dict[str, Callable[[], bytes]] = {
    "a table of 10^12 rows": lambda: write_pdf({}).replace(
        b"xref\n0 3", b"xref\n0 999999999999"
    ),
    "a stream of 10^12 bytes": lambda: write_pdf(
        {1: b"<</Type/Catalog/Pages 2 0 R/AcroForm 9 0 R>>",
         9: b"<</Length 999999999999>>stream\nx\nendstream"}
    ),
    "rows of 10^9 bytes": lambda: _xref_stream(_rows(9), size=9).replace(
        b"/W[1 4 2]", b"/W[1 999999999 2]"
    ),
    "10^9 objects in a stream": lambda: _object_stream_bomb(1).replace(
        b"/N 1/First 5", b"/N 999999999/First 5"
    ),
    "a number of eight million digits": lambda: write_pdf(
        {2: b"<</Type/Pages/Count %s/Kids[]>>" % (b"9" * 8_000_000)}
    ),
    "a name of 100,000 letters": lambda: write_pdf(
        {1: b"<</Type/Catalog/Pages 2 0 R/%s 1>>" % (b"A" * 100_000)}
    ),
    "comments of 100,000 lines": lambda: write_pdf({2: b"%\n" * 100_000 + _PAGES}),
    "predictors of 10^9 columns": lambda: _xref_stream(
        _rows(9), size=9,
        more=b"/DecodeParms<</Predictor 12/Columns 999999999>>",
    ),
}  # fmt: skip
