# SPDX-License-Identifier: Apache-2.0
"""The verifier runs from a copy of its own folders: no key, no database, no issuer.

Whoever runs one copies `verifier/`, the pure part of `register/` and the one file of
`templates/` that leads to PDFium. Everything else is not merely absent here:
importing it is an error.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.forge import Forge, Issued

ROOT = Path(__file__).parents[2]
BLOCKED = (
    "issuer",
    "keys",
    "tra",
    "sqlmodel",
    "sqlalchemy",
    "alembic",
    "psycopg",
    "huey",
    "obstore",
    "reportlab",
    "uharfbuzz",
    "qrcode",
    "pikepdf",
    "pkcs11",
    "zxingcpp",
    "PIL",
    "register.store",
    "register.tables",
    "register.app",
    "register.storage",
)
DATABASE_FILES = ("store*", "tables.py", "app.py", "storage.py", "migrations")
LAUNCHER = f"""
import runpy, sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if any(name == b or name.startswith(b + ".") for b in {BLOCKED!r}):
            raise ImportError(f"{{name}} must not be needed")
        return None

sys.meta_path.insert(0, Blocked())
sys.path[:] = [entry for entry in sys.path if entry != {str(ROOT)!r}]
import register, verifier
for package in (register, verifier):
    assert package.__file__.startswith(sys.path[0]), package.__file__
runpy.run_module("verifier", run_name="__main__", alter_sys=True)
"""
_SECONDS = 30.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what the verifier consists of, and nothing else."""
    target = tmp_path_factory.mktemp("alone")
    clutter = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "verifier", target / "verifier", ignore=clutter)
    shutil.copytree(
        ROOT / "register",
        target / "register",
        ignore=shutil.ignore_patterns("__pycache__", *DATABASE_FILES),
    )
    (target / "templates").mkdir()
    for name in ("__init__.py", "pdfium.py"):
        shutil.copy(ROOT / "templates" / name, target / "templates" / name)
    (target / "launch.py").write_text(LAUNCHER)
    return target


@contextmanager
def _running(folder: Path, forge: Forge) -> Iterator[httpx.Client]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    environment = {
        "PATH": os.defpath,
        "TRA_PUBLICATION_URL": str(forge.folder),
        "TRA_TRUST_ROOT": str(forge.root_file()),
    }
    command = [sys.executable, str(folder / "launch.py"), "--port", str(port)]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=log
        ) as process,
    ):
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
                _wait(http, process, folder / "log")
                yield http
        finally:
            process.terminate()


def _wait(http: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if http.get("/healthz").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"the verifier did not start: {log.read_text()}")


def _now_issued(forge: Forge) -> Issued:
    issued = forge.issue(valid_from=forge.now.date(), valid_until=None)
    forge.publish()
    return issued


def test_it_verifies_from_a_copy_of_its_own_folders(
    folder: Path, tmp_path: Path
) -> None:
    forge = Forge.of_today(tmp_path / "publication")
    issued = _now_issued(forge)
    tampered = issued.pdf.replace(b"Somchai", b"Mallory", 1)

    with _running(folder, forge) as http:
        reports = [
            http.post("/v1/verify", files={"file": ("a.pdf", pdf)}).json()
            for pdf in (issued.pdf, tampered)
        ]
        scanned = http.post("/v1/verify/qr", json={"url": issued.url}).json()
        page = http.get(f"/V/{issued.id}")
        # What draws is not there: everything else works, and this says so.
        summary, xml = (
            http.post(
                "/v1/verify", files={"file": ("a.pdf", b"x")}, params={"format": form}
            )
            for form in ("pdf", "etsi")
        )

    assert [report["outcome"] for report in reports] == ["in_force", "altered"]
    assert scanned["outcome"] == "in_force"
    assert page.status_code == httpx.codes.OK
    assert "ตามทะเบียน" in page.text
    assert summary.status_code == httpx.codes.NOT_ACCEPTABLE
    assert summary.json()["type"] == "urn:tra:problem:no-summary"
    assert b"ValidationReport" in xml.content


def test_a_missing_trust_root_ends_the_start_in_one_sentence(folder: Path) -> None:
    finished = subprocess.run(
        [sys.executable, str(folder / "launch.py")],
        cwd=folder,
        env={"PATH": os.defpath, "TRA_HOME": str(folder / "none")},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )

    assert finished.returncode == 1
    assert "TRA_TRUST_ROOT" in finished.stderr
    assert len(finished.stderr.strip().splitlines()) == 1
