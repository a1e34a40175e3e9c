# SPDX-License-Identifier: Apache-2.0
"""Spelling of Thai in Unicode: one way to store what looks the same.

`normalise_text` puts right what is only a matter of typing: composition, order of
marks, blanks. It never uses NFKC, which splits sara am. `find_fault` names what no
reader shows right and nobody can guess: a mark on nothing, marks upon marks.
"""

import re
import unicodedata
from dataclasses import dataclass

_BLANKS = re.compile("[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_LINE_END = re.compile(" ?(?:\r\n?|\n) ?")

_UPPER_VOWELS = "\u0e31\u0e34-\u0e37"
_LOWER_VOWELS = "\u0e38\u0e39"
_TONES = "\u0e48-\u0e4b"
_MARKS = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]{2,}")
_NIKHAHIT_AA = re.compile(f"\u0e4d([{_TONES}]*)\u0e32")
_SARA_AM_TONE = re.compile(f"\u0e33([{_TONES}]+)")
_SARA_AM = "\u0e33"
_LAST = frozenset("\u0e48\u0e49\u0e4a\u0e4b\u0e4c")
"""Tone marks and thanthakhat: written above, and after, the vowel."""

_CLASSES = (
    ("vowel", re.compile(f"[{_UPPER_VOWELS}{_LOWER_VOWELS}]")),
    ("tone", re.compile(f"[{_TONES}\u0e4c]")),
    ("maitaikhu", re.compile("\u0e47")),
    ("nikhahit", re.compile("\u0e4d")),
    ("phinthu", re.compile("\u0e3a")),
    ("yamakkan", re.compile("\u0e4e")),
)
_CONSONANT = re.compile("[\u0e01-\u0e2e]")
_CONTEXT = 6


@dataclass(frozen=True)
class Fault:
    """A mark that cannot be shown: what is wrong, and where."""

    reason: str
    """"lone_mark" or "stacked_marks"."""
    mark: str
    position: int
    """Of the character in the text, counted from 1."""
    before: str
    """A few characters that stand before it."""


def normalise_text(text: str) -> str:
    """Return the text as it is stored.

    NFC; marks in their order (vowel before tone mark, both before sara am); ํ and า
    as ำ; เเ as แ; one blank for a run of blanks, none around line ends and at both
    ends of the text.
    """
    text = unicodedata.normalize("NFC", text)
    text = _MARKS.sub(_order_marks, text)
    text = _NIKHAHIT_AA.sub(rf"\1{_SARA_AM}", text)
    text = _SARA_AM_TONE.sub(rf"\1{_SARA_AM}", text)
    text = unicodedata.normalize("NFC", text.replace("\u0e40\u0e40", "\u0e41"))
    return _LINE_END.sub("\n", _BLANKS.sub(" ", text)).strip(" \n")


def find_fault(text: str) -> Fault | None:
    """Return the first mark of a normalised text that no reader shows right."""
    worn: set[str] | None = None
    for index, char in enumerate(text):
        if _CONSONANT.match(char):
            worn = set()
            continue
        role = _role(char)
        if role is None:
            worn = None
            continue
        reason = _judge(role, worn, text[index - 1 : index])
        if reason:
            before = text[max(0, index - _CONTEXT) : index]
            return Fault(reason, char, index + 1, before)
        if role == "sara_am":
            worn = None
        elif worn is not None:
            worn.add(role)
    return None


def _order_marks(found: re.Match[str]) -> str:
    return "".join(sorted(found[0], key=_LAST.__contains__))


def _role(char: str) -> str | None:
    """Return which kind of mark a character is, None for one that stands alone."""
    if char == _SARA_AM:
        return "sara_am"
    for role, pattern in _CLASSES:
        if pattern.match(char):
            return role
    return "foreign" if unicodedata.category(char).startswith("M") else None


def _judge(role: str, worn: set[str] | None, before: str) -> str | None:
    """Return what is wrong with a mark above what its consonant already wears."""
    if role == "foreign":
        return "lone_mark" if not before.strip() else None
    if worn is None:
        return "lone_mark"
    clashing = worn - {"tone"} if role == "sara_am" else worn & {role}
    return "stacked_marks" if clashing else None
