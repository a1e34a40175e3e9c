# SPDX-License-Identifier: Apache-2.0
"""Foreign content: what a PDF that somebody else made draws with.

Refuses what an archive or a reader of the sealed document could not accept: fonts
that are not embedded, colours of a printing press, layers, soft masks, pictures in
forms PDF/A forbids (ISO 19005-3 §6.2).
"""

from collections.abc import Callable, Iterable

from pikepdf import Array, Dictionary, Name, Object, PdfInlineImage, Stream

from templates.instructions import (
    FIX_COLOUR,
    FIX_FLAT,
    FIX_FONT,
    PRINTING_COLOURS,
    check_intent,
    read_instructions,
    refuse,
    refuse_if,
)

_BLEND_MODES = frozenset({"/Normal", "/Compatible"})
_NAMED_ENCODINGS = frozenset({"/WinAnsiEncoding", "/MacRomanEncoding"})
_PRINTING_COMPONENTS = 4
_CLUTTER = (
    "/Metadata", "/PieceInfo", "/LastModified", "/StructParent", "/StructParents",
    "/Alternates", "/OPI", "/Interpolate",
)  # fmt: skip
"""What is taken out of pictures and forms: nothing of it is seen."""


class ContentCleaner:
    """Checks and cleans the content of one file, each stream once."""

    def __init__(self) -> None:
        self._seen: set[tuple[int, int]] = set()
        self.shows_text = False

    def clean(self, form: Stream) -> None:
        """Clean a form XObject, and all that it draws with.

        Raises:
            ForeignContentError: it holds what may not be in a sealed document.
        """
        if self._is_known(form):
            return
        refuse_if(
            "/OC" in form, "it has layers that can be hidden", "Flatten its layers."
        )
        refuse_if("/Ref" in form, "it shows a page of another file", FIX_FLAT)
        group = form.get("/Group")
        if isinstance(group, Dictionary) and "/CS" in group:
            self._check_space(group.CS)
        for key in _CLUTTER:
            if key in form:
                del form[key]
        instructions = read_instructions(form)
        form.write(instructions.content)
        self.shows_text |= bool(instructions.fonts)
        resources = form.Resources = _keep_fonts(
            form.get("/Resources", Dictionary()), instructions.fonts
        )
        self._check_resources(resources)
        for image in instructions.images:
            self._check_inline(image, resources)

    def _check_resources(self, resources: Object) -> None:
        checks: dict[str, Callable[[Object], None]] = {
            "/Font": self._check_font,
            "/XObject": self._check_xobject,
            "/ColorSpace": self._check_space,
            "/Pattern": self._check_pattern,
            "/Shading": self._check_shading,
            "/ExtGState": self._check_state,
        }
        for kind, check in checks.items():
            for entry in _values(resources.get(kind)):
                check(entry)

    def _check_xobject(self, entry: Object) -> None:
        subtype = entry.get("/Subtype")
        if not isinstance(entry, Stream) or subtype not in {Name.Form, Name.Image}:
            refuse("it holds an object that is neither a drawing nor a picture")
        elif subtype == Name.Form:
            self.clean(entry)
        else:
            self._check_image(entry)

    def _check_image(self, image: Object) -> None:
        if self._is_known(image):
            return
        refuse_if(
            "/OC" in image, "it has layers that can be hidden", "Flatten its layers."
        )
        filters = {str(name) for name in _listed(image.get("/Filter"))}
        refuse_if(
            "/JPXDecode" in filters,
            "it holds a picture in JPEG 2000",
            "Save its pictures as JPEG or PNG.",
        )
        for key in _CLUTTER:
            if key in image:
                del image[key]
        if "/Intent" in image:
            check_intent(image.Intent)
        if "/ColorSpace" in image:
            self._check_space(image.ColorSpace)
        if isinstance(image.get("/SMask"), Stream):
            self._check_image(image.SMask)

    def _check_inline(self, image: PdfInlineImage, resources: Object) -> None:
        space = image.obj.get("/ColorSpace", image.obj.get("/CS"))
        if space in {Name.CMYK, Name.DeviceCMYK}:
            refuse("it holds a picture in CMYK colours", FIX_COLOUR)
        known = resources.get("/ColorSpace", Dictionary())
        if isinstance(space, Name) and str(space) in known:
            self._check_space(known[str(space)])
        if image.obj.get("/Interpolate", image.obj.get("/I", False)):
            refuse("it holds a picture that asks to be smoothed", FIX_FLAT)

    def _check_space(self, space: Object) -> None:
        """Check a colour space; those within it, too (ISO 32000-1 §8.6)."""
        if space == Name.DeviceCMYK:
            refuse(PRINTING_COLOURS, FIX_COLOUR)
        if not isinstance(space, Array):
            return
        family = str(space[0])
        if family == "/ICCBased" and int(space[1].N) == _PRINTING_COMPONENTS:
            refuse(PRINTING_COLOURS, FIX_COLOUR)
        if family in {"/Separation", "/DeviceN"}:
            self._check_space(space[2])
        if family in {"/Indexed", "/Pattern"} and len(space) > 1:
            self._check_space(space[1])

    def _check_pattern(self, pattern: Object) -> None:
        if isinstance(pattern, Stream):
            self.clean(pattern)
            return
        if "/Shading" in pattern:
            self._check_shading(pattern.Shading)
        if "/ExtGState" in pattern:
            self._check_state(pattern.ExtGState)

    def _check_shading(self, shading: Object) -> None:
        self._check_space(shading.ColorSpace)

    def _check_state(self, state: Object) -> None:
        """Check a graphics state (ISO 19005-3 §6.2.5 and §6.2.10)."""
        for key in ("/TR", "/HTP", "/HTO"):
            refuse_if(key in state, "it carries settings of a printing press", FIX_FLAT)
        for key in ("/TR2", "/HT", "/BG2", "/UCR2"):
            refuse_if(
                state.get(key, Name.Default) != Name.Default,
                "it carries settings of a printing press",
                FIX_FLAT,
            )
        modes = {str(mode) for mode in _listed(state.get("/BM"))}
        soft = state.get("/SMask", Name.None_) != Name.None_
        refuse_if(
            soft or bool(modes - _BLEND_MODES),
            "it mixes colours of layers (blend modes or soft masks)",
            "Flatten its transparency, or export it as PDF/A.",
        )
        if "/RI" in state:
            check_intent(state.RI)
        for font in _listed(state.get("/Font"))[:1]:
            self._check_font(font)

    def _check_font(self, font: Object) -> None:
        if self._is_known(font):
            return
        name = str(font.get("/BaseFont", "/unnamed")).lstrip("/")
        kind = font.get("/Subtype")
        refuse_if(kind == Name.Type3, f"font {name} is of Type 3", FIX_FONT)
        inner = font.DescendantFonts[0] if kind == Name.Type0 else font
        descriptor = inner.get("/FontDescriptor", Dictionary())
        files = ("/FontFile", "/FontFile2", "/FontFile3")
        refuse_if(
            not any(file in descriptor for file in files),
            f"font {name} is not embedded",
            FIX_FONT,
        )
        mapped = "/ToUnicode" in font
        if kind != Name.Type0:
            mapped |= str(font.get("/Encoding")) in _NAMED_ENCODINGS
        refuse_if(
            not mapped, f"text in font {name} cannot be copied or read aloud", FIX_FONT
        )

    def _is_known(self, entry: Object) -> bool:
        """Tell whether an object was met before; remember it."""
        if not entry.is_indirect:
            return False
        known = entry.objgen in self._seen
        self._seen.add(entry.objgen)
        return known


def _keep_fonts(resources: Object, used: frozenset[str]) -> Dictionary:
    """Return resources without fonts that are not used, and without other marks.

    A copy: pages of the file may share them.
    """
    kept = {
        key: entry
        for key, entry in resources.items()
        if key not in {"/Font", "/Properties", "/ProcSet"}
    }
    fonts = resources.get("/Font", Dictionary())
    for name in sorted(used):
        refuse_if(name not in fonts, f"font {name} is named and not there", FIX_FONT)
    if used:
        kept["/Font"] = Dictionary({name: fonts[name] for name in sorted(used)})
    return Dictionary(kept)


def _values(entry: Object | None) -> Iterable[Object]:
    return [one for _, one in entry.items()] if isinstance(entry, Dictionary) else []


def _listed(entry: Object | None) -> list[Object]:
    if entry is None:
        return []
    return list(entry) if isinstance(entry, Array) else [entry]
