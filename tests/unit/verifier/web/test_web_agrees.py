# SPDX-License-Identifier: Apache-2.0
"""Browser and server are two programs of one specification: they agree on vectors.

The modules run in Chromium, as a page loads them, against the vectors and
against the register's own decoder.
"""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from register.claim import MAX_CLAIM_BYTES, read_claim, verify_claim
from register.code_entry import CodeEntry, sign_code_entry
from register.document import DocumentNumber, Status, Text, new_document_id
from register.envelope import public_jwk
from register.errors import ClaimError, ShortCodeError
from register.short_code import group_short_code, parse_short_code, short_code
from register.trust_list import Period
from tests.unit.verifier.web.conftest import Visitor
from tests.web_server import SignedPublication
from verifier.reasons import Basis, CheckId, Outcome, Reason
from verifier.texts import CHECK_NAMES, describe_reason, describe_verdict

VECTORS = Path(__file__).parents[3] / "vectors"
DECIDE = """async (cases) => {
    const { decide } = await import('/static/decision.js');
    return cases.map((facts) => decide(facts));
}"""
READ = """async (hexes) => {
    const { readClaim } = await import('/static/claim.js');
    return hexes.map((hex) => {
        const bytes = Uint8Array.from(hex.match(/../g) ?? [], (b) => parseInt(b, 16));
        try { const { kid, claim } = readClaim(bytes); return { kid, ...claim }; }
        catch (error) { if (error.name !== 'ClaimError') throw error; return null; }
    });
}"""
VERIFY = """async ([items, jwk]) => {
    const { readClaim, isSignedBy, documentIdBytes } = await import('/static/claim.js');
    const { importKey } = await import('/static/jws.js');
    const key = await importKey(jwk);
    return Promise.all(items.map(async ([id, hex]) => {
        const bytes = Uint8Array.from(hex.match(/../g) ?? [], (b) => parseInt(b, 16));
        try { return await isSignedBy(readClaim(bytes), documentIdBytes(id), key); }
        catch (error) { if (error.name !== 'ClaimError') throw error; return null; }
    }));
}"""
DIGITS = """async (texts) => {
    const { decodeDigits, toHex } = await import('/static/claim.js');
    return texts.map((text) => {
        try { return toHex(decodeDigits(text)); }
        catch (error) { if (error.name !== 'ClaimError') throw error; return null; }
    });
}"""


def load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((VECTORS / name).read_text())
    return loaded


@pytest.fixture
def page(visitor: Visitor) -> Page:
    """Give a page of the verifier's origin, to load its modules into."""
    visitor.open("/")
    return visitor.page


def test_verdicts_are_the_vectors(page: Page) -> None:
    cases = load("verdicts.json")["cases"]
    said = page.evaluate(DECIDE, cases)
    expected = [{"outcome": c["outcome"], "reason": c["reason"]} for c in cases]
    names = [case["name"] for case in cases]
    assert dict(zip(names, said, strict=True)) == dict(
        zip(names, expected, strict=True)
    )


def test_vectors_use_the_words_of_the_verifier() -> None:
    for case in load("verdicts.json")["cases"]:
        assert Outcome(case["outcome"])
        assert Reason(case["reason"])
        date.fromisoformat(case["today"])


def test_good_claims_read_as_the_vectors_say(page: Page) -> None:
    good = load("claim.json")["good"]
    read = page.evaluate(READ, [vector["claim_hex"] for vector in good])
    for vector, claim in zip(good, read, strict=True):
        assert claim is not None, vector["name"]
        python = read_claim(bytes.fromhex(vector["claim_hex"])).claim
        until = python.valid_until
        assert {name: value for name, value in claim.items() if name != "kid"} == {
            "typeCode": python.type_code,
            "number": python.number,
            "holder": python.holder,
            "issuedOn": python.issued_on.isoformat(),
            "validFrom": python.valid_from.isoformat(),
            "validUntil": None if until is None else until.isoformat(),
            "agencyId": python.agency_id,
            "recordSha256": python.record_sha256.hex(),
            "statusRef": {
                "list": python.status_ref.list,
                "index": python.status_ref.index,
            },
        }, vector["name"]


