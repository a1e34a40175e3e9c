# SPDX-License-Identifier: Apache-2.0
"""compose.yaml and Dockerfile, as far as a machine without Docker can judge them.

Each service is started with the very command compose uses, from a folder that holds
exactly what its image is given, against a real PostgreSQL; then a document goes all
the way through them.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from register.document import AgencyId
from register.store import Store
from tests.postgres import PostgresCluster
from tra.clock import system_clock

ROOT = Path(__file__).parents[2]
OURS = ("init", "keys", "issuer", "worker", "register", "verifier")


def read_compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return loaded


def test_compose_file_fits_the_compose_schema() -> None:
    program = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run(
        [program, "--builtin-schema", "vendor.compose-spec", ROOT / "compose.yaml"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", [*OURS, "trust"])
def test_services_have_few_rights(name: str) -> None:
    service = read_compose()["services"][name]
    assert service["read_only"] is True
    assert not service["user"].startswith("0")
    assert service["cap_drop"] == ["ALL"]
    assert name == "trust" or "no-new-privileges:true" in service["security_opt"]


def test_the_database_does_not_run_as_root() -> None:
    service = read_compose()["services"]["db"]
    assert (service["user"], service["cap_drop"]) == ("postgres", ["ALL"])


def test_only_who_needs_the_database_knows_its_password() -> None:
    services = read_compose()["services"]
    for name in ("keys", "register", "verifier"):
        assert "TRA_DATABASE_URL" not in services[name]["environment"], name


def test_the_verifier_is_given_no_secret() -> None:
    service = read_compose()["services"]["verifier"]
    assert not {k for k in service["environment"] if "PASS" in k or "DATABASE" in k}
    assert service["volumes"] == ["trust:/trust:ro", "seen:/data/seen"]


def image_files(target: str) -> dict[str, str]:
    """What the Dockerfile copies into an image: source → place below /app."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    stages: dict[str, tuple[str, list[str]]] = {}
    name = ""
    for line in text.splitlines():
        if found := re.fullmatch(r"FROM (\S+) AS (\S+)", line):
            name = found[2]
            stages[name] = (found[1], [])
        elif line.startswith("COPY --from="):
            continue  # what another stage has fetched, which is not in the tree
        elif line.startswith("COPY "):
            stages[name][1].append(line.removeprefix("COPY "))
    files: dict[str, str] = {}
    while target in stages:
        parent, copies = stages[target]
        for copy in copies:
            *sources, place = copy.split()
            for source in sources:
                inner = f"{place}{Path(source).name}" if place.endswith("/") else place
                files[source] = inner
        target = parent
    return files


def build_image(target: str, folder: Path) -> Path:
    """Lay out the folder /app as the Dockerfile does."""
    app = folder / f"image-{target}"
    for source, place in image_files(target).items():
        goal = app / place
        goal.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / source).is_dir():
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / source, goal, ignore=ignore)
        else:
            shutil.copy(ROOT / source, goal)
    return app


def test_the_verifier_image_holds_neither_keys_nor_issuer(tmp_path: Path) -> None:
    app = build_image("verifier", tmp_path)
    assert sorted(p.name for p in app.iterdir() if p.is_dir()) == [
        "register",
        "templates",
        "verifier",
    ]
    names = {p.name for p in app.rglob("*.py")}
    assert not names & {"store.py", "tables.py", "drawing.py", "layout.py"}


