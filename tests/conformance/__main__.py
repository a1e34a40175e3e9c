# SPDX-License-Identifier: Apache-2.0
"""Judges files by hand: `python -m tests.conformance FILE.pdf ...`."""

import sys
from pathlib import Path

from tests.conformance.jars import JudgeError, JudgeUnavailableError
from tests.conformance.verapdf import Flavour, describe, judge_files


def main(arguments: list[str]) -> int:
    """Print what each file is or breaks; return the exit code."""
    files = [Path(argument) for argument in arguments]
    broken = 0
    for flavour in Flavour:
        try:
            verdicts = judge_files(files, flavour)
        except (JudgeError, JudgeUnavailableError) as error:
            sys.stderr.write(f"{error}\n")
            return 2
        sys.stdout.write(describe(verdicts, flavour) + "\n")
        broken += sum(map(bool, verdicts.values()))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
