# SPDX-License-Identifier: Apache-2.0
"""`python -m issuer [serve|worker|register]`: one service of a many-machine system.

`serve` is the API, `worker` the schedule, `register` the read-only publication.
"""

import json
import logging
import sys
from datetime import UTC, datetime, timedelta

import typer
import uvicorn
from pydantic import ValidationError

from issuer.app import create_app
from issuer.context import open_issuer
from issuer.errors import IssuerError, StorageError
from issuer.files import PublicationStore
from issuer.settings import IssuerSettings
from issuer.tasks import create_worker
from keys.errors import KeysError
from keys.settings import KeysSettings
from keys.store import open_key_store
from register.app import create_app as create_register_app
from register.canonical import decode_base64url
from register.errors import RegisterError
from templates.errors import TemplateError

cli = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

_STARTS_NOT = (IssuerError, KeysError, RegisterError, TemplateError, ValidationError)


def _clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the clock of this process


@cli.command()
def serve(host: str = "127.0.0.1", port: int = 8001) -> None:
    """Serve the issuer's API."""
    keys = open_key_store(KeysSettings())
    app = create_app(IssuerSettings(), keys, clock=_clock)
    uvicorn.run(app, host=host, port=port, access_log=False)


@cli.command()
def worker() -> None:
    """Publish every 15 minutes."""
    issuer = open_issuer(IssuerSettings(), open_key_store(KeysSettings()), clock=_clock)
    create_worker(issuer).run()


@cli.command()
def check_schedule() -> None:
    """Fail if the status lists are older than two rounds of the schedule."""
    settings = IssuerSettings()
    token = PublicationStore(settings.publication).get("status/0.jwt").decode()
    # Only the age counts here; verifiers check the signature.
    payload = decode_base64url(token.split(".")[1])
    age = _clock() - datetime.fromtimestamp(json.loads(payload)["iat"], UTC)
    if age > timedelta(minutes=31):
        raise StorageError(f"the status lists were last published {age} ago")


@cli.command()
def register(host: str = "127.0.0.1", port: int = 8002) -> None:
    """Serve the publication, read only."""
    app = create_register_app(IssuerSettings().publication)
    uvicorn.run(app, host=host, port=port, access_log=False)


def main() -> None:
    """Run one service; what stops the start is one sentence and exit code 1."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    # It warns at every seal that it may not fetch; that it may not is our intent.
    logging.getLogger("pyhanko").setLevel(logging.ERROR)
    try:
        cli()
    except _STARTS_NOT as error:
        typer.echo(f"issuer: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
