# SPDX-License-Identifier: Apache-2.0
"""Attack: code of the attacker's own runs in the process that reads his file.

The process is asked to do what such code would try, after it has shut itself in.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from tests.forge import Forge, Issued
from tests.forge_pki import NOW
from verifier import app, sandbox, worker_process
from verifier.errors import SandboxError, SettingsError
from verifier.isolation import PdfVerifiers
from verifier.limits import Sandbox, WorkerLimits
from verifier.recent import RecentReports
from verifier.report import REPORT_SCHEMA
from verifier.report_check import KEYWORDS
from verifier.sandbox import check_sandbox
from verifier.settings import VerifierSettings
from verifier.trust import Publication

ROOT = Path(__file__).parents[2]
ATTEMPTS = {
    "read a file of the system": "open('/etc/passwd').read()",
    "read what lies beside the program": f"open({str(ROOT / 'pyproject.toml')!r})",
    "list a folder": "os.listdir('/')",
    "write a file": "open('/tmp/tra-taken-over', 'w')",
    "delete a file": "os.unlink(here + '/victim')",
    "change who may read it": "os.chmod(here + '/victim', 0o777)",
    "open a connection": "socket.create_connection(('127.0.0.1', 9))",
    "send a datagram": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "ask for a name": "socket.getaddrinfo('example.invalid', 80)",
    "listen": "socket.socket().bind(('127.0.0.1', 0))",
    "run a program": "os.execv('/bin/true', ['true'])",
    "start a program": "subprocess.run(['/bin/true'])",
    "make another process": "os.fork()",
    "end the service": "os.kill(os.getppid(), 15)",
    "write behind the limit": "os.write(os.memfd_create('x'), b'x')",
}
SCRIPT = """
import json, os, signal, socket, subprocess, sys
import verifier.worker as worker
from verifier.limits import Sandbox
here = sys.argv[1]
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
worker._limit_memory(1 << 30)
worker._shut_in(Sandbox.REQUIRED)
results = {}
for name, code in json.loads(sys.argv[2]).items():
    try:
        exec(code)
        results[name] = "done"
    except OSError as error:
        results[name] = type(error).__name__
print(json.dumps(results))
"""

VICTIM = b"%PDF-1.7 a licence of somebody else"
LIES = {
    "of another file": f"report.file['sha256'] = {sha256(VICTIM).hexdigest()!r}",
    "of another length": "report.file['size'] += 1",
    "of no file": "report = replace(report, file=None)",
    "of a list": "report = replace(report, file=[])",
    "of tomorrow": (
        "report = replace(report, checked_at=report.checked_at + timedelta(days=1))"
    ),
    "and a question": "publication.read('../trust-root.pub.pem')",
    "and too many questions": "[publication.read('trust-list') for _ in range(999)]",
}
ODD = {
    "a moment that is none": "set(status, fresh_until='2026-02-31T00:00:00Z')",
    "a moment of no zone": "set(status, fresh_until='2026-03-02')",
    "a number for a moment": "set(status, as_of=5)",
    "a list for a status": "report = replace(report, status=[])",
    "no holder": "del document['holder']; set(document)",
    "a number for a holder": "set(document, holder=7)",
    "an agency that is text": "set(document, agency='TRADE')",
    "a day that is none": "set(document, issued_on='2026-13-01')",
    "an id with spare bits": "set(document, id='A' * 25 + 'B')",
    "half a character": "set(document, number='\\ud800')",
    "half a character in a value": "set(document, fields=[field('\\udfff')])",
    "no number": "set(document, fields=[field(float('nan'))])",
    "a value without end": "set(document, fields=[field(deep(900))])",
    "fields that are none": "set(document, fields=[7])",
    "a list of no name": "report = replace(report, trust_list={'seq': 1})",
    "a certificate without a hash": "set(signature, certificate={})",
    "a signer that is a number": "set(signature, signer=1)",
    "a hash that is none": "set(signature, certificate={**certificate, 'sha256': 'x'})",
    "time stamps that are text": "set(signature, archive_timestamps='none')",
    "changes that are a number": "report = replace(report, changes=5)",
    "changes of no revision": "report = replace(report, changes=[{}])",
    "a length that is text": "set(file, signed=dict(part, size='1'))",
    "a note that is none": "report = replace(report, notes=(Odd(),))",
    "the year 0": "set(signature, signed_at='0000-01-01T00:00:00Z')",
    "a good word for an altered file": (
        "report = replace(report, integrity=Integrity.ALTERED)"
    ),
}
"""What such a process may say of its own file, and nobody can rely on."""

ODDER = """
    def set(facts, **more):
        nonlocal report
        name = next(name for name in seen if seen[name] is facts)
        report = replace(report, **{name: {**facts, **more}})
    def deep(levels):
        value = []
        for _ in range(levels):
            value = [value]
        return value
    class Odd:
        def to_json(self): return {"id": 5}
    from verifier.reasons import Integrity
    names = ("status", "document", "signature", "file")
    seen = {name: dict(getattr(report, name)) for name in names}
    status, document, signature, file = seen.values()
    certificate, part = signature["certificate"], dict(sha256="0" * 64, revision=1)
    def field(value):
        return dict(label={"th": "x", "en": "x"}, value=value)
"""
LIAR = """
import sys; sys.path[:] = sys.argv[1:]
from dataclasses import replace
from datetime import timedelta
import verifier.worker as worker
honest = worker.verify_pdf
def lie(data, *, publication, **more):
    report = honest(data, publication=publication, **more)
    LIE
    return report
worker.verify_pdf = lie
worker.main()
"""
"""The program of such a process, with the attacker's code in it."""


