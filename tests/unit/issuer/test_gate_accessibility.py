# SPDX-License-Identifier: Apache-2.0
"""Each point of PDF/UA-1 that we check by ourselves is refused when it is broken."""

from collections.abc import Callable, Iterator

import pytest
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from tests.tampering import (
    append,
    expect,
    first_line,
    read_content,
    refusal,
    spoil,
    write_content,
)

Edit = Callable[[Pdf], object]


def assert_access(edit: Edit, clause: str) -> None:
    error = refusal(spoil(edit))
    assert error.reason == "not_accessible"
    assert f"ISO 14289-1, {clause})" in str(error)
    assert f"ข้อ {clause})" in error.th


def assert_archive(edit: Edit, clause: str) -> None:
    error = refusal(spoil(edit))
    assert error.reason == "not_archival"
    assert f"ISO 19005-3, {clause})" in str(error)


def walk(element: Object) -> Iterator[Object]:
    """Yield an element and all below it."""
    if "/S" in element:
        yield element
    kids = element.get("/K")
    for kid in kids.as_list() if isinstance(kids, Array) else [kids]:
        if isinstance(kid, Dictionary):
            yield from walk(kid)


def elements(pdf: Pdf, role: str) -> list[Object]:
    return [e for e in walk(pdf.Root.StructTreeRoot) if str(e.S) == role]


def set_role(role: str, other: str) -> Edit:
    def edit(pdf: Pdf) -> None:
        elements(pdf, role)[0].S = Name(other)

    return edit


def drop(role: str, key: str) -> Edit:
    def edit(pdf: Pdf) -> None:
        del elements(pdf, role)[0][key]

    return edit


def metadata_without(part: str) -> Edit:
    def edit(pdf: Pdf) -> None:
        packet = pdf.Root.Metadata.read_bytes()
        assert part.encode() in packet
        pdf.Root.Metadata.write(packet.replace(part.encode(), b""))

    return edit


def test_a_file_that_does_not_say_that_it_is_accessible() -> None:
    assert_access(metadata_without("<pdfuaid:part>1</pdfuaid:part>"), "5")


def test_a_file_without_a_title() -> None:
    def edit(pdf: Pdf) -> None:
        packet = pdf.Root.Metadata.read_bytes()
        start, end = packet.index(b"<dc:title>"), packet.index(b"</dc:title>")
        pdf.Root.Metadata.write(packet[:start] + b"<dc:title>" + packet[end:])
        del pdf.docinfo["/Title"]

    assert_access(edit, "7.1")


@pytest.mark.parametrize("value", [None, False])
def test_a_file_that_does_not_show_its_title(value: bool | None) -> None:  # noqa: FBT001
    def edit(pdf: Pdf) -> None:
        if value is None:
            del pdf.Root.ViewerPreferences
        else:
            pdf.Root.ViewerPreferences.DisplayDocTitle = value

    assert_access(edit, "7.1")


def test_a_file_that_is_not_marked_as_tagged() -> None:
    def edit(pdf: Pdf) -> None:
        del pdf.Root.MarkInfo

    assert_archive(edit, "6.7.2.2")


def test_a_file_whose_tags_are_suspect() -> None:
    def edit(pdf: Pdf) -> None:
        pdf.Root.MarkInfo.Suspects = True

    assert_archive(edit, "6.7.2.2")


def test_a_file_without_structure() -> None:
    def edit(pdf: Pdf) -> None:
        del pdf.Root.StructTreeRoot

    assert_archive(edit, "6.7.3.3")


@pytest.mark.parametrize("language", ["", "ไทย", "t"])
def test_a_file_whose_language_is_not_told(language: str) -> None:
    def edit(pdf: Pdf) -> None:
        pdf.Root.Lang = String(language)

    assert_archive(edit, "6.7.4")


def test_a_text_in_a_language_that_is_none() -> None:
    def edit(pdf: Pdf) -> None:
        elements(pdf, "/P")[0].Lang = String("english, mostly")

    assert_archive(edit, "6.7.4")


def test_a_tag_of_ones_own() -> None:
    assert_archive(set_role("/P", "/Absatz"), "6.7.3.4")


def test_tags_renamed_by_a_map() -> None:
    def edit(pdf: Pdf) -> None:
        pdf.Root.StructTreeRoot.RoleMap = Dictionary(P=Name.Span)

    assert refusal(spoil(edit)).reason == "not_permitted"


@pytest.mark.parametrize("key", ["/ActualText", "/Alt", "/E", "/AF", "/C"])
def test_words_in_the_structure_that_nobody_sees(key: str) -> None:
    def edit(pdf: Pdf) -> None:
        elements(pdf, "/P")[0][key] = String("อีกอย่างหนึ่ง")

    assert refusal(spoil(edit)).reason == "not_permitted"


def test_paint_that_is_neither_tagged_nor_an_artifact() -> None:
    assert_access(append(b"0 0 5 5 re f"), "7.1")


def test_text_that_is_neither_tagged_nor_an_artifact() -> None:
    line = first_line()
    rendered = expect(spoil(append(line.at(330, 30))), line.text)
    error = refusal(rendered)
    assert error.reason == "not_accessible"


@pytest.mark.parametrize(
    "content",
    [
        b"/Artifact BMC /P <</MCID 999>> BDC EMC EMC",
        b"/Artifact BMC /Artifact BMC EMC EMC",
        b"/P <</MCID 999>> BDC /Artifact BMC EMC EMC",
    ],
)
def test_tags_within_artifacts_or_the_other_way_round(content: bytes) -> None:
    assert_access(append(content), "7.1")


