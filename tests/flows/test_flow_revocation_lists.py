# SPDX-License-Identifier: Apache-2.0
"""No revocation list that speaks of the seal's certificate, no document."""

from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI, Response

from issuer.errors import RevocationUnavailableError
from issuer.sign import Sealer, SealSources
from keys.ceremony import AgencyNames
from keys.signing import seal_label
from tests.world import World
from tra.clock import system_clock
from tra.installation import AgencyPlan, add_agency
from tra.loopback import serve_on_loopback

NEW = AgencyPlan(
    names=AgencyNames(id="NEWCOMER", th="กรมใหม่", en="Newcomer"), domain="new.example"
)


def test_a_list_from_before_the_certificate_is_not_used(world: World) -> None:
    root, issuing = world.issuer.settings.crl_addresses
    old = httpx.get(issuing).content
    add_agency(world.home, NEW, system_clock() + timedelta(seconds=5))
    mirror = FastAPI()

    @mirror.get("/old.crl")
    def give_old_list() -> Response:
        return Response(old)

    preview = world.post(
        "/documents?dry_run=true",
        {"type": "business_licence", "data": world.sample()},
    ).content
    with serve_on_loopback(mirror) as url:
        sources = SealSources(
            tsa_urls=(f"{world.url}/pki/tsa",),
            crl_urls=(root, f"{url}/old.crl"),
            clock=lambda: system_clock() + timedelta(seconds=10),
        )
        sealer = Sealer(world.issuer.keys.load_signer(seal_label("NEWCOMER")), sources)
        with pytest.raises(RevocationUnavailableError, match="wait for a newer list"):
            sealer.seal_pdf(preview)
        sealer.close()
