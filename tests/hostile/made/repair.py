# SPDX-License-Identifier: Apache-2.0
"""Updates of which programs that repair a file see more than its tables list.

Each looks like a time stamp's validation data by the tables. What else it holds is
found by programs that go by the bytes, or read a table more strictly or less.
"""

import re
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm

from tests.forge import Forge, Signature, draw_pdf
from tests.fuzz.draft import Draft
from tests.fuzz.updates import name_field
from tests.hostile.hand_made import Way, sign_by_hand
from tests.hostile.made import forms, raw
from tests.hostile.made.saving import FORGED, own_document

_TURNED = b"/Rotate 90"
_GAP = b" " * (len(_TURNED) + 4)


def hidden_object_stream(forge: Forge) -> bytes:
    """A stream of objects that no table lists holds the page; no catalog is named."""
    return _without_root(_list_hidden_stream(forge))


def hidden_object_stream_and_odd_table(forge: Forge) -> bytes:
    """The same stream, and a table whose first word only some programs forgive."""
    pdf = _list_hidden_stream(forge)
    table = pdf.rindex(b"xref\n", 0, pdf.rindex(b"startxref"))
    return pdf[:table] + b"xrefX" + pdf[table + 5 :]


def hidden_behind_a_comment(forge: Forge) -> bytes:
    """Other content between two comments that read like the ends of a stream."""
    pdf = forge.issue().pdf
    forged = raw.write_object(raw.content_number(pdf), raw.show(FORGED))
    return _without_root(
        list_in_store(pdf + b"\n%stream\n" + forged + b"%endstream\n", {})
    )


def hidden_document(forge: Forge) -> bytes:
    """A whole other document under numbers of its own, and a trailer for it."""
    pdf = forge.issue().pdf
    number = raw.next_number(pdf) + 50
    hidden = b"".join(
        raw.write_object(one, body) for one, body in own_document(number).items()
    )
    hidden += b"trailer\n<</Root %d 0 R/Size %d>>\n" % (number, number + 9)
    return _without_root(list_in_store(pdf + b"\n" + hidden, {}))


def hidden_in_a_stream(forge: Forge) -> bytes:
    """Other content within a stream of the store, behind what looks like its end."""
    pdf = forge.issue().pdf
    number = raw.next_number(pdf)
    forged = raw.write_object(raw.content_number(pdf), raw.show(FORGED))
    data = b"x\nendstream\nendobj\n" + forged + b"%d 0 obj\n<<>>\nstream\n" % number
    stream = b"<</Length %d 0 R>>\nstream\n%s\nendstream" % (number + 1, data)
    objects = {number: stream, number + 1: b"%d" % len(data)}
    return _without_root(list_in_store(pdf, objects))


def hidden_and_stamped(forge: Forge) -> bytes:
    """Hidden content, and a time stamp of one's own over the whole file."""
    pdf = forge.issue().pdf
    hidden = pdf + raw.write_object(raw.content_number(pdf), raw.show(FORGED))
    saved = list_in_store(hidden, {})
    way = Way(subfilter="/ETSI.RFC3161", type_name="/DocTimeStamp", field_name="Own")
    return sign_by_hand(saved, forge.make_tsa(None), way)


def beginnings_of_streams(forge: Forge) -> bytes:
    """Beginnings of streams without an end, where no table names anything."""
    return append_junk(forge.issue().pdf, b"stream\nxendstream\n" * 50_000)


def append_junk(pdf: bytes, junk: bytes) -> bytes:
    """Append bytes, and a proper table that lists none of them."""
    trailer = b"/Size %d/Root %d 0 R/Prev %d" % (
        raw.next_number(pdf),
        raw.root_number(pdf),
        raw.last_xref(pdf),
    )
    before = pdf + junk
    return before + raw.write_table({}, trailer=trailer, at=len(before))


