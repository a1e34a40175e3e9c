# SPDX-License-Identifier: Apache-2.0
"""Thai wording of values: digits, Buddhist dates, amounts in words, 13-digit ids.

Values are stored in ASCII and the Common Era; this module turns them into what a
reader of an official Thai document expects. It never guesses: a value that is not
of its kind raises ValueError. Importing it loads nothing heavy.
"""

import itertools
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

BUDDHIST_ERA = 543
"""Years between the Common and the Buddhist era (since 1941)."""

NO_BREAK_SPACE = "\u00a0"

_THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
_ASCII_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_TOKEN = re.compile(r"\S+")
_LATIN = re.compile(r"[A-Za-z@]")

MONTHS_TH = (
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
)
MONTHS_TH_SHORT = (
    "ม.ค.",
    "ก.พ.",
    "มี.ค.",
    "เม.ย.",
    "พ.ค.",
    "มิ.ย.",
    "ก.ค.",
    "ส.ค.",
    "ก.ย.",
    "ต.ค.",
    "พ.ย.",
    "ธ.ค.",
)
MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True)
class Localized:
    """One text in Thai and in English."""

    th: str
    en: str


def to_thai_digits(text: str) -> str:
    """Return the text with Thai digits, except in words that hold Latin letters.

    A model number such as "MK2-550" or an address such as "a1@b.go.th" stays as it
    was written.
    """

    def convert(match: re.Match[str]) -> str:
        word = match.group()
        return word if _LATIN.search(word) else word.translate(_THAI_DIGITS)

    return _TOKEN.sub(convert, text)


def to_ascii_digits(text: str) -> str:
    """Return the text with ASCII digits for Thai ones."""
    return text.translate(_ASCII_DIGITS)


def write_date_th(day: date, style: str = "") -> str:
    """Return a day in Thai, in Thai digits and the Buddhist era.

    Styles: "" as "๒๑ พฤศจิกายน พ.ศ. ๒๕๖๙", "plain" without "พ.ศ." as in letters,
    "short" as "๒๑ พ.ย. ๒๕๖๙". Day and month, and พ.ศ. and year, never part at a
    line end.
    """
    year = day.year + BUDDHIST_ERA
    if style == "short":
        month, era = MONTHS_TH_SHORT[day.month - 1], ""
    else:
        month = MONTHS_TH[day.month - 1]
        era = "" if style == "plain" else f"พ.ศ.{NO_BREAK_SPACE}"
    gap = " " if era else NO_BREAK_SPACE
    return to_thai_digits(f"{day.day}{NO_BREAK_SPACE}{month}{gap}{era}{year}")


def write_date_en(day: date) -> str:
    """Return a day in English and the Common Era, as "21 November 2026"."""
    month = MONTHS_EN[day.month - 1]
    return f"{day.day}{NO_BREAK_SPACE}{month}{NO_BREAK_SPACE}{day.year}"


def write_amount(amount: Decimal, *, full: bool = False) -> str:
    """Return an amount with thousands separated; satang only where there are any.

    With `full`, two decimals always.
    """
    text = f"{amount:,.2f}"
    return text if full else text.removesuffix(".00")


def write_baht_words(amount: Decimal) -> str:
    """Return an amount in Thai words, as "หนึ่งหมื่นบาทถ้วน".

    Raises:
        ValueError: the amount is negative or finer than one satang.
    """
    from pythainlp.util.numtoword import num_to_thaiword  # noqa: PLC0415 - heavy

    satang = amount * 100
    if satang < 0 or satang != satang.to_integral_value():
        raise ValueError(f"not an amount in baht and whole satang: {amount}")
    baht, rest = divmod(int(satang), 100)
    words = f"{num_to_thaiword(baht)}บาท" if baht or not rest else ""
    return words + (f"{num_to_thaiword(rest)}สตางค์" if rest else "ถ้วน")


def group_thai_id(number: str) -> str:
    """Return a 13-digit id in its groups.

    People as on their cards, "1-1120-34563-56-2"; juristic persons as they are
    registered, "0-10-5-544-04660-2" (register, kind, year, number, check digit).
    """
    sizes = (1, 2, 1, 3, 5, 1) if number.startswith("0") else (1, 4, 5, 2, 1)
    ends = tuple(itertools.accumulate(sizes))
    starts = (0, *ends)
    return "-".join(number[start:end] for start, end in zip(starts, ends, strict=False))


def group_document_id(document_id: str) -> str:
    """Return a document id in groups of four, for reading aloud and typing."""
    return " ".join(
        document_id[start : start + 4] for start in range(0, len(document_id), 4)
    )
