# SPDX-License-Identifier: Apache-2.0
"""Fonts: shaping by HarfBuzz, in letters that copy back to the text that was shaped.

A letter is what the eye takes for one: a consonant with its vowels and tone mark. In
one document each letter gets one code, one glyph in the embedded font and one entry
in its ToUnicode map (ISO 32000-1 §9.10.3), so every reader gets the very characters
that were typed, sara am and stacked marks among them. A character without glyph is
refused, and so are marks piled up higher than those of Thai.
"""

import functools
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import uharfbuzz as hb

from templates.errors import GlyphMissingError, LetterTooHighError
from templates.families import Family
from templates.fontfile import FontFile, Glyph, Part, compose, name_subset, write_font
from templates.wording import NO_BREAK_SPACE

_SARA_AM = "\u0e33"
_USUAL_STACKS = ("ปี๊", "ฟื้", "กิ์", "กั้", "ษฺ์", "ฏุ", "ฎู", "ญู", "ฐู")
"""Letters of everyday words that reach as high and as low as Thai does."""
_REACH_TOLERANCE = 20
"""Thousandths of an em that others may reach further."""
_MAX_SHAPES = 8192
"""Shaped words kept for each face, some 8 MB. Names of holders are among them, in
memory only: what has not been drawn for longest is dropped first."""
_MAX_LETTERS = 8192
"""Letters kept for each face; Thai writes with some thousands, kerning included."""

_UNFIT = re.compile(r"[^A-Za-z0-9-]")
"""What the name of a font has no room for (Adobe Technical Note 5902)."""

_Glyphs = list[tuple[hb.GlyphInfo, hb.GlyphPosition]]


@dataclass(frozen=True, slots=True, eq=False)
class Letter:
    """A base with its marks, as placed glyphs; lengths in thousandths of an em.

    Compared by identity, which is fast; the same letter may be made again after the
    face has forgotten it.
    """

    parts: tuple[Part, ...]
    text: str
    advance: float
    width: int
    """What the embedded font says; the rest of the advance is kerning."""
    key: str = field(init=False)
    """The same for letters that look, copy and advance alike, kerning apart."""

    def __post_init__(self) -> None:
        """Make the key: once for a letter, not for each document it is in."""
        object.__setattr__(self, "key", f"{self.width} {self.parts} {self.text}")

    @property
    def is_plain(self) -> bool:
        """Tell whether the letter is a glyph of the font as it is."""
        part = self.parts[0]
        return len(self.parts) == 1 and not (part.dx or part.dy or part.turn)

    def follow_by(self, text: str) -> "Letter":
        """Return the letter with more text to copy, and nothing more to see."""
        return replace(self, text=self.text + text)

    def join_space(self, space: "Letter") -> "Letter":
        """Return the letter and the space after it as one."""
        advance = self.advance + space.advance
        return Letter(self.parts, self.text + space.text, advance, round(advance))


@dataclass(frozen=True, slots=True)
class Shape:
    """A shaped word; its width in thousandths of an em."""

    letters: tuple[Letter, ...]
    width: float
    is_even: bool
    """Whether each letter is as wide as the embedded font says: without kerning."""


def make_shape(letters: Iterable[Letter]) -> Shape:
    """Return letters as one shape."""
    kept = tuple(letters)
    return Shape(
        kept,
        sum(letter.advance for letter in kept),
        is_even=all(letter.advance == letter.width for letter in kept),
    )


@dataclass(frozen=True, kw_only=True)
class EmbeddedFont:
    """All a PDF needs to hold one font of a document."""

    name: str
    program: bytes
    """Its glyphs stand in the order of their codes, from 1."""
    widths: tuple[int, ...]
    """By code, from code 1."""
    to_unicode: bytes
    ascender: float
    descender: float


