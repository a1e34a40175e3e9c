# SPDX-License-Identifier: Apache-2.0
"""Where a line of Thai may end: dictionary words by PyThaiNLP, and Thai manners.

Cuts text into pieces and says after each how willingly a line ends there. Words,
numbers with their units, "พ.ศ. ๒๕๖๙", addresses of the web, names of places, and what
is marked whole (names, numbers) stay together as long as they fit on a line of their
own. Letters, and "ๆ", brackets and quotes with what they belong to, stay together in
any case.
"""

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from templates.settings import quiet_pythainlp
from templates.wording import MONTHS_EN, MONTHS_TH, MONTHS_TH_SHORT, NO_BREAK_SPACE


class Break(IntEnum):
    """How willingly a line ends after a piece."""

    NEVER = 0
    BETWEEN_WORDS_OF_WHOLE = 1
    AT_SPACE_OF_WHOLE = 2
    FREELY = 3
    FORCED = 4
    """The text itself asks for a new line here."""


@dataclass(frozen=True, slots=True)
class Run:
    """Text with one look; `whole` text is kept on one line if it fits."""

    text: str
    bold: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that is never divided, and what may happen after it."""

    text: str
    bold: bool
    after: Break


# fmt: off
UNITS = (
    "บาท", "สตางค์", "คน", "ราย", "ปี", "เดือน", "วัน", "ชั่วโมง", "นาที", "วินาที",
    "น.", "ตารางเมตร", "ตารางวา", "ตร.ม.", "ตร.ว.", "ไร่", "งาน", "เมตร", "กิโลเมตร",
    "เซนติเมตร", "มิลลิเมตร", "ม.", "กม.", "ซม.", "กิโลกรัม", "กรัม", "กก.", "ตัน",
    "ลิตร", "ฉบับ", "แผ่น", "หน้า", "หุ้น", "เครื่อง", "คัน", "ลำ", "ห้อง", "ชั้น",
    "หลัง", "ครั้ง", "ข้อ", "รายการ", "ล้าน", "แสน", "หมื่น", "พัน", "ร้อย", "แรงม้า",
    "วัตต์", "กิโลวัตต์", "โวลต์", "องศา", "เปอร์เซ็นต์", "ร้อยละ", "กลุ่ม", "หลักสูตร",
    "หน่วยกิต", "ตัว", "ต้น", "แห่ง", "ตารางกิโลเมตร", "ตร.กม.", "ลูกบาศก์เมตร",
    "ลบ.ม.", "มม.", "นิ้ว", "ฟุต", "วา", "มิลลิกรัม", "มก.", "มิลลิลิตร", "มล.", "ซีซี",
    "ชุด", "เล่ม", "ใบ", "อัน", "คู่", "กล่อง", "ขวด", "ถุง", "แปลง", "คูหา", "เตียง",
    "ที่นั่ง", "เที่ยว", "สัปดาห์", "ขวบ", "hours", "days", "months", "years", "baht",
    "kg", "g", "km", "cm", "mm", "m", "ml", "kW", "kWh", "V", "W", "rai", "sq.m.",
)
# fmt: on
"""What follows a number on the same line."""
_UNIT_WORDS = (*UNITS, *MONTHS_TH, *MONTHS_TH_SHORT, *MONTHS_EN)
_UNIT_START = re.compile(
    "(?:" + "|".join(re.escape(word) for word in _UNIT_WORDS) + r")(?![A-Za-z])"
)
_DIGIT = "0123456789๐๑๒๓๔๕๖๗๘๙"
_CLOSERS = ")]}”’»›,.;:!?%‰°™®…′″ๆฯ/-–—"
_OPENERS = "([{“‘«‹/฿$€£#§№"
_STRAIGHT_QUOTES = "\"'"
_DASHES = "-–"
_BLANKS = (" ", "\n", NO_BREAK_SPACE)
_FOLLOWERS = re.compile("[\u0e30-\u0e3a\u0e45-\u0e4e\u0300-\u036f]")
"""Vowels that come after their consonant, marks, and "ๆ": never first on a line."""
_LEADERS = "เแโใไ"
_MAX_TEXTS = 1024
_LONG_COMPOUND = 15
_SHORTEST_PART = 3
_PREFIXES = ("การ", "ความ", "ผู้")
"""Words that begin a noun; a line does not gladly end after them."""
_PROPER_NAME = re.compile(
    r"(?<![^\s(“])(?:นาย|นาง|นางสาว|เด็กชาย|เด็กหญิง|ถนน|ซอย|ตำบล|แขวง|อำเภอ|เขต|จังหวัด)"
    r"[^\s)”,]{2,24}(?![^\s)”,])"
)
"""A name and the word that says of what: the dictionary has few names, and would
find other words in them. Longer ones are likely no name."""
_WHOLE_BAHT = "ถ้วน"
"""Ends an amount in words; on a line of its own it reads as a mistake."""
_CONJUNCTIONS = ("และ", "หรือ")
_NUMBERED = re.compile(r"(?:ที่|ข้อ|มาตรา|\.|(?<![^\s(])[ก-ฮA-Z]{1,4})$")
"""What is no number without its number, as in "เลขที่ ๑", "มท 0805.2"."""
_SHORT_NUMBER = 7
"""Characters; a longer number, such as an id, stands well at the start of a line."""
_ABBREVIATION = re.compile(r"[ก-ฮ]{1,2}\.")
_SUBSECTION = re.compile(rf"\([{_DIGIT}ก-ฮa-z]{{1,4}}\)")
"""As in "มาตรา ๑๒ (๓)"."""
_NOT_THAI = re.compile(rf"[{_DIGIT}]|[^\s\u0e00-\u0e7f–—]")
_CLUSTER = re.compile(
    "[เแโใไ]?.[\u0e30-\u0e3a\u0e45\u0e47-\u0e4e\u0300-\u036f]*", re.DOTALL
)


def cut_pieces(runs: Iterable[Run]) -> list[Piece]:
    """Cut runs of text into pieces with the breaks allowed between them."""
    runs = [run for run in runs if run.text]
    text = "".join(run.text for run in runs)
    if not text:
        return []
    owners = [index for index, run in enumerate(runs) for _ in run.text]
    cuts = _find_cuts(text, owners)
    named = {
        at
        for name in _PROPER_NAME.finditer(text)
        for at in range(name.start() + 1, name.end())
    }
    pieces: list[Piece] = []
    start = 0
    for cut in cuts:
        bold = runs[owners[start]].bold
        part = text[start:cut]
        if part.endswith("\n"):
            pieces.append(Piece(part[:-1], bold, Break.FORCED))
        else:
            inside = cut < len(text) and owners[cut] == owners[cut - 1]
            prefixed = part in _PREFIXES or cut in named
            whole = inside and (prefixed or runs[owners[cut]].whole)
            pieces.append(Piece(part, bold, find_break(text, cut, whole=whole)))
        start = cut
    return pieces


def find_break(text: str, at: int, *, whole: bool = False) -> Break:
    """Return how willingly a line ends before the character at `at`."""
    if at >= len(text):
        return Break.FREELY
    if not may_divide(text, at):
        return Break.NEVER
    before = text[at - 1]
    if before == NO_BREAK_SPACE:
        return Break.AT_SPACE_OF_WHOLE
    if before == " ":
        glued = whole or _is_glued(text, at)
        return Break.AT_SPACE_OF_WHOLE if glued else Break.FREELY
    if _sticks(text, at):
        return Break.NEVER
    # A hyphen where a line ends looks like one that the line has put there.
    ends_amount = text.startswith(_WHOLE_BAHT, at) and text.endswith("บาท", 0, at)
    unwilling = whole or ends_amount or before in _DASHES
    return Break.BETWEEN_WORDS_OF_WHOLE if unwilling else Break.FREELY


def may_divide(text: str, at: int) -> bool:
    """Tell whether a line may end before `at`, be the column as narrow as it will.

    Never within a letter, before "ๆ" and what closes, after what opens.
    """
    before, after = text[at - 1], text[at]
    if before in _LEADERS or before in _OPENERS:
        return False
    if _FOLLOWERS.match(after) or after in _CLOSERS or after in _BLANKS:
        return False
    if after in _STRAIGHT_QUOTES and not _opens(text, at):
        return False
    return before not in _STRAIGHT_QUOTES or not _opens(text, at - 1)


def split_clusters(text: str) -> list[str]:
    """Split a word into what the eye takes for letters; the last resort."""
    return _CLUSTER.findall(text)


def find_cluster_ends(text: str) -> Iterator[int]:
    """Yield where letters end, as `split_clusters` splits them, but for the last."""
    for found in _CLUSTER.finditer(text):
        if found.end() < len(text):
            yield found.end()


def _find_cuts(text: str, owners: list[int]) -> list[int]:
    cuts = {len(text)}
    position = 0
    for word in _segment(text):
        position += len(word)
        cuts.add(position)
    cuts.update(
        index for index in range(1, len(text)) if owners[index] != owners[index - 1]
    )
    for index, character in enumerate(text):
        if character == "\n":
            cuts.add(index + 1)
        elif character in {" ", NO_BREAK_SPACE}:
            # A space is a piece of its own, so that it can hang at a line's end.
            cuts.update((index, index + 1))
    cuts.discard(0)
    return sorted(cut for cut in cuts if not _is_within_letter(text, cut))


def _is_within_letter(text: str, at: int) -> bool:
    """Tell whether a cut there would tear a letter; newmm cuts before rare marks."""
    if at >= len(text) or text[at - 1] in _BLANKS:
        return False
    return bool(_FOLLOWERS.match(text, at)) or text[at - 1] in _LEADERS


def _is_glued(text: str, at: int) -> bool:
    """Tell whether the space before `at` ties a number to its unit or its name.

    Or "ณ" to its place or time: alone at a line's end it is easily overlooked.
    """
    left = text[:at].rstrip(" ")
    if not left:
        return False
    last = left[-1]
    if last == "ณ" and (len(left) == 1 or left[-2] in _BLANKS):
        return True
    if text[at] in _DIGIT:
        return _names_number(left, text[at:].split(" ", 1)[0])
    if text[at] == "(":
        return last in f"{_DIGIT})" and bool(_SUBSECTION.match(text, at))
    return last in _DIGIT and bool(_UNIT_START.match(text, at))


def _names_number(left: str, number: str) -> bool:
    """Tell whether what stands before a number says what it is the number of."""
    last = left[-1]
    if last in _DASHES:
        return left[:-1].rstrip(" ")[-1:] in _DIGIT
    if left.endswith(_CONJUNCTIONS):
        return False
    if len(number) > _SHORT_NUMBER and not _NUMBERED.search(left):
        return False
    return last.isalnum() or last == "." or bool(_FOLLOWERS.match(last))


def _sticks(text: str, at: int) -> bool:
    """Tell whether two characters without space between may never part."""
    before, after = text[at - 1], text[at]
    if before == "." or before in _DIGIT or after in _DIGIT:
        return True
    if _NOT_THAI.match(before) and _NOT_THAI.match(after):
        return True
    return bool(_ABBREVIATION.match(text, at)) and before != ")"


def _opens(text: str, at: int) -> bool:
    """Tell whether the straight quote at `at` opens, by what stands around it."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if not before or before in _BLANKS or before in _OPENERS:
        return True
    if not after or after in _BLANKS or after in _CLOSERS:
        return False
    return text.count(text[at], 0, at) % 2 == 0


