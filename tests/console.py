# SPDX-License-Identifier: Apache-2.0
"""The program `tra` as somebody types it, run in this process: quick, and the same."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from tra import cli


@cache
def _runner() -> CliRunner:
    cli._register_commands()
    return CliRunner()


@dataclass(frozen=True)
class Console:
    """A machine with its settings, at which commands are typed."""

    settings: Mapping[str, str] = field(default_factory=dict)

    def run(self, *words: str | Path, typed: str = "") -> tuple[int, str, str]:
        """Type a command; return exit code, what it printed, and what was wrong."""
        done = _runner().invoke(
            cli.app, [str(word) for word in words], input=typed, env=self.settings
        )
        error = done.exception
        if isinstance(error, cli._KNOWN):
            return 1, done.stdout, str(error)
        if error is not None and not isinstance(error, SystemExit):
            raise error
        return done.exit_code, done.stdout, done.stderr

    def says(self, *words: str | Path, typed: str = "") -> str:
        """What a command prints that must succeed."""
        code, said, error = self.run(*words, typed=typed)
        assert code == 0, said + error
        return said

    def tells(self, *words: str | Path) -> dict[str, Any]:
        """What a command prints with `--json`."""
        told: dict[str, Any] = json.loads(self.says(*words, "--json"))
        return told

    def fails(self, *words: str | Path, typed: str = "") -> str:
        """The sentence of a command that must fail."""
        code, said, error = self.run(*words, typed=typed)
        assert code == 1, said
        return error
