# SPDX-License-Identifier: Apache-2.0
"""Attack: attach a genuine record and claim to a PDF of one's own."""

from tests.forge import Forge, Signature, draw_pdf
from tests.forge_pki import make_certificate, name_of, new_key


def test_an_unsigned_pdf_with_our_record_is_unknown(forge: Forge) -> None:
    mine = forge.issue()
    attached = {"record.json": mine.record, "claim.cose": mine.claim}

    report = forge.verify(draw_pdf(attached, lines=["A FORGED LICENCE"]))

    assert (report.outcome, report.reason) == ("unknown", "unsigned")
    assert report.integrity == "unsigned"
    assert report.document is None


def test_a_pdf_with_our_record_signed_by_a_stranger_is_unknown(forge: Forge) -> None:
    mine = forge.issue()
    stranger = make_certificate(name_of("Mallory"), new_key(), None)
    attached = {"record.json": mine.record, "claim.cose": mine.claim}
    pdf = draw_pdf(attached, lines=["A FORGED LICENCE"])

    report = forge.verify(forge.sign(pdf, Signature(stranger)))

    assert (report.outcome, report.reason) == ("unknown", "NO_CERTIFICATE_CHAIN_FOUND")
    assert report.integrity == "intact"
    assert report.document is None


def test_another_page_sealed_again_for_the_same_record_is_altered(
    forge: Forge,
) -> None:
    """An insider with the seal draws another page for a registered record."""
    mine = forge.issue()
    attached = {"record.json": mine.record, "claim.cose": mine.claim}

    report = forge.verify(forge.seal(draw_pdf(attached, lines=["ANOTHER PAGE"])))

    assert (report.outcome, report.reason) == ("altered", "file_differs")
