# SPDX-License-Identifier: Apache-2.0
"""What the CAs say of a certificate that is imported, over HTTP."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from issuer.authorities import SealSources
from issuer.certificate_check import check_not_revoked
from issuer.errors import RevocationUnavailableError, SealCertificateError
from tests.forge_pki import Authority, make_certificate, make_crl, name_of, new_key
from tra.clock import system_clock
from tra.loopback import serve_on_loopback

HOUR = timedelta(hours=1)


def make_ca(name: str, issuer: Authority | None, now: datetime) -> Authority:
    return make_certificate(name_of(name), new_key(), issuer, ca=True, now=now)


@dataclass
class Cas:
    """A root, a CA below it, and a seal; a test may change what they say."""

    now: datetime = field(default_factory=lambda: system_clock().replace(microsecond=0))
    lists: dict[str, bytes] = field(default_factory=dict)
    answer: Callable[[bytes], bytes] | None = None

    def __post_init__(self) -> None:
        """Make them, and their lists, on which nothing is."""
        self.root = make_ca("Root", None, self.now)
        self.ca = make_ca("Sub", self.root, self.now)
        self.seal = make_certificate(
            name_of("Seal"), new_key(), self.ca, now=self.now, days=(-1, 700)
        )
        self.lists = {
            "root": make_crl(self.root, at=self.now - HOUR),
            "ca": make_crl(self.ca, at=self.now - HOUR),
        }

    @property
    def path(self) -> list[x509.Certificate]:
        """The seal first, the root last."""
        return [one.certificate for one in (self.seal, self.ca, self.root)]

    def revoke(self, which: Authority, by: Authority, name: str) -> None:
        """Put a certificate on the list of its CA."""
        revoked = {which.certificate.serial_number: self.now - HOUR}
        self.lists[name] = make_crl(by, revoked, at=self.now - HOUR)

    def say(self, status: ocsp.OCSPCertStatus, by: Authority) -> bytes:
        """Answer about the seal (OCSP)."""
        gone = status is ocsp.OCSPCertStatus.REVOKED
        made = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                cert=self.seal.certificate,
                issuer=self.ca.certificate,
                algorithm=hashes.SHA1(),  # noqa: S303 - names the issuer only
                cert_status=status,
                this_update=self.now,
                next_update=self.now + HOUR,
                revocation_time=self.now - HOUR if gone else None,
                revocation_reason=None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, by.certificate)
        )
        signed = made.sign(by.key, hashes.SHA256())
        return signed.public_bytes(Encoding.DER)


@contextmanager
def asking(cas: Cas, *, with_ocsp: bool = False) -> Iterator[SealSources]:
    """Serve what the CAs say."""
    app = FastAPI()

    @app.get("/{name}.crl")
    def crl(name: str) -> Response:
        return Response(cas.lists[name])

    @app.post("/ocsp")
    async def answer(request: Request) -> Response:
        assert cas.answer is not None
        body = await request.body()
        return Response(await run_in_threadpool(cas.answer, body))

    with serve_on_loopback(app) as url:
        yield SealSources(
            tsa_urls=(),
            crl_urls=tuple(f"{url}/{name}.crl" for name in cas.lists),
            ocsp_urls=(f"{url}/ocsp",) if with_ocsp else (),
        )


def test_what_nobody_has_revoked_is_taken() -> None:
    cas = Cas()
    with asking(cas) as sources:
        check_not_revoked(sources, cas.path)


def test_a_revoked_seal_is_refused_with_its_time() -> None:
    cas = Cas()
    cas.revoke(cas.seal, cas.ca, "ca")
    with (
        asking(cas) as sources,
        pytest.raises(SealCertificateError, match=f"since {cas.now - HOUR:%F %T}Z"),
    ):
        check_not_revoked(sources, cas.path)


def test_so_is_one_below_a_revoked_ca() -> None:
    cas = Cas()
    cas.revoke(cas.ca, cas.root, "root")
    with asking(cas) as sources, pytest.raises(SealCertificateError, match="CN=Sub"):
        check_not_revoked(sources, cas.path)


def test_so_is_one_of_which_the_responder_says_so() -> None:
    cas = Cas()
    cas.answer = lambda _: cas.say(ocsp.OCSPCertStatus.REVOKED, cas.ca)
    with (
        asking(cas, with_ocsp=True) as sources,
        pytest.raises(SealCertificateError, match="is revoked since"),
    ):
        check_not_revoked(sources, cas.path)


def test_what_others_say_revokes_nothing_and_vouches_for_nothing() -> None:
    cas = Cas()
    stranger = make_ca("Sub", None, cas.now)
    cas.revoke(cas.seal, stranger, "ca")
    cas.answer = lambda _: cas.say(ocsp.OCSPCertStatus.REVOKED, stranger)
    with (
        asking(cas, with_ocsp=True) as sources,
        pytest.raises(RevocationUnavailableError, match=r"no list of .*CN=Sub"),
    ):
        check_not_revoked(sources, cas.path)


def test_a_list_from_before_the_certificate_says_nothing() -> None:
    cas = Cas()
    cas.lists["ca"] = make_crl(cas.ca, at=cas.now - timedelta(days=2))
    with asking(cas) as sources, pytest.raises(RevocationUnavailableError):
        check_not_revoked(sources, cas.path)
    # The responder of its CA knows of it.
    cas.answer = lambda _: cas.say(ocsp.OCSPCertStatus.GOOD, cas.ca)
    with asking(cas, with_ocsp=True) as sources:
        check_not_revoked(sources, cas.path)


def test_without_a_list_nothing_is_known() -> None:
    cas = Cas()
    with asking(cas) as sources:
        pass
    with pytest.raises(RevocationUnavailableError, match="cannot get"):
        check_not_revoked(sources, cas.path)