@dataclass
class Host:
    """This machine in the place of the containers' network and volumes."""

    folder: Path
    database: str
    ports: dict[str, int] = field(default_factory=dict)

    def port(self, number: str) -> int:
        """A free port of this machine in the place of a container's."""
        if number not in self.ports:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.ports[number] = free.getsockname()[1]
        return self.ports[number]

    def translate(self, value: str) -> str:
        """Container addresses and paths as they are on this machine."""
        value = re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", value)
        if value.startswith("postgresql://"):
            return self.database
        value = re.sub(
            r"//(keys|register|localhost):(\d+)",
            lambda m: f"//127.0.0.1:{self.port(m[2])}",
            value,
        )
        return re.sub(
            r"^/(data|trust|publication|files)\b", rf"{self.folder}/\1", value
        )

    @contextmanager
    def run(
        self, name: str, command: list[str] | None = None
    ) -> Iterator[subprocess.Popen[str]]:
        """Run one service with compose's command (or another) and environment."""
        service = read_compose()["services"][name]
        app = self.folder / f"image-{service['build']['target']}"
        if not app.exists():
            build_image(service["build"]["target"], self.folder)
        command = command or list(service["command"])
        if service["build"]["target"] == "admin":
            command = ["python", "-m", "tra.cli", *command]
        words = [str(self.port(w)) if w.isdigit() else w for w in command[1:]]
        environment = {
            "TRA_HOME": str(self.folder / "data"),
            **{k: self.translate(v) for k, v in service["environment"].items()},
            "PATH": os.environ["PATH"],  # noqa: TID251 - passes on the way to programs
            # -S leaves out what makes this checkout importable from everywhere.
            "PYTHONPATH": os.pathsep.join([str(app), sysconfig.get_path("purelib")]),
        }
        log = (self.folder / f"{name}.log").open("w")
        process = subprocess.Popen(
            [sys.executable, "-S", *words],
            cwd=app,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(20)
            log.close()

    def log(self, name: str) -> str:
        """What a service printed so far."""
        return (self.folder / f"{name}.log").read_text()

    def await_health(self, name: str, path: str, number: str) -> str:
        """Wait for a service's own health address, as compose does."""
        address = f"http://127.0.0.1:{self.port(number)}"
        for _ in range(300):
            try:
                if httpx.get(address + path).status_code == httpx.codes.OK:
                    return address
            except httpx.TransportError:
                time.sleep(0.1)
        pytest.fail(f"{name} did not become healthy: {self.log(name)}")


def test_a_document_goes_through_all_services(
    postgres: PostgresCluster, tmp_path: Path
) -> None:
    host = Host(tmp_path, postgres.address(postgres.create_database()))
    with host.run("init") as init:
        assert init.wait(120) == 0, host.log("init")
    # The steps "volumes" and "trust" of compose.
    (tmp_path / "trust").mkdir()
    public = tmp_path / "data" / "trust-root" / "trust-root.pub.pem"
    shutil.copy(public, tmp_path / "trust")
    with ExitStack() as stack:
        for name in ("keys", "register", "issuer", "worker", "verifier"):
            stack.enter_context(host.run(name))
        host.await_health("keys", "/pki/healthz", "8003")
        host.await_health("register", "/healthz", "8002")
        issuer = host.await_health("issuer", "/healthz", "8001")
        verifier = host.await_health("verifier", "/healthz", "8000")
        check_one_document(host, issuer, verifier)
        assert "Traceback" not in host.log("worker")
        check = "check-schedule"
        with host.run("worker", ["python", "-m", "issuer", check]) as process:
            assert process.wait(30) == 0, host.log("worker")


def check_one_document(host: Host, issuer: str, verifier: str) -> None:
    token = make_token(host)
    sample = (ROOT / "templates/business_licence/sample.json").read_text()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    answer = httpx.post(
        f"{issuer}/v1/documents",
        content=f'{{"type": "business_licence", "data": {sample}}}',
        headers=headers,
        timeout=60,
    )
    assert answer.status_code == 201, answer.text + host.log("issuer")
    document = answer.json()
    pdf = httpx.get(document["pdf_url"], headers=headers).content

    def outcome() -> tuple[str, str]:
        files = {"file": ("a.pdf", pdf)}
        report = httpx.post(f"{verifier}/v1/verify", files=files, timeout=60).json()
        return report["outcome"], report["reason"]

    assert outcome() == ("in_force", "valid"), host.log("verifier")
    law = {"reason": "ทดสอบ", "legal_basis": "ม.๒๑"}
    path = f"{issuer}/v1/documents/{document['id']}/revoke"
    assert httpx.post(path, json=law, headers=headers).status_code == 200
    assert outcome() == ("not_in_force", "revoked")


def make_token(host: Host) -> str:
    now = system_clock()
    with Store.open(host.database) as store:
        plain, _ = store.create_token(
            AgencyId("TRADE"),
            "compose",
            None,
            frozenset({"issue", "read", "revoke"}),
            now + timedelta(days=1),
            now,
        )
    return plain
