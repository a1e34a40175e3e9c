# SPDX-License-Identifier: Apache-2.0
"""Grammatical updates of signed files: what an attacker who knows PDF would append."""

import re
import zlib
from collections.abc import Callable

from pyhanko.pdf_utils import generic

from tests.fuzz.dice import Dice
from tests.fuzz.draft import Draft, write, write_dictionary

Step = Callable[[Draft, Dice], None]

_DRAWN = b"1 0 0 rg 0 0 900 900 re f BT /F1 30 Tf 9 9 Td (EXTENDED 9999) Tj ET"
_RECTS = (
    b"[0 0 0 0]", b"[60 640 480 740]", b"[480 740 60 640]",
    b"[-9999 -9999 -9999 -9999]",
    b"[0 0 595 842]", b"[72 600 472 600]", b"[72 600 72 700]", b"[60 640 480 740 0]",
    b"[60 640 480]", b"[0.0001 0 300 0]", b"[60.0 640.0 60.0 640.0]",
    b"[300 300 300 300]",
    b"[-1e9 0 0 0]", b"[99999999 0 0 99999999]", b"null", b"[0 0 null 9]", b"(0 0 9 9)",
)  # fmt: skip
_BOXES = (
    b"[0 0 595 842]", b"[0 0 0 0]", b"[0 0 0.0001 900]", b"[0 0 900 900]",
    b"[900 900 0 0]", b"[0 0 1 1]", b"[0 0 900]", b"null",
)  # fmt: skip
_MATRICES = (b"[1 0 0 1 0 0]", b"[0 0 0 0 0 0]", b"[1 0 0 0 0 0]", b"[9 0 0 9 0 0]")
_PAGE_ENTRIES = (
    ("UserUnit", b"2"), ("UserUnit", b"1"), ("Rotate", b"90"), ("Rotate", b"0"),
    ("Rotate", b"360"), ("CropBox", b"[0 0 300 400]"), ("CropBox", b"[0 0 595 842]"),
    ("MediaBox", b"[0 0 595 842]"), ("MediaBox", b"[0 0 595.0 842]"),
    ("MediaBox", b"[0 0 300 842]"), ("MediaBox", None), ("Contents", b"[]"),
    ("Contents", None), ("Resources", None), ("Resources", b"<<>>"),
    ("Group", b"<</S/Transparency/CS/DeviceRGB>>"), ("Tabs", b"/S"), ("Dur", b"1"),
    ("AA", b"<</O<</S/JavaScript/JS(app.alert(1))>>>>"), ("Annots", b"[]"),
    ("Annots", None), ("Type", b"(/Page)"), ("Type", b"/Template"), ("Thumb", b"null"),
    ("Parent", None), ("StructParents", b"0"), ("VP", b"[]"), ("PieceInfo", b"<<>>"),
)  # fmt: skip
_CATALOG_ENTRIES = (
    ("OCProperties", b"<</OCGs[]/D<<>>>>"), ("Names", b"<<>>"), ("OpenAction", b"[]"),
    ("OpenAction", b"<</S/JavaScript/JS(1)>>"), ("Extensions", b"<</X<<>>>>"),
    ("Perms", b"<<>>"), ("Perms", None), ("Legal", b"<<>>"), ("Collection", b"<<>>"),
    ("ViewerPreferences", b"<</HideToolbar true>>"), ("PageLabels", b"<</Nums[]>>"),
    ("PageMode", b"/FullScreen"), ("Outlines", b"<<>>"), ("StructTreeRoot", b"<<>>"),
    ("AF", b"[]"), ("Lang", b"(en)"), ("Version", b"/2.0"), ("Version", b"/1.0"),
    ("MarkInfo", b"<</Marked false>>"), ("NeedsRendering", b"true"), ("URI", b"<<>>"),
    ("AcroForm", b"<</Fields[]>>"), ("AcroForm", None), ("Type", b"(/Catalog)"),
    ("DSS", b"<<>>"), ("DSS", None), ("Threads", b"[]"), ("Dests", b"<<>>"),
)  # fmt: skip
_FORM_ENTRIES = (
    ("NeedAppearances", b"true"), ("NeedAppearances", b"false"),
    ("DA", b"(/Helv 0 Tf 1 1 1 rg)"), ("Q", b"2"), ("SigFlags", b"0"),
    ("XFA", b"(<xdp/>)"), ("CO", b"[]"), ("DR", b"<</Font<<>>>>"), ("Fields", b"[]"),
    ("DR", b"<</Font<</Helv<</Type/Font/Subtype/Type1/BaseFont/Symbol>>>>>>"),
)  # fmt: skip
_FIELD_ENTRIES = (
    ("V", b"(9999)"), ("Ff", b"8192"), ("Ff", b"1"), ("Ff", b"65536"), ("F", b"2"),
    ("F", b"4"), ("DA", b"(/Helv 30 Tf 1 0 0 rg)"), ("Q", b"2"), ("AP", b"<<>>"),
    ("AP", None), ("MK", b"<</BG[1 0 0]>>"), ("Rect", b"[0 0 0 0]"), ("AS", b"/Off"),
    ("V", None), ("T", b"(other)"), ("MaxLen", b"1"), ("Type", b"/Annot"),
)  # fmt: skip
_NEW_FIELD_ENTRIES = (
    b"/F 4", b"/F 28", b"/F 2", b"/F 132", b"/F 0", b"/Ff 1",
    b"/MK<</BG[1 0 0]/BC[0 0 1]>>",
    b"/MK<<>>", b"/DA(/F1 9 Tf)", b"/BS<</W 30>>", b"/Border[0 0 30]",
    b"/Border[0 0 0]",
    b"/H/N", b"/A<</S/URI/URI(http://a)>>", b"/AA<</PO<</S/JavaScript/JS(1)>>>>",
    b"/C[1 0 0]", b"/OC<<>>", b"/Contents(note)", b"/V null", b"/V<<>>", b"/Lock null",
    b"/AS/On", b"/DR<<>>", b"/Q 1", b"/TU(name)", b"/Lang(th)", b"/NM(x)",
    b"/M(D:2026)",
)  # fmt: skip


