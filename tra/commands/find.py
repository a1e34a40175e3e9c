# SPDX-License-Identifier: Apache-2.0
"""`tra list` and `tra show`: find a document again, its file and its history."""

from typing import Annotated

import typer

from issuer.answers import event_answer
from issuer.file_versions import read_newest
from register.document import State, Status
from register.store import DocumentFilter, Event
from tra.commands.documents import (
    DocumentIdArgument,
    OutputFile,
    check_writable,
    parse_day,
)
from tra.home import find_agency, open_home, open_register, operator, read_home
from tra.output import (
    AgencyOption,
    Json,
    document_facts,
    print_facts,
    print_json,
    print_table,
)

_COLUMNS = ("number", "type", "state", "status", "valid_from", "valid_until", "id")


def list_documents(  # noqa: PLR0913 - one parameter for each option
    *,
    type_id: Annotated[
        str | None, typer.Option("--type", help="Only of this type.")
    ] = None,
    status: Annotated[
        Status | None, typer.Option(help="Only issued ones with this status.")
    ] = None,
    state: Annotated[State | None, typer.Option(help="Only in this state.")] = None,
    number: Annotated[
        str | None, typer.Option(help="Only with just this number.")
    ] = None,
    holder: Annotated[
        str | None, typer.Option(help="Only with this in the holder's name.")
    ] = None,
    issued_from: Annotated[
        str | None, typer.Option(help="First day of issue, YYYY-MM-DD.")
    ] = None,
    issued_to: Annotated[
        str | None, typer.Option(help="Last day of issue, included.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many at most.")] = 50,
    after: Annotated[
        str | None, typer.Option(help="Go on: `next` of the list before.")
    ] = None,
    agency: AgencyOption = None,
    as_json: Json = False,
) -> None:
    """List documents of an agency, newest first."""
    with open_register(read_home()) as store:
        page = store.list_documents(
            DocumentFilter(
                agency_id=find_agency(store, agency).id,
                type_id=type_id,
                status=status,
                state=state,
                number=number,
                holder=holder,
                issued_from=parse_day(issued_from, "--issued-from"),
                issued_to=parse_day(issued_to, "--issued-to"),
                limit=limit,
                after=after,
            )
        )
    rows = [
        (d.number, d.type_id, d.state, d.status, d.valid_from, d.valid_until, d.id)
        for d in page.items
    ]
    if as_json:
        listed = [dict(zip(_COLUMNS, row, strict=True)) for row in rows]
        print_json({"documents": listed, "next": page.next})
    elif rows:
        print_table([name.replace("_", " ") for name in _COLUMNS], rows)
        if page.next is not None:
            typer.echo(f"\nThere are more: --after {page.next}")
    else:
        typer.echo("There is no such document.")


def show(
    document_id: DocumentIdArgument,
    *,
    output: OutputFile = None,
    agency: AgencyOption = None,
    as_json: Json = False,
) -> None:
    """Show a document and who did what with it; -o writes its newest file."""
    if output is not None:
        check_writable(output)
    with open_home(read_home()) as issuer:
        store = issuer.store
        caller = operator(store, agency)
        found = store.get_document(store.find_id(document_id), caller.agency_id)
        facts = document_facts(issuer, found)
        files = store.file_versions(found.id)
        history: list[Event] = []
        while page := store.events(
            found.id, after_seq=history[-1].seq if history else 0
        ):
            history += page
        if output is not None:
            output.write_bytes(read_newest(issuer, found))
            facts["path"] = str(output)
    if as_json:
        facts["data"] = dict(found.data)
        facts["files"] = [
            {"version": f.version, "sha256": f.sha256.hex(), "created_at": f.created_at}
            for f in files
        ]
        facts["events"] = [event_answer(e).model_dump(mode="json") for e in history]
        print_json(facts)
        return
    print_facts(facts)
    typer.echo()
    columns = ("at", "actor", "action", "reason", "legal basis", "order")
    print_table(
        columns,
        [
            (
                f"{e.at:%F %T}Z",
                e.actor,
                e.action,
                e.reason,
                e.legal_basis,
                e.order_number,
            )
            for e in history
        ],
    )
