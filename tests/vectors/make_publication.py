# SPDX-License-Identifier: Apache-2.0
"""Writes record.json, publication.json and short-code.json: run by `make vectors`.

Vectors of docs/spec/record.md and docs/spec/publication.md, deterministic as those
of `make_vectors`. Bad entries carry the reason why a reader must refuse them.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from register.canonical import decode_base64url
from register.code_entry import CODE_TYPE, CodeEntry, sign_code_entry
from register.document import (
    AgencyId,
    Document,
    DocumentId,
    DocumentNumber,
    State,
    Status,
    StatusRef,
    Text,
    document_id_from_bytes,
)
from register.envelope import key_id, public_jwk, sign_jws
from register.public_record import (
    FILE_TYPE,
    RECORD_TYPE,
    FileEntry,
    PublicField,
    PublicRecord,
    sign_file_entry,
    sign_public_record,
)
from register.record import build_record, document_url
from register.short_code import ALPHABET, group_short_code, short_code
from tests.vectors.make_vectors import key_named, raw_signing

FOLDER: Final = Path(__file__).parent
NOW: Final = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
IDS: Final = tuple(
    document_id_from_bytes(data)
    for data in (bytes(range(16)), bytes(16), b"\xff" * 16, bytes(range(240, 256)))
)
KEY: Final = key_named("publication")
STRANGER: Final = key_named("stranger")
KID: Final = key_id(KEY.public_key())
SIGN: Final = raw_signing(KEY)
AGENCY: Final = Text(th="กรมการค้าตัวอย่าง", en="Department of Example Trade")
Case = dict[str, Any]

DOCUMENT: Final = Document(
    id=IDS[0],
    agency_id=AgencyId("TRADE"),
    type_id="business_licence",
    type_version=1,
    number=DocumentNumber("12345/2569"),
    state=State.RESERVED,
    status=Status.VALID,
    status_since=None,
    data={"holder_name": "นายสมชาย ใจดี", "fee": "1500.00", "directors": [{"n": 1}]},
    salt=bytes(range(16)),
    reserved_at=NOW,
    issued_at=None,
    issued_on=date(2026, 3, 2),
    valid_from=date(2026, 3, 2),
    valid_until=date(2027, 3, 1),
    status_ref=StatusRef(0, 77),
)

PUBLIC_RECORD: Final = PublicRecord(
    id=IDS[0],
    type_id="business_licence",
    type_name=Text(th="ใบอนุญาตประกอบกิจการ", en="Business licence"),
    number=DocumentNumber("12345/2569"),
    agency_id=AgencyId("TRADE"),
    agency_name=AGENCY,
    issued_on=date(2026, 3, 2),
    valid_from=date(2026, 3, 2),
    valid_until=date(2027, 3, 1),
    supersedes=None,
    holder="นายสมชาย ใ***",
    fields=(PublicField(name="shop", label=Text(th="ชื่อร้าน", en="Shop"), value="ร้านดี"),),
    status=Status.SUSPENDED,
    status_since=NOW,
    successor=None,
    record_sha256=hashlib.sha256(b"record").digest(),
    file_sha256=hashlib.sha256(b"file").digest(),
    status_ref=StatusRef(0, 77),
    iat=NOW,
)
FILE_ENTRY: Final = FileEntry(sha256=PUBLIC_RECORD.file_sha256, id=IDS[0], iat=NOW)
CODE_ENTRY: Final = CodeEntry(id=IDS[0], iat=NOW)


def short_code_vectors() -> Case:
    """Return the content of short-code.json."""
    code = short_code(IDS[0])
    printed = group_short_code(code)
    later = ALPHABET[(ALPHABET.index(code[3]) + 1) % len(ALPHABET)]
    return {
        "source": "made by make_publication.py from docs/spec/publication.md",
        "codes": [
            {"id": each, "code": group_short_code(short_code(each))} for each in IDS
        ],
        "typed": [printed.lower(), code, f" {printed.replace('-', ' ')} "],
        "bad": [
            {"reason": "mistyped", "code": code[:3] + later + code[4:]},
            {"reason": "length", "code": code[:-1]},
            {"reason": "length", "code": code + code[-1]},
            {"reason": "character", "code": "U" + code[1:]},
            {"reason": "character", "code": "*" + code[1:]},
        ],
    }


def record_vectors() -> Case:
    """Return the content of record.json."""
    good = build_record(
        DOCUMENT,
        agency_name=AGENCY,
        legal_basis=Text(th="พระราชบัญญัติตัวอย่าง พ.ศ. ๒๕๖๐", en="Example Act B.E. 2560"),
        verify_url=document_url("https://verify.example.go.th", DOCUMENT.id),
    ).decode()

    def changed(**members: object) -> str:
        record = json.loads(good) | members
        return json.dumps(
            record, ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )

    bad = {
        "a blank": good.replace('"v":1', '"v": 1'),
        "a line end after it": good + "\n",
        "members in another order": '{"v":1,' + good[1:].replace(',"v":1', ""),
        "a member twice": good[:-1] + ',"v":1}',
        "an escape that need not be": good.replace("TRADE", "\\u0054RADE"),
        "a member missing": good.replace('"supersedes":null,', ""),
        "a member too many": changed(zzz=1),
        "a number with a fraction": changed(data={"fee": 1.5}),
        "a number beyond 2^53 - 1": changed(data={"fee": 2**53}),
        "not in NFC": changed(data={"name": "e\u0301"}),
        "another version": changed(v=2),
        "an id with spare bits": changed(id=DOCUMENT.id[:-1] + "Z"),
        "a day that is not that of issued_at": changed(issued_on="2026-03-03"),
        "an end before the start": changed(valid_until="2026-03-01"),
        "an address of another document": changed(
            verify_url=f"HTTPS://VERIFY.EXAMPLE.GO.TH/V/{IDS[1]}"
        ),
        "a salt of 15 bytes": changed(salt="AAECAwQFBgcICQoLDA0O"),
        "Thai digits in the number": changed(number="๑๒๓๔๕/๒๕๖๙"),
        "it supersedes itself": changed(supersedes=DOCUMENT.id),
    }
    return {
        "source": "made by make_publication.py from docs/spec/record.md",
        "good": {"text": good, "sha256": hashlib.sha256(good.encode()).hexdigest()},
        "bad": [{"reason": reason, "text": text} for reason, text in bad.items()],
    }


def members_of(token: str) -> dict[str, Any]:
    """Return the payload of a JWS that was made here."""
    found: dict[str, Any] = json.loads(decode_base64url(token.split(".")[1]))
    return found


def entry_cases(
    path: str, typ: str, good: str, changes: Mapping[str, Mapping[str, Any]]
) -> Case:
    """Return one good file of a publication, and bad ones under the same path."""
    members = members_of(good)

    def sign(
        members: dict[str, Any],
        *,
        typ: str = typ,
        kid: str = KID,
        sign: Callable[[bytes], bytes] = SIGN,
    ) -> str:
        return sign_jws(members, typ=typ, kid=kid, sign=sign)

    head, body, _ = good.split(".")
    bad = {
        "another typ": sign(members, typ="statuslist+jwt"),
        "an unknown kid": sign(
            members,
            kid=key_id(STRANGER.public_key()),
            sign=raw_signing(STRANGER),
        ),
        "signed with another key": sign(members, sign=raw_signing(STRANGER)),
        "a changed signature": f"{head}.{body}.{'A' * 86}",
        "no signature": f"{head}.{body}.",
        "another version": sign(members | {"v": 2}),
        **{reason: sign(members | dict(change)) for reason, change in changes.items()},
    }
    return {
        "path": path,
        "good": {"token": good, "members": members},
        "bad": [{"reason": reason, "token": token} for reason, token in bad.items()],
    }


def publication_vectors() -> Case:
    """Return the content of publication.json."""
    about: dict[str, Any] = {"kid": KID, "sign": SIGN}
    other: DocumentId = IDS[1]
    early = int((NOW - timedelta(days=400)).timestamp())
    return {
        "source": "made by make_publication.py from docs/spec/publication.md",
        "key": {
            "kid": KID,
            "jwk": public_jwk(KEY.public_key()),
            "not_before": int((NOW - timedelta(days=30)).timestamp()),
        },
        "files": [
            entry_cases(
                f"records/{IDS[0]}",
                RECORD_TYPE,
                sign_public_record(PUBLIC_RECORD, **about),
                {
                    "of another document": {"id": other},
                    "a status there is not": {"status": "lost"},
                    "a digest in upper case": {"file_sha256": "AB" * 32},
                    "signed before the key counted": {"iat": early},
                    "an agency that has not this key": {
                        "agency": {"id": "HEALTH", "name": AGENCY.to_json()}
                    },
                },
            ),
            entry_cases(
                f"files/{FILE_ENTRY.sha256.hex()}",
                FILE_TYPE,
                sign_file_entry(FILE_ENTRY, **about),
                {
                    "of another file": {"sha256": "00" * 32},
                    "signed before the key counted": {"iat": early},
                },
            ),
            entry_cases(
                f"codes/{CODE_ENTRY.code}",
                CODE_TYPE,
                sign_code_entry(CODE_ENTRY, **about),
                {
                    "the id of another code": {"id": other},
                    "of another code": {"id": other, "code": short_code(other)},
                    "signed before the key counted": {"iat": early},
                },
            ),
        ],
    }


FILES: Final[Mapping[str, Callable[[], Case]]] = {
    "record.json": record_vectors,
    "publication.json": publication_vectors,
    "short-code.json": short_code_vectors,
}


def render_file(name: str) -> str:
    """Return the text of one file of vectors."""
    return json.dumps(FILES[name](), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    for each in FILES:
        (FOLDER / each).write_text(render_file(each), encoding="utf-8")
