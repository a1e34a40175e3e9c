# SPDX-License-Identifier: Apache-2.0
"""An officer signs first: shown, authenticated, signed, sealed; refused; killed."""

import asyncio
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import SecretStr
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.status import PdfSignatureStatus

from issuer.agencies import ALL_PERMISSIONS, Caller
from issuer.errors import OfficerNotAuthenticatedError
from issuer.officer_signing import Confirmed, sign_documents
from register.document import AgencyId, DocumentId, Text
from register.store import Store
from register.store_officers import MAX_FAILURES
from register.store_signatures import SignatureRequest
from tests.ades import Process, judge_each_ades
from tests.officers import (
    PASSPHRASE,
    PERMIT,
    PERMIT_LTA,
    ask,
    enter_officer,
    make_types,
    shown,
    sign,
    sign_seen,
)
from tests.programs import need, run
from tests.softhsm import PIN, SoftToken
from tests.world import World, run_world
from tra.clock import system_clock
from tra.officer_desk import KeySource

CRASH = (sys.executable, "-m", "tests.flows.crash_officers")
WRONG = "not the right words"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A served installation with a type that asks for an officer, and an officer."""
    types = make_types(tmp_path_factory.mktemp("types"))
    with run_world(tmp_path_factory.mktemp("world"), types=types) as made:
        enter_officer(made)
        yield made


def actions(world: World, document_id: str) -> list[str]:
    events = world.issuer.store.events(DocumentId(document_id))
    return [event.action.value for event in events]


def test_a_document_is_shown_signed_and_sealed_and_the_report_names_the_officer(
    world: World,
) -> None:
    document = ask(world, "whole")
    assert ask(world, "whole")["id"] == document["id"], "a retry finds it waiting"
    waiting = world.get("/officers/somchai/waiting").json()["documents"]
    assert [d["id"] for d in waiting] == [document["id"]]
    seen = shown(world, document["id"])
    digest = sha256(seen.content).hexdigest()
    assert waiting[0]["sha256"] == digest == seen.headers["ETag"].strip('"')
    assert world.get(f"/documents/{document['id']}/pdf").status_code == 409

    [done] = sign(world, {document["id"]: digest}).json()["documents"]

    assert done["problem"] is None
    assert done["document"]["state"] == "issued"
    pdf = world.pdf(document["id"])
    assert pdf.startswith(seen.content), "what was shown is what is signed"
    report = world.verify(pdf)
    assert (report["outcome"], report["reason"]) == ("in_force", "valid")
    officer = report["signature"]["officer"]
    assert officer["name"]["th"] == "นายสมชาย ใจดี"
    assert officer["position"]["th"] == "ผู้อำนวยการกองทะเบียน"
    assert officer["authority"]["th"] == "ปฏิบัติราชการแทน อธิบดี"
    assert officer["signed_at"] <= report["signature"]["signed_at"]
    assert report["checks"][-1]["id"] == "officer_signature"
    assert actions(world, document["id"]) == [
        "reserved",
        "signature_asked",
        "officer_signing",
        "officer_signed",
        "sealing",
        "issued",
    ]


def test_what_was_authenticated_and_signed_is_written_down(world: World) -> None:
    one, two = ask(world, "log-1"), ask(world, "log-2")
    ids = [one["id"], two["id"]]
    before = world.issuer.store.events()[-1].seq
    sign_seen(world, *ids)
    events = world.issuer.store.events(after_seq=before)
    [batch] = [e for e in events if e.action == "officer_authenticated"]
    assert batch.details["method"] == "pkcs12"
    assert [d["id"] for d in batch.details["documents"]] == ids
    signing = [e for e in events if e.action == "officer_signing"]
    assert [e.document_id for e in signing] == ids
    for event, document in zip(signing, batch.details["documents"], strict=True):
        assert event.details["batch_sha256"] == batch.details["batch_sha256"]
        assert event.details["record_sha256"] == document["record_sha256"]
        pdf = world.pdf(document["id"])
        [officer, _] = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures
        signed = officer.signer_info["signed_attrs"].untag().dump()
        assert event.details["dtbs_sha256"] == sha256(signed).hexdigest()
        record = world.issuer.store.get_record(DocumentId(document["id"]))
        assert document["record_sha256"] == sha256(record).hexdigest()


def test_neither_token_nor_database_nor_administrator_can_sign(world: World) -> None:
    document = ask(world, "insider")
    digest = shown(world, document["id"]).headers["ETag"].strip('"')
    for path in (f"/documents/{document['id']}/finish",):
        answer = world.post(path, {})
        assert (answer.status_code, answer.json()["state"]) == (
            202,
            "pending_signature",
        )
    answer = sign(world, {document["id"]: digest}, secret=WRONG)
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:tra:problem:officer-not-authenticated"
    reader = world.token(actions=frozenset({"read", "issue"}))
    assert sign(world, {document["id"]: digest}, token=reader).status_code == 403
    assert "officer_signing" not in actions(world, document["id"])
    # Nothing on the disk opens the key but what only the officer knows.
    secret = PASSPHRASE.encode()
    for file in world.folder.rglob("*"):
        assert not file.is_file() or secret not in file.read_bytes(), file
    assert world.get("/documents?state=pending_signature").json()["documents"]


def test_another_file_than_the_one_shown_is_not_signed(world: World) -> None:
    document = ask(world, "other-file")
    answer = sign(world, {document["id"]: "0" * 64})
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:tra:problem:shown-file-differs"
    assert actions(world, document["id"])[-1] == "signature_asked"


def test_what_is_laid_there_anew_in_between_is_not_signed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody draws the document anew after the officer's confirmation was read."""
    document = ask(world, "in-between", officer="somchai")
    path = f"/documents/{document['id']}"
    old = shown(world, document["id"]).headers["ETag"].strip('"')
    find = Store.find_signature

    def find_and_be_overtaken(
        store: Store, document_id: DocumentId
    ) -> SignatureRequest | None:
        monkeypatch.setattr(Store, "find_signature", find)
        found = find(store, document_id)
        refused = world.post(f"{path}/refuse", {"reason": "another one, then"})
        assert refused.status_code == 200
        assert world.post(f"{path}/present", {"officer": "somchai"}).status_code == 202
        return found

    monkeypatch.setattr(Store, "find_signature", find_and_be_overtaken)
    [result] = sign(world, {document["id"]: old}).json()["documents"]

    assert result["document"]["state"] == "pending_signature"
    assert result["problem"] is not None
    assert shown(world, document["id"]).headers["ETag"].strip('"') != old
    assert "officer_signing" not in actions(world, document["id"])
    world.post(f"{path}/refuse", {"reason": "ไม่ใช้แล้ว", "void": True})


