# SPDX-License-Identifier: Apache-2.0
"""Adds officers, what is laid before them, and where a document stands with one.

Who an officer is and what they were shown is written once. A document whose officer
has not signed cannot become issued, whoever holds the connection.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FIXED_OFFICER = (
    "agency_id, id, name_th, name_en, position_th, position_en, authority_th, "
    "authority_en, key_kind, key_place, certificate, chain, added_at, added_by"
)
FIXED_SIGNATURE = (
    "document_id, round, agency_id, officer_id, asked_at, record, claim, drawn_sha256"
)

# (name, table, what is refused, only when, what the writer is told)
GUARDS = (
    ("officer_kept", "officer", "DELETE", None, "officers are kept"),
    (
        "officer_fixed",
        "officer",
        f"UPDATE OF {FIXED_OFFICER}",
        None,
        "an officer is bound to one certificate",
    ),
    (
        "officer_retired",
        "officer",
        "UPDATE OF retired_at",
        "OLD.retired_at IS NOT NULL",
        "a retired officer stays so",
    ),
    ("officer_signature_kept", "officer_signature", "DELETE", None, "asked is asked"),
    (
        "officer_signature_fixed",
        "officer_signature",
        f"UPDATE OF {FIXED_SIGNATURE}",
        None,
        "what was laid before an officer is fixed",
    ),
    (
        "officer_signature_final",
        "officer_signature",
        "UPDATE",
        "OLD.signed_at IS NOT NULL OR OLD.refused_at IS NOT NULL",
        "the answer of an officer is final",
    ),
    (
        "document_signed_first",
        "document",
        "UPDATE OF state",
        "NEW.state = 'issued' AND COALESCE(NEW.officer_step, 'signed') <> 'signed'",
        "an officer signs before the document is sealed",
    ),
)

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables, the two columns of a document, and the triggers."""
    _create_officer()
    _create_signature()
    op.add_column("document", sa.Column("officer_id", sa.String(32), nullable=True))
    op.add_column("document", sa.Column("officer_step", sa.String(8), nullable=True))
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, table, refused, only_when, told in GUARDS:
        when = f"WHEN ({only_when}) " if only_when else ""
        act = (
            f"BEGIN SELECT RAISE(ABORT, '{told}'); END"
            if sqlite
            else f"EXECUTE FUNCTION register_refuse('{told}')"
        )
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {refused} ON {table} "
            f"FOR EACH ROW {when}{act}"
        )


def _create_officer() -> None:
    op.create_table(
        "officer",
        sa.Column("agency_id", sa.String(8), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("name_th", "name_en", "position_th", "position_en")
        ),
        sa.Column("authority_th", sa.String(), nullable=True),
        sa.Column("authority_en", sa.String(), nullable=True),
        sa.Column("key_kind", sa.String(8), nullable=False),
        sa.Column("key_place", sa.String(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("chain", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("retired_at", TIME, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", TIME, nullable=True),
        sa.CheckConstraint(
            "length(id) BETWEEN 2 AND 32", name=op.f("ck_officer_id_length")
        ),
        sa.CheckConstraint(
            "key_kind IN ('pkcs12', 'pkcs11')", name=op.f("ck_officer_key_kind")
        ),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_officer_failures")),
        sa.CheckConstraint(
            "(authority_th IS NULL) = (authority_en IS NULL)",
            name=op.f("ck_officer_authority"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_officer_agency_id")
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_officer")),
    )


def _create_signature() -> None:
    still_open = sa.text("signed_at IS NULL AND refused_at IS NULL")
    op.create_table(
        "officer_signature",
        sa.Column("document_id", sa.String(26), nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("agency_id", sa.String(8), nullable=False),
        sa.Column("officer_id", sa.String(32), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("claim", sa.LargeBinary(), nullable=False),
        sa.Column("drawn_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("signed_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("signed_at", TIME, nullable=True),
        sa.Column("refused_at", TIME, nullable=True),
        sa.CheckConstraint("round > 0", name=op.f("ck_officer_signature_round")),
        sa.CheckConstraint(
            "length(drawn_sha256) = 32",
            name=op.f("ck_officer_signature_drawn_sha256"),
        ),
        sa.CheckConstraint(
            "length(signed_sha256) = 32",
            name=op.f("ck_officer_signature_signed_sha256"),
        ),
        sa.CheckConstraint(
            "(signed_at IS NULL) = (signed_sha256 IS NULL)",
            name=op.f("ck_officer_signature_signed"),
        ),
        sa.CheckConstraint(
            "signed_at IS NULL OR refused_at IS NULL",
            name=op.f("ck_officer_signature_one_answer"),
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name=op.f("fk_officer_signature_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "officer_id"],
            ["officer.agency_id", "officer.id"],
            name=op.f("fk_officer_signature_agency_id"),
        ),
        sa.PrimaryKeyConstraint(
            "document_id", "round", name=op.f("pk_officer_signature")
        ),
    )
    op.create_index(
        "uq_officer_signature_open",
        "officer_signature",
        ["document_id"],
        unique=True,
        postgresql_where=still_open,
        sqlite_where=still_open,
    )
    op.create_index(
        "ix_officer_signature_officer",
        "officer_signature",
        ["agency_id", "officer_id", "asked_at"],
    )


def downgrade() -> None:
    """Drop all of it; the events still know who signed what."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, table, *_ in GUARDS:
        op.execute(f"DROP TRIGGER {name}" + ("" if sqlite else f" ON {table}"))
    op.drop_table("officer_signature")
    op.drop_table("officer")
    # Not in a batch: that would make the table anew, without its triggers.
    op.drop_column("document", "officer_step")
    op.drop_column("document", "officer_id")
