# SPDX-License-Identifier: Apache-2.0
"""What was changed after a file was first signed, in words for people.

Judged by `verifier.change_policy` alone; here it is only told: which revision,
which page, which part, which objects.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

from register.document import Text
from verifier.change_policy import named_in
from verifier.usage import Part, Place, Usage, step

_MAX_REVISIONS = 12
"""Revisions that are described; all are judged."""
_MAX_OBJECTS = 20
"""Numbers of objects that are listed for one change."""
_ONLY_STRUCTURE = frozenset({"/XRef", "/ObjStm"})
_LISTED = frozenset({"/DSS", "/Metadata", "/AcroForm", "/Extensions"})
_HARMLESS = frozenset(
    {Part.VALIDATION_DATA, Part.TIMESTAMP, Part.UNUSED, Part.METADATA, Part.INFO}
)


class Act(StrEnum):
    """What was done to objects."""

    ADDED = "added"
    REPLACED = "replaced"
    REMOVED = "removed"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that a later revision did."""

    revision: int
    """Number of the revision, from 1."""
    part: Part
    act: Act
    page: int | None
    allowed: bool
    objects: tuple[str, ...]

    @property
    def text(self) -> Text:
        """Return it as a sentence."""
        on_th = "" if self.page is None else f" (หน้า {self.page})"
        on_en = "" if self.page is None else f" on page {self.page}"
        part, act = PART_TEXTS[self.part], ACT_TEXTS[self.act]
        allowed = ALLOWED_TEXTS[self.allowed]
        return Text(
            th=f"การบันทึกครั้งที่ {self.revision} {act.th}{part.th}{on_th}: {allowed.th}",
            en=f"Revision {self.revision} {act.en} {part.en}{on_en}: {allowed.en}.",
        )

    def to_json(self) -> dict[str, object]:
        """Return the wire form."""
        return {
            "revision": self.revision,
            "part": self.part,
            "act": self.act,
            "page": self.page,
            "allowed": self.allowed,
            "objects": list(self.objects),
            "text": self.text.to_json(),
        }


def describe_changes(
    reader: PdfFileReader, *, signed: int, forbidden: Iterable[int]
) -> list[Change]:
    """Return what the revisions after a signed one did.

    `signed` and `forbidden` are numbers of revisions from 0, as the library
    counts them.
    """
    refused = set(forbidden)
    last = min(reader.xrefs.total_revisions, signed + 1 + _MAX_REVISIONS)
    changes: list[Change] = []
    for revision in range(signed + 1, last):
        changes.extend(_describe(reader, revision, allowed=revision not in refused))
    return changes


def _describe(
    reader: PdfFileReader, revision: int, *, allowed: bool
) -> Iterator[Change]:
    old = reader.get_historical_resolver(revision - 1)
    new = reader.get_historical_resolver(revision)
    refs = {_without_free_generation(old, ref) for ref in named_in(new)}
    now, before = Usage(new, refs), None
    found: dict[tuple[Place, Act], list[str]] = {}
    for ref in sorted(refs, key=lambda ref: (ref.idnum, ref.generation)):
        act = _act(old, new, ref)
        if act is None or ref == new.root_ref:
            continue
        place = now.place(ref)
        if place.part is Part.UNUSED:
            before = before or Usage(old, refs)
            place = before.place(ref)
        found.setdefault((place, act), []).append(_name(ref))
    for place, act in _catalog_changes(old, new):
        found.setdefault((place, act), []).append(_name(new.root_ref))
    for (place, act), objects in found.items():
        yield Change(
            revision=revision + 1,
            part=place.part,
            act=act,
            page=place.page,
            allowed=allowed or place.part in _HARMLESS,
            objects=tuple(objects[:_MAX_OBJECTS]),
        )


def _name(ref: generic.Reference) -> str:
    return f"{ref.idnum} {ref.generation}"


def _without_free_generation(
    old: HistoricalResolver, ref: generic.Reference
) -> generic.Reference:
    """Return what a free entry frees: programs write any generation there."""
    plain = generic.Reference(ref.idnum, 0, old.reader)
    had = old.reader.xrefs.get_historical_ref(ref, old.revision) is not None
    is_free = ref.generation < 0 or old.is_ref_unassignable(ref)
    return ref if had or (not is_free and ref.generation == 0) else plain


