# SPDX-License-Identifier: Apache-2.0
"""Officers for the tests: a type that asks for one, and one with a key file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx
from pydantic import SecretStr

from keys.signing import Algorithm
from register.document import AgencyId, Text
from register.store_officers import Officer
from templates.catalogue import BUILT_IN
from tests.world import World
from tra.clock import system_clock
from tra.officer_desk import KeySource, NewOfficer, add_officer

PERMIT: Final = "officer_permit"
"""The type; `PERMIT_LTA` is the same with archive timestamps."""
PERMIT_LTA: Final = "officer_permit_lta"
PASSPHRASE: Final = "ม้าแก่ขี่รถไฟ-42"  # noqa: S105 - of keys that are thrown away


def make_types(folder: Path) -> tuple[Path, ...]:
    """Make types that ask for an officer: one of the built-in ones, asking for one."""
    return (
        _make_type(folder / PERMIT, "OFP", "officer = true"),
        _make_type(folder / PERMIT_LTA, "OFL", 'officer = true\nlevel = "B-LTA"'),
    )


def _make_type(folder: Path, code: str, seal: str) -> Path:
    source = BUILT_IN / "business_licence"
    text = (source / "type.toml").read_text("utf-8")
    text = text.replace('id = "business_licence"', f'id = "{folder.name}"', 1)
    text = text.replace('code = "BL"', f'code = "{code}"', 1)
    assert f'id = "{folder.name}"' in text
    assert f'code = "{code}"' in text
    folder.mkdir(parents=True)
    (folder / "type.toml").write_text(f"{text}\n[seal]\n{seal}\n", "utf-8")
    for file in source.iterdir():
        if file.is_file() and file.name != "type.toml":
            (folder / file.name).write_bytes(file.read_bytes())
    return folder


def enter_officer(
    world: World,
    officer_id: str = "somchai",
    *,
    agency: str = "TRADE",
    algorithm: Algorithm = Algorithm.ES256,
    name: Text | None = None,
    source: KeySource | None = None,
) -> Officer:
    """Enter an officer, with a key file under `PASSPHRASE` unless told otherwise."""
    return add_officer(
        world.home,
        world.issuer.store,
        NewOfficer(
            agency_id=AgencyId(agency),
            id=officer_id,
            name=name or Text("นายสมชาย ใจดี", "Mr. Somchai Jaidee"),
            position=Text("ผู้อำนวยการกองทะเบียน", "Director of Registration"),
            authority=Text("ปฏิบัติราชการแทน อธิบดี", "for the Director-General"),
        ),
        source or KeySource(secret=SecretStr(PASSPHRASE), algorithm=algorithm),
        actor="test",
        now=system_clock(),
    )


def ask(world: World, key: str, type_id: str = PERMIT, **body: Any) -> dict[str, Any]:  # noqa: ANN401
    """Issue a document that then waits for an officer."""
    answer = world.post(
        "/documents",
        {"type": type_id, "data": world.sample(type_id), **body},
        key=key,
    )
    assert answer.status_code == 202, answer.text
    document: dict[str, Any] = answer.json()
    assert document["state"] == "pending_signature"
    return document


def shown(world: World, document_id: str) -> httpx.Response:
    """Download what the officer is to sign."""
    return world.get(f"/documents/{document_id}/to-sign")


def sign(
    world: World,
    documents: Mapping[str, str],
    *,
    officer: str = "somchai",
    secret: str = PASSPHRASE,
    **options: Any,  # noqa: ANN401
) -> httpx.Response:
    """Sign documents, given with the digests of the files that were looked at."""
    return world.post(
        f"/officers/{officer}/sign",
        {
            "documents": [{"id": i, "sha256": d} for i, d in documents.items()],
            "secret": secret,
        },
        **options,
    )


def sign_seen(world: World, *document_ids: str, officer: str = "somchai") -> Any:  # noqa: ANN401
    """Look at documents, sign them, and return the answers."""
    seen = {one: shown(world, one).headers["ETag"].strip('"') for one in document_ids}
    answer = sign(world, seen, officer=officer)
    assert answer.status_code == 200, answer.text
    return answer.json()["documents"]


def issue_signed(world: World, type_id: str = PERMIT, key: str = "signed") -> bytes:
    """Issue a document with an officer's signature and return its file."""
    document = ask(world, key, type_id)
    [done] = sign_seen(world, document["id"])
    assert done["problem"] is None, done
    return world.pdf(document["id"])