def object_stream_replaced(forge: Forge) -> bytes:
    """The signed stream that holds the page tree is written anew, in the store."""
    pdf, number = sign_packed(forge)
    reader = PdfFileReader(BytesIO(pdf))
    stream: Any = generic.Reference(number, 0, reader).get_object()
    old = b"/Count 1"
    assert old in stream.data
    # Of the same length, as the head of the stream tells where each object begins.
    data = stream.data.replace(old + b" /Kids", b"/Rotate 90/Count 1/Kids")
    shift = len(data) - len(stream.data)
    head = stream.data[: stream["/First"]].split()
    at = stream.data.index(old) - stream["/First"]
    moved = [
        b"%d" % (int(one) + shift * (index % 2 and int(one) > at))
        for index, one in enumerate(head)
    ]
    body = b" ".join(moved) + b"\n"
    new = body + data[stream["/First"] :]
    about = b"/N %d/First %d/Length %d" % (stream["/N"], len(body), len(new))
    written = b"<</Type/ObjStm%s>>\nstream\n%s\nendstream" % (about, new)
    return list_in_store(pdf, {number: written})


def object_stream_freed(forge: Forge) -> bytes:
    """The signed stream that holds the page tree is freed, with an odd generation."""
    pdf, number = sign_packed(forge)
    return raw.append_revision(pdf, places={number: None}, generation=7)


def dangling_number_taken(forge: Forge) -> bytes:
    """The page names a content that was freed; an update brings one back."""
    drawn = draw_pdf()
    number, content = raw.next_number(drawn), raw.content_number(drawn)
    old = b"/Contents %d 0 R" % content
    assert old in drawn
    both = b"/Contents [ %d 0 R %d 0 R ]" % (content, number)
    untidy = raw.rebuild_table(drawn.replace(old, both))
    freed = raw.append_revision(untidy, places={number: None}, generation=1)
    how = Signature(forge.trade.seal, tsa=forge.tsa)
    pdf = forge.sign(freed, how)
    body = b"%d 1 obj\n%s\nendobj\n" % (number, raw.show(FORGED))
    root = raw.root_number(pdf)
    at = raw.object_places(pdf, [root])[root]
    source = pdf[at : pdf.index(b"endobj", at)].split(b"obj", 1)[1].strip()
    source = source[: source.rindex(b">>")] + b"/DSS<</Extra[%d 1 R]>>>>" % number
    start = len(pdf)
    catalog = raw.write_object(root, source)
    rows = b"%d 1\n%010d 00001 n \n" % (number, start)
    rows += b"%d 1\n%010d 00000 n \n" % (root, start + len(body))
    about = b"/Size %d/Root %d 0 R/Prev %d" % (
        raw.next_number(pdf),
        root,
        raw.last_xref(pdf),
    )
    end = start + len(body) + len(catalog)
    tail = b"trailer\n<<%s>>\nstartxref\n%d\n%%%%EOF\n" % (about, end)
    return pdf + body + catalog + b"xref\n" + rows + tail


def rolled_back(forge: Forge) -> bytes:
    """A field is filled in with leave; then its older place is listed again."""
    signed = forms.sign_form(forge, permission=MDPPerm.FILL_FORMS)
    filled = forms.fill(signed)
    changed = PdfFileReader(BytesIO(filled)).xrefs.get_xref_data(2).standard_xrefs
    number = min(changed)
    old = raw.object_places(signed, [number])[number]
    return raw.append_revision(filled, places={number: old})


def dictionary_that_looks_like_a_table(forge: Forge) -> bytes:
    """An unused object says that it is a table, and that all is encrypted."""
    pdf = forge.issue().pdf
    return raw.append_revision(
        pdf, {raw.next_number(pdf): b"<</Type/XRef/Encrypt 1 0 R/ID[<00><00>]>>"}
    )


def row_of_no_kind(forge: Forge) -> bytes:
    """A table lists the content with a kind that stands for nothing at all."""
    pdf = forge.issue().pdf
    return _append_xref_stream(pdf, [(raw.content_number(pdf), b"\x03")])


