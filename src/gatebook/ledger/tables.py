"""The ledger's tables. Rows are only ever added: nothing here is updated or deleted.

`migrations/` makes them; a test holds both equal.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from gatebook.ledger.encoding import original, storable
from gatebook.ledger.revisions import REVISIONS, VERSION_TABLE

__all__ = [
    "REVISIONS",
    "VERSION_TABLE",
    "holdings",
    "metadata",
    "reviews",
    "runs",
    "sheets",
    "standings",
]


class Words(sa.types.TypeDecorator[str]):
    """Any text that Python can hold; see `storable`."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        """To the database."""
        return None if value is None else storable(value)

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:
        """From the database."""
        return None if value is None else original(value)


# SQLite counts its own row ids up in columns of this very type.
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

metadata = sa.MetaData()


def _id() -> sa.Column[int]:
    return sa.Column("id", BIG, primary_key=True)


def _to(table: str, *, name: str = "", **options: Any) -> sa.Column[int]:
    target = sa.ForeignKey(f"{table}.id")
    return sa.Column(name or table.removesuffix("s"), BIG, target, **options)


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, Words, nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


runs = sa.Table(
    "runs",
    metadata,
    _id(),
    _words("portfolio"),
    # ISO 8601 in UTC: sorts as text, and both databases can reckon with it.
    _text("started"),
    sa.Column("today", sa.Date, nullable=False),
    _text("version"),
    _number("read"),
    _number("unchanged"),
    _number("unreadable"),
    _number("passed"),
    _number("missing"),
    _number("systems"),
    _words("changed"),
    _words("fingerprint"),
    sa.Column("written", sa.Boolean, nullable=False),
    sa.Column("inputs", sa.Text, nullable=False, server_default=""),
    sa.Column("said", sa.Text, nullable=False, server_default=""),
    sa.Index("runs_of_portfolio", "portfolio", "id"),
)

reviews = sa.Table(
    "reviews",
    metadata,
    _id(),
    _words("portfolio"),
    _to("runs", nullable=False),
    _words("location"),
    _words("tab"),
    _text("content"),
    _text("answers"),
    _words("system_key"),
    _words("system_id"),
    _words("review_id"),
    _words("system"),
    sa.Column("review_date", sa.Date),
    _text("decision"),
    _text("shown_as"),
    _words("reason"),
    _number("green"),
    _number("yellow"),
    _number("red"),
    _number("open"),
    _words("checklist"),
    sa.Column("checklist_version", sa.BigInteger, nullable=False),
    sa.Column("regate_on", sa.Date),
    sa.Column("next_due", sa.Date),
    _text("next_reason"),
    _text("gates"),
    _text("findings"),
    _number("schema"),
    _text("body"),
    sa.UniqueConstraint("content", name="one_row_a_version"),
    sa.Index("reviews_of_system", "portfolio", "system_key"),
    sa.Index("reviews_of_run", "run"),
)

# `held`: the event whose holdings these are; empty where they are its own.
sheets = sa.Table(
    "sheets",
    metadata,
    _id(),
    _words("portfolio"),
    _to("runs", nullable=False),
    _words("location"),
    _text("state"),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("modified", sa.Double, nullable=False),
    _words("version"),
    _words("workbook"),
    _text("problems"),
    _text("passed"),
    _to("sheets", name="held"),
    sa.Index("sheets_of_location", "portfolio", "location", "id"),
    sa.Index("sheets_of_run", "run"),
)

holdings = sa.Table(
    "holdings",
    metadata,
    _to("sheets", primary_key=True, autoincrement=False),
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
    _to("reviews", nullable=False),
    sqlite_with_rowid=False,
)

standings = sa.Table(
    "standings",
    metadata,
    _id(),
    _words("portfolio"),
    _to("runs", nullable=False),
    _words("system_key"),
    _to("reviews"),
    sa.Index("standings_of_system", "portfolio", "system_key", "id"),
)
