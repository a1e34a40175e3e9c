# SPDX-License-Identifier: Apache-2.0
"""Processes that read PDFs: the same verdicts, clean ends, and nothing trusted."""

import ast
import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn

from tests.forge import Forge, Issued, draw_pdf
from tests.forge_pki import NOW
from tests.hostile.attacks import token_bomb
from tests.running import run_server
from verifier.app import create_app, get_verifiers
from verifier.channel import Channel, pack_report, unpack_report
from verifier.errors import ChannelError, StoppedError
from verifier.isolation import PdfVerifiers
from verifier.limits import Limits, WorkerLimits
from verifier.settings import VerifierSettings
from verifier.verify_pdf import verify_pdf
from verifier.worker_process import _PATHS, _read

_SECONDS = 30.0


@pytest.fixture(scope="module")
def verifiers(quiet_forge: Forge, genuine: Issued) -> Iterator[PdfVerifiers]:
    """Give two processes, each of which is replaced after its third file."""
    assert genuine in quiet_forge.issued
    workers = WorkerLimits(count=2, files=3)
    with PdfVerifiers(quiet_forge.publish(), workers=workers) as running:
        yield running


def _samples(genuine: Issued) -> list[bytes]:
    pdf = genuine.pdf
    return [
        pdf,
        pdf.replace(b"Somchai", b"Mallory", 1),
        pdf[: len(pdf) // 2],
        pdf + pdf,
        draw_pdf(),
        b"junk",
        b"",
    ]


def test_reports_are_those_of_the_plain_function(
    verifiers: PdfVerifiers, quiet_forge: Forge, genuine: Issued
) -> None:
    publication = quiet_forge.open()
    for pdf in _samples(genuine):
        plain = verify_pdf(pdf, publication=publication, now=NOW)

        assert verifiers.verify_pdf(pdf, now=NOW).to_json() == plain.to_json()


def test_a_report_is_the_same_after_a_journey(
    quiet_forge: Forge, genuine: Issued
) -> None:
    for pdf in _samples(genuine):
        report = verify_pdf(pdf, publication=quiet_forge.open(), now=NOW)

        assert unpack_report(pack_report(report)) == report


def test_many_threads_share_few_processes(
    verifiers: PdfVerifiers, genuine: Issued
) -> None:
    with ThreadPoolExecutor(8) as threads:
        asked = [
            threads.submit(verifiers.verify_pdf, genuine.pdf, now=NOW)
            for _ in range(16)
        ]

    assert {answer.result().outcome for answer in asked} == {"in_force"}
    assert len(verifiers._all) == 2


def test_limits_hold_in_the_processes(quiet_forge: Forge, genuine: Issued) -> None:
    limits = Limits(max_objects=5)
    with PdfVerifiers(quiet_forge.publish(), limits=limits) as strict:
        assert strict.verify_pdf(genuine.pdf, now=NOW).reason == "limit_exceeded"


def test_closing_leaves_no_process_and_no_one_waiting(quiet_forge: Forge) -> None:
    verifiers = PdfVerifiers(quiet_forge.publish(), workers=WorkerLimits(seconds=100))
    with ThreadPoolExecutor() as threads:
        asked = [
            threads.submit(verifiers.verify_pdf, token_bomb(), now=NOW)
            for _ in range(3)
        ]
        while verifiers._queue.waiting < 2:
            time.sleep(0.01)
        verifiers.close()

    for answer in asked:
        with pytest.raises(StoppedError):
            answer.result()
    assert not any(process.is_alive for process in verifiers._all)


def test_a_process_ends_with_the_service_that_started_it(quiet_forge: Forge) -> None:
    """Nothing is left to run when the service is killed and cannot clear up."""
    verifiers = PdfVerifiers(quiet_forge.publish())
    verifiers.start()
    process = verifiers._all[0]._process
    assert process.stdin is not None
    process.stdin.close()
    try:
        assert process.wait(_SECONDS) == 0
    finally:
        verifiers.close()


@pytest.mark.parametrize(
    "path",
    ["../trust-root.pub.pem", "records/../../x", "/etc/passwd", "", None, "status/x"],
)
def test_a_process_can_ask_for_nothing_but_the_publication(
    quiet_forge: Forge, path: object
) -> None:
    with pytest.raises(ChannelError):
        _read(quiet_forge.open(), path, NOW)


SHA256 = "0f" * 32
ASKED = {
    "trust-list": "trust-list",
    "status/{}": "status/12",
    "records/{}": f"records/{'A2' * 13}",
    "archive/{}": f"archive/{SHA256}",
    "crl/{}": "crl/0",
}
"""What the code that reads a PDF asks of the publication, and an example of each."""
NOT_ASKED = {"codes/{}": "codes/ABCDE-FGHJK-M"}
"""What the same modules can read, and no PDF leads to: short codes are typed."""

_LOADED = """
import sys, verifier.worker
for name, module in sys.modules.items():
    if name.startswith("verifier."):
        print(module.__file__)
"""


def test_a_process_may_ask_for_all_that_reading_a_file_takes() -> None:
    """Else a file that leads there ends the process (see `_PATHS`)."""
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            _LOADED,
        ],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
    ).stdout.split()
    found = {path for file in loaded for path in _paths_in(Path(file))}

    assert found == {*ASKED, *NOT_ASKED}
    for path in ASKED.values():
        assert _PATHS.fullmatch(path), path
    for path in (*NOT_ASKED.values(), f"files/{SHA256}", f"archive/{SHA256}/"):
        assert not _PATHS.fullmatch(path), path


