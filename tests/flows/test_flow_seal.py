# SPDX-License-Identifier: Apache-2.0
"""The seal goes into the field that was prepared for it and changes nothing else."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf

from issuer.errors import SealError
from register.document import AgencyId
from tests.programs import need, run
from tests.world import World

BOTH_KINDS = (ObjectStreamMode.disable, ObjectStreamMode.generate)
"""Cross-reference table; cross-reference stream and object streams."""


@pytest.fixture(scope="module")
def rendered(world: World) -> bytes:
    """An issued document as it was before it was sealed: its first revision."""
    pdf = world.pdf(world.issue()["id"])
    return pdf[: pdf.index(b"%%EOF\n") + len(b"%%EOF\n")]


def seal(world: World, pdf: bytes) -> bytes:
    sealer = world.issuer.sealer(AgencyId("TRADE"))
    sealed = sealer.seal_pdf(pdf)
    sealer.check_sealed(sealed)
    return sealed


def save(pdf: Pdf, mode: ObjectStreamMode = ObjectStreamMode.disable) -> bytes:
    out = BytesIO()
    pdf.save(out, object_stream_mode=mode)
    return out.getvalue()


def blank_page(*, prepared: bool) -> bytes:
    """A page with or without a signature field as rendering prepares it."""
    with Pdf.new() as pdf:
        page = pdf.add_blank_page()
        if prepared:
            field = pdf.make_indirect(
                Dictionary(
                    Type=Name.Annot,
                    Subtype=Name.Widget,
                    FT=Name.Sig,
                    T="Seal",
                    TU="ตราประทับของหน่วยงาน",
                    F=132,
                    Rect=[0, 0, 0, 0],
                    P=page.obj,
                    StructParent=7,
                )
            )
            page.obj.Annots = Array([field])
            pdf.Root.AcroForm = Dictionary(Fields=[field], SigFlags=3)
        return save(pdf)


def fields_of(pdf: Pdf) -> list[Mapping[str, Any]]:
    return [dict(field.items()) for field in pdf.Root.AcroForm.Fields]


def test_the_prepared_field_is_filled_and_keeps_its_place_in_the_structure(
    world: World,
) -> None:
    with Pdf.open(BytesIO(seal(world, blank_page(prepared=True)))) as pdf:
        [field] = fields_of(pdf)
        [annotation] = pdf.pages[0].obj.Annots
        assert str(field["/T"]) == "Seal"
        assert str(field["/TU"]) == "ตราประทับของหน่วยงาน"
        assert field["/StructParent"] == 7
        assert field["/V"].SubFilter == Name("/ETSI.CAdES.detached")
        assert annotation.V.objgen == field["/V"].objgen


def test_a_file_without_a_field_is_given_one(world: World) -> None:
    with Pdf.open(BytesIO(seal(world, blank_page(prepared=False)))) as pdf:
        [field] = fields_of(pdf)
        assert str(field["/T"]) == "Seal"
        assert "/V" in field


def test_a_sealed_file_is_not_sealed_again(world: World) -> None:
    sealed = seal(world, blank_page(prepared=True))
    with pytest.raises(SealError, match="filled already"):
        seal(world, sealed)


@pytest.mark.parametrize("mode", BOTH_KINDS)
def test_metadata_stay_byte_for_byte_as_they_were_rendered(
    world: World, rendered: bytes, mode: ObjectStreamMode
) -> None:
    with Pdf.open(BytesIO(rendered)) as before:
        unsealed = save(before, mode)
        with Pdf.open(BytesIO(seal(world, unsealed))) as after:
            assert after.Root.Metadata.read_bytes() == (
                before.Root.Metadata.read_bytes()
            )
            assert dict(after.docinfo.items()) == dict(before.docinfo.items())
            assert after.trailer.ID[0] == pikepdf.open(BytesIO(unsealed)).trailer.ID[0]


@pytest.mark.parametrize("mode", BOTH_KINDS)
def test_both_kinds_of_cross_references_satisfy_verifier_and_readers(
    world: World, rendered: bytes, tmp_path: Path, mode: ObjectStreamMode
) -> None:
    with Pdf.open(BytesIO(rendered)) as pdf:
        unsealed = save(pdf, mode)
    assert (b"/ObjStm" in unsealed) is (mode is ObjectStreamMode.generate)
    sealed = seal(world, unsealed)

    report = world.verify(sealed)

    # All is well but one thing: this is a second file of the same document, whose
    # pages are not read then.
    not_passed = {c["id"] for c in report["checks"] if c["result"] != "PASSED"}
    assert not_passed == {"issued_bytes", "page_text"}
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed)
    said = run(need("qpdf", "qpdf"), "--check", path)
    assert "No syntax or stream encoding errors found" in said
    said = run(need("pdfsig", "poppler-utils"), "-nocert", path)
    assert "Signature is Valid." in said
    said = run(need("mutool", "mupdf-tools"), "sign", "-v", path)
    assert "The signature is valid" in said
