# SPDX-License-Identifier: Apache-2.0
"""Checks of normalised data: every problem, in Thai and English, by field.

Nothing is repaired here. No text with control, zero-width, bidirectional or private
characters passes, and no mark that stands on nothing.
"""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from stdnum.exceptions import ValidationError
from stdnum.th import moa, pin

from templates.addresses import MAX_PART, PARTS, find_part_problems
from templates.errors import FieldProblem, ImageError
from templates.fields import MAX_AMOUNT, MAX_INTEGER, Field, Kind
from templates.images import normalise_image
from templates.spelling import MAX_MARKS_OF_TEXT, find_fault, find_invisible
from templates.values import AMOUNT, item_field
from templates.wording import Localized

MAX_PROBLEMS: Final = 100
"""Problems named of one field: a whole column may be wrong, and nobody reads more."""

MAX_UNKNOWN: Final = 20
"""Names told of that are no field: against an answer larger than the request."""

_MAX_NAME = 80


def find_data_problems(
    fields: tuple[Field, ...], data: Mapping[str, Any]
) -> Iterator[FieldProblem]:
    """Yield all that is wrong with normalised data, in the order of the fields."""
    for field in fields:
        if field.name in data:
            yield from _first_problems(field, find_problems(field, data[field.name]))
        elif field.required:
            yield missing(field)
    names = [field.name for field in fields]
    odd = (name for name in data if name not in names)
    for name in itertools.islice(odd, MAX_UNKNOWN):
        yield unknown(str(name)[:_MAX_NAME], ", ".join(names))


def find_problems(field: Field, value: object) -> Iterator[FieldProblem]:
    """Yield all that is wrong with a normalised value."""
    return _CHECKS[field.kind](field, value)


def missing(field: Field) -> FieldProblem:
    """Return the problem of a required field that was not given."""
    return _problem(
        field,
        "required",
        f"ต้องระบุ{field.label.th}",
        f"{field.label.en} is required",
    )


def unknown(name: str, known: str) -> FieldProblem:
    """Return the problem of a field that the type does not have."""
    return FieldProblem(
        field=name,
        reason="unknown_field",
        detail=Localized(
            f"เอกสารประเภทนี้ไม่มีข้อมูลชื่อ {name} (มี {known})",
            f"this type has no field {name} (it has {known})",
        ),
    )


def _problem(field: Field, reason: str, th: str, en: str) -> FieldProblem:
    return FieldProblem(field=field.name, reason=reason, detail=Localized(th, en))


def _first_problems(
    field: Field, found: Iterator[FieldProblem]
) -> Iterator[FieldProblem]:
    """Yield the first problems of a field and, behind them, that there are more."""
    yield from itertools.islice(found, MAX_PROBLEMS)
    if next(found, None) is not None:
        yield _problem(
            field,
            "more_problems",
            f"ยังมีที่ผิดอีก แสดงเพียง {MAX_PROBLEMS} แห่งแรก",
            f"has more problems; these are the first {MAX_PROBLEMS}",
        )


def _find_string_problems(field: Field, value: object) -> Iterator[FieldProblem]:
    if not isinstance(value, str):
        yield _problem(field, "wrong_type", "ต้องเป็นข้อความ", "must be a string")
        return
    yield from _find_character_problems(field, value)
    yield from _STRING_CHECKS[field.kind](field, value)


def _find_character_problems(field: Field, value: str) -> Iterator[FieldProblem]:
    fault = find_invisible(value, "\n" if field.kind is Kind.PARAGRAPH else "")
    if fault is None:
        return
    code = f"U+{ord(fault.mark):04X}"
    # What stands before it is shown only where that can itself be seen.
    th, en = (f"หลัง “{fault.before}” ", f" after “{fault.before}”")
    if not fault.before.isprintable() or not fault.before:
        th = en = ""
    yield _problem(
        field,
        "forbidden_character",
        f"มีอักขระที่มองไม่เห็นหรือใช้ไม่ได้ ({code}) ที่ตัวอักษรลำดับที่ {fault.position} "
        f"{th}โปรดพิมพ์ใหม่",
        f"holds an invisible or unusable character ({code}), character "
        f"{fault.position}{en}; type it anew",
    )


