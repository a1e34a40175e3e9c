# SPDX-License-Identifier: Apache-2.0
"""`tra types`: list document types, show one, and make, check, preview your own."""

import contextlib
import json
import shlex
from collections.abc import Collection, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from templates.catalogue import (
    TYPE_FILE,
    Catalogue,
    find_type_folders,
    read_document_type,
)
from templates.document_type import SAMPLE_FILE
from tra.clock import system_clock
from tra.errors import NotInitialisedError
from tra.home import Home, open_register, read_home
from tra.new_type import NewType, create_type
from tra.output import Json, print_facts, print_json, print_table
from tra.type_check import Severity, TypeReport, check_type, load_others
from tra.type_preview import Sketch, draw_sketch, watch_sketch

_EXAMPLE_CHARS = 80
_MARKS = {
    Severity.ERROR: ("✗", typer.colors.RED),
    Severity.WARNING: ("!", typer.colors.YELLOW),
}

TypeArgument = Annotated[str, typer.Argument(metavar="TYPE", help="See `tra types`.")]


class TypesGroup(TyperGroup):
    """Commands on types; `tra types` alone lists, `tra types TYPE` shows one."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - Typer's context is private to it
        """Put in the command that was left out."""
        words = [word for word in args if not word.startswith("-")]
        if not words and "--help" not in args:
            args = ["list", *args]
        elif words and words[0] not in self.commands:
            args = ["show", *args]
        return super().parse_args(ctx, args)


def list_types(*, as_json: Json = False) -> None:
    """List the document types, and the agencies that may issue them."""
    home = read_home()
    catalogue = Catalogue.load(home.issuer.types)
    in_force = _read_agencies(home)
    rows = [
        (
            kind.id,
            kind.code,
            kind.name.th,
            kind.name.en,
            [agency for agency, types in in_force.items() if kind.id in types],
        )
        for kind in catalogue.types.values()
    ]
    if as_json:
        names = ("id", "code", "name_th", "name_en", "agencies")
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        print_table(
            ("type", "code", "ชื่อ", "name", "agencies"),
            [(*row[:4], ", ".join(row[4])) for row in rows],
        )
        if not in_force:
            typer.echo("\nNo agency may issue them yet: `tra init` makes the first.")


def _read_agencies(home: Home) -> dict[str, Collection[str]]:
    """Return the types in force of each agency; none without an installation."""
    try:
        with open_register(home) as store:
            return {a.id: store.types_in_force(a.id) for a in store.list_agencies()}
    except NotInitialisedError:
        return {}


def show_type(type_id: TypeArgument, *, as_json: Json = False) -> None:
    """Show the fields of a type (JSON Schema with --json)."""
    kind = Catalogue.load(read_home().issuer.types).get_type(type_id)
    if as_json:
        print_json(kind.json_schema())
        return
    sample = kind.sample()
    print_table(
        ("field", "kind", "", "ชื่อ", "name", "example"),
        [
            (
                field.name,
                field.kind,
                "required" if field.required else "",
                field.label.th,
                field.label.en,
                _shorten(json.dumps(sample.get(field.name), ensure_ascii=False)),
            )
            for field in kind.fields
        ],
    )
    typer.echo(f"\nA whole example: {kind.folder / SAMPLE_FILE}")


def new_type(  # noqa: PLR0913 - one parameter for each option
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="To be made; it names the type.")
    ],
    name_th: Annotated[
        str | None, typer.Option("--name-th", help="Name of the document in Thai.")
    ] = None,
    name_en: Annotated[
        str | None, typer.Option("--name-en", help="Name of the document in English.")
    ] = None,
    type_id: Annotated[
        str | None, typer.Option("--id", help="Name for programs; default: FOLDER.")
    ] = None,
    code: Annotated[
        str | None, typer.Option("--code", help="1 to 4 capital letters and digits.")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="TYPE", help="Start from a copy of this type."),
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Make a document type of your own: a folder that works at once."""
    asked = NewType(
        folder=folder,
        id=type_id,
        code=code,
        name_th=name_th,
        name_en=name_en,
        source=source,
    )
    file = create_type(asked, _known_types())
    made = read_document_type(folder)
    if as_json:
        print_json({"id": made.id, "code": made.code, "folder": str(folder)})
        return
    typer.echo(f"Made {file} and {folder / SAMPLE_FILE}.")
    typer.echo("Change them with any text editor, and between changes:")
    print_facts(
        {
            f"tra types preview {shlex.quote(str(folder))}": "draws its page",
            f"tra types check {shlex.quote(str(folder))}": "finds what is wrong",
        }
    )


