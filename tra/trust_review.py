# SPDX-License-Identifier: Apache-2.0
"""What the machine of the trust root holds against a draft before it signs.

A draft brings the list that it says it follows, and whoever carries the draft chooses
which. So it is compared with the list that this trust root itself signed last.
"""

from dataclasses import dataclass
from datetime import datetime

from keys.signing import Signer, raw_signing
from keys.trust_root import SignedLists
from register.canonical import encode_json
from register.envelope import key_id
from register.errors import TrustListError
from register.trust_changes import Change, check_succession, list_changes
from register.trust_list import TrustList, read_trust_list, sign_trust_list
from register.trust_members import write_members
from tra.home import Home
from tra.trust import p256_key
from tra.trust_draft import Draft, open_previous
from verifier.trust import load_trust_root


@dataclass(frozen=True, kw_only=True)
class Review:
    """What a draft changes, for those who decide whether it is signed."""

    changes: tuple[Change, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Basis:
    """Lists that nothing may be taken back of; changes are shown to the first."""

    lists: tuple[TrustList, ...]
    warning: str | None = None


def review_draft(home: Home, draft: Draft, *, unpublished: bool = False) -> Review:
    """Compare a draft with the list that this trust root signed last.

    1. Its number was never signed for another list.
    2. It follows the list signed last; with `unpublished` it may say that it
       follows an older one, and is compared with the one signed last all the same.
    3. It takes nothing back.

    Raises:
        TrustListError: it may not follow.
        TrustRootError: its number was used.
        KeyFileError: what was signed is unreadable.
    """
    signed = SignedLists(home.keys)
    # 1.
    signed.check_next(draft.trust.seq, draft.payload)
    previous = open_previous(home, draft)
    if signed.has_signed(draft.trust.seq, draft.payload):
        return Review(
            changes=list_changes(previous, draft.trust),
            warnings=("this very list was signed before; it is signed again",),
        )
    # 2.
    basis = _find_basis(home, signed, previous, unpublished=unpublished)
    # 3.
    for old in basis.lists:
        check_succession(old, draft.trust)
    newest = basis.lists[0] if basis.lists else None
    return Review(
        changes=list_changes(newest, draft.trust),
        warnings=() if basis.warning is None else (basis.warning,),
    )


def sign_draft(
    home: Home,
    draft: Draft,
    signer: Signer,
    now: datetime,
    *,
    unpublished: bool = False,
) -> str:
    """Sign a list with the trust root; `review_draft` was shown before.

    1. Nothing stands against it.
    2. Sign, and keep what was signed before it is given out.

    Raises:
        TrustListError, TrustRootError, KeyFileError: as `review_draft`.
        KeysError: the trust root cannot be used.
    """
    # 1.
    review_draft(home, draft, unpublished=unpublished)
    # 2.
    kid = key_id(p256_key(signer))
    token = sign_trust_list(draft.trust, kid=kid, sign=raw_signing(signer))
    SignedLists(home.keys).write(draft.trust.seq, draft.payload, now, token=token)
    return token


def _find_basis(
    home: Home, signed: SignedLists, previous: TrustList | None, *, unpublished: bool
) -> _Basis:
    newest = signed.newest_seq()
    if newest is None:
        return _first_basis(previous)
    last = _open_last(home, signed)
    if previous is not None and previous.seq > newest:
        return _Basis(
            lists=(previous,) if last is None else (previous, last),
            warning=f"this machine remembers list {newest} as the last, but the trust "
            f"root has signed list {previous.seq} since: find out where",
        )
    if previous is not None and signed.has_signed(previous.seq, _payload(previous)):
        return _Basis(lists=(previous,))
    told = "no list" if previous is None else f"list {previous.seq}"
    if last is None or not unpublished:
        raise TrustListError(
            f"the draft says that it follows {told}, but this trust root signed list "
            f"{newest} last, which may say that a key was stolen: publish list "
            f"{newest} and prepare the draft anew. Only if list {newest} shall never "
            "be published: `tra trust sign --unpublished`"
        )
    return _Basis(
        lists=(last,),
        warning=f"THE DRAFT FOLLOWS {told.upper()}, NOT LIST {newest}, which was "
        f"signed last. What is shown is how it differs from list {newest}",
    )


def _first_basis(previous: TrustList | None) -> _Basis:
    if previous is None:
        return _Basis(
            lists=(),
            warning="this machine has signed no list yet, and the draft follows none: "
            "sign only the very first list of this trust root so",
        )
    return _Basis(
        lists=(previous,),
        warning=f"this machine remembers no list: the draft is compared with list "
        f"{previous.seq}, which it brings. Make sure that none was signed after it",
    )


def _open_last(home: Home, signed: SignedLists) -> TrustList | None:
    """Return the list signed last; those of older versions were not kept."""
    token = signed.last_token()
    if token is None:
        return None
    root = load_trust_root(home.verifier.trust_root_path)
    return read_trust_list(token, root_key=root)


def _payload(trust: TrustList) -> bytes:
    return encode_json(write_members(trust))
