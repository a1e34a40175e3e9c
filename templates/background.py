# SPDX-License-Identifier: Apache-2.0
"""Background: a PDF of the agency's own that lies under the pages of a type.

Opened strictly, once for the process. It is paper, not a document: pages of the right
size, with nothing in them that acts, hides or can be filled in. The verifier never
comes here; `templates.artwork` opens the backgrounds of all types at start.
"""

import functools
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf

from templates.errors import TypeFileError
from templates.foreign import ContentCopier
from templates.instructions import FIX_FLAT, ForeignContentError
from templates.pdfium import PdfTextObj, open_document
from templates.pictures import Form, Picture
from templates.unpacking import check_packed

MAX_FILE_BYTES = 2_000_000
"""Bytes of a background: each document carries it."""
MAX_PAGES = 20
_BROKEN = (
    pikepdf.PdfError,
    OSError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    RuntimeError,
)
"""What comes up when parts of a PDF are not there or of another kind."""
TOLERANCE_MM = 1.0
"""How much a page may differ from the paper."""
_MM = 72 / 25.4


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One page of a background."""

    picture: Picture
    """A form XObject with its corner at 0, 0. The data is a file with one page for
    each sheet; the only XObject of a page, `/Sheet`, is the form."""
    text: str
    """What can be copied from it."""


_Key = tuple[bytes, tuple[float, float] | None]
_opened: dict[_Key, tuple[tuple[Sheet, ...], bool]] = {}
"""What was opened, by what is in the file and the paper it is for."""


@functools.cache
def open_sheets(
    file: Path, paper: tuple[float, float] | None, *, may_hold_text: bool
) -> tuple[Sheet, ...]:
    """Open a background for paper of a size in millimetres, or a drawing of any size.

    Raises:
        TypeFileError: it cannot be used; says why, and what to do.
    """
    with _refusals(file):
        if file.stat().st_size > MAX_FILE_BYTES:
            size = file.stat().st_size / 1_000_000
            raise ForeignContentError(
                f"it has {size:.1f} MB, and every document would carry them",
                f"Make its pictures smaller: {MAX_FILE_BYTES / 1_000_000:.0f} MB are "
                "the most, and 0.2 MB are usual.",
            )
        sheets, shows_text = _open_once(file.read_bytes(), paper)
        if shows_text and not may_hold_text:
            raise ForeignContentError(
                "it holds text, and is declared an ornament",
                "Say in [page.background] what it shows, "
                'alt = { th = "...", en = "..." }, or turn its text into outlines.',
            )
        return sheets


def _open_once(
    data: bytes, paper: tuple[float, float] | None
) -> tuple[tuple[Sheet, ...], bool]:
    """Return the sheets of a file, and whether any shows text; opened once.

    One file may lie beside many types: it is known by what is in it.
    """
    key = (hashlib.sha256(data).digest(), paper)
    if key not in _opened:
        check_packed(data)
        with Pdf.open(BytesIO(data)) as pdf:
            _check_file(pdf)
            for page in pdf.pages:
                _check_page(page, paper)
            copied, shows_text = _copy_sheets(pdf)
        _opened[key] = (_read_sheets(copied), shows_text)
    return _opened[key]


@contextmanager
def _refusals(file: Path) -> Iterator[None]:
    """Raise all that is wrong with the file as errors of the type."""
    try:
        yield
    except ForeignContentError as error:
        raise TypeFileError(file, error.problem, fix=error.fix) from error
    except pikepdf.PasswordError as error:
        raise TypeFileError(
            file, "it needs a password", fix="Save it without a password."
        ) from error
    except _BROKEN as error:
        raise TypeFileError(
            file, f"it cannot be read as a PDF ({error})", fix=FIX_FLAT
        ) from error


def _check_file(pdf: Pdf) -> None:
    root = pdf.Root
    names = root.get("/Names", Dictionary())
    fields = root.get("/AcroForm", Dictionary())
    for found, problem, fix in (
        (pdf.is_encrypted, "it is encrypted", "Save it without protection."),
        (len(pdf.pages) > MAX_PAGES, f"it has more than {MAX_PAGES} pages", "Cut it."),
        (
            "/JavaScript" in names or "/AA" in root or _acts(root.get("/OpenAction")),
            "it holds scripts or actions",
            FIX_FLAT,
        ),
        (
            "/XFA" in fields or len(fields.get("/Fields", Array())) > 0,
            "it has form fields or a signature",
            FIX_FLAT,
        ),
        (
            "/EmbeddedFiles" in names or "/AF" in root or "/Collection" in root,
            "it has files attached",
            "Take the attachments out.",
        ),
        (
            len(root.get("/OCProperties", Dictionary()).get("/OCGs", Array())) > 0,
            "it has layers that can be hidden",
            "Flatten its layers.",
        ),
    ):
        if found:
            raise ForeignContentError(problem, fix)


def _acts(action: Object | None) -> bool:
    """Tell whether an action does more than show a place in the file."""
    if not isinstance(action, Dictionary):
        return False
    return action.get("/S") != Name.GoTo or "/Next" in action


def _check_page(page: pikepdf.Page, paper: tuple[float, float] | None) -> None:
    if len(page.obj.get("/Annots", Array())) > 0:
        raise ForeignContentError(
            "it has links, notes or fields on a page", "Take them out, or print it "
            "to a PDF file and use that."
        )  # fmt: skip
    if "/AA" in page.obj or "/UserUnit" in page.obj:
        raise ForeignContentError("a page of it acts or has units of its own", FIX_FLAT)
    left, bottom, right, top = (float(edge) / _MM for edge in page.trimbox)
    size = [right - left, top - bottom]
    if int(page.obj.get("/Rotate", 0)) % 180:
        size.reverse()
    if paper and any(
        abs(own - wanted) > TOLERANCE_MM
        for own, wanted in zip(size, paper, strict=True)
    ):
        raise ForeignContentError(
            f"a page of it is {size[0]:.1f} x {size[1]:.1f} mm, and the paper of the "
            f"type is {paper[0]:.0f} x {paper[1]:.0f} mm",
            "Export it in that size; it is never stretched.",
        )


def _copy_sheets(source: Pdf) -> tuple[bytes, bool]:
    """Return a file of the pages, copied, and whether any shows text."""
    with Pdf.new() as target:
        copier = ContentCopier(target)
        for page in source.pages:
            matrix, size = _move_to_corner(page)
            box = Array([round(float(edge), 4) for edge in page.trimbox.as_list()])
            form = copier.copy_page(page, box, matrix)
            target.add_blank_page(page_size=size)
            target.pages[-1].Resources = Dictionary(XObject=Dictionary(Sheet=form))
            target.pages[-1].Contents = target.make_stream(b"/Sheet Do")
        out = BytesIO()
        target.save(
            out,
            static_id=True,
            compress_streams=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
    return out.getvalue(), copier.shows_text


def _move_to_corner(page: pikepdf.Page) -> tuple[Array, tuple[float, float]]:
    """Return what turns a page as it is seen and moves it to 0, 0; and its size."""
    box = pikepdf.Rectangle(*(float(edge) for edge in page.trimbox.as_list()))
    turn = pikepdf.Matrix().rotated(-int(page.obj.get("/Rotate", 0)) % 360)
    turned = turn.transform(box)
    matrix = turn @ pikepdf.Matrix().translated(-turned.llx, -turned.lly)
    moved = Array([round(value, 4) for value in matrix.shorthand])
    return moved, (turned.width, turned.height)


def _read_sheets(data: bytes) -> tuple[Sheet, ...]:
    with open_document(data) as document:
        return tuple(
            Sheet(
                picture=Picture(
                    form=Form.SHEET,
                    data=data,
                    width=page.get_width(),
                    height=page.get_height(),
                    sheet=number,
                ),
                text=_read_text(page),
            )
            for number, page in enumerate(document)
        )


def _read_text(page: Any) -> str:  # noqa: ANN401 - PDFium's
    """Return what can be copied from a page, piece by piece as it is painted.

    Not line by line: what is drawn over the sheet later may stand on one of its lines.
    """
    pieces = page.get_objects(textpage=page.get_textpage())
    return "".join(piece.extract() for piece in pieces if isinstance(piece, PdfTextObj))
