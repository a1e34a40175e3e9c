# SPDX-License-Identifier: Apache-2.0
"""Document types: read from `type.toml`, one folder a type, and nothing drawn.

A `DocumentType` checks and normalises the data given for it, counts out its validity
and writes its numbers. Adding a type is adding a folder with `type.toml` and
`sample.json`; a wrong file is refused when the catalogue is loaded, never later.
"""

import calendar
import json
import re
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from templates.blocks import Block, read_blocks
from templates.errors import (
    FieldProblem,
    FieldsError,
    TypeFileError,
    UnknownTypeError,
)
from templates.facts import BUILT_IN_STYLES, styles_of, write_value
from templates.fields import (
    Choice,
    Field,
    Kind,
    describe_field,
    find_problems,
    missing,
    normalise_value,
    unknown,
)
from templates.typefile import TableReader, read_type_file
from templates.wording import Localized, write_date_th

__all__ = ["Catalogue", "DocumentType", "Localized"]

TYPE_FILE = "type.toml"
SAMPLE_FILE = "sample.json"
PAPER_MM = {"A4": (210.0, 297.0), "A5": (148.0, 210.0)}


@dataclass(frozen=True, kw_only=True)
class Numbering:
    """How numbers are written and which Buddhist year they count in."""

    pattern: str
    year_basis: str
    """"calendar", or "fiscal" (from 1 October)."""


@dataclass(frozen=True, kw_only=True)
class Validity:
    """How long a document is valid: "none", "years", "days", "year_end" or "given"."""

    rule: str
    count: int = 0


