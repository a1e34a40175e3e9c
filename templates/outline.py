# SPDX-License-Identifier: Apache-2.0
"""Outline: what a layout as a whole must hold, once all its blocks are known.

One title, before any heading, so that screen readers can say what the document is
(ISO 14289-1 §7.4); one QR code, so that anyone can check it.
"""

from templates.scope import Mention, Outline
from templates.typefile import TableReader


def check_outline(reader: TableReader, outline: Outline) -> None:
    """Check titles, headings and QR codes of a layout.

    Raises:
        TypeFileError: one is missing, there once too often, or not always shown.
    """
    headings = sorted(outline.headings, key=lambda mention: mention.turn)
    _check_once(
        reader,
        [mention for mention in headings if mention.title],
        ("the title", 'role = "title"'),
    )
    _check_once(reader, outline.codes, ("the QR code", 'block = "qr"'))
    first = headings[0]
    if not first.title:
        raise first.reader.error(
            "this heading is read before the title",
            'Put the paragraph with role = "title" before it.',
            "role",
        )


def _check_once(
    reader: TableReader, found: list[Mention], names: tuple[str, str]
) -> None:
    what, key = names
    if not found:
        raise reader.error(
            f"the layout has no block that is {what}", f"Add one with {key}."
        )
    if len(found) > 1:
        raise found[1].reader.error(
            f"{what} is there a second time", f"Keep one block with {key}."
        )
    if not found[0].always:
        raise found[0].reader.error(
            f"{what} is not shown in every document",
            "Take away `when`, here and from the block or box around it.",
        )
    if found[0].repeated:
        raise found[0].reader.error(
            f"{what} is repeated on every page",
            'Show the box on page = "first" or "last".',
        )
