# SPDX-License-Identifier: Apache-2.0
"""Previews of a document type: its page as a PDF and as pictures, drawn anew on change.

Needs no installation. What is written is watermarked and can never be verified.
"""

import contextlib
import io
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from issuer.errors import IssuerError
from issuer.gate import check_document
from issuer.rehearsal import preview
from issuer.render import render_pdf
from templates.background import open_sheets
from templates.catalogue import read_document_type
from templates.document_type import SAMPLE_FILE
from templates.errors import FieldProblem, FieldsError, TemplateError
from templates.pdfium import open_document
from templates.pictures import open_picture
from tra.data_file import DataFile, read_data_file
from tra.errors import TraError, UsageError

DOTS_PER_INCH = 150
"""Of pictures: enough to judge letters by, and what the gate reads the QR code at."""
_POINTS_PER_INCH = 72
_LOOK_SECONDS = 0.4
"""Between two looks at the files: sooner than a person looks up from the keyboard."""

Stamps = frozenset[tuple[Path, int, int]]


class WrongDataError(TraError):
    """The data do not fit the fields; every problem with its line."""

    def __init__(self, file: DataFile, problems: tuple[FieldProblem, ...]) -> None:
        lines = []
        for problem in problems:
            line = file.line_of(problem.field)
            place = f"{file.file}, line {line}" if line else f"{file.file}"
            lines += [
                f"{place}: {problem.field}: {problem.detail.en}",
                f"    {problem.detail.th}",
            ]
        super().__init__("\n".join(lines))


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """What to draw and where to put it."""

    folder: Path
    data: Path | None
    """None for the sample."""
    output: Path
    pictures: bool


def draw_sketch(sketch: Sketch, now: datetime) -> tuple[Path, ...]:
    """Draw a type and return the files that were written.

    Raises:
        TypeFileError, DataFileError, WrongDataError: what is wrong, and where.
        RenderError: the page cannot be drawn, or would not pass the gate; then it is
            written all the same.
    """
    kind = read_document_type(sketch.folder)
    file = read_data_file(sketch.data or kind.folder / SAMPLE_FILE)
    try:
        rendered = render_pdf(preview(kind, file.data, now))
    except FieldsError as error:
        raise WrongDataError(file, error.problems) from error
    pictures = _draw_pictures(rendered.pdf) if sketch.pictures else []
    files = [(sketch.output, rendered.pdf)]
    for number, picture in enumerate(pictures, start=1):
        name = f"{sketch.output.stem}-{number}.png"
        files.append((sketch.output.with_name(name), picture))
    try:
        for path, content in files:
            path.write_bytes(content)
    except OSError as error:
        raise UsageError(
            f"{sketch.output} cannot be written: {error.strerror}"
        ) from error
    # Only now: a page that is refused is best understood by looking at it.
    check_document(rendered)
    return tuple(path for path, _ in files)


def watch_sketch(
    sketch: Sketch, clock: Callable[[], datetime]
) -> Iterator[tuple[Path, ...] | Exception]:
    """Draw now and whenever a file changes; yield what was written, or what is wrong.

    Never ends by itself.
    """
    seen: Stamps | None = None
    while True:
        found = frozenset(_stamp(sketch))
        if found != seen:
            seen = found
            open_sheets.cache_clear()
            open_picture.cache_clear()
            try:
                yield draw_sketch(sketch, clock())
            except (TraError, TemplateError, IssuerError) as error:
                yield error
        time.sleep(_LOOK_SECONDS)


def _stamp(sketch: Sketch) -> Iterator[tuple[Path, int, int]]:
    """Yield what changes with the files that the page is made of."""
    own = sketch.output.resolve()
    for file in [*sketch.folder.iterdir(), *([sketch.data] if sketch.data else [])]:
        written = file.resolve().parent == own.parent and file.stem.startswith(own.stem)
        # An editor may be putting another file in its place at this moment.
        with contextlib.suppress(FileNotFoundError):
            if file.is_file() and not written:
                stat = file.stat()
                yield file, stat.st_mtime_ns, stat.st_size


def _draw_pictures(pdf: bytes) -> Iterator[bytes]:
    """Yield each page as a PNG."""
    with open_document(pdf) as document:
        for page in document:
            picture = page.render(scale=DOTS_PER_INCH / _POINTS_PER_INCH).to_pil()
            out = io.BytesIO()
            picture.save(out, "PNG", optimize=True)
            yield out.getvalue()
