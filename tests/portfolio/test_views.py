"""The Monday view, owner load, evidence and months: what an ops lead reads first."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import msgspec
import pytest

from gatebook.domain.actions import bucket
from gatebook.domain.cells import Cell
from gatebook.domain.judge import Judged, judge
from gatebook.domain.review import Review, Stamp, Status
from gatebook.domain.systems import systems
from gatebook.portfolio import build_tables
from gatebook.portfolio.history import months
from gatebook.portfolio.people import people
from gatebook.sheets.model import Link
from gatebook.sheets.monday import MOST_LINES, Block, Tile, View, draw_view, segments, spread
from gatebook.sheets.portfolio_read import OldPortfolio
from gatebook.sheets.portfolio_tables import DecisionRow, Tables
from gatebook.sheets.review_form import TabProblem
from tests.support.builders import TODAY, TWELVE, passing_review, with_row


def one(name: str, **changes: object) -> Review:
    """A passing review of a system, with changes."""
    stamp = Stamp(1, TWELVE.id, TWELVE.version, name.lower(), f"{name.lower()}-1")
    cells = {n: Cell(20, c) for c, n in enumerate(("status", "artifact", "next_action"), 3)}
    review = passing_review(system=name, stamp=stamp, location=f"{name}.xlsx")
    rows = tuple(msgspec.structs.replace(row, cells=cells) for row in review.rows)
    return msgspec.structs.replace(review, rows=rows, **changes)


def judged(*reviews: Review) -> list[Judged]:
    return [judge(review, TWELVE, TODAY) for review in reviews]


def tables(*reviews: Review, unread: tuple[TabProblem, ...] = ()) -> Tables:
    return build_tables(systems(judged(*reviews), TODAY), unread, OldPortfolio(), TODAY, ".")


def lines(view: View, heading: str) -> list[str]:
    (block,) = [b for b in view.blocks if b.heading.startswith(heading)]
    return [line.text if isinstance(line, Link) else str(line) for line in block.lines]


def test_the_view_says_who_cannot_launch_why_and_links_to_the_cell() -> None:
    red = with_row(one("Red"), 3, status=Status.RED, owner="Noor Haddad", next_action="Sign")
    view = tables(red, one("Fine")).view
    assert lines(view, "Delayed or red live") == ["Red: 3 Confidential data handled (Noor Haddad)"]
    (link,) = view.blocks[0].lines
    assert isinstance(link, Link)
    assert (link.target, link.file) == ("Red.xlsx#'Review'!D21", True)
    assert [(tile.number, tile.word) for tile in view.tiles] == [
        (2, "systems"),
        (1, "delayed or red live"),
        (0, "incomplete"),
        (0, "with a plan"),
        (1, "launch or stay live"),
        (0, "overdue actions"),
        (0, "not read this time"),
    ]


def test_many_reds_take_a_line_a_system_in_the_order_of_the_table() -> None:
    few = [with_row(one(name), 3, status=Status.RED) for name in "ABCDE"]
    many = one("Z")
    for gate in (2, 5, 7):
        many = with_row(many, gate, status=Status.RED, due=TODAY - timedelta(1))
    found = tables(*few, many)
    said = lines(found.view, "Delayed or red live")
    assert said[0] == "Z: 2 Data quality monitored (Mia Berg), 2 more red"
    assert [line[0] for line in said] == [row.system for row in found.systems]
    assert len(lines(tables(few[0], many).view, "Delayed or red live")) == 4


def test_the_view_says_what_is_overdue_and_what_falls_due_within_two_weeks() -> None:
    late = {"status": Status.RED, "next_action": "x", "due": TODAY - timedelta(3)}
    red = with_row(one("Red", regate_on=TODAY + timedelta(14)), 3, **late)
    later = with_row(one("Later", regate_on=TODAY + timedelta(15)), 3, status=Status.RED)
    view = tables(red, later).view
    assert lines(view, "Overdue") == ["3 days · Mia Berg · Red · gate 3"]
    assert lines(view, "Reviews due") == [
        f"{TODAY + timedelta(14)}: Red, re-gate of a delayed launch"
    ]


def test_what_could_not_be_read_is_on_top_and_never_silent() -> None:
    problem = TabProblem("broken.xlsx", "", "it is empty", "Save it again.")
    view = tables(one("Fine"), unread=(problem,)).view
    assert lines(view, "Could not be read") == ["broken.xlsx: it is empty"]
    assert view.tiles[-1] == Tile(1, "not read this time")
    assert not any("Could not" in block.heading for block in tables(one("Fine")).view.blocks)


def test_more_lines_than_fit_say_how_many_and_where_the_rest_is() -> None:
    block = Block("Overdue", tuple(f"line {n}" for n in range(10)), "None.", "see Actions")
    drawn = draw_view(View(blocks=(block,)), 1, 4, 1, [30.0, 40.0])
    texts = [p.content for at, p in sorted(drawn.cells.items()) if at.column == 1]
    assert texts == [
        "Overdue", *(f"line {n}" for n in range(MOST_LINES - 1)), "and 5 more: see Actions",
    ]  # fmt: skip


def test_the_rest_is_a_click_away_where_it_stands_on_another_tab() -> None:
    block = Block("Overdue", ("line",) * 10, "None.", "see Actions", tab="Actions")
    drawn = draw_view(View(blocks=(block,)), 1, 4, 1, [30.0, 40.0])
    assert drawn.cells[Cell(4 + MOST_LINES, 1)].content == Link(
        "#'Actions'!A1", "and 5 more: see Actions"
    )


def test_a_line_that_does_not_fit_is_cut_with_a_sign() -> None:
    block = Block("Overdue", ("x" * 200,), "None.")
    drawn = draw_view(View(blocks=(block,)), 1, 4, 1, [30.0, 20.0])
    text = str(drawn.cells[Cell(5, 1)].content)
    assert text.endswith("x…")
    assert 50 < len(text) < 100


@pytest.mark.parametrize("gates", [0, 1, 5, 12, 40])
def test_every_number_and_list_finds_its_place_however_many_gates(gates: int) -> None:
    widths = [22.0, 0, 36, *[3.3] * gates, 42, 8, 16, 23, 10.5, 10.5]
    for targets in ([19] * 7, [59, 60, 60], [59, 35, 40, 40]):
        found = spread(widths, targets)
        assert len(found) == len(targets)
        assert (found[0][0], found[-1][1]) == (0, len(widths) - 1)
        assert all(one[1] + 1 == two[0] for one, two in pairwise(found))


def test_unused_lines_are_out_of_sight() -> None:
    drawn = draw_view(View(blocks=(Block("Overdue", (), "None."),)), 1, 4, 1, [30.0, 40.0])
    assert [drawn.heights[5 + n].hidden for n in range(MOST_LINES)] == [False] + [True] * 5


def test_segments_take_whole_columns_and_step_over_hidden_ones() -> None:
    assert segments([10, 0, 10, 10, 30], [15, 30, 5]) == [(0, 2), (3, 4)]


def test_due_buckets() -> None:
    days = {-1: "overdue", 0: "next 7 days", 7: "next 7 days", 8: "next 30 days", 31: "later"}
    assert {n: bucket(TODAY + timedelta(n), TODAY) for n in days} == days
    assert bucket(None, TODAY) == "no date"


def test_who_carries_how_much_and_where_nobody_could_step_in() -> None:
    alone = one("Alone", owner="bo  li", backup="The team")
    found = systems(judged(one("A"), one("B"), alone), TODAY)
    rows = {row.name: row for row in people(found, tables().actions)}
    assert rows["Bo Li"].owns == "A, Alone, B"
    assert rows["Bo Li"].alone == "no backup: Alone; owns 3 systems"
    assert rows["Chidi Okafor"].backs == "A, B"
    assert rows["Chidi Okafor"].alone == ""
    assert rows["The team"].alone == "not one person"


def test_evidence_lists_the_marked_gates_of_regulated_systems_only() -> None:
    rows = tables(one("Hiring", regulated_area="HR"), one("Plain")).evidence
    assert [row.gate.split()[0] for row in rows] == ["3", "6", "7", "8", "12"]
    assert {(row.system, row.area, row.status, row.artifact) for row in rows} == {
        ("Hiring", "HR", "Green", "Folder 7")
    }


def test_months_carry_each_system_on_until_its_next_review() -> None:
    def row(day: date, decision: str, system: str) -> DecisionRow:
        return DecisionRow(day, system, day, decision, (0, 0, 0, 0), f"{system}/{day}")

    found = months(
        [
            row(date(2026, 8, 3), "delayed", "a"),
            row(date(2026, 9, 1), "incomplete", "b"),
            row(date(2026, 9, 9), "launch", "a"),
            row(date(2026, 9, 8), "launch-with-plan", "a"),
        ]
    )
    told = [(m.month, m.launch, m.with_plan, m.delayed, m.incomplete) for m in found]
    assert told == [("2026-08", 0, 0, 1, 0), ("2026-09", 1, 0, 0, 1)]
