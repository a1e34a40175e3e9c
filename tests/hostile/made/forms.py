# SPDX-License-Identifier: Apache-2.0
"""Forms that were signed, and what can be done to them afterwards."""

from collections.abc import Callable
from io import BytesIO

import pikepdf
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    append_signature_field,
)
from pyhanko.sign.signers.cms_embedder import SigMDPSetup

from tests.forge import Forge, draw_pdf
from tests.forge_pki import Authority, make_certificate, name_of, new_key
from tests.hostile.attacks import update
from tests.hostile.hand_made import Way, sign_by_hand
from tests.hostile.made import raw

_WIDGET = b"/Type/Annot/Subtype/Widget/FT/Tx/Rect[72 600 300 620]"


def draw_form() -> bytes:
    """Draw a page with one text field named amount."""
    with pikepdf.open(BytesIO(draw_pdf())) as pdf:
        field = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Tx,
                T=pikepdf.String("amount"),
                V=pikepdf.String("100"),
                Rect=[72, 600, 300, 620],
            )
        )
        pdf.pages[0].obj.Annots = pikepdf.Array([field])
        form = pikepdf.Dictionary(Fields=pikepdf.Array([field]))
        pdf.Root.AcroForm = pdf.make_indirect(form)
        out = BytesIO()
        pdf.save(out, static_id=True, compress_streams=False)
    return out.getvalue()


def sign_form(
    forge: Forge,
    *,
    permission: MDPPerm | None = None,
    locked: bool = False,
    pdf: bytes | None = None,
) -> bytes:
    """Sign the form: certified with a permission, or approved without."""
    lock = FieldMDPSpec(FieldMDPAction.ALL) if locked else None
    setup = SigMDPSetup(
        md_algorithm="sha256",
        certify=permission is not None,
        docmdp_perms=permission or MDPPerm.FILL_FORMS,
        field_lock=lock,
    )
    wanted = permission is not None or locked
    way = Way(
        field_name="Author",
        mdp=setup if wanted else None,
        stamp=forge.tsa,
        others=[forge.ca.der],
    )
    return sign_by_hand(pdf or draw_form(), forge.trade.seal, way)


def fill(pdf: bytes, value: str = "9,000,000") -> bytes:
    """Fill in the field: its value, and how it looks."""
    number = _field_number(pdf)
    drawing = raw.next_number(pdf)
    page = _page_number(pdf)
    look = f"BT /F1 12 Tf 2 2 Td ({value}) Tj ET".encode()
    body = b"<<%s/T(amount)/V(%s)/P %d 0 R/AP<</N %d 0 R>>>>" % (
        _WIDGET,
        value.encode(),
        page,
        drawing,
    )
    form = (
        b"<</Type/XObject/Subtype/Form/BBox[0 0 228 20]/Length %d>>\nstream\n%s\n"
        b"endstream" % (len(look), look)
    )
    if b"/P " not in _field_source(pdf, number):
        body = body.replace(b"/P %d 0 R" % page, b"")
    return raw.append_revision(pdf, {number: body, drawing: form})


def _field_source(pdf: bytes, number: int) -> bytes:
    start = raw.object_places(pdf, [number])[number]
    return pdf[start : pdf.index(b"endobj", start)]


def _field_number(pdf: bytes) -> int:
    with pikepdf.open(BytesIO(pdf)) as opened:
        return next(
            int(field.objgen[0])
            for field in opened.Root.AcroForm.Fields
            if str(field.T) == "amount"
        )


def _page_number(pdf: bytes) -> int:
    with pikepdf.open(BytesIO(pdf)) as opened:
        return int(opened.pages[0].obj.objgen[0])


def edit_page(pdf: bytes, edit: Callable[[bytes], bytes]) -> bytes:
    """Append a revision that writes the first page's dictionary anew."""
    number = _page_number(pdf)
    source = _field_source(pdf, number).split(b"obj", 1)[1].strip()
    return raw.append_revision(pdf, {number: edit(source)})


def edit_catalog(pdf: bytes, entries: bytes, more: dict[int, bytes] | None = None) -> (
    bytes
):  # fmt: skip
    """Append a revision that puts entries into the catalog."""
    number = raw.root_number(pdf)
    source = _field_source(pdf, number).split(b"obj", 1)[1].strip()
    changed = source[: source.rindex(b">>")] + entries + b">>"
    return raw.append_revision(pdf, {number: changed, **(more or {})})


def add_validation_data(forge: Forge, pdf: bytes, extra: bytes = b"") -> bytes:
    """Append the document security store that checking needs."""
    first = raw.next_number(pdf)
    data = [forge.ca.der, *forge.crls()]
    streams = {
        first + n: b"<</Length %d>>\nstream\n%s\nendstream" % (len(der), der)
        for n, der in enumerate(data)
    }
    store = b"/DSS<</Certs[%d 0 R]/CRLs[%d 0 R %d 0 R]%s>>" % (
        first,
        first + 1,
        first + 2,
        extra,
    )
    return edit_catalog(pdf, store, streams)


def stranger() -> Authority:
    """Make somebody who certifies himself."""
    return make_certificate(name_of("Mallory"), new_key(), None)


# Attacks.


def filled_without_leave(forge: Forge) -> bytes:
    """Fill in a form that was signed without leave to do so."""
    return fill(sign_form(forge))


def filled_where_nothing_may_change(forge: Forge) -> bytes:
    """Fill in a form that was certified against every change."""
    return fill(sign_form(forge, permission=MDPPerm.NO_CHANGES))


