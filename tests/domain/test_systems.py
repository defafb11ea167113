"""From sheets to systems: the newest review, copies, and what history says of a launch."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatebook.domain.findings import Finding
from gatebook.domain.judge import Judged, judge
from gatebook.domain.review import Change, GateRow, Review, SignOff, Status, Unreadable
from gatebook.domain.systems import System, change_since, name_copies, place, systems
from tests.support.builders import TODAY, TWELVE, passing_review, stamp_of, with_levels, with_row


def sheet(
    reviewed: date | None = date(2026, 11, 20),
    *,
    system: str = "invoice-helper",
    review: str = "",
    red: int = 0,
    **changes: Any,
) -> Judged:
    """A judged sheet; `red` is a gate's number. Without a review id of its own, the date is one."""
    made = passing_review(
        stamp=stamp_of(TWELVE, system, review or str(reviewed)), review_date=reviewed, **changes
    )
    if red:
        made = with_row(made, red, status=Status.RED, next_action="Ask", due=date(2026, 12, 1))
    return judge(made, TWELVE, TODAY)


def one(*sheets: Judged, today: date = TODAY) -> System:
    (system,) = systems(sheets, today)
    return system


def found(system: System, code: str) -> list[Finding]:
    return [each for each in system.newest.findings if each.code == code]


def prepared(day: date | Unreadable | None, modified: float = 1.0) -> Judged:
    """A form that nobody has marked yet."""
    form = Review(
        stamp=stamp_of(TWELVE, review=f"for {day}"),
        system="Invoice helper",
        review_date=day,
        rows=tuple(GateRow(gate.key) for gate in TWELVE.gates),
        modified=modified,
    )
    return judge(form, TWELVE, TODAY)


drawn = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.sampled_from("123"),
        st.sampled_from(["Invoice helper", "invoice helper ", "Sales-helper", "Sales helper", ""]),
        st.sampled_from([None, date(2026, 5, 8), date(2026, 6, 8)]),
        st.integers(0, 3),
    ),
    max_size=8,
)


@given(drawn, st.randoms())
def test_every_sheet_is_somewhere_exactly_once(
    some: list[tuple[str, str, str, date | None, int]], chance: Random
) -> None:
    """PAINS 2, 20: none is left out, keys are unique, and the files' order changes nothing."""
    sheets = [
        judge(
            passing_review(
                stamp=stamp_of(TWELVE, system_id, review_id),
                system=name,
                review_date=day,
                location=f"{place}.xlsx",
                modified=float(moment),
            ),
            TWELVE,
            TODAY,
        )
        for place, (system_id, review_id, name, day, moment) in enumerate(some)
    ]
    first = systems(name_copies(sheets), TODAY)
    shown = [
        each.review.location
        for system in first
        for each in (system.newest, *system.earlier, *system.copies)
    ]
    assert sorted(shown) == sorted(each.review.location for each in sheets)
    assert len({system.key for system in first}) == len(first)
    chance.shuffle(sheets)
    again = systems(name_copies(sheets), TODAY)
    assert [(system.key, system.newest.review.location) for system in again] == [
        (system.key, system.newest.review.location) for system in first
    ]


