# SPDX-License-Identifier: Apache-2.0
"""`python -m verifier`: the verifier as a service; needs no key and no database."""

import logging
import sys
from datetime import UTC, datetime

import typer
from pydantic import ValidationError

from verifier.app import create_app
from verifier.errors import VerifierError
from verifier.server import run_server
from verifier.settings import VerifierSettings


def _clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the clock of this process


def serve(host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve the pages and the verification API."""
    app = create_app(VerifierSettings(), clock=_clock)
    run_server(app, host=host, port=port)


def main() -> None:
    """Run the service; what stops the start is one sentence and exit code 1."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    try:
        typer.run(serve)
    except (VerifierError, ValidationError) as error:
        typer.echo(f"verifier: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
