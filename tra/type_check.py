# SPDX-License-Identifier: Apache-2.0
"""Check a document type before it is used: its files, its sample, its page.

The page is tried with the sample, with only what is required, with every choice, and
with the longest data the fields allow. Errors stop a type from being ready; warnings
say what may be refused later, or was rarely meant.
"""

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from issuer.errors import (
    GateError,
    MissingGlyphError,
    PageOverflowError,
    RenderError,
)
from issuer.gate import check_document
from issuer.rehearsal import rehearse
from issuer.render import render_pdf
from templates.artwork import check_artwork, check_no_codes
from templates.catalogue import (
    TYPE_FILE,
    Catalogue,
    DocumentType,
    find_type_folders,
    read_document_type,
)
from templates.document_type import SAMPLE_FILE
from templates.errors import FieldsError, TypeFileError
from templates.review import find_warnings
from tra.data_file import DataFile, DataFileError, read_data_file
from tra.type_limits import find_limits, rehearse_longest, split_advice
from tra.type_lines import TypeLines


class Severity(StrEnum):
    """How grave a finding is."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong, where it is, and what to do about it."""

    severity: Severity
    file: Path
    line: int | None = None
    field: str | None = None
    problem: str
    problem_th: str | None = None
    fix: str | None = None


@dataclass(frozen=True, kw_only=True)
class TypeReport:
    """What was found in one folder."""

    folder: Path
    document_type: DocumentType | None
    """None where type.toml cannot be read."""
    findings: tuple[Finding, ...]

    @property
    def ready(self) -> bool:
        """Whether documents of this type can be issued."""
        return all(found.severity is not Severity.ERROR for found in self.findings)


def load_others(folders: Iterable[Path]) -> list[DocumentType]:
    """Return the types that come with Tra and those in folders, but wrong ones."""
    types = [*Catalogue.load().types.values()]
    for root in folders:
        with contextlib.suppress(TypeFileError):
            for folder in find_type_folders([root]):
                with contextlib.suppress(TypeFileError):
                    types.append(read_document_type(folder))
    return types


def check_type(
    folder: Path, others: Sequence[DocumentType], now: datetime
) -> TypeReport:
    """Check the type in a folder.

    1. type.toml and the files it draws with, and that no other type has its id or
       code.
    2. The sample: its form, and each field of it.
    3. The page: of the sample, without what may be left out, with every choice.
    4. The page with the longest data.
    5. What was rarely meant.
    """
    # 1.
    try:
        kind = read_document_type(folder)
        check_artwork(kind)
        check_no_codes(kind)
    except TypeFileError as error:
        return TypeReport(
            folder=folder, document_type=None, findings=(_of_file_error(error),)
        )
    check = _Check(kind, now)
    findings = [
        *check.find_twins(others),
        # 2. and 3.
        *check.find_in_sample(),
        # 4.
        *check.find_limits(),
        # 5.
        *check.find_remarks(),
    ]
    return TypeReport(
        folder=folder, document_type=kind, findings=tuple(dict.fromkeys(findings))
    )


