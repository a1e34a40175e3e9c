# SPDX-License-Identifier: Apache-2.0
"""Bounds what the streams of a file may unpack to, before anything is parsed.

Object streams and cross-reference streams are parsed to the last byte, which
costs far more than unpacking them: all streams of such a kind together share
one small allowance. Everything else shares a larger one.
"""

from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import (
    DecodeContext,
    DecodeLimits,
    DecodePurpose,
    DocumentDecodeBudget,
    StreamDecodeLimits,
)
from pyhanko.pdf_utils.reader import PdfFileReader

from verifier.limits import Limits
from verifier.packing import mend_library

_ROW_BYTES = 12
"""Of a cross-reference stream, for one object; most writers take 4 to 7."""

_PARSED = (DecodePurpose.OBJECT_STREAM, DecodePurpose.XREF_STREAM)


mend_library()


class BoundedReader(PdfFileReader):
    """A reader that holds every stream to the limits, and is strict unless told."""

    def __init__(self, data: bytes, limits: Limits, *, strict: bool = True) -> None:
        # Streams are unpacked while the file is opened, so this comes first.
        self._allowance = _Allowance(limits, input_size=len(data))
        super().__init__(BytesIO(data), strict=strict)

    @property
    def decode_context(self) -> DecodeContext:
        """What is left of the allowances; the library asks before it unpacks."""
        return self._allowance

    def _read_object(
        self,
        ref: generic.Reference,
        marker: Any,  # noqa: ANN401 - the library's
        never_decrypt: bool = False,  # noqa: FBT001, FBT002 - the library's
        as_metadata_stream: bool = False,  # noqa: FBT001, FBT002
    ) -> Any:  # noqa: ANN401
        """Read an object; one that is not there is null (ISO 32000-2 §7.3.10)."""
        if marker is None:
            null = generic.NullObject()
            null.container_ref = ref
            return null
        return super()._read_object(
            ref,
            marker,
            never_decrypt=never_decrypt,
            as_metadata_stream=as_metadata_stream,
        )


class _Allowance(DecodeContext):
    """Counts the bytes that streams have unpacked to."""

    def __init__(self, limits: Limits, *, input_size: int) -> None:
        super().__init__(_translate(limits), input_size=input_size)
        self._limits = limits
        self._size = input_size
        self._purpose = DecodePurpose.GENERIC
        self._left = dict.fromkeys(_PARSED, limits.max_structure_bytes)
        rows = min(limits.max_structure_bytes, limits.max_objects * _ROW_BYTES)
        self._left[DecodePurpose.XREF_STREAM] = rows

    def fresh(self) -> "_Allowance":
        """Return a full allowance, for the view of one older revision."""
        return _Allowance(self._limits, input_size=self._size)

    def stream_output_cap(
        self,
        encoded_size: int,
        purpose: DecodePurpose = DecodePurpose.GENERIC,
        expected_size: int | None = None,
    ) -> int | None:
        """Return how many bytes one stream may unpack to."""
        self._purpose = purpose
        cap: int | None = super().stream_output_cap(
            encoded_size, purpose, expected_size
        )
        caps = [n for n in (cap, self._left.get(purpose)) if n is not None]
        return max(0, min(caps)) if caps else None

    def record_output(self, size: int) -> None:
        """Take what a stream has unpacked to from the allowances."""
        super().record_output(size)
        if self._purpose in self._left:
            self._left[self._purpose] -= size


def _translate(limits: Limits) -> DecodeLimits:
    return DecodeLimits(
        per_stream=StreamDecodeLimits(max_output_size=limits.max_decoded_bytes),
        document_budget=DocumentDecodeBudget(
            base_allowance=limits.max_decoded_bytes, max_ratio=0
        ),
    )
