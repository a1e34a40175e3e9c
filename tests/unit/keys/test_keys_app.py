# SPDX-License-Identifier: Apache-2.0
"""The HTTP side of the authorities: types, limits, downloads, failures."""

import shutil
from datetime import datetime, timedelta

import httpx
import pytest
from cryptography import x509

from keys.app import create_app
from keys.errors import (
    CertificateMissingError,
    KeyMismatchError,
    KeyMissingError,
    KeysError,
    PassphraseError,
    ProductionRefusedError,
)
from keys.revocation import RevocationReason, revoke_certificate
from keys.settings import Environment
from keys.signing import TSA
from tests.unit.keys.pki import World, serving_anew, true_time


def _check_problem(answer: httpx.Response, status: int, slug: str) -> dict[str, object]:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, object] = answer.json()
    assert body["type"] == f"urn:tra:problem:{slug}"
    assert body["status"] == status
    for name in ("title", "title_th", "detail", "detail_th"):
        assert body[name], name
    return body


@pytest.mark.parametrize("label", ["root-ca", "issuing-ca", "tsa", "seal-TRADE"])
def test_certificates_can_be_downloaded(world: World, label: str) -> None:
    answer = httpx.get(f"{world.url}/certs/{label}.crt")
    assert answer.headers["content-type"] == "application/pkix-cert"
    expected = x509.load_pem_x509_certificate(world.certificate(label).read_bytes())
    assert x509.load_der_x509_certificate(answer.content) == expected


@pytest.mark.parametrize("path", ["crl/issuing-ca.crl", "certs/root-ca.crt"])
def test_downloads_are_sent_again_only_if_they_changed(world: World, path: str) -> None:
    first = httpx.get(f"{world.url}/{path}")
    assert "max-age" in first.headers["cache-control"]
    known = {"If-None-Match": first.headers["etag"]}
    again = httpx.get(f"{world.url}/{path}", headers=known)
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "nothing",
        "crl/tsa.crl",
        "crl/nobody.crl",
        "certs/nobody.crt",
        "certs/seal-NOBODY.crt",
        "certs/trust-root.crt",
        "certs/..%2Fpassphrase.crt",
        "certs/%00.crt",
    ],
)
def test_what_is_not_there_is_not_found(world: World, path: str) -> None:
    _check_problem(httpx.get(f"{world.url}/{path}"), 404, "not-found")


def test_private_keys_cannot_be_downloaded(world: World) -> None:
    for path in ("certs/tsa.key.pem", "keys/tsa.key.pem", "certs/tsa.key.crt"):
        assert httpx.get(f"{world.url}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["tsa", "ocsp"])
@pytest.mark.parametrize("sent", [None, "text/plain", "application/octet-stream"])
def test_another_media_type_is_refused(
    world: World, path: str, sent: str | None
) -> None:
    headers = {} if sent is None else {"Content-Type": sent}
    answer = httpx.post(f"{world.url}/{path}", content=b"x", headers=headers)
    body = _check_problem(answer, 415, "unsupported-media-type")
    assert "request" in str(body["detail"]) or "query" in str(body["detail"])


@pytest.mark.parametrize(
    ("path", "kind"), [("tsa", "timestamp-query"), ("ocsp", "ocsp-request")]
)
def test_a_request_that_is_too_large_is_refused(
    world: World, path: str, kind: str
) -> None:
    headers = {"Content-Type": f"application/{kind}"}
    for content in (bytes(100_000), iter([bytes(5000)] * 20)):
        answer = httpx.post(f"{world.url}/{path}", content=content, headers=headers)
        body = _check_problem(answer, 413, "too-large")
        assert "bytes at most" in str(body["detail"])


def test_a_get_that_is_too_large_is_refused(world: World) -> None:
    answer = httpx.get(f"{world.url}/ocsp/{'A' * 20_000}")
    _check_problem(answer, 413, "too-large")


@pytest.mark.parametrize("path", ["tsa", "ocsp"])
def test_another_method_is_refused(world: World, path: str) -> None:
    answer = httpx.put(f"{world.url}/{path}")
    _check_problem(answer, 405, "method-not-allowed")


def test_health_is_good(world: World) -> None:
    assert httpx.get(f"{world.url}/healthz").json() == {"status": "ok"}


def test_health_is_bad_when_a_certificate_is_expired_or_revoked(
    served_world: World, now: datetime
) -> None:
    later = now + timedelta(days=30 * 365)
    with serving_anew(served_world, clock=lambda: later) as old:
        answer = httpx.get(f"{old.url}/healthz")
    _check_problem(answer, 503, "unavailable")
    revoke_certificate(
        served_world.store, TSA, reason=RevocationReason.KEY_COMPROMISE, now=now
    )
    answer = httpx.get(f"{served_world.url}/healthz")
    assert "tsa is revoked" in str(_check_problem(answer, 503, "unavailable")["detail"])


def test_the_root_key_may_be_taken_off_the_machine(own_world: World) -> None:
    own_world.key("root-ca").unlink()
    with serving_anew(own_world) as served:
        assert httpx.get(f"{served.url}/healthz").status_code == 200
        assert httpx.get(f"{served.url}/crl/issuing-ca.crl").status_code == 200
        answer = httpx.get(f"{served.url}/crl/root-ca.crl")
    _check_problem(answer, 503, "unavailable")


@pytest.mark.parametrize(
    ("break_it", "error"),
    [
        (lambda world: world.key("tsa").unlink(), KeyMissingError),
        (lambda world: world.key("ocsp").unlink(), KeyMissingError),
        (lambda world: world.key("issuing-ca").unlink(), KeyMissingError),
        (lambda world: world.certificate("tsa").unlink(), CertificateMissingError),
        (
            lambda world: shutil.copy(world.key("ocsp"), world.key("tsa")),
            KeyMismatchError,
        ),
        (
            lambda world: (world.settings.home / "passphrase").write_text("wrong"),
            PassphraseError,
        ),
        (
            lambda world: (world.settings.home / "passphrase").unlink(),
            PassphraseError,
        ),
    ],
)
def test_a_broken_installation_fails_before_the_port_opens(
    own_world: World, break_it: object, error: type[KeysError]
) -> None:
    assert callable(break_it)
    break_it(own_world)
    with pytest.raises(error):
        create_app(own_world.settings, clock=true_time)


def test_production_is_refused(world: World) -> None:
    settings = world.settings.model_copy(update={"env": Environment.PRODUCTION})
    with pytest.raises(ProductionRefusedError, match="TRA_ENV=production refuses"):
        create_app(settings, clock=true_time)


def test_an_unexpected_failure_tells_nothing(served_world: World) -> None:
    (served_world.folder / "ca.json").write_text("broken")
    answer = httpx.get(f"{served_world.url}/crl/issuing-ca.crl")
    body = _check_problem(answer, 500, "internal")
    assert "ca.json" not in answer.text
    assert body["detail"] == "Internal error"
