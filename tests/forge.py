# SPDX-License-Identifier: Apache-2.0
"""Makes sealed documents and their publication for tests: good ones and forged ones.

It stands in for an agency, its CA, its time-stamping authority and the
register, with keys that exist for one test run. Nothing here is fit for use.
"""

import hashlib
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pikepdf
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from register.claim import Claim, build_claim, claim_from_facts, claim_kid, qr_text
from register.code_entry import CodeEntry, sign_code_entry
from register.document import (
    AgencyId,
    Document,
    DocumentId,
    DocumentNumber,
    State,
    Status,
    StatusRef,
    Text,
    bangkok_date,
    new_document_id,
)
from register.envelope import key_id
from register.errors import RecordError
from register.officer import OfficerFacts
from register.public_record import (
    FileEntry,
    PublicField,
    PublicRecord,
    mask_holder,
    sign_file_entry,
    sign_public_record,
)
from register.record import build_record, document_url, read_facts
from register.status_list import sign_status_cwt, sign_status_jwt
from register.trust_list import (
    Agency,
    ClaimKey,
    Period,
    PublicationKey,
    SealAnchor,
    SealCertificate,
    TrustList,
    TypeEntry,
    sign_trust_list,
)
from tests.forge_pki import (
    NOW,
    Authority,
    make_certificate,
    make_crl,
    name_of,
    new_key,
    raw_signing,
    shared_rsa_key,
)
from tests.report_schema import check_report
from verifier.report import Report
from verifier.trust import Publication
from verifier.verify_pdf import verify_pdf

HOST: Final = "https://verify.example.go.th"
HOLDER: Final = "นายสมชาย ใจดี"
LICENCE: Final = TypeEntry(
    id="business_licence",
    code="BL01",
    name=Text(th="ใบอนุญาตประกอบกิจการ", en="Business licence"),
)
DIPLOMA: Final = TypeEntry(
    id="training_certificate",
    code="TC01",
    name=Text(th="ประกาศนียบัตร", en="Training certificate"),
)


@dataclass(frozen=True)
class Signature:
    """How a PDF is to be sealed; the defaults make a proper seal."""

    seal: Authority
    at: datetime = NOW
    tsa: Authority | None = None
    crls: tuple[bytes, ...] = ()
    certify: bool = True
    field: str = "Seal"
    stamp_another: bool = False
    """Let the time stamp be of something else than this signature."""


@dataclass(frozen=True)
class Issued:
    """One document in all its forms."""

    document: Document
    record: bytes
    claim: bytes
    pdf: bytes

    @property
    def id(self) -> DocumentId:
        """Document id."""
        return self.document.id

    @property
    def url(self) -> str:
        """The text of its QR code."""
        return qr_text(document_url(HOST, self.id), self.claim)


@dataclass
class AgencyForge:
    """One agency's keys; a test may bend each of them."""

    id: AgencyId
    name: Text
    seal: Authority
    claim_key: ec.EllipticCurvePrivateKey
    claim_certificate: bytes
    publication_key: ec.EllipticCurvePrivateKey
    types: tuple[TypeEntry, ...] = (LICENCE, DIPLOMA)
    seal_period: Period = field(default_factory=Period)
    claim_period: Period = field(default_factory=Period)
    publication_period: Period = field(default_factory=Period)
    seal_certificates: tuple[SealCertificate, ...] = ()
    """Single seals that the trust list names."""
    officer_anchors: tuple[SealAnchor, ...] = ()

    @property
    def identifier(self) -> str:
        """The organizationIdentifier of the agency's seal."""
        return f"GOVTH-{self.id}"


class _OtherTimeStamper(DummyTimeStamper):
    """Stamps something else than what it is given."""

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> Any:  # noqa: ANN401 - library type
        """Stamp zeros."""
        return await super().async_timestamp(bytes(len(message_digest)), md_algorithm)


