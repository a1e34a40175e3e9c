# SPDX-License-Identifier: Apache-2.0
"""`make fuzz`: break real files in 100,000 ways; exit code 1 if a fault was found.

A run that was stopped goes on where it was. Each finding is kept as a PDF and a
few words about it; the same seed and number make it again.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from tests.fuzz.corpus import open_corpus
from tests.fuzz.run import Case, Tally, Verifiers, run_cases

_STEP = 500


def main() -> int:
    """Run, and print how far it is."""
    parser = argparse.ArgumentParser(description="Break real PDFs and verify them")
    parser.add_argument("--mutations", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1, help="other seed, other files")
    parser.add_argument("--folder", type=Path, default=Path(".fuzz"))
    options = parser.parse_args()
    corpus = open_corpus(options.folder / "corpus")
    progress = options.folder / f"progress-{options.seed}.json"
    tally = Tally.read(progress)
    begun, first = time.monotonic(), tally.done
    with Verifiers(corpus) as verify:
        while tally.done < options.mutations:
            numbers = range(tally.done, min(tally.done + _STEP, options.mutations))
            for case, faults in run_cases(
                corpus, seed=options.seed, numbers=numbers, verify=verify, tally=tally
            ):
                _keep(options.folder / "findings", options.seed, case, faults)
            tally.write(progress)
            rate = (tally.done - first) / (time.monotonic() - begun)
            print(f"{tally.done:,} files, {rate:.0f} a second, {_tell(tally)}")
            sys.stdout.flush()
    return 1 if tally.faults else 0


def _keep(folder: Path, seed: int, case: Case, faults: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{seed}-{case.number}-{'-'.join(faults)}"
    (folder / f"{name}.pdf").write_bytes(case.pdf)
    about = {
        "seed": seed,
        "number": case.number,
        "file": case.seed.name,
        "world": case.seed.world,
        "done": case.done,
        "faults": faults,
        "details": case.details,
    }
    (folder / f"{name}.json").write_text(json.dumps(about, indent=1))
    print(f"FOUND {name}")


def _tell(tally: Tally) -> str:
    found = ", ".join(f"{n} {kind}" for kind, n in sorted(tally.faults.items()))
    outcomes = ", ".join(f"{n} {kind}" for kind, n in tally.outcomes.most_common())
    return f"{found or 'no fault'} ({outcomes})"


if __name__ == "__main__":
    sys.exit(main())
