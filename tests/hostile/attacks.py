# SPDX-License-Identifier: Apache-2.0
"""Ways to change a signed PDF that more than one attack needs."""

import re
import struct
import zlib
from collections.abc import Callable
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

BYTE_RANGE = re.compile(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+) *\]")


def update(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """Append an incremental update."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    change(writer)
    output = BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]  # library
    return output.getvalue()


def draw_text(writer: IncrementalPdfFileWriter, text: str) -> generic.IndirectObject:
    """Add a content stream that shows a line of text."""
    content = f"BT /F1 18 Tf 72 500 Td ({text}) Tj ET".encode()
    reference = writer.add_object(generic.StreamObject(stream_data=content))
    assert isinstance(reference, generic.IndirectObject)
    return reference


def first_page(writer: IncrementalPdfFileWriter) -> generic.DictionaryObject:
    """Return the first page, ready to be changed."""
    page = writer.root["/Pages"]["/Kids"][0]
    assert isinstance(page, generic.DictionaryObject)
    return page


def dictionary(**entries: object) -> generic.DictionaryObject:
    """Make a PDF dictionary."""
    return generic.DictionaryObject(  # type: ignore[no-untyped-call]  # library
        {pdf_name(f"/{key}"): value for key, value in entries.items()}
    )


def numbers(*values: int) -> generic.ArrayObject:
    """Make a PDF array of numbers."""
    return generic.ArrayObject(number(value) for value in values)


def number(value: int) -> generic.NumberObject:
    """Make a PDF number."""
    return generic.NumberObject(value)  # type: ignore[no-untyped-call]  # library


def signed_ranges(pdf: bytes) -> tuple[int, int, int, int]:
    """Return the ByteRange of the first signature."""
    match = BYTE_RANGE.search(pdf)
    assert match is not None
    first, length, second, rest = (int(group) for group in match.groups())
    return first, length, second, rest


def edit_byte_range(pdf: bytes, ranges: str) -> bytes:
    """Write another ByteRange over the first, without moving a byte."""
    match = BYTE_RANGE.search(pdf)
    assert match is not None
    room = match.end() - match.start()
    new = f"/ByteRange [{ranges}]".encode()
    assert len(new) <= room
    return pdf[: match.start()] + new.ljust(room) + pdf[match.end() :]


def replace_once(pdf: bytes, old: bytes, new: bytes) -> bytes:
    """Replace bytes by as many others, once."""
    assert len(old) == len(new)
    assert pdf.count(old) >= 1
    return pdf.replace(old, new, 1)


def token_bomb(*, streams: int = 3, numbers: int = 2_000_000) -> bytes:
    """Make a small PDF that unpacks to little, and takes minutes to parse.

    Each object stream holds one form field with a long array of ones.
    """
    first_field, first_stream = 10, 10 + streams
    fields = " ".join(f"{first_field + n} 0 R" for n in range(streams))
    objects = {
        1: f"<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[{fields}]>>>>",
        2: "<</Type/Pages/Count 0/Kids[]>>",
    }
    body = bytearray(b"%PDF-1.7\n")
    where = {}
    for number, text in objects.items():
        where[number] = (1, len(body), 0)
        body += f"{number} 0 obj\n{text}\nendobj\n".encode()
    for n in range(streams):
        head = f"{first_field + n} 0 ".encode()
        packed = zlib.compress(head + b"<</T(a)/X[" + b"1 " * numbers + b"]>>", 9)
        where[first_field + n] = (2, first_stream + n, 0)
        where[first_stream + n] = (1, len(body), 0)
        about = f"/N 1/First {len(head)}/Length {len(packed)}/Filter/FlateDecode"
        body += f"{first_stream + n} 0 obj\n<</Type/ObjStm{about}>>stream\n".encode()
        body += packed + b"\nendstream\nendobj\n"
    return bytes(body + _cross_references(where, first_stream + streams, len(body)))


def _cross_references(
    where: dict[int, tuple[int, int, int]], number: int, start: int
) -> bytes:
    where[number] = (1, start, 0)
    rows = [where.get(n, (0, 0, 65535)) for n in range(number + 1)]
    table = b"".join(struct.pack(">BIH", *row) for row in rows)
    about = f"/Size {number + 1}/W[1 4 2]/Root 1 0 R/Length {len(table)}"
    head = f"{number} 0 obj\n<</Type/XRef{about}>>stream\n".encode()
    tail = f"\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n".encode()
    return head + table + tail


NAME = pdf_name