class Forge:
    """A PKI, two agencies and a publication folder, at a moment of its own."""

    def __init__(self, folder: Path, *, now: datetime = NOW) -> None:
        self.now = now
        self.folder = folder
        self.root = make_certificate(
            name_of("Test Root CA"), new_key(), None, ca=True, now=now
        )
        self.ca = make_certificate(
            name_of("Test Issuing CA"), new_key(), self.root, ca=True, now=now
        )
        self.tsa = self.make_tsa(self.ca)
        self.trust_root = new_key()
        self.trade = self.make_agency("TRADE", "กรมการค้าตัวอย่าง", "Sample Trade")
        self.labour = self.make_agency("LABOUR", "กรมแรงงานตัวอย่าง", "Sample Labour")
        self.seq = 1
        self.statuses: dict[int, Status] = {}
        self.issued: list[Issued] = []
        self._next_index = 100

    @classmethod
    def of_today(cls, folder: Path) -> "Forge":
        """Make a world of this moment, for programs that have a clock of their own."""
        return cls(folder, now=datetime.fromtimestamp(int(time.time()) - 60, UTC))

    # Keys.

    def make_tsa(
        self, issuer: Authority | None, *, stamping: bool = True, days: int = 700
    ) -> Authority:
        """Make a time-stamping authority; without an issuer it signs itself."""
        usage = (ExtendedKeyUsageOID.TIME_STAMPING,) if stamping else ()
        return make_certificate(
            name_of("Test TSA"),
            shared_rsa_key(),
            issuer,
            usage=usage,
            now=self.now,
            until=self.now + timedelta(days=days),
        )

    def make_agency(self, agency: str, th: str, en: str) -> AgencyForge:
        """Make an agency with all its keys."""
        claim_key = new_key()
        claim = make_certificate(
            name_of(f"claim {agency}"), claim_key, None, now=self.now
        )
        return AgencyForge(
            id=AgencyId(agency),
            name=Text(th=th, en=en),
            seal=self.make_seal(agency, th, en),
            claim_key=claim_key,
            claim_certificate=claim.der,
            publication_key=new_key(),
        )

    def make_seal(
        self,
        agency: str,
        th: str,
        en: str,
        *,
        issuer: Authority | None = None,
        **usage: Any,  # noqa: ANN401 - what `make_certificate` takes
    ) -> Authority:
        """Make the certificate of a seal, or with another usage of something else."""
        name = name_of(th, organization=en, identifier=f"GOVTH-{agency}")
        issuer = issuer or self.ca
        return make_certificate(name, new_key(), issuer, now=self.now, **usage)

    def crls(self, revoked: Mapping[int, datetime] | None = None) -> tuple[bytes, ...]:
        """Return CRLs of both CAs; `revoked` is about the issuing CA."""
        at = self.now - timedelta(hours=1)
        return make_crl(self.ca, revoked, at=at), make_crl(self.root, at=at)

    # Documents.

    def make_document(self, agency: AgencyForge, **changes: Any) -> Document:  # noqa: ANN401 - any field
        """Make a document of today; any of its facts can be given."""
        index = self._next_index
        self._next_index += 1
        plain = Document(
            id=new_document_id(),
            agency_id=agency.id,
            type_id=LICENCE.id,
            type_version=1,
            number=DocumentNumber(f"{index}/2569"),
            state=State.ISSUED,
            status=Status.VALID,
            status_since=None,
            data={"holder_name": HOLDER, "business": "ร้านอาหาร"},
            salt=secrets.token_bytes(16),
            reserved_at=self.now - timedelta(minutes=1),
            issued_at=self.now,
            issued_on=bangkok_date(self.now - timedelta(minutes=1)),
            valid_from=date(2026, 3, 1),
            valid_until=date(2027, 2, 28),
            status_ref=StatusRef(0, index),
        )
        return replace(plain, **changes)

    def make_record(
        self,
        document: Document,
        agency: AgencyForge,
        officer: OfficerFacts | None = None,
    ) -> bytes:
        """Make the record of a document."""
        return build_record(
            document,
            agency_name=agency.name,
            legal_basis=Text(
                th="พ.ร.บ. ตัวอย่าง พ.ศ. ๒๕๖๐ มาตรา ๙", en="Sample Act, s.9"
            ),
            verify_url=document_url(HOST, document.id),
            officer=officer,
        )

    def make_claim(
        self,
        record: bytes,
        agency: AgencyForge,
        *,
        document_id: DocumentId | None = None,
        **changes: Any,  # noqa: ANN401 - any field
    ) -> bytes:
        """Make the claim of a record; any of its facts can be given."""
        facts = read_facts(record)
        code = next(t.code for t in (LICENCE, DIPLOMA) if t.id == facts.type_id)
        claim: Claim = claim_from_facts(facts, type_code=code, holder=HOLDER)
        return build_claim(
            replace(claim, **changes),
            document_id=document_id or facts.id,
            kid=claim_kid(agency.claim_certificate),
            sign=raw_signing(agency.claim_key),
        )

    def issue(self, agency: AgencyForge | None = None, **changes: Any) -> Issued:  # noqa: ANN401 - any field
        """Issue a document as the issuer would, and remember it for `publish`."""
        agency = agency or self.trade
        document = self.make_document(agency, **changes)
        record = self.make_record(document, agency)
        claim = self.make_claim(record, agency)
        pdf = self.seal(draw_pdf({"record.json": record, "claim.cose": claim}), agency)
        issued = Issued(document=document, record=record, claim=claim, pdf=pdf)
        self.issued.append(issued)
        return issued

    def seal(self, pdf: bytes, agency: AgencyForge | None = None) -> bytes:
        """Seal a PDF as an agency does (PAdES B-LT, DocMDP 1)."""
        seal = (agency or self.trade).seal
        how = Signature(seal, at=self.now, tsa=self.tsa, crls=self.crls())
        return self.sign(pdf, how)

    def sign(self, pdf: bytes, how: Signature) -> bytes:
        """Sign a PDF in whatever way a test wants."""
        others = [self.ca.asn1, self.root.asn1]
        registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # library
        registry.register_multiple(others)
        signer = SimpleSigner(
            signing_cert=how.seal.asn1,
            signing_key=how.seal.asn1_key,
            cert_registry=registry,
        )
        kind = _OtherTimeStamper if how.stamp_another else DummyTimeStamper
        stamper = how.tsa and kind(
            how.tsa.asn1, how.tsa.asn1_key, registry, fixed_dt=how.at
        )
        context = ValidationContext(
            trust_roots=[self.root.asn1, how.seal.asn1]
            + ([how.tsa.asn1] if how.tsa else []),
            other_certs=others,
            crls=list(how.crls),
            moment=how.at,
            revocation_mode="soft-fail",
        )
        metadata = PdfSignatureMetadata(
            field_name=how.field,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            certify=how.certify,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            embed_validation_info=bool(how.crls),
            # The library would refuse to seal with what is no seal.
            signer_key_usage={"digital_signature"},
            validation_context=context if how.crls else None,
        )
        output = PdfSigner(metadata, signer, timestamper=stamper or None).sign_pdf(
            IncrementalPdfFileWriter(BytesIO(pdf)), output=BytesIO()
        )
        sealed: bytes = output.getvalue()
        return sealed

    def verify(
        self,
        pdf: bytes,
        *,
        now: datetime | None = None,
        publication: Publication | None = None,
    ) -> Report:
        """Publish everything anew and verify a PDF; any report fits its schema."""
        report = verify_pdf(
            pdf, publication=publication or self.publish(), now=now or self.now
        )
        check_report(report)
        return report

    # The publication.

    def trust_list(self) -> TrustList:
        """Return the trust list as the keys now are."""
        return TrustList(
            name=Text(th="บัญชีรายชื่อทดสอบ", en="Test trust list"),
            seq=self.seq,
            iat=self.now - timedelta(days=1),
            exp=self.now + timedelta(days=365),
            agencies=(self._entry(self.trade), self._entry(self.labour)),
            timestamp_anchors=(self.root.der,),
        )

    def _entry(self, agency: AgencyForge) -> Agency:
        public = serialization.load_der_public_key(
            agency.claim_key.public_key().public_bytes(
                serialization.Encoding.DER,
                serialization.PublicFormat.SubjectPublicKeyInfo,
            )
        )
        assert isinstance(public, ec.EllipticCurvePublicKey)
        return Agency(
            id=agency.id,
            name=agency.name,
            domain=f"{agency.id.lower()}.example.go.th",
            types=agency.types,
            claim_keys=(
                ClaimKey(
                    key=public,
                    certificate=agency.claim_certificate,
                    period=agency.claim_period,
                ),
            ),
            publication_keys=(
                PublicationKey(
                    key=agency.publication_key.public_key(),
                    period=agency.publication_period,
                ),
            ),
            seal_anchors=(
                SealAnchor(
                    certificate=self.root.der,
                    subject={"organizationIdentifier": agency.identifier},
                    period=agency.seal_period,
                ),
            ),
            seal_certificates=agency.seal_certificates,
            officer_anchors=agency.officer_anchors,
        )

    def publish(self, *, at: datetime | None = None) -> Publication:
        """Write the publication anew and return a fresh view of it."""
        self.write("trust-list", self.signed_trust_list().encode())
        self.publish_status(at=at)
        for issued in self.issued:
            self.publish_record(issued)
        return self.open()

    def open(self) -> Publication:
        """Return a fresh view of the publication, with no memory."""
        return Publication.open(str(self.folder), trust_root=self.root_file())

    def root_file(self) -> Path:
        """Write the public key of the trust root to a file."""
        file = self.folder.parent / "trust-root.pub.pem"
        file.write_bytes(
            self.trust_root.public_key().public_bytes(
                serialization.Encoding.PEM,
                serialization.PublicFormat.SubjectPublicKeyInfo,
            )
        )
        return file

    def signed_trust_list(self) -> str:
        """Sign the trust list with the trust root."""
        return sign_trust_list(
            self.trust_list(),
            kid=key_id(self.trust_root.public_key()),
            sign=raw_signing(self.trust_root),
        )

    def publish_status(
        self,
        *,
        at: datetime | None = None,
        key: ec.EllipticCurvePrivateKey | None = None,
    ) -> None:
        """Publish the status list, signed by the agency or by another key."""
        signer = key or self.trade.publication_key
        about: dict[str, Any] = {
            "uri": "https://verify.example.go.th/register/status/0",
            "iat": at or self.now,
            "kid": key_id(signer.public_key()),
            "sign": raw_signing(signer),
        }
        self.write("status/0", sign_status_cwt(self.statuses, **about))
        self.write("status/0.jwt", sign_status_jwt(self.statuses, **about).encode())

    def publish_record(self, issued: Issued, **changes: Any) -> None:  # noqa: ANN401 - any field
        """Publish record and file entry; any fact can be given."""
        agency = self.trade if issued.document.agency_id == "TRADE" else self.labour
        record = replace(self.public_record(issued), **changes)
        key = agency.publication_key
        about: dict[str, Any] = {
            "kid": key_id(key.public_key()),
            "sign": raw_signing(key),
        }
        self.write(f"records/{issued.id}", sign_public_record(record, **about).encode())
        entry = FileEntry(sha256=record.file_sha256, id=issued.id, iat=self.now)
        path = f"files/{record.file_sha256.hex()}"
        self.write(path, sign_file_entry(entry, **about).encode())
        code = CodeEntry(id=issued.id, iat=self.now)
        self.write(f"codes/{code.code}", sign_code_entry(code, **about).encode())

    def public_record(self, issued: Issued) -> PublicRecord:
        """Return what the register publishes of a document."""
        document = issued.document
        index = document.status_ref.index
        name = next(t.name for t in (LICENCE, DIPLOMA) if t.id == document.type_id)
        agency = self.trade if document.agency_id == "TRADE" else self.labour
        return PublicRecord(
            id=document.id,
            type_id=document.type_id,
            type_name=name,
            number=document.number,
            agency_id=document.agency_id,
            agency_name=agency.name,
            issued_on=document.issued_on,
            valid_from=document.valid_from,
            valid_until=document.valid_until,
            supersedes=document.supersedes,
            holder=mask_holder(HOLDER),
            fields=(
                PublicField(
                    name="business",
                    label=Text(th="กิจการ", en="Business"),
                    value="ร้านอาหาร",
                ),
            ),
            status=self.statuses.get(index, Status.VALID),
            status_since=self.now if index in self.statuses else None,
            successor=document.successor,
            record_sha256=hashlib.sha256(issued.record).digest(),
            file_sha256=hashlib.sha256(issued.pdf).digest(),
            status_ref=document.status_ref,
            iat=self.now,
        )

    def write(self, path: str, body: bytes) -> None:
        """Write one file of the publication."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)


_THAI_CMAP: Final = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CMapName /Thai def
/CMapType 2 def
1 begincodespacerange
<00> <FF>
endcodespacerange
2 beginbfrange
<20> <7E> <0020>
<A1> <FB> <0E01>
endbfrange
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""
"""Says that a font's codes are TIS-620; how its letters look is another matter."""


