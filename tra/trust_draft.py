# SPDX-License-Identifier: Apache-2.0
"""A trust list on its way to the trust root and back: prepared, signed, published.

A draft carries the list that it follows. The machine of the trust root, which has no
network, believes of it only its own signature (`tra.trust_review`).
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from register.canonical import decode_json, encode_json
from register.document import Text
from register.errors import CanonicalError, TrustListError
from register.store import Store
from register.trust_changes import Change, check_succession, list_changes
from register.trust_list import (
    TrustList,
    open_trust_list,
    parse_trust_list,
    read_trust_list,
)
from register.trust_members import write_members
from templates.catalogue import Catalogue
from tra.errors import UsageError
from tra.home import Home
from tra.published_list import (
    is_published,
    publish_token,
    read_published,
    read_published_token,
)
from tra.trust import build_next_list
from verifier.trust import load_trust_root

DRAFT_TYPE: Final = "tra-trust-list-draft"
MAX_FILE_BYTES: Final = 8_000_000
"""Of a draft: a list of some thousand agencies, twice."""

_PARTS: Final = (
    "claim_keys", "publication_keys", "seal_anchors", "seal_certificates",
    "officer_anchors",
)  # fmt: skip
_SHORTEST: Final = 8
"""Characters of a fingerprint that name an entry."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A list that waits for its signature, and the published one before it."""

    trust: TrustList
    previous: str | None

    @property
    def payload(self) -> bytes:
        """What is signed, in its canonical form (RFC 8785)."""
        return encode_json(write_members(self.trust))

    @property
    def sha256(self) -> str:
        """What both machines show, to be compared by the people who carry it."""
        return hashlib.sha256(self.payload).hexdigest()

    def to_bytes(self) -> bytes:
        """Return the file that is carried."""
        members = write_members(self.trust)
        return encode_json(
            {"typ": DRAFT_TYPE, "list": members, "previous": self.previous}
        )


def read_draft(data: bytes) -> Draft:
    """Read a draft.

    Raises:
        UsageError: it is none.
        TrustListError: its list is malformed or contradicts itself.
    """
    try:
        members = decode_json(data, limit=MAX_FILE_BYTES)
    except CanonicalError as error:
        raise UsageError(f"this is no draft of a trust list: {error}") from error
    previous = members.get("previous")
    if members.get("typ") != DRAFT_TYPE or not isinstance(previous, str | None):
        raise UsageError(
            "this is no draft of a trust list: `tra trust prepare` makes one"
        )
    payload = members.get("list")
    trust = parse_trust_list(payload if isinstance(payload, dict) else {})
    return Draft(trust=trust, previous=previous)


def prepare_draft(
    home: Home,
    now: datetime,
    *,
    name: Text | None,
    lifetime: timedelta,
    seq: int | None,
) -> Draft:
    """Prepare the next list from register and keys, after the published one.

    Raises:
        KeysError: a certificate is unreadable.
        TrustListError: the list would not be one that verifiers take.
    """
    old = read_published(home)
    with Store.open(home.issuer.database) as store:
        trust = build_next_list(
            home, store, Catalogue.load(home.issuer.types), old, now
        )
    trust = replace(
        trust,
        name=name or trust.name,
        seq=seq or trust.seq,
        exp=now + lifetime,
    )
    check_succession(old, trust)
    previous = read_published_token(home) if old else None
    return Draft(trust=parse_trust_list(write_members(trust)), previous=previous)


def find_changes(home: Home, draft: Draft) -> tuple[Change, ...]:
    """Return what a draft says otherwise than the list that it says it follows.

    For those who prepare it; the trust root believes its own memory instead
    (`tra.trust_review`).

    Raises:
        TrustListError: that list is not of the trust root that is pinned here.
    """
    return list_changes(open_previous(home, draft), draft.trust)


def open_previous(home: Home, draft: Draft) -> TrustList | None:
    """Return the list that a draft says it follows.

    Raises:
        TrustListError: it is not of the trust root that is pinned here.
    """
    if draft.previous is None:
        return None
    root = load_trust_root(home.verifier.trust_root_path)
    try:
        return read_trust_list(draft.previous, root_key=root)
    except TrustListError as error:
        raise TrustListError(
            f"the published list that the draft follows is of another root: {error}"
        ) from error


@dataclass(frozen=True, kw_only=True)
class Publication:
    """What was published, and what it does not say."""

    trust: TrustList
    changes: tuple[Change, ...]
    missing: tuple[Change, ...]
    """What register and keys say by now, and the list does not."""


