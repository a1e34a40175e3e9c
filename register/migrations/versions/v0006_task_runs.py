# SPDX-License-Identifier: Apache-2.0
"""Keeps when a task of the schedule last came to its end, for those who watch it.

One row for each task, written over by its next run.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "task_run",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_task_run")),
    )


def downgrade() -> None:
    """Drop the table; the next run of each task is the first one known."""
    op.drop_table("task_run")
