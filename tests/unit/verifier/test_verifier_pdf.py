# SPDX-License-Identifier: Apache-2.0
"""Verifying sealed PDFs: good ones, and those that are not in force any more."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfTimeStamper
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from register.document import Status, new_document_id
from tests.forge import HOLDER, Forge, Issued, Signature, draw_pdf
from tests.forge_pki import NOW
from verifier.report import EXIT_CODES
from verifier.verify_pdf import verify_pdf


def test_a_genuine_document_is_in_force(quiet_forge: Forge, genuine: Issued) -> None:
    report = quiet_forge.verify(genuine.pdf, publication=quiet_forge.open())

    assert (report.outcome, report.integrity) == ("in_force", "intact")
    assert report.document is not None
    assert report.document["holder"] == HOLDER
    assert report.document["number"] == genuine.document.number
    assert report.document["id"] == genuine.id
    assert report.status is not None
    assert report.status["value"] == "valid"
    assert report.signature is not None
    assert report.signature["signed_at"] == "2026-03-02T05:00:00Z"
    assert {check.result for check in report.checks} == {"PASSED"}
    assert report.exit_code == 0


def test_the_same_file_gives_the_same_report(
    quiet_forge: Forge, genuine: Issued
) -> None:
    publication = quiet_forge.open()

    first = quiet_forge.verify(genuine.pdf, publication=publication)
    second = quiet_forge.verify(genuine.pdf, publication=publication)

    assert first.to_json() == second.to_json()


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.VALID])
def test_a_withdrawn_document_is_not_in_force(forge: Forge, status: Status) -> None:
    mine = forge.issue()
    publication = forge.publish()
    assert forge.verify(mine.pdf, publication=publication).outcome == "in_force"

    forge.statuses[mine.document.status_ref.index] = status
    report = forge.verify(mine.pdf)

    assert (report.outcome, report.reason) == ("not_in_force", status.value)
    assert report.integrity == "intact"
    assert report.document is not None
    assert report.exit_code == EXIT_CODES[report.outcome] == 10


def test_a_revocation_shows_at_once_in_the_same_verifier(forge: Forge) -> None:
    mine = forge.issue()
    publication = forge.publish()
    assert forge.verify(mine.pdf, publication=publication).outcome == "in_force"

    forge.statuses[mine.document.status_ref.index] = Status.REVOKED
    forge.publish_status(at=NOW + timedelta(seconds=1))
    report = forge.verify(mine.pdf, publication=publication)

    assert (report.outcome, report.reason) == ("not_in_force", "revoked")


def test_a_superseded_document_names_its_successor(forge: Forge) -> None:
    mine = forge.issue()
    successor = new_document_id()
    forge.issued[0] = replace(
        mine, document=replace(mine.document, successor=successor)
    )
    forge.statuses[mine.document.status_ref.index] = Status.SUPERSEDED

    report = forge.verify(mine.pdf)

    assert report.reason == "superseded"
    assert report.document is not None
    assert report.document["successor"] == successor


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        # 28 February ends in Bangkok at 17:00 UTC.
        (datetime(2027, 2, 28, 16, 59, 59, tzinfo=UTC), "valid"),
        (datetime(2027, 2, 28, 17, 0, 0, tzinfo=UTC), "expired"),
        (datetime(2027, 3, 9, 0, 0, 0, tzinfo=UTC), "expired"),
    ],
)
def test_the_last_day_is_valid_to_its_end_in_bangkok(
    forge: Forge, now: datetime, reason: str
) -> None:
    mine = forge.issue(valid_until=date(2027, 2, 28))
    forge.now = now - timedelta(minutes=1)

    assert forge.verify(mine.pdf, now=now).reason == reason


def test_a_document_of_tomorrow_is_not_in_force_yet(forge: Forge) -> None:
    mine = forge.issue(valid_from=date(2026, 3, 3))

    report = forge.verify(mine.pdf)

    assert (report.outcome, report.reason) == ("not_in_force", "not_yet_valid")


def test_no_expiry_is_said_explicitly(forge: Forge) -> None:
    mine = forge.issue(valid_until=None)

    report = forge.verify(mine.pdf)

    assert report.outcome == "in_force"
    assert report.document is not None
    assert report.document["valid_until"] is None


def test_a_good_signature_without_a_record_is_signature_only(forge: Forge) -> None:
    report = forge.verify(forge.seal(draw_pdf()))

    assert (report.outcome, report.reason) == ("signature_only", "no_record")
    assert report.integrity == "intact"
    assert report.signature is not None
    assert report.trust_list is not None


def test_a_stranger_without_a_record_is_unknown_and_intact(forge: Forge) -> None:
    stranger = forge.make_seal("OTHER", "อื่น", "Other", issuer=forge.tsa)
    pdf = forge.sign(draw_pdf(), Signature(stranger))

    report = forge.verify(pdf)

    assert (report.outcome, report.integrity) == ("unknown", "intact")


def test_a_document_time_stamp_added_later_is_allowed(forge: Forge) -> None:
    mine = forge.issue()
    stamper = DummyTimeStamper(forge.tsa.asn1, forge.tsa.asn1_key, fixed_dt=NOW)
    output = PdfTimeStamper(stamper).timestamp_pdf(
        IncrementalPdfFileWriter(BytesIO(mine.pdf)), "sha256", output=BytesIO()
    )

    report = forge.verify(output.getvalue())

    assert (report.outcome, report.reason) == ("in_force", "valid")
    assert report.signature is not None
    assert report.signature["later_changes"]


def test_an_officer_signs_first_and_the_agency_seals(forge: Forge) -> None:
    mine = forge.issue()
    officer = forge.make_seal("OFFICER", "นายทะเบียน", "Registrar")
    attached = {"record.json": mine.record, "claim.cose": mine.claim}
    drawn = forge.sign(
        draw_pdf(attached),
        Signature(officer, tsa=forge.tsa, certify=False, field="Officer"),
    )
    sealed = forge.sign(
        drawn,
        Signature(forge.trade.seal, tsa=forge.tsa, crls=forge.crls(), certify=False),
    )
    forge.issued[0] = replace(mine, pdf=sealed)

    report = forge.verify(sealed)

    assert (report.outcome, report.reason) == ("in_force", "valid")
    assert report.signature is not None
    assert report.signature["field"] == "Seal"


def test_an_unreachable_publication_leaves_it_unchecked(forge: Forge) -> None:
    mine = forge.issue()
    publication = forge.publish()
    forge.folder.rename(forge.folder.with_name("gone"))

    report = forge.verify(mine.pdf, publication=publication)

    assert (report.outcome, report.reason) == ("unchecked", "trust_list_unreachable")
    assert report.integrity == "intact"


def test_a_missing_status_list_leaves_it_unchecked(forge: Forge) -> None:
    mine = forge.issue()
    publication = forge.publish()
    (forge.folder / "status/0").unlink()

    report = forge.verify(mine.pdf, publication=publication)

    assert (report.outcome, report.reason) == ("unchecked", "status_list_unreachable")


def test_a_broken_publication_never_ends_in_an_exception(forge: Forge) -> None:
    mine = forge.issue()
    forge.publish()
    for file in forge.folder.rglob("*"):
        if file.is_file():
            good = file.read_bytes()
            for bad in (b"", b"\xff\xfe", good[: len(good) // 2], b"{}", good * 2):
                file.write_bytes(bad)
                report = verify_pdf(mine.pdf, publication=forge.open(), now=NOW)
                unread = file.parent.name in {"files", "codes"} or file.suffix == ".jwt"
                if not unread:  # by who verifies a PDF
                    assert report.outcome == "unchecked", (file.name, bad)
            file.write_bytes(good)
