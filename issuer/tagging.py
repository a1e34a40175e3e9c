# SPDX-License-Identifier: Apache-2.0
"""Tagging: writes the structure of a document into its PDF (ISO 32000-1 §14.7).

The tree, and the empty signature field with its own element, so that a sealed file
is as accessible as it was before (ISO 14289-1 §7.18).
"""

from collections.abc import Sequence

from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from templates.structure import Element
from templates.tagging import write_tree

SEAL_FIELD = "Seal"
OFFICER_FIELD = "Officer"
_LABELS = {
    SEAL_FIELD: "ตราอิเล็กทรอนิกส์ของหน่วยงาน (electronic seal of the agency)",
    OFFICER_FIELD: "ลายมือชื่ออิเล็กทรอนิกส์ของเจ้าหน้าที่ (electronic signature of the officer)",
}
_WIDGET_FLAGS = 132
"""Print and locked (ISO 32000-1 table 165); an archive allows no hidden field."""

_SIGNED_APPEND_ONLY = 3
"""SigFlags (ISO 32000-1 table 219)."""


def write_structure(pdf: Pdf, root: Element, *, fields: Sequence[str] = ()) -> None:
    """Write the structure tree, and make the signature fields that are wanted.

    They are invisible, on the first page, and stand last in reading order.
    """
    document = write_tree(pdf, root)
    numbers: list[Object | int] = []
    for number, name in enumerate(fields, start=len(pdf.pages)):
        numbers += [number, _add_field(pdf, document, name, number)]
    if fields:
        tree = pdf.Root.StructTreeRoot
        tree.ParentTree.Nums = Array([*tree.ParentTree.Nums, *numbers])
        tree.ParentTreeNextKey = len(pdf.pages) + len(fields)
    if OFFICER_FIELD in fields:
        _lock_after_seal(pdf)


def _add_field(pdf: Pdf, document: Object, name: str, number: int) -> Object:
    """Make an empty signature field; return its element (ISO 32000-1 §12.7.4.5)."""
    page = pdf.pages[0]
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=String(name),
            TU=String(_LABELS[name]),
            Rect=Array([0, 0, 0, 0]),
            F=_WIDGET_FLAGS,
            P=page.obj,
            StructParent=number,
        )
    )
    form = pdf.make_indirect(
        Dictionary(
            S=Name.Form,
            P=document,
            Pg=page.obj,
            K=Dictionary(Type=Name.OBJR, Obj=field, Pg=page.obj),
        )
    )
    kids = document.K
    document.K = Array([*(kids if isinstance(kids, Array) else [kids]), form])
    page.Annots = Array([*page.obj.get("/Annots", Array()), field])
    page.Tabs = Name.S
    # The flags of a signed file already: so that sealing changes the field alone.
    made = pdf.Root.get("/AcroForm", Dictionary()).get("/Fields", Array())
    pdf.Root.AcroForm = Dictionary(
        Fields=Array([*made.as_list(), field]), SigFlags=_SIGNED_APPEND_ONLY
    )
    return form


def _lock_after_seal(pdf: Pdf) -> None:
    """Let the seal, which comes last, allow no change (ISO 32000-2 table 236).

    A seal that comes alone says so itself, as a certification signature; after
    another signature there can be none.
    """
    seal = pdf.Root.AcroForm.Fields[-1]
    seal.Lock = pdf.make_indirect(
        Dictionary(
            Type=Name.SigFieldLock,
            Action=Name.Include,
            # Not all fields: archive timestamps come in fields of their own.
            Fields=Array([String(OFFICER_FIELD), String(SEAL_FIELD)]),
            P=1,
        )
    )
