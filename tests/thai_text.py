# SPDX-License-Identifier: Apache-2.0
"""Thai text made up for the tests: syllables, words, names and what stands between.

Nothing comes from a list of words. Syllables are put together from consonants, vowels,
tone marks and finals in every order that Thai spelling allows, more of them than the
language uses. The same seed makes the same texts.
"""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")

CONSONANTS = "กขฃคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ"
TONES = "่้๊๋"
DEEP = "ญฐฎฏ"
"""Consonants with a part below the line, where lower vowels go."""
TALL = "ปฝฟฬ"
"""Consonants with a stem, beside which upper marks go."""
FINALS = "กขคงจชซญฎฏฐฑฒณดตถทธนบปพฟภมยรลวศษสฬ"
DIGITS = ("0123456789", "๐๑๒๓๔๕๖๗๘๙")
CLUSTERS = tuple(
    first + second
    for first, seconds in {
        **dict.fromkeys("กขคผพต", "รลว"),
        **dict.fromkeys("ปบฟจซทศสด", "รล"),
        "ห": "งญณนมยรลว",
        "อ": "ย",
        "ถ": "ลน",
        "ส": "กงดตนบมรลวห",
    }.items()
    for second in seconds
)
INITIALS: Sequence[Sequence[str]] = (
    *(CONSONANTS, CONSONANTS, CONSONANTS, CONSONANTS, DEEP, TALL, CLUSTERS, CLUSTERS),
)
# C: initial consonants; T: tone mark or nothing; F: final; f: final or nothing.
RHYMES = (
    *("CTะ", "CัTF", "CTา", "CTาF", "CTำ", "CิTf", "CีTf", "CึTf", "CืTF", "CืTอ"),
    *("CุTf", "CูTf", "เCTf", "เCTะ", "เC็F", "แCTf", "แCTะ", "แC็F", "โCTf", "โCTะ"),
    *("CTF", "CTอf", "เCTาะ", "C็อF", "เCิTF", "เCTอ", "เCTอะ", "เCTย", "เCีTยf"),
    *("เCีTยะ", "เCืTอf", "เCืTอะ", "CัTว", "CัTวะ", "CTวF", "ใCT", "ไCT", "ไCTย"),
    *("เCTา", "CรรF", "Cรร", "ก็", "ณ", "ธ"),
)
LEARNED = (
    *("ฤ", "ฤๅ", "ฦ", "ฦๅ", "Cฤ", "CฤF", "CฤFF์", "CาFF์", "CัFFุ์", "CิFFิ์", "CีFร์"),
    *("Cํ", "Cิํ", "CุFฺFํ", "CFฺF", "C๎รา", "เC๎รา", "เCFF์", "CัF์", "CูF์F"),
)
"""Of Sanskrit, Pali and English words: mute letters, nikhahit, phinthu, yamakkan."""
LATIN = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ACCENTED = (
    "àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿßāăąćčďđēęěğģīįıķłńňőœŕřśşšţťūůűžșțơưḍḥḷṃṅṇṛṣṭ",
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞĀĂĄĆČĎĐĒĘĚĞĢĪĮİĶŁŃŇŐŒŔŘŚŞŠŢŤŪŮŰŽȘȚƠƯ",
    "ạảấầẩẫậắếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹẠẢẤẦẨẪẬẮẾỀỂỄỆ",
)
ACCENTS = "\u0300\u0301\u0302\u0303\u0304\u0308\u030c\u0323\u0331"
"""Some make one character with the letter before (NFC), others stay characters."""
SIGNS = "%&*+=@#§©®°±·×÷฿€£™†•…‰"
QUOTES = (
    *(("(", ")"), ("[", "]"), ("“", "”"), ("‘", "’"), ('"', '"'), ("'", "'")),
    *(("«", "»"), ("{", "}"), ("(“", "”)")),
)
ENDS = (",", ".", ":", ";", "!", "?", "ฯ", " ๆ", " ฯ", " ฯลฯ", "ฯลฯ", "ๆ")
JOINTS = (
    *(" ", " ", " ", " ", "", "", "-", "- ", " -", " - ", "/", " / ", "–", " – "),
    *(", ", ". "),
)
TITLES = ("นาย", "นาง", "นางสาว", "เด็กหญิง", "ด.ช.", "ม.ร.ว.", "ร.ต.อ.", "พระ", "Mr. ")
MOST = 120
"""Characters after which a text gets no further part: it shall fit on one line."""


