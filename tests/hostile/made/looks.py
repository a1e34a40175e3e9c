# SPDX-License-Identifier: Apache-2.0
"""Updates that show something else, and that nobody has signed for."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm

from tests.forge import Forge, Signature, draw_pdf
from tests.hostile.attacks import NAME, dictionary, first_page, number, numbers, update
from tests.hostile.hand_made import Way, sign_by_hand
from tests.hostile.made import forms

Writer = IncrementalPdfFileWriter
PLACE = (60, 640, 480, 740)
_TRUE = generic.BooleanObject(value=True)  # type: ignore[no-untyped-call]  # library
_NOWHERE = (0, 0, 0, 0)


def drawn_by_an_unsigned_field(forge: Forge) -> bytes:
    """A new signature field that nobody signs covers the text of a signed file."""
    return update(approve(forge, draw_pdf()), add_field(look=True))


def sign_by_the_program(forge: Forge) -> bytes:
    """A new field without a look: programs draw a sign of their own over the text."""
    return update(approve(forge, draw_pdf()), add_field(place=PLACE))


def drawn_by_a_time_stamp(forge: Forge) -> bytes:
    """A time stamp of one's own shows itself over the text of a signed file."""
    covered = update(approve(forge, draw_pdf()), add_field(look=True))
    way = Way(subfilter="/ETSI.RFC3161", type_name="/DocTimeStamp", field_name="Added")
    return sign_by_hand(covered, forge.make_tsa(None), way)


def annotations_in_another_order(forge: Forge) -> bytes:
    """What was covered by another annotation covers that one."""

    def swap(writer: Writer) -> None:
        add_field()(writer)
        page = first_page(writer)
        kept = page["/Annots"]
        first, second, *rest = (kept.raw_get(at) for at in range(len(kept)))
        page[NAME("/Annots")] = generic.ArrayObject([second, first, *rest])

    return update(approve(forge, draw_notes()), swap)


def annotation_of_another_page(forge: Forge) -> bytes:
    """A widget that stood nowhere is the kid of a new field, and stands on the page."""
    with pikepdf.open(BytesIO(draw_pdf())) as pdf:
        pdf.Root.Unused = pdf.make_indirect(_make_note(pdf, "0 1 0 rg", (0, 0, 9, 9)))
        pdf.Root.Unused.Subtype = pikepdf.Name.Widget
        drawn = _save(pdf)

    def add(writer: Writer) -> None:
        add_field(kids=[writer.root.raw_get("/Unused")])(writer)

    return update(approve(forge, drawn), add)


def name_made_a_string(forge: Forge) -> bytes:
    """The encoding of a signed font becomes a string of the same letters."""
    with pikepdf.open(BytesIO(draw_pdf())) as pdf:
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name.Helvetica,
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
        page = pdf.pages[0].obj
        page.Resources.Font.F1 = font
        words = b"BT /F1 18 Tf 72 720 Td (\x80 100) Tj ET"
        page.Contents = pdf.make_stream(words)
        drawn = _save(pdf)

    def change(writer: Writer) -> None:
        add_field()(writer)
        resources = first_page(writer)["/Resources"]["/Font"]["/F1"]
        word = generic.TextStringObject("/WinAnsiEncoding")
        resources[NAME("/Encoding")] = word

    return update(approve(forge, drawn), change)


def form_drawn_anew(forge: Forge) -> bytes:
    """The form asks for its fields to be drawn anew, in white."""

    def ask(form: generic.DictionaryObject) -> None:
        form[NAME("/NeedAppearances")] = _TRUE
        form[NAME("/DA")] = generic.TextStringObject("/Helv 0 Tf 1 1 1 rg")

    return _change_form(forms.sign_form(forge), ask)


def form_drawn_anew_where_nothing_may_change(forge: Forge) -> bytes:
    """The same, of a file that was certified against every change."""

    def ask(form: generic.DictionaryObject) -> None:
        form[NAME("/NeedAppearances")] = _TRUE

    return _change_form(forms.sign_form(forge, permission=MDPPerm.NO_CHANGES), ask)


