# SPDX-License-Identifier: Apache-2.0
"""An update that is being written: objects of a signed file, changed or new.

It is written as programs write theirs: with a table, with a stream of
cross-references, with objects in a stream, or with both; and then bent or not.
"""

import re
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

_START = re.compile(rb"startxref\s+(\d+)")


@dataclass
class Draft:
    """One update of a file."""

    pdf: bytes
    reader: PdfFileReader
    objects: dict[int, bytes] = field(default_factory=dict)
    freed: dict[int, int] = field(default_factory=dict)
    """Numbers that are freed, with the generation that follows."""
    hidden: list[bytes] = field(default_factory=list)
    """What stands among the objects, and in no table."""
    trailer: dict[str, bytes] = field(default_factory=dict)
    listed: list[int] = field(default_factory=list)
    """Objects that the security store names, where anything may be added."""
    encode: Callable[[bytes], tuple[bytes, bytes]] = lambda data: (b"", data)
    """Encodes a stream of objects; returns what its dictionary says of that, too."""

    @classmethod
    def of(cls, pdf: bytes) -> "Draft":
        """Begin an update."""
        return cls(pdf=pdf, reader=PdfFileReader(BytesIO(pdf), strict=False))

    @property
    def size(self) -> int:
        """The first number that is not taken."""
        used = [*self.objects, *self.freed, int(self.reader.trailer["/Size"]) - 1]
        return max(used) + 1

    @property
    def root(self) -> int:
        """Number of the catalog."""
        return int(self.reader.root_ref.idnum)

    @property
    def page(self) -> int:
        """Number of the first page."""
        node = self.reader.root["/Pages"]
        number = int(self.reader.root.raw_get("/Pages").idnum)
        while "/Kids" in node:
            number = int(node["/Kids"].raw_get(0).idnum)
            node = node["/Kids"][0]
        return number

    @property
    def numbers(self) -> list[int]:
        """Numbers of all objects of the file."""
        xrefs = self.reader.xrefs
        found = {
            ref.idnum
            for revision in range(xrefs.total_revisions)
            for ref in xrefs.explicit_refs_in_revision(revision)
        }
        return sorted(found)

    def add(self, body: bytes, *, listed: bool = False) -> int:
        """Add an object; return its number."""
        number = self.size
        self.objects[number] = body
        if listed:
            self.listed.append(number)
        return number

    def value(self, number: int) -> Any:  # noqa: ANN401 - any PDF object
        """Return an object as it is in the file."""
        return generic.Reference(number, 0, self.reader).get_object()

    def source(self, number: int) -> bytes:
        """Return an object as it would be written, as changed so far."""
        if number in self.objects:
            return self.objects[number]
        return write(self.value(number))

    def entries(self, number: int) -> dict[str, bytes]:
        """Return the entries of a dictionary, each as it is written."""
        value = self.value(number)
        if not isinstance(value, generic.DictionaryObject):
            return {}
        return {str(key): write(value.raw_get(key)) for key in value}

    def change(self, number: int, **entries: bytes | None) -> None:
        """Write a dictionary anew with other entries; None takes one out."""
        source = self.objects.get(number)
        if source is not None:  # changed before in this update: what is last counts
            added = b"".join(b"/%s %s" % (k.encode(), v) for k, v in _given(entries))
            self.objects[number] = source.replace(b"<<", b"<<" + added, 1)
            return
        found = self.entries(number)
        for key, value in entries.items():
            found.pop(f"/{key}", None)
            if value is not None:
                found[f"/{key}"] = value
        self.objects[number] = write_dictionary(found)

    def finish(self, how: str) -> bytes:
        """Return the file with the update."""
        self._write_store()
        body = bytearray(self.pdf if self.pdf.endswith(b"\n") else self.pdf + b"\n")
        rows: dict[int, tuple[int, int, int]] = {
            number: (0, 0, following) for number, following in self.freed.items()
        }
        packed = {} if how != "packed" else self._take_packable()
        hidden = iter(self.hidden)
        for number, content in sorted(self.objects.items()):
            body += next(hidden, b"")
            rows[number] = (1, len(body), 0)
            body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
        body += b"".join(hidden)
        if packed:
            rows |= self._write_packed(body, packed, max([self.size, *rows]) + 1)
        self._write_end(body, rows, how)
        return bytes(body)

    def _write_store(self) -> None:
        if not self.listed:
            return
        names = b" ".join(b"%d 0 R" % number for number in self.listed)
        root = self.reader.root
        old = dict(root["/DSS"]) if "/DSS" in root else {}
        entries = {str(key): write(value) for key, value in old.items()}
        store = self.add(write_dictionary({**entries, "/Extra": b"[%s]" % names}))
        self.change(self.root, DSS=b"%d 0 R" % store)

    def _take_packable(self) -> dict[int, bytes]:
        taken = {n: o for n, o in self.objects.items() if b"stream" not in o}
        for number in taken:
            del self.objects[number]
        return taken

    def _write_packed(
        self, body: bytearray, packed: dict[int, bytes], number: int
    ) -> dict[int, tuple[int, int, int]]:
        head, data, rows = b"", b"", {}
        for index, (one, content) in enumerate(sorted(packed.items())):
            head += b"%d %d " % (one, len(data))
            data += content + b"\n"
            rows[one] = (2, number, index)
        filters, encoded = self.encode(head + data)
        about = b"/N %d/First %d/Length %d%s" % (
            len(packed),
            len(head),
            len(encoded),
            filters,
        )
        rows[number] = (1, len(body), 0)
        stream = b"<</Type/ObjStm%s>>\nstream\n%s\nendstream" % (about, encoded)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, stream)
        return rows

    def _write_end(
        self, body: bytearray, rows: dict[int, tuple[int, int, int]], how: str
    ) -> None:
        size = max([self.size, *(number + 1 for number in rows)])
        entries = {
            "/Root": b"%d 0 R" % self.root,
            "/Prev": _START.findall(self.pdf)[-1],
            "/Size": b"%d" % size,
            **self.trailer,
        }
        start = len(body)
        if how in {"stream", "packed"}:
            rows[size] = (1, start, 0)
            entries.setdefault("/Size", b"%d" % (size + 1))
            if "/Size" not in self.trailer:
                entries["/Size"] = b"%d" % (size + 1)
            body += _write_xref_stream(size, rows, entries)
        else:
            if how == "hybrid":
                entries["/XRefStm"] = b"%d" % start
                stream = _write_xref_stream(size, rows, entries)
                body += stream
                rows, start = {}, len(body)
            body += _write_table(rows)
            body += b"trailer\n%s\n" % write_dictionary(entries)
        body += b"startxref\n%d\n%%%%EOF\n" % start