def filled_a_locked_field(forge: Forge) -> bytes:
    """Fill in a field that the signer has locked (FieldMDP)."""
    return fill(sign_form(forge, locked=True))


def evil_annotation(forge: Forge) -> bytes:
    """Put a note over the text of a file that was certified for annotations."""
    signed = sign_form(forge, permission=MDPPerm.ANNOTATE)
    number = raw.next_number(signed)
    look = b"1 1 1 rg 0 0 400 40 re f BT 0 g /F1 18 Tf 2 8 Td (Holder: Mallory) Tj ET"
    note = (
        b"<</Type/Annot/Subtype/FreeText/Rect[60 660 460 700]/Contents(Holder: Mallory)"
        b"/DA(/F1 18 Tf 0 g)/F 4/AP<</N %d 0 R>>>>" % (number + 1)
    )
    drawing = (
        b"<</Type/XObject/Subtype/Form/BBox[0 0 400 40]/Length %d>>\nstream\n%s\n"
        b"endstream" % (len(look), look)
    )
    page = _page_number(signed)
    source = _field_source(signed, page).split(b"obj", 1)[1].strip()
    changed = source.replace(b"/Annots [", b"/Annots [ %d 0 R" % number)
    assert changed != source
    return raw.append_revision(
        signed, {page: changed, number: note, number + 1: drawing}
    )


def sneaky_signature(forge: Forge) -> bytes:
    """Put a visible signature field over the text of a certified file."""
    signed = sign_form(forge, permission=MDPPerm.FILL_FORMS)

    def add(writer: object) -> None:
        append_signature_field(
            writer,  # type: ignore[arg-type]  # a writer
            SigFieldSpec("Covering", box=(60, 660, 460, 700)),
        )

    return update(signed, add)


def sneaky_signature_signed(forge: Forge) -> bytes:
    """Sign the covering field as well, as somebody unknown."""
    covered = sneaky_signature(forge)
    return sign_by_hand(covered, stranger(), Way(field_name="Covering"))


def xfa_added(forge: Forge) -> bytes:
    """Add an XFA form: programs that know XFA show it in place of the pages."""
    signed = sign_form(forge, permission=MDPPerm.FILL_FORMS)
    with pikepdf.open(BytesIO(signed)) as pdf:
        number = int(pdf.Root.AcroForm.objgen[0])
    source = _field_source(signed, number).split(b"obj", 1)[1].strip()
    xfa = raw.next_number(signed)
    packet = b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'>Mallory</xdp:xdp>"
    stream = b"<</Length %d>>\nstream\n%s\nendstream" % (len(packet), packet)
    changed = source[: source.rindex(b">>")] + b"/XFA %d 0 R>>" % xfa
    return raw.append_revision(signed, {number: changed, xfa: stream})


def javascript_added(forge: Forge) -> bytes:
    """Add a script that runs when the file is opened."""
    signed = forge.issue().pdf
    script = b"/OpenAction<</S/JavaScript/JS(app.alert\\('genuine'\\))>>"
    return edit_catalog(signed, script)


def named_javascript_added(forge: Forge) -> bytes:
    """Add a script to the names of the document."""
    signed = forge.seal(draw_pdf())
    return edit_catalog(
        signed, b"/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(1)>>]>>>>"
    )


def launch_added(forge: Forge) -> bytes:
    """Add an action that starts a program."""
    action = b"/OpenAction<</S/Launch/F(calc.exe)>>"
    return edit_catalog(forge.issue().pdf, action)


def page_script_added(forge: Forge) -> bytes:
    """Add an action that runs when the page is shown."""
    signed = forge.issue().pdf
    entry = b"/AA<</O<</S/JavaScript/JS(1)>>>>"
    return edit_page(signed, lambda page: page[: page.rindex(b">>")] + entry + b">>")


def resources_swapped(forge: Forge) -> bytes:
    """Give the page other resources, so that its text is drawn otherwise."""
    signed = forge.issue().pdf
    font = raw.next_number(signed)
    other = b"<</Type/Font/Subtype/Type1/BaseFont/Symbol>>"
    number = _page_number(signed)
    source = _field_source(signed, number).split(b"obj", 1)[1].strip()
    old = b"%d 0 R" % raw.font_number(signed)
    assert old in source
    changed = source.replace(old, b"%d 0 R" % font)
    return raw.append_revision(signed, {number: changed, font: other})


def annotation_replaced(forge: Forge) -> bytes:
    """Write a signed field anew as a note with other words."""
    signed = sign_form(forge, permission=MDPPerm.ANNOTATE)
    number = _field_number(signed)
    note = b"<</Type/Annot/Subtype/FreeText/Rect[60 660 460 700]/Contents(Mallory)>>"
    return raw.append_revision(signed, {number: note})


# What is allowed.


def filled_with_leave(forge: Forge) -> bytes:
    """Fill in a form that was certified for filling in."""
    filled = fill(sign_form(forge, permission=MDPPerm.FILL_FORMS))
    return add_validation_data(forge, filled)


def filled_and_signed(forge: Forge) -> bytes:
    """Fill in a form that was signed before, and sign all of it again."""
    filled = fill(sign_form(forge))
    way = Way(field_name="Second", stamp=forge.tsa, others=[forge.ca.der])
    return add_validation_data(forge, sign_by_hand(filled, forge.trade.seal, way))
