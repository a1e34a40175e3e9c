# SPDX-License-Identifier: Apache-2.0
"""`tra keys compromise`, `affected`, `reissue`: what to do about a stolen key."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from issuer.context import Issuer
from keys.inventory import KeyEntry
from keys.signing import PUBLICATION
from keys.store import KeyStore, open_key_store
from tra.affected import AffectedDocument, find_affected, write_report
from tra.clock import system_clock
from tra.commands.keys import app, read_moment
from tra.errors import UsageError
from tra.home import Home, check_initialised, open_home, operator, read_home
from tra.output import Json, print_json, print_table
from tra.reissue import Order, Reissue, Result, judge_need, reissue_documents
from tra.rotation import Stop, parse_typed_key, stop_key, typed_name

__all__ = ["app"]

_SHOWN = 20
"""Documents listed on the screen; the report file has them all."""

KeyArgument = Annotated[
    str,
    typer.Argument(
        metavar="KEY",
        help="A label, for the key that signs; seal-DBD.1 is its first, .2 its second.",
    ),
]
ReadFilesOption = Annotated[
    bool,
    typer.Option(
        "--read-files",
        help="Read every sealed file, whatever the register says of it.",
    ),
]
ReportOption = Annotated[
    Path | None,
    typer.Option("--report", "-o", help="Report file; else in TRA_HOME/reports."),
]


@app.command("compromise")
def compromise(
    key: KeyArgument,
    since: Annotated[
        str,
        typer.Option(
            help="When a thief may have had it first: 2026-11-20T08:00+07:00."
        ),
    ],
    report: ReportOption = None,
    *,
    as_json: Json = False,
) -> None:
    """Stop a stolen key at once, revoke its certificate, and tell the trust list.

    Then list what it has sealed or claimed since.
    """
    home, now = read_home(), system_clock()
    done = stop_key(home, key, since=read_moment(since), now=now)
    keys = open_key_store(home.keys)
    entry = keys.inventory.read()[done.entry.name]
    found, path = _list_affected(home, keys, entry, report, now)
    if as_json:
        print_json(
            {
                "key": entry.name,
                "since": entry.compromised_from,
                "revoked": done.revoked,
                "listed": done.listed,
                "undone": list(done.undone),
                "not_stopped": [typed_name(other) for other in done.going_on],
                "report": str(path),
                "documents": [one.to_json() for one in found],
            }
        )
        return
    _tell_stop(done)
    _tell_affected(entry, found, path)
    typer.echo(f"Then `tra keys rotate {entry.label}`.")
    if found:
        typer.echo(f"Then `tra keys reissue {typed_name(entry)}` makes them anew.")
    if entry.label == PUBLICATION:
        typer.echo("The rotation publishes everything anew under the new key.")


@app.command("affected")
def affected(
    key: KeyArgument,
    report: ReportOption = None,
    *,
    read_files: ReadFilesOption = False,
    as_json: Json = False,
) -> None:
    """List what a stolen key has sealed or claimed since it was stolen."""
    home, now = read_home(), system_clock()
    check_initialised(home)
    keys = open_key_store(home.keys)
    entry = _find_stolen(keys, key)
    found, path = _list_affected(home, keys, entry, report, now, read_files=read_files)
    if as_json:
        documents = [one.to_json() for one in found]
        print_json({"key": entry.name, "report": str(path), "documents": documents})
        return
    _tell_affected(entry, found, path)


@app.command("reissue")
def reissue(  # noqa: PLR0913 - one parameter for each option
    key: KeyArgument,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why; else it is asked for.")
    ] = None,
    legal_basis: Annotated[
        str | None,
        typer.Option("--legal-basis", help="The law that allows it; else asked for."),
    ] = None,
    order_number: Annotated[
        str | None, typer.Option("--order-number", help="Number of the order.")
    ] = None,
    report: ReportOption = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    as_json: Json = False,
) -> None:
    """Issue anew what a stolen key has made since; run it again to go on.

    Exit code 3 if some could not be issued anew.
    """
    home = read_home()
    check_initialised(home)
    keys = open_key_store(home.keys)
    entry = _find_stolen(keys, key)
    path = report or _report_path(home, "reissue", entry)
    found = find_affected(home, keys, entry, _since(entry))
    with open_home(home) as issuer:
        if dry_run:
            done = [_foresee(issuer, one) for one in found]
        else:
            order = _ask_order(reason, legal_basis, order_number)
            if found and not yes:
                question = f"Issue {len(found)} documents anew?"
                typer.confirm(question, abort=True, err=True)
            done = _reissue_all(issuer, entry, found, order, path)
    if as_json:
        documents = [one.to_json() for one in done]
        told = None if dry_run else str(path)
        print_json({"key": entry.name, "report": told, "documents": documents})
    else:
        _tell_reissued(done, None if dry_run else path)
    if any(one.result is Result.FAILED for one in done):
        raise typer.Exit(3)


def _reissue_all(
    issuer: Issuer,
    entry: KeyEntry,
    found: Sequence[AffectedDocument],
    order: Order,
    path: Path,
) -> list[Reissue]:
    """Issue all anew; the report is written however the run ends."""
    caller = operator(issuer.store, entry.label.partition("-")[2])
    done: list[Reissue] = []
    try:
        steps = reissue_documents(issuer, caller, entry, found, order)
        done.extend(_with_progress(steps, len(found)))
    finally:
        documents = [one.to_json() for one in done]
        write_report(path, entry, _since(entry), documents, system_clock())
    return done


def _with_progress(steps: Iterable[Reissue], total: int) -> Iterable[Reissue]:
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task("Issuing anew", total=total)
        for one in steps:
            bar.update(task, advance=1, description=one.document.number)
            yield one


def _foresee(issuer: Issuer, one: AffectedDocument) -> Reissue:
    document = issuer.store.get_document(one.document.id)
    settled = judge_need(issuer, document, issuer.clock())
    return settled or Reissue(document=document, result=Result.WOULD)


def _ask_order(
    reason: str | None, legal_basis: str | None, order_number: str | None
) -> Order:
    return Order(
        reason=reason or typer.prompt("Reason", err=True),
        legal_basis=legal_basis or typer.prompt("Legal basis", err=True),
        order_number=order_number,
    )


def _find_stolen(keys: KeyStore, name: str) -> KeyEntry:
    """Find the stolen key that is meant; of a label the newest that was stolen.

    Raises:
        UsageError: none of this name is known to be stolen.
    """
    label, generation = parse_typed_key(name)
    stolen = [e for e in keys.list_entries(label) if e.compromised_from is not None]
    exact = [entry for entry in stolen if entry.generation == generation]
    found = stolen if generation is None else exact
    if not found:
        known = ", ".join(typed_name(entry) for entry in stolen) or "none"
        raise UsageError(
            f"key {name} is not known to be stolen (of {label}: {known}); "
            f"`tra keys compromise {name} --since …` says so first"
        )
    return found[-1]


def _since(entry: KeyEntry) -> datetime:
    if entry.compromised_from is None:
        raise UsageError(f"key {entry.name} is not known to be stolen")
    return entry.compromised_from


def _list_affected(
    home: Home,
    keys: KeyStore,
    entry: KeyEntry,
    report: Path | None,
    now: datetime,
    *,
    read_files: bool = False,
) -> tuple[list[AffectedDocument], Path]:
    found = find_affected(home, keys, entry, _since(entry), read_files=read_files)
    path = report or _report_path(home, "affected", entry)
    documents = [one.to_json() for one in found]
    write_report(path, entry, _since(entry), documents, now)
    return found, path


def _report_path(home: Home, what: str, entry: KeyEntry) -> Path:
    return home.keys.home / "reports" / f"{what}-{entry.name}.json"


def _tell_stop(done: Stop) -> None:
    typer.echo(f"Key {done.entry.name} signs no more, in any process.")
    typer.echo(f"Its certificate is {'' if done.revoked else 'NOT '}revoked.")
    typer.echo(f"The trust list {'says so' if done.listed else 'does NOT say so yet'}.")
    for step in done.undone:
        typer.echo(f"Still to be done: {step}")
    for other in done.going_on:
        typer.echo(
            f"Not stopped: {other.label}, number {other.generation}. If the thief may "
            f"have it too: `tra keys compromise {typed_name(other)} --since …`."
        )


def _tell_affected(
    entry: KeyEntry, found: Sequence[AffectedDocument], path: Path
) -> None:
    if entry.label == PUBLICATION:
        return
    made = "claimed" if entry.label.startswith("claim-") else "sealed"
    typer.echo(f"It has {made} {len(found)} documents since {_since(entry)}.")
    if found:
        print_table(
            ("number", "type", "status", "made at", "id"),
            [
                (
                    one.document.number,
                    one.document.type_id,
                    one.document.status.value,
                    f"{one.made_at:%F %T}Z" + ("" if one.proven else " (file lost)"),
                    one.document.id,
                )
                for one in found[:_SHOWN]
            ],
        )
    if len(found) > _SHOWN:
        typer.echo(f"… and {len(found) - _SHOWN} more.")
    typer.echo(f"All of them are in {path}.")


def _tell_reissued(done: Sequence[Reissue], path: Path | None) -> None:
    if done:
        print_table(
            ("number", "result", "successor", ""),
            [
                (
                    one.document.number,
                    one.result,
                    one.successor and one.successor.number,
                    one.detail,
                )
                for one in done[:_SHOWN]
            ],
        )
    if len(done) > _SHOWN:
        typer.echo(f"… and {len(done) - _SHOWN} more.")
    counted = Counter(one.result for one in done)
    told = ", ".join(f"{count} {result}" for result, count in counted.items())
    typer.echo(f"{len(done)} documents: {told or 'nothing to do'}.")
    if path is not None:
        typer.echo(f"All of them are in {path}.")