class Face:
    """One font file: shapes words and gives subsets. Not changed once loaded."""

    def __init__(self, file: Path) -> None:
        program = file.read_bytes()
        self._source = FontFile(program)
        self._face = hb.Face(program)
        self._font = hb.Font(self._face)
        self._font.scale = (1000, 1000)
        self.name: str = _UNFIT.sub("", file.stem) or "Font"
        extents = self._font.get_font_extents("ltr")
        self.ascender: float = extents.ascender
        self.descender: float = extents.descender
        self._units_per_em: int = self._face.upem
        self.shape: Callable[[str], Shape] = functools.lru_cache(_MAX_SHAPES)(
            self._shape
        )
        self._make_letter = functools.lru_cache(_MAX_LETTERS)(self._join_parts)
        self._draw = functools.lru_cache(_MAX_LETTERS)(self._draw_letter)

    def advance(self, gid: int) -> int:
        """Return the width of a glyph in thousandths of an em."""
        return round(float(self._font.get_glyph_h_advance(gid)))

    def embed(self, letters: list[Letter]) -> EmbeddedFont:
        """Return a font that holds these letters, by code from 1."""
        glyphs = [self._draw(letter) for letter in letters]
        program = write_font(self._source, glyphs)
        return EmbeddedFont(
            name=f"{name_subset(program)}+{self.name}",
            program=program,
            widths=tuple(letter.width for letter in letters),
            to_unicode=write_to_unicode([letter.text for letter in letters]),
            ascender=self.ascender,
            descender=self.descender,
        )

    def turn_word(self, text: str, degrees: float, at: tuple[float, float]) -> Letter:
        """Return a word as one letter, turned, its middle at a distance from the pen.

        It takes next to no room in the line, so that a watermark drawn so does not
        come between the words of the page when they are copied.
        """
        sin, cos = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
        shape = self.shape(text)
        parts, pen = [], -shape.width / 2
        for letter in shape.letters:
            for part in letter.parts:
                x, y = pen + part.dx, part.dy - self.ascender * 0.27
                parts.append(
                    Part(
                        part.gid,
                        round(at[0] + x * cos - y * sin),
                        round(at[1] + x * sin + y * cos),
                        degrees,
                    )
                )
            pen += letter.advance
        return self._make_letter(tuple(parts), text, 10 * len(text))

    def _draw_letter(self, letter: Letter) -> int | Glyph:
        """Return a letter as a glyph of the font, or as one composed of them."""
        parts, width = letter.parts, letter.width
        if letter.is_plain and width == self.advance(parts[0].gid):
            return parts[0].gid
        unit = self._units_per_em / 1000
        left, bottom, right, top = self._find_edges(parts)
        moved = [
            Part(part.gid, round(part.dx * unit), round(part.dy * unit), part.turn)
            for part in parts
        ]
        box = (round(left * unit), round(bottom * unit))
        return compose(
            moved, round(width * unit), (*box, round(right * unit), round(top * unit))
        )

    def _find_edges(self, parts: Iterable[Part]) -> tuple[float, float, float, float]:
        """Return the edges of placed glyphs: left, bottom, right, top."""
        corners = [corner for part in parts for corner in self._find_corners(part)]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return min(xs), min(ys), max(xs), max(ys)

    def _find_corners(self, part: Part) -> list[tuple[float, float]]:
        """Return the corners of a part's box, where it is placed and turned."""
        box = self._font.get_glyph_extents(part.gid)
        sin, cos = math.sin(math.radians(part.turn)), math.cos(math.radians(part.turn))
        return [
            (part.dx + x * cos - y * sin, part.dy + x * sin + y * cos)
            for x in (box.x_bearing, box.x_bearing + box.width)
            for y in (box.y_bearing, box.y_bearing + box.height)
        ]

    def _shape(self, text: str) -> Shape:
        if not text:
            return Shape((), 0, is_even=True)
        letters: list[Letter] = []
        for part, script in _split_scripts(text.replace(NO_BREAK_SPACE, " ")):
            letters += self._shape_part(part, script)
        return make_shape(letters)

    @functools.cached_property
    def _reach(self) -> tuple[float, float]:
        """How low and how high letters with marks may reach."""
        lows, highs = [self.descender], [self.ascender]
        for stack in _USUAL_STACKS:
            glyphs = self._place_glyphs(stack, "Thai")
            if all(info.codepoint for info, _ in glyphs):
                _, low, _, high = self._find_edges(_list_parts(glyphs)[0])
                lows.append(low)
                highs.append(high)
        return min(lows) - _REACH_TOLERANCE, max(highs) + _REACH_TOLERANCE

    def _place_glyphs(self, text: str, script: str) -> _Glyphs:
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.direction = "ltr"
        buffer.script = script
        buffer.language = "th" if script == "Thai" else "en"
        buffer.cluster_level = hb.BufferClusterLevel.CHARACTERS
        hb.shape(self._font, buffer, {})
        return list(zip(buffer.glyph_infos, buffer.glyph_positions, strict=True))

    def _shape_part(self, text: str, script: str) -> list[Letter]:
        glyphs = self._place_glyphs(text, script)
        starts: list[int] = []
        for index, (info, position) in enumerate(glyphs):
            if info.codepoint == 0:
                raise GlyphMissingError(text[info.cluster], text, self.name)
            # Marks and the second half of sara am belong to the letter before.
            opens = position.x_advance > 0 and text[info.cluster] != _SARA_AM
            if opens or not starts:
                starts.append(index)
        ends = [*starts[1:], len(glyphs)]
        froms = [
            min(info.cluster for info, _ in glyphs[start:end])
            for start, end in zip(starts, ends, strict=True)
        ]
        letters = []
        for start, end, first, last in zip(
            starts, ends, froms, [*froms[1:], len(text)], strict=True
        ):
            letters.append(self._join(glyphs[start:end], text[first:last]))
        return letters

    def _join(self, glyphs: _Glyphs, text: str) -> Letter:
        parts, advance = _list_parts(glyphs)
        letter: Letter = self._make_letter(tuple(parts), text, advance)
        if len(parts) > 1:
            _, low, _, high = self._find_edges(parts)
            if low < self._reach[0] or high > self._reach[1]:
                raise LetterTooHighError(text, self.name)
        return letter

    def _join_parts(self, parts: tuple[Part, ...], text: str, advance: float) -> Letter:
        letter = Letter(parts, text, advance, round(advance))
        if letter.is_plain:
            return Letter(parts, text, advance, self.advance(parts[0].gid))
        return letter


