# SPDX-License-Identifier: Apache-2.0
"""A trust list as JSON members, written and strictly read (trust-list.md).

Knows the form only. Signature, dates and contradictions between entries are
for `trust_list`. Members that are not known are ignored; a change that
restricts gets a new `v`.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from register.claim import TYPE_CODE
from register.document import check_type_id, parse_agency_id
from register.envelope import PublicKey, key_from_jwk, key_id, public_jwk
from register.errors import DocumentError
from register.members import (
    epoch_seconds,
    read_integer,
    read_moment,
    read_optional_moment,
    read_string,
    read_text,
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

ORGANIZATION_IDENTIFIER: Final = "organizationIdentifier"
"""The subject attribute (2.5.4.97) that every seal anchor must ask for."""

VERSION: Final = 2
"""2 says of single seal certificates what became of their keys; 1 knew CAs only."""

_MAX_SEQ: Final = 2**53 - 1
_MAX_VERSION: Final = 2**31 - 1
_MAX_CERTIFICATE_CHARS: Final = 16 * 1024
_MAX_CHAIN: Final = 8
_MAX_DOMAIN_CHARS: Final = 253
_DOMAIN = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9.-]{0,63}|[0-9]+(?:\.[0-9]+)+")

_Item = TypeVar("_Item")


def write_members(trust: TrustList) -> dict[str, Any]:
    """Return the JSON members of a trust list.

    Raises:
        DocumentError: an instant has no time zone.
        EnvelopeError: a key is not on P-256.
    """
    return {
        "v": VERSION,
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
        "types": [_type_members(entry) for entry in agency.types],
        "claim_keys": [
            _key_members(entry.kid.hex(), entry) for entry in agency.claim_keys
        ],
        "publication_keys": [
            _key_members(entry.kid, entry) for entry in agency.publication_keys
        ],
        "seal_anchors": [_anchor_members(anchor) for anchor in agency.seal_anchors],
        "seal_certificates": [
            {
                "certificate": _base64(entry.certificate),
                **_period_members(entry.period),
            }
            for entry in agency.seal_certificates
        ],
        **_optional(
            "officer_anchors", [_anchor_members(a) for a in agency.officer_anchors]
        ),
    }


def _optional(name: str, values: Sequence[Any]) -> dict[str, Any]:
    """Return a member that is left out where there is nothing to say."""
    return {name: list(values)} if values else {}


def _type_members(entry: TypeEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "code": entry.code,
        "name": entry.name.to_json(),
        **_optional("officer_versions", entry.officer_versions),
    }


def _anchor_members(anchor: SealAnchor) -> dict[str, Any]:
    return {
        "certificate": _base64(anchor.certificate),
        "subject": dict(anchor.subject),
        **_period_members(anchor.period),
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


def read_members(payload: Mapping[str, Any]) -> TrustList:
    """Return the trust list of JSON members.

    Raises:
        DocumentError: a member is missing or of another form.
        EnvelopeError: a JWK is not a public key on P-256.
    """
    version = read_integer(payload.get("v"), name="v", least=1, most=VERSION)
    if version == 1:
        payload = _lift_first(payload)
    return TrustList(
        name=read_text(payload.get("name"), name="name"),
        seq=read_integer(payload.get("seq"), name="seq", least=1, most=_MAX_SEQ),
        iat=read_moment(payload.get("iat"), name="iat"),
        exp=read_moment(payload.get("exp"), name="exp"),
        agencies=_each(payload, "agencies", _read_agency),
        timestamp_anchors=_each(payload, "timestamp_anchors", _read_certificate),
    )


def _lift_first(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Read a list of version 1 as one of version 2, which knows more of seals."""
    agencies = payload.get("agencies")
    if not isinstance(agencies, list):
        return dict(payload)
    lifted = [
        {**agency, "seal_certificates": []} if type(agency) is dict else agency
        for agency in agencies
    ]
    return {**payload, "agencies": lifted}


def _each(
    members: Mapping[str, Any], name: str, read: Callable[[dict[str, Any]], _Item]
) -> tuple[_Item, ...]:
    entries = members.get(name)
    if not isinstance(entries, list) or any(type(e) is not dict for e in entries):
        raise DocumentError(f"{name} is an array of objects")
    return tuple(read(entry) for entry in entries)


def _each_if_any(
    members: Mapping[str, Any], name: str, read: Callable[[dict[str, Any]], _Item]
) -> tuple[_Item, ...]:
    return _each(members, name, read) if name in members else ()


def _read_versions(members: Mapping[str, Any]) -> tuple[int, ...]:
    versions = members.get("officer_versions", [])
    if not isinstance(versions, list):
        raise DocumentError("officer_versions is an array of integers")
    return tuple(
        read_integer(version, name="officer_versions", least=1, most=_MAX_VERSION)
        for version in versions
    )


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
        seal_certificates=_each(members, "seal_certificates", _read_seal),
        officer_anchors=_each_if_any(members, "officer_anchors", _read_anchor),
    )


def _read_type(members: dict[str, Any]) -> TypeEntry:
    type_id = read_string(members.get("id"), name="type id")
    check_type_id(type_id)
    code = read_string(members.get("code"), name="type code")
    if TYPE_CODE.fullmatch(code) is None:
        raise DocumentError("a type code has 1 to 4 characters out of A-Z and 0-9")
    name = read_text(members.get("name"), name="type name")
    return TypeEntry(
        id=type_id, code=code, name=name, officer_versions=_read_versions(members)
    )


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


def _read_seal(members: dict[str, Any]) -> SealCertificate:
    return SealCertificate(
        certificate=_read_certificate(members), period=_read_period(members)
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