def test_claims_of_the_vectors_verify_or_are_refused(page: Page) -> None:
    vectors = load("claim.json")
    jwk = vectors["key"]["jwk"]
    for kind, wanted in (("good", {True}), ("bad", {False, None})):
        items = [[vector["id"], vector["claim_hex"]] for vector in vectors[kind]]
        said = page.evaluate(VERIFY, [items, jwk])
        for vector, verdict in zip(vectors[kind], said, strict=True):
            assert verdict in wanted, (kind, vector["name"], verdict)


def test_digits_are_the_vectors(page: Page) -> None:
    vectors = load("claim.json")["digits"]
    good = [vector for vector in vectors["good"] if vector["digits"]]
    assert page.evaluate(DIGITS, [vector["digits"] for vector in good]) == [
        vector["hex"] for vector in good
    ]
    said = page.evaluate(DIGITS, [vector["digits"] for vector in vectors["bad"]])
    assert said == [None] * len(said)


def mutations(data: bytes) -> list[bytes]:
    """Return every claim that differs in one bit, or by one byte more or less."""
    flipped = [
        data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1 :]
        for at in range(len(data) - 64)
        for bit in range(8)
    ]
    shorter = [data[:at] + data[at + 1 :] for at in range(len(data))]
    longer = [data[:at] + bytes([at % 256]) + data[at:] for at in range(len(data) + 1)]
    return [*flipped, *shorter, *longer, data + bytes(MAX_CLAIM_BYTES)]


def test_decoders_refuse_the_same_mutations(page: Page) -> None:
    def python_reads(data: bytes) -> bool:
        try:
            read_claim(data)
        except ClaimError:
            return False
        return True

    for vector in load("claim.json")["good"]:
        changed = mutations(bytes.fromhex(vector["claim_hex"]))
        said = page.evaluate(READ, [data.hex() for data in changed])
        differing = [
            data.hex()
            for data, claim in zip(changed, said, strict=True)
            if python_reads(data) is not (claim is not None)
        ]
        assert differing == [], vector["name"]


def test_no_forged_digit_verifies(page: Page, publication: SignedPublication) -> None:
    issued = publication.issue()
    forged = [
        issued.digits[:at]
        + str((int(issued.digits[at]) + 1) % 10)
        + issued.digits[at + 1 :]
        for at in range(len(issued.digits))
    ]
    hexes = [found for found in page.evaluate(DIGITS, forged) if found is not None]
    key = publication.agency.claim_keys[0].key
    items = [[issued.id, found] for found in hexes]
    said = page.evaluate(VERIFY, [items, public_jwk(key)])
    assert True not in said
    for found in hexes:
        with pytest.raises(ClaimError):
            verify_claim(bytes.fromhex(found), document_id=issued.id, keys=[key])


def test_sentences_are_those_of_the_server(page: Page) -> None:
    said = page.evaluate(
        """async ([pairs, reasons, checks]) => {
            const texts = await import('/static/verdict-texts.js');
            return {
                verdicts: pairs.map((pair) => texts.describeVerdict(...pair)),
                reasons: reasons.map(texts.describeReason),
                checks: checks.map(texts.nameCheck),
            };
        }""",
        [_pairs(), [reason for _, reason, _ in _pairs()], _checks()],
    )
    for pair, texts in zip(_pairs(), said["verdicts"], strict=True):
        outcome, reason, basis = pair
        text, advice = describe_verdict(Outcome(outcome), Reason(reason), Basis(basis))
        assert texts == {"text": text.to_json(), "advice": advice.to_json()}, reason
    for (_, reason, _), text in zip(_pairs(), said["reasons"], strict=True):
        assert text == describe_reason(Reason(reason)).to_json()
    for check, text in zip(_checks(), said["checks"], strict=True):
        assert text == CHECK_NAMES[CheckId(check)].to_json()


