# SPDX-License-Identifier: Apache-2.0
"""A screen reader finds headings, tables, lists and figures, in reading order."""

import io
from collections.abc import Iterator

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from tests.unit.issuer.test_render import TYPES, make_job, render

Node = tuple[str, pikepdf.Object]


def walk(element: pikepdf.Object) -> Iterator[Node]:
    """Yield all elements below one, in reading order."""
    kids = element.get("/K", Array())
    for kid in kids if isinstance(kids, Array) else [kids]:
        if isinstance(kid, Dictionary) and "/S" in kid:
            yield str(kid.S).removeprefix("/"), kid
            yield from walk(kid)


def open_document(name: str) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(render(make_job(TYPES[name]))))


def read_roles(pdf: pikepdf.Pdf) -> list[str]:
    return [role for role, _ in walk(pdf.Root.StructTreeRoot)]


def test_a_licence_begins_with_its_number_and_title() -> None:
    roles = read_roles(open_document("business_licence"))
    assert roles[0] == "Document"
    assert roles.count("H1") == 1
    assert roles.index("H1") < roles.index("Table") < roles.index("H2")
    assert roles.index("H2") < roles.index("L")
    assert roles[-1] == "Form"


def test_labels_are_header_cells_of_their_rows() -> None:
    pdf = open_document("business_licence")
    rows = [node for role, node in walk(pdf.Root.StructTreeRoot) if role == "TR"]
    assert len(rows) == 8
    for row in rows:
        assert [str(cell.S) for cell in row.K] == ["/TH", "/TD"]
        assert row.K[0].A.Scope == Name.Row


def test_every_condition_is_an_item_with_its_number() -> None:
    pdf = open_document("business_licence")
    (numbered,) = [node for role, node in walk(pdf.Root.StructTreeRoot) if role == "L"]
    assert numbered.A.ListNumbering == Name.Decimal
    items = list(numbered.K)
    assert len(items) == 4
    for item in items:
        assert [str(part.S) for part in item.K] == ["/Lbl", "/LBody"]


@pytest.mark.parametrize("name", TYPES)
def test_every_figure_is_described(name: str) -> None:
    pdf = open_document(name)
    figures = [node for role, node in walk(pdf.Root.StructTreeRoot) if role == "Figure"]
    described = [str(figure.Alt) for figure in figures]
    assert any("คิวอาร์โค้ด" in alt for alt in described)
    assert any("กรมการค้าตัวอย่าง" in alt for alt in described)
    for figure in figures:
        left, bottom, right, top = (float(edge) for edge in figure.A.BBox)
        assert left < right
        assert bottom < top


def test_english_is_read_as_english() -> None:
    pdf = open_document("training_certificate")
    assert str(pdf.Root.Lang) == "th-TH"
    languages = [
        str(node.get("/Lang", "")) for _, node in walk(pdf.Root.StructTreeRoot)
    ]
    assert set(languages) == {"", "en"}
    assert languages.count("en") >= 5


def test_every_mark_finds_its_element_on_every_page() -> None:
    conditions = ["ต้องแสดงใบอนุญาตไว้ในที่เปิดเผย ณ สถานประกอบการ " * 3] * 30
    job = make_job(TYPES["business_licence"], conditions=conditions)
    pdf = pikepdf.open(io.BytesIO(render(job)))
    assert len(pdf.pages) >= 2
    numbers = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
    parents = {int(n): k for n, k in zip(numbers[::2], numbers[1::2], strict=True)}
    for index, page in enumerate(pdf.pages):
        assert page.StructParents == index
        marks = [
            int(one.operands[1].MCID)
            for one in pikepdf.parse_content_stream(page)
            if str(one.operator) == "BDC"
        ]
        assert marks == list(range(len(parents[index])))


def test_an_empty_field_waits_for_the_seal() -> None:
    pdf = open_document("business_licence")
    (field,) = pdf.Root.AcroForm.Fields
    assert str(field.T) == "Seal"
    assert "/V" not in field
    assert "ตรา" in str(field.TU)
    page = pdf.pages[0]
    assert page.Annots[0].objgen == field.objgen
    assert page.Tabs == Name.S
    form = [node for role, node in walk(pdf.Root.StructTreeRoot) if role == "Form"]
    assert [node.K.Obj.objgen for node in form] == [field.objgen]
