# SPDX-License-Identifier: Apache-2.0
"""Attack: draw over a genuine licence with a signature field that seems invisible.

A new field without a size may follow a seal, as a time stamp needs one. Programs
differ in what they take for a size, and in what else a field can show.
"""

import pytest
from pyhanko.pdf_utils import generic

from tests.forge import Forge, Issued, Signature, draw_pdf
from tests.hostile.attacks import NAME, dictionary, numbers, update
from tests.hostile.made.drawn_over import DRAWN, OTHER, Entries, Writer, add_field
from tests.hostile.test_officer_signature import Office
from verifier.report import Report


def check_altered(report: Report) -> None:
    """Check that the file is told to be changed."""
    details = [check.detail for check in report.checks]
    assert (report.outcome, report.integrity) == ("altered", "altered"), details
    assert report.reason == "changed_after_signing", details


@pytest.mark.parametrize("kid", [False, True], ids=["field", "kid"])
@pytest.mark.parametrize("name", DRAWN)
def test_drawn_over_by_a_field_it_is_altered(
    quiet_forge: Forge, genuine: Issued, name: str, *, kid: bool
) -> None:
    drawn = update(genuine.pdf, add_field(DRAWN[name], kid=kid))

    check_altered(quiet_forge.verify(drawn))


@pytest.mark.parametrize("kid", [False, True], ids=["field", "kid"])
@pytest.mark.parametrize("name", OTHER)
def test_a_field_that_is_more_than_a_field_is_altered(
    quiet_forge: Forge, genuine: Issued, name: str, *, kid: bool
) -> None:
    changed = update(genuine.pdf, add_field(lambda _: OTHER[name], kid=kid))

    check_altered(quiet_forge.verify(changed))


@pytest.mark.parametrize("name", ["numbers by reference", "five numbers"])
def test_drawn_over_an_ordinary_signed_file_it_is_altered(
    quiet_forge: Forge, name: str
) -> None:
    """What no record of ours protects is judged by the same rule."""
    drawn = update(_sign(quiet_forge), add_field(DRAWN[name]))

    check_altered(quiet_forge.verify(drawn))


NOWHERE = [numbers(0, 0, 0, 0), numbers(-9999, -9999, -9999, -9999)]


@pytest.mark.parametrize("sides", NOWHERE)
def test_a_field_that_shows_nothing_leaves_it_in_force(
    quiet_forge: Forge, genuine: Issued, sides: generic.ArrayObject
) -> None:
    """As time stamps of ours and of other programs bring it along."""
    report = quiet_forge.verify(
        update(genuine.pdf, add_field(lambda _: {"Rect": sides}))
    )

    assert (report.outcome, report.reason) == ("in_force", "valid")


@pytest.mark.parametrize("sides", NOWHERE)
@pytest.mark.parametrize("content", [b"", b"% nothing\n", b"0 g 0 0 9 9 re f"])
def test_an_appearance_that_nobody_sees_leaves_a_signed_file_intact(
    quiet_forge: Forge, sides: generic.ArrayObject, content: bytes
) -> None:
    """Other programs give one to signatures without a size."""

    def make(writer: Writer) -> Entries:
        blank = generic.StreamObject(stream_data=content)
        blank.update(dictionary(Subtype=NAME("/Form"), BBox=numbers(0, 0, 100, 100)))
        return {"Rect": sides, "AP": dictionary(N=writer.add_object(blank))}

    signed = _sign(quiet_forge)
    report = quiet_forge.verify(update(signed, add_field(make, listed=False)))

    assert report.integrity == "intact", [check.detail for check in report.checks]


def _sign(forge: Forge) -> bytes:
    """Sign a file that is nobody's licence, with leave to sign it again."""
    how = Signature(forge.trade.seal, tsa=forge.tsa, certify=False)
    return forge.sign(draw_pdf(), how)


@pytest.fixture
def office(forge: Forge) -> Office:
    return Office(forge)


def test_a_seal_that_gives_leave_lets_nobody_draw_on_a_licence(office: Office) -> None:
    """After an officer the seal is no certification, and its field may have no lock."""
    sealed = office.seal(office.sign(office.draw(office.somchai), office.somchai))
    assert office.verify(sealed).outcome == "in_force"

    for name in ("a plain rectangle", "numbers by reference"):
        drawn = update(sealed, add_field(DRAWN[name]))
        check_altered(office.forge.verify(drawn))


def test_between_officer_and_seal_no_field_is_added(office: Office) -> None:
    signed = office.sign(office.draw(office.somchai), office.somchai)

    for name in ("a plain rectangle", "numbers by reference"):
        drawn = office.seal(update(signed, add_field(DRAWN[name])))
        report = office.verify(drawn)
        assert (report.outcome, report.reason) == ("altered", "changed_after_signing")


def test_between_officer_and_seal_not_even_an_empty_field_is_added(
    office: Office,
) -> None:
    signed = office.sign(office.draw(office.somchai), office.somchai)
    added = office.seal(update(signed, add_field(lambda _: {})))

    report = office.verify(added)

    check = report.checks[-1]
    assert (report.outcome, check.id) == ("altered", "officer_signature")
    assert "Stamp" in check.detail
