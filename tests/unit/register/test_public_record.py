# SPDX-License-Identifier: Apache-2.0
"""Public records and file entries: every MUST of docs/spec/publication.md."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from register.document import AgencyId, Status
from register.envelope import open_jws, sign_jws
from register.errors import PublicRecordError
from register.public_record import (
    FILE_TYPE,
    RECORD_TYPE,
    PublicRecord,
    mask_holder,
    open_file_entry,
    open_public_record,
    sign_file_entry,
    sign_public_record,
)
from register.trust_list import Period, PublicationKey, TrustList
from tests.unit.register.formats_world import (
    AGENCY_NAME,
    DOCUMENT_ID,
    FILE_ENTRY,
    FOREIGN_PUBLICATION,
    HEALTH,
    LICENCE,
    NOW,
    OTHER_ID,
    PUBLIC_RECORD,
    PUBLICATION,
    STRANGER,
    NamedKey,
    agency,
    trust_list,
)

TRUST = trust_list()
KEYS = {PUBLICATION.kid: PUBLICATION.public}
DAY = timedelta(days=1)


def signed(record: PublicRecord = PUBLIC_RECORD, key: NamedKey = PUBLICATION) -> str:
    """Return a signed public record."""
    return sign_public_record(record, kid=key.kid, sign=key.sign)


def signed_members(typ: str, members: dict[str, Any]) -> str:
    """Return any members under the publication key."""
    return sign_jws(members, typ=typ, kid=PUBLICATION.kid, sign=PUBLICATION.sign)


def opened(token: str, trust: TrustList = TRUST) -> PublicRecord:
    """Open the record of the document."""
    return open_public_record(token, trust=trust, document_id=DOCUMENT_ID)


@pytest.mark.parametrize(
    "record",
    [
        PUBLIC_RECORD,
        replace(
            PUBLIC_RECORD,
            status=Status.SUPERSEDED,
            status_since=None,
            valid_until=PUBLIC_RECORD.valid_from,
            supersedes=OTHER_ID,
            successor=OTHER_ID,
            fields=(),
        ),
    ],
)
def test_a_public_record_survives_its_signature(record: PublicRecord) -> None:
    assert opened(signed(record)) == record


def test_the_payload_has_the_members_of_the_page() -> None:
    assert open_jws(signed(), typ="tra-record+jwt", keys=KEYS) == {
        "v": 1,
        "id": DOCUMENT_ID,
        "type": "business_licence",
        "type_name": LICENCE.to_json(),
        "number": "12345/2569",
        "agency": {"id": "TRADE", "name": AGENCY_NAME.to_json()},
        "issued_on": "2026-03-02",
        "valid_from": "2026-03-02",
        "valid_until": None,
        "supersedes": None,
        "holder": "นายสมชาย ใ***",
        "fields": [
            {
                "name": "business_name",
                "label": {"th": "ชื่อกิจการ", "en": "Name"},
                "value": "ร้านดี",
            }
        ],
        "status": "suspended",
        "status_since": "2026-03-02T03:00:00Z",
        "successor": None,
        "record_sha256": "00" * 32,
        "file_sha256": bytes(range(32)).hex(),
        "status_list": {"list": 0, "index": 77},
        "iat": 1772420400,
    }


def test_the_record_of_another_document_is_refused() -> None:
    with pytest.raises(PublicRecordError, match=OTHER_ID):
        open_public_record(signed(), trust=TRUST, document_id=OTHER_ID)


def test_another_agency_cannot_publish_for_this_one() -> None:
    with pytest.raises(PublicRecordError, match="TRADE"):
        opened(signed(key=FOREIGN_PUBLICATION))


def test_an_agency_that_is_not_listed_has_no_records() -> None:
    record = replace(PUBLIC_RECORD, agency_id=AgencyId("OTHER"))
    with pytest.raises(PublicRecordError, match="OTHER"):
        opened(signed(record))


def test_a_stranger_cannot_publish() -> None:
    forged = sign_public_record(PUBLIC_RECORD, kid=PUBLICATION.kid, sign=STRANGER.sign)
    for token in (signed(key=STRANGER), forged):
        with pytest.raises(PublicRecordError):
            opened(token)


@pytest.mark.parametrize(
    "period",
    [
        Period(not_before=NOW + DAY),
        Period(not_after=NOW - DAY),
        Period(compromised_from=NOW + DAY),
    ],
    ids=str,
)
def test_a_key_that_did_not_count_then_is_refused(period: Period) -> None:
    keys = (PublicationKey(key=PUBLICATION.public, period=period),)
    trust = trust_list(agencies=(agency(publication_keys=keys), HEALTH))
    with pytest.raises(PublicRecordError):
        opened(signed(), trust)
    token = sign_file_entry(FILE_ENTRY, kid=PUBLICATION.kid, sign=PUBLICATION.sign)
    with pytest.raises(PublicRecordError, match="did not count"):
        open_file_entry(token, trust=trust, sha256=FILE_ENTRY.sha256)


FIELD = {"name": "a", "label": {"th": "ก", "en": "a"}, "value": "b"}


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2},
        {"id": DOCUMENT_ID.lower()},
        {"type": "X"},
        {"type_name": "licence"},
        {"number": ""},
        {"agency": None},
        {"agency": {"id": "trade", "name": AGENCY_NAME.to_json()}},
        {"issued_on": "today"},
        {"valid_until": 1},
        {"holder": ""},
        {"holder": "a\u202eb"},
        {"fields": "none"},
        {"fields": {}},
        {"fields": [FIELD] * 201},
        {"fields": ["a"]},
        {"fields": [FIELD | {"name": "a b"}]},
        {"fields": [FIELD | {"value": 1}]},
        {"fields": [FIELD | {"value": "a" * 10_001}]},
        {"fields": [FIELD | {"label": "a"}]},
        {"fields": [FIELD | {"more": 1}]},
        {"status": "expired"},
        {"status": None},
        {"status_since": "yesterday"},
        {"successor": "next"},
        {"record_sha256": "00"},
        {"file_sha256": "AB" * 32},
        {"status_list": {"list": 0}},
        {"iat": "now"},
    ],
    ids=lambda changes: str(changes)[:60],
)
def test_a_wrong_member_is_refused_though_well_signed(changes: dict[str, Any]) -> None:
    members = open_jws(signed(), typ=RECORD_TYPE, keys=KEYS) | changes
    with pytest.raises(PublicRecordError):
        opened(signed_members(RECORD_TYPE, members))


@pytest.mark.parametrize(
    "name", ["valid_until", "supersedes", "status_since", "successor", "status_list"]
)
def test_what_is_null_is_said(name: str) -> None:
    members = open_jws(signed(), typ=RECORD_TYPE, keys=KEYS)
    del members[name]
    with pytest.raises(PublicRecordError, match=name):
        opened(signed_members(RECORD_TYPE, members))


def test_members_that_are_not_known_are_ignored() -> None:
    members = open_jws(signed(), typ=RECORD_TYPE, keys=KEYS) | {"more": 1}
    assert opened(signed_members(RECORD_TYPE, members)) == PUBLIC_RECORD


def test_facts_that_fit_no_public_record_are_not_signed() -> None:
    with pytest.raises(PublicRecordError):
        signed(replace(PUBLIC_RECORD, file_sha256=b"short"))
    with pytest.raises(PublicRecordError):
        sign_file_entry(replace(FILE_ENTRY, sha256=b""), kid="a", sign=PUBLICATION.sign)


def test_a_file_entry_survives_its_signature() -> None:
    for key in (PUBLICATION, FOREIGN_PUBLICATION):
        token = sign_file_entry(FILE_ENTRY, kid=key.kid, sign=key.sign)
        found = open_file_entry(token, trust=TRUST, sha256=FILE_ENTRY.sha256)
        assert found == FILE_ENTRY
    assert open_jws(
        sign_file_entry(FILE_ENTRY, kid=PUBLICATION.kid, sign=PUBLICATION.sign),
        typ="tra-file+jwt",
        keys=KEYS,
    ) == {
        "v": 1,
        "sha256": bytes(range(32)).hex(),
        "id": DOCUMENT_ID,
        "iat": 1772420400,
    }


def test_the_entry_of_another_file_or_of_a_stranger_is_refused() -> None:
    token = sign_file_entry(FILE_ENTRY, kid=PUBLICATION.kid, sign=PUBLICATION.sign)
    with pytest.raises(PublicRecordError, match="another file"):
        open_file_entry(token, trust=TRUST, sha256=bytes(32))
    token = sign_file_entry(FILE_ENTRY, kid=STRANGER.kid, sign=STRANGER.sign)
    with pytest.raises(PublicRecordError):
        open_file_entry(token, trust=TRUST, sha256=FILE_ENTRY.sha256)


def test_record_and_file_entry_are_not_taken_for_each_other() -> None:
    entry = sign_file_entry(FILE_ENTRY, kid=PUBLICATION.kid, sign=PUBLICATION.sign)
    with pytest.raises(PublicRecordError, match="typ"):
        opened(entry)
    with pytest.raises(PublicRecordError, match="typ"):
        open_file_entry(signed(), trust=TRUST, sha256=FILE_ENTRY.sha256)
    with pytest.raises(PublicRecordError):
        open_file_entry(
            signed_members(FILE_TYPE, {"v": 1, "sha256": "00" * 32}),
            trust=TRUST,
            sha256=bytes(32),
        )


@given(st.text(max_size=100))
def test_junk_is_never_more_than_a_wrong_entry(token: str) -> None:
    with pytest.raises(PublicRecordError):
        opened(token)
    with pytest.raises(PublicRecordError):
        open_file_entry(token, trust=TRUST, sha256=bytes(32))


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("สมชาย ใจดี", "สมชาย ใ***"),
        ("นายสมชาย ใจดี", "นายสมชาย ใ***"),
        ("นาย สมชาย ใจดี", "นาย ส*** ใ***"),
        ("Somchai  Jaidee ", "Somchai J***"),
        ("สมชาย", "ส***"),
        ("", "***"),
    ],
)
def test_a_masked_name_shows_its_first_word_and_initials(
    name: str, masked: str
) -> None:
    assert mask_holder(name) == masked


@given(
    st.lists(
        st.text(st.characters(categories=["Lo", "Lu", "Ll"]), min_size=2), min_size=2
    )
)
def test_a_mask_hides_all_but_one_letter_of_later_words(words: list[str]) -> None:
    shown = mask_holder(" ".join(words)).split()
    assert shown == [words[0], *(f"{word[0]}***" for word in words[1:])]
