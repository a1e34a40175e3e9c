# SPDX-License-Identifier: Apache-2.0
"""Keeps, for each type of an agency, the newest version it ever had in force.

A trust list names it for ever, also when the agency went back to an older
version or retired the type. What happened before is read from the events.
"""

from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TYPE_IN_FORCE = sa.table(
    "type_in_force",
    sa.column("agency_id", sa.String),
    sa.column("type_id", sa.String),
    sa.column("version", sa.Integer),
    sa.column("newest_version", sa.Integer),
)
EVENT = sa.table(
    "event",
    sa.column("agency_id", sa.String),
    sa.column("action", sa.String),
    sa.column("details", sa.JSON),
)


def upgrade() -> None:
    """Add the column, fill it, then demand it."""
    op.add_column(
        "type_in_force", sa.Column("newest_version", sa.Integer(), nullable=True)
    )
    _fill()
    with op.batch_alter_table("type_in_force") as table:
        table.alter_column("newest_version", existing_type=sa.Integer(), nullable=False)
        table.create_check_constraint(
            op.f("ck_type_in_force_newest_version"), "newest_version >= version"
        )


def _fill() -> None:
    connection = op.get_bind()
    newest: dict[tuple[str, str], int] = defaultdict(int)
    told = sa.select(EVENT.c.agency_id, EVENT.c.details).where(
        EVENT.c.action == "type_in_force"
    )
    for agency_id, details in connection.execute(told):
        key = (agency_id, details["type"])
        newest[key] = max(newest[key], details["version"])
    rows = connection.execute(
        sa.select(
            TYPE_IN_FORCE.c.agency_id, TYPE_IN_FORCE.c.type_id, TYPE_IN_FORCE.c.version
        )
    ).all()
    for agency_id, type_id, version in rows:
        connection.execute(
            sa.update(TYPE_IN_FORCE)
            .where(TYPE_IN_FORCE.c.agency_id == agency_id)
            .where(TYPE_IN_FORCE.c.type_id == type_id)
            .values(newest_version=max(version, newest[agency_id, type_id]))
        )


def downgrade() -> None:
    """Drop the column; the events still know what it said."""
    with op.batch_alter_table("type_in_force") as table:
        table.drop_constraint(op.f("ck_type_in_force_newest_version"), type_="check")
        table.drop_column("newest_version")
