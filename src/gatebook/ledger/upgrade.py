"""The ledger's schema: made where there is none, brought up in place, refused where it is too new."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import exc

from gatebook.ledger import tables
from gatebook.ledger.connect import Database
from gatebook.ledger.errors import LedgerError, NoneYet
from gatebook.ledger.records import Upgraded

MIGRATIONS = Path(__file__).parent / "migrations"


def bring_up(database: Database, *, create: bool) -> Upgraded | None:
    """Make the ledger's schema what this gatebook works with; None where it is already.

    Raises NoneYet with `create` False where there is none; LedgerError where the ledger is of a newer
    gatebook, and where the database is something else. Then nothing was changed.
    """
    path = database.path
    if not create and path and not path.exists():
        raise _missing(database)
    with database.reading() as connection:
        stored = _revision(database, connection)
    if stored == tables.REVISIONS[-1]:
        return None
    if stored is None and not create:
        raise _missing(database)
    with database.writing("schema") as connection:
        # Another process may have done it while this one waited for its turn.
        stored = _revision(database, connection)
        if stored == tables.REVISIONS[-1]:
            return None
        backup = _back_up(path, tables.REVISIONS[-1]) if path and stored else None
        _migrate(connection)
    return Upgraded(stored, tables.REVISIONS[-1], str(backup) if backup else None)


def _missing(database: Database) -> NoneYet:
    return NoneYet(f"{database.name}: there is no ledger", "The first gatebook sync makes it.")


def _revision(database: Database, connection: sa.Connection) -> str | None:
    """The revision of the ledger, None where the database is empty. Raises LedgerError."""
    found = set(sa.inspect(connection).get_table_names())
    if tables.VERSION_TABLE in found:
        table = sa.table(tables.VERSION_TABLE, sa.column("version_num", sa.Text))
        stored = connection.execute(sa.select(table.c.version_num)).scalar()
        if stored is not None and stored not in tables.REVISIONS:
            raise _too_new(database, connection, str(stored))
        return stored
    # On a server others may keep tables in the same database; a file is the ledger's alone.
    taken = found if database.path else found & set(tables.metadata.tables)
    if taken:
        raise LedgerError(
            f"{database.name} is another program's database: it has the tables "
            f"{', '.join(sorted(taken)[:5])}",
            "Give the ledger a file or a database of its own.",
        )
    return None


def _too_new(database: Database, connection: sa.Connection, stored: str) -> LedgerError:
    last = ""
    # A later schema may have another place for it.
    with contextlib.suppress(exc.SQLAlchemyError):
        runs = tables.runs
        query = sa.select(runs.c.version).order_by(runs.c.id.desc()).limit(1)
        last = connection.execute(query).scalar() or ""
    by = f", last written by gatebook {last}" if last else ""
    return LedgerError(
        f"{database.name} is the ledger of a newer gatebook: its schema is revision {stored}{by}; "
        f"this one knows those up to {tables.REVISIONS[-1]}",
        "Install that gatebook or a newer one here too. Nothing was changed.",
    )


def _back_up(path: Path, revision: str) -> Path:
    """A copy of the ledger's file beside it; an older copy is never replaced."""
    copy = path.with_name(f"{path.name}.before-{revision}")
    number = 2
    while copy.exists():
        copy = path.with_name(f"{path.name}.before-{revision}-{number}")
        number += 1
    unfinished = path.with_name(f"{copy.name}.part")
    with (
        contextlib.closing(sqlite3.connect(path)) as old,
        contextlib.closing(sqlite3.connect(unfinished)) as new,
    ):
        old.backup(new)
    return unfinished.rename(copy)


def _migrate(connection: sa.Connection) -> None:
    """Run alembic inside the connection's transaction, so that all steps count or none."""
    # Imported here: it takes longer than all the rest of a sync in which nothing changed.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