def encrypted_later(forge: Forge) -> bytes:
    """A trailer says that all is encrypted: what was drawn becomes noise."""
    with pikepdf.open(BytesIO(draw_pdf())) as opened:
        out = BytesIO()
        how = pikepdf.Encryption(owner="x", R=4, aes=False, metadata=False)
        opened.save(out, encryption=how, static_id=True)
    found = re.search(rb"/Encrypt (\d+) 0 R", out.getvalue())
    identity = re.search(rb"/ID \[[^]]*\]", out.getvalue())
    assert found is not None
    assert identity is not None
    start = out.getvalue().index(b"\n%d 0 obj" % int(found[1]))
    whole = out.getvalue()[start : out.getvalue().index(b"endobj", start)]
    plain = _without_metadata(draw_pdf())
    pdf = forge.sign(plain, Signature(forge.trade.seal, tsa=forge.tsa))
    number = raw.next_number(pdf)
    # Nothing uses it at first; then the trailer does, and nothing else is changed.
    first = raw.append_revision(pdf, {number: whole.split(b"obj", 1)[1].strip()})
    about = b"/Encrypt %d 0 R" % number + identity[0]
    return raw.append_revision(first, trailer=about)


def _without_metadata(pdf: bytes) -> bytes:
    with pikepdf.open(BytesIO(pdf)) as opened:
        if "/Metadata" in opened.Root:
            del opened.Root.Metadata
        out = BytesIO()
        opened.save(out, static_id=True, fix_metadata_version=False)
    return out.getvalue()


def hidden_in_predicted_rows(forge: Forge) -> bytes:
    """A page in a stream whose rows some decode to nothing, and others to an entry."""
    pdf, predicted = (
        _add_a_field_packed(forge),
        b"/DecodeParms<</Predictor 12/Columns 2>>",
    )

    def encode(data: bytes) -> tuple[bytes, bytes]:
        data += b"\n" * (len(data) % 2)
        begin = data.index(_GAP) // 2 * 2 + 2
        hidden = range(begin, begin + len(_TURNED))
        rows = bytearray()
        for at in range(0, len(data), 2):
            if at in hidden:  # as it is
                rows += b"\x00" + _TURNED[at - begin :][:2]
            else:  # the second byte less the first
                first, second = data[at : at + 2]
                rows += bytes((1, first, (second - first) % 256))
        return b"/Filter/FlateDecode" + predicted, zlib.compress(bytes(rows))

    pdf.encode = encode
    return pdf.finish("packed")


def hidden_by_odd_parameters(forge: Forge) -> bytes:
    """A stream of objects whose rows are as wide as whoever reads them thinks."""
    draft = _add_a_field_packed(forge)

    def encode(data: bytes) -> tuple[bytes, bytes]:
        rows = b"".join(b"\x02" + bytes([one]) for one in _differences(data))
        odd = b"/DecodeParms<</Predictor 12/Columns 1/Colors 3>>"
        return b"/Filter/FlateDecode" + odd, zlib.compress(rows)

    draft.encode = encode
    return draft.finish("packed")


def _differences(data: bytes) -> Iterator[int]:
    before = 0
    for one in data:
        yield (one - before) % 256
        before = one


def _add_a_field_packed(forge: Forge) -> Draft:
    """Add a field that shows nothing; the page has room for another entry."""
    draft = Draft.of(forge.issue().pdf)
    look = b"/Type/Annot/Subtype/Widget/F 4/Rect[0 0 0 0]"
    field = draft.add(b"<</FT/Sig/T(Added)%s>>" % look)
    name_field(draft, field)
    old = draft.entries(draft.page).get("/Annots", b"[]").strip(b"[]")
    draft.change(draft.page, Annots=b"[%s %d 0 R]" % (old, field))
    page = draft.objects[draft.page]
    draft.objects[draft.page] = page.replace(b"<<", b"<<" + _GAP, 1)
    return draft


