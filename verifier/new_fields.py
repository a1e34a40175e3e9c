# SPDX-License-Identifier: Apache-2.0
"""Holds signature fields that came after a signature to what can be told of them.

The library takes a field for invisible wherever it cannot read its rectangle
(numbers by reference, one number too many), and looks at no action, no border and
no kind of annotation. Other programs read on, and show what it did not see.
"""

from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.sign.diff_analysis import SuspiciousModification
from pyhanko.sign.fields import enumerate_sig_fields

from verifier.packing import check_packing

_FIELD_KEYS = frozenset(
    (
        *("/Type", "/Subtype", "/FT", "/T", "/TU", "/TM", "/F", "/Ff", "/V", "/P"),
        *("/Rect", "/AP", "/MK", "/DA", "/DR", "/Q", "/BS", "/Border", "/H", "/Kids"),
        *("/Parent", "/StructParent", "/Lock", "/SV", "/M", "/NM", "/Lang"),
    )
)
"""What a new field may have (ISO 32000-2 §12.5.2, §12.7.4): no action, no text of a
note, no layer, nothing of another kind of annotation."""

_SHOWN_KEYS = frozenset({"/Subtype", "/Rect", "/AP"})
"""What makes a field a widget as well; one without any shows nothing."""

_BORDER_KEYS = frozenset({"/BS", "/MK"})
_SIDES = 4
_MAX_STATES = 100


def check_new_fields(old: HistoricalResolver, new: HistoricalResolver) -> None:
    """Check the signature fields that are new, or newly filled, since `old`.

    One that can be seen is for DocMDP to judge; here it is made sure that every
    program sees it, or none, and that somebody signs for what it shows.

    Raises:
        SuspiciousModification: a field is more than a plain widget, hides what it
            shows, or shows what nobody has signed.
    """
    before = {name: (value, ref) for name, value, ref in enumerate_sig_fields(old)}
    for name, value, reference in enumerate_sig_fields(new):
        known = before.get(name)
        if known is not None and (value is None or known[0] is not None):
            continue
        field = reference.get_object()
        is_signed = _is_signed_by_somebody(value)
        for widget in _find_widgets(name, field, old=None if known else old):
            if known is None:
                _check_keys(name, widget)
            _check_shown(name, widget)
            if is_signed or (known and widget is not field):
                continue  # and kids that were there may not be changed at all
            if not (known and _looks_as_before(known[1], widget, new)):
                _check_draws_nothing(name, widget)


def _is_signed_by_somebody(value: Any) -> bool:  # noqa: ANN401 - any PDF object
    """Tell whether a value is a person's signature: none, and no time stamp."""
    found: Any = None if value is None else value.get_object()
    if not isinstance(found, generic.DictionaryObject):
        return False
    kinds = {found[key] for key in ("/Type", "/SubFilter") if key in found}
    return not kinds & {"/DocTimeStamp", "/ETSI.RFC3161"}


def _looks_as_before(
    before: generic.IndirectObject,
    widget: generic.DictionaryObject,
    new: HistoricalResolver,
) -> bool:
    """Tell whether a field that was there is drawn as it was.

    Of objects that it is drawn from the library lets none be written anew without
    counting it as signing; then they are looked at here.
    """
    field: Any = before.get_object()  # type: ignore[no-untyped-call]  # library
    same = all(_direct(field, key) == _direct(widget, key) for key in ("/AP", "/AS"))
    if not same or "/AP" not in widget:
        return same
    changed = set(new.explicit_refs_in_revision())  # type: ignore[no-untyped-call]
    return changed.isdisjoint(new.collect_dependencies(widget.raw_get("/AP")))


def _check_draws_nothing(name: str, widget: generic.DictionaryObject) -> None:
    if _has_border(widget):
        raise SuspiciousModification(f"field {name} has a border, and no signature")
    if not _has_size(widget):
        return
    if not _has_look(widget):
        # Programs draw a sign of their own there, over whatever there is.
        raise SuspiciousModification(f"field {name} has no look, and no signature")
    for appearance in _find_appearances(name, widget):
        if not _shows_nothing(appearance, is_point=False):
            raise SuspiciousModification(f"field {name} draws, and nobody signed it")


def _has_look(widget: generic.DictionaryObject) -> bool:
    looks = widget["/AP"] if "/AP" in widget else None  # noqa: SIM401
    return (
        isinstance(looks, generic.DictionaryObject)
        and "/N" in looks
        and isinstance(looks["/N"], generic.StreamObject)
    )


def _has_size(widget: generic.DictionaryObject) -> bool:
    left, bottom, right, top = _read_sides(_direct(widget, "/Rect")) or (0, 0, 0, 0)
    return left != right and bottom != top