class TextMaker:
    """Makes texts from a seed of some numbers, always the same in the same order."""

    def __init__(self, *seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._pool: list[float] = []

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        return options[self.count(0, len(options) - 1)]

    def count(self, low: int, high: int) -> int:
        """Return a whole number between two, both included."""
        if not self._pool:
            self._pool = self._random.random(4096).tolist()
        return low + int(self._pool.pop() * (high - low + 1))

    def chance(self, percent: int) -> bool:
        """Return true so many times in a hundred."""
        return self.count(1, 100) <= percent

    def syllable(self) -> str:
        """Return one syllable, or what takes its place in a learned word."""
        rhyme = self.pick(RHYMES) if self.chance(85) else self.pick(LEARNED)
        return "".join(self._spell(part) for part in rhyme)

    def word(self) -> str:
        """Return a Thai word of some syllables."""
        return "".join(self.syllable() for _ in range(self.count(1, 4)))

    def name(self) -> str:
        """Return the name of a person, with or without title and surname."""
        title = self.pick(TITLES) if self.chance(80) else ""
        surname = f" {self.word()}{self.word()}" if self.chance(85) else ""
        return f"{title}{self.word()}{surname}"

    def latin(self) -> str:
        """Return a word in Latin letters, some with marks."""
        letters = [
            self.pick(self.pick(ACCENTED if self.chance(25) else LATIN))
            + (self.pick(ACCENTS) if self.chance(3) else "")
            for _ in range(self.count(1, 9))
        ]
        return "".join(letters)

    def address(self) -> str:
        """Return an address of the web or of e-mail."""
        names = [
            "".join(self.pick(LATIN[0]) for _ in range(self.count(1, 8)))
            for _ in range(4)
        ]
        host = f"{names[0]}.{self.pick(('go', 'or', 'co'))}.th"
        if self.chance(50):
            return f"{names[1]}_{names[2]}@{host}"
        return f"https://{host}/{names[1]}-{names[2]}?{names[3]}={self.number()}"

    def number(self) -> str:
        """Return a number as one finds them: amounts, ids, telephones, Thai digits."""
        digits = self.pick(DIGITS)
        groups = [
            "".join(self.pick(digits) for _ in range(self.count(1, 5)))
            for _ in range(self.count(1, 3))
        ]
        return self.pick((",", ".", "-", "/", ":", "")).join(groups)

    def text(self) -> str:
        """Return what a field may hold: words, names, numbers, and all between."""
        makers = (
            *(self.word, self.word, self.word, self.word, self.name, self.name),
            *(self.latin, self.latin, self.number, self.number, self.address),
        )
        made = ""
        for _ in range(self.count(1, 6)):
            if len(made) < MOST:
                joint = self.pick(JOINTS) if made else ""
                made += joint + self._dress(self.pick(makers)())
        return made

    def _dress(self, part: str) -> str:
        """Return a word as it is, in quotes or brackets, or with a sign."""
        if self.chance(12):
            left, right = self.pick(QUOTES)
            return f"{left}{part}{right}"
        if self.chance(6):
            return part + self.pick(SIGNS)
        return part + self.pick(ENDS) if self.chance(10) else part

    def _spell(self, part: str) -> str:
        if part == "C":
            return self.pick(self.pick(INITIALS))
        if part == "T":
            return self.pick(TONES) if self.chance(60) else ""
        if part == "F":
            return self.pick(FINALS)
        if part == "f":
            return self.pick(FINALS) if self.chance(50) else ""
        return part
