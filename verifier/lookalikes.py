# SPDX-License-Identifier: Apache-2.0
"""Refuses what the library takes for unchanged, and other programs do not.

The library compares words without regard to their kind, and lists of annotations
without regard to their order.
"""

from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.sign.diff_analysis import SuspiciousModification

_KINDS: tuple[tuple[type, ...], ...] = (
    (generic.NameObject,),
    (generic.TextStringObject, generic.ByteStringObject),
    (generic.NumberObject, generic.FloatObject),
    (generic.BooleanObject,),
    (generic.NullObject,),
    (generic.IndirectObject,),
    (generic.ArrayObject,),
    (generic.StreamObject,),
    (generic.DictionaryObject,),
)
_MAX_PAGES = 20_000


def check_no_lookalikes(old: HistoricalResolver, new: HistoricalResolver) -> None:
    """Check that whatever equals what was signed is of the same kind.

    Raises:
        SuspiciousModification: a name became a string of the same letters, or a
            dictionary a stream.
    """
    xrefs = new.reader.xrefs
    for ref in new.explicit_refs_in_revision():  # type: ignore[no-untyped-call]
        if (
            xrefs.get_historical_ref(ref, old.revision) is not None
            and xrefs.get_historical_ref(ref, new.revision) is not None
        ):
            _compare(old(ref), new(ref), f"{ref!r}")


def _compare(old: Any, new: Any, where: str) -> None:  # noqa: ANN401 - any PDF object
    todo = [(old, new)]
    while todo:
        one, other = todo.pop()
        if _kind(one) != _kind(other):
            are_dictionaries = isinstance(one, dict) and isinstance(other, dict)
            if one == other or are_dictionaries:
                raise SuspiciousModification(f"{where}: {one!r} is of another kind")
        elif isinstance(one, generic.DictionaryObject):
            keys = one.keys() & other.keys()
            todo.extend((one.raw_get(key), other.raw_get(key)) for key in keys)
        elif isinstance(one, generic.ArrayObject):
            both = range(min(len(one), len(other)))
            todo.extend((one.raw_get(at), other.raw_get(at)) for at in both)


def _kind(value: Any) -> int:  # noqa: ANN401 - any PDF object
    for number, kinds in enumerate(_KINDS):
        if isinstance(value, kinds):
            return number
    return -1


def check_annotations_in_order(
    old: HistoricalResolver, new: HistoricalResolver
) -> None:
    """Check that new annotations stand beside the old ones, and none twice.

    What is drawn later covers what was drawn before.

    Raises:
        SuspiciousModification: they were reordered or are listed twice.
    """
    for before, after in zip(_pages(old), _pages(new), strict=True):
        was, now = _list_annotations(before), _list_annotations(after)
        if was == now:
            continue
        if [one for one in now if one in set(was)] != was or (
            len({*now} - {*was}) != len(now) - len(was)
        ):
            raise SuspiciousModification("annotations were put in another order")


def _list_annotations(page: Any) -> list[tuple[int, int]]:  # noqa: ANN401
    if "/Annots" not in page:
        return []
    array = page["/Annots"]
    if not isinstance(array, generic.ArrayObject):
        return []
    raw = [array.raw_get(index) for index in range(len(array))]
    return [
        (one.idnum, one.generation)
        for one in raw
        if isinstance(one, generic.IndirectObject)
    ]


def _pages(view: HistoricalResolver) -> Iterator[Any]:
    """Yield the leaves of the page tree, which no update may change."""
    todo, left = [view.root["/Pages"]], _MAX_PAGES
    while todo and left:
        left -= 1
        node = todo.pop()
        if not isinstance(node, generic.DictionaryObject):
            continue
        if "/Kids" in node:
            kids = node["/Kids"]
            todo.extend(kids[index] for index in reversed(range(len(kids))))
        else:
            yield node
