# SPDX-License-Identifier: Apache-2.0
"""Page reader: what PDFium finds on a page, as text, as things painted, as a picture.

What PDFium cannot read is refused, never passed over.
"""

import ctypes
import math
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial
from typing import Any, ClassVar, Final, cast

from PIL import Image

from issuer.errors import GateError
from issuer.geometry import (
    IDENTITY,
    Box,
    Outline,
    Point,
    Transform,
    flatten_curve,
    join_transforms,
    move_box,
    move_point,
    overlap,
)
from issuer.refusals import Refusal, refuse
from templates.pdfium import PdfBitmap, PdfiumError, open_document
from templates.pdfium import raw as pdfium

_SCALE: Final = 150 / 72
"""Pixels a point, of pictures of pages: 150 dpi, as of an office's scanner."""

_pixels = bytearray()
_TEXT_BUFFER: Final = 8_192
_MAX_DEPTH: Final = 6
_SHARES: Final = (0.299, 0.587, 0.114)
"""Of red, green and blue in luminance (ITU-R BT.601), as PDFium turns them gray."""
_UTF16: Final = 2


_BODY: Final = 0.35
"""Of an em: what letters of all scripts reach up to."""
_NOTHING: Final[Box] = (0, 0, 0, 0)
_FILL_AND_STROKE: Final = 2
"""Rendering mode of text (ISO 32000-1 table 106)."""


class Kind(Enum):
    """What paints."""

    TEXT = auto()
    PATH = auto()
    IMAGE = auto()
    SHADING = auto()


@dataclass(slots=True, eq=False)
class Ink:
    """One thing painted on a page; colours are luminance, from 0 black to 1 white."""

    kind: Kind
    box: Box
    handle: Any
    """PDFium's object; good while the page is open."""
    place: Transform
    """From the form it stands in to the page."""
    clips: tuple[Outline, ...] = ()
    """Paths that cut it; one that lets all of it show need not be among them."""
    fill: float | None = None
    stroke: float | None = None
    alpha: float = 1
    width: float = 0
    """Of the stroke, in points."""
    text: str = ""
    size: tuple[float, float] = (0, 0)
    """Of an em of text, along the line and across it, in points."""
    length: float = 0
    """Of a line of text; where it runs aslant, no less than that."""
    body: Box = _NOTHING
    """Where the letters of a text stand, from the baseline up to about the height of
    small ones; nothing where it runs aslant."""

    _outline: Outline | None = None

    @property
    def owner(self) -> int:
        """The number that characters of this text tell it by."""
        return ctypes.addressof(self.handle.contents)

    def read_outline(self) -> Outline:
        """Return the path that is painted; read once, for it may be long."""
        if self._outline is None:
            own = join_transforms(_read_matrix(self.handle), self.place)
            count = pdfium.FPDFPath_CountSegments(self.handle)
            segments = (
                pdfium.FPDFPath_GetPathSegment(self.handle, index)
                for index in range(count)
            )
            self._outline = _trace(segments, own)
        return self._outline

    def find_seen(self) -> Box | None:
        """Return the box of what the clips leave of it; None if that is nothing."""
        seen: Box | None = self.box
        for clip in self.clips:
            seen = overlap(seen, clip.box()) if seen else None
        return seen

    def fills_within(self, box: Box) -> bool:
        """Tell whether the area it fills has a point in common with a box."""
        if self.kind is Kind.PATH and (
            self.fill is None or not self.read_outline().touches(box)
        ):
            return False
        return all(clip.touches(box) for clip in self.clips)

    def strokes_within(self, box: Box) -> bool:
        """Tell whether a line it draws has a point in common with a box."""
        if self.stroke is None or not self.read_outline().crosses(box, self.width / 2):
            return False
        return all(clip.touches(box) for clip in self.clips)


@dataclass(frozen=True, slots=True)
class Character:
    """A character of the text layer, and where its ink is."""

    text: str
    box: Box
    owner: int
    """The text it is of: `Ink.owner`."""


