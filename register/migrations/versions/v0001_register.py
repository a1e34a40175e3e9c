# SPDX-License-Identifier: Apache-2.0
"""The first tables of the register, and the triggers that guard its memory.

Events and sealed records are written once; nothing that a document was issued
with is changed or deleted, whoever holds the connection.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Facts that are fixed once a document is reserved.
FIXED = (
    "id, agency_id, type_id, type_version, year, sequence, number, holder, data, "
    "salt, reserved_at, reserved_by, issued_on, valid_from, valid_until, "
    "status_list, status_index, supersedes"
)

# (name, table, what is refused, only when, what the writer is told)
GUARDS = (
    ("event_kept", "event", "DELETE", None, "events are append-only"),
    ("event_fixed", "event", "UPDATE", None, "events are append-only"),
    ("sealed_record_kept", "sealed_record", "DELETE", None, "a seal is kept"),
    ("sealed_record_fixed", "sealed_record", "UPDATE", None, "a seal is kept"),
    ("document_kept", "document", "DELETE", None, "documents are kept"),
    ("document_fixed", "document", f"UPDATE OF {FIXED}", None, "a fact is fixed"),
    (
        "document_state_final",
        "document",
        "UPDATE OF state, issued_at, record_sha256, file_sha256",
        "OLD.state <> 'reserved'",
        "an issued or void document stays so",
    ),
    (
        "document_status_final",
        "document",
        "UPDATE OF status, status_since, successor",
        "OLD.status IN ('revoked', 'superseded')",
        "revoked and superseded are final",
    ),
)

# (table, its key)
KEPT = (("event", "seq"), ("sealed_record", "document_id"), ("document", "id"))

REFUSE = """
CREATE FUNCTION register_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0];
END
$$
"""


def upgrade() -> None:
    """Create all tables, then their guards."""
    _create_agencies()
    _create_documents()
    _create_log()
    _create_guards()


def _create_agencies() -> None:
    op.create_table(
        "agency",
        sa.Column("id", sa.String(length=8), nullable=False),
        sa.Column("name_th", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "length(id) BETWEEN 1 AND 8", name=op.f("ck_agency_id_length")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
    )
    op.create_table(
        "status_list",
        sa.Column("list", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.CheckConstraint("list >= 0", name=op.f("ck_status_list_list")),
        sa.CheckConstraint(
            "used BETWEEN 0 AND 1048576", name=op.f("ck_status_list_used")
        ),
        sa.PrimaryKeyConstraint("list", name=op.f("pk_status_list")),
    )
    op.create_table(
        "type_in_force",
        sa.Column("agency_id", sa.String(length=8), nullable=False),
        sa.Column("type_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("version > 0", name=op.f("ck_type_in_force_version")),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_type_in_force_agency_id")
        ),
        sa.PrimaryKeyConstraint("agency_id", "type_id", name=op.f("pk_type_in_force")),
    )
    op.create_table(
        "number_counter",
        sa.Column("agency_id", sa.String(length=8), nullable=False),
        sa.Column("type_id", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.CheckConstraint("last > 0", name=op.f("ck_number_counter_last")),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_number_counter_agency_id")
        ),
        sa.PrimaryKeyConstraint(
            "agency_id", "type_id", "year", name=op.f("pk_number_counter")
        ),
    )
    op.create_table(
        "token",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("agency_id", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("types", sa.JSON(), nullable=True),
        sa.Column("actions", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(sha256) = 32", name=op.f("ck_token_sha256")),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_token_agency_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("sha256", name=op.f("uq_token_sha256")),
    )


def _create_documents() -> None:
    op.create_table("document", *_document_columns(), *_document_rules())
    op.create_index(
        "ix_document_not_valid",
        "document",
        ["status_list", "status_index"],
        unique=False,
        postgresql_where=sa.text("status <> 'valid'"),
        sqlite_where=sa.text("status <> 'valid'"),
    )
    op.create_index("ix_document_number", "document", ["agency_id", "number"])
    op.create_index("ix_document_page", "document", ["agency_id", "reserved_at", "id"])
    op.create_index(
        "ix_document_unfinished",
        "document",
        ["agency_id", "reserved_at"],
        unique=False,
        postgresql_where=sa.text("state = 'reserved'"),
        sqlite_where=sa.text("state = 'reserved'"),
    )
    op.create_index(
        "uq_document_supersedes_open",
        "document",
        ["supersedes"],
        unique=True,
        postgresql_where=sa.text("state <> 'void'"),
        sqlite_where=sa.text("state <> 'void'"),
    )
    op.create_table(
        "sealed_record",
        sa.Column("document_id", sa.String(length=26), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("claim", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_sealed_record_document_id")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_sealed_record")),
    )
    op.create_table(
        "idempotency",
        sa.Column("agency_id", sa.String(length=8), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("request_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("document_id", sa.String(length=26), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "length(request_sha256) = 32", name=op.f("ck_idempotency_request_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_idempotency_agency_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name=op.f("fk_idempotency_document_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("agency_id", "key", name=op.f("pk_idempotency")),
    )


def _document_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("agency_id", sa.String(length=8), nullable=False),
        sa.Column("type_id", sa.String(length=40), nullable=False),
        sa.Column("type_version", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reserved_by", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("status_list", sa.Integer(), nullable=False),
        sa.Column("status_index", sa.Integer(), nullable=False),
        sa.Column("supersedes", sa.String(length=26), nullable=True),
        sa.Column("successor", sa.String(length=26), nullable=True),
        sa.Column("record_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("file_sha256", sa.LargeBinary(), nullable=True),
    ]


def _document_rules() -> list[sa.Constraint]:
    return [
        sa.CheckConstraint(
            "(state = 'issued') = (issued_at IS NOT NULL)",
            name=op.f("ck_document_issued_at"),
        ),
        sa.CheckConstraint(
            "(state = 'issued') = "
            "(record_sha256 IS NOT NULL AND file_sha256 IS NOT NULL)",
            name=op.f("ck_document_issued_digests"),
        ),
        sa.CheckConstraint(
            "(status = 'superseded') = (successor IS NOT NULL)",
            name=op.f("ck_document_successor"),
        ),
        sa.CheckConstraint(
            "state = 'issued' OR status = 'valid'",
            name=op.f("ck_document_status_issued"),
        ),
        sa.CheckConstraint(
            "state IN ('reserved', 'issued', 'void')", name=op.f("ck_document_state")
        ),
        sa.CheckConstraint(
            "status IN ('valid', 'suspended', 'revoked', 'superseded')",
            name=op.f("ck_document_status"),
        ),
        sa.CheckConstraint(
            "length(file_sha256) = 32", name=op.f("ck_document_file_sha256")
        ),
        sa.CheckConstraint("length(id) = 26", name=op.f("ck_document_id_length")),
        sa.CheckConstraint(
            "length(record_sha256) = 32", name=op.f("ck_document_record_sha256")
        ),
        sa.CheckConstraint("length(salt) = 16", name=op.f("ck_document_salt")),
        sa.CheckConstraint("sequence > 0", name=op.f("ck_document_sequence")),
        sa.CheckConstraint(
            "status_index BETWEEN 0 AND 1048575", name=op.f("ck_document_status_index")
        ),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until >= valid_from",
            name=op.f("ck_document_validity"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_document_agency_id")
        ),
        sa.ForeignKeyConstraint(
            ["status_list"], ["status_list.list"], name=op.f("fk_document_status_list")
        ),
        sa.ForeignKeyConstraint(
            ["successor"], ["document.id"], name=op.f("fk_document_successor")
        ),
        sa.ForeignKeyConstraint(
            ["supersedes"], ["document.id"], name=op.f("fk_document_supersedes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint(
            "agency_id",
            "type_id",
            "number",
            name=op.f("uq_document_agency_id_type_id_number"),
        ),
        sa.UniqueConstraint(
            "agency_id",
            "type_id",
            "year",
            "sequence",
            name=op.f("uq_document_agency_id_type_id_year_sequence"),
        ),
        sa.UniqueConstraint("file_sha256", name=op.f("uq_document_file_sha256")),
        sa.UniqueConstraint(
            "status_list",
            "status_index",
            name=op.f("uq_document_status_list_status_index"),
        ),
    ]


def _create_log() -> None:
    op.create_table(
        "event",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("agency_id", sa.String(length=8), nullable=False),
        sa.Column("document_id", sa.String(length=26), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("from_status", sa.String(length=10), nullable=True),
        sa.Column("to_status", sa.String(length=10), nullable=True),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("legal_basis", sa.String(), nullable=True),
        sa.Column("order_number", sa.String(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "action NOT IN ('revoked', 'suspended', 'reinstated')"
            " OR (reason IS NOT NULL AND legal_basis IS NOT NULL"
            " AND from_status IS NOT NULL AND to_status IS NOT NULL"
            " AND effective_at IS NOT NULL)",
            name=op.f("ck_event_status_change"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_event_agency_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_event_document_id")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_event")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_agency", "event", ["agency_id", "seq"])
    op.create_index("ix_event_document", "event", ["document_id", "seq"])


def _create_guards() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _create_sqlite_guards()
    else:
        _create_postgresql_guards()


def _create_sqlite_guards() -> None:
    for name, table, refused, only_when, told in GUARDS:
        when = f"WHEN {only_when} " if only_when else ""
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {refused} ON {table} {when}"
            f"BEGIN SELECT RAISE(ABORT, '{told}'); END"
        )
    # INSERT OR REPLACE deletes without asking the DELETE trigger.
    for table, key in KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_replaced BEFORE INSERT ON {table} "  # noqa: S608 - names from KEPT
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) "
            f"BEGIN SELECT RAISE(ABORT, 'a row of {table} is not replaced'); END"
        )


def _create_postgresql_guards() -> None:
    op.execute(REFUSE)
    for name, table, refused, only_when, told in GUARDS:
        when = f"WHEN ({only_when}) " if only_when else ""
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {refused} ON {table} FOR EACH ROW {when}"
            f"EXECUTE FUNCTION register_refuse('{told}')"
        )
    for table, _ in KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_truncated BEFORE TRUNCATE ON {table} "
            f"EXECUTE FUNCTION register_refuse('a row of {table} is kept')"
        )


def downgrade() -> None:
    """Drop all tables; their triggers and indices go with them."""
    for table in (
        "event",
        "idempotency",
        "sealed_record",
        "document",
        "token",
        "number_counter",
        "type_in_force",
        "status_list",
        "agency",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION register_refuse()")
