# SPDX-License-Identifier: Apache-2.0
"""`tra issue`, `revoke`, `suspend`, `reinstate`, `supersede`, `void`, `finish`."""

import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from issuer.context import Issuer
from issuer.draft import IssueRequest
from issuer.file_versions import read_newest
from issuer.issue import (
    finish_reservation,
    issue_document,
    preview_document,
)
from issuer.revoke import change_status, supersede_document
from register.document import Action, Document, State
from register.store import StatusChange
from tra.clock import system_clock
from tra.data_file import parse_data, read_data_file
from tra.errors import UsageError
from tra.home import open_home, operator, read_home
from tra.output import AgencyOption, Json, document_facts, print_facts, print_json

_BANGKOK = ZoneInfo("Asia/Bangkok")
_MAX_DATA_CHARS = 8_000_000
"""Of data on stdin: as many as the API takes of bytes (`TRA_MAX_BODY_BYTES`)."""

DataFile = Annotated[
    Path,
    typer.Argument(
        metavar="DATA.json",
        help="File with the document's fields; - for stdin. An image may stand "
        'beside it: {"photo": {"file": "photo.jpg"}}.',
    ),
]
DocumentIdArgument = Annotated[
    str,
    typer.Argument(
        help="Document id, or the short code from paper; groups do not matter.",
        callback=lambda typed: re.sub(r"[\s-]", "", typed),
    ),
]
OutputFile = Annotated[
    Path | None, typer.Option("--output", "-o", help="Where to write the PDF.")
]
OfficerOption = Annotated[
    str | None,
    typer.Option("--officer", help="Who is to sign, where the type asks for one."),
]
Key = Annotated[
    str | None,
    typer.Option(
        "--idempotency-key",
        help="Names this request: a retry with the same key gives the same document.",
    ),
]
ReasonOption = Annotated[
    str, typer.Option("--reason", help="Why; written into the event log.")
]
LegalBasisOption = Annotated[
    str, typer.Option("--legal-basis", help="The law that allows it.")
]
OrderOption = Annotated[
    str | None, typer.Option("--order-number", help="Number of the order.")
]
EffectiveOption = Annotated[
    datetime | None,
    typer.Option(
        "--effective-at", help="Since when it holds (Asia/Bangkok); default: now."
    ),
]


