# SPDX-License-Identifier: Apache-2.0
"""Artwork: the files that lie beside a type: background, pictures, fonts.

The catalogue knows that they are there. Here they are opened and judged, each once
for the process: when an issuer starts, by `tra types check`, and never in a verifier.
"""

from collections.abc import Iterator
from pathlib import Path

from templates.background import Sheet, open_sheets
from templates.barcodes import check_codes
from templates.blocks import Image, walk_blocks
from templates.document_type import DocumentType
from templates.errors import TypeFileError
from templates.pictures import Picture, open_picture
from templates.typefaces import check_family


def check_artwork(document_type: DocumentType) -> None:
    """Open all files that a type draws with.

    Raises:
        TypeFileError: one of them cannot be used; names it, and what to do.
    """
    check_family(document_type.page.family)
    for _ in _open_pictures(document_type):
        pass


def check_no_codes(document_type: DocumentType) -> None:
    """Look for barcodes on all that a type draws with; a second or two for a page.

    Raises:
        TypeFileError: there is one; names the file, and what to do.
    """
    for file, picture in _open_pictures(document_type):
        check_codes(file, picture)


def _open_pictures(document_type: DocumentType) -> Iterator[tuple[Path, Picture]]:
    background = document_type.page.background
    if background is not None:
        for sheet in open_background(document_type):
            yield document_type.folder / background.file, sheet.picture
    for block in walk_blocks(document_type.all_blocks()):
        if isinstance(block, Image) and block.file:
            file = document_type.folder / block.file
            yield file, open_mark(file)


def open_background(document_type: DocumentType) -> tuple[Sheet, ...]:
    """Return the sheets of a type's background; none where it has none.

    Raises:
        TypeFileError: it cannot be used.
    """
    page = document_type.page
    if page.background is None:
        return ()
    file = document_type.folder / page.background.file
    sheets = open_sheets(
        file,
        (page.width, page.height),
        may_hold_text=page.background.alt is not None,
    )
    if page.background.pages == "first" and len(sheets) > 1:
        raise TypeFileError(
            file,
            f"it has {len(sheets)} pages, and only the first is shown",
            fix='Take the others out, or write pages = "every" or "all" in '
            "[page.background].",
        )
    return sheets


def open_mark(file: Path) -> Picture:
    """Return a picture or a drawing (PDF) that lies beside a type.

    Raises:
        TypeFileError: it cannot be used.
    """
    if file.suffix != ".pdf":
        return open_picture(file)
    return open_sheets(file, None, may_hold_text=False)[0].picture
