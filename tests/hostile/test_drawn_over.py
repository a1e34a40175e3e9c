# SPDX-License-Identifier: Apache-2.0
"""Attack: draw over a genuine licence with a signature field that seems invisible.

A new field without a size may follow a seal, as a time stamp needs one. Programs
differ in what they take for a size, and in what else a field can show.
"""

from collections.abc import Callable
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.forge import Forge, Issued, Signature, draw_pdf
from tests.hostile.attacks import NAME, dictionary, first_page, number, numbers, update
from tests.hostile.test_officer_signature import Office
from verifier.report import Report

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


def check_altered(report: Report) -> None:
    """Check that the file is told to be changed."""
    details = [check.detail for check in report.checks]
    assert (report.outcome, report.integrity) == ("altered", "altered"), details
    assert report.reason == "changed_after_signing", details


@pytest.mark.parametrize("kid", [False, True], ids=["field", "kid"])
@pytest.mark.parametrize("name", DRAWN)
def test_drawn_over_by_a_field_it_is_altered(
    quiet_forge: Forge, genuine: Issued, name: str, *, kid: bool
) -> None:
    drawn = update(genuine.pdf, add_field(DRAWN[name], kid=kid))

    check_altered(quiet_forge.verify(drawn))


@pytest.mark.parametrize("kid", [False, True], ids=["field", "kid"])
@pytest.mark.parametrize("name", OTHER)
def test_a_field_that_is_more_than_a_field_is_altered(
    quiet_forge: Forge, genuine: Issued, name: str, *, kid: bool
) -> None:
    changed = update(genuine.pdf, add_field(lambda _: OTHER[name], kid=kid))

    check_altered(quiet_forge.verify(changed))


@pytest.mark.parametrize("name", ["numbers by reference", "five numbers"])
def test_drawn_over_an_ordinary_signed_file_it_is_altered(
    quiet_forge: Forge, name: str
) -> None:
    """What no record of ours protects is judged by the same rule."""
    drawn = update(_sign(quiet_forge), add_field(DRAWN[name]))

    check_altered(quiet_forge.verify(drawn))


NOWHERE = [numbers(0, 0, 0, 0), numbers(-9999, -9999, -9999, -9999)]


@pytest.mark.parametrize("sides", NOWHERE)
def test_a_field_that_shows_nothing_leaves_it_in_force(
    quiet_forge: Forge, genuine: Issued, sides: generic.ArrayObject
) -> None:
    """As time stamps of ours and of other programs bring it along."""
    report = quiet_forge.verify(
        update(genuine.pdf, add_field(lambda _: {"Rect": sides}))
    )

    assert (report.outcome, report.reason) == ("in_force", "valid")


@pytest.mark.parametrize("sides", NOWHERE)
@pytest.mark.parametrize("content", [b"", b"% nothing\n", b"0 g 0 0 9 9 re f"])
def test_an_appearance_that_nobody_sees_leaves_a_signed_file_intact(
    quiet_forge: Forge, sides: generic.ArrayObject, content: bytes
) -> None:
    """Other programs give one to signatures without a size."""

    def make(writer: Writer) -> Entries:
        blank = generic.StreamObject(stream_data=content)
        blank.update(dictionary(Subtype=NAME("/Form"), BBox=numbers(0, 0, 100, 100)))
        return {"Rect": sides, "AP": dictionary(N=writer.add_object(blank))}

    signed = _sign(quiet_forge)
    report = quiet_forge.verify(update(signed, add_field(make, listed=False)))

    assert report.integrity == "intact", [check.detail for check in report.checks]


def _sign(forge: Forge) -> bytes:
    """Sign a file that is nobody's licence, with leave to sign it again."""
    how = Signature(forge.trade.seal, tsa=forge.tsa, certify=False)
    return forge.sign(draw_pdf(), how)


@pytest.fixture
def office(forge: Forge) -> Office:
    return Office(forge)


def test_a_seal_that_gives_leave_lets_nobody_draw_on_a_licence(office: Office) -> None:
    """After an officer the seal is no certification, and its field may have no lock."""
    sealed = office.seal(office.sign(office.draw(office.somchai), office.somchai))
    assert office.verify(sealed).outcome == "in_force"

    for name in ("a plain rectangle", "numbers by reference"):
        drawn = update(sealed, add_field(DRAWN[name]))
        check_altered(office.forge.verify(drawn))


def test_between_officer_and_seal_no_field_is_added(office: Office) -> None:
    signed = office.sign(office.draw(office.somchai), office.somchai)

    for name in ("a plain rectangle", "numbers by reference"):
        drawn = office.seal(update(signed, add_field(DRAWN[name])))
        report = office.verify(drawn)
        assert (report.outcome, report.reason) == ("altered", "changed_after_signing")


def test_between_officer_and_seal_not_even_an_empty_field_is_added(
    office: Office,
) -> None:
    signed = office.sign(office.draw(office.somchai), office.somchai)
    added = office.seal(update(signed, add_field(lambda _: {})))

    report = office.verify(added)

    check = report.checks[-1]
    assert (report.outcome, check.id) == ("altered", "officer_signature")
    assert "Stamp" in check.detail
