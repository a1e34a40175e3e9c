# SPDX-License-Identifier: Apache-2.0
"""No timestamp, no document: the reservation waits, and a retry finishes it."""

import secrets
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Response

from issuer.authorities import Authorities
from issuer.errors import SealError
from issuer.sign import Sealer, SealSources
from keys.signing import seal_label
from register.document import AgencyId
from templates.document_type import SealLevel
from tests.world import World, run_world
from tra.loopback import serve_on_loopback

DEAD = "http://127.0.0.1:9/tsa"
"""Port 9 (discard) is not served: connections are refused at once."""


def test_without_an_authority_the_reservation_is_kept(tmp_path: Path) -> None:
    with run_world(tmp_path, tsa_urls=(DEAD,)) as world:
        key = "wait-for-time"
        body = {"type": "business_licence", "data": world.sample()}

        answer = world.post("/documents", body, key=key)

        assert answer.status_code == 503, answer.text
        assert int(answer.headers["retry-after"]) > 0
        assert answer.headers["idempotency-key"] == key
        assert answer.json()["type"] == "urn:tra:problem:timestamp-unavailable"
        [waiting] = world.issuer.store.unfinished_reservations()
        _answer_again(world)

        answer = world.post("/documents", body, key=key)

        assert answer.status_code == 201, answer.text
        assert answer.json()["number"] == waiting.number
        assert answer.json()["id"] == waiting.id
        assert world.issuer.store.unfinished_reservations() == ()


def test_a_client_without_a_key_is_told_the_one_made_for_it(tmp_path: Path) -> None:
    with run_world(tmp_path, tsa_urls=(DEAD,)) as world:
        body = {"type": "business_licence", "data": world.sample()}
        answer = world.post("/documents", body)
        assert answer.status_code == 503
        key = answer.headers["idempotency-key"]
        _answer_again(world)
        again = world.post("/documents", body, key=key)
        assert again.status_code == 201
        assert len(world.get("/documents").json()["documents"]) == 1


def test_a_reservation_can_be_given_up_and_its_number_is_not_used_again(
    tmp_path: Path,
) -> None:
    with run_world(tmp_path, tsa_urls=(DEAD,)) as world:
        body = {"type": "business_licence", "data": world.sample()}
        key = "give-up"
        world.post("/documents", body, key=key)
        [waiting] = world.issuer.store.unfinished_reservations()
        path = f"/documents/{waiting.id}/void"

        answer = world.post(path, {"reason": "ยื่นคำขอผิดประเภท"})

        assert (answer.status_code, answer.json()["state"]) == (200, "void")
        _answer_again(world)
        retry = world.post("/documents", body, key=key)
        assert retry.status_code == 409
        assert retry.json()["type"] == "urn:tra:problem:reservation-voided"
        assert world.issue()["number"] != waiting.number


def test_the_second_authority_is_asked_when_the_first_is_down(
    world: World,
) -> None:
    sealer = Sealer(
        world.issuer.keys.load_signer(seal_label("TRADE")),
        SealSources(
            tsa_urls=(DEAD, f"{world.url}/pki/tsa"),
            crl_urls=world.issuer.settings.crl_addresses,
        ),
    )
    pdf = world.pdf(world.issue()["id"])
    preview = world.post(
        "/documents?dry_run=true",
        {"type": "business_licence", "data": world.sample()},
        key=secrets.token_hex(4),
    ).content
    sealed = sealer.seal_pdf(preview)
    sealer.check_sealed(sealed)
    sealer.check_sealed(pdf)
    sealer.close()


@pytest.mark.parametrize("level", SealLevel)
def test_tokens_may_grow(world: World, level: SealLevel) -> None:
    sealer = world.issuer.sealer(AgencyId("TRADE"))
    preview = world.post(
        "/documents?dry_run=true",
        {"type": "business_licence", "data": world.sample()},
    ).content
    sealer._token_size = 0  # as if those of another authority had been that small
    sealed = sealer.seal_pdf(preview, level)
    sealer.check_sealed(sealed, level)
    assert sealer._token_size > 0


@pytest.mark.parametrize("junk", [b"", b"junk", b"\x30\x03\x02\x01\x00"])
def test_an_authority_that_answers_junk_is_no_authority(
    world: World, junk: bytes
) -> None:
    liar = FastAPI()

    @liar.post("/tsa")
    def answer() -> Response:
        return Response(junk, media_type="application/timestamp-reply")

    preview = world.post(
        "/documents?dry_run=true",
        {"type": "business_licence", "data": world.sample()},
    ).content
    with serve_on_loopback(liar) as url:
        sealer = Sealer(
            world.issuer.keys.load_signer(seal_label("TRADE")),
            SealSources(
                tsa_urls=(f"{url}/tsa",),
                crl_urls=world.issuer.settings.crl_addresses,
            ),
        )
        with pytest.raises(SealError):
            sealer.seal_pdf(preview)
        sealer.close()


def _answer_again(world: World) -> None:
    """Let the issuer use the authority that works, as a repaired network would."""
    sources = SealSources(
        tsa_urls=(f"{world.url}/pki/tsa",),
        crl_urls=world.issuer.settings.crl_addresses,
    )
    assert httpx.get(f"{world.url}/pki/healthz").status_code == 200
    world.issuer.authorities.close()
    object.__setattr__(world.issuer, "authorities", Authorities(sources))
    world.issuer._sealers.clear()
