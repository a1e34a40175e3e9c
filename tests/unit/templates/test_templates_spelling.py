# SPDX-License-Identifier: Apache-2.0
"""What looks the same is stored the same; what nobody can show is refused."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from templates.checks import find_problems
from templates.fields import Field, Kind
from templates.spelling import find_fault, normalise_text
from templates.values import normalise_value
from templates.wording import Localized

TONES = "\u0e48\u0e49\u0e4a\u0e4b"
THAI = st.text(
    st.characters(min_codepoint=0x0E01, max_codepoint=0x0E5B)
    | st.sampled_from(" \t\n\r\u00a0\u2003\u200ba\u0301\u0e4d\u0e32\u0e33\u0e49"),
    max_size=30,
)


def field(kind: Kind, **options: int) -> Field:
    return Field(name="x", label=Localized("ช่อง", "Field"), kind=kind, **options)  # type: ignore[arg-type]  # lengths


def reasons(kind: Kind, text: str) -> list[str]:
    one = field(kind)
    return [p.reason for p in find_problems(one, normalise_value(one, text))]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("น\u0e49\u0e4d\u0e32", "น้ำ"),
        ("น\u0e4d\u0e49\u0e32", "น้ำ"),
        ("น\u0e33\u0e49", "น้ำ"),
        ("ก\u0e4d\u0e32", "กำ"),
        ("ท\u0e48\u0e35", "ที่"),
        ("ป\u0e4a\u0e35", "ปี๊"),
        ("ห\u0e49\u0e31ว", "หั้ว"),
        ("ผ\u0e39\u0e49", "ผู้"),
        ("ผ\u0e49\u0e39", "ผู้"),
        ("สิทธ\u0e4c\u0e34", "สิทธิ์"),
        ("พันธ\u0e4c\u0e38", "พันธุ์"),
        ("เเสง", "แสง"),
        ("เเเก", "แเก"),
        ("e\u0301", "é"),
    ],
)
def test_one_spelling_for_what_looks_the_same(typed: str, stored: str) -> None:
    assert normalise_text(typed) == stored
    assert unicodedata.is_normalized("NFC", stored)
    assert find_fault(normalise_text(typed)) is None


def test_sara_am_is_never_split() -> None:
    for text in ("น้ำ", "กำ", "ทำ ๆ ", "๑๒ ตำบล"):
        assert normalise_text(text) == text.strip()
        assert "\u0e33" in normalise_text(text)


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        (Kind.TEXT, "  ก \u00a0\t ข\u3000", "ก ข"),
        (Kind.PARAGRAPH, " ก  ข \r\n\r\n ค \rง\n", "ก ข\n\nค\nง"),
        (Kind.NAME, "นายสมชาย   ใจดี", "นายสมชาย ใจดี"),
        (Kind.NAME, "นาย สมชาย ใจดี", "นายสมชาย ใจดี"),
        (Kind.NAME, "นาง สาว กานดา รักษ์ไทย", "นางสาวกานดา รักษ์ไทย"),
        (Kind.NAME, "ม.ร.ว. คึก ดี", "ม.ร.ว.คึก ดี"),
        (Kind.NAME, "พลเอก สมชาย ใจดี", "พลเอก สมชาย ใจดี"),
        (Kind.NAME, "บริษัท น้ำใส จำกัด", "บริษัท น้ำใส จำกัด"),
        (Kind.NAME, "นาย John Smith", "นาย John Smith"),
        (Kind.TEXT, "นาย สมชาย", "นาย สมชาย"),
        (Kind.PERSON_ID, "1-1120-34563-56-2", "1112034563562"),
        (Kind.PERSON_ID, "1\u20111120\u201334563 56\u22122", "1112034563562"),
        (Kind.THAI_ID, "๐-๑๐๕๕-๔๔๐๔๖-๖๐-๒", "0105544046602"),
        (Kind.MONEY, "1,234,567.5", "1234567.50"),
        (Kind.MONEY, "๑๒๓", "123.00"),
        (Kind.MONEY, "1,50", "1,50"),
        (Kind.MONEY, "1,2345", "1,2345"),
        (Kind.INTEGER, " ๑,๐๐๐ ", 1000),
        (Kind.INTEGER, "1,5", "1,5"),
        (Kind.DATE, "๒๐๒๖-๑๑-๒๑", "2026-11-21"),
    ],
)
def test_values_are_stored_in_one_form(kind: Kind, typed: str, stored: object) -> None:
    one = field(kind)
    assert normalise_value(one, typed) == stored
    assert normalise_value(one, stored) == stored


def test_a_comma_is_not_taken_for_a_decimal_point() -> None:
    assert reasons(Kind.MONEY, "1,50") == ["bad_amount"]
    assert reasons(Kind.INTEGER, "1,5") == ["wrong_type"]


def test_length_counts_what_is_stored() -> None:
    tight = field(Kind.TEXT, max_length=3)
    assert not list(find_problems(tight, normalise_value(tight, " ก   ข ")))
    assert list(find_problems(tight, normalise_value(tight, "กขคง")))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("\u0e34ก", "lone_mark"),
        ("ก \u0e48", "lone_mark"),
        ("ไ\u0e48", "lone_mark"),
        ("กา\u0e48", "lone_mark"),
        ("A\u0e49", "lone_mark"),
        ("๑\u0e33", "lone_mark"),
        ("กำ\u0e34", "lone_mark"),
        ("a \u0332b", "lone_mark"),
        ("ที\u0e48\u0e48", "stacked_marks"),
        ("ก\u0e48\u0e49า", "stacked_marks"),
        ("ก\u0e34\u0e35", "stacked_marks"),
        ("ก\u0e38\u0e34", "stacked_marks"),
        ("ก\u0e34ำ", "stacked_marks"),
        ("ก\u0e48\u0e4c", "stacked_marks"),
        ("ร้านx" + "\u0301" * 15 + "ดี", "stacked_marks"),
        ("x\u0302\u0301\u0323", "stacked_marks"),
        ("ก\u0301", "foreign_mark"),
        ("ที่\u0323", "foreign_mark"),
        ("๑\u0308", "foreign_mark"),
        ("x\u0302" * 41, "too_many_marks"),
    ],
)
@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.NAME, Kind.PARAGRAPH])
def test_marks_nobody_can_show_are_refused(kind: Kind, text: str, reason: str) -> None:
    assert reasons(kind, text) == [reason]


def test_the_place_of_a_wrong_mark_is_told() -> None:
    one = field(Kind.TEXT)
    (problem,) = find_problems(one, "ใบอนุญาตที\u0e48\u0e48ดี")
    assert "ลำดับที่ 12" in problem.detail.th
    assert "ญาตที่◌่" in problem.detail.th
    assert "character 12" in problem.detail.en


@pytest.mark.parametrize(
    "text",
    [
        "กตัญญู เกี๊ยว ฝ้าย ญู ฐุ ปี๊ ป่า ที่ น้ำ กำ",
        "ฤๅษี ฦๅชา ณ ๑๒ ๆ ฯลฯ ๏ ๚๛",
        "สทฺธิํ กาตุํ พุทฺธํ",
        "ก็ ก็่ เสร็จ ศุกร์ สิทธิ์ พันธุ์",
        "naïve Å x\u0302",
        "X\u0302\u0301 q\u0323\u0301",
        "MK2-550 จำนวน 12 ชุด (ตัวอย่าง)",
    ],
)
def test_what_is_right_is_left_alone(text: str) -> None:
    assert normalise_text(text) == text
    assert find_fault(text) is None


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.NAME, Kind.LATIN, Kind.PARAGRAPH])
@pytest.mark.parametrize(
    "char",
    [
        *("\u200b", "\u200d", "\u2060", "\ufeff", "\u202e", "\u2066", "\ue001", "\x00"),
        # Of no bad category, and as invisible: Default_Ignorable_Code_Point.
        *("\u034f", "\u115f", "\u17b4", "\u180b", "\u180f", "\u3164", "\ufe0f"),
        *("\uffa0", "\U000e0100", "\U000e01ef"),
    ],
)
def test_what_cannot_be_seen_is_refused(kind: Kind, char: str) -> None:
    assert "forbidden_character" in reasons(kind, f"a{char}b")
    assert "forbidden_character" in reasons(kind, f"{char}b")


def test_the_place_of_what_cannot_be_seen_is_told() -> None:
    one = field(Kind.TEXT)
    (problem,) = find_problems(one, "ร้าน\u034fดี")
    assert "ลำดับที่ 5 หลัง “ร้าน”" in problem.detail.th
    assert "(U+034F), character 5 after “ร้าน”" in problem.detail.en


def test_a_line_break_is_for_paragraphs() -> None:
    assert reasons(Kind.TEXT, "ก\nข") == ["forbidden_character"]
    assert reasons(Kind.PARAGRAPH, "ก\nข") == []
    assert reasons(Kind.PARAGRAPH, "ก\u2028ข") == ["forbidden_character"]


@given(THAI)
@example("\u0e33\u0e38\u0e48")
@example("\u0e33\u0e33\u0e48")
@example("\u0e33\u0e48\u0e33\u0e48")
@example("\u0e4d\u0e33\u0e48\u0e32")
@example("ก\u0e4c\u0e48\u0e38\u0e4d\u0e32\u0e49")
def test_normalising_a_text_settles_at_once(text: str) -> None:
    once = normalise_text(text)
    assert normalise_text(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert "  " not in once
    assert once == once.strip(" \n")
    assert " \n" not in once
    assert "\n " not in once


@given(st.sampled_from(Kind), st.text(max_size=30) | THAI)
@example(Kind.NAME, "นาง สาว นาย ก")
@example(Kind.NAME, "น.ส. นาย สมชาย")
@example(Kind.PERSON_ID, "\u0300 \u0e38")
def test_normalising_a_value_settles_at_once(kind: Kind, text: str) -> None:
    one = field(kind)
    once = normalise_value(one, text)
    assert normalise_value(one, once) == once


SYLLABLES = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "เ", "แ", "โ", "ใ", "ไ"]),
    st.characters(min_codepoint=0x0E01, max_codepoint=0x0E2E),
    st.sampled_from(["", *"\u0e31\u0e34\u0e35\u0e36\u0e37\u0e38\u0e39\u0e47"]),
    st.sampled_from(["", *TONES, "\u0e4c"]),
)


@given(st.lists(SYLLABLES, min_size=1, max_size=12).map("".join))
def test_legal_syllables_are_stored_as_typed(text: str) -> None:
    if "เเ" in text:
        return
    assert normalise_text(text) == text
    assert find_fault(text) is None


@given(THAI)
def test_a_glance_and_a_walk_find_the_same(text: str) -> None:
    # A letter that is neither ASCII nor Thai makes the reader walk over the text.
    assert find_fault(text) == find_fault(f"{text} é")
