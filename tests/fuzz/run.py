# SPDX-License-Identifier: Apache-2.0
"""Verifies broken files one after the other, and keeps each that shows a fault."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.corpus import Corpus, Seed
from tests.fuzz.dice import Dice
from tests.fuzz.mutations import mutate
from tests.fuzz.rules import find_faults
from tests.fuzz.updates import append_updates
from verifier.isolation import PdfVerifiers
from verifier.limits import WorkerLimits
from verifier.report import Report

Verify = Callable[[Seed, bytes], Report]


@dataclass
class Tally:
    """How far a run is, and what it has found."""

    done: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    @classmethod
    def read(cls, file: Path) -> "Tally":
        """Return what an earlier run has left, or a fresh one."""
        if not file.exists():
            return cls()
        kept = json.loads(file.read_text())
        return cls(
            done=kept["done"],
            outcomes=Counter(kept["outcomes"]),
            faults=Counter(kept["faults"]),
        )

    def write(self, file: Path) -> None:
        """Keep it, so that the next run goes on from here."""
        kept = {"done": self.done, "outcomes": self.outcomes, "faults": self.faults}
        file.write_text(json.dumps(kept, indent=1))


@dataclass(frozen=True, kw_only=True)
class Case:
    """One broken file."""

    number: int
    seed: Seed
    pdf: bytes
    done: list[str]
    details: list[str] = field(default_factory=list)
    """What the report said of the file, once there is one."""


def make_case(corpus: Corpus, seed: int, number: int) -> Case:
    """Return the broken file of a number; always the same for the same corpus.

    Even numbers are broken by their bytes, odd ones have updates appended.
    """
    dice = Dice(seed, number)
    if number % 2:
        chosen = dice.one_of([one for one in corpus.seeds if one.is_signed])
        pdf, done = append_updates(chosen.pdf, dice)
    else:
        chosen = dice.one_of(corpus.seeds)
        others = [other.pdf for other in corpus.seeds]
        pdf, done = mutate(chosen.pdf, dice, others)
    return Case(number=number, seed=chosen, pdf=pdf, done=done)


def run_cases(
    corpus: Corpus, *, seed: int, numbers: range, verify: Verify, tally: Tally
) -> Iterator[tuple[Case, list[str]]]:
    """Verify the files of some numbers; yield those that show a fault."""
    for number in numbers:
        case = make_case(corpus, seed, number)
        report = verify(case.seed, case.pdf)
        case.details.extend(check.detail for check in report.checks if check.detail)
        faults = sorted(set(find_faults(case.seed, case.pdf, report)))
        tally.done = number + 1
        tally.outcomes[report.outcome] += 1
        tally.faults.update(faults)
        if faults:
            yield case, faults


class Verifiers:
    """Processes that read broken files, one for each world of a corpus."""

    def __init__(self, corpus: Corpus, *, seconds: float = 10.0) -> None:
        self._corpus = corpus
        self._seconds = seconds
        self._stack = ExitStack()
        self._running: dict[str, PdfVerifiers] = {}

    def __enter__(self) -> Verify:
        """Start them."""
        workers = WorkerLimits(count=1, seconds=self._seconds)
        for name, world in self._corpus.worlds.items():
            verifiers = PdfVerifiers(world.open(), workers=workers)
            self._running[name] = self._stack.enter_context(verifiers)
        return self._verify

    def __exit__(self, *_: object) -> None:
        """End them."""
        self._stack.close()

    def _verify(self, seed: Seed, pdf: bytes) -> Report:
        now = self._corpus.worlds[seed.world].now
        return self._running[seed.world].verify_pdf(pdf, now=now)
