# SPDX-License-Identifier: Apache-2.0
"""Signature block: the words under a document, of the one who stands for it.

Words only: a picture of a signature proves nothing, and looks as if it did. Where an
officer signs, the block names the officer of this document; the time on the page is
when it was laid before them, for the time of signing is not known while one draws.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from templates.document_type import DocumentType, Signatory
from templates.wording import BUDDHIST_ERA, MONTHS_TH, Localized, write_date_en

_BANGKOK: Final = ZoneInfo("Asia/Bangkok")
_SEALED: Final = Localized(
    "ประทับตราอิเล็กทรอนิกส์ของหน่วยงานแล้ว", "Sealed electronically by the agency"
)
_SIGNED: Final = Localized(
    "ลงลายมือชื่อและประทับตราทางอิเล็กทรอนิกส์แล้ว",
    "Signed by the officer and sealed by the agency, electronically",
)
_TIME_IS_INSIDE: Final = Localized(
    "เวลาลงนามอยู่ในลายมือชื่ออิเล็กทรอนิกส์",
    "The time of signing is in the signature",
)

Size = Literal["line", "small", "tight"]


@dataclass(frozen=True)
class SignatureLine:
    """One line of the block."""

    text: str
    size: Size
    english: bool = False


def write_signature(
    kind: DocumentType, officer: Mapping[str, Any] | None
) -> Iterator[SignatureLine]:
    """Yield the lines of the block; `officer` is what the record says of one."""
    note = _SEALED if officer is None else _SIGNED
    yield SignatureLine(note.th, "small")
    yield SignatureLine(note.en, "tight", english=True)
    signatory = kind.signatory if officer is None else read_signatory(officer)
    yield SignatureLine(f"({signatory.name.th})", "line")
    yield SignatureLine(signatory.name.en, "small", english=True)
    yield SignatureLine(signatory.position.th, "line")
    yield SignatureLine(signatory.position.en, "small", english=True)
    if signatory.on_behalf:
        yield SignatureLine(signatory.on_behalf.th, "line")
    if officer is not None:
        asked = _write_moment(officer["asked_at"])
        yield SignatureLine(asked.th, "small")
        yield SignatureLine(_TIME_IS_INSIDE.th, "small")
        yield SignatureLine(asked.en, "small", english=True)
        yield SignatureLine(_TIME_IS_INSIDE.en, "small", english=True)


def read_signatory(officer: Mapping[str, Any]) -> Signatory:
    """Return whom the record names as the officer."""
    authority = officer["authority"]
    return Signatory(
        name=Localized(**officer["name"]),
        position=Localized(**officer["position"]),
        on_behalf=None if authority is None else Localized(**authority),
    )


def _write_moment(instant: str) -> Localized:
    at = datetime.fromisoformat(instant).astimezone(_BANGKOK)
    month, year = MONTHS_TH[at.month - 1], at.year + BUDDHIST_ERA
    return Localized(
        f"เสนอลงนาม {at.day} {month} {year} เวลา {at:%H.%M} น.",
        f"Presented for signature on {write_date_en(at.date())} at {at:%H:%M}",
    )
