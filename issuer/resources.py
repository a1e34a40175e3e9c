# SPDX-License-Identifier: Apache-2.0
"""Resources: what the pages draw with, down to the last form and picture.

Promises that everything a content stream names is there, is of a kind that PDF/A-3
allows (ISO 19005-3, 6.2) and looks the same to every reader. Refuses what can be
switched off, seen through or swapped: optional content, transparency, alternate
images, pictures of other files, patterns with text of their own.
"""

import functools
from collections import defaultdict
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from pikepdf import Array, Name, Object, Page, Pdf, Stream

from issuer.content import ContentUse, read_content
from issuer.refusals import Refusal, refuse, refuse_archive, refuse_part

_MAX_DEPTH: Final = 4
"""Forms in forms; a background needs one or two."""


def _names(words: str) -> frozenset[str]:
    return frozenset(f"/{word}" for word in words.split())


_FORM_KEYS: Final = _names(
    "Type Subtype FormType BBox Matrix Resources Group Length Filter DecodeParms Name"
)
_IMAGE_KEYS: Final = _names(
    "Type Subtype Width Height ColorSpace BitsPerComponent Intent ImageMask Mask SMask "
    "Decode Interpolate Length Filter DecodeParms Name Matte"
)
_STATE_KEYS: Final = _names(
    "Type LW LC LJ ML D FL SM RI SA TK OP op OPM CA ca BM SMask AIS TR2 HT BG2 UCR2"
)
_OPAQUE: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("/TR2", "/HT", "/BG2", "/UCR2"), ("/Default",)),
    "/BM": ("/Normal", "/Compatible"),
    "/SMask": ("/None",),
    "/AIS": ("0",),
    "/OPM": ("0",),
}
"""What a graphics state may set these entries to: to what they are anyway.

Paler colours (`CA`, `ca`) are no harm: what is seen of text is judged as it looks.
"""
_FILTERS: Final = _names(
    "FlateDecode DCTDecode CCITTFaxDecode JBIG2Decode RunLengthDecode ASCIIHexDecode "
    "ASCII85Decode"
)
_DEVICE_SPACES: Final = frozenset({"/DeviceGray", "/DeviceRGB", "/Pattern"})
"""By name; as an array, a pattern names the space of its colours, too."""
_PROFILE_SPACES: Final = {b"GRAY": 1, b"RGB ": 3, b"CMYK": 4, b"Lab ": 3}


