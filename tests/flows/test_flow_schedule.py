# SPDX-License-Identifier: Apache-2.0
"""Publishing by the clock, and what a mirror of the publication holds."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx

from issuer.publish import publish_all
from issuer.tasks import create_queue, create_worker
from tests.world import LAW, World
from tra.clock import system_clock
from tra.home import open_publication


def test_the_schedule_publishes_every_15_minutes_and_guards_every_hour(
    world: World,
) -> None:
    worker = create_worker(world.issuer)
    hour = datetime(2026, 1, 1, 12)  # noqa: DTZ001 - Huey reads naive local times
    due: dict[str, list[int]] = {}
    for minute in range(60):
        for task in worker.huey.read_periodic(hour + timedelta(minutes=minute)):
            due.setdefault(task.name, []).append(minute)
    assert due == {
        "publish_on_schedule": [0, 15, 30, 45],
        "guard_on_schedule": [37],
        "warn_of_keys_on_schedule": [7],
    }


def test_the_scheduled_task_signs_the_lists_anew(world: World) -> None:
    later = system_clock() + timedelta(minutes=2)
    worker = create_worker(replace(world.issuer, clock=lambda: later))
    [task] = worker.huey.read_periodic(datetime(2026, 1, 1, 12))  # noqa: DTZ001
    worker.huey.execute(task)
    publication = open_publication(world.home.verifier)
    trust = publication.trust_list(later)
    lists = publication.status_list(0, trust.agencies[0], later)
    assert lists.iat == later
    assert create_queue(world.home.issuer).name == worker.huey.name


def test_what_was_never_published_is_caught_up(world: World) -> None:
    document = world.issue()
    pdf = world.pdf(document["id"])
    record = world.folder / "publication" / "records" / document["id"]
    world.post(f"/documents/{document['id']}/revoke", LAW)
    record.unlink()
    world.issuer.files.put_mark("published-events", 0)

    assert publish_all(world.issuer) > 0

    assert record.exists()
    report = world.verify(pdf)
    assert (report["outcome"], report["reason"]) == ("not_in_force", "revoked")
    assert publish_all(world.issuer) == 0


def test_the_publication_holds_no_more_than_is_public(world: World) -> None:
    document = world.issue("training_certificate")
    holder = world.sample("training_certificate")["trainee_name"]
    token = world.http.get(f"/register/records/{document['id']}").text
    payload = base64.urlsafe_b64decode(token.split(".")[1] + "==").decode()
    listed = world.http.get(f"/v1/status/{document['id']}").text
    for text in (payload, listed):
        assert document["id"] in text
        assert holder.split()[-1] not in text
    assert json.loads(payload)["holder"].endswith("***")


def test_served_publication_and_its_folder_are_the_same(world: World) -> None:
    document = world.issue()
    folder = world.folder / "publication"
    for path in (
        "trust-list",
        "status/0.jwt",
        f"records/{document['id']}",
        f"files/{document['sha256']}",
    ):
        answer = world.http.get(f"/register/{path}")
        assert answer.content == (folder / path).read_bytes(), path
        assert answer.headers["access-control-allow-origin"] == "*"
        again = world.http.get(
            f"/register/{path}", headers={"If-None-Match": answer.headers["etag"]}
        )
        assert again.status_code == httpx.codes.NOT_MODIFIED


def test_the_server_publishes_at_start_and_ends_when_told(world: World) -> None:
    address = "http://127.0.0.1:18471"
    process = subprocess.Popen(
        [sys.executable, "-m", "tra.cli", "serve", "--port", "18471"],
        env={**os.environ, **world.environment()},  # noqa: TID251 - a child's own
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    try:
        for _ in range(300):
            try:
                if httpx.get(f"{address}/healthz").is_success:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        else:
            raise AssertionError(process.stdout.read() if process.stdout else "")
        for path in ("/issuer/healthz", "/register/healthz", "/pki/healthz"):
            assert httpx.get(address + path).is_success, path
    finally:
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert f"Open {address}/" in said
