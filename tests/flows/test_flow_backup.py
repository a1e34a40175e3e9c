# SPDX-License-Identifier: Apache-2.0
"""The machine is lost: what docs/backups.md copies brings the installation back."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.console import Console

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "templates/business_licence/sample.json"
REVOKED = ("--reason", "ฝ่าฝืน", "--legal-basis", "มาตรา ๒๑")


def written(heading: str) -> str:
    """The commands that the page gives under a heading."""
    page = (ROOT / "docs/backups.md").read_text()
    part = page.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    [block] = re.findall(r"```sh\n(.*?)```", part, re.DOTALL)
    return str(block)


def shell(commands: str, home: Path, backup: Path) -> None:
    """Type commands in a shell that stops at the first that fails."""
    programs = Path(sys.executable).parent
    subprocess.run(
        ["sh", "-euc", commands],
        check=True,
        env={
            "PATH": f"{programs}:/usr/bin:/bin",
            "TRA_HOME": str(home),
            "BACKUP": str(backup),
        },
    )


def test_what_was_copied_brings_the_installation_back(tmp_path: Path) -> None:
    home, backup, pdf = tmp_path / "data", tmp_path / "backup", tmp_path / "a.pdf"
    console = Console({"TRA_HOME": str(home)})
    console.says("init", "--seal", "ES256", "--type", "business_licence")
    first = console.tells("issue", "business_licence", SAMPLE, "-o", pdf)
    gone = console.tells("issue", "business_licence", SAMPLE, "-o", tmp_path / "b.pdf")
    console.says("revoke", gone["id"], *REVOKED)

    shell(written("Copy"), home, backup)
    assert (backup / "register.db").stat().st_mode & 0o077 == 0
    shutil.rmtree(home)
    shell(written("Restore"), home, backup)

    assert console.run("verify", pdf)[0] == 0
    assert console.run("verify", tmp_path / "b.pdf")[0] == 10
    again = tmp_path / "again.pdf"
    console.says("show", first["id"], "-o", again)
    assert again.read_bytes() == pdf.read_bytes()
    third = console.tells("issue", "business_licence", SAMPLE, "-o", tmp_path / "c.pdf")
    numbers = [int(one["number"].split("/")[0]) for one in (first, gone, third)]
    assert numbers == [1, 2, 3]
    assert console.run("verify", tmp_path / "c.pdf")[0] == 0
