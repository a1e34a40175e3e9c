# SPDX-License-Identifier: Apache-2.0
"""One licence, all the way: issued, checked, tampered with, revoked, checked again."""

import hashlib
import io
import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import jsonschema
import pikepdf
import pytest

from issuer.publish import publish_all
from register.claim import qr_text
from register.document import AgencyId, bangkok_date
from register.record import parse_record, record_digest
from tests.readers import read_with_pdfium
from tests.world import LAW, World
from tra.clock import system_clock
from tra.demo import flip_byte
from tra.home import open_publication
from tra.installation import change_type
from verifier.verify_pdf import verify_pdf

TYPES = (
    "building_permit",
    "business_licence",
    "import_licence",
    "juristic_certificate",
    "training_certificate",
)


@pytest.mark.parametrize("type_id", TYPES)
def test_an_issued_document_is_in_force(world: World, type_id: str) -> None:
    document = world.issue(type_id)
    pdf = world.pdf(document["id"])

    assert hashlib.sha256(pdf).hexdigest() == document["sha256"]
    report = world.verify(pdf)
    assert (report["outcome"], report["integrity"]) == ("in_force", "intact")
    assert report["document"]["number"] == document["number"]
    assert report["text"]["th"]
    assert report["text"]["en"]
    assert all(check["result"] == "PASSED" for check in report["checks"])


def test_an_archived_document_names_its_archive_timestamp(world: World) -> None:
    report = world.verify(world.pdf(world.issue("juristic_certificate")["id"]))
    signature = report["signature"]
    [archived] = signature["archive_timestamps"]
    assert archived["at"] >= signature["signed_at"]
    assert archived["authority"] == signature["timestamp_authority"]
    stamp = "added a document time stamp on page 1: allowed after signing."
    assert any(stamp in text for text in signature["later_changes"])
    assert all(change["allowed"] for change in report["changes"])
    assert report["outcome"] == "in_force"
    plain = world.verify(world.pdf(world.issue()["id"]))
    assert plain["signature"]["archive_timestamps"] == []


def test_one_changed_byte_is_altered(world: World) -> None:
    pdf = world.pdf(world.issue()["id"])

    report = world.verify(flip_byte(pdf))

    assert (report["outcome"], report["integrity"]) == ("altered", "altered")


def test_a_revoked_document_is_not_in_force_at_once(world: World) -> None:
    document = world.issue()
    pdf = world.pdf(document["id"])

    answer = world.post(f"/documents/{document['id']}/revoke", LAW)

    assert answer.status_code == 200
    assert answer.json()["status"] == "revoked"
    report = world.verify(pdf)
    assert (report["outcome"], report["reason"]) == ("not_in_force", "revoked")
    assert report["integrity"] == "intact"


def test_a_suspension_ends_when_reinstated(world: World) -> None:
    document = world.issue()
    pdf = world.pdf(document["id"])

    world.post(f"/documents/{document['id']}/suspend", LAW)
    assert world.verify(pdf)["reason"] == "suspended"
    world.post(f"/documents/{document['id']}/reinstate", LAW)
    assert world.verify(pdf)["outcome"] == "in_force"


def test_a_successor_takes_the_place_of_its_predecessor(world: World) -> None:
    old = world.issue()

    answer = world.post(
        f"/documents/{old['id']}/supersede",
        {**LAW, "order_number": "12/2569", "data": world.sample()},
        key="succeed-" + old["id"],
    )

    assert answer.status_code == 201, answer.text
    new = answer.json()
    assert new["supersedes"] == old["id"]
    assert world.get(f"/documents/{old['id']}").json()["successor"] == new["id"]
    report = world.verify(world.pdf(old["id"]))
    assert (report["outcome"], report["reason"]) == ("not_in_force", "superseded")
    assert new["id"] in json.dumps(report["document"])
    assert world.verify(world.pdf(new["id"]))["outcome"] == "in_force"
    events = world.get("/events?limit=1000").json()["events"]
    [event] = [
        e
        for e in events
        if e["action"] == "superseded" and e["document_id"] == old["id"]
    ]
    assert (event["order_number"], event["legal_basis"]) == ("12/2569", "มาตรา ๒๑")


