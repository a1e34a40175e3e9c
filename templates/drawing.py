# SPDX-License-Identifier: Apache-2.0
"""Drawing: the pages of one document, written by ReportLab's canvas.

ReportLab makes the file, its pages, paths and colours. Text is put in as glyphs that
HarfBuzz has placed, one `TJ` a line (docs/adr/0003-text-as-shaped-letters.md). All
that is drawn is marked: it belongs to an element of the structure, or is an artifact
(ISO 32000-1 §14.8.2.2). Nothing that a reader would have to fetch or run.
"""

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from templates.families import Family
from templates.figures import Figure
from templates.fonts import EmbeddedFont, FontUse, load_face
from templates.glyph_runs import group_by_face, spread, write_array
from templates.lines import Line
from templates.pictures import Form, Picture, draw_modules
from templates.place import Place, shrink
from templates.structure import LANGUAGE, Content, Element

PDF_VERSION = (1, 7)
TONES = {
    "black": (0,),
    "gray": (0.32,),
    "faint": (0.925,),
    "accent": (0.43, 0.30, 0.07),
    "light": (0.80, 0.69, 0.44),
}
"""Colours by name: a gray, so that black is printed black, or red, green and blue."""

_FILLS = {
    tone: " ".join([*map(str, colour), "g" if len(colour) == 1 else "rg"])
    for tone, colour in TONES.items()
}
_STROKES = {tone: operator.upper() for tone, operator in _FILLS.items()}
"""Operators that set a colour (ISO 32000-1 §8.6.8)."""

_RISE, _DEPTH = 0.8, 0.25
"""How far most letters reach above and below the line, by their size."""


Sides = tuple[float, float, float, float]
"""Left, bottom, right and top, in points."""


@dataclass(frozen=True, kw_only=True)
class DocumentInfo:
    """What the file says about itself (ISO 32000-1 §14.3.3)."""

    title: str
    producer: str
    date: str
    """Of making and of the last change, as PDF writes dates."""


@dataclass(frozen=True, kw_only=True)
class PlacedPicture:
    """A picture the pages lack still: its name there, and which pages show it."""

    name: str
    picture: Picture
    pages: set[int]