@dataclass(frozen=True, kw_only=True)
class Signatory:
    """The officer named under the text."""

    name: Localized
    position: Localized
    on_behalf: Localized | None = None
    """The line "ปฏิบัติราชการแทน …", where the officer acts for another."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """Paper, margins and basic letters; millimetres and points."""

    width: float
    height: float
    top: float
    right: float
    bottom: float
    left: float
    font: str
    size: float
    leading: float
    border: str
    thai_digits: bool


@dataclass(frozen=True, kw_only=True)
class DocumentType:
    """One type of document, with all that issuing it needs to know."""

    id: str
    code: str
    version: int
    name: Localized
    legal_basis: Localized
    numbering: Numbering
    validity: Validity
    fields: tuple[Field, ...]
    holder: str
    """Name of the field that names the holder."""
    holder_public: bool
    signatory: Signatory
    page: Page
    blocks: tuple[Block, ...]
    foot: tuple[Block, ...]
    """Blocks at the bottom of the last page, kept together."""
    folder: Path

    def normalise(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the data as it is stored: NFC, ASCII digits where they count.

        Values left empty are left out. Never raises; `check_fields` complains.
        """
        fields = {field.name: field for field in self.fields}
        result: dict[str, Any] = {}
        for name, value in data.items():
            field = fields.get(name)
            clean = normalise_value(field, value) if field else value
            if not (field and clean in (None, "")):
                result[name] = clean
        return result

    def check_fields(self, data: Mapping[str, Any]) -> None:
        """Check normalised data against the fields of the type.

        Raises:
            FieldsError: holding every problem, in the order of the fields.
        """
        problems: list[FieldProblem] = []
        for field in self.fields:
            if field.name in data:
                problems += find_problems(field, data[field.name])
            elif field.required:
                problems.append(missing(field))
        names = [field.name for field in self.fields]
        problems += [
            unknown(str(name), ", ".join(names)) for name in data if name not in names
        ]
        if problems:
            raise FieldsError(tuple(problems))

    def resolve_validity(
        self,
        issued_on: date,
        valid_from: date | None = None,
        valid_until: date | None = None,
    ) -> tuple[date, date | None]:
        """Return first and last day of validity; None for no expiry.

        Raises:
            FieldsError: the days are in a wrong order, or not as the type allows.
        """
        first = valid_from or issued_on
        last = _last_day(self.validity, first)
        problem = _find_validity_problem(self.validity, valid_until, last)
        if problem is None and valid_until is not None:
            last = valid_until
        if problem is None and last is not None and last < max(first, issued_on):
            problem = (
                "date_order",
                "วันสิ้นอายุต้องไม่ก่อนวันออกและวันเริ่มมีผล",
                "the last day must not come before the day of issue and the first day",
            )
        if problem:
            reason, th, en = problem
            raise FieldsError(
                (
                    FieldProblem(
                        field="valid_until", reason=reason, detail=Localized(th, en)
                    ),
                )
            )
        return first, last

    def format_number(self, sequence: int, year: int) -> str:
        """Return the document number, in ASCII digits; `year` is Buddhist."""
        return self.numbering.pattern.format(
            sequence=sequence, year=year, year2=year % 100, code=self.code
        )

    def holder_name(self, data: Mapping[str, Any]) -> str:
        """Return the holder's name out of normalised data."""
        return str(data[self.holder])

    def public_fields(self, data: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the fields the type marks public, as the page shows them."""
        return [
            {
                "name": field.name,
                "label": {"th": field.label.th, "en": field.label.en},
                "value": self._show(field, data[field.name]),
            }
            for field in self.fields
            if field.public and field.name in data
        ]

    def json_schema(self) -> dict[str, Any]:
        """Return the JSON Schema (2020-12) of the data, as stored."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": self.name.en,
            "description": self.name.th,
            "type": "object",
            "properties": {field.name: describe_field(field) for field in self.fields},
            "required": [field.name for field in self.fields if field.required],
            "additionalProperties": False,
        }

    def sample(self) -> dict[str, Any]:
        """Return the sample data of the type.

        Raises:
            TypeFileError: the sample is missing or is not a JSON object.
        """
        file = self.folder / SAMPLE_FILE
        try:
            data = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise TypeFileError(
                file,
                f"cannot be read ({error})",
                fix="Write sample data as a JSON object, by field name.",
            ) from error
        if not isinstance(data, dict):
            raise TypeFileError(
                file, "is not an object", fix="Write the data as {...}, by field name."
            )
        return data

    def _show(self, field: Field, value: object) -> str:
        thai = self.page.thai_digits
        if field.kind is Kind.LIST:
            kind = field.items or Kind.TEXT
            shown = [write_value(field, kind, v, thai_digits=thai) for v in value]
            return ", ".join(shown)
        text = write_value(field, field.kind, value, thai_digits=thai)
        return f"{text} {field.unit.th}" if field.unit else text


class Catalogue:
    """All document types known to one process; loaded once, then read only."""

    def __init__(self, types: Mapping[str, DocumentType]) -> None:
        self.types: Mapping[str, DocumentType] = MappingProxyType(dict(types))

    @classmethod
    def load(
        cls, folders: Iterable[Path] = (), *, built_in: bool = True
    ) -> "Catalogue":
        """Load the types that come with Tra, then those in `folders`.

        A folder either is a type, or holds folders that are.

        Raises:
            TypeFileError: a file is wrong, a folder holds no type, or an id or code
                is used twice.
        """
        roots = [Path(__file__).parent] if built_in else []
        types: dict[str, DocumentType] = {}
        codes: dict[str, DocumentType] = {}
        for folder in _type_folders([*roots, *folders]):
            new = read_document_type(folder)
            for twin in (types.get(new.id), codes.get(new.code)):
                if twin:
                    raise TypeFileError(
                        folder / TYPE_FILE,
                        f"id {new.id!r} or code {new.code!r} is used by {twin.folder}",
                        fix="Give this type an id and a code of its own.",
                    )
            types[new.id] = codes[new.code] = new
        return cls(types)

    def get_type(self, type_id: str) -> DocumentType:
        """Return one type.

        Raises:
            UnknownTypeError: there is none with this id.
        """
        try:
            return self.types[type_id]
        except KeyError:
            known = ", ".join(sorted(self.types)) or "none"
            raise UnknownTypeError(
                f"no document type {type_id!r}; known are: {known}"
            ) from None


