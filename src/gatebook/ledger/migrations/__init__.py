"""How the ledger's tables came about, a step a file; alembic runs them."""
