# SPDX-License-Identifier: Apache-2.0
"""`tra verify`: the same verdict as the page and the API, as an exit code."""

import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from register.errors import ShortCodeCheckError, ShortCodeError
from register.short_code import parse_short_code
from tra.clock import system_clock
from tra.code_image import read_code
from tra.errors import UsageError
from tra.home import open_publication, read_home
from tra.output import Json, print_facts, print_json
from verifier.formats import Format, write_report
from verifier.isolation import PdfVerifiers
from verifier.report import Outcome, Report
from verifier.settings import VerifierSettings
from verifier.texts import describe_verdict
from verifier.trust import Publication
from verifier.verify_id import verify_code
from verifier.verify_qr import verify_qr

_ADDRESS = re.compile("https?://", re.IGNORECASE)
_MARKS = {
    Outcome.IN_FORCE: ("✓", typer.colors.GREEN),
    Outcome.NOT_IN_FORCE: ("✗", typer.colors.RED),
    Outcome.ALTERED: ("✗", typer.colors.RED),
    Outcome.UNKNOWN: ("✗", typer.colors.RED),
    Outcome.SIGNATURE_ONLY: ("?", typer.colors.YELLOW),
    Outcome.UNCHECKED: ("?", typer.colors.YELLOW),
}


def verify(  # noqa: PLR0913 - options of a command
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE|URL|CODE…",
            help="PDF files, addresses of QR codes, short codes from paper.",
        ),
    ] = None,
    qr: Annotated[
        str | None,
        typer.Option(
            "--qr", metavar="IMAGE|TEXT", help="Photograph of a QR code, or its text."
        ),
    ] = None,
    password: Annotated[
        str | None, typer.Option(help="Of encrypted files.", envvar="TRA_PDF_PASSWORD")
    ] = None,
    form: Annotated[
        Format | None,
        typer.Option(
            "--format", help="Report on one file: JSON, ETSI TS 119 102-2, summary."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="Where that report is written.")
    ] = None,
    extract: Annotated[
        Path | None,
        typer.Option(
            "--extract-signed",
            metavar="OUT",
            help="Write the file as it was signed, without later changes.",
        ),
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Check PDF files, QR codes and short codes; the exit code is the outcome.

    0 in force, 10 not in force, 11 altered, 12 unknown, 13 signature only,
    14 unchecked; of several files the highest.
    """
    if form is not None and (_is_not_one_file(files or [], qr) or as_json):
        raise UsageError("--format takes one file, no address and no --json")
    if extract is not None and _is_not_one_file(files or [], qr):
        raise UsageError("--extract-signed takes one file and no address")
    if not files and qr is None:
        raise UsageError("name a PDF file, or the address in a QR code")
    settings = read_home().verifier
    publication = open_publication(settings)
    reports = _verify_all(files or [], qr, password, publication, settings)
    if form is not None:
        _write(reports[0][1], form, output, settings)
    elif as_json:
        print_json([{"input": name, **r.to_json()} for name, r in reports])
    else:
        for name, report in reports:
            _print_report(name, report)
    if extract is not None and files:
        _extract(files[0], reports[0][1], extract)
    raise typer.Exit(max(report.exit_code for _, report in reports))


def _verify_all(
    named: list[str],
    qr: str | None,
    password: str | None,
    publication: Publication,
    settings: VerifierSettings,
) -> list[tuple[str, Report]]:
    now = system_clock()
    # Somebody else's file is read in a process of its own here as well.
    workers = replace(settings.worker_limits, count=1)
    with PdfVerifiers(
        publication, limits=settings.limits, workers=workers
    ) as verifiers:
        reports = [
            _verify_one(name, password, publication, verifiers, now) for name in named
        ]
    if qr is not None:
        text = read_code(Path(qr)) if Path(qr).is_file() else qr
        reports.append(("QR", verify_qr(text, publication=publication, now=now)))
    return reports


def _verify_one(
    name: str,
    password: str | None,
    publication: Publication,
    verifiers: PdfVerifiers,
    now: datetime,
) -> tuple[str, Report]:
    if _ADDRESS.match(name):
        # An address carries the facts of a document: it is not printed again.
        return "QR", verify_qr(name, publication=publication, now=now)
    if not Path(name).exists():
        try:
            code = parse_short_code(name)
        except ShortCodeCheckError as error:
            raise UsageError(
                f"{name} is no file, and as a short code it is mistyped: compare it "
                "with the paper, character by character"
            ) from error
        except ShortCodeError:
            pass  # a file that is missing, as `_read` says
        else:
            return name, verify_code(code, publication=publication, now=now)
    return name, verifiers.verify_pdf(_read(name), now=now, password=password)


def _read(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}") from error


def _is_not_one_file(files: list[str], qr: str | None) -> bool:
    return qr is not None or len(files) != 1 or bool(_ADDRESS.match(files[0]))


def _write(
    report: Report, form: Format, output: Path | None, settings: VerifierSettings
) -> None:
    """Write a report to a file, or to where the program writes."""
    try:
        written = write_report(report, form, address=settings.verify_url)
        if output is not None:
            output.write_bytes(written.body)
        else:
            typer.get_binary_stream("stdout").write(written.body)
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror}") from error


def _extract(name: str, report: Report, output: Path) -> None:
    """Write a file as it was signed, without what was changed later."""
    original = report.cut_original(_read(name))
    if original is None:
        raise UsageError(f"{name} holds no revision as it was signed")
    try:
        output.write_bytes(original)
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror}") from error
    typer.echo(f"{output}: {len(original):,} bytes as they were signed", err=True)


def _print_report(name: str, report: Report) -> None:
    mark, colour = _MARKS[report.outcome]
    verdict = f"{mark} {report.outcome} ({report.reason})"
    typer.echo(f"{typer.style(verdict, fg=colour, bold=True)}  {name}")
    text, advice = describe_verdict(report.outcome, report.reason, report.basis)
    for line in (text.th, text.en, advice.th, advice.en):
        typer.echo(f"  {line}")
    for change in report.changes:
        if not change["allowed"]:
            typer.echo(f"  {change['text']['th']}")
            typer.echo(f"  {change['text']['en']}")
    for note in report.notes:
        typer.echo(f"  {note.text.th}")
        typer.echo(f"  {note.text.en}")
    if report.document is not None:
        print_facts(
            {
                name: report.document.get(name)
                for name in ("number", "holder", "valid_from", "valid_until")
            }
        )
