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
from register.trust_list import TrustList
from verifier.errors import CheckError
from verifier.reasons import Reason
from verifier.trust import Publication

_END = re.compile(rb"%%EOF(?:\r\n|\n|\r)?")
_MAX_ENDS = 20


def check_issued_bytes(
    data: bytes, record: PublicRecord, publication: Publication, trust: TrustList
) -> None:
    """Check that the file is, or begins with, one that was issued for the document.

    Raises:
        CheckError: FILE_DIFFERS, or the register cannot be asked.
    """
    digests = list(_digests(data))
    if not {record.file_sha256, *record.later_files}.isdisjoint(digests):
        return
    # An agency may have issued the file anew, with a newer time stamp; the one
    # that was issued first keeps its own entry.
    for digest in digests:
        try:
            if publication.file_entry(digest, trust).id == record.id:
                return
        except CheckError as error:
            if error.reason is not Reason.NOT_REGISTERED:
                raise
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
