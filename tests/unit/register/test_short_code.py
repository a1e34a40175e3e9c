# SPDX-License-Identifier: Apache-2.0
"""Short codes: typed from paper they find the document, and typing errors show."""

import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from register.code_entry import CODE_TYPE, CodeEntry, open_code_entry, sign_code_entry
from register.document import DocumentId, document_id_from_bytes
from register.envelope import sign_jws
from register.errors import PublicRecordError, ShortCodeCheckError, ShortCodeError
from register.public_record import sign_file_entry
from register.short_code import (
    ALPHABET,
    code_address,
    group_short_code,
    parse_short_code,
    short_code,
)
from register.trust_list import Period, PublicationKey
from tests.unit.register.formats_world import (
    DOCUMENT_ID,
    FILE_ENTRY,
    HEALTH,
    NOW,
    OTHER_ID,
    PUBLICATION,
    STRANGER,
    VERIFY_URL,
    agency,
    trust_list,
)

REPOSITORY = Path(__file__).parents[3]
CODE = short_code(DOCUMENT_ID)
ENTRY = CodeEntry(id=DOCUMENT_ID, iat=NOW)
IDS = st.binary(min_size=16, max_size=16).map(document_id_from_bytes)


@given(IDS)
def test_a_printed_code_is_read_back(document_id: DocumentId) -> None:
    code = short_code(document_id)
    assert parse_short_code(group_short_code(code)) == code
    assert set(code) <= set(ALPHABET)
    assert len(code) == 12


@given(IDS)
def test_the_check_character_finds_every_single_error(document_id: DocumentId) -> None:
    code = short_code(document_id)
    for place, right in enumerate(code):
        for wrong in set(ALPHABET) - {right}:
            with pytest.raises(ShortCodeCheckError):
                parse_short_code(code[:place] + wrong + code[place + 1 :])


def test_the_check_character_finds_nearly_all_swapped_neighbours() -> None:
    missed = swapped = 0
    for number in range(500):
        code = short_code(document_id_from_bytes(number.to_bytes(16, "big")))
        for place, (one, other) in enumerate(pairwise(code)):
            if one == other:
                continue
            swapped += 1
            try:
                parse_short_code(f"{code[:place]}{other}{one}{code[place + 2 :]}")
            except ShortCodeCheckError:
                continue
            missed += 1
    assert swapped > 5_000
    assert missed / swapped < 0.005


@pytest.mark.parametrize(
    "typed",
    [
        "DW86-AYBJ-96N5",
        "dw86 aybj 96n5",
        " DW86AYBJ96N5\n",
        "dw86–aybj‐96n5",
        "ดW".replace("ด", "D") + "๘๖-AYBJ-๙๖N๕",
    ],
)
def test_case_hyphens_blanks_and_thai_digits_mean_nothing(typed: str) -> None:
    assert parse_short_code(typed) == "DW86AYBJ96N5"


def test_look_alikes_are_taken_for_what_is_printed() -> None:
    number = 0
    while True:
        code = short_code(document_id_from_bytes(number.to_bytes(16, "big")))
        if "0" in code and "1" in code:
            break
        number += 1
    for zero, one in (("O", "I"), ("o", "l"), ("0", "L")):
        assert parse_short_code(code.replace("0", zero).replace("1", one)) == code


@pytest.mark.parametrize(
    "typed",
    ["", "DW86-AYBJ-96N", "DW86-AYBJ-96N55", "DW86-AYBU-96N5", "รหัสย่อนี้ผิดจ้า", "?"],
)
def test_what_is_no_code_is_no_typing_error(typed: str) -> None:
    with pytest.raises(ShortCodeError) as refused:
        parse_short_code(typed)
    assert not isinstance(refused.value, ShortCodeCheckError)


def test_the_address_of_a_code_is_beside_that_of_the_document() -> None:
    assert code_address(VERIFY_URL) == "HTTPS://VERIFY.EXAMPLE.GO.TH/C/"


def sign_entry(entry: CodeEntry = ENTRY, key: object = PUBLICATION) -> str:
    assert isinstance(key, type(PUBLICATION))
    return sign_code_entry(entry, kid=key.kid, sign=key.sign)


def test_an_entry_names_the_document_of_its_code() -> None:
    assert open_code_entry(sign_entry(), trust=trust_list(), code=CODE) == ENTRY


def test_an_entry_under_another_code_is_refused() -> None:
    with pytest.raises(PublicRecordError, match="another code"):
        open_code_entry(sign_entry(), trust=trust_list(), code=short_code(OTHER_ID))


def test_an_entry_with_the_id_of_another_code_is_refused() -> None:
    members = {"v": 1, "code": CODE, "id": OTHER_ID, "iat": int(NOW.timestamp())}
    token = sign_jws(members, typ=CODE_TYPE, kid=PUBLICATION.kid, sign=PUBLICATION.sign)
    with pytest.raises(PublicRecordError, match="not that of the id"):
        open_code_entry(token, trust=trust_list(), code=CODE)


def test_an_entry_of_a_stranger_or_of_another_kind_is_refused() -> None:
    file_entry = sign_file_entry(FILE_ENTRY, kid=PUBLICATION.kid, sign=PUBLICATION.sign)
    for token in (sign_entry(key=STRANGER), file_entry, "no token"):
        with pytest.raises(PublicRecordError):
            open_code_entry(token, trust=trust_list(), code=CODE)


def test_an_entry_counts_only_if_its_key_did_then() -> None:
    retired = PublicationKey(
        key=PUBLICATION.public, period=Period(not_after=NOW - timedelta(days=1))
    )
    trust = trust_list(agencies=(agency(publication_keys=(retired,)), HEALTH))
    with pytest.raises(PublicRecordError, match="did not count"):
        open_code_entry(sign_entry(), trust=trust, code=CODE)
    earlier = replace(ENTRY, iat=NOW - timedelta(days=2))
    assert open_code_entry(sign_entry(earlier), trust=trust, code=CODE) == earlier


@pytest.mark.parametrize(
    "file",
    ["verifier/web/index.html", "verifier/problems.py", "docs/spec/publication.md"],
)
def test_the_example_that_people_are_shown_is_a_code(file: str) -> None:
    text = (REPOSITORY / file).read_text(encoding="utf-8")
    (example,) = set(re.findall(r"\bK3XQ-[0-9A-Z]{4}-[0-9A-Z]{4}\b", text))
    assert group_short_code(parse_short_code(example)) == example
