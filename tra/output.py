# SPDX-License-Identifier: Apache-2.0
"""What the program prints: short text for people, `--json` for programs."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from issuer.context import Issuer
from register.document import Document
from register.short_code import group_short_code, short_code
from tra.errors import UsageError

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
AgencyOption = Annotated[
    str | None,
    typer.Option("--agency", help="Agency id; not needed while there is one."),
]


_T = TypeVar("_T")
_WIDE = 1000
"""Columns of a file or a pipe: there a row is one line, however long."""


def print_json(value: Mapping[str, Any] | Sequence[Any]) -> None:
    """Print one JSON value."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def print_facts(facts: Mapping[str, object]) -> None:
    """Print `name  value` lines, aligned, leaving out what is not known."""
    width = max(len(name) for name in facts)
    for name, value in facts.items():
        if value is not None:
            typer.echo(f"  {name.ljust(width)}  {value}")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table that keeps its shape with Thai text and on a narrow terminal."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = _WIDE
    console.print(table)


def with_progress(
    items: Iterable[_T], label: str, total: int, *, shown: bool = True
) -> Iterator[_T]:
    """Pass things on, with a bar on a terminal's stderr that counts them."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        disable=not (shown and total > 1 and console.is_terminal),
    )
    with bar:
        task = bar.add_task(label, total=total)
        for item in items:
            yield item
            bar.advance(task)


def ask_hidden(what: str, otherwise: str, *, twice: bool = False) -> str:
    """Ask for a secret; nothing of it is shown.

    Raises:
        UsageError: nobody typed one, and how programs give it.
    """
    try:
        typed = typer.prompt(what, hide_input=True, confirmation_prompt=twice, err=True)
    except typer.Abort as error:
        raise UsageError(f"{what}: none was typed; {otherwise}") from error
    return str(typed)


def document_facts(issuer: Issuer, document: Document) -> dict[str, object]:
    """Describe one document for people and programs alike."""
    return {
        "id": document.id,
        "number": document.number,
        "type": document.type_id,
        "state": document.state.value,
        "status": document.status.value,
        "issued_at": document.issued_at,
        "valid_from": document.valid_from,
        "valid_until": document.valid_until,
        "sha256": document.file_sha256.hex() if document.file_sha256 else None,
        "verify_url": issuer.verify_url(document.id),
        "short_code": group_short_code(short_code(document.id)),
        "supersedes": document.supersedes,
        "successor": document.successor,
        "officer": document.officer_id,
    }