def list_a_stream(draft: Draft, dice: Dice) -> None:
    """Name streams in the store: certificates, drawings, objects in disguise."""
    inside = b"%d 0 %s" % (draft.page, write_dictionary({"/Type": b"/Page"}))
    kinds = (
        b"<</Length 4>>\nstream\n1234\nendstream",
        b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length %d>>\nstream\n%s\nendstream"
        % (len(_DRAWN), _DRAWN),
        b"<</Type/ObjStm/N 1/First 4/Length %d>>\nstream\n%s\nendstream"
        % (len(inside), inside),
        b"<</Type/XRef/Size 1/W[1 2 1]/Root 1 0 R/Length 4>>\nstream\n0000\nendstream",
        b"<</Type/Catalog/Pages %d 0 R>>" % draft.root,
        b"<</Length 40>>\nstream\n1\nendstream\nendobj\n%3d 0 obj\n<<>>\n\nendstream"
        % draft.page,
    )
    draft.add(dice.one_of(kinds), listed=True)


def list_an_old_object(draft: Draft, dice: Dice) -> None:
    """Name a signed object in the store, written anew or not."""
    number = dice.one_of(draft.numbers)
    draft.listed.append(number)
    if dice.below(2):
        change_an_object(draft, dice)


def add_a_field(draft: Draft, dice: Dice) -> None:
    """Add a signature field, and put it on the page or not."""
    entries = [b"/FT/Sig", b"/T(F%d)" % dice.below(10_000)]
    shown = [b"/Type/Annot/Subtype/Widget/Rect%s" % dice.one_of(_RECTS)]
    if dice.below(3) == 0:
        shown += [dice.one_of(_NEW_FIELD_ENTRIES) for _ in range(dice.between(1, 2))]
    if dice.below(2):
        shown.append(b"/AP%s" % _make_look(draft, dice))
    if dice.below(4) == 0:
        kid = draft.add(b"<<%s>>" % b"".join(shown), listed=bool(dice.below(2)))
        field = draft.add(b"<<%s/Kids[%d 0 R]>>" % (b"".join(entries), kid))
    else:
        listed = dice.below(4) == 0
        kid = field = draft.add(b"<<%s>>" % b"".join(entries + shown), listed=listed)
    name_field(draft, field)
    if dice.below(4):
        _put_on_page(draft, dice, kid)