def _list_hidden_stream(forge: Forge) -> bytes:
    """List a stream in the store that holds an empty page in place of the signed."""
    pdf = forge.issue().pdf
    number = raw.next_number(pdf)
    page = int(PdfFileReader(BytesIO(pdf)).root["/Pages"]["/Kids"].raw_get(0).idnum)
    start = raw.object_places(pdf, [page])[page]
    source = pdf[start : pdf.index(b"endobj", start)].split(b"obj", 1)[1].strip()
    empty = source.replace(b"/Contents", b"/Emptied")
    assert empty != source
    head = b"%d 0 " % page
    about = b"/N 1/First %d/Length %d" % (len(head), len(head + empty))
    stream = b"<</Type/ObjStm%s>>\nstream\n%s%s\nendstream" % (about, head, empty)
    return list_in_store(pdf, {number: stream})


def list_in_store(pdf: bytes, objects: dict[int, bytes], trailer: bytes = b"") -> bytes:
    """Append objects, and name them in the security store, which may hold anything."""
    reader = PdfFileReader(BytesIO(pdf[: pdf.rindex(b"%%EOF") + 6]))
    root = dict(reader.root)
    store = dict(root.pop("/DSS").get_object()) if "/DSS" in root else {}
    number = max([raw.next_number(pdf), *(one + 1 for one in objects)])
    named = b" ".join(b"%d 0 R" % one for one in objects)
    source = _write(store)[:-2] + b"/Extra[%s]>>" % named
    catalog = _write(root)[:-2] + b"/DSS %d 0 R>>" % number
    changed = {**objects, number: source, raw.root_number(pdf): catalog}
    return raw.append_revision(pdf, changed, trailer=trailer)


def _write(entries: dict[str, object]) -> bytes:
    out = BytesIO()
    generic.DictionaryObject(entries).write_to_stream(out)  # type: ignore[no-untyped-call]
    return out.getvalue().rstrip()


def _without_root(pdf: bytes) -> bytes:
    """Take the catalog out of the last trailer: programs look for one elsewhere."""
    at = pdf.rindex(b"trailer")
    changed = re.sub(rb"/Root \d+ 0 R", b"", pdf[at:])
    assert changed != pdf[at:]
    return pdf[:at] + changed


def sign_packed(forge: Forge) -> tuple[bytes, int]:
    """Certify a file whose page tree is in a stream; return that stream's number."""
    with pikepdf.open(BytesIO(draw_pdf())) as opened:
        out = BytesIO()
        opened.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    how = Signature(forge.trade.seal, tsa=forge.tsa, crls=forge.crls())
    pdf = forge.sign(out.getvalue(), how)
    xrefs = PdfFileReader(BytesIO(pdf)).xrefs
    (number,) = xrefs.get_xref_data(0).obj_streams_used
    return pdf, int(number)


def _append_xref_stream(pdf: bytes, odd: list[tuple[int, bytes]]) -> bytes:
    """Append a stream of cross-references with rows of odd kinds."""
    number, start = raw.next_number(pdf), len(pdf)
    entries = [(one, kind + bytes(6)) for one, kind in odd]
    entries.append((number, b"\x01" + start.to_bytes(4, "big") + bytes(2)))
    index = b" ".join(b"%d 1" % one for one, _ in entries)
    rows = b"".join(row for _, row in entries)
    about = b"/Size %d/Index[%s]/W[1 4 2]/Root %d 0 R/Prev %d/Length %d" % (
        number + 1,
        index,
        raw.root_number(pdf),
        raw.last_xref(pdf),
        len(rows),
    )
    stream = b"<</Type/XRef%s>>\nstream\n%s\nendstream" % (about, rows)
    tail = b"startxref\n%d\n%%%%EOF\n" % start
    return pdf + raw.write_object(number, stream) + tail