def test_content_tagged_for_no_element() -> None:
    assert_access(append(b"/P <</MCID 999>> BDC 0 0 5 5 re f EMC"), "7.1")


def test_content_tagged_twice_alike() -> None:
    assert_access(append(b"/P <</MCID 0>> BDC 0 0 5 5 re f EMC"), "7.1")


def test_an_element_whose_content_is_not_there() -> None:
    def edit(pdf: Pdf) -> None:
        content = read_content(pdf)
        start = content.index(b"/P <</MCID 0>> BDC")
        write_content(pdf, content[:start] + content[start:].replace(
            b"/P <</MCID 0>> BDC", b"/Artifact BMC", 1
        ))  # fmt: skip

    assert_access(edit, "7.1")


def test_content_of_two_elements() -> None:
    def edit(pdf: Pdf) -> None:
        one, other = elements(pdf, "/P")[:2]
        one.K = other.K

    assert_access(edit, "7.1")


def test_content_that_an_element_holds_twice() -> None:
    def edit(pdf: Pdf) -> None:
        element = elements(pdf, "/P")[0]
        element.K = Array([element.K, element.K])

    assert_access(edit, "7.1")


def test_content_right_in_the_document() -> None:
    def edit(pdf: Pdf) -> None:
        document, element = elements(pdf, "/Document")[0], elements(pdf, "/P")[0]
        mcid = int(element.K)
        del element.K
        document.Pg = pdf.pages[0].obj
        document.K = Array([*document.K.as_list(), mcid])
        pdf.Root.StructTreeRoot.ParentTree.Nums[1][mcid] = document

    assert_access(edit, "7.1")


def test_content_right_in_the_tree() -> None:
    def edit(pdf: Pdf) -> None:
        tree = pdf.Root.StructTreeRoot
        tree.K = Array([tree.K, 0])

    assert_access(edit, "7.1")


def test_a_parent_tree_that_leads_elsewhere() -> None:
    def edit(pdf: Pdf) -> None:
        marks = pdf.Root.StructTreeRoot.ParentTree.Nums[1]
        marks[0], marks[1] = marks[1], marks[0]

    assert_access(edit, "7.1")


def test_a_page_that_the_parent_tree_does_not_know() -> None:
    def edit(pdf: Pdf) -> None:
        del pdf.pages[0].obj.StructParents

    assert_access(edit, "7.1")


def test_an_element_whose_parent_is_another() -> None:
    def edit(pdf: Pdf) -> None:
        elements(pdf, "/P")[0].P = elements(pdf, "/P")[1]

    assert_access(edit, "7.1")


@pytest.mark.parametrize(("role", "other"), [("/P", "/TD"), ("/TD", "/P")])
def test_elements_in_places_where_they_cannot_be(role: str, other: str) -> None:
    """Such as a cell outside of a table."""
    assert_access(set_role(role, other), "7.1")


def test_a_list_entry_outside_of_a_list() -> None:
    assert_access(set_role("/L", "/Sect"), "7.1")


def test_text_right_in_a_list() -> None:
    def edit(pdf: Pdf) -> None:
        entry = elements(pdf, "/LI")[0]
        entry.K = Array([*entry.K.as_list(), 0])

    assert_access(edit, "7.1")


@pytest.mark.parametrize("role", ["/Table", "/L"])
def test_tables_and_lists_that_are_empty(role: str) -> None:
    def edit(pdf: Pdf) -> None:
        document = elements(pdf, "/Document")[0]
        empty = pdf.make_indirect(Dictionary(S=Name(role), P=document))
        document.K = Array([*document.K.as_list(), empty])

    assert_access(edit, "7.1")


def test_a_figure_without_words() -> None:
    assert_access(drop("/Figure", "/Alt"), "7.3")


@pytest.mark.parametrize(
    ("role", "other"), [("/H1", "/H2"), ("/H1", "/P"), ("/P", "/H3")]
)
def test_headings_that_skip_a_level(role: str, other: str) -> None:
    assert_access(set_role(role, other), "7.4.2")


def test_a_document_without_headings() -> None:
    def edit(pdf: Pdf) -> None:
        for role in ("/H1", "/H2"):
            for element in elements(pdf, role):
                element.S = Name.P

    assert_access(edit, "7.4.2")


def test_a_header_cell_that_does_not_tell_its_scope() -> None:
    assert_access(drop("/TH", "/A"), "7.5")


def test_a_table_with_rows_of_different_lengths() -> None:
    def edit(pdf: Pdf) -> None:
        cell = elements(pdf, "/TH")[0]
        cell.A.ColSpan = 2

    assert_access(edit, "7.5")


def test_a_field_that_is_not_in_the_structure() -> None:
    def edit(pdf: Pdf) -> None:
        form = elements(pdf, "/Form")[0]
        form.S = Name.Figure
        form.Alt = String("ตรา")

    assert_access(edit, "7.18.4")


def test_a_field_that_leads_to_no_element() -> None:
    def edit(pdf: Pdf) -> None:
        del pdf.Root.AcroForm.Fields[0].StructParent

    assert_access(edit, "7.18.4")


def test_a_field_without_a_name_to_be_read_out() -> None:
    def edit(pdf: Pdf) -> None:
        del pdf.Root.AcroForm.Fields[0].TU

    assert_access(edit, "7.18.1")


def test_a_page_whose_fields_have_no_order() -> None:
    def edit(pdf: Pdf) -> None:
        del pdf.pages[0].obj.Tabs

    assert_access(edit, "7.18.3")
