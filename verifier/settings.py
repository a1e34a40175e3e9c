# SPDX-License-Identifier: Apache-2.0
"""Settings of the verifier, read once from `TRA_*` and checked before the start.

The verifier needs an address or folder to read the publication from, and the
public key of the trust root. It has no secret of its own.
"""

import json
import os
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from verifier.limits import Limits, Sandbox, WorkerLimits
from verifier.rate_limit import Kind, RateLimits, parse_networks

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

    signer_lists: Path | None = None
    """TRA_SIGNER_LISTS: TOML file that names lists of other people's signers."""

    seen_file: Path | None = None
    """TRA_SEEN_FILE: where the newest lists seen are kept over a restart."""

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

    uploads: int = Field(default=32, gt=0)
    """TRA_UPLOADS: files that may be received at a time; one client has half."""

    upload_seconds: float = Field(default=300.0, gt=0)
    """TRA_UPLOAD_SECONDS: seconds for sending one file: 20 MB at 0.6 Mbit/s."""

    pdf_sandbox: Sandbox = Sandbox.AUTO
    """TRA_PDF_SANDBOX: whether such processes are shut in: auto, required or off."""

    rate_files: str = "300/minute"
    """TRA_RATE_FILES: files that one client may send; empty for no limit."""

    rate_queries: str = "3000/minute"
    """TRA_RATE_QUERIES: ids, QR codes and published files that one may ask for."""

    rate_codes: str = "30/minute"
    """TRA_RATE_CODES: short codes that one client may try."""

    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    """TRA_TRUSTED_PROXIES: networks whose X-Forwarded-For is believed."""

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_list(cls, value: object) -> object:
        """Take a list as text separated by commas."""
        if not isinstance(value, str):
            return value
        if value.lstrip().startswith("["):
            return json.loads(value)
        return [part.strip() for part in value.split(",") if part.strip()]

    @property
    def rate_limits(self) -> RateLimits:
        """Limits for one client.

        Raises:
            SettingsError: a rate or a network cannot be read.
        """
        return RateLimits(
            {
                Kind.FILES: self.rate_files,
                Kind.QUERIES: self.rate_queries,
                Kind.CODES: self.rate_codes,
            },
            proxies=parse_networks(self.trusted_proxies),
        )

    report_seconds: float = Field(default=300.0, ge=0)
    """TRA_REPORT_SECONDS: how long a report can be asked for again; 0 for never."""

    @property
    def publication_address(self) -> str:
        """Address or folder of the publication."""
        return self.publication_url or str(self.home / "publication")

    @property
    def trust_root_path(self) -> Path:
        """File of the pinned trust root."""
        return self.trust_root or self.home / "trust-root" / "trust-root.pub.pem"

    @property
    def seen_path(self) -> Path:
        """File that keeps the newest lists seen."""
        return self.seen_file or self.home / "seen.json"

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
            sandbox=self.pdf_sandbox,
        )
