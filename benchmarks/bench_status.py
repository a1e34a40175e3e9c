# SPDX-License-Identifier: Apache-2.0
"""Checking claims, publishing status lists, and `GET /v1/status/{id}` over HTTP.

The last beside an empty FastAPI route on the same server (uvicorn), each in a
process of its own, asked in turns by the same client over connections kept open.
Answers are counted by the second of the server's own processor time, and a list is
published in processor time: what one core gives, however busy the machine is with
other things.
"""

import argparse
import json
import secrets
import socket
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Thread

import uvicorn
from fastapi import FastAPI

from benchmarks.bench_issue import issue_one
from benchmarks.common import Result, arguments, installation, measure, silence
from issuer.context import Issuer, open_issuer
from issuer.publish import publish_list
from keys.store import open_key_store
from register.claim import read_claim, verify_claim
from register.document import LIST_SIZE, Status, StatusRef
from tra.clock import system_clock
from tra.home import open_publication
from verifier.app import create_app
from verifier.settings import VerifierSettings

REVOKED = 10_000
CONNECTIONS = 8
REQUESTS = 1_000
"""A round; long enough to be seconds, short enough to take many turns."""

_ANSWER_BYTES = 65_536


def main() -> None:
    """Measure and print."""
    options = arguments("Claims, status lists, GET /v1/status/{id}", runs=8)
    with installation() as home:
        issuer = open_issuer(home.issuer, open_key_store(home.keys), clock=system_clock)
        issue_one(issuer, "bench")
        [document] = list(issuer.store.iter_issued())
        claim = issuer.store.get_claim(document.id)
        trust = open_publication(home.verifier).trust_list(system_clock())
        [(_, key)] = trust.claim_keys_for(read_claim(claim).kid)
        checking = measure(
            "claim: decode strictly, check ES256",
            lambda: verify_claim(claim, document_id=document.id, keys=[key.key]),
            options.runs * 100,
        )
        publishing, sizes = _measure_list(issuer, options.runs)
        issuer.close()
        # What is asked for counts as a request of one client like any other.
        settings = home.verifier.model_copy(update={"rate_queries": "9999999/minute"})
        rounds = _measure_server(settings, f"/v1/status/{document.id}", options.runs)
    _print(options, checking, publishing, sizes, rounds)


def _measure_list(issuer: Issuer, runs: int) -> tuple[Result, dict[str, int]]:
    """Publish a full list of which 10,000 are not valid: signed twice, written."""
    indices: set[int] = set()
    while len(indices) < REVOKED:
        indices.add(secrets.randbelow(LIST_SIZE))
    values = {StatusRef(9, index).index: Status.REVOKED for index in indices}
    name = f"status list: 2^20 entries, {REVOKED:,} revoked, published"
    times = []
    for _ in range(runs):
        start = time.process_time()
        publish_list(issuer, 9, values, system_clock())
        times.append((time.process_time() - start) * 1000)
    median = statistics.median(times)
    done = Result(name, round(median, 2), round(1000 / median, 1), runs)
    read = issuer.publication.get
    return done, {"cwt": len(read("status/9")), "jwt": len(read("status/9.jwt"))}


@dataclass(frozen=True)
class _Server:
    """A server in a process of its own."""

    port: int
    pipe: Connection

    def processor_seconds(self) -> float:
        """Return what the process has used so far."""
        self.pipe.send("?")
        used: float = self.pipe.recv()
        return used


def _measure_server(
    settings: VerifierSettings, path: str, runs: int
) -> list[tuple[float, float]]:
    """Return requests a second, the empty route's and ours, turn by turn."""
    with _served(_empty_app, None) as empty, _served(_verifier_app, settings) as ours:
        _ask(empty, "/", 200)
        _ask(ours, path, 200)
        return [
            (_ask(empty, "/", REQUESTS), _ask(ours, path, REQUESTS))
            for _ in range(runs)
        ]


def _ask(server: _Server, path: str, count: int) -> float:
    """Return answers a second of processor time; all connections are asked at once."""
    request = f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()
    asked = [_connect(server.port) for _ in range(CONNECTIONS)]
    start = server.processor_seconds()
    for _ in range(count // CONNECTIONS):
        for connection in asked:
            connection.sendall(request)
        for connection in asked:
            _read_answer(connection)
    taken = server.processor_seconds() - start
    for connection in asked:
        connection.close()
    return count / taken


def _connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _read_answer(connection: socket.socket) -> None:
    data = connection.recv(_ANSWER_BYTES)
    head, _, body = data.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode())
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(_ANSWER_BYTES)


def _empty_app(_: VerifierSettings | None) -> FastAPI:
    app = FastAPI()

    @app.get("/")
    async def get_nothing() -> dict[str, str]:
        return {}

    return app


def _verifier_app(settings: VerifierSettings | None) -> FastAPI:
    if settings is None:
        raise TypeError("a verifier needs settings")
    return create_app(settings, clock=system_clock)


@contextmanager
def _served(
    make: Callable[[VerifierSettings | None], FastAPI],
    settings: VerifierSettings | None,
) -> Iterator[_Server]:
    """Serve an application in a process of its own."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(make, settings, theirs))
    process.start()
    try:
        yield _Server(port=ours.recv(), pipe=ours)
    finally:
        process.terminate()
        process.join()


def _serve(
    make: Callable[[VerifierSettings | None], FastAPI],
    settings: VerifierSettings | None,
    pipe: Connection,
) -> None:
    silence()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # As `tra serve` does.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        config = uvicorn.Config(make(settings), log_level="error", access_log=False)
        pipe.send(listener.getsockname()[1])
        Thread(target=_tell_time, args=(pipe,), daemon=True).start()
        uvicorn.Server(config).run(sockets=[listener])


def _tell_time(pipe: Connection) -> None:
    while pipe.recv():
        pipe.send(time.process_time())


def _print(
    options: argparse.Namespace,
    checking: Result,
    publishing: Result,
    sizes: dict[str, int],
    rounds: list[tuple[float, float]],
) -> None:
    share = statistics.median(ours / empty for empty, ours in rounds)
    empty, ours = (statistics.median(each) for each in zip(*rounds, strict=True))
    if options.json:
        facts = {
            "results": [asdict(checking), asdict(publishing)],
            "bytes": sizes,
            "empty_route_per_second": round(empty),
            "status_per_second": round(ours),
            "share": round(share, 2),
        }
        print(json.dumps(facts, indent=2))
        return
    for result in (checking, publishing):
        print(f"{result.name}: {result.milliseconds:.2f} ms, {result.per_second:.0f}/s")
    print(f"  as CWT {sizes['cwt']:,} bytes, as JWT {sizes['jwt']:,} bytes")
    print(f"empty FastAPI route: {empty:.0f}/s")
    print(f"GET /v1/status/{{id}}: {ours:.0f}/s, {share:.0%} of it in the same run")


if __name__ == "__main__":
    main()
