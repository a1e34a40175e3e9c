# SPDX-License-Identifier: Apache-2.0
"""Signature fields that draw over a sealed file, and seem invisible to some."""

from collections.abc import Callable
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.forge import Forge
from tests.hostile.attacks import NAME, dictionary, first_page, number, numbers, update

Writer = IncrementalPdfFileWriter
Entries = dict[str, Any]
_PLACE = (72, 600, 472, 700)
_POINT = numbers(0, 0, 0, 0)
_SCRIPT = dictionary(
    S=NAME("/JavaScript"), JS=generic.TextStringObject("app.alert('extended')")
)
_LINK = dictionary(S=NAME("/URI"), URI=generic.TextStringObject("https://evil.example"))


def draw_stamp(writer: Writer, **more: object) -> generic.IndirectObject:
    """Add an appearance that says something."""
    content = b"1 1 1 rg 0 0 400 100 re f 0 g BT /F 30 Tf 10 30 Td (EXTENDED) Tj ET"
    stamp = generic.StreamObject(stream_data=content)
    font = dictionary(
        Type=NAME("/Font"), Subtype=NAME("/Type1"), BaseFont=NAME("/Helvetica")
    )
    about = dictionary(
        Type=NAME("/XObject"),
        Subtype=NAME("/Form"),
        BBox=numbers(0, 0, 400, 100),
        Resources=dictionary(Font=dictionary(F=font)),
        **more,
    )
    stamp.update(about)
    reference = writer.add_object(stamp)
    assert isinstance(reference, generic.IndirectObject)
    return reference


def add_field(
    make: Callable[[Writer], Entries], *, kid: bool = False, listed: bool = True
) -> Callable[[Writer], None]:
    """Return a change that adds a signature field.

    With `kid` what is shown stands in a kid of the field; with `listed` all of it is
    named in the security store, too, where anything may be added.
    """

    def change(writer: Writer) -> None:
        page = first_page(writer)
        shown: Entries = {
            "Type": NAME("/Annot"),
            "Subtype": NAME("/Widget"),
            "F": number(4),
            "Rect": _POINT,
            **make(writer),
        }
        named: Entries = {"FT": NAME("/Sig"), "T": generic.TextStringObject("Stamp")}
        if kid:
            widget = writer.add_object(dictionary(**shown))
            field = writer.add_object(
                dictionary(**named, Kids=generic.ArrayObject([widget]))
            )
        else:
            widget = field = writer.add_object(dictionary(**shown, **named))
        old = page["/Annots"] if "/Annots" in page else generic.ArrayObject()
        kept = [old.raw_get(index) for index in range(len(old))]
        page[NAME("/Annots")] = generic.ArrayObject([*kept, widget])
        writer.update_container(page)
        form = writer.root["/AcroForm"]
        form["/Fields"].append(field)
        writer.update_container(form["/Fields"])
        writer.update_container(form)
        if listed:
            _list_in_store(writer, shown)

    return change


def _list_in_store(writer: Writer, shown: Entries) -> None:
    """Name all that is referred to in the security store, which may hold anything."""
    found = [one for one in shown.values() if isinstance(one, generic.IndirectObject)]
    sides = shown["Rect"]
    if isinstance(sides, generic.ArrayObject):
        found += [one for one in sides if isinstance(one, generic.IndirectObject)]
    if "AP" in shown:
        found.append(shown["AP"].raw_get("/N"))
    store = dictionary(Extra=generic.ArrayObject(found))
    if "/DSS" in writer.root:
        store = writer.root["/DSS"]
        store[NAME("/Extra")] = generic.ArrayObject(found)
        writer.update_container(store)
    else:
        writer.root[NAME("/DSS")] = writer.add_object(store)
        writer.update_root()  # type: ignore[no-untyped-call]  # library


def _refer(writer: Writer, *values: int) -> generic.ArrayObject:
    return generic.ArrayObject(writer.add_object(number(one)) for one in values)


def _stamped(writer: Writer, sides: object, **more: object) -> Entries:
    return {"Rect": sides, "AP": dictionary(N=draw_stamp(writer, **more))}


DRAWN: dict[str, Callable[[Writer], Entries]] = {
    "a plain rectangle": lambda w: _stamped(w, numbers(*_PLACE)),
    "numbers by reference": lambda w: _stamped(w, _refer(w, *_PLACE)),
    "one number by reference": lambda w: _stamped(
        w, generic.ArrayObject([*_refer(w, 72), *numbers(600, 472, 700)])
    ),
    "five numbers": lambda w: _stamped(w, numbers(*_PLACE, 0)),
    "three numbers": lambda w: _stamped(w, numbers(*_PLACE[:3])),
    "rectangle by reference": lambda w: _stamped(w, w.add_object(numbers(*_PLACE))),
    "a point by reference": lambda w: {"Rect": w.add_object(numbers(0, 0, 0, 0))},
    "a line that draws": lambda w: _stamped(w, numbers(72, 600, 472, 600)),
    "a point that cannot be scaled": lambda w: _stamped(
        w, numbers(72, 600, 72, 600), Matrix=numbers(1, 0, 0, 0, 0, 0)
    ),
}

OTHER: dict[str, Entries] = {
    "a border": {"Border": numbers(0, 0, 300)},
    "a border style": {"BS": dictionary(W=number(300))},
    "a background": {"MK": dictionary(BG=numbers(1, 1, 1))},
    "a colour": {"C": numbers(1, 1, 1)},
    "an action": {"A": _LINK},
    "a script for when the page opens": {"AA": dictionary(PO=_SCRIPT)},
    "a highlight": {
        "Subtype": NAME("/Highlight"),
        "QuadPoints": numbers(72, 700, 400, 700, 72, 600, 400, 600),
    },
    "a bare highlight": {"Subtype": NAME("/Highlight")},
    "a note": {
        "Subtype": NAME("/Text"),
        "Contents": generic.TextStringObject("Extended to 2599"),
        "F": number(28),
    },
    "a link": {"Subtype": NAME("/Link"), "Rect": numbers(0, 0, 600, 800), "A": _LINK},
}


def draw_over(name: str) -> Callable[[Forge], bytes]:
    """Return what draws over a genuine licence in one of these ways."""

    def make(forge: Forge) -> bytes:
        how = DRAWN[name] if name in DRAWN else lambda _: OTHER[name]
        return update(forge.issue().pdf, add_field(how))

    return make
