# SPDX-License-Identifier: Apache-2.0
"""A signed publication to bend, and a server on loopback for a real browser.

The publication is made with the register's own modules. The server logs each
request target, so that a test can say what left the device.
"""

import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import FastAPI

from register.claim import Claim, build_claim, claim_kid
from register.digits import encode_digits
from register.document import (
    AgencyId,
    DocumentId,
    DocumentNumber,
    Status,
    StatusRef,
    Text,
    new_document_id,
)
from register.envelope import key_id
from register.public_record import (
    PublicField,
    PublicRecord,
    mask_holder,
    sign_public_record,
)
from register.status_list import sign_status_cwt, sign_status_jwt
from register.trust_list import (
    Agency,
    ClaimKey,
    Period,
    PublicationKey,
    TrustList,
    TypeEntry,
    sign_trust_list,
)
from tests.running import run_server
from verifier.app import create_app
from verifier.settings import VerifierSettings

NOW = datetime(2026, 11, 21, 7, 5, tzinfo=UTC)
"""What clocks show: 21 November 2026, 14:05 in Thailand."""

MAX_BYTES = 20_000_000
HOLDER = "นายสมชาย ใจดี"
AGENCY_NAME = Text(
    th="กรมส่งเสริมการค้าตัวอย่าง", en="Department of Trade Promotion (Sample)"
)
TYPE = TypeEntry(
    id="business_licence",
    code="BL",
    name=Text(th="ใบอนุญาตประกอบกิจการ", en="Business licence"),
)
FIELDS = (
    PublicField(
        name="business",
        label=Text(th="ประเภทกิจการ", en="Kind of business"),
        value="จำหน่ายอาหารและเครื่องดื่ม",
    ),
)


def find_chromium() -> str | None:
    """Return the path of a Chromium of this machine, if there is one."""
    usual = Path("/usr/bin/chromium")
    if usual.exists():
        return str(usual)
    return shutil.which("chromium") or shutil.which("chromium-browser")


@dataclass(frozen=True)
class SigningKey:
    """A P-256 key that signs in the raw form of JOSE and COSE."""

    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def public(self) -> ec.EllipticCurvePublicKey:
        """The key that verifies."""
        return self.private.public_key()

    @property
    def kid(self) -> str:
        """The thumbprint that tokens name the key by."""
        return key_id(self.public)

    def sign(self, message: bytes) -> bytes:
        """Return r and s, 32 bytes each."""
        r, s = utils.decode_dss_signature(
            self.private.sign(message, ec.ECDSA(hashes.SHA256()))
        )
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def certificate(self) -> bytes:
        """Return a self-signed certificate (DER), for the kid of a claim."""
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "claim")])
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=400))
            .not_valid_after(NOW + timedelta(days=400))
        )
        return builder.sign(self.private, hashes.SHA256()).public_bytes(Encoding.DER)


@dataclass(frozen=True, kw_only=True)
class Issued:
    """An issued document: its id, the digits of its QR code, its public record."""

    id: DocumentId
    claim: Claim
    digits: str
    record: PublicRecord

    @property
    def path(self) -> str:
        """What the QR code opens, without scheme and host."""
        return f"/V/{self.id}#{self.digits}"