def _make_look(draft: Draft, dice: Dice) -> bytes:
    content = dice.one_of((b"", b"% nothing\n", _DRAWN, b"0 0 9 9 re f"))
    matrix = b"/Matrix%s" % dice.one_of(_MATRICES) if dice.below(3) == 0 else b""
    about = b"/Type/XObject/Subtype/Form/BBox%s%s" % (dice.one_of(_BOXES), matrix)
    stream = b"<<%s/Length %d>>\nstream\n%s\nendstream" % (about, len(content), content)
    number = draft.add(stream, listed=bool(dice.below(2)))
    if dice.below(6) == 0:
        number = dice.one_of(draft.numbers)
    key = dice.one_of((b"/N", b"/N", b"/N", b"/D", b"/R"))
    states = (b"<<%s %d 0 R>>", b"<<%s<</On %d 0 R>>>>")
    return dice.one_of(states) % (key, number)


def name_field(draft: Draft, field: int) -> None:
    """Put a field into the form."""
    root = draft.reader.root
    if "/AcroForm" not in root:
        draft.change(draft.root, AcroForm=b"<</Fields[%d 0 R]>>" % field)
        return
    fields = root["/AcroForm"].raw_get("/Fields")
    old = write(root["/AcroForm"]["/Fields"]).strip()[1:-1]
    array = b"[%s %d 0 R]" % (old, field)
    if isinstance(fields, generic.IndirectObject):
        draft.objects[fields.idnum] = array
        return
    form = root.raw_get("/AcroForm")
    if isinstance(form, generic.IndirectObject):
        draft.change(form.idnum, Fields=array)
    else:
        kept = {str(key): write(form.raw_get(key)) for key in form}
        new = write_dictionary({**kept, "/Fields": array})
        draft.change(draft.root, AcroForm=new)


def _put_on_page(draft: Draft, dice: Dice, widget: int) -> None:
    page = draft.value(draft.page)
    old = [write(one) for one in _raw_annotations(page)]
    new = b"%d 0 R" % widget
    order = [*old, new] if dice.below(3) else [new, *reversed(old)]
    if old and dice.below(6) == 0:
        order.append(old[0])
    array = b"[%s]" % b" ".join(order)
    if dice.below(3) == 0:
        array = b"%d 0 R" % draft.add(array)
    draft.change(draft.page, Annots=array)


def _raw_annotations(page: generic.DictionaryObject) -> list[generic.PdfObject]:
    if "/Annots" not in page:
        return []
    array = page["/Annots"]
    return [array.raw_get(index) for index in range(len(array))]


def rewrite_the_page(draft: Draft, dice: Dice) -> None:
    """Write the page anew, the same or with another entry."""
    entry = dice.one_of(_PAGE_ENTRIES) if dice.below(4) else ("Tabs", None)
    draft.change(draft.page, **{entry[0]: entry[1]})


def rewrite_the_tree(draft: Draft, dice: Dice) -> None:
    """Write the root of the page tree anew, with what pages inherit."""
    number = draft.reader.root.raw_get("/Pages").idnum
    entry = dice.one_of((*_PAGE_ENTRIES, ("Count", b"9"), ("Kids", b"[]")))
    draft.change(number, **{entry[0]: entry[1]})


def add_to_the_contents(draft: Draft, dice: Dice) -> None:
    """Draw more, by another stream beside those of the page."""
    more = b"<</Length %d>>\nstream\n%s\nendstream" % (len(_DRAWN), _DRAWN)
    number = draft.add(more, listed=bool(dice.below(2)))
    old = draft.entries(draft.page).get("/Contents", b"").strip(b"[]")
    draft.change(draft.page, Contents=b"[%s %d 0 R]" % (old, number))


def change_the_catalog(draft: Draft, dice: Dice) -> None:
    """Change one entry of the catalog."""
    key, value = dice.one_of(_CATALOG_ENTRIES)
    draft.change(draft.root, **{key: value})


def change_the_form(draft: Draft, dice: Dice) -> None:
    """Change one entry of the form."""
    form = draft.reader.root.get("/AcroForm")
    raw = draft.reader.root.raw_get("/AcroForm") if form is not None else None
    if isinstance(raw, generic.IndirectObject):
        key, value = dice.one_of(_FORM_ENTRIES)
        draft.change(raw.idnum, **{key: value})


