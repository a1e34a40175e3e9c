# SPDX-License-Identifier: Apache-2.0
"""Keeps the short code of each document, so that no two have the same.

Documents that are there get theirs: it follows from the id. Like the facts of a
document it is neither changed nor deleted.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

from register.document import DocumentId
from register.short_code import short_code

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BATCH: Final = 10_000
_TOLD: Final = "a short code is kept"

DOCUMENT = sa.table("document", sa.column("id", sa.String))
SHORT_CODE = sa.table(
    "short_code", sa.column("code", sa.String), sa.column("document_id", sa.String)
)


def upgrade() -> None:
    """Create the table, fill it, then guard it."""
    op.create_table(
        "short_code",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("document_id", sa.String(length=26), nullable=False),
        sa.CheckConstraint("length(code) = 12", name=op.f("ck_short_code_code_length")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_short_code_document_id")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_short_code")),
        sa.UniqueConstraint("document_id", name=op.f("uq_short_code_document_id")),
    )
    _fill()
    _guard()


def _fill() -> None:
    connection = op.get_bind()
    last = ""
    while True:
        query = sa.select(DOCUMENT.c.id).where(DOCUMENT.c.id > last)
        found = connection.scalars(query.order_by(DOCUMENT.c.id).limit(_BATCH)).all()
        if not found:
            return
        connection.execute(
            sa.insert(SHORT_CODE),
            [
                {"code": short_code(DocumentId(each)), "document_id": each}
                for each in found
            ],
        )
        last = found[-1]


def _guard() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for refused in ("DELETE", "UPDATE"):
            op.execute(
                f"CREATE TRIGGER short_code_no_{refused.lower()} "
                f"BEFORE {refused} ON short_code "
                f"BEGIN SELECT RAISE(ABORT, '{_TOLD}'); END"
            )
        # INSERT OR REPLACE deletes without asking the DELETE trigger.
        op.execute(
            "CREATE TRIGGER short_code_replaced BEFORE INSERT ON short_code "  # noqa: S608 - our own words
            "WHEN EXISTS (SELECT 1 FROM short_code WHERE code = NEW.code) "
            f"BEGIN SELECT RAISE(ABORT, '{_TOLD}'); END"
        )
        return
    op.execute(
        "CREATE TRIGGER short_code_kept BEFORE DELETE OR UPDATE ON short_code "
        f"FOR EACH ROW EXECUTE FUNCTION register_refuse('{_TOLD}')"
    )
    op.execute(
        "CREATE TRIGGER short_code_truncated BEFORE TRUNCATE ON short_code "
        f"EXECUTE FUNCTION register_refuse('{_TOLD}')"
    )


def downgrade() -> None:
    """Drop the table; codes follow from the ids."""
    op.drop_table("short_code")