@pytest.fixture(scope="module")
def _possible() -> None:
    """Skip where the system has no sandbox."""
    try:
        check_sandbox()
    except SandboxError as error:
        pytest.skip(f"needs a sandbox: {error}")


@pytest.fixture(scope="module")
def attempts(
    _possible: None, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Give what came of every attempt."""
    here = tmp_path_factory.mktemp("victims")
    (here / "victim").write_text("mine")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(here), json.dumps(ATTEMPTS)],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert (here / "victim").read_text() == "mine"
    results: dict[str, str] = json.loads(done.stdout)
    return results


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_what_reads_a_file_can_do_nothing_else(
    attempts: dict[str, str], attempt: str
) -> None:
    assert attempts[attempt] in {"PermissionError", "gaierror", "OSError"}


@pytest.mark.usefixtures("_possible")
def test_every_such_process_is_shut_in_and_verifies(
    quiet_forge: Forge, genuine: Issued
) -> None:
    workers = WorkerLimits(sandbox=Sandbox.REQUIRED)
    with PdfVerifiers(quiet_forge.publish(), workers=workers) as verifiers:
        assert verifiers.verify_pdf(genuine.pdf, now=NOW).outcome == "in_force"
        pid = verifiers._all[0]._process.pid
        about = Path(f"/proc/{pid}/status").read_text()

    assert "Seccomp:\t2" in about
    assert "NoNewPrivs:\t1" in about


@pytest.mark.usefixtures("_possible")
def test_without_it_the_verdict_is_the_same(
    quiet_forge: Forge, genuine: Issued
) -> None:
    workers = replace(WorkerLimits(), sandbox=Sandbox.OFF)
    with PdfVerifiers(quiet_forge.publish(), workers=workers) as verifiers:
        assert verifiers.verify_pdf(genuine.pdf, now=NOW).outcome == "in_force"


def test_where_there_is_none_a_service_that_requires_it_does_not_start(
    forge: Forge, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sandbox, "_find_abi", lambda: -1)
    forge.publish()
    settings = VerifierSettings(
        publication_url=str(forge.folder), trust_root=forge.root_file()
    )
    required = settings.model_copy(update={"pdf_sandbox": Sandbox.REQUIRED})

    with pytest.raises(SettingsError, match=r"TRA_PDF_SANDBOX.*Landlock"):
        app.create_app(required, clock=lambda: NOW)
    app.create_app(settings, clock=lambda: NOW)
    assert "is not shut in" in caplog.text


@pytest.mark.parametrize("lie", LIES)
def test_it_can_lie_about_no_other_file_than_its_own(
    quiet_forge: Forge, genuine: Issued, monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    monkeypatch.setattr(worker_process, "_BOOT", LIAR.replace("LIE", LIES[lie]))
    recent = RecentReports(seconds=600)
    publication = quiet_forge.publish()
    with PdfVerifiers(publication, recent=recent) as verifiers:
        [liar] = verifiers.processes

        report = verifiers.verify_pdf(genuine.pdf, now=NOW)

        assert (report.outcome, report.reason) == ("unchecked", "processing_error")
        # It was ended by us for what it said, and not because its memory ran out.
        assert not any("memory" in check.detail for check in report.checks)
        assert liar not in verifiers.processes
    _check_not_kept(recent, publication, genuine)


@pytest.mark.parametrize("odd", ODD)
def test_what_it_says_has_the_form_of_a_report(
    quiet_forge: Forge, genuine: Issued, monkeypatch: pytest.MonkeyPatch, odd: str
) -> None:
    """Else whoever keeps, writes or draws the report would fail: a 500."""
    code = f"{ODDER}    {ODD[odd]}"
    monkeypatch.setattr(worker_process, "_BOOT", LIAR.replace("    LIE", code))
    recent = RecentReports(seconds=600)
    publication = quiet_forge.publish()
    with PdfVerifiers(publication, recent=recent) as verifiers:
        report = verifiers.verify_pdf(genuine.pdf, now=NOW)

    assert (report.outcome, report.reason) == ("unchecked", "processing_error")
    [said] = [check.detail for check in report.checks if check.detail]
    assert said.startswith("not a report: ")
    _check_not_kept(recent, publication, genuine)


def test_what_it_says_may_be_any_report(
    quiet_forge: Forge, genuine: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is refused above is refused for the one thing that was changed."""
    code = f"{ODDER}    set(document, number='7'); set(status, since=None)"
    monkeypatch.setattr(worker_process, "_BOOT", LIAR.replace("    LIE", code))
    with PdfVerifiers(quiet_forge.publish()) as verifiers:
        report = verifiers.verify_pdf(genuine.pdf, now=NOW)
    assert report.outcome == "in_force"
    assert (report.document or {})["number"] == "7"


def test_the_schema_of_reports_is_understood_whole() -> None:
    def walk(rules: object) -> Iterator[str]:
        """Yield every keyword below a schema."""
        if not isinstance(rules, dict):
            return
        for name, value in rules.items():
            yield name
            if name in {"properties", "$defs"}:
                for one in value.values():
                    yield from walk(one)
            for one in value if isinstance(value, list) else [value]:
                if name not in {"properties", "$defs"}:
                    yield from walk(one)

    schema = json.loads(REPORT_SCHEMA.read_text())
    about = {"$schema", "$id", "$defs", "title", "description"}
    assert set(walk(schema)) - about == KEYWORDS


def _check_not_kept(
    recent: RecentReports, publication: Publication, genuine: Issued
) -> None:
    for data in (VICTIM, genuine.pdf):
        assert recent.find(sha256(data).hexdigest(), publication, NOW) is None
