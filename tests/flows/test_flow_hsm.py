# SPDX-License-Identifier: Apache-2.0
"""Documents sealed and claims signed by a real token, judged by other programs."""

import asyncio
import io
import secrets
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import FastAPI, Response
from pydantic import SecretStr
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore

from issuer.agencies import ALL_PERMISSIONS, Caller
from issuer.context import open_issuer
from issuer.draft import IssueRequest
from issuer.issue import issue_document
from issuer.settings import IssuerSettings
from keys.errors import ProductionRefusedError
from keys.lifecycle import import_certificate
from keys.profiles import DOCUMENT_SIGNING, TIMESTAMP_POLICY
from keys.settings import Environment
from keys.signing import TSA, Algorithm, seal_label
from keys.store import KeyStore, open_key_store
from register.document import AgencyId
from tests.forge_pki import Authority, make_certificate, make_crl, name_of, new_key
from tests.programs import need, run
from tests.running import run_server
from tests.softhsm import PIN, SoftHsm, SoftToken
from tests.world import LABOUR, TRADE, World, run_world
from tra.clock import system_clock
from tra.rotation import Plan, rotate_key

pytestmark = pytest.mark.hsm

PLANS = (TRADE, replace(LABOUR, seal_algorithm=Algorithm.ES256))
"""RSA-3072 and P-256."""
AGENCIES = ("TRADE", "LABOUR")


def in_token(token: SoftToken) -> dict[str, Any]:
    """Settings of an installation whose keys are in a token."""
    return {
        "pkcs11_module": token.hsm.module,
        "pkcs11_token": token.label,
        "pkcs11_pin": SecretStr(PIN),
        "pkcs11_sessions": 4,
    }


@pytest.fixture(scope="module")
def token(softhsm: SoftHsm) -> SoftToken:
    return softhsm.make_token()


@pytest.fixture(scope="module")
def world(
    token: SoftToken, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A served installation that has sealed nothing yet."""
    folder = tmp_path_factory.mktemp("hsm-world")
    with run_world(folder, PLANS, keys=in_token(token)) as made:
        yield made


def issue(world: World, agency: str = "TRADE") -> bytes:
    token = world.token(agency)
    made = world.issue(token=token)
    answer = world.get(f"/documents/{made['id']}/pdf", token=token)
    assert answer.status_code == 200, answer.text
    return answer.content


def issue_by_hand(world: World, settings: IssuerSettings, keys: KeyStore) -> bytes:
    """Issue a document with an issuer of other settings than the server's."""
    issuer = open_issuer(settings, keys, clock=system_clock)
    request = IssueRequest(
        type_id="business_licence",
        data=world.sample(),
        idempotency_key=secrets.token_hex(8),
    )
    caller = Caller(
        actor="test:hsm", agency_id=AgencyId("TRADE"), permissions=ALL_PERMISSIONS
    )
    document = issue_document(issuer, caller, request, system_clock())
    issuer.close()
    return world.pdf(document.id)


def not_passed(world: World, pdf: bytes) -> dict[str, str]:
    report = world.verify(pdf)
    return {
        check["id"]: check["reason"]
        for check in report["checks"]
        if check["result"] != "PASSED"
    }


def test_no_key_of_an_agency_is_a_file(world: World) -> None:
    files = {path.name for path in (world.folder / "keys").glob("*.key.pem")}
    ours = ("root-ca", "issuing-ca", "tsa", "ocsp")
    assert files == {f"{label}.key.pem" for label in ours}


@pytest.mark.parametrize("agency", AGENCIES)
def test_our_verifier_finds_it_in_force(world: World, agency: str) -> None:
    pdf = issue(world, agency)
    assert world.verify(pdf)["outcome"] == "in_force"
    assert not_passed(world, pdf) == {}


@pytest.mark.parametrize("agency", AGENCIES)
def test_poppler_finds_it_good(world: World, agency: str, tmp_path: Path) -> None:
    path = tmp_path / "sealed.pdf"
    path.write_bytes(issue(world, agency))
    store = f"sql:{tmp_path}"
    certutil = need("certutil", "libnss3-tools")
    run(certutil, "-N", "-d", store, "--empty-password")
    root = world.folder / "keys" / "root-ca.crt.pem"
    run(certutil, "-A", "-d", store, "-t", "CT,C,C", "-n", "root", "-i", root)
    said = run(need("pdfsig", "poppler-utils"), "-nssdir", store, path)
    for line in (
        "Signature is Valid.",
        "Certificate is Trusted.",
        "ETSI.CAdES.detached",
    ):
        assert line in said


@pytest.mark.parametrize("agency", AGENCIES)
def test_pyhanko_finds_it_good_by_what_the_file_carries(
    world: World, agency: str
) -> None:
    path = world.folder / "keys" / "root-ca.crt.pem"
    root = x509.load_pem_x509_certificate(path.read_bytes())
    anchor = asn1_x509.Certificate.load(root.public_bytes(Encoding.DER))
    reader = PdfFileReader(io.BytesIO(issue(world, agency)))
    [seal] = reader.embedded_regular_signatures
    context = DocumentSecurityStore.read_dss(reader).as_validation_context(
        {
            "trust_roots": [anchor],
            "allow_fetching": False,
            "revocation_mode": "hard-fail",
        }
    )
    status = asyncio.run(async_validate_pdf_signature(seal, context, context))
    assert status.bottom_line, status.summary()
    key = seal.signer_cert.public_key
    expected = ("rsa", 3072) if agency == "TRADE" else ("ec", 256)
    assert (key.algorithm, key.bit_size) == expected


def test_many_documents_at_once(world: World) -> None:
    world.http.get("/")  # the first request opens the connection
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: issue(world, AGENCIES[n % 2]), range(24)))
    assert len(set(made)) == 24
    assert not_passed(world, made[-1]) == {}


