# SPDX-License-Identifier: Apache-2.0
"""What one uploaded file may cost, and the processes that read it."""

from dataclasses import dataclass
from enum import StrEnum


class Sandbox(StrEnum):
    """Whether processes that read PDFs are shut in (`verifier.sandbox`)."""

    AUTO = "auto"
    """Where the system can."""
    REQUIRED = "required"
    """Always; where the system cannot, the service does not start."""
    OFF = "off"
    """Never."""


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
    """Bytes of the attached record: as many as a record may have (record.md)."""

    max_decoded_bytes: int = 128 * 1024 * 1024
    """Bytes that all streams together may unpack to: against zip bombs."""

    max_page_characters: int = 500_000
    """Characters of pages that are looked through for number and holder's name: of
    200 full pages. Ours have them on the first."""

    max_structure_bytes: int = 8 * 1024 * 1024
    """Bytes that object streams, and cross-reference streams, may unpack to."""


@dataclass(frozen=True, kw_only=True)
class WorkerLimits:
    """What the processes that read PDFs may cost; see `verifier.isolation`."""

    count: int = 1
    """Processes, each of which reads one file at a time."""

    seconds: float = 10.0
    """Seconds that one file may take, on the clock and of the processor."""

    memory_bytes: int = 1024 * 1024 * 1024
    """Bytes of address space of one process; some 90 MB are the program's own."""

    files: int = 1_000
    """Files after which a process is replaced by a fresh one."""

    waiting: int = 32
    """Files that may wait for a process; each is held in memory."""

    sandbox: Sandbox = Sandbox.AUTO
    """Whether they give up files, network and programs."""
