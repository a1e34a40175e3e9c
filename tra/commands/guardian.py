# SPDX-License-Identifier: Apache-2.0
"""`tra guardian run` and `status`: newer time stamps for files before theirs end."""

from datetime import datetime, timedelta
from typing import Annotated

import typer

from issuer.guardian import MAX_TIMESTAMPS, GuardianRun, run_guardian
from issuer.guardian_status import FileStanding, GuardianStatus, read_status
from tra.clock import system_clock
from tra.home import open_home, open_register, read_home
from tra.output import Json, print_json, print_table

app = typer.Typer(
    help="Keep sealed files provable: newer time stamps before the last one ends.",
    no_args_is_help=True,
)

_STEP = 100
"""Files between two lines of progress."""

_COLUMNS = ("number", "state", "proven until", "due", "stamps", "document", "failure")


@app.command("run")
def run(
    *,
    minutes: Annotated[
        float | None,
        typer.Option(help="End after this time; the next run goes on.", min=0),
    ] = None,
    as_json: Json = False,
) -> None:
    """Renew what is due now; exit code 3 if something could not be done."""

    def say(done: GuardianRun) -> None:
        count = done.read + done.renewed + done.failed
        if not as_json and count and count % _STEP == 0:
            typer.echo(_said(done), err=True)

    seconds = None if minutes is None else minutes * 60
    with open_home(read_home()) as issuer:
        done = run_guardian(issuer, seconds=seconds, on_progress=say)
    if as_json:
        print_json(vars(done))
    else:
        typer.echo(f"Done: {_said(done)}.")
        if done.stopped:
            typer.echo(f"Stopped before all was done: {done.stopped}")
            typer.echo("Nothing is lost: the next run goes on from here.")
        elif done.failed:
            typer.echo("`tra guardian status` says why, and when it is tried again.")
    if done.failed or done.stopped:
        raise typer.Exit(3)


@app.command("status")
def status(
    limit: Annotated[
        int, typer.Option(help="Files to name, those that end first.", min=1, max=1000)
    ] = 20,
    *,
    as_json: Json = False,
) -> None:
    """Show deadlines and failures; exit code 3 if a person has to do something."""
    home = read_home()
    now = system_clock()
    lead = timedelta(days=home.issuer.guardian_lead_days)
    with open_register(home) as store:
        found = read_status(store, lead=lead, now=now, limit=limit)
    if as_json:
        print_json(_facts(found))
    else:
        _print_status(found, home.issuer.guardian_lead_days)
    if found.needs_a_person:
        raise typer.Exit(3)


def _said(done: GuardianRun) -> str:
    return f"{done.read} read, {done.renewed} renewed, {done.failed} failed"


def _facts(found: GuardianStatus) -> dict[str, object]:
    return {
        "issued": found.counts.issued,
        "read": found.counts.read,
        "unread": found.unread,
        "lapsed": found.counts.lapsed,
        "failing": found.counts.failing,
        "due": found.figures.due,
        "overdue": found.figures.overdue,
        "next_due": found.figures.next_due,
        "max_timestamps": MAX_TIMESTAMPS,
        "needs_a_person": found.needs_a_person,
        "files": [vars(file) for file in found.files],
    }


def _print_status(found: GuardianStatus, days: int) -> None:
    counts = found.counts
    typer.echo(
        f"{counts.issued} files: {found.unread} not read yet, {counts.failing} "
        f"failing, {counts.lapsed} lapsed, {found.figures.overdue} overdue. Renewed "
        f"{days} days ahead at most, up to {MAX_TIMESTAMPS} time stamps a file."
    )
    if found.files:
        typer.echo("")
        print_table(_COLUMNS, [_row(file) for file in found.files])
    if any(file.state == "full" for file in found.files):
        typer.echo(
            "\nA full file gets no further time stamp. Issue the document anew "
            "(`tra supersede`) before its proof ends, if it is to be proven longer."
        )
    if counts.lapsed:
        typer.echo(
            "\nThe time stamps of a lapsed file prove nothing any more; "
            "`tra supersede` issues its document anew."
        )


def _row(file: FileStanding) -> tuple[object, ...]:
    failure = file.failure
    if failure and file.retry_at:
        failure = f"{failure} (again {file.retry_at:%F %H:%M}Z)"
    return (
        file.number,
        file.state.value,
        _day(file.proven_until),
        _day(file.due_at),
        file.timestamps,
        file.document_id,
        failure,
    )


def _day(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%F}"
