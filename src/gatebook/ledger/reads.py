"""The questions that the ledger answers, on a connection that sees one moment of it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa

from gatebook.domain.review import Review
from gatebook.ledger.encoding import MAKE_A_VERSION, content_of, decode_review, notes_from
from gatebook.ledger.records import AsOf, Named, Record, Run, SheetState, Standing, Version
from gatebook.ledger.tables import holdings, reviews, runs, sheets, standings

T = TypeVar("T")

# SQLite before 3.32 takes 999 values in a statement.
_MOST_VALUES = 900

_RUN_COLUMNS = [runs.c[name] for name in Run.__struct_fields__]
_OTHERWISE_NAMED: dict[str, sa.ColumnElement[Any]] = {
    "recorded": runs.c.today,
    "gates_text": reviews.c.gates,
    "findings_text": reviews.c.findings,
}


def _columns(kind: type[Record]) -> list[sa.ColumnElement[Any]]:
    return [
        _OTHERWISE_NAMED[n] if n in _OTHERWISE_NAMED else reviews.c[n]
        for n in kind.__struct_fields__
    ]


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """The values in portions that fit into a statement."""
    rest = iter(values)
    while some := list(islice(rest, _MOST_VALUES)):
        yield some


@contextmanager
def no_collecting() -> Iterator[None]:
    """Python's collector rests: searching ten thousand fresh reviews again and again for rubbish,
    of which there is none, takes ten times as long as making them."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def all_runs(connection: sa.Connection, portfolio: str) -> list[Run]:
    """Every sync, oldest first."""
    query = sa.select(*_RUN_COLUMNS).where(runs.c.portfolio == portfolio).order_by(runs.c.id)
    return [_run(row) for row in connection.execute(query).all()]


def last_run(connection: sa.Connection, portfolio: str, until: date | None = None) -> Run | None:
    """The newest sync; with `until` the newest that judged on that day or one before."""
    query = sa.select(*_RUN_COLUMNS).where(runs.c.portfolio == portfolio)
    if until:
        query = query.where(runs.c.today <= until)
    row = connection.execute(query.order_by(runs.c.id.desc()).limit(1)).first()
    return _run(row) if row else None


def _run(row: sa.Row[*tuple[Any, ...]]) -> Run:
    values = dict(row._mapping)
    values["started"] = datetime.fromisoformat(values["started"])
    return Run(**values)


Event = tuple[int, SheetState]
# The event whose holdings are those of an event.
HOLDER = sa.func.coalesce(sheets.c.held, sheets.c.id)
_STATE = [sheets.c[name] for name in SheetState.__struct_fields__ if name != "reviews"]


def last_events(
    connection: sa.Connection, portfolio: str, locations: Collection[str] | None = None
) -> dict[str, Event]:
    """By location what is known last of it, and the id of the event that holds its reviews; of all
    locations, or at least of those that are named."""
    newest = sa.select(sa.func.max(sheets.c.id)).where(sheets.c.portfolio == portfolio)
    if locations is not None and len(locations) <= _MOST_VALUES:
        newest = newest.where(sheets.c.location.in_(locations))
    query = (
        sa.select(holdings.c.review, HOLDER, *_STATE)
        .outerjoin_from(sheets, holdings, holdings.c.sheet == HOLDER)
        .where(sheets.c.id.in_(newest.group_by(sheets.c.location)))
        .order_by(sheets.c.id, holdings.c.place)
    )
    events: dict[str, Event] = {}
    for row in connection.execute(query).all():
        review, holder, *known = row
        location: str = known[0]
        held = events[location][1].reviews if location in events else ()
        if review is not None:
            held = (*held, review)
        events[location] = holder, _state(known, held)
    return events


def _state(known: Sequence[Any], held: tuple[int, ...]) -> SheetState:
    *stamps, problems, passed = known
    values = [*stamps, notes_from(problems), notes_from(passed), held]
    return SheetState(*values)


def reviews_held(
    connection: sa.Connection, states: Iterable[SheetState]
) -> dict[str, tuple[Review, ...]]:
    """The reviews of each location, just as reading its sheet gave them. Raises LookupError for one that
    is not what was recorded: a decision hangs on it, and a disk may rot without a word."""
    wanted = list(states)
    columns = [reviews.c[name] for name in ("id", "body", "schema", "content", *MAKE_A_VERSION)]
    with no_collecting():
        bare: dict[int, Review] = {}
        for row in _by_ids(connection, (i for state in wanted for i in state.reviews), columns):
            key, body, schema, content, *values = row
            if content != content_of(values, body):
                raise LookupError(f"review {key} is not as it was recorded")
            bare[key] = decode_review(body, schema)
        return {
            state.location: tuple(_placed(bare[i], state) for i in state.reviews)
            for state in wanted
        }


