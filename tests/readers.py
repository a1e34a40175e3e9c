# SPDX-License-Identifier: Apache-2.0
"""What three independent readers copy out of a PDF, page by page, as they give it."""

import subprocess
from collections.abc import Callable, Mapping
from tempfile import NamedTemporaryFile

import pypdfium2

from tests.programs import need, run

Reader = Callable[[bytes], list[str]]


def read_with_pdfium(pdf: bytes) -> list[str]:
    """Read with the engine of Chromium."""
    document = pypdfium2.PdfDocument(pdf)
    return [page.get_textpage().get_text_range() for page in document]


def read_with_poppler(pdf: bytes) -> list[str]:
    """Read in the order poppler thinks people read in, as `pdftotext` does unasked."""
    return _run_pdftotext(pdf)


def read_with_poppler_raw(pdf: bytes) -> list[str]:
    """Read in the order in which the text was drawn."""
    return _run_pdftotext(pdf, "-raw")


def read_with_mupdf(pdf: bytes) -> list[str]:
    """Read with the engine of many small viewers."""
    mutool = need("mutool", "mupdf-tools")
    with NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        text = run(mutool, "draw", "-q", "-F", "txt", file.name)
    return text.split("\f")[:-1]


READERS: Mapping[str, Reader] = {
    "poppler": read_with_poppler,
    "poppler-raw": read_with_poppler_raw,
    "pdfium": read_with_pdfium,
    "mupdf": read_with_mupdf,
}


def split_lines(pages: list[str]) -> list[str]:
    """Return the lines of all pages; what a reader leaves empty is no line."""
    return [line for page in pages for line in page.splitlines() if line]


def join_lines(pages: list[str]) -> str:
    """Return the text without its line breaks."""
    return "".join(split_lines(pages))


def _run_pdftotext(pdf: bytes, *options: str) -> list[str]:
    pdftotext = need("pdftotext", "poppler-utils")
    done = subprocess.run(
        [pdftotext, *options, "-", "-"], input=pdf, capture_output=True, check=True
    )
    return done.stdout.decode().split("\f")[:-1]
