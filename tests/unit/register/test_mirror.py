# SPDX-License-Identifier: Apache-2.0
"""Copies of a publication in a folder, and in a bucket of another's S3 server."""

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from moto.server import ThreadedMotoServer

from register.errors import StorageError
from register.mirror import mirror_publication
from register.storage import open_storage
from tests.unit.register.formats_world import DOCUMENT_ID, OTHER_ID

CODE = "DW86AYBJ96N5"
SHA256 = "ab" * 32
FILES = {
    "trust-list": "trust",
    "status/0": "cwt",
    "status/0.jwt": "jwt",
    f"records/{DOCUMENT_ID}": "record",
    f"files/{SHA256}": "file entry",
    f"codes/{CODE}": "code entry",
    f"archive/{SHA256}": "archive data",
}
NOT_FOR_ANYONE = {
    "private": "a key",
    "marks/published-events": "7",
    "records/notes.txt": "notes",
    f"files/{SHA256}.pdf": "the sealed file",
    "status/0.bak": "an older list",
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Make a publication, with things beside it that are none of it."""
    for path, text in (FILES | NOT_FOR_ANYONE).items():
        file = tmp_path / "publication" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "publication"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """Serve S3 on loopback."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make a bucket, and tell its address in the usual variables."""
    name = f"bucket-{secrets.token_hex(4)}"
    for key, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "ap-southeast-1",
        "AWS_ENDPOINT_URL": s3,
        "AWS_ALLOW_HTTP": "true",
    }.items():
        monkeypatch.setenv(key, value)
    httpx.put(f"{s3}/{name}").raise_for_status()
    anyone = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{name}/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [anyone]}
    httpx.put(f"{s3}/{name}?policy", json=policy).raise_for_status()
    return name


def copy(source: Path, to: str) -> tuple[int, int]:
    done = mirror_publication(open_storage(str(source)), open_storage(to))
    return done.sent, done.unchanged


def read_folder(folder: Path) -> dict[str, str]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_text() for file in files}


def test_a_folder_gets_all_of_the_publication_and_nothing_else(
    source: Path, tmp_path: Path
) -> None:
    target = tmp_path / "mirror"
    assert copy(source, str(target)) == (len(FILES), 0)
    assert read_folder(target) == FILES


def test_a_second_copy_sends_nothing(source: Path, tmp_path: Path) -> None:
    copy(source, str(tmp_path / "mirror"))
    assert copy(source, str(tmp_path / "mirror")) == (0, len(FILES))


def test_only_what_changed_is_sent_though_size_and_time_are_the_same(
    source: Path, tmp_path: Path
) -> None:
    target = tmp_path / "mirror"
    copy(source, str(target))
    (source / "status/0").write_text("CWT")
    (source / f"records/{OTHER_ID}").write_text("another")
    assert copy(source, str(target)) == (2, len(FILES) - 1)
    assert (target / "status/0").read_text() == "CWT"
    assert (target / f"records/{OTHER_ID}").read_text() == "another"


def test_what_the_source_has_no_more_stays(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "mirror"
    copy(source, str(target))
    (source / f"records/{DOCUMENT_ID}").unlink()
    copy(source, str(target))
    assert (target / f"records/{DOCUMENT_ID}").read_text() == "record"


def test_without_a_trust_list_nothing_is_sent(source: Path, tmp_path: Path) -> None:
    (source / "trust-list").unlink()
    with pytest.raises(StorageError, match="no publication"):
        copy(source, str(tmp_path / "mirror"))
    assert read_folder(tmp_path / "mirror") == {}


def test_a_bucket_can_be_what_verifiers_read(
    source: Path, s3: str, bucket: str
) -> None:
    assert copy(source, f"s3://{bucket}") == (len(FILES), 0)
    listed = httpx.get(f"{s3}/{bucket}", params={"list-type": "2"}).text
    assert set(re.findall("<Key>(.*?)</Key>", listed)) == set(FILES)
    for path, media_type in {
        "trust-list": "application/jose",
        "status/0": "application/statuslist+cwt",
        "status/0.jwt": "application/statuslist+jwt",
        f"archive/{SHA256}": "application/octet-stream",
    }.items():
        answer = httpx.get(f"{s3}/{bucket}/{path}")
        assert answer.text == FILES[path]
        assert answer.headers["content-type"] == media_type
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["etag"]


def test_a_bucket_gets_only_what_changed(source: Path, s3: str, bucket: str) -> None:
    copy(source, f"s3://{bucket}/mirror")
    assert copy(source, f"s3://{bucket}/mirror") == (0, len(FILES))
    (source / "status/0.jwt").write_text("JWT")
    assert copy(source, f"s3://{bucket}/mirror") == (1, len(FILES) - 1)
    assert httpx.get(f"{s3}/{bucket}/mirror/status/0.jwt").text == "JWT"


def test_trust_list_and_status_come_before_records_and_what_leads_to_them(
    source: Path, tmp_path: Path
) -> None:
    target = tmp_path / "mirror"
    target.mkdir()
    # A file where a folder must be breaks the copy off there.
    (target / "records").write_text("")
    with pytest.raises(StorageError, match="cannot be copied"):
        copy(source, str(target))
    there = set(read_folder(target)) - {"records"}
    assert there == {"trust-list", "status/0", "status/0.jwt"}
    (target / "records").unlink()
    assert copy(source, str(target)) == (len(FILES) - 3, 3)


def test_a_bucket_that_is_not_there_is_told_in_one_sentence(
    source: Path, bucket: str
) -> None:
    with pytest.raises(StorageError, match="cannot be copied") as refused:
        copy(source, f"s3://{bucket}-lost")
    assert "\n" not in str(refused.value)
