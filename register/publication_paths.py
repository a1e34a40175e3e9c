# SPDX-License-Identifier: Apache-2.0
"""The paths of a publication and their media types (docs/spec/publication.md)."""

import re
from typing import Final

from register.status_list import CWT_TYPE, JWT_MEDIA_TYPE

JOSE: Final = "application/jose"
BYTES: Final = "application/octet-stream"

TRUST_LIST: Final = "trust-list"
PUBLICATION_FOLDERS: Final = ("status", "records", "files", "codes", "archive")
"""In the order in which a copy is brought up to date; see `register.mirror`."""

_PUBLISHED = re.compile(
    r"trust-list|status/(0|[1-9][0-9]{0,6})(\.jwt)?|records/[A-Z2-7]{26}"
    r"|(files|archive)/[0-9a-f]{64}|codes/[0-9A-Z]{12}"
)


def is_published(path: str) -> bool:
    """Tell whether the spec knows this path; all else is not for anyone."""
    return _PUBLISHED.fullmatch(path) is not None


def media_type_of(path: str) -> str:
    """Return the media type that a file of a publication is served with."""
    if path.startswith("status/"):
        return JWT_MEDIA_TYPE if path.endswith(".jwt") else CWT_TYPE
    return BYTES if path.startswith("archive/") else JOSE
