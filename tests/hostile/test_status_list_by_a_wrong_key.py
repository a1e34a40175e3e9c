# SPDX-License-Identifier: Apache-2.0
"""Attack: publish a status list that the agency did not sign."""

from register.trust_list import Period
from tests.forge import Forge
from tests.forge_pki import new_key


def test_a_list_signed_by_a_stranger_is_unchecked(forge: Forge) -> None:
    mine = forge.issue()
    publication = forge.publish()
    forge.publish_status(key=new_key())

    report = forge.verify(mine.pdf, publication=publication)

    assert (report.outcome, report.reason) == ("unchecked", "status_list_invalid")


def test_a_list_signed_by_another_agency_is_unchecked(forge: Forge) -> None:
    mine = forge.issue()
    publication = forge.publish()
    forge.publish_status(key=forge.labour.publication_key)

    report = forge.verify(mine.pdf, publication=publication)

    assert (report.outcome, report.reason) == ("unchecked", "status_list_invalid")


def test_the_list_of_another_number_is_unchecked(forge: Forge) -> None:
    mine = forge.issue()
    publication = forge.publish()
    list_0 = (forge.folder / "status/0").read_bytes()
    forge.write("status/0", list_0.replace(b"/status/0", b"/status/1"))

    report = forge.verify(mine.pdf, publication=publication)

    assert (report.outcome, report.reason) == ("unchecked", "status_list_invalid")


def test_what_a_compromised_publication_key_signs_is_unchecked(forge: Forge) -> None:
    mine = forge.issue()
    forge.trade.publication_period = Period(compromised_from=forge.now)

    report = forge.verify(mine.pdf)

    assert report.outcome == "unchecked"
    assert report.integrity == "intact"
