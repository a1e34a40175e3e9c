# SPDX-License-Identifier: Apache-2.0
"""Killed between any two steps, a retry gives the same number and one document."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.flows.crash import STEPS, request_of
from tests.world import LAW, World

CRASH = (sys.executable, "-m", "tests.flows.crash")


@pytest.mark.parametrize("step", [s for s in STEPS if s != "publish_change"])
def test_a_killed_issue_is_finished_by_a_retry(world: World, step: str) -> None:
    key = f"crash-{step}"
    store = world.issuer.store
    known = {d.id for d in store.unfinished_reservations()}

    die_before(world, step, key)

    waiting = [d for d in store.unfinished_reservations() if d.id not in known]
    # Before the reservation nothing is there; after the record nothing is open.
    expected = 0 if step in {"reserve", "publish"} else 1
    assert len(waiting) == expected
    body = {
        "type": "business_licence",
        "data": dict(request_of(world.issuer, key).data),
    }
    answer = world.post("/documents", body, key=key)
    assert answer.status_code == 201, answer.text
    document = answer.json()
    if waiting:
        assert (document["id"], document["number"]) == (
            waiting[0].id,
            waiting[0].number,
        )
    assert not [d for d in store.unfinished_reservations() if d.id not in known]
    found = world.get(f"/documents?number={document['number']}").json()["documents"]
    assert [d["id"] for d in found if d["type"] == "business_licence"] == [
        document["id"]
    ]
    assert world.verify(world.pdf(document["id"]))["outcome"] == "in_force"


def die_before(world: World, step: str, key: str, *what: str) -> None:
    """Let a process of its own die before a step."""
    died = subprocess.run(
        [*CRASH, str(world.folder), world.url, step, key, *what],
        check=False,
        capture_output=True,
        text=True,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr


def test_a_revocation_that_was_not_published_is_caught_up_by_its_retry(
    world: World,
) -> None:
    document = world.issue()
    pdf = world.pdf(document["id"])
    die_before(world, "publish_change", "x", "revoke", document["id"])
    assert world.get(f"/documents/{document['id']}").json()["status"] == "revoked"
    assert world.verify(pdf)["outcome"] == "in_force"

    retry = world.post(f"/documents/{document['id']}/revoke", LAW)

    assert retry.status_code == 409
    assert world.verify(pdf)["reason"] == "revoked"


def test_a_revocation_that_was_not_published_is_caught_up_by_any_other_work(
    world: World,
) -> None:
    document = world.issue()
    pdf = world.pdf(document["id"])
    die_before(world, "publish_change", "x", "revoke", document["id"])
    world.issue()
    assert world.verify(pdf)["reason"] == "revoked"


@pytest.mark.parametrize("step", ["seal", "publish"])
def test_a_killed_supersede_is_finished_and_both_are_published(
    world: World, step: str
) -> None:
    old = world.issue()
    pdf = world.pdf(old["id"])
    key = f"supersede-{step}"
    die_before(world, step, key, "supersede", old["id"])
    if step == "seal":
        [waiting] = world.issuer.store.unfinished_reservations()
        answer = world.post(f"/documents/{waiting.id}/finish", {})
    else:
        body = {**LAW, "data": world.sample()}
        answer = world.post(f"/documents/{old['id']}/supersede", body, key=key)
    assert answer.status_code == 201, answer.text
    assert answer.json()["supersedes"] == old["id"]
    report = world.verify(pdf)
    assert (report["outcome"], report["reason"]) == ("not_in_force", "superseded")
    assert world.verify(world.pdf(answer.json()["id"]))["outcome"] == "in_force"


def test_twenty_retries_at_once_make_one_document(world: World) -> None:
    key = "all-at-once"
    body = {
        "type": "training_certificate",
        "data": world.sample("training_certificate"),
    }
    token = world.token()
    with ThreadPoolExecutor(20) as pool:
        answers = list(
            pool.map(
                lambda _: world.post("/documents", body, key=key, token=token),
                range(20),
            )
        )
    assert {a.status_code for a in answers} == {201}
    assert len({a.json()["id"] for a in answers}) == 1
    assert len({a.json()["sha256"] for a in answers}) == 1


def test_fifty_documents_at_once_get_fifty_numbers_in_a_row(world: World) -> None:
    token = world.token("LABOUR")
    with ThreadPoolExecutor(10) as pool:
        made = list(
            pool.map(
                lambda _: world.issue("juristic_certificate", token=token), range(50)
            )
        )
    numbers = sorted(
        int("".join(c for c in d["number"].split("/")[0] if c.isdigit())) for d in made
    )
    assert numbers == list(range(numbers[0], numbers[0] + 50))
