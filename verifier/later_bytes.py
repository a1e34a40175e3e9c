# SPDX-License-Identifier: Apache-2.0
"""Accounts for every byte that was written behind a signature.

The library goes by the cross-reference tables. A program that finds a fault in them
goes by what stands in the file instead, and each has faults of its own that it minds.
So nothing may stand behind a signature that the tables do not name, and they must be
such that all programs read them alike: then it makes no difference who repairs what.
"""

import re
from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import ObjStreamRef, XRefSectionData, XRefSectionType

from verifier.packing import check_packing
from verifier.plain_syntax import (
    BLANK,
    PlainObject,
    ResolveLength,
    SyntaxFaultError,
    check_values,
    read_object,
)

_BLANK = b"[" + re.escape(BLANK) + b"]"
_LINE_END = rb"[ \t]*(?:\r\n|\n|\r)"
_TABLE = re.compile(rb"xref" + _LINE_END)
_ROWS = re.compile(rb"([0-9]{1,10}) ([0-9]{1,10})" + _LINE_END)
_ROW = re.compile(rb"[0-9]{10} [0-9]{5} [nf](?: \r| \n|\r\n)")
_TRAILER = re.compile(_BLANK + rb"*trailer" + _BLANK + rb"*(?=<<)")
_START = re.compile(
    _BLANK + rb"*startxref" + _BLANK + rb"+([0-9]{1,12})" + _BLANK + rb"+%%EOF"
)
_OBJECT = re.compile(
    rb"(?<![0-9])[0-9]++" + _BLANK + rb"++[0-9]++" + _BLANK + rb"++obj"
)
_ANY_TRAILER = re.compile(rb"trailer(?:" + _BLANK + rb"++|%[^\r\n]*+)*+<<")
_BETWEEN = re.compile(rb"(?:" + _BLANK + rb"++|%[^\r\n]*+(?=[\r\n]))*+")
_LIKE_A_WORD = re.compile(rb"obj|stream|xref|trailer|%PDF", re.IGNORECASE)
_ROW_SIZE = 20


def check_later_bytes(
    data: bytes, reader: PdfFileReader, *, signed_revision: int, begin: int
) -> None:
    """Check that all that stands behind a signature is what the tables say.

    `signed_revision` is the number of the oldest revision that was signed, from 0, and
    `begin` the offset behind it.

    Raises:
        CheckError: CHANGED_LATER: there is something that some program could see, and
            that was not judged.
    """
    spans: dict[int, int] = {}
    objects: set[int] = set()
    trailers: set[int] = set()
    after = begin
    for number in range(signed_revision + 1, reader.xrefs.total_revisions):
        revision = _Revision(data, reader, number, begin=after)
        revision.check_trailer()
        for found in revision.read_objects():
            spans[found.start] = found.end
            objects.add(found.start)
        start, end, trailer = revision.read_section(spans)
        spans[start], after = end, end
        (objects if trailer is None else trailers).add(trailer or start)
    _check_between(data, spans, begin)
    for pattern, known in ((_OBJECT, objects), (_ANY_TRAILER, trailers)):
        for match in pattern.finditer(data, begin):
            if match.start() not in known:
                raise SyntaxFaultError(
                    f"byte {match.start()}: {_tell(match[0])} that no table lists"
                )


def _check_between(data: bytes, spans: dict[int, int], begin: int) -> None:
    position = begin
    for start, end in [*sorted(spans.items()), (len(data), len(data))]:
        if start < position:
            raise SyntaxFaultError(f"byte {start}: one object within another")
        between = _BETWEEN.fullmatch(data, position, start)
        is_end = start == len(data)
        if between is None or (is_end and between[0].strip(BLANK)):
            raise SyntaxFaultError(
                f"{start - position} bytes at byte {position} that no table lists"
            )
        if _LIKE_A_WORD.search(between[0]):
            raise SyntaxFaultError(f"a comment at byte {position} that is more")
        position = end


