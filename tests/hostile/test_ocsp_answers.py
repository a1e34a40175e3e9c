# SPDX-License-Identifier: Apache-2.0
"""Attack: put OCSP answers into a file that say its time stamp's key was revoked.

A genuine one counts, since a time stamp is worth nothing once its key was stolen.
Anybody can add one to a file that is not theirs: it must not matter who else says so.
"""

import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.validation.dss import DocumentSecurityStore

from tests.forge import Forge
from tests.forge_pki import (
    Authority,
    make_certificate,
    name_of,
    new_key,
    shared_rsa_key,
)
from verifier.report import Report

HOUR = timedelta(hours=1)
OCSP = ExtendedKeyUsageOID.OCSP_SIGNING


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    """Give a world of today: answers are dated by the clock of this machine."""
    return Forge.of_today(tmp_path / "publication")


def make_responder(
    forge: Forge,
    issuer: Authority | None,
    days: tuple[int, int] = (-300, 700),
) -> Authority:
    """Make an OCSP responder; without an issuer it signs itself."""
    name = name_of("Test OCSP")
    return make_certificate(
        name, new_key(), issuer, usage=OCSP, now=forge.now, days=days
    )


def answer(
    forge: Forge,
    signer: Authority,
    *,
    about: Authority | None = None,
    issuer: Authority | None = None,
    revoked_at: datetime | None = None,
    good: bool = False,
) -> bytes:
    """Make an OCSP answer about the time-stamping authority, or another certificate."""
    made = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=(about or forge.tsa).certificate,
            issuer=(issuer or forge.ca).certificate,
            algorithm=hashes.SHA256(),
            cert_status=ocsp.OCSPCertStatus.GOOD
            if good
            else ocsp.OCSPCertStatus.REVOKED,
            this_update=forge.now + 2 * HOUR,
            next_update=forge.now + 90 * HOUR,
            revocation_time=None if good else (revoked_at or forge.now + HOUR),
            revocation_reason=None if good else x509.ReasonFlags.key_compromise,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
        .certificates([signer.certificate])
        .sign(signer.key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.DER)


def judge(forge: Forge, answers: Sequence[bytes]) -> Report:
    """Verify a licence to which answers were added, a day after it was sealed."""
    pdf = forge.issue(valid_until=None).pdf
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        None,
        ocsps=[asn1_ocsp.OCSPResponse.load(one) for one in answers],
    )
    output = io.BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]  # library
    return forge.verify(output.getvalue(), now=forge.now + 24 * HOUR)


def test_an_answer_of_its_ca_takes_a_time_stamp_back(forge: Forge) -> None:
    report = judge(forge, [answer(forge, forge.ca)])

    assert (report.outcome, report.reason) == ("unchecked", "NO_POE")


def test_so_does_one_of_a_responder_that_the_ca_certified(forge: Forge) -> None:
    responder = make_responder(forge, forge.ca)

    report = judge(forge, [answer(forge, responder)])

    assert (report.outcome, report.reason) == ("unchecked", "NO_POE")


def test_an_answer_about_the_ca_itself_counts_too(forge: Forge) -> None:
    told = answer(forge, forge.root, about=forge.ca, issuer=forge.root)

    assert judge(forge, [told]).reason == "NO_POE"


def test_what_is_good_or_will_be_revoked_later_than_now_stays_good(
    forge: Forge,
) -> None:
    tomorrow = forge.now + 48 * HOUR
    answers = [
        answer(forge, forge.ca, good=True),
        answer(forge, forge.ca, revoked_at=tomorrow),
    ]

    assert judge(forge, answers).outcome == "in_force"


def test_an_answer_about_another_certificate_says_nothing(forge: Forge) -> None:
    other = forge.make_tsa(forge.ca)
    told = answer(forge, forge.ca, about=other)

    assert judge(forge, [told]).outcome == "in_force"


def test_an_answer_about_the_same_number_of_another_ca_says_nothing(
    forge: Forge,
) -> None:
    """Numbers of certificates are an authority's own: the hashes say whose."""
    namesake = make_certificate(
        forge.ca.certificate.subject, new_key(), None, ca=True, now=forge.now
    )
    told = answer(forge, forge.ca, issuer=namesake)

    assert judge(forge, [told]).outcome == "in_force"


@pytest.mark.parametrize("who", ["stranger", "namesake", "seal", "own", "other_ca"])
def test_an_answer_by_nobody_who_may_says_nothing(forge: Forge, who: str) -> None:
    namesake = make_certificate(
        forge.ca.certificate.subject, new_key(), None, ca=True, now=forge.now
    )
    signers = {
        "stranger": make_responder(forge, None),
        "namesake": make_responder(forge, namesake),
        # Of the same CA, but for something else.
        "seal": forge.trade.seal,
        "own": Authority(forge.tsa.certificate, shared_rsa_key()),
        # For this, but of another CA, though one that is trusted.
        "other_ca": make_responder(forge, forge.root),
    }

    assert judge(forge, [answer(forge, signers[who])]).outcome == "in_force"


def test_a_responder_that_had_ended_or_not_begun_says_nothing(forge: Forge) -> None:
    ended = make_responder(forge, forge.ca, days=(-300, -1))
    next_year = make_responder(forge, forge.ca, days=(300, 700))
    answers = [answer(forge, ended), answer(forge, next_year)]

    assert judge(forge, answers).outcome == "in_force"


def test_an_answer_that_was_changed_says_nothing(forge: Forge) -> None:
    good = answer(forge, forge.ca, revoked_at=forge.now + 48 * HOUR)
    told = (forge.now + 48 * HOUR).strftime("%Y%m%d%H%M%SZ").encode()
    earlier = (forge.now + HOUR).strftime("%Y%m%d%H%M%SZ").encode()
    assert told in good

    assert judge(forge, [good.replace(told, earlier)]).outcome == "in_force"


def test_refusals_say_nothing(forge: Forge) -> None:
    refusal = asn1_ocsp.OCSPResponse({"response_status": "unauthorized"}).dump()

    assert judge(forge, [refusal]).outcome == "in_force"


def test_one_genuine_answer_among_forged_ones_counts(forge: Forge) -> None:
    forged = answer(forge, make_responder(forge, None))
    genuine = answer(forge, make_responder(forge, forge.ca))

    assert judge(forge, [forged, genuine, forged]).reason == "NO_POE"
