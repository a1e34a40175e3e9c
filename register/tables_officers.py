# SPDX-License-Identifier: Apache-2.0
"""The tables of officers and of what was laid before them.

An officer is bound to one certificate for good: another certificate is another
officer. Nothing here can sign: no passphrase, no PIN and no private key is in it.
"""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    text,
)
from sqlmodel import Field

from register.tables import Row, UtcDateTime

__all__ = ["OfficerRow", "OfficerSignatureRow", "Row"]

OPEN = text("signed_at IS NULL AND refused_at IS NULL")


class OfficerRow(Row, table=True):
    """A person who signs for an agency, and how often a passphrase was wrong."""

    __tablename__ = "officer"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id"], ["agency.id"]),
        CheckConstraint("length(id) BETWEEN 2 AND 32", name="id_length"),
        CheckConstraint("key_kind IN ('pkcs12', 'pkcs11')", name="key_kind"),
        CheckConstraint("failures >= 0", name="failures"),
        CheckConstraint(
            "(authority_th IS NULL) = (authority_en IS NULL)", name="authority"
        ),
    )

    agency_id: str = Field(primary_key=True, max_length=8)
    id: str = Field(primary_key=True, max_length=32)
    name_th: str
    name_en: str
    position_th: str
    position_en: str
    authority_th: str | None = None
    authority_en: str | None = None
    key_kind: str = Field(max_length=8)
    key_place: str
    certificate: bytes
    chain: bytes
    added_at: datetime = Field(sa_type=UtcDateTime)
    added_by: str
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failures: int = 0
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OfficerSignatureRow(Row, table=True):
    """One time that a document was laid before an officer, and what came of it."""

    __tablename__ = "officer_signature"
    __table_args__ = (
        ForeignKeyConstraint(["document_id"], ["document.id"]),
        ForeignKeyConstraint(
            ["agency_id", "officer_id"], ["officer.agency_id", "officer.id"]
        ),
        CheckConstraint("round > 0", name="round"),
        CheckConstraint("length(drawn_sha256) = 32", name="drawn_sha256"),
        CheckConstraint("length(signed_sha256) = 32", name="signed_sha256"),
        CheckConstraint("(signed_at IS NULL) = (signed_sha256 IS NULL)", name="signed"),
        CheckConstraint("signed_at IS NULL OR refused_at IS NULL", name="one_answer"),
        Index(
            "uq_officer_signature_open",
            "document_id",
            unique=True,
            postgresql_where=OPEN,
            sqlite_where=OPEN,
        ),
        Index("ix_officer_signature_officer", "agency_id", "officer_id", "asked_at"),
    )

    document_id: str = Field(primary_key=True, max_length=26)
    round: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    agency_id: str = Field(max_length=8)
    officer_id: str = Field(max_length=32)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    record: bytes
    claim: bytes
    drawn_sha256: bytes
    signed_sha256: bytes | None = None
    signed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    refused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
