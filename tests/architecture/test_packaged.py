# SPDX-License-Identifier: Apache-2.0
"""What is not Python goes into the package, too: types, forms, skeletons, web pages."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("tra", "issuer", "verifier", "keys", "register", "templates")


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of all files in the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    words = ["-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run([sys.executable, *words], check=True, capture_output=True, cwd=ROOT)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        return set(opened.namelist())


@pytest.mark.parametrize("package", PACKAGES)
def test_every_file_of_a_package_is_in_the_wheel(
    package: str, packed: set[str]
) -> None:
    files = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert files - packed == set()


def test_types_and_skeleton_are_among_them(packed: set[str]) -> None:
    assert {
        "templates/building_permit/type.toml",
        "templates/import_licence/background.pdf",
        "templates/import_licence/sample.json",
        "tra/skeleton/type.toml",
        "tra/skeleton/sample.json",
    } <= packed
