# SPDX-License-Identifier: Apache-2.0
"""The words of a verdict: outcomes, check results, check ids and reason codes.

A reason in capitals is a (sub-)indication of ETSI EN 319 102-1 §5.1.3 and means
what it means there; a reason in small letters is our own. Codes never change
their meaning and are never reused. Texts for people are in `verifier.texts`,
explanations for engineers in `docs/reason-codes.md`.
"""

from enum import StrEnum


class Outcome(StrEnum):
    """The one verdict on a document, the same on page, API and CLI."""

    IN_FORCE = "in_force"
    NOT_IN_FORCE = "not_in_force"
    ALTERED = "altered"
    UNKNOWN = "unknown"
    SIGNATURE_ONLY = "signature_only"
    UNCHECKED = "unchecked"


class Integrity(StrEnum):
    """Whether the bytes are those that were signed, whoever signed them."""

    INTACT = "intact"
    ALTERED = "altered"
    UNSIGNED = "unsigned"
    UNREADABLE = "unreadable"


class Basis(StrEnum):
    """What a verdict rests on."""

    FILE = "file"
    """The sealed file itself."""
    CLAIM = "claim"
    """The claim of a QR code."""
    RECORD = "record"
    """The register alone: nobody has looked at the paper."""


class Result(StrEnum):
    """Result of one check, in the words of EN 319 102-1."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    INDETERMINATE = "INDETERMINATE"


class CheckId(StrEnum):
    """Every check, in the order in which they are made; the number is stable."""

    FILE = "file_readable"
    SIGNATURE = "signature_present"
    HASH = "signature_integrity"
    CHANGES = "later_changes"
    TRUST_LIST = "trust_list"
    TIME = "signing_time"
    SIGNER = "signer_trusted"
    RECORD = "record_readable"
    QR = "qr_readable"
    CLAIM = "claim_signature"
    CLAIM_RECORD = "claim_agrees"
    AGENCY = "issuer_agrees"
    TYPE = "type_permitted"
    REGISTER = "register_record"
    STATUS = "status"
    DATES = "dates"
    ISSUED_BYTES = "issued_bytes"
    OFFICER = "officer_signature"
    PAGE_TEXT = "page_text"

    @property
    def number(self) -> int:
        """Stable number of the check, from 1."""
        return _NUMBERS[self]


_NUMBERS = {check: number for number, check in enumerate(CheckId, start=1)}


class Reason(StrEnum):
    """Why a check did not pass, or why the outcome is what it is."""

    VALID = "valid"

    # The bytes.
    NOT_A_PDF = "not_a_pdf"
    DAMAGED = "damaged_file"
    ENCRYPTED = "encrypted"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a reason code, no password
    LIMIT = "limit_exceeded"
    UNSIGNED = "unsigned"
    FORMAT_FAILURE = "FORMAT_FAILURE"
    HASH_FAILURE = "HASH_FAILURE"
    SIG_CRYPTO_FAILURE = "SIG_CRYPTO_FAILURE"
    INCOMPLETE_SIGNATURE = "incomplete_signature"
    PARTIAL_COVERAGE = "partial_coverage"
    CHANGED_LATER = "changed_after_signing"
    TIMESTAMP_INVALID = "timestamp_invalid"

    # The signer.
    TRUST_LIST_UNREACHABLE = "trust_list_unreachable"
    TRUST_LIST_INVALID = "trust_list_invalid"
    NO_SIGNING_CERTIFICATE = "NO_SIGNING_CERTIFICATE_FOUND"
    NO_CHAIN = "NO_CERTIFICATE_CHAIN_FOUND"
    CHAIN_CONSTRAINTS = "CHAIN_CONSTRAINTS_FAILURE"
    CHAIN_FAILURE = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
    CRYPTO_CONSTRAINTS = "CRYPTO_CONSTRAINTS_FAILURE"
    CRYPTO_NO_POE = "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
    CERTIFICATE_REVOKED = "REVOKED"
    CERTIFICATE_NOT_YET_VALID = "NOT_YET_VALID"
    CERTIFICATE_EXPIRED = "EXPIRED"
    OUT_OF_BOUNDS = "OUT_OF_BOUNDS_NO_POE"
    NO_POE = "NO_POE"
    TRY_LATER = "TRY_LATER"
    KEY_NOT_IN_USE = "key_not_in_use"
    KEY_COMPROMISED = "key_compromised"

    # What the document says of itself.
    NO_RECORD = "no_record"
    RECORD_INVALID = "record_invalid"
    QR_UNREADABLE = "qr_unreadable"
    QR_FOREIGN = "qr_not_ours"
    NO_CLAIM = "no_claim"
    CLAIM_INVALID = "claim_invalid"
    CLAIM_KEY_UNKNOWN = "claim_key_unknown"
    CLAIM_SIGNATURE = "claim_signature_invalid"
    CLAIM_MISMATCH = "claim_mismatch"
    CLAIM_UNCONFIRMED = "claim_unconfirmed"
    AGENCY_MISMATCH = "issuer_mismatch"
    TYPE_NOT_PERMITTED = "type_not_permitted"
    PAGE_DIFFERS = "page_differs"
    PAGE_UNREADABLE = "page_unreadable"
    OFFICER_MISSING = "officer_signature_missing"
    OFFICER_MISMATCH = "officer_mismatch"
    OFFICER_ORDER = "officer_signed_late"

    # What the register says of it.
    NOT_REGISTERED = "not_registered"
    REGISTER_UNREACHABLE = "register_unreachable"
    REGISTER_INVALID = "register_record_invalid"
    REGISTER_MISMATCH = "register_mismatch"
    FILE_DIFFERS = "file_differs"
    STATUS_UNREACHABLE = "status_list_unreachable"
    STATUS_INVALID = "status_list_invalid"
    STATUS_STALE = "status_list_stale"
    STATUS_REPLAYED = "status_list_replayed"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"

    # The verifier itself.
    PROCESSING_ERROR = "processing_error"
    NOT_CHECKED = "not_checked"

    @property
    def result(self) -> Result:
        """Result of a check with this reason (EN 319 102-1 §5.1.3, table 4)."""
        if self is Reason.VALID:
            return Result.PASSED
        return Result.INDETERMINATE if self in _INDETERMINATE else Result.FAILED


_INDETERMINATE = frozenset(
    {
        Reason.ENCRYPTED,
        Reason.LIMIT,
        Reason.TRUST_LIST_UNREACHABLE,
        Reason.TRUST_LIST_INVALID,
        Reason.NO_SIGNING_CERTIFICATE,
        Reason.NO_CHAIN,
        Reason.CHAIN_CONSTRAINTS,
        Reason.CHAIN_FAILURE,
        Reason.CRYPTO_CONSTRAINTS,
        Reason.CRYPTO_NO_POE,
        Reason.OUT_OF_BOUNDS,
        Reason.NO_POE,
        Reason.TRY_LATER,
        Reason.NO_RECORD,
        Reason.NO_CLAIM,
        Reason.CLAIM_KEY_UNKNOWN,
        Reason.CLAIM_UNCONFIRMED,
        Reason.PAGE_UNREADABLE,
        Reason.NOT_REGISTERED,
        Reason.REGISTER_UNREACHABLE,
        Reason.REGISTER_INVALID,
        Reason.STATUS_UNREACHABLE,
        Reason.STATUS_INVALID,
        Reason.STATUS_STALE,
        Reason.STATUS_REPLAYED,
        Reason.PROCESSING_ERROR,
        Reason.NOT_CHECKED,
    }
)
