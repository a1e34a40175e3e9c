# SPDX-License-Identifier: Apache-2.0
"""Finds which objects a revision uses, by every way that leads to one.

By number alone: programs look an object up by its number, and mind the generation
little or not at all.
"""

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver


@dataclass(frozen=True)
class Reach:
    """Numbers of the objects that one revision uses."""

    elsewhere: frozenset[int]
    """Those that something else than the security store leads to."""
    everywhere: frozenset[int]
    """Those that anything leads to."""
    void: frozenset[int]
    """Those that are named, and are not there."""
    structure: frozenset[int]
    """The streams that hold objects or tables, up to this revision."""

    @property
    def shown(self) -> frozenset[int]:
        """All that may not be touched because the security store names it, too."""
        return self.elsewhere | self.structure

    @property
    def used(self) -> frozenset[int]:
        """All that is used for anything."""
        return self.everywhere | self.structure


_KNOWN: WeakKeyDictionary[HistoricalResolver, Reach] = WeakKeyDictionary()


def find_reach(view: HistoricalResolver) -> Reach:
    """Return what a revision uses; it is walked once."""
    known = _KNOWN.get(view)
    if known is None:
        known = _KNOWN[view] = _find(view)
    return known


def _find(view: HistoricalResolver) -> Reach:
    walk = _Walk(view)
    walk.skip(view.root_ref)
    trailer = view.trailer_view
    walk.follow([trailer.raw_get(key) for key in trailer if key != "/Root"])
    root = view.root
    walk.follow([root.raw_get(key) for key in root if key != "/DSS"])
    elsewhere = frozenset(walk.seen)
    if "/DSS" in root:
        walk.follow([root.raw_get("/DSS")])
    return Reach(
        elsewhere=elsewhere,
        everywhere=frozenset(walk.seen),
        void=frozenset(walk.void),
        structure=_find_structure(view),
    )


class _Walk:
    def __init__(self, view: HistoricalResolver) -> None:
        self._view = view
        self._done: set[tuple[int, int]] = set()
        self.seen: set[int] = set()
        self.void: set[int] = set()

    def skip(self, ref: generic.Reference) -> None:
        """Count an object as seen, and do not look into it."""
        self._done.add((ref.idnum, ref.generation))
        self.seen.add(ref.idnum)

    def follow(self, todo: list[Any]) -> None:
        """Follow all references in some values, however deep."""
        xrefs, revision = self._view.reader.xrefs, self._view.revision
        while todo:
            value = todo.pop()
            if isinstance(value, generic.IndirectObject):
                key = (value.idnum, value.generation)
                if key in self._done:
                    continue
                self._done.add(key)
                self.seen.add(value.idnum)
                if xrefs.get_historical_ref(value.reference, revision) is None:
                    self.void.add(value.idnum)
                    continue
                value = self._view(value.reference)
            if isinstance(value, generic.DictionaryObject):
                todo.extend(value.raw_get(key) for key in value)
            elif isinstance(value, generic.ArrayObject):
                todo.extend(value.raw_get(index) for index in range(len(value)))
            elif isinstance(value, generic.IndirectObject):
                todo.append(value)


def _find_structure(view: HistoricalResolver) -> frozenset[int]:
    found: set[int] = set()
    for revision in range(view.revision + 1):
        xrefs = view.reader.xrefs
        found.update(xrefs.get_xref_data(revision).obj_streams_used)
        table = xrefs.get_xref_container_info(revision).stream_ref
        if table is not None:
            found.add(table.idnum)
    return frozenset(found)