def test_an_expired_document_is_not_in_force(world: World) -> None:
    today = bangkok_date(system_clock())
    document = world.issue(valid_from=str(today), valid_until=str(today))
    # One day later; the status list published today still holds then.
    report = verify_pdf(
        world.pdf(document["id"]),
        publication=open_publication(world.home.verifier),
        now=system_clock() + timedelta(days=1),
    ).to_json()
    assert (report["outcome"], report["reason"]) == ("not_in_force", "expired")


def test_the_last_day_counts_and_the_first_day_does_not_come_early(
    world: World,
) -> None:
    today = bangkok_date(system_clock())
    last = world.issue(valid_from=str(today), valid_until=str(today))
    later = world.issue(
        valid_from=str(today + timedelta(days=2)),
        valid_until=str(today + timedelta(days=30)),
    )
    assert world.verify(world.pdf(last["id"]))["outcome"] == "in_force"
    assert world.verify(world.pdf(later["id"]))["reason"] == "not_yet_valid"


def test_record_and_claim_travel_in_the_file(world: World) -> None:
    document = world.issue()
    with pikepdf.open(io.BytesIO(world.pdf(document["id"]))) as pdf:
        record = pdf.attachments["record.json"].get_file().read_bytes()
        claim = pdf.attachments["claim.cose"].get_file().read_bytes()
        spec = pdf.attachments["record.json"].obj
        assert spec.AFRelationship == "/Data"
    facts = parse_record(record)
    assert facts["number"] == document["number"]
    assert facts["data"] == world.sample()
    assert record_digest(record) in claim


def test_the_qr_address_gives_the_same_verdict(world: World) -> None:
    document = world.issue()
    claim = world.issuer.store.get_claim(document["id"])
    url = qr_text(document["verify_url"], claim)
    ask = {"url": url}
    report = world.http.post("/v1/verify/qr", json=ask).json()
    assert report["outcome"] == "in_force", report
    world.post(f"/documents/{document['id']}/suspend", LAW)
    report = world.http.post("/v1/verify/qr", json=ask).json()
    assert (report["outcome"], report["reason"]) == ("not_in_force", "suspended")


def test_the_short_way_by_id_tells_the_status(world: World) -> None:
    document = world.issue()
    answer = world.http.get(f"/v1/status/{document['id']}")
    assert answer.status_code == 200
    assert answer.json()["outcome"] == "in_force"


def test_the_short_code_on_the_paper_leads_to_the_document(world: World) -> None:
    document = world.issue("training_certificate")
    printed = "".join(read_with_pdfium(world.pdf(document["id"])))
    assert document["short_code"] in printed
    assert f"{world.url}/C/" in printed
    by_code = world.get(f"/documents/{document['short_code']}")
    assert by_code.json() == world.get(f"/documents/{document['id']}").json()
    typed = document["short_code"].replace("-", " ").lower()
    answer = world.http.get("/C", params={"code": typed}, follow_redirects=True)
    assert answer.url.path == f"/V/{document['id']}"
    assert document["number"] in answer.text


def test_documents_are_listed_filtered_and_paged(world: World) -> None:
    token = world.token("LABOUR")
    made = [world.issue("training_certificate", token=token) for _ in range(3)]
    listed: list[str] = []
    after: str | None = ""
    while after is not None:
        page = world.get(f"/documents?limit=2{after}", token=token).json()
        assert len(page["documents"]) <= 2
        listed += [d["id"] for d in page["documents"]]
        after = f"&after={page['next']}" if page["next"] else None
    assert len(listed) == len(set(listed))
    assert {d["id"] for d in made} <= set(listed)
    by_number = world.get(f"/documents?number={made[1]['number']}", token=token).json()
    assert [d["id"] for d in by_number["documents"]] == [made[1]["id"]]
    none = world.get("/documents?status=revoked", token=token).json()
    assert none["documents"] == []