def _find_text_problems(field: Field, value: str) -> Iterator[FieldProblem]:
    if len(value) > field.max_length:
        limit, length = field.max_length, len(value)
        yield _problem(
            field,
            "too_long",
            f"ยาวเกิน {limit} ตัวอักษร (ได้รับ {length})",
            f"is longer than {limit} characters (got {length})",
        )
    if field.pattern and not re.fullmatch(field.pattern, value):
        hint = field.pattern_hint or Localized("รูปแบบไม่ถูกต้อง", "has a wrong form")
        yield _problem(field, "pattern", hint.th, hint.en)
    if field.kind is Kind.LATIN and re.search("[\u0e00-\u0e7f]", value):
        yield _problem(
            field, "not_latin", "ต้องเป็นอักษรโรมัน", "must be written in Latin letters"
        )
    # Of what hides within a text the field is told already; it may be a mark, too.
    if find_invisible(value, "\n") is None:
        yield from _find_mark_problems(field, value)


def _find_mark_problems(field: Field, value: str) -> Iterator[FieldProblem]:
    fault = find_fault(value)
    if fault is None:
        return
    # The dotted circle is what Unicode shows a mark without a base on.
    place = f"{fault.before}◌{fault.mark}"
    th, en = {
        "lone_mark": (
            "มีสระหรือวรรณยุกต์ที่ไม่มีพยัญชนะรองรับ",
            "a vowel sign or tone mark stands on no consonant",
        ),
        "stacked_marks": (
            "มีสระ วรรณยุกต์ หรือเครื่องหมายซ้อนกันบนอักษรตัวเดียว",
            "one letter carries too many marks",
        ),
        "foreign_mark": (
            "มีเครื่องหมายที่ไม่ใช่ของไทยอยู่บนอักษรไทย",
            "a mark of another script stands on a Thai letter",
        ),
        "too_many_marks": (
            f"มีเครื่องหมายเสริมอักษรต่างประเทศเกิน {MAX_MARKS_OF_TEXT} ตัว",
            f"there are more than {MAX_MARKS_OF_TEXT} marks of other scripts",
        ),
    }[fault.reason]
    yield _problem(
        field,
        fault.reason,
        f"{th} ที่ตัวอักษรลำดับที่ {fault.position} “{place}” โปรดพิมพ์ใหม่",
        f"{en}, at character {fault.position} “{place}”; type it anew",
    )


def _find_choice_problems(field: Field, value: str) -> Iterator[FieldProblem]:
    values = [choice.value for choice in field.choices]
    if value not in values:
        listed = ", ".join(values)
        yield _problem(
            field,
            "not_a_choice",
            f"ต้องเป็นค่าใดค่าหนึ่งใน: {listed}",
            f"must be one of: {listed}",
        )


def _find_date_problems(field: Field, value: str) -> Iterator[FieldProblem]:
    try:
        day = date.fromisoformat(value) if len(value) == len("2026-01-31") else None
    except ValueError:
        day = None
    if day is None:
        yield _problem(
            field,
            "bad_date",
            "ต้องเป็นวันที่ ค.ศ. รูปแบบ ปปปป-ดด-วว เช่น 2026-11-21",
            "must be a date in the Common Era, YYYY-MM-DD, such as 2026-11-21",
        )
    elif not 1800 <= day.year <= 2300:  # noqa: PLR2004 - a B.E. year is over 2300
        yield _problem(
            field,
            "bad_date",
            f"ปี {day.year} ไม่น่าใช่ปี ค.ศ. (อย่าบวก 543)",
            f"year {day.year} is not a year of the Common Era (do not add 543)",
        )


