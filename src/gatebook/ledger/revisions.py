"""Which schema the ledger has. Apart from the tables, so that asking needs no SQLAlchemy."""

from __future__ import annotations

# Every revision, oldest first, as in `migrations/versions`. Opening a ledger compares with these, so
# that alembic (half a second to import) is only needed where something must be done.
REVISIONS = ("0001", "0002")
VERSION_TABLE = "gatebook_ledger"
