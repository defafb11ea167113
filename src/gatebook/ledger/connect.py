"""From a URL to connections, and from a database's complaints to words that help."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from gatebook.ledger.encoding import DAMAGED, RESTORE
from gatebook.ledger.errors import LedgerError, NoLedger

SQLITE = "sqlite"
POSTGRESQL = "postgresql"
_WRITE = "gatebook_write"
# A session that hangs with the ledger's lock (the machine asleep, the network gone) is ended by the
# server after these minutes; drawing a portfolio takes seconds.
_IDLE_MINUTES = 15
_CONNECT_SECONDS = 10

_EXPECTED = (
    "Give sqlite:///PATH for a file, or postgresql+psycopg://USER@HOST/DATABASE for a server."
)


@dataclass(frozen=True, slots=True)
class Database:
    """A database and how people call it. `wait`: seconds that it waits for others who write."""

    engine: sa.Engine
    name: str
    password: str
    wait: float

    @property
    def path(self) -> Path | None:
        """The file, None for a server."""
        found = self.engine.url.database
        return Path(found) if self.engine.dialect.name == SQLITE and found else None

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that sees one moment of the ledger. Raises LedgerError."""
        options: dict[str, Any] = {}
        if self.engine.dialect.name == POSTGRESQL:
            options["isolation_level"] = "REPEATABLE READ"
        with self.troubles(), self.engine.connect() as plain:
            connection = plain.execution_options(**options)
            with connection.begin():
                try:
                    yield connection
                except (LookupError, TypeError, ValueError) as error:
                    # SQLite keeps no checksums: damage may look like rows until one reads them.
                    found = DAMAGED.format(found=f"a row is missing or cannot be read ({error})")
                    raise LedgerError(f"{self.name}: {found}", RESTORE) from error

    @contextmanager
    def writing(self, turn_of: str) -> Iterator[sa.Connection]:
        """A transaction that is alone with what `turn_of` names: others wait at its beginning.

        SQLite lets one writer in at all. Raises LedgerError; then nothing was written.
        """
        with self.troubles(), self.engine.connect() as plain:
            connection = plain.execution_options(**{_WRITE: True})
            with connection.begin():
                if self.engine.dialect.name == POSTGRESQL:
                    _take_turn(connection, turn_of, self.wait)
                yield connection

    @contextmanager
    def troubles(self) -> Iterator[None]:
        """Whatever the database complains about becomes a LedgerError."""
        try:
            yield
        except exc.DBAPIError as error:
            raise self._as_ledger_error(error.orig or error) from error
        except (exc.SQLAlchemyError, sqlite3.Error) as error:
            raise self._as_ledger_error(error) from error

    def _as_ledger_error(self, error: BaseException) -> LedgerError:
        said = self._said(error)
        for signs, reason, remedy in _TROUBLES:
            if any(sign in said.lower() for sign in signs):
                return LedgerError(f"{self.name}: {reason.format(found=said)}", remedy)
        return LedgerError(
            f"{self.name}: the database says: {said}",
            "The ledger is as it was. Ask who runs the database, or try again.",
        )

    def _said(self, error: BaseException) -> str:
        said = " ".join(str(error).split())[:300]
        return said.replace(self.password, "***") if self.password else said


def connect(url: str, wait: float) -> Database:
    """The database of a URL; nothing is opened yet. Raises NoLedger."""
    parsed = _parse(url)
    name = parsed.render_as_string(hide_password=True)
    is_file = parsed.get_backend_name() == SQLITE
    try:
        engine = sa.create_engine(
            parsed,
            connect_args={"timeout": wait} if is_file else {"connect_timeout": _CONNECT_SECONDS},
        )
    except ModuleNotFoundError as error:
        raise NoLedger(
            f"{name}: the driver {error.name} is not installed",
            'Install it: pip install "gatebook[postgresql]"',
        ) from error
    except (exc.ArgumentError, TypeError) as error:
        raise NoLedger(f"{name} is not a ledger's URL", _EXPECTED) from error
    if is_file:
        _prepare_sqlite(engine)
    return Database(engine, name, str(parsed.password or ""), wait)


