# SPDX-License-Identifier: Apache-2.0
"""The trust list: who may issue what, and with which keys (trust-list.md).

Signed by the trust root, which every verifier pins. A list that contradicts
itself is refused as a whole. Seal anchors are data only: whether a certificate
chains to one is for the code that checks seals.
"""

import base64
import binascii
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from register.claim import TYPE_CODE, claim_kid
from register.document import AgencyId, Text, check_type_id, parse_agency_id
from register.envelope import (
    PublicKey,
    SignRaw,
    key_from_jwk,
    key_id,
    open_jws,
    public_jwk,
    sign_jws,
)
from register.errors import (
    CanonicalError,
    DocumentError,
    EnvelopeError,
    TrustListError,
    TrustListTimeError,
)
from register.members import (
    epoch_seconds,
    read_integer,
    read_moment,
    read_optional_moment,
    read_string,
    read_text,
)

JWS_TYPE: Final = "tra-trust-list+jwt"
MAX_AHEAD: Final = timedelta(minutes=5)
"""How far a clock may be behind the publisher's."""

ORGANIZATION_IDENTIFIER: Final = "organizationIdentifier"
"""The subject attribute (2.5.4.97) that every seal anchor must ask for."""

_MAX_SEQ: Final = 2**53 - 1
_MAX_CERTIFICATE_CHARS: Final = 16 * 1024
_MAX_CHAIN: Final = 8
_MAX_DOMAIN_CHARS: Final = 253
_DOMAIN = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9.-]{0,63}|[0-9]+(?:\.[0-9]+)+")

_Item = TypeVar("_Item")


@dataclass(frozen=True, kw_only=True)
class Period:
    """When a key counts; null means without bound."""

    not_before: datetime | None = None
    not_after: datetime | None = None
    compromised_from: datetime | None = None
    """From when on a thief may have had the key."""

    def covers(self, moment: datetime) -> bool:
        """Tell whether something made at this moment counts."""
        return (
            (self.not_before is None or self.not_before <= moment)
            and (self.not_after is None or moment <= self.not_after)
            and (self.compromised_from is None or moment < self.compromised_from)
        )


@dataclass(frozen=True, kw_only=True)
class TypeEntry:
    """One document type that an agency may issue."""

    id: str
    code: str
    name: Text


@dataclass(frozen=True, kw_only=True)
class ClaimKey:
    """One key that signs claims, with its certificate."""

    key: PublicKey
    certificate: bytes
    """DER; its SHA-256 begins with the kid."""
    period: Period = Period()

    @property
    def kid(self) -> bytes:
        """The 4 bytes that a claim names the key by."""
        return claim_kid(self.certificate)


@dataclass(frozen=True, kw_only=True)
class PublicationKey:
    """One key that signs status lists and public records."""

    key: PublicKey
    certificate: bytes | None = None
    """DER, where the key has a certificate."""
    period: Period = Period()

    @property
    def kid(self) -> str:
        """The thumbprint that a token names the key by."""
        return key_id(self.key)


@dataclass(frozen=True, kw_only=True)
class SealAnchor:
    """A CA that certifies seals of an agency, and what its subject must hold."""

    certificate: bytes
    """DER."""
    subject: Mapping[str, str]
    """Attributes that a seal certificate must carry with exactly these values."""
    period: Period = Period()


@dataclass(frozen=True, kw_only=True)
class Agency:
    """One agency: names, what it may issue, and its keys."""

    id: AgencyId
    name: Text
    domain: str
    types: tuple[TypeEntry, ...] = ()
    claim_keys: tuple[ClaimKey, ...] = ()
    publication_keys: tuple[PublicationKey, ...] = ()
    seal_anchors: tuple[SealAnchor, ...] = ()

    def type_by_code(self, code: str) -> TypeEntry | None:
        """Return the type that a claim names by this code."""
        return next((entry for entry in self.types if entry.code == code), None)

    def type_by_id(self, type_id: str) -> TypeEntry | None:
        """Return the type that a record names by this id."""
        return next((entry for entry in self.types if entry.id == type_id), None)

    def publication_keys_at(self, moment: datetime) -> dict[str, PublicKey]:
        """Return the publication keys that count for something signed then.

        A key with `compromised_from` counts for nothing: its thief can date
        what he signs as he likes, and all is published anew by another key.
        """
        return {
            entry.kid: entry.key
            for entry in self.publication_keys
            if entry.period.compromised_from is None and entry.period.covers(moment)
        }