class TestNewest:
    def test_by_the_day_of_the_review(self) -> None:
        old, new = sheet(date(2026, 10, 1), modified=9.0), sheet(date(2026, 11, 1), modified=1.0)
        assert one(old, new) == one(new, old)
        assert one(old, new).newest == new
        assert one(old, new).earlier == (old,)

    def test_on_the_same_day_the_file_changed_last(self) -> None:
        first = sheet(review="a", modified=1.0)
        second = sheet(review="b", modified=2.0)
        assert one(first, second).newest == second

    def test_a_form_that_nobody_filled_in_is_no_news(self) -> None:
        blank = Review(
            stamp=stamp_of(TWELVE, review="blank"),
            system="Invoice helper",
            rows=tuple(GateRow(gate.key) for gate in TWELVE.gates),
            modified=2e9,
        )
        assert one(sheet(), judge(blank, TWELVE, TODAY)).newest == sheet()

    @pytest.mark.parametrize("modified", [0.0, 2e9, 1e300])
    def test_marks_without_a_date_are_news(self, modified: float) -> None:
        """A red must not hide behind a date that somebody forgot."""
        undated = sheet(None, review="undated", red=2, modified=modified)
        assert one(sheet(), undated).newest == undated

    @pytest.mark.parametrize("planned", [date(2026, 11, 27), Unreadable("next week"), None])
    def test_a_form_prepared_for_the_next_review_replaces_none(
        self, planned: date | Unreadable | None
    ) -> None:
        """It may bear the coming day already; the reds of the last review still count."""
        held = sheet(red=4)
        system = one(prepared(planned, modified=2e9), held)
        assert system.newest == held
        assert change_since(system) == "First review"

    def test_of_unmarked_forms_the_later_counts(self) -> None:
        days = [None, date(2026, 10, 1), date(2026, 11, 1)]
        system = one(*(prepared(day) for day in days))
        assert [each.review.review_date for each in (system.newest, *system.earlier)] == [
            *(days[2], days[1], days[0]),
        ]

    @pytest.mark.parametrize("modified", [1e18, -1e18, 3e11, float("inf")])
    def test_a_time_stamp_that_is_none_harms_nobody(self, modified: float) -> None:
        undated = sheet(None, review="undated", modified=modified)
        assert len(one(sheet(), undated).earlier) == 1

    def test_a_date_out_of_range_is_no_date(self) -> None:
        """PAINS 15: a year mistyped as 2062 does not make a review the newest for ever."""
        typo = sheet(date(2062, 6, 1), modified=1.0)
        assert one(typo, sheet()).newest == sheet()

    def test_what_is_said_of_the_present_is_not_said_of_the_past(self) -> None:
        changed = (Change(date(2026, 10, 5), "Model"),)
        old = sheet(date(2026, 10, 1), changes=changed, lead="")
        assert {each.code for each in old.findings} > {"major-change-unreviewed", "review-due"}
        past = one(old, sheet()).earlier[0]
        assert [each.code for each in past.findings] == ["header-missing"]

    def test_systems_are_sorted_by_name(self) -> None:
        beta = judge(passing_review(stamp=stamp_of(TWELVE, "b"), system="beta"), TWELVE, TODAY)
        alpha = judge(passing_review(stamp=stamp_of(TWELVE, "c"), system="Alpha"), TWELVE, TODAY)
        assert [each.name for each in systems([beta, alpha], TODAY)] == ["Alpha", "beta"]

    def test_a_system_without_a_name_has_its_place_or_its_id(self) -> None:
        nameless = passing_review(system="", location="reviews/a.xlsx")
        assert one(judge(nameless, TWELVE, TODAY)).name == "reviews/a.xlsx"
        nowhere = passing_review(system="")
        assert one(judge(nowhere, TWELVE, TODAY)).name == "invoice-helper"


class TestNothingHides:
    """A wrong launch is the worst there is: no slip, copy or rename may hide a red."""

    def test_a_red_with_a_slip_in_its_year_counts(self) -> None:
        slip = sheet(date(2027, 11, 20), review="slip", red=2)
        system = one(sheet(date(2026, 10, 1)), slip)
        assert system.newest.verdict.decision == "delayed"
        assert "date-in-future" in [f.code for f in system.newest.findings]

    def test_a_pass_with_a_slip_does_not_and_is_named(self) -> None:
        slip = sheet(date(2027, 11, 20), review="slip")
        system = one(sheet(date(2026, 10, 1), red=2), slip)
        assert system.newest.verdict.decision == "delayed"
        assert "date-in-future" in [f.code for f in system.newest.findings]
        assert change_since(system) == "First review"

    @pytest.mark.parametrize("names", [("Review", "Review (2)"), ("Review (2)", "Review")])
    def test_of_copies_changed_in_one_moment_the_worse_counts(self, names: tuple[str, str]) -> None:
        red = with_tab(sheet(review="same", red=2), names[0])
        green = with_tab(sheet(review="same"), names[1])
        copies = name_copies([red, green])
        system = one(*copies)
        assert system.newest.verdict.decision == "delayed"
        assert "None is newer" in system.newest.findings[-1].message

    def test_another_name_under_one_id_is_named(self) -> None:
        other = sheet(date(2026, 10, 1), review="b", red=2)
        other = judge(msgspec.structs.replace(other.review, system="Beta"), TWELVE, TODAY)
        (found,) = [f for f in one(sheet(), other).newest.findings if f.code == "system-renamed"]
        assert "“Beta”" in found.message

    def test_a_change_logged_in_an_older_file_counts(self) -> None:
        change = Change(date(2026, 11, 21), "Model", what="new one")
        old = sheet(date(2026, 10, 1), review="old")
        old = judge(
            msgspec.structs.replace(old.review, changes=(change,), location="old.xlsx"),
            TWELVE,
            TODAY,
        )
        system = one(sheet(), old)
        (found,) = [f for f in system.newest.findings if f.code == "major-change-unreviewed"]
        assert "Model, in old.xlsx" in found.message
        assert system.newest.next_review
        assert system.newest.next_review.reason == "major-change"

    def test_a_change_without_a_day_is_named(self) -> None:
        review = passing_review(changes=(Change(None, "Model"),))
        assert [f.code for f in judge(review, TWELVE, TODAY).findings] == ["date-unreadable"]