@dataclass(frozen=True, kw_only=True)
class PageView:
    """A page as PDFium reads it."""

    width: float
    height: float
    text: str
    """What is copied from the page."""
    inks: list[Ink] = field(default_factory=list)
    """All that is painted, in painting order."""
    picture: Image.Image
    """Gray, 150 dpi."""
    pixels: memoryview
    """The same, row by row."""
    read_characters: Callable[[], Iterator[Character]]
    """Reads the text layer character by character, which takes its time."""

    @property
    def scale(self) -> tuple[float, float]:
        """Pixels a point, across and up: a sheet is stretched to whole pixels."""
        return self.picture.width / self.width, self.picture.height / self.height

    def crop(self, box: Box, *, inwards: bool = False) -> Image.Image:
        """Return the picture of a part of the page, to the next whole pixels.

        Those its sides run through are in it, or with `inwards` are not.
        """
        left, bottom, right, top = box
        across, up = self.scale
        before, after = (math.ceil, math.floor) if inwards else (math.floor, math.ceil)
        first = max(before(left * across), 0), max(before((self.height - top) * up), 0)
        end = (
            min(after(right * across), self.picture.width),
            min(after((self.height - bottom) * up), self.picture.height),
        )
        return self.picture.crop((*first, max(first[0], end[0]), max(first[1], end[1])))


def read_extremes(picture: Image.Image) -> tuple[int, int]:
    """Return the darkest and the lightest shade of a gray picture."""
    return cast("tuple[int, int]", picture.getextrema())


@contextmanager
def open_pages(data: bytes) -> Iterator[Iterator[PageView]]:
    """Open a file for reading its pages one after the other.

    Raises:
        GateError: PDFium cannot read the file.
    """
    with ExitStack() as stack:
        try:
            document = stack.enter_context(open_document(data))
        except PdfiumError as error:
            raise _unreadable("the file") from error
        stack.callback(_forget_pixels)
        yield stack.enter_context(closing(_read_pages(document)))


def _read_pages(document: Any) -> Generator[PageView, None, None]:  # noqa: ANN401 - PDFium's
    for index in range(len(document)):
        try:
            page = document[index]
            text_page = page.get_textpage()
            bitmap = page.render(
                scale=_SCALE, grayscale=True, may_draw_forms=False, draw_annots=False,
                bitmap_maker=_make_bitmap,
            )  # fmt: skip
            text = text_page.get_text_range()
        except PdfiumError as error:
            raise _unreadable(f"page {index + 1}") from error
        reader = _InkReader(text_page.raw)
        reader.read_all(page.raw)
        width, height = bitmap.width, bitmap.height
        pixels = memoryview(_pixels)[: width * height].cast("B", (height, width))
        view = PageView(
            width=page.get_width(),
            height=page.get_height(),
            text=text,
            inks=reader.inks,
            pixels=pixels,
            read_characters=partial(_read_layer, text_page.raw),
            picture=Image.frombuffer("L", (width, height), _pixels, "raw", "L", 0, 1),
        )
        # Handles are good until the next page is asked for.
        with closing(page), closing(text_page), closing(bitmap):
            yield view


def _forget_pixels() -> None:
    """Leave no picture of anybody's document in memory."""
    ctypes.memset((ctypes.c_ubyte * len(_pixels)).from_buffer(_pixels), 0, len(_pixels))


def _make_bitmap(width: int, height: int, **options: Any) -> Any:  # noqa: ANN401
    """Return a bitmap on memory that is used again for the next page."""
    global _pixels  # noqa: PLW0603 - held by the lock
    if len(_pixels) < width * height:
        _pixels = bytearray(width * height)
    memory = (ctypes.c_ubyte * len(_pixels)).from_buffer(_pixels)
    return PdfBitmap.new_native(width, height, buffer=memory, **options)


