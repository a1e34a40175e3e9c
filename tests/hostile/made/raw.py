# SPDX-License-Identifier: Apache-2.0
"""Revisions written byte by byte, as no library would write them."""

import re
from collections.abc import Mapping, Sequence
from io import BytesIO

from pyhanko.pdf_utils.reader import PdfFileReader

_START = re.compile(rb"startxref\s+(\d+)")


def last_xref(pdf: bytes) -> int:
    """Return where the last cross-reference table is said to be."""
    return int(_START.findall(pdf)[-1])


def root_number(pdf: bytes) -> int:
    """Return the object number of the catalog."""
    return int(PdfFileReader(BytesIO(pdf)).root_ref.idnum)


def next_number(pdf: bytes) -> int:
    """Return the first object number that is not taken."""
    return int(PdfFileReader(BytesIO(pdf)).trailer["/Size"])


def content_number(pdf: bytes) -> int:
    """Return the object number of what the first page shows."""
    page = PdfFileReader(BytesIO(pdf)).root["/Pages"]["/Kids"][0]
    return int(page.raw_get("/Contents").idnum)


def font_number(pdf: bytes) -> int:
    """Return the object number of the font of the first page."""
    page = PdfFileReader(BytesIO(pdf)).root["/Pages"]["/Kids"][0]
    return int(page["/Resources"]["/Font"].raw_get("/F1").idnum)


def show(text: str) -> bytes:
    """Return a content stream object's body that shows a line."""
    content = f"BT /F1 18 Tf 72 720 Td ({text}) Tj ET".encode()
    return b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content)


def write_object(number: int, body: bytes) -> bytes:
    """Return an indirect object."""
    return b"%d 0 obj\n%s\nendobj\n" % (number, body)


def write_table(
    places: Mapping[int, int | None], *, trailer: bytes, at: int, generation: int = 1
) -> bytes:
    """Return a cross-reference table and trailer that stand at an offset.

    A place that is None frees the object.
    """
    lines = [b"xref\n"] if places else [b"xref\n0 0\n"]
    for number, place in sorted(places.items()):
        lines.append(b"%d 1\n" % number)
        lines.append(
            b"%010d 00000 n \n" % place
            if place is not None
            else b"0000000000 %05d f \n" % generation
        )
    end = b"trailer\n<<%s>>\nstartxref\n%d\n%%%%EOF\n" % (trailer, at)
    return b"".join(lines) + end


def append_revision(
    pdf: bytes,
    objects: Mapping[int, bytes] | None = None,
    *,
    places: Mapping[int, int | None] | None = None,
    trailer: bytes = b"",
    generation: int = 1,
    root: int | None = None,
) -> bytes:
    """Append a whole revision: objects, a table of them, and more places."""
    body = bytearray(pdf if pdf.endswith(b"\n") else pdf + b"\n")
    where: dict[int, int | None] = dict(places or {})
    for number, content in (objects or {}).items():
        where[number] = len(body)
        body += write_object(number, content)
    size = max([next_number(pdf), *(number + 1 for number in where)])
    head = b"/Size %d/Root %d 0 R/Prev %d" % (
        size,
        root or root_number(pdf),
        last_xref(pdf),
    )
    return bytes(body) + write_table(
        where, trailer=head + trailer, at=len(body), generation=generation
    )


def object_places(pdf: bytes, numbers: Sequence[int]) -> dict[int, int]:
    """Return where objects stand, as the newest table has it."""
    reader = PdfFileReader(BytesIO(pdf))
    found = {}
    for number in numbers:
        for revision in reversed(range(reader.xrefs.total_revisions)):
            table = reader.xrefs.get_xref_data(revision).standard_xrefs
            if number in table:
                found[number] = int(table[number][1])
                break
    return found


def rebuild_table(pdf: bytes) -> bytes:
    """Write the only table anew, after bytes before it were moved.

    Of two copies of an object the later one is listed.
    """
    start = pdf.rindex(b"xref\n", 0, pdf.rindex(b"startxref"))
    places: dict[int, int | None] = {
        int(match[1]): match.start()
        for match in re.finditer(rb"(?<![0-9])(\d+) 0 obj\b", pdf)
    }
    trailer = pdf[pdf.index(b"<<", start) + 2 : pdf.rindex(b">>")]
    head = b"xref\n0 1\n0000000000 65535 f \n"
    table = write_table(places, trailer=trailer, at=start)
    return pdf[:start] + head + table.removeprefix(b"xref\n")