def with_tab(judged: Judged, tab: str) -> Judged:
    """The same sheet under another tab's name."""
    return judge(msgspec.structs.replace(judged.review, tab=tab), TWELVE, TODAY)


class TestCopies:
    """SPEC, duplicate-review; PAINS 20."""

    def copies(self, *names: str) -> list[Judged]:
        return [
            judge(
                passing_review(system=name, location=f"{place}.xlsx", modified=float(place)),
                TWELVE,
                TODAY,
            )
            for place, name in enumerate(names)
        ]

    def test_each_copy_names_the_others(self) -> None:
        first, second = name_copies(self.copies("Invoice helper", "invoice  helper"))
        for judgement, other in ((first, "1.xlsx (Review)"), (second, "0.xlsx (Review)")):
            (finding,) = judgement.findings
            assert (finding.code, finding.level) == ("duplicate-review", "warn")
            assert f"same review as {other}" in finding.message
            assert "changed last counts: 1.xlsx (Review)" in finding.message

    def test_the_same_name_keeps_the_one_changed_last(self) -> None:
        system = one(*self.copies("Invoice helper", "Invoice helper"))
        assert system.newest.review.location == "1.xlsx"
        assert [each.review.location for each in system.copies] == ["0.xlsx"]
        assert system.earlier == ()

    def test_other_names_are_other_systems(self) -> None:
        copies = self.copies("Invoice helper", "Ticket helper")
        assert [(each.name, each.key) for each in systems(copies, TODAY)] == [
            ("Invoice helper", "invoice-helper"),
            ("Ticket helper", "invoice-helper|ticket-helper"),
        ]
        assert "each counts for its own" in name_copies(copies)[0].findings[0].message

    def test_names_that_differ_in_signs_only_are_one(self) -> None:
        """Else two systems would share one key, and with it the reader's notes."""
        assert len(systems(self.copies("Invoice-helper", "Invoice helper"), TODAY)) == 1

    def test_three_copies_of_two_names(self) -> None:
        first, second = systems(self.copies("Invoice helper", "Bills", "Bills"), TODAY)
        assert second.copies == ()
        assert first.newest.review.location == "2.xlsx"
        assert [each.review.location for each in first.copies] == ["1.xlsx"]

    def test_history_stays_with_the_name_when_a_copy_was_given_away(self) -> None:
        later = sheet(date(2026, 11, 21), review="later")
        mine, theirs = systems([*self.copies("Invoice helper", "Ticket helper"), later], TODAY)
        assert (mine.newest.review, len(mine.earlier)) == (later.review, 1)
        assert theirs.earlier == ()

    def test_a_review_of_its_own_is_no_copy(self) -> None:
        both = (sheet(review="a"), sheet(review="b"))
        assert name_copies(both) == both

    def test_a_system_may_be_renamed_from_review_to_review(self) -> None:
        renamed = passing_review(stamp=stamp_of(TWELVE, review="next"), system="Bills helper")
        assert len(systems([sheet(), judge(renamed, TWELVE, TODAY)], TODAY)) == 1

    def test_switched_off(self) -> None:
        checklist = with_levels(duplicate_review="off")
        copies = [judge(passing_review(), checklist, TODAY)] * 2
        assert all(each.findings == () for each in name_copies([copies[0], *copies[1:]]))

    def test_places(self) -> None:
        assert place(passing_review()) == "Review"
        assert place(passing_review(location="a.xlsx", tab="Mine")) == "a.xlsx (Mine)"


