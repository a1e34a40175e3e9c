# SPDX-License-Identifier: Apache-2.0
"""Settings of the verifier, read once from `TRA_*` and checked before the start.

The verifier needs an address or folder to read the publication from, and the
public key of the trust root. It has no secret of its own.
"""

from dataclasses import dataclass
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one upload may cost; beyond it the outcome is `unchecked`."""

    max_bytes: int = 20 * 1024 * 1024
    """Bytes of a file: what the Thai reference service takes (20,480 KB)."""

    max_pages: int = 2_000
    """Pages of a document: a licence has a few, an annex may have hundreds."""

    max_objects: int = 200_000
    """Objects over all revisions: each costs memory while changes are judged."""

    max_revisions: int = 50
    """Incremental updates: each is compared with the one that was signed."""

    max_signatures: int = 30
    """Signatures and document timestamps: each costs public-key operations."""

    max_attachment_bytes: int = 1024 * 1024
    """Bytes of the attached record; a record holds some kilobytes."""

    max_decoded_bytes: int = 128 * 1024 * 1024
    """Bytes that all streams together may unpack to: against zip bombs."""


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