def test_a_dry_run_takes_no_number(world: World) -> None:
    body = {"type": "business_licence", "data": world.sample()}
    before = world.issue()["number"]
    preview = world.post("/documents?dry_run=true", body)
    assert preview.status_code == 200
    assert preview.content.startswith(b"%PDF-")
    assert world.verify(preview.content)["integrity"] == "unsigned"
    after = world.issue()["number"]
    assert _sequence(after) == _sequence(before) + 1


def test_types_have_json_schemas_that_take_the_samples(world: World) -> None:
    types = world.get("/types").json()["types"]
    assert {t["id"] for t in types} >= set(TYPES)
    for type_id in TYPES:
        schema = world.get(f"/types/{type_id}/schema").json()
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(world.sample(type_id), schema)


def test_the_event_log_tells_who_did_what(world: World) -> None:
    token = world.token(name=f"desk-{secrets.token_hex(4)}")
    document = world.issue(token=token)
    world.post(f"/documents/{document['id']}/revoke", LAW, token=token)
    events = world.get("/events?limit=1000", token=token).json()["events"]
    mine = [e for e in events if e["document_id"] == document["id"]]
    assert [e["action"] for e in mine] == ["reserved", "sealing", "issued", "revoked"]
    assert mine[-1]["reason"] == LAW["reason"]
    assert mine[-1]["actor"].startswith("token:desk-")
    export = world.get("/events?csv=true&limit=1000", token=token)
    assert export.headers["content-type"].startswith("text/csv")
    assert document["id"] in export.text


def _sequence(number: str) -> int:
    return int("".join(c for c in number.split("/", maxsplit=1)[0] if c.isdigit()))


def test_the_addresses_in_an_answer_can_be_followed(world: World) -> None:
    document = world.issue()
    headers = {"Authorization": f"Bearer {world.token()}"}
    answer = httpx.get(document["pdf_url"], headers=headers)
    assert hashlib.sha256(answer.content).hexdigest() == document["sha256"]
    [kind, *_] = world.get("/types").json()["types"]
    assert httpx.get(kind["schema_url"], headers=headers).is_success


def test_a_retry_is_answered_though_the_type_was_retired(world: World) -> None:
    agency, key = AgencyId("LABOUR"), secrets.token_hex(8)
    token = world.token("LABOUR")
    body = {"type": "business_licence", "data": world.sample()}
    first = world.post("/documents", body, token=token, key=key)
    pdf = world.get(f"/documents/{first.json()['id']}/pdf", token=token).content
    now = system_clock()
    change_type(world.home, agency, "business_licence", now, in_force=False)
    try:
        assert world.post("/documents", body, token=token, key=key).json() == (
            first.json()
        )
        other = world.post("/documents", body, token=token, key=secrets.token_hex(8))
        assert other.status_code == 422
        # What was issued stays what it is.
        assert world.verify(pdf)["outcome"] == "in_force"
    finally:
        change_type(world.home, agency, "business_licence", now, in_force=True)


def test_an_old_publication_run_cannot_take_a_list_back(world: World) -> None:
    document = world.issue()
    pdf = world.pdf(document["id"])
    with ThreadPoolExecutor(8) as pool:
        others = [world.issue()["id"] for _ in range(4)]
        runs = [pool.submit(publish_all, world.issuer) for _ in range(4)]
        changes = [
            pool.submit(world.post, f"/documents/{other}/revoke", LAW)
            for other in others
        ]
        for _ in range(10):
            assert world.verify(pdf)["outcome"] == "in_force"
        for run in runs:
            run.result()
        assert {change.result().status_code for change in changes} == {200}
    for other in others:
        assert world.verify(world.pdf(other))["reason"] == "revoked"


def test_a_token_for_one_type_reads_the_events_of_that_type_only(
    world: World,
) -> None:
    licence = world.issue()
    certificate = world.issue("training_certificate")
    token = world.token(types=frozenset({"training_certificate"}))
    for path in ("/events?limit=1000", "/events?csv=true"):
        text = world.get(path, token=token).text
        assert certificate["id"] in text
        assert licence["id"] not in text
    listed = world.get("/documents?limit=200", token=token).json()["documents"]
    assert {d["type"] for d in listed} == {"training_certificate"}
