# SPDX-License-Identifier: Apache-2.0
"""What other programs show of a file: pages, pixels, and the text that is copied.

The rules of the fuzzer ask it whether a file that is called intact still shows what
was signed.
"""

import hashlib
import re
import shutil
import subprocess
from functools import lru_cache
from tempfile import NamedTemporaryFile

import pypdfium2

BYTE_RANGE = re.compile(rb"/ByteRange ?\[ ?(\d+) (\d+) (\d+) (\d+) *\]")
_MAX_PAGES = 10
_SECONDS = 20
_MUTOOL = shutil.which("mutool")

View = tuple[object, ...]


def shows_as_signed(seed: bytes, broken: bytes) -> bool:
    """Tell whether a file shows what its newest signed beginning shows.

    Of a seed with several signatures, later ones may have been cut off.
    """
    before = _find_beginning(seed, broken)
    return before is not None and _look(before) == _look(broken)


def _find_beginning(seed: bytes, broken: bytes) -> bytes | None:
    ends = [
        int(match[3]) + int(match[4])
        for match in BYTE_RANGE.finditer(seed)
        if signed_ranges(seed, match) == signed_ranges(broken, match)
    ]
    whole = len(seed.rstrip(b"\r\n"))
    if broken.startswith(seed[:whole]):
        ends.append(whole)
    return seed[: max(ends)] if ends else None


def signed_ranges(data: bytes, match: re.Match[bytes]) -> tuple[bytes, bytes]:
    """Return the bytes of a file that a ByteRange, found in another, is about."""
    start, length, second, rest = (int(number) for number in match.groups())
    return data[start : start + length], data[second : second + rest]


@lru_cache(maxsize=32)
def _look(pdf: bytes) -> View:
    return look_with_pdfium(pdf), look_with_mupdf(pdf)


def look_with_pdfium(pdf: bytes) -> View:
    """Return size, pixels and text of the first pages, forms drawn; or the error."""
    try:
        document = pypdfium2.PdfDocument(pdf)
        document.init_forms()
        pages = [document[index] for index in range(min(len(document), _MAX_PAGES))]
        return (
            len(document),
            *(
                (page.get_size(), _draw(page), page.get_textpage().get_text_range())
                for page in pages
            ),
        )
    except pypdfium2.PdfiumError as error:
        return ("pdfium", str(error))


def _draw(page: pypdfium2.PdfPage) -> bytes:
    pixels = page.render(may_draw_forms=True).to_numpy().tobytes()
    return hashlib.sha256(pixels).digest()


def look_with_mupdf(pdf: bytes) -> View:
    """Return pixels and text of the first pages; nothing where MuPDF is missing."""
    if _MUTOOL is None:
        return ()
    with NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        return tuple(_draw_with_mupdf(file.name, kind) for kind in ("ppm", "txt"))


def _draw_with_mupdf(name: str, kind: str) -> bytes:
    assert _MUTOOL is not None
    command = [_MUTOOL, "draw", "-q", "-r", "50", "-F", kind, "-o", "-", name]
    command.append(f"1-{_MAX_PAGES}")
    try:
        done = subprocess.run(
            command, capture_output=True, check=False, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        return b"no end"
    return hashlib.sha256(done.stdout).digest()
