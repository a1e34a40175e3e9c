# SPDX-License-Identifier: Apache-2.0
"""The files in a document are the record and the claim, byte for byte."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from tests.tampering import refusal, render_licence, spoil


def record_spec(pdf: Pdf) -> Object:
    names = pdf.Root.Names.EmbeddedFiles.Names
    found = {str(names[index]): names[index + 1] for index in range(0, len(names), 2)}
    return found["record.json"]


def make_spec(pdf: Pdf, name: str) -> Object:
    stream = pdf.make_stream(
        b"x", Type=Name.EmbeddedFile, Subtype=Name("/text/plain"),
        Params=Dictionary(ModDate=String("D:20261121030405Z")),
    )  # fmt: skip
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Filespec, F=String(name), UF=String(name),
            AFRelationship=Name.Data, EF=Dictionary(F=stream, UF=stream),
        )
    )  # fmt: skip


def test_a_record_that_is_not_attached_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        del pdf.Root.Names
        del pdf.Root.AF

    error = refusal(spoil(edit))
    assert error.reason == "attachment_missing"
    assert "claim.cose" in error.th


def test_a_record_changed_after_it_was_signed_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        stream = record_spec(pdf).EF.F
        stream.write(stream.read_bytes().replace(b'"v":1', b'"v":2'))

    error = refusal(spoil(edit))
    assert error.reason == "attachment_differs"
    assert "record.json" in error.th


def test_a_record_other_than_the_one_expected_is_refused() -> None:
    rendered = render_licence()
    attachments = {**rendered.expected.attachments, "record.json": b"{}"}
    expected = replace(rendered.expected, attachments=attachments)
    error = refusal(replace(rendered, expected=expected))
    assert error.reason == "attachment_differs"


def test_a_record_that_differs_by_the_name_it_is_looked_up_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        record_spec(pdf).EF.UF = pdf.make_stream(
            b"{}", Type=Name.EmbeddedFile, Subtype=Name("/application/json")
        )

    assert refusal(spoil(edit)).reason == "attachment_differs"


def test_another_file_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        spec = make_spec(pdf, "macro.txt")
        pdf.Root.Names.EmbeddedFiles.Names.extend([String("macro.txt"), spec])
        pdf.Root.AF.append(spec)

    error = refusal(spoil(edit))
    assert error.reason == "attachment_unexpected"
    assert "macro.txt" in error.th


def test_a_second_record_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        spec = make_spec(pdf, "record.json")
        pdf.Root.Names.EmbeddedFiles.Names.extend([String("record.json"), spec])

    assert refusal(spoil(edit)).reason == "attachment_unexpected"


def test_a_file_associated_but_not_listed_is_refused() -> None:
    def edit(pdf: Pdf) -> None:
        pdf.Root.AF.append(make_spec(pdf, "hidden.txt"))

    assert refusal(spoil(edit)).reason == "attachment_unexpected"


def test_files_listed_in_branches_are_refused() -> None:
    def edit(pdf: Pdf) -> None:
        leaf = pdf.make_indirect(
            Dictionary(Names=Array([String("x"), make_spec(pdf, "x")]))
        )
        pdf.Root.Names.EmbeddedFiles.Kids = Array([leaf])

    assert refusal(spoil(edit)).reason == "attachment_unexpected"


def rename(pdf: Pdf) -> None:
    record_spec(pdf).UF = String("record.exe")


def add_platform_data(pdf: Pdf) -> None:
    record_spec(pdf).RF = Dictionary()


def add_file_of_another_system(pdf: Pdf) -> None:
    record_spec(pdf).EF.F.Mac = Dictionary()


@pytest.mark.parametrize(
    "edit", [rename, add_platform_data, add_file_of_another_system]
)
def test_a_file_that_is_described_otherwise_is_refused(
    edit: Callable[[Pdf], None],
) -> None:
    assert refusal(spoil(edit)).reason == "attachment_unexpected"


def relate_as_source(pdf: Pdf) -> None:
    record_spec(pdf).AFRelationship = Name.Source


def call_it_a_picture(pdf: Pdf) -> None:
    record_spec(pdf).EF.F.Subtype = Name("/image/png")


@pytest.mark.parametrize("edit", [relate_as_source, call_it_a_picture])
def test_relationship_and_mime_type_are_checked(edit: Callable[[Pdf], None]) -> None:
    assert refusal(spoil(edit)).reason == "attachment_differs"