def draw_pdf(
    attachments: Mapping[str, bytes] | None = None,
    *,
    lines: Sequence[str] = ("BUSINESS LICENCE", "Holder: Somchai Jaidee"),
    facts: bool = True,
    compress: bool = False,
) -> bytes:
    """Draw one page with a few lines of text, and attach files to it.

    Below them, unless told otherwise, number and holder of an attached record, as
    every page of ours shows them. Streams are plain by default, so that a test can
    find its text and change it.
    """
    attachments = attachments or {}
    if facts:
        lines = (*lines, *_name_facts(attachments.get("record.json")))
    text = b"".join(
        b"BT /F1 18 Tf 72 %d Td (%s) Tj ET\n" % (720 - 40 * row, line.encode("tis-620"))
        for row, line in enumerate(lines)
    )
    return draw_content(text, attachments, compress=compress)


def draw_content(
    content: bytes,
    attachments: Mapping[str, bytes] | None = None,
    *,
    compress: bool = False,
) -> bytes:
    """Draw one page by its operators, with text in TIS-620, and attach files to it."""
    pdf = pikepdf.new()
    font = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name.Helvetica,
        )
    )
    if not content.isascii():
        font.ToUnicode = pdf.make_stream(_THAI_CMAP)
    page = pikepdf.Dictionary(
        Type=pikepdf.Name.Page,
        MediaBox=[0, 0, 595, 842],
        Resources=pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font)),
        Contents=pdf.make_stream(content),
    )
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
    for name, data in (attachments or {}).items():
        pdf.attachments[name] = data
        pdf.attachments[name].relationship = pikepdf.Name.Data
    output = BytesIO()
    pdf.save(output, static_id=True, compress_streams=compress)
    return output.getvalue()


def _name_facts(record: bytes | None) -> tuple[str, ...]:
    """Return the lines that say what a record says; nothing of a broken one."""
    try:
        facts = read_facts(record or b"")
    except RecordError:
        return ()
    return f"No. {facts.number}", str(facts.data.get("holder_name", ""))
