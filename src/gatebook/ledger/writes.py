"""Adding a sync to the ledger: only what differs from what it knows already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from gatebook.ledger.encoding import notes_text, version_row
from gatebook.ledger.errors import Overtaken
from gatebook.ledger.reads import Event, chunks, last_events, no_collecting, standing
from gatebook.ledger.records import Recorded, Run, Seen, Sheet, SheetState, run_values
from gatebook.ledger.tables import holdings, reviews, runs, sheets, standings

# Where the review that counts stands (location and tab), or its id in the ledger.
Counting = Mapping[str, tuple[str, str] | int]


def refuse_overtaken(connection: sa.Connection, portfolio: str, based_on: int | None) -> None:
    """Raises Overtaken where the plan's run is not the newest."""
    query = sa.select(sa.func.max(runs.c.id)).where(runs.c.portfolio == portfolio)
    newest = connection.execute(query).scalar()
    if newest != based_on:
        raise Overtaken(newest, based_on)


def record(
    connection: sa.Connection,
    portfolio: str,
    run: Run,
    found: Iterable[Sheet],
    counting: Counting | None,
) -> Recorded:
    """Add a run, and of sheets, reviews and standings what is new."""
    run_id = _add_run(connection, portfolio, run)
    events = fresh = changed = 0
    with no_collecting():
        # In portions: the texts of a hundred thousand reviews never stand in memory together.
        for some in chunks(found):
            adding = _Adding(connection, portfolio, run_id, run.today)
            ids = adding.reviews(some)
            events += adding.events(some, ids)
            fresh += adding.fresh
        if counting is not None:
            changed = _add_standings(connection, portfolio, run_id, counting)
    return Recorded(run_id, events, fresh, changed)


def _add_run(connection: sa.Connection, portfolio: str, run: Run) -> int:
    added = connection.execute(sa.insert(runs).values(run_values(portfolio, run)))
    key = added.inserted_primary_key
    return int(key[0]) if key else 0


@dataclass(slots=True)
class _Adding:
    """Some sheets on their way into the ledger; `fresh` counts the versions that were new."""

    connection: sa.Connection
    portfolio: str
    run: int
    today: date
    fresh: int = 0

    def reviews(self, found: Sequence[Sheet]) -> list[tuple[int, ...]]:
        """The ids of each sheet's reviews; a version that was not known is added."""
        rows = [
            [self._version(one, sheet.location)
             for one in (sheet.reviews if sheet.state == "read" else ())]
            for sheet in found
        ]  # fmt: skip
        by_content = {row["content"]: row for of_sheet in rows for row in of_sheet}
        known = self._ids(by_content)
        new = [row for content, row in by_content.items() if content not in known]
        if new:
            # Who has the turn is alone; the constraint is for what nobody thought of.
            self.connection.execute(_insert_unless_there(self.connection, reviews), new)
            known |= self._ids(row["content"] for row in new)
        self.fresh += len(new)
        return [tuple(known[row["content"]] for row in of_sheet) for of_sheet in rows]

    def _version(self, seen: Seen, location: str) -> dict[str, Any]:
        row = version_row(seen.judged, seen.system_key, self.portfolio)
        return row | {"run": self.run, "location": location}

    def _ids(self, contents: Iterable[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for some in chunks(contents):
            query = sa.select(reviews.c.content, reviews.c.id).where(reviews.c.content.in_(some))
            found |= dict(map(tuple, self.connection.execute(query).all()))
        return found

    def events(self, found: Sequence[Sheet], ids: Sequence[tuple[int, ...]]) -> int:
        """Add an event for each sheet of which something differs from what is known last."""
        before = last_events(self.connection, self.portfolio, [one.location for one in found])
        rows: list[dict[str, Any]] = []
        holding: dict[str, tuple[int, ...]] = {}
        for sheet, held in zip(found, ids, strict=True):
            last = before.get(sheet.location)
            if last and not _differs(sheet, held, last[1]):
                continue
            same = last and (sheet.state != "read" or held == last[1].reviews)
            rows.append(self._event(sheet, last, last[0] if last and same else None))
            if held and not same:
                holding[sheet.location] = held
        if rows:
            self.connection.execute(sa.insert(sheets), rows)
        self._hold(holding)
        return len(rows)

    def _event(self, sheet: Sheet, last: Event | None, held: int | None) -> dict[str, Any]:
        goes_on = last and last[1].state == sheet.state
        return {
            "portfolio": self.portfolio,
            "run": self.run,
            "location": sheet.location,
            "state": sheet.state,
            "since": last[1].since if last and goes_on else self.today,
            "size": sheet.size,
            "modified": sheet.modified,
            "version": sheet.version,
            "workbook": sheet.workbook,
            "problems": notes_text(sheet.problems),
            "passed": notes_text(sheet.passed),
            "held": held,
        }

    def _hold(self, holding: Mapping[str, tuple[int, ...]]) -> None:
        rows: list[dict[str, int]] = []
        for some in chunks(holding):
            query = sa.select(sheets.c.id, sheets.c.location).where(
                sheets.c.portfolio == self.portfolio,
                sheets.c.run == self.run,
                sheets.c.location.in_(some),
            )
            for sheet, location in self.connection.execute(query):
                rows += [
                    {"sheet": sheet, "place": place, "review": review}
                    for place, review in enumerate(holding[location])
                ]
        if rows:
            self.connection.execute(sa.insert(holdings), rows)


def _insert_unless_there(connection: sa.Connection, table: sa.Table) -> sa.Executable:
    # Imported here: a sync in which nothing changed needs neither, and PostgreSQL's takes 20 ms.
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert

        return insert(table).on_conflict_do_nothing()
    from sqlalchemy.dialects.postgresql import insert as insert_there

    return insert_there(table).on_conflict_do_nothing()


def _differs(sheet: Sheet, held: tuple[int, ...], last: SheetState) -> bool:
    if sheet.state == "read" and held != last.reviews:
        return True
    return any(getattr(sheet, name) != getattr(last, name) for name in _COMPARED)


_COMPARED = ("state", "size", "modified", "version", "workbook", "problems", "passed")


def _add_standings(
    connection: sa.Connection, portfolio: str, run_id: int, counting: Counting
) -> int:
    before = standing(connection, portfolio)
    now = _counting_ids(connection, portfolio, counting)
    rows = [
        {"portfolio": portfolio, "run": run_id, "system_key": key, "review": now.get(key)}
        for key in dict.fromkeys([*before, *now])
        if before.get(key) != now.get(key)
    ]
    if rows:
        connection.execute(sa.insert(standings), rows)
    return len(rows)


def _counting_ids(connection: sa.Connection, portfolio: str, counting: Counting) -> dict[str, int]:
    """Each system's version by its id. Raises LookupError for a place that holds no review."""
    wanted = {place[0] for place in counting.values() if not isinstance(place, int)}
    states = [state for _, state in last_events(connection, portfolio, wanted).values()]
    tabs: dict[int, str] = {}
    for some in chunks(dict.fromkeys(i for state in states for i in state.reviews)):
        query = sa.select(reviews.c.id, reviews.c.tab).where(reviews.c.id.in_(some))
        tabs |= dict(map(tuple, connection.execute(query).all()))
    at = {(state.location, tabs[i]): i for state in states for i in state.reviews}
    return {key: place if isinstance(place, int) else at[place] for key, place in counting.items()}
