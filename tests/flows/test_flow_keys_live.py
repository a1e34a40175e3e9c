# SPDX-License-Identifier: Apache-2.0
"""What a running issuer does when keys end, and what it tells those who run it."""

import logging
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from issuer.context import open_issuer
from issuer.settings import IssuerSettings
from issuer.tasks import warn_of_keys
from keys.errors import CertificateUnusableError, KeyMissingError
from keys.signing import claim_label, seal_label
from keys.store import open_key_store
from register.document import AgencyId
from tests.world import LABOUR, TRADE, World, run_world
from tra.clock import system_clock
from tra.rotation import stop_key

TOKEN = secrets.token_urlsafe(24)
SEAL = seal_label("LABOUR")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("live")
    settings = {"metrics_token": SecretStr(TOKEN)}
    with run_world(folder, (TRADE, LABOUR), **settings) as made:
        yield made


def scrape(world: World, token: str | None = TOKEN) -> httpx.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return world.http.get("/issuer/metrics", headers=headers)


def test_metrics_are_for_who_has_the_token(world: World) -> None:
    for token in (None, "-", "wrong", TOKEN[:-1]):
        assert scrape(world, token).status_code == 401
    assert scrape(world).headers["content-type"].startswith("text/plain")
    with pytest.raises(ValidationError, match="16 characters"):
        IssuerSettings(metrics_token=SecretStr("short"))


def test_metrics_count_and_tell_nothing_of_documents(world: World) -> None:
    made = world.issue()
    said = scrape(world).text
    assert 'tra_sealed_documents_total{key="seal-TRADE",level="B-LT"} 1.0' in said
    assert 'tra_certificate_days_left{key="seal-LABOUR"} 1094' in said
    for known in (made["id"], made["number"], world.sample()["holder_name"]):
        assert known not in said


def test_the_log_warns_from_60_days_before(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    end = open_key_store(world.home.keys).load_certificate(SEAL).not_valid_after_utc

    def said(now: datetime) -> str:
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            warn_of_keys(replace(world.issuer, clock=lambda: now))
        return caplog.text

    assert SEAL not in said(end - timedelta(days=61))
    assert f"{SEAL} ends in 59 days" in said(end - timedelta(days=59, hours=12))


def test_a_certificate_that_ends_stops_its_seal_at_the_next_use(world: World) -> None:
    keys = open_key_store(world.home.keys)
    moment = [system_clock()]
    issuer = open_issuer(world.home.issuer, keys, clock=lambda: moment[0])
    agency = AgencyId("LABOUR")
    issuer.sealer(agency)
    moment[0] += timedelta(days=4 * 365)
    with pytest.raises(CertificateUnusableError, match="seal-LABOUR is valid from"):
        issuer.sealer(agency)
    with pytest.raises(CertificateUnusableError, match="claim-LABOUR is valid from"):
        issuer.claim_key(agency)
    issuer.close()


def test_one_agencys_keys_do_not_stop_the_start_for_others(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    held = world.folder / "keys" / "claim-LABOUR.key.pem"
    away = held.with_suffix(".away")
    held.rename(away)
    with caplog.at_level(logging.ERROR):
        issuer = open_issuer(
            world.home.issuer, open_key_store(world.home.keys), clock=system_clock
        )
    assert "agency LABOUR cannot issue: key claim-LABOUR is not there" in caplog.text
    issuer.claim_key(AgencyId("TRADE"))
    with pytest.raises(KeyMissingError):
        issuer.claim_key(AgencyId("LABOUR"))
    away.rename(held)
    assert issuer.claim_key(AgencyId("LABOUR")).kid  # tried again with each request
    issuer.close()


def test_no_agency_with_keys_stops_the_start(world: World) -> None:
    for label in (claim_label("TRADE"), claim_label("LABOUR")):
        (world.folder / "keys" / f"{label}.key.pem").rename(
            world.folder / "keys" / f"{label}.away"
        )
    with pytest.raises(KeyMissingError, match="claim-LABOUR is not there"):
        open_issuer(
            world.home.issuer, open_key_store(world.home.keys), clock=system_clock
        )
    for label in (claim_label("TRADE"), claim_label("LABOUR")):
        (world.folder / "keys" / f"{label}.away").rename(
            world.folder / "keys" / f"{label}.key.pem"
        )


def test_a_stopped_seal_is_left_out_at_the_next_start(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """The last test here: it cannot be undone."""
    now = system_clock()
    stop_key(world.home, SEAL, since=now, now=now)
    refused = world.post(
        "/documents",
        {"type": "business_licence", "data": world.sample()},
        token=world.token("LABOUR"),
        key="stopped",
    )
    assert refused.json()["type"].endswith("key-unavailable")
    caplog.clear()
    with caplog.at_level(logging.ERROR):
        issuer = open_issuer(
            world.home.issuer, open_key_store(world.home.keys), clock=system_clock
        )
    assert "agency LABOUR cannot issue: key seal-LABOUR is compromised" in caplog.text
    assert issuer.sealer(AgencyId("TRADE")).signer.label == "seal-TRADE"
    issuer.close()
    assert world.issue()["status"] == "valid"