class SignedPublication:
    """A publication folder of one agency, republished at will."""

    def __init__(self, folder: Path, *, now: datetime = NOW) -> None:
        self.folder = folder
        self.now = now
        self.root, self.publication, self.claims = (SigningKey() for _ in range(3))
        self.certificate = self.claims.certificate()
        self.statuses: dict[int, Status] = {}
        self.seq = 1
        self.agency = Agency(
            id=AgencyId("TRADE"),
            name=AGENCY_NAME,
            domain="trade.example.go.th",
            types=(TYPE,),
            claim_keys=(
                ClaimKey(key=self.claims.public, certificate=self.certificate),
            ),
            publication_keys=(PublicationKey(key=self.publication.public),),
        )
        for name in ("status", "records", "files"):
            (folder / name).mkdir(parents=True)
        self.root_file.write_bytes(
            self.root.public.public_bytes(
                Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
            )
        )
        self.publish_trust_list()
        self.publish_statuses()

    @property
    def root_file(self) -> Path:
        """The public key that verifiers pin."""
        return self.folder.with_name("trust-root.pub.pem")

    def publish_trust_list(self, *, exp: datetime | None = None) -> None:
        """Sign the trust list anew, with the agency as it stands."""
        trust = TrustList(
            name=Text(th="บัญชีรายชื่อตัวอย่าง", en="Sample trust list"),
            seq=self.seq,
            iat=self.now,
            exp=exp or self.now + timedelta(days=30),
            agencies=(self.agency,),
        )
        token = sign_trust_list(trust, kid=self.root.kid, sign=self.root.sign)
        (self.folder / "trust-list").write_text(token)

    def set_claim_period(self, period: Period) -> None:
        """Say anew when the claim key counts, and publish it."""
        key = replace(self.agency.claim_keys[0], period=period)
        self.agency = replace(self.agency, claim_keys=(key,))
        self.seq += 1
        self.publish_trust_list()

    def publish_statuses(self, *, iat: datetime | None = None) -> None:
        """Sign status list 0 anew."""
        folder = self.folder / "status"
        about: dict[str, Any] = {
            "uri": "https://verify.example.go.th/publication/status/0",
            "iat": iat or self.now,
            "kid": self.publication.kid,
            "sign": self.publication.sign,
        }
        (folder / "0.jwt").write_text(sign_status_jwt(self.statuses, **about))
        (folder / "0").write_bytes(sign_status_cwt(self.statuses, **about))

    def publish_record(self, record: PublicRecord) -> None:
        """Sign the public record of a document."""
        token = sign_public_record(
            record, kid=self.publication.kid, sign=self.publication.sign
        )
        (self.folder / "records" / record.id).write_text(token)

    def issue(
        self,
        *,
        number: str = "123/2569",
        holder: str = HOLDER,
        issued_on: date = date(2026, 11, 1),
        valid_from: date | None = None,
        valid_until: date | None = date(2027, 10, 31),
        type_code: str = TYPE.code,
        agency_id: str = "TRADE",
        index: int = 4711,
        signer: SigningKey | None = None,
    ) -> Issued:
        """Issue a document and publish its record."""
        document_id = new_document_id()
        claim = Claim(
            type_code=type_code,
            number=DocumentNumber(number),
            holder=holder,
            issued_on=issued_on,
            valid_from=valid_from or issued_on,
            valid_until=valid_until,
            agency_id=AgencyId(agency_id),
            record_sha256=bytes(range(32)),
            status_ref=StatusRef(0, index),
        )
        data = build_claim(
            claim,
            document_id=document_id,
            kid=claim_kid(signer.certificate() if signer else self.certificate),
            sign=(signer or self.claims).sign,
        )
        record = self._record(document_id, claim)
        self.publish_record(record)
        return Issued(
            id=document_id, claim=claim, digits=encode_digits(data), record=record
        )

    def set_status(
        self, issued: Issued, status: Status, *, successor: DocumentId | None = None
    ) -> None:
        """Publish a new status, in list and record."""
        self.statuses[issued.claim.status_ref.index] = status
        self.publish_statuses()
        record = replace(
            issued.record, status=status, status_since=self.now, successor=successor
        )
        self.publish_record(record)

    def _record(self, document_id: DocumentId, claim: Claim) -> PublicRecord:
        return PublicRecord(
            id=document_id,
            type_id=TYPE.id,
            type_name=TYPE.name,
            number=claim.number,
            agency_id=self.agency.id,
            agency_name=self.agency.name,
            issued_on=claim.issued_on,
            valid_from=claim.valid_from,
            valid_until=claim.valid_until,
            supersedes=None,
            holder=mask_holder(claim.holder),
            fields=FIELDS,
            status=Status.VALID,
            status_since=None,
            successor=None,
            record_sha256=claim.record_sha256,
            file_sha256=bytes(32),
            status_ref=claim.status_ref,
            iat=self.now,
        )


def make_app(
    folder: Path, *, root_file: Path, now: datetime = NOW, max_bytes: int = MAX_BYTES
) -> FastAPI:
    """Return the real verifier, reading a publication and showing this clock."""
    settings = VerifierSettings(
        pdf_workers=1,
        publication_url=str(folder),
        trust_root=root_file,
        max_upload_bytes=max_bytes,
    )
    return create_app(settings, clock=lambda: now)


@dataclass(frozen=True, kw_only=True)
class RunningServer:
    """A server on loopback and what it was asked."""

    url: str
    targets: list[str]
    """Path and query of each request, as received."""
    sent: list[tuple[str, int]]
    """Path of each answer, and its bytes: headers and body."""


def log_requests(
    app: Any,  # noqa: ANN401 - any ASGI application
    targets: list[str],
    sent: list[tuple[str, int]],
) -> Callable[..., Any]:
    """Wrap an application so that each request target and each answer is noted."""

    async def logged(scope: Mapping[str, Any], receive: object, send: Any) -> None:  # noqa: ANN401 - as ASGI has it
        async def counted(message: Mapping[str, Any]) -> None:
            head = sum(
                len(name) + len(value) + 4 for name, value in message.get("headers", ())
            )
            sent.append((scope["path"], head + len(message.get("body", b""))))
            await send(message)

        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        query = scope["query_string"].decode()
        targets.append(scope["raw_path"].decode() + (f"?{query}" if query else ""))
        await app(scope, receive, counted)

    return logged


@contextmanager
def serve_logged(app: object) -> Iterator[RunningServer]:
    """Serve an application on a free port of loopback until the block ends."""
    targets: list[str] = []
    sent: list[tuple[str, int]] = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        host, port = listener.getsockname()
        config = uvicorn.Config(
            log_requests(app, targets, sent), log_level="warning", access_log=False
        )
        with run_server(config, listener):
            yield RunningServer(url=f"http://{host}:{port}", targets=targets, sent=sent)
