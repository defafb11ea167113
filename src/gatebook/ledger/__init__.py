"""What every sync saw, for good: runs, sheets, versions of reviews. Rows are only ever added.

`ledger.open_ledger` opens one; it imports SQLAlchemy, so import it only where a ledger is needed.
"""
