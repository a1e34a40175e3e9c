# SPDX-License-Identifier: Apache-2.0
"""Writes trust-list.json, the vectors of docs/spec/trust-list.md.

Deterministic as `make_vectors.py`. Bad lists are signed rightly by the trust root
unless the reason is `signature`; `seals` says which seals count, by their time stamp.
"""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from register.document import AgencyId, Text
from register.envelope import key_id, public_jwk, sign_jws
from register.trust_list import (
    JWS_TYPE,
    Agency,
    ClaimKey,
    Period,
    PublicationKey,
    SealAnchor,
    SealCertificate,
    TrustList,
    TypeEntry,
)
from register.trust_members import write_members
from tests.vectors.make_vectors import certificate_of, key_named, raw_signing

TARGET: Final = Path(__file__).with_name("trust-list.json")
NOW: Final = datetime(2026, 11, 20, 1, tzinfo=UTC)
THEFT: Final = NOW - timedelta(days=3)
DAY: Final = timedelta(days=1)
ROOT: Final = key_named("trust root")
STRANGER: Final = key_named("stranger")
SEALS: Final = {
    name: certificate_of(key_named(key), name)
    for name, key in (
        ("stolen", "seal 1"),
        ("stolen, certified again", "seal 1"),
        ("retired", "seal 2"),
        ("signs", "seal 3"),
        ("not named", "seal 4"),
    )
}


def list_of(**agency: Any) -> TrustList:  # noqa: ANN401 - any member
    """Return a list of one agency; any member of the agency can be given."""
    usual: dict[str, Any] = {
        "types": (
            TypeEntry(
                id="business_licence",
                code="BL01",
                name=Text(th="ใบอนุญาต", en="Business licence"),
            ),
        ),
        "claim_keys": (
            ClaimKey(
                key=key_named("claim").public_key(),
                certificate=certificate_of(key_named("claim"), "claim"),
                period=Period(compromised_from=THEFT),
            ),
        ),
        "publication_keys": (
            PublicationKey(key=key_named("publication").public_key()),
        ),
        "seal_anchors": (
            SealAnchor(
                certificate=certificate_of(key_named("ca"), "ca"),
                subject={"organizationIdentifier": "VATTH-0994000158378"},
            ),
        ),
        "seal_certificates": (
            SealCertificate(
                certificate=SEALS["stolen"], period=Period(compromised_from=THEFT)
            ),
            SealCertificate(
                certificate=SEALS["retired"], period=Period(not_after=NOW - DAY)
            ),
            SealCertificate(certificate=SEALS["signs"]),
        ),
    }
    return TrustList(
        name=Text(th="บัญชีทดสอบ", en="Test list"),
        seq=7,
        iat=NOW - DAY,
        exp=NOW + 365 * DAY,
        agencies=(
            Agency(
                id=AgencyId("TRADE"),
                name=Text(th="กรมการค้าตัวอย่าง", en="Sample Trade"),
                domain="trade.example.go.th",
                **(usual | agency),
            ),
        ),
        timestamp_anchors=(certificate_of(key_named("tsa"), "tsa"),),
    )


def sign(members: dict[str, Any], typ: str = JWS_TYPE, by: Any = ROOT) -> str:  # noqa: ANN401 - a key
    """Return a payload as JWS, under the root's kid whoever signs."""
    return sign_jws(
        members, typ=typ, kid=key_id(ROOT.public_key()), sign=raw_signing(by)
    )


def first_version() -> dict[str, Any]:
    """Return a payload of version 1, as written before seals were named singly."""
    members = {**write_members(list_of()), "v": 1}
    del members["agencies"][0]["seal_certificates"]
    return members


def bad_lists() -> dict[str, tuple[str, str]]:
    """Return lists that must be refused, with the reason why."""
    usual = write_members(list_of())

    def changed(act: Callable[[dict[str, Any]], object]) -> str:
        members = copy.deepcopy(usual)
        act(members)
        return sign(members)

    def agency(members: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = members["agencies"][0]
        return found

    seals = "seal_certificates"
    return {
        "signed by a stranger": ("signature", sign(usual, by=STRANGER)),
        "a token of another kind": ("typ", sign(usual, typ="tra-record+jwt")),
        "a version of the future": ("v", changed(lambda m: m.update(v=3))),
        "version 2 without seal_certificates": (
            "form",
            changed(lambda m: agency(m).pop(seals)),
        ),
        "a seal that does not say compromised_from": (
            "form",
            changed(lambda m: agency(m)[seals][0].pop("compromised_from")),
        ),
        "a seal that is no certificate": (
            "form",
            changed(lambda m: agency(m)[seals][0].update(certificate="AAAA")),
        ),
        "one seal named twice": (
            "twice",
            changed(lambda m: agency(m)[seals].append(agency(m)[seals][0])),
        ),
        "one seal key under two certificates": (
            "twice",
            changed(
                lambda m: agency(m)[seals].append(
                    write_members(
                        list_of(
                            seal_certificates=(
                                SealCertificate(
                                    certificate=SEALS["stolen, certified again"]
                                ),
                            )
                        )
                    )["agencies"][0][seals][0]
                )
            ),
        ),
        "an agency twice": (
            "twice",
            changed(lambda m: m["agencies"].append(agency(m))),
        ),
        "expired": ("time", changed(lambda m: m.update(exp=int(NOW.timestamp())))),
        "dated ahead": (
            "time",
            changed(lambda m: m.update(iat=int(NOW.timestamp()) + 301)),
        ),
    }


def seal_cases() -> list[dict[str, Any]]:
    """Return which of the seals count, at which moment of their time stamp."""
    second = timedelta(seconds=1)
    cases = (
        ("before the theft", "stolen", THEFT - second, "counts"),
        ("at the moment of the theft", "stolen", THEFT, "key_compromised"),
        ("after the theft", "stolen", NOW, "key_compromised"),
        (
            "with the stolen key, certified again",
            "stolen, certified again",
            NOW,
            "key_compromised",
        ),
        ("before the key was retired", "retired", NOW - DAY, "counts"),
        ("after the key was retired", "retired", NOW, "key_not_in_use"),
        ("with the key that signs", "signs", NOW, "counts"),
        ("with a key that the list does not name", "not named", NOW, "counts"),
    )
    return [
        {
            "name": name,
            "certificate_hex": SEALS[seal].hex(),
            "time_stamp": int(at.timestamp()),
            "result": result,
        }
        for name, seal, at, result in cases
    ]


def build_vectors() -> dict[str, Any]:
    """Return what the file holds."""
    good = {
        "version 2": write_members(list_of()),
        "version 1": first_version(),
        "members of the future": write_members(list_of()) | {"more": 1},
    }
    return {
        "root": public_jwk(ROOT.public_key()),
        "now": int(NOW.timestamp()),
        "good": [
            {"name": name, "token": sign(members), "payload": members}
            for name, members in good.items()
        ],
        "bad": [
            {"name": name, "reason": reason, "token": token}
            for name, (reason, token) in bad_lists().items()
        ],
        "seals": seal_cases(),
    }


if __name__ == "__main__":
    TARGET.write_text(json.dumps(build_vectors(), ensure_ascii=False, indent=1) + "\n")
