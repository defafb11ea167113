"""What is still to be done on a review's gates, and how soon.

Source: SPEC, tab "Actions" of the portfolio.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from gatebook.domain.checklist import Checklist, Gate
from gatebook.domain.effective import effective_rows, plausible
from gatebook.domain.review import GateRow, Review, Status

NOTHING_WRITTEN = "(nothing written down)"
OVERDUE, LATER, NO_DATE = "overdue", "later", "no date"
# How soon an action is due: at most so many days from today.
SOON = {7: "next 7 days", 30: "next 30 days"}
BUCKETS = (OVERDUE, *SOON.values(), LATER, NO_DATE)


class OpenAction(msgspec.Struct, frozen=True):
    """A gate's row with something still to do. `status` is what counts, `due` a date that can be."""

    row: GateRow
    gate: Gate
    status: Status | None
    due: date | None

    @property
    def text(self) -> str:
        """What is to be done, in the words of the sheet."""
        return self.row.next_action or NOTHING_WRITTEN


def open_actions(review: Review, checklist: Checklist) -> Iterator[OpenAction]:
    """Every gate that is not green, except one that has neither mark nor action nor date."""
    for row, gate, status in effective_rows(review, checklist):
        if row.status is Status.GREEN:
            continue
        if row.status is None and not row.next_action and row.due is None:
            continue
        yield OpenAction(row, gate, status, plausible(row.due, checklist))


def bucket(due: date | None, today: date) -> str:
    """How soon something is due: one of BUCKETS."""
    if due is None:
        return NO_DATE
    if due < today:
        return OVERDUE
    return next((words for days, words in SOON.items() if due - today <= timedelta(days)), LATER)
