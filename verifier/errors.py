# SPDX-License-Identifier: Apache-2.0
"""Errors of the verifier; one base, and each says what failed."""

from datetime import datetime

from verifier.reasons import Reason, Result


class VerifierError(Exception):
    """Base of everything the verifier raises on purpose."""


class SettingsError(VerifierError):
    """A setting is missing or cannot be used; the program must not start."""


class CheckError(VerifierError):
    """A check did not pass; the reason says whether it failed or is open."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail

    @property
    def result(self) -> Result:
        """FAILED or INDETERMINATE, as the reason has it."""
        return self.reason.result


class WeakAlgorithmError(CheckError):
    """An algorithm or key size that did not count at a moment."""

    def __init__(self, detail: str, *, ended: datetime | None) -> None:
        super().__init__(Reason.CRYPTO_CONSTRAINTS, detail)
        self.ended = ended
        """From when on it no longer counts; None if it never did."""


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


class WorkerError(VerifierError):
    """A process that reads PDFs could not do its work."""


class ChannelError(WorkerError):
    """Such a process is gone, or said what cannot be understood."""


class BusyError(WorkerError):
    """So many files wait already that one more is turned away."""


class StoppedError(WorkerError):
    """The processes were stopped, because the program ends."""


class SandboxError(WorkerError):
    """A process that reads PDFs cannot be shut in."""


class SummaryUnavailableError(VerifierError):
    """This verifier is installed without what draws printed summaries."""
