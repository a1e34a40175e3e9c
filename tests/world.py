# SPDX-License-Identifier: Apache-2.0
"""A whole installation for the tests: real keys, register, authorities, over HTTP."""

import secrets
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from issuer.agencies import ALL_PERMISSIONS
from issuer.context import Issuer
from issuer.settings import IssuerSettings
from keys.ceremony import AgencyNames
from keys.settings import KeysSettings
from register.document import AgencyId
from tests.running import run_server
from tra.clock import system_clock
from tra.home import Home
from tra.installation import AgencyPlan, add_agency, create_installation
from tra.serve import create_server
from verifier.settings import VerifierSettings

TRADE = AgencyPlan(
    names=AgencyNames(id="TRADE", th="กรมพัฒนาการค้าตัวอย่าง", en="Sample Trade"),
    domain="trade.example",
)
LABOUR = AgencyPlan(
    names=AgencyNames(id="LABOUR", th="กรมแรงงานตัวอย่าง", en="Sample Labour"),
    domain="labour.example",
)
LAW = {"reason": "ทดสอบระบบ", "legal_basis": "มาตรา ๒๑"}
"""Body of a change of status."""


@dataclass(frozen=True)
class World:
    """A served installation with two agencies."""

    home: Home
    url: str
    issuer: Issuer
    http: httpx.Client

    @property
    def folder(self) -> Path:
        """TRA_HOME."""
        return self.home.keys.home

    def environment(self) -> dict[str, str]:
        """Settings for a program that is to work on this installation."""
        return {
            "TRA_HOME": str(self.folder),
            "TRA_VERIFY_URL": self.url,
            "TRA_PKI_URL": f"{self.url}/pki",
            "TRA_TYPES": ",".join(map(str, self.home.issuer.types)),
        }

    def token(self, agency: str = "TRADE", **limits: Any) -> str:  # noqa: ANN401
        """Make an API token; `types`, `actions`, `expires_at` limit it."""
        now = system_clock()
        plain, _ = self.issuer.store.create_token(
            AgencyId(agency),
            limits.get("name", "test"),
            limits.get("types"),
            limits.get(
                "actions",
                frozenset(permission.value for permission in ALL_PERMISSIONS),
            ),
            limits.get("expires_at"),
            limits.get("now", now),
        )
        return plain

    def sample(self, type_id: str = "business_licence") -> dict[str, Any]:
        """Sample data of a type."""
        return dict(self.issuer.catalogue.get_type(type_id).sample())

    def post(
        self,
        path: str,
        body: Mapping[str, Any],
        *,
        token: str | None = None,
        key: str | None = None,
    ) -> httpx.Response:
        """Post to the issuer."""
        headers = {"Authorization": f"Bearer {token or self.token()}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        return self.http.post(f"/issuer/v1{path}", json=body, headers=headers)

    def get(self, path: str, *, token: str | None = None) -> httpx.Response:
        """Get from the issuer."""
        headers = {"Authorization": f"Bearer {token or self.token()}"}
        return self.http.get(f"/issuer/v1{path}", headers=headers)

    def issue(
        self,
        type_id: str = "business_licence",
        *,
        token: str | None = None,
        **body: Any,  # noqa: ANN401
    ) -> dict[str, Any]:
        """Issue a sample document and return the answer."""
        answer = self.post(
            "/documents",
            {"type": type_id, "data": self.sample(type_id), **body},
            token=token,
            key=f"test-{secrets.token_hex(8)}",
        )
        assert answer.status_code == 201, answer.text
        result: dict[str, Any] = answer.json()
        return result

    def pdf(self, document_id: str) -> bytes:
        """Download a sealed PDF."""
        answer = self.get(f"/documents/{document_id}/pdf")
        assert answer.status_code == 200, answer.text
        return answer.content

    def verify(self, pdf: bytes) -> dict[str, Any]:
        """Verify a file over HTTP and return the report."""
        answer = self.http.post(
            "/v1/verify", files={"file": ("a.pdf", pdf, "application/pdf")}
        )
        assert answer.status_code == 200, answer.text
        report: dict[str, Any] = answer.json()
        return report


def make_home(
    folder: Path,
    url: str,
    *,
    keys: Mapping[str, Any] | None = None,
    **issuer: Any,  # noqa: ANN401
) -> Home:
    """Settings of an installation in a folder, served at an address."""
    return Home(
        keys=KeysSettings(home=folder, pki_url=f"{url}/pki", **(keys or {})),
        issuer=IssuerSettings(
            home=folder, verify_url=url, pki_url=f"{url}/pki", **issuer
        ),
        verifier=VerifierSettings(home=folder, verify_url=url, pdf_workers=1),
    )


@contextmanager
def run_world(
    folder: Path,
    plans: Sequence[AgencyPlan] = (TRADE, LABOUR),
    **settings: Any,  # noqa: ANN401
) -> Iterator[World]:
    """Make an installation with two agencies and serve it on a free port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        home = make_home(folder, url, **settings)
        create_installation(home, plans[0], system_clock())
        for plan in plans[1:]:
            add_agency(home, plan, system_clock())
        server = create_server(home)
        config = uvicorn.Config(server, log_level="warning", access_log=False)
        issuer_ = server.state.issuer
        client = httpx.Client(base_url=url, timeout=30)
        with run_server(config, listener), client as http:
            yield World(home, url, issuer_, http)
        issuer_.close()