def check_types(
    folders: Annotated[
        list[Path],
        typer.Argument(
            metavar="FOLDER…", help="A type's folder, or one with such folders."
        ),
    ],
    *,
    as_json: Json = False,
) -> None:
    """Find what is wrong with types of your own; exit code 1 if anything is."""
    others = load_others([*read_home().issuer.types, *folders])
    reports = [
        check_type(folder, others, system_clock())
        for folder in find_type_folders(folders)
    ]
    if as_json:
        print_json({"types": [_report_answer(report) for report in reports]})
    else:
        for report in reports:
            _print_report(report)
        if len(reports) == 1:
            _print_next_steps(reports[0])
    if not all(report.ready for report in reports):
        raise typer.Exit(1)


def preview_type(  # noqa: PLR0913 - one parameter for each option
    word: Annotated[
        str, typer.Argument(metavar="FOLDER|TYPE", help="A type's folder, or its id.")
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write the PDF.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="Data in place of the sample.")
    ] = None,
    *,
    png: Annotated[
        bool, typer.Option("--png", help="Write a picture of each page, too.")
    ] = False,
    launch: Annotated[
        bool, typer.Option("--open", help="Show the PDF when it is drawn.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Draw again at each change, until Ctrl-C.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Draw the page of a type with its sample; needs no installation."""
    folder = _find_folder(word)
    path = output or Path(f"{folder.resolve().name}-preview.pdf")
    sketch = Sketch(folder=folder, data=data, output=path, pictures=png)
    if watch:
        with contextlib.suppress(KeyboardInterrupt):
            _watch(sketch, launch=launch)
        return
    files = draw_sketch(sketch, system_clock())
    if as_json:
        print_json({"path": str(files[0]), "pictures": [str(p) for p in files[1:]]})
    else:
        _say_drawn(files)
    if launch:
        typer.launch(str(path))


def _watch(sketch: Sketch, *, launch: bool) -> None:
    typer.echo(f"Watching {sketch.folder}; Ctrl-C to stop.")
    for outcome in watch_sketch(sketch, system_clock):
        if isinstance(outcome, Exception):
            typer.secho(str(outcome), fg=typer.colors.RED)
            continue
        _say_drawn(outcome)
        if launch:
            typer.launch(str(sketch.output))
            launch = False


def _say_drawn(files: Sequence[Path]) -> None:
    typer.echo(f"Drawn: {', '.join(map(str, files))}")


def _find_folder(word: str) -> Path:
    """Return the folder of a type that was named by it, its file or its id."""
    path = Path(word)
    if path.name == TYPE_FILE:
        return path.parent
    if path.is_dir():
        return next(find_type_folders([path]))
    return Catalogue.load(read_home().issuer.types).get_type(word).folder


def _report_answer(report: TypeReport) -> dict[str, object]:
    kind = report.document_type
    return {
        "folder": str(report.folder),
        "type": kind.id if kind else None,
        "ready": report.ready,
        "findings": [{**asdict(one), "file": str(one.file)} for one in report.findings],
    }


def _print_report(report: TypeReport) -> None:
    for one in report.findings:
        mark, colour = _MARKS[one.severity]
        place = str(one.file) + (f", line {one.line}" if one.line else "")
        field = f"{one.field}: " if one.field else ""
        where = typer.style(f"{mark} {place}:", fg=colour, bold=True)
        typer.echo(f"{where} {field}{one.problem}")
        for text in (one.problem_th, one.fix):
            if text:
                typer.echo(f"    {text}")
    if not report.ready:
        typer.secho(f"✗ {report.folder} is not ready.", fg=typer.colors.RED, bold=True)
        return
    count = len(report.findings)
    remarks = f", with {count} to look at again" if count else ""
    typer.secho(
        f"✓ {report.folder} is ready{remarks}.", fg=typer.colors.GREEN, bold=True
    )


def _print_next_steps(report: TypeReport) -> None:
    folder = shlex.quote(str(report.folder))
    kind = report.document_type
    if kind is None or not report.ready:
        typer.echo(f"Correct it, then again: tra types check {folder}")
        return
    print_facts(
        {
            f"tra types preview {folder}": "draws its page",
            f"export TRA_TYPES={folder}": "makes it known to Tra",
            f"tra agency types --add {kind.id}": "lets your agency issue it",
        }
    )


def _known_types() -> Catalogue:
    """Return the types there are; a wrong one among them stops no other work."""
    types = {kind.id: kind for kind in load_others(read_home().issuer.types)}
    return Catalogue(types)


def _shorten(text: str) -> str:
    return text if len(text) <= _EXAMPLE_CHARS else f"{text[: _EXAMPLE_CHARS - 1]}…"
