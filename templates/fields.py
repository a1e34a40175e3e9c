# SPDX-License-Identifier: Apache-2.0
"""Fields of a document type: how data is normalised, checked and described.

`normalise_value` repairs what is only a matter of typing (composition, digits,
separators). `find_problems` reports, and never repairs. No value with control,
zero-width or private characters passes.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from stdnum.exceptions import ValidationError
from stdnum.th import moa, pin

from templates.errors import FieldProblem
from templates.wording import Localized, to_ascii_digits


class Kind(StrEnum):
    """What a field holds; decides the checks and how it is written."""

    TEXT = "text"
    NAME = "name"
    LATIN = "latin"
    PARAGRAPH = "paragraph"
    INTEGER = "integer"
    MONEY = "money"
    DATE = "date"
    CHOICE = "choice"
    PERSON_ID = "person_id"
    JURISTIC_ID = "juristic_id"
    THAI_ID = "thai_id"
    LIST = "list"


TEXT_KINDS = frozenset({Kind.TEXT, Kind.NAME, Kind.LATIN, Kind.PARAGRAPH})
ID_KINDS = frozenset({Kind.PERSON_ID, Kind.JURISTIC_ID, Kind.THAI_ID})
_ASCII_KINDS = ID_KINDS | {Kind.MONEY, Kind.DATE, Kind.INTEGER}

MAX_AMOUNT = Decimal("999999999999999.99")
MAX_INTEGER = 2**53 - 1
"""Largest integer every JSON reader takes exactly (RFC 8785 §3.2.2.3)."""

_BAD_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SARA_AM = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32")
_SARA_AE = "\u0e40\u0e40"
_BLANKS = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\t]")
_AMOUNT = re.compile(r"-?\d{1,18}(\.\d{1,2})?")
_INTEGER = re.compile(r"-?\d{1,16}")


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One value a choice field may take."""

    value: str
    label: Localized


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a document type, as declared in type.toml."""

    name: str
    label: Localized
    kind: Kind
    required: bool = True
    public: bool = False
    max_length: int = 200
    """Characters, after normalising; of lists, characters of one item."""
    pattern: str | None = None
    pattern_hint: Localized | None = None
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[Choice, ...] = ()
    unit: Localized | None = None
    items: Kind | None = None
    min_items: int = 1
    max_items: int = 50


def normalise_value(field: Field, value: object) -> object:
    """Return the value as it is stored; what cannot be read is left as it is."""
    if isinstance(value, list):
        item = _item_field(field)
        return [normalise_value(item, entry) for entry in value]
    if field.kind is Kind.INTEGER and isinstance(value, str):
        text = to_ascii_digits(value.strip()).replace(",", "")
        return int(text) if _INTEGER.fullmatch(text) else value
    if not isinstance(value, str):
        return value
    text = _normalise_text(value)
    if field.kind in _ASCII_KINDS:
        text = to_ascii_digits(text)
    if field.kind in ID_KINDS:
        return text.replace("-", "").replace(" ", "")
    if field.kind is Kind.MONEY:
        return _normalise_amount(text)
    return text


def find_problems(field: Field, value: object) -> Iterator[FieldProblem]:
    """Yield all that is wrong with a normalised value."""
    if field.kind is Kind.LIST:
        yield from _find_list_problems(field, value)
        return
    if field.kind is Kind.INTEGER:
        yield from _find_integer_problems(field, value)
        return
    if not isinstance(value, str):
        yield _problem(field, "wrong_type", "ต้องเป็นข้อความ", "must be a string")
        return
    yield from _find_character_problems(field, value)
    yield from _KIND_CHECKS[field.kind](field, value)


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


def describe_field(field: Field) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the field."""
    schema = _describe_kind(field)
    schema["title"] = field.label.en
    schema["description"] = field.label.th
    return schema


def _problem(field: Field, reason: str, th: str, en: str) -> FieldProblem:
    return FieldProblem(field=field.name, reason=reason, detail=Localized(th, en))


def _normalise_text(text: str) -> str:
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    text = _SARA_AM.sub("\\1\u0e33", text).replace(_SARA_AE, "\u0e41")
    return _BLANKS.sub(" ", text).strip()


def _normalise_amount(text: str) -> str:
    plain = text.replace(",", "")
    if not _AMOUNT.fullmatch(plain):
        return text
    return f"{Decimal(plain):.2f}"


def _item_field(field: Field) -> Field:
    return Field(
        name=field.name,
        label=field.label,
        kind=field.items or Kind.TEXT,
        max_length=field.max_length,
        pattern=field.pattern,
        pattern_hint=field.pattern_hint,
    )


def _find_character_problems(field: Field, value: str) -> Iterator[FieldProblem]:
    allowed = "\n" if field.kind is Kind.PARAGRAPH else ""
    for character in value:
        if character in allowed or unicodedata.category(character) not in (
            _BAD_CATEGORIES
        ):
            continue
        code = f"U+{ord(character):04X}"
        yield _problem(
            field,
            "forbidden_character",
            f"มีอักขระที่มองไม่เห็นหรือใช้ไม่ได้ ({code}) โปรดพิมพ์ใหม่",
            f"holds an invisible or unusable character ({code}); type it anew",
        )
        return


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
    try:
        amount = Decimal(value) if _AMOUNT.fullmatch(value) else None
    except InvalidOperation:
        amount = None
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


def _find_list_problems(field: Field, value: object) -> Iterator[FieldProblem]:
    if not isinstance(value, list):
        yield _problem(field, "wrong_type", "ต้องเป็นรายการ", "must be a list")
        return
    low, high, count = field.min_items, field.max_items, len(value)
    if count < low:
        yield _problem(
            field,
            "too_few",
            f"ต้องมีอย่างน้อย {low} รายการ",
            f"must have {low} or more entries",
        )
    if count > high:
        yield _problem(
            field,
            "too_many",
            f"ต้องมีไม่เกิน {high} รายการ (ได้รับ {count})",
            f"must have {high} or fewer entries (got {count})",
        )
    item = _item_field(field)
    for number, entry in enumerate(value[:high]):
        if entry == "":
            found: Iterator[FieldProblem] = iter((missing(item),))
        else:
            found = find_problems(item, entry)
        for problem in found:
            yield FieldProblem(
                field=f"{field.name}[{number}]",
                reason=problem.reason,
                detail=problem.detail,
            )


_KIND_CHECKS = {
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


def _describe_kind(field: Field) -> dict[str, Any]:
    if field.kind is Kind.LIST:
        return {
            "type": "array",
            "items": _describe_kind(_item_field(field)),
            "minItems": field.min_items,
            "maxItems": field.max_items,
        }
    if field.kind is Kind.INTEGER:
        limits = {"minimum": field.minimum, "maximum": field.maximum}
        given = {name: limit for name, limit in limits.items() if limit is not None}
        return {"type": "integer", **given}
    if field.kind in TEXT_KINDS:
        pattern = {"pattern": f"^(?:{field.pattern})$"} if field.pattern else {}
        return {
            "type": "string",
            "minLength": 1,
            "maxLength": field.max_length,
            **pattern,
        }
    if field.kind is Kind.CHOICE:
        return {"type": "string", "enum": [choice.value for choice in field.choices]}
    return {"type": "string", **_FORMS.get(field.kind, _ID_FORM)}


_ID_FORM = {"pattern": "^[0-9]{13}$"}
_FORMS = {
    Kind.DATE: {"format": "date"},
    Kind.MONEY: {"pattern": r"^[0-9]{1,15}\.[0-9]{2}$"},
}