@dataclass
class Drawing:
    """What all pages of a file draw with."""

    marks: list[list[int]] = field(default_factory=list)
    """Ids of marked content, page by page."""
    patterned: list[bool] = field(default_factory=list)
    """Whether areas of a page are filled with more than one colour."""
    fonts: dict[tuple[int, int], Object] = field(default_factory=dict)
    """Every font that sets text, by object number."""
    shown: dict[tuple[int, int], list[bytes]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """Strings in hexadecimal, by the object number of their font."""


def read_drawing(pdf: Pdf) -> Drawing:
    """Read the pages with all they use.

    Raises:
        GateError: something is broken, missing, or no document may hold it.
    """
    drawing = Drawing()
    reader = _ResourceReader(drawing)
    for page in pdf.pages:
        resources = page.obj.get("/Resources")
        content = _read_page(page)
        reader.patterned = False
        drawing.marks.append(reader.read_content(content, resources, 0))
        drawing.patterned.append(reader.patterned)
    return drawing


def check_stream(stream: Object) -> None:
    """Check how the data of a stream are kept (ISO 19005-3, 6.1.7).

    Raises:
        GateError: they lie in another file, or are packed in a way not allowed.
    """
    if any(key in stream for key in ("/F", "/FFilter", "/FDecodeParms")):
        raise refuse_archive(
            "6.1.7.1",
            th="ข้อมูลบางส่วนอยู่ในไฟล์อื่น",
            en="the data of a stream lie in another file",
        )
    filters = stream.get("/Filter")
    if filters is None:
        return
    for name in filters if isinstance(filters, Array) else (filters,):
        if str(name) not in _FILTERS:
            raise refuse_archive(
                "6.1.7.2",
                th=f"ข้อมูลถูกบีบอัดด้วยวิธี {name} ซึ่งไม่อนุญาต",
                en=f"a stream is packed with {name}",
            )


def check_profile(stream: Object) -> None:
    """Check an ICC profile by its header (ISO 15076-1 §7.2; ISO 19005-3, 6.2.4.2).

    Raises:
        GateError: it is none, or for another number of colours than it is said to be.
    """
    check_stream(stream)
    data = stream.read_bytes()
    colours = _PROFILE_SPACES.get(data[16:20])
    if data[36:40] != b"acsp" or colours != stream.get("/N"):
        raise refuse_archive(
            "6.2.4.2",
            th="ข้อมูลสี (ICC profile) ไม่ถูกต้อง",
            en="an ICC profile is broken or of another number of colours",
        )


@functools.lru_cache(maxsize=16)
def _read_form_content(data: bytes) -> ContentUse:
    """Read a form; those of a background are the same in every document of a type."""
    return read_content(data, marked=False)


def _read_page(page: Page) -> bytes:
    contents = page.obj.get("/Contents")
    streams = contents if isinstance(contents, Array) else (contents,)
    parts = []
    for stream in streams:
        if not isinstance(stream, Stream):
            raise refuse(
                Refusal.UNREADABLE,
                th="หน้าเอกสารว่างเปล่าหรืออ่านไม่ได้",
                en="a page has no content",
            )
        check_stream(stream)
        parts.append(stream.read_bytes())
    return b"\n".join(parts)


class _ResourceReader:
    """Looks up what content streams name; each thing once."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing
        self._seen: dict[tuple[int, int], tuple[bool, bool]] = {}
        """Forms and pictures; whether they are patterned, and whether they say
        something."""
        self.patterned = False
        self._speaks = False

    def read_content(
        self, data: bytes, resources: Object | None, depth: int
    ) -> list[int]:
        use = _read_form_content(data) if depth else read_content(data, marked=True)
        for category, names in use.resources.items():
            for name in names:
                self._look_up(resources, category, name, depth)
        self._speaks |= any(use.shown.values())
        for name, strings in use.shown.items():
            font = _find(resources, "Font", name)
            # One written in place has no number; it is as many fonts as places.
            key = font.objgen if font.is_indirect else (0, len(self._drawing.fonts))
            self._drawing.fonts[key] = font
            self._drawing.shown[key] += strings
        return use.marks

    def _look_up(
        self, resources: Object | None, category: str, name: str, depth: int
    ) -> None:
        if category == "ColorSpace" and name in _DEVICE_SPACES | {"/DeviceCMYK"}:
            check_space(Name(name))
            return
        found = _find(resources, category, name)
        self.patterned |= category in {"Pattern", "Shading"}
        if category == "XObject":
            self._read_object(found, depth)
        elif category == "Pattern" and isinstance(found, Stream):
            self._read_tile(found, depth)
        elif category != "Font":
            _CHECKS[category](found)

    def _read_object(self, found: Object, depth: int) -> None:
        if found.objgen not in self._seen:
            before = self.patterned, self._speaks
            self.patterned = self._speaks = False
            self._read_new(found, depth)
            self._seen[found.objgen] = self.patterned, self._speaks
            self.patterned, self._speaks = before
        patterned, speaks = self._seen[found.objgen]
        self.patterned |= patterned
        self._speaks |= speaks

    def _read_new(self, found: Object, depth: int) -> None:
        check_stream(found)
        kind = str(found.get("/Subtype"))
        if kind == "/Image":
            check_image(found)
        elif kind == "/Form":
            self._read_form(found, depth + 1)
        else:
            raise refuse_archive(
                "6.2.9",
                th=f"มีวัตถุชนิด {kind} ซึ่งไม่อนุญาต",
                en=f"an XObject is of kind {kind}",
            )

    def _read_form(self, form: Object, depth: int) -> None:
        check_keys(form, _FORM_KEYS, "form XObject")
        if depth > _MAX_DEPTH:
            raise refuse_part(Refusal.NOT_PERMITTED, "forms nested too deep")
        group = form.get("/Group")
        space = None if group is None else group.get("/CS")
        if space is not None:
            check_space(space)
        self.read_content(form.read_bytes(), form.get("/Resources"), depth)

    def _read_tile(self, tile: Object, depth: int) -> None:
        """Read a tiling pattern, which may draw, but say nothing."""
        check_stream(tile)
        if depth >= _MAX_DEPTH:
            raise refuse_part(Refusal.NOT_PERMITTED, "patterns nested too deep")
        before, self._speaks = self._speaks, False
        self.read_content(tile.read_bytes(), tile.get("/Resources"), depth + 1)
        if self._speaks:
            raise refuse_part(Refusal.NOT_PERMITTED, "text in a pattern")
        self._speaks = before


def check_keys(found: Object, allowed: AbstractSet[str], what: str) -> None:
    """Check that a dictionary has only entries that a document has need of.

    Raises:
        GateError: it has another; the reason tells of what kind.
    """
    extra = sorted(found.keys() - allowed)
    if not extra:
        return
    if "/Alternates" in extra:
        raise refuse_archive(
            "6.2.8",
            th="ภาพมีภาพสำรองซ่อนอยู่",
            en="an image has alternates",
        )
    kind = Refusal.OPTIONAL_CONTENT if "/OC" in extra else Refusal.NOT_PERMITTED
    raise refuse_part(kind, f"{extra[0]} ({what})")


def check_image(image: Object) -> None:
    """Check a picture (ISO 19005-3, 6.2.8), and its mask.

    Raises:
        GateError: it can look different from reader to reader.
    """
    check_keys(image, _IMAGE_KEYS, "image")
    if image.get("/Interpolate", False):
        raise refuse_archive(
            "6.2.8",
            th="ภาพถูกตั้งให้ปรับแต่งเมื่อแสดง (Interpolate)",
            en="an image is to be interpolated",
        )
    space = image.get("/ColorSpace")
    if space is not None:
        check_space(space)
    for key in ("/SMask", "/Mask"):
        mask = image.get(key)
        if isinstance(mask, Stream):
            check_stream(mask)
            check_image(mask)


def check_space(space: Object) -> None:
    """Check a colour space (ISO 19005-3, 6.2.4).

    Raises:
        GateError: what colour it gives depends on the device.
    """
    family = str(space[0]) if isinstance(space, Array) else str(space)
    if family == "/Pattern" and isinstance(space, Array) and len(space) > 1:
        check_space(space[1])
        return
    if family in _DEVICE_SPACES or family in {"/CalGray", "/CalRGB", "/Lab"}:
        return
    if family == "/ICCBased":
        check_profile(space[1])
    elif family == "/Indexed":
        check_space(space[1])
    elif family in {"/Separation", "/DeviceN"}:
        if Name("/None") in (space[1], *(_listed(space[1]))):
            raise refuse_part(Refusal.NOT_PERMITTED, "a colour that paints nothing")
        check_space(space[2])
    else:
        raise refuse_archive(
            "6.2.4.3",
            th=f"ใช้สี {family} แต่ไฟล์กำหนดสีเป็น sRGB",
            en=f"colours are in {family}, but the output intent is sRGB",
        )


def _listed(names: Object) -> list[Object]:
    return list(names.as_list()) if isinstance(names, Array) else []


def _check_state(state: Object) -> None:
    for key, value in state.items():
        if key not in _STATE_KEYS:
            raise refuse_archive(
                "6.2.5",
                th=f"สถานะกราฟิกมีค่า {key} ซึ่งไม่อนุญาต",
                en=f"a graphics state sets {key}",
            )
        said = _write_value(value)
        if said not in _OPAQUE.get(key, (said,)):
            raise refuse_part(Refusal.TRANSPARENCY, f"{key} {said}")


def _write_value(value: object) -> str:
    return f"{float(value):g}" if isinstance(value, int | Decimal) else str(value)


def _check_pattern(pattern: Object) -> None:
    if "/ExtGState" in pattern:
        _check_state(pattern.ExtGState)
    _check_shading(pattern.Shading)


def _check_shading(shading: Object) -> None:
    if isinstance(shading, Stream):
        check_stream(shading)
    check_space(shading.ColorSpace)


_CHECKS: Final[Mapping[str, Callable[[Object], None]]] = {
    "ExtGState": _check_state,
    "ColorSpace": check_space,
    "Pattern": _check_pattern,
    "Shading": _check_shading,
}


def _find(resources: Object | None, category: str, name: str) -> Object:
    table = None if resources is None else resources.get(f"/{category}")
    found = None if table is None else table.get(name)
    if found is None:
        raise refuse_archive(
            "6.2.2",
            th=f"เนื้อหาอ้างถึง {name} ซึ่งไม่มีในไฟล์",
            en=f"the content names {category} {name}, which is not there",
        )
    return found
