# SPDX-License-Identifier: Apache-2.0
"""Attack: one client floods the service with files that take all the time there is."""

import socket
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import ExitStack

import httpx
import pytest
import uvicorn

from tests.forge import Forge, Issued
from tests.forge_pki import NOW
from tests.hostile.attacks import token_bomb
from tests.running import run_server
from verifier.app import create_app
from verifier.settings import VerifierSettings

FLOOD = 10
ATTACKER = {"X-Forwarded-For": "203.0.113.66"}
"""As a proxy that is trusted here names him; the others come without one."""


@pytest.fixture(scope="module")
def http(quiet_forge: Forge, genuine: Issued) -> Iterator[httpx.Client]:
    """Serve a verifier of two processes and a short queue."""
    assert genuine in quiet_forge.issued
    quiet_forge.publish()
    settings = VerifierSettings(
        publication_url=str(quiet_forge.folder),
        trust_root=quiet_forge.root_file(),
        trusted_proxies=("127.0.0.1",),
        pdf_workers=2,
        pdf_seconds=2,
        pdf_queue=3,
    )
    app = create_app(settings, clock=lambda: NOW)
    config = uvicorn.Config(app, log_level="error", proxy_headers=False)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with (
            run_server(config, listener),
            httpx.Client(base_url=url, timeout=120) as client,
        ):
            yield client


def test_others_are_answered_while_one_floods_the_service(
    http: httpx.Client, genuine: Issued
) -> None:
    bomb = token_bomb()

    def attack(_: int) -> int:
        files = {"file": ("a.pdf", bomb)}
        return http.post("/v1/verify", files=files, headers=ATTACKER).status_code

    with ThreadPoolExecutor(FLOOD) as threads:
        # His first file is as any other's; after it he is known to be costly.
        assert attack(0) == httpx.codes.OK
        flood = [threads.submit(attack, number) for number in range(FLOOD)]
        wait(flood, return_when=FIRST_COMPLETED)
        answers = [_verify(http, genuine.pdf) for _ in range(3)]
        still_attacked = sum(not answer.done() for answer in flood)
        codes = [answer.result() for answer in flood]

    # More of his files wait than can; his own are turned away, and nobody else's.
    assert still_attacked > 0
    assert codes.count(httpx.codes.SERVICE_UNAVAILABLE) > 0
    assert [answer.json()["outcome"] for answer in answers] == ["in_force"] * 3


def _verify(http: httpx.Client, pdf: bytes) -> httpx.Response:
    answer = http.post("/v1/verify", files={"file": ("a.pdf", pdf)})
    assert answer.status_code == httpx.codes.OK
    return answer


def test_slow_senders_hold_half_of_the_places_and_not_for_ever(
    quiet_forge: Forge, genuine: Issued
) -> None:
    settings = VerifierSettings(
        publication_url=str(quiet_forge.folder),
        trust_root=quiet_forge.root_file(),
        trusted_proxies=("127.0.0.1",),
        pdf_workers=1,
        uploads=4,
        upload_seconds=3,
    )
    app = create_app(settings, clock=lambda: NOW)
    config = uvicorn.Config(app, log_level="error", proxy_headers=False)
    with socket.socket() as listener, ExitStack() as open_:
        listener.bind(("127.0.0.1", 0))
        place = listener.getsockname()
        open_.enter_context(run_server(config, listener))
        http = open_.enter_context(
            httpx.Client(base_url=f"http://127.0.0.1:{place[1]}", timeout=60)
        )
        slow = [open_.enter_context(socket.create_connection(place)) for _ in range(3)]
        for connection in slow:
            connection.sendall(_SLOW_HEAD)
        # Of his three the third is turned away at once; others have places left.
        third = _answer(slow[2])
        other = _verify(http, genuine.pdf)
        late = _answer(slow[0])

    assert third.startswith(b"HTTP/1.1 503 ")
    assert other.json()["outcome"] == "in_force"
    assert late.startswith(b"HTTP/1.1 408 ")
    assert b"upload-too-slow" in late


def _answer(connection: socket.socket) -> bytes:
    """Read to the end: head and body may come in one piece or in several."""
    connection.settimeout(60)
    pieces = []
    # The service closes the connection after such an answer, so the stream ends.
    while piece := connection.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


_SLOW_HEAD = (
    b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.66\r\n"
    b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n"
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n%PDF-'
)
