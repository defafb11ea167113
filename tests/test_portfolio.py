"""From systems to the portfolio's tables, and back from the portfolio on disk.

Source: SPEC, "Portfolio workbook". The workbook is drawn and read back without a file in between;
tests/cli/test_sync_portfolio.py does the same with files and commands.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import product
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatebook.domain.decision import Decision
from gatebook.domain.judge import Judged, judge
from gatebook.domain.review import GateRow, Review, SignOff, Stamp, Status, Unreadable
from gatebook.domain.systems import name_copies, systems
from gatebook.domain.text import clean, slug
from gatebook.portfolio import build_tables, regulated_gates, what_blocks, with_run
from gatebook.sheets.model import Link
from gatebook.sheets.portfolio_book import TABS, portfolio_workbook
from gatebook.sheets.portfolio_front import HEADER_ROW, SYNCED_ROW, gate_legend
from gatebook.sheets.portfolio_read import (
    OldPortfolio,
    read_portfolio,
    says_the_same,
    would_be_lost,
)
from gatebook.sheets.portfolio_tables import DecisionRow, RunRow, Tables
from gatebook.sheets.review_form import TabProblem
from tests.support.builders import REVIEWED, TODAY, TWELVE, passing_review, with_row
from tests.support.checklists import make_checklist
from tests.support.memory_grid import grids_of
from tests.support.tables import judged as judged_picture

HOME = "/srv/reviews"


def review(system: str = "Invoice helper", **changes: Any) -> Review:
    """A passing review in the file of its system."""
    stamp = Stamp(1, TWELVE.id, TWELVE.version, slug(system), f"{slug(system)}-1")
    place = f"{HOME}/{slug(system)}.xlsx"
    one = passing_review(stamp=stamp, location=place, modified=1.0, system=system)
    return msgspec.structs.replace(one, **changes)


def red(one: Review, number: int, due: date | None = None) -> Review:
    return with_row(one, number, status=Status.RED, next_action="Fix it", due=due)


def tables_of(
    *reviews: Review,
    unread: Sequence[TabProblem] = (),
    old: OldPortfolio | None = None,
    today: date = TODAY,
) -> Tables:
    """The tables that a sync of these reviews makes."""
    judged = name_copies([judge(one, TWELVE, today) for one in reviews])
    return build_tables(systems(judged, today), unread, old or OldPortfolio(), today, HOME)


def reread(tables: Tables) -> OldPortfolio:
    """The tables drawn and read back."""
    return read_portfolio(grids_of(portfolio_workbook(tables, "1.0")))


def problem(name: str, tab: str = "") -> TabProblem:
    return TabProblem(f"{HOME}/{name}", tab, "the file is empty", "Save it again.")


# Order


def test_systems_that_need_attention_come_first() -> None:
    late = red(review("Late"), 3, TODAY - timedelta(3))
    tables = tables_of(
        review("Fine"),
        review("Unsigned", backup=""),
        red(review("Delayed"), 3),
        with_row(review("Plan"), 5, status=Status.YELLOW, next_action="Ask", due=TODAY),
        late,
        unread=[problem("zebra.xlsx")],
    )
    assert [row.system for row in tables.systems] == [
        *("zebra.xlsx", "Late", "Delayed", "Unsigned", "Plan", "Fine"),
    ]


def test_a_review_that_is_late_asks_for_attention_as_a_late_action_does() -> None:
    """A missed re-gate, and a live system whose review is overdue."""
    held = [
        review(name, live="Yes", launch_date=REVIEWED - timedelta(400), review_date=day)
        for name, day in (("In time", REVIEWED), ("Late", REVIEWED - timedelta(200)))
    ]
    reds = [
        red(review(name, regate_on=TODAY + timedelta(days)), 3)
        for name, days in (("Ahead", 3), ("Missed", -3), ("On the day", 0))
    ]
    reds.append(
        red(red(review("Worse", regate_on=TODAY - timedelta(3)), 3, TODAY - timedelta(1)), 4)
    )
    assert [row.system for row in tables_of(*held, *reds).systems] == [
        *("Worse", "Missed", "Ahead", "On the day", "Late", "In time"),
    ]


def test_findings_come_in_their_order() -> None:
    """SPEC: unreadable sheets first, then what was launched without passing, then what blocks."""
    tables = tables_of(
        review("Unsigned", backup=""),
        red(review("Live", live="Yes", launch_date=REVIEWED), 3),
        unread=[problem("a.xlsx"), problem("b.xlsx", "Review")],
    )
    codes = [row.code for row in tables.findings]
    assert codes[:2] == ["sheet-unreadable"] * 2
    assert codes[2] == "launched-without-passing"
    assert codes[3] == "backup-missing"
    assert {row.level for row in tables.findings[4:]} == {"warn"}
    assert (tables.findings[1].tab, tables.findings[1].system) == ("Review", "b.xlsx")


def test_an_action_is_open_unless_its_gate_is_green() -> None:
    one = with_row(review(), 1, next_action="Done", due=TODAY)
    one = with_row(one, 2, status=None)
    one = with_row(one, 3, status=None, next_action="Ask Bo")
    one = with_row(one, 4, status=Unreadable("maybe"), due=TODAY - timedelta(1))
    one = with_row(one, 5, status=Status.RED)
    found = [(row.gate[0], row.status, row.action) for row in tables_of(one).actions]
    assert found == [
        ("4", "Not marked", "(nothing written down)"),
        ("3", "Not marked", "Ask Bo"),
        ("5", "Red", "(nothing written down)"),
    ]


def test_a_due_date_nobody_can_read_is_shown_as_it_stands() -> None:
    """PAINS 15: it is never overdue, and never lost."""
    one = with_row(review(), 5, status=Status.RED, due=Unreadable("30/06/2026"))
    (row,) = tables_of(one).actions
    assert (row.due, row.days_overdue) == ("30/06/2026", None)


# Single cells


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        ("Live: No", ""),
        (
            """
            | # | Status | Owner  |
            | 3 | Red    |        |
            | 7 | Red    | Bo Li  |
            """,
            "3 Confidential data handled (no owner); 7 Failure handling defined (Bo Li)",
        ),
        (
            """
            Backup owner:
            | # | Artifact |
            | 3 |          |
            | 4 |          |
            """,
            "Green without proof (2); No backup owner",
        ),
        (
            """
            | # | Status | Owner  |
            | 1 | Red    | Bo Li  |
            | 2 | Red    | Bo Li  |
            | 3 | Red    | Bo Li  |
            | 4 | Red    | Bo Li  |
            | 5 | Red    | Bo Li  |
            """,
            "1 Data source documented (Bo Li); 2 Data quality monitored (Bo Li); "
            "3 Confidential data handled (Bo Li); and 2 more",
        ),
        (
            """
            Backup owner:
            Signed by:
            | # | Status | Owner  | Artifact |
            | 1 |        | Bo Li  |          |
            | 2 |        |        |          |
            | 3 | Green  |        |          |
            | 4 | Green  | Bo Li  |          |
            | 5 | Yellow | Bo Li  |          |
            | 6 | Yellow | Bo Li  |          |
            """,
            # Twelve things to finish: as many as these numbers make.
            "Not marked (2); A gate without an owner (2); Yellow without a plan (2); and 6 more",
        ),
    ],
)
def test_what_blocks(picture: str, said: str) -> None:
    assert what_blocks(judged_picture(picture)) == said


def test_the_numbers_in_what_blocks_are_those_of_the_decision() -> None:
    picture = "Pilot lead:\nBackup owner:\n| # | Status | Owner | Due |\n" + "".join(
        f"| {n} | {status} | | soon |\n" for n, status in enumerate(("", "Yellow", "Yellow"), 1)
    )
    judged = judged_picture(picture)
    parts = what_blocks(judged).split("; ")
    counted = [re.search(r"\((\d+)\)$|and (\d+) more", part) for part in parts]
    assert judged.verdict.blocking == sum(int(m[1] or m[2]) if m else 1 for m in counted)


def test_of_a_form_not_begun_nothing_is_counted_that_is_only_empty() -> None:
    rows = tuple(GateRow(gate.key) for gate in TWELVE.gates)
    blank = review(rows=rows, attendees=(), sign_off=SignOff(), lead="", owner="", backup="")
    assert what_blocks(judge(blank, TWELVE, TODAY)) == "Not begun yet"
    torn = msgspec.structs.replace(blank, rows=rows[1:])
    assert what_blocks(judge(torn, TWELVE, TODAY)) == "Not begun yet; A gate's row is missing"


def test_regulated_areas_name_the_gates_that_the_checklist_marks() -> None:
    picture = "Regulated area: Credit\n| # | Status |\n| 6 | Red |\n| 8 | |"
    assert regulated_gates(judged_picture(picture)) == "Credit: 3 G · 6 R · 7 G · 8 – · 12 G"
    assert regulated_gates(judged_picture("Regulated area: None")) == ""


@pytest.mark.parametrize(
    ("location", "target"),
    [
        (f"{HOME}/a b.xlsx", "a b.xlsx#'Review'!A1"),
        (f"{HOME}/x/y.xlsx", "x/y.xlsx#'Review'!A1"),
        ("/srv/other/a.xlsx", "../other/a.xlsx#'Review'!A1"),
    ],
)
def test_links_count_from_the_portfolios_folder(location: str, target: str) -> None:
    (row,) = tables_of(review(location=location)).systems
    assert isinstance(row.link, Link)
    assert row.link.target == target


def test_a_link_doubles_the_apostrophes_of_a_tab() -> None:
    (row,) = tables_of(review(tab="Ana's")).systems
    assert isinstance(row.link, Link)
    assert row.link.target.endswith("#'Ana''s'!A1")


# Decisions


def test_a_decision_is_recorded_once_and_again_only_when_it_differs() -> None:
    first = reread(tables_of(red(review(), 3)))
    assert [row.decision for row in first.decisions] == ["delayed"]
    tomorrow = TODAY + timedelta(1)
    again = tables_of(red(review(), 3), old=first, today=tomorrow)
    assert again.decisions == first.decisions
    passed = tables_of(review(), old=first, today=tomorrow)
    assert [(row.recorded, row.decision) for row in passed.decisions] == [
        (TODAY, "delayed"),
        (tomorrow, "launch"),
    ]
    back = tables_of(red(review(), 3), old=reread(passed), today=tomorrow)
    assert [row.decision for row in back.decisions] == ["delayed", "launch", "delayed"]


def test_decisions_of_earlier_reviews_are_recorded_oldest_first() -> None:
    days = [REVIEWED - timedelta(weeks) for weeks in (0, 28, 56)]
    reviews = [
        msgspec.structs.replace(
            review(review_date=day),
            stamp=Stamp(1, TWELVE.id, TWELVE.version, "invoice-helper", f"{day}"),
        )
        for day in days
    ]
    assert [row.review_date for row in tables_of(*reviews).decisions] == sorted(days)


def test_a_row_that_a_person_changed_in_decisions_stays_as_they_left_it() -> None:
    """Rows are added, never changed."""
    first = tables_of(review())
    edited = dataclasses.replace(first.decisions[0], system="As the board calls it")
    old = dataclasses.replace(reread(first), decisions=(edited,))
    assert tables_of(review(), old=old).decisions == (edited,)


# There and back

# What the parser gives of what people type; what a file makes of it is tested in tests/cli.
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).map(clean)
marks = st.sampled_from([*Status, None, Unreadable("maybe")])
days = st.one_of(
    st.none(), st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.just(Unreadable("soon"))
)


@st.composite
def reviews(draw: st.DrawFn) -> list[Review]:
    """Some reviews with odd names, marks and dates, some of one system, some copies."""
    made = []
    for number in range(draw(st.integers(0, 4))):
        one = review(draw(texts), lead=draw(texts), review_date=draw(days), modified=float(number))
        stamp = Stamp(1, TWELVE.id, 1, draw(st.sampled_from("ab")), draw(st.sampled_from("xyz")))
        one = msgspec.structs.replace(
            one,
            stamp=stamp,
            location=f"{HOME}/{number} {draw(texts)}.xlsx",
            live=draw(st.sampled_from(["Yes", "No"])),
            regulated_area=draw(st.sampled_from(["None", "HR"])),
        )
        for gate in draw(st.sets(st.integers(1, 12), max_size=3)):
            one = with_row(
                one, gate, status=draw(marks), next_action=draw(texts), owner=draw(texts),
                due=draw(days),
            )  # fmt: skip
        made.append(one)
    return made


@settings(max_examples=40)
@given(reviews(), st.lists(st.sampled_from(["u.xlsx", "v.xlsx"]), max_size=2, unique=True))
def test_what_was_written_says_the_same_when_read_back(
    some: list[Review], unread: list[str]
) -> None:
    """PAINS 31, 33: so that no sync writes without need, and nothing is called a stranger's."""
    problems = [problem(name) for name in unread]
    first = with_run(tables_of(*some, unread=problems), RunRow("now", 1, 0, 0, "x"))
    old = reread(first)
    assert old.strangers == ()
    assert old.damage == ()
    again = tables_of(*some, unread=problems, old=old)
    workbook = portfolio_workbook(again, "1.0")
    assert says_the_same(workbook, old)
    assert would_be_lost(workbook, old) == ()
    assert again.decisions == first.decisions
    assert again.runs == first.runs
    # Another day everything has vanished: each row stays, with all it showed.
    gone = tables_of(old=old, today=TODAY + timedelta(1))
    kept = {row.key: row for row in first.systems if row.decision_code}
    assert {row.key for row in gone.systems} == kept.keys()
    for row in gone.systems:
        was = kept[row.key]
        assert row.state.startswith("missing since 2026-11-24")
        assert (row.strip, row.counts, row.decision_code) == (
            was.strip,
            was.counts,
            was.decision_code,
        )
        assert row.link == was.link
        assert row.review_date == was.review_date


