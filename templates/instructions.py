# SPDX-License-Identifier: Apache-2.0
"""Instructions: what a content stream of a foreign PDF tells a reader to draw.

Refuses what is not painted or not known, and takes out marks of another structure and
fonts in which nothing is written, so that all of it can belong to one element of ours.
"""

from dataclasses import dataclass
from typing import NoReturn

import pikepdf
from pikepdf import Name, Object, Stream

from templates.operands import OPERATORS, fits

FIX_FONT = "Export it with fonts embedded, or turn its text into outlines."
FIX_COLOUR = "Export it in RGB colours (sRGB)."
FIX_FLAT = "Print it to a PDF file, which flattens it, and use that."
PRINTING_COLOURS = "it has colours of a printing press (CMYK)"

_MARKS = frozenset({"BMC", "BDC", "EMC", "MP", "DP", "BX", "EX"})
_TEXT = frozenset({"Tj", "TJ", "'", '"'})
_HIDDEN_MODES = frozenset({3, 7})
"""Text that is not painted (ISO 32000-1 table 106)."""
_INTENTS = frozenset(
    {"/AbsoluteColorimetric", "/RelativeColorimetric", "/Saturation", "/Perceptual"}
)


class ForeignContentError(ValueError):
    """The content cannot be used; says why, and `fix` what to do."""

    def __init__(self, problem: str, fix: str) -> None:
        self.problem, self.fix = problem, fix
        super().__init__(f"{problem}. {fix}")


@dataclass(frozen=True, kw_only=True)
class Instructions:
    """What is kept of a content stream."""

    content: bytes
    fonts: frozenset[str]
    """Names of the fonts text is written in."""
    images: tuple[pikepdf.PdfInlineImage, ...]


def read_instructions(form: Stream) -> Instructions:
    """Read the content stream of a form XObject.

    Raises:
        ForeignContentError: it holds what may not be in a sealed document.
    """
    kept: list[pikepdf.ContentStreamInstruction | pikepdf.ContentStreamInlineImage] = []
    images = []
    fonts = _Fonts()
    for instruction in pikepdf.parse_content_stream(form):
        operator = str(instruction.operator)
        if isinstance(instruction, pikepdf.ContentStreamInlineImage):
            images.append(instruction.iimage)
            kept.append(instruction)
            continue
        operands = list(instruction.operands)
        _check_instruction(operator, operands)
        if operator in _MARKS or (operator == "Q" and not fonts.depth):
            continue
        fonts.follow(operator, operands)
        kept.append(instruction)
    # Some programs leave states open at the end of a page.
    kept += [pikepdf.ContentStreamInstruction([], pikepdf.Operator("Q"))] * fonts.depth
    used = frozenset(fonts.used)
    content = pikepdf.unparse_content_stream(
        [one for one in kept if not _sets_other_font(one, used)]
    )
    return Instructions(content=content, fonts=used, images=tuple(images))


class _Fonts:
    """Follows which font is set, and which is written in."""

    def __init__(self) -> None:
        self.used: set[str] = set()
        self._font = ""
        self._saved: list[str] = []

    @property
    def depth(self) -> int:
        """Return how many graphics states are saved."""
        return len(self._saved)

    def follow(self, operator: str, operands: list[Object]) -> None:
        if operator == "Tf":
            self._font = str(operands[0])
        elif operator == "q":
            self._saved.append(self._font)
        elif operator == "Q":
            self._font = self._saved.pop()
        elif operator in _TEXT:
            refuse_if(not self._font, "it writes text without a font", FIX_FONT)
            self.used.add(self._font)


def _sets_other_font(
    instruction: pikepdf.ContentStreamInstruction | pikepdf.ContentStreamInlineImage,
    used: frozenset[str],
) -> bool:
    if str(instruction.operator) != "Tf":
        return False
    return str(next(iter(instruction.operands))) not in used


def _check_instruction(operator: str, operands: list[Object]) -> None:
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
    if operator in {"cs", "CS"} and operands[0] == Name.DeviceCMYK:
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