def read_document_type(folder: Path) -> DocumentType:
    """Read the type in one folder.

    Raises:
        TypeFileError: naming file, line and fix.
    """
    reader = read_type_file(folder / TYPE_FILE)
    fields = tuple(_read_field(inner) for inner in reader.tables("fields"))
    _check_names(reader, fields)
    known = styles_of(fields)
    holder = reader.table("holder")
    signatory = reader.table("signatory")
    document_type = DocumentType(
        id=reader.text("id", pattern="[a-z][a-z0-9_]{1,39}"),
        code=reader.text("code", pattern="[A-Z0-9]{1,4}"),
        version=reader.integer("version", low=1),
        name=reader.localized("name"),
        legal_basis=reader.localized("legal_basis"),
        numbering=_read_numbering(reader.table("numbering")),
        validity=_read_validity(reader.table("validity")),
        fields=fields,
        holder=_read_holder(holder, fields),
        holder_public=holder.flag("public", default=False),
        signatory=Signatory(
            name=signatory.localized("name"),
            position=signatory.localized("position"),
            on_behalf=signatory.optional_localized("on_behalf"),
        ),
        page=_read_page(reader.table("page")),
        blocks=read_blocks(reader.tables("blocks"), known),
        foot=read_blocks(reader.tables("foot"), known),
        folder=folder,
    )
    for table in (holder, signatory, reader):
        table.finish()
    return document_type


def _type_folders(roots: Iterable[Path]) -> Iterable[Path]:
    for root in roots:
        if (root / TYPE_FILE).is_file():
            yield root
            continue
        found = sorted(file.parent for file in root.glob(f"*/{TYPE_FILE}"))
        if not found:
            raise TypeFileError(
                root,
                f"holds no document type (no {TYPE_FILE})",
                fix="Name a folder with type.toml in it, or a folder of such folders.",
            )
        yield from found


def _check_names(reader: TableReader, fields: tuple[Field, ...]) -> None:
    seen: set[str] = set()
    for field, inner in zip(fields, reader.tables("fields"), strict=True):
        if field.name in BUILT_IN_STYLES or field.name in seen:
            raise inner.error(
                f"name = {field.name!r} is taken", "Choose another name.", "name"
            )
        seen.add(field.name)


def _read_field(reader: TableReader) -> Field:
    kind = Kind(reader.choice("kind", Kind, "text"))
    pattern = reader.optional_text("pattern")
    if pattern is not None:
        try:
            re.compile(pattern)
        except re.error as error:
            raise reader.error(
                f"pattern is not a regular expression: {error}",
                "Correct it, or leave it out.",
                "pattern",
            ) from error
    items = Kind(reader.choice("items", Kind, "text")) if kind is Kind.LIST else None
    if items in {Kind.LIST, Kind.CHOICE}:
        raise reader.error(
            f"a list cannot hold entries of kind {items}", "Use text or name.", "items"
        )
    field = Field(
        name=reader.text("name", pattern="[a-z][a-z0-9_]{0,39}"),
        label=reader.localized("label"),
        kind=kind,
        required=reader.flag("required", default=True),
        public=reader.flag("public", default=False),
        max_length=reader.integer("max_length", 200, low=1, high=5000),
        pattern=pattern,
        pattern_hint=reader.optional_localized("pattern_hint"),
        minimum=reader.optional_integer("minimum"),
        maximum=reader.optional_integer("maximum"),
        choices=_read_choices(reader, kind),
        unit=reader.optional_localized("unit"),
        items=items,
        min_items=reader.integer("min_items", 1),
        max_items=reader.integer("max_items", 50, low=1, high=500),
    )
    reader.finish()
    return field


def _read_choices(reader: TableReader, kind: Kind) -> tuple[Choice, ...]:
    choices = []
    for inner in reader.tables("choices"):
        choices.append(
            Choice(
                value=inner.text("value", pattern="[a-z0-9_]{1,40}"),
                label=Localized(inner.text("th"), inner.text("en")),
            )
        )
        inner.finish()
    if (kind is Kind.CHOICE) != bool(choices):
        raise reader.error(
            "choices and kind do not fit",
            'A field of kind "choice" needs choices, and no other may have them.',
            "choices" if choices else "kind",
        )
    return tuple(choices)


