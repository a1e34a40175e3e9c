# SPDX-License-Identifier: Apache-2.0
"""The record: every MUST of docs/spec/record.md."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from register.canonical import encode_json
from register.document import DocumentNumber, StatusRef, Text
from register.errors import RecordError
from register.record import (
    MAX_RECORD_BYTES,
    build_record,
    document_url,
    parse_record,
    read_facts,
    record_digest,
)
from tests.unit.register.formats_world import (
    AGENCY_NAME,
    DOCUMENT,
    DOCUMENT_ID,
    LEGAL_BASIS,
    NOW,
    OTHER_ID,
    VERIFY_URL,
    build_facts_record,
)

RECORD = build_facts_record()


def changed(**changes: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Return the record with other members, in canonical form."""
    return encode_json(json.loads(RECORD) | changes)


def test_a_record_has_exactly_the_members_of_its_page() -> None:
    assert json.loads(RECORD) == {
        "v": 1,
        "id": DOCUMENT_ID,
        "type": "business_licence",
        "type_version": 1,
        "number": "12345/2569",
        "agency": {"id": "TRADE", "name": AGENCY_NAME.to_json()},
        "issued_at": "2026-03-02T03:00:00Z",
        "issued_on": "2026-03-02",
        "valid_from": "2026-03-02",
        "valid_until": "2027-03-01",
        "data": DOCUMENT.data,
        "legal_basis": LEGAL_BASIS.to_json(),
        "status": {"list": 0, "index": 77},
        "verify_url": f"HTTPS://VERIFY.EXAMPLE.GO.TH/V/{DOCUMENT_ID}",
        "supersedes": None,
        "salt": "AAECAwQFBgcICQoLDA0ODw",
    }


def test_the_same_document_gives_the_same_bytes_and_digest() -> None:
    assert build_facts_record() == RECORD
    assert record_digest(RECORD) == hashlib.sha256(RECORD).digest()
    assert read_facts(RECORD).record_sha256 == record_digest(RECORD)


def test_the_salt_changes_the_digest() -> None:
    other = build_facts_record(salt=bytes(16))
    assert record_digest(other) != record_digest(RECORD)


def test_the_facts_are_those_of_the_document() -> None:
    facts = read_facts(build_facts_record(valid_until=None, supersedes=OTHER_ID))
    assert facts.issued_at == NOW
    assert facts.issued_on == date(2026, 3, 2)
    assert facts.valid_until is None
    assert facts.supersedes == OTHER_ID
    assert facts.status_ref == StatusRef(0, 77)
    assert facts.agency_name == AGENCY_NAME
    assert facts.verify_url == VERIFY_URL


def test_parts_of_a_second_are_cut_off() -> None:
    late = NOW + timedelta(microseconds=999_999)
    assert build_facts_record(reserved_at=late) == RECORD


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2},
        {"v": True},
        {"v": "1"},
        {"id": OTHER_ID},
        {"id": DOCUMENT_ID.lower()},
        {"id": "A" * 25 + "B"},
        {"id": None},
        {"type": "Business"},
        {"type": ""},
        {"type_version": 0},
        {"type_version": "1"},
        {"number": ""},
        {"number": "๑๒๓/๒๕๖๙"},
        {"number": "1\u200b2"},
        {"number": "1" * 65},
        {"number": 12},
        {"agency": {"id": "TRADE"}},
        {"agency": {"id": "trade", "name": AGENCY_NAME.to_json()}},
        {"agency": {"id": "TRADE", "name": {"th": "ก"}}},
        {"agency": {"id": "TRADE", "name": {"th": "ก", "en": ""}}},
        {"agency": "TRADE"},
        {"issued_at": "2026-03-02T03:00:00+00:00"},
        {"issued_at": "2026-03-02T03:00:00.0Z"},
        {"issued_at": "2026-03-02T03:00:60Z"},
        {"issued_at": "2026-03-01T03:00:00Z"},
        {"issued_on": "2569-03-02"},
        {"issued_on": "2026-02-30"},
        {"issued_on": "20260302"},
        {"valid_from": "2026-3-2"},
        {"valid_from": None},
        {"valid_until": "2026-03-01"},
        {"valid_until": ""},
        {"data": []},
        {"data": {"name": "Jose\u0301"}},
        {"data": {"names": [{"Jose\u0301": 1}]}},
        {"legal_basis": {"th": "ก", "en": "a", "fr": "b"}},
        {"status": {"list": 0, "index": 2**20}},
        {"status": {"list": True, "index": 0}},
        {"status": {"list": 0}},
        {"verify_url": f"https://verify.example.go.th/V/{DOCUMENT_ID}"},
        {"verify_url": f"HTTPS://VERIFY.EXAMPLE.GO.TH/V/{OTHER_ID}"},
        {"verify_url": f"HTTPS://A@B/V/{DOCUMENT_ID}"},
        {"verify_url": f"FTP://VERIFY.EXAMPLE.GO.TH/V/{DOCUMENT_ID}"},
        {"verify_url": f"HTTPS://VERIFY.EXAMPLE.GO.TH/X/V/{DOCUMENT_ID}"},
        {"supersedes": DOCUMENT_ID},
        {"supersedes": "older"},
        {"salt": "AAECAwQFBgcICQoLDA0O"},
        {"salt": "AAECAwQFBgcICQoLDA0ODw=="},
        {"salt": "AAECAwQFBgcICQoLDA0ODx"},
        {"more": 1},
    ],
    ids=str,
)
def test_a_record_with_a_wrong_member_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(RecordError):
        parse_record(changed(**changes))


