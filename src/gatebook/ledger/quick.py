"""A sync in which nothing changed: find the run that it repeats in a ledger's file, and add one row.

By the standard library's sqlite3: importing SQLAlchemy takes longer than all the rest of such a sync.
Whatever is odd here (a file that is missing, damaged, locked or of another revision) counts as "do it
the usual way", which knows what to say about it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from gatebook.ledger.encoding import original, storable
from gatebook.ledger.records import Run, run_values
from gatebook.ledger.revisions import REVISIONS, VERSION_TABLE

_COLUMNS = Run.__struct_fields__
_LISTED = ", ".join(f'"{name}"' for name in _COLUMNS)


def portfolios(file: Path) -> list[str]:
    """The portfolios of which a ledger's file has syncs; none where it cannot be read."""
    try:
        with _reading(file) as ledger:
            found = ledger.execute("SELECT DISTINCT portfolio FROM runs").fetchall()
            return [original(name) for (name,) in found]
    except (sqlite3.Error, ValueError, TypeError):
        return []


def run_to_repeat(file: Path, portfolio: str, inputs: str) -> tuple[Run, int] | None:
    """The run that said what a sync from these inputs would say, and the id of the newest run.

    None where the newest run started from anything else.
    """
    try:
        with _reading(file) as ledger:
            newest = _first(ledger, "portfolio = ?", portfolio)
            if newest is None or newest.inputs != inputs:
                return None
            said = _first(ledger, "portfolio = ? AND inputs = ? AND said <> ''", portfolio, inputs)
            return (said, newest.id) if said else None
    except (sqlite3.Error, ValueError, TypeError):
        return None


def add_repeated(file: Path, portfolio: str, run: Run, based_on: int, wait: float = 60.0) -> bool:
    """Add a run that repeats another; False, and nothing added, where `based_on` is not the newest any
    more. `wait`: seconds for others who write."""
    values = {name: _stored(one) for name, one in run_values(portfolio, run).items()}
    names = ", ".join(f'"{name}"' for name in values)
    places = ", ".join("?" * len(values))
    try:
        with closing(_connected(file, "rw", wait)) as ledger:
            ledger.execute("BEGIN IMMEDIATE")
            newest = _first(ledger, "portfolio = ?", portfolio)
            if newest is None or newest.id != based_on or not _is_ours(ledger):
                return False
            ledger.execute(f"INSERT INTO runs ({names}) VALUES ({places})", tuple(values.values()))
            ledger.execute("COMMIT")
            return True
    except (sqlite3.Error, ValueError, TypeError):
        return False


@contextmanager
def _reading(file: Path) -> Iterator[sqlite3.Connection]:
    """One moment of a ledger of this very revision. Raises sqlite3.Error."""
    # Not "ro": what a killed sync left half must be rolled back by whoever comes next.
    with closing(_connected(file, "rw", 5.0)) as ledger:
        ledger.execute("BEGIN")
        if not _is_ours(ledger):
            raise sqlite3.DatabaseError("another revision")
        yield ledger


def _connected(file: Path, mode: str, wait: float) -> sqlite3.Connection:
    address = f"{file.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=wait, isolation_level=None)


def _is_ours(ledger: sqlite3.Connection) -> bool:
    found = ledger.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchall()
    return found == [(REVISIONS[-1],)]


def _first(ledger: sqlite3.Connection, where: str, *values: str) -> Run | None:
    """The newest run of those. Raises ValueError, TypeError for a row that is none."""
    query = f"SELECT {_LISTED} FROM runs WHERE {where} ORDER BY id DESC LIMIT 1"
    row = ledger.execute(query, [storable(value) for value in values]).fetchone()
    if row is None:
        return None
    found: dict[str, Any] = dict(zip(_COLUMNS, row, strict=True))
    return Run(
        **found
        | {
            "started": datetime.fromisoformat(found["started"]),
            "today": date.fromisoformat(found["today"]),
            "written": bool(found["written"]),
            "changed": original(found["changed"]),
            "fingerprint": original(found["fingerprint"]),
        }
    )


def _stored(value: object) -> object:
    """A value as SQLAlchemy stores it in SQLite."""
    if isinstance(value, date):
        return value.isoformat()
    return storable(value) if isinstance(value, str) else value
