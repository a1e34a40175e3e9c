# SPDX-License-Identifier: Apache-2.0
"""Attack: issue behind the register's back, or change what it published."""

import hashlib
from datetime import date

from tests.forge import Forge


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
