# SPDX-License-Identifier: Apache-2.0
"""Attack: publish a trust list of one's own, or an older one."""

from datetime import timedelta

from tests.forge import Forge
from tests.forge_pki import new_key


def test_a_list_signed_by_another_root_is_unchecked(forge: Forge) -> None:
    mine = forge.issue()
    publication = forge.publish()
    forge.trust_root = new_key()
    forge.write("trust-list", forge.signed_trust_list().encode())

    report = forge.verify(mine.pdf, publication=publication)

    assert (report.outcome, report.reason) == ("unchecked", "trust_list_invalid")
    assert report.integrity == "intact"


def test_an_older_list_than_one_seen_is_unchecked(forge: Forge) -> None:
    mine = forge.issue()
    older = forge.signed_trust_list()
    forge.seq = 2
    publication = forge.publish()
    assert forge.verify(mine.pdf, publication=publication).outcome == "in_force"

    forge.write("trust-list", older.encode())
    report = forge.verify(mine.pdf, publication=publication)

    assert (report.outcome, report.reason) == ("unchecked", "trust_list_invalid")


def test_an_expired_list_is_unchecked(forge: Forge) -> None:
    mine = forge.issue(valid_until=None)
    publication = forge.publish()

    report = forge.verify(
        mine.pdf, publication=publication, now=forge.now + timedelta(days=366)
    )

    assert (report.outcome, report.reason) == ("unchecked", "trust_list_invalid")


def test_a_changed_file_is_altered_even_without_a_trust_list(forge: Forge) -> None:
    mine = forge.issue()
    publication = forge.publish()
    (forge.folder / "trust-list").unlink()
    forged = mine.pdf.replace(b"Somchai", b"Mallory", 1)

    assert forge.verify(mine.pdf, publication=publication).outcome == "unchecked"
    assert forge.verify(forged, publication=publication).outcome == "altered"