def _list_parts(glyphs: _Glyphs) -> tuple[list[Part], float]:
    """Return glyphs where they are placed, and how far the pen goes."""
    parts, pen = [], 0.0
    for info, position in glyphs:
        across = pen + position.x_offset
        parts.append(Part(info.codepoint, across, position.y_offset))
        pen += position.x_advance
    return parts, pen


class FontUse:
    """The use of one face in one document: which letters, by which codes."""

    def __init__(self, face: Face) -> None:
        self.face = face
        self._codes: dict[Letter, int] = {}
        self.written: dict[Letter, str] = {}
        """Codes as strings of a page write them, in hexadecimal, once encoded."""
        self._letters: dict[str, Letter] = {}
        """By their keys, in the order of their codes."""

    def encode(self, letter: Letter) -> int:
        """Return the code of a letter; codes count from 1."""
        code = self._codes.get(letter)
        if code is None:
            # Known by its key: what a cache forgot must not change the bytes.
            first = self._letters.setdefault(letter.key, letter)
            code = self._codes.setdefault(first, len(self._letters))
            self._codes[letter] = code
            self.written[letter] = f"{code:04X}"
        return code

    def write(self, letter: Letter) -> str:
        """Return the code of a letter as strings of a page write it."""
        self.encode(letter)
        return self.written[letter]

    def embed(self) -> EmbeddedFont:
        """Return the font as it is embedded: only what was used."""
        return self.face.embed(list(self._letters.values()))


@functools.lru_cache(maxsize=64)
def load_face(family: Family, *, bold: bool) -> Face:
    """Return a face of a family; loaded once for the process, then shared."""
    return Face(family.find_file(bold=bold))


def write_to_unicode(texts: list[str]) -> bytes:
    """Return the ToUnicode CMap of codes that count from 1.

    As arrays over ranges, which do not repeat the codes; only the last byte of a code
    may differ within one (Adobe Technical Note 5014, 1.4.2).
    """
    written = [_write_characters(text) for text in texts]
    ranges = []
    for start in range(0, len(texts) + 1, 256):
        first, last = max(start, 1), min(start + 255, len(texts))
        listed = "".join(written[first - 1 : last])
        ranges.append(f"<{first:04X}> <{last:04X}> [{listed}]")
    blocks = [ranges[start : start + 100] for start in range(0, len(ranges), 100)]
    body = "\n".join(
        f"{len(block)} beginbfrange\n" + "\n".join(block) + "\nendbfrange"
        for block in blocks
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{body}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")


@functools.lru_cache(_MAX_LETTERS)
def _write_characters(text: str) -> str:
    return f"<{text.encode('utf-16-be').hex().upper()}>"


def _split_scripts(text: str) -> list[tuple[str, str]]:
    """Split a word into runs of one script; digits and signs go with their run."""
    if text.isascii():
        return [(text, "Latn")]
    runs: list[tuple[str, str]] = []
    start, script = 0, ""
    for index, character in enumerate(text):
        new = _script_of(character)
        if new and script and new != script:
            runs.append((text[start:index], script))
            start = index
        script = new or script
    runs.append((text[start:], script or "Thai"))
    return runs


def _script_of(character: str) -> str:
    if "\u0e00" <= character <= "\u0e7f":
        return "Thai"
    if character.isalpha():
        return "Latn"
    return ""