def change_a_field(draft: Draft, dice: Dice) -> None:
    """Fill in a field, or change how it looks."""
    root = draft.reader.root
    if "/AcroForm" not in root:
        return
    fields = root["/AcroForm"]["/Fields"]
    numbers = [fields.raw_get(index).idnum for index in range(len(fields))]
    if not numbers:
        return
    key, value = dice.one_of(_FIELD_ENTRIES)
    if key == "AP" and value is not None:
        value = _make_look(draft, dice)
    draft.change(dice.one_of(numbers), **{key: value})


def change_an_object(draft: Draft, dice: Dice) -> None:
    """Write any object anew: as it was, or with a word or number changed."""
    number = dice.one_of(draft.numbers)
    source = draft.source(number)
    changes: tuple[Callable[[bytes], bytes], ...] = (
        lambda s: s,
        lambda s: re.sub(rb"/([A-Za-z0-9]+)(?=[ />])", rb"(/\1)", s, count=1),
        lambda s: re.sub(rb" (\d+)(?=[ /\]>])", rb" \1.0", s, count=1),
        lambda s: re.sub(rb"\b(\d{1,3})\b", b"%d" % dice.below(999), s, count=1),
        lambda s: s.replace(b"Tj", b"TJ", 1),
        lambda s: s.replace(b"Helvetica", b"Courier", 1),
        lambda s: re.sub(rb"/Length \d+", b"/Length %d" % dice.below(99), s, count=1),
        lambda s: s.replace(b"/Filter", b"/Fylter", 1),
        lambda s: s.replace(b"<<", b"<</DecodeParms<</Predictor 12>>", 1),
        lambda s: s.replace(b"<<", b"<</Filter/ASCIIHexDecode", 1),
        lambda _: b"null",
        lambda _: b"<<>>",
    )
    draft.objects[number] = dice.one_of(changes)(source)


def change_a_stream_of_objects(draft: Draft, dice: Dice) -> None:
    """Write a stream anew that holds objects or a table, or free it."""
    xrefs = draft.reader.xrefs
    found = {
        number
        for revision in range(xrefs.total_revisions)
        for number in xrefs.get_xref_data(revision).obj_streams_used
    }
    if not found:
        return
    number = dice.one_of(sorted(found))
    if dice.below(2):
        draft.freed[number] = dice.below(8)
        return
    stream = draft.value(number)
    about = b"/N %d/First %d" % (stream["/N"], stream["/First"])
    data = stream.data.replace(b"595", b"300").replace(b"/Contents", b"/Dontents")
    draft.objects[number] = b"<</Type/ObjStm%s/Length %d>>\nstream\n%s\nendstream" % (
        about,
        len(data),
        data,
    )
    draft.listed.append(number)


def free_an_object(draft: Draft, dice: Dice) -> None:
    """Free any object, with a generation that fits or does not."""
    number = dice.one_of(draft.numbers)
    if number not in draft.objects:
        draft.freed[number] = dice.one_of((1, 1, 0, 2, 7, 65535))


def hide_an_object(draft: Draft, dice: Dice) -> None:
    """Put a copy of a signed object where no table names it."""
    number = dice.one_of((draft.page, dice.one_of(draft.numbers), draft.root))
    body = b"%d 0 obj\n%s\nendobj\n" % (
        number,
        dice.one_of((b"<<>>", draft.source(number).replace(b"/Contents", b"/X"))),
    )
    wraps = (b"%s", b"%%stream\n%s%%endstream\n", b"%%PDF-1.7\n%s", b"(\n%s)\n")
    draft.hidden.append(dice.one_of(wraps) % body)
    if dice.below(2):
        draft.hidden.append(b"trailer\n<</Root %d 0 R/Size 99>>\n" % number)


def change_the_trailer(draft: Draft, dice: Dice) -> None:
    """Let the trailer say something else."""
    last = draft.numbers[-1]
    key, value = dice.one_of(
        (
            ("/Root", b"%d 0 R" % dice.one_of(draft.numbers)),
            ("/Root", b"%d 0 R" % draft.add(draft.source(draft.root))),
            ("/Root", b"null"),
            ("/Prev", b"0"),
            ("/Prev", b"%d" % dice.below(len(draft.pdf))),
            ("/Prev", b"%d" % len(draft.pdf)),
            ("/XRefStm", b"%d" % dice.below(len(draft.pdf))),
            ("/Size", b"%d" % last),
            ("/Size", b"999999"),
            ("/Encrypt", b"<</Filter/Standard/V 1/R 2/O(x)/U(x)/P -4>>"),
            ("/Encrypt", b"%d 0 R" % last),
            ("/ID", b"[<00><00>]"),
            ("/Info", b"%d 0 R" % dice.one_of(draft.numbers)),
        )
    )
    draft.trailer[key] = value


