# SPDX-License-Identifier: Apache-2.0
"""Spelling of Thai in Unicode: one way to store what looks the same.

`normalise_text` puts right what is only a matter of typing: composition, order of
marks, blanks. It never uses NFKC, which splits sara am. `find_fault` names what no
reader shows right and nobody can guess: a mark on nothing, marks upon marks.
`find_invisible` names characters that leave no trace on paper, or have no meaning.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_BLANKS = re.compile("[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_LINE_END = re.compile(" ?(?:\r\n?|\n) ?")

_TONES = "\u0e48-\u0e4b"
_MARKS = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]{2,}")
_NIKHAHIT_AA = re.compile(f"\u0e4d([{_TONES}]*)\u0e32")
_SARA_AM_TONE = re.compile(f"\u0e33[\u0e33{_TONES}]+")
_SARA_AM = "\u0e33"
_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"}
    | dict.fromkeys("\ufb05\ufb06", "st")
)
"""Letters pasted as one character; readers would take them apart again."""
_LAST = frozenset("\u0e48\u0e49\u0e4a\u0e4b\u0e4c")
"""Tone marks and thanthakhat: written above, and after, the vowel."""

_SARA_AM_ROLE = "sara_am"
_FOREIGN = "foreign"
_ROLES = {
    **dict.fromkeys("\u0e31\u0e34\u0e35\u0e36\u0e37\u0e38\u0e39", "vowel"),
    **dict.fromkeys("\u0e48\u0e49\u0e4a\u0e4b\u0e4c", "tone"),
    "\u0e47": "maitaikhu",
    "\u0e4d": "nikhahit",
    "\u0e3a": "phinthu",
    "\u0e4e": "yamakkan",
    _SARA_AM: _SARA_AM_ROLE,
}
"""What each mark is; of one role, a consonant carries one."""
_USUAL = re.compile(
    f"(?:[\u0e01-\u0e2e](?:[{_TONES}]?{_SARA_AM}|\u0e47"
    "|[\u0e31\u0e34-\u0e39]?[\u0e48-\u0e4c]?)"
    "|[\x00-\x7f\u0e2f\u0e30\u0e32\u0e3f-\u0e46\u0e4f-\u0e5b])*+"
)
"""Nearly all texts: seen at once to be right, so that only the others are walked."""
_CONTEXT = 6

MAX_MARKS_OF_LETTER: Final = 2
"""Foreign marks on one letter: more would reach into the lines above or below."""
MAX_MARKS_OF_TEXT: Final = 40
"""Foreign marks that are no part of a composed letter: NFC leaves next to none."""

_DEFAULT_IGNORABLE: Final = (
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)
"""Default_Ignorable_Code_Point of Unicode 14 to 16 (UAX #44; file
DerivedCoreProperties.txt): renderers show nothing for them, so a text with and without
one looks the same. Many are marks (Mn) or letters (Lo), which no general category
tells from visible ones."""
_IGNORABLE = re.compile(
    "[" + "".join(f"{chr(a)}-{chr(b)}" for a, b in _DEFAULT_IGNORABLE) + "]"
)
_BAD_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True)
class Fault:
    """A character that cannot be shown: what is wrong, and where."""

    reason: str
    """"forbidden_character", "lone_mark", "stacked_marks", "foreign_mark" or
    "too_many_marks"."""
    mark: str
    position: int
    """Of the character in the text, counted from 1."""
    before: str
    """A few characters that stand before it."""


def normalise_text(text: str) -> str:
    """Return the text as it is stored.

    NFC; marks in their order (vowel before tone mark, both before sara am); ํ and า
    as ำ; เเ as แ; Latin ligatures as letters; one blank for a run of blanks, none
    around line ends and at both ends of the text.
    """
    text = unicodedata.normalize("NFC", text.translate(_LIGATURES))
    text = _MARKS.sub(_order_marks, text)
    text = _NIKHAHIT_AA.sub(rf"\1{_SARA_AM}", text)
    text = _SARA_AM_TONE.sub(_order_sara_am, text)
    text = unicodedata.normalize("NFC", text.replace("\u0e40\u0e40", "\u0e41"))
    return _LINE_END.sub("\n", _BLANKS.sub(" ", text)).strip(" \n")


def find_invisible(text: str, allowed: str = "") -> Fault | None:
    """Return the first character that cannot be seen, or has no meaning of its own.

    Controls, format and private-use characters, what Unicode has not assigned, and
    all of Default_Ignorable_Code_Point; but not those `allowed`.
    """
    for index, char in enumerate(text):
        if char in allowed or (char.isascii() and char.isprintable()):
            continue
        if _IGNORABLE.match(char) or unicodedata.category(char) in _BAD_CATEGORIES:
            return _fault("forbidden_character", text, index)
    return None


def find_fault(text: str) -> Fault | None:
    """Return the first mark of a normalised text that no reader shows right."""
    if _USUAL.fullmatch(text):
        return None
    found = (_find_thai_fault(text), _find_foreign_fault(text))
    return min(filter(None, found), key=lambda fault: fault.position, default=None)


def _find_thai_fault(text: str) -> Fault | None:
    worn: set[str] | None = None
    for index, char in enumerate(text):
        role = _role(char)
        if role is None:
            worn = set() if "\u0e01" <= char <= "\u0e2e" else None
        elif role != _FOREIGN:
            if reason := _judge(role, worn):
                return _fault(reason, text, index)
            if role == _SARA_AM_ROLE:
                worn = None
            elif worn is not None:
                worn.add(role)
    return None


def _find_foreign_fault(text: str) -> Fault | None:
    on_letter = total = 0
    for index, char in enumerate(text):
        if _role(char) != _FOREIGN:
            on_letter = 0
            continue
        on_letter, total = on_letter + 1, total + 1
        base = text[index - on_letter] if index >= on_letter else ""
        if reason := _judge_foreign(base, on_letter, total):
            return _fault(reason, text, index)
    return None


def _fault(reason: str, text: str, at: int) -> Fault:
    return Fault(reason, text[at], at + 1, text[max(0, at - _CONTEXT) : at])


def _order_marks(found: re.Match[str]) -> str:
    return "".join(sorted(found[0], key=_LAST.__contains__))


def _order_sara_am(found: re.Match[str]) -> str:
    return "".join(sorted(found[0], key=_SARA_AM.__eq__))


def _role(char: str) -> str | None:
    """Return which kind of mark a character is, None for one that stands alone."""
    role = _ROLES.get(char)
    if role is None and unicodedata.category(char).startswith("M"):
        return _FOREIGN
    return role


def _judge_foreign(base: str, on_letter: int, total: int) -> str | None:
    """Return what is wrong with a mark that is not Thai; the counts include it."""
    if not base.strip():
        return "lone_mark"
    if "\u0e00" <= base <= "\u0e7f":
        return "foreign_mark"
    if on_letter > MAX_MARKS_OF_LETTER:
        return "stacked_marks"
    return "too_many_marks" if total > MAX_MARKS_OF_TEXT else None


def _judge(role: str, worn: set[str] | None) -> str | None:
    """Return what is wrong with a mark above what its consonant already wears."""
    if worn is None:
        return "lone_mark"
    clashing = worn - {"tone"} if role == _SARA_AM_ROLE else worn & {role}
    return "stacked_marks" if clashing else None