@settings(max_examples=40)
@given(reviews())
def test_the_shares_of_every_gate_are_all_systems(some: list[Review]) -> None:
    tables = tables_of(*some)
    for row in tables.gates:
        shares = (row.red_share, row.yellow_share, row.green_share, row.unmarked_share)
        assert sum(shares) == pytest.approx(1)
    reds = [row.red_share for row in tables.gates]
    assert reds == sorted(reds, reverse=True)
    assert len(tables.gates) == (12 if some else 0)
    assert sum(tables.decided(decision) for decision in Decision) == len(tables.systems)


@pytest.mark.parametrize(
    "change",
    [{"change": ""}, {"change": "x"}, {"review_date": None}, {"overdue": 1}, {"strip": ()}],
)
def test_one_cell_that_differs_is_not_the_same(change: dict[str, Any]) -> None:
    """A text that went away too: the new workbook then has a cell less."""
    tables = tables_of(review("A"), review("B"))
    first, second = tables.systems
    other = dataclasses.replace(tables, systems=(dataclasses.replace(first, **change), second))
    assert not says_the_same(portfolio_workbook(other, "1.0"), reread(tables))
    assert not says_the_same(portfolio_workbook(tables, "1.0"), reread(other))


def test_all_tabs_stand_there_even_when_empty() -> None:
    workbook = portfolio_workbook(tables_of(), "1.0")
    assert tuple(sheet.name for sheet in workbook.sheets) == TABS


