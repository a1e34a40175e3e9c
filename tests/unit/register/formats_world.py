# SPDX-License-Identifier: Apache-2.0
"""One small world for the format tests: two agencies, their keys, one document.

Keys come from their names, so nothing here is random and nothing is secret.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from register.claim import Claim, build_claim, claim_from_facts
from register.document import (
    AgencyId,
    Document,
    DocumentNumber,
    State,
    Status,
    StatusRef,
    Text,
    document_id_from_bytes,
)
from register.envelope import SignRaw, key_id
from register.public_record import FileEntry, PublicField, PublicRecord
from register.record import build_record, document_url, read_facts
from register.trust_list import (
    Agency,
    ClaimKey,
    Period,
    PublicationKey,
    SealAnchor,
    TrustList,
    TypeEntry,
)
from tests.vectors.make_vectors import certificate_of, key_named, raw_signing

NOW: Final = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
DOCUMENT_ID: Final = document_id_from_bytes(bytes(range(100, 116)))
OTHER_ID: Final = document_id_from_bytes(bytes(range(16)))
VERIFY_URL: Final = document_url("https://verify.example.go.th", DOCUMENT_ID)
AGENCY_NAME: Final = Text(th="กรมการค้าตัวอย่าง", en="Department of Example Trade")
LEGAL_BASIS: Final = Text(th="พระราชบัญญัติตัวอย่าง พ.ศ. ๒๕๖๐", en="Example Act B.E. 2560")
LICENCE: Final = Text(th="ใบอนุญาตประกอบกิจการ", en="Business licence")

DOCUMENT: Final = Document(
    id=DOCUMENT_ID,
    agency_id=AgencyId("TRADE"),
    type_id="business_licence",
    type_version=1,
    number=DocumentNumber("12345/2569"),
    state=State.RESERVED,
    status=Status.VALID,
    status_since=None,
    data={"holder_name": "นายสมชาย ใจดี", "fee": "1500.00", "directors": [{"n": 1}]},
    salt=bytes(range(16)),
    reserved_at=NOW,
    issued_at=None,
    issued_on=date(2026, 3, 2),
    valid_from=date(2026, 3, 2),
    valid_until=date(2027, 3, 1),
    status_ref=StatusRef(0, 77),
)


@dataclass(frozen=True)
class NamedKey:
    """A key with what signs and what names it."""

    name: str

    @property
    def private(self) -> ec.EllipticCurvePrivateKey:
        """The private key."""
        return key_named(self.name)

    @property
    def public(self) -> ec.EllipticCurvePublicKey:
        """The public key."""
        return self.private.public_key()

    @property
    def sign(self) -> SignRaw:
        """Sign with ES256."""
        return raw_signing(self.private)

    @property
    def kid(self) -> str:
        """The thumbprint."""
        return key_id(self.public)

    @property
    def certificate(self) -> bytes:
        """A self-signed certificate in DER."""
        return certificate_of(self.private, self.name)


ROOT: Final = NamedKey("trust root")
CLAIM: Final = NamedKey("claim of TRADE")
FOREIGN_CLAIM: Final = NamedKey("claim of HEALTH")
PUBLICATION: Final = NamedKey("publication")
FOREIGN_PUBLICATION: Final = NamedKey("publication of HEALTH")
STRANGER: Final = NamedKey("stranger")


def build_facts_record(**changes: Any) -> bytes:  # noqa: ANN401 - any fact
    """Return the record of the document, with some facts changed."""
    return build_record(
        replace(DOCUMENT, **changes),
        agency_name=AGENCY_NAME,
        legal_basis=LEGAL_BASIS,
        verify_url=VERIFY_URL,
    )


def usual_claim(**changes: Any) -> Claim:  # noqa: ANN401 - any fact
    """Return the claim of the document, with some facts changed."""
    claim = claim_from_facts(
        read_facts(build_facts_record()), type_code="BL01", holder="นายสมชาย ใจดี"
    )
    return replace(claim, **changes)


def signed_claim(claim: Claim, key: NamedKey = CLAIM) -> bytes:
    """Return the bytes of a claim for the document."""
    kid = ClaimKey(key=key.public, certificate=key.certificate).kid
    return build_claim(claim, document_id=DOCUMENT_ID, kid=kid, sign=key.sign)


def agency(
    name: str = "TRADE",
    *,
    claim: NamedKey = CLAIM,
    publication: NamedKey = PUBLICATION,
    **changes: Any,  # noqa: ANN401 - any member
) -> Agency:
    """Return an agency of the trust list."""
    usual = Agency(
        id=AgencyId(name),
        name=AGENCY_NAME,
        domain="trade.example.go.th",
        types=(TypeEntry(id="business_licence", code="BL01", name=LICENCE),),
        claim_keys=(
            ClaimKey(
                key=claim.public,
                certificate=claim.certificate,
                period=Period(not_before=NOW - timedelta(days=30)),
            ),
        ),
        publication_keys=(PublicationKey(key=publication.public),),
        seal_anchors=(
            SealAnchor(
                certificate=STRANGER.certificate,
                subject={"organizationIdentifier": f"GOVTH-{name}"},
            ),
        ),
    )
    return replace(usual, **changes)


HEALTH: Final = agency("HEALTH", claim=FOREIGN_CLAIM, publication=FOREIGN_PUBLICATION)


def trust_list(**changes: Any) -> TrustList:  # noqa: ANN401 - any member
    """Return the trust list of both agencies."""
    usual = TrustList(
        name=Text(th="รายชื่อทดสอบ", en="Test list"),
        seq=5,
        iat=NOW,
        exp=NOW + timedelta(days=30),
        agencies=(agency(), HEALTH),
        timestamp_anchors=(STRANGER.certificate,),
    )
    return replace(usual, **changes)


PUBLIC_RECORD: Final = PublicRecord(
    id=DOCUMENT_ID,
    type_id="business_licence",
    type_name=LICENCE,
    number=DocumentNumber("12345/2569"),
    agency_id=AgencyId("TRADE"),
    agency_name=AGENCY_NAME,
    issued_on=date(2026, 3, 2),
    valid_from=date(2026, 3, 2),
    valid_until=None,
    supersedes=None,
    holder="นายสมชาย ใ***",
    fields=(
        PublicField(
            name="business_name", label=Text(th="ชื่อกิจการ", en="Name"), value="ร้านดี"
        ),
    ),
    status=Status.SUSPENDED,
    status_since=NOW,
    successor=None,
    record_sha256=bytes(32),
    file_sha256=bytes(range(32)),
    status_ref=StatusRef(0, 77),
    iat=NOW,
)

FILE_ENTRY: Final = FileEntry(sha256=bytes(range(32)), id=DOCUMENT_ID, iat=NOW)
