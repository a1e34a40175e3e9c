# SPDX-License-Identifier: Apache-2.0
"""Keeps the later versions of sealed files, and until when each file is proven.

A version is never changed or deleted. What a file is proven by is read from the
file itself, so that table begins empty and may be emptied.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TOLD = "a version of a file is kept"


def upgrade() -> None:
    """Create both tables, then guard the versions."""
    _create_versions()
    _create_proofs()
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _create_versions() -> None:
    op.create_table(
        "file_version",
        sa.Column("file_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("document_id", sa.String(length=26), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "length(file_sha256) = 32", name=op.f("ck_file_version_file_sha256")
        ),
        sa.CheckConstraint("version > 1", name=op.f("ck_file_version_version")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_file_version_document_id")
        ),
        sa.PrimaryKeyConstraint("file_sha256", name=op.f("pk_file_version")),
        sa.UniqueConstraint(
            "document_id", "version", name=op.f("uq_file_version_document_id_version")
        ),
    )


def _create_proofs() -> None:
    op.create_table(
        "file_proof",
        sa.Column("document_id", sa.String(length=26), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("timestamps", sa.Integer(), nullable=False),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proven_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("version > 0", name=op.f("ck_file_proof_version")),
        sa.CheckConstraint("timestamps >= 0", name=op.f("ck_file_proof_timestamps")),
        sa.CheckConstraint(
            "(failures > 0) = (failure IS NOT NULL AND retry_at IS NOT NULL)",
            name=op.f("ck_file_proof_failures"),
        ),
        sa.CheckConstraint(
            "(stamped_at IS NULL) = (proven_until IS NULL)",
            name=op.f("ck_file_proof_proven"),
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_file_proof_document_id")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_file_proof")),
    )
    op.create_index("ix_file_proof_proven_until", "file_proof", ["proven_until"])


def _guard_sqlite() -> None:
    for refused in ("DELETE", "UPDATE"):
        op.execute(
            f"CREATE TRIGGER file_version_{refused.lower()} BEFORE {refused} "
            f"ON file_version BEGIN SELECT RAISE(ABORT, '{_TOLD}'); END"
        )
    # INSERT OR REPLACE deletes without asking the DELETE trigger.
    op.execute(
        "CREATE TRIGGER file_version_replaced BEFORE INSERT ON file_version "  # noqa: S608 - fixed text
        "WHEN EXISTS (SELECT 1 FROM file_version WHERE file_sha256 = NEW.file_sha256 "
        "OR (document_id = NEW.document_id AND version = NEW.version)) "
        f"BEGIN SELECT RAISE(ABORT, '{_TOLD}'); END"
    )


def _guard_postgresql() -> None:
    for refused in ("DELETE", "UPDATE"):
        op.execute(
            f"CREATE TRIGGER file_version_{refused.lower()} BEFORE {refused} "
            "ON file_version FOR EACH ROW "
            f"EXECUTE FUNCTION register_refuse('{_TOLD}')"
        )
    op.execute(
        "CREATE TRIGGER file_version_truncated BEFORE TRUNCATE ON file_version "
        f"EXECUTE FUNCTION register_refuse('{_TOLD}')"
    )


def downgrade() -> None:
    """Drop both tables; their triggers go with them."""
    op.drop_table("file_proof")
    op.drop_table("file_version")
