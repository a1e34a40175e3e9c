# SPDX-License-Identifier: Apache-2.0
"""Instructions: what a content stream of a foreign PDF tells a reader to draw.

Refuses what is not painted, not known, or read in more than one way, and takes out
marks of another structure and fonts in which nothing is written, so that all of it
can belong to one element of ours.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, NoReturn

import pikepdf
from pikepdf import Name, Object, Pdf

from templates.operands import OPERATORS, fits

FIX_FONT = "Export it with fonts embedded, or turn its text into outlines."
FIX_COLOUR = "Export it in RGB colours (sRGB)."
FIX_FLAT = "Print it to a PDF file, which flattens it, and use that."
FIX_SIMPLER = "Make the drawing simpler, or put a picture of it there."
PRINTING_COLOURS = "it has colours of a printing press (CMYK)"
MAX_TOKENS: Final = 500_000
"""Numbers, names and operators of one content stream; a page of text has 20,000."""

_TOKEN = re.compile(rb"[^\0\t\n\f\r ()<>\[\]{}/%]+|[(<\[/]")
_MARKS = frozenset({"BMC", "BDC", "EMC", "MP", "DP", "BX", "EX"})
_TEXT = frozenset({"Tj", "TJ", "'", '"'})
_PATHS = {"m": 1, "l": 1, "c": 1, "v": 1, "y": 1, "h": 1, "re": 5}
"""Segments that an operator adds to a path."""
_PAINTING = frozenset({"f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh", *_TEXT})
_HIDDEN_MODES = frozenset({3, 7})
"""Text that is not painted (ISO 32000-1 table 106)."""
_INTENTS = frozenset(
    {"/AbsoluteColorimetric", "/RelativeColorimetric", "/Saturation", "/Perceptual"}
)
_DEVICE: Final[Mapping[str, tuple[int, ...]]] = {"g": (1,), "rg": (3,)}
PATTERN: Final = -1
"""In place of the number of components: a pattern, behind those of its base."""


class ForeignContentError(ValueError):
    """The content cannot be used; says why, and `fix` what to do."""

    def __init__(self, problem: str, fix: str) -> None:
        self.problem, self.fix = problem, fix
        super().__init__(f"{problem}. {fix}")


@dataclass(frozen=True, kw_only=True)
class Instructions:
    """What is kept of a content stream."""

    content: bytes
    names: dict[str, Counter[str]]
    """How often it names what, by category of resources; fonts text is written in."""
    segments: int
    objects: int

    def named(self, category: str) -> list[str]:
        """Return the names of a category, in order."""
        return sorted(self.names.get(category, ()))


Components = Callable[[str], tuple[int, ...]]
"""Returns how many numbers make a colour of a space, and `PATTERN` behind them."""


def read_instructions(
    content: bytes, components: Components, *, is_page: bool
) -> Instructions:
    """Read a content stream; a page begins with black, others as they are shown.

    Raises:
        ForeignContentError: it holds what may not be in a sealed document.
    """
    for count, _ in enumerate(_TOKEN.finditer(content)):
        refuse_if(count > MAX_TOKENS, "it draws too much", FIX_SIMPLER)
    with Pdf.new() as scratch:
        # The last one takes what is left over, with no operator behind it.
        stream = scratch.make_stream(content + b"\nn")
        gray = (1,) if is_page else ()
        reader = _Reader(components, state=_State(fill=gray, stroke=gray))
        *read, last = pikepdf.parse_content_stream(stream)
        reader.check(last)
        for instruction in read:
            reader.read(instruction)
        return reader.finish()


@dataclass(frozen=True)
class _State:
    """What is saved and restored."""

    font: str = ""
    fill: tuple[int, ...] = ()
    stroke: tuple[int, ...] = ()
    """Numbers of a colour; none where the space was not chosen here."""


@dataclass
class _Reader:
    components: Components
    names: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    segments: int = 0
    objects: int = 0
    in_text: bool = False
    state: _State = field(default_factory=_State)
    saved: list[_State] = field(default_factory=list)
    kept: list[Any] = field(default_factory=list)

    def check(self, instruction: Any) -> tuple[str, list[Any]]:  # noqa: ANN401 - of pikepdf
        if isinstance(instruction, pikepdf.ContentStreamInlineImage):
            refuse("it holds a picture within its instructions (an inline image)")
        operator, operands = str(instruction.operator), list(instruction.operands)
        _check_instruction(operator, operands)
        return operator, operands

    def read(self, instruction: Any) -> None:  # noqa: ANN401 - of pikepdf
        operator, operands = self.check(instruction)
        if operator in _MARKS or (operator == "Q" and not self.saved):
            return
        self.segments += _PATHS.get(operator, 0)
        self.objects += operator in _PAINTING
        self._follow(operator, operands)
        self._note_names(operator, operands)
        self.kept.append(instruction)

    def finish(self) -> Instructions:
        refuse_if(self.in_text, "it begins text and never ends it", FIX_FLAT)
        # Some programs leave states open at the end of a page.
        closing = pikepdf.ContentStreamInstruction([], pikepdf.Operator("Q"))
        kept = [*self.kept, *[closing] * len(self.saved)]
        fonts = self.names.get("/Font", Counter())
        content = pikepdf.unparse_content_stream(
            [one for one in kept if not _sets_other_font(one, fonts)]
        )
        return Instructions(
            content=content,
            names=dict(self.names),
            segments=self.segments,
            objects=self.objects,
        )

    def _follow(self, operator: str, operands: list[Any]) -> None:
        """Follow the state, and what text is written in."""
        if operator in {"BT", "ET"}:
            refuse_if(self.in_text == (operator == "BT"), "its text is torn", FIX_FLAT)
            self.in_text = operator == "BT"
        elif operator == "Tf":
            self.state = replace(self.state, font=str(operands[0]))
        elif operator == "q":
            self.saved.append(self.state)
        elif operator == "Q":
            self.state = self.saved.pop()
        elif operator in _TEXT:
            refuse_if(not self.state.font, "it writes text without a font", FIX_FONT)
            self.names["/Font"][self.state.font] += 1
        else:
            self._follow_colour(operator, operands)

    def _follow_colour(self, operator: str, operands: list[Any]) -> None:
        lower, fills = operator.lower(), operator.islower()
        if lower in {"sc", "scn"}:
            current = self.state.fill if fills else self.state.stroke
            self._check_colour(current, operands)
            return
        chosen = _DEVICE.get(lower)
        if lower == "cs":
            chosen = self.components(str(operands[0]))
        if chosen is None:
            return
        if fills:
            self.state = replace(self.state, fill=chosen)
        else:
            self.state = replace(self.state, stroke=chosen)

    def _check_colour(self, expected: tuple[int, ...], operands: list[Any]) -> None:
        patterned = isinstance(operands[-1], Name)
        given = (len(operands) - patterned, *([PATTERN] if patterned else []))
        refuse_if(
            given != expected,
            "it gives a colour of other numbers than its colour space asks for",
            FIX_FLAT,
        )
        if patterned:
            self.names["/Pattern"][str(operands[-1])] += 1

    def _note_names(self, operator: str, operands: list[Any]) -> None:
        category = {
            "Do": "/XObject", "sh": "/Shading", "gs": "/ExtGState",
            "cs": "/ColorSpace", "CS": "/ColorSpace",
        }.get(operator)  # fmt: skip
        if category is not None:
            self.names[category][str(operands[0])] += 1


def _sets_other_font(
    instruction: pikepdf.ContentStreamInstruction, used: Counter[str]
) -> bool:
    if str(instruction.operator) != "Tf":
        return False
    return str(next(iter(instruction.operands))) not in used


def _check_instruction(operator: str, operands: list[Any]) -> None:
    if operator not in OPERATORS:
        refuse(f"it holds an instruction {operator!r} that PDF does not know")
    if not fits(operator, operands):
        refuse(
            f"its instruction {operator!r} has other values than PDF asks for, and "
            "readers would not agree on what it draws"
        )
    if operator == "BDC" and operands[0] == Name.OC:
        refuse("it has layers that can be hidden", "Flatten its layers.")
    if operator in {"k", "K"}:
        refuse(PRINTING_COLOURS, FIX_COLOUR)
    if operator == "Tr" and operands[0] in _HIDDEN_MODES:
        refuse("it holds text that is not seen, as scanned pages do", FIX_FONT)
    if operator == "ri":
        check_intent(operands[0])


def check_intent(intent: Object) -> None:
    """Refuse a rendering intent that is not of the standard (ISO 19005-3 §6.2.6)."""
    refuse_if(
        str(intent) not in _INTENTS, f"rendering intent {intent} is unknown", FIX_FLAT
    )


def refuse(problem: str, fix: str = FIX_FLAT) -> NoReturn:
    """Refuse the content."""
    raise ForeignContentError(problem, fix)


def refuse_if(found: bool, problem: str, fix: str) -> None:  # noqa: FBT001 - reads as a sentence
    """Refuse the content if something was found in it."""
    if found:
        raise ForeignContentError(problem, fix)
