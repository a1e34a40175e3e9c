# SPDX-License-Identifier: Apache-2.0
"""A business runs its own verifier from a mirror, as docs/run-a-verifier.md says.

The mirror is Python's own web server over a copied folder, the verifier a process
that has nothing but the address and the public key of the trust root.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from register.mirror import mirror_publication
from register.storage import open_storage
from tests.world import LAW, World

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def program(folder: Path, words: list[str], **settings: str) -> Iterator[None]:
    """Run a program of Python beside the test."""
    environment = {
        "PATH": os.environ["PATH"],  # noqa: TID251 - passes on the way to programs
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        **settings,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=environment,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def wait_for(url: str) -> None:
    for _ in range(300):
        try:
            httpx.get(url, timeout=5).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"nothing answers at {url}")


def copy(world: World, mirror: Path) -> None:
    source = open_storage(world.home.issuer.publication)
    mirror_publication(source, open_storage(str(mirror)))


def test_a_mirror_and_a_verifier_of_ones_own(world: World, tmp_path: Path) -> None:
    document = world.issue()
    pdf = world.pdf(document["id"])
    mirror = tmp_path / "mirror"
    copy(world, mirror)
    key = tmp_path / "trust-root.pub.pem"
    key.write_bytes(world.home.verifier.trust_root_path.read_bytes())
    web, own = free_port(), free_port()
    settings = {
        "TRA_TRUST_ROOT": str(key),
        "TRA_PUBLICATION_URL": f"http://127.0.0.1:{web}",
        "TRA_PDF_WORKERS": "1",
    }
    with (
        program(tmp_path, ["http.server", str(web), "--directory", str(mirror)]),
        program(tmp_path, ["verifier", "--port", str(own)], **settings),
        httpx.Client(base_url=f"http://127.0.0.1:{own}", timeout=30) as http,
    ):
        wait_for(f"http://127.0.0.1:{web}/trust-list")
        wait_for(f"http://127.0.0.1:{own}/healthz")

        def verdict() -> tuple[str, str]:
            report = http.post("/v1/verify", files={"file": ("a.pdf", pdf)}).json()
            return report["outcome"], report["reason"]

        assert verdict() == ("in_force", "valid")
        led = http.get(f"/C/{document['short_code']}")
        assert led.headers["location"] == f"/V/{document['id']}"
        # Revoked: the mirror knows with its next copy, and the check after it, too.
        world.post(f"/documents/{document['id']}/revoke", LAW)
        assert verdict() == ("in_force", "valid")
        copy(world, mirror)
        assert verdict() == ("not_in_force", "revoked")
        # A mirror that changes a bit is found out, and believed in nothing.
        record = mirror / "records" / document["id"]
        record.write_bytes(record.read_bytes()[:-4] + b"AAAA")
        for file in (mirror / "status").iterdir():
            file.write_bytes(file.read_bytes()[:-4] + b"AAAA")
        assert verdict()[0] == "unchecked"
    done = subprocess.run(
        [sys.executable, "-m", "tra.cli", "verify", document["short_code"]],
        cwd=tmp_path,
        env={**settings, "PYTHONPATH": str(ROOT), "TRA_PUBLICATION_URL": str(mirror)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 14, done.stderr
