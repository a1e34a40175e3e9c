# SPDX-License-Identifier: Apache-2.0
"""Errors of the verifier; one base, and each says what failed."""

from verifier.reasons import Reason, Result


class VerifierError(Exception):
    """Base of everything the verifier raises on purpose."""


class SettingsError(VerifierError):
    """A setting is missing or cannot be used; the program must not start."""


class CheckError(VerifierError):
    """A check did not pass; it says with which result, reason and detail."""

    def __init__(
        self, reason: Reason, detail: str, *, result: Result = Result.FAILED
    ) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.result = result


class UncheckableError(CheckError):
    """A check could not be made now: INDETERMINATE, never "invalid"."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason, detail, result=Result.INDETERMINATE)


class UploadError(VerifierError):
    """An upload that cannot be read as a request."""


class UploadTooLargeError(UploadError):
    """The upload is larger than the limit."""


class UploadFormatError(UploadError):
    """The request is not a multipart form with a file."""


class SourceError(VerifierError):
    """A file of the publication could not be had."""


class NotPublishedError(SourceError):
    """The publication answered, and has no such file."""


class UnreachableError(SourceError):
    """The publication did not answer, or not within the limits."""