def _find_money_problems(field: Field, value: str) -> Iterator[FieldProblem]:
    amount = Decimal(value) if AMOUNT.fullmatch(value) else None
    if amount is None or not 0 <= amount <= MAX_AMOUNT:
        yield _problem(
            field,
            "bad_amount",
            'ต้องเป็นจำนวนเงินบาท ไม่ติดลบ ทศนิยมไม่เกินสองตำแหน่ง เช่น "1500.00"',
            'must be an amount in baht, not negative, two decimals: "1500.00"',
        )
        return
    yield from _find_range_problems(field, amount)


def _find_id_problems(field: Field, value: str) -> Iterator[FieldProblem]:
    checks = {
        Kind.PERSON_ID: (pin.validate,),
        Kind.JURISTIC_ID: (moa.validate,),
        Kind.THAI_ID: (moa.validate, pin.validate),
    }[field.kind]
    for check in checks:
        try:
            check(value)
        except ValidationError:
            continue
        return
    if len(value) != 13 or not value.isascii() or not value.isdigit():  # noqa: PLR2004 - digits of a Thai id
        yield _problem(
            field,
            "bad_id",
            "ต้องเป็นตัวเลข 13 หลัก",
            "must be 13 digits",
        )
    elif value[12] != pin.calc_check_digit(value):
        yield _problem(
            field,
            "bad_check_digit",
            "เลขหลักสุดท้ายไม่ตรงกับเลขอื่น โปรดตรวจว่าพิมพ์ถูก",
            "the check digit does not fit the others; was it mistyped?",
        )
    else:
        yield _problem(
            field,
            "bad_id",
            "เลขนิติบุคคลขึ้นต้นด้วย 0 เลขบุคคลขึ้นต้นด้วย 1 ถึง 8",
            "ids of juristic persons begin with 0, of people with 1 to 8",
        )


def _find_integer_problems(field: Field, value: object) -> Iterator[FieldProblem]:
    if not isinstance(value, int) or isinstance(value, bool):
        yield _problem(field, "wrong_type", "ต้องเป็นจำนวนเต็ม", "must be an integer")
    elif abs(value) > MAX_INTEGER:
        yield _problem(field, "too_large", "มากเกินไป", "is too large")
    else:
        yield from _find_range_problems(field, value)


def _find_range_problems(field: Field, value: int | Decimal) -> Iterator[FieldProblem]:
    if field.minimum is not None and value < field.minimum:
        limit = field.minimum
        yield _problem(
            field, "too_small", f"ต้องไม่น้อยกว่า {limit}", f"must be {limit} or more"
        )
    if field.maximum is not None and value > field.maximum:
        limit = field.maximum
        yield _problem(
            field, "too_large", f"ต้องไม่เกิน {limit}", f"must be {limit} or less"
        )


def _find_image_problems(field: Field, value: object) -> Iterator[FieldProblem]:
    try:
        if isinstance(value, str) and normalise_image(value) == value:
            return
        detail = Localized(
            "ต้องเป็นไฟล์ภาพ JPEG หรือ PNG ที่เข้ารหัสแบบ base64",
            "must be a JPEG or PNG file in base64",
        )
        reason = "wrong_type"
    except ImageError as error:
        reason, detail = error.reason, error.detail
    yield FieldProblem(field=field.name, reason=reason, detail=detail)


def _find_address_problems(field: Field, value: object) -> Iterator[FieldProblem]:
    if not isinstance(value, dict):
        yield _problem(
            field,
            "wrong_type",
            "ต้องเป็นที่อยู่ที่แยกเป็นส่วน ๆ",
            "must be an object with the parts of an address",
        )
        return
    parts = tuple(
        Field(
            name=part.name,
            label=part.label,
            kind=Kind.TEXT,
            required=part.required,
            max_length=MAX_PART,
        )
        for part in PARTS
    )
    labels = {part.name: part.label for part in parts}
    found = itertools.chain(find_data_problems(parts, value), find_part_problems(value))
    for problem in found:
        label = labels.get(problem.field, field.label)
        yield from _placed([problem], f"{field.name}.{problem.field}", label)


