# SPDX-License-Identifier: Apache-2.0
"""Dates, digits, ids and amounts read as a Thai official would write them."""

from datetime import date
from decimal import Decimal

import pytest

from templates.wording import (
    group_document_id,
    group_thai_id,
    to_thai_digits,
    write_amount,
    write_baht_words,
    write_date_en,
    write_date_th,
)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "ศูนย์บาทถ้วน"),
        ("1", "หนึ่งบาทถ้วน"),
        ("11", "สิบเอ็ดบาทถ้วน"),
        ("20", "ยี่สิบบาทถ้วน"),
        ("21", "ยี่สิบเอ็ดบาทถ้วน"),
        ("101", "หนึ่งร้อยเอ็ดบาทถ้วน"),
        ("10000.00", "หนึ่งหมื่นบาทถ้วน"),
        ("1500.25", "หนึ่งพันห้าร้อยบาทยี่สิบห้าสตางค์"),
        ("0.50", "ห้าสิบสตางค์"),
        ("1000001", "หนึ่งล้านเอ็ดบาทถ้วน"),
        ("21000000", "ยี่สิบเอ็ดล้านบาทถ้วน"),
        ("1000000000000", "หนึ่งล้านล้านบาทถ้วน"),
        ("90071992547409.93", None),
    ],
)
def test_baht_words(amount: str, words: str | None) -> None:
    written = write_baht_words(Decimal(amount))
    if words is None:  # beyond what a float holds: the satang must be right
        assert written.endswith("สี่ร้อยเก้าบาทเก้าสิบสามสตางค์")
    else:
        assert written == words


@pytest.mark.parametrize("amount", ["-1", "0.001"])
def test_amounts_that_cannot_be_paid_have_no_words(amount: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        write_baht_words(Decimal(amount))


def test_dates() -> None:
    day = date(2026, 11, 21)
    assert write_date_th(day).replace("\u00a0", " ") == "๒๑ พฤศจิกายน พ.ศ. ๒๕๖๙"
    assert write_date_th(day, "plain").replace("\u00a0", " ") == "๒๑ พฤศจิกายน ๒๕๖๙"
    assert write_date_th(day, "short").replace("\u00a0", " ") == "๒๑ พ.ย. ๒๕๖๙"
    assert write_date_en(day).replace("\u00a0", " ") == "21 November 2026"
    leap = write_date_th(date(2028, 2, 29)).replace("\u00a0", " ")
    assert leap == "๒๙ กุมภาพันธ์ พ.ศ. ๒๕๗๑"


def test_thai_digits_leave_latin_words_alone() -> None:
    assert to_thai_digits("รุ่น MK2-550 จำนวน 12 ชุด") == "รุ่น MK2-550 จำนวน ๑๒ ชุด"


def test_grouping() -> None:
    assert group_thai_id("0105544046602") == "0-10-5-544-04660-2"
    assert group_thai_id("1112034563562") == "1-1120-34563-56-2"
    assert group_document_id("K3XQ7M2ZD4") == "K3XQ 7M2Z D4"


def test_amounts() -> None:
    assert write_amount(Decimal("10000.00")) == "10,000"
    assert write_amount(Decimal("10000.50")) == "10,000.50"
    assert write_amount(Decimal(10000), full=True) == "10,000.00"
