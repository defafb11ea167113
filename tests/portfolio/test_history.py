"""What the tab Review history says of a system, from what is on record of its reviews.

Source: docs/ledger.md, "What the portfolio takes from it". Each case is a small table: which review, its
date, the day of the sync that saw it so, what it came to, the re-gate date that it names, and the due
date of gate 1 while that is open. Days are those of 2026, "MM-DD".
"""

from __future__ import annotations

from datetime import date

import pytest

from gatebook.domain.decision import Counts, Decision
from gatebook.domain.past import Step
from gatebook.portfolio.history import history
from gatebook.sheets.portfolio_tables import DecisionRow, HistoryRow, SystemRow

TODAY = date(2026, 7, 31)
DECISIONS = {
    "R": "delayed",
    "I": "incomplete",
    "Y": "launch-with-plan",
    "G": "launch",
    "-": "incomplete",
}
COUNTS = {
    "R": (9, 0, 3, 0),
    "I": (9, 1, 0, 2),
    "Y": (9, 3, 0, 0),
    "G": (12, 0, 0, 0),
    "-": (0, 0, 0, 12),
}


def day(text: str) -> date | None:
    return date.fromisoformat(f"2026-{text}") if text else None


def steps(picture: str) -> list[Step]:
    """A line each: review | date | seen on | what it came to (letter, number of reds) | re-gate | due."""
    found = []
    for number, line in enumerate(picture.strip().splitlines(), 1):
        review, on, seen, said, regate, due = (cell.strip() for cell in line.split("|")[1:7])
        green, yellow, red, left = COUNTS[said[0]]
        red = int(said[1:] or red)
        recorded = day(seen)
        assert recorded
        found.append(
            Step(
                id=number, run=number, recorded=recorded, system_key="a", review_id=review, system="A",
                review_date=day(on), decision=DECISIONS[said[0]], shown_as="",
                counts=Counts(green, yellow, red, left), regate_on=day(regate),
                dues=(("gate-1", until),) if (until := day(due)) else (),
            )
        )  # fmt: skip
    return found


def row(**changes: object) -> SystemRow:
    """The row of a system that is missing, so that only the record says how it stood."""
    values: dict[str, object] = {
        "key": "a", "system": "A", "decision": "Launch delayed; re-gate date not set",
        "decision_code": "delayed", "strip": (), "counts": (0, 0, 0, 0), "blocks": "", "lead": "",
        "owner": "", "review_date": None, "next_due": None, "next_reason": "", "overdue": 0,
        "change": "", "regulated": "", "link": None, "file": "a.xlsx", "state": "missing since",
    }  # fmt: skip
    return SystemRow(**(values | changes))  # type: ignore[arg-type]


def told(picture: str, **changes: object) -> HistoryRow:
    (found,) = history([row(**changes)], (), (), (), steps(picture), TODAY)
    return found


def test_a_letter_a_review_oldest_first_as_it_stood_last() -> None:
    found = told(
        """
        | may  | 05-10 | 05-10 | R | | |
        | july | 07-10 | 07-10 | Y | | |
        | june | 06-10 | 07-12 | I | | |
        | july | 07-10 | 07-14 | G | | |
        """
    )
    assert (found.reviews, found.trend) == (("R", "I", "G"), "better")


def test_forms_that_wait_for_their_meeting_are_no_reviews() -> None:
    found = told(
        """
        | june   | 06-10 | 06-10 | G | | |
        | unread | 07-10 | 07-10 | - | | |
        | august | 08-10 | 07-10 | R | | |
        """
    )
    assert (found.reviews, found.trend) == (("G",), "first review")


# The one before and now, and what that is called.
TRENDS = [
    ("R", "I", "better"),
    ("I", "Y", "better"),
    ("Y", "G", "better"),
    ("G", "Y", "worse"),
    ("I", "R", "worse"),
    ("R3", "R2", "better"),
    ("R2", "R3", "worse"),
    ("G", "G", "same"),
]


@pytest.mark.parametrize(("before", "now", "word"), TRENDS)
def test_trend(before: str, now: str, word: str) -> None:
    picture = f"| one | 06-10 | 06-10 | {before} | | |\n| two | 07-10 | 07-10 | {now} | | |"
    assert told(picture).trend == word


# What happened, and since when the system is delayed.
DELAYED = {
    "from the day of the review, not that of the sync": (
        "| june | 06-10 | 06-15 | R | | |",
        "06-10",
    ),
    "from review to review": (
        "| june | 06-10 | 06-10 | R | | |\n| july | 07-10 | 07-10 | R | | |",
        "06-10",
    ),
    "anew after it could launch": (
        "| may | 05-10 | 05-10 | R | | |\n| june | 06-10 | 06-10 | Y | | |\n"
        "| july | 07-10 | 07-11 | R | | |",
        "07-10",
    ),
    "through a review that is not finished": (
        "| may | 05-10 | 05-10 | R | | |\n| june | 06-10 | 06-10 | I | | |\n"
        "| july | 07-10 | 07-10 | R | | |",
        "05-10",
    ),
    "an edit counts from the day it was seen": (
        "| june | 06-10 | 06-10 | G | | |\n| june | 06-10 | 06-20 | R | | |",
        "06-20",
    ),
    "fixed in the same sheet, and red again": (
        "| june | 06-10 | 06-10 | R | | |\n| june | 06-10 | 06-20 | G | | |\n"
        "| june | 06-10 | 06-25 | R | | |",
        "06-25",
    ),
    "filled in bit by bit": (
        "| june | 06-10 | 06-10 | - | | |\n| june | 06-10 | 06-11 | I | | |\n"
        "| june | 06-10 | 06-12 | R | | |",
        "06-10",
    ),
    "without a date from when it was seen": ("| june | | 06-12 | R | | |", "06-12"),
    "not while it can launch": (
        "| june | 06-10 | 06-10 | R | | |\n| july | 07-10 | 07-10 | Y | | |",
        "",
    ),
    "not while it is incomplete": (
        "| june | 06-10 | 06-10 | R | | |\n| july | 07-10 | 07-10 | I | | |",
        "",
    ),
}