def _parse(url: str) -> sa.URL:
    # What was given is not repeated: a URL that cannot be parsed may hold a password anywhere.
    try:
        parsed = sa.make_url(url)
    except (exc.ArgumentError, ValueError):
        raise NoLedger("the ledger's URL cannot be read", _EXPECTED) from None
    if parsed.drivername == POSTGRESQL:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise NoLedger(f"a ledger cannot be kept in {parsed.drivername}", _EXPECTED)
    in_memory = parsed.database in (None, "", ":memory:")
    if parsed.get_backend_name() == SQLITE and (in_memory or "file:" in str(parsed.database)):
        raise NoLedger("the ledger's URL names no file", _EXPECTED)
    return parsed


def _prepare_sqlite(engine: sa.Engine) -> None:
    """Whole transactions, schema changes too, and a write lock from a writer's beginning.

    The rollback journal, SQLite's own default, and no write-ahead log: that one needs memory shared
    by all who read, which folders on a network do not give, and leaves files beside the ledger that
    a copy of it must not forget. After a kill, whoever opens the ledger next rolls back.
    Source: https://www.sqlite.org/wal.html, "Disadvantages"; SQLAlchemy's page on SQLite, "Enabling
    Non-Legacy SQLite Transactional Modes".
    """

    @sa.event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        write = connection.get_execution_options().get(_WRITE)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _take_turn(connection: sa.Connection, turn_of: str, wait: float) -> None:
    """PostgreSQL: an advisory lock that ends with the transaction, however it ends."""
    settings: dict[str, Callable[[], str]] = {
        "lock_timeout": lambda: f"{round(wait * 1000)}ms",
        "idle_in_transaction_session_timeout": lambda: f"{_IDLE_MINUTES}min",
    }
    for name, value in settings.items():
        connection.execute(sa.select(sa.func.set_config(name, value(), True)))
    digest = sha256(f"gatebook ledger {turn_of}".encode("utf-8", "surrogatepass")).digest()
    key = int.from_bytes(digest[:8], "big", signed=True)
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


# What drivers say (in small letters), what it means, what to do. Sources: SQLite's result codes
# (https://www.sqlite.org/rescode.html), PostgreSQL's messages; libpq gives no code while connecting.
_TROUBLES = (
    (
        ("file is not a database", "file is encrypted"),
        "the file is no ledger and no SQLite database",
        "Give the ledger's own file, or another name: it is made where there is none.",
    ),
    (("malformed", "could not decode"), DAMAGED, RESTORE),
    (
        ("database is locked", "lock timeout", "database table is locked"),
        "somebody else is writing into it and did not finish in time",
        "Try again when the other sync is done. If there is none, look for a program that has it open.",
    ),
    (
        ("unable to open database file",),
        "the file cannot be opened or made",
        "Check that its folder exists and that you may write there.",
    ),
    (
        ("readonly database", "read-only", "permission denied"),
        "writing is not allowed ({found})",
        "Ask for the right to write there; a new ledger on a server also needs the right to create "
        "tables (GRANT CREATE ON SCHEMA public TO …).",
    ),
    (
        ("disk is full", "no space left"),
        "the disk is full",
        "Make room and run this again. The ledger is as it was.",
    ),
    (
        ("disk i/o error", "locking protocol"),
        "the disk or the network folder does not answer properly ({found})",
        "Try again. If it stays so, keep the ledger on a local disk or on a PostgreSQL server.",
    ),
    (
        ("password authentication failed", "no password supplied", "pg_hba.conf", "role "),
        "the server does not let you in ({found})",
        "Check user and password; the password may stand in the file ~/.pgpass instead of the URL.",
    ),
    (
        ("does not exist",),
        "it is not there ({found})",
        "Check the name of the database, or make it: createdb NAME.",
    ),
    (
        ("connection", "could not translate host name", "resolve host", "timeout", "terminat"),
        "the server cannot be reached ({found})",
        "Check host and port, and that the server runs. The ledger is as it was.",
    ),
)
