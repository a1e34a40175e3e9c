# SPDX-License-Identifier: Apache-2.0
"""Incremental saving: an update that shows something else, saved in odd ways."""

import re

from tests.forge import Forge
from tests.hostile.made import raw

_SIGNATURE = re.compile(
    rb"(\d+) 0 obj\s*(<<\s*/Contents <[^>]*>.*?>>)\s*endobj", re.DOTALL
)
FORGED = "Holder: Somebody Else"


def whole_update(forge: Forge) -> bytes:
    """Append content, table and trailer, as a program would."""
    return whole_update_of(forge.issue().pdf)


def whole_update_of(pdf: bytes) -> bytes:
    """Append other content to any file."""
    return raw.append_revision(pdf, {raw.content_number(pdf): raw.show(FORGED)})


def body_only(forge: Forge) -> bytes:
    """Append the object alone: programs that repair files find it."""
    pdf = forge.issue().pdf
    return pdf + raw.write_object(raw.content_number(pdf), raw.show(FORGED))


def body_and_trailer(forge: Forge) -> bytes:
    """Append object and trailer without a table."""
    pdf = forge.issue().pdf
    root = raw.root_number(pdf)
    tail = b"trailer\n<</Size %d/Root %d 0 R>>\n%%%%EOF\n" % (
        raw.next_number(pdf),
        root,
    )
    return pdf + raw.write_object(raw.content_number(pdf), raw.show(FORGED)) + tail


def table_without_prev(forge: Forge) -> bytes:
    """Append a table that names every object, and forget the earlier ones."""
    pdf = forge.issue().pdf
    content = raw.content_number(pdf)
    everything = raw.object_places(pdf, range(1, raw.next_number(pdf)))
    start = len(pdf)
    body = raw.write_object(content, raw.show(FORGED))
    places: dict[int, int | None] = {**everything, content: start}
    head = b"/Size %d/Root %d 0 R" % (raw.next_number(pdf), raw.root_number(pdf))
    return pdf + body + raw.write_table(places, trailer=head, at=start + len(body))


def trailer_names_the_old_table(forge: Forge) -> bytes:
    """Append objects, and let startxref name the signed table again."""
    pdf = forge.issue().pdf
    tail = b"startxref\n%d\n%%%%EOF\n" % raw.last_xref(pdf)
    return pdf + raw.write_object(raw.content_number(pdf), raw.show(FORGED)) + tail


def hybrid_table(forge: Forge) -> bytes:
    """Append a table for old programs and a stream for new ones."""
    pdf = forge.issue().pdf
    number, content = raw.next_number(pdf), raw.content_number(pdf)
    body = raw.write_object(content, raw.show(FORGED))
    at, stream_at = len(pdf), len(pdf) + len(body)
    rows = b"\x01" + at.to_bytes(4, "big") + b"\x00\x00"
    head = b"<</Type/XRef/Size %d/Index[%d 1]/W[1 4 2]/Root %d 0 R/Length %d>>" % (
        number + 1,
        content,
        raw.root_number(pdf),
        len(rows),
    )
    stream = raw.write_object(number, head + b"\nstream\n" + rows + b"\nendstream")
    table_at = stream_at + len(stream)
    trailer = b"/Size %d/Root %d 0 R/Prev %d/XRefStm %d" % (
        number + 1,
        raw.root_number(pdf),
        raw.last_xref(pdf),
        stream_at,
    )
    return pdf + body + stream + raw.write_table({}, trailer=trailer, at=table_at)


def copy_of_the_signature(forge: Forge) -> bytes:
    """Append the forged content with the signature's object copied behind it."""
    pdf = forge.issue().pdf
    found = re.search(
        rb"(\d+) 0 obj\s*(<<\s*/Contents <[^>]*>.*?>>)\s*endobj", pdf, re.DOTALL
    )
    assert found is not None
    number, body = int(found[1]), found[2]
    content = raw.content_number(pdf)
    return raw.append_revision(pdf, {content: raw.show(FORGED), number: body})


def duplicate_number(forge: Forge) -> bytes:
    """Append an object twice: the table lists the copy that changes nothing."""
    pdf = forge.issue().pdf
    content = raw.content_number(pdf)
    start = raw.object_places(pdf, [content])[content]
    same = pdf[start : pdf.index(b"endobj", start)].split(b"obj", 1)[1].strip()
    forged = pdf + raw.write_object(content, raw.show(FORGED))
    return raw.append_revision(forged, {content: same})


def listed_twice(forge: Forge) -> bytes:
    """Append a table that lists one object in two places."""
    pdf = forge.issue().pdf
    content = raw.content_number(pdf)
    start = raw.object_places(pdf, [content])[content]
    same = pdf[start : pdf.index(b"endobj", start)].split(b"obj", 1)[1].strip()
    first, second = (
        len(pdf),
        len(pdf) + len(raw.write_object(content, raw.show(FORGED))),
    )
    body = raw.write_object(content, raw.show(FORGED)) + raw.write_object(content, same)
    lines = b"xref\n%d 1\n%010d 00000 n \n%d 1\n%010d 00000 n \n" % (
        content,
        first,
        content,
        second,
    )
    trailer = b"trailer\n<</Size %d/Root %d 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        raw.next_number(pdf),
        raw.root_number(pdf),
        raw.last_xref(pdf),
        len(pdf) + len(body),
    )
    return pdf + body + lines + trailer


def second_catalog(forge: Forge) -> bytes:
    """Append a catalog of one's own, and let the trailer name it."""
    pdf = forge.issue().pdf
    number = raw.next_number(pdf)
    return raw.append_revision(pdf, own_document(number), root=number)


def second_catalog_unnamed(forge: Forge) -> bytes:
    """Append a catalog of one's own that no trailer names."""
    pdf = forge.issue().pdf
    return raw.append_revision(pdf, own_document(raw.next_number(pdf)))


def own_document(number: int) -> dict[int, bytes]:
    """Make a document of one's own, from a number on."""
    page = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]/Contents %d 0 R>>"
    return {
        number: b"<</Type/Catalog/Pages %d 0 R>>" % (number + 1),
        number + 1: b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (number + 2),
        number + 2: page % (number + 1, number + 3),
        number + 3: raw.show(FORGED),
    }


def bytes_behind_the_end(forge: Forge) -> bytes:
    """Append a few bytes behind the end of the file."""
    return forge.issue().pdf + b"<script>alert(1)</script>\n"


def blank_behind_the_end(forge: Forge) -> bytes:
    """Append white space only, as transfers do."""
    return forge.issue().pdf + b"\r\n\x00\x00 \n"
