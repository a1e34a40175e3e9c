# SPDX-License-Identifier: Apache-2.0
"""Lists of other people's signers, as the operator of a verifier has named them.

A signature by such a signer is good, and no more: no register of ours tells
whether the document is in force. Which list and which of its anchors vouch for
the signer is told by name.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from register.document import Text


@dataclass(frozen=True, kw_only=True)
class NamedAnchor:
    """A certificate that a list vouches for, and when it does."""

    certificate: bytes = field(repr=False)
    since: datetime | None = None
    until: datetime | None = None

    def holds_at(self, moment: datetime) -> bool:
        """Tell whether the list vouched for it at a moment."""
        begun = self.since is None or self.since <= moment
        return begun and (self.until is None or moment <= self.until)


@dataclass(frozen=True, kw_only=True)
class NamedList:
    """One list: its name, whom it vouches for, and whose time stamps it takes."""

    name: Text
    anchors: tuple[NamedAnchor, ...]
    timestamp_anchors: tuple[NamedAnchor, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NamedLists:
    """All lists that are configured."""

    lists: tuple[NamedList, ...] = ()
    revocation_lists: int = 0
    """How many addresses of revocation lists are configured."""

    def to_json(self) -> dict[str, Any]:
        """Return them for the processes that read PDFs: no address is in it."""
        return {
            "lists": [
                {
                    "name": one.name.to_json(),
                    "anchors": [_pack(anchor) for anchor in one.anchors],
                    "timestamp_anchors": [_pack(a) for a in one.timestamp_anchors],
                }
                for one in self.lists
            ],
            "revocation_lists": self.revocation_lists,
        }

    @classmethod
    def from_json(cls, packed: Mapping[str, Any]) -> "NamedLists":
        """Return what `to_json` has packed."""
        return cls(
            lists=tuple(
                NamedList(
                    name=Text(**one["name"]),
                    anchors=tuple(map(_unpack, one["anchors"])),
                    timestamp_anchors=tuple(map(_unpack, one["timestamp_anchors"])),
                )
                for one in packed["lists"]
            ),
            revocation_lists=int(packed["revocation_lists"]),
        )


def _pack(anchor: NamedAnchor) -> dict[str, Any]:
    return {
        "certificate": base64.b64encode(anchor.certificate).decode("ascii"),
        "since": None if anchor.since is None else anchor.since.isoformat(),
        "until": None if anchor.until is None else anchor.until.isoformat(),
    }


def _unpack(packed: Mapping[str, Any]) -> NamedAnchor:
    moments = {
        name: None if packed[name] is None else datetime.fromisoformat(packed[name])
        for name in ("since", "until")
    }
    return NamedAnchor(certificate=base64.b64decode(packed["certificate"]), **moments)