def _given(entries: dict[str, bytes | None]) -> Iterable[tuple[str, bytes]]:
    return [(key, value) for key, value in entries.items() if value is not None]


def write(value: Any) -> bytes:  # noqa: ANN401 - any PDF object
    """Return a value as it is written."""
    out = BytesIO()
    value.write_to_stream(out, None)
    return out.getvalue().strip(b"\n")


def write_dictionary(entries: dict[str, bytes]) -> bytes:
    """Return a dictionary of entries that are written already."""
    inside = b" ".join(key.encode() + b" " + value for key, value in entries.items())
    return b"<<" + inside + b">>"


def _write_xref_stream(
    number: int, rows: dict[int, tuple[int, int, int]], entries: dict[str, bytes]
) -> bytes:
    index = b" ".join(b"%d 1" % one for one in sorted(rows))
    data = b"".join(struct.pack(">BIH", *row) for _, row in sorted(rows.items()))
    about = {
        **entries,
        "/Type": b"/XRef",
        "/W": b"[1 4 2]",
        "/Index": b"[%s]" % index,
        "/Length": b"%d" % len(data),
    }
    about.pop("/XRefStm", None)
    return b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (
        number,
        write_dictionary(about),
        data,
    )


def _write_table(rows: dict[int, tuple[int, int, int]]) -> bytes:
    lines = [b"xref\n"] if rows else [b"xref\n0 0\n"]
    for number, (kind, place, generation) in sorted(rows.items()):
        letter = b"n" if kind else b"f"
        lines.append(b"%d 1\n%010d %05d %s \n" % (number, place, generation, letter))
    return b"".join(lines)
