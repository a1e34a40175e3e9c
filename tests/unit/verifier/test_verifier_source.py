# SPDX-License-Identifier: Apache-2.0
"""Reading a publication: folder or web server, within limits."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI, Request, Response

from tests.running import run_server
from verifier.errors import NotPublishedError, SettingsError, UnreachableError
from verifier.source import MAX_FILE_BYTES, HttpSource, Source, open_source
from verifier.trust import load_trust_root


@contextmanager
def _serve(app: FastAPI) -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="error")
        with run_server(config, listener):
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/register"


def _http(address: str) -> Source:
    return open_source(address, timeout=2)


def test_a_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "trust-list").write_text("token")

    assert open_source(str(tmp_path), timeout=1).read("trust-list") == b"token"


def test_a_missing_file_of_a_folder_is_not_published(tmp_path: Path) -> None:
    (tmp_path / "trust-list").write_text("token")

    with pytest.raises(NotPublishedError):
        open_source(str(tmp_path), timeout=1).read("records/X")


def test_a_missing_folder_is_out_of_reach(tmp_path: Path) -> None:
    with pytest.raises(UnreachableError):
        open_source(str(tmp_path / "gone"), timeout=1).read("records/X")


def test_a_huge_file_of_a_folder_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "trust-list").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)

    with pytest.raises(UnreachableError):
        open_source(str(tmp_path), timeout=1).read("trust-list")


def test_another_scheme_is_refused_at_the_start() -> None:
    with pytest.raises(SettingsError, match="TRA_PUBLICATION_URL"):
        open_source("ftp://example.org/", timeout=1)


def test_a_copy_is_revalidated_and_never_stale() -> None:
    app = FastAPI()
    state = {"etag": '"1"', "body": "one", "sent": 0}

    @app.get("/register/trust-list")
    def get_list(request: Request) -> Response:
        headers = {"ETag": str(state["etag"])}
        if request.headers.get("if-none-match") == state["etag"]:
            return Response(status_code=304, headers=headers)
        state["sent"] = int(str(state["sent"])) + 1
        return Response(str(state["body"]), headers=headers)

    with _serve(app) as address:
        source = _http(address)
        assert source.read("trust-list") == b"one"
        assert source.read("trust-list") == b"one"
        assert state["sent"] == 1
        state.update(etag='"2"', body="two")
        assert source.read("trust-list") == b"two"
    with pytest.raises(UnreachableError):
        source.read("trust-list")


@pytest.mark.parametrize(
    ("status", "error"),
    [(404, NotPublishedError), (500, UnreachableError), (301, UnreachableError)],
)
def test_what_a_server_answers(status: int, error: type[Exception]) -> None:
    app = FastAPI()

    @app.get("/register/trust-list")
    def get_list() -> Response:
        return Response(
            status_code=status, headers={"Location": "http://127.0.0.1:1/elsewhere"}
        )

    with _serve(app) as address, pytest.raises(error):
        _http(address).read("trust-list")


def test_a_huge_answer_is_cut_off() -> None:
    app = FastAPI()

    @app.get("/register/trust-list")
    def get_list() -> Response:
        return Response(bytes(MAX_FILE_BYTES + 1))

    with _serve(app) as address, pytest.raises(UnreachableError):
        _http(address).read("trust-list")


def test_a_server_that_does_not_answer_is_out_of_reach() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        source = HttpSource(f"http://127.0.0.1:{port}", timeout=0.2)
        with pytest.raises(UnreachableError):
            source.read("trust-list")


def test_a_missing_trust_root_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(
        SettingsError, match=r"TRA_TRUST_ROOT: cannot read .*run-a-verifier"
    ):
        load_trust_root(tmp_path / "none.pem")


@pytest.mark.parametrize("content", [b"", b"junk", b"-----BEGIN PUBLIC KEY-----\n"])
def test_an_unusable_trust_root_is_one_clear_sentence(
    tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "root.pem"
    file.write_bytes(content)

    with pytest.raises(SettingsError, match="is not a P-256 public key"):
        load_trust_root(file)
