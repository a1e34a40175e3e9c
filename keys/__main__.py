# SPDX-License-Identifier: Apache-2.0
"""`python -m keys`: the development authorities as a service of their own."""

import logging
import sys
from datetime import UTC, datetime

import typer
import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError

from keys.app import create_app
from keys.errors import KeysError
from keys.settings import KeysSettings


def _clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the clock of this process


def serve(host: str = "127.0.0.1", port: int = 8003) -> None:
    """Serve timestamps, OCSP, CRLs and certificates below /pki."""
    # The same path as on one machine, so that addresses in certificates hold.
    outer = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    outer.mount("/pki", create_app(KeysSettings(), clock=_clock))
    uvicorn.run(outer, host=host, port=port, access_log=False)


def main() -> None:
    """Run the service; what stops the start is one sentence and exit code 1."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    try:
        typer.run(serve)
    except (KeysError, ValidationError) as error:
        typer.echo(f"keys: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
