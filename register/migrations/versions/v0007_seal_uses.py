# SPDX-License-Identifier: Apache-2.0
"""Keeps which key sealed a document, so that a theft is answered without its files.

The table begins empty: what was sealed before is read from the files when it is asked
for first. Like the facts of a document a row is neither changed nor deleted.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TOLD: Final = "which key sealed a document is kept"


def upgrade() -> None:
    """Create the table, then guard it."""
    op.create_table(
        "seal_use",
        sa.Column("document_id", sa.String(length=26), nullable=False),
        sa.Column("key_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "length(key_sha256) = 32", name=op.f("ck_seal_use_key_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_seal_use_document_id")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_seal_use")),
    )
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _guard_sqlite() -> None:
    for refused in ("DELETE", "UPDATE"):
        op.execute(
            f"CREATE TRIGGER seal_use_no_{refused.lower()} BEFORE {refused} "
            f"ON seal_use BEGIN SELECT RAISE(ABORT, '{_TOLD}'); END"
        )
    # INSERT OR REPLACE deletes without asking the DELETE trigger.
    op.execute(
        "CREATE TRIGGER seal_use_replaced BEFORE INSERT ON seal_use "  # noqa: S608 - our own words
        "WHEN EXISTS (SELECT 1 FROM seal_use WHERE document_id = NEW.document_id) "
        f"BEGIN SELECT RAISE(ABORT, '{_TOLD}'); END"
    )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE TRIGGER seal_use_kept BEFORE DELETE OR UPDATE ON seal_use "
        f"FOR EACH ROW EXECUTE FUNCTION register_refuse('{_TOLD}')"
    )
    op.execute(
        "CREATE TRIGGER seal_use_truncated BEFORE TRUNCATE ON seal_use "
        f"EXECUTE FUNCTION register_refuse('{_TOLD}')"
    )


def downgrade() -> None:
    """Drop the table; the files still say it."""
    op.drop_table("seal_use")