def publish_signed(home: Home, token: str, now: datetime) -> Publication:
    """Publish a list that came back from the trust root.

    1. It is signed by the trust root that is pinned here, and current.
    2. It takes nothing back of what was published last, wherever that is now.
    3. Publish, and remember; compare it with what register and keys say.

    Raises:
        TrustListError, TrustListTimeError: what is wrong with it; nothing is
            published.
        SettingsError: no trust root is pinned.
    """
    # 1.
    root = load_trust_root(home.verifier.trust_root_path)
    trust = open_trust_list(token, root_key=root, now=now)
    # 2.
    old = read_published(home)
    if trust != old or is_published(home, trust):  # else the publication lost it
        check_succession(old, trust)
    # 3.
    publish_token(home, token)
    with Store.open(home.issuer.database) as store:
        catalogue = Catalogue.load(home.issuer.types)
        wanted = build_next_list(home, store, catalogue, trust, now)
    return Publication(
        trust=trust,
        changes=list_changes(old, trust),
        missing=list_changes(trust, wanted),
    )


def add_agency(draft: Draft, members: Mapping[str, Any]) -> Draft:
    """Put an agency of another installation on the list, or renew its entry.

    Raises:
        TrustListError: it contradicts the list, or is malformed.
    """
    payload = write_members(draft.trust)
    known = {agency["id"]: agency for agency in payload["agencies"]}
    before = known.get(str(members.get("id")))
    known[str(members.get("id"))] = (
        dict(members) if before is None else _add_parts(before, members)
    )
    payload["agencies"] = list(known.values())
    return replace(draft, trust=parse_trust_list(payload))


def add_time_anchors(draft: Draft, ders: list[bytes]) -> Draft:
    """Let time stamps of further authorities count."""
    anchors = tuple(dict.fromkeys((*draft.trust.timestamp_anchors, *ders)))
    return replace(draft, trust=replace(draft.trust, timestamp_anchors=anchors))


def end_entry(
    draft: Draft, fingerprint: str, *, at: datetime, stolen: bool
) -> tuple[Draft, str]:
    """Let a key, CA or seal count no longer; return what it is.

    Args:
        draft: where it stands.
        fingerprint: the beginning of its kid, or of SHA-256 of its certificate.
        at: the last moment that it counts.
        stolen: say that a thief had it from then on.

    Raises:
        UsageError: no entry has this fingerprint, or several have.
    """
    wanted = fingerprint.lower().replace(":", "").replace(" ", "")
    payload = write_members(draft.trust)
    found = [
        (part, entry)
        for agency in payload["agencies"]
        for part in _PARTS
        for entry in agency.get(part, ())
        if len(wanted) >= _SHORTEST
        and any(name.startswith(wanted) for name in _names(entry))
    ]
    if not found:
        raise UsageError(
            f"nothing on the list has the fingerprint {fingerprint[:64]}; give "
            f"{_SHORTEST} characters or more, as `tra trust show` prints them"
        )
    # Agencies of one register share a publication key: all entries of it end.
    if len({next(iter(_names(entry))) for _, entry in found}) > 1:
        raise UsageError(f"several entries begin with {fingerprint}; give more of it")
    member = "compromised_from" if stolen else "not_after"
    for _, entry in found:
        entry[member] = int(at.timestamp())
    trust = parse_trust_list(payload)
    return replace(draft, trust=trust), f"{found[0][0].replace('_', ' ')} {wanted}"


def _names(entry: Mapping[str, Any]) -> tuple[str, ...]:
    encoded = entry.get("certificate") or next(iter(entry["jwk"].get("x5c", [])), None)
    names = [] if encoded is None else [_certificate_sha256(encoded)]
    if "kid" in entry:
        names.append(str(entry["kid"]).lower())
    return tuple(names)


def _certificate_sha256(encoded: str) -> str:
    return hashlib.sha256(base64.b64decode(encoded)).hexdigest()


def _add_parts(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return a new entry of an agency with all that the old one named beside it."""
    joined = dict(new)
    for part in (*_PARTS, "types"):
        later = list(new.get(part, []))
        named = {_identity(entry) for entry in later}
        kept = [e for e in old.get(part, ()) if _identity(e) not in named]
        if kept or later:
            joined[part] = kept + later
    return joined


def _identity(entry: Mapping[str, Any]) -> object:
    if "code" in entry:
        return entry.get("id")
    try:
        return (_names(entry), str(entry.get("subject")))
    except (AttributeError, KeyError, TypeError, binascii.Error):
        return id(entry)  # malformed: refused when the list is read
