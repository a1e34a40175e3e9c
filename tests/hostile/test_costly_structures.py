# SPDX-License-Identifier: Apache-2.0
"""Attack: structures without end, each in a small file, to stop what reads them."""

from collections.abc import Iterator

import pytest

from tests.forge import Forge, Issued
from tests.forge_pki import NOW
from tests.hostile.costly_pdfs import BOMBS, COUNTS, CYCLES, DEPTHS, SIZES, write_pdf
from tests.report_schema import check_report
from verifier.isolation import PdfVerifiers
from verifier.limits import Limits, WorkerLimits
from verifier.reasons import Outcome, Reason
from verifier.report import Report

MADE = {**BOMBS, **COUNTS, **CYCLES, **DEPTHS, **SIZES}
OVER_A_LIMIT = {*BOMBS, *COUNTS, "fields in fields"}
ENDLESS = {"a number of eight million digits"}
"""What is given up when the time is over."""


@pytest.fixture(scope="module")
def verifiers(quiet_forge: Forge, genuine: Issued) -> Iterator[PdfVerifiers]:
    """Give a process with a little patience."""
    assert genuine in quiet_forge.issued
    workers = WorkerLimits(seconds=3)
    with PdfVerifiers(quiet_forge.publish(), workers=workers) as running:
        yield running


def _verify(verifiers: PdfVerifiers, name: str) -> Report:
    pdf = MADE[name]()
    assert len(pdf) <= Limits().max_bytes
    report = verifiers.verify_pdf(pdf, now=NOW)
    check_report(report)
    return report


@pytest.mark.parametrize("name", sorted(OVER_A_LIMIT | ENDLESS))
def test_what_is_too_much_is_unchecked(verifiers: PdfVerifiers, name: str) -> None:
    report = _verify(verifiers, name)

    assert (report.outcome, report.reason) == ("unchecked", "limit_exceeded")


@pytest.mark.parametrize("name", sorted({*MADE} - OVER_A_LIMIT - ENDLESS))
def test_what_is_odd_is_answered_and_never_genuine(
    verifiers: PdfVerifiers, name: str
) -> None:
    """Read or not, it is no fault of the service, and costs no process."""
    report = _verify(verifiers, name)

    assert report.outcome in {Outcome.UNKNOWN, Outcome.ALTERED}
    assert all(c.reason is not Reason.PROCESSING_ERROR for c in report.checks)
    assert all("ran out" not in check.detail for check in report.checks)


def test_after_all_of_them_a_genuine_file_is_genuine(
    verifiers: PdfVerifiers, genuine: Issued
) -> None:
    assert verifiers.verify_pdf(genuine.pdf, now=NOW).outcome == "in_force"


def test_the_plain_file_they_are_made_of_is_read(verifiers: PdfVerifiers) -> None:
    assert verifiers.verify_pdf(write_pdf({}), now=NOW).reason == "unsigned"


def test_what_the_service_holds_is_not_held_against_its_processes(
    quiet_forge: Forge,
) -> None:
    """A system tells of a new process what its parent once held."""
    ballast = b"x" * 200_000_000
    workers = WorkerLimits(memory_bytes=300_000_000)
    with PdfVerifiers(quiet_forge.publish(), workers=workers) as running:
        running.verify_pdf(b"junk", now=NOW)
        first = running._all[0]
        running.verify_pdf(b"junk", now=NOW)

        assert running._all == [first]
    assert len(ballast) == 200_000_000
