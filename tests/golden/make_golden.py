# SPDX-License-Identifier: Apache-2.0
"""Draws the golden images of the built-in types: `python -m tests.golden.make_golden`.

One PNG a page, 150 dpi, grays, in this folder. Look at each before it is committed:
the test only says that a page has changed, never that it is beautiful.
"""

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
from PIL import Image

from benchmarks.bench_render import make_job
from issuer.render import render_pdf
from templates.catalogue import Catalogue, DocumentType

FOLDER = Path(__file__).parent
DPI = 150


def draw_pages(document_type: DocumentType) -> Iterator[Image.Image]:
    """Yield the pages of a type's sample document."""
    pdf = render_pdf(make_job(document_type)).pdf
    for page in pypdfium2.PdfDocument(pdf):
        yield page.render(scale=DPI / 72, grayscale=True).to_pil().convert("L")


def name_page(document_type: DocumentType, number: int) -> Path:
    """Return the file of one page's image."""
    return FOLDER / f"{document_type.id}-{number}.png"


def main() -> None:
    """Write all images, and remove those of pages that are no more."""
    written = set()
    for document_type in Catalogue.load().types.values():
        for number, image in enumerate(draw_pages(document_type), start=1):
            file = name_page(document_type, number)
            # Sixteen grays look the same and take a quarter of the space.
            image.quantize(16).save(file, optimize=True)
            written.add(file)
    for file in FOLDER.glob("*.png"):
        if file not in written:
            file.unlink()


if __name__ == "__main__":
    main()
