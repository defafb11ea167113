"""When the next review is due, and why.

Source: SPEC, "Cadence", and the seed: each month for a quarter after launch, then each quarter, and at
once after a major change, for which a vendor's new model counts too.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date

import msgspec

from gatebook.domain.checklist import Cadence, Checklist
from gatebook.domain.effective import plausible
from gatebook.domain.review import Change, Review

REASONS = {
    "re-gate": "re-gate of a delayed launch",
    "monthly": "monthly in the first quarter",
    "quarterly": "quarterly",
    "major-change": "after a major change",
}


class NextReview(msgspec.Struct, frozen=True):
    """The day a review is due and the reason: a key of REASONS."""

    due: date
    reason: str


def add_months(day: date, months: int) -> date:
    """The same day so many months on, clamped to the month's end: 31 January + 1 → 28 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def due_dates(launch: date, cadence: Cadence) -> Iterator[NextReview]:
    """All review dates after a launch, in order, counted from the launch itself; ends in 9999."""
    for months in cadence.first_months:
        yield NextReview(add_months(launch, months), "monthly")
    months = max(cadence.first_months, default=0)
    while launch.year + (months + cadence.then_every) // 12 < date.max.year - 1:
        months += cadence.then_every
        yield NextReview(add_months(launch, months), "quarterly")


def unreviewed_changes(review: Review, checklist: Checklist) -> tuple[Change, ...]:
    """Major changes dated after the review, oldest first; all of them if the review has no date."""
    reviewed = plausible(review.review_date, checklist) or date.min
    newer = [
        (day, change)
        for change in review.changes
        if change.major and (day := plausible(change.on, checklist)) and day > reviewed
    ]
    return tuple(change for _, change in sorted(newer, key=lambda pair: pair[0]))


def next_review(review: Review, checklist: Checklist, *, delayed: bool) -> NextReview | None:
    """When this system is due for its next review; None where nothing is due.

    A major change after the newest review is due at once, that is on the day of the change, unless
    an earlier day was due anyway. A live system without a launch date counts from its review.
    """
    reviewed = plausible(review.review_date, checklist)
    planned: NextReview | None = None
    if review.is_live:
        launch = plausible(review.launch_date, checklist) or reviewed
        if launch:
            after = reviewed or launch
            planned = next(
                (due for due in due_dates(launch, checklist.policy.cadence) if due.due > after),
                None,
            )
    elif delayed and (regate := plausible(review.regate_on, checklist)):
        planned = NextReview(regate, "re-gate")
    for change in unreviewed_changes(review, checklist)[:1]:
        changed = plausible(change.on, checklist)
        if changed and (planned is None or changed < planned.due):
            return NextReview(changed, "major-change")
    return planned
