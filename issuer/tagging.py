# SPDX-License-Identifier: Apache-2.0
"""Tagging: writes the structure of a document into its PDF (ISO 32000-1 §14.7).

The tree, and the empty signature field with its own element, so that a sealed file
is as accessible as it was before (ISO 14289-1 §7.18).
"""

from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from templates.structure import Element
from templates.tagging import write_tree

SEAL_FIELD = "Seal"
_SEAL_LABEL = "ตราอิเล็กทรอนิกส์ของหน่วยงาน (electronic seal of the agency)"
_WIDGET_FLAGS = 132
"""Print and locked (ISO 32000-1 table 165); an archive allows no hidden field."""

_SIGNED_APPEND_ONLY = 3
"""SigFlags (ISO 32000-1 table 219)."""


def write_structure(pdf: Pdf, root: Element, *, seal_field: bool) -> None:
    """Write the structure tree, and make the signature field if one is wanted.

    The field is invisible, on the first page, and stands last in reading order.
    """
    document = write_tree(pdf, root)
    if seal_field:
        field = _add_seal_field(pdf, document)
        tree = pdf.Root.StructTreeRoot
        numbers: list[Object | int] = [len(pdf.pages), field]
        tree.ParentTree.Nums = Array([*tree.ParentTree.Nums, *numbers])
        tree.ParentTreeNextKey = len(pdf.pages) + 1


def _add_seal_field(pdf: Pdf, document: Object) -> Object:
    """Make the empty signature field; return its element (ISO 32000-1 §12.7.4.5)."""
    page = pdf.pages[0]
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=String(SEAL_FIELD),
            TU=String(_SEAL_LABEL),
            Rect=Array([0, 0, 0, 0]),
            F=_WIDGET_FLAGS,
            P=page.obj,
            StructParent=len(pdf.pages),
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
    page.Annots = Array([field])
    page.Tabs = Name.S
    # The flags of a signed file already: so that sealing changes the field alone.
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]), SigFlags=_SIGNED_APPEND_ONLY)
    return form
