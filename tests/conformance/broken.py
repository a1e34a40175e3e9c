# SPDX-License-Identifier: Apache-2.0
"""Ways to break a finished file, one clause each: what any judge has to refuse."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from tests.conformance.verapdf import Flavour

A, UA = Flavour.PDF_A_3A, Flavour.PDF_UA_1


@dataclass(frozen=True, kw_only=True)
class Break:
    """One change, and the clauses that forbid its result."""

    change: Callable[[Pdf], None]
    clauses: Mapping[Flavour, str]


def break_file(pdf: bytes, change: Callable[[Pdf], None]) -> bytes:
    """Return the file with one thing broken."""
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as opened:
        change(opened)
        opened.save(out)
    return out.getvalue()


def _without(key: str) -> Callable[[Pdf], None]:
    def change(pdf: Pdf) -> None:
        del pdf.Root[key]

    return change


def _in_metadata(old: str, new: str = "") -> Callable[[Pdf], None]:
    def change(pdf: Pdf) -> None:
        packet = pdf.Root.Metadata.read_bytes().decode()
        assert old in packet, old
        pdf.Root.Metadata.write(packet.replace(old, new).encode())

    return change


def _in_content(old: bytes, new: bytes) -> Callable[[Pdf], None]:
    def change(pdf: Pdf) -> None:
        page = pdf.pages[0]
        page.contents_coalesce()
        content = page.Contents.read_bytes()
        assert old in content, old
        page.Contents = pdf.make_stream(content.replace(old, new, 1))

    return change


def _elements(pdf: Pdf, role: str) -> Iterator[Object]:
    for item in pdf.objects:
        if isinstance(item, Dictionary) and item.get("/S") == Name(role):
            yield item


def _fonts(pdf: Pdf) -> Iterator[Object]:
    yield from (
        item
        for item in pdf.objects
        if isinstance(item, Dictionary) and item.get("/Subtype") == Name.Type0
    )


def _hide_title(pdf: Pdf) -> None:
    pdf.Root.ViewerPreferences.DisplayDocTitle = False


def _forget_relationship(pdf: Pdf) -> None:
    for spec in pdf.Root.AF:
        del spec["/AFRelationship"]


def _forget_mime_type(pdf: Pdf) -> None:
    for spec in pdf.Root.AF:
        for stream in spec.EF.values():
            if "/Subtype" in stream:
                del stream["/Subtype"]


def _forget_unicode(pdf: Pdf) -> None:
    for font in _fonts(pdf):
        del font["/ToUnicode"]


def _forget_font_file(pdf: Pdf) -> None:
    for font in _fonts(pdf):
        del font.DescendantFonts[0].FontDescriptor["/FontFile2"]


def _change_widths(pdf: Pdf) -> None:
    for font in _fonts(pdf):
        font.DescendantFonts[0].W = Array([0, Array([1] * 100)])


def _forget_description(pdf: Pdf) -> None:
    for figure in _elements(pdf, "/Figure"):
        del figure["/Alt"]


def _skip_heading_level(pdf: Pdf) -> None:
    for heading in _elements(pdf, "/H2"):
        heading.S = Name.H3


def _invent_role(pdf: Pdf) -> None:
    for heading in _elements(pdf, "/H2"):
        heading.S = Name.Ueberschrift


def _forget_scope(pdf: Pdf) -> None:
    for head in _elements(pdf, "/TH"):
        del head["/A"]


def _nest_wrongly(pdf: Pdf) -> None:
    for row in _elements(pdf, "/TR"):
        row.S = Name.P


def _run_script(pdf: Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.beep()"))


def _add_link(pdf: Pdf) -> None:
    link = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot, Subtype=Name.Link, Rect=[100, 100, 200, 200], F=4
        )
    )  # fmt: skip
    pdf.pages[0].obj.Annots = Array([*pdf.pages[0].obj.get("/Annots", []), link])


def _forget_tab_order(pdf: Pdf) -> None:
    for page in pdf.pages:
        del page.obj["/Tabs"]


def _leave_appearances_open(pdf: Pdf) -> None:
    pdf.Root.AcroForm.NeedAppearances = True


def _add_layer(pdf: Pdf) -> None:
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG))
    pdf.Root.OCProperties = Dictionary(
        OCGs=Array([layer]), D=Dictionary(Order=Array([layer]))
    )


BREAKS: Mapping[str, Break] = {
    "not-marked": Break(
        change=_without("/MarkInfo"), clauses={A: "6.7.2.2", UA: "6.2"}
    ),
    "no-structure": Break(
        change=_without("/StructTreeRoot"), clauses={A: "6.7.3.3", UA: "7.1"}
    ),
    "no-language": Break(change=_without("/Lang"), clauses={UA: "7.2"}),
    "no-output-intent": Break(
        change=_without("/OutputIntents"), clauses={A: "6.2.4.3"}
    ),
    "no-metadata": Break(
        change=_without("/Metadata"), clauses={A: "6.6.2.1", UA: "7.1"}
    ),
    "not-said-to-be-pdf-a": Break(
        change=_in_metadata("<pdfaid:part>3</pdfaid:part>"), clauses={A: "6.6.4"}
    ),
    "said-to-be-another-level": Break(
        change=_in_metadata("<pdfaid:conformance>A", "<pdfaid:conformance>B"),
        clauses={A: "6.6.4"},
    ),
    "not-said-to-be-pdf-ua": Break(
        change=_in_metadata("<pdfuaid:part>1</pdfuaid:part>"), clauses={UA: "5"}
    ),
    "property-not-described": Break(
        change=_in_metadata("tra:DocumentNumber", "tra:SomethingElse"),
        clauses={A: "6.6.2.3.1"},
    ),
    "no-title": Break(
        change=_in_metadata("dc:title", "dc:rights"), clauses={UA: "7.1"}
    ),
    "title-not-shown": Break(change=_hide_title, clauses={UA: "7.1"}),
    "attachment-without-relationship": Break(
        change=_forget_relationship, clauses={A: "6.8"}
    ),
    "attachment-without-mime-type": Break(change=_forget_mime_type, clauses={A: "6.8"}),
    "text-without-unicode": Break(
        change=_forget_unicode, clauses={A: "6.2.11.7.2", UA: "7.21.7"}
    ),
    "font-not-embedded": Break(
        change=_forget_font_file, clauses={A: "6.2.11.4.1", UA: "7.21.4.1"}
    ),
    "widths-differ": Break(
        change=_change_widths, clauses={A: "6.2.11.5", UA: "7.21.5"}
    ),
    "picture-not-described": Break(change=_forget_description, clauses={UA: "7.3"}),
    "heading-skipped": Break(change=_skip_heading_level, clauses={UA: "7.4.2"}),
    "unknown-role": Break(change=_invent_role, clauses={A: "6.7.3.4", UA: "7.1"}),
    "header-cell-without-scope": Break(change=_forget_scope, clauses={UA: "7.5"}),
    "cells-outside-a-row": Break(change=_nest_wrongly, clauses={UA: "7.2"}),
    "content-neither-tagged-nor-artifact": Break(
        change=_in_content(b"/Artifact BMC", b"/Nothing BMC"), clauses={UA: "7.1"}
    ),
    "script": Break(change=_run_script, clauses={A: "6.5.1"}),
    "link-that-is-not-tagged": Break(change=_add_link, clauses={UA: "7.18.5"}),
    "no-tab-order": Break(change=_forget_tab_order, clauses={UA: "7.18.3"}),
    "appearances-left-open": Break(
        change=_leave_appearances_open, clauses={A: "6.4.1"}
    ),
    "layer-without-a-name": Break(change=_add_layer, clauses={A: "6.9", UA: "7.10"}),
}
"""What each way breaks, by the name its file is given."""
