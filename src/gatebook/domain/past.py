"""What is on record of a review after its sheet has changed or gone.

Whoever keeps the record hands it out as these; a review that was just read is a `Judged`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from gatebook.domain.decision import Counts, Decision


class Step(msgspec.Struct, frozen=True):
    """A review as a sync saw it when it was new, or said something else than before.

    `recorded` is the day of that sync, `run` its number; `id` is the record's own. `statuses` has
    what each gate counted as, by its key ("" where nothing is marked); `dues` the due date of each
    gate that was still open.
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
    statuses: Mapping[str, str] = {}
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
