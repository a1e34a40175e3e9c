# SPDX-License-Identifier: Apache-2.0
"""Attack: small files that take minutes or gigabytes, to stop the service."""

import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pyhanko.pdf_utils.misc import PdfDecodeLimitError, PdfReadError

from tests.forge import Forge, Issued
from tests.forge_pki import NOW
from tests.hostile.attacks import token_bomb
from verifier.errors import BusyError, CheckError
from verifier.guard import reading_hostile_input
from verifier.isolation import PdfVerifiers
from verifier.limits import Limits, WorkerLimits
from verifier.reasons import Reason

HASTY = WorkerLimits(seconds=1)


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """Give 13 kB that would take two minutes."""
    made = token_bomb()
    assert len(made) < 14_000
    return made


@pytest.fixture(scope="module")
def hasty(quiet_forge: Forge, genuine: Issued) -> Iterator[PdfVerifiers]:
    """Give one process with little patience."""
    assert genuine in quiet_forge.issued
    with PdfVerifiers(quiet_forge.publish(), workers=HASTY) as verifiers:
        yield verifiers


def test_a_file_that_takes_too_long_is_unchecked(
    hasty: PdfVerifiers, bomb: bytes
) -> None:
    report = hasty.verify_pdf(bomb, now=NOW)

    assert (report.outcome, report.reason) == ("unchecked", "limit_exceeded")
    assert report.integrity == "unreadable"
    assert report.file is not None
    assert report.file["size"] == len(bomb)
    assert "time" in report.checks[0].detail


def test_the_next_file_is_verified_as_if_nothing_had_been(
    hasty: PdfVerifiers, bomb: bytes, genuine: Issued
) -> None:
    for _ in range(2):
        assert hasty.verify_pdf(bomb, now=NOW).outcome == "unchecked"
        assert hasty.verify_pdf(genuine.pdf, now=NOW).outcome == "in_force"


def test_a_file_that_takes_too_much_memory_is_unchecked(
    quiet_forge: Forge, genuine: Issued
) -> None:
    huge = b"%PDF-1.7\n" + bytes(150_000_000)
    workers = WorkerLimits(memory_bytes=200_000_000, seconds=30)
    limits = Limits(max_bytes=len(huge))
    with PdfVerifiers(quiet_forge.publish(), limits=limits, workers=workers) as small:
        report = small.verify_pdf(huge, now=NOW)
        after = small.verify_pdf(genuine.pdf, now=NOW)

    assert (report.outcome, report.reason) == ("unchecked", "limit_exceeded")
    assert report.integrity == "unreadable"
    assert after.outcome == "in_force"


@pytest.mark.parametrize("limit", [MemoryError(), PdfDecodeLimitError("too much")])
def test_a_limit_is_never_taken_for_damage(limit: Exception) -> None:
    """The library wraps what it catches; memory running out is no forgery."""
    wrapped = PdfReadError("cannot read it")
    wrapped.__context__ = limit

    with pytest.raises(CheckError) as caught, reading_hostile_input(Reason.DAMAGED):
        raise wrapped

    assert caught.value.reason is Reason.LIMIT


def test_while_all_processes_are_busy_one_more_file_is_turned_away(
    quiet_forge: Forge, bomb: bytes
) -> None:
    workers = WorkerLimits(seconds=5, waiting=0)
    with (
        PdfVerifiers(quiet_forge.publish(), workers=workers) as verifiers,
        ThreadPoolExecutor() as threads,
    ):
        busy = threads.submit(verifiers.verify_pdf, bomb, now=NOW)
        while verifiers._idle and not busy.done():
            time.sleep(0.01)
        with pytest.raises(BusyError):
            verifiers.verify_pdf(b"junk", now=NOW)

        assert busy.result().reason == "limit_exceeded"


def test_a_process_that_dies_by_itself_is_replaced(
    hasty: PdfVerifiers, genuine: Issued
) -> None:
    """What ends an idle process is not the fault of the next file."""
    for process in hasty._all:
        process._process.send_signal(signal.SIGTERM)
        process._process.wait()

    assert hasty.verify_pdf(genuine.pdf, now=NOW).outcome == "in_force"


def test_a_killed_process_takes_no_memory_of_what_was_seen_with_it(
    forge: Forge, bomb: bytes
) -> None:
    forge.seq = 2
    mine = forge.issue()
    with PdfVerifiers(forge.publish(), workers=HASTY) as verifiers:
        assert verifiers.verify_pdf(mine.pdf, now=NOW).outcome == "in_force"
        assert verifiers.verify_pdf(bomb, now=NOW).outcome == "unchecked"
        forge.seq = 1
        forge.publish()
        report = verifiers.verify_pdf(mine.pdf, now=NOW)

    assert (report.outcome, report.reason) == ("unchecked", "trust_list_invalid")


def test_a_process_knows_what_others_have_seen(forge: Forge) -> None:
    mine = forge.issue()
    publication = forge.publish()
    with PdfVerifiers(publication) as verifiers:
        assert verifiers.verify_pdf(mine.pdf, now=NOW).outcome == "in_force"
        forge.seq = 2
        forge.publish()
        # Somebody scans a code: this is read by the service itself.
        assert publication.trust_list(NOW).seq == 2
        forge.seq = 1
        forge.publish()
        report = verifiers.verify_pdf(mine.pdf, now=NOW)

    assert (report.outcome, report.reason) == ("unchecked", "trust_list_invalid")


def test_no_secret_of_the_service_is_within_reach(
    hasty: PdfVerifiers, monkeypatch: pytest.MonkeyPatch, genuine: Issued
) -> None:
    monkeypatch.setenv("TRA_KEY_PASSPHRASE", "of no business there")
    assert hasty.verify_pdf(token_bomb(streams=1), now=NOW).outcome == "unchecked"
    assert hasty.verify_pdf(genuine.pdf, now=NOW).outcome == "in_force"
    environment = Path(f"/proc/{hasty._all[0]._process.pid}/environ")
    if not environment.exists():
        pytest.skip("needs /proc (Linux)")

    assert b"TRA_" not in environment.read_bytes()