def test_wrong_passphrases_lock_the_officer_out_and_leave_no_trace_of_themselves(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    enter_officer(world, "malee", name=Text("นางมาลี มีสุข", "Malee Meesuk"))
    document = ask(world, "locked", officer="malee")
    seen = {document["id"]: shown(world, document["id"]).headers["ETag"].strip('"')}
    with caplog.at_level(logging.DEBUG):
        tries = [
            sign(world, seen, officer="malee", secret=f"{WRONG}-{n}").status_code
            for n in range(MAX_FAILURES)
        ]
        right = sign(world, seen, officer="malee")
    assert tries == [403] * MAX_FAILURES
    assert right.status_code == 429
    assert right.json()["type"] == "urn:tra:problem:officer-locked"
    assert WRONG not in caplog.text
    assert PASSPHRASE not in caplog.text
    told = [str(e.details) for e in world.issuer.store.events()]
    assert not [text for text in told if WRONG in text or PASSPHRASE in text]
    failed = [t for t in told if "malee" in t]
    assert len(failed) == MAX_FAILURES + 2  # added, asked, and each wrong try
    listed = world.get("/officers").json()["officers"]
    assert [o["id"] for o in listed if o["locked_until"]] == ["malee"]


def test_an_officer_must_be_named_where_there_are_several(world: World) -> None:
    # malee is there by now.
    body = {"type": PERMIT, "data": world.sample(PERMIT)}
    answer = world.post("/documents", body, key="which")
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["field"], error["reason"]) == ("officer", "required")
    answer = world.post("/documents", {**body, "officer": "nobody"}, key="which-2")
    assert answer.json()["errors"][0]["reason"] == "not_a_choice"
    body = {"type": "business_licence", "data": world.sample(), "officer": "somchai"}
    answer = world.post("/documents", body, key="which-3")
    assert answer.json()["errors"][0]["reason"] == "not_allowed"


