# SPDX-License-Identifier: Apache-2.0
"""Digits, dates and amounts in Thai, read back by rules of their own.

Whatever the day or the amount, the words must say exactly that, and nothing twice.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from templates.wording import (
    MONTHS_TH,
    MONTHS_TH_SHORT,
    NO_BREAK_SPACE,
    to_ascii_digits,
    to_thai_digits,
    write_baht_words,
    write_date_en,
    write_date_th,
)
from tests.settings import TEXT_SEED
from tests.thai_text import TextMaker

NUMERALS = ("ศูนย์", "หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า")
PLACES = {"แสน": 5, "หมื่น": 4, "พัน": 3, "ร้อย": 2, "สิบ": 1}
MILLION = 1_000_000


def read_thai_number(words: str) -> int:
    """Read a number in Thai words; refuse words that no cashier would write."""
    head, million, rest = words.rpartition("ล้าน")
    if not million:
        return read_group(words, follows=False)
    millions = read_thai_number(head) * MILLION
    return millions + (read_group(rest, follows=True) if rest else 0)


def read_group(words: str, *, follows: bool) -> int:
    """Read what is less than a million, and may follow the millions."""
    if words == "ศูนย์":
        assert not follows
        return 0
    total = 0
    for place, power in PLACES.items():
        found = re.match(f"({'|'.join(('ยี่', *NUMERALS[1:]))})?{place}", words)
        if found:
            assert found[1] or power == 1, words
            assert (found[1] == "ยี่") <= (power == 1), words
            assert found[1] != "สอง" or power > 1, words
            value = {None: 1, "ยี่": 2}.get(found[1]) or NUMERALS.index(found[1])
            total += value * 10**power
            words = words[found.end() :]
    if not words:
        return total
    # One is เอ็ด after anything larger, and หนึ่ง by itself.
    if words == "เอ็ด":
        assert total or follows
        return total + 1
    assert words != "หนึ่ง" or not (total or follows)
    return total + NUMERALS.index(words)


def make_amounts() -> Iterator[Decimal]:
    maker = TextMaker(TEXT_SEED, 5)
    for digits in range(1, 16):
        for _ in range(60):
            yield Decimal(maker.count(0, 10**digits)) / maker.count(1, 2)
            yield (
                Decimal(maker.count(0, 10**digits)) + Decimal(maker.count(0, 99)) / 100
            )
        yield Decimal(10**digits + 1)
        yield Decimal(10**digits)


def test_every_amount_in_words_reads_back_as_the_amount() -> None:
    for amount in make_amounts():
        words = write_baht_words(amount)
        found = re.fullmatch(r"(?:(.+)บาท)?(?:ถ้วน|(.+)สตางค์)", words)
        assert found, words
        read = (
            read_thai_number(found[1] or "ศูนย์")
            + Decimal(read_thai_number(found[2] or "ศูนย์")) / 100
        )
        assert read == amount, words
        assert words.endswith("ถ้วน") is (amount == int(amount)), words


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "ศูนย์บาทถ้วน"),
        ("0.01", "หนึ่งสตางค์"),
        ("0.11", "สิบเอ็ดสตางค์"),
        ("0.21", "ยี่สิบเอ็ดสตางค์"),
        ("1.01", "หนึ่งบาทหนึ่งสตางค์"),
        ("10", "สิบบาทถ้วน"),
        ("21.50", "ยี่สิบเอ็ดบาทห้าสิบสตางค์"),
        ("101", "หนึ่งร้อยเอ็ดบาทถ้วน"),
        ("111", "หนึ่งร้อยสิบเอ็ดบาทถ้วน"),
        ("1001", "หนึ่งพันเอ็ดบาทถ้วน"),
        ("20021", "สองหมื่นยี่สิบเอ็ดบาทถ้วน"),
        ("11000000", "สิบเอ็ดล้านบาทถ้วน"),
        ("101000000", "หนึ่งร้อยเอ็ดล้านบาทถ้วน"),
        ("1000000000000.25", "หนึ่งล้านล้านบาทยี่สิบห้าสตางค์"),
        ("999999999999999.99", None),
    ],
)
def test_amounts_in_the_words_of_a_cashier(amount: str, words: str | None) -> None:
    written = write_baht_words(Decimal(amount))
    if words is None:  # the largest amount a field takes
        words = (
            "เก้าร้อยเก้าสิบเก้าล้านเก้าแสนเก้าหมื่นเก้าพันเก้าร้อยเก้าสิบเก้าล้าน"
            "เก้าแสนเก้าหมื่นเก้าพันเก้าร้อยเก้าสิบเก้าบาทเก้าสิบเก้าสตางค์"
        )
    assert written == words


def test_every_day_is_written_in_the_buddhist_era_once() -> None:
    day, last = date(1899, 12, 1), date(2105, 2, 28)
    while day <= last:
        written = write_date_th(day).split(NO_BREAK_SPACE)
        number, month, year = written[0], written[1].split(" ")[0], written[-1]
        assert int(to_ascii_digits(number)) == day.day
        assert MONTHS_TH.index(month) + 1 == day.month
        assert int(to_ascii_digits(year)) == day.year + 543
        day += timedelta(days=29)


@pytest.mark.parametrize("year", [1904, 2000, 2024, 2028, 2096])
def test_the_29th_of_february_keeps_its_day(year: int) -> None:
    day = date(year, 2, 29)
    year_th = to_thai_digits(str(year + 543))
    assert plain(write_date_th(day)) == f"๒๙ กุมภาพันธ์ พ.ศ. {year_th}"
    assert plain(write_date_th(day, "plain")) == f"๒๙ กุมภาพันธ์ {year_th}"
    assert plain(write_date_th(day, "short")) == f"๒๙ ก.พ. {year_th}"
    assert plain(write_date_en(day)) == f"29 February {year}"


def test_dates_of_official_papers() -> None:
    day = date(2006, 11, 26)
    assert plain(f"ให้ไว้ ณ วันที่ {write_date_th(day)}") == (
        "ให้ไว้ ณ วันที่ ๒๖ พฤศจิกายน พ.ศ. ๒๕๔๙"
    )
    assert [
        plain(write_date_th(date(2026, month, 1), "short")) for month in (1, 12)
    ] == [
        "๑ ม.ค. ๒๕๖๙",
        "๑ ธ.ค. ๒๕๖๙",
    ]
    assert len({*MONTHS_TH, *MONTHS_TH_SHORT}) == 24


@pytest.mark.parametrize(
    ("ascii_text", "thai_text"),
    [
        ("เลขที่ 33/4 ถนนพระราม 9", "เลขที่ ๓๓/๔ ถนนพระราม ๙"),
        ("ปจ 51021/5960", "ปจ ๕๑๐๒๑/๕๙๖๐"),
        ("มท 0805.2/ว 3482", "มท ๐๘๐๕.๒/ว ๓๔๘๒"),
        ("1-1120-34563-56-2", "๑-๑๑๒๐-๓๔๕๖๓-๕๖-๒"),
        ("10,000.50 บาท", "๑๐,๐๐๐.๕๐ บาท"),
        ("มาตรา 12 (3)", "มาตรา ๑๒ (๓)"),
        ("ISO 9001:2015 และ a1@b2.go.th", "ISO ๙๐๐๑:๒๐๑๕ และ a1@b2.go.th"),
        ("https://x.go.th/9", "https://x.go.th/9"),
        ("รุ่น MK2-550", "รุ่น MK2-550"),
    ],
)
def test_thai_digits_everywhere_but_in_latin_words(
    ascii_text: str, thai_text: str
) -> None:
    assert to_thai_digits(ascii_text) == thai_text
    if not re.search("[A-Za-z]", ascii_text):
        assert to_ascii_digits(thai_text) == ascii_text


def plain(text: str) -> str:
    return text.replace(NO_BREAK_SPACE, " ")
