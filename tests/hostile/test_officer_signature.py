# SPDX-License-Identifier: Apache-2.0
"""Attack: a document that an officer must sign, without the right signature."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from register.document import Text
from register.officer import OfficerFacts
from register.trust_list import SealAnchor
from tests.forge import LICENCE, Forge, Issued, Signature, draw_pdf
from tests.forge_pki import NOW, Authority, make_certificate, name_of, new_key
from tests.hostile.attacks import update
from verifier.report import Report

EARLIER = NOW - timedelta(minutes=2)


class Office:
    """A forge whose licences an officer must sign."""

    def __init__(self, forge: Forge) -> None:
        self.forge = forge
        for agency in (forge.trade, forge.labour):
            agency.officer_anchors = (
                SealAnchor(
                    certificate=forge.root.der,
                    subject={"organizationIdentifier": agency.identifier},
                ),
            )
        forge.trade.types = (replace(LICENCE, officer_versions=(1,)),)
        self.somchai = self.make_officer("TRADE", "สมชาย", "ใจดี")
        self.last: Issued | None = None

    def make_officer(
        self, agency: str, given: str, family: str, issuer: Authority | None = None
    ) -> Authority:
        """Make a person's certificate."""
        plain = name_of(f"{given} {family}", identifier=f"GOVTH-{agency}")
        name = x509.Name(
            [
                *plain,
                x509.NameAttribute(NameOID.GIVEN_NAME, given),
                x509.NameAttribute(NameOID.SURNAME, family),
            ]
        )
        return make_certificate(name, new_key(), issuer or self.forge.ca)

    def draw(self, officer: Authority | None = None) -> bytes:
        """Draw a licence whose record names an officer."""
        document = self.forge.make_document(self.forge.trade)
        facts = None
        if officer is not None:
            facts = OfficerFacts(
                name=Text("สมชาย ใจดี", "Somchai Jaidee"),
                position=Text("ผู้อำนวยการ", "Director"),
                authority=None,
                asked_at=EARLIER,
                certificate_sha256=sha256(officer.der).digest(),
            )
        record = self.forge.make_record(document, self.forge.trade, facts)
        claim = self.forge.make_claim(record, self.forge.trade)
        pdf = draw_pdf({"record.json": record, "claim.cose": claim})
        self.last = Issued(document=document, record=record, claim=claim, pdf=pdf)
        return pdf

    def sign(self, pdf: bytes, officer: Authority, **how: object) -> bytes:
        """Sign as an officer."""
        usual = Signature(
            officer, at=EARLIER, tsa=self.forge.tsa, certify=False, field="Officer"
        )
        return self.forge.sign(pdf, replace(usual, **how))  # type: ignore[arg-type]

    def seal(self, pdf: bytes, seal: Authority | None = None) -> bytes:
        """Seal as the agency does after an officer."""
        how = Signature(
            seal or self.forge.trade.seal,
            tsa=self.forge.tsa,
            crls=self.forge.crls(),
            certify=False,
        )
        return self.forge.sign(pdf, how)

    def verify(self, pdf: bytes) -> Report:
        """Verify a file that the register knows as the one that was issued."""
        assert self.last is not None
        self.forge.issued = [replace(self.last, pdf=pdf)]
        return self.forge.verify(pdf)


@pytest.fixture
def office(forge: Forge) -> Office:
    return Office(forge)


def test_signed_and_then_sealed_it_is_in_force_and_names_the_officer(
    office: Office,
) -> None:
    report = office.verify(
        office.seal(office.sign(office.draw(office.somchai), office.somchai))
    )
    assert (report.outcome, report.reason) == ("in_force", "valid")
    assert report.signature is not None
    officer = report.signature["officer"]
    assert isinstance(officer, dict)
    assert officer["name"] == {"th": "สมชาย ใจดี", "en": "Somchai Jaidee"}
    assert officer["position"]["th"] == "ผู้อำนวยการ"
    assert officer["signed_at"] == "2026-03-02T04:58:00Z"
    assert report.checks[-1].id == "officer_signature"


def test_without_the_officers_signature_it_is_unknown(office: Office) -> None:
    report = office.verify(office.seal(office.draw(office.somchai)))
    assert (report.outcome, report.reason) == ("unknown", "officer_signature_missing")


def test_a_record_that_names_no_officer_is_no_way_around(office: Office) -> None:
    report = office.verify(office.seal(office.draw(None)))
    assert (report.outcome, report.reason) == ("unknown", "officer_signature_missing")


