# SPDX-License-Identifier: Apache-2.0
"""Newer time stamps for old files: in time, resumable, and never for nothing."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from issuer.guardian import GuardianRun, guardian_lead, run_guardian
from issuer.guardian_status import FileState, read_status
from issuer.metrics import render_metrics
from issuer.publish import publish_all
from issuer.tasks import create_worker
from keys.revocation import RevocationReason, revoke_certificate
from keys.signing import TSA
from keys.store import open_key_store
from register.document import Document
from register.store import EventAction
from tests.conformance.test_conformance_dss import draw_over
from tests.decade import DAY, LASTING, TSA_LIFE, Decade, live_from
from tests.flows.crash_guardian import STEPS
from tests.flows.test_flow_timestamp import DEAD
from tra.clock import system_clock
from tra.commands.guardian import app
from tra.demo import flip_byte
from tra.home import open_publication
from verifier.chain import read_archive_times, read_signing_time, read_validation_data
from verifier.errors import CheckError
from verifier.integrity import judge_integrity
from verifier.isolation import PdfVerifiers
from verifier.limits import Limits
from verifier.reasons import Basis, Reason
from verifier.report import Findings, Report

HOUR = timedelta(hours=1)
DOCUMENTS = 5


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Decade]:
    """Files of which the time stamps end in five months; the authority goes on."""
    start = system_clock() - TSA_LIFE
    with live_from(start, tmp_path_factory.mktemp("decade") / "home") as decade:
        for number in range(DOCUMENTS):
            decade.issue("TRADE", LASTING, str(number))
        decade.guard()
        decade.pass_time(TSA_LIFE - 150 * DAY)
        yield decade


@pytest.fixture
def old(original: Decade, tmp_path: Path) -> Iterator[Decade]:
    """A copy of it, for one test."""
    now = original.now
    copy = original.copy_to(tmp_path / "home")
    yield copy
    copy.close()
    original.clock.now = now


def documents(decade: Decade) -> list[Document]:
    return list(decade.open_issuer.store.iter_issued())


def versions(decade: Decade) -> list[int]:
    store = decade.open_issuer.store
    return [len(store.file_versions(one.id)) for one in documents(decade)]


def end_proof(decade: Decade) -> None:
    """Let the time pass until what the issued files carry proves nothing."""
    decade.clock.now += 200 * DAY
    publish_all(decade.open_issuer)


def stamps(report: Report) -> list[object]:
    assert report.signature is not None
    found = report.signature["archive_timestamps"]
    assert isinstance(found, list)
    return found


def states(decade: Decade) -> list[FileState]:
    issuer = decade.open_issuer
    found = read_status(
        issuer.store, lead=guardian_lead(issuer), now=decade.now, limit=99
    )
    return [file.state for file in found.files]


def test_a_renewed_file_is_a_version_of_the_issued_one(old: Decade) -> None:
    issuer = old.open_issuer
    before = {one.id: old.pdf(one) for one in documents(old)}
    assert states(old) == [FileState.OVERDUE] * DOCUMENTS

    assert old.guard() == GuardianRun(renewed=DOCUMENTS)

    assert states(old) == [FileState.KEPT] * DOCUMENTS
    assert versions(old) == [2] * DOCUMENTS
    for one in documents(old):
        renewed = old.pdf(one)
        assert renewed.startswith(before[one.id])
        assert renewed != before[one.id]
        for pdf in (before[one.id], renewed):
            assert old.verify(pdf).outcome == "in_force"
        # Every version leads to the record, and stays in the storage.
        for version in issuer.store.file_versions(one.id):
            path = f"files/{version.sha256.hex()}"
            assert issuer.publication.get(path)
            found = issuer.store.find_by_file(version.sha256)
            assert found is not None
            assert found.id == one.id
            assert issuer.files.get_pdf(version.sha256)
        tail = issuer.publication.get(f"archive/{(one.file_sha256 or b'').hex()}")
        assert before[one.id] + tail == renewed
    assert old.guard() == GuardianRun()


def test_nothing_of_the_document_is_in_the_published_archive_data(old: Decade) -> None:
    old.guard()
    for one in documents(old):
        digest = (one.file_sha256 or b"").hex()
        tail = old.open_issuer.publication.get(f"archive/{digest}")
        for secret in (one.number, one.id, one.data["company_name"]):
            for text in (secret.encode(), secret.encode("utf-16-be")):
                assert text not in tail
                assert text.hex().encode() not in tail.lower()


def test_a_copy_that_was_never_renewed_is_completed_by_what_is_published(
    old: Decade,
) -> None:
    kept = {one.id: old.pdf(one) for one in documents(old)}
    old.guard()
    end_proof(old)

    for one in documents(old):
        report = old.verify(kept[one.id])
        assert report.outcome == "in_force"
        assert report.integrity == "intact"
        assert report.signature is not None
        assert report.signature["proof_from"] == "register"
        assert len(stamps(report)) == 1
        report = old.verify(old.pdf(one))
        assert report.outcome == "in_force"
        assert report.signature is not None
        assert report.signature["proof_from"] == "file"
        # A file whose bytes were changed finds nothing that fits it.
        assert old.verify(flip_byte(kept[one.id])).outcome == "altered"
    # The service reads PDFs in a process of their own, which must ask for it.
    pdf = kept[documents(old)[0].id]
    with PdfVerifiers(open_publication(old.home.verifier)) as service:
        report = service.verify_pdf(pdf, now=old.now)
    assert report.to_json() == old.verify(pdf).to_json()


def test_what_is_published_by_a_liar_changes_nothing(old: Decade) -> None:
    one, other = documents(old)[:2]
    pdf, publication = old.pdf(one), old.open_issuer.publication
    path = f"archive/{(one.file_sha256 or b'').hex()}"
    foreign = f"archive/{(other.file_sha256 or b'').hex()}"
    old.guard()
    end_proof(old)
    good = publication.get(path)
    redrawn = draw_over(pdf)[len(pdf) :]
    lies = (b"", b"junk", good[:-99], good[99:], publication.get(foreign), redrawn)
    for lie in lies:
        publication.put(path, lie)
        report = old.verify(pdf)
        assert (report.outcome, report.reason) == ("unchecked", "OUT_OF_BOUNDS_NO_POE")
        assert report.integrity == "intact"
    (old.home.keys.home / "publication" / path).unlink()
    assert old.verify(pdf).reason == "OUT_OF_BOUNDS_NO_POE"
    publication.put(path, good)
    assert old.verify(pdf).outcome == "in_force"


def test_a_file_whose_proof_has_ended_is_not_renewed_and_says_so(old: Decade) -> None:
    one = documents(old)[0]
    end_proof(old)
    assert old.guard() == GuardianRun()
    assert states(old) == [FileState.LAPSED] * DOCUMENTS
    report = old.verify(old.pdf(one))
    assert (report.outcome, report.reason) == ("unchecked", "OUT_OF_BOUNDS_NO_POE")


def test_without_an_authority_nothing_is_changed_and_the_run_ends(old: Decade) -> None:
    issuer = old.open_issuer
    alone = issuer.settings.model_copy(update={"tsa_urls": (DEAD,)})

    run = run_guardian(replace(issuer, settings=alone))

    assert (run.renewed, run.failed) == (0, 3)
    assert run.stopped is not None
    assert "no time-stamping authority gave a good token" in run.stopped
    assert versions(old) == [1] * DOCUMENTS
    # The others are renewed as soon as it can be done, these after an hour.
    assert old.guard() == GuardianRun(renewed=DOCUMENTS - 3)
    old.clock.now += HOUR
    assert old.guard() == GuardianRun(renewed=3)
    assert versions(old) == [2] * DOCUMENTS


def test_without_revocation_lists_nothing_is_changed(old: Decade) -> None:
    issuer = old.open_issuer
    without = issuer.settings.model_copy(update={"crl_urls": (DEAD,)})

    run = run_guardian(replace(issuer, settings=without))

    assert (run.renewed, run.failed) == (0, 3)
    assert "cannot get the revocation list" in (run.stopped or "")
    assert versions(old) == [1] * DOCUMENTS


def test_a_time_stamp_that_lasts_no_longer_is_not_taken(
    original: Decade, tmp_path: Path
) -> None:
    with live_from(original.now, tmp_path / "home") as decade:
        document = decade.issue("TRADE", LASTING)
        decade.pass_time(TSA_LIFE - 150 * DAY, keep=(TSA,))

        run = decade.guard()

        assert (run.read, run.renewed, run.failed) == (1, 0, 1)
        [event] = decade.open_issuer.store.events(document.id)[-1:]
        assert event.action is EventAction.ARCHIVING_FAILED
        assert "once the authority has its next certificate" in event.details["failure"]
        decade.pass_time(DAY)
        assert decade.guard().renewed == 1
        assert decade.verify(decade.pdf(document)).outcome == "in_force"


def test_a_file_that_is_lost_keeps_no_other_from_being_renewed(old: Decade) -> None:
    lost = documents(old)[2]
    path = old.home.keys.home / "files" / f"{(lost.file_sha256 or b'').hex()}.pdf"
    content = path.read_bytes()
    path.unlink()

    run = old.guard()

    assert (run.renewed, run.failed, run.stopped) == (DOCUMENTS - 1, 1, None)
    assert states(old)[0] is FileState.OVERDUE
    path.write_bytes(content)
    old.clock.now += HOUR
    assert old.guard() == GuardianRun(renewed=1)


def test_killed_at_any_point_the_next_run_goes_on(old: Decade) -> None:
    folder, url = str(old.home.keys.home), old.home.keys.pki_url
    expected = {"stamp": 0, "record": 0, "publish": DOCUMENTS}
    assert set(expected) == set(STEPS)
    for step, renewed in expected.items():
        died = subprocess.run(
            (
                *(sys.executable, "-m", "tests.flows.crash_guardian"),
                *(folder, url, old.now.isoformat(), step),
            ),
            check=False,
            capture_output=True,
            text=True,
        )
        assert died.returncode == -signal.SIGKILL, died.stderr
        assert versions(old).count(2) == renewed
        for one in documents(old):
            assert old.verify(old.pdf(one)).outcome == "in_force"

    assert old.guard() == GuardianRun()

    one = documents(old)[0]
    newest = old.open_issuer.store.newest_file(one.id)
    assert newest is not None
    assert old.open_issuer.publication.get(f"files/{newest.sha256.hex()}")


def test_a_run_of_no_time_leaves_everything_to_the_next(old: Decade) -> None:
    run = run_guardian(old.open_issuer, seconds=0)
    assert (run.renewed, run.failed) == (0, 0)
    assert run.stopped is not None
    assert old.guard().renewed == DOCUMENTS


def figures(decade: Decade) -> dict[str, float]:
    """Return what Prometheus reads of the guardian."""
    lines = render_metrics(decade.open_issuer).decode().splitlines()
    told = [line.rpartition(" ") for line in lines if line.startswith("tra_guardian_")]
    return {name: float(value) for name, _, value in told}


def count_of(state: str) -> str:
    return f'tra_guardian_files{{state="{state}"}}'


def test_prometheus_sees_deadlines_and_the_last_run(old: Decade) -> None:
    deadline = "tra_guardian_next_deadline_seconds"
    last_run = "tra_guardian_last_run_timestamp_seconds"
    before = figures(old)
    assert before[count_of("overdue")] == DOCUMENTS
    assert before[deadline] < -86_400
    lost = old.home.keys.home / "files"
    held = lost / f"{(documents(old)[0].file_sha256 or b'').hex()}.pdf"
    away = held.rename(held.with_suffix(".away"))

    old.guard()

    after = figures(old)
    assert after[last_run] == int(old.now.timestamp()) > before[last_run]
    assert (after[count_of("overdue")], after[count_of("failing")]) == (1, 1)
    away.rename(held)
    old.clock.now += DAY
    old.guard()
    whole = figures(old)
    states = ("due", "failing", "full", "lapsed", "overdue", "unread")
    assert [whole[count_of(state)] for state in states] == [0] * 6
    assert whole[deadline] > 180 * 86_400
    # A year later the same file is due in so much less.
    old.clock.now += 365 * DAY
    assert figures(old)[deadline] == whole[deadline] - 365 * 86_400


def test_the_schedule_renews_and_warns(
    old: Decade, caplog: pytest.LogCaptureFixture
) -> None:
    lost = documents(old)[0]
    (old.home.keys.home / "files" / f"{(lost.file_sha256 or b'').hex()}.pdf").unlink()
    worker = create_worker(old.open_issuer)
    [task] = worker.huey.read_periodic(system_clock().replace(minute=37, tzinfo=None))
    worker.huey.execute(task)
    assert versions(old).count(2) == DOCUMENTS - 1
    [warning] = [one for one in caplog.records if one.levelname == "WARNING"]
    assert "1 sealed files are overdue, lapsed or cannot be read" in warning.message
    assert lost.id in warning.message


def test_the_command_line_tells_what_is_due(
    old: Decade, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the machine's clock, which is five months later: the proof has just ended."""
    monkeypatch.setenv("TRA_HOME", str(old.home.keys.home))
    monkeypatch.setenv("TRA_TYPES", str(old.home.keys.home / "types" / LASTING))
    said = CliRunner().invoke(app, ["status"])
    assert said.exit_code == 3, said.output
    assert f"{DOCUMENTS} files: 0 not read yet, 0 failing, {DOCUMENTS} lapsed" in (
        said.stdout
    )
    assert said.stdout.count("lapsed") > DOCUMENTS
    old.guard()
    said = CliRunner().invoke(app, ["status", "--json"])
    assert said.exit_code == 0, said.output
    files = json.loads(said.stdout)["files"]
    assert {(one["state"], one["timestamps"]) for one in files} == {("kept", 2)}
    said = CliRunner().invoke(app, ["run", "--json"])
    assert said.exit_code == 0, said.output
    assert json.loads(said.stdout) == vars(GuardianRun())