@pytest.mark.parametrize("case", DELAYED)
def test_days_delayed(case: str) -> None:
    picture, since = DELAYED[case]
    found = told(picture)
    assert found.red_since == day(since)
    assert found.days_red == ((TODAY - found.red_since).days if found.red_since else None)


# What happened, and how often a due date was moved later.
SLIPS = {
    "in the same sheet": (
        "| june | 06-10 | 06-10 | R | | 06-20 |\n| june | 06-10 | 06-12 | R | | 06-30 |",
        1,
    ),
    "from review to review": (
        "| june | 06-10 | 06-10 | R | | 06-20 |\n| july | 07-10 | 07-10 | R | | 07-20 |",
        1,
    ),
    "each time anew": (
        "| june | 06-10 | 06-10 | R | | 06-20 |\n| june | 06-10 | 06-12 | R | | 06-30 |\n"
        "| july | 07-10 | 07-10 | R | | 07-20 |",
        2,
    ),
    "not where it was moved earlier": (
        "| june | 06-10 | 06-10 | R | | 06-20 |\n| june | 06-10 | 06-12 | R | | 06-15 |",
        0,
    ),
    "not where it was done in between": (
        "| june | 06-10 | 06-10 | R | | 06-20 |\n| june | 06-10 | 06-12 | G | | |\n"
        "| july | 07-10 | 07-10 | R | | 07-20 |",
        0,
    ),
}


@pytest.mark.parametrize("case", SLIPS)
def test_due_dates_moved(case: str) -> None:
    picture, count = SLIPS[case]
    assert told(picture).slips == count


# What happened, and how many promised re-gates were kept and missed.
REGATES = {
    "kept on the day": (
        "| june | 06-10 | 06-10 | R | 07-01 | |\n| july | 07-01 | 07-02 | R | | |",
        (1, 0),
    ),
    "missed by a day": (
        "| june | 06-10 | 06-10 | R | 07-01 | |\n| july | 07-02 | 07-02 | G | | |",
        (0, 1),
    ),
    "kept by a fix in the same sheet": (
        "| june | 06-10 | 06-10 | R | 07-01 | |\n| june | 06-10 | 06-30 | Y | | |",
        (1, 0),
    ),
    "fixed too late": (
        "| june | 06-10 | 06-10 | R | 07-01 | |\n| june | 06-10 | 07-05 | G | | |",
        (0, 1),
    ),
    "the day has passed": ("| june | 06-10 | 06-10 | R | 07-30 | |", (0, 1)),
    "today is the day": ("| june | 06-10 | 06-10 | R | 07-31 | |", (0, 0)),
    "moved before it came": (
        "| june | 06-10 | 06-10 | R | 07-01 | |\n| june | 06-10 | 06-20 | R | 08-15 | |",
        (0, 0),
    ),
    "moved after it had passed": (
        "| june | 06-10 | 06-10 | R | 07-01 | |\n| june | 06-10 | 07-03 | R | 08-15 | |",
        (0, 1),
    ),
    "no promise without a delay": (
        "| june | 06-10 | 06-10 | Y | 07-01 | |\n| july | 07-10 | 07-10 | G | | |",
        (0, 0),
    ),
    "one after the other": (
        "| may | 05-10 | 05-10 | R | 06-10 | |\n| june | 06-10 | 06-10 | R | 07-01 | |\n"
        "| july | 07-10 | 07-10 | R | | |",
        (1, 1),
    ),
}


@pytest.mark.parametrize("case", REGATES)
def test_regates(case: str) -> None:
    picture, counts = REGATES[case]
    found = told(picture)
    assert (found.kept, found.missed) == counts


def test_how_late_the_next_review_is() -> None:
    june = "| june | 06-10 | 06-10 | G | | |"
    assert told(june, next_due=date(2026, 7, 28)).days_late == 3
    assert told(june, next_due=TODAY).days_late is None


def test_without_a_ledger_the_decisions_tab_stands_in() -> None:
    """It knows decisions and days, and nothing of due dates and promises."""
    decided = [
        DecisionRow(date(2026, 5, 11), "A", date(2026, 5, 10), "launch", (12, 0, 0, 0), "a/may"),
        DecisionRow(date(2026, 6, 11), "A", date(2026, 6, 10), "delayed", (9, 0, 3, 0), "a/june"),
        DecisionRow(date(2026, 6, 11), "B", date(2026, 6, 10), "launch", (12, 0, 0, 0), "b/june"),
    ]
    (found,) = history([row()], (), (), decided, (), TODAY)
    assert (found.reviews, found.trend, found.red_since) == (("G", "R"), "worse", date(2026, 6, 10))
    assert (found.slips, found.kept, found.missed) == (0, 0, 0)


def test_a_sheet_that_never_could_be_read_has_no_history() -> None:
    assert history([row(decision_code="")], (), (), (), (), TODAY) == ()


def test_every_decision_has_its_letter() -> None:
    assert {DECISIONS[letter] for letter in "RIYG"} == {one.value for one in Decision}
