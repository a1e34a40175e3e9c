# SPDX-License-Identifier: Apache-2.0
"""Bad input: each gets a problem document with field and reason, in two languages."""

import secrets
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.world import LAW, World
from tra.clock import system_clock


def refused(answer: httpx.Response, status: int, slug: str) -> dict[str, Any]:
    """Check that an answer is a problem document of this kind, and return it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem: dict[str, Any] = answer.json()
    assert problem["type"] == f"urn:tra:problem:{slug}"
    assert problem["status"] == status
    for member in ("title", "title_th", "detail", "detail_th"):
        assert problem[member], member
    return problem


def body_with(world: World, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    data = world.sample() | changes.pop("data", {})
    return {"type": "business_licence", "data": data, **changes}


def numbers_taken(world: World) -> int:
    return len(world.issuer.store.events(limit=1000))


def test_unknown_type(world: World) -> None:
    answer = world.post("/documents", {"type": "no_such_type", "data": {}})
    problem = refused(answer, 422, "unknown-type")
    [error] = problem["errors"]
    assert (error["field"], error["reason"]) == ("type", "unknown_type")
    schema = world.get("/types/no_such_type/schema")
    refused(schema, 404, "unknown-type")


def test_missing_field_is_named_and_nothing_is_reserved(world: World) -> None:
    before = numbers_taken(world)
    token = world.token()
    before += 1  # the token's own event
    data = world.sample()
    field = world.issuer.catalogue.get_type("business_licence").holder
    del data[field]
    answer = world.post(
        "/documents", {"type": "business_licence", "data": data}, token=token
    )
    problem = refused(answer, 422, "invalid-fields")
    [error] = problem["errors"]
    assert error["field"] == field
    assert error["reason"]
    assert error["detail"]
    assert error["detail_th"]
    assert numbers_taken(world) == before


@pytest.mark.parametrize(
    "dates",
    [
        {"valid_from": "1960-01-01"},
        {"valid_until": "9999-12-31"},
        {"valid_from": "9999-12-31"},
        {"valid_from": "0001-01-01"},
    ],
)
def test_dates_no_licence_can_have(world: World, dates: dict[str, str]) -> None:
    answer = world.post("/documents", body_with(world, **dates))
    problem = refused(answer, 422, "invalid-fields")
    assert {e["field"] for e in problem["errors"]} == set(dates)
    assert world.issuer.store.unfinished_reservations() == ()


def test_half_a_character(world: World) -> None:
    answer = world.http.post(
        "/issuer/v1/documents",
        content=b'{"type": "business_licence", "data": {"\\ud800": "x"}}',
        headers={
            "Authorization": f"Bearer {world.token()}",
            "Content-Type": "application/json",
        },
    )
    refused(answer, 422, "invalid-request")


def test_supersede_with_another_order_is_another_request(world: World) -> None:
    document = world.issue()
    path, key = f"/documents/{document['id']}/supersede", secrets.token_hex(8)
    body = {**LAW, "data": world.sample()}
    assert world.post(path, body, key=key).status_code == 201
    assert world.post(path, body, key=key).status_code == 201
    other = world.post(path, {**body, "reason": "another reason"}, key=key)
    refused(other, 409, "idempotency-key-reused")


@pytest.mark.parametrize("moment", ["1900-01-01T00:00:00Z", "2199-01-01T00:00:00Z"])
def test_orders_take_effect_neither_before_the_document_nor_later(
    world: World, moment: str
) -> None:
    document = world.issue()
    body = {**LAW, "effective_at": moment}
    answer = world.post(f"/documents/{document['id']}/suspend", body)
    refused(answer, 422, "status-change-refused")


def test_an_event_number_no_database_has(world: World) -> None:
    answer = world.get("/events?after=99999999999999999999")
    refused(answer, 422, "invalid-request")


def test_storage_that_fails_is_a_503_and_nothing_is_lost(world: World) -> None:
    key, body = secrets.token_hex(8), body_with(world)
    files = world.folder / "files"
    aside = files.rename(world.folder / "files-aside")
    files.write_text("not a folder")
    try:
        answer = world.post("/documents", body, key=key)
        refused(answer, 503, "storage-unavailable")
    finally:
        files.unlink()
        aside.rename(files)
    assert len(world.issuer.store.unfinished_reservations()) == 1
    assert world.post("/documents", body, key=key).status_code == 201
    assert world.issuer.store.unfinished_reservations() == ()


def test_over_long_field_is_named(world: World) -> None:
    field = world.issuer.catalogue.get_type("business_licence").holder
    answer = world.post("/documents", body_with(world, data={field: "ก" * 5000}))
    problem = refused(answer, 422, "invalid-fields")
    assert [e["field"] for e in problem["errors"]] == [field]


def test_field_that_the_type_does_not_have(world: World) -> None:
    answer = world.post("/documents", body_with(world, data={"salary": "1"}))
    problem = refused(answer, 422, "invalid-fields")
    assert [e["field"] for e in problem["errors"]] == ["salary"]


def test_wrong_check_digit(world: World) -> None:
    kind = world.issuer.catalogue.get_type("business_licence")
    data = world.sample()
    [field] = [f.name for f in kind.fields if len(str(data.get(f.name, ""))) == 13][:1]
    digits = str(data[field])
    wrong = digits[:-1] + str((int(digits[-1]) + 1) % 10)
    answer = world.post("/documents", body_with(world, data={field: wrong}))
    problem = refused(answer, 422, "invalid-fields")
    assert [e["field"] for e in problem["errors"]] == [field]


def test_wrong_order_of_dates(world: World) -> None:
    answer = world.post(
        "/documents",
        body_with(world, valid_from="2026-12-31", valid_until="2026-01-01"),
    )
    problem = refused(answer, 422, "invalid-fields")
    assert {e["field"] for e in problem["errors"]} <= {"valid_from", "valid_until"}
    assert problem["errors"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": 7, "data": {}},
        {"type": "business_licence", "data": "no object"},
        {"type": "business_licence", "data": {}, "valid_until": "31/12/2569"},
        {"type": "business_licence", "data": {}, "surprise": True},
    ],
)
def test_malformed_request(world: World, body: dict[str, Any]) -> None:
    problem = refused(world.post("/documents", body), 422, "invalid-request")
    assert problem["errors"][0]["field"]


def test_body_that_is_no_json(world: World) -> None:
    answer = world.http.post(
        "/issuer/v1/documents",
        content=b"{no json",
        headers={
            "Authorization": f"Bearer {world.token()}",
            "Content-Type": "application/json",
        },
    )
    refused(answer, 422, "invalid-request")


def test_number_that_no_json_can_keep(world: World) -> None:
    answer = world.http.post(
        "/issuer/v1/documents",
        content=b'{"type": "business_licence", "data": {"capital": 1e400}}',
        headers={
            "Authorization": f"Bearer {world.token()}",
            "Content-Type": "application/json",
        },
    )
    assert answer.status_code == 422, answer.text


def test_huge_request(world: World) -> None:
    answer = world.post("/documents", body_with(world, data={"x": "ก" * 3_000_000}))
    refused(answer, 413, "content-too-large")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nonsense", "Basic dTpw"])
def test_unknown_token(world: World, header: str) -> None:
    answer = world.http.get("/issuer/v1/types", headers={"Authorization": header})
    refused(answer, 401, "token-not-accepted")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_expired_token(world: World) -> None:
    now = system_clock()
    token = world.token(now=now - timedelta(days=2), expires_at=now - timedelta(days=1))
    refused(world.get("/types", token=token), 401, "token-not-accepted")


def test_token_of_another_agency_sees_and_does_nothing(world: World) -> None:
    document = world.issue()
    stranger = world.token("LABOUR")
    path = f"/documents/{document['id']}"
    refused(world.get(path, token=stranger), 404, "document-not-found")
    refused(world.get(f"{path}/pdf", token=stranger), 404, "document-not-found")
    refused(
        world.post(f"{path}/revoke", LAW, token=stranger), 404, "document-not-found"
    )
    assert world.get(path).json()["status"] == "valid"
    listed = world.get("/documents?limit=200", token=stranger).json()["documents"]
    assert document["id"] not in {d["id"] for d in listed}
    events = world.get("/events?limit=1000", token=stranger).json()["events"]
    assert document["id"] not in {e["document_id"] for e in events}


def test_token_without_the_right(world: World) -> None:
    document = world.issue()
    reader = world.token(actions=frozenset({"read"}))
    path = f"/documents/{document['id']}/revoke"
    refused(world.post(path, LAW, token=reader), 403, "not-permitted")
    refused(
        world.post("/documents", body_with(world), token=reader), 403, "not-permitted"
    )


def test_token_for_another_type(world: World) -> None:
    limited = world.token(types=frozenset({"training_certificate"}))
    refused(
        world.post("/documents", body_with(world), token=limited), 403, "not-permitted"
    )


def test_same_key_same_content_gives_the_first_answer_again(world: World) -> None:
    key = f"again-{secrets.token_hex(4)}"
    first = world.post("/documents", body_with(world), key=key)
    second = world.post("/documents", body_with(world), key=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()


def test_same_key_other_content_is_a_conflict(world: World) -> None:
    key = f"other-{secrets.token_hex(4)}"
    world.post("/documents", body_with(world), key=key)
    answer = world.post(
        "/documents", body_with(world, valid_until="2030-01-01"), key=key
    )
    refused(answer, 409, "idempotency-key-reused")


@pytest.mark.parametrize("action", ["revoke", "suspend", "reinstate"])
def test_revoked_is_final(world: World, action: str) -> None:
    document = world.issue()
    world.post(f"/documents/{document['id']}/revoke", LAW)
    answer = world.post(f"/documents/{document['id']}/{action}", LAW)
    refused(answer, 409, "transition-not-allowed")


def test_a_valid_document_cannot_be_reinstated(world: World) -> None:
    document = world.issue()
    answer = world.post(f"/documents/{document['id']}/reinstate", LAW)
    refused(answer, 409, "transition-not-allowed")


def test_a_superseded_document_has_one_successor(world: World) -> None:
    document = world.issue()
    path = f"/documents/{document['id']}/supersede"
    body = {**LAW, "data": world.sample()}
    assert world.post(path, body, key=secrets.token_hex(8)).status_code == 201
    answer = world.post(path, body, key=secrets.token_hex(8))
    refused(answer, 409, "transition-not-allowed")
    assert world.issuer.store.unfinished_reservations() == ()


def test_revocation_needs_a_reason_and_a_law(world: World) -> None:
    document = world.issue()
    answer = world.post(f"/documents/{document['id']}/revoke", {"reason": "x"})
    problem = refused(answer, 422, "invalid-request")
    assert {e["field"] for e in problem["errors"]} == {"reason", "legal_basis"}


def test_unknown_action_and_unknown_document(world: World) -> None:
    document = world.issue()
    answer = world.post(f"/documents/{document['id']}/destroy", LAW)
    assert answer.status_code == 422
    refused(world.get("/documents/NOTANID"), 404, "document-not-found")
    refused(world.get("/documents/" + "A" * 26), 404, "document-not-found")


def test_an_issued_document_cannot_be_voided(world: World) -> None:
    document = world.issue()
    answer = world.post(f"/documents/{document['id']}/void", {"reason": "mistake"})
    refused(answer, 409, "state-not-allowed")


def test_upload_of_junk_gets_a_report(world: World) -> None:
    report = world.verify(b"this is no PDF at all")
    assert (report["outcome"], report["integrity"]) == ("unknown", "unreadable")


def test_empty_upload(world: World) -> None:
    answer = world.http.post("/v1/verify", files={"file": ("a.pdf", b"")})
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")
    answer = world.http.post("/v1/verify")
    assert answer.status_code == 422


def test_upload_of_100_mb(world: World) -> None:
    answer = world.http.post(
        "/v1/verify", files={"file": ("a.pdf", bytes(100_000_000))}
    )
    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_addresses_that_do_not_exist(world: World) -> None:
    for path in ("/issuer/v1/nothing", "/nothing", "/register/nothing", "/pki/nothing"):
        answer = world.http.get(path)
        assert answer.status_code == 404, path
        assert answer.headers["content-type"].startswith("application/problem+json")


def test_a_character_without_a_glyph_takes_no_number(world: World) -> None:
    before = world.issue()["number"]
    answer = world.post(
        "/documents", body_with(world, data={"business_name": "店 ร้าน"})
    )
    problem = refused(answer, 422, "invalid-fields")
    [error] = problem["errors"]
    assert (error["field"], error["reason"]) == ("business_name", "no_glyph")
    assert "店" in error["detail_th"]
    assert world.issuer.store.unfinished_reservations() == ()
    after = world.issue()["number"]
    assert int(after.split("/")[0]) == int(before.split("/")[0]) + 1
