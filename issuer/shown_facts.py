# SPDX-License-Identifier: Apache-2.0
"""Shown facts: what the record says, and the type asks to be shown, is on the pages.

The other checks compare the file with what was drawn; this one compares it with what
was to be drawn: by the blocks of the type and the record that is attached, not by the
layout that made the pages.
"""

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from issuer.expected import Expected
from issuer.refusals import Refusal, quote, refuse
from register.page_facts import find_missing, is_written, squeeze
from register.short_code import group_short_code, short_code
from templates.blocks import (
    Block,
    Columns,
    Numbered,
    Pairs,
    Paragraph,
    Signature,
    Table,
)
from templates.facts import Facts
from templates.phrases import PAGE_FACTS, Phrase, Slot
from templates.signature_block import read_signatory

_RECORD: Final = "record.json"


def check_compared(expected: Expected, pages: Iterable[Iterable[str]]) -> None:
    """Check that the facts a verifier looks for on the pages are there.

    By the rule the verifier has (ADR 36): what fails here would be `altered` there.

    Args:
        expected: what was drawn.
        pages: of each page its text as PDFium reads it, in one order or in more.

    Raises:
        GateError: number or holder's name is on no page.
    """
    kind, record = expected.document_type, _read_record(expected)
    facts = {"number": record["number"], kind.holder: kind.holder_name(record["data"])}
    for name in find_missing(facts, pages):
        raise refuse(
            Refusal.FACT_MISSING,
            th=f"{quote(facts[name])} ไม่ปรากฏบนเอกสาร ผู้ตรวจสอบจะถือว่าเอกสารถูกแก้ไข "
            f"โปรดให้แบบเอกสารแสดง {{{name}}} เสมอ",
            en=f"{quote(facts[name])} is not on the pages, and a verifier would call "
            f"the document altered; the type has to show {{{name}}} always",
        )


def check_facts(expected: Expected) -> None:
    """Check that every fact the type shows of this record is in the text.

    Raises:
        GateError: one is not; the message quotes it.
    """
    kind, record = expected.document_type, _read_record(expected)
    facts = Facts(
        kind.fields,
        record,
        {"th": kind.name.th, "en": kind.name.en},
        thai_digits=kind.page.thai_digits,
    )
    boxed = [box.blocks for box in kind.fixed if facts.holds(box.when)]
    pages = [squeeze(text) for text in expected.texts]
    blocks = (kind.blocks, kind.foot, *boxed)
    found = (fact for each in blocks for fact in _find_facts(each, facts))
    for fact in itertools.chain(found, _find_code(record)):
        if not is_written(squeeze(fact), pages):
            raise refuse(
                Refusal.FACT_MISSING,
                th=f"ข้อมูล {quote(fact)} ไม่ปรากฏบนเอกสาร โปรดแจ้งผู้ดูแลระบบ",
                en=f"{quote(fact)} of the record is not on the pages",
            )


def _read_record(expected: Expected) -> Mapping[str, Any]:
    """Return the record that is attached, or what is to be shown where none is."""
    if _RECORD in expected.attachments:
        attached: Mapping[str, Any] = json.loads(expected.attachments[_RECORD])
        return attached
    return expected.record


def _find_code(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield the short code, which every page of a QR code shows beside it."""
    if "id" in record:
        yield group_short_code(short_code(record["id"]))


def _find_facts(blocks: Iterable[Block], facts: Facts) -> Iterator[str]:
    """Yield all that blocks show of the record, as it is written."""
    for block in blocks:
        if not facts.holds(block.when):
            continue
        if isinstance(block, Columns):
            for column in block.columns:
                yield from _find_facts(column.blocks, facts)
        else:
            yield from _find_in_block(block, facts)


def _find_in_block(block: Block, facts: Facts) -> Iterator[str]:
    if isinstance(block, Table):
        yield from _find_cells(block, facts)
    elif isinstance(block, Signature):
        yield from _find_officer(facts)
    elif isinstance(block, Numbered) and block.field:
        yield from (words.text for words in facts.entries(block.field))
    for phrase in _find_phrases(block, facts):
        yield from _write_slots(phrase, facts)


def _find_officer(facts: Facts) -> Iterator[str]:
    """Yield who signs: a page must not name another than its record."""
    if facts.officer is not None:
        signatory = read_signatory(facts.officer)
        for text in (signatory.name, signatory.position, signatory.on_behalf):
            if text is not None:
                yield facts.write_digits(text.th)


def _find_phrases(block: Block, facts: Facts) -> tuple[Phrase, ...]:
    if isinstance(block, Paragraph):
        return (block.text,)
    if isinstance(block, Pairs):
        return tuple(row.value for row in block.rows if facts.holds(row.when))
    return block.items if isinstance(block, Numbered) else ()


def _write_slots(phrase: Phrase, facts: Facts) -> Iterator[str]:
    for piece in phrase:
        if isinstance(piece, Slot) and piece.name not in PAGE_FACTS:
            yield facts.write(piece.name, piece.style).text


def _find_cells(table: Table, facts: Facts) -> Iterator[str]:
    for column in table.columns:
        if column.column is None:
            continue
        for row in facts.rows(table.field, column.fact_style):
            yield row[column.column].text
        if column.total and table.totals and facts.rows(table.field):
            yield facts.total(table.field, column.column, column.fact_style).text
