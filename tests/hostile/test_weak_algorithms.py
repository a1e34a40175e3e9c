# SPDX-License-Identifier: Apache-2.0
"""Attack: seal with a key that can be computed by now, and say it was long ago."""

from cryptography.hazmat.primitives.asymmetric import ec

from tests.forge import Forge, Signature, draw_pdf
from tests.forge_pki import Authority, make_certificate
from verifier.reasons import CheckId
from verifier.report import Report


def weak_seal(forge: Forge, issuer: Authority | None) -> Authority:
    """Make a seal of the agency with a key of 224 bits, which counted until 2021."""
    name = forge.trade.seal.certificate.subject
    key = ec.generate_private_key(ec.SECP224R1())
    return make_certificate(name, key, issuer, now=forge.now)


def judge(forge: Forge, seal: Authority, tsa: Authority | None = None) -> Report:
    mine = forge.issue()
    forge.issued.clear()
    attached = {"record.json": mine.record, "claim.cose": mine.claim}
    how = Signature(seal, at=forge.now, tsa=tsa, crls=forge.crls())
    return forge.verify(forge.sign(draw_pdf(attached), how))


def signer_reason(report: Report) -> str:
    return next(one.reason for one in report.checks if one.id == CheckId.SIGNER)


def test_used_today_it_is_unknown(forge: Forge) -> None:
    report = judge(forge, weak_seal(forge, forge.ca), forge.tsa)

    assert (report.outcome, report.reason) == ("unknown", "CRYPTO_CONSTRAINTS_FAILURE")


def test_used_nobody_knows_when_it_is_unknown_too(forge: Forge) -> None:
    """Whoever can compute the key says that it was long ago."""
    report = judge(forge, weak_seal(forge, forge.ca))

    assert report.outcome == "unknown"
    assert signer_reason(report) == "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"


def test_of_a_stranger_it_is_unknown_whenever_it_was_used(forge: Forge) -> None:
    report = judge(forge, weak_seal(forge, None))

    assert report.outcome == "unknown"
    assert signer_reason(report) == "NO_CERTIFICATE_CHAIN_FOUND"
