# SPDX-License-Identifier: Apache-2.0
"""Encoded values that stay as they are.

asn1crypto takes a value for one of indefinite length when the last byte of its
length happens to be 0x80, and then encodes it and all in it anew, at each level
once more: about one file in a hundred took half a minute. What comes encoded from
elsewhere is therefore handed to it so that it has nothing to encode.
"""

from typing import Self

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509


class EncodedContent(cms.ContentInfo):  # type: ignore[misc]  # asn1crypto has no types
    """A time-stamp token or a signature that is written byte for byte as it came."""

    _raw: bytes | None = None

    @classmethod
    def of(cls, der: bytes) -> Self:
        """Take an encoded one."""
        made: Self = cls.load(der, strict=True)
        made._raw = der
        return made

    def dump(self, force: bool = False) -> bytes:  # noqa: FBT001, FBT002 - asn1crypto's signature
        """Return what it was made of."""
        return super().dump(force) if self._raw is None else self._raw


class EncodedCertificate(asn1_x509.Certificate):  # type: ignore[misc]
    """A certificate that is written byte for byte as it came."""

    _raw: bytes | None = None

    @classmethod
    def of(cls, der: bytes) -> Self:
        """Take an encoded certificate."""
        made: Self = cls.load(der, strict=True)
        made._raw = der
        return made

    def dump(self, force: bool = False) -> bytes:  # noqa: FBT001, FBT002 - asn1crypto's signature
        """Return what it was made of."""
        return super().dump(force) if self._raw is None else self._raw