def test_notes_are_read_back_by_system_and_header() -> None:
    tables = tables_of(review("A"), review("B"))
    noted = dataclasses.replace(
        tables,
        systems=tuple(
            dataclasses.replace(row, notes={"Notes": f"of {row.system}", "Budget": 5.0})
            for row in tables.systems
        ),
        note_headers=("Notes", "Budget"),
    )
    old = reread(noted)
    assert old.note_headers == ("Notes", "Budget")
    again = tables_of(review("B"), red(review("A"), 3), old=old)
    assert {row.system: row.notes for row in again.systems} == {
        name: {"Notes": f"of {name}", "Budget": 5.0} for name in "AB"
    }


def test_an_older_layout_is_read_back_and_taken_over() -> None:
    """The first portfolios had their columns in another order, and no titles over the gates."""
    tables = tables_of(red(review("A"), 3))
    grids = grids_of(portfolio_workbook(tables, "1.0"))
    new = grids[0]
    order = [
        *("System", "Key", "Decision", *map(str, range(1, 13)), "Green", "Yellow", "Red", "Open"),
        *("What blocks", "Pilot lead", "Production owner", "Review date", "Next review"),
        *("Because", "Overdue actions", "Since last review", "Regulated area", "Sheet"),
        *("Sync state", "Notes"),
    ]
    at = {text: column for (row, column), text in new.values.items() if row == HEADER_ROW}
    at["Open"] = at["Not marked"]
    values = {place: value for place, value in new.values.items() if place[1] == 0}
    for column, header in enumerate(order, 1):
        values[HEADER_ROW, column] = header
        if (value := new.values.get((HEADER_ROW + 1, at[header]))) is not None:
            values[HEADER_ROW + 1, column] = value
    values[HEADER_ROW + 1, len(order)] = "note A"
    # Two of its numbers, which stood in single cells, and the time of the sync.
    values |= {(1, 1): 1.0, (2, 1): "systems", (1, 3): 1.0, (2, 3): "delayed or red live"}
    values[SYNCED_ROW, 1] = "Last sync that changed something: today"
    old = read_portfolio([dataclasses.replace(new, values=values, merges=()), *grids[1:]])
    (row,) = old.systems
    kept = dataclasses.replace(row, notes={}, link=tables.systems[0].link)
    assert kept == tables.systems[0]
    assert row.notes == {"Notes": "note A"}
    assert old.note_headers == ("Notes",)
    workbook = portfolio_workbook(tables_of(red(review("A"), 3), old=old), "1.0")
    assert would_be_lost(workbook, old) == ()
    assert not says_the_same(workbook, old)
    assert read_portfolio(grids_of(workbook)).systems[0].notes == {"Notes": "note A"}


