# SPDX-License-Identifier: Apache-2.0
"""What differs between two trust lists, and what one may never take back.

Pure: for those who prepare, sign and publish a list (trust-list.md, From one list
to the next). Whoever reads one for a verdict needs none of this.
"""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from cryptography import x509

from register.errors import TrustListError
from register.trust_list import (
    Agency,
    ClaimKey,
    Period,
    PublicationKey,
    SealAnchor,
    SealCertificate,
    TrustList,
    TypeEntry,
)

_Key = TypeVar("_Key", ClaimKey, PublicationKey, SealAnchor, SealCertificate)
_Item = TypeVar("_Item")


class ChangeKind(StrEnum):
    """What happened to one entry of a trust list."""

    ADDED = "added"
    CHANGED = "changed"
    RETIRED = "retired"
    """It got an end, or an earlier one."""
    COMPROMISED = "compromised"
    TAKEN_OFF = "taken off"
    """It is there no more, which must never be."""
    CLEARED = "cleared"
    """It was compromised, and is said not to be, or later: which must never be."""
    PROLONGED = "prolonged"
    """Its end is gone or later, or its beginning earlier: never of a key or seal."""


_FORBIDDEN = frozenset({ChangeKind.TAKEN_OFF, ChangeKind.CLEARED, ChangeKind.PROLONGED})


