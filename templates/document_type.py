# SPDX-License-Identifier: Apache-2.0
"""A document type: what issuing needs to know of it, and nothing drawn.

Checks and normalises the data given for it, counts out its validity, writes its
numbers, and says which of its fields are public. Made by `templates.catalogue`.
"""

import calendar
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from templates.blocks import Block, FixedBox
from templates.checks import find_data_problems
from templates.errors import (
    FieldProblem,
    FieldsError,
    ImageFileError,
    TypeFileError,
)
from templates.facts import write_value
from templates.fields import Field, Kind
from templates.image_files import read_images
from templates.page import Page
from templates.schema import describe_fields
from templates.values import normalise_data
from templates.wording import (
    NO_BREAK_SPACE,
    Localized,
    to_thai_digits,
    write_date_th,
)

SAMPLE_FILE = "sample.json"


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


class SealLevel(StrEnum):
    """How long a seal can be checked from what the file holds (EN 319 142-1)."""

    B_LT = "B-LT"
    """As long as the certificates of its time stamp last."""
    B_LTA = "B-LTA"
    """As long as archive timestamps are renewed; the first is added at issue."""


@dataclass(frozen=True, kw_only=True)
class Signatory:
    """The officer named under the text."""

    name: Localized
    position: Localized
    on_behalf: Localized | None = None
    """The line "ปฏิบัติราชการแทน …", where the officer acts for another."""


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
    seal_level: SealLevel
    officer: bool
    """Whether an officer signs each document before it is sealed."""
    page: Page
    blocks: tuple[Block, ...]
    foot: tuple[Block, ...]
    """Blocks at the bottom of the last page, kept together."""
    fixed: tuple[FixedBox, ...]
    """Boxes at fixed places."""
    folder: Path

    def all_blocks(self) -> tuple[Block, ...]:
        """Return the blocks of all parts of the layout, not those within columns."""
        boxed = (block for box in self.fixed for block in box.blocks)
        return (*self.blocks, *self.foot, *boxed)

    def normalise(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the data as it is stored: NFC, ASCII digits where they count.

        Values left empty are left out. Never raises; `check_fields` complains.
        """
        return normalise_data(self.fields, data)

    def check_fields(self, data: Mapping[str, Any]) -> None:
        """Check normalised data against the fields of the type.

        Raises:
            FieldsError: holding every problem, in the order of the fields.
        """
        problems = tuple(find_data_problems(self.fields, data))
        if problems:
            raise FieldsError(problems)

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
                "value": self._show(field, data[field.name]).replace(
                    NO_BREAK_SPACE, " "
                ),
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
            **describe_fields(self.fields),
        }

    def sample(self) -> dict[str, Any]:
        """Return the sample data of the type, with the images it names.

        Raises:
            TypeFileError: the sample or an image is missing, or it is not a JSON
                object.
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
        try:
            return read_images(data, self.folder)
        except ImageFileError as error:
            raise TypeFileError(
                file, f"{error.field}: {error.problem}", fix=error.fix
            ) from error

    def _show(self, field: Field, value: Any) -> str:  # noqa: ANN401 - of any kind
        thai = self.page.thai_digits
        if field.kind is Kind.LIST:
            kind = field.items or Kind.TEXT
            return ", ".join(
                write_value(field, kind, entry, thai_digits=thai) for entry in value
            )
        if field.kind is Kind.TABLE:
            return self._show_rows(field, value)
        text = write_value(field, field.kind, value, thai_digits=thai)
        return f"{text} {field.unit.th}" if field.unit else text

    def _show_rows(self, field: Field, rows: list[Mapping[str, Any]]) -> str:
        """Return the public columns, a line a row, each value behind its label."""
        lines, thai = [], self.page.thai_digits
        for number, row in enumerate(rows, start=1):
            cells = [
                f"{column.label.th} {self._show(column, row[column.name])}"
                for column in field.columns
                if column.public and column.name in row
            ]
            counted = to_thai_digits(f"{number}") if thai else f"{number}"
            lines.append(f"{counted}. {'; '.join(cells)}")
        return "\n".join(lines)


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
            f"วันสิ้นอายุต้องไม่เกินวันที่ {write_date_th(last)}",
            f"the last day must not be after {last.isoformat()}",
        )
    return None
