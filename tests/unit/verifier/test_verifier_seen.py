# SPDX-License-Identifier: Apache-2.0
"""What was seen of signed lists outlives the process that saw it."""

import json
import logging
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from register.status_list import open_status_cwt
from tests.console import Console
from tests.forge import Forge
from verifier.errors import CheckError
from verifier.seen import Seen
from verifier.seen_file import SeenFile, SeenState
from verifier.trust import Publication

ROOT = Path(__file__).parents[3]
KID = "a-trust-root"


def open_with(forge: Forge, file: Path) -> Publication:
    """Open the publication as a process does that was just started."""
    return Publication.open(
        str(forge.folder), trust_root=forge.root_file(), seen_file=file
    )


def test_a_new_process_refuses_older_lists(tmp_path: Path) -> None:
    """`tra verify`, which reads one PDF and ends."""
    forge = Forge.of_today(tmp_path / "publication")
    pdf = tmp_path / "licence.pdf"
    pdf.write_bytes(forge.issue().pdf)
    trust, status = forge.folder / "trust-list", forge.folder / "status/0"
    forge.publish(at=forge.now - timedelta(minutes=10))
    older = (trust.read_bytes(), status.read_bytes())
    forge.seq += 1
    forge.publish()
    newer = (trust.read_bytes(), status.read_bytes())
    settings = {
        "TRA_HOME": str(tmp_path / "home"),
        "TRA_PUBLICATION_URL": str(forge.folder),
        "TRA_TRUST_ROOT": str(forge.root_file()),
    }

    def verdict() -> tuple[str, str]:
        _, said, _ = Console(settings).run("verify", pdf, "--json")
        [report] = json.loads(said)
        return report["outcome"], report["reason"]

    assert verdict() == ("in_force", "valid")
    trust.write_bytes(older[0])
    assert verdict() == ("unchecked", "trust_list_invalid")
    done = subprocess.run(
        [sys.executable, "-m", "tra.cli", "verify", str(pdf), "--json"],
        env={**settings, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert b"trust_list_invalid" in done.stdout
    trust.write_bytes(newer[0])
    status.write_bytes(older[1])
    assert verdict() == ("unchecked", "status_list_replayed")
    status.write_bytes(newer[1])
    assert verdict() == ("in_force", "valid")
    # Nothing of the document is kept.
    [kept] = json.loads((tmp_path / "home/seen.json").read_text())["roots"].values()
    assert kept["seq"] == 2
    assert list(kept["iat"]) == ["https://verify.example.go.th/register/status/0"]


def test_of_many_that_write_at_once_the_newest_stays(tmp_path: Path) -> None:
    path = tmp_path / "seen.json"

    def write(number: int) -> None:
        state = SeenState(
            seq=number, iats={f"/status/{number}": number, "/all": number}
        )
        SeenFile(path, KID).write(state)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, [7, 3, 19, 1, 12, 16, 5, 18, 2, 9]))
    kept = SeenFile(path, KID).read()
    assert (kept.seq, kept.iats["/all"], len(kept.iats)) == (19, 19, 11)
    assert SeenFile(path, "another-root").read() == SeenState()
    assert [file.name for file in tmp_path.glob(".*")] == []


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b'{"roots": []}', b'{"roots": {"%s": {"seq": "9"}}}', b"\xff" * 9],
)
def test_a_damaged_file_is_told_and_begun_anew(
    forge: Forge, tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    forge.publish()
    path = tmp_path / "seen.json"
    open_with(forge, path).trust_list(forge.now)
    [kid] = json.loads(path.read_text())["roots"]
    path.write_bytes(content.replace(b"%s", kid.encode()))
    with caplog.at_level(logging.WARNING):
        publication = open_with(forge, path)
        assert publication.trust_list(forge.now).seq == forge.seq
    assert "cannot be read" in caplog.text
    assert json.loads(path.read_text())["roots"][kid]["seq"] == forge.seq


def test_without_a_folder_to_write_to_it_verifies_and_says_so_once(
    forge: Forge, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mine = forge.issue()
    forge.publish()
    (tmp_path / "file").write_text("no folder")
    for path in (tmp_path / "file/seen.json", tmp_path / "no/folder/seen.json"):
        caplog.clear()
        publication = open_with(forge, path)
        report = forge.verify(mine.pdf, publication=publication)
        assert report.outcome == "in_force"
        assert [r.levelname for r in caplog.records if "TRA_SEEN" in r.message] == [
            "WARNING"
        ]


def test_a_process_that_was_taken_over_spoils_no_memory(
    forge: Forge, tmp_path: Path
) -> None:
    """What reads PDFs says what it saw; a lie ends with the service at the latest."""
    forge.issue()
    forge.publish()
    path, now = tmp_path / "seen.json", forge.now
    publication = open_with(forge, path)
    trust = publication.trust_list(now)
    far = int((now + timedelta(days=900)).timestamp())
    uri = "https://verify.example.go.th/register/status/0"
    publication.seen.absorb({"seq": 10**9, "iat": {uri: far}})
    publication.seen.keep(now)
    again = open_with(forge, path)
    assert again.trust_list(now) == trust
    again.status_list(0, trust.agencies[0], now)


def test_a_running_service_learns_what_another_has_seen(
    forge: Forge, tmp_path: Path
) -> None:
    forge.issue()
    file = tmp_path / "seen.json"
    publication = forge.publish()
    agency = publication.trust_list(forge.now).agencies[0]
    seen = Seen(SeenFile(file, KID))
    other = SeenFile(file, KID)
    other.write(SeenState(iats={"/status/1": _second(forge.now)}))
    body = (forge.folder / "status/0").read_bytes()
    keys = agency.publication_keys_at(forge.now)
    listed = open_status_cwt(body, number=0, keys=keys)
    seen.check_status_list(listed, forge.now)
    assert set(seen.to_json()["iat"]) == {listed.uri, "/status/1"}
    older = forge.now - timedelta(minutes=1)
    forge.publish_status(at=older)
    body = (forge.folder / "status/0").read_bytes()
    late = open_status_cwt(body, number=0, keys=keys)
    with pytest.raises(CheckError):
        Seen(SeenFile(file, KID)).check_status_list(late, forge.now)


def _second(moment: datetime) -> int:
    return int(moment.timestamp())
