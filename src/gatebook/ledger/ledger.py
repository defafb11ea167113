"""The ledger: open it by its URL, ask it, add a sync to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from types import TracebackType

import sqlalchemy as sa

from gatebook.domain.past import Past
from gatebook.domain.review import Review
from gatebook.ledger import reads, writes
from gatebook.ledger.connect import Database, connect
from gatebook.ledger.past import past
from gatebook.ledger.records import (
    AsOf,
    Named,
    Record,
    Recorded,
    Run,
    Sheet,
    SheetState,
    Standing,
    Upgraded,
    Version,
)
from gatebook.ledger.upgrade import bring_up

# A sync that writes holds its turn for as long as it draws the portfolio.
_WAIT_SECONDS = 60.0


def open_ledger(url: str, *, create: bool = True, wait: float = _WAIT_SECONDS) -> Ledger:
    """The ledger at `sqlite:///PATH` or `postgresql+psycopg://…`, its schema made or brought up.

    `create` False: where there is none, that is an error. `wait`: seconds to wait for others who
    write. Raises NoLedger, LedgerError; neither shows the URL's password.
    """
    database = connect(url, wait)
    try:
        upgraded = bring_up(database, create=create)
    except BaseException:
        database.engine.dispose()
        raise
    return Ledger(database, upgraded)


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to record a sync of one portfolio; nobody else can until it ends.

    Ask the ledger before `record`, not after it: it answers on another connection, which does not
    see what this one has written, and an SQLite file may be closed to it by then.
    """

    _connection: sa.Connection
    portfolio: str

    def record(
        self, run: Run, sheets: Iterable[Sheet] = (), counting: writes.Counting | None = None
    ) -> Recorded:
        """Add a run with the sheets that may differ from what is known; see `Ledger.record`."""
        return writes.record(self._connection, self.portfolio, run, sheets, counting)


class Ledger:
    """What every sync of one or more portfolios saw. `portfolio` is a text that names one.

    `upgraded` says what opening did to it, None where it did nothing. Everything raises LedgerError
    where the database does not answer or is damaged.
    """

    def __init__(self, database: Database, upgraded: Upgraded | None) -> None:
        self._database = database
        self.upgraded = upgraded

    @property
    def name(self) -> str:
        """Its URL, without the password."""
        return self._database.name

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of its connections."""
        self._database.engine.dispose()

    @contextmanager
    def turn(self, portfolio: str, based_on: int | None) -> Iterator[Turn]:
        """Be alone with a portfolio from here to the end, where all is recorded or, after an
        exception, nothing. Others wait; so draw the portfolio inside, and ask nobody a question.

        `based_on` is the newest run when this sync was planned, None if there was none. Raises
        Overtaken where there is a newer one by now.
        """
        with self._database.writing(portfolio) as connection:
            writes.refuse_overtaken(connection, portfolio, based_on)
            yield Turn(connection, portfolio)

    def record(
        self,
        portfolio: str,
        run: Run,
        sheets: Iterable[Sheet] = (),
        *,
        based_on: int | None,
        counting: writes.Counting | None = None,
    ) -> Recorded:
        """Add a sync, whole or not at all. Raises Overtaken.

        Of `sheets` only those count that differ from what is known last; a location that is not
        among them is unchanged. `counting` gives for every system the review that counts, by its
        location and tab or by its id; a system that is no longer among them is let go. None: all as
        before. Raises LookupError for a place where no review is known.
        """
        with self.turn(portfolio, based_on) as turn:
            return turn.record(run, sheets, counting)

    def runs(self, portfolio: str) -> list[Run]:
        """Every sync, oldest first."""
        with self._database.reading() as connection:
            return reads.all_runs(connection, portfolio)

    def last_run(self, portfolio: str) -> Run | None:
        """The newest sync."""
        with self._database.reading() as connection:
            return reads.last_run(connection, portfolio)

    def sheets(self, portfolio: str) -> dict[str, SheetState]:
        """What is known last of every location."""
        with self._database.reading() as connection:
            found = reads.last_events(connection, portfolio)
        return {location: state for location, (_, state) in found.items()}

    def reviews_of(self, states: Iterable[SheetState]) -> dict[str, tuple[Review, ...]]:
        """By location the reviews it holds, exactly as reading its sheet gave them."""
        with self._database.reading() as connection:
            return reads.reviews_held(connection, states)

    def versions(self, ids: Iterable[int]) -> dict[int, Version]:
        """Versions of reviews by their ids."""
        with self._database.reading() as connection:
            return reads.versions(connection, ids)

    def decisions(self, portfolio: str) -> list[Record]:
        """Every version of every review, in the order in which they were recorded."""
        with self._database.reading() as connection:
            return reads.decisions(connection, portfolio)

    def history(self, portfolio: str, system_key: str) -> list[Version]:
        """Every version of a system's reviews, by review date, then as recorded."""
        with self._database.reading() as connection:
            return reads.history(connection, portfolio, system_key)

    def past(self, portfolio: str) -> Past:
        """How every review came to be what it is, without the sheets themselves."""
        with self._database.reading() as connection:
            return past(connection, portfolio)

    def standing(self, portfolio: str) -> dict[str, int]:
        """By system the id of the version that counts."""
        with self._database.reading() as connection:
            return reads.standing(connection, portfolio)

    def standings(self, portfolio: str, system_key: str | None = None) -> list[Standing]:
        """Which version counted from when on, oldest first; of one system or of all."""
        with self._database.reading() as connection:
            return reads.all_standings(connection, portfolio, system_key)

    def as_of(self, portfolio: str, day: date, system_key: str | None = None) -> AsOf | None:
        """What counted at the end of a day, of one system or of all; None where no sync was recorded
        until then."""
        with self._database.reading() as connection:
            return reads.as_of(connection, portfolio, day, system_key)

    def portfolios(self) -> list[str]:
        """The portfolios of which syncs were recorded."""
        with self._database.reading() as connection:
            return reads.portfolios(connection)

    def names(self, portfolio: str) -> list[Named]:
        """Every name that a system's reviews ever had, the one recorded last at the end."""
        with self._database.reading() as connection:
            return reads.names(connection, portfolio)
