# SPDX-License-Identifier: Apache-2.0
"""The claim: every MUST of docs/spec/claim.md."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import qrcode
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from qrcode.constants import ERROR_CORRECT_Q
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, MODE_NUMBER, QRData

from register.claim import (
    MAX_CLAIM_BYTES,
    Claim,
    build_claim,
    check_claim_agrees,
    claim_from_facts,
    claim_kid,
    parse_qr_text,
    qr_segments,
    qr_text,
    read_claim,
    verify_claim,
)
from register.document import (
    AgencyId,
    DocumentNumber,
    StatusRef,
    document_id_from_bytes,
)
from register.envelope import key_from_jwk
from register.errors import ClaimError, ClaimSignatureError, RegisterError
from register.record import document_url, read_facts
from tests.unit.register.formats_world import (
    CLAIM,
    DOCUMENT_ID,
    NOW,
    OTHER_ID,
    STRANGER,
    VERIFY_URL,
    build_facts_record,
    signed_claim,
    usual_claim,
)
from tests.vectors.make_vectors import TARGET, render_vectors

VECTORS = json.loads(TARGET.read_text(encoding="utf-8"))
VECTOR_KEY = key_from_jwk(VECTORS["key"]["jwk"])
KEYS = [CLAIM.public]
KID = claim_kid(CLAIM.certificate)

DAYS = st.dates(date(1970, 1, 1), date(9999, 12, 31))
LINES = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), min_size=1
)
THAI = st.text(
    st.sampled_from([chr(c) for c in (*range(0x20, 0x7F), *range(0xE01, 0xE3B))]),
    min_size=1,
    max_size=60,
)


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    """Draw any claim that can be built, short enough or not."""
    valid_from = draw(DAYS)
    return Claim(
        type_code=draw(st.from_regex(r"[A-Z0-9]{1,4}", fullmatch=True)),
        number=DocumentNumber(draw(THAI | LINES)),
        holder=draw(THAI | LINES),
        issued_on=draw(st.just(valid_from) | DAYS),
        valid_from=valid_from,
        valid_until=draw(st.none() | st.dates(valid_from, date.max)),
        agency_id=AgencyId(draw(st.from_regex(r"[A-Z0-9]{1,8}", fullmatch=True))),
        record_sha256=draw(st.binary(min_size=32, max_size=32)),
        status_ref=StatusRef.from_packed(draw(st.integers(0, 2**40 - 1))),
    )


@given(claims(), st.binary(min_size=16, max_size=16))
def test_a_claim_survives_its_bytes_and_digits(claim: Claim, raw_id: bytes) -> None:
    document_id = document_id_from_bytes(raw_id)
    try:
        data = build_claim(claim, document_id=document_id, kid=KID, sign=CLAIM.sign)
    except ClaimError as error:
        assume("NFC" in str(error) or "at most 512" in str(error))
        return
    url = document_url("https://verify.example.go.th", document_id)
    host, found_id, found = parse_qr_text(qr_text(url, data))
    assert (host, found_id, found) == ("verify.example.go.th", document_id, data)
    assert verify_claim(data, document_id=document_id, keys=KEYS) == claim
    assert read_claim(data).kid == KID


def test_every_change_of_one_byte_is_refused() -> None:
    data = signed_claim(usual_claim())
    for place in range(len(data)):
        for change in (0x01, 0x20, 0x80, 0xFF):
            other = bytearray(data)
            other[place] ^= change
            with pytest.raises(ClaimError):
                verify_claim(bytes(other), document_id=DOCUMENT_ID, keys=KEYS)


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_any_byte_put_in_or_taken_out_is_refused(place: int, byte: int) -> None:
    data = signed_claim(usual_claim())
    place %= len(data)
    for other in (
        data[:place] + bytes([byte]) + data[place:],
        data[:place] + data[place + 1 :],
        data[:place],
    ):
        with pytest.raises(ClaimError):
            verify_claim(other, document_id=DOCUMENT_ID, keys=KEYS)


@given(st.binary(max_size=600))
def test_junk_is_never_more_than_a_wrong_claim(data: bytes) -> None:
    with pytest.raises(ClaimError):
        read_claim(data)


@settings(max_examples=300)
@given(st.data())
def test_bytes_that_can_be_read_are_the_only_bytes_of_their_claim(
    data: st.DataObject,
) -> None:
    original = signed_claim(usual_claim())
    changed = bytearray(original)
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(
            st.integers(0, 255)
        )
    try:
        found = read_claim(bytes(changed))
    except ClaimError:
        return
    again = build_claim(
        found.claim,
        document_id=DOCUMENT_ID,
        kid=found.kid,
        sign=lambda _: bytes(changed[-64:]),
    )
    # ESP256 is the one other spelling, and no builder here writes it.
    assert again == bytes(changed).replace(b"\xa2\x01\x28", b"\xa2\x01\x26", 1)


@pytest.mark.parametrize("case", VECTORS["good"], ids=lambda case: case["name"])
def test_good_vectors_are_taken(case: dict[str, Any]) -> None:
    data = bytes.fromhex(case["claim_hex"])
    assert parse_qr_text(case["qr_text"])[1:] == (case["id"], data)
    claim = verify_claim(data, document_id=case["id"], keys=[VECTOR_KEY])
    until = claim.valid_until
    assert case["facts"] == {
        "type_code": claim.type_code,
        "number": claim.number,
        "holder": claim.holder,
        "issued_on": claim.issued_on.isoformat(),
        "valid_from": claim.valid_from.isoformat(),
        "valid_until": until and until.isoformat(),
        "agency": claim.agency_id,
        "record_sha256": claim.record_sha256.hex(),
        "status": claim.status_ref.to_json(),
    }
    assert read_claim(data).kid.hex() == VECTORS["key"]["kid"]


@pytest.mark.parametrize("case", VECTORS["bad"], ids=lambda case: case["name"])
def test_bad_vectors_are_refused(case: dict[str, Any]) -> None:
    data = bytes.fromhex(case["claim_hex"])
    with pytest.raises(ClaimError) as caught:
        verify_claim(data, document_id=case["id"], keys=[VECTOR_KEY])
    # Whatever is not about the signature fails before any key is tried.
    about_signature = isinstance(caught.value, ClaimSignatureError)
    assert about_signature == (case["reason"] == "signature")


def test_digits_vectors_hold() -> None:
    url = VERIFY_URL
    for case in VECTORS["digits"]["good"]:
        data = bytes.fromhex(case["hex"])
        assert qr_text(url, data) == f"{url}#{case['digits']}"
    for case in VECTORS["digits"]["bad"]:
        with pytest.raises(ClaimError):
            parse_qr_text(f"{url}#{case['digits']}")


def test_the_vectors_are_what_their_script_writes() -> None:
    assert TARGET.read_text(encoding="utf-8") == render_vectors()


def test_every_key_of_the_kid_is_tried() -> None:
    data = signed_claim(usual_claim())
    keys = [STRANGER.public, CLAIM.public]
    assert verify_claim(data, document_id=DOCUMENT_ID, keys=keys) == usual_claim()
    for wrong in ([], [STRANGER.public]):
        with pytest.raises(ClaimSignatureError):
            verify_claim(data, document_id=DOCUMENT_ID, keys=wrong)


def test_a_claim_under_another_id_does_not_verify() -> None:
    data = signed_claim(usual_claim())
    with pytest.raises(ClaimSignatureError):
        verify_claim(data, document_id=OTHER_ID, keys=KEYS)


@pytest.mark.parametrize(
    "changes",
    [
        {"type_code": "licence"},
        {"number": ""},
        {"holder": "a\u200bb"},
        {"issued_on": date(1969, 12, 31)},
        {"valid_until": date(2026, 3, 1)},
        {"agency_id": "trade"},
        {"record_sha256": bytes(31)},
        {"holder": "山" * 150},
    ],
    ids=str,
)
def test_facts_that_fit_no_claim_are_not_signed(changes: dict[str, Any]) -> None:
    with pytest.raises(ClaimError):
        signed_claim(usual_claim(**changes))


def test_a_claim_too_long_for_the_code_says_what_to_shorten() -> None:
    with pytest.raises(ClaimError, match="shorten number or holder"):
        signed_claim(usual_claim(holder="ก" * MAX_CLAIM_BYTES))


def test_a_kid_has_four_bytes() -> None:
    with pytest.raises(ClaimError, match="4 bytes"):
        build_claim(
            usual_claim(), document_id=DOCUMENT_ID, kid=b"12345678", sign=CLAIM.sign
        )


def test_claim_and_record_agree_or_the_difference_is_named() -> None:
    facts = read_facts(build_facts_record())
    claim = claim_from_facts(facts, type_code="BL01", holder="นายสมชาย ใจดี")
    check_claim_agrees(claim, facts)
    changes: dict[str, Any] = {
        "number": "1/2569",
        "issued_on": NOW.date() + timedelta(days=1),
        "valid_from": date(2026, 4, 1),
        "valid_until": None,
        "agency_id": "HEALTH",
        "record_sha256": bytes(32),
        "status_ref": StatusRef(0, 78),
    }
    for name, value in changes.items():
        with pytest.raises(ClaimError, match=name):
            check_claim_agrees(replace(claim, **{name: value}), facts)


def test_a_scanned_address_is_read_in_the_case_of_printer_and_browser() -> None:
    data = signed_claim(usual_claim())
    printed = qr_text(VERIFY_URL, data)
    browser = printed.replace(
        "HTTPS://VERIFY.EXAMPLE.GO.TH", "https://verify.example.go.th"
    )
    for text in (printed, browser, printed.lower()):
        assert parse_qr_text(text) == ("verify.example.go.th", DOCUMENT_ID, data)
    for text in (VERIFY_URL, f"{VERIFY_URL}#"):
        assert parse_qr_text(text) == ("verify.example.go.th", DOCUMENT_ID, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "HTTPS://HOST/V/",
        f"HTTPS://HOST/X/{DOCUMENT_ID}",
        f"FTP://HOST/V/{DOCUMENT_ID}",
        f"HTTPS:///V/{DOCUMENT_ID}",
        f"HTTPS://A@B/V/{DOCUMENT_ID}",
        f"HTTPS://HOST/V/{DOCUMENT_ID}?a=1",
        f"HTTPS://HOST/V/{DOCUMENT_ID}/",
        f" HTTPS://HOST/V/{DOCUMENT_ID}",
        f"HTTPS://HOST/V/{DOCUMENT_ID}\n",
        f"HTTPS://HOST/V/{'A' * 25}B",
        f"HTTPS://HOST/V/{DOCUMENT_ID}#abc",
        f"HTTPS://HOST/V/{DOCUMENT_ID}#0000",
        f"HTTPS://HOST/V/{DOCUMENT_ID}#" + "0" * 17 * 200,
    ],
)
def test_a_text_that_is_no_address_of_a_document_is_refused(text: str) -> None:
    with pytest.raises(ClaimError):
        parse_qr_text(text)


@given(st.text())
def test_junk_is_never_more_than_a_wrong_address(text: str) -> None:
    with pytest.raises(RegisterError):
        parse_qr_text(text)


@pytest.mark.parametrize(
    "url",
    ["", VERIFY_URL.lower(), f"{VERIFY_URL}#", f"{VERIFY_URL}#001", "HTTPS://H/V/"],
)
def test_a_code_is_made_for_the_address_of_a_document_only(url: str) -> None:
    with pytest.raises(ClaimError):
        qr_segments(url, b"")


def test_a_long_thai_name_fits_version_14_at_level_q() -> None:
    holder = "บริษัทตัวอย่างการค้าและการบริการสากลจำกัด"[:40]
    assert len(holder) == 40
    host = "verify.department-of-example-trade.moc.go.th1"
    assert len(host) == 45
    claim = usual_claim(
        type_code="BL01", number=DocumentNumber("12345/2569"), holder=holder
    )
    url = document_url(f"https://{host}", DOCUMENT_ID)
    address, mark, digits = qr_segments(url, signed_claim(claim))
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q)
    code.add_data(QRData(address.encode(), mode=MODE_ALPHA_NUM), optimize=0)
    code.add_data(QRData(mark.encode(), mode=MODE_8BIT_BYTE), optimize=0)
    code.add_data(QRData(digits.encode(), mode=MODE_NUMBER), optimize=0)
    assert code.best_fit() <= 14
