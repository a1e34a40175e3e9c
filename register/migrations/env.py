# SPDX-License-Identifier: Apache-2.0
"""Run by Alembic, in the transaction that `register.store_schema` opened."""

from alembic import context

from register.tables_officers import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
