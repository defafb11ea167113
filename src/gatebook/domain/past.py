"""What is on record of a review after its sheet has changed or gone.

Whoever keeps the record hands it out as these; a review that was just read is a `Judged`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from gatebook.domain.decision import Counts, Decision
from gatebook.domain.judge import Judged

# Seconds by which a file's time stamp may be earlier without being older: clocks tick.
TICK = 1.0


class Step(msgspec.Struct, frozen=True):
    """A review as a sync saw it when it was new, or said something else than before.

    `recorded` is the day of that sync, `run` its number; `id` is the record's own. `statuses` has
    what each gate counted as ("" where nothing is marked); `dues` the due date of each gate that was
    still open. Both by the gate's key. `signed`: whether the sign-off was complete.
    """

    id: int
    run: int
    recorded: date
    system_key: str
    review_id: str
    system: str
    review_date: date | None
    decision: str
    shown_as: str
    counts: Counts
    regate_on: date | None = None
    signed: bool = False
    answers: str = ""
    statuses: tuple[tuple[str, str], ...] = ()
    dues: tuple[tuple[str, date], ...] = ()

    @property
    def day(self) -> date:
        """The day of the review; where it has no date that can be read, the day it was recorded."""
        return self.review_date or self.recorded

    @property
    def passing(self) -> bool:
        """Whether the system could launch, or stay live."""
        return self.decision in (Decision.LAUNCH, Decision.LAUNCH_WITH_PLAN)

    @property
    def marked(self) -> bool:
        """Whether any gate was marked: else the form was still waiting for its meeting."""
        return self.counts.green + self.counts.yellow + self.counts.red > 0


def by_review(steps: Iterable[Step]) -> dict[str, dict[str, list[Step]]]:
    """By system and review the steps, in their order."""
    found: dict[str, dict[str, list[Step]]] = {}
    for step in steps:
        found.setdefault(step.system_key, {}).setdefault(step.review_id, []).append(step)
    return found


class Past(msgspec.Struct, frozen=True):
    """All that is on record of a portfolio's reviews.

    `steps` in the order in which they were recorded. `gone`: reviews, by system and id, that no sheet
    holds any more, and since when. `older`: places of sheets that were replaced by an older copy, and
    since when. `stamps`: by place the latest time stamp that a sheet there ever had (seconds since
    1970). `unread`: reviews, by system and id, whose sheet is there and could not be read this time.
    """

    steps: tuple[Step, ...] = ()
    gone: Mapping[tuple[str, str], date] = {}
    older: Mapping[str, date] = {}
    stamps: Mapping[str, float] = {}
    unread: frozenset[tuple[str, str]] = frozenset()


class Lost(msgspec.Struct, frozen=True):
    """A system that counts and is in no sheet: its review as it was last, judged as of the day since
    when it is missing, or since when its sheet cannot be read."""

    judged: Judged
    since: date
    unreadable: bool = False
