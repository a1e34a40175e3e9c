# SPDX-License-Identifier: Apache-2.0
"""Compares a file with the one that the register says was issued.

A signature leaves some bytes of a file unsigned: certificates inside it, its
padding, revocation data added after it. The register knows the hash of the
whole file, so a change there is found as well. Revisions that were appended
later, and are allowed, do not count as a difference.
"""

import hashlib
import re
from collections.abc import Iterator

from register.public_record import PublicRecord
from verifier.errors import CheckError
from verifier.reasons import Reason

_END = re.compile(rb"%%EOF(?:\r\n|\n|\r)?")
_MAX_ENDS = 20


def check_issued_bytes(data: bytes, record: PublicRecord) -> None:
    """Check that the file is, or begins with, one that was issued for the document.

    The record alone says which files those are. A file entry names no agency, so
    that any listed agency could sign one for a document of another.

    Raises:
        CheckError: FILE_DIFFERS.
    """
    issued = {record.file_sha256, *record.later_files}
    if issued.isdisjoint(_digests(data)):
        raise CheckError(Reason.FILE_DIFFERS, "no file of these bytes was issued")


def _digests(data: bytes) -> Iterator[bytes]:
    """Yield the SHA-256 of the file, and of it without its last revisions."""
    yield hashlib.sha256(data).digest()
    running, hashed = hashlib.sha256(), 0
    # A newline after the last line may be of the file or of what follows it.
    for match in list(_END.finditer(data))[-_MAX_ENDS:]:
        for end in sorted({match.start() + len(b"%%EOF"), match.end()}):
            running.update(memoryview(data)[hashed:end])
            hashed = end
            if end != len(data):
                yield running.digest()