def _find_widgets(
    name: str,
    field: Any,  # noqa: ANN401 - any PDF object
    *,
    old: HistoricalResolver | None,
) -> Iterator[generic.DictionaryObject]:
    """Yield a field, and its kids that are no fields of their own.

    With `old`, the kids of a new field must be new: no other annotation of the
    document is one.
    """
    yield field
    kids = field["/Kids"] if "/Kids" in field else generic.ArrayObject()
    for index in range(len(kids)):
        kid = kids[index]
        if not isinstance(kid, generic.DictionaryObject):
            raise SuspiciousModification(f"a kid of new field {name} is no dictionary")
        if old is not None and not old.is_ref_unassignable(
            kids.raw_get(index).reference
        ):
            raise SuspiciousModification(f"a kid of new field {name} was there before")
        if "/T" in kid:
            continue  # named, and so told among the fields itself
        if "/Kids" in kid:
            raise SuspiciousModification(f"a kid of new field {name} has kids")
        yield kid


def _check_keys(name: str, widget: generic.DictionaryObject) -> None:
    unknown = sorted(set(widget.keys()) - _FIELD_KEYS)
    if unknown:
        raise SuspiciousModification(f"new field {name} has {', '.join(unknown)}")


def _check_shown(name: str, widget: generic.DictionaryObject) -> None:
    if not _SHOWN_KEYS & set(widget.keys()):
        return
    if _direct(widget, "/Subtype") != "/Widget":
        raise SuspiciousModification(f"new field {name} is another annotation")
    sides = _read_sides(_direct(widget, "/Rect"))
    if sides is None:
        raise SuspiciousModification(f"new field {name} has no plain rectangle")
    left, bottom, right, top = sides
    if left != right and bottom != top:
        return  # seen by everybody, and judged as such
    if _has_border(widget):
        raise SuspiciousModification(f"new field {name} has a border, and no size")
    is_point = left == right and bottom == top
    for appearance in _find_appearances(name, widget):
        if not _shows_nothing(appearance, is_point=is_point):
            raise SuspiciousModification(f"new field {name} draws, and has no size")


def _direct(container: generic.DictionaryObject, key: str) -> Any:  # noqa: ANN401
    """Return an entry as it is written there: a reference stays one."""
    return container.raw_get(key) if key in container else None


def _read_sides(array: Any) -> tuple[float, ...] | None:  # noqa: ANN401
    """Return four numbers that stand in an array themselves; else None."""
    if not isinstance(array, generic.ArrayObject) or len(array) != _SIDES:
        return None
    values = [array.raw_get(index) for index in range(_SIDES)]
    if not all(
        isinstance(one, generic.NumberObject | generic.FloatObject) for one in values
    ):
        return None
    return tuple(values)


def _has_border(widget: generic.DictionaryObject) -> bool:
    """Tell whether there is a border: it is drawn around nothing, too."""
    for key in _BORDER_KEYS & set(widget.keys()):
        found = widget[key]
        if not isinstance(found, generic.DictionaryObject) or len(found):
            return True
    if "/Border" not in widget:
        return False
    border = widget["/Border"]
    return not isinstance(border, generic.ArrayObject) or any(
        border.raw_get(index) != 0 for index in range(len(border))
    )


def _find_appearances(
    name: str, widget: generic.DictionaryObject
) -> Iterator[generic.StreamObject]:
    """Yield the appearances of a widget in all its states (§12.5.5)."""
    todo = [widget["/AP"]] if "/AP" in widget else []
    for _ in range(_MAX_STATES):
        if not todo:
            return
        found = todo.pop()
        if isinstance(found, generic.StreamObject):
            yield found
        elif isinstance(found, generic.DictionaryObject):
            todo.extend(found[key] for key in found)
        elif not isinstance(found, generic.NullObject):
            raise SuspiciousModification(f"new field {name} has an odd appearance")
    raise SuspiciousModification(f"the appearances of new field {name} have no end")


def _shows_nothing(appearance: generic.StreamObject, *, is_point: bool) -> bool:
    """Tell whether nothing is drawn, or all of it shrunk to a point.

    Programs scale the appearance to the rectangle; with a matrix that cannot be
    scaled some leave it in its own size.
    """
    if {"/Filter", "/DecodeParms", "/F"} & set(appearance.keys()):
        check_packing(appearance)  # as plain as what holds objects, or refused
    lines = appearance.data.replace(b"\r", b"\n").split(b"\n")
    if not any(line.partition(b"%")[0].strip(b"\x00\t\x0c ") for line in lines):
        return True
    box = _read_sides(_direct(appearance, "/BBox"))
    # A box without a size is not scaled either: some divide by it.
    has_size = box is not None and abs(box[0] - box[2]) >= 1 <= abs(box[1] - box[3])
    return is_point and has_size and "/Matrix" not in appearance
