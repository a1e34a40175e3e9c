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
    as ำ; เเ as แ; Latin ligatures as letters; one blank for a run of blanks, none
    around line ends and at both ends of the text.
    """
    text = unicodedata.normalize("NFC", text.translate(_LIGATURES))
    text = _MARKS.sub(_order_marks, text)
    text = _NIKHAHIT_AA.sub(rf"\1{_SARA_AM}", text)
    text = _SARA_AM_TONE.sub(_order_sara_am, text)
    text = unicodedata.normalize("NFC", text.replace("\u0e40\u0e40", "\u0e41"))
    return _LINE_END.sub("\n", _BLANKS.sub(" ", text)).strip(" \n")


def find_fault(text: str) -> Fault | None:
    """Return the first mark of a normalised text that no reader shows right."""
    if _USUAL.fullmatch(text):
        return None
    worn: set[str] | None = None
    for index, char in enumerate(text):
        role = _role(char)
        if role is None:
            worn = set() if "\u0e01" <= char <= "\u0e2e" else None
            continue
        reason = _judge(role, worn, text[index - 1 : index])
        if reason:
            before = text[max(0, index - _CONTEXT) : index]
            return Fault(reason, char, index + 1, before)
        if role == _SARA_AM_ROLE:
            worn = None
        elif worn is not None:
            worn.add(role)
    return None


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


def _judge(role: str, worn: set[str] | None, before: str) -> str | None:
    """Return what is wrong with a mark above what its consonant already wears."""
    if role == _FOREIGN:
        return "lone_mark" if not before.strip() else None
    if worn is None:
        return "lone_mark"
    clashing = worn - {"tone"} if role == _SARA_AM_ROLE else worn & {role}
    return "stacked_marks" if clashing else None