def form_with_another_font(forge: Forge) -> bytes:
    """The font of the form is another one that the file has anyway."""

    def ask(form: generic.DictionaryObject) -> None:
        fonts = dictionary(Helv=form["/DR"]["/Font"].raw_get("/Other"))
        form[NAME("/DR")] = dictionary(Font=fonts)

    with pikepdf.open(BytesIO(forms.draw_form())) as pdf:
        fonts = {
            f"/{name}": pdf.make_indirect(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Font,
                    Subtype=pikepdf.Name.Type1,
                    BaseFont=pikepdf.Name(f"/{font}"),
                )
            )
            for name, font in (("Helv", "Helvetica"), ("Other", "Symbol"))
        }
        pdf.Root.AcroForm.DR = pikepdf.Dictionary(Font=pikepdf.Dictionary(fonts))
        pdf.Root.AcroForm.NeedAppearances = True
        drawn = _save(pdf)
    how = MDPPerm.NO_CHANGES
    return _change_form(forms.sign_form(forge, permission=how, pdf=drawn), ask)


def field_made_a_password(forge: Forge) -> bytes:
    """A field that was filled in becomes one for passwords."""
    signed = forms.sign_form(forge)

    def change(writer: Writer) -> None:
        field = writer.root["/AcroForm"]["/Fields"][0]
        field[NAME("/Ff")] = number(1 << 13)
        writer.update_container(field)

    return update(signed, change)


def add_field(
    *,
    look: bool = False,
    place: tuple[int, ...] = _NOWHERE,
    content: bytes = b"1 0 0 rg 0 0 420 100 re f",
    kids: list[Any] | None = None,
) -> Callable[[Writer], None]:
    """Return a change that adds a signature field, with or without a look."""

    def change(writer: Writer) -> None:
        page = first_page(writer)
        entries: dict[str, Any] = {
            "FT": NAME("/Sig"),
            "T": generic.TextStringObject("Added"),
        }
        if kids:
            entries["Kids"] = generic.ArrayObject(kids)
        else:
            entries |= {
                "Type": NAME("/Annot"),
                "Subtype": NAME("/Widget"),
                "F": number(4),
                "Rect": numbers(*(PLACE if look else place)),
            }
        if look:
            stamp = generic.StreamObject(stream_data=content)
            about = dictionary(
                Type=NAME("/XObject"),
                Subtype=NAME("/Form"),
                BBox=numbers(0, 0, 420, 100),
            )
            stamp.update(about)
            entries["AP"] = dictionary(N=writer.add_object(stamp))
        field = writer.add_object(dictionary(**entries))
        old = page["/Annots"] if "/Annots" in page else generic.ArrayObject()
        kept = [old.raw_get(index) for index in range(len(old))]
        page[NAME("/Annots")] = generic.ArrayObject([*kept, *(kids or [field])])
        writer.update_container(page)
        fields = writer.root["/AcroForm"]["/Fields"]
        fields.append(field)
        writer.update_container(fields)

    return change


def approve(forge: Forge, pdf: bytes) -> bytes:
    """Sign a file and certify nothing, as the first of several signers does."""
    how = Signature(forge.trade.seal, tsa=forge.tsa, crls=forge.crls(), certify=False)
    return forge.sign(pdf, how)


def _change_form(
    pdf: bytes, change: Callable[[generic.DictionaryObject], None]
) -> bytes:
    def write(writer: Writer) -> None:
        form = writer.root["/AcroForm"]
        change(form)
        writer.update_container(form)

    return update(pdf, write)


def draw_notes() -> bytes:
    """Draw a page with two notes, of which the second covers the first."""
    with pikepdf.open(BytesIO(draw_pdf())) as pdf:
        notes = [
            pdf.make_indirect(_make_note(pdf, colour, PLACE))
            for colour in ("1 0 0 rg", "0 0 1 rg")
        ]
        pdf.pages[0].obj.Annots = pikepdf.Array(notes)
        return _save(pdf)


def _make_note(
    pdf: pikepdf.Pdf, colour: str, place: tuple[int, ...]
) -> pikepdf.Dictionary:
    look = pdf.make_stream(f"{colour} 0 0 420 100 re f".encode())
    look.Type, look.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    look.BBox = pikepdf.Array([0, 0, 420, 100])
    return pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Stamp,
        Rect=pikepdf.Array(list(place)),
        F=4,
        AP=pikepdf.Dictionary(N=look),
    )


def _save(pdf: pikepdf.Pdf) -> bytes:
    out = BytesIO()
    pdf.save(out, static_id=True, compress_streams=False)
    return out.getvalue()
