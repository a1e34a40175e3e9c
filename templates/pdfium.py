# SPDX-License-Identifier: Apache-2.0
"""PDFium: the one way to it, so that never two threads are in it at once.

PDFium is not safe for threads: whoever comes in while another document is read gets
wrong answers, not errors. So all of a process read one document at a time, and no
other module imports pypdfium2.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from pypdfium2 import PdfBitmap, PdfDocument, PdfiumError, PdfTextObj, raw

__all__ = ["PdfBitmap", "PdfTextObj", "PdfiumError", "open_document", "raw"]

_LOCK: Final = threading.RLock()


@contextmanager
def open_document(data: bytes, password: str | None = None) -> Iterator[Any]:
    """Open a file; all that is read of it must be read before this ends.

    Args:
        data: the file.
        password: of an encrypted one, if it needs any.

    Raises:
        PdfiumError: PDFium cannot read the file.
    """
    with _LOCK:
        document = PdfDocument(data, password)
        try:
            yield document
        finally:
            document.close()
