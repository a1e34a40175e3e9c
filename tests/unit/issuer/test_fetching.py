# SPDX-License-Identifier: Apache-2.0
"""An authority has its time limit for the whole answer, however it spends it."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import repeat

import pytest

from issuer.fetching import Fetcher, FetchError

LIMIT = 1.0
"""Seconds that an exchange may take."""

STEP = 0.05
"""Seconds between two bytes of a slow server."""

SPARE = 3.0
"""Seconds that a busy machine may take more; the slow servers take far longer."""

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n"
Answer = Callable[[socket.socket], None]


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """Serve one connection after the other on a port; return its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    thread = threading.Thread(
                        target=handle, args=(connection,), daemon=True
                    )
                    thread.start()

        def handle(connection: socket.socket) -> None:
            # The client goes when it has had enough.
            with connection, suppress(OSError):
                answer(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        listener.shutdown(socket.SHUT_RDWR)


def read_request(connection: socket.socket) -> None:
    got = b""
    while b"\r\n\r\n" not in got:
        got += connection.recv(1000)


def drip(connection: socket.socket, data: Iterator[bytes]) -> None:
    for part in data:
        connection.sendall(part)
        time.sleep(STEP)


def slow_headers(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(HEAD + b"X-Slow: ")
    drip(connection, repeat(b"a"))


def slow_status(connection: socket.socket) -> None:
    read_request(connection)
    drip(connection, (b"%c" % one for one in HEAD + b"\r\n1234"))


def slow_body(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    drip(connection, repeat(b"a"))


def wait_a_moment(connection: socket.socket) -> None:
    """Say again and again that the answer is being made (RFC 9110 §15.2)."""
    read_request(connection)
    drip(connection, repeat(b"HTTP/1.1 102 Processing\r\n\r\n"))


def slow_tls(connection: socket.socket) -> None:
    connection.sendall(b"\x16\x03\x03\x40\x00")  # a handshake of 16 kB
    drip(connection, repeat(b"\x02"))


def say_nothing(connection: socket.socket) -> None:
    while connection.fileno() >= 0:
        time.sleep(1)


def good(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(HEAD + b"Connection: close\r\n\r\n1234")


@contextmanager
def fetching() -> Iterator[Fetcher]:
    fetcher = Fetcher(LIMIT)
    yield fetcher
    fetcher.close()


@pytest.mark.parametrize(
    "answer", [slow_headers, slow_status, slow_body, wait_a_moment, say_nothing]
)
def test_a_slow_authority_has_its_time_and_no_more(answer: Answer) -> None:
    with serving(answer) as url, fetching() as fetcher:
        began = time.monotonic()
        with pytest.raises(FetchError, match=r"no answer in time .*1 s"):
            fetcher.post("tsa", url, b"question", media_type="a/b", limit=10_000)
        assert LIMIT * 0.9 < time.monotonic() - began < LIMIT + SPARE


def test_the_handshake_counts() -> None:
    with serving(slow_tls) as url, fetching() as fetcher:
        began = time.monotonic()
        with pytest.raises(FetchError, match="no answer in time"):
            fetcher.get("crl", url.replace("http:", "https:"), limit=10)
        assert time.monotonic() - began < LIMIT + SPARE


def test_one_that_does_not_read_has_its_time_and_no_more() -> None:
    with serving(say_nothing) as url, fetching() as fetcher:
        began = time.monotonic()
        with pytest.raises(FetchError, match="no answer in time"):
            fetcher.post("tsa", url, bytes(50_000_000), media_type="a/b", limit=10)
        assert time.monotonic() - began < LIMIT + SPARE


def test_each_exchange_has_its_own_time() -> None:
    with serving(slow_headers) as slow, serving(good) as url, fetching() as fetcher:
        for _ in range(2):
            with pytest.raises(FetchError):
                fetcher.get("crl", slow, limit=10)
            assert fetcher.get("crl", url, limit=4) == b"1234"
        time.sleep(LIMIT)
        assert fetcher.get("crl", url, limit=4) == b"1234"


def test_one_slow_authority_holds_nobody_else() -> None:
    with serving(slow_headers) as slow, serving(good) as url, fetching() as fetcher:
        failures: list[str] = []

        def ask() -> None:
            with pytest.raises(FetchError) as refused:
                fetcher.get("crl", slow, limit=10)
            failures.append(str(refused.value))

        threads = [threading.Thread(target=ask) for _ in range(5)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            assert fetcher.get("crl", url, limit=4) == b"1234"
            time.sleep(STEP)
        assert len(failures) == len(threads)


def test_what_is_no_answer_is_told() -> None:
    def refuse(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n")

    def babble(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"hello\r\n\r\n")

    def refused(answer: Answer, said: str, limit: int) -> None:
        with (
            serving(answer) as url,
            fetching() as fetcher,
            pytest.raises(FetchError, match=said),
        ):
            fetcher.get("crl", url, limit=limit)

    refused(refuse, "302", 10)
    refused(babble, "RemoteProtocolError", 10)
    refused(good, "more than 3 bytes", 3)


def test_nobody_there_is_told() -> None:
    with serving(good) as url:
        pass
    with fetching() as fetcher, pytest.raises(FetchError, match="ConnectError"):
        fetcher.get("crl", url, limit=10)
