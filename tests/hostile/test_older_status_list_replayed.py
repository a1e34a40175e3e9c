# SPDX-License-Identifier: Apache-2.0
"""Attack: serve the status list from before the revocation."""

from datetime import timedelta

from register.document import Status
from tests.forge import Forge


def test_an_older_list_than_one_seen_is_unchecked(forge: Forge) -> None:
    mine = forge.issue()
    publication = forge.publish(at=forge.now - timedelta(minutes=10))
    before = (forge.folder / "status/0").read_bytes()
    forge.statuses[mine.document.status_ref.index] = Status.REVOKED
    forge.publish_status()
    assert forge.verify(mine.pdf, publication=publication).reason == "revoked"

    (forge.folder / "status/0").write_bytes(before)
    report = forge.verify(mine.pdf, publication=publication)

    assert (report.outcome, report.reason) == ("unchecked", "status_list_replayed")


def test_a_stale_list_is_unchecked(forge: Forge) -> None:
    mine = forge.issue()
    publication = forge.publish(at=forge.now - timedelta(hours=72))

    report = forge.verify(mine.pdf, publication=publication)

    assert (report.outcome, report.reason) == ("unchecked", "status_list_stale")
    assert report.status is not None
    assert report.status["value"] is None


def test_a_list_from_the_future_is_unchecked(forge: Forge) -> None:
    mine = forge.issue()
    publication = forge.publish(at=forge.now + timedelta(minutes=6))

    report = forge.verify(mine.pdf, publication=publication)

    assert report.outcome == "unchecked"


def test_a_stale_list_does_not_hide_what_is_certain(forge: Forge) -> None:
    mine = forge.issue()
    forge.statuses[mine.document.status_ref.index] = Status.REVOKED
    publication = forge.publish(at=forge.now - timedelta(hours=73))

    report = forge.verify(mine.pdf, publication=publication)

    assert (report.outcome, report.reason) == ("not_in_force", "revoked")
