# SPDX-License-Identifier: Apache-2.0
"""Pictures: photographs, marks and background sheets, put into a finished drawing.

Each becomes one XObject (ISO 32000-1 §8.8 to §8.10), named in the resources of the
pages that show it. Bytes of a picture are never packed anew.
"""

from collections.abc import Iterable
from io import BytesIO

from pikepdf import Dictionary, Name, Object, Pdf

from templates.drawing import PlacedPicture
from templates.pictures import Form, Picture


def embed_pictures(pdf: Pdf, pictures: Iterable[PlacedPicture]) -> None:
    """Put pictures where the pages look for them."""
    sources: dict[bytes, Pdf] = {}
    for placed in pictures:
        picture = placed.picture
        if picture.form is Form.SHEET:
            # Not closed here: what is copied is read when the file is saved.
            if picture.data not in sources:
                sources[picture.data] = Pdf.open(BytesIO(picture.data))
            entry = _copy_sheet(pdf, sources[picture.data], picture)
        elif picture.form is Form.STENCIL:
            entry = _embed_stencil(pdf, picture)
        else:
            entry = _embed_image(pdf, picture)
        for number in sorted(placed.pages):
            resources = pdf.pages[number].Resources
            if "/XObject" not in resources:
                resources.XObject = Dictionary()
            resources.XObject[f"/{placed.name}"] = entry


def _embed_image(pdf: Pdf, picture: Picture) -> Object:
    packed = picture.form is Form.JPEG
    return pdf.make_stream(
        picture.data,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=int(picture.width),
        Height=int(picture.height),
        ColorSpace=Name.DeviceGray if picture.is_gray else Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=Name.DCTDecode if packed else Name.FlateDecode,
    )


def _embed_stencil(pdf: Pdf, picture: Picture) -> Object:
    return pdf.make_stream(
        picture.data,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=int(picture.width),
        Height=int(picture.height),
        ImageMask=True,
        BitsPerComponent=1,
        Filter=Name.FlateDecode,
    )


def _copy_sheet(pdf: Pdf, source: Pdf, picture: Picture) -> Object:
    return pdf.copy_foreign(source.pages[picture.sheet].Resources.XObject.Sheet)
