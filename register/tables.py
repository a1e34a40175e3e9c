# SPDX-License-Identifier: Apache-2.0
"""The tables of the register, the same on SQLite and PostgreSQL.

The database itself refuses what must never be: a number used twice, a status
index used twice, an issued document without its digests, a status word that
does not exist. Events, sealed records and documents are never deleted: the
triggers for that are in the migrations, which alone create the schema.
"""

from datetime import UTC, date, datetime
from typing import Any, ClassVar, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

# Names are spelt out so that a migration can drop what it did not create by
# hand, and so that both databases name the broken rule in the same words.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite numbers rows by itself only in a column declared INTEGER.
SEQUENCE = BigInteger().with_variant(Integer(), "sqlite")

# An absent list is SQL NULL, not the JSON word null.
NULLABLE_JSON = JSON(none_as_null=True)

# Characters of an idempotency key; SQLite keeps longer ones, so we refuse them.
MAX_KEY: Final = 255

NOT_VALID = text("status <> 'valid'")
NOT_VOID = text("state <> 'void'")
RESERVED = text("state = 'reserved'")


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """Give the database UTC; SQLite keeps no zone, so it gets none.

        Raises:
            ValueError: the instant has no time zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"expected an aware datetime, got {value.isoformat()}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """Give Python an aware datetime in UTC, whatever the session's zone."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return value.replace(tzinfo=UTC)
        return value.astimezone(UTC)


