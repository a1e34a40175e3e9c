# SPDX-License-Identifier: Apache-2.0
"""Attack: a certificate with the agency's name that no listed CA made."""

from tests.forge import Forge, Signature, draw_pdf
from tests.forge_pki import make_certificate, name_of, new_key


def test_a_self_signed_certificate_of_the_same_name_is_unknown(forge: Forge) -> None:
    mine = forge.issue()
    name = forge.trade.seal.certificate.subject
    thief = make_certificate(name, new_key(), None)
    attached = {"record.json": mine.record, "claim.cose": mine.claim}
    how = Signature(thief, tsa=forge.tsa, crls=forge.crls())

    report = forge.verify(forge.sign(draw_pdf(attached), how))

    assert (report.outcome, report.reason) == ("unknown", "NO_CERTIFICATE_CHAIN_FOUND")
    assert report.integrity == "intact"
    assert report.document is None


def test_a_certificate_by_a_ca_of_the_same_name_is_unknown(forge: Forge) -> None:
    mine = forge.issue()
    ca = make_certificate(name_of("Test Issuing CA"), new_key(), None, ca=True)
    name = forge.trade.seal.certificate.subject
    thief = make_certificate(name, new_key(), ca)
    attached = {"record.json": mine.record, "claim.cose": mine.claim}
    how = Signature(thief, tsa=forge.tsa, crls=forge.crls())

    report = forge.verify(forge.sign(draw_pdf(attached), how))

    assert report.outcome == "unknown"
    assert report.integrity == "intact"