def test_a_token_pulled_in_mid_batch_costs_no_number(
    world: World, token: SoftToken
) -> None:
    body = {"type": "business_licence", "data": world.sample()}
    keys = [f"batch-{number}-{secrets.token_hex(4)}" for number in range(9)]
    answers: list[httpx.Response] = []
    for number, key in enumerate(keys):
        if number == 3:
            token.pull()
        if number == 6:
            token.put_back()
            time.sleep(1.1)  # within a second of a failure nobody asks again
        answers.append(world.post("/documents", body, key=key))
    codes = [answer.status_code for answer in answers]
    assert codes == [201] * 3 + [503] * 3 + [201] * 3
    for refused in answers[3:6]:
        problem = refused.json()
        assert problem["type"].endswith("key-unavailable")
        assert refused.headers["Retry-After"]
    unfinished = world.issuer.store.unfinished_reservations(AgencyId("TRADE"))
    assert len(unfinished) == 3

    retried = [world.post("/documents", body, key=key) for key in keys]

    numbers = [int(a.json()["number"].partition("/")[0]) for a in retried]
    assert numbers == list(range(numbers[0], numbers[0] + 9))
    assert not world.issuer.store.unfinished_reservations(AgencyId("TRADE"))
    assert not_passed(world, world.pdf(retried[4].json()["id"])) == {}


def test_production_seals_with_the_token_alone(world: World) -> None:
    """Key files are there, and refused; the keys of the agency are in the token."""
    pki = world.home.keys.pki_url
    root = world.folder / "keys" / "root-ca.crt.pem"
    settings = world.home.keys.model_copy(update={"env": Environment.PRODUCTION})
    issuing = world.home.issuer.model_copy(
        update={
            "env": "production",
            "tsa_urls": (f"{pki}/tsa",),
            "crl_urls": (f"{pki}/crl/root-ca.crl", f"{pki}/crl/issuing-ca.crl"),
            "tsa_anchors": root,
            # Else ours does not count in production.
            "tsa_policies": (TIMESTAMP_POLICY.dotted_string,),
        }
    )
    keys = open_key_store(settings)
    with pytest.raises(ProductionRefusedError, match="key tsa is a file"):
        keys.load_signer(TSA)
    pdf = issue_by_hand(world, issuing, keys)
    assert not_passed(world, pdf) == {}


class LicensedCa:
    """A CA that is not ours: it certifies, and publishes revocation lists."""

    def __init__(self) -> None:
        self.now = system_clock()
        self.root = self._make("Licensed root", None)
        self.sub = self._make("Licensed CA", self.root)

    def _make(self, name: str, issuer: Authority | None) -> Authority:
        subject = name_of(name, organization="Licensed")
        return make_certificate(subject, new_key(), issuer, ca=True, now=self.now)

    def certify(self, request: bytes) -> list[x509.Certificate]:
        """Certify a request; the root does not come along."""
        read = x509.load_pem_x509_csr(request)
        key = read.public_key()
        assert isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
        made = make_certificate(
            read.subject,
            new_key(),
            self.sub,
            usage=DOCUMENT_SIGNING,
            now=self.now,
            public_key=key,
        )
        return [self.sub.certificate, made.certificate]

    def app(self) -> FastAPI:
        """Its web server."""
        app = FastAPI()
        hour = timedelta(hours=1)
        lists = {
            "root": make_crl(self.root, at=self.now - hour),
            "sub": make_crl(self.sub, at=self.now - hour),
        }

        @app.get("/{name}.crl")
        def crl(name: str) -> Response:
            return Response(lists[name], media_type="application/pkix-crl")

        return app


def test_a_seal_certified_by_a_licensed_ca(softhsm: SoftHsm, tmp_path: Path) -> None:
    """From the development CA to a licensed one, on a system in use."""
    ca, label = LicensedCa(), seal_label("TRADE")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        there = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(ca.app(), log_level="warning")
        settings = in_token(softhsm.make_token())
        with (
            run_server(config, listener),
            run_world(tmp_path, PLANS[:1], keys=settings) as world,
        ):
            before = issue(world)
            pki = world.home.keys.pki_url
            issuing = world.home.issuer.model_copy(
                update={
                    "tsa_anchors": world.folder / "keys" / "root-ca.crt.pem",
                    "crl_urls": (
                        f"{pki}/crl/root-ca.crl",
                        f"{pki}/crl/issuing-ca.crl",
                        f"{there}/root.crl",
                        f"{there}/sub.crl",
                    ),
                }
            )
            home = replace(world.home, issuer=issuing)
            plan = Plan(
                algorithm=None, bits=3072, overlap=timedelta(days=1), external=True
            )
            asked = rotate_key(home, label, plan, system_clock())
            assert asked.request is not None
            keys = open_key_store(home.keys)
            import_certificate(
                keys,
                label,
                ca.certify(asked.request),
                anchors=[ca.root.certificate],
                now=system_clock(),
            )
            rotate_key(home, label, plan, system_clock())

            after = issue_by_hand(world, issuing, keys)

            for pdf in (before, after):
                assert not_passed(world, pdf) == {}
            report = world.verify(after)
            assert "Licensed CA" in report["signature"]["certificate"]["issuer"]
