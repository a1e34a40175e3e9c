# SPDX-License-Identifier: Apache-2.0
"""Settings of the verifier, read once from `TRA_*` and checked before the start.

The verifier needs an address or folder to read the publication from, and the
public key of the trust root. It has no secret of its own.
"""

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from verifier.limits import Limits, WorkerLimits

_MAX_DEFAULT_WORKERS = 8
"""Each takes some 70 MB: a large machine has more processors than it needs here."""


class VerifierSettings(BaseSettings):
    """Everything that can be configured; see docs for the meaning of each."""

    model_config = SettingsConfigDict(env_prefix="TRA_", frozen=True, extra="ignore")

    home: Path = Path("data")
    """TRA_HOME: folder that holds everything of a one-machine installation."""

    verify_url: str = "http://127.0.0.1:8000"
    """TRA_VERIFY_URL: address printed in QR codes."""

    publication_url: str = ""
    """TRA_PUBLICATION_URL: address or folder of the publication to read."""

    trust_root: Path | None = None
    """TRA_TRUST_ROOT: file with the public key of the trust root (PEM)."""

    max_upload_bytes: int = Field(default=20 * 1024 * 1024, gt=0)
    """TRA_MAX_UPLOAD_BYTES: size limit of one uploaded file, in bytes."""

    publication_timeout: float = Field(default=5.0, gt=0)
    """TRA_PUBLICATION_TIMEOUT: seconds to wait for one file of the publication."""

    pdf_workers: int | None = Field(default=None, gt=0)
    """TRA_PDF_WORKERS: processes that read PDFs; one a processor, at most 8."""

    pdf_seconds: float = Field(default=10.0, gt=0)
    """TRA_PDF_SECONDS: seconds that one file may take."""

    pdf_memory_bytes: int = Field(default=1024 * 1024 * 1024, ge=256 * 1024 * 1024)
    """TRA_PDF_MEMORY_BYTES: memory of one process that reads PDFs."""

    pdf_files: int = Field(default=1_000, gt=0)
    """TRA_PDF_FILES: files after which such a process is replaced."""

    pdf_queue: int = Field(default=32, ge=0)
    """TRA_PDF_QUEUE: files that may wait before more are turned away."""

    @property
    def publication_address(self) -> str:
        """Address or folder of the publication."""
        return self.publication_url or str(self.home / "publication")

    @property
    def trust_root_path(self) -> Path:
        """File of the pinned trust root."""
        return self.trust_root or self.home / "trust-root" / "trust-root.pub.pem"

    @property
    def limits(self) -> Limits:
        """Limits for one file."""
        return Limits(max_bytes=self.max_upload_bytes)

    @property
    def worker_limits(self) -> WorkerLimits:
        """Limits for the processes that read PDFs."""
        return WorkerLimits(
            count=self.pdf_workers or min(os.cpu_count() or 1, _MAX_DEFAULT_WORKERS),
            seconds=self.pdf_seconds,
            memory_bytes=self.pdf_memory_bytes,
            files=self.pdf_files,
            waiting=self.pdf_queue,
        )
