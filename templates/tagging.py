# SPDX-License-Identifier: Apache-2.0
"""Tagging: writes a structure into a PDF (ISO 32000-1 §14.7).

The tree, and the way back from marked content to its element.
"""

from collections.abc import Mapping

from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from templates.structure import Content, Element


def write_tree(pdf: Pdf, root: Element) -> Object:
    """Write the structure tree, and return the element of the whole document."""
    tree = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    parents: dict[int, dict[int, Object]] = {}
    document = _write_element(pdf, root, tree, parents)
    numbers: list[Object | int] = []
    for index, page in enumerate(pdf.pages):
        page.StructParents = index
        marks = parents.get(index, {})
        kids = Array([marks[mcid] for mcid in range(len(marks))])
        numbers += [index, pdf.make_indirect(kids)]
    tree.K = document
    tree.ParentTree = pdf.make_indirect(Dictionary(Nums=Array(numbers)))
    tree.ParentTreeNextKey = len(pdf.pages)
    pdf.Root.StructTreeRoot = tree
    pdf.Root.MarkInfo = Dictionary(Marked=True)
    return document


def _write_element(
    pdf: Pdf, element: Element, parent: Object, parents: dict[int, dict[int, Object]]
) -> Object:
    written = pdf.make_indirect(Dictionary(_describe_element(element)))
    written.P = parent
    home: int | None = None
    kids: list[Object | int] = []
    for kid in element.kids:
        if isinstance(kid, Content):
            if home is None:
                home = kid.page
                written.Pg = pdf.pages[home].obj
            parents.setdefault(kid.page, {})[kid.mcid] = written
            kids.append(_write_mark(pdf, kid, home))
        elif not kid.is_empty():
            kids.append(_write_element(pdf, kid, written, parents))
    if kids:
        written.K = kids[0] if len(kids) == 1 else Array(kids)
    return written


def _describe_element(element: Element) -> dict[str, object]:
    entries: dict[str, object] = {"/S": Name(f"/{element.role}")}
    if element.language:
        entries["/Lang"] = String(element.language)
    if element.alt:
        entries["/Alt"] = String(element.alt)
    attributes = _write_attributes(element)
    if attributes is not None:
        entries["/A"] = attributes
    return entries


def _write_mark(pdf: Pdf, mark: Content, home: int) -> Object | int:
    """Return a mark as a number, or with its page where that is another one."""
    if mark.page == home:
        return mark.mcid
    return Dictionary(Type=Name.MCR, Pg=pdf.pages[mark.page].obj, MCID=mark.mcid)


def _write_attributes(element: Element) -> Object | None:
    table: dict[str, object] = {}
    if element.scope:
        table["/Scope"] = Name(f"/{element.scope}")
    rows, columns = element.span
    if rows > 1:
        table["/RowSpan"] = rows
    if columns > 1:
        table["/ColSpan"] = columns
    if table:
        return _attributes_of("/Table", table)
    if element.numbering:
        return _attributes_of(
            "/List", {"/ListNumbering": Name(f"/{element.numbering}")}
        )
    if element.box:
        return _attributes_of("/Layout", {"/BBox": Array(list(element.box))})
    return None


def _attributes_of(owner: str, values: Mapping[str, object]) -> Object:
    return Dictionary({"/O": Name(owner), **values})
