# SPDX-License-Identifier: Apache-2.0
"""Review: what a type may do, and its author has rarely meant.

Nothing here stops a type from being used. Each remark says what to do about it, for
`tra types check` and for whoever signs a new type off.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from templates.blocks import Signature, name_facts, walk_blocks
from templates.document_type import DocumentType
from templates.fields import Field, Kind

_EXPECTED_FACTS = {
    "number": "the number of the document",
    "agency": "the agency that issues it",
    "issued_on": "the day of issue",
    "legal_basis": "the law it is issued under",
}
_PERSONAL_KINDS = frozenset({Kind.PERSON_ID, Kind.THAI_ID})


@dataclass(frozen=True, kw_only=True)
class Remark:
    """One thing to look at again, and what to do about it."""

    problem: str
    fix: str


def find_warnings(document_type: DocumentType) -> tuple[Remark, ...]:
    """Return what the author of a type should look at again."""
    return (
        *_find_hidden_fields(document_type),
        *_find_missing_facts(document_type),
        *_find_public_people(document_type),
    )


def _find_hidden_fields(document_type: DocumentType) -> Iterator[Remark]:
    shown = set(name_facts(document_type.all_blocks()))
    for field in document_type.fields:
        if field.name not in shown:
            yield Remark(
                problem=f"field {field.name!r} is asked for and shown nowhere",
                fix="Show it in a block, or take it out of [[fields]]; who holds the "
                "document should see what it says.",
            )
            continue
        for column in field.columns:
            if f"{field.name}.{column.name}" not in shown:
                yield Remark(
                    problem=f"column {column.name!r} of {field.name!r} is asked for "
                    "and shown nowhere",
                    fix="Add it to the table, or take it out of [[fields.columns]].",
                )


def _find_missing_facts(document_type: DocumentType) -> Iterator[Remark]:
    blocks = list(walk_blocks(document_type.all_blocks()))
    shown = set(name_facts(blocks))
    expected = dict(_EXPECTED_FACTS)
    if document_type.validity.rule != "none":
        expected["valid_until"] = "the last day it is valid"
    for name, words in expected.items():
        if name not in shown:
            yield Remark(
                problem=f"{words} is shown nowhere", fix=f"Write {{{name}}} in a text."
            )
    if not any(isinstance(block, Signature) for block in blocks):
        yield Remark(
            problem="the signatory is shown nowhere",
            fix='Add a block "signature", or say in the text who issues the document.',
        )


def _find_public_people(document_type: DocumentType) -> Iterator[Remark]:
    if document_type.holder_public:
        yield Remark(
            problem="the holder's name is shown in full to everyone who scans the code",
            fix="Set public = false in [holder] unless the law makes it public.",
        )
    for field in _public_fields(document_type.fields):
        if field.kind is Kind.ADDRESS:
            yield Remark(
                problem=f"{field.name!r} is public, and may be somebody's home",
                fix="Set public = false, unless it can only be a place of business.",
            )
        if field.kind in _PERSONAL_KINDS:
            yield Remark(
                problem=f"{field.name!r} is public, and may hold a citizen's number",
                fix="Set public = false; 13-digit numbers of people are not published.",
            )


def _public_fields(fields: Iterable[Field]) -> Iterator[Field]:
    for field in fields:
        if field.public:
            yield field
            yield from _public_fields(field.columns)
