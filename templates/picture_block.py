# SPDX-License-Identifier: Apache-2.0
"""Picture block: a picture fitted into its box, whole and in its own proportions."""

from templates.blocks import Image
from templates.drawing import PageWriter
from templates.pictures import Picture
from templates.place import Place
from templates.strips import Strip, align_within, to_points
from templates.structure import Element


def make_picture_block(
    block: Image, picture: Picture, width: float, parent: Element
) -> list[Strip]:
    """Return the strip of a picture, in the middle of its box."""
    wide, high = to_points(block.width), to_points(block.height)
    scale = min(wide / picture.width, high / picture.height)
    across, up = picture.width * scale, picture.height * scale
    offset = align_within(block.align, width, wide)
    figure = parent.add("Figure", alt=block.alt.th) if block.alt else None

    def paint(writer: PageWriter, left: float, top: float) -> None:
        x, y = left + offset + (wide - across) / 2, top - (high + up) / 2
        place = Place(page=writer.page, left=x, bottom=y, right=x + across, top=y + up)
        writer.draw_picture(picture, place, element=figure)
        if block.frame:
            writer.draw_frame(place)

    return [Strip(height=high, paint=paint)]
