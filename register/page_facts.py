# SPDX-License-Identifier: Apache-2.0
"""Page facts: whether what a record says stands in the text of the pages.

One rule for two readers: the gate seals no file whose pages lack number or holder's
name, and the verifier takes none for genuine (docs/adr/0036-the-page-is-read-last.md).
So a file that has passed the gate never fails the verifier. Nothing here reads a PDF.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

_LEAST_LINE: Final = 4
"""Characters of a line in a narrow column, or of a part at the end of a page."""
_LEFT_OUT: Final = str.maketrans(dict.fromkeys("-‐\u00ad\u2060\u200b"))
"""Hyphens, which stand at ends of lines besides, and marks of where lines may end."""

_LINE_HYPHEN: Final = "\x02"
_FOLDED: Final = str.maketrans(
    {
        **dict(zip("๐๑๒๓๔๕๖๗๘๙", "0123456789", strict=True)),
        "\ufffe": _LINE_HYPHEN,  # what PDFium makes of a hyphen at the end of a line
        "‐": "-",
        **dict.fromkeys("\u00ad\u2060\u200b"),
    }
)
_BLANKS: Final = re.compile(r"\s+")
_BETWEEN: Final = f"(?:-?\n|[ {_LINE_HYPHEN}])?"
"""What may stand between two letters of one fact: a blank, or the end of a line."""
_EDGES: Final = ("[0-9]", "[a-z]")
"""What a fact goes on with is another fact: 1/2569 is not in 11/2569."""


def squeeze(text: str) -> str:
    """Return a text without what the lines of a page add: blanks and hyphens."""
    return "".join(text.split()).translate(_LEFT_OUT)


def is_written(fact: str, pages: Sequence[str]) -> bool:
    """Tell whether a fact stands on a page, or line by line in a row cut in two.

    Between such lines are those of other cells, or the end of a page. All texts are
    squeezed.
    """
    if any(fact in page for page in pages):
        return True
    rest = fact
    for page in pages:
        while (found := _measure_start(rest, page)) >= min(_LEAST_LINE, len(rest)):
            rest = rest[found:]
            if not rest:
                return True
    return False


def find_missing(
    facts: Mapping[str, str], pages: Iterable[Iterable[str]]
) -> tuple[str, ...]:
    """Return the names of the facts that stand on no page.

    A fact may be in Thai digits or others, in capitals, over several lines, and in
    two parts at the end of a page and on the next one; never part of a longer number
    or word. Pages are read only until all is found.

    Args:
        facts: by name, as the record has them.
        pages: of each page its text, in one order of reading or in more.
    """
    missing = {name: _Wanted(_fold(fact)) for name, fact in facts.items()}
    read: list[str] = []
    for orders in pages:
        letters = ""
        for order in orders:
            text = _fold(order)
            letters = _strip(text)
            missing = {n: w for n, w in missing.items() if not w.is_in(text, letters)}
            if not missing:
                return ()
        read.append(letters)
    return tuple(n for n, w in missing.items() if not _is_divided(w.letters, read))


class _Wanted:
    """A fact that is looked for."""

    def __init__(self, fact: str) -> None:
        self.letters = _strip(fact)
        self._pattern = _write_pattern("".join(fact.split()))

    def is_in(self, text: str, letters: str) -> bool:
        """Tell whether a text holds it; `letters` are those of the text."""
        # The first is quick, and where it says no the second would.
        return self.letters in letters and self._pattern.search(text) is not None


def _fold(text: str) -> str:
    """Return a text with one way of writing for what readers take for the same."""
    folded = unicodedata.normalize("NFKC", text).translate(_FOLDED).casefold()
    return _BLANKS.sub(lambda run: "\n" if _has_break(run[0]) else " ", folded)


def _has_break(blanks: str) -> bool:
    return "\n" in blanks or "\r" in blanks


def _strip(folded: str) -> str:
    """Return the letters of a folded text, and nothing that may stand between them."""
    return squeeze(folded).replace(_LINE_HYPHEN, "")


def _write_pattern(letters: str) -> re.Pattern[str]:
    escaped = (rf"[-{_LINE_HYPHEN}]" if c == "-" else re.escape(c) for c in letters)
    before, after = (
        next((edge for edge in _EDGES if re.fullmatch(edge, letter)), "(?!)")
        for letter in (letters[:1], letters[-1:])
    )
    return re.compile(f"(?<!{before}){_BETWEEN.join(escaped)}(?!{after})")


def _is_divided(fact: str, pages: Sequence[str]) -> bool:
    """Tell whether a fact begins on a page and ends on the next one."""
    for page, following in itertools.pairwise(pages):
        found = _measure_start(fact, page)
        rest = fact[found:]
        if min(found, len(rest)) >= _LEAST_LINE and rest in following:
            return True
    return False


def _measure_start(text: str, page: str) -> int:
    """Return how much of the beginning of a text stands on a page."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if text[:middle] in page:
            low = middle
        else:
            high = middle - 1
    return low
