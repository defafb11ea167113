"""The year runs on SQLite and on a real PostgreSQL, as the ledger's own tests do."""

from tests.ledger.conftest import ledger_url, postgres

__all__ = ["ledger_url", "postgres"]
