# SPDX-License-Identifier: Apache-2.0
"""Attack: files broken at random; a short run of `make fuzz` (tests/fuzz)."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fuzz.corpus import Corpus, Seed, make_small_corpus
from tests.fuzz.rules import find_faults
from tests.fuzz.run import Tally, Verifiers, make_case, run_cases
from tests.hostile.attacks import update
from tests.hostile.made import looks, saving
from tests.report_schema import check_report
from verifier.reasons import Integrity, Outcome, Reason
from verifier.report import Check, Report, Verdict
from verifier.verify_pdf import verify_pdf

FILES = 400


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Give small files of ours and of others."""
    return make_small_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module")
def verify(corpus: Corpus) -> Callable[[Seed, bytes], Report]:
    """Give what verifies a file of the corpus in this process."""
    worlds = {name: (w.open(), w.now) for name, w in corpus.worlds.items()}

    def verify_seed(seed: Seed, pdf: bytes) -> Report:
        publication, now = worlds[seed.world]
        return verify_pdf(pdf, publication=publication, now=now)

    return verify_seed


def test_no_broken_file_is_a_crash_or_passes_for_what_it_was(
    corpus: Corpus, verify: Callable[[Seed, bytes], Report]
) -> None:
    def verify_and_check(seed: Seed, pdf: bytes) -> Report:
        report = verify(seed, pdf)
        check_report(report)
        return report

    tally = Tally()
    found = [
        (case.number, case.done, faults)
        for case, faults in run_cases(
            corpus, seed=2, numbers=range(FILES), verify=verify_and_check, tally=tally
        )
    ]

    assert found == []
    assert tally.done == FILES
    # Files are broken, and not only in ways that nobody could overlook.
    assert tally.outcomes["altered"] > FILES // 3
    # Of the half that is broken by its bytes a tenth at least cannot be read.
    assert tally.outcomes["unknown"] > FILES // 2 // 10


def test_in_processes_of_their_own_it_is_the_same(corpus: Corpus) -> None:
    with Verifiers(corpus) as verify_apart:
        found = list(
            run_cases(
                corpus, seed=3, numbers=range(20), verify=verify_apart, tally=Tally()
            )
        )

    assert found == []


def test_whole_files_are_what_the_rules_take_them_for(
    corpus: Corpus, verify: Callable[[Seed, bytes], Report]
) -> None:
    assert {seed.ours for seed in corpus.seeds} == {True, False}
    for seed in corpus.seeds:
        report = verify(seed, seed.pdf)
        assert (report.outcome is Outcome.IN_FORCE) == seed.ours, seed.name
        assert list(find_faults(seed, seed.pdf, report)) == []


def test_the_rules_find_a_verifier_that_is_taken_in(
    corpus: Corpus, verify: Callable[[Seed, bytes], Report]
) -> None:
    ours = next(seed for seed in corpus.seeds if seed.ours)
    good = verify(ours, ours.pdf)
    edited = ours.pdf.replace(b"Somchai", b"Mallory")
    crash = Verdict(outcome=Outcome.UNCHECKED, reason=Reason.PROCESSING_ERROR)
    ran_out = Check(
        id=good.checks[0].id,
        reason=Reason.LIMIT,
        detail="the time ran out",
    )
    broken = Check(id=good.checks[0].id, reason=Reason.PROCESSING_ERROR)

    assert set(find_faults(ours, edited, good)) == {"forged", "altered_called_intact"}
    covered = saving.whole_update_of(ours.pdf)
    assert set(find_faults(ours, covered, good)) == {"shown_otherwise"}
    drawn = update(ours.pdf, looks.add_field(look=True))
    assert set(find_faults(ours, drawn, good)) == {"shown_otherwise"}
    unseen = update(ours.pdf, looks.add_field())
    assert set(find_faults(ours, unseen, good)) == set()
    intact = replace(good, verdict=crash, checks=(broken,), integrity=Integrity.INTACT)
    assert set(find_faults(ours, edited, intact)) == {"crash", "altered_called_intact"}
    assert "hang" in set(find_faults(ours, edited, replace(good, checks=(ran_out,))))


def test_updates_are_such_that_many_are_read_and_some_are_let_pass(
    corpus: Corpus, verify: Callable[[Seed, bytes], Report]
) -> None:
    """A verifier that called all of them altered would find nothing out."""
    reports = [
        verify(case.seed, case.pdf)
        for case in (make_case(corpus, 5, number) for number in range(1, 120, 2))
    ]
    details = {check.detail for report in reports for check in report.checks}

    assert sum(one.integrity is Integrity.INTACT for one in reports) >= 3
    assert len(details) > 20


def test_a_finding_can_be_had_again(corpus: Corpus) -> None:
    one, again = (make_case(corpus, 7, 123) for _ in range(2))

    assert (one.pdf, one.done) == (again.pdf, again.done)
    assert len({make_case(corpus, 7, number).pdf for number in range(20)}) == 20


def test_a_run_goes_on_where_it_was(tmp_path: Path) -> None:
    tally = Tally(done=500)
    tally.outcomes["altered"] = 400
    tally.faults["hang"] = 1
    tally.write(tmp_path / "progress.json")

    assert Tally.read(tmp_path / "progress.json") == tally
    assert Tally.read(tmp_path / "none.json").done == 0