@pytest.mark.parametrize("name", sorted(json.loads(RECORD)))
def test_no_member_may_be_missing(name: str) -> None:
    members = json.loads(RECORD)
    del members[name]
    with pytest.raises(RecordError, match=name):
        parse_record(encode_json(members))


@pytest.mark.parametrize(
    "data",
    [
        RECORD + b"\n",
        b"\xef\xbb\xbf" + RECORD,
        RECORD.replace(b'"v":1', b'"v":1.0'),
        RECORD.replace(b'"v":1', b'"v": 1'),
        RECORD.replace(b"TRADE", b"\\u0054RADE"),
        json.dumps(json.loads(RECORD)).encode(),
        b"",
    ],
)
def test_a_record_that_is_not_its_canonical_form_is_refused(data: bytes) -> None:
    with pytest.raises(RecordError):
        parse_record(data)


def test_a_record_of_more_than_64_kib_is_not_built() -> None:
    data = {"conditions": "ก" * MAX_RECORD_BYTES}
    with pytest.raises(RecordError, match=f"at most {MAX_RECORD_BYTES}"):
        build_facts_record(data=data)


@pytest.mark.parametrize(
    "changes",
    [
        {"data": {"fee": 1500.5}},
        {"data": {"fee": 2**53}},
        {"salt": b"short"},
        {"number": DocumentNumber("")},
        {"issued_on": date(2026, 3, 3)},
        {"valid_until": date(2026, 3, 1)},
        {"reserved_at": datetime(2026, 3, 2)},  # noqa: DTZ001 - what is refused
        {"reserved_at": datetime(2026, 3, 2, 17, tzinfo=UTC)},
    ],
    ids=str,
)
def test_facts_that_fit_no_record_are_not_built(changes: dict[str, Any]) -> None:
    with pytest.raises(RecordError):
        build_facts_record(**changes)


def test_the_address_must_be_that_of_the_document() -> None:
    with pytest.raises(RecordError, match="/V/"):
        build_record(
            DOCUMENT,
            agency_name=AGENCY_NAME,
            legal_basis=Text("ก", "a"),
            verify_url=document_url("https://verify.example.go.th", OTHER_ID),
        )


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://verify.example.go.th", "HTTPS://VERIFY.EXAMPLE.GO.TH/V/"),
        ("https://verify.example.go.th/", "HTTPS://VERIFY.EXAMPLE.GO.TH/V/"),
        ("http://127.0.0.1:8000", "HTTP://127.0.0.1:8000/V/"),
    ],
)
def test_the_address_of_a_document_is_in_upper_case(base: str, url: str) -> None:
    assert document_url(base, DOCUMENT_ID) == url + DOCUMENT_ID
    assert build_record(
        DOCUMENT,
        agency_name=AGENCY_NAME,
        legal_basis=LEGAL_BASIS,
        verify_url=url + DOCUMENT_ID,
    )


@pytest.mark.parametrize(
    "base",
    [
        "",
        "verify.example.go.th",
        "ftp://verify.example.go.th",
        "https://verify.example.go.th/path",
        "https://verify.example.go.th?x=1",
        "https://verify.example.go.th#x",
        "https://user@verify.example.go.th",
        "https://ตรวจ.ไทย",
        "https://[::1]:8000",
        "https://" + "a" * 256,
        "https://[",
    ],
)
def test_an_address_no_qr_code_can_hold_is_refused(base: str) -> None:
    with pytest.raises(RecordError):
        document_url(base, DOCUMENT_ID)


@given(st.binary(max_size=300))
def test_junk_is_never_more_than_a_wrong_record(data: bytes) -> None:
    with pytest.raises(RecordError):
        parse_record(data)


@given(st.integers(0, len(RECORD) - 1), st.integers(1, 255))
def test_no_byte_of_a_record_changes_without_the_digest(
    place: int, change: int
) -> None:
    data = bytearray(RECORD)
    data[place] ^= change
    try:
        facts = read_facts(bytes(data))
    except RecordError:
        return
    assert facts.record_sha256 != record_digest(RECORD)


OFFICER = {
    "name": {"th": "สมชาย ใจดี", "en": "Somchai Jaidee"},
    "position": {"th": "ผู้อำนวยการ", "en": "Director"},
    "authority": None,
    "asked_at": "2026-03-02T03:00:00Z",
    "certificate_sha256": "ab" * 32,
}


def test_a_record_may_name_the_officer_who_signs() -> None:
    officer = read_facts(changed(officer=OFFICER)).officer
    assert officer is not None
    assert officer.to_json() == OFFICER
    assert officer.certificate_sha256 == bytes.fromhex("ab" * 32)
    assert read_facts(RECORD).officer is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "สมชาย"},
        {"authority": ""},
        {"certificate_sha256": "AB" * 32},
        {"certificate_sha256": "ab"},
        {"asked_at": "2026-03-02"},
        {"more": 1},
    ],
)
def test_an_officer_of_another_form_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(RecordError):
        read_facts(changed(officer=OFFICER | wrong))
    with pytest.raises(RecordError):
        read_facts(changed(officer=None))
