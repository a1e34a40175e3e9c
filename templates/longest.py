# SPDX-License-Identifier: Apache-2.0
"""The longest data a type allows, to see that its page holds them.

Texts are of realistic Thai words up to `max_length`, lists and tables full, amounts
and dates those that take most letters. The same type gives the same data. A field
with a pattern, and a picture, keep what the sample has: they cannot be made up.
"""

import base64
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from PIL import Image

from templates.fields import TEXT_KINDS, Field, Kind

_PHRASES = (
    "เลขที่ 999/123-124 หมู่ที่ 12",
    "ซอยกรุงเทพกรีฑาตัดใหม่ 45 แยก 7",
    "ตำบลหนองบัวน้ำจืดใต้",
    "อำเภอเฉลิมพระเกียรติ",
    "จังหวัดนครศรีธรรมราช 80290",
    "กิจการโรงแรมและที่พักซึ่งมีห้องพักไม่เกินสามร้อยห้อง",
    "การผลิตน้ำดื่มและน้ำแข็งในภาชนะบรรจุที่ปิดสนิท",
    "จำหน่ายวัสดุก่อสร้าง เครื่องมือช่าง และอุปกรณ์ไฟฟ้า",
    "ต้องปฏิบัติตามกฎหมายว่าด้วยการสาธารณสุขและสิ่งแวดล้อมโดยเคร่งครัด",
    "อาคารคอนกรีตเสริมเหล็กสูงเจ็ดชั้นพร้อมชั้นใต้ดินสองชั้น",
    "ผู้ประกอบวิชาชีพวิศวกรรมควบคุมระดับสามัญวิศวกร",
    "กตัญญูกตเวทิตาธรรม",
    "พื้นที่ใช้สอย 12,345.67 ตารางเมตร",
    "ทั้งนี้ ภายในหกสิบวันนับแต่วันที่ได้รับหนังสือฉบับนี้",
    "ปี๊บ ฝ้าย น้ำผึ้ง",
    "รวมทั้งสิ่งที่เกี่ยวเนื่อง",
    "และอื่น ๆ",
)
_NAMES = (
    "บริษัท วัฒนาพาณิชย์อุตสาหกรรมและการขนส่งระหว่างประเทศ (ประเทศไทย) จำกัด (มหาชน)",
    "หม่อมหลวงประภัสสราวรรณ เฉลิมวงศ์วิริยะกุล ณ อยุธยา",
    "ว่าที่ร้อยตรีหญิงณัฏฐ์ชญานันท์ กิตติวุฒิพงศ์พิพัฒน์",
    "นางสาวปิยะดา กตัญญูพงศ์",
    "ห้างหุ้นส่วนจำกัด น้ำทิพย์ก่อสร้าง",
    "นายสมชาย ใจดี",
)
_LATIN = (
    "Department of International Trade Promotion and Development",
    "Nakhon Si Thammarat Provincial Administrative Organization",
    "Warehouse, Transport and Cold Storage Management",
    "Occupational Safety, Health and Environment",
    "Mr. Worawut Kittiwutthiphongphiphat",
    "Advanced Course",
    "Level 3",
)
_DIGITS = "1234567890"
_LONGEST_DAY = "2026-11-30"
"""Two digits and พฤศจิกายน, the widest of the long names of months."""
_PERSON = "1112034563562"
_COMPANY = "0105544046602"
_ADDRESS = {
    "house_no": "999/123-124",
    "building": "ศูนย์ราชการเฉลิมพระเกียรติ",
    "floor": "12",
    "village": "จัดสรรเมืองทองธานี โครงการ 3",
    "moo": "12",
    "soi": "กรุงเทพกรีฑาตัดใหม่ 45 แยก 7",
    "road": "เฉลิมพระเกียรติ 48 พรรษา",
    "subdistrict": "หนองบัวน้ำจืดใต้",
    "district": "พระนครศรีอยุธยา",
    "province": "พระนครศรีอยุธยา",
    "postcode": "13000",
}
"""Longer than nearly all there are; single parts may be longer still."""
_LARGE = 999_999_999
"""For integers and amounts without a maximum."""


