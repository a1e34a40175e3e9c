# SPDX-License-Identifier: Apache-2.0
"""What is sealed says what the record says, on the pages and in the metadata."""

import json
import re
from dataclasses import replace

import pytest
from pikepdf import Pdf, String

from issuer.gate import check_rendered
from issuer.rehearsal import rehearse
from issuer.render import render_pdf
from register.canonical import encode_json
from templates.catalogue import Catalogue
from tests.tampering import NOW, change, refusal, render_licence, spoil

TYPES = Catalogue.load().types


@pytest.mark.parametrize("type_id", sorted(TYPES))
def test_a_page_of_another_record_is_refused(type_id: str) -> None:
    """The page is right in itself, and the record is attached; they are two."""
    kind = TYPES[type_id]
    rendered = render_pdf(rehearse(kind, kind.sample(), NOW))
    record = json.loads(rendered.expected.attachments["record.json"])
    record["data"][kind.holder] = "นายอื่น คนละคน"
    other = encode_json(record)
    attachments = {**rendered.expected.attachments, "record.json": other}

    def edit(pdf: Pdf) -> None:
        pdf.attachments["record.json"].obj.EF.F.write(other)

    changed = change(rendered, edit)
    expected = replace(changed.expected, attachments=attachments)
    error = refusal(replace(changed, expected=expected))
    assert error.reason == "fact_missing"
    assert "นายอื่น คนละคน" in error.th


def test_spaces_that_get_lost_when_copied_are_refused() -> None:
    def edit(pdf: Pdf) -> None:
        for name in ("/FR", "/FB"):
            font = pdf.pages[0].obj.Resources.Font[name]
            cmap = font.ToUnicode.read_bytes()
            assert b"<0020>" in cmap
            font.ToUnicode.write(cmap.replace(b"<0020>", b"<200B>"))

    assert refusal(spoil(edit)).reason in {"text_differs", "glyph_empty"}


def test_metadata_with_another_number_are_refused() -> None:
    def edit(pdf: Pdf) -> None:
        packet = pdf.Root.Metadata.read_bytes()
        pdf.Root.Metadata.write(
            re.sub(rb"(<tra:DocumentNumber>)[^<]*", rb"\g<1>999/2599", packet)
        )

    error = refusal(spoil(edit))
    assert error.reason == "metadata_differ"
    assert "DocumentNumber" in error.th


@pytest.mark.parametrize("name", ["/Title", "/Evil"])
def test_an_info_entry_of_another_document_is_refused(name: str) -> None:
    def edit(pdf: Pdf) -> None:
        pdf.docinfo[name] = String("x")

    assert refusal(spoil(edit)).reason in {"metadata_differ", "not_archival"}


def test_another_language_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        pdf.Root.Lang = String("en-US")

    assert refusal(spoil(edit)).reason == "not_archival"


def test_the_licence_as_it_was_drawn_passes() -> None:
    check_rendered(render_licence())