class Row(SQLModel):
    """Base of the register's tables, with a metadata of its own."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)


class AgencyRow(Row, table=True):
    """An agency that issues."""

    __tablename__ = "agency"
    __table_args__ = (CheckConstraint("length(id) BETWEEN 1 AND 8", name="id_length"),)

    id: str = Field(primary_key=True, max_length=8)
    name_th: str
    name_en: str
    domain: str
    created_at: datetime = Field(sa_type=UtcDateTime)


class TypeInForceRow(Row, table=True):
    """The version of a document type that an agency issues now, and the newest ever."""

    __tablename__ = "type_in_force"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id"], ["agency.id"]),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("newest_version >= version", name="newest_version"),
    )

    agency_id: str = Field(primary_key=True, max_length=8)
    type_id: str = Field(primary_key=True, max_length=40)
    version: int
    since: datetime = Field(sa_type=UtcDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    newest_version: int


class NumberCounterRow(Row, table=True):
    """The last number counted for an agency, type and Buddhist year."""

    __tablename__ = "number_counter"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id"], ["agency.id"]),
        CheckConstraint("last > 0", name="last"),
    )

    agency_id: str = Field(primary_key=True, max_length=8)
    type_id: str = Field(primary_key=True, max_length=40)
    year: int = Field(primary_key=True)
    last: int


class StatusListRow(Row, table=True):
    """A status list and how many of its indices are taken."""

    __tablename__ = "status_list"
    __table_args__ = (
        CheckConstraint("list >= 0", name="list"),
        CheckConstraint("used BETWEEN 0 AND 1048576", name="used"),
    )

    list: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    used: int


class DocumentRow(Row, table=True):
    """A document: its facts, its number, its place in a status list."""

    __tablename__ = "document"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id"], ["agency.id"]),
        ForeignKeyConstraint(["supersedes"], ["document.id"]),
        ForeignKeyConstraint(["successor"], ["document.id"]),
        ForeignKeyConstraint(["status_list"], ["status_list.list"]),
        UniqueConstraint("agency_id", "type_id", "year", "sequence"),
        UniqueConstraint("agency_id", "type_id", "number"),
        UniqueConstraint("status_list", "status_index"),
        UniqueConstraint("file_sha256"),
        CheckConstraint("length(id) = 26", name="id_length"),
        CheckConstraint("sequence > 0", name="sequence"),
        CheckConstraint("status_index BETWEEN 0 AND 1048575", name="status_index"),
        CheckConstraint("state IN ('reserved', 'issued', 'void')", name="state"),
        CheckConstraint(
            "status IN ('valid', 'suspended', 'revoked', 'superseded')", name="status"
        ),
        CheckConstraint("state = 'issued' OR status = 'valid'", name="status_issued"),
        CheckConstraint(
            "(state = 'issued') = (issued_at IS NOT NULL)", name="issued_at"
        ),
        CheckConstraint(
            "(state = 'issued') = "
            "(record_sha256 IS NOT NULL AND file_sha256 IS NOT NULL)",
            name="issued_digests",
        ),
        CheckConstraint("length(salt) = 16", name="salt"),
        CheckConstraint("length(record_sha256) = 32", name="record_sha256"),
        CheckConstraint("length(file_sha256) = 32", name="file_sha256"),
        CheckConstraint(
            "(status = 'superseded') = (successor IS NOT NULL)", name="successor"
        ),
        CheckConstraint(
            "valid_until IS NULL OR valid_until >= valid_from", name="validity"
        ),
        # A document has one successor, also while that one is only reserved.
        Index(
            "uq_document_supersedes_open",
            "supersedes",
            unique=True,
            postgresql_where=NOT_VOID,
            sqlite_where=NOT_VOID,
        ),
        Index(
            "ix_document_not_valid",
            "status_list",
            "status_index",
            postgresql_where=NOT_VALID,
            sqlite_where=NOT_VALID,
        ),
        Index(
            "ix_document_unfinished",
            "agency_id",
            "reserved_at",
            postgresql_where=RESERVED,
            sqlite_where=RESERVED,
        ),
        Index("ix_document_page", "agency_id", "reserved_at", "id"),
        Index("ix_document_number", "agency_id", "number"),
    )

    id: str = Field(primary_key=True, max_length=26)
    agency_id: str = Field(max_length=8)
    type_id: str = Field(max_length=40)
    type_version: int
    year: int
    sequence: int
    number: str
    holder: str
    state: str = Field(max_length=8)
    status: str = Field(max_length=10)
    status_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    data: dict[str, Any] = Field(sa_type=JSON)
    salt: bytes
    reserved_at: datetime = Field(sa_type=UtcDateTime)
    reserved_by: str
    issued_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    issued_on: date
    valid_from: date
    valid_until: date | None = None
    status_list: int
    status_index: int
    supersedes: str | None = Field(default=None, max_length=26)
    successor: str | None = Field(default=None, max_length=26)
    record_sha256: bytes | None = None
    file_sha256: bytes | None = None
    officer_id: str | None = Field(default=None, max_length=32)
    officer_step: str | None = Field(default=None, max_length=8)


class ShortCodeRow(Row, table=True):
    """Which document a short code names; a code names one document only."""

    __tablename__ = "short_code"
    __table_args__ = (
        ForeignKeyConstraint(["document_id"], ["document.id"]),
        UniqueConstraint("document_id"),
        CheckConstraint("length(code) = 12", name="code_length"),
    )

    code: str = Field(primary_key=True, max_length=12)
    document_id: str = Field(max_length=26)


class SealedRecordRow(Row, table=True):
    """The exact bytes that were sealed; written once, never changed."""

    __tablename__ = "sealed_record"
    __table_args__ = (ForeignKeyConstraint(["document_id"], ["document.id"]),)

    document_id: str = Field(primary_key=True, max_length=26)
    record: bytes
    claim: bytes


class FileVersionRow(Row, table=True):
    """A later version of a sealed file: the one before it, and a newer time stamp.

    The first version is the file that was issued: `DocumentRow.file_sha256`.
    """

    __tablename__ = "file_version"
    __table_args__ = (
        ForeignKeyConstraint(["document_id"], ["document.id"]),
        UniqueConstraint("document_id", "version"),
        CheckConstraint("length(file_sha256) = 32", name="file_sha256"),
        CheckConstraint("version > 1", name="version"),
    )

    file_sha256: bytes = Field(primary_key=True)
    document_id: str = Field(max_length=26)
    version: int
    created_at: datetime = Field(sa_type=UtcDateTime)


class FileProofRow(Row, table=True):
    """Until when the newest version of a file is proven, and what keeps it so.

    Read from the file itself: what is lost here is read again.
    """

    __tablename__ = "file_proof"
    __table_args__ = (
        ForeignKeyConstraint(["document_id"], ["document.id"]),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("timestamps >= 0", name="timestamps"),
        CheckConstraint(
            "(failures > 0) = (failure IS NOT NULL AND retry_at IS NOT NULL)",
            name="failures",
        ),
        CheckConstraint("(stamped_at IS NULL) = (proven_until IS NULL)", name="proven"),
        Index("ix_file_proof_proven_until", "proven_until"),
    )

    document_id: str = Field(primary_key=True, max_length=26)
    version: int
    timestamps: int
    stamped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    proven_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failures: int = 0
    failure: str | None = None
    retry_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TaskRunRow(Row, table=True):
    """When a task of the schedule last came to its end, in whichever process."""

    __tablename__ = "task_run"

    name: str = Field(primary_key=True, max_length=40)
    ended_at: datetime = Field(sa_type=UtcDateTime)
    details: dict[str, Any] = Field(sa_type=JSON)


class IdempotencyRow(Row, table=True):
    """The request that a reservation answers."""

    __tablename__ = "idempotency"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id"], ["agency.id"]),
        # Deferred: the key is taken first, so that a second request with the
        # same key waits here and not after it has taken a number.
        ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            deferrable=True,
            initially="DEFERRED",
        ),
        CheckConstraint("length(request_sha256) = 32", name="request_sha256"),
    )

    agency_id: str = Field(primary_key=True, max_length=8)
    key: str = Field(primary_key=True, max_length=MAX_KEY)
    request_sha256: bytes
    document_id: str = Field(max_length=26)
    created_at: datetime = Field(sa_type=UtcDateTime)


class EventRow(Row, table=True):
    """What happened, by whom and why; append-only."""

    __tablename__ = "event"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id"], ["agency.id"]),
        ForeignKeyConstraint(["document_id"], ["document.id"]),
        CheckConstraint(
            "action NOT IN ('revoked', 'suspended', 'reinstated') "
            "OR (reason IS NOT NULL AND legal_basis IS NOT NULL "
            "AND from_status IS NOT NULL AND to_status IS NOT NULL "
            "AND effective_at IS NOT NULL)",
            name="status_change",
        ),
        Index("ix_event_document", "document_id", "seq"),
        Index("ix_event_agency", "agency_id", "seq"),
        {"sqlite_autoincrement": True},
    )

    seq: int | None = Field(default=None, primary_key=True, sa_type=SEQUENCE)
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str
    agency_id: str = Field(max_length=8)
    document_id: str | None = Field(default=None, max_length=26)
    action: str = Field(max_length=40)
    from_status: str | None = Field(default=None, max_length=10)
    to_status: str | None = Field(default=None, max_length=10)
    effective_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str | None = None
    legal_basis: str | None = None
    order_number: str | None = None
    details: dict[str, Any] = Field(sa_type=JSON)


class TokenRow(Row, table=True):
    """An API token; only the SHA-256 of its text is kept."""

    __tablename__ = "token"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id"], ["agency.id"]),
        UniqueConstraint("sha256"),
        CheckConstraint("length(sha256) = 32", name="sha256"),
    )

    id: str = Field(primary_key=True, max_length=16)
    agency_id: str = Field(max_length=8)
    name: str
    sha256: bytes
    types: list[str] | None = Field(default=None, sa_type=NULLABLE_JSON)
    actions: list[str] = Field(sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
