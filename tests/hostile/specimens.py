# SPDX-License-Identifier: Apache-2.0
"""Every file that is made here to fool or to puzzle a verifier, and the right answer.

`tests/hostile/compare.py` shows them to other programs as well.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType

from tests.forge import Forge
from tests.hostile.made import (
    drawn_over,
    forgery,
    forms,
    honest,
    looks,
    repair,
    saving,
    shadow,
)
from verifier.report import Report

ALTERED = "altered altered"
GOOD = "signature_only intact"
UNREADABLE = "unknown unreadable"
UNKNOWN = "unknown intact"
OPEN = "unchecked intact"


@dataclass(frozen=True, kw_only=True)
class Specimen:
    """One file, and what is to be said of it: outcome and integrity."""

    name: str
    about: str
    group: str
    make: Callable[[Forge], bytes]
    verdict: str


_GROUPS: Mapping[str, tuple[ModuleType, Mapping[str, str]]] = {
    "Incremental saving": (
        saving,
        {
            "whole_update": ALTERED,
            "body_only": ALTERED,
            "body_and_trailer": ALTERED,
            "table_without_prev": ALTERED,
            "trailer_names_the_old_table": ALTERED,
            "hybrid_table": ALTERED,
            "copy_of_the_signature": ALTERED,
            "duplicate_number": ALTERED,
            "listed_twice": ALTERED,
            "second_catalog": ALTERED,
            "second_catalog_unnamed": ALTERED,
            "bytes_behind_the_end": ALTERED,
            "blank_behind_the_end": "in_force intact",
        },
    ),
    "Signature forgery and wrapping": (
        forgery,
        {
            "value_taken_out": ALTERED,
            "wrapped": ALTERED,
            "wrapped_with_a_hole": ALTERED,
        },
    ),
    "Shadow attacks": (
        shadow,
        {
            "hide_by_freeing": ALTERED,
            "hide_by_freeing_oddly": ALTERED,
            "hide_by_emptying": ALTERED,
            "replace_font": ALTERED,
            "hide_and_replace": ALTERED,
            "void_reference": ALTERED,
        },
    ),
    "Forms, annotations, scripts": (
        forms,
        {
            "filled_without_leave": ALTERED,
            "filled_where_nothing_may_change": ALTERED,
            "filled_a_locked_field": ALTERED,
            "evil_annotation": ALTERED,
            "sneaky_signature": ALTERED,
            "sneaky_signature_signed": ALTERED,
            "xfa_added": ALTERED,
            "javascript_added": ALTERED,
            "named_javascript_added": ALTERED,
            "launch_added": ALTERED,
            "page_script_added": ALTERED,
            "resources_swapped": ALTERED,
            "annotation_replaced": ALTERED,
            "filled_with_leave": GOOD,
            "filled_and_signed": GOOD,
        },
    ),
    "Repaired by other programs": (
        repair,
        dict.fromkeys(
            (
                "hidden_object_stream",
                "hidden_object_stream_and_odd_table",
                "hidden_behind_a_comment",
                "hidden_document",
                "hidden_in_a_stream",
                "hidden_and_stamped",
                "hidden_in_predicted_rows",
                "hidden_by_odd_parameters",
                "beginnings_of_streams",
                "object_stream_replaced",
                "object_stream_freed",
                "dangling_number_taken",
                "rolled_back",
                "dictionary_that_looks_like_a_table",
                "row_of_no_kind",
                "encrypted_later",
            ),
            ALTERED,
        ),
    ),
    "Shown otherwise": (
        looks,
        dict.fromkeys(
            (
                "drawn_by_an_unsigned_field",
                "sign_by_the_program",
                "drawn_by_a_time_stamp",
                "annotations_in_another_order",
                "annotation_of_another_page",
                "name_made_a_string",
                "form_drawn_anew",
                "form_drawn_anew_where_nothing_may_change",
                "form_with_another_font",
                "field_made_a_password",
            ),
            ALTERED,
        ),
    ),
    "Odd and untouched": (
        honest,
        {
            "rsa_pkcs1": GOOD,
            "rsa_pss": GOOD,
            "ecdsa": GOOD,
            "eddsa_25519": GOOD,
            "eddsa_448": GOOD,
            "eddsa_448_with_sha512": GOOD,
            "rsa_sha3": GOOD,
            "ecdsa_sha3": GOOD,
            "sha1_today": UNKNOWN,
            "md5_today": UNKNOWN,
            "sha1_without_a_time": UNKNOWN,
            "pkcs7_detached": GOOD,
            "without_attributes": GOOD,
            "pkcs7_sha1": UNKNOWN,
            "x509_rsa_sha1": UNKNOWN,
            "ber_encoded": GOOD,
            "key_oid_for_the_signature": GOOD,
            "signature_oid_for_the_digest": GOOD,
            "bare_rsa_oid": GOOD,
            "unknown_signature_oid": UNREADABLE,
            "unknown_digest_oid": UNREADABLE,
            "unknown_subfilter": UNREADABLE,
            "negative_modulus": GOOD,
            "negative_modulus_beside": GOOD,
            "expired_with_a_time": GOOD,
            "expired_without_a_time": OPEN,
            "signed_after_its_end": UNKNOWN,
            "two_approvals": GOOD,
            "certified_then_approved": GOOD,
            "field_locks": GOOD,
            "document_timestamp": GOOD,
            "timestamp_typed_sig": GOOD,
            "timestamp_without_type": GOOD,
            "only_a_timestamp": "unknown unsigned",
            "store_with_more_keys": GOOD,
            "store_rewritten": GOOD,
            "unused_object_freed": GOOD,
            "flags_cleared": GOOD,
            "dangling_field": GOOD,
            "dangling_picture": GOOD,
            "broken_table": OPEN,
        },
    ),
}


def _list_specimens() -> Iterator[Specimen]:
    for bend in forgery.BENDS:
        make = forgery.forged_by_update(bend)
        yield Specimen(
            name=f"forged: {bend}",
            about="An update with other content; its signature dictionary is bent.",
            group="Signature forgery and wrapping",
            make=make,
            verdict=ALTERED,
        )
    for name in (*drawn_over.DRAWN, *drawn_over.OTHER):
        yield Specimen(
            name=f"field: {name}",
            about="A field was added to a licence, and shows or does something.",
            group="Drawn over",
            make=drawn_over.draw_over(name),
            verdict=ALTERED,
        )
    for group, (module, verdicts) in _GROUPS.items():
        for name, verdict in verdicts.items():
            make = getattr(module, name)
            about = (make.__doc__ or "").partition("\n")[0]
            yield Specimen(
                name=name.replace("_", " "),
                about=about,
                group=group,
                make=make,
                verdict=verdict,
            )


SPECIMENS: dict[str, Specimen] = {one.name: one for one in _list_specimens()}


def make_specimen(forge: Forge, name: str) -> bytes:
    """Make a file; what it was issued for is published."""
    if not forge.folder.exists():
        forge.publish()
    known = len(forge.issued)
    pdf = SPECIMENS[name].make(forge)
    for issued in forge.issued[known:]:
        forge.publish_record(issued)
    return pdf


def check_specimen(forge: Forge, name: str, pdf: bytes | None = None) -> Report:
    """Verify a file, and check that the verdict is the right one."""
    pdf = pdf or make_specimen(forge, name)
    report = forge.verify(pdf, publication=forge.open())
    details = [check.to_json() for check in report.checks if check.detail]
    found = f"{report.outcome} {report.integrity}"
    assert found == SPECIMENS[name].verdict, details
    return report