def test_an_authority_whose_certificate_was_revoked_cannot_be_relied_on_any_longer(
    original: Decade, tmp_path: Path
) -> None:
    """Its key may be a thief's: only what was proven before counts."""
    with live_from(original.now, tmp_path / "home") as decade:
        renewed, late = (decade.issue("TRADE", LASTING, key) for key in "ab")
        kept = decade.pdf(renewed)
        decade.pass_time(TSA_LIFE - 150 * DAY)
        store = decade.open_issuer.store
        decade.guard()
        assert store.newest_file(late.id) != store.file_versions(late.id)[0]
        revoked_at = decade.now + DAY
        keys = open_key_store(decade.home.keys)
        stolen = keys.list_certificates(TSA)[-2][1].serial_number
        decade.pass_time(2 * DAY)
        revoke_certificate(
            keys, stolen, reason=RevocationReason.KEY_COMPROMISE, now=revoked_at
        )
        told = httpx.get(f"{decade.home.keys.pki_url}/crl/issuing-ca.crl").content
        # Renewed before that day: proven. Not renewed: it is not, once one knows.
        for pdf, proven in ((decade.pdf(renewed), True), (kept, False)):
            assert is_proven(decade, pdf, told) is proven


def is_proven(decade: Decade, pdf: bytes, told: bytes) -> bool:
    """Ask the verifier for the time of a seal, with one more revocation list."""
    findings = Findings(basis=Basis.FILE, now=decade.now)
    intact = judge_integrity(pdf, limits=Limits(), password=None, findings=findings)
    assert intact is not None
    material = read_validation_data(intact.pdf.reader)
    material = replace(material, crls=(*material.crls, told))
    publication = open_publication(decade.home.verifier)
    anchors = publication.trust_list(decade.now).timestamp_anchors
    proofs = read_archive_times(
        intact.signatures, anchors=anchors, material=material, now=decade.now
    )
    found: list[CheckError] = []
    try:
        read_signing_time(
            intact.seal,
            anchors=anchors,
            material=replace(material, proofs=proofs),
            now=decade.now,
        )
    except CheckError as error:
        found.append(error)
    for one in found:
        assert one.reason is Reason.NO_POE
        assert "revoked" in one.detail
    return not found
