# SPDX-License-Identifier: Apache-2.0
"""The trust list: who may issue what, and with which keys (trust-list.md).

Signed by the trust root, which every verifier pins. A list that contradicts
itself is refused as a whole, when it is opened and before it is signed.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from register.envelope import PublicKey, SignRaw, key_id, open_jws, sign_jws
from register.errors import (
    CanonicalError,
    DocumentError,
    EnvelopeError,
    TrustListError,
    TrustListTimeError,
)
from register.trust_entries import (
    Agency,
    ClaimKey,
    Period,
    PublicationKey,
    SealAnchor,
    SealCertificate,
    TrustList,
    TypeEntry,
)
from register.trust_members import (
    ORGANIZATION_IDENTIFIER,
    read_members,
    write_members,
)

__all__ = [
    "ORGANIZATION_IDENTIFIER",
    "Agency",
    "ClaimKey",
    "Period",
    "PublicationKey",
    "SealAnchor",
    "SealCertificate",
    "TrustList",
    "TypeEntry",
    "check_trust_list_time",
    "open_trust_list",
    "parse_trust_list",
    "read_trust_list",
    "sign_trust_list",
]

JWS_TYPE: Final = "tra-trust-list+jwt"
MAX_AHEAD: Final = timedelta(minutes=5)
"""How far a clock may be behind the publisher's."""


def sign_trust_list(trust: TrustList, *, kid: str, sign: SignRaw) -> str:
    """Return a trust list as a JWS, signed by the trust root.

    Raises:
        TrustListError: the list is not one that a verifier would take.
    """
    try:
        members = write_members(trust)
        _check_list(read_members(members))
        return sign_jws(members, typ=JWS_TYPE, kid=kid, sign=sign)
    except (CanonicalError, DocumentError, EnvelopeError) as error:
        raise TrustListError(f"the trust list cannot be signed: {error}") from error


def open_trust_list(
    token: str, *, root_key: PublicKey, now: datetime, newest_seq: int | None = None
) -> TrustList:
    """Return the trust list that the pinned trust root has signed.

    Args:
        token: the JWS.
        root_key: public key of the trust root.
        now: the moment it shall be relied on.
        newest_seq: highest `seq` ever seen of this list.

    Raises:
        TrustListError: malformed, forged, or in contradiction to itself.
        TrustListTimeError: expired, dated ahead, or older than one seen.
    """
    trust = read_trust_list(token, root_key=root_key)
    check_trust_list_time(trust, now=now, newest_seq=newest_seq)
    return trust


def read_trust_list(token: str, *, root_key: PublicKey) -> TrustList:
    """Return what the trust root has signed, whatever its date.

    For those who make the next list; for a verdict, `open_trust_list`.

    Raises:
        TrustListError: malformed, forged, or in contradiction to itself.
    """
    try:
        payload = open_jws(token, typ=JWS_TYPE, keys={key_id(root_key): root_key})
        return parse_trust_list(payload)
    except (CanonicalError, EnvelopeError) as error:
        raise TrustListError(f"the trust list: {error}") from error


def parse_trust_list(payload: Mapping[str, Any]) -> TrustList:
    """Return the list of a payload that nobody has signed yet.

    Raises:
        TrustListError: malformed, or in contradiction to itself.
    """
    try:
        trust = read_members(payload)
    except (CanonicalError, DocumentError, EnvelopeError) as error:
        raise TrustListError(f"the trust list: {error}") from error
    _check_list(trust)
    return trust


def check_trust_list_time(
    trust: TrustList, *, now: datetime, newest_seq: int | None
) -> None:
    """Check that a trust list may be relied on at a moment.

    Raises:
        TrustListTimeError: expired, dated ahead, or older than one seen.
    """
    if now >= trust.exp:
        raise TrustListTimeError(f"the trust list expired at {trust.exp}")
    if trust.iat - now > MAX_AHEAD:
        raise TrustListTimeError(f"the trust list is dated ahead, {trust.iat}")
    if newest_seq is not None and trust.seq < newest_seq:
        raise TrustListTimeError(
            f"the trust list has seq {trust.seq}; seq {newest_seq} was seen before"
        )


def _check_list(trust: TrustList) -> None:
    """Refuse what would let one agency speak for another."""
    agencies = trust.agencies
    _check_unique("agency id", (agency.id for agency in agencies))
    for agency in agencies:
        _check_unique(f"type code of {agency.id}", (t.code for t in agency.types))
        _check_unique(f"type id of {agency.id}", (t.id for t in agency.types))
    _check_unique(
        "claim key",
        (key_id(entry.key) for agency in agencies for entry in agency.claim_keys),
    )
    _check_unique(
        "seal certificate",
        (
            entry.key_sha256.hex()
            for agency in agencies
            for entry in agency.seal_certificates
        ),
    )
    _check_unique(
        "organizationIdentifier of two agencies",
        (
            owner
            for agency in agencies
            for owner in {
                anchor.subject[ORGANIZATION_IDENTIFIER]
                for anchor in (*agency.seal_anchors, *agency.officer_anchors)
            }
        ),
    )


def _check_unique(what: str, values: Iterable[Hashable]) -> None:
    twice = [str(value) for value, count in Counter(values).items() if count > 1]
    if twice:
        raise TrustListError(f"the trust list names twice: {what} {', '.join(twice)}")