class PageWriter:
    """Writes pages of one size, in the fonts of one family."""

    def __init__(
        self, family: Family, size: tuple[float, float], info: DocumentInfo
    ) -> None:
        self._family, self._size = family, size
        self._uses: dict[str, FontUse] = {}
        self._texts: list[list[str]] = [[]]
        self._marks = 0
        """Pieces of marked content on this page that belong to an element."""
        self._fill: str | None = None
        self._stroke: tuple[str, float] | None = None
        """Colours that are set; None where it is not known."""
        self._open: Element | None = None
        self._is_open = False
        self.pictures: dict[Picture, PlacedPicture] = {}
        self.layer = 0
        """What is being drawn: 0 for what flows, others for boxes at fixed places."""
        self.ink: list[tuple[int, Sides, str]] = []
        """Where something was drawn on this page, with its layer, and what if it is
        text; without ornaments of the page as a whole."""
        self.qr: Place | None = None
        """Where the QR code was drawn, with its quiet zone."""
        self._file = BytesIO()
        self._canvas = Canvas(
            self._file,
            pagesize=round_lengths(*size),
            pageCompression=0,  # done once, when the finished file is saved
            invariant=1,  # the same bytes for the same drawing
            pdfVersion=PDF_VERSION,
            initialFontName=prepare_reportlab(family),
            lang=LANGUAGE,
        )
        self._canvas.setTitle(info.title)
        self._canvas.setProducer(info.producer)
        self._canvas.setDateFormatter(lambda *_: info.date)
        self._canvas.setViewerPreference("DisplayDocTitle", "true")

    @property
    def page(self) -> int:
        """Return the page being drawn; pages count from 0."""
        return len(self._texts) - 1

    def finish_page(self) -> None:
        """End the page; what is drawn next goes on a new one."""
        self._close_mark()
        self._canvas.showPage()
        self._forget_colours()
        self._marks = 0
        self.ink = []
        self._texts.append([])

    def drawn_texts(self) -> tuple[str, ...]:
        """Return all text drawn, page by page, in the order it was drawn in."""
        return tuple("".join(texts) for texts in self._texts[:-1])

    def finish(self) -> tuple[bytes, dict[str, EmbeddedFont]]:
        """Return the PDF, and the fonts it lacks still, by their names in the pages."""
        self._canvas.save()
        fonts = {name: use.embed() for name, use in self._uses.items()}
        return self._file.getvalue(), fonts

    def occupy(
        self, left: float, bottom: float, right: float, top: float, text: str = ""
    ) -> None:
        """Note that a place of this page is taken."""
        self.ink.append((self.layer, (left, bottom, right, top), text))

    def occupy_place(self, place: Place) -> None:
        """Note that a place of this page is taken."""
        self.occupy(place.left, place.bottom, place.right, place.top)

    def draw_line(
        self, line: Line, at: tuple[float, float], size: float, *,
        tone: str = "black", stretch: float = 0, element: Element | None = None,
    ) -> None:  # fmt: skip
        """Draw a line of text, its baseline beginning at a point.

        `stretch` points are spread over a justified line.
        """
        self._mark(element)
        text = line.text
        self._texts[-1].append(text)
        x, y = at
        end = x + line.width + stretch
        self.occupy(x, y - size * _DEPTH, end, y + size * _RISE, text)
        letter, space = spread(line.pieces, stretch, size) if stretch else (0, 0)
        parts = [f"BT {_write(*at)} Td"]
        pending = 0.0
        for bold, group in group_by_face(line.pieces):
            name, use = self._use_font(bold=bold)
            array, pending = write_array(use, group, (letter, space), pending)
            parts.append(f"/{name} {_write(size)} Tf {array} TJ")
        self._set_fill(tone)
        self._canvas.addLiteral(" ".join([*parts, "ET"]))

    def draw_watermark(self, text: str, size: float, degrees: float) -> None:
        """Draw a faint word across the middle of the page.

        Its pen stands in the upper left corner, out of the way of the page's text.
        """
        self._mark(None)
        self._texts[-1].append(text)
        x, y = size / 8, self._size[1] - size / 8
        unit = 1000 / size
        name, use = self._use_font(bold=False)
        at = ((self._size[0] / 2 - x) * unit, (self._size[1] / 2 - y) * unit)
        code = use.encode(use.face.turn_word(text, degrees, at))
        self._set_fill("faint")
        self._canvas.addLiteral(
            f"BT /{name} {_write(size)} Tf 1 0 0 1 {_write(x, y)} Tm <{code:04X}> Tj ET"
        )

    def draw_qr(
        self, matrix: Sequence[Sequence[bool]], place: Place, quiet: int,
        element: Element | None = None,
    ) -> None:  # fmt: skip
        """Draw a QR code in its place, with a quiet zone of so many modules."""
        self._mark(element, place)
        self.occupy_place(place)
        self.qr = place
        inset = quiet * (place.right - place.left) / (len(matrix) + 2 * quiet)
        self._set_fill("black")
        self._show_picture(draw_modules(matrix), shrink(place, inset))

    def draw_picture(
        self, picture: Picture, place: Place, element: Element | None = None
    ) -> None:
        """Draw a picture into its place."""
        self._mark(element, place)
        self.occupy_place(place)
        self._show_picture(picture, place)

    def draw_sheet(
        self, picture: Picture, text: str, element: Element | None = None
    ) -> None:
        """Draw a sheet of a background; `text` is what can be copied from it."""
        place = Place(
            page=self.page, left=0, bottom=0, right=picture.width, top=picture.height
        )
        self._mark(element, place)
        self._texts[-1].append(text)
        self._show_picture(picture, place)

    def _show_picture(self, picture: Picture, place: Place) -> None:
        placed = self.pictures.setdefault(
            picture,
            PlacedPicture(
                name=f"P{len(self.pictures) + 1}", picture=picture, pages=set()
            ),
        )
        placed.pages.add(self.page)
        width, height = place.right - place.left, place.top - place.bottom
        if picture.form is Form.SHEET:  # drawn in points, others in a unit square
            width, height = width / picture.width, height / picture.height
        moved = (width, 0, 0, height, place.left, place.bottom)
        numbers = " ".join(str(round(value, 4)) for value in moved)
        self._canvas.addLiteral(f"q {numbers} cm /{placed.name} Do Q")

    def draw_frame(self, place: Place, element: Element | None = None) -> None:
        """Draw a thin gray rectangle."""
        self._mark(element, place)
        self.occupy_place(place)
        self._set_stroke("gray", 0.5)
        sides = (place.right - place.left, place.top - place.bottom)
        self._canvas.rect(*round_lengths(place.left, place.bottom, *sides))

    def draw_rule(self, x: float, y: float, length: float, weight: float) -> None:
        """Draw a horizontal line."""
        self._mark(None)
        self.occupy(x, y - weight, x + length, y + weight)
        self._set_stroke("accent", weight)
        self._canvas.line(*round_lengths(x, y, x + length, y))

    def draw_lines(
        self, lines: Iterable[tuple[float, float, float, float]], weight: float
    ) -> None:
        """Draw straight black lines, each from a point to another."""
        self._mark(None)
        self._set_stroke("black", weight)
        parts = []
        for x1, y1, x2, y2 in lines:
            self.occupy(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
            parts.append(f"{_write(x1, y1)} m {_write(x2, y2)} l")
        self._canvas.addLiteral(f"{' '.join(parts)} S")

    def draw_figures(
        self, figures: Iterable[Figure], place: Place, element: Element | None = None
    ) -> None:
        """Draw figures, made around a corner at 0, 0."""
        self._mark(element, place)
        if element is not None:
            self.occupy_place(place)
        self._canvas.saveState()
        self._canvas.translate(*round_lengths(place.left, place.bottom))
        for figure in figures:
            if figure.fill:
                self._set_fill(figure.fill)
            if figure.stroke:
                self._set_stroke(figure.stroke, figure.weight)
            self._canvas.addLiteral(figure.instructions)
        self._canvas.restoreState()
        self._forget_colours()

    def _mark(self, element: Element | None, box: Place | None = None) -> None:
        """Begin marked content of an element, or an artifact; go on if it is open."""
        if element is not None and element.is_artifact:
            element = None
        if self._is_open and self._open is element:
            return
        self._close_mark()
        self._open, self._is_open = element, True
        if element is None:
            self._canvas.addLiteral("/Artifact BMC")
            return
        self._canvas.addLiteral(f"/{element.role} <</MCID {self._marks}>> BDC")
        element.kids.append(Content(self.page, self._marks))
        self._marks += 1
        if box is not None:
            corners = round_lengths(box.left, box.bottom, box.right, box.top)
            element.box = (corners[0], corners[1], corners[2], corners[3])

    def _close_mark(self) -> None:
        if self._is_open:
            self._canvas.addLiteral("EMC")
        self._open, self._is_open = None, False

    def _use_font(self, *, bold: bool) -> tuple[str, FontUse]:
        """Return resource name and use of a face."""
        name = "FB" if bold else "FR"
        if name not in self._uses:
            self._uses[name] = FontUse(load_face(self._family, bold=bold))
        return name, self._uses[name]

    def _set_fill(self, tone: str) -> None:
        if tone != self._fill:
            self._fill = tone
            self._canvas.addLiteral(_FILLS[tone])

    def _set_stroke(self, tone: str, weight: float) -> None:
        if (tone, weight) != self._stroke:
            self._stroke = (tone, weight)
            self._canvas.addLiteral(f"{_STROKES[tone]} {_write(weight)} w")

    def _forget_colours(self) -> None:
        """Set colours anew: those of before hold again, or those of a new page."""
        self._fill, self._stroke = None, None


def round_lengths(*values: float) -> list[float]:
    """Return lengths in hundredths of a point: finer is not seen, only longer."""
    return [round(value, 2) for value in values]


@functools.lru_cache(maxsize=16)
def prepare_reportlab(family: Family) -> str:
    """Tell ReportLab of a family; return the name of its first font there.

    A canvas begins each page with its first font, by default a Helvetica that is not
    embedded. A TrueType font leaves nothing in the file unless ReportLab itself
    draws text with it, and it never does here.
    """
    file = str(family.find_file(bold=False))
    name = f"Tra {file}"
    pdfmetrics.registerFont(TTFont(name, file))
    return name


def _write(*values: float) -> str:
    """Return lengths as PDF writes numbers, in hundredths of a point."""
    return " ".join([f"{round(value, 2):.7g}" for value in values])
