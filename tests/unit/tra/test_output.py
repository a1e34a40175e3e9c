# SPDX-License-Identifier: Apache-2.0
"""What the program asks and says on a terminal, and where there is none."""

from pathlib import Path

from tests.console import Console

NAMES = ("--name-th", "ก", "--name-en", "A", "--position-th", "ข", "--position-en", "B")


def test_a_secret_that_nobody_types_is_told_with_the_option_for_programs(
    tmp_path: Path,
) -> None:
    console = Console({"TRA_HOME": str(tmp_path)})
    said = console.fails("officers", "add", "somchai", *NAMES)
    assert "Passphrase or PIN of somchai" in said
    assert "--secret-stdin" in said
