# SPDX-License-Identifier: Apache-2.0
"""Foreign content: what a PDF that somebody else made draws with.

Copied by lists of what may be there, so that nothing unseen rides along; and refused
if an archive or a reader of the sealed document could not accept it: fonts that are
not embedded, colours of a printing press, layers, soft masks (ISO 19005-3 §6.2), or
drawings that take too long to read.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, Stream

from templates.foreign_fonts import FontCopier
from templates.foreign_images import copy_image, mask_of
from templates.foreign_paint import PaintCopier, components_of
from templates.foreign_values import Keep, flag, keep, name, number, numbers
from templates.instructions import (
    FIX_FLAT,
    FIX_FONT,
    FIX_SIMPLER,
    ForeignContentError,
    Instructions,
    check_intent,
    read_instructions,
    refuse_if,
)
from templates.unpacking import MAX_CONTENT_BYTES, refuse_beyond, unpack

MAX_SEGMENTS: Final = 20_000
"""Of the paths on one sheet, those of a drawing as often as it is shown."""
MAX_OBJECTS: Final = 20_000
"""Texts, paths, pictures on one sheet."""
MAX_SHOWN_PIXELS: Final = 50_000_000
"""Of the pictures on one sheet, as often as they are shown."""
MAX_DEPTH: Final = 5
"""Drawings within drawings; no reader has to follow any deeper."""

_BLEND_MODES: Final = frozenset({"/Normal", "/Compatible"})
_PRESS_KEYS: Final = ("/TR", "/HTP", "/HTO")
_PRESS_DEFAULTS: Final = ("/TR2", "/HT", "/BG2", "/UCR2")
_FORM: Final[Mapping[str, Keep]] = {"/BBox": numbers, "/Matrix": numbers}
_TILING: Final[Mapping[str, Keep]] = {
    **_FORM, "/PatternType": number, "/PaintType": number, "/TilingType": number,
    "/XStep": number, "/YStep": number,
}  # fmt: skip
_STATE: Final[Mapping[str, Keep]] = {
    "/LW": number, "/LC": number, "/LJ": number, "/ML": number,
    "/D": lambda value: Array([numbers(value[0]), number(value[1])]),
    "/RI": name, "/OP": flag, "/op": flag, "/OPM": number, "/FL": number,
    "/SM": number, "/SA": flag, "/CA": number, "/ca": number, "/AIS": flag,
    "/TK": flag,
}  # fmt: skip
_DEFAULT_SPACES: Final = ("/DefaultGray", "/DefaultRGB")
_SHADING_PATTERN: Final = 2


@dataclass(frozen=True, kw_only=True)
class Weight:
    """What showing a drawing once makes a reader go through."""

    segments: int = 0
    objects: int = 0
    pixels: int = 0

    def plus(self, other: "Weight", times: int = 1) -> "Weight":
        """Return the weight of this and of another drawing, shown so many times."""
        return Weight(
            segments=self.segments + times * other.segments,
            objects=self.objects + times * other.objects,
            pixels=self.pixels + times * other.pixels,
        )

    def check(self) -> None:
        """Refuse a drawing that would hold up every document it lies under."""
        for what, count, most in (
            ("segments of paths", self.segments, MAX_SEGMENTS),
            ("texts, paths and pictures", self.objects, MAX_OBJECTS),
            ("pixels of pictures", self.pixels, MAX_SHOWN_PIXELS),
        ):
            refuse_if(
                count > most,
                f"a page of it shows {count:,} {what}; {most:,} are the most, for "
                "each document is read through before it is sealed",
                FIX_SIMPLER,
            )


@dataclass(frozen=True, kw_only=True)
class _Copy:
    entry: Object
    weight: Weight


class ContentCopier:
    """Copies drawings out of one file into another, each object once."""

    def __init__(self, target: Pdf) -> None:
        self._target = target
        self._fonts, self._paint = FontCopier(target), PaintCopier(target)
        self._copies: dict[tuple[int, int], _Copy] = {}
        self._open: list[tuple[int, int]] = []
        self.shows_text = False

    def copy_page(self, page: Page, box: Array, matrix: Array) -> Object:
        """Return a form XObject that draws what a page shows.

        Raises:
            ForeignContentError: it holds what may not be in a sealed document.
        """
        parts, size = [], 0
        contents = page.obj.get("/Contents", Array())
        for part in contents.as_list() if isinstance(contents, Array) else [contents]:
            parts.append(unpack(part, MAX_CONTENT_BYTES))
            size += len(parts[-1])
            refuse_beyond(size, MAX_CONTENT_BYTES)
        group = page.obj.get("/Group")
        if group is not None:
            self._copy_group(group)  # of the page: checked, and left out
        content = b"\n".join(parts)
        entries = {"/BBox": box, "/Matrix": matrix}
        copy = self._copy_drawing(content, page.resources, entries, is_page=True)
        copy.weight.check()
        copy.entry.Type, copy.entry.Subtype = Name.XObject, Name.Form
        return copy.entry

    def _copy_drawing(
        self, content: bytes, resources: Object, entries: Mapping[str, Any], *,
        is_page: bool = False,
    ) -> _Copy:  # fmt: skip
        """Return a stream that draws the same, with all it draws with."""
        known = resources.get("/ColorSpace", Dictionary())

        def components(called: str) -> tuple[int, ...]:
            space = known.get(called, Name(called))
            return components_of(self._paint.copy_space(space))

        instructions = read_instructions(content, components, is_page=is_page)
        self.shows_text |= bool(instructions.named("/Font"))
        kept, weight = self._copy_resources(resources, instructions)
        stream = self._target.make_stream(instructions.content, Dictionary(entries))
        stream.Resources = Dictionary(kept)
        return _Copy(entry=stream, weight=weight)

    def _copy_resources(
        self, resources: Object, instructions: Instructions
    ) -> tuple[dict[str, Dictionary], Weight]:
        """Copy what is named, and nothing else."""
        weight = Weight(segments=instructions.segments, objects=instructions.objects)
        copiers: dict[str, Callable[[Object], _Copy]] = {
            "/Font": lambda font: _light(self._fonts.copy(font)),
            "/XObject": self._copy_xobject,
            "/ColorSpace": lambda space: _light(self._paint.copy_space(space)),
            "/Pattern": self._copy_pattern,
            "/Shading": lambda shading: _light(self._paint.copy_shading(shading)),
            "/ExtGState": lambda state: _light(self._copy_state(state)),
        }
        kept: dict[str, Dictionary] = {}
        for category, copy in copiers.items():
            there = resources.get(category, Dictionary())
            entries: dict[str, Object] = {}
            for called, times in sorted(instructions.names.get(category, {}).items()):
                if category == "/ColorSpace" and called not in there:
                    continue  # one of those that need no entry, or refused already
                refuse_if(
                    called not in there,
                    f"{category[1:]} {called} is named and not there",
                    FIX_FONT if category == "/Font" else FIX_FLAT,
                )
                copied = copy(there[called])
                entries[called] = copied.entry
                weight = weight.plus(copied.weight, times)
            if category == "/ColorSpace":
                for called in _DEFAULT_SPACES:
                    if called in there:
                        entries[called] = copy(there[called]).entry
            if entries:
                kept[category] = Dictionary(entries)
        return kept, weight

    def _copy_once(self, entry: Object, copy: Callable[[], _Copy]) -> _Copy:
        """Copy a stream, unless it was copied before; refuse one that shows itself."""
        key = entry.objgen
        if key in self._copies:
            return self._copies[key]
        refuse_if(
            key in self._open or len(self._open) >= MAX_DEPTH,
            f"it nests drawings more than {MAX_DEPTH} deep",
            FIX_FLAT,
        )
        self._open.append(key)
        self._copies[key] = copy()
        self._open.pop()
        return self._copies[key]

    def _copy_xobject(self, entry: Object) -> _Copy:
        subtype = entry.get("/Subtype")
        if not isinstance(entry, Stream) or subtype not in {Name.Form, Name.Image}:
            raise ForeignContentError(
                "it holds an object that is neither a drawing nor a picture", FIX_FLAT
            )
        refuse_if(
            "/OC" in entry, "it has layers that can be hidden", "Flatten its layers."
        )
        if subtype == Name.Form:
            return self._copy_once(entry, lambda: self._copy_form(entry))
        return self._copy_once(entry, lambda: self._copy_image(entry))

    def _copy_form(self, form: Stream) -> _Copy:
        refuse_if("/Ref" in form, "it shows a page of another file", FIX_FLAT)
        entries = {**keep(form, _FORM), "/Type": Name.XObject, "/Subtype": Name.Form}
        if "/Group" in form:
            entries["/Group"] = self._copy_group(form.Group)
        content = unpack(form, MAX_CONTENT_BYTES)
        return self._copy_drawing(
            content, form.get("/Resources", Dictionary()), entries
        )

    def _copy_group(self, group: Object) -> Dictionary:
        entries = {"/S": Name.Transparency, **keep(group, {"/I": flag, "/K": flag})}
        if "/CS" in group:
            entries["/CS"] = self._paint.copy_space(group.CS)
        return Dictionary(entries)

    def _copy_image(self, image: Stream) -> _Copy:
        copied = copy_image(image, self._paint.copy_space, self._target)
        pixels = int(copied.Width) * int(copied.Height)
        weight = Weight(objects=1, pixels=pixels)
        mask = mask_of(image)
        if mask is not None:
            key, entry = mask
            masking = self._copy_once(entry, lambda: self._copy_image(entry))
            copied[key] = masking.entry
            weight = weight.plus(masking.weight)
        return _Copy(entry=copied, weight=weight)

    def _copy_pattern(self, pattern: Object) -> _Copy:
        if isinstance(pattern, Stream):
            return self._copy_once(pattern, lambda: self._copy_tiling(pattern))
        entries = keep(pattern, {"/PatternType": number, "/Matrix": numbers})
        refuse_if(
            entries.get("/PatternType") != _SHADING_PATTERN,
            "it holds a pattern that PDF does not know",
            FIX_FLAT,
        )
        entries["/Shading"] = self._paint.copy_shading(pattern.Shading)
        if "/ExtGState" in pattern:
            entries["/ExtGState"] = self._copy_state(pattern.ExtGState)
        return _light(Dictionary(entries))

    def _copy_tiling(self, pattern: Stream) -> _Copy:
        content = unpack(pattern, MAX_CONTENT_BYTES)
        return self._copy_drawing(content, pattern.Resources, keep(pattern, _TILING))

    def _copy_state(self, state: Object) -> Dictionary:
        """Copy a graphics state (ISO 19005-3 §6.2.5 and §6.2.10)."""
        press = any(key in state for key in _PRESS_KEYS) or any(
            state.get(key, Name.Default) != Name.Default for key in _PRESS_DEFAULTS
        )
        refuse_if(press, "it carries settings of a printing press", FIX_FLAT)
        mode = state.get("/BM", Name.Normal)
        modes = {str(one) for one in (mode if isinstance(mode, Array) else [mode])}
        soft = state.get("/SMask", Name.None_) != Name.None_
        refuse_if(
            soft or bool(modes - _BLEND_MODES),
            "it mixes colours of layers (blend modes or soft masks)",
            "Flatten its transparency, or export it as PDF/A.",
        )
        refuse_if("/Font" in state, "it sets fonts in a graphics state", FIX_FLAT)
        if "/RI" in state:
            check_intent(state.RI)
        return Dictionary(keep(state, _STATE))


def _light(entry: Object) -> _Copy:
    return _Copy(entry=entry, weight=Weight(objects=0))
