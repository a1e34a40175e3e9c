# SPDX-License-Identifier: Apache-2.0
"""Attack: use a key that was stolen, retired, or whose certificate was revoked."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from register.document import DocumentNumber
from register.trust_list import Period, SealCertificate
from tests.forge import Forge, Issued, Signature, draw_pdf
from tests.forge_pki import NOW, Authority, make_certificate, make_crl, name_of
from verifier.verify_qr import verify_qr


def test_a_seal_made_after_the_key_was_stolen_is_unknown(forge: Forge) -> None:
    mine = forge.issue()
    forge.trade.seal_period = Period(compromised_from=NOW - timedelta(days=1))

    report = forge.verify(mine.pdf)

    assert (report.outcome, report.reason) == ("unknown", "key_compromised")
    assert report.integrity == "intact"


def test_a_seal_made_before_the_key_was_stolen_stays_good(forge: Forge) -> None:
    mine = forge.issue()
    forge.trade.seal_period = Period(compromised_from=NOW + timedelta(seconds=1))

    report = forge.verify(mine.pdf)

    assert report.outcome == "in_force"
    [note] = report.notes
    assert note.id == "sealed_before_theft"
    assert "proven by time stamp of Test TSA of 2 March 2026, 12:00:00" in note.text.en
    assert "Test TSA เมื่อ 2 มีนาคม พ.ศ. 2569 เวลา 12:00:00 น." in note.text.th
    assert report.to_json()["notes"] == [
        {
            "id": "sealed_before_theft",
            "text": note.text.to_json(),
            "compromised_from": "2026-03-02T05:00:01Z",
        }
    ]


def stolen(seal: Authority, since: datetime) -> SealCertificate:
    return SealCertificate(certificate=seal.der, period=Period(compromised_from=since))


def sealed_by(forge: Forge, mine: Issued, seal: Authority) -> bytes:
    attached = {"record.json": mine.record, "claim.cose": mine.claim}
    how = Signature(seal, at=forge.now, tsa=forge.tsa, crls=forge.crls())
    return forge.sign(draw_pdf(attached), how)


def test_one_stolen_seal_is_refused_while_another_of_the_agency_goes_on(
    forge: Forge,
) -> None:
    old = forge.issue()
    forge.trade.seal_certificates = (stolen(forge.trade.seal, NOW),)
    forge.trade.seal = forge.make_seal("TRADE", "กรมการค้าตัวอย่าง", "Sample Trade")
    new = forge.issue()

    report = forge.verify(old.pdf)

    assert (report.outcome, report.reason) == ("unknown", "key_compromised")
    assert report.document is None
    fresh = forge.verify(new.pdf)
    assert (fresh.outcome, fresh.notes) == ("in_force", ())


def test_a_stolen_seal_key_that_another_ca_certified_again_is_refused(
    forge: Forge,
) -> None:
    """The list speaks of the key; the thief has found a CA below the same root."""
    mine = forge.issue()
    seal = forge.trade.seal
    again = make_certificate(
        name_of("กรมการค้าตัวอย่าง", organization="T", identifier="GOVTH-TRADE"),
        seal.key,
        forge.ca,
        now=forge.now,
    )
    assert again.der != seal.der
    pdf = sealed_by(forge, mine, again)
    forge.issued.remove(mine)
    assert forge.verify(pdf).reason == "not_registered"
    forge.labour.seal_certificates = (stolen(seal, NOW),)

    report = forge.verify(pdf)

    assert (report.outcome, report.reason) == ("unknown", "key_compromised")


def test_a_stolen_seal_without_proof_of_time_counts_for_nothing(forge: Forge) -> None:
    """Its thief would say that he sealed before the theft."""
    mine = forge.issue()
    attached = {"record.json": mine.record, "claim.cose": mine.claim}
    how = Signature(forge.trade.seal, at=NOW - timedelta(days=3), crls=forge.crls())
    pdf = forge.sign(draw_pdf(attached), how)
    forge.trade.seal_certificates = (stolen(forge.trade.seal, NOW),)

    report = forge.verify(pdf)

    assert (report.outcome, report.reason) == ("unknown", "key_compromised")


def test_a_seal_of_a_single_key_that_was_retired_is_unknown(forge: Forge) -> None:
    mine = forge.issue()
    retired = Period(not_after=NOW - timedelta(seconds=1))
    forge.trade.seal_certificates = (
        SealCertificate(certificate=forge.trade.seal.der, period=retired),
    )

    report = forge.verify(mine.pdf)

    assert (report.outcome, report.reason) == ("unknown", "key_not_in_use")


def test_a_seal_made_after_the_key_was_retired_is_unknown(forge: Forge) -> None:
    mine = forge.issue()
    forge.trade.seal_period = Period(not_after=NOW - timedelta(days=1))

    report = forge.verify(mine.pdf)

    assert (report.outcome, report.reason) == ("unknown", "key_not_in_use")


def test_a_claim_made_after_its_key_was_stolen_counts_by_the_register_alone(
    forge: Forge,
) -> None:
    """The day in it is the thief's to write; the register is not."""
    mine, forged = forge.issue(), forge.issue()
    forge.issued.remove(forged)
    forge.trade.claim_period = Period(compromised_from=NOW - timedelta(days=1))
    publication = forge.publish()
    forge.write(f"files/{sha256(forged.pdf).hexdigest()}", b"junk")

    for report in (
        forge.verify(mine.pdf, publication=publication),
        verify_qr(mine.url, publication=publication, now=NOW),
    ):
        assert report.outcome == "in_force"
        assert [note.id for note in report.notes] == ["claim_confirmed"]
    for report in (
        forge.verify(forged.pdf, publication=publication),
        verify_qr(forged.url, publication=publication, now=NOW),
    ):
        assert (report.outcome, report.reason) == ("unchecked", "claim_unconfirmed")
        assert report.notes == ()


