# SPDX-License-Identifier: Apache-2.0
"""Fonts: shaping by HarfBuzz, and codes that copy back to the text that was shaped.

`Face` shapes words and remembers them. `FontUse` belongs to one document: it gives
each pair of glyph and text a code of its own, so that a glyph alternate, a ligature
or a half of sara am is read back as the characters it stands for (PDF 32000-1
§9.10.3), and makes the subset to embed. A character without glyph is refused.
"""

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uharfbuzz as hb

from templates.errors import GlyphMissingError
from templates.wording import NO_BREAK_SPACE

FAMILIES = {"sarabun": ("Sarabun-Regular.ttf", "Sarabun-Bold.ttf")}

OFFICIAL_SCALE = {"sarabun": 0.75}
"""Real size of one official point. The rules for official papers count in points of
TH Sarabun, whose letters are three quarters as high as Sarabun's at the same size."""

_SARA_AM = "\u0e33"
_NIKHAHIT = 0x0E4D
_MAX_SHAPES = 20_000
"""Shaped words kept for each face: some 20 MB; then the oldest are dropped."""

_MAX_COMPOSITE_SHIFT = 30
"""Thousandths of an em by which sara am in one glyph may differ from its parts."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """One placed glyph, lengths in thousandths of an em.

    `text` is what it is read back as; a glyph with none is drawn as an outline.
    """

    gid: int
    text: str
    advance: float
    dx: float
    dy: float


@dataclass(frozen=True, slots=True)
class Shape:
    """A shaped word; its width in thousandths of an em."""

    glyphs: tuple[Glyph, ...]
    width: float


class Face:
    """One font file: shapes words, knows outlines, gives subsets."""

    def __init__(self, file: Path) -> None:
        self.data = file.read_bytes()
        self._face = hb.Face(self.data)
        self._font = hb.Font(self._face)
        self.name: str = file.stem
        self._unit = 1000 / self._face.upem
        extents = self._font.get_font_extents("ltr")
        self.ascender: float = extents.ascender * self._unit
        self.descender: float = extents.descender * self._unit
        self._sara_am = self._font.get_nominal_glyph(ord(_SARA_AM))
        self._nikhahit = self._font.get_nominal_glyph(_NIKHAHIT)
        self.shape: Callable[[str], Shape] = functools.lru_cache(_MAX_SHAPES)(
            self._shape
        )

    def advance(self, gid: int) -> float:
        """Return the width of a glyph in thousandths of an em."""
        return float(self._font.get_glyph_h_advance(gid) * self._unit)

    def outline(self, gid: int) -> list[tuple[str, tuple[float, ...]]]:
        """Return the outline of a glyph, in thousandths of an em."""
        steps: list[tuple[str, tuple[float, ...]]] = []
        self._font.draw_glyph_with_pen(gid, _OutlinePen(steps, self._unit))
        return steps

    def subset(self, gids: frozenset[int]) -> tuple[bytes, dict[int, int]]:
        """Return a font program with these glyphs, and where each one went."""
        wanted = hb.SubsetInput()
        wanted.sets(hb.SubsetInputSets.GLYPH_INDEX).update(gids)
        wanted.flags = hb.SubsetFlags.NO_LAYOUT_CLOSURE | hb.SubsetFlags.NO_HINTING
        wanted.drop_table_tag_set.update(_DROPPED_TABLES)
        plan = hb.SubsetPlan(self._face, wanted)
        moved = dict(plan.old_to_new_glyph_mapping)
        return bytes(plan.execute().blob.data), moved

    def _shape(self, text: str) -> Shape:
        glyphs: list[Glyph] = []
        for part, script in _split_scripts(text.replace(NO_BREAK_SPACE, " ")):
            glyphs += self._shape_part(part, script)
        return Shape(tuple(glyphs), sum(glyph.advance for glyph in glyphs))

    def _shape_part(self, text: str, script: str) -> list[Glyph]:
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.direction = "ltr"
        buffer.script = script
        buffer.language = "th" if script == "Thai" else "en"
        buffer.cluster_level = hb.BufferClusterLevel.CHARACTERS
        hb.shape(self._font, buffer, {})
        infos, positions = buffer.glyph_infos, buffer.glyph_positions
        for info in infos:
            if info.codepoint == 0:
                raise GlyphMissingError(text[info.cluster], text, self.name)
        texts = _assign_texts(text, [info.cluster for info in infos])
        glyphs = [
            Glyph(
                info.codepoint,
                read,
                position.x_advance * self._unit,
                position.x_offset * self._unit,
                position.y_offset * self._unit,
            )
            for info, position, read in zip(infos, positions, texts, strict=True)
        ]
        return self._compose_sara_am(glyphs) if _SARA_AM in text else glyphs

    def _compose_sara_am(self, glyphs: list[Glyph]) -> list[Glyph]:
        """Draw nikhahit and sara aa as the one glyph they are typed as.

        Only where the font has it and nikhahit stands where that glyph has it; over
        a tall letter it is moved, and then drawn as an outline beside sara aa.
        """
        result: list[Glyph] = []
        for glyph in glyphs:
            before = result[-1] if result else None
            if (
                glyph.text == _SARA_AM
                and before is not None
                and before.text == ""
                and before.gid == self._nikhahit
                and self._sara_am is not None
                and abs(before.dx) <= _MAX_COMPOSITE_SHIFT
                and before.dy == 0
            ):
                result[-1] = Glyph(
                    self._sara_am, _SARA_AM, glyph.advance, glyph.dx, glyph.dy
                )
            else:
                result.append(glyph)
        return result


@dataclass(frozen=True, kw_only=True)
class EmbeddedFont:
    """All a PDF needs to hold one font of a document."""

    name: str
    program: bytes
    widths: tuple[float, ...]
    """By code, from code 1."""
    cid_to_gid: bytes
    to_unicode: bytes
    ascender: float
    descender: float


class FontUse:
    """The use of one face in one document."""

    def __init__(self, face: Face) -> None:
        self.face = face
        self._codes: dict[tuple[int, str], int] = {}

    def encode(self, glyph: Glyph) -> int:
        """Return the code of a glyph with its text; codes count from 1."""
        return self._codes.setdefault((glyph.gid, glyph.text), len(self._codes) + 1)

    def embed(self) -> EmbeddedFont:
        """Return the font as it is embedded: only what was used."""
        pairs = list(self._codes)
        program, moved = self.face.subset(frozenset(gid for gid, _ in pairs))
        cid_to_gid = b"\0\0" + b"".join(moved[gid].to_bytes(2) for gid, _ in pairs)
        tag = _subset_tag(program)
        return EmbeddedFont(
            name=f"{tag}+{self.face.name}",
            program=program,
            widths=tuple(self.face.advance(gid) for gid, _ in pairs),
            cid_to_gid=cid_to_gid,
            to_unicode=_write_to_unicode([text for _, text in pairs]),
            ascender=self.face.ascender,
            descender=self.face.descender,
        )


@functools.lru_cache(maxsize=16)
def load_face(family: str, *, bold: bool) -> Face:
    """Return a face of a family; loaded once for the process, then shared."""
    from fontpkg_sarabun import ROOT  # noqa: PLC0415 - nothing is read at import

    return Face(ROOT / "files" / FAMILIES[family][bold])


_DROPPED_TABLES = tuple(
    int.from_bytes(tag.encode("ascii"))
    for tag in ("GSUB", "GPOS", "GDEF", "DSIG", "STAT", "meta", "gasp")
)
"""Tables that shaping needs and a PDF does not."""


class _OutlinePen:
    """Receives an outline from HarfBuzz; quadratic curves are raised to cubic."""

    def __init__(
        self, steps: list[tuple[str, tuple[float, ...]]], unit: float
    ) -> None:
        self._steps, self._unit = steps, unit
        self._at = (0.0, 0.0)

    def moveTo(self, point: Any) -> None:  # noqa: N802, ANN401 - fontTools' pen names
        self._add("m", point)

    def lineTo(self, point: Any) -> None:  # noqa: N802, ANN401 - fontTools' pen names
        self._add("l", point)

    def curveTo(self, *points: Any) -> None:  # noqa: N802, ANN401 - fontTools' pen names
        self._add("c", *points)

    def qCurveTo(self, control: Any, end: Any) -> None:  # noqa: N802, ANN401 - fontTools' pen names
        x, y = (value / self._unit for value in self._at)
        first = (x + 2 / 3 * (control[0] - x), y + 2 / 3 * (control[1] - y))
        second = (
            end[0] + 2 / 3 * (control[0] - end[0]),
            end[1] + 2 / 3 * (control[1] - end[1]),
        )
        self._add("c", first, second, end)

    def closePath(self) -> None:  # noqa: N802 - fontTools' pen names
        self._steps.append(("h", ()))

    def _add(self, operator: str, *points: Any) -> None:  # noqa: ANN401 - see above
        flat = tuple(value * self._unit for point in points for value in point)
        self._steps.append((operator, flat))
        self._at = (flat[-2], flat[-1])


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


def _assign_texts(text: str, clusters: list[int]) -> list[str]:
    """Return the characters each glyph stands for; together they are the text.

    HarfBuzz splits sara am in two, moves nikhahit before a tone mark and may join
    the two; the tone then belongs to the joined glyph, sara am to sara aa.
    """
    known = set(clusters)
    texts = [""] * len(clusters)
    last = {cluster: index for index, cluster in enumerate(clusters)}
    first = {cluster: index for index, cluster in reversed(list(enumerate(clusters)))}
    owner = -1
    for position, character in enumerate(text):
        following = text[position + 1 : position + 2]
        if position in known:
            owner = (last if character == _SARA_AM else first)[position]
            texts[owner] += character
        elif following == _SARA_AM and position + 1 in known:
            texts[first[position + 1]] += character
        elif owner >= 0:
            texts[owner] += character
    return texts


def _subset_tag(program: bytes) -> str:
    """Return the six letters before the name of a subset (PDF 32000-1 §9.6.4)."""
    digest = hashlib.sha256(program).digest()
    return "".join(chr(ord("A") + value % 26) for value in digest[:6])


def _write_to_unicode(texts: list[str]) -> bytes:
    """Return the ToUnicode CMap of codes 1, 2, 3, …"""
    lines = [
        f"<{code:04X}> <{text.encode('utf-16-be').hex().upper()}>"
        for code, text in enumerate(texts, start=1)
    ]
    blocks = [lines[start : start + 100] for start in range(0, len(lines), 100)]
    body = "\n".join(
        f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar"
        for block in blocks
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{body}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")
