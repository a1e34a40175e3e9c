# SPDX-License-Identifier: Apache-2.0
"""Every field and paragraph of the types that come with Tra is copied as it was given.

With the samples, and with made-up data. Where texts stand side by side a reader may
take the columns in any order, but each cell in one piece. `pdftotext` without -raw
reads tables and forms line by line across their cells, and is asked for the rest.
"""

import functools
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from issuer.errors import PageOverflowError
from issuer.rehearsal import rehearse
from issuer.render import RenderJob, render_pdf
from register.document import DocumentId
from register.short_code import group_short_code, short_code
from templates.blocks import (
    Block,
    Numbered,
    Pairs,
    Paragraph,
    Qr,
    Signature,
    Table,
    walk_blocks,
)
from templates.catalogue import Catalogue
from templates.document_type import DocumentType
from templates.facts import Facts
from templates.phrases import PAGE_FACTS, Literal, Phrase, Slot
from templates.wording import NO_BREAK_SPACE
from tests.readers import READERS, join_lines
from tests.settings import TEXT_SEED
from tests.text_sheet import NOW
from tests.thai_data import make_data
from tests.thai_text import TextMaker

TYPES = Catalogue.load().types
SETS = 6
"""Sets of made-up data for each type; number 0 is the sample."""
LENGTHS = (150, 36, 16)
"""Characters of a text at most; the next, where the page has no room for so many."""


def write_phrase(facts: Facts, phrase: Phrase) -> str:
    return "".join(
        piece.text
        if isinstance(piece, Literal)
        else facts.write(piece.name, piece.style).text
        for piece in phrase
    )


def has_page_number(phrase: Phrase) -> bool:
    """Tell whether a phrase is another one on each page."""
    return any(isinstance(one, Slot) and one.name in PAGE_FACTS for one in phrase)


def expect_texts(
    kind: DocumentType, facts: Facts, blocks: Iterable[Block]
) -> Iterator[str]:
    """Yield what the reader of a document sees, but in tables."""
    for block in walk_blocks(blocks):
        if not facts.holds(block.when):
            continue
        if isinstance(block, Paragraph) and not has_page_number(block.text):
            yield write_phrase(facts, block.text)
        elif isinstance(block, Pairs):
            yield from expect_pairs(facts, block)
        elif isinstance(block, Numbered):
            yield from expect_items(facts, block)
        elif isinstance(block, Signature):
            yield f"({kind.signatory.name.th})"
            yield kind.signatory.position.th
        elif isinstance(block, Qr):
            document_id = DocumentId(facts.write("id").text.replace(" ", ""))
            yield group_short_code(short_code(document_id))


def expect_pairs(facts: Facts, block: Pairs) -> Iterator[str]:
    for row in block.rows:
        if facts.holds(row.when):
            yield row.label.th
            yield write_phrase(facts, row.value)


def expect_items(facts: Facts, block: Numbered) -> Iterator[str]:
    if block.field is not None:
        yield from (words.text for words in facts.entries(block.field))
    yield from (write_phrase(facts, item) for item in block.items)


def expect_cells(facts: Facts, blocks: Iterable[Block]) -> Iterator[str]:
    """Yield the texts of the cells of all tables."""
    for block in walk_blocks(blocks):
        if isinstance(block, Table) and facts.holds(block.when):
            for column in block.columns:
                yield column.header.th
                for row in facts.rows(block.field, column.fact_style):
                    yield row[column.column].text if column.column else ""


def make_job(kind: DocumentType, number: int) -> RenderJob:
    """Return a document with the sample, or with made-up data that it has room for."""
    sample = kind.sample()
    for most in LENGTHS:
        maker = TextMaker(TEXT_SEED, 8, number)
        data = make_data(kind.fields, sample, maker, most) if number else sample
        try:
            return replace(rehearse(kind, data, NOW), watermark=None)
        except PageOverflowError:
            continue
    raise AssertionError(f"{kind.id} has no room for texts of {LENGTHS[-1]} characters")


def draw(kind: DocumentType, number: int) -> tuple[list[str], list[str], bytes]:
    """Draw a document; return its texts, those in tables and boxes, and the file."""
    kind = replace(kind, page=replace(kind.page, numbers="never"))
    job = make_job(kind, number)
    facts = Facts(
        kind.fields,
        job.record,
        {"th": kind.name.th, "en": kind.name.en},
        thai_digits=kind.page.thai_digits,
    )
    flow = [*kind.blocks, *kind.foot]
    boxed = [block for box in kind.fixed for block in box.blocks]
    cells = [
        *expect_texts(kind, facts, boxed),
        *expect_cells(facts, [*flow, *boxed]),
    ]
    return (
        [spell(text) for text in expect_texts(kind, facts, flow) if text],
        [spell(text) for text in cells if text],
        render_pdf(job).pdf,
    )


def spell(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace(NO_BREAK_SPACE, " "))


@functools.cache
def draw_type(type_id: str, number: int) -> tuple[list[str], list[str], bytes]:
    return draw(TYPES[type_id], number)


@pytest.mark.parametrize("number", range(SETS + 1))
@pytest.mark.parametrize("type_id", TYPES)
@pytest.mark.parametrize("reader", READERS)
def test_every_text_of_a_document_is_copied_as_it_was_given(
    reader: str, type_id: str, number: int
) -> None:
    texts, cells, pdf = draw_type(type_id, number)
    copied = join_lines(READERS[reader](pdf))
    expected = texts if reader == "poppler" else [*texts, *cells]
    assert [text for text in expected if text not in copied] == []


@functools.cache
def draw_bilingual(number: int) -> tuple[list[str], bytes]:
    kind = TYPES["business_licence"]
    blocks = tuple(
        replace(block, english=True) if isinstance(block, Pairs) else block
        for block in kind.blocks
    )
    texts, _, pdf = draw(replace(kind, blocks=blocks), number)
    return texts, pdf


@pytest.mark.parametrize("number", range(1, SETS + 1))
@pytest.mark.parametrize("reader", ["poppler-raw", "pdfium", "mupdf"])
def test_a_label_of_two_lines_does_not_tear_the_value_beside_it(
    reader: str, number: int
) -> None:
    texts, pdf = draw_bilingual(number)
    copied = join_lines(READERS[reader](pdf))
    assert [text for text in texts if text not in copied] == []
