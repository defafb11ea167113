"""When the next review is due. Every test gives its dates; none asks the clock (PAINS 34)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from itertools import islice, pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatebook.domain.cadence import (
    REASONS,
    NextReview,
    add_months,
    due_dates,
    next_review,
    unreviewed_changes,
)
from gatebook.domain.checklist import Cadence
from gatebook.domain.review import Change, Review, Unreadable
from tests.support.builders import TWELVE, passing_review, with_policy

DAYS = st.dates(date(2015, 1, 1), date(2049, 12, 31))


def live(launch: date | None, reviewed: date | None, **changes: Any) -> Review:
    return passing_review(launch_date=launch, review_date=reviewed, live="Yes", **changes)


def due(review: Review, *, delayed: bool = False) -> NextReview | None:
    return next_review(review, TWELVE, delayed=delayed)


class TestAddMonths:
    @pytest.mark.parametrize(
        ("day", "months", "expected"),
        [
            (date(2026, 1, 31), 1, date(2026, 2, 28)),
            (date(2028, 1, 31), 1, date(2028, 2, 29)),
            (date(2026, 1, 31), 3, date(2026, 4, 30)),
            (date(2026, 11, 30), 3, date(2027, 2, 28)),
            (date(2026, 12, 15), 1, date(2027, 1, 15)),
            (date(2026, 11, 15), 1, date(2026, 12, 15)),
            (date(2028, 2, 29), 12, date(2029, 2, 28)),
            (date(2026, 8, 31), 0, date(2026, 8, 31)),
            (date(2026, 1, 31), 120, date(2036, 1, 31)),
        ],
    )
    def test_month_ends_are_clamped(self, day: date, months: int, expected: date) -> None:
        assert add_months(day, months) == expected

    @given(DAYS, st.integers(0, 240))
    def test_same_day_or_the_months_last(self, day: date, months: int) -> None:
        later = add_months(day, months)
        assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
        assert later.day == min(day.day, monthrange(later.year, later.month)[1])


class TestDueDates:
    def test_monthly_for_a_quarter_then_quarterly(self) -> None:
        found = list(islice(due_dates(date(2026, 1, 31), Cadence()), 7))
        assert [(each.due.isoformat(), each.reason) for each in found] == [
            ("2026-02-28", "monthly"),
            ("2026-03-31", "monthly"),
            ("2026-04-30", "monthly"),
            ("2026-07-31", "quarterly"),
            ("2026-10-31", "quarterly"),
            ("2027-01-31", "quarterly"),
            ("2027-04-30", "quarterly"),
        ]

    def test_a_policy_of_its_own(self) -> None:
        found = list(islice(due_dates(date(2026, 1, 1), Cadence((2,), 6)), 3))
        assert [each.due for each in found] == [
            date(2026, 3, 1), date(2026, 9, 1), date(2027, 3, 1),
        ]  # fmt: skip

    def test_no_first_months(self) -> None:
        found = list(islice(due_dates(date(2026, 1, 1), Cadence((), 3)), 2))
        assert [each.due for each in found] == [date(2026, 4, 1), date(2026, 7, 1)]

    @settings(max_examples=30)
    @given(st.dates(date(1904, 1, 2), date(2999, 12, 31)), st.integers(1, 120))
    def test_they_rise_and_they_end(self, launch: date, every: int) -> None:
        days = [each.due for each in due_dates(launch, Cadence((1, 2), every))]
        assert all(one < other for one, other in pairwise([launch, *days]))
        assert days[-1].year < 9999


class TestLive:
    @pytest.mark.parametrize(
        ("reviewed", "expected", "reason"),
        [
            (date(2026, 1, 10), date(2026, 2, 15), "monthly"),  # before the launch
            (date(2026, 1, 15), date(2026, 2, 15), "monthly"),  # on the day
            (date(2026, 2, 14), date(2026, 2, 15), "monthly"),
            (date(2026, 2, 15), date(2026, 3, 15), "monthly"),  # on a due day: the next one
            (date(2026, 4, 14), date(2026, 4, 15), "monthly"),
            (date(2026, 4, 15), date(2026, 7, 15), "quarterly"),
            (date(2026, 7, 15), date(2026, 10, 15), "quarterly"),
            (date(2029, 8, 1), date(2029, 10, 15), "quarterly"),
        ],
    )
    def test_the_first_day_after_the_review(
        self, reviewed: date, expected: date, reason: str
    ) -> None:
        """PAINS 34: intervals counted from the launch, in months."""
        assert due(live(date(2026, 1, 15), reviewed)) == NextReview(expected, reason)

    def test_without_a_launch_date_the_review_counts(self) -> None:
        assert due(live(None, date(2026, 1, 31))) == NextReview(date(2026, 2, 28), "monthly")
        unreadable = msgspec.structs.replace(
            live(None, date(2026, 1, 31)), launch_date=Unreadable("spring")
        )
        assert due(unreadable) == NextReview(date(2026, 2, 28), "monthly")

    def test_without_a_review_date_the_launch_counts(self) -> None:
        assert due(live(date(2026, 1, 31), None)) == NextReview(date(2026, 2, 28), "monthly")

    def test_without_both_nothing_is_known(self) -> None:
        assert due(live(None, None)) is None

    def test_dates_out_of_range_are_none(self) -> None:
        assert due(live(date(1999, 1, 1), None)) is None

    def test_a_delayed_system_that_is_live_keeps_its_rhythm(self) -> None:
        review = live(date(2026, 1, 15), date(2026, 1, 20), regate_on=date(2026, 6, 1))
        assert due(review, delayed=True) == NextReview(date(2026, 2, 15), "monthly")

    @given(DAYS, DAYS)
    def test_always_after_the_review(self, launch: date, reviewed: date) -> None:
        found = due(live(launch, reviewed))
        assert found is not None
        assert reviewed < found.due
        # Nothing in the rhythm lies between the review and that day.
        rhythm = [each.due for each in islice(due_dates(launch, Cadence()), 500)]
        assert not [day for day in rhythm if reviewed < day < found.due]


class TestPlanned:
    def test_delayed_until_the_re_gate(self) -> None:
        review = passing_review(regate_on=date(2026, 12, 4))
        assert due(review, delayed=True) == NextReview(date(2026, 12, 4), "re-gate")

    @pytest.mark.parametrize("regate", [None, Unreadable("soon"), date(2099, 1, 1)])
    def test_delayed_without_a_day(self, regate: object) -> None:
        assert due(passing_review(regate_on=regate), delayed=True) is None

    def test_not_delayed(self) -> None:
        """A re-gate date that was left in the box says nothing."""
        assert due(passing_review(regate_on=date(2026, 12, 4))) is None


class TestChanges:
    REVIEWED = date(2026, 11, 20)

    def review(self, *changes: Change, **others: Any) -> Review:
        return passing_review(review_date=self.REVIEWED, changes=changes, **others)

    @pytest.mark.parametrize(
        ("kind", "major"),
        [
            ("Model", True), ("Vendor model upgrade", True), ("Prompt", True),
            ("Data source", True), ("Use case", True), ("Other", False),
            ("", True), (Unreadable("tweak"), True),
        ],
    )  # fmt: skip
    def test_all_but_other_are_major(self, kind: str | Unreadable, major: bool) -> None:
        changed = Change(date(2026, 11, 21), kind)
        assert bool(unreviewed_changes(self.review(changed), TWELVE)) is major

    @pytest.mark.parametrize(
        ("day", "counts"),
        [
            (date(2026, 11, 19), False),
            (date(2026, 11, 20), False),
            (date(2026, 11, 21), True),
            (None, False),
            (Unreadable("last week"), False),
            (date(2099, 1, 1), False),
        ],
    )
    def test_after_the_review(self, day: date | Unreadable | None, counts: bool) -> None:
        assert bool(unreviewed_changes(self.review(Change(day, "Prompt")), TWELVE)) is counts

    def test_oldest_first(self) -> None:
        days = (date(2026, 11, 30), date(2026, 11, 21), date(2026, 11, 25))
        changes = [Change(day, "Model") for day in days]
        found = unreviewed_changes(self.review(*changes), TWELVE)
        assert [each.on for each in found] == sorted(days)

    def test_two_of_one_day_stay_in_the_order_of_the_log(self) -> None:
        day = date(2026, 11, 21)
        changes = [Change(day, "Prompt"), Change(day, "Model"), Change(day, "Data")]
        assert unreviewed_changes(self.review(*changes), TWELVE) == tuple(changes)

    def test_makes_a_review_due_at_once(self) -> None:
        changed = Change(date(2026, 11, 21), "Model")
        assert due(self.review(changed)) == NextReview(date(2026, 11, 21), "major-change")

    def test_an_earlier_day_stays(self) -> None:
        changed = Change(date(2026, 12, 30), "Model")
        review = self.review(changed, live="Yes", launch_date=date(2026, 11, 1))
        assert due(review) == NextReview(date(2026, 12, 1), "monthly")

    def test_on_the_same_day_the_rhythm_gives_the_reason(self) -> None:
        changed = Change(date(2026, 12, 1), "Model")
        review = self.review(changed, live="Yes", launch_date=date(2026, 11, 1))
        assert due(review) == NextReview(date(2026, 12, 1), "monthly")

    def test_reviewed_since(self) -> None:
        changed = Change(date(2026, 11, 19), "Model")
        assert due(self.review(changed)) is None


def test_the_policys_rhythm_is_used() -> None:
    checklist = with_policy(cadence=Cadence((2,), 6))
    found = next_review(live(date(2026, 1, 1), date(2026, 3, 1)), checklist, delayed=False)
    assert found == NextReview(date(2026, 9, 1), "quarterly")


def test_every_reason_has_words() -> None:
    assert set(REASONS) == {"re-gate", "monthly", "quarterly", "major-change"}
