# SPDX-License-Identifier: Apache-2.0
"""Runs a server in a thread of the test process, on a socket that is bound already."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

_SECONDS = 20.0


@contextmanager
def run_server(config: uvicorn.Config, listener: socket.socket) -> Iterator[None]:
    """Serve until the block ends."""
    server = uvicorn.Server(config)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, daemon=True
    )
    thread.start()
    deadline = time.monotonic() + _SECONDS
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < deadline, "the server took too long to start"
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(_SECONDS)
