# SPDX-License-Identifier: Apache-2.0
"""The one-machine server: verifier, issuer, register and authorities in one process.

Everything is opened and checked before the port is; a missing or wrong key,
database or setting ends the start with one clear sentence.
"""

import signal
import socket
from collections.abc import Callable
from dataclasses import replace

from fastapi import FastAPI

from issuer.app import create_app as create_issuer_app
from issuer.app import get_issuer
from issuer.publish import publish_all
from issuer.tasks import create_worker
from keys.app import create_app as create_keys_app
from keys.settings import Environment
from keys.store import open_key_store
from register.app import create_app as create_register_app
from tra.clock import system_clock
from tra.errors import TraError
from tra.home import Home, check_initialised
from verifier.app import create_app as create_verifier_app
from verifier.server import run_server


def at_port(home: Home, port: int) -> Home:
    """Return the settings with the port in every address that was not set."""
    local = f"http://127.0.0.1:{port}"

    def filled(settings: object) -> dict[str, str]:
        given: set[str] = getattr(settings, "model_fields_set", set())
        addresses = {"verify_url": local, "pki_url": f"{local}/pki"}
        return {name: url for name, url in addresses.items() if name not in given}

    return replace(
        home,
        issuer=home.issuer.model_copy(update=filled(home.issuer)),
        verifier=home.verifier.model_copy(
            update={k: v for k, v in filled(home.verifier).items() if k == "verify_url"}
        ),
    )


def create_server(home: Home) -> FastAPI:
    """Return one application: verifier at /, the others below it.

    Raises:
        TraError, KeysError, RegisterError, IssuerError, VerifierError: what is
            missing or wrong.
    """
    check_initialised(home)
    keys = open_key_store(home.keys)
    issuer = create_issuer_app(home.issuer, keys, clock=system_clock)
    register = create_register_app(home.issuer.publication)
    server = create_verifier_app(home.verifier, clock=system_clock)
    # Mounted last, the verifier's own routes (`/`, `/V/…`) come first.
    server.mount("/issuer", issuer)
    server.mount("/register", register)
    if home.keys.env is not Environment.PRODUCTION:
        server.mount("/pki", create_keys_app(home.keys, clock=system_clock))
    server.state.issuer = get_issuer(issuer)
    return server


def serve(home: Home, *, host: str, port: int, on_ready: Callable[[], None]) -> None:
    """Serve until interrupted, publishing at the start and every 15 minutes.

    `on_ready` is called when everything is checked, just before the port opens.

    Raises:
        TraError, KeysError, RegisterError, IssuerError, VerifierError: what is
            missing or wrong.
    """
    home = at_port(home, port)
    server = create_server(home)
    issuer = server.state.issuer
    with _listen(host, port) as listener:
        publish_all(issuer)
        worker = create_worker(issuer)
        # The worker's threads are started here; its signal handlers are replaced by
        # uvicorn's, which ends both, and by the system's for a closed terminal.
        worker.start()
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        on_ready()
        try:
            run_server(server, host=host, port=port, listener=listener)
        finally:
            worker.stop(graceful=True)
            issuer.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        listener = socket.create_server((host, port))
        # Connections inherit it. Without, the second packet of an answer waits for
        # the first to be acknowledged, 40 ms: asyncio sets it on its own sockets only.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        raise TraError(f"cannot listen on {host}:{port}: {error.strerror}") from error
    return listener
