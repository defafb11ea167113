"""The sample portfolio shows, on any day, what its systems are there to show."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from gatebook.backends.excel.draw import workbook_bytes
from gatebook.domain.decision import Decision
from gatebook.domain.judge import judge
from gatebook.domain.review import Review, Status
from gatebook.domain.systems import System, systems
from gatebook.domain.text import is_person
from gatebook.sample import sample_reviews
from gatebook.sheets.review_form import review_workbook
from tests.support.builders import TODAY, TWELVE
from tests.support.checklists import make_checklist

_DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
_MISSING = {
    "artifact-missing": 1,
    "backup-missing": 1,
    "deferred-past-launch": 1,
    "plan-date-missing": 1,
    "plan-missing": 1,
    "sign-off-missing": 3,
    "status-missing": 2,
}
# System → what its newest review comes to, and its findings.
_STANDS: dict[str, tuple[Decision, dict[str, int]]] = {
    "CV screening helper": (Decision.LAUNCH_WITH_PLAN, {}),
    "Contract clause finder": (Decision.INCOMPLETE, _MISSING),
    "Credit limit adviser": (Decision.DELAYED, {"action-overdue": 2, "review-overdue": 1}),
    "Demand forecast": (Decision.INCOMPLETE, {"owner-absent": 1, "owner-not-a-person": 2}),
    "Invoice reader": (Decision.LAUNCH_WITH_PLAN, {"action-overdue": 1}),
    "Meeting notes": (Decision.DELAYED, {"downgrade-refused": 1}),
    "Product texts": (Decision.LAUNCH, {"review-overdue": 1}),
    "Research assistant": (Decision.LAUNCH_WITH_PLAN, {}),
    "Sales email drafts": (Decision.DELAYED, {"launched-without-passing": 1, "action-overdue": 1}),
    "Shift planner": (Decision.DELAYED, {}),
    "Support assistant": (Decision.LAUNCH, {}),
    "Ticket router": (Decision.LAUNCH, {"major-change-unreviewed": 1, "review-due": 1}),
}


def _systems(today: date) -> dict[str, System]:
    judged = [
        judge(msgspec.structs.replace(review, location=path), TWELVE, today)
        for path, review in sample_reviews(TWELVE, today)
    ]
    return {system.name: system for system in systems(judged, today)}


def _reviews(system: str, today: date = TODAY) -> list[Review]:
    return [review for _, review in sample_reviews(TWELVE, today) if review.system == system]


@given(_DAYS)
def test_every_system_stands_where_it_should_on_any_day(today: date) -> None:
    found = {
        name: (
            system.newest.verdict.decision,
            dict(Counter(finding.code for finding in system.newest.findings)),
        )
        for name, system in _systems(today).items()
    }
    assert found == _STANDS


@given(_DAYS)
def test_the_files_cover_the_three_months_before_today(today: date) -> None:
    files = sample_reviews(TWELVE, today)
    days = [review.review_date for _, review in files]
    assert 28 <= len(files) <= 32
    for day in days:
        assert isinstance(day, date)
        assert day.weekday() < 5
        assert today - timedelta(92) <= day < today
    assert len({day.strftime("%Y-%m") for day in days if isinstance(day, date)}) >= 3


def test_paths_and_ids_are_stable_and_each_there_once() -> None:
    files = sample_reviews(TWELVE, TODAY)
    assert files == sample_reviews(TWELVE, TODAY)
    paths = [path for path, _ in files]
    assert paths == sorted(set(paths))
    assert len({review.stamp.review_id for _, review in files}) == len(files)
    for path, review in files:
        day = str(review.review_date)
        assert path == f"{day[:7]}/{review.system} review {day}.xlsx"


def test_the_support_assistant_goes_the_way_of_the_article() -> None:
    """Three reds; eight days later all fixed; launched; a prompt patched; live and reviewed monthly."""
    reviews = _reviews("Support assistant")
    reds = {row.key for row in reviews[0].rows if row.status is Status.RED}
    assert reds == {"named-owner", "cost-per-task", "decommission"}
    assert reviews[0].owner == ""
    first, second = reviews[0].review_date, reviews[1].review_date
    assert isinstance(first, date)
    assert isinstance(second, date)
    assert (second - first).days == 8
    assert all(row.status is Status.GREEN for row in reviews[1].rows)
    launch = reviews[1].launch_date
    assert isinstance(launch, date)
    assert 0 <= (launch - second).days <= 7
    (change,) = [change for change in reviews[-1].changes if change.major]
    assert change.kind == "Prompt"
    assert isinstance(change.on, date)
    assert 14 <= (change.on - launch).days <= 16
    assert [review.live for review in reviews] == ["No", "No", "Yes", "Yes"]


def test_one_got_better_and_one_got_worse() -> None:
    def decisions(name: str) -> list[Decision]:
        system = _systems(TODAY)[name]
        return [one.verdict.decision for one in (*system.earlier[::-1], system.newest)]

    assert decisions("CV screening helper") == [
        Decision.DELAYED,
        Decision.DELAYED,
        Decision.LAUNCH_WITH_PLAN,
    ]
    assert decisions("Shift planner")[-2:] == [Decision.LAUNCH_WITH_PLAN, Decision.DELAYED]


def test_a_downgrade_counts_on_one_system_and_is_refused_on_another() -> None:
    newest = _systems(TODAY)
    for name, key, effective in (
        ("Research assistant", "user-training", Status.YELLOW),
        ("Meeting notes", "decommission", Status.RED),
    ):
        judged = newest[name].newest
        (row,) = [row for row in judged.review.rows if row.key == key]
        assert judged.review.low_stakes
        assert row.status is Status.RED
        assert row.approver
        (result,) = [gate for gate in judged.verdict.gates if gate.gate.key == key]
        assert result.effective is effective


def test_regulated_areas_are_there() -> None:
    areas = {system.newest.review.regulated for system in _systems(TODAY).values()}
    assert {"HR", "Credit"} <= areas


def test_people_are_people_and_links_lead_to_example_domains() -> None:
    marks = TWELVE.policy.person_marks
    for path, review in sample_reviews(TWELVE, TODAY):
        names = [review.lead, review.backup, review.sign_off.name]
        names += [who.name for who in review.attendees]
        names += [row.approver for row in review.rows]
        if review.owner != "AI team":
            names += [review.owner, *(row.owner for row in review.rows)]
        assert all(is_person(name, marks) for name in names if name), path
        for row in review.rows:
            if row.artifact_link:
                assert re.match(r"https://docs\.example\.com/[a-z-]+/[a-z-]+\Z", row.artifact_link)
        assert len(review.attendees) <= TWELVE.policy.max_attendees


def test_it_fits_any_checklist() -> None:
    checklist = make_checklist(5)
    for _, review in sample_reviews(checklist, TODAY):
        assert [row.key for row in review.rows] == [gate.key for gate in checklist.gates]
        assert review.stamp.checklist == checklist.id


def test_the_same_day_gives_the_same_bytes() -> None:
    """Nothing in it comes from a clock or from chance, down to the file."""
    one, other = (
        workbook_bytes(review_workbook(sample_reviews(TWELVE, TODAY)[0][1], TWELVE))
        for _ in range(2)
    )
    assert one == other