def _paths_in(module: Path) -> Iterator[str]:
    """Yield the paths that a module gives to `read`, at once or as its `path`."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Attribute(attr="read"), args=[given]):
                value = given
            case ast.Assign(targets=[ast.Name(id="path")], value=given):
                value = given
            case _:
                continue
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value
        elif isinstance(value, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}"
                for part in value.values
            )


def test_a_file_whose_time_stamps_have_ended_costs_no_process(forge: Forge) -> None:
    """It is asked what the file lacks, published or not."""
    mine = forge.issue()
    later = forge.tsa.certificate.not_valid_after_utc + timedelta(days=30)
    forge.now = later
    publication = forge.publish(at=later)
    plain = verify_pdf(mine.pdf, publication=forge.open(), now=later)
    assert plain.reason == "OUT_OF_BOUNDS_NO_POE"
    with PdfVerifiers(publication) as running:
        before = running.processes
        for _ in range(2):
            report = running.verify_pdf(mine.pdf, now=later)
            assert report.to_json() == plain.to_json()

        assert running.processes == before


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\x00\x00",
        b"\x00\x00\x00\x02\x00\x00\x00\x00[]",
        b"\x00\x00\x00\x02\x00\x00\x00\x00{",
        b"\x00\x00\x00\x01\x00\x00\x00\x00{",
        b"\xff\xff\xff\xff\x00\x00\x00\x00{}",
    ],
)
def test_what_is_no_message_is_refused(sent: bytes) -> None:
    channel = Channel(io.BytesIO(sent), io.BytesIO(), max_bytes=1_000)

    with pytest.raises(ChannelError):
        channel.receive()


def test_what_is_no_report_is_refused(quiet_forge: Forge) -> None:
    report = verify_pdf(b"junk", publication=quiet_forge.open(), now=NOW)
    packed = pack_report(report)
    for name in packed:
        with pytest.raises(ChannelError):
            unpack_report({**packed, name: {1: 2}} if name in _CODED else {})


_CODED = {"basis", "outcome", "reason", "integrity", "checks", "checked_at"}


def test_a_terminated_service_ends_at_once_and_leaves_nothing(
    forge: Forge, tmp_path: Path
) -> None:
    forge.publish()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": str(Path(__file__).parents[3]),
        "TRA_PUBLICATION_URL": str(forge.folder),
        "TRA_TRUST_ROOT": str(forge.root_file()),
        "TRA_PDF_WORKERS": "1",
        "TRA_PDF_SECONDS": "600",
    }
    command = [sys.executable, "-m", "verifier", "--port", str(port)]
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=log, stderr=log
        ) as service,
        ThreadPoolExecutor() as threads,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as http,
    ):
        try:
            _wait(http, service)
            asked = threads.submit(
                http.post, "/v1/verify", files={"file": ("a.pdf", token_bomb())}
            )
            children = _children_at_work(service.pid)
            service.send_signal(signal.SIGTERM)
            # The file would take minutes, and has ten of them.
            code = service.wait(_SECONDS)
        finally:
            service.kill()
        error = asked.exception()

    assert code == -signal.SIGTERM
    assert error is None or isinstance(error, httpx.HTTPError)
    log_text = (tmp_path / "log").read_text()
    assert "Traceback" not in log_text, log_text
    for child in children:
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


@dataclass(frozen=True)
class Served:
    """A running verifier, and the processes it has."""

    http: httpx.Client
    verifiers: PdfVerifiers


@pytest.fixture
def served(forge: Forge) -> Iterator[Served]:
    """Serve a verifier of one process and no queue."""
    forge.issue()
    forge.publish()
    settings = VerifierSettings(
        publication_url=str(forge.folder),
        trust_root=forge.root_file(),
        pdf_workers=1,
        pdf_seconds=4,
        pdf_queue=0,
    )
    app = create_app(settings, clock=lambda: NOW)
    config = uvicorn.Config(app, log_level="error")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with (
            run_server(config, listener),
            httpx.Client(base_url=url, timeout=60) as http,
        ):
            yield Served(http=http, verifiers=get_verifiers(app))


def test_while_files_are_read_everything_else_is_answered(
    served: Served, forge: Forge
) -> None:
    mine, http = forge.issued[0], served.http
    with ThreadPoolExecutor() as threads:
        busy = threads.submit(_upload, http, token_bomb())
        while served.verifiers._idle and not busy.done():
            time.sleep(0.01)
        turned_away = _upload(http, b"junk")
        told = http.get(f"/v1/status/{mine.id}")
        scanned = http.post("/v1/verify/qr", json={"url": mine.url})
        page = http.get(f"/V/{mine.id}")

        assert not busy.done()

    assert busy.result().json()["reason"] == "limit_exceeded"
    assert turned_away.status_code == 503
    assert turned_away.json()["type"] == "urn:tra:problem:too-many-files"
    assert int(turned_away.headers["retry-after"]) > 0
    assert told.json()["status"]["value"] == "valid"
    assert scanned.json()["outcome"] == "in_force"
    assert page.status_code == httpx.codes.OK


def _upload(http: httpx.Client, pdf: bytes) -> httpx.Response:
    return http.post("/v1/verify", files={"file": ("a.pdf", pdf)}, timeout=_SECONDS)


def _wait(http: httpx.Client, service: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _SECONDS
    while service.poll() is None and time.monotonic() < deadline:
        try:
            http.get("/healthz")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the verifier did not start")


def _children_at_work(pid: int) -> list[int]:
    """Wait until the service's process reads a file, by the time it has taken."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    if not listed.exists():
        pytest.skip("needs /proc (Linux)")
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        children = [int(child) for child in listed.read_text().split()]
        if any(_ticks(child) > 4 * os.sysconf("SC_CLK_TCK") for child in children):
            return children
        time.sleep(0.1)
    pytest.fail("no process is at work")


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11])