def test_decisions_that_an_earlier_version_wrote_keep_their_counts() -> None:
    """It called the gates that are not marked open."""
    open_gates = with_row(with_row(review("A"), 3, status=None), 4, status=None)
    first, *others = (
        dataclasses.replace(
            grid,
            values={
                place: "Open" if value == "Not marked" and place[0] == 2 else value
                for place, value in grid.values.items()
            },
        )
        for grid in grids_of(portfolio_workbook(tables_of(open_gates), "1.0"))
    )
    (row,) = read_portfolio([first, *others]).decisions
    assert row.counts == (10, 0, 0, 2)


def test_a_column_of_ones_own_may_be_called_open() -> None:
    tables = tables_of(review("A"))
    (row,) = tables.systems
    noted = dataclasses.replace(row, notes={"Open": "ask Bo"})
    own = dataclasses.replace(tables, systems=(noted,), note_headers=("Notes", "Open"))
    (again,) = reread(own).systems
    assert again.notes == {"Open": "ask Bo"}
    assert again.counts == row.counts


def test_a_folder_that_cannot_be_opened_explains_the_systems_in_it() -> None:
    inside = review("A", location=f"{HOME}/team/a.xlsx")
    old = reread(tables_of(inside, review("B")))
    folder = TabProblem(f"{HOME}/team", "", "this folder cannot be opened", "Ask its owner.")
    rows = {row.system: row for row in tables_of(review("B"), unread=[folder], old=old).systems}
    assert rows["A"].state.startswith("could not be read since")
    assert rows.keys() == {"A", "B"}


