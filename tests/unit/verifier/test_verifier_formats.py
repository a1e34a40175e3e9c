# SPDX-License-Identifier: Apache-2.0
"""A report in its forms, and again by SHA-256, over HTTP as clients get them."""

import base64
import hashlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest
import uvicorn

from register.document import Status
from tests.forge import HOST, Forge, Issued, draw_pdf
from tests.forge_pki import NOW
from tests.programs import need
from tests.report_schema import check_wire, report_validator
from tests.running import run_server
from verifier.app import create_app
from verifier.etsi_report import NAMESPACE, write_etsi_report
from verifier.settings import VerifierSettings
from verifier.summary import summarize_report
from verifier.summary_page import draw_summary

_VR = {"vr": NAMESPACE, "ds": "http://www.w3.org/2000/09/xmldsig#"}


@dataclass
class Served:
    """A running verifier with a clock that tests may turn."""

    http: httpx.Client
    forge: Forge
    issued: Issued
    now: datetime = NOW

    def upload(self, pdf: bytes, **how: str) -> httpx.Response:
        """Upload a file; `format` and `accept` say what is wanted."""
        params = {"format": how["format"]} if "format" in how else {}
        headers = {"Accept": how["accept"]} if "accept" in how else {}
        return self.http.post(
            "/v1/verify", files={"file": ("a.pdf", pdf)}, params=params, headers=headers
        )

    def ask_again(self, pdf: bytes, **params: str) -> httpx.Response:
        """Ask for the report on a file that was uploaded before."""
        digest = hashlib.sha256(pdf).hexdigest()
        return self.http.get(f"/v1/verify/files/{digest}", params=params)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve a verifier over a publication of one document."""
    forge = Forge(tmp_path_factory.mktemp("formats") / "publication")
    issued = forge.issue()
    forge.publish()
    settings = VerifierSettings(
        publication_url=str(forge.folder),
        trust_root=forge.root_file(),
        verify_url=HOST,
        pdf_workers=1,
    )
    made: list[Served] = []
    app = create_app(settings, clock=lambda: made[0].now)
    config = uvicorn.Config(app, log_level="error")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with httpx.Client(base_url=url, timeout=60) as http:
            made.append(Served(http, forge, issued))
            with run_server(config, listener):
                yield made[0]


@pytest.fixture
def world(served: Served) -> Iterator[Served]:
    """Give the served world, and put it back in order."""
    yield served
    served.now = NOW
    served.forge.statuses.clear()
    served.forge.publish()


@pytest.mark.parametrize(
    ("how", "media_type"),
    [
        ({}, "application/json"),
        ({"format": "json"}, "application/json"),
        ({"format": "etsi"}, "application/xml"),
        ({"format": "pdf"}, "application/pdf"),
        ({"accept": "application/pdf"}, "application/pdf"),
        ({"accept": "text/xml;q=0.5, application/json;q=0.1"}, "application/xml"),
        ({"accept": "text/html, application/xml;q=0.9, */*;q=0.8"}, "application/xml"),
        ({"accept": "text/html, */*;q=0.8"}, "application/json"),
        ({"accept": "application/pdf", "format": "json"}, "application/json"),
    ],
)
def test_a_report_comes_in_the_form_asked_for(
    served: Served, how: dict[str, str], media_type: str
) -> None:
    answer = served.upload(served.issued.pdf, **how)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == media_type
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("how", [{"format": "docx"}, {"accept": "image/png"}])
def test_a_form_there_is_not_is_refused(served: Served, how: dict[str, str]) -> None:
    answer = served.upload(b"junk", **how)

    assert answer.status_code == 406
    assert answer.json()["type"] == "urn:tra:problem:no-such-format"


def test_the_schema_is_served_and_fits_what_is_answered(served: Served) -> None:
    schema = served.http.get("/v1/report-schema")

    assert schema.headers["content-type"] == "application/schema+json"
    assert schema.json() == report_validator().schema
    for pdf in (served.issued.pdf, draw_pdf(), b"junk"):
        check_wire(served.upload(pdf).json())
    check_wire(
        served.http.post("/v1/verify/qr", json={"url": served.issued.url}).json()
    )
    check_wire(served.http.get(f"/v1/status/{served.issued.id}").json())


def test_the_xml_tells_what_the_json_tells(served: Served) -> None:
    pdf = served.issued.pdf.replace(b"Somchai", b"Mallory")
    report = served.upload(pdf).json()
    root = ET.fromstring(served.upload(pdf, format="etsi").content)  # noqa: S314 - ours

    status = root.find(".//vr:SignatureValidationStatus", _VR)
    assert status is not None
    assert status.findtext("vr:MainIndication", namespaces=_VR) == (
        "urn:etsi:019102:mainindication:total-failed"
    )
    assert status.findtext("vr:SubIndication", namespaces=_VR) == (
        f"urn:etsi:019102:subindication:{report['signature_indication']['sub']}"
    )
    assert report["signature_indication"] == {
        "main": "TOTAL_FAILED",
        "sub": "HASH_FAILURE",
    }
    constraints = root.findall(".//vr:ValidationConstraintIdentifier", _VR)
    assert [c.text for c in constraints] == [
        f"urn:tra:check:{check['id']}" for check in report["checks"]
    ]
    digest = root.findtext(".//vr:SignersDocument//ds:DigestValue", namespaces=_VR)
    assert base64.b64decode(digest or "") == hashlib.sha256(pdf).digest()
    assert "altered" in [value.text for value in root.iter(f"{{{NAMESPACE}}}Value")]


def test_nothing_from_a_document_becomes_markup_or_ends_the_xml(
    quiet_forge: Forge, genuine: Issued
) -> None:
    evil = "</Signer><x y='&'>\x00\x0b\ud800\uffff]]>"
    report = quiet_forge.verify(genuine.pdf)
    assert report.signature is not None
    forged = replace(report, signature={**report.signature, "signer": evil})

    root = ET.fromstring(write_etsi_report(forged))  # noqa: S314 - of our own making

    told = root.findtext(".//vr:Signer", namespaces=_VR)
    assert told == "</Signer><x y='&'>\ufffd\ufffd\ufffd\ufffd]]>"
    assert root.find(".//x") is None


def test_a_printed_summary_says_what_it_is_and_of_which_file(served: Served) -> None:
    pdf = served.issued.pdf
    text = _copy_text(served.upload(pdf, format="pdf").content)

    assert "สรุปผลการตรวจสอบเอกสารอิเล็กทรอนิกส์" in text
    assert "ไม่มีผู้ใดลงลายมือชื่อหรือประทับตรา" in text
    assert "เอกสารแท้ และมีผลใช้ได้ในวันนี้" in text
    assert hashlib.sha256(pdf).hexdigest() in text
    assert "2 มีนาคม 2569 เวลา 12:00:00 น." in text
    assert "นายสมชาย ใจดี" in text
    assert HOST in text
    assert text.count("ผ่าน") >= 16


def test_a_printed_summary_of_a_forgery_tells_so_and_nothing_of_its_facts(
    served: Served,
) -> None:
    forged = served.issued.pdf.replace(b"Somchai", b"Mallory")
    text = _copy_text(served.upload(forged, format="pdf").content)

    assert "เอกสารนี้ถูกแก้ไข ไม่ตรงกับที่หน่วยงานออกให้" in text
    assert "HASH_FAILURE" in text
    assert "นายสมชาย ใจดี" not in text


def test_a_summary_shows_any_name_however_strange(
    quiet_forge: Forge, genuine: Issued
) -> None:
    strange = "กรม\u202eปลอม 😀 ก\u0e48\u0e48\u0e48\u0e48 \x07 عربي " + "ยาว" * 2_000
    report = quiet_forge.verify(genuine.pdf)
    assert report.signature is not None
    forged = replace(report, signature={**report.signature, "signer": strange})

    text = _copy_text(draw_summary(summarize_report(forged, address=HOST)))

    assert "[U+202E]" in text
    assert "[U+1F600]" in text


def test_a_report_is_had_again_without_the_file(world: Served) -> None:
    pdf = world.issued.pdf
    first = world.upload(pdf).json()
    again = world.ask_again(pdf)
    printed = world.ask_again(pdf, format="pdf")

    assert again.status_code == 200
    told = again.json()
    assert first["document"]["holder"] == "นายสมชาย ใจดี"
    # The SHA-256 stands in the public register: whoever has it has not the file.
    assert told["document"].pop("holder") == "นายสมชาย ใ***"
    first["document"].pop("holder")
    assert told == first
    assert "นายสมชาย ใจดี" not in _copy_text(printed.content)


def test_no_report_is_given_again_after_a_revocation(world: Served) -> None:
    pdf = world.issued.pdf
    world.upload(pdf)
    world.forge.statuses[world.issued.document.status_ref.index] = Status.REVOKED
    world.forge.publish()
    answer = world.ask_again(pdf)

    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:tra:problem:not-checked-lately"


@pytest.mark.parametrize("later", [timedelta(minutes=5), timedelta(hours=13)])
def test_no_report_is_given_again_later(world: Served, later: timedelta) -> None:
    pdf = world.issued.pdf
    world.upload(pdf)
    assert world.ask_again(pdf).status_code == 200
    world.now = NOW + later

    assert world.ask_again(pdf).status_code == 404


def test_no_report_outlives_its_status_list_or_its_day(world: Served) -> None:
    pdf = world.issued.pdf
    fresh_until = datetime.fromisoformat(
        world.upload(pdf).json()["status"]["fresh_until"]
    )
    midnight = NOW.replace(hour=17)
    for end in (fresh_until, midnight):
        world.now = end - timedelta(seconds=20)
        world.forge.publish(at=NOW)
        assert world.upload(pdf).json()["outcome"] == "in_force"
        assert world.ask_again(pdf).status_code == 200
        world.now = end + timedelta(seconds=1)
        assert world.ask_again(pdf).status_code == 404


def test_what_nobody_has_sent_is_not_found(served: Served) -> None:
    unsent = served.ask_again(b"never sent")
    odd = served.http.get("/v1/verify/files/ABC")

    assert unsent.status_code == 404
    assert odd.status_code == 422
    assert odd.json()["errors"][0]["field"] == "sha256"


def test_what_reads_files_never_loads_what_draws() -> None:
    loaded = "import sys, verifier.app, verifier.worker; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", loaded],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
    )

    modules = set(done.stdout.split())
    assert "verifier.formats" in modules
    assert not modules & {"reportlab", "uharfbuzz", "pikepdf", "templates.drawing"}


def _copy_text(pdf: bytes) -> str:
    """Return the text as people copy it, with line ends as blanks."""
    done = subprocess.run(
        [need("pdftotext", "poppler-utils"), "-raw", "-", "-"],
        check=True,
        capture_output=True,
        input=pdf,
    )
    return done.stdout.decode().replace("\n", " ")