def test_a_claim_that_contradicts_the_register_is_altered(forge: Forge) -> None:
    """The thief takes the id of a real document and writes facts of his own."""
    mine = forge.issue()
    claim = forge.make_claim(
        mine.record, forge.trade, number=DocumentNumber("9999/2569")
    )
    forge.trade.claim_period = Period(compromised_from=NOW - timedelta(days=1))
    url = replace(mine, claim=claim).url

    report = verify_qr(url, publication=forge.publish(), now=NOW)

    assert (report.outcome, report.reason) == ("altered", "register_mismatch")
    assert report.notes == ()


def test_a_claim_made_before_its_key_was_stolen_stays_good(forge: Forge) -> None:
    mine = forge.issue()
    later = NOW + timedelta(days=30)
    forge.trade.claim_period = Period(compromised_from=NOW + timedelta(days=1))
    publication = forge.publish(at=later)

    report = forge.verify(mine.pdf, publication=publication, now=later)
    scanned = verify_qr(mine.url, publication=publication, now=later)

    assert report.outcome == "in_force"
    assert scanned.outcome == "in_force"
    # The seal's time stamp proves the claim in the file older than the theft; a
    # scanned one has no such proof.
    assert report.notes == ()
    assert [note.id for note in scanned.notes] == ["claim_confirmed"]


def test_a_claim_forged_with_a_stolen_key_and_an_old_date_is_caught(
    forge: Forge,
) -> None:
    """The thief dates it back; the register never heard of it."""
    forge.trade.claim_period = Period(compromised_from=NOW + timedelta(days=1))
    forged = forge.issue()
    forge.issued.remove(forged)

    report = verify_qr(forged.url, publication=forge.publish(), now=NOW)

    assert (report.outcome, report.reason) == ("unchecked", "claim_unconfirmed")
    assert report.document is None


def test_a_claim_of_a_stolen_key_says_nothing_while_the_register_is_away(
    forge: Forge,
) -> None:
    """Not even that it has expired: that, too, is only what the thief says."""
    forge.trade.claim_period = Period(compromised_from=NOW + timedelta(days=1))
    mine = forge.issue(valid_until=date(2026, 3, 1))
    publication = forge.publish()
    forge.write(f"records/{mine.id}", b"not a record")

    report = verify_qr(mine.url, publication=publication, now=NOW)

    assert (report.outcome, report.reason) == ("unchecked", "register_record_invalid")
    assert report.document is None


def test_the_day_a_claim_names_decides_nothing_once_its_key_was_stolen(
    forge: Forge,
) -> None:
    known = forge.issue(issued_on=date(2026, 3, 2))
    lost = forge.issue(issued_on=date(2026, 3, 2))
    forge.issued.remove(lost)
    for days in (-400, -1, 0, 1, 400):
        theft = datetime(2026, 3, 1, 17, tzinfo=UTC) + timedelta(days=days)
        forge.trade.claim_period = Period(compromised_from=theft)
        publication = forge.publish()
        found = [
            verify_qr(one.url, publication=publication, now=NOW).outcome
            for one in (known, lost)
        ]
        assert found == ["in_force", "unchecked"], theft


def test_a_certificate_revoked_before_sealing_is_unknown(forge: Forge) -> None:
    mine = forge.issue()
    serial = forge.trade.seal.certificate.serial_number
    crls = forge.crls({serial: NOW - timedelta(days=2)})
    attached = {"record.json": mine.record, "claim.cose": mine.claim}
    how = Signature(forge.trade.seal, tsa=forge.tsa, crls=crls)

    report = forge.verify(forge.sign(draw_pdf(attached), how))

    assert (report.outcome, report.reason) == ("unknown", "REVOKED")


def test_an_old_list_of_revoked_certificates_does_not_help_a_thief(
    forge: Forge,
) -> None:
    mine = forge.issue()
    crls = (
        make_crl(forge.ca, at=NOW - timedelta(days=30), days=7),
        make_crl(forge.root),
    )
    attached = {"record.json": mine.record, "claim.cose": mine.claim}
    how = Signature(forge.trade.seal, tsa=forge.tsa, crls=crls)
    forge.issued.clear()

    report = forge.verify(forge.sign(draw_pdf(attached), how))

    assert report.outcome == "unchecked"


def test_an_expired_certificate_with_a_proof_of_time_stays_good(forge: Forge) -> None:
    mine = forge.issue(valid_until=None)
    lasting = forge.make_tsa(forge.root, days=4000)
    attached = {"record.json": mine.record, "claim.cose": mine.claim}
    how = Signature(forge.trade.seal, tsa=lasting, crls=forge.crls())
    pdf = forge.sign(draw_pdf(attached), how)
    forge.issued[-1] = replace(mine, pdf=pdf)
    forge.now = NOW + timedelta(days=3000)
    publication = forge.publish()

    assert forge.verify(pdf, publication=publication).outcome == "in_force"


def test_a_time_stamp_that_has_lost_its_certificate_proves_nothing(
    forge: Forge,
) -> None:
    """Whoever breaks the authority's key after years could date back what he likes."""
    mine = forge.issue(valid_until=None)
    forge.now = NOW + timedelta(days=3000)
    publication = forge.publish()

    report = forge.verify(mine.pdf, publication=publication)

    assert (report.outcome, report.reason) == ("unchecked", "OUT_OF_BOUNDS_NO_POE")
    assert report.integrity == "intact"
