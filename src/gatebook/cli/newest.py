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

if TYPE_CHECKING:
    from gatebook.domain.systems import System
    from gatebook.ledger.records import Version
    from gatebook.wiring import Settings


def with_recorded(
    found: Sequence[System], place: Place | None, using: Settings, today: date, *, asked: bool
) -> tuple[System, ...]:
    """The systems, each by the review that counted last if that is newer than all that were read; says
    which. `place` None, or no ledger there: as they are.

    Where the ledger cannot be read, raises Stop if it was `asked` for, else says so and goes on.
    """
    if place is None or not is_there(place):
        return tuple(found)
    try:
        return _recorded(found, place, using, today)
    except Stop as trouble:
        if asked:
            raise
        click.echo(f"warning: the ledger was not asked: {trouble.problem}", err=True)
        return tuple(found)


def _recorded(
    found: Sequence[System], place: Place, using: Settings, today: date
) -> tuple[System, ...]:
    with past(place) as known:
        standing = known.ledger.standing(known.portfolio)
        versions = known.ledger.versions(standing[one.key] for one in found if one.key in standing)
        systems = tuple(
            _newer(system, versions.get(standing.get(system.key, -1)), using, today)
            for system in found
        )
        changed = [new for old, new in zip(found, systems, strict=True) if new is not old]
        states = not_there(known, [standing[one.key] for one in changed])
        for system in changed:
            day = system.newest.review.review_date
            state = states.get(standing[system.key], "not among these sheets")
            click.echo(
                f"{system.name}: its newest review, of {day} ({state}), is taken from the record",
                err=True,
            )
    return systems


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
