# SPDX-License-Identifier: Apache-2.0
"""The officer who signs a document before it is sealed, as its record names them.

Pure: who, in which position, by what authority, and with which certificate. The
record binds the certificate, so that nobody else's signature can stand in its place
(docs/spec/record.md).
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from register.document import Text
from register.errors import DocumentError
from register.members import format_instant, parse_instant, read_string, read_text

_MEMBERS: Final = frozenset(
    {"name", "position", "authority", "asked_at", "certificate_sha256"}
)
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class OfficerFacts:
    """What a record says of the officer who is to sign."""

    name: Text
    position: Text
    authority: Text | None
    """By what they sign for another: "ปฏิบัติราชการแทน ..."."""
    asked_at: datetime
    """When the document was laid before them."""
    certificate_sha256: bytes
    """Of the one certificate whose signature counts."""

    def to_json(self) -> dict[str, Any]:
        """Return the member `officer` of a record."""
        return {
            "name": self.name.to_json(),
            "position": self.position.to_json(),
            "authority": None if self.authority is None else self.authority.to_json(),
            "asked_at": format_instant(self.asked_at),
            "certificate_sha256": self.certificate_sha256.hex(),
        }


def read_officer(value: object) -> OfficerFacts:
    """Return what the member `officer` of a record says.

    Raises:
        DocumentError: a member is missing, unknown or of another form.
    """
    if not isinstance(value, dict) or value.keys() != _MEMBERS:
        raise DocumentError(f"officer has exactly the members {sorted(_MEMBERS)}")
    digest = read_string(value["certificate_sha256"], name="certificate_sha256")
    if _SHA256.fullmatch(digest) is None:
        raise DocumentError("officer.certificate_sha256 is 64 lower-case hex digits")
    authority = value["authority"]
    return OfficerFacts(
        name=read_text(value["name"], name="officer.name"),
        position=read_text(value["position"], name="officer.position"),
        authority=None
        if authority is None
        else read_text(authority, name="officer.authority"),
        asked_at=parse_instant(value["asked_at"], name="officer.asked_at"),
        certificate_sha256=bytes.fromhex(digest),
    )
