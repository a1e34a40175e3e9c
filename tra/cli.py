# SPDX-License-Identifier: Apache-2.0
"""The command line `tra`. Errors are one sentence on stderr, exit code 1."""

import logging
import sys

import typer

from issuer.errors import GateError, IssuerError
from keys.errors import KeysError
from register.document import Action
from register.errors import RegisterError
from templates.errors import FieldsError, TemplateError
from tra.commands import (
    admin,
    compromise,
    documents,
    find,
    guardian,
    officers,
    server,
    trust,
    types,
    verify,
)
from tra.errors import TraError
from tra.output import print_json
from verifier.errors import VerifierError

_KNOWN = (
    TraError,
    IssuerError,
    KeysError,
    RegisterError,
    TemplateError,
    VerifierError,
)

app = typer.Typer(
    name="tra",
    help="Tra (ตรา): issue sealed electronic licences, and check them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
token = typer.Typer(help="API tokens of an agency.", no_args_is_help=True)
agency = typer.Typer(help="Agencies that issue documents.", no_args_is_help=True)
document_types = typer.Typer(
    cls=types.TypesGroup,
    help="Document types: list them, or make one of your own.",
)


def _register_commands() -> None:
    for command in (
        server.demo,
        admin.init,
        documents.issue,
        verify.verify,
        find.show,
        documents.status_command(Action.REVOKE, "Revoke a document for good (เพิกถอน)."),
        documents.status_command(
            Action.SUSPEND, "Suspend a document for a time (พักใช้)."
        ),
        documents.status_command(Action.REINSTATE, "End a document's suspension."),
        documents.supersede,
        documents.finish,
        documents.void,
        admin.audit,
        admin.events,
        admin.publish,
        server.serve,
        server.worker,
        server.migrate,
    ):
        app.command(command.__name__)(command)
    app.command("list")(find.list_documents)
    app.add_typer(token, name="token")
    app.add_typer(agency, name="agency")
    app.add_typer(document_types, name="types")
    app.add_typer(compromise.app, name="keys")
    app.add_typer(guardian.app, name="guardian")
    app.add_typer(trust.app, name="trust")
    app.add_typer(officers.app, name="officers")
    document_types.command("list")(types.list_types)
    document_types.command("show")(types.show_type)
    document_types.command("new")(types.new_type)
    document_types.command("check")(types.check_types)
    document_types.command("preview")(types.preview_type)
    token.command("create")(admin.token_create)
    token.command("list")(admin.token_list)
    token.command("revoke")(admin.token_revoke)
    agency.command("add")(admin.agency_add)
    agency.command("types")(admin.agency_types)


def main() -> None:
    """Run the program; every foreseen failure is one sentence and exit code 1."""
    # Libraries report what we handle; only warnings of our own are for people.
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(message)s")
    _register_commands()
    logging.getLogger("pyhanko").setLevel(logging.ERROR)
    try:
        app()
    except _KNOWN as error:
        _report(error)
        sys.exit(1)


def _report(error: Exception) -> None:
    """Say what went wrong: one sentence, or every field; JSON if JSON was asked."""
    problems = error.problems if isinstance(error, FieldsError) else ()
    if "--json" in sys.argv:
        listed = [
            {
                "field": p.field,
                "reason": p.reason,
                "detail": p.detail.en,
                "detail_th": p.detail.th,
            }
            for p in problems
        ]
        print_json({"error": str(error), "errors": listed})
    elif problems:
        typer.echo("tra: the document's data is not valid:", err=True)
        for problem in problems:
            typer.echo(f"  {problem.field}: {problem.detail.en}", err=True)
            typer.echo(f"    {problem.detail.th}", err=True)
    else:
        typer.echo(f"tra: {error}", err=True)
        if isinstance(error, GateError):
            typer.echo(f"  {error.th}", err=True)


if __name__ == "__main__":
    main()
