# SPDX-License-Identifier: Apache-2.0
"""Timestamps over HTTP, judged by `openssl ts`."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from asn1crypto import core, tsp
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.profiles import TIMESTAMP_POLICY
from keys.revocation import RevocationReason, revoke_certificate
from keys.signing import TSA
from keys.timestamp import TimestampAuthority
from tests.unit.keys.pki import RunOpenssl, World, serving_anew, true_time

QUERY = {"Content-Type": "application/timestamp-query"}


def _ask(world: World, query: bytes) -> httpx.Response:
    return httpx.post(f"{world.url}/tsa", content=query, headers=QUERY)


def _encode_request(**changes: object) -> bytes:
    fields: dict[str, object] = {
        "version": "v1",
        "message_imprint": {
            "hash_algorithm": {"algorithm": "sha256"},
            "hashed_message": hashlib.sha256(b"a licence").digest(),
        },
        "cert_req": True,
    }
    return bytes(tsp.TimeStampReq({**fields, **changes}).dump())


def _read_token(reply: bytes) -> tsp.TSTInfo:
    response = tsp.TimeStampResp.load(reply, strict=True)
    signed = response["time_stamp_token"]["content"]
    return signed["encap_content_info"]["content"].parsed


class _Refusal(core.Sequence):  # type: ignore[misc] # asn1crypto has no types
    """A TimeStampResp without a token, which asn1crypto takes for a mistake."""

    _fields = [("status", tsp.PKIStatusInfo)]  # noqa: RUF012 - read by asn1crypto


def _failure(reply: bytes) -> set[str]:
    status = _Refusal.load(reply, strict=True)["status"]
    assert status["status"].native == "rejection"
    assert status["status_string"].native
    failure: set[str] = status["fail_info"].native
    return failure


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("certificates", ["asked for", "not asked for"])
def test_openssl_accepts_the_timestamp(
    world: World, openssl: RunOpenssl, tmp_path: Path, digest: str, certificates: str
) -> None:
    data, query, reply = (tmp_path / name for name in ("data", "q.tsq", "r.tsr"))
    data.write_text("ใบอนุญาต")
    asked = ["-cert"] if certificates == "asked for" else []
    made = openssl("ts", "-query", "-data", data, f"-{digest}", *asked, "-out", query)
    assert made.returncode == 0, made.stderr

    answer = _ask(world, query.read_bytes())

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/timestamp-reply"
    reply.write_bytes(answer.content)
    given = [] if asked else ["-untrusted", world.certificate("tsa")]
    chain = tmp_path / "chain.pem"
    chain.write_bytes(
        world.certificate("root-ca").read_bytes()
        + world.certificate("issuing-ca").read_bytes()
    )
    verified = openssl(
        "ts", "-verify", "-queryfile", query, "-in", reply, "-CAfile", chain, *given
    )
    assert "Verification: OK" in verified.stdout, verified.stderr


def test_the_token_alone_brings_its_chain_to_the_root(
    world: World, openssl: RunOpenssl, tmp_path: Path
) -> None:
    data, reply = tmp_path / "data", tmp_path / "r.tsr"
    data.write_bytes(b"a licence")
    reply.write_bytes(_ask(world, _encode_request()).content)
    root = world.certificate("root-ca")

    verified = openssl("ts", "-verify", "-data", data, "-in", reply, "-CAfile", root)

    assert "Verification: OK" in verified.stdout, verified.stderr


def test_openssl_refuses_the_timestamp_of_other_data(
    world: World, openssl: RunOpenssl, tmp_path: Path
) -> None:
    data, reply = tmp_path / "data", tmp_path / "r.tsr"
    data.write_bytes(b"another licence")
    reply.write_bytes(_ask(world, _encode_request()).content)
    root = world.certificate("root-ca")

    verified = openssl("ts", "-verify", "-data", data, "-in", reply, "-CAfile", root)

    assert verified.returncode != 0
    assert "message imprint mismatch" in verified.stderr


@pytest.mark.parametrize("nonce", [0, 1, 127, 128, 255, 2**64 - 1, 2**159, -1, -129])
def test_the_nonce_comes_back(world: World, nonce: int) -> None:
    answer = _ask(world, _encode_request(nonce=nonce))
    assert _read_token(answer.content)["nonce"].native == nonce


def test_no_nonce_comes_back_if_none_was_sent(world: World) -> None:
    answer = _ask(world, _encode_request())
    assert _read_token(answer.content)["nonce"].native is None


def test_certificates_come_only_if_asked_for(world: World) -> None:
    sent = {}
    for asked in (True, False):
        reply = _ask(world, _encode_request(cert_req=asked)).content
        signed = tsp.TimeStampResp.load(reply)["time_stamp_token"]["content"]
        sent[asked] = [
            certificate.chosen.subject.native["common_name"]
            for certificate in signed["certificates"] or ()
        ]
    assert sorted(sent[True]) == [
        "Tra Development Issuing CA",
        "Tra Development Time-Stamping",
    ]
    assert sent[False] == []


def test_the_token_says_when_by_which_policy_and_how_exactly(
    world: World, now: datetime
) -> None:
    info = _read_token(_ask(world, _encode_request()).content)
    assert abs(info["gen_time"].native - now) < timedelta(minutes=1)
    assert info["gen_time"].native.microsecond == 0
    assert info["policy"].dotted == TIMESTAMP_POLICY.dotted_string
    assert info["accuracy"]["seconds"].native == 1


def test_the_token_is_der_and_names_its_certificate(world: World) -> None:
    reply = _ask(world, _encode_request(nonce=7)).content
    response = tsp.TimeStampResp.load(reply, strict=True)
    assert response.dump(force=True) == reply

    signer = response["time_stamp_token"]["content"]["signer_infos"][0]
    values = {
        attribute["type"].native: attribute["values"][0]
        for attribute in signer["signed_attrs"]
    }
    identifier = values["signing_certificate_v2"]["certs"][0]
    pem = world.store.load_certificate(TSA)
    assert identifier["hash_algorithm"]["algorithm"].native == "sha256"
    assert identifier["cert_hash"].native == hashlib.sha256(_der(world)).digest()
    assert identifier["issuer_serial"]["serial_number"].native == pem.serial_number


def _der(world: World) -> bytes:
    return httpx.get(f"{world.url}/certs/tsa.crt").content


def test_serial_numbers_are_long_and_never_the_same(
    world: World, now: datetime
) -> None:
    authority = TimestampAuthority(world.store.load_signer(TSA))
    query = _encode_request()
    serials = {
        _read_token(authority.answer(query, now=now).der)["serial_number"].native
        for _ in range(300)
    }
    assert len(serials) == 300
    assert max(serials).bit_length() > 100


def test_an_imprint_without_algorithm_parameters_is_repeated_as_it_was(
    world: World,
) -> None:
    # RFC 5754 §2 lets the NULL be left out; the token must hold the same value.
    query = bytes.fromhex(
        "3034020101302f300b0609608648016503040201"
        "0420" + hashlib.sha256(b"a licence").hexdigest()
    )
    reply = _ask(world, query).content
    assert _read_token(reply)["message_imprint"].dump() == query[5:]


@pytest.mark.parametrize(
    ("changes", "failure"),
    [
        ({"req_policy": "1.2.3.4"}, "unaccepted_policy"),
        (
            {
                "message_imprint": {
                    "hash_algorithm": {"algorithm": "sha1"},
                    "hashed_message": bytes(20),
                }
            },
            "bad_alg",
        ),
        (
            {"extensions": [{"extn_id": "1.2.3.4", "extn_value": b"\x05\x00"}]},
            "unaccepted_extensions",
        ),
    ],
)
def test_what_is_understood_but_not_given_is_a_rejection(
    world: World, changes: dict[str, object], failure: str
) -> None:
    answer = _ask(world, _encode_request(**changes))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/timestamp-reply"
    assert _failure(answer.content) == {failure}


def test_openssl_reads_the_rejection(
    world: World, openssl: RunOpenssl, tmp_path: Path
) -> None:
    reply = tmp_path / "r.tsr"
    reply.write_bytes(_ask(world, _encode_request(req_policy="1.2.3.4")).content)
    shown = openssl("ts", "-reply", "-in", reply, "-text")
    assert "Status: Rejected." in shown.stdout
    assert "requested TSA policy is not supported" in shown.stdout


def test_our_own_policy_may_be_asked_for(world: World) -> None:
    query = _encode_request(req_policy=TIMESTAMP_POLICY.dotted_string)
    assert _read_token(_ask(world, query).content)


_SHORT_IMPRINT = {
    "hash_algorithm": {"algorithm": "sha256"},
    "hashed_message": bytes(20),
}


@pytest.mark.parametrize(
    "junk",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"junk", id="text"),
        pytest.param(b"\x30\x80\x00\x00", id="indefinite length"),
        pytest.param(b"\x30\x03\x02\x01\x01", id="no imprint"),
        pytest.param(_encode_request() + b"\x00", id="a byte too many"),
        pytest.param(_encode_request()[:-1], id="a byte too few"),
        pytest.param(_encode_request(message_imprint=_SHORT_IMPRINT), id="imprint"),
        pytest.param(b"\x30" * 3000, id="deeply nested"),
    ],
)
def test_junk_is_a_client_error_and_a_rejection(world: World, junk: bytes) -> None:
    answer = _ask(world, junk)
    assert answer.status_code == 400
    assert _failure(answer.content) == {"bad_data_format"}


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_damaged_request_is_answered_or_refused_never_a_crash(
    world: World, data: st.DataObject
) -> None:
    query = bytearray(_encode_request(nonce=2**63))
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(query) - 1))
        query[position] = data.draw(st.integers(0, 255))
    authority = TimestampAuthority(world.store.load_signer(TSA))
    reply = authority.answer(bytes(query), now=true_time())
    if reply.failure is None:
        assert _read_token(reply.der).native["gen_time"]
    else:
        assert _failure(reply.der)


def test_an_expired_authority_grants_nothing(world: World, now: datetime) -> None:
    later = now + timedelta(days=11 * 365)
    with serving_anew(world, clock=lambda: later) as served:
        answer = _ask(served, _encode_request())
    assert answer.status_code == 200
    assert _failure(answer.content) == {"system_failure"}


def test_a_revoked_authority_grants_nothing(served_world: World, now: datetime) -> None:
    reason = RevocationReason.KEY_COMPROMISE
    revoke_certificate(served_world.store, TSA, reason=reason, now=now)
    answer = _ask(served_world, _encode_request())
    assert _failure(answer.content) == {"system_failure"}
