# SPDX-License-Identifier: Apache-2.0
"""Errors of the issuer: each message says what failed, what was expected, what came."""


class IssuerError(Exception):
    """Base of all errors of the issuer."""


class SettingsError(IssuerError):
    """The issuer cannot start with these settings."""


class StorageError(IssuerError):
    """The object storage could not be used."""


class FileMissingError(StorageError):
    """A file that should be in the object storage is not, or is damaged."""


class SealError(IssuerError):
    """The PDF could not be sealed, or did not stand the check after sealing."""


class TimestampUnavailableError(SealError):
    """No RFC 3161 authority answered with a good token; a retry may succeed."""


class ClockError(TimestampUnavailableError):
    """The time of the authorities is not that of this machine."""


class SealCertificateError(SealError):
    """The seal's certificate is revoked, not valid now, or none for a seal."""


class RevocationUnavailableError(SealError):
    """No fresh revocation list for the certificates; a retry may succeed."""


class ArchiveError(SealError):
    """A file could not be given a newer time stamp; the message says why."""


class NoGainError(ArchiveError):
    """The authority's certificate ends too soon to be worth one of five stamps."""


class NotPermittedError(IssuerError):
    """The caller may not do this."""


class TypeNotInForceError(IssuerError):
    """The caller's agency may not issue this type, or there is none of this name."""


class TypeVersionError(IssuerError):
    """A reservation names another version of its type than there is now."""


class ReservationVoidedError(IssuerError):
    """The reservation that this retry belongs to was given up."""


class NotAuthenticatedError(IssuerError):
    """The request carries no token that counts."""


class SignatureRefusedError(IssuerError):
    """An officer refused to sign the document, or it waits for none."""


class ShownFileDiffersError(IssuerError):
    """Another file was confirmed than the one that is to be signed."""


class OfficerNotAuthenticatedError(IssuerError):
    """The passphrase or PIN is not that of the officer."""


class NotIssuedYetError(IssuerError):
    """The document is a reservation and has no PDF."""


class RenderError(IssuerError):
    """The page could not be drawn from this record and type.

    `fields` are those of the data that it is about, as far as that is known.
    """

    def __init__(
        self, message: str, *, th: str = "", fields: tuple[str, ...] = ()
    ) -> None:
        self.th, self.fields = th, fields
        super().__init__(message)


class MissingGlyphError(RenderError):
    """The font has no glyph for a character of the record."""

    def __init__(self, message: str, *, character: str = "", th: str = "") -> None:
        self.character = character
        super().__init__(message, th=th)


class TallLetterError(RenderError):
    """The marks of a letter of the record would reach into other lines."""

    def __init__(self, message: str, *, letter: str = "", th: str = "") -> None:
        self.letter = letter
        super().__init__(message, th=th)


class PageOverflowError(RenderError):
    """A part of the page does not fit; nothing is clipped or shrunk in silence."""


class GateError(RenderError):
    """The finished file is not what it should be, or holds what it should not."""

    def __init__(self, message: str, *, reason: str = "", th: str = "") -> None:
        self.reason = reason
        super().__init__(message, th=th or message)


class QrCodeError(RenderError):
    """The address cannot be put in a QR code."""
