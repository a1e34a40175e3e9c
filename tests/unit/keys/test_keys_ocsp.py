# SPDX-License-Identifier: Apache-2.0
"""OCSP over HTTP, judged by `openssl ocsp`."""

import base64
import contextlib
import hashlib
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from asn1crypto import ocsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.ocsp import OCSPRequestBuilder
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.errors import OcspRequestError
from keys.ocsp import MAX_CERTIFICATES, OcspResponder
from keys.revocation import RevocationReason, revoke_certificate
from keys.signing import ISSUING_CA, OCSP, PUBLICATION, KeyLabel, seal_label
from tests.unit.keys.pki import RunOpenssl, World, serving_anew, true_time

SEAL = seal_label("TRADE")


def _ask_openssl(
    openssl: RunOpenssl, world: World, *certificates: str, options: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    asked = [
        part
        for label in certificates
        for part in ("-cert", str(world.certificate(label)))
    ]
    return openssl(
        "ocsp",
        *("-issuer", world.certificate("issuing-ca")),
        *options,
        *asked,
        *("-url", f"{world.url}/ocsp"),
        *("-CAfile", world.certificate("root-ca")),
    )


def _encode_request(world: World, label: KeyLabel, *, nonce: bytes = b"") -> bytes:
    builder = OCSPRequestBuilder().add_certificate(
        world.store.load_certificate(label),
        world.store.load_certificate(ISSUING_CA),
        hashes.SHA256(),
    )
    if nonce:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(Encoding.DER)


def _post(world: World, data: bytes) -> httpx.Response:
    headers = {"Content-Type": "application/ocsp-request"}
    return httpx.post(f"{world.url}/ocsp", content=data, headers=headers)


@pytest.mark.parametrize("digest", ["-sha1", "-sha256", "-sha384", "-sha512"])
@pytest.mark.parametrize("label", [SEAL, "claim-TRADE", "tsa", "publication"])
def test_openssl_hears_that_a_certificate_is_good(
    world: World, openssl: RunOpenssl, digest: str, label: str
) -> None:
    answer = _ask_openssl(openssl, world, label, options=(digest,))
    assert "Response verify OK" in answer.stderr
    assert "WARNING" not in answer.stderr  # the nonce came back
    assert f"{label}.crt.pem: good" in answer.stdout


def test_openssl_hears_of_a_revocation_at_once(
    served_world: World, openssl: RunOpenssl, now: datetime
) -> None:
    reason = RevocationReason.KEY_COMPROMISE
    assert "good" in _ask_openssl(openssl, served_world, SEAL).stdout

    revoke_certificate(served_world.store, SEAL, reason=reason, now=now)

    answer = _ask_openssl(openssl, served_world, SEAL)
    assert "Response verify OK" in answer.stderr
    assert f"{SEAL}.crt.pem: revoked" in answer.stdout
    assert "Reason: keyCompromise" in answer.stdout
    assert f"{now:%b} {now.day:2} {now:%H:%M:%S} {now.year} GMT" in answer.stdout


def test_a_revocation_without_reason_names_none(
    served_world: World, openssl: RunOpenssl, now: datetime
) -> None:
    reason = RevocationReason.UNSPECIFIED
    revoke_certificate(served_world.store, SEAL, reason=reason, now=now)
    answer = _ask_openssl(openssl, served_world, SEAL)
    assert "revoked" in answer.stdout
    assert "Reason" not in answer.stdout


def test_openssl_hears_that_a_serial_number_is_unknown(
    world: World, openssl: RunOpenssl
) -> None:
    answer = _ask_openssl(openssl, world, options=("-serial", "0x1234"))
    assert "Response verify OK" in answer.stderr
    assert "0x1234: unknown" in answer.stdout


def test_a_certificate_of_the_root_is_unknown_here(
    world: World, openssl: RunOpenssl
) -> None:
    # The responder is the issuing CA's; it may not speak for the root.
    answer = openssl(
        "ocsp",
        *("-issuer", world.certificate("root-ca")),
        *("-cert", world.certificate("issuing-ca")),
        *("-url", f"{world.url}/ocsp", "-noverify"),
    )
    assert "issuing-ca.crt.pem: unknown" in answer.stdout


def test_several_certificates_are_answered_in_one_response(
    served_world: World, openssl: RunOpenssl, now: datetime
) -> None:
    reason = RevocationReason.SUPERSEDED
    revoke_certificate(served_world.store, PUBLICATION, reason=reason, now=now)
    answer = _ask_openssl(openssl, served_world, SEAL, "publication", "tsa")
    assert "Response verify OK" in answer.stderr
    assert f"{SEAL}.crt.pem: good" in answer.stdout
    assert "publication.crt.pem: revoked" in answer.stdout
    assert "tsa.crt.pem: good" in answer.stdout


def test_openssl_accepts_the_answer_to_a_get(
    world: World, openssl: RunOpenssl, tmp_path: Path
) -> None:
    response = tmp_path / "response.der"
    # These bytes give runs of "/" and "+", the hard part of such an address.
    request = _encode_request(world, SEAL, nonce=b"\xff\xfb\xef" * 8)
    encoded = base64.b64encode(request).decode()
    assert "//" in encoded
    for safe in ("", "/+="):
        answer = httpx.get(f"{world.url}/ocsp/{quote(encoded, safe=safe)}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/ocsp-response"
        response.write_bytes(answer.content)
        checked = openssl(
            "ocsp",
            *("-issuer", world.certificate("issuing-ca"), "-sha256", "-no_nonce"),
            *("-cert", world.certificate(SEAL), "-respin", response),
            *("-CAfile", world.certificate("root-ca")),
        )
        assert "Response verify OK" in checked.stderr
        assert f"{SEAL}.crt.pem: good" in checked.stdout


@pytest.mark.parametrize("size", [1, 16, 32, 128])
def test_the_nonce_comes_back(world: World, size: int) -> None:
    nonce = bytes(range(size))
    answer = _post(world, _encode_request(world, SEAL, nonce=nonce))
    response = ocsp.OCSPResponse.load(answer.content, strict=True)
    assert response.nonce_value.native == nonce
    assert response.dump(force=True) == answer.content


def test_a_nonce_that_is_too_long_is_refused(world: World) -> None:
    answer = _post(world, _encode_request(world, SEAL, nonce=bytes(129)))
    assert answer.status_code == 400
    assert _status(answer) == "malformed_request"


def test_the_answer_is_for_an_hour_and_never_kept_by_caches(world: World) -> None:
    answer = _post(world, _encode_request(world, SEAL))
    assert answer.headers["cache-control"] == "no-store"
    content = ocsp.OCSPResponse.load(answer.content).basic_ocsp_response
    single = content["tbs_response_data"]["responses"][0].native
    assert single["next_update"] - single["this_update"] == timedelta(hours=1)


def test_the_responder_signs_with_a_certificate_for_this_alone(
    world: World, openssl: RunOpenssl
) -> None:
    shown = openssl("x509", "-in", world.certificate("ocsp"), "-noout", "-text").stdout
    assert "OCSP Signing" in shown
    assert "OCSP No Check" in shown


@pytest.mark.parametrize(
    "junk",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"junk", id="text"),
        pytest.param(b"\x30\x04\x30\x02\x30\x00", id="no certificate"),
        pytest.param(b"\x30" * 3000, id="deeply nested"),
    ],
)
def test_junk_is_a_client_error_and_a_malformed_request(
    world: World, junk: bytes
) -> None:
    posted = _post(world, junk)
    assert posted.status_code == 400
    assert _status(posted) == "malformed_request"
    got = httpx.get(f"{world.url}/ocsp/{base64.b64encode(junk).decode()}")
    assert got.status_code == 400