@dataclass(frozen=True, kw_only=True)
class Change:
    """One difference, in words for the people of a ceremony."""

    kind: ChangeKind
    agency: str | None
    what: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that a trust list names."""

    key: Hashable
    agency: str | None
    what: str
    fingerprint: str = ""
    """SHA-256 of its certificate or key, to be compared by telephone."""
    period: Period = field(default_factory=Period)
    content: str = ""
    """What else is said of it."""
    may_return: bool = False
    """A CA, below which keys may come again after a time without any."""


def list_entries(trust: TrustList) -> Iterator[Entry]:
    """Yield every single thing that a list names, agency by agency."""
    for agency in trust.agencies:
        yield from _agency_entries(agency)
    for der in trust.timestamp_anchors:
        yield Entry(
            key=("time", der),
            agency=None,
            what=f"CA of time stamps: {_subject(der)}",
            fingerprint=_sha256(der),
        )


def list_changes(old: TrustList | None, new: TrustList) -> tuple[Change, ...]:
    """Return what a list says otherwise than the one before it."""
    before = {} if old is None else {e.key: e for e in list_entries(old)}
    after = {entry.key: entry for entry in list_entries(new)}
    found = [
        Change(
            kind=ChangeKind.ADDED,
            agency=entry.agency,
            what=entry.what,
            detail=entry.fingerprint or entry.content,
        )
        for key, entry in after.items()
        if key not in before
    ]
    for key, entry in before.items():
        if key in after:
            found += _differences(entry, after[key])
        else:
            found.append(
                Change(kind=ChangeKind.TAKEN_OFF, agency=entry.agency, what=entry.what)
            )
    return tuple(found)


def check_succession(old: TrustList | None, new: TrustList) -> None:
    """Check that a list may follow another (trust-list.md).

    Raises:
        TrustListError: what it takes back, or that it is not newer.
    """
    if old is None:
        return
    forbidden = [
        f"{change.what} is {change.kind}"
        for change in list_changes(old, new)
        if change.kind in _FORBIDDEN
    ]
    if forbidden:
        raise TrustListError(
            "a trust list takes nothing back that was ever on it: "
            + "; ".join(forbidden)
        )
    if new.seq <= old.seq:
        raise TrustListError(
            f"the trust list has seq {new.seq}; it must be above {old.seq}"
        )


def merge_agencies(old: Sequence[Agency], new: Sequence[Agency]) -> tuple[Agency, ...]:
    """Return the agencies of both, the old ones first, with all they ever had.

    What the new ones say of an entry counts, but nothing is taken back.
    """
    known = {agency.id: agency for agency in old}
    for agency in new:
        before = known.get(agency.id)
        known[agency.id] = agency if before is None else _merge(before, agency)
    return tuple(known.values())


def _merge(old: Agency, new: Agency) -> Agency:
    return replace(
        new,
        types=_union(old.types, new.types, lambda t: t.id, _join_types),
        claim_keys=_union_keys(old.claim_keys, new.claim_keys),
        publication_keys=_union_keys(old.publication_keys, new.publication_keys),
        seal_anchors=_union(old.seal_anchors, new.seal_anchors, _key_of, _join_anchors),
        seal_certificates=_union_keys(old.seal_certificates, new.seal_certificates),
        officer_anchors=_union(
            old.officer_anchors, new.officer_anchors, _key_of, _join_anchors
        ),
    )


def _union_keys(old: Iterable[_Key], new: Iterable[_Key]) -> tuple[_Key, ...]:
    return _union(old, new, _key_of, _join_keys)


def _union(
    old: Iterable[_Item],
    new: Iterable[_Item],
    key: Callable[[_Item], Hashable],
    join: Callable[[_Item, _Item], _Item],
) -> tuple[_Item, ...]:
    found = {key(item): item for item in old}
    for item in new:
        before = found.get(key(item))
        found[key(item)] = item if before is None else join(before, item)
    return tuple(found.values())


def _join_keys(old: _Key, new: _Key) -> _Key:
    period = replace(
        new.period,
        not_before=_latest(old.period.not_before, new.period.not_before),
        not_after=_earliest(old.period.not_after, new.period.not_after),
        compromised_from=_earliest(
            old.period.compromised_from, new.period.compromised_from
        ),
    )
    return replace(new, period=period)


def _join_types(old: TypeEntry, new: TypeEntry) -> TypeEntry:
    versions = {*old.officer_versions, *new.officer_versions}
    return replace(new, officer_versions=tuple(sorted(versions)))


def _join_anchors(old: SealAnchor, new: SealAnchor) -> SealAnchor:
    # Seals may come below a CA again that had none for a time.
    theft = _earliest(old.period.compromised_from, new.period.compromised_from)
    return replace(new, period=replace(new.period, compromised_from=theft))


def _earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    known = [moment for moment in (one, other) if moment is not None]
    return min(known, default=None)


def _latest(one: datetime | None, other: datetime | None) -> datetime | None:
    known = [moment for moment in (one, other) if moment is not None]
    return max(known, default=None)


def _key_of(item: _Key) -> Hashable:
    if isinstance(item, ClaimKey):
        return item.certificate
    if isinstance(item, PublicationKey):
        return item.kid
    if isinstance(item, SealAnchor):
        return (item.certificate, tuple(sorted(item.subject.items())))
    return item.key_sha256


def _agency_entries(agency: Agency) -> Iterator[Entry]:
    name = agency.id
    yield Entry(
        key=("agency", name),
        agency=name,
        what=f"agency {name}",
        content=f"{agency.name.th} / {agency.name.en}, {agency.domain}",
    )
    for kind in agency.types:
        yield _type_entry(name, kind)
        yield from _officer_entries(name, kind)
    for claim in agency.claim_keys:
        yield Entry(
            key=("claim", name, _key_of(claim)),
            agency=name,
            what=f"claim key {claim.kid.hex()} of {name}",
            fingerprint=_sha256(claim.certificate),
            period=claim.period,
        )
    for publication in agency.publication_keys:
        der = publication.certificate
        yield Entry(
            key=("publication", name, _key_of(publication)),
            agency=name,
            what=f"publication key {publication.kid[:12]} of {name}",
            fingerprint=publication.kid if der is None else _sha256(der),
            period=publication.period,
        )
    for anchor in agency.seal_anchors:
        yield _anchor_entry(name, "anchor", "seals", anchor)
    for anchor in agency.officer_anchors:
        yield _anchor_entry(name, "officer anchor", "officers", anchor)
    for seal in agency.seal_certificates:
        yield Entry(
            key=("seal", name, _key_of(seal)),
            agency=name,
            what=f"seal {_serial(seal.certificate)} of {name}",
            fingerprint=_sha256(seal.certificate),
            period=seal.period,
        )


def _anchor_entry(name: str, key: str, whose: str, anchor: SealAnchor) -> Entry:
    asked = ", ".join(f"{k}={v}" for k, v in sorted(anchor.subject.items()))
    return Entry(
        key=(key, name, _key_of(anchor)),
        agency=name,
        what=f"CA of the {whose} of {name} with {asked}: "
        f"{_subject(anchor.certificate)}",
        fingerprint=_sha256(anchor.certificate),
        period=anchor.period,
        may_return=True,
    )


def _officer_entries(agency: str, kind: TypeEntry) -> Iterator[Entry]:
    """Yield what an officer must sign: taken off, documents would pass unsigned."""
    for version in kind.officer_versions:
        yield Entry(
            key=("officer", agency, kind.id, version),
            agency=agency,
            what=f"officer's signature on {kind.id} version {version} of {agency}",
        )


def _type_entry(agency: str, kind: TypeEntry) -> Entry:
    return Entry(
        # By its code as well: under another one its claims could not be read.
        key=("type", agency, kind.id, kind.code),
        agency=agency,
        what=f"type {kind.id} ({kind.code}) of {agency}",
        content=f"{kind.name.th} / {kind.name.en}",
    )


def _differences(old: Entry, new: Entry) -> Iterator[Change]:
    def change(kind: ChangeKind, detail: str) -> Change:
        return Change(kind=kind, agency=new.agency, what=new.what, detail=detail)

    before, after = old.period, new.period
    if before.compromised_from != after.compromised_from:
        first = _earliest(before.compromised_from, after.compromised_from)
        worse = after.compromised_from == first
        kind = ChangeKind.COMPROMISED if worse else ChangeKind.CLEARED
        yield change(kind, f"from {after.compromised_from}")
    longer = ChangeKind.CHANGED if new.may_return else ChangeKind.PROLONGED
    if before.not_after != after.not_after:
        first = _earliest(before.not_after, after.not_after)
        kind = ChangeKind.RETIRED if after.not_after == first else longer
        yield change(kind, f"counts until {after.not_after or 'further'}")
    if before.not_before != after.not_before:
        last = _latest(before.not_before, after.not_before)
        kind = ChangeKind.CHANGED if after.not_before == last else longer
        yield change(kind, f"counts from {after.not_before or 'ever'}")
    if old.content != new.content:
        yield change(ChangeKind.CHANGED, f"{old.content} → {new.content}")


def _subject(der: bytes) -> str:
    return x509.load_der_x509_certificate(der).subject.rfc4514_string()


def _serial(der: bytes) -> str:
    return format(x509.load_der_x509_certificate(der).serial_number, "x")


def _sha256(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()
