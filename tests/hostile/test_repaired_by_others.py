# SPDX-License-Identifier: Apache-2.0
"""Attack: files of which programs that repair them see more than the tables list."""

import pytest

from tests.forge import Forge, Issued
from tests.hostile.made import raw, repair
from tests.hostile.specimens import SPECIMENS, check_specimen
from verifier.report import Report

GROUP = "Repaired by other programs"
HIDDEN = [one.name for one in SPECIMENS.values() if one.group == GROUP]


@pytest.mark.parametrize("name", HIDDEN)
def test_what_other_programs_find_is_altered(quiet_forge: Forge, name: str) -> None:
    report = check_specimen(quiet_forge, name)

    assert report.reason == "changed_after_signing"


def test_a_stream_of_objects_of_a_signed_file_is_read(quiet_forge: Forge) -> None:
    """With its validation data, which came later in streams of their own."""
    pdf, _ = repair.sign_packed(quiet_forge)

    report = quiet_forge.verify(pdf)

    assert (report.outcome, report.integrity) == ("signature_only", "intact")


def test_more_in_the_store_is_not_held_against_a_licence(
    quiet_forge: Forge, genuine: Issued
) -> None:
    """The plain way to save what the attacks are hidden in."""
    number = raw.next_number(genuine.pdf)
    stream = b"<</Length 4>>\nstream\n1234\nendstream"

    report = quiet_forge.verify(repair.list_in_store(genuine.pdf, {number: stream}))

    assert (report.outcome, report.integrity) == ("in_force", "intact")


BODIES = {
    "a comment": (b"/Type/Extra", b"/Type%a\n/Extra"),
    "a number with two signs": (b"/Number 1", b"/Number --1"),
    "words that run together": (b"/Flag true", b"/Flag truely"),
    "a length too long": (b"/Length 4", b"/Length 6"),
    "a length that is none": (b"/Length 4", b"/Length/Four"),
    "a bracket too many": (b"/Flag true", b"/Flag[true]]"),
    "a trailer in a string": (b"(text)", b"(trailer<</Root 1 0 R>>)"),
    "an object in a string": (b"(text)", b"(\n1 0 obj<<>>endobj)"),
}
REVISIONS = {
    "another word than obj": (b" 0 obj", b" 0 abc"),
    "a row of 19 bytes": (b" n \n", b" n\n"),
    "a row of 21 bytes": (b" n \n", b" n \r\n"),
    "a comment behind the table": (b"startxref", b"%obj\nstartxref"),
    "another startxref": (b"startxref\n", b"startxref\n1"),
    "no end of the trailer": (b">>\nstartxref", b">\nstartxref"),
    "a hybrid table": (b"trailer\n<<", b"trailer\n<</XRefStm 9"),
}
_ABOUT = b"/Type/Extra/Number 1/Flag true/Text(text)/Length 4"


@pytest.mark.parametrize("name", BODIES)
def test_an_object_that_programs_read_differently_is_altered(
    quiet_forge: Forge, genuine: Issued, name: str
) -> None:
    assert _save(quiet_forge, genuine, _ABOUT).outcome == "in_force"
    old, new = BODIES[name]
    assert old in _ABOUT

    report = _save(quiet_forge, genuine, _ABOUT.replace(old, new))

    assert (report.outcome, report.integrity) == ("altered", "altered")


def _save(forge: Forge, issued: Issued, about: bytes) -> Report:
    number = raw.next_number(issued.pdf)
    stream = b"<<%s>>\nstream\n1234\nendstream" % about
    return forge.verify(repair.list_in_store(issued.pdf, {number: stream}))


@pytest.mark.parametrize("name", REVISIONS)
def test_a_revision_that_programs_read_differently_is_altered(
    quiet_forge: Forge, genuine: Issued, name: str
) -> None:
    saved = repair.list_in_store(genuine.pdf, {})
    later = saved[len(genuine.pdf) :]
    old, new = REVISIONS[name]
    assert old in later

    report = quiet_forge.verify(genuine.pdf + later.replace(old, new, 1))

    assert (report.outcome, report.integrity) == ("altered", "altered")
