# SPDX-License-Identifier: Apache-2.0
"""Runs an application on 127.0.0.1 for as long as a command needs it."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from tra.errors import TraError

_START_SECONDS = 20.0
_POLL_SECONDS = 0.01


@contextmanager
def serve_on_loopback(app: FastAPI, port: int = 0) -> Iterator[str]:
    """Yield the address of `app`, served on the loopback interface.

    Without a port, on one that is free.

    Raises:
        TraError: it did not start.
    """
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        port = listener.getsockname()[1]
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="warning", access_log=False)
        )
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listener]}, daemon=True
        )
        thread.start()
        _await_start(server, thread)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(_START_SECONDS)


def _await_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise TraError("the development authorities did not start")
        time.sleep(_POLL_SECONDS)
