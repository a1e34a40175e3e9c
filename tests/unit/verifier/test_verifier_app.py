# SPDX-License-Identifier: Apache-2.0
"""The verifier over HTTP, served for real."""

import hashlib
import json
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pikepdf
import pytest
import uvicorn

from register.document import Status, new_document_id
from register.members import format_instant
from register.short_code import group_short_code, short_code
from tests.forge import HOST, Forge, Issued, draw_pdf
from tests.forge_pki import NOW
from tests.hostile.made import raw
from tests.running import run_server
from tests.unit.register.app_client import AppClient
from verifier.app import create_app
from verifier.errors import SettingsError
from verifier.middleware import SECURITY_HEADERS
from verifier.settings import VerifierSettings
from verifier.web_files import NO_SOURCES

MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class Served:
    """A running verifier, and the world it verifies."""

    http: httpx.Client
    forge: Forge
    issued: Issued

    def verify(self, pdf: bytes, **fields: str) -> dict[str, Any]:
        """Upload a file and return its report."""
        answer = self.http.post(
            "/v1/verify", files={"file": ("a.pdf", pdf)}, data=fields
        )
        assert answer.status_code == 200, answer.text
        report: dict[str, Any] = answer.json()
        return report


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve a verifier over a publication of one document."""
    forge = Forge(tmp_path_factory.mktemp("served") / "publication")
    issued = forge.issue()
    forge.publish()
    settings = VerifierSettings(
        publication_url=str(forge.folder),
        trust_root=forge.root_file(),
        verify_url=HOST,
        max_upload_bytes=MAX_BYTES,
    )
    config = uvicorn.Config(create_app(settings, clock=lambda: NOW), log_level="error")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with (
            run_server(config, listener),
            httpx.Client(base_url=url, timeout=60) as http,
        ):
            yield Served(http=http, forge=forge, issued=issued)


def _check_problem(answer: httpx.Response, status: int, field: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["detail"]
    assert problem["detail_th"]
    if field:
        assert problem["errors"][0]["field"] == field
        assert problem["errors"][0]["reason"]


def test_a_genuine_file_gets_a_report(served: Served) -> None:
    report = served.verify(served.issued.pdf)

    assert report["v"] == 1
    assert report["outcome"] == "in_force"
    assert report["integrity"] == "intact"
    assert report["basis"] == "file"
    assert report["document"]["number"] == served.issued.document.number
    named = {
        "sha256": hashlib.sha256(served.issued.pdf).hexdigest(),
        "size": len(served.issued.pdf),
    }
    # Nothing but validation data follows the seal: all of it is as it was signed.
    assert report["file"] == {**named, "signed": {**named, "revision": 3}}
    assert report["trust_list"]["seq"] == 1
    assert report["checked_at"] == "2026-03-02T05:00:00Z"
    for check in report["checks"]:
        assert check["sub_indication"] is None
        assert check["explanation"]
    assert report["signature_indication"] == {"main": "TOTAL_PASSED", "sub": None}


def test_the_signed_file_comes_back_without_later_changes(served: Served) -> None:
    pdf = served.issued.pdf
    changed = raw.append_revision(pdf, {raw.content_number(pdf): raw.show("FORGED")})

    answer = served.http.post("/v1/verify/original", files={"file": ("a", changed)})

    assert answer.status_code == 200
    assert answer.content == served.issued.pdf
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["cache-control"] == "no-store"


def test_a_file_without_a_good_signature_has_no_original(served: Served) -> None:
    answer = served.http.post("/v1/verify/original", files={"file": ("a", draw_pdf())})

    _check_problem(answer, 422, "file")


def test_every_upload_within_the_limits_gets_a_report(served: Served) -> None:
    assert served.verify(b"junk")["integrity"] == "unreadable"
    assert served.verify(draw_pdf())["integrity"] == "unsigned"
    assert served.verify(bytes(MAX_BYTES))["outcome"] == "unknown"


def test_a_password_opens_a_locked_file(served: Served) -> None:
    locked = BytesIO()
    with pikepdf.open(BytesIO(draw_pdf())) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(owner="boss", user="sesame"))

    assert served.verify(locked.getvalue())["reason"] == "encrypted"
    assert served.verify(locked.getvalue(), password="no")["reason"] == "wrong_password"  # noqa: S106 - of a test file
    assert served.verify(locked.getvalue(), password="sesame")["reason"] == "unsigned"  # noqa: S106 - of a test file


def test_requests_without_a_file_name_the_field(served: Served) -> None:
    post = served.http.post
    _check_problem(post("/v1/verify", files={"file": ("a.pdf", b"")}), 422, "file")
    _check_problem(post("/v1/verify", files={"other": ("a.pdf", b"x")}), 422, "file")
    _check_problem(post("/v1/verify", data={"file": "text"}), 422, "file")
    _check_problem(post("/v1/verify", content=b"raw bytes"), 422, "file")
    _check_problem(post("/v1/verify"), 422, "file")
    broken = {"content-type": "multipart/form-data; boundary=x"}
    _check_problem(post("/v1/verify", content=b"--y\r\n", headers=broken), 422, "file")
    no_boundary = {"content-type": "multipart/form-data"}
    _check_problem(post("/v1/verify", content=b"--y", headers=no_boundary), 422, "file")


def test_a_file_over_the_limit_is_refused(served: Served) -> None:
    answer = served.http.post(
        "/v1/verify", files={"file": ("a.pdf", bytes(MAX_BYTES + 1))}
    )

    _check_problem(answer, 413, "file")


def test_a_hundred_megabytes_are_refused_before_they_are_sent(served: Served) -> None:
    """By the announced length alone: the body never comes, the answer does."""
    host, port = served.http.base_url.host, served.http.base_url.port
    head = (
        f"POST /v1/verify HTTP/1.1\r\nHost: {host}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n"
        "Content-Length: 100000000\r\n\r\n"
    )
    with socket.create_connection((host, port), timeout=10) as connection:
        connection.sendall(head.encode())
        answer = connection.recv(65536)

    assert answer.startswith(b"HTTP/1.1 413 ")


def test_an_endless_body_of_no_announced_length_is_cut_off(served: Served) -> None:
    sent = 0

    def parts() -> Iterator[bytes]:
        nonlocal sent
        yield (
            b"--x\r\nContent-Disposition: form-data; "
            b'name="file"; filename="a.pdf"\r\n\r\n'
        )
        for _ in range(1_000):
            sent += 100_000
            yield bytes(100_000)

    headers = {"content-type": "multipart/form-data; boundary=x"}
    try:
        answer = served.http.post("/v1/verify", content=parts(), headers=headers)
    except httpx.HTTPError:
        # The server hung up while we were still sending.
        assert sent < 100_000_000
    else:
        _check_problem(answer, 413, "file")


def test_a_code_is_verified(served: Served) -> None:
    answer = served.http.post("/v1/verify/qr", json={"url": served.issued.url})

    assert answer.status_code == 200
    assert answer.json()["outcome"] == "in_force"
    assert answer.json()["basis"] == "claim"


@pytest.mark.parametrize(
    "body", [b"", b"x", b"[]", b"{}", b'{"url": 5}', b'{"url": ""}', b"[" * 5000]
)
def test_a_bad_request_for_a_code_names_the_field(served: Served, body: bytes) -> None:
    _check_problem(served.http.post("/v1/verify/qr", content=body), 422, "url")


def test_a_huge_request_for_a_code_is_refused(served: Served) -> None:
    body = json.dumps({"url": "x" * 100_000}).encode()

    assert served.http.post("/v1/verify/qr", content=body).status_code == 413


def test_status_tells_record_and_status(served: Served) -> None:
    answer = served.http.get(f"/v1/status/{served.issued.id.lower()}").json()

    assert answer["id"] == served.issued.id
    assert answer["status"]["value"] == "valid"
    assert answer["document"]["holder"] == "นายสมชาย ใ***"
    assert answer["record"].count(".") == 2
    assert answer["basis"] == "record"


def test_status_of_an_unknown_id_is_not_found(served: Served) -> None:
    _check_problem(served.http.get(f"/v1/status/{new_document_id()}"), 404, "")


def test_status_of_what_is_no_id_names_the_field(served: Served) -> None:
    _check_problem(served.http.get("/v1/status/ABC"), 422, "id")


def test_the_page_of_a_document_answers_without_a_script(served: Served) -> None:
    for path in (f"/V/{served.issued.id}", f"/v/{served.issued.id.lower()}"):
        page = served.http.get(path)
        assert page.status_code == 200
        assert "<!--server-answer-->" not in page.text
        assert "นายสมชาย ใ***" in page.text
        assert "นายสมชาย ใจดี" not in page.text
        assert "ตามทะเบียน" in page.text
        assert "28 กุมภาพันธ์ 2570" in page.text


def test_the_page_of_no_document_says_so(served: Served) -> None:
    assert served.http.get("/V/nonsense").status_code == 404
    assert "ไม่พบเอกสารฉบับนี้" in served.http.get(f"/V/{new_document_id()}").text


def test_a_form_without_a_script_gets_a_page(served: Served) -> None:
    good = served.http.post("/verify", files={"file": ("a.pdf", served.issued.pdf)})
    empty = served.http.post("/verify", files={"file": ("a.pdf", b"")})

    assert good.status_code == 200
    assert 'data-outcome="in_force"' in good.text
    assert "นายสมชาย ใจดี" in good.text
    assert empty.status_code == 422
    assert "ไฟล์ว่างเปล่า" in empty.text


def test_nothing_from_a_document_becomes_markup(tmp_path: Path) -> None:
    forge = Forge(tmp_path / "publication")
    evil = "<script>alert(1)</script>"
    mine = forge.issue(number=evil)
    forge.publish()
    forge.publish_record(mine, holder="นายสมชาย ใ***")
    settings = VerifierSettings(
        publication_url=str(forge.folder), trust_root=forge.root_file()
    )
    config = uvicorn.Config(create_app(settings, clock=lambda: NOW), log_level="error")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with run_server(config, listener):
            page = httpx.get(f"{url}/V/{mine.id}")

    assert evil not in page.text
    assert "&lt;script&gt;" in page.text


def headers_of(path: str) -> dict[str, str]:
    """Return the headers of an answer; files that are no page may load nothing."""
    if not path.startswith("/static/"):
        return SECURITY_HEADERS
    return {**SECURITY_HEADERS, "Content-Security-Policy": NO_SOURCES}


def test_unchanged_file_is_not_sent_again(served: Served) -> None:
    first = served.http.get("/static/style.css")
    again = served.http.get(
        "/static/style.css", headers={"If-None-Match": first.headers["etag"]}
    )
    other = served.http.get("/static/style.css", headers={"If-None-Match": 'W/"0"'})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert (other.status_code, other.content) == (200, first.content)


@pytest.mark.parametrize(
    "path", ["/", "/V/x", "/static/style.css", "/healthz", "/v1/status/x", "/none"]
)
def test_every_answer_carries_the_security_headers(served: Served, path: str) -> None:
    headers = served.http.get(path).headers

    for name, value in headers_of(path).items():
        assert headers[name] == value


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/V/{id}",
        "/V/x",
        "/v1/status/{id}",
        "/v1/status/x",
        "/static/style.css",
        "/static/none.css",
        "/publication/trust-list",
        "/publication/status/0.jwt",
        "/publication/records/{id}",
        "/publication/trust-root.jwk",
        "/healthz",
        "/openapi.json",
        "/v1/verify",
    ],
)
def test_head_is_answered_like_get_without_a_body(served: Served, path: str) -> None:
    path = path.format(id=served.issued.id)
    got, head = served.http.get(path), served.http.head(path)

    assert head.status_code == got.status_code
    assert head.content == b""
    for name in got.headers:
        if name != "date":
            assert head.headers[name] == got.headers[name], name


def test_text_goes_packed_to_a_browser_that_takes_it_so(served: Served) -> None:
    for path in ("/", "/static/style.css", "/static/verdict.js", "/static/seal.svg"):
        plain = served.http.get(path, headers={"Accept-Encoding": "identity"})
        packed = served.http.get(path, headers={"Accept-Encoding": "br, gzip"})

        assert "content-encoding" not in plain.headers
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.text == plain.text
        assert int(packed.headers["content-length"]) < len(plain.content)
        assert {plain.headers["vary"], packed.headers["vary"]} == {"Accept-Encoding"}
        for name, value in headers_of(path).items():
            assert packed.headers[name] == value


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "gzip; q=0.000", "xgzip"])
def test_nothing_goes_packed_to_a_browser_that_does_not(
    served: Served, accepted: str
) -> None:
    answer = served.http.get("/", headers={"Accept-Encoding": accepted})

    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    "path",
    ["/publication/trust-list", "/publication/status/0.jwt", "/v1/status/{id}"],
)
def test_signed_files_never_go_packed(served: Served, path: str) -> None:
    answer = served.http.get(
        path.format(id=served.issued.id), headers={"Accept-Encoding": "gzip"}
    )

    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/docs/oauth2-redirect"])
def test_no_page_loads_scripts_from_elsewhere(served: Served, path: str) -> None:
    assert served.http.get(path).status_code == 404


def test_the_api_describes_itself(served: Served) -> None:
    assert "/v1/verify" in served.http.get("/openapi.json").json()["paths"]


@pytest.mark.parametrize("name", ["../app.py", "%2e%2e/app.py", "none.js", ""])
def test_only_static_files_are_served(served: Served, name: str) -> None:
    assert served.http.get(f"/static/{name}").status_code == 404


def test_the_publication_is_passed_on_as_it_is(served: Served) -> None:
    digest = hashlib.sha256(served.issued.pdf).hexdigest()
    for path in (
        "trust-list",
        "status/0.jwt",
        f"records/{served.issued.id}",
        f"files/{digest}",
    ):
        answer = served.http.get(f"/publication/{path}")
        assert answer.status_code == 200
        assert answer.content == (served.forge.folder / path).read_bytes()
        assert answer.headers["cache-control"] == "no-cache"


def test_the_trust_root_is_told_as_a_key(served: Served) -> None:
    key = served.http.get("/publication/trust-root.jwk").json()

    assert {"kty": "EC", "crv": "P-256"}.items() <= key.items()
    assert "d" not in key


@pytest.mark.parametrize(
    "path",
    ["status/9.jwt", "files/00", "files/" + "A" * 64, "records/" + "A" * 26, "x"],
)
def test_what_is_not_published_is_not_found(served: Served, path: str) -> None:
    assert served.http.get(f"/publication/{path}").status_code == 404


def test_a_revocation_shows_on_the_page(served: Served) -> None:
    index = served.issued.document.status_ref.index
    served.forge.statuses[index] = Status.REVOKED
    served.forge.publish()
    try:
        page = served.http.get(f"/V/{served.issued.id}")
        assert 'data-reason="revoked"' in page.text
    finally:
        del served.forge.statuses[index]
        served.forge.publish()


def test_health(served: Served) -> None:
    assert served.http.get("/healthz").json() == {"status": "ok"}


def test_a_missing_trust_root_ends_the_start(tmp_path: Path) -> None:
    settings = VerifierSettings(home=tmp_path)

    with pytest.raises(SettingsError, match="TRA_TRUST_ROOT"):
        create_app(settings, clock=lambda: NOW)


def test_a_short_code_leads_to_the_page_of_its_document(served: Served) -> None:
    code = short_code(served.issued.id)
    for typed in (code, group_short_code(code), f"{code.lower()}%20"):
        for path in (f"/C/{typed}", f"/c/{typed}", f"/C?code={typed}"):
            answer = served.http.get(path)
            assert answer.status_code == 303, path
            assert answer.headers["location"] == f"/V/{served.issued.id}"
            assert answer.headers["cache-control"] == "no-store"
    answer = served.http.get(f"/v1/codes/{group_short_code(code)}")
    assert answer.json() == {
        "code": group_short_code(code),
        "id": served.issued.id,
        "page": f"/V/{served.issued.id}",
    }


def test_the_printed_address_without_a_code_leads_to_the_box(served: Served) -> None:
    for path in ("/C/", "/C", "/c/", "/C?code=", "/C/%20"):
        assert served.http.get(path).headers["location"] == "/"


def test_a_long_id_typed_for_a_code_is_taken(served: Served) -> None:
    grouped = " ".join(served.issued.id[at : at + 4] for at in range(0, 26, 4))
    answer = served.http.get("/C", params={"code": grouped.lower()})
    assert answer.headers["location"] == f"/V/{served.issued.id}"


def test_typing_errors_and_unknown_codes_are_told_apart(served: Served) -> None:
    code = short_code(served.issued.id)
    mistyped = code[:-1] + ("0" if code[-1] != "0" else "2")
    unknown = short_code(new_document_id())
    for typed, status, slug, th in (
        (mistyped, 422, "mistyped-short-code", "พิมพ์รหัสย่อผิด"),
        (code[:-1], 422, "invalid-short-code", "นี่ไม่ใช่รหัสย่อ"),
        ("../trust-list", 422, "invalid-short-code", "นี่ไม่ใช่รหัสย่อ"),
        (unknown, 404, "unknown-short-code", "ไม่พบเอกสาร"),
    ):
        answer = served.http.get(f"/v1/codes/{typed.replace('/', '%2F')}")
        _check_problem(answer, status, "")
        assert answer.json()["type"] == f"urn:tra:problem:{slug}"
        page = served.http.get("/C", params={"code": typed})
        assert page.status_code == status
        assert page.headers["content-type"].startswith("text/html")
        assert th in page.text
        assert typed not in page.text


def test_a_status_asked_for_again_is_that_of_the_moment(
    tmp_path: Path,
) -> None:
    forge = Forge(tmp_path / "publication")
    issued = forge.issue()
    forge.publish()
    long_ago = time.time() - 60
    for file in forge.folder.rglob("*"):
        os.utime(file, (long_ago, long_ago))
    clock = [NOW]
    settings = VerifierSettings(
        publication_url=str(forge.folder), trust_root=forge.root_file()
    )
    client = AppClient(create_app(settings, clock=lambda: clock[0]))

    def ask() -> dict[str, Any]:
        answer: dict[str, Any] = client.get(f"/v1/status/{issued.id}").json()
        return answer

    first = ask()
    assert first["outcome"] == "in_force"
    clock[0] = NOW + timedelta(seconds=5)
    later = ask()
    assert later == {**first, "checked_at": format_instant(clock[0])}
    assert ask() == later
    # Revoked meanwhile: the next question is answered so.
    forge.statuses[issued.document.status_ref.index] = Status.REVOKED
    forge.publish_status(at=NOW + timedelta(seconds=6))
    clock[0] = NOW + timedelta(seconds=7)
    assert ask()["reason"] == "revoked"
    # An older list in its place is noticed, though its answer was kept once.
    del forge.statuses[issued.document.status_ref.index]
    forge.publish_status(at=NOW)
    assert ask()["reason"] == "status_list_replayed"
    # And the day after the last one.
    forge.publish_status(at=NOW + timedelta(seconds=8))
    clock[0] = datetime(2027, 2, 28, 16, 59, 50, tzinfo=UTC)
    forge.publish_status(at=clock[0])
    forge.write("trust-list", forge.signed_trust_list().encode())
    for file in forge.folder.rglob("*"):
        os.utime(file, (long_ago, long_ago))
    assert [ask()["reason"], ask()["reason"]] == ["valid", "valid"]
    clock[0] += timedelta(seconds=10)
    assert ask()["reason"] == "expired"


def test_codes_cannot_be_tried_one_by_one(tmp_path: Path) -> None:
    forge = Forge(tmp_path / "publication")
    forge.publish()
    settings = VerifierSettings(
        publication_url=str(forge.folder),
        trust_root=forge.root_file(),
        rate_codes="2/minute",
    )
    client = AppClient(create_app(settings, clock=lambda: NOW))

    def guess() -> str:
        return short_code(new_document_id())

    # Typing errors ask nobody, and are not counted.
    assert client.get("/v1/codes/000000000000").status_code == 422
    assert client.get(f"/C/{guess()}").status_code == 404
    assert client.get(f"/v1/codes/{guess()}").status_code == 404
    for path in (f"/C/{guess()}", f"/v1/codes/{guess()}"):
        refused = client.get(path)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0
