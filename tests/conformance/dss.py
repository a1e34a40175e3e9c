# SPDX-License-Identifier: Apache-2.0
"""EU DSS as judge of signatures: EN 319 102-1, levels of EN 319 142-1 (PAdES).

What it is asked and told is in `judges/dss/Judge.java`.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conformance.jars import (
    JudgeError,
    JudgeUnavailableError,
    fetch_jars,
    run_java,
)

_PROGRAM = Path(__file__).parent / "judges" / "dss" / "Judge.java"


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """What DSS says of one time stamp."""

    kind: str
    indication: str
    sub_indication: str | None
    complaints: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What DSS says of one signature; complaints are its errors and warnings."""

    level: str
    indication: str
    sub_indication: str | None
    complaints: tuple[str, ...]
    stamps: tuple[Stamp, ...]


Verdicts = Mapping[Path, tuple[Verdict, ...]]
"""A verdict for each signature of each file; document time stamps count with it."""


def fetch_judge() -> tuple[Path, ...]:
    """Return the jars of DSS.

    Raises:
        JudgeUnavailableError: DSS cannot be had here; says what is missing.
        JudgeError: a jar is not the one whose checksum is written down.
    """
    if shutil.which("javac") is None:
        # Java compiles the judge when it starts.
        raise JudgeUnavailableError("needs a Java development kit (javac)")
    return fetch_jars("dss")


def judge_signatures(files: Sequence[Path], anchor: Path) -> Verdicts:
    """Judge all files in one run of Java, with one certificate that is trusted.

    Raises:
        JudgeUnavailableError: DSS cannot be had here; says what is missing.
        JudgeError: it could not read a file, or did not judge every one.
    """
    paths = [str(file.resolve()) for file in files]
    answer = run_java(fetch_judge(), str(_PROGRAM), str(anchor.resolve()), *paths)
    try:
        found = {one["file"]: _read(one["signatures"]) for one in json.loads(answer)}
        return {file: found[path] for file, path in zip(files, paths, strict=True)}
    except (ValueError, KeyError) as error:
        raise JudgeError(f"DSS said: {answer[:2000]}") from error


def _read(signatures: Sequence[Mapping[str, Any]]) -> tuple[Verdict, ...]:
    return tuple(
        Verdict(
            level=one["level"],
            indication=one["indication"],
            sub_indication=one["sub_indication"],
            complaints=tuple(one["complaints"]),
            stamps=tuple(
                Stamp(**{**stamp, "complaints": tuple(stamp["complaints"])})
                for stamp in one["timestamps"]
            ),
        )
        for one in signatures
    )
