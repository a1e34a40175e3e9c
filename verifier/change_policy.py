# SPDX-License-Identifier: Apache-2.0
"""Which changes after a signature are allowed: those that no reader can see.

Stands on the library's comparison of revisions, which lets pass what it knows
and refuses all else. What real programs do besides, and nobody sees, is added
here; what the library lets pass though a reader would see it is taken away.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.sign.diff_analysis import (
    DiffResult,
    ModificationLevel,
    StandardDiffPolicy,
    SuspiciousModification,
)
from pyhanko.sign.diff_analysis.constants import ACROFORM_EXEMPT_STRICT_COMPARISON
from pyhanko.sign.diff_analysis.form_rules_api import (
    FieldComparisonContext,
    FieldComparisonSpec,
    FormUpdate,
    FormUpdatingRule,
)
from pyhanko.sign.diff_analysis.rules.file_structure_rules import (
    CatalogModificationRule,
    ObjectStreamRule,
    XrefStreamRule,
)
from pyhanko.sign.diff_analysis.rules.form_field_rules import (
    GenericFieldModificationRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
    is_field_visible,
)
from pyhanko.sign.diff_analysis.rules.metadata_rules import (
    DocInfoRule,
    MetadataUpdateRule,
)
from pyhanko.sign.diff_analysis.rules_api import ReferenceUpdate, WhitelistRule
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm, enumerate_sig_fields

from verifier.errors import CheckError
from verifier.form_look import find_changed_look
from verifier.lookalikes import check_annotations_in_order, check_no_lookalikes
from verifier.new_fields import check_new_fields
from verifier.reach import find_reach
from verifier.reasons import Reason

_MAX_FIELDS = 20_000
_MAX_FIELD_DEPTH = 100
"""Forms of real documents have a handful; the library walks them by recursion."""


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """What a revision did, as far as a signature allows it."""

    level: ModificationLevel
    filled: frozenset[str]
    """Names of form fields, other than signatures, that were filled in."""


class ChangePolicy(StandardDiffPolicy):
    """Compares one revision with the signed one."""

    def __init__(self) -> None:
        unseen = ModificationLevel.LTA_UPDATES
        super().__init__(
            global_rules=[
                CatalogModificationRule(),  # type: ignore[no-untyped-call]  # library
                DocInfoRule().as_qualified(unseen),
                XrefStreamRule().as_qualified(unseen),
                ObjectStreamRule().as_qualified(unseen),
                _SecurityStoreRule().as_qualified(unseen),
                MetadataUpdateRule().as_qualified(unseen),  # type: ignore[no-untyped-call]
                _FreedUnusedRule().as_qualified(unseen),
                _UnusedRule().as_qualified(unseen),
            ],
            form_rule=FormUpdatingRule(
                [
                    SigFieldCreationRule(),  # type: ignore[no-untyped-call]
                    _SignatureRule(),
                    _FieldRule(),
                ],
                # The flags tell programs how to save the file; nothing is shown
                # by them, and some programs clear them.
                ACROFORM_EXEMPT_STRICT_COMPARISON | {"/SigFlags"},
            ),
            # Judged below: freeing what nothing uses changes nothing.
            reject_object_freeing=False,
            # Judged below, too: the library asks the revision alone who uses what.
            ignore_orphaned_objects=False,
        )

    def apply(
        self,
        old: HistoricalResolver,
        new: HistoricalResolver,
        field_mdp_spec: FieldMDPSpec | None = None,
        doc_mdp: MDPPerm | None = None,
    ) -> DiffResult:
        """Compare two revisions.

        Raises:
            SuspiciousModification: something was changed that a reader sees.
        """
        for resolver in (old, new):
            drop_dangling_fields(resolver.root)
        _check_no_freed(old, new)
        _check_no_void_filled(old, new)
        _check_structure_kept(new)
        _check_one_catalog(new)
        result = super().apply(old, new, field_mdp_spec, doc_mdp)
        check_new_fields(old, new)
        check_no_lookalikes(old, new)
        check_annotations_in_order(old, new)
        return result

    def judge_revision(
        self,
        old: HistoricalResolver,
        new: HistoricalResolver,
        *,
        field_mdp: FieldMDPSpec | None,
        doc_mdp: MDPPerm | None,
    ) -> Allowed:
        """Compare a revision with the signed one, and name what was filled in.

        Raises:
            SuspiciousModification: something was changed that a reader sees.
        """
        result = self.apply(old, new, field_mdp, doc_mdp)
        signatures = {name for name, _, _ in enumerate_sig_fields(new)}
        look = find_changed_look(old, new)
        level = ModificationLevel.FORM_FILLING if look else ModificationLevel.NONE
        return Allowed(
            level=max(result.modification_level, level),
            filled=frozenset(result.changed_form_fields - signatures | look),
        )


def read_entry(value: Any, key: str) -> Any:  # noqa: ANN401 - any PDF object
    """Return an entry of a dictionary, or None.

    Only access by index follows references; `get` of the library does not.
    """
    return value[key] if key in value else None  # noqa: SIM401


def drop_dangling_fields(root: Any) -> None:  # noqa: ANN401 - any PDF object
    """Take out entries of the form that name nothing (ISO 32000-2 §7.3.10).

    A reference to an object that is not there is null, and no field.

    Raises:
        CheckError: LIMIT: fields stand in fields too deep to be walked.
    """
    form = read_entry(root, "/AcroForm")
    if not isinstance(form, generic.DictionaryObject):
        return
    todo, seen = [(form, 0)], set[int]()
    for _ in range(_MAX_FIELDS):
        if not todo:
            return
        node, depth = todo.pop()
        if depth > _MAX_FIELD_DEPTH:
            raise CheckError(
                Reason.LIMIT, f"fields in fields, deeper than {_MAX_FIELD_DEPTH}"
            )
        if id(node) not in seen:  # of a field within itself the library tells
            seen.add(id(node))
            todo.extend((one, depth + 1) for one in _drop_dangling(node))


def _drop_dangling(
    node: generic.DictionaryObject,
) -> Iterator[generic.DictionaryObject]:
    """Take out of one field what is nothing, and yield the fields in it."""
    for key in ("/Fields", "/Kids"):
        array = read_entry(node, key)
        if isinstance(array, generic.ArrayObject):
            kept = [one for one in array if not _is_null(one)]
            if len(kept) != len(array):
                array[:] = kept
            yield from _dictionaries(array)


def _dictionaries(array: generic.ArrayObject) -> Iterator[generic.DictionaryObject]:
    for one in array:
        value = one.get_object()
        if isinstance(value, generic.DictionaryObject):
            yield value


def _is_null(value: generic.PdfObject) -> bool:
    seen = value.get_object()  # type: ignore[no-untyped-call]  # library
    return isinstance(seen, generic.NullObject)


def _check_no_freed(old: HistoricalResolver, new: HistoricalResolver) -> None:
    # By number alone: the generation that is written beside a freed object
    # differs from program to program.
    used = sorted(_freed(new).keys() & find_reach(old).used)
    if used:
        raise SuspiciousModification(f"objects in use were freed: {used}")


def named_in(new: HistoricalResolver) -> set[generic.Reference]:
    """Return what a revision adds, replaces or frees."""
    refs: set[generic.Reference] = new.explicit_refs_in_revision()  # type: ignore[no-untyped-call]
    return refs


def _freed(new: HistoricalResolver) -> dict[int, int]:
    freed: dict[int, int] = new.reader.xrefs.get_xref_data(new.revision).freed
    return freed


def _check_no_void_filled(old: HistoricalResolver, new: HistoricalResolver) -> None:
    """Refuse objects that the signed revision refers to and did not have.

    They would appear in a place that was signed while it was empty; programs find
    them there, whatever their generation.
    """
    freed = _freed(new)
    void = find_reach(old).void
    for ref in named_in(new):
        if ref.idnum in void and ref.idnum not in freed:
            raise SuspiciousModification(f"{ref!r} was named before it was there")


def _check_structure_kept(new: HistoricalResolver) -> None:
    """Refuse to write streams anew that hold objects or tables of older revisions.

    Nothing refers to them, and all that is in them would change.
    """
    before = new.reader.get_historical_resolver(new.revision - 1)
    for ref in named_in(new):
        if ref.idnum in find_reach(before).structure:
            raise SuspiciousModification(f"{ref!r} holds objects of older revisions")


def _check_one_catalog(new: HistoricalResolver) -> None:
    """Refuse a second catalog: programs that repair a file may start from it."""
    for ref in named_in(new):
        found = new(ref)
        is_catalog = isinstance(found, generic.DictionaryObject) and (
            read_entry(found, "/Type") == "/Catalog"
        )
        if is_catalog and ref != new.root_ref:
            raise SuspiciousModification(f"{ref!r} is a second catalog")


class _SecurityStoreRule(WhitelistRule):
    """Lets the document security store be what it likes: nobody is shown it.

    Programs write it anew, move its entries, and add keys of their own. What it
    shares with the rest of the document, before or after, stays as it was: what is
    new is not let pass because the store names it, too.
    """

    def apply(
        self, old: HistoricalResolver, new: HistoricalResolver
    ) -> Iterable[ReferenceUpdate]:
        if "/DSS" not in new.root:
            return
        shown = find_reach(old).shown | find_reach(new).elsewhere
        for ref in new.collect_dependencies(new.root.raw_get("/DSS")):
            if ref.idnum not in shown:
                yield ReferenceUpdate(ref)


class _UnusedRule(WhitelistRule):
    """Lets objects be added that nothing uses, now or before."""

    def apply(
        self, old: HistoricalResolver, new: HistoricalResolver
    ) -> Iterable[ReferenceUpdate]:
        used = find_reach(old).used | find_reach(new).everywhere
        for ref in named_in(new):
            if ref.idnum not in used and old.is_ref_unassignable(ref):
                yield ReferenceUpdate(ref)


class _FreedUnusedRule(WhitelistRule):
    """Lets objects be freed; those in use were refused before."""

    def apply(
        self, old: HistoricalResolver, new: HistoricalResolver
    ) -> Iterable[ReferenceUpdate]:
        for number, following in _freed(new).items():
            # A free entry gives the generation that follows.
            ref = generic.Reference(number, following - 1, old.reader)
            yield ReferenceUpdate(ref)


class _FieldRule(GenericFieldModificationRule):
    """Names only the fields that this very revision has touched."""

    def compare_fields(self, spec: FieldComparisonSpec) -> bool:
        """Tell whether a locked field may be changed so.

        Flags that say how a field is drawn are none that may.
        """
        valid = bool(super().compare_fields(spec))
        flags = [_drawing_flags(one) for one in (spec.old_field, spec.new_field)]
        return valid and flags[0] == flags[1]

    def apply(
        self, context: FieldComparisonContext
    ) -> Iterable[tuple[ModificationLevel, FormUpdate]]:
        touched = named_in(context.new)
        for level, update in super().apply(context):
            if update.updated_ref in touched:
                yield level, update


def _drawing_flags(field: Any) -> int:  # noqa: ANN401 - any PDF object
    flags = read_entry(field, "/Ff")
    if flags is None:
        return 0
    # Read only, required, not exported: about filling in alone.
    return int(flags) & ~0b111


class _SignatureRule(SigFieldModificationRule):
    """Takes a document time stamp for one by its SubFilter, whatever its Type."""

    def check_form_field(
        self,
        fq_name: str,
        spec: FieldComparisonSpec,
        context: FieldComparisonContext,
    ) -> Iterable[tuple[ModificationLevel, FormUpdate]]:
        stamp = _invisible_stamp(spec)
        for level, update in super().check_form_field(fq_name, spec, context):
            if stamp is not None and update.updated_ref == stamp:
                yield (
                    ModificationLevel.LTA_UPDATES,
                    replace(update, valid_when_locked=True),
                )
            else:
                yield level, update


def _invisible_stamp(spec: FieldComparisonSpec) -> generic.Reference | None:
    field = spec.new_field
    if spec.field_type != "/Sig" or not isinstance(field, generic.DictionaryObject):
        return None
    value = read_entry(field, "/V")
    if not isinstance(value, generic.DictionaryObject):
        return None
    if is_field_visible(field):  # type: ignore[no-untyped-call]  # library
        return None
    is_stamp = read_entry(value, "/SubFilter") == "/ETSI.RFC3161"
    reference = field.raw_get("/V")
    if is_stamp and isinstance(reference, generic.IndirectObject):
        return reference.reference
    return None