def test_refused_it_goes_back_is_laid_before_another_or_voided(world: World) -> None:
    document = ask(world, "refused", officer="somchai")
    old = shown(world, document["id"]).headers["ETag"].strip('"')
    path = f"/documents/{document['id']}"
    assert world.post(f"{path}/refuse", {"reason": ""}).status_code == 422
    refused = world.post(f"{path}/refuse", {"reason": "ชื่อกิจการผิด"})
    assert (refused.status_code, refused.json()["state"]) == (200, "reserved")
    retry = world.post(f"{path}/finish", {})
    assert retry.json()["type"] == "urn:tra:problem:signature-refused"
    assert sign(world, {document["id"]: old}).status_code == 409

    again = world.post(f"{path}/present", {"officer": "somchai"})

    assert (again.status_code, again.json()["state"]) == (202, "pending_signature")
    assert shown(world, document["id"]).headers["ETag"].strip('"') != old
    voided = world.post(f"{path}/refuse", {"reason": "ไม่ใช้แล้ว", "void": True})
    assert voided.json()["state"] == "void"
    assert world.get("/officers/somchai/waiting").json()["documents"] is not None


STEPS = {
    "ask_signature": "reserved",
    "record_signing": "pending_signature",
    "record_signed": "pending_signature",
    "seal": "reserved",
    "record_issued": "reserved",
}
"""The call before which the process dies, and the state it leaves behind."""


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_signing_is_finished_by_a_retry(world: World, step: str) -> None:
    key = f"crash-officer-{step}"
    died = subprocess.run(
        [*CRASH, str(world.folder), world.url, step, key],
        env={**os.environ, **world.environment()},  # noqa: TID251 - a child's environment
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert died.returncode == -signal.SIGKILL, died.stderr
    found = world.issuer.store.find_reservation(AgencyId("TRADE"), key)
    assert found is not None
    left = found[1]
    assert left.state.value == STEPS[step]

    # The same request again, then the officer again, where that is needed still.
    body = {"type": PERMIT, "data": world.sample(PERMIT), "officer": "somchai"}
    answer = world.post("/documents", body, key=key)
    assert answer.status_code in {201, 202}, answer.text
    if answer.json()["state"] == "pending_signature":
        sign_seen(world, left.id)

    document = world.get(f"/documents/{left.id}").json()
    assert (document["state"], document["number"]) == ("issued", left.number)
    assert actions(world, left.id).count("issued") == 1
    assert actions(world, left.id).count("officer_signed") == 1
    assert world.verify(world.pdf(left.id))["outcome"] == "in_force"


@pytest.mark.parametrize("type_id", [PERMIT, PERMIT_LTA])
def test_judges_find_both_signatures_good(
    world: World, tmp_path: Path, type_id: str
) -> None:
    document = ask(world, f"judges-{type_id}", type_id, officer="somchai")
    sign_seen(world, document["id"])
    pdf = world.pdf(document["id"])
    path = tmp_path / "signed.pdf"
    path.write_bytes(pdf)
    said = run(need("pdfsig", "poppler-utils"), "-nocert", path)
    assert said.count("Signature is Valid.") == 2
    assert "Certificate Common Name: นายสมชาย ใจดี" in said
    said = run(need("mutool", "mupdf-tools"), "sign", "-v", path)
    assert said.count("The signature is valid") >= 2
    # Not `ades_lta_validation`: it wants the CA to have existed before the moment the
    # validation began, and counts it from when it reads the file, an instant later.
    root = world.folder / "keys/root-ca.crt.pem"
    for process in Process:
        assert judge_each_ades(pdf, root, process) == ["AdESPassed.OK"] * 2
    officer, seal = judge_by_pyhanko(world, pdf)
    for status in (officer, seal):
        assert status.bottom_line, status.summary()
        assert status.docmdp_ok
        assert status.timestamp_validity is not None
        assert status.timestamp_validity.trusted
    assert officer.modification_level is ModificationLevel.FORM_FILLING
    assert seal.modification_level is ModificationLevel.LTA_UPDATES


def judge_by_pyhanko(world: World, pdf: bytes) -> list[PdfSignatureStatus]:
    """Ask pyHanko's own validation, with our root and what the file holds alone."""
    root = x509.load_pem_x509_certificate(
        (world.folder / "keys/root-ca.crt.pem").read_bytes()
    )
    reader = PdfFileReader(BytesIO(pdf))
    context = DocumentSecurityStore.read_dss(reader).as_validation_context(
        {
            "trust_roots": [
                asn1_x509.Certificate.load(root.public_bytes(Encoding.DER))
            ],
            "allow_fetching": False,
            "revocation_mode": "hard-fail",
        }
    )
    return [
        asyncio.run(async_validate_pdf_signature(one, context, context))
        for one in reader.embedded_regular_signatures
    ]


@pytest.mark.hsm
def test_an_officer_signs_with_a_token_of_their_own(
    world: World, soft_token: SoftToken
) -> None:
    settings = world.issuer.settings.model_copy(
        update={"officer_pkcs11_module": soft_token.hsm.module}
    )
    issuer = replace(world.issuer, settings=settings)
    enter_officer(
        replace(world, home=replace(world.home, issuer=settings)),
        "tokha",
        source=KeySource(secret=SecretStr(PIN), token=soft_token.label),
    )
    document = ask(world, "token", officer="tokha")
    seen = Confirmed(
        document_id=DocumentId(document["id"]),
        shown_sha256=sha256(shown(world, document["id"]).content).digest(),
    )
    caller = Caller(
        actor="test", agency_id=AgencyId("TRADE"), permissions=ALL_PERMISSIONS
    )
    now = system_clock()
    with pytest.raises(OfficerNotAuthenticatedError):
        sign_documents(issuer, caller, "tokha", [seen], SecretStr("0000-x"), now)
    [done] = sign_documents(issuer, caller, "tokha", [seen], SecretStr(PIN), now)
    assert done.error is None
    [event] = [
        e
        for e in world.issuer.store.events()
        if e.action == "officer_authenticated" and e.details["officer"] == "tokha"
    ]
    assert event.details["method"] == "pkcs11"
    assert world.verify(world.pdf(document["id"]))["outcome"] == "in_force"


def test_the_command_line_does_it_all(world: World, tmp_path: Path) -> None:
    def tra(*arguments: str, secret: str = "") -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-m", "tra.cli", *arguments, "--json"],
            input=secret,
            check=False, capture_output=True, text=True, cwd=tmp_path,
            env={**world.environment(), "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        assert PASSPHRASE not in done.stdout + done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    mine = ("--agency", "LABOUR")
    added = tra(
        "officers", "add", "prasert", *mine, "--secret-stdin",
        "--name-th", "นายประเสริฐ ดีเลิศ", "--name-en", "Mr. Prasert Deelert",
        "--position-th", "นายทะเบียน", "--position-en", "Registrar",
        secret=f"{PASSPHRASE}\n",
    )  # fmt: skip
    assert (added["id"], added["key"]) == ("prasert", "pkcs12")
    data = tmp_path / "data.json"
    data.write_text(json.dumps(world.sample(PERMIT)), "utf-8")
    issued = tra("issue", PERMIT, str(data), *mine)
    assert (issued["state"], issued["officer"]) == ("pending_signature", "prasert")
    look = tmp_path / "look.pdf"
    seen = tra("officers", "show", issued["id"], "-o", str(look), *mine)
    assert seen["sha256"] == sha256(look.read_bytes()).hexdigest()
    signed = tra(
        "officers", "sign", "prasert", issued["id"], "--sha256", seen["sha256"],
        "--secret-stdin", *mine, secret=f"{PASSPHRASE}\n",
    )  # fmt: skip
    [document] = signed["documents"]
    assert (document["state"], document["problem"]) == ("issued", None)
    pdf = world.issuer.files.get_pdf(bytes.fromhex(document["sha256"]))
    report = world.verify(pdf)
    assert report["signature"]["officer"]["name"]["th"] == "นายประเสริฐ ดีเลิศ"