class _InkReader:
    """Reads the objects of one page, those within forms in their places."""

    def __init__(self, text_page: Any) -> None:  # noqa: ANN401 - PDFium's
        self.inks: list[Ink] = []
        self._text_page = text_page
        self._edges = [ctypes.c_float() for _ in range(4)]
        self._colours = [ctypes.c_uint() for _ in range(4)]
        self._number = ctypes.c_float()
        self._modes = (ctypes.c_int(), ctypes.c_int())
        self._text = (ctypes.c_ushort * _TEXT_BUFFER)()

    def read_all(self, page: Any) -> None:  # noqa: ANN401 - PDFium's
        for index in range(pdfium.FPDFPage_CountObjects(page)):
            self._read(pdfium.FPDFPage_GetObject(page, index), IDENTITY, (), 0)

    def _read(
        self, handle: Any, place: Transform, clips: tuple[Outline, ...], depth: int  # noqa: ANN401
    ) -> None:  # fmt: skip
        clips += _read_clips(handle, place)
        kind = pdfium.FPDFPageObj_GetType(handle)
        if kind == pdfium.FPDF_PAGEOBJ_FORM:
            self._read_form(handle, place, clips, depth)
            return
        read = self._KINDS.get(kind)
        if read is None or not pdfium.FPDFPageObj_GetBounds(handle, *self._edges):
            raise _unreadable("something painted")
        left, bottom, right, top = (edge.value for edge in self._edges)
        box = move_box((left, bottom, right, top), place)
        read(self, Ink(Kind.SHADING, box, handle, place, clips))

    def _read_form(
        self, handle: Any, place: Transform, clips: tuple[Outline, ...], depth: int  # noqa: ANN401
    ) -> None:  # fmt: skip
        if depth >= _MAX_DEPTH:
            raise _unreadable("a form")
        inner = join_transforms(_read_matrix(handle), place)
        for index in range(pdfium.FPDFFormObj_CountObjects(handle)):
            kid = pdfium.FPDFFormObj_GetObject(handle, index)
            self._read(kid, inner, clips, depth + 1)

    def _read_text(self, ink: Ink) -> None:
        ink.kind = Kind.TEXT
        pdfium.FPDFTextObj_GetFontSize(ink.handle, self._number)
        a, b, c, d, e, f = join_transforms(_read_matrix(ink.handle), ink.place)
        size = abs(self._number.value)
        ink.size = (size * math.hypot(a, b), size * math.hypot(c, d))
        up = (size * c * _BODY, size * d * _BODY)
        ink.body = _find_body(ink.box, (e, f), up)
        wide, high = ink.box[2] - ink.box[0], ink.box[3] - ink.box[1]
        ink.length = wide if b == 0 else high if a == 0 else math.hypot(wide, high)
        ink.fill, ink.alpha = self._read_colour(pdfium.FPDFPageObj_GetFillColor, ink)
        mode = pdfium.FPDFTextObj_GetTextRenderMode(ink.handle)
        if mode == _FILL_AND_STROKE:
            colour, alpha = self._read_colour(pdfium.FPDFPageObj_GetStrokeColor, ink)
            ink.stroke = _thin(colour, alpha)
        ink.text = self._read_characters(ink.handle)
        self.inks.append(ink)

    def _read_path(self, ink: Ink) -> None:
        ink.kind = Kind.PATH
        pdfium.FPDFPath_GetDrawMode(ink.handle, *self._modes)
        fills, strokes = (mode.value for mode in self._modes)
        if fills:
            colour, alpha = self._read_colour(pdfium.FPDFPageObj_GetFillColor, ink)
            ink.fill = _thin(colour, alpha)
        if strokes:
            colour, alpha = self._read_colour(pdfium.FPDFPageObj_GetStrokeColor, ink)
            ink.stroke = _thin(colour, alpha)
            pdfium.FPDFPageObj_GetStrokeWidth(ink.handle, self._number)
            a, b, c, d, _, _ = join_transforms(_read_matrix(ink.handle), ink.place)
            ink.width = self._number.value * max(math.hypot(a, b), math.hypot(c, d))
        if fills or strokes:
            self.inks.append(ink)

    def _read_image(self, ink: Ink) -> None:
        ink.kind = Kind.IMAGE
        self.inks.append(ink)

    def _read_shading(self, ink: Ink) -> None:
        self.inks.append(ink)

    def _read_colour(self, get: Callable[..., int], ink: Ink) -> tuple[float, float]:
        if not get(ink.handle, *self._colours):
            raise _unreadable("a colour")
        *colours, alpha = (part.value / 255 for part in self._colours)
        luminance = sum(s * c for s, c in zip(_SHARES, colours, strict=True))
        return luminance, alpha

    def _read_characters(self, handle: Any) -> str:  # noqa: ANN401 - PDFium's
        buffer = self._text
        length = pdfium.FPDFTextObj_GetText(
            handle, self._text_page, buffer, len(buffer)
        )
        if length > len(buffer):
            self._text = buffer = (ctypes.c_ushort * length)()
            pdfium.FPDFTextObj_GetText(handle, self._text_page, buffer, length)
        return bytes(buffer)[: max(length - _UTF16, 0)].decode("utf-16-le", "replace")

    _KINDS: ClassVar[dict[int, Callable[["_InkReader", Ink], None]]] = {
        pdfium.FPDF_PAGEOBJ_TEXT: _read_text,
        pdfium.FPDF_PAGEOBJ_PATH: _read_path,
        pdfium.FPDF_PAGEOBJ_IMAGE: _read_image,
        pdfium.FPDF_PAGEOBJ_SHADING: _read_shading,
    }