def _pairs() -> list[tuple[str, str, str]]:
    cases = load("verdicts.json")["cases"]
    early = {
        "unchecked": [
            "trust_list_unreachable",
            "trust_list_invalid",
            "claim_unconfirmed",
            "processing_error",
        ],
        "unknown": [
            "qr_unreadable",
            "claim_key_unknown",
            "issuer_mismatch",
            "type_not_permitted",
            "key_not_in_use",
            "key_compromised",
            "not_registered",
        ],
        "altered": ["claim_invalid", "claim_signature_invalid", "register_mismatch"],
    }
    pairs = {(case["outcome"], case["reason"]) for case in cases}
    pairs |= {(outcome, reason) for outcome, rs in early.items() for reason in rs}
    return sorted((*pair, basis) for pair in pairs for basis in ("claim", "record"))


def _checks() -> list[str]:
    return [
        "qr_readable",
        "trust_list",
        "claim_signature",
        "type_permitted",
        "register_record",
        "status",
        "dates",
    ]


def test_page_and_server_give_one_verdict(
    visitor: Visitor, publication: SignedPublication
) -> None:
    good = publication.issue(index=1)
    codes = {
        "good": good.path,
        "expired": publication.issue(index=2, valid_until=date(2026, 11, 20)).path,
        "later": publication.issue(
            index=3, valid_from=date(2026, 11, 30), valid_until=None
        ).path,
        "swapped": f"/V/{good.id}#{publication.issue(index=4).digits}",
        "cut": good.path[:-1],
        "no digits": f"/V/{good.id}#A{good.digits[1:]}",
        "digits of no bytes": f"/V/{good.id}#9{good.digits[1:]}",
        "other bytes": f"/V/{good.id}#00000{good.digits[5:]}",
        "too long a claim": f"/V/{good.id}#{good.digits[:17] * 75}",
        "too long an address": f"/V/{good.id}#{good.digits[:17] * 150}",
        "foreign type": publication.issue(index=5, type_code="XX").path,
        "foreign agency": publication.issue(index=6, agency_id="HEALTH").path,
    }
    for number, status in enumerate((Status.REVOKED, Status.SUSPENDED), start=7):
        issued = publication.issue(index=number)
        publication.set_status(issued, status)
        codes[status.value] = issued.path
    lost = publication.issue(index=9)
    (publication.folder / "records" / lost.id).unlink()
    codes["lost"] = lost.path
    _check_both_say(visitor, codes)


def test_page_and_server_give_one_verdict_on_a_record_alone(
    visitor: Visitor, publication: SignedPublication
) -> None:
    passport = Text(th="หนังสือเดินทาง", en="Passport")
    known, misnamed, foreign, lost = (
        publication.issue(index=index) for index in range(1, 5)
    )
    publication.publish_record(replace(misnamed.record, type_name=passport))
    publication.publish_record(replace(foreign.record, type_id="passport"))
    (publication.folder / "records" / lost.id).unlink()
    ids = {"known": known, "misnamed": misnamed, "foreign": foreign, "lost": lost}

    said = _check_both_say(
        visitor, {name: f"/V/{issued.id}" for name, issued in ids.items()}
    )

    assert said == {
        "known": ("in_force", "valid"),
        "misnamed": ("in_force", "valid"),
        "foreign": ("unknown", "type_not_permitted"),
        "lost": ("unknown", "not_registered"),
    }
    for address in (f"/V/{misnamed.id}", misnamed.path):
        visitor.scan(address)
        assert "ใบอนุญาตประกอบกิจการ" in visitor.text()
        assert passport.th not in visitor.text()
    entry = CodeEntry(id=foreign.id, iat=publication.now)
    file = publication.folder / "codes" / entry.code
    file.parent.mkdir()
    key = publication.publication
    file.write_text(sign_code_entry(entry, kid=key.kid, sign=key.sign))
    visitor.open(f"/C/{entry.code}")
    assert visitor.outcome() == ("unknown", "type_not_permitted")
    assert foreign.record.number not in visitor.text()
    visitor.page.locator("summary").click()
    results = visitor.page.locator(".check").evaluate_all(
        "(items) => items.map((item) => [item.dataset.check, item.dataset.result])"
    )
    told = visitor.page.request.get(f"{visitor.server.url}/v1/status/{foreign.id}")
    report = told.json()
    assert (report["outcome"], report["reason"]) == ("unknown", "type_not_permitted")
    checks = report["checks"]
    assert results == [[check["id"], check["result"]] for check in checks]


