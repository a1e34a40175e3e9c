# SPDX-License-Identifier: Apache-2.0
"""`tra verify`: the same verdict as the page and the API, as an exit code."""

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from register.errors import ShortCodeCheckError, ShortCodeError
from register.short_code import parse_short_code
from tra.clock import system_clock
from tra.code_image import read_code
from tra.errors import UsageError
from tra.home import open_publication, read_home
from tra.output import Json, print_facts, print_json, with_progress
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
            metavar="FILE|FOLDER|URL|CODE…",
            help="PDF files, folders of them, addresses of QR codes, short codes "
            "from paper.",
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
    14 unchecked; of several files the highest. What cannot be read is said, the
    others are checked, and the exit code is 1 if nothing else makes it higher.
    """
    named = files or []
    _check_options(named, qr, form, extract, as_json=as_json)
    settings = read_home().verifier
    publication = open_publication(settings)
    jobs: list[_Job] = [(name, _by_name) for name in _list_files(named)]
    if qr is not None:
        jobs.append(("QR", partial(_by_code, qr)))
    aside = as_json or form is not None  # what is checked is not told one by one
    found = _check_all(jobs, password, publication, settings)
    answers = []
    for one in with_progress(found, "Checking", len(jobs), shown=aside):
        answers.append(one)
        if not aside and len(jobs) > 1:
            _print_answer(one)
    first = answers[0].get() if len(answers) == 1 else None
    if as_json:
        print_json([_as_json(answer) for answer in answers])
    elif first is not None:
        _say_one(answers[0].name, first, form, output, settings)
    if extract is not None and first is not None:
        _extract(named[0], first, extract)
    raise typer.Exit(max(answer.exit_code for answer in answers))


def _check_options(
    named: list[str],
    qr: str | None,
    form: Format | None,
    extract: Path | None,
    *,
    as_json: bool,
) -> None:
    if form is not None and (_is_not_one_file(named, qr) or as_json):
        raise UsageError("--format takes one file, no address and no --json")
    if extract is not None and _is_not_one_file(named, qr):
        raise UsageError("--extract-signed takes one file and no address")
    if not named and qr is None:
        raise UsageError("name a PDF file, or the address in a QR code")


def _say_one(
    name: str,
    report: Report,
    form: Format | None,
    output: Path | None,
    settings: VerifierSettings,
) -> None:
    if form is not None:
        _write(report, form, output, settings)
    else:
        _print_report(name, report)


@dataclass(frozen=True)
class _Answer:
    """What became of one of the things that were named: a report, or why none."""

    name: str
    report: Report | None = None
    problem: UsageError | None = None

    @property
    def exit_code(self) -> int:
        return 1 if self.report is None else self.report.exit_code

    def get(self) -> Report:
        """Return the report.

        Raises:
            UsageError: why there is none.
        """
        if self.report is None:
            raise self.problem or UsageError(f"{self.name} was not checked")
        return self.report


@dataclass(frozen=True)
class _Desk:
    """With what all of them are checked."""

    verifiers: PdfVerifiers
    publication: Publication
    now: datetime
    password: str | None


_Check = Callable[[str, _Desk], tuple[str, Report]]
_Job = tuple[str, _Check]


def _check_all(
    jobs: Sequence[_Job],
    password: str | None,
    publication: Publication,
    settings: VerifierSettings,
) -> Iterator[_Answer]:
    """Check all of them, several at a time, and give the answers in their order."""
    # Somebody else's file is read in a process of its own here as well.
    limits = settings.worker_limits
    workers = replace(limits, count=max(1, min(limits.count, len(jobs))))
    with (
        PdfVerifiers(publication, limits=settings.limits, workers=workers) as verifiers,
        ThreadPoolExecutor(workers.count) as threads,
    ):
        desk = _Desk(verifiers, publication, system_clock(), password)
        try:
            yield from threads.map(partial(_answer, desk), jobs)
        finally:
            threads.shutdown(wait=False, cancel_futures=True)


def _answer(desk: _Desk, job: _Job) -> _Answer:
    name, check = job
    try:
        shown, report = check(name, desk)
    except UsageError as error:
        return _Answer(name, problem=error)
    return _Answer(shown, report)


def _list_files(named: Sequence[str]) -> list[str]:
    """Put the PDF files of folders in their place, in the order of their names.

    Raises:
        UsageError: a folder holds none.
    """
    listed = []
    for name in named:
        if not Path(name).is_dir():
            listed.append(name)
            continue
        found = sorted(
            str(path) for path in Path(name).rglob("*") if path.suffix.lower() == ".pdf"
        )
        if not found:
            raise UsageError(f"{name} is a folder, and no PDF file is in it")
        listed += found
    return listed


def _by_code(qr: str, name: str, desk: _Desk) -> tuple[str, Report]:
    text = read_code(Path(qr)) if Path(qr).is_file() else qr
    return name, verify_qr(text, publication=desk.publication, now=desk.now)


def _by_name(name: str, desk: _Desk) -> tuple[str, Report]:
    if _ADDRESS.match(name):
        # An address carries the facts of a document: it is not printed again.
        return "QR", verify_qr(name, publication=desk.publication, now=desk.now)
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
            return name, verify_code(code, publication=desk.publication, now=desk.now)
    data = _read(name)
    return name, desk.verifiers.verify_pdf(data, now=desk.now, password=desk.password)


def _read(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}") from error


def _as_json(answer: _Answer) -> dict[str, Any]:
    if answer.report is None:
        return {"input": answer.name, "error": str(answer.problem)}
    return {"input": answer.name, **answer.report.to_json()}


def _print_answer(answer: _Answer) -> None:
    if answer.report is not None:
        _print_report(answer.name, answer.report)
    else:
        typer.echo(f"tra: {answer.problem}", err=True)


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