def build_longest(
    fields: Sequence[Field], sample: Mapping[str, Any]
) -> dict[str, object]:
    """Return data with every field at its longest.

    Args:
        fields: those of the type, or the columns of a table.
        sample: data that pass the checks of the fields.
    """
    made = {
        field.name: make_longest(field, sample.get(field.name), turn=turn)
        for turn, field in enumerate(fields)
    }
    return {name: value for name, value in made.items() if value is not None}


def make_longest(field: Field, sample: object = None, *, turn: int = 0) -> object:
    """Return the longest value of one field, or what the sample has.

    Args:
        field: the field.
        sample: its value in the sample, None where it has none.
        turn: which phrase a text begins with, so that not all are alike.
    """
    return _MAKERS[field.kind](field, sample, turn)


def write_text(kind: Kind, length: int, turn: int = 0) -> str:
    """Return a text of exactly so many characters, of whole phrases."""
    phrases = {Kind.NAME: _NAMES, Kind.LATIN: _LATIN}.get(kind, _PHRASES)
    text, at, passed = "", turn, 0
    while passed < len(phrases):
        phrase = phrases[at % len(phrases)]
        at += 1
        if len(text) + bool(text) + len(phrase) <= length:
            text, passed = f"{text} {phrase}".strip(), 0
        else:
            passed += 1
    rest = length - len(text)
    if text and rest > 1:
        text, rest = f"{text} ", rest - 1
    return text + (_DIGITS * (rest // len(_DIGITS) + 1))[:rest]


def _make_text(field: Field, sample: object, turn: int) -> object:
    text = write_text(field.kind, field.max_length, turn)
    fits = field.pattern is None or re.fullmatch(field.pattern, text)
    return text if fits else sample


def _make_list(field: Field, sample: object, _turn: int) -> object:
    first = sample[0] if isinstance(sample, list) and sample else None
    item = replace(field, kind=field.items or Kind.TEXT)
    return [make_longest(item, first, turn=at) for at in range(field.max_items)]


def _make_table(field: Field, sample: object, _turn: int) -> object:
    first = sample[0] if isinstance(sample, list) and sample else None
    row = build_longest(field.columns, first if isinstance(first, dict) else {})
    return [dict(row) for _ in range(field.max_items)]


def _make_choice(field: Field, _sample: object, _turn: int) -> object:
    return max(field.choices, key=lambda choice: len(choice.label.th)).value


def _make_integer(field: Field, _sample: object, _turn: int) -> object:
    return _largest(field)


def _make_amount(field: Field, _sample: object, _turn: int) -> object:
    lowest = Decimal(field.minimum or 0)
    return f"{max(Decimal(_largest(field)) - Decimal('0.01'), lowest):.2f}"


def _make_image(_field: Field, sample: object, _turn: int) -> object:
    return sample or _draw_image()


def _make_fixed(field: Field, _sample: object, _turn: int) -> object:
    return _FIXED[field.kind]


def _largest(field: Field) -> int:
    if field.maximum is not None:
        return field.maximum
    return max(_LARGE, field.minimum or 0)


def _draw_image() -> str:
    """Return a picture of a usual size, as data hold it: gray from dark to light."""
    picture = Image.linear_gradient("L").resize((450, 600))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return base64.b64encode(out.getvalue()).decode()


_FIXED: Mapping[Kind, object] = {
    Kind.DATE: _LONGEST_DAY,
    Kind.PERSON_ID: _PERSON,
    Kind.JURISTIC_ID: _COMPANY,
    Kind.THAI_ID: _COMPANY,
    Kind.ADDRESS: _ADDRESS,
}
_MAKERS: Mapping[Kind, Callable[[Field, object, int], object]] = {
    **dict.fromkeys(TEXT_KINDS, _make_text),
    **dict.fromkeys(_FIXED, _make_fixed),
    Kind.INTEGER: _make_integer,
    Kind.MONEY: _make_amount,
    Kind.CHOICE: _make_choice,
    Kind.LIST: _make_list,
    Kind.TABLE: _make_table,
    Kind.IMAGE: _make_image,
}
