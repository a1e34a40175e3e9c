# SPDX-License-Identifier: Apache-2.0
"""A development PKI for tests, and its authorities over HTTP on loopback.

The judge is the `openssl` program, which reads the machine's clock, so these
tests run at the true time.
"""

import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from keys.app import create_app
from keys.ceremony import AgencyNames
from keys.settings import KeysSettings
from keys.store import KeyStore, open_key_store

AGENCY = AgencyNames(id="TRADE", th="กรมการค้าตัวอย่าง", en="Example Trade Department")

RunOpenssl = Callable[..., subprocess.CompletedProcess[str]]


def true_time() -> datetime:
    return datetime.fromtimestamp(int(time.time()), UTC)


@dataclass(frozen=True, kw_only=True)
class World:
    """One installation, and the address of its authorities."""

    settings: KeysSettings

    @property
    def url(self) -> str:
        """Base address of the authorities."""
        return self.settings.pki_url

    @property
    def folder(self) -> Path:
        """Folder of the keys."""
        return self.settings.keys_folder

    @property
    def store(self) -> KeyStore:
        """The key folder, opened anew, as another process would."""
        return open_key_store(self.settings)

    def certificate(self, label: str) -> Path:
        """File of a certificate."""
        return self.folder / f"{label}.crt.pem"

    def key(self, label: str) -> Path:
        """File of a private key."""
        return self.folder / f"{label}.key.pem"


@contextmanager
def listening() -> Iterator[tuple[socket.socket, str]]:
    """Take a free port, and say what the address of the PKI there will be."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        yield listener, f"http://127.0.0.1:{listener.getsockname()[1]}/pki"


@contextmanager
def serving(
    settings: KeysSettings,
    listener: socket.socket,
    clock: Callable[[], datetime] = true_time,
) -> Iterator[World]:
    """Serve the authorities, mounted as the one-machine server mounts them."""
    outer = FastAPI()
    outer.mount("/pki", create_app(settings, clock=clock))
    server = uvicorn.Server(
        uvicorn.Config(outer, log_level="critical", ws="none", lifespan="off")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    try:
        yield World(settings=settings)
    finally:
        server.should_exit = True
        thread.join(timeout=10)


@contextmanager
def serving_anew(
    world: World, clock: Callable[[], datetime] = true_time
) -> Iterator[World]:
    """Serve a world at an address of its own, by any clock."""
    with listening() as (listener, url):
        settings = world.settings.model_copy(update={"pki_url": url})
        with serving(settings, listener, clock) as served:
            yield served
