# SPDX-License-Identifier: Apache-2.0
"""A key is stolen while the service runs: what is typed, and what becomes of documents.

One house, three thefts, one after the other.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from keys.signing import seal_label
from keys.store import open_key_store
from register.document import DocumentId, State, Status
from tests.console import Console
from tests.officers import ask, enter_officer, make_types, sign_seen
from tests.world import TRADE, World, run_world
from tra.clock import system_clock

LAW = ("--reason", "กุญแจถูกขโมย", "--legal-basis", "มาตรา ๒๖")
SEAL = seal_label("TRADE")
COUNT = 3
"""Documents that the thief's key has made."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A served installation with one agency, and a type that asks for an officer."""
    types = make_types(tmp_path_factory.mktemp("types"))
    with run_world(tmp_path_factory.mktemp("theft"), [TRADE], types=types) as made:
        enter_officer(made)
        yield made


def settings(house: World) -> dict[str, str]:
    """Settings of the house for a program of its own."""
    folders = ",".join(map(str, house.home.issuer.types))
    return {**house.environment(), "TRA_TYPES": folders}


@pytest.fixture
def console(house: World) -> Console:
    return Console(settings(house))


def wait_a_second() -> str:
    """Return a moment between what was made before and what is made after."""
    time.sleep(1.1)
    moment = system_clock().replace(microsecond=0).isoformat()
    time.sleep(1.1)
    return moment


def report_of(house: World, pdf: bytes) -> tuple[str, str, list[str]]:
    report = house.verify(pdf)
    return (
        report["outcome"],
        report["reason"],
        [note["id"] for note in report["notes"]],
    )


def post(house: World, key: str) -> int:
    body = {"type": "business_licence", "data": house.sample()}
    return house.post("/documents", body, key=key).status_code


def results(said: dict[str, Any]) -> list[str]:
    return [one["result"] for one in said["documents"]]


def check_the_stop(
    house: World, console: Console, folder: Path, since: str, stolen: list[str]
) -> None:
    """Stop the seal key: the service refuses, the CA and the report say so."""
    report = folder / "affected.json"
    words = ("keys", "compromise", "seal-TRADE", "--since", since, "-o", report)
    done = console.tells(*words)
    # The service that runs refuses from now on, and our CA says why.
    assert post(house, "stopped") == 503
    serial = open_key_store(house.home.keys).files.load_certificate(SEAL).serial_number
    answer = house.http.get("/pki/crl/issuing-ca.crl")
    listed = x509.load_der_x509_crl(answer.content)
    assert listed.get_revoked_certificate_by_serial_number(serial) is not None
    assert (done["revoked"], done["listed"], done["undone"]) == (True, True, [])
    assert {one["id"] for one in done["documents"]} == set(stolen)
    assert json.loads(report.read_text())["documents"] == done["documents"]
    assert report.stat().st_mode & 0o077 == 0
    assert "holder" not in report.read_text()


def check_what_people_see(
    house: World, console: Console, folder: Path, old: str, stolen: list[str]
) -> None:
    """What is older than the theft stands and says why; what is younger does not."""
    pdf = house.pdf(old)
    outcome, _, notes = report_of(house, pdf)
    assert (outcome, notes) == ("in_force", ["sealed_before_theft"])
    said = _verify_by_hand(console, folder, pdf)
    assert "proven by time stamp of" in said
    assert "เป็นหลักฐาน" in said
    for one in stolen:
        assert report_of(house, house.pdf(one)) == ("unknown", "key_compromised", [])


def test_a_stolen_seal_key(house: World, console: Console, tmp_path: Path) -> None:
    old = house.issue()["id"]
    since = wait_a_second()
    permit = ask(house, "permit")["id"]
    sign_seen(house, permit)
    plain = [house.issue()["id"] for _ in range(COUNT - 1)]
    revoked = house.issue()["id"]
    stolen = [permit, *plain, revoked]
    console.says("revoke", revoked, *LAW)
    check_the_stop(house, console, tmp_path, since, stolen)
    check_what_people_see(house, console, tmp_path, old, stolen)
    # Nothing is issued anew before there is a new key.
    error = console.fails("keys", "reissue", "seal-TRADE", *LAW, "--yes")
    assert "signs no more" in error
    console.says("keys", "rotate", "seal-TRADE")
    foreseen = console.tells("keys", "reissue", "seal-TRADE", "--dry-run")
    assert sorted(results(foreseen)) == ["skipped", *["to be reissued"] * COUNT]
    assert house.issuer.store.get_document(DocumentId(permit)).successor is None
    _cut_a_run_short(house, plain)
    again = console.tells("keys", "reissue", "seal-TRADE", *LAW, "--yes")
    waits = "waits for an officer"
    assert set(results(again)) == {"done before", "reissued", "skipped", waits}
    once_more = console.tells("keys", "reissue", "seal-TRADE", *LAW, "--yes")
    before = ["done before"] * (COUNT - 1)
    assert sorted(results(once_more)) == [*before, "skipped", waits]
    _check_successors(house, plain)
    # An officer signs as always; the one successor waits for them.
    [pending] = [one for one in once_more["documents"] if one["result"] == waits]
    assert pending["id"] == permit
    waiting = house.get("/officers/somchai/waiting").json()["documents"]
    assert [one["id"] for one in waiting] == [pending["successor"]]