def test_since_when_starts_anew_with_another_reason() -> None:
    old = reread(tables_of(review("A")))
    days = [TODAY + timedelta(n) for n in range(1, 4)]
    spoilt = tables_of(unread=[problem("a.xlsx")], old=old, today=days[0])
    gone = tables_of(old=reread(spoilt), today=days[1])
    later = tables_of(old=reread(gone), today=days[2])
    states = [tables.systems[0].state.partition(";")[0] for tables in (spoilt, gone, later)]
    assert states == [
        "could not be read since 2026-11-24",
        "missing since 2026-11-25",
        "missing since 2026-11-25",
    ]


def test_long_keys_are_cut_and_still_told_apart() -> None:
    """A sheet with a name of 30,000 characters must not make the portfolio unreadable."""
    long = [review("x" * 30_000 + end) for end in "ab"]
    tables = tables_of(*long)
    keys = {row.key for row in tables.systems}
    assert len(keys) == 2
    assert max(map(len, keys)) <= 200
    old = reread(tables)
    assert {row.key for row in old.systems} == keys
    assert tables_of(*long, old=old).decisions == tables.decisions


def test_a_history_longer_than_any_form_is_read_back_whole() -> None:
    rows = tuple(
        DecisionRow(TODAY, "A", REVIEWED, "launch", (12, 0, 0, 0), f"a/{n}") for n in range(7_000)
    )
    old = reread(dataclasses.replace(tables_of(review("A")), decisions=rows))
    assert old.decisions == rows