def _read_numbering(reader: TableReader) -> Numbering:
    pattern = reader.text("pattern")
    fix = (
        'Use {sequence} or {sequence:05}, {year}, {year2}, {code}: "{sequence}/{year}".'
    )
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(pattern) if name}
        pattern.format(sequence=1, year=2569, year2=69, code="XX")
    except (KeyError, ValueError, IndexError) as error:
        raise reader.error(f"pattern = {pattern!r} is wrong", fix, "pattern") from error
    if "sequence" not in names or not names & {"year", "year2"}:
        raise reader.error(
            "pattern needs the sequence and the year, or numbers would repeat",
            fix,
            "pattern",
        )
    numbering = Numbering(
        pattern=pattern,
        year_basis=reader.choice("year", ("calendar", "fiscal"), "calendar"),
    )
    reader.finish()
    return numbering


def _read_validity(reader: TableReader) -> Validity:
    rule = reader.choice("rule", ("none", "years", "days", "year_end", "given"))
    counted = rule in {"years", "days"}
    validity = Validity(
        rule=rule, count=reader.integer("count", low=1, high=36525) if counted else 0
    )
    reader.finish()
    return validity


def _read_holder(reader: TableReader, fields: tuple[Field, ...]) -> str:
    named = {field.name: field for field in fields}
    name = reader.choice("field", named)
    kinds = {Kind.TEXT, Kind.NAME}
    if named[name].kind not in kinds or not named[name].required:
        raise reader.error(
            f"field {name!r} cannot name the holder",
            "Use a required field of kind name or text.",
            "field",
        )
    return name


def _read_page(reader: TableReader) -> Page:
    paper = PAPER_MM[reader.choice("paper", PAPER_MM, "A4")]
    if (
        reader.choice("orientation", ("portrait", "landscape"), "portrait")
        != "portrait"
    ):
        paper = (paper[1], paper[0])
    page = Page(
        width=paper[0],
        height=paper[1],
        top=reader.number("top", 25, low=5, high=100),
        right=reader.number("right", 20, low=5, high=100),
        bottom=reader.number("bottom", 20, low=5, high=100),
        left=reader.number("left", 30, low=5, high=100),
        font=reader.choice("font", ("sarabun",), "sarabun"),
        size=reader.number("size", 16, low=9, high=30),
        leading=reader.number("leading", 1.25, low=1, high=3),
        border=reader.choice("border", ("none", "ornamental"), "none"),
        thai_digits=reader.choice("digits", ("thai", "arabic"), "thai") == "thai",
    )
    reader.finish()
    return page


def _last_day(validity: Validity, first: date) -> date | None:
    if validity.rule == "days":
        return first + timedelta(days=validity.count - 1)
    if validity.rule == "year_end":
        return date(first.year, 12, 31)
    if validity.rule == "years":
        year = first.year + validity.count
        leap = calendar.isleap(year)
        if (first.month, first.day) == (2, 29) and not leap:
            return date(year, 2, 28)
        return first.replace(year=year) - timedelta(days=1)
    return None


def _find_validity_problem(
    validity: Validity, given: date | None, last: date | None
) -> tuple[str, str, str] | None:
    if validity.rule == "given":
        if given is None:
            return (
                "required",
                "ต้องระบุวันสิ้นอายุ",
                "the last day of validity is required",
            )
        return None
    if validity.rule == "none" and given is not None:
        return (
            "not_allowed",
            "เอกสารประเภทนี้ไม่มีวันสิ้นอายุ",
            "documents of this type do not expire",
        )
    if given is not None and last is not None and given > last:
        return (
            "too_late",
            f"วันสิ้นอายุต้องไม่เกิน {write_date_th(last)}",
            f"the last day must not be after {last.isoformat()}",
        )
    return None
