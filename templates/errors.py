# SPDX-License-Identifier: Apache-2.0
"""Errors of document types, of the data given for them, and of drawing them."""

from dataclasses import dataclass
from pathlib import Path

from templates.wording import Localized


class TemplateError(Exception):
    """Base of all errors of this package."""


class TypeFileError(TemplateError):
    """A document type's folder is wrong; names file, line and the fix."""

    def __init__(
        self, file: Path, problem: str, *, fix: str, line: int | None = None
    ) -> None:
        self.file, self.line, self.problem, self.fix = file, line, problem, fix
        place = f"{file}, line {line}" if line else f"{file}"
        super().__init__(f"{place}: {problem}. {fix}")


class UnknownTypeError(TemplateError):
    """No document type has this id."""


@dataclass(frozen=True, kw_only=True)
class FieldProblem:
    """One thing wrong with one field; `reason` is a stable code."""

    field: str
    reason: str
    detail: Localized


class ImageError(TemplateError):
    """An image is not one that is read here; holds no byte of it."""

    def __init__(self, reason: str, detail: Localized) -> None:
        self.reason, self.detail = reason, detail
        super().__init__(detail.en)


class ImageFileError(TemplateError):
    """An image that stands beside a file of data cannot be read; names the fix."""

    def __init__(self, field: str, problem: str, *, fix: str) -> None:
        self.field, self.problem, self.fix = field, problem, fix
        super().__init__(f"{field}: {problem}. {fix}")


class FieldsError(TemplateError):
    """The data does not fit the type; holds every problem found, at least one."""

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{p.field}: {p.detail.en}" for p in problems))


class DrawingError(TemplateError):
    """The page cannot be drawn as the type asks; says so in Thai and English."""

    def __init__(self, th: str, en: str, *, fields: tuple[str, ...] = ()) -> None:
        self.th, self.fields = th, fields
        super().__init__(en)


class GlyphMissingError(DrawingError):
    """The font has no glyph for a character, so the page would show a box."""

    def __init__(self, character: str, text: str, font: str) -> None:
        self.character, self.text, self.font = character, text, font
        code = f"U+{ord(character):04X}"
        super().__init__(
            f"แบบอักษร {font} ไม่มีอักขระ “{character}” ({code}) ในข้อความ “{text}”",
            f"font {font} has no glyph for {code} in {text!r}",
        )


class LetterTooHighError(DrawingError):
    """A letter with its marks would reach into the lines above or below."""

    def __init__(self, letter: str, font: str) -> None:
        self.letter, self.font = letter, font
        codes = " ".join(f"U+{ord(character):04X}" for character in letter)
        super().__init__(
            f"เครื่องหมายบนหรือใต้อักษร “{letter}” ({codes}) สูงหรือต่ำจนทับบรรทัดอื่น",
            f"the marks of {letter!r} ({codes}) in font {font} would reach into other "
            "lines",
        )


class OverflowingError(DrawingError):
    """A part of the page does not fit and may not be clipped or shrunk.

    `fields` are those whose values are shown there, as far as that is known.
    """