@pytest.mark.parametrize("gates", [1, 2, 40])
@pytest.mark.parametrize("unread", [[], ["u.xlsx"]])
def test_a_view_that_is_laid_out_anew_is_no_stranger(gates: int, unread: list[str]) -> None:
    """Its places move with the columns below it and with what it has to say."""
    other = make_checklist(gates)
    extra = judge(passing_review(other, system="Other", location=f"{HOME}/o.xlsx"), other, TODAY)
    usual = judge(red(review("A"), 3, TODAY - timedelta(3)), TWELVE, TODAY)
    books = [
        build_tables(systems(some, TODAY), problems, OldPortfolio(), TODAY, HOME)
        for some in ((usual,), (extra,), (usual, extra), ())
        for problems in ((), [problem(name) for name in unread])
    ]
    for first, second in product(books, repeat=2):
        assert would_be_lost(portfolio_workbook(second, "1.0"), reread(first)) == ()


def test_judged_reviews_keep_the_checklist_they_were_judged_by() -> None:
    """The strip is as long as the longest checklist; shorter ones leave their places empty."""
    short = msgspec.structs.replace(TWELVE, id="short", gates=TWELVE.gates[:2])
    one = judge(passing_review(short, system="Short", location=f"{HOME}/s.xlsx"), short, TODAY)
    two: Judged = judge(review("Long"), TWELVE, TODAY)
    tables = build_tables(systems((one, two), TODAY), (), OldPortfolio(), TODAY, HOME)
    assert tables.strip_length == 12
    # Over the strip stands what its numbers mean, in each checklist that has such a gate.
    legend = clean(gate_legend(tables)).removeprefix("Gates: ").split(" · ")
    assert legend[0] == f"1 {TWELVE.gates[0].title}"
    assert len(legend) == 12
    assert {len(row.strip) for row in reread(tables).systems} == {2, 12}
