# SPDX-License-Identifier: Apache-2.0
"""Overflow: what is said of a part of the page that does not fit.

Who issues documents can change only data, so the fields shown there are named, by
their labels in Thai and by the names that requests use in English.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from templates.blocks import Block, name_facts
from templates.document_type import DocumentType
from templates.errors import OverflowingError
from templates.strips import to_millimetres


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What blocks show."""

    fields: tuple[str, ...]
    th: str
    en: str


def name_shown(kind: DocumentType, blocks: Iterable[Block]) -> Shown:
    """Return what blocks show, in words and as names of fields."""
    facts = tuple(dict.fromkeys(name_facts(blocks)))
    labels = {field.name: field.label.th for field in kind.fields}
    fields = tuple(dict.fromkeys(name.partition(".")[0] for name in facts))
    fields = tuple(name for name in fields if name in labels)
    return Shown(
        fields=fields,
        th=", ".join(labels[name] for name in fields) or "ข้อความของแบบเอกสาร",
        en=", ".join(facts) or "its text",
    )


def refuse_high(
    kind: DocumentType, blocks: list[Block], height: float, room: float
) -> OverflowingError:
    """Return the error to raise where a part is higher than a page; in points."""
    shown = name_shown(kind, blocks)
    part = "the foot"
    part_th = "ส่วนท้าย"
    if len(blocks) == 1:
        name = type(blocks[0]).__name__.lower()
        part, part_th = f'the block "{name}"', f'ส่วน "{name}"'
    high, holds = to_millimetres(height), to_millimetres(room)
    return OverflowingError(
        f"{part_th} ที่แสดง {shown.th} สูง {high:.0f} มม. เกินหน้ากระดาษซึ่งมีที่ "
        f"{holds:.0f} มม. และแบ่งหน้าไม่ได้ โปรดย่อข้อความนั้น",
        f"{kind.id}: {part} with {shown.en} is {high:.0f} mm high and does not fit on "
        f"a page, which holds {holds:.0f} mm: shorten that, or show it in a block that "
        "goes on to the next page",
        fields=shown.fields,
    )