class _Revision:
    """One revision behind a signature."""

    def __init__(
        self, data: bytes, reader: PdfFileReader, number: int, *, begin: int
    ) -> None:
        xrefs = reader.xrefs
        self._data, self._reader, self._number = data, reader, number
        self._begin = begin
        self._table: XRefSectionData = xrefs.get_xref_data(number)
        self._about = xrefs.get_xref_container_info(number)
        self._size_before = xrefs.get_xref_container_info(number - 1).size
        trailers = reader.trailer._trailer_revisions  # noqa: SLF001 - newest first
        self._trailer: Any = trailers[-1 - number]
        self._trailer_before: Any = trailers[-number]

    @property
    def _section_start(self) -> int:
        """Offset of the cross-references."""
        start = int(self._about.start_location)
        # Of a table the library gives the place behind `xref` and a line end.
        return start if self._about.stream_ref is not None else start - len(b"xref\n")

    def check_trailer(self) -> None:
        """Check that the trailer stands by itself, as programs read the newest only."""
        for key in ("/Root", "/Encrypt"):
            before = _inherit(self._reader, key, self._number - 1)
            if _entry(self._trailer, key) != before:
                raise self._fault(f"its trailer has another {key}")
        if "/Root" not in self._trailer:
            raise self._fault("its trailer names no catalog")
        if "/Encrypt" in self._trailer and (
            _first_id(_entry(self._trailer, "/ID"))
            != _first_id(_inherit(self._reader, "/ID", self._number - 1))
        ):
            raise self._fault("its trailer has another /ID")
        if self._about.xref_section_type is XRefSectionType.HYBRID_MAIN or (
            "/XRefStm" in self._trailer
        ):
            raise self._fault("hybrid cross-references")
        listed = {
            *self._table.standard_xrefs,
            *self._table.xrefs_in_objstm,
            *self._table.freed,
        }
        if max(listed, default=0) >= self._about.size:
            raise self._fault("it lists objects beyond its /Size")

    def read_objects(self) -> Iterator[PlainObject]:
        """Yield the objects that the table lists, but for those in earlier bytes."""
        streams = {one.obj_stream_id for one in self._table.xrefs_in_objstm.values()}
        if not streams <= self._table.standard_xrefs.keys():
            raise self._fault("it lists objects in a stream of another revision")
        for number, (generation, place) in self._table.standard_xrefs.items():
            if place < self._begin:
                self._check_known(number, generation, place)
                continue
            yield self._read_object(number, generation, place)

    def read_section(self, spans: dict[int, int]) -> tuple[int, int, int | None]:
        """Read the cross-references; return their span, and where a trailer is."""
        start = self._section_start
        if start < self._begin:
            raise self._fault("its table stands before an older one")
        trailer: int | None = None
        if self._about.stream_ref is not None:
            end = self._read_xref_stream(start, spans)
        else:
            end, trailer = self._read_table(start)
        last = _START.match(self._data, end)
        said = -1 if last is None else int(last[1])
        if last is None or said > start or self._data[said:start].strip(BLANK):
            raise self._fault("startxref does not stand behind its table, or is wrong")
        return start, last.end(), trailer

    def _read_object(self, number: int, generation: int, place: int) -> PlainObject:
        found = read_object(
            self._data, place, resolve_length=_Lengths(self._reader, self._number)
        )
        if (found.number, found.generation) != (number, generation):
            raise self._fault(f"another object stands in the place of {number}")
        ref = generic.Reference(number, generation, self._reader)
        value = _get(self._reader, ref, self._number)
        kind = None
        if isinstance(value, generic.DictionaryObject) and "/Type" in value:
            kind = value["/Type"]
        if kind == "/ObjStm":
            self._check_object_stream(number, value)
        elif number in self._table.obj_streams_used:
            raise self._fault(f"object {number} is no stream of objects")
        elif kind == "/XRef" and place != self._section_start:
            raise self._fault(f"object {number} is a table that is none")
        return found

    def _check_object_stream(self, number: int, stream: Any) -> None:  # noqa: ANN401
        """Check that each object in it is listed as one in it."""
        check_packing(stream)
        count, first = int(stream["/N"]), int(stream["/First"])
        content = stream.read_data(DecodePurpose.OBJECT_STREAM)
        head = content[:first].split()
        if len(head) != 2 * count:
            raise self._fault(f"object stream {number} has an odd head")
        for index in range(count):
            inside = int(head[2 * index])
            where = self._table.xrefs_in_objstm.get(inside)
            if where != ObjStreamRef(number, index):
                raise self._fault(f"object {inside} in a stream that no table lists")
        check_values(content, first)

    def _check_known(self, number: int, generation: int, place: int) -> None:
        """Check that an object in earlier bytes is the one that was there before.

        An older one would be another for programs that go by what stands last.
        """
        ref = generic.Reference(number, generation, self._reader)
        before = self._reader.xrefs.get_historical_ref(ref, self._number - 1)
        if place != before:
            raise self._fault(f"object {number} in the middle of earlier bytes")

    def _read_table(self, start: int) -> tuple[int, int]:
        """Read a table row by row; each number stands in it once."""
        data, seen = self._data, 0
        found = _TABLE.match(data, start)
        position = 0 if found is None else found.end()
        while found is not None and (rows := _ROWS.match(data, position)) is not None:
            position, count = rows.end(), int(rows[2])
            seen += count - (int(rows[1]) == 0 and count > 0)
            if count * _ROW_SIZE > len(data):
                break
            for _ in range(count):
                if _ROW.match(data, position) is None:
                    raise self._fault("a row of its table is odd")
                position += _ROW_SIZE
        trailer = _TRAILER.match(data, position)
        if found is None or trailer is None:
            raise self._fault("its table is odd")
        table = self._table
        if seen != len(table.standard_xrefs) + len(table.freed):
            raise self._fault("its table lists an object twice")
        closed = trailer.end()
        end = _find_dictionary_end(data, closed)
        return end, data.index(b"trailer", position)

    def _read_xref_stream(self, start: int, spans: dict[int, int]) -> int:
        """Read a stream of cross-references; every row of it says something."""
        found = read_object(
            self._data, start, resolve_length=_Lengths(self._reader, self._number)
        )
        number = -1
        if self._about.stream_ref is not None:
            number = int(self._about.stream_ref.idnum)
        if found.number != number or (
            number < self._size_before and start not in spans
        ):
            raise self._fault("its table has the number of another object")
        check_packing(self._trailer)
        index = [0, self._about.size]
        if "/Index" in self._trailer:
            index = [int(one) for one in self._trailer["/Index"]]
        pairs = list(zip(index[::2], index[1::2], strict=True))
        rows = sum(count for _, count in pairs)
        rows -= any(first == 0 and count > 0 for first, count in pairs)
        table = self._table
        listed = sum(
            len(one)
            for one in (table.standard_xrefs, table.xrefs_in_objstm, table.freed)
        )
        if rows != listed:
            raise self._fault("its table has rows of no known kind")
        return found.end

    def _fault(self, what: str) -> SyntaxFaultError:
        return SyntaxFaultError(f"revision {self._number + 1}: {what}")