@functools.lru_cache(maxsize=_MAX_TEXTS)
def _segment(text: str) -> tuple[str, ...]:
    """Return the words of a text; the dictionary is loaded at the first call.

    The texts segmented last are kept, names of holders among them, in memory only.
    """
    quiet_pythainlp()
    from pythainlp.tokenize.newmm import segment  # noqa: PLC0415 - heavy, and see above

    words: list[str] = []
    for word in segment(text.replace(NO_BREAK_SPACE, " ")):
        words += _split_compound(word) if len(word) >= _LONG_COMPOUND else (word,)
    return tuple(words)


@functools.lru_cache(maxsize=1024)
def _split_compound(compound: str) -> tuple[str, ...]:
    """Split an entry of the dictionary that is a phrase, such as a law's name.

    Into as few dictionary words as will do, none shorter than three characters; if
    there is no such division the compound stays whole.
    """
    from pythainlp.tokenize import word_dict_trie  # noqa: PLC0415 - as in _segment

    trie = word_dict_trie()
    best: list[tuple[str, ...] | None] = [None] * (len(compound) + 1)
    best[0] = ()
    for start in range(len(compound)):
        so_far = best[start]
        if so_far is None or (start and _FOLLOWERS.match(compound[start])):
            continue
        for word in trie.prefixes(compound, start):
            if word == compound or len(word) < _SHORTEST_PART:
                continue
            rival = best[start + len(word)]
            if rival is None or len(so_far) + 1 < len(rival):
                best[start + len(word)] = (*so_far, word)
    return best[-1] or (compound,)
