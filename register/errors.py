# SPDX-License-Identifier: Apache-2.0
"""Everything that can go wrong in the register, as one small tree.

Each message says what failed, what was expected and what was found, in a form
that may be shown to an operator: no personal data, no key material.
"""


class RegisterError(Exception):
    """Base of all errors of this package."""


class DocumentError(RegisterError):
    """A fact of a document has a form that no document can have."""


class DocumentIdError(DocumentError):
    """A text is not a document id."""


class ShortCodeError(DocumentError):
    """A text is not a short code."""


class ShortCodeCheckError(ShortCodeError):
    """A text has the form of a short code, and a check character that does not fit."""


class TransitionError(RegisterError):
    """The status of a document does not allow the action asked for."""


class CanonicalError(RegisterError):
    """Bytes are not the canonical JSON or CBOR that a format demands."""


class RecordError(RegisterError):
    """Bytes are not a record, or facts cannot become one."""


class RecordSizeError(RecordError):
    """A record would be larger than any verifier reads."""


class EnvelopeError(RegisterError):
    """A signed envelope (JWS or COSE) is not of the form this project uses."""


class UnknownKeyError(EnvelopeError):
    """The envelope names a key that the verifier does not know."""


class SignatureError(EnvelopeError):
    """The signature does not fit the bytes and the key."""


class ClaimError(RegisterError):
    """Bytes are not a claim, or facts cannot become one."""


class ClaimSignatureError(ClaimError):
    """No key that was offered has signed the claim for this document id."""


class StatusListError(RegisterError):
    """A status list is malformed, forged or about another list."""


class StatusListTimeError(StatusListError):
    """A status list is expired, dated in the future or older than one seen."""


class TrustListError(RegisterError):
    """A trust list is malformed, forged or contradicts itself."""


class TrustListTimeError(TrustListError):
    """A trust list is expired, dated in the future or older than one seen."""


class PublicRecordError(RegisterError):
    """A public record or file entry is malformed, forged or about another thing."""


class StorageError(RegisterError):
    """A place for files is not an address that can be opened."""


# The database part of the register (store.py and its parts).


class DatabaseError(RegisterError):
    """The database cannot be used."""


class DatabaseUrlError(DatabaseError):
    """The address of the database is malformed or of an unsupported database."""


class DatabaseUnreachableError(DatabaseError):
    """No connection to the database could be made."""


class SchemaError(DatabaseError):
    """The database has no tables of the register, or those of another version."""


class UnknownAgencyError(RegisterError):
    """The register knows no agency of this id."""


class AgencyExistsError(RegisterError):
    """An agency of this id is already in the register."""


class UnknownDocumentError(RegisterError):
    """The register knows no such document, or it is of another agency."""


class DocumentStateError(RegisterError):
    """The document is not (or no longer) in the state the step needs."""


class UnknownOfficerError(RegisterError):
    """The agency has no officer of this id, or one that signs no more."""


class OfficerExistsError(RegisterError):
    """The agency has an officer of this id already; ids are never used again."""


class OfficerLockedError(RegisterError):
    """After too many wrong passphrases an officer may not try for a while."""


class IdempotencyConflictError(RegisterError):
    """The idempotency key was used before with another request."""


class IdempotencyKeyError(RegisterError):
    """The idempotency key is longer than a key may be."""


class NumberConflictError(RegisterError):
    """The numbering pattern gave a number that a document of the type has."""


class StatusChangeError(RegisterError):
    """A change of status lacks its reason or legal basis, or its date is wrong."""


class PublishingBusyError(RegisterError):
    """Another publisher of the same thing takes longer than we wait."""


class TextNotStorableError(RegisterError):
    """A text holds a NUL character, which PostgreSQL cannot keep."""


class PageTokenError(RegisterError):
    """A text is not a page token that the register gave out."""


class TokenError(RegisterError):
    """An API token does not count; `reason` is unknown, expired or revoked."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        """Say why; not the argument itself, which is kept for a copy."""
        return f"The API token is {self.reason}"
