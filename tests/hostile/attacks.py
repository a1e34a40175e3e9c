# SPDX-License-Identifier: Apache-2.0
"""Ways to change a signed PDF that more than one attack needs."""

import re
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


NAME = pdf_name
