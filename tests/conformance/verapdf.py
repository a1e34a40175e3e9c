# SPDX-License-Identifier: Apache-2.0
"""veraPDF as judge of PDF/A (ISO 19005) and PDF/UA (ISO 14289)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from tests.conformance.jars import JudgeError, fetch_jars, run_java

_MAIN_CLASS = "org.verapdf.apps.GreenfieldCliWrapper"


class Flavour(StrEnum):
    """What a file may be judged by, in veraPDF's words."""

    PDF_A_3A = "3a"
    PDF_A_3U = "3u"
    PDF_UA_1 = "ua1"


_PROFILES = {
    Flavour.PDF_A_3A: "PDF/A-3a validation profile",
    Flavour.PDF_A_3U: "PDF/A-3u validation profile",
    Flavour.PDF_UA_1: "PDF/UA-1 validation profile",
}


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A rule that a file breaks, and the first place where it does."""

    specification: str
    clause: str
    test: int
    count: int
    description: str
    example: str

    def __str__(self) -> str:
        """Say it in two lines."""
        return (
            f"{self.specification} §{self.clause} test {self.test}, {self.count} times:"
            f" {self.description}\n      {self.example}"
        )


Verdicts = Mapping[Path, tuple[Failure, ...]]
"""What each file breaks; nothing, if it conforms."""


def judge_files(files: Sequence[Path], flavour: Flavour) -> Verdicts:
    """Judge all files in one run of Java, which takes a second to start.

    Raises:
        JudgeUnavailableError: veraPDF cannot be had here; says what is missing.
        JudgeError: it did not judge every file by that flavour.
    """
    answer = run_java(
        fetch_jars("verapdf"), _MAIN_CLASS,
        "--flavour", flavour, "--format", "json", "--maxfailuresdisplayed", "1",
        *(str(file.resolve()) for file in files),
    )  # fmt: skip
    try:
        jobs = json.loads(answer)["report"]["jobs"]
        found = {
            Path(job["itemDetails"]["name"]): tuple(_read_job(job, flavour))
            for job in jobs
        }
        return {file: found[file.resolve()] for file in files}
    except (ValueError, KeyError) as error:
        raise JudgeError(f"veraPDF said: {answer[:2000]}") from error


def describe(verdicts: Verdicts, flavour: Flavour) -> str:
    """Return the verdicts as text: a line for each file, two for each broken rule."""
    lines = []
    for file, failures in verdicts.items():
        lines.append(f"{file.name}: {'breaks' if failures else 'is'} {flavour.name}")
        lines.extend(f"   {failure}" for failure in failures)
    return "\n".join(lines)


def _read_job(job: Mapping[str, Any], flavour: Flavour) -> Iterator[Failure]:
    if "validationResult" not in job:
        yield Failure(
            specification="ISO 32000-1", clause="7", test=0, count=1,
            description="veraPDF cannot read the file",
            example=str(job["taskException"].get("exceptionMessage", "")),
        )  # fmt: skip
        return
    [result] = job["validationResult"]
    if result["profileName"] != _PROFILES[flavour]:
        raise ValueError(f"judged by {result['profileName']}")
    rules = result["details"]["ruleSummaries"]
    if result["compliant"] == bool(rules):
        raise ValueError("verdict and broken rules contradict each other")
    for rule in rules:
        check = rule["checks"][0]
        yield Failure(
            specification=rule["specification"],
            clause=rule["clause"],
            test=rule["testNumber"],
            count=rule["failedChecks"],
            description=rule["description"],
            example=f"{check['context']}: {check.get('errorMessage', '')}",
        )
