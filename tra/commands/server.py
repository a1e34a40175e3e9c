# SPDX-License-Identifier: Apache-2.0
"""`tra serve`, `tra worker`, `tra migrate`, `tra demo`."""

from typing import Annotated

import typer

from issuer.tasks import create_worker
from keys.overview import list_warnings
from keys.store import open_key_store
from register.store import migrate as migrate_register
from tra.clock import system_clock
from tra.demo import run_demo
from tra.home import open_home, read_home
from tra.output import Json, print_json
from tra.serve import serve as run_server

_PORT = 8000


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = _PORT,
    *,
    as_json: Json = False,
) -> None:
    """Serve verifier, issuer, register and development authorities on one port."""
    address = f"http://{host}:{port}/"
    home = read_home()

    def say_ready() -> None:
        for warning in list_warnings(open_key_store(home.keys), system_clock()):
            typer.echo(f"Warning: {warning}", err=True)
        if as_json:
            print_json({"address": address})
        else:
            typer.echo(f"Open {address} — Ctrl-C to stop.")
            printed = home.issuer.verify_url
            if not home.issuer.model_fields_set & {"verify_url"} and port != _PORT:
                typer.echo(
                    f"QR codes of this server open {address}, those of `tra issue` "
                    f"{printed}/: set TRA_VERIFY_URL to have one address for both."
                )

    run_server(home, host=host, port=port, on_ready=say_ready)


def worker() -> None:
    """Run the schedule alone: publish every 15 minutes."""
    with open_home(read_home()) as issuer:
        create_worker(issuer).run()


def migrate(*, as_json: Json = False) -> None:
    """Bring the register's tables to this version."""
    home = read_home()
    migrate_register(home.issuer.database)
    if as_json:
        print_json({"migrated": True})
    else:
        typer.echo("The register is up to date.")


def demo(*, as_json: Json = False) -> None:
    """Issue three documents, verify, tamper, revoke: the main job end to end."""
    run_demo(read_home(), as_json=as_json)
