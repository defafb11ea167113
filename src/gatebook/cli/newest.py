"""The newest review of each system where its sheet is gone or cannot be read: as the ledger has it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from gatebook.cli.exits import Stop
from gatebook.cli.past import Place, is_there, not_there, past
from gatebook.domain.effective import plausible
from gatebook.domain.judge import judge
from gatebook.domain.systems import System

if TYPE_CHECKING:
    from gatebook.ledger.records import Version
    from gatebook.wiring import Settings


def with_recorded(
    found: Sequence[System],
    place: Place | None,
    using: Settings,
    today: date,
    *,
    asked: bool,
    every: bool = False,
) -> tuple[System, ...]:
    """The systems, each by the review that counted last if that is newer than all that were read; with
    `every` also those of which the last sync found no sheet that it could read. Says which. `place`
    None, or no ledger there: as they are.

    Where the ledger cannot be read, raises Stop if it was `asked` for, else says so and goes on.
    """
    if place is None or not is_there(place):
        return tuple(found)
    try:
        return _recorded(found, place, using, today, every=every)
    except Stop as trouble:
        if asked:
            raise
        click.echo(f"warning: the ledger was not asked: {trouble.problem}", err=True)
        return tuple(found)


def _recorded(
    found: Sequence[System], place: Place, using: Settings, today: date, *, every: bool
) -> tuple[System, ...]:
    with past(place) as known:
        standing = known.ledger.standing(known.portfolio)
        here = {one.key for one in found}
        wanted = [one for key, one in standing.items() if every or key in here]
        last = {one.system_key: one for one in known.ledger.versions(wanted).values()}
        systems = [_newer(system, last.get(system.key), using, today) for system in found]
        changed = [new for old, new in zip(found, systems, strict=True) if new is not old]
        gone = not_there(known, [one.id for one in last.values()])
        lost = [
            _lost(one, using, today)
            for key, one in sorted(last.items())
            if key not in here and one.id in gone
        ]
    for system in (*changed, *lost):
        day = system.newest.review.review_date
        state = gone.get(standing[system.key], "not among these sheets")
        click.echo(
            f"{system.name}: its newest review, of {day} ({state}), is taken from the record",
            err=True,
        )
    return (*systems, *lost)


def _lost(last: Version, using: Settings, today: date) -> System:
    checklist = using.checklists.get(last.checklist, using.checklist)
    return System(
        last.system_key, last.system or last.system_key, judge(last.review, checklist, today)
    )


def _newer(system: System, last: Version | None, using: Settings, today: date) -> System:
    """A system by its recorded review, in the place of its newest sheet; itself where that is newer."""
    sheets = (system.newest, *system.earlier, *system.copies)
    if last is None or any(one.review.stamp.review_id == last.review_id for one in sheets):
        return system
    newest = system.newest
    day = plausible(newest.review.review_date, newest.checklist)
    if last.review_date is None or day is None or last.review_date <= day:
        return system
    checklist = using.checklists.get(last.checklist, newest.checklist)
    review = replace(last.review, location=newest.review.location, tab=newest.review.tab)
    return replace(
        system, newest=judge(review, checklist, today), earlier=(newest, *system.earlier)
    )
