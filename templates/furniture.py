# SPDX-License-Identifier: Apache-2.0
"""Furniture of a page: what lies under and around the text that flows over it.

Background, watermark, border and the line that says which page of which document this
is. All of it is an artifact, but for a background that shows something.
"""

from dataclasses import replace

from templates.artwork import open_background
from templates.background import Sheet
from templates.blocks import TextStyle
from templates.composer import Composer
from templates.drawing import PageWriter
from templates.ornaments import draw_border
from templates.page import RUNNING_NUMBER_MM
from templates.place import Place
from templates.strips import Strip, paint_strips, to_points
from templates.structure import Element
from templates.words import Run

_RUNNING_SIZE = 14
_BORDER_INSET_MM = 7


class Furniture:
    """Draws the furniture of one document, page by page."""

    def __init__(self, composer: Composer, watermark: str | None) -> None:
        self._composer, self._watermark = composer, watermark
        self._page = composer.type.page
        self._sheets = open_background(composer.type)
        self._seen: dict[Sheet, Element] = {}

    def draw(self, writer: PageWriter, number: int, count: int) -> None:
        """Draw the furniture of a page."""
        page = self._page
        size = (to_points(page.width), to_points(page.height))
        sheet = self._find_sheet(number)
        if sheet is not None:
            writer.draw_sheet(sheet.picture, sheet.text, self._tag(sheet))
        if self._watermark:
            angle = 50 if page.height > page.width else 30
            writer.draw_watermark(self._watermark, min(size) / 3.8, angle)
        if page.border == "ornamental":
            border = draw_border(*size, to_points(_BORDER_INSET_MM))
            place = Place(
                page=writer.page, left=0, bottom=0, right=size[0], top=size[1]
            )
            writer.draw_figures(border, place)
        if page.numbers == "always" or (page.numbers == "auto" and count > 1):
            self._draw_running_line(writer, number, count)

    def _find_sheet(self, number: int) -> Sheet | None:
        """Return the sheet that lies under a page."""
        background = self._page.background
        if background is None:
            return None
        last = len(self._sheets)
        if background.pages == "every":
            number = min(number, last)
        return self._sheets[number - 1] if number <= last else None

    def _tag(self, sheet: Sheet) -> Element | None:
        """Return the figure that a sheet is; seen again it is an artifact."""
        background = self._page.background
        if background is None or background.alt is None or sheet in self._seen:
            return None
        figure = Element(role="Figure", alt=background.alt.th)
        # First of all that is read, the later sheets after the earlier.
        self._composer.root.kids.insert(len(self._seen), figure)
        self._seen[sheet] = figure
        return figure

    def _draw_running_line(self, writer: PageWriter, number: int, count: int) -> None:
        """Draw the number of the page, and after the first what document it is of."""
        page = self._page
        left, top = to_points(page.left), to_points(page.height - page.running_line)
        if number > 1:  # from left to right, as it will be read
            paint_strips(writer, self._name_document(), left, top)
        where = self._composer.setter.write_digits(f"หน้า {number}/{count}")
        paint_strips(writer, self._set(where, "right", 0), left, top)

    def _name_document(self) -> list[Strip]:
        """Return number and name of the document; without the name if it is long."""
        number = f"เลขที่ {self._composer.facts.write('number').text}"
        strips = self._set(
            f"{self._composer.type.name.th} {number}", "left", RUNNING_NUMBER_MM
        )
        return strips if len(strips) == 1 else self._set(number, "left", 0)

    def _set(self, text: str, align: str, room: float) -> list[Strip]:
        style = TextStyle(size=_RUNNING_SIZE, tone="gray")
        width = self._composer.width - to_points(room)
        return self._composer.setter.set_text(
            [Run(text)], width, replace(style, align=align), element=None
        )