STEPS: tuple[Step, ...] = (
    list_a_stream, list_a_stream, list_an_old_object, add_a_field, add_a_field,
    add_a_field, add_a_field, rewrite_the_page, rewrite_the_tree, add_to_the_contents,
    change_the_catalog, change_the_form, change_the_form, change_a_field,
    change_a_field, change_an_object, change_an_object, change_a_stream_of_objects,
    free_an_object, hide_an_object, change_the_trailer,
)  # fmt: skip
"""What updates are made of; what stands here twice is done twice as often."""

_WAYS = ("table", "table", "stream", "packed", "hybrid")
_BENDS: tuple[tuple[bytes, bytes], ...] = (
    (b"xref\n", b"xrefX"), (b"xref\n", b"xref \n"), (b" n \n", b" n\n"),
    (b"endobj\n", b""), (b"endobj", b"endxbj"), (b" 0 obj", b" 0 xbj"),
    (b" 0 obj", b" 0 obj%\n"), (b"stream\n", b"stream \n"), (b"/Length ", b"/Length 1"),
    (b"trailer", b"trailex"), (b"startxref\n", b"startxref\n1"), (b"%%EOF", b"%%EOF1"),
    (b"%%EOF", b"%EOF"), (b"/Root ", b"/Roof "), (b">>", b">>%x\n"),
    (b"<<", b"<</A --1"),
    (b"\n%%EOF\n", b"\n%%EOF\n%PDF-1.7\n"), (b"/Prev ", b"/Prev 0"), (b"f \n", b"n \n"),
    (b"startxref", b"%%EOF\nstartxref"), (b"00000 n", b"00001 n"),
    (b"obj", b"obj null"),
)  # fmt: skip


def append_updates(pdf: bytes, dice: Dice) -> tuple[bytes, list[str]]:
    """Append one to three updates, and tell what was done in them."""
    done: list[str] = []
    for _ in range(dice.one_of((1, 1, 1, 2, 2, 3))):
        steps = [dice.one_of(STEPS) for _ in range(dice.one_of((1, 1, 1, 2, 3)))]
        way = dice.one_of(_WAYS)
        later = _write_update(pdf, steps, way, dice)
        if later is None:
            return pdf, done  # what was appended before is too broken to be read
        done += [*(step.__name__ for step in steps), way]
        if dice.below(4) == 0:
            old, new = dice.one_of(_BENDS)
            later = later.replace(old, new, dice.one_of((1, 1, 99)))
            done.append(f"{old.decode()} to {new.decode()}")
            return pdf + later, done
        pdf += later
    return pdf, done


def _make_encoder(dice: Dice) -> Callable[[bytes], tuple[bytes, bytes]]:
    """Return what packs a stream of objects: not at all, or in rows of some kinds."""
    kinds = dice.one_of(((), (), (2,), (0,), (1,), (0, 1, 2), (3, 4), (2, 9)))
    columns = dice.one_of((1, 2, 2, 5))
    more = dice.one_of((b"", b"", b"", b"/Colors 3", b"/BitsPerComponent 4"))

    def encode(data: bytes) -> tuple[bytes, bytes]:
        if not kinds:
            return b"", data
        data += b"\n" * (-len(data) % columns)
        rows, above = bytearray(), bytes(columns)
        for start in range(0, len(data), columns):
            row, kind = data[start : start + columns], dice.one_of(kinds)
            guess = {1: b"\x00" + row[:-1], 2: above}.get(kind, bytes(columns))
            rows.append(kind)
            rows += bytes(
                (one - less) % 256 for one, less in zip(row, guess, strict=True)
            )
            above = row
        about = b"/DecodeParms<</Predictor 12/Columns %d%s>>" % (columns, more)
        return b"/Filter/FlateDecode" + about, zlib.compress(bytes(rows))

    return encode


def _write_update(pdf: bytes, steps: list[Step], way: str, dice: Dice) -> bytes | None:
    try:
        draft = Draft.of(pdf)
        for step in steps:
            step(draft, dice)
        draft.encode = _make_encoder(dice)
        return draft.finish(way)[len(pdf) :]
    except Exception:  # noqa: BLE001 - whatever the library raises over a broken file
        return None
