# SPDX-License-Identifier: Apache-2.0
"""The vectors of the specs are what their script writes, and we read them right."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from register.code_entry import open_code_entry
from register.document import DocumentId
from register.errors import (
    PublicRecordError,
    RecordError,
    ShortCodeCheckError,
    ShortCodeError,
)
from register.public_record import open_file_entry, open_public_record
from register.record import parse_record, record_digest
from register.short_code import group_short_code, parse_short_code, short_code
from register.trust_list import Period, PublicationKey, TrustList
from tests.unit.register.formats_world import HEALTH, agency, trust_list
from tests.vectors.make_publication import FILES, FOLDER, KEY, render_file


def load(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", FILES)
def test_the_vectors_are_what_the_script_writes(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == render_file(name)


def test_short_codes_are_those_of_the_vectors() -> None:
    vectors = load("short-code.json")
    for each in vectors["codes"]:
        assert group_short_code(short_code(each["id"])) == each["code"]
        assert parse_short_code(each["code"]) == short_code(each["id"])
    for typed in vectors["typed"]:
        assert group_short_code(parse_short_code(typed)) == vectors["codes"][0]["code"]
    for bad in vectors["bad"]:
        with pytest.raises(ShortCodeError) as refused:
            parse_short_code(bad["code"])
        mistyped = isinstance(refused.value, ShortCodeCheckError)
        assert mistyped is (bad["reason"] == "mistyped")


def test_the_record_of_the_vectors_is_taken_with_its_digest() -> None:
    good = load("record.json")["good"]
    assert parse_record(good["text"].encode()) == json.loads(good["text"])
    assert record_digest(good["text"].encode()).hex() == good["sha256"]


@pytest.mark.parametrize(
    "bad", load("record.json")["bad"], ids=lambda bad: str(bad["reason"])
)
def test_bad_records_are_refused(bad: dict[str, str]) -> None:
    with pytest.raises(RecordError):
        parse_record(bad["text"].encode())


PUBLICATION = load("publication.json")


def of_vectors() -> TrustList:
    start = datetime.fromtimestamp(PUBLICATION["key"]["not_before"], UTC)
    key = PublicationKey(key=KEY.public_key(), period=Period(not_before=start))
    return trust_list(agencies=(agency(publication_keys=(key,)), HEALTH))


def open_at(path: str, token: str) -> object:
    kind, _, name = path.partition("/")
    trust = of_vectors()
    if kind == "records":
        return open_public_record(token, trust=trust, document_id=DocumentId(name))
    if kind == "files":
        return open_file_entry(token, trust=trust, sha256=bytes.fromhex(name))
    return open_code_entry(token, trust=trust, code=parse_short_code(name))


@pytest.mark.parametrize("file", PUBLICATION["files"], ids=lambda f: str(f["path"]))
def test_files_of_a_publication_are_taken_and_refused(file: dict[str, Any]) -> None:
    assert open_at(file["path"], file["good"]["token"])
    for bad in file["bad"]:
        with pytest.raises(PublicRecordError):
            open_at(file["path"], bad["token"])