def _placed(review: Review, state: SheetState) -> Review:
    return msgspec.structs.replace(review, location=state.location, modified=state.modified)


def _by_ids(
    connection: sa.Connection, ids: Iterable[int], columns: Sequence[sa.ColumnElement[Any]]
) -> Iterator[tuple[Any, ...]]:
    for some in chunks(dict.fromkeys(ids)):
        query = sa.select(*columns).join_from(reviews, runs).where(reviews.c.id.in_(some))
        yield from map(tuple, connection.execute(query).all())


def versions(connection: sa.Connection, ids: Iterable[int]) -> dict[int, Version]:
    """Some versions by their ids."""
    with no_collecting():
        return {row[0]: Version(*row) for row in _by_ids(connection, ids, _columns(Version))}


def _all(
    connection: sa.Connection, kind: Callable[..., T], columns: list[Any], *where: Any
) -> list[T]:
    query = sa.select(*columns).join_from(reviews, runs).where(*where).order_by(reviews.c.id)
    with no_collecting():
        return [kind(*row) for row in connection.execute(query).all()]


R = TypeVar("R", bound=Record)


def _said_anew(records: Iterable[R]) -> list[R]:
    """Without versions in which nothing that people typed, and no decision, differs from the one
    before of the same review."""
    last: dict[tuple[str, str], tuple[str, ...]] = {}
    kept: list[R] = []
    for one in records:
        said = (one.answers, one.decision, one.shown_as)
        if last.get((one.system_key, one.review_id)) != said:
            kept.append(one)
        last[one.system_key, one.review_id] = said
    return kept


def decisions(connection: sa.Connection, portfolio: str) -> list[Record]:
    """Every version of every review, in the order in which they were recorded."""
    of_it = reviews.c.portfolio == portfolio
    return _said_anew(_all(connection, Record, _columns(Record), of_it))


def history(connection: sa.Connection, portfolio: str, system_key: str) -> list[Version]:
    """Every version of a system's reviews, by review date, then as recorded."""
    of_it = (reviews.c.portfolio == portfolio, reviews.c.system_key == system_key)
    found = _said_anew(_all(connection, Version, _columns(Version), *of_it))
    return sorted(found, key=lambda one: (one.review_date or one.recorded, one.id))


def portfolios(connection: sa.Connection) -> list[str]:
    """The portfolios of which syncs were recorded, in the order of their first ones."""
    query = sa.select(runs.c.portfolio).group_by(runs.c.portfolio).order_by(sa.func.min(runs.c.id))
    return list(connection.execute(query).scalars())


def names(connection: sa.Connection, portfolio: str) -> list[Named]:
    """Every name that a system's reviews ever had, in the order in which each was last recorded."""
    named = (reviews.c.system_key, reviews.c.system_id, reviews.c.system)
    last = sa.func.max(reviews.c.id)
    query = sa.select(*named, last).where(reviews.c.portfolio == portfolio)
    rows = connection.execute(query.group_by(*named).order_by(last)).all()
    return [Named(*row) for row in rows]


def all_standings(
    connection: sa.Connection, portfolio: str, system_key: str | None = None
) -> list[Standing]:
    """Which version counted from when on, oldest first; of one system or of all."""
    query = (
        sa.select(standings.c.run, runs.c.today, standings.c.system_key, standings.c.review)
        .join_from(standings, runs)
        .where(standings.c.portfolio == portfolio)
        .order_by(standings.c.id)
    )
    if system_key is not None:
        query = query.where(standings.c.system_key == system_key)
    return [Standing(*row) for row in connection.execute(query).all()]


def standing(
    connection: sa.Connection,
    portfolio: str,
    until_run: int | None = None,
    system_key: str | None = None,
) -> dict[str, int]:
    """By system the id of the version that counts, or counted after a run; of one system or of all."""
    newest = sa.select(sa.func.max(standings.c.id)).where(standings.c.portfolio == portfolio)
    if until_run is not None:
        newest = newest.where(standings.c.run <= until_run)
    if system_key is not None:
        newest = newest.where(standings.c.system_key == system_key)
    newest = newest.group_by(standings.c.system_key)
    query = sa.select(standings.c.system_key, standings.c.review).where(
        standings.c.id.in_(newest), standings.c.review.is_not(None)
    )
    return dict(map(tuple, connection.execute(query).all()))


def as_of(
    connection: sa.Connection, portfolio: str, day: date, system_key: str | None = None
) -> AsOf | None:
    """What counted at the end of a day, of one system or of all; None where no sync was recorded until
    then."""
    run = last_run(connection, portfolio, day)
    if run is None:
        return None
    ids = standing(connection, portfolio, run.id, system_key)
    found = versions(connection, ids.values())
    return AsOf(run, tuple(found[ids[key]] for key in sorted(ids)))
