# SPDX-License-Identifier: Apache-2.0
"""The publication over HTTP: files as they are, with the headers of its page."""

from pathlib import Path

import pytest
from fastapi import FastAPI

from register.app import create_app
from register.errors import StorageError
from register.short_code import short_code
from register.storage import open_storage
from tests.unit.register.app_client import AppClient
from tests.unit.register.formats_world import DOCUMENT_ID, OTHER_ID

SHA256 = "ab" * 32
CODE = short_code(DOCUMENT_ID)
FILES = {
    "trust-list": b"trust" * 1000,
    "status/0": b"\xd2cwt" * 1000,
    "status/0.jwt": b"jwt" * 1000,
    f"records/{DOCUMENT_ID}": b"record",
    f"files/{SHA256}": b"entry",
    f"codes/{CODE}": b"code",
    "secret": b"not part of the publication",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a publication."""
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return tmp_path


@pytest.fixture
def client(folder: Path) -> AppClient:
    """Return a client of the app."""
    return AppClient(create_app(str(folder)))


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("trust-list", "application/jose"),
        ("status/0", "application/statuslist+cwt"),
        ("status/0.jwt", "application/statuslist+jwt"),
        (f"records/{DOCUMENT_ID}", "application/jose"),
        (f"files/{SHA256}", "application/jose"),
        (f"codes/{CODE}", "application/jose"),
    ],
)
def test_each_file_is_served_as_it_is(
    client: AppClient, path: str, media_type: str
) -> None:
    answer = client.get(f"/{path}")
    assert answer.status_code == 200
    assert answer.content == FILES[path]
    assert answer.headers["content-type"] == media_type
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["etag"]
    head = client.request("HEAD", f"/{path}")
    assert head.status_code == 200
    assert head.headers["etag"] == answer.headers["etag"]


def test_a_known_tag_is_answered_without_the_body(client: AppClient) -> None:
    tag = client.get("/trust-list").headers["etag"]
    for header in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        answer = client.get("/trust-list", headers={"if-none-match": header})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == tag
        assert answer.headers["access-control-allow-origin"] == "*"
    answer = client.get("/trust-list", headers={"if-none-match": 'W/"other"'})
    assert answer.status_code == 200


def test_a_new_file_is_seen_at_once_under_a_new_tag(
    client: AppClient, folder: Path
) -> None:
    tag = client.get("/status/0.jwt").headers["etag"]
    (folder / "status/0.jwt").write_bytes(b"newer")
    answer = client.get("/status/0.jwt", headers={"if-none-match": tag})
    assert (answer.status_code, answer.content) == (200, b"newer")


def test_lists_are_compressed_for_those_who_take_it(client: AppClient) -> None:
    plain = client.get("/trust-list")
    for accepted in ("gzip", "br, gzip;q=0.5", "GZIP"):
        answer = client.get("/trust-list", headers={"accept-encoding": accepted})
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.content == FILES["trust-list"]
        assert int(answer.headers["content-length"]) < len(answer.content)
        assert answer.headers["etag"] == plain.headers["etag"]
        assert "Accept-Encoding" in answer.headers["vary"]
    for path, accepted in (
        ("/trust-list", "gzip;q=0"),
        ("/trust-list", "br"),
        ("/status/0", "gzip"),
        (f"/files/{SHA256}", "gzip"),
    ):
        answer = client.get(path, headers={"accept-encoding": accepted})
        assert "content-encoding" not in answer.headers


def test_a_status_list_is_chosen_by_accept(client: AppClient) -> None:
    jwt, cwt = "application/statuslist+jwt", "application/statuslist+cwt"
    for accept, name in (
        (jwt, "status/0.jwt"),
        (cwt, "status/0"),
        (f"{cwt}, {jwt}", "status/0"),
        ("*/*", "status/0"),
    ):
        answer = client.get("/status/0", headers={"accept": accept})
        assert answer.content == FILES[name]
        assert "Accept" in answer.headers["vary"]


def test_ids_and_digests_are_found_in_either_case(client: AppClient) -> None:
    assert client.get(f"/records/{DOCUMENT_ID.lower()}").content == b"record"
    assert client.get(f"/files/{SHA256.upper()}").content == b"entry"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "secret",
        "status/1",
        "status/x",
        "status/00",
        "status/0.txt",
        "status/..%2Fsecret",
        "status/..%2f..%2f..%2fetc%2fpasswd",
        f"records/{OTHER_ID}",
        "records/..",
        "records/%2e%2e%2fsecret",
        "records/%ff",
        f"files/{'cd' * 32}",
        "files/..%2Fsecret",
        "files/secret",
        "docs",
        "redoc",
    ],
)
def test_what_is_not_published_is_a_404_problem(client: AppClient, path: str) -> None:
    answer = client.get(f"/{path}", headers={"origin": "https://example.com"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.json()["type"] == "urn:tra:problem:not-found"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_written(client: AppClient, method: str) -> None:
    assert client.request(method, "/trust-list").status_code == 405


def test_a_page_of_another_site_may_revalidate(client: AppClient) -> None:
    answer = client.request(
        "OPTIONS",
        "/trust-list",
        headers={
            "origin": "https://example.com",
            "access-control-request-method": "GET",
            "access-control-request-headers": "if-none-match",
        },
    )
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"


def test_the_app_works_below_a_path(folder: Path) -> None:
    outer = FastAPI()
    outer.mount("/register", create_app(str(folder)))
    client = AppClient(outer)
    assert client.get("/register/trust-list").content == FILES["trust-list"]
    assert client.get("/register/nothing").json()["status"] == 404


def test_health_tells_whether_anything_is_published(
    client: AppClient, folder: Path
) -> None:
    assert client.get("/healthz").json() == {"status": "ok", "publication": "present"}
    (folder / "trust-list").unlink()
    assert client.get("/healthz").json() == {"status": "ok", "publication": "empty"}


def test_a_publication_out_of_reach_is_a_503_problem(
    client: AppClient, folder: Path
) -> None:
    (folder / "trust-list").unlink()
    # A link to itself: there, yet not readable by anyone.
    (folder / "trust-list").symlink_to("trust-list")
    for path in ("/trust-list", "/healthz"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "30"
        assert str(folder) not in answer.text


def test_a_folder_is_made_when_missing(tmp_path: Path) -> None:
    for location in (str(tmp_path / "a/b"), f"file://{tmp_path}/c"):
        AppClient(create_app(location)).get("/healthz").raise_for_status()
    assert (tmp_path / "a/b").is_dir()
    assert (tmp_path / "c").is_dir()


@pytest.mark.parametrize("location", ["https://example.com/x", "gs://bucket", "s3://"])
def test_an_address_that_is_no_storage_is_refused(location: str) -> None:
    with pytest.raises(StorageError):
        open_storage(location)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="cannot open storage"):
        open_storage(str(tmp_path / "file"))


def test_a_bucket_is_opened_without_a_network() -> None:
    assert "bucket" in repr(open_storage("s3://bucket/publication"))