@dataclass(frozen=True, kw_only=True)
class TrustList:
    """Everything that a verifier takes as given."""

    name: Text
    seq: int
    iat: datetime
    exp: datetime
    agencies: tuple[Agency, ...] = ()
    timestamp_anchors: tuple[bytes, ...] = ()
    """DER certificates of the CAs whose time-stamping certificates count."""

    def agency(self, agency_id: str) -> Agency | None:
        """Return the agency of this id."""
        return next((a for a in self.agencies if a.id == agency_id), None)

    def claim_keys_for(self, kid: bytes) -> tuple[tuple[Agency, ClaimKey], ...]:
        """Return every claim key that the kid of a claim may mean."""
        return tuple(
            (agency, entry)
            for agency in self.agencies
            for entry in agency.claim_keys
            if entry.kid == kid
        )


def sign_trust_list(trust: TrustList, *, kid: str, sign: SignRaw) -> str:
    """Return a trust list as a JWS, signed by the trust root.

    Raises:
        TrustListError: the list is not one that a verifier would take.
    """
    try:
        members = _list_members(trust)
        _check_list(_read_list(members))
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
    try:
        payload = open_jws(token, typ=JWS_TYPE, keys={key_id(root_key): root_key})
        trust = _read_list(payload)
    except (CanonicalError, DocumentError, EnvelopeError) as error:
        raise TrustListError(f"the trust list: {error}") from error
    _check_list(trust)
    check_trust_list_time(trust, now=now, newest_seq=newest_seq)
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
        "organizationIdentifier of two agencies",
        (
            owner
            for agency in agencies
            for owner in {
                anchor.subject[ORGANIZATION_IDENTIFIER]
                for anchor in agency.seal_anchors
            }
        ),
    )


def _check_unique(what: str, values: Iterable[Hashable]) -> None:
    twice = [str(value) for value, count in Counter(values).items() if count > 1]
    if twice:
        raise TrustListError(f"the trust list names twice: {what} {', '.join(twice)}")


def _list_members(trust: TrustList) -> dict[str, Any]:
    return {
        "v": 1,
        "name": trust.name.to_json(),
        "seq": trust.seq,
        "iat": epoch_seconds(trust.iat),
        "exp": epoch_seconds(trust.exp),
        "agencies": [_agency_members(agency) for agency in trust.agencies],
        "timestamp_anchors": [
            {"certificate": _base64(der)} for der in trust.timestamp_anchors
        ],
    }


def _agency_members(agency: Agency) -> dict[str, Any]:
    return {
        "id": agency.id,
        "name": agency.name.to_json(),
        "domain": agency.domain,
        "types": [
            {"id": entry.id, "code": entry.code, "name": entry.name.to_json()}
            for entry in agency.types
        ],
        "claim_keys": [
            _key_members(entry.kid.hex(), entry) for entry in agency.claim_keys
        ],
        "publication_keys": [
            _key_members(entry.kid, entry) for entry in agency.publication_keys
        ],
        "seal_anchors": [
            {
                "certificate": _base64(anchor.certificate),
                "subject": dict(anchor.subject),
                **_period_members(anchor.period),
            }
            for anchor in agency.seal_anchors
        ],
    }


def _key_members(kid: str, entry: ClaimKey | PublicationKey) -> dict[str, Any]:
    jwk: dict[str, Any] = dict(public_jwk(entry.key))
    if entry.certificate is not None:
        jwk["x5c"] = [_base64(entry.certificate)]
    return {"kid": kid, "jwk": jwk, **_period_members(entry.period)}


def _period_members(period: Period) -> dict[str, int | None]:
    return {
        name: None if moment is None else epoch_seconds(moment)
        for name, moment in vars(period).items()
    }


def _read_list(payload: Mapping[str, Any]) -> TrustList:
    read_integer(payload.get("v"), name="v", least=1, most=1)
    return TrustList(
        name=read_text(payload.get("name"), name="name"),
        seq=read_integer(payload.get("seq"), name="seq", least=1, most=_MAX_SEQ),
        iat=read_moment(payload.get("iat"), name="iat"),
        exp=read_moment(payload.get("exp"), name="exp"),
        agencies=_each(payload, "agencies", _read_agency),
        timestamp_anchors=_each(payload, "timestamp_anchors", _read_certificate),
    )


