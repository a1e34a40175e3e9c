# SPDX-License-Identifier: Apache-2.0
"""Other people's programs that judge what we issue; what lacks is skipped by name."""

import shutil
import subprocess
from pathlib import Path

import pytest


def need(program: str, package: str) -> str:
    """Return the path of a program, or skip the test."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"needs {program} ({package})")
    return path


def run(*command: str | Path) -> str:
    """Run a program that must succeed, and return what it printed."""
    done = subprocess.run(
        [str(part) for part in command], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
