# SPDX-License-Identifier: Apache-2.0
"""Finds out what the objects of a revision are for: which page, which part.

Told in few words, for people who want to know what was changed. No verdict
rests on it.
"""

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver

from verifier.change_policy import read_entry

_MAX_STEPS = 300_000
"""Objects and entries looked at in one revision."""


class Part(StrEnum):
    """The part of a document that an object belongs to."""

    CATALOG = "catalog"
    PAGE_TREE = "page_tree"
    PAGE = "page"
    CONTENT = "page_content"
    RESOURCE = "resource"
    FONT = "font"
    DRAWN = "image_or_drawing"
    ANNOTATION = "annotation"
    APPEARANCE = "appearance"
    FORM = "form"
    FIELD = "form_field"
    XFA = "form_xfa"
    SIGNATURE = "signature"
    TIMESTAMP = "document_timestamp"
    VALIDATION_DATA = "validation_data"
    METADATA = "metadata"
    INFO = "document_information"
    ATTACHMENT = "attachment"
    SCRIPT = "script"
    ACTION = "action"
    OUTLINE = "outline"
    STRUCTURE = "structure"
    LAYERS = "layers"
    OTHER = "other"
    UNUSED = "unused"


@dataclass(frozen=True)
class Place:
    """Part and page of an object; pages count from 1."""

    part: Part
    page: int | None = None


_Key = tuple[int, int]
_UNUSED = Place(Part.UNUSED)
_UPWARD = frozenset({"/Parent", "/P", "/Pg", "/Dest", "/StructParent", "/Prev"})
_STEPS: dict[Part, dict[str, Part]] = {
    Part.CATALOG: {
        "/Pages": Part.PAGE_TREE,
        "/AcroForm": Part.FORM,
        "/DSS": Part.VALIDATION_DATA,
        "/Metadata": Part.METADATA,
        "/OpenAction": Part.ACTION,
        "/AA": Part.ACTION,
        "/Outlines": Part.OUTLINE,
        "/StructTreeRoot": Part.STRUCTURE,
        "/OCProperties": Part.LAYERS,
        "/Perms": Part.SIGNATURE,
    },
    Part.PAGE: {
        "/Contents": Part.CONTENT,
        "/Resources": Part.RESOURCE,
        "/Annots": Part.ANNOTATION,
        "/AA": Part.ACTION,
        "/Metadata": Part.METADATA,
    },
    Part.PAGE_TREE: {"/Resources": Part.RESOURCE},
    Part.RESOURCE: {"/Font": Part.FONT, "/XObject": Part.DRAWN},
    Part.FORM: {"/Fields": Part.FIELD, "/XFA": Part.XFA, "/DR": Part.RESOURCE},
    Part.ANNOTATION: {"/AP": Part.APPEARANCE, "/A": Part.ACTION, "/AA": Part.ACTION},
    Part.FIELD: {"/AP": Part.APPEARANCE, "/A": Part.ACTION, "/AA": Part.ACTION},
    Part.DRAWN: {"/Font": Part.FONT},
    Part.APPEARANCE: {"/Font": Part.FONT},
}


class Usage:
    """Where the objects of one revision are used first."""

    def __init__(
        self, view: HistoricalResolver, wanted: Collection[generic.Reference]
    ) -> None:
        self._view = view
        self._wanted = {(ref.idnum, ref.generation) for ref in wanted}
        self._places: dict[_Key, Place] = {}
        self._pages = 0
        trailer = view.trailer_view
        # Far and near queue: pages and forms first, all that only points at them
        # later, so that an object is named after the place where it is seen.
        self._near: deque[tuple[Any, Place]] = deque()
        self._far: deque[tuple[Any, Place]] = deque()
        if "/Root" in trailer:
            self._near.append((trailer.raw_get("/Root"), Place(Part.CATALOG)))
        if "/Info" in trailer:
            self._far.append((trailer.raw_get("/Info"), Place(Part.INFO)))
        self._walk()

    def place(self, ref: generic.Reference) -> Place:
        """Return the place of an object, UNUSED if nothing leads to it."""
        return self._places.get((ref.idnum, ref.generation), _UNUSED)

    def _walk(self) -> None:
        for _ in range(_MAX_STEPS):
            queue = self._near or self._far
            if not queue or not self._wanted:
                return
            value, place = queue.popleft()
            if isinstance(value, generic.IndirectObject):
                key = (value.reference.idnum, value.reference.generation)
                if key in self._places:
                    continue
                value = self._view(value.reference)
                place = self._name(value, place)
                self._places[key] = place
                self._wanted.discard(key)
            self._open(value, place)

    def _open(self, value: Any, place: Place) -> None:  # noqa: ANN401
        if isinstance(value, generic.ArrayObject):
            # In order, and before what comes later: pages are counted.
            self._near.extendleft((one, place) for one in reversed(value))
            return
        if not isinstance(value, generic.DictionaryObject):
            return
        for key, entry in value.items():
            if key in _UPWARD:
                continue
            below = step(place, str(key))
            far = place.part is Part.CATALOG and below.part in (
                Part.OTHER,
                Part.FORM,
                Part.STRUCTURE,
                Part.OUTLINE,
                Part.ACTION,
            )
            (self._far if far else self._near).append((entry, below))

    def _name(self, value: Any, place: Place) -> Place:  # noqa: ANN401
        if not isinstance(value, generic.DictionaryObject):
            return place
        if place.part is Part.PAGE_TREE and "/Kids" not in value:
            self._pages += 1
            return Place(Part.PAGE, self._pages)
        if "/ByteRange" in value:
            stamp = read_entry(value, "/SubFilter") == "/ETSI.RFC3161"
            return replace(place, part=Part.TIMESTAMP if stamp else Part.SIGNATURE)
        if "/JS" in value:
            return replace(place, part=Part.SCRIPT)
        if place.part is Part.ANNOTATION and "/FT" in value:
            return replace(place, part=Part.FIELD)
        return place


def step(place: Place, key: str) -> Place:
    """Return the place of what a dictionary has under a key."""
    if key in {"/EmbeddedFiles", "/EF", "/AF"}:
        return replace(place, part=Part.ATTACHMENT)
    if key == "/JavaScript":
        return replace(place, part=Part.SCRIPT)
    part = _STEPS.get(place.part, {}).get(key)
    if part is not None:
        return replace(place, part=part)
    return Place(Part.OTHER) if place.part is Part.CATALOG else place