def test_the_signature_of_a_colleague_is_not_that_of_the_officer(
    office: Office,
) -> None:
    other = office.make_officer("TRADE", "สมหญิง", "จริงใจ")
    report = office.verify(office.seal(office.sign(office.draw(office.somchai), other)))
    assert (report.outcome, report.reason) == ("unknown", "officer_mismatch")


def test_an_officer_of_another_agency_is_unknown(office: Office) -> None:
    other = office.make_officer("LABOUR", "สมศักดิ์", "งานดี")
    report = office.verify(office.seal(office.sign(office.draw(other), other)))
    assert (report.outcome, report.reason) == ("unknown", "CHAIN_CONSTRAINTS_FAILURE")


def test_an_officer_certified_by_a_strange_ca_is_unknown(office: Office) -> None:
    ca = make_certificate(name_of("Strange CA"), new_key(), None, ca=True)
    other = office.make_officer("TRADE", "สมชาย", "ใจดี", issuer=ca)
    report = office.verify(office.seal(office.sign(office.draw(other), other)))
    assert (report.outcome, report.reason) == ("unknown", "NO_CERTIFICATE_CHAIN_FOUND")


def test_the_agencys_seal_is_no_officers_signature(office: Office) -> None:
    seal = office.forge.trade.seal
    report = office.verify(office.seal(office.sign(office.draw(seal), seal)))
    assert (report.outcome, report.reason) == ("unknown", "officer_mismatch")


def test_an_officers_signature_is_no_seal(office: Office) -> None:
    report = office.verify(office.seal(office.draw(office.somchai), office.somchai))
    assert (report.outcome, report.reason) == ("unknown", "CHAIN_CONSTRAINTS_FAILURE")
    report = office.verify(
        office.seal(
            office.sign(office.draw(office.somchai), office.somchai), office.somchai
        )
    )
    assert (report.outcome, report.reason) == ("unknown", "CHAIN_CONSTRAINTS_FAILURE")


def test_a_seal_before_the_officers_signature_is_found(office: Office) -> None:
    report = office.verify(
        office.sign(office.seal(office.draw(office.somchai)), office.somchai)
    )
    assert (report.outcome, report.reason) == ("unknown", "officer_signed_late")


def test_a_time_stamp_after_that_of_the_seal_is_found(office: Office) -> None:
    drawn = office.draw(office.somchai)
    signed = office.sign(drawn, office.somchai, at=office.forge.now)
    how = Signature(
        office.forge.trade.seal,
        at=EARLIER,
        tsa=office.forge.tsa,
        crls=office.forge.crls(),
        certify=False,
    )
    report = office.verify(office.forge.sign(signed, how))
    assert (report.outcome, report.reason) == ("unknown", "officer_signed_late")


def test_an_officers_signature_without_time_stamp_is_unchecked(office: Office) -> None:
    signed = office.sign(office.draw(office.somchai), office.somchai, tsa=None)
    report = office.verify(office.seal(signed))
    assert (report.outcome, report.reason) == ("unchecked", "NO_POE")


def test_a_revoked_officer_is_unknown(office: Office) -> None:
    serial = office.somchai.certificate.serial_number
    forge = office.forge
    revoked = forge.crls({serial: EARLIER - timedelta(days=1)})
    signed = office.sign(office.draw(office.somchai), office.somchai)
    how = Signature(forge.trade.seal, tsa=forge.tsa, crls=revoked, certify=False)
    report = office.verify(forge.sign(signed, how))
    assert (report.outcome, report.reason) == ("unknown", "REVOKED")


def test_a_signature_from_another_document_is_altered(office: Office) -> None:
    one = office.sign(office.draw(office.somchai), office.somchai)
    other = office.sign(office.draw(office.somchai), office.somchai)
    start, end = one.rindex(b"/Contents <"), other.rindex(b"/Contents <")
    length = one.index(b">", start) - start
    swapped = other[:end] + one[start : start + length] + other[end + length :]
    report = office.verify(office.seal(swapped))
    assert (report.outcome, report.integrity) == ("altered", "altered")


def test_a_seal_that_draws_over_what_the_officer_saw_is_altered(
    office: Office,
) -> None:
    signed = office.sign(make_room(office.draw(office.somchai)), office.somchai)

    report = office.verify(office.seal(signed))

    assert (report.outcome, report.reason) == ("altered", "changed_after_signing")
    assert "draws over" in report.checks[-1].detail


def make_room(pdf: bytes) -> bytes:
    """Make a field for the seal that covers the page."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        spec = SigFieldSpec("Seal", box=(50, 50, 500, 700))
        append_signature_field(writer, spec)

    return update(pdf, change)
