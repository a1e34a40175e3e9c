# SPDX-License-Identifier: Apache-2.0
"""Authorities that lie, are late, old, dead or wrong, over HTTP; and good ones."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import httpx
from asn1crypto import tsp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID
from fastapi import FastAPI, Request, Response
from pikepdf import Pdf
from starlette.concurrency import run_in_threadpool

from issuer.sign import Sealer, SealSources
from keys.profiles import DOCUMENT_SIGNING
from keys.settings import Environment
from keys.signing import TSA, seal_label
from keys.softkey import FileSigner
from keys.timestamp import Failure, TimestampAuthority, refuse
from tests.forge_pki import Authority, make_certificate, make_crl, name_of, new_key
from tra.loopback import serve_on_loopback

STAMPING = ExtendedKeyUsageOID.TIME_STAMPING
OCSP_SIGNING = ExtendedKeyUsageOID.OCSP_SIGNING
HOUR = timedelta(hours=1)
LATE = 3.0
"""Seconds after which a late authority answers."""


def now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def blank_page() -> bytes:
    out = BytesIO()
    with Pdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(out)
    return out.getvalue()


@dataclass
class Pki:
    """A CA, a seal and authorities; a test may change what is said of them."""

    root: Authority
    seal: Authority
    stamps: dict[str, TimestampAuthority]
    revoked: dict[int, datetime] = field(default_factory=dict)
    list_of: datetime = field(default_factory=lambda: now() - HOUR)
    list_days: int = 7
    responder: Authority | None = None
    ocsp_good: bool = True
    kept: bytes = b""
    """An old token, for the authority that sends it again."""
    clock: Callable[[], datetime] = now
    """That of the authorities."""
    asked: list[str] = field(default_factory=list)

    def crl(self) -> bytes:
        """Sign the list as of `list_of`."""
        return make_crl(self.root, self.revoked, at=self.list_of, days=self.list_days)

    def answer_ocsp(self, data: bytes) -> bytes:
        """Answer about the seal, signed by the responder, the CA itself if none."""
        assert ocsp.load_der_ocsp_request(data).serial_number
        by = self.responder or self.root
        status = ocsp.OCSPCertStatus
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=self.seal.certificate,
            issuer=self.root.certificate,
            algorithm=hashes.SHA1(),  # noqa: S303 - names the issuer only
            cert_status=status.GOOD if self.ocsp_good else status.REVOKED,
            this_update=now(),
            next_update=now() + HOUR,
            revocation_time=None if self.ocsp_good else now() - HOUR,
            revocation_reason=None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, by.certificate)
        if self.responder is not None:
            builder = builder.certificates([by.certificate])
        signed = builder.sign(by.key, hashes.SHA256())
        return signed.public_bytes(Encoding.DER)


def make_pki() -> Pki:
    """Make the CA and an authority for each fault of a certificate."""
    root = make_certificate(name_of("Root"), new_key(), None, ca=True, now=now())

    def below(name: str, issuer: Authority | None = root, **how: object) -> Authority:
        settings: dict[str, object] = {"usage": STAMPING, **how}
        return make_certificate(name_of(name), new_key(), issuer, now=now(), **settings)  # type: ignore[arg-type]

    stranger = make_certificate(
        name_of("Stranger"), new_key(), None, ca=True, now=now()
    )
    certificates = {
        "good": below("Stamps"),
        "other": below("Other stamps"),
        "expired": below("Old", days=(-30, -1)),
        "early": below("Early", days=(1, 30)),
        "revoked": below("Revoked"),
        "lax": below("Lax", critical_usage=False),
        "wide": below("Wide", usage=[STAMPING, ExtendedKeyUsageOID.EMAIL_PROTECTION]),
        "misused": below("Misused", usage=DOCUMENT_SIGNING),
        "stranger": below("Stamps of a stranger", stranger),
    }
    stamps = {name: stamping(one, root) for name, one in certificates.items()}
    seal = make_certificate(
        name_of("Seal", organization="Sample", identifier="VATTH-1"),
        new_key(),
        root,
        usage=DOCUMENT_SIGNING,
        now=now(),
    )
    revoked = {certificates["revoked"].certificate.serial_number: now() - 2 * HOUR}
    return Pki(root=root, seal=seal, stamps=stamps, revoked=revoked)


def stamping(by: Authority, root: Authority) -> TimestampAuthority:
    return TimestampAuthority(signer_of(by, root, TSA))


def signer_of(by: Authority, root: Authority, label: str = "") -> FileSigner:
    return FileSigner(
        label=label or seal_label("TRADE"),  # type: ignore[arg-type]
        private_key=by.key,  # type: ignore[arg-type]  # never Ed25519 here
        certificate=by.certificate,
        chain=(root.certificate,),
        env=Environment.DEVELOPMENT,
    )


def answer(pki: Pki, fault: str, data: bytes) -> Response:
    """Answer a request as the authority with this fault does."""
    made = FAULTS[fault](pki, data) if fault in FAULTS else by(pki, fault, data)
    if isinstance(made, Response):
        return made
    return Response(made, media_type="application/timestamp-reply")


def by(pki: Pki, name: str, data: bytes, at: datetime | None = None) -> bytes:
    return pki.stamps[name].answer(data, now=at or pki.clock()).der


def other_request(data: bytes, **changes: object) -> bytes:
    """Ask for something else in place of what was asked."""
    fields = dict(tsp.TimeStampReq.load(data).native)
    algorithm = {"algorithm": changes.get("algorithm", "sha256")}
    size = 64 if changes.get("algorithm") == "sha512" else 32
    request = {
        "version": 1,
        "message_imprint": {"hash_algorithm": algorithm, "hashed_message": bytes(size)},
        "nonce": changes.get("nonce", fields["nonce"]),
        "cert_req": changes.get("cert_req", True),
    }
    if changes.get("keep"):
        request["message_imprint"] = tsp.TimeStampReq.load(data)["message_imprint"]
    return bytes(tsp.TimeStampReq(request).dump())


def replay(pki: Pki, data: bytes) -> bytes:
    pki.kept = pki.kept or by(pki, "good", other_request(data, keep=True, nonce=1))
    return pki.kept


def spoilt(pki: Pki, data: bytes) -> bytes:
    whole = by(pki, "good", data)
    return whole[:-1] + bytes([whole[-1] ^ 1])


def renamed(pki: Pki, data: bytes, identifier: bytes) -> bytes:
    """Name another certificate in the token, or none."""
    authority = pki.stamps["good"]
    held, authority._certificate_id = authority._certificate_id, identifier
    try:
        return by(pki, "good", data)
    finally:
        authority._certificate_id = held


def late(pki: Pki, data: bytes) -> bytes:
    time.sleep(LATE)
    return by(pki, "good", data)


FAULTS: dict[str, Callable[[Pki, bytes], bytes | Response]] = {
    "empty": lambda _pki, _data: b"",
    "junk": lambda _pki, _data: b"junk",
    "page": lambda _pki, _data: b"<html>maintenance</html>",
    "broken": lambda _pki, _data: Response(status_code=500),
    "refusing": lambda _pki, _data: refuse(Failure.SYSTEM_FAILURE, "not today").der,
    "late": late,
    "huge": lambda _pki, _data: bytes(200_000),
    "imprint": lambda pki, data: by(pki, "good", other_request(data)),
    "algorithm": lambda pki, data: by(
        pki, "good", other_request(data, algorithm="sha512")
    ),
    "replay": replay,
    "bare": lambda pki, data: by(
        pki, "good", other_request(data, keep=True, cert_req=False)
    ),
    "spoilt": spoilt,
    "unnamed": lambda pki, data: renamed(pki, data, b""),
    "misnamed": lambda pki, data: renamed(
        pki, data, pki.stamps["other"]._certificate_id
    ),
    "ahead": lambda pki, data: by(pki, "good", data, pki.clock() + HOUR),
    "behind": lambda pki, data: by(pki, "good", data, pki.clock() - HOUR),
}


@contextmanager
def serve(pki: Pki) -> Iterator[str]:
    """Serve all of them, `/tsa/FAULT`, `/crl` and `/ocsp`."""
    app = FastAPI()

    @app.post("/tsa/{fault}")
    async def stamp(fault: str, request: Request) -> Response:
        pki.asked.append(fault)
        data = await request.body()
        return await run_in_threadpool(answer, pki, fault, data)

    @app.get("/crl")
    def give_list() -> Response:
        pki.asked.append("crl")
        return Response(pki.crl())

    @app.post("/ocsp")
    async def give_answer(request: Request) -> Response:
        pki.asked.append("ocsp")
        return Response(pki.answer_ocsp(await request.body()))

    with serve_on_loopback(app) as url:
        assert httpx.get(f"{url}/crl").status_code == 200
        pki.asked.clear()
        yield url


@dataclass
class Counter:
    """Where a test seals."""

    pki: Pki
    url: str
    page: bytes = field(default_factory=blank_page)
    opened: list[Sealer] = field(default_factory=list)

    def sealer(self, *faults: str, **settings: object) -> Sealer:
        """Open a sealer that asks authorities with these faults, in order."""
        urls = tuple(f"{self.url}/tsa/{fault}" for fault in faults)
        sources = SealSources(tsa_urls=urls, crl_urls=(f"{self.url}/crl",), timeout=30)
        self.pki.asked.clear()
        signer = signer_of(self.pki.seal, self.pki.root)
        sealer = Sealer(signer, replace(sources, **settings))  # type: ignore[arg-type]
        self.opened.append(sealer)
        return sealer

    def close(self) -> None:
        """Close all sealers."""
        for sealer in self.opened:
            sealer.close()