def _each(
    members: Mapping[str, Any], name: str, read: Callable[[dict[str, Any]], _Item]
) -> tuple[_Item, ...]:
    entries = members.get(name)
    if not isinstance(entries, list) or any(type(e) is not dict for e in entries):
        raise DocumentError(f"{name} is an array of objects")
    return tuple(read(entry) for entry in entries)


def _read_agency(members: dict[str, Any]) -> Agency:
    domain = read_string(members.get("domain"), name="domain", limit=_MAX_DOMAIN_CHARS)
    if _DOMAIN.fullmatch(domain) is None:
        raise DocumentError("domain is a DNS name in lower case")
    return Agency(
        id=parse_agency_id(read_string(members.get("id"), name="agency id")),
        name=read_text(members.get("name"), name="agency name"),
        domain=domain,
        types=_each(members, "types", _read_type),
        claim_keys=_each(members, "claim_keys", _read_claim_key),
        publication_keys=_each(members, "publication_keys", _read_publication_key),
        seal_anchors=_each(members, "seal_anchors", _read_anchor),
    )


def _read_type(members: dict[str, Any]) -> TypeEntry:
    type_id = read_string(members.get("id"), name="type id")
    check_type_id(type_id)
    code = read_string(members.get("code"), name="type code")
    if TYPE_CODE.fullmatch(code) is None:
        raise DocumentError("a type code has 1 to 4 characters out of A-Z and 0-9")
    name = read_text(members.get("name"), name="type name")
    return TypeEntry(id=type_id, code=code, name=name)


def _read_claim_key(members: dict[str, Any]) -> ClaimKey:
    key, certificate = _read_jwk(members)
    if certificate is None:
        raise DocumentError("the jwk of a claim key has its certificate in x5c")
    entry = ClaimKey(key=key, certificate=certificate, period=_read_period(members))
    if members.get("kid") != entry.kid.hex():
        raise DocumentError("the kid of a claim key is not that of its certificate")
    return entry


def _read_publication_key(members: dict[str, Any]) -> PublicationKey:
    key, certificate = _read_jwk(members)
    if members.get("kid") != key_id(key):
        raise DocumentError("the kid of a publication key is not its thumbprint")
    return PublicationKey(
        key=key, certificate=certificate, period=_read_period(members)
    )


def _read_anchor(members: dict[str, Any]) -> SealAnchor:
    subject = members.get("subject")
    if not isinstance(subject, dict) or ORGANIZATION_IDENTIFIER not in subject:
        raise DocumentError(f"a seal anchor asks for {ORGANIZATION_IDENTIFIER}")
    for attribute, value in subject.items():
        if _ATTRIBUTE.fullmatch(attribute) is None:
            raise DocumentError("a subject attribute is a name or a dotted number")
        read_string(value, name=attribute)
    return SealAnchor(
        certificate=_read_certificate(members),
        subject=subject,
        period=_read_period(members),
    )


def _read_period(members: Mapping[str, Any]) -> Period:
    if "compromised_from" not in members:
        raise DocumentError("a key says compromised_from, if only null")
    return Period(
        **{
            name: read_optional_moment(members.get(name), name=name)
            for name in ("not_before", "not_after", "compromised_from")
        }
    )


def _read_jwk(members: Mapping[str, Any]) -> tuple[PublicKey, bytes | None]:
    jwk = members.get("jwk")
    if not isinstance(jwk, dict):
        raise DocumentError("a key has a jwk")
    key = key_from_jwk(jwk)
    if "x5c" not in jwk:
        return key, None
    chain = jwk["x5c"]
    if not isinstance(chain, list) or not 0 < len(chain) <= _MAX_CHAIN:
        raise DocumentError(f"x5c holds 1 to {_MAX_CHAIN} certificates")
    ders = [_certificate_bytes(text) for text in chain]
    if _load_certificate(ders[0]).public_key() != key:
        raise DocumentError("the first certificate of x5c is of another key")
    return key, ders[0]


def _read_certificate(members: Mapping[str, Any]) -> bytes:
    der = _certificate_bytes(members.get("certificate"))
    _load_certificate(der)
    return der


def _certificate_bytes(text: object) -> bytes:
    if not isinstance(text, str) or len(text) > _MAX_CERTIFICATE_CHARS:
        raise DocumentError("a certificate is DER in base64")
    try:
        der = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise DocumentError("a certificate is DER in base64") from error
    if _base64(der) != text:
        raise DocumentError("a certificate is DER in the one form of base64")
    return der


def _load_certificate(der: bytes) -> x509.Certificate:
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise DocumentError("a certificate cannot be read") from error
    return certificate


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
