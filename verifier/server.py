# SPDX-License-Identifier: Apache-2.0
"""Serves an application with a verifier in it, and ends within 3 seconds.

A file may take longer to verify than whoever stops a service will wait. Files
under way get a second to finish; then their requests are answered with 503.
"""

import asyncio
import socket
import sys
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from fastapi import FastAPI

from verifier.app import get_verifiers

_STOP_FILES_AFTER = 1.0
_STOP_ALL_AFTER = 2
_START_FAILED = 3
"""Exit code where the port could not be had, as uvicorn has it."""


def run_server(
    app: FastAPI, *, host: str, port: int, listener: socket.socket | None = None
) -> None:
    """Serve until SIGINT or SIGTERM; `app` is one of `verifier.app.create_app`.

    `listener`, if given, is a socket that is bound already.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        # Who looked at which document is nobody's business.
        access_log=False,
        # Whom to believe about a client's address is TRA_TRUSTED_PROXIES.
        proxy_headers=False,
        timeout_graceful_shutdown=_STOP_ALL_AFTER,
    )
    server = _Server(config, stop_files=get_verifiers(app).close)
    with suppress(KeyboardInterrupt):
        server.run(sockets=None if listener is None else [listener])
    if not server.started:
        sys.exit(_START_FAILED)


class _Server(uvicorn.Server):
    def __init__(
        self, config: uvicorn.Config, *, stop_files: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._stop_files = stop_files

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let requests end, but not for ever."""
        loop = asyncio.get_running_loop()
        timer = loop.call_later(_STOP_FILES_AFTER, self._stop_files)
        try:
            await super().shutdown(sockets)
        finally:
            timer.cancel()