def _verify_by_hand(console: Console, folder: Path, pdf: bytes) -> str:
    path = folder / "old.pdf"
    path.write_bytes(pdf)
    return console.says("verify", path)


def _cut_a_run_short(house: World, ids: list[str]) -> None:
    """Kill a run of its own process once it has made the first successor."""
    run = subprocess.Popen(
        [sys.executable, "-m", "tra.cli", "keys", "reissue", "seal-TRADE",
         *LAW, "--yes"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **settings(house)},  # noqa: TID251 - passed on
    )  # fmt: skip
    store = house.issuer.store
    while run.poll() is None:
        if any(store.get_document(DocumentId(one)).successor for one in ids):
            run.send_signal(signal.SIGKILL)
            break
        time.sleep(0.01)
    assert run.wait() == -signal.SIGKILL


def _check_successors(house: World, ids: list[str]) -> None:
    """Each has exactly one, linked both ways, in force, and the log says why."""
    store = house.issuer.store
    for document_id in ids:
        old = store.get_document(DocumentId(document_id))
        assert (old.status, old.state) == (Status.SUPERSEDED, State.ISSUED)
        assert old.successor is not None
        new = store.get_document(old.successor)
        assert new.supersedes == old.id
        assert (new.valid_from, new.valid_until) == (old.valid_from, old.valid_until)
        assert new.data == old.data
        assert report_of(house, house.pdf(new.id)) == ("in_force", "valid", [])
        [event] = [e for e in store.events(old.id) if e.action == "superseded"]
        assert (event.reason, event.legal_basis) == ("กุญแจถูกขโมย", "มาตรา ๒๖")
    reserved = store.unfinished_reservations()
    assert [one for one in reserved if one.supersedes in ids] == []


SAMPLE = Path(__file__).parents[2] / "templates/business_licence/sample.json"


def issue_by_hand(console: Console, folder: Path) -> dict[str, Any]:
    """Issue a document as a fresh process does, with the keys that are new by now."""
    return console.tells("issue", "business_licence", SAMPLE, "-o", folder / "a.pdf")


def test_a_stolen_claim_key(house: World, console: Console, tmp_path: Path) -> None:
    since = wait_a_second()
    made = issue_by_hand(console, tmp_path)
    pdf = house.pdf(made["id"])
    done = console.tells("keys", "compromise", "claim-TRADE", "--since", since)
    assert post(house, "claim") == 503
    assert [one["id"] for one in done["documents"]] == [made["id"]]
    # The register knows it, so it stands, and says by what.
    assert report_of(house, pdf) == ("in_force", "valid", ["claim_confirmed"])
    console.says("keys", "rotate", "claim-TRADE")
    done = console.tells("keys", "reissue", "claim-TRADE", *LAW, "--yes")
    assert results(done) == ["reissued"]
    _check_successors(house, [made["id"]])
    assert report_of(house, pdf)[:2] == ("not_in_force", "superseded")


def test_a_stolen_publication_key(
    house: World, console: Console, tmp_path: Path
) -> None:
    made = issue_by_hand(console, tmp_path)
    pdf = house.pdf(made["id"])
    assert report_of(house, pdf)[0] == "in_force"
    since = system_clock().replace(microsecond=0).isoformat()
    done = console.tells("keys", "compromise", "publication", "--since", since)
    assert done["documents"] == []
    # All that it ever signed counts for nothing, until it is published anew.
    assert report_of(house, pdf)[0] == "unchecked"
    console.says("keys", "rotate", "publication")
    assert report_of(house, pdf) == ("in_force", "valid", [])


def test_of_a_key_that_is_not_stolen_nothing_is_issued_anew(console: Console) -> None:
    error = console.fails("keys", "reissue", "seal-TRADE.9", *LAW, "--yes")
    assert "is not known to be stolen" in error
    error = console.fails("keys", "affected", "claim-NOBODY")
    assert "is not known to be stolen" in error
