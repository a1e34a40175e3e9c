# SPDX-License-Identifier: Apache-2.0
"""How often one client may ask, and whose word counts for who that is."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import httpx
import pytest
import uvicorn
from fastapi import Request

from register.problem import ProblemError
from tests.forge import Forge
from tests.forge_pki import NOW
from tests.running import run_server
from verifier.app import create_app
from verifier.errors import SettingsError
from verifier.rate_limit import Kind, RateLimits, parse_networks
from verifier.settings import VerifierSettings


def _request(peer: str | None, *forwarded: str) -> Request:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    client = None if peer is None else (peer, 1234)
    return Request({"type": "http", "headers": headers, "client": client})


def _limits(rate: str = "2/minute", proxies: Sequence[str] = ()) -> RateLimits:
    return RateLimits({Kind.FILES: rate}, proxies=parse_networks(proxies))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.7", (), "203.0.113.7"),
        # Nobody may name himself.
        ("203.0.113.7", ("198.51.100.1",), "203.0.113.7"),
        # The proxy may; what came before it in the list may not.
        ("10.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("10.0.0.1", ("192.0.2.1, 198.51.100.1",), "198.51.100.1"),
        ("10.0.0.1", ("192.0.2.1", "198.51.100.1, 10.0.0.2"), "198.51.100.1"),
        ("10.0.0.1", (), "10.0.0.1"),
        ("10.0.0.1", ("10.0.0.3,10.0.0.2",), "10.0.0.3"),
        ("10.0.0.1", ("unknown",), "unknown"),
        # A house has 2^64 addresses of IPv6, and is one client.
        ("2001:db8:1:2:3:4:5:6", (), "2001:db8:1:2::/64"),
        ("fe80::1%eth0", (), "fe80::/64"),
        ("::ffff:203.0.113.7", (), "203.0.113.7"),
        (None, (), "?"),
    ],
)
def test_who_asks(peer: str | None, forwarded: tuple[str, ...], client: str) -> None:
    limits = _limits(proxies=["10.0.0.0/8"])

    assert limits.client_of(_request(peer, *forwarded)) == client


def test_one_client_too_often_is_told_when_to_come_again() -> None:
    limits = _limits()
    for _ in range(2):
        limits.check(_request("203.0.113.7"), Kind.FILES)
    with pytest.raises(ProblemError) as caught:
        limits.check(_request("203.0.113.7"), Kind.FILES)

    assert caught.value.problem.status == 429
    assert 1 <= int(caught.value.problem.headers["Retry-After"]) <= 120
    limits.check(_request("203.0.113.8"), Kind.FILES)
    limits.check(_request("203.0.113.7"), Kind.QUERIES)


def test_no_limit_is_no_limit() -> None:
    limits = _limits(rate=" ")
    for _ in range(50):
        limits.check(_request("203.0.113.7"), Kind.FILES)


def test_a_rate_or_network_that_cannot_be_read_stops_the_start() -> None:
    with pytest.raises(SettingsError, match="TRA_RATE_FILES"):
        _ = VerifierSettings(rate_files="often").rate_limits
    with pytest.raises(SettingsError, match="TRA_TRUSTED_PROXIES"):
        _ = VerifierSettings(trusted_proxies=("proxy",)).rate_limits


@pytest.mark.parametrize("text", ["10.0.0.0/8, ::1", '["10.0.0.0/8", "::1"]'])
def test_proxies_are_a_list(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRA_TRUSTED_PROXIES", text)

    assert VerifierSettings().trusted_proxies == ("10.0.0.0/8", "::1")


@contextmanager
def _served(forge: Forge, **settings: str) -> Iterator[httpx.Client]:
    forge.publish()
    app = create_app(
        VerifierSettings(
            publication_url=str(forge.folder),
            trust_root=forge.root_file(),
            pdf_workers=1,
            **settings,  # type: ignore[arg-type]  # names of settings
        ),
        clock=lambda: NOW,
    )
    config = uvicorn.Config(app, log_level="error", proxy_headers=False)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with (
            run_server(config, listener),
            httpx.Client(base_url=url, timeout=60) as http,
        ):
            yield http


def test_over_http_each_kind_has_its_own_limit(forge: Forge) -> None:
    rates = {"rate_files": "1/hour", "rate_queries": "2/hour"}
    with _served(forge, **rates) as http:
        file = {"file": ("a.pdf", b"junk")}
        assert http.post("/v1/verify", files=file).status_code == 200
        spoofed = {"X-Forwarded-For": "198.51.100.1"}
        refused = http.post("/v1/verify", files=file, headers=spoofed)
        page = http.post("/verify", files=file)
        asked = [
            http.get(path).status_code
            for path in ("/v1/status/x", "/publication/trust-list", "/V/x")
        ]
        alive = http.get("/healthz")
        index = http.get("/")

    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"] == "urn:tra:problem:too-many-requests"
    assert refused.json()["detail_th"]
    assert int(refused.headers["retry-after"]) > 0
    assert page.status_code == 429
    assert "คำขอจากท่านมากเกินไป" in page.text
    assert asked == [422, 200, 429]
    assert (alive.status_code, index.status_code) == (200, 200)
