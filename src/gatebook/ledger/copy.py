"""All rows of a ledger into a new one: from a file to a server, or back."""

from __future__ import annotations

import sqlalchemy as sa

from gatebook.ledger.connect import POSTGRESQL, Database, connect
from gatebook.ledger.errors import LedgerError
from gatebook.ledger.tables import metadata
from gatebook.ledger.upgrade import bring_up

_WAIT_SECONDS = 60.0
_ROWS_AT_A_TIME = 1000


def copy_ledger(source: str, target: str) -> int:
    """Copy a ledger by its URL into a new one; how many rows that were.

    Raises LedgerError, also where there are rows in the target; then nothing was copied. The source
    is only read, but for bringing its schema up to this gatebook's.
    """
    old, new = connect(source, _WAIT_SECONDS), connect(target, _WAIT_SECONDS)
    try:
        bring_up(old, create=False)
        bring_up(new, create=True)
        return _copy(old, new)
    finally:
        old.engine.dispose()
        new.engine.dispose()


def _copy(old: Database, new: Database) -> int:
    count = 0
    with old.reading() as reading, new.writing("copy") as writing:
        for table in metadata.sorted_tables:
            if writing.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
                raise LedgerError(
                    f"{new.name} holds rows already", "Give a database that has no ledger yet."
                )
            # In the order in which they were added: a row may point to an earlier one.
            rows = reading.execute(sa.select(table).order_by(*table.primary_key))
            for some in rows.mappings().partitions(_ROWS_AT_A_TIME):
                writing.execute(sa.insert(table), [dict(row) for row in some])
                count += len(some)
            if new.engine.dialect.name == POSTGRESQL and "id" in table.c:
                _go_on_counting(writing, table)
    return count


def _go_on_counting(connection: sa.Connection, table: sa.Table) -> None:
    """The next row's id follows the greatest that was copied."""
    sequence = sa.func.pg_get_serial_sequence(table.name, "id")
    greatest = sa.select(sa.func.max(table.c.id)).scalar_subquery()
    connection.execute(sa.select(sa.func.setval(sequence, greatest)).where(greatest.is_not(None)))