def _find_list_problems(field: Field, value: object) -> Iterator[FieldProblem]:
    if not isinstance(value, list):
        yield _problem(field, "wrong_type", "ต้องเป็นรายการ", "must be a list")
        return
    yield from _find_count_problems(field, len(value))
    item = item_field(field)
    for index, entry in enumerate(value[: field.max_items]):
        found = [missing(item)] if entry == "" else find_problems(item, entry)
        place = Localized(f"รายการที่ {index + 1}", f"entry {index + 1}")
        yield from _placed(found, f"{field.name}[{index}]", place)


def _find_table_problems(field: Field, value: object) -> Iterator[FieldProblem]:
    if not isinstance(value, list):
        yield _problem(field, "wrong_type", "ต้องเป็นตาราง", "must be a list of rows")
        return
    yield from _find_count_problems(field, len(value))
    for index, row in enumerate(value[: field.max_items]):
        place = Localized(f"แถวที่ {index + 1}", f"row {index + 1}")
        path = f"{field.name}[{index}]"
        if isinstance(row, dict) and row:
            yield from _find_row_problems(field, row, path, place)
            continue
        blank = replace(field, name=path)
        if row in ({}, None, ""):
            yield _problem(
                blank,
                "required",
                f"{place.th}: ว่างทั้งแถว โปรดกรอกหรือลบแถวออก",
                f"{place.en}: is empty; fill it in or take it out",
            )
        else:
            yield _problem(
                blank,
                "wrong_type",
                f"{place.th}: ต้องระบุค่าตามชื่อคอลัมน์",
                f"{place.en}: must be an object, by name of column",
            )


def _find_row_problems(
    field: Field, row: Mapping[str, Any], path: str, place: Localized
) -> Iterator[FieldProblem]:
    labels = {column.name: column.label for column in field.columns}
    for problem in find_data_problems(field.columns, row):
        label = labels.get(problem.field)
        cell = label and Localized(
            f"{place.th} คอลัมน์{label.th}", f"{place.en}, column {label.en}"
        )
        yield from _placed([problem], f"{path}.{problem.field}", cell or place)


def _find_count_problems(field: Field, count: int) -> Iterator[FieldProblem]:
    low, high = field.min_items, field.max_items
    th, en = ("แถว", "rows") if field.kind is Kind.TABLE else ("รายการ", "entries")
    if count < low:
        yield _problem(
            field,
            "too_few",
            f"ต้องมีอย่างน้อย {low} {th}",
            f"must have {low} or more {en}",
        )
    if count > high:
        yield _problem(
            field,
            "too_many",
            f"ต้องมีไม่เกิน {high} {th} (ได้รับ {count})",
            f"must have {high} or fewer {en} (got {count})",
        )


def _placed(
    found: Iterable[FieldProblem], path: str, place: Localized
) -> Iterator[FieldProblem]:
    """Yield problems of a part as problems of the whole, saying which part."""
    for problem in found:
        yield FieldProblem(
            field=path,
            reason=problem.reason,
            detail=Localized(
                f"{place.th}: {problem.detail.th}", f"{place.en}: {problem.detail.en}"
            ),
        )


_STRING_CHECKS: Mapping[Kind, Callable[[Field, str], Iterator[FieldProblem]]] = {
    Kind.TEXT: _find_text_problems,
    Kind.NAME: _find_text_problems,
    Kind.LATIN: _find_text_problems,
    Kind.PARAGRAPH: _find_text_problems,
    Kind.CHOICE: _find_choice_problems,
    Kind.DATE: _find_date_problems,
    Kind.MONEY: _find_money_problems,
    Kind.PERSON_ID: _find_id_problems,
    Kind.JURISTIC_ID: _find_id_problems,
    Kind.THAI_ID: _find_id_problems,
}
_CHECKS: Mapping[Kind, Callable[[Field, object], Iterator[FieldProblem]]] = {
    **dict.fromkeys(_STRING_CHECKS, _find_string_problems),
    Kind.INTEGER: _find_integer_problems,
    Kind.LIST: _find_list_problems,
    Kind.TABLE: _find_table_problems,
    Kind.IMAGE: _find_image_problems,
    Kind.ADDRESS: _find_address_problems,
}
