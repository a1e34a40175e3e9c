# SPDX-License-Identifier: Apache-2.0
"""Attack: issue behind the register's back, or change what it published."""

import hashlib
from datetime import date

from register.envelope import key_id
from register.public_record import FileEntry, sign_file_entry
from tests.forge import AgencyForge, Forge, Issued, Signature, draw_pdf
from tests.forge_pki import raw_signing


def _seal_again(forge: Forge, mine: Issued) -> bytes:
    """Seal what belongs to a document a second time, behind the register's back."""
    attached = {"record.json": mine.record, "claim.cose": mine.claim}
    how = Signature(forge.trade.seal, at=forge.now, tsa=forge.tsa, crls=forge.crls())
    return forge.sign(draw_pdf(attached, lines=("VALID FOR EVER",)), how)


def _write_entry(forge: Forge, pdf: bytes, mine: Issued, by: AgencyForge) -> None:
    digest = hashlib.sha256(pdf)
    entry = FileEntry(sha256=digest.digest(), id=mine.id, iat=forge.now)
    key = by.publication_key
    token = sign_file_entry(entry, kid=key_id(key.public_key()), sign=raw_signing(key))
    forge.write(f"files/{digest.hexdigest()}", token.encode())


def test_a_file_that_another_agency_calls_issued_is_altered(forge: Forge) -> None:
    """A file entry names no agency: it cannot add a file to somebody's document."""
    mine = forge.issue()
    publication = forge.publish()
    other = _seal_again(forge, mine)
    _write_entry(forge, other, mine, forge.labour)

    report = forge.verify(other, publication=publication)

    assert (report.outcome, report.reason) == ("altered", "file_differs")
    genuine = forge.verify(mine.pdf, publication=publication)
    assert genuine.outcome == "in_force"


def test_a_newer_version_that_the_record_names_is_genuine(forge: Forge) -> None:
    """Of it no file entry is needed, nor is one of the agency's own enough."""
    mine = forge.issue()
    publication = forge.publish()
    newer = _seal_again(forge, mine)
    _write_entry(forge, newer, mine, forge.trade)

    assert forge.verify(newer, publication=publication).reason == "file_differs"
    forge.publish_record(mine, later_files=(hashlib.sha256(newer).digest(),))
    assert forge.verify(newer, publication=forge.open()).outcome == "in_force"


def test_a_document_the_register_never_heard_of_is_only_signed(forge: Forge) -> None:
    secret = forge.issue()
    forge.issued.clear()

    report = forge.verify(secret.pdf)

    assert (report.outcome, report.reason) == ("signature_only", "not_registered")


def test_a_record_of_another_digest_is_altered(forge: Forge) -> None:
    mine = forge.issue()
    publication = forge.publish()
    forge.publish_record(mine, record_sha256=hashlib.sha256(b"other").digest())

    report = forge.verify(mine.pdf, publication=publication)

    assert (report.outcome, report.reason) == ("altered", "register_mismatch")


def test_a_record_with_another_expiry_is_altered(forge: Forge) -> None:
    mine = forge.issue()
    publication = forge.publish()
    forge.publish_record(mine, valid_until=date(2026, 12, 31))

    report = forge.verify(mine.pdf, publication=publication)

    assert (report.outcome, report.reason) == ("altered", "register_mismatch")


def test_a_tampered_public_record_is_unchecked(forge: Forge) -> None:
    mine = forge.issue()
    publication = forge.publish()
    path = forge.folder / "records" / mine.id
    token = path.read_text()
    path.write_text(token[:-8] + "AAAAAAAA")

    report = forge.verify(mine.pdf, publication=publication)

    assert (report.outcome, report.reason) == ("unchecked", "register_record_invalid")


def test_the_public_record_of_another_document_is_unchecked(forge: Forge) -> None:
    mine, other = forge.issue(), forge.issue()
    publication = forge.publish()
    records = forge.folder / "records"
    (records / mine.id).write_bytes((records / other.id).read_bytes())

    report = forge.verify(mine.pdf, publication=publication)

    assert (report.outcome, report.reason) == ("unchecked", "register_record_invalid")