class _Check:
    """The steps of checking one type."""

    def __init__(self, kind: DocumentType, now: datetime) -> None:
        self._kind, self._now = kind, now
        self._file = kind.folder / TYPE_FILE
        self._lines = TypeLines(kind)
        self._sample: Mapping[str, Any] | None = None

    def find_twins(self, others: Sequence[DocumentType]) -> Iterator[Finding]:
        kind = self._kind
        for other in others:
            if other.folder.resolve() == kind.folder.resolve():
                continue
            for key, own in (("id", kind.id), ("code", kind.code)):
                if getattr(other, key) == own:
                    yield Finding(
                        severity=Severity.ERROR,
                        file=self._file,
                        line=self._lines.of_key(key),
                        problem=f"{key} {own!r} is used by {other.folder}",
                        fix=f"Give this type {'an id' if key == 'id' else 'a code'} "
                        "of its own.",
                    )

    def find_in_sample(self) -> Iterator[Finding]:
        try:
            file = read_data_file(self._kind.folder / SAMPLE_FILE)
        except DataFileError as error:
            yield _of_file_error(error)
            return
        data = self._kind.normalise(file.data)
        try:
            self._kind.check_fields(data)
        except FieldsError as error:
            yield from _of_fields(error, file)
            return
        self._sample = data
        try:
            check_document(render_pdf(rehearse(self._kind, data, self._now)))
        except FieldsError as error:
            yield from _of_fields(error, file)
        except RenderError as error:
            yield self._of_drawing(error, "the page of the sample")
        else:
            yield from self._find_in_variants(data)

    def _find_in_variants(self, data: Mapping[str, Any]) -> Iterator[Finding]:
        """Draw what the sample does not show; report each complaint once."""
        for what, variant in self._vary(data):
            try:
                job = rehearse(self._kind, variant, self._now)
                if self._kind.page.background is not None:
                    # What meets what on a form is seen on the finished page only.
                    check_document(render_pdf(job))
            except (FieldsError, RenderError) as error:
                yield self._of_drawing(error, f"the page with {what}")

    def _vary(self, data: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        required = {field.name for field in self._kind.fields if field.required}
        yield (
            "only what is required",
            {name: value for name, value in data.items() if name in required},
        )
        for field in self._kind.fields:
            for choice in field.choices:
                yield (
                    f'{field.name} = "{choice.value}"',
                    {**data, field.name: choice.value},
                )

    def find_limits(self) -> Iterator[Finding]:
        """Report what does not fit; where all fits, take it through the gate."""
        if self._sample is None:
            return
        limits = list(find_limits(self._kind, self._sample))
        if not limits:
            yield from self._find_at_gate(self._sample)
        for limit in limits:
            name = limit.field
            yield Finding(
                severity=Severity.WARNING,
                file=self._file,
                line=self._lines.of_field(name, limit.key) if name else None,
                field=limit.field,
                problem=limit.problem,
                fix=limit.fix,
            )

    def _find_at_gate(self, sample: Mapping[str, Any]) -> Iterator[Finding]:
        try:
            check_document(render_pdf(rehearse_longest(self._kind, sample)))
        except RenderError as error:
            yield self._of_drawing(error, "the page with the longest data")

    def find_remarks(self) -> Iterator[Finding]:
        for remark in find_warnings(self._kind):
            yield Finding(
                severity=Severity.WARNING,
                file=self._file,
                problem=remark.problem,
                fix=remark.fix,
            )

    def _of_drawing(self, error: Exception, what: str) -> Finding:
        """Return the finding on a page that cannot be drawn, or not be sealed."""
        line = self._lines.of_box(str(error))
        if isinstance(error, PageOverflowError) and line is None and error.fields:
            line = self._lines.of_field(error.fields[0].partition("[")[0], "max_length")
        problem, fix = split_advice(self._kind, error)
        problem = f"{what} cannot be drawn: {problem}"
        if isinstance(error, GateError):
            problem, fix = f"{what} would not be sealed: {error}", ""
        elif isinstance(error, MissingGlyphError) and error.character:
            letter = error.character
            line = self._lines.of_text(letter)
            problem = f"the font has no character “{letter}” (U+{ord(letter):04X})"
            fix = "Write it otherwise, or name a font that has it under [page]."
        return Finding(
            severity=Severity.ERROR,
            file=self._file,
            line=line,
            problem=problem,
            problem_th=(error.th or None) if isinstance(error, RenderError) else None,
            fix=fix or None,
        )


def _of_file_error(error: TypeFileError | DataFileError) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        file=error.file,
        line=error.line,
        problem=error.problem,
        fix=error.fix,
    )


def _of_fields(error: FieldsError, file: DataFile) -> Iterator[Finding]:
    for problem in error.problems:
        yield Finding(
            severity=Severity.ERROR,
            file=file.file,
            line=file.line_of(problem.field),
            field=problem.field,
            problem=problem.detail.en,
            problem_th=problem.detail.th,
            fix=f'Write "{problem.field}": ... there.'
            if problem.reason == "required" and problem.field.isidentifier()
            else None,
        )
