# SPDX-License-Identifier: Apache-2.0
"""Fetches Java programs that judge our files, and runs them.

A judge is a folder of `judges/`: `pom.xml` says what Maven is to fetch, in
versions that never move, and `checksums.txt` the SHA-256 of each jar, as sha256sum
writes it. Promises to run no other jar. What was fetched is kept in `.judges/` at
the top of the project, so that Maven is asked once.
"""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

_JUDGES = Path(__file__).parent / "judges"
_CACHE = _JUDGES.parents[2] / ".judges"
_FETCH_SECONDS = 300
_JUDGE_SECONDS = 600


class JudgeUnavailableError(Exception):
    """The judge cannot be had on this machine; the message says what it lacks."""


class JudgeError(Exception):
    """The judge could not be understood, or is not the one we know."""


def fetch_jars(judge: str) -> tuple[Path, ...]:
    """Return the jars of a judge, fetched unless they are there already.

    Raises:
        JudgeUnavailableError: Java, Maven or the network is missing.
        JudgeError: a jar is not the one whose checksum is written down.
    """
    _find_program("java", "a Java runtime")
    known = _read_checksums(_JUDGES / judge / "checksums.txt")
    folder = _CACHE / judge
    jars = tuple(folder / name for name in known)
    if not all(jar.is_file() for jar in jars):
        _fetch(judge, folder)
    for jar in jars:
        found = hashlib.sha256(jar.read_bytes()).hexdigest() if jar.is_file() else "-"
        if found != known[jar.name]:
            raise JudgeError(f"{jar}: SHA-256 is {found}, expected {known[jar.name]}")
    return jars


def run_java(jars: Sequence[Path], main_class: str, *arguments: str) -> str:
    """Run a class of a judge, and return what it printed.

    The exit code is not looked at: to judges it means what they think of a file.
    """
    done = subprocess.run(
        ["java", "-cp", ":".join(map(str, jars)), main_class, *arguments],
        check=False, capture_output=True, text=True, timeout=_JUDGE_SECONDS,
    )  # fmt: skip
    if not done.stdout:
        raise JudgeError(f"{main_class} printed nothing: {done.stderr[-2000:]}")
    return done.stdout


def _fetch(judge: str, folder: Path) -> None:
    maven = _find_program("mvn", "Maven")
    folder.parent.mkdir(exist_ok=True)
    # Into a folder of its own first: a broken fetch must not look like a whole one.
    with tempfile.TemporaryDirectory(dir=folder.parent) as fresh:
        pom, target = _JUDGES / judge / "pom.xml", Path(fresh) / judge
        try:
            done = subprocess.run(
                [maven, "-B", "-q", "-Dstyle.color=never", "-f", str(pom),
                 f"-Djudge.folder={target}"],
                check=False, capture_output=True, text=True, timeout=_FETCH_SECONDS,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise JudgeUnavailableError(
                f"Maven did not fetch {judge} within {_FETCH_SECONDS} s"
            ) from error
        if done.returncode != 0:
            raise JudgeUnavailableError(
                f"Maven could not fetch {judge}: {_first_error(done.stdout)}"
            )
        shutil.rmtree(folder, ignore_errors=True)
        target.rename(folder)


def _first_error(output: str) -> str:
    _, _, error = output.partition("[ERROR] ")
    return error.partition("\n")[0][:300] or "no reason given"


def _read_checksums(path: Path) -> dict[str, str]:
    lines = path.read_text("utf-8").splitlines()
    return {name: digest for digest, name in (line.split() for line in lines)}


def _find_program(program: str, what: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise JudgeUnavailableError(f"needs {what} ({program})")
    return path