@pytest.mark.parametrize("path", ["!!", "AAA", "%ff", "%E0%B8%81", "../../keys"])
def test_a_get_that_is_not_base64_is_a_client_error(world: World, path: str) -> None:
    answer = httpx.get(f"{world.url}/ocsp/{path}")
    assert 400 <= answer.status_code < 500


def test_too_many_certificates_are_refused(world: World) -> None:
    single = ocsp.OCSPRequest.load(_encode_request(world, SEAL))
    entry = single["tbs_request"]["request_list"][0]
    for count, status in ((MAX_CERTIFICATES, 200), (MAX_CERTIFICATES + 1, 400)):
        many = ocsp.OCSPRequest({"tbs_request": {"request_list": [entry] * count}})
        assert _post(world, many.dump()).status_code == status


def test_an_unknown_critical_extension_is_refused(world: World) -> None:
    request = ocsp.OCSPRequest.load(_encode_request(world, SEAL)).copy()
    request["tbs_request"]["request_extensions"] = [
        {"extn_id": "1.2.3.4", "critical": True, "extn_value": b"\x05\x00"}
    ]
    assert _post(world, request.dump(force=True)).status_code == 400


def test_an_expired_responder_says_try_later(world: World, now: datetime) -> None:
    later = now + timedelta(days=3 * 365)
    with serving_anew(world, clock=lambda: later) as served:
        answer = _post(served, _encode_request(world, SEAL))
    assert answer.status_code == 503
    assert _status(answer) == "try_later"


def test_a_revoked_responder_says_try_later(served_world: World, now: datetime) -> None:
    reason = RevocationReason.KEY_COMPROMISE
    revoke_certificate(served_world.store, OCSP, reason=reason, now=now)
    answer = _post(served_world, _encode_request(served_world, SEAL))
    assert _status(answer) == "try_later"


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_damaged_request_is_answered_or_refused_never_a_crash(
    world: World, data: st.DataObject
) -> None:
    certificate_id = {
        "hash_algorithm": {"algorithm": "sha256"},
        "issuer_name_hash": hashlib.sha256(b"name").digest(),
        "issuer_key_hash": hashlib.sha256(b"key").digest(),
        "serial_number": 2**127,
    }
    request = bytearray(
        ocsp.OCSPRequest(
            {
                "tbs_request": {
                    "request_list": [{"req_cert": certificate_id}],
                    "request_extensions": [
                        {"extn_id": "nonce", "extn_value": bytes(16)}
                    ],
                }
            }
        ).dump()
    )
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(request) - 1))
        request[position] = data.draw(st.integers(0, 255))
    store = world.store
    responder = OcspResponder(store.load_signer(OCSP), store)
    with contextlib.suppress(OcspRequestError):
        answer = responder.answer(bytes(request), now=true_time())
        assert ocsp.OCSPResponse.load(answer, strict=True).response_data.native


def _status(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/ocsp-response"
    response = ocsp.OCSPResponse.load(answer.content, strict=True)
    status: str = response["response_status"].native
    return status