def test_page_and_server_give_one_verdict_on_a_stolen_key(
    visitor: Visitor, publication: SignedPublication
) -> None:
    """The key was stolen at midnight in Bangkok, when 16 November began."""
    days = {"before": 15, "the same day": 16, "after": 17}
    codes: dict[str, str] = {}
    for index, (name, day) in enumerate(days.items()):
        about: dict[str, Any] = {"issued_on": date(2026, 11, day)}
        until = date(2026, 11, 20)
        kinds = {
            "known": publication.issue(index=index, **about),
            "lost": publication.issue(index=index + 10, **about),
            "broken": publication.issue(index=index + 20, **about),
            "expired, lost": publication.issue(
                index=index + 30, valid_until=until, **about
            ),
            "another": publication.issue(index=index + 40, **about),
        }
        records = publication.folder / "records"
        (records / kinds["lost"].id).unlink()
        (records / kinds["expired, lost"].id).unlink()
        (records / kinds["broken"].id).write_text("broken")
        other = replace(kinds["another"].record, number=DocumentNumber("9/2569"))
        publication.publish_record(other)
        codes |= {f"{name}, {kind}": issued.path for kind, issued in kinds.items()}
    theft = datetime(2026, 11, 15, 17, tzinfo=UTC)
    publication.set_claim_period(Period(compromised_from=theft))

    said = _check_both_say(visitor, codes)

    for name in days:
        assert said[f"{name}, known"] == ("in_force", "valid")
        assert said[f"{name}, lost"] == ("unchecked", "claim_unconfirmed")
        assert said[f"{name}, expired, lost"] == ("unchecked", "claim_unconfirmed")
        assert said[f"{name}, broken"] == ("unchecked", "register_record_invalid")
        assert said[f"{name}, another"] == ("altered", "register_mismatch")


def _check_both_say(
    visitor: Visitor, codes: dict[str, str]
) -> dict[str, tuple[str | None, str | None]]:
    """Check that page and server agree on each code; return what they say."""
    said = {}
    for name, path in codes.items():
        visitor.scan(path)
        answer = visitor.page.request.post(
            f"{visitor.server.url}/v1/verify/qr",
            data={"url": f"https://verify.example.go.th{path}"},
        )
        report = answer.json()
        said[name] = visitor.outcome()
        assert said[name] == (report["outcome"], report["reason"]), name
        notes = visitor.page.locator(".verdict-note").all_inner_texts()
        assert notes == [note["text"]["th"] for note in report["notes"]], name
    return said


def test_short_codes_are_those_of_the_server(page: Page) -> None:
    ids = [new_document_id() for _ in range(20)]
    codes = [group_short_code(short_code(document_id)) for document_id in ids]
    said = page.evaluate(
        """async (ids) => {
            const { shortCodeOf } = await import('/static/typed.js');
            return Promise.all(ids.map(shortCodeOf));
        }""",
        ids,
    )
    assert said == codes

    typed = [code.lower().replace("0", "o").replace("1", "l") for code in codes]
    typed += [f" {code.replace('-', '')} " for code in codes]
    # One character wrong, or two neighbours swapped, at each place.
    one = codes[0].replace("-", "")
    for at in range(12):
        typed += [
            one[:at] + other + one[at + 1 :] for other in "07ZU" if other != one[at]
        ]
        typed.append(one[:at] + one[at + 1 : at + 2] + one[at] + one[at + 2 :])
    typed += ["", one[:-1], one + "0", "K3XQ"]
    read = page.evaluate(
        """async (typed) => {
            const { readTyped } = await import('/static/typed.js');
            return typed.map((text) => readTyped(text).code ?? null);
        }""",
        typed,
    )
    assert read == [_parse_or_none(text) for text in typed]
    assert read.count(None) > 40


def _parse_or_none(typed: str) -> str | None:
    try:
        return parse_short_code(typed)
    except ShortCodeError:
        return None