class TestLaunchedWithoutPassing:
    """Live or launch date passed, while the newest signed review before it did not pass."""

    BEFORE, LAUNCH, AFTER = date(2026, 11, 2), date(2026, 11, 10), date(2026, 11, 12)

    def codes(self, *sheets: Judged, today: date = TODAY) -> list[str]:
        system = one(*sheets, today=today)
        return [each.code for each in found(system, "launched-without-passing")]

    def test_live_after_a_red(self) -> None:
        system = one(sheet(self.BEFORE, red=2, live="Yes", launch_date=self.LAUNCH))
        finding = system.newest.findings[0]  # SPEC: shown first
        assert (finding.code, finding.level) == ("launched-without-passing", "warn")
        assert "Invoice helper is live" in finding.message
        assert "(2026-11-02)" in finding.message

    @pytest.mark.parametrize(
        ("today", "passed"),
        [(date(2026, 11, 10), False), (date(2026, 11, 11), True), (date(2026, 11, 9), False)],
    )
    def test_the_launch_date_has_passed(self, today: date, passed: bool) -> None:
        """On the day itself it has not passed yet."""
        red = sheet(self.BEFORE, red=2, launch_date=self.LAUNCH)
        assert bool(self.codes(red, today=today)) is passed

    def test_it_says_so(self) -> None:
        red = sheet(self.BEFORE, red=2, launch_date=self.LAUNCH)
        (finding,) = found(one(red), "launched-without-passing")
        assert "was to launch on 2026-11-10" in finding.message
        assert "Launch delayed" in finding.message

    def test_after_an_incomplete_review(self) -> None:
        assert self.codes(sheet(self.BEFORE, lead="", live="Yes", launch_date=self.LAUNCH))

    def test_after_a_pass(self) -> None:
        assert not self.codes(sheet(self.BEFORE, live="Yes", launch_date=self.LAUNCH))

    def test_not_live_and_no_launch_date(self) -> None:
        assert not self.codes(sheet(self.BEFORE, red=2, launch_date=None))

    def test_an_unsigned_review_does_not_count(self) -> None:
        red = sheet(self.BEFORE, red=2, live="Yes", launch_date=self.LAUNCH, sign_off=SignOff())
        assert not self.codes(red)
        assert not self.codes(sheet(date(2026, 11, 1)), red)

    def test_the_newest_review_before_the_launch_counts(self) -> None:
        red = sheet(date(2026, 11, 1), red=2)
        passed = sheet(self.BEFORE, live="Yes", launch_date=self.LAUNCH)
        assert not self.codes(red, passed)
        passed = sheet(date(2026, 11, 1))
        red = sheet(self.BEFORE, red=2, live="Yes", launch_date=self.LAUNCH)
        assert self.codes(red, passed)

    def test_a_red_after_the_launch_is_another_matter(self) -> None:
        passed = sheet(self.BEFORE)
        red = sheet(self.AFTER, red=2, live="Yes", launch_date=self.LAUNCH)
        assert not self.codes(passed, red)

    def test_a_pass_after_the_launch_ends_it(self) -> None:
        red = sheet(self.BEFORE, red=2)
        passed = sheet(self.AFTER, live="Yes", launch_date=self.LAUNCH)
        assert not self.codes(red, passed)

    def test_live_without_a_launch_date(self) -> None:
        red = sheet(self.BEFORE, red=2, launch_date=None)
        live = sheet(self.AFTER, red=3, live="Yes", launch_date=None)
        assert self.codes(red, live)
        assert not self.codes(sheet(self.BEFORE, launch_date=None), live)


class TestChangeSince:
    def test_the_first(self) -> None:
        assert change_since(one(sheet())) == "First review"

    def test_none(self) -> None:
        assert change_since(one(sheet(date(2026, 10, 1)), sheet())) == "No change"

    def test_better_and_worse(self) -> None:
        before = sheet(date(2026, 10, 1), red=2)
        assert change_since(one(before, sheet())) == "was “Launch delayed”; gate 2 better"
        assert change_since(one(before, sheet(red=4))) == "gate 2 better; gate 4 worse"

    def test_what_was_not_marked_cannot_be_compared(self) -> None:
        rows = (msgspec.structs.replace(passing_review().rows[0], status=None),)
        before = sheet(date(2026, 10, 1), rows=rows + passing_review().rows[1:])
        assert change_since(one(before, sheet())) == "was “Review incomplete”"