class _Lengths(ResolveLength):
    """Finds the lengths of streams that stand in objects of their own."""

    def __init__(self, reader: PdfFileReader, revision: int) -> None:
        self._reader, self._revision = reader, revision

    def __call__(self, number: int, generation: int) -> int:
        """Return the number that an object holds."""
        reference = generic.Reference(number, generation, self._reader)
        return int(_get(self._reader, reference, self._revision))


def _find_dictionary_end(data: bytes, start: int) -> int:
    """Return where the dictionary of a trailer ends."""
    # An object of its own for the reader, which wants a word behind it.
    last = data.find(b"startxref", start)
    if last < 0:
        raise SyntaxFaultError("a trailer without an end")
    text = data[start:last].rstrip(BLANK)
    check_values(text)
    return start + len(text)


def _get(reader: PdfFileReader, reference: generic.Reference, revision: int) -> Any:  # noqa: ANN401
    value: Any = reader.get_object(reference, revision=revision)  # type: ignore[no-untyped-call]
    return value


def _inherit(reader: PdfFileReader, key: str, revision: int) -> Any:  # noqa: ANN401
    """Return what the trailers up to a revision say under a key, as it is written."""
    try:
        return reader.trailer.raw_get(key, revision=revision)
    except KeyError:
        return None


def _entry(trailer: Any, key: str) -> Any:  # noqa: ANN401 - any PDF object
    return trailer.raw_get(key) if key in trailer else None


def _first_id(array: Any) -> Any:  # noqa: ANN401 - any PDF object
    value: Any = array
    if isinstance(array, generic.IndirectObject):
        value = array.get_object()  # type: ignore[no-untyped-call]
    if isinstance(value, generic.ArrayObject) and len(value):
        return value[0].original_bytes
    return None


def _tell(found: bytes) -> str:
    return repr(found[:40].decode("ascii", "replace"))
