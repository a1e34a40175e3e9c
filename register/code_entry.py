# SPDX-License-Identifier: Apache-2.0
"""Code entries of the publication: which document a short code names (publication.md).

One small signed file a code, and no list of them: whoever has no code learns no
id. The id proves itself, because its code can be computed.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from register.document import DocumentId
from register.envelope import SignRaw, jws_kid, open_jws, sign_jws
from register.errors import (
    CanonicalError,
    DocumentError,
    EnvelopeError,
    PublicRecordError,
    UnknownKeyError,
)
from register.members import epoch_seconds, read_id, read_integer, read_moment
from register.public_record import publication_keys_of
from register.short_code import ShortCode, short_code
from register.trust_list import TrustList

CODE_TYPE: Final = "tra-code+jwt"


@dataclass(frozen=True, kw_only=True)
class CodeEntry:
    """Which document has this short code."""

    id: DocumentId
    iat: datetime

    @property
    def code(self) -> ShortCode:
        """The short code, which follows from the id."""
        return short_code(self.id)


def sign_code_entry(entry: CodeEntry, *, kid: str, sign: SignRaw) -> str:
    """Return a code entry as a JWS.

    Raises:
        PublicRecordError: a fact does not fit the format.
    """
    members = {
        "v": 1,
        "code": entry.code,
        "id": entry.id,
        "iat": epoch_seconds(entry.iat),
    }
    try:
        return sign_jws(members, typ=CODE_TYPE, kid=kid, sign=sign)
    except (CanonicalError, DocumentError, EnvelopeError) as error:
        raise PublicRecordError(f"the code entry: {error}") from error


def open_code_entry(token: str, *, trust: TrustList, code: ShortCode) -> CodeEntry:
    """Return the entry of a short code, signed with a publication key of any agency.

    Raises:
        PublicRecordError: malformed, forged, or of another code.
    """
    try:
        keys = publication_keys_of(trust, None)
        members = open_jws(token, typ=CODE_TYPE, keys=keys)
        entry = _read_entry(members)
        if jws_kid(token) not in publication_keys_of(trust, entry.iat):
            raise UnknownKeyError("the key did not count when this was signed")
    except (CanonicalError, DocumentError, EnvelopeError) as error:
        raise PublicRecordError(f"code entry {code}: {error}") from error
    if entry.code != code:
        raise PublicRecordError(f"the entry of {code} names a document of another code")
    return entry


def _read_entry(members: dict[str, Any]) -> CodeEntry:
    read_integer(members.get("v"), name="v", least=1, most=1)
    entry = CodeEntry(
        id=read_id(members.get("id"), name="id"),
        iat=read_moment(members.get("iat"), name="iat"),
    )
    if members.get("code") != entry.code:
        raise DocumentError("the code is not that of the id")
    return entry