def _catalog_changes(
    old: HistoricalResolver, new: HistoricalResolver
) -> Iterator[tuple[Place, Act]]:
    """Yield what the catalog itself says otherwise, under the name of each entry."""
    catalog = Place(Part.CATALOG)
    for key in sorted({*old.root.keys(), *new.root.keys()} - _LISTED):
        if key not in new.root:
            yield step(catalog, key), Act.REMOVED
        elif key not in old.root:
            yield step(catalog, key), Act.ADDED
        elif old.root.raw_get(key) != new.root.raw_get(key):
            yield step(catalog, key), Act.REPLACED


def _act(
    old: HistoricalResolver, new: HistoricalResolver, ref: generic.Reference
) -> Act | None:
    """Return what was done to an object; None if it only holds others."""
    xrefs = new.reader.xrefs
    had = xrefs.get_historical_ref(ref, old.revision) is not None
    has = xrefs.get_historical_ref(ref, new.revision) is not None
    if not has:
        return Act.REMOVED if had else None
    if _type(new(ref)) in _ONLY_STRUCTURE:
        return None
    return Act.REPLACED if had else Act.ADDED


def _type(value: Any) -> str | None:  # noqa: ANN401 - any PDF object
    if isinstance(value, generic.DictionaryObject) and "/Type" in value:
        return str(value["/Type"])
    return None


ACT_TEXTS: dict[Act, Text] = {
    Act.ADDED: Text(th="เพิ่ม", en="added"),
    Act.REPLACED: Text(th="เปลี่ยน", en="changed"),
    Act.REMOVED: Text(th="ลบ", en="removed"),
}
ALLOWED_TEXTS: dict[bool, Text] = {
    True: Text(th="ทำได้หลังลงลายมือชื่อ", en="allowed after signing"),
    False: Text(th="ห้ามทำหลังลงลายมือชื่อ", en="not allowed after signing"),
}
PART_TEXTS: dict[Part, Text] = {
    Part.CATALOG: Text(th="สารบบของเอกสาร", en="the document's catalog"),
    Part.PAGE_TREE: Text(th="รายการหน้า", en="the list of pages"),
    Part.PAGE: Text(th="โครงของหน้า", en="the setup of a page"),
    Part.CONTENT: Text(th="เนื้อหาในหน้า", en="page content"),
    Part.RESOURCE: Text(th="ส่วนประกอบที่ใช้แสดงหน้า", en="a resource of a page"),
    Part.FONT: Text(th="แบบอักษร", en="a font"),
    Part.DRAWN: Text(th="รูปภาพหรือภาพวาด", en="an image or drawing"),
    Part.ANNOTATION: Text(th="คำอธิบายประกอบ (annotation)", en="an annotation"),
    Part.APPEARANCE: Text(
        th="ภาพที่แสดงของช่องหรือคำอธิบาย", en="how a field or annotation looks"
    ),
    Part.FORM: Text(th="แบบฟอร์ม", en="the form"),
    Part.FIELD: Text(th="ช่องของแบบฟอร์ม", en="a form field"),
    Part.XFA: Text(th="แบบฟอร์ม XFA", en="an XFA form"),
    Part.SIGNATURE: Text(th="ลายมือชื่อดิจิทัล", en="a signature"),
    Part.TIMESTAMP: Text(th="ตราประทับเวลาของเอกสาร", en="a document time stamp"),
    Part.VALIDATION_DATA: Text(
        th="ข้อมูลสำหรับตรวจสอบลายมือชื่อ (DSS)",
        en="data for checking the signatures (DSS)",
    ),
    Part.METADATA: Text(th="ข้อมูลกำกับเอกสาร (XMP)", en="metadata (XMP)"),
    Part.INFO: Text(th="ข้อมูลกำกับเอกสาร", en="the document information"),
    Part.ATTACHMENT: Text(th="ไฟล์แนบ", en="an attached file"),
    Part.SCRIPT: Text(th="สคริปต์", en="a script"),
    Part.ACTION: Text(th="คำสั่งที่ทำงานเอง", en="an action"),
    Part.OUTLINE: Text(th="สารบัญ", en="the outline"),
    Part.STRUCTURE: Text(th="โครงสร้างเนื้อหา (tags)", en="the structure (tags)"),
    Part.LAYERS: Text(th="ชั้นข้อมูล (layers)", en="the layers"),
    Part.OTHER: Text(th="ส่วนอื่นของเอกสาร", en="another part of the document"),
    Part.UNUSED: Text(th="ข้อมูลที่ไม่ได้ใช้แสดง", en="an object that nothing uses"),
}
