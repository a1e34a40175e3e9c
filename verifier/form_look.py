# SPDX-License-Identifier: Apache-2.0
"""Tells whether a revision changes how the fields of a form are drawn.

Programs draw a field anew from its value where the form asks for it, with the fonts
and the words of the form (ISO 32000-2 §12.7.4.3). The library lets those change as
if nobody could see it.
"""

from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver

_KEYS = ("/NeedAppearances", "/DA", "/Q")
_MAX_FIELDS = 20_000


def find_changed_look(old: HistoricalResolver, new: HistoricalResolver) -> set[str]:
    """Return the entries of the form that draw its fields otherwise than before.

    A form of nothing but signature fields is drawn by none of them.
    """
    before, after = _form(old), _form(new)
    if before is None or after is None or not _has_drawn_fields(before):
        return set()
    changed = {key for key in _KEYS if _entry(before, key) != _entry(after, key)}
    if not _keeps(_entry(before, "/DR"), _entry(after, "/DR")):
        changed.add("/DR")
    return changed


def _form(view: HistoricalResolver) -> generic.DictionaryObject | None:
    form = _entry(view.root, "/AcroForm")
    return form if isinstance(form, generic.DictionaryObject) else None


def _entry(value: Any, key: str) -> Any:  # noqa: ANN401 - any PDF object
    return value[key] if key in value else None  # noqa: SIM401


def _keeps(old: Any, new: Any) -> bool:  # noqa: ANN401 - any PDF object
    """Tell whether resources are still under the names they had; more may be added."""
    if not isinstance(old, generic.DictionaryObject):
        return True
    if not isinstance(new, generic.DictionaryObject):
        return False
    for kind in old:
        group, now = old[kind], _entry(new, kind)
        if not isinstance(group, generic.DictionaryObject):
            if group != now:
                return False
        elif not isinstance(now, generic.DictionaryObject) or any(
            name not in now or now.raw_get(name) != group.raw_get(name)
            for name in group
        ):
            return False
    return True


def _has_drawn_fields(form: generic.DictionaryObject) -> bool:
    todo: list[tuple[Any, Any]] = [(form, None)]
    for _ in range(_MAX_FIELDS):
        if not todo:
            return False
        node, kind = todo.pop()
        if not isinstance(node, generic.DictionaryObject):
            continue
        kind = _entry(node, "/FT") or kind
        if kind is not None and kind != "/Sig":
            return True
        for key in ("/Fields", "/Kids"):
            array = _entry(node, key)
            if isinstance(array, generic.ArrayObject):
                todo.extend((array[index], kind) for index in range(len(array)))
    return True
