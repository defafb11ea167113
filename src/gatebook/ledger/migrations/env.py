"""What alembic runs to migrate: inside the transaction of the connection that it is given."""

from __future__ import annotations

from alembic import context

from gatebook.ledger.tables import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
