"""The ledger's events played again: which version of each review counted from which run on.

A review may stand in several sheets, may be edited back to what it said before, and may go with its
sheet; the table of versions alone, in which each has one row, does not tell that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from gatebook.domain.decision import Counts, Decision
from gatebook.domain.past import TICK, Past, Step
from gatebook.domain.systems import GOOD
from gatebook.ledger.encoding import gates_from
from gatebook.ledger.reads import HOLDER, no_collecting
from gatebook.ledger.tables import holdings, reviews, runs, sheets

# Rows at a time: with the gates' texts all of a large ledger's would fill the memory.
_PORTION = 500


class Event(NamedTuple):
    """A sheet as a run found it. `held` are the versions it held then, in its order."""

    run: int
    today: date
    location: str
    state: str
    modified: float
    held: tuple[int, ...]


def past(connection: sa.Connection, portfolio: str) -> Past:
    """Everything recorded of a portfolio's reviews; two queries, and no sheet's body is read."""
    with no_collecting():
        playing = _Playing(dict(_versions(connection, portfolio)))
        for _, events in groupby(_events(connection, portfolio), lambda one: one.run):
            playing.play(list(events))
    return Past(tuple(playing.steps), playing.gone, playing.older, playing.stamps)


def _versions(connection: sa.Connection, portfolio: str) -> Iterator[tuple[int, tuple[Step, str]]]:
    """By its id each version, and its tab."""
    own = [
        reviews.c[name]
        for name in (
            "id", "run", "system_key", "review_id", "system", "review_date", "decision", "shown_as",
            "green", "yellow", "red", "open", "regate_on", "answers", "tab", "gates",
        )
    ]  # fmt: skip
    unsigned = reviews.c.findings.like('%"sign-off-missing"%')
    query = (
        sa.select(*own, unsigned, runs.c.today)
        .join_from(reviews, runs)
        .where(reviews.c.portfolio == portfolio)
    )
    shared: dict[Any, Any] = {}  # One text for all rows that have it.
    for row in connection.execution_options(yield_per=_PORTION).execute(query):
        (key, run, system, review, name, day, decision, shown, green, yellow, red, left, regate,
         answers, tab, gates_text, missing, today) = row  # fmt: skip
        gates = gates_from(gates_text)
        statuses = tuple((gate.key, gate.effective) for gate in gates)
        step = Step(
            id=key, run=run, recorded=today, system_key=shared.setdefault(system, system),
            review_id=shared.setdefault(review, review), system=shared.setdefault(name, name),
            review_date=day, decision=shared.setdefault(decision, decision),
            shown_as=shared.setdefault(shown, shown), counts=Counts(green, yellow, red, left),
            regate_on=regate, signed=not missing, answers=answers,
            statuses=shared.setdefault(statuses, statuses),
            dues=tuple(
                (gate.key, date.fromisoformat(gate.due))
                for gate in gates if gate.due and gate.effective != "green"
            ),
        )  # fmt: skip
        yield key, (step, str(shared.setdefault(tab, tab)))


def _events(connection: sa.Connection, portfolio: str) -> Iterator[Event]:
    query = (
        sa.select(
            sheets.c.id, sheets.c.run, runs.c.today, sheets.c.location, sheets.c.state,
            sheets.c.modified, holdings.c.review,
        )
        .select_from(
            sheets.join(runs, sheets.c.run == runs.c.id)
            .outerjoin(holdings, holdings.c.sheet == HOLDER)
        )
        .where(sheets.c.portfolio == portfolio)
        .order_by(sheets.c.id, holdings.c.place)
    )  # fmt: skip
    rows = connection.execution_options(yield_per=_PORTION).execute(query)
    for _, same in groupby(rows, lambda row: row[0]):
        held = list(same)
        yield Event(*held[0][1:6], held=tuple(row[6] for row in held if row[6] is not None))


Key = tuple[str, str]


@dataclass(slots=True)
class _Playing:
    """The state of things while events are played, run after run."""

    versions: dict[int, tuple[Step, str]]
    steps: list[Step] = field(default_factory=list)
    gone: dict[Key, date] = field(default_factory=dict)
    older: dict[str, date] = field(default_factory=dict)
    stamps: dict[str, float] = field(default_factory=dict)
    _held: dict[str, Event] = field(default_factory=dict)
    _said: dict[str, list[str]] = field(default_factory=dict)
    _holders: dict[Key, dict[tuple[str, int], None]] = field(default_factory=dict)
    _counted: dict[Key, int] = field(default_factory=dict)

    def play(self, events: Iterable[Event]) -> None:
        """One run: first all its sheets, then what came to count."""
        touched: dict[Key, None] = {}
        run, today = 0, date.min
        for event in events:
            run, today = event.run, event.today
            if before := self._held.pop(event.location, None):
                for version in before.held:
                    key = self._key(version)
                    self._holders[key].pop((event.location, version), None)
                    touched[key] = None
            if event.state == "read":
                self._look_at_stamp(event)
                self._held[event.location] = event
                for version in event.held:
                    key = self._key(version)
                    self._holders.setdefault(key, {})[event.location, version] = None
                    touched[key] = None
        for key in touched:
            self._count(key, run, today)

    def _key(self, version: int) -> Key:
        step, _ = self.versions[version]
        return step.system_key, step.review_id

    def _count(self, key: Key, run: int, today: date) -> None:
        """The same choice among copies as a sync makes (`domain.systems`)."""
        holders = self._holders[key]
        if not holders:
            self.gone.setdefault(key, today)
            return
        self.gone.pop(key, None)
        _, version = max(holders, key=self._rank)
        if self._counted.get(key) != version:
            self._counted[key] = version
            step = self.versions[version][0]
            if step.run != run:
                step = msgspec.structs.replace(step, run=run, recorded=today)
            self.steps.append(step)

    def _rank(self, holder: tuple[str, int]) -> tuple[float, int, str, str]:
        location, version = holder
        step, tab = self.versions[version]
        return self._held[location].modified, -GOOD[Decision(step.decision)], location, tab

    def _look_at_stamp(self, event: Event) -> None:
        """Whether a sheet says something else than before with an earlier stamp than it had."""
        location = event.location
        newest = self.stamps.get(location, event.modified)
        says = [self.versions[version][0].answers for version in event.held]
        if event.modified >= newest - TICK:
            self.older.pop(location, None)
        elif self._said.get(location) != says:
            self.older.setdefault(location, event.today)
        self.stamps[location] = max(newest, event.modified)
        self._said[location] = says