def issue(  # noqa: PLR0913 - one parameter for each option
    type_id: Annotated[str, typer.Argument(metavar="TYPE", help="See `tra types`.")],
    data: DataFile,
    *,
    output: OutputFile = None,
    valid_from: Annotated[str | None, typer.Option(help="YYYY-MM-DD")] = None,
    valid_until: Annotated[str | None, typer.Option(help="YYYY-MM-DD")] = None,
    key: Key = None,
    officer: OfficerOption = None,
    agency: AgencyOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only a preview: no number, no seal.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Issue one document from a JSON file and write its sealed PDF."""
    check_writable(output)
    request = IssueRequest(
        type_id=type_id,
        data=_read_data(data),
        valid_from=parse_day(valid_from, "--valid-from"),
        valid_until=parse_day(valid_until, "--valid-until"),
        idempotency_key=key or f"cli-{secrets.token_urlsafe(16)}",
        officer=officer,
    )
    with open_home(read_home()) as issuer:
        caller = operator(issuer.store, agency)
        if dry_run:
            path = output or Path(f"{type_id}-preview.pdf")
            path.write_bytes(preview_document(issuer, caller, request, system_clock()))
            if as_json:
                print_json({"path": str(path)})
            else:
                typer.echo(f"Preview written to {path}; no number was taken.")
            return
        document = issue_document(issuer, caller, request, system_clock())
        _report(issuer, document, output or Path(f"{document.id}.pdf"), as_json=as_json)


def finish(
    document_id: DocumentIdArgument,
    output: OutputFile = None,
    agency: AgencyOption = None,
    *,
    as_json: Json = False,
) -> None:
    """Take an unfinished reservation (see `tra audit`) to its end."""
    with open_home(read_home()) as issuer:
        caller = operator(issuer.store, agency)
        found = issuer.store.get_document(
            issuer.store.find_id(document_id), caller.agency_id
        )
        document = finish_reservation(issuer, caller, found, system_clock())
        _report(issuer, document, output or Path(f"{document.id}.pdf"), as_json=as_json)


def void(
    document_id: DocumentIdArgument,
    reason: ReasonOption,
    agency: AgencyOption = None,
    *,
    as_json: Json = False,
) -> None:
    """Give up an unfinished reservation; its number is never used again."""
    with open_home(read_home()) as issuer:
        caller = operator(issuer.store, agency)
        found = issuer.store.get_document(
            issuer.store.find_id(document_id), caller.agency_id
        )
        document = issuer.store.void_reservation(
            found.id, caller.actor, reason, system_clock()
        )
        _report(issuer, document, None, as_json=as_json)


def status_command(action: Action, help_text: str) -> Callable[..., None]:
    """Return the command that makes one change of status."""

    def change(  # noqa: PLR0913 - one parameter for each option
        document_id: DocumentIdArgument,
        *,
        reason: ReasonOption,
        legal_basis: LegalBasisOption,
        order_number: OrderOption = None,
        effective_at: EffectiveOption = None,
        agency: AgencyOption = None,
        as_json: Json = False,
    ) -> None:
        order = _Order(reason, legal_basis, order_number, effective_at)
        _change(action, document_id, order, agency, as_json=as_json)

    change.__doc__ = help_text
    change.__name__ = action.value
    return change


def supersede(  # noqa: PLR0913 - one parameter for each option
    document_id: DocumentIdArgument,
    data: DataFile,
    *,
    reason: ReasonOption,
    legal_basis: LegalBasisOption,
    output: OutputFile = None,
    order_number: OrderOption = None,
    valid_from: Annotated[str | None, typer.Option(help="YYYY-MM-DD")] = None,
    valid_until: Annotated[str | None, typer.Option(help="YYYY-MM-DD")] = None,
    key: Key = None,
    officer: OfficerOption = None,
    agency: AgencyOption = None,
    as_json: Json = False,
) -> None:
    """Issue a successor from a JSON file and link the two documents."""
    check_writable(output)
    order = _Order(reason, legal_basis, order_number, None)
    with open_home(read_home()) as issuer:
        caller = operator(issuer.store, agency)
        found = issuer.store.get_document(
            issuer.store.find_id(document_id), caller.agency_id
        )
        request = IssueRequest(
            type_id=found.type_id,
            data=_read_data(data),
            valid_from=parse_day(valid_from, "--valid-from"),
            valid_until=parse_day(valid_until, "--valid-until"),
            idempotency_key=key or f"cli-{secrets.token_urlsafe(16)}",
            officer=officer,
            supersedes=found.id,
            order=order.change(Action.SUPERSEDE, caller.actor),
        )
        successor = supersede_document(
            issuer, caller, found.id, request, system_clock()
        )
        path = output or Path(f"{successor.id}.pdf")
        _report(issuer, successor, path, as_json=as_json)


@dataclass(frozen=True)
class _Order:
    """Why the status changes and by which order."""

    reason: str
    legal_basis: str
    order_number: str | None
    effective_at: datetime | None

    def change(self, action: Action, actor: str) -> StatusChange:
        at = self.effective_at
        if at is not None and at.tzinfo is None:
            at = at.replace(tzinfo=_BANGKOK)
        return StatusChange(
            action=action,
            actor=actor,
            reason=self.reason,
            legal_basis=self.legal_basis,
            order_number=self.order_number,
            effective_at=at,
        )


def _change(
    action: Action,
    document_id: str,
    order: _Order,
    agency: str | None,
    *,
    as_json: bool,
) -> None:
    with open_home(read_home()) as issuer:
        caller = operator(issuer.store, agency)
        changed = change_status(
            issuer,
            caller,
            issuer.store.find_id(document_id),
            order.change(action, caller.actor),
            system_clock(),
        )
        _report(issuer, changed, None, as_json=as_json)


def _report(
    issuer: Issuer, document: Document, path: Path | None, *, as_json: bool
) -> None:
    facts = document_facts(issuer, document)
    if path is not None and document.file_sha256 is not None:
        try:
            path.write_bytes(read_newest(issuer, document))
        except OSError as error:
            raise UsageError(
                f"{document.number} is issued, but {path} cannot be written "
                f"({error.strerror}); get it by `tra show {document.id} -o FILE`"
            ) from error
        facts["path"] = str(path)
    if as_json:
        print_json(facts)
        return
    print_facts(facts)
    if document.state is State.PENDING_SIGNATURE:
        typer.echo(
            f"\nIt waits for officer {document.officer_id}: "
            f"`tra officers sign {document.officer_id} {document.id}`."
        )


def check_writable(output: Path | None) -> None:
    """Refuse a place for a file before anything is done for it.

    Raises:
        UsageError: it cannot be written.
    """
    folder = output.parent if output else Path()
    if not os.access(folder, os.W_OK) or (output and output.is_dir()):
        raise UsageError(f"{output or folder} cannot be written")


def _read_data(path: Path) -> dict[str, Any]:
    if str(path) != "-":
        return read_data_file(path).data
    text = typer.get_text_stream("stdin").read(_MAX_DATA_CHARS)
    return parse_data(text, Path("standard input")).data


def parse_day(text: str | None, option: str) -> date | None:
    """Read a day of an option.

    Raises:
        UsageError: it is no day as YYYY-MM-DD.
    """
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} must be a date as YYYY-MM-DD, not {text}") from None
