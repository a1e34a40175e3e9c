# SPDX-License-Identifier: Apache-2.0
"""What a rendered file must hold; the gate compares the finished file with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from templates.document_type import DocumentType
from templates.place import Place


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What was drawn and attached, as the drawing side knows it."""

    document_type: DocumentType
    record: Mapping[str, Any]
    """What is to be shown, and what of."""
    texts: tuple[str, ...]
    """All text of each page, in the order it was drawn in; white space is free."""
    qr: Place | None
    """Where the QR code stands, its quiet zone included; None where there is none."""
    qr_text: str | None
    attachments: Mapping[str, bytes]
    """By file name."""
    watermark: str | None = None
    """The one text of each page that is faint and printed over."""


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A PDF that is ready to be sealed once the gate has let it pass."""

    pdf: bytes
    expected: Expected