def _thin(colour: float, alpha: float) -> float:
    """Return a colour as it looks on white."""
    return colour * alpha + 1 - alpha


def _find_body(box: Box, at: Point, up: Point) -> Box:
    """Return where letters stand on a baseline through a point."""
    left, bottom, right, top = box
    (x, y), (across, along) = at, up
    if across == 0:
        band = (left, min(y, y + along), right, max(y, y + along))
    elif along == 0:
        band = (min(x, x + across), bottom, max(x, x + across), top)
    else:
        return _NOTHING
    return overlap(box, band) or _NOTHING


def _read_layer(text_page: Any) -> Iterator[Character]:  # noqa: ANN401 - PDFium's
    sides = [ctypes.c_double() for _ in range(4)]
    for index in range(pdfium.FPDFText_CountChars(text_page)):
        owner = pdfium.FPDFText_GetTextObject(text_page, index)
        if owner and pdfium.FPDFText_GetCharBox(text_page, index, *sides):
            left, right, bottom, top = (side.value for side in sides)
            text = chr(pdfium.FPDFText_GetUnicode(text_page, index))
            box = (left, bottom, right, top)
            if text.strip():
                yield Character(text, box, ctypes.addressof(owner.contents))


def _read_matrix(handle: Any) -> Transform:  # noqa: ANN401 - PDFium's
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(handle, matrix):
        raise _unreadable("a place on the page")
    return (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)


def _read_clips(handle: Any, place: Transform) -> tuple[Outline, ...]:  # noqa: ANN401
    clip = pdfium.FPDFPageObj_GetClipPath(handle)
    count = pdfium.FPDFClipPath_CountPaths(clip) if clip else 0
    return tuple(
        _trace(
            (
                pdfium.FPDFClipPath_GetPathSegment(clip, path, index)
                for index in range(pdfium.FPDFClipPath_CountPathSegments(clip, path))
            ),
            place,
        )
        for path in range(count)
    )


def _trace(segments: Iterator[Any], place: Transform) -> Outline:
    """Return the polygons of a path, where they lie on the page."""
    x, y = ctypes.c_float(), ctypes.c_float()
    polygons: list[list[Point]] = []
    curve: list[Point] = []
    for segment in segments:
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = move_point((x.value, y.value), place)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_MOVETO or not polygons:
            polygons.append([point])
        elif kind == pdfium.FPDF_SEGMENT_LINETO:
            polygons[-1].append(point)
        else:
            curve.append(point)
            if len(curve) == 3:  # noqa: PLR2004 - two handles and the end
                polygons[-1] += flatten_curve((polygons[-1][-1], *curve))
                curve = []
    return Outline(tuple(tuple(polygon) for polygon in polygons))


def _unreadable(what: str) -> GateError:
    return refuse(
        Refusal.UNREADABLE,
        th="โปรแกรมอ่าน PDF อ่านหน้าที่วาดไม่ได้ โปรดแจ้งผู้ดูแลแบบเอกสาร",
        en=f"a PDF reader cannot make sense of {what}",
    )
