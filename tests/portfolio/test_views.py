"""The Monday view, owner load, evidence and months: what an ops lead reads first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import msgspec
import pytest

from gatebook.backends.google.render_tab import frozen
from gatebook.domain.actions import bucket
from gatebook.domain.cells import Cell, Range
from gatebook.domain.judge import Judged, judge
from gatebook.domain.review import Review, Stamp, Status
from gatebook.domain.systems import systems
from gatebook.portfolio import build_tables
from gatebook.portfolio.history import months
from gatebook.portfolio.names import listed
from gatebook.portfolio.people import people
from gatebook.sheets import look
from gatebook.sheets.form_draw import Look
from gatebook.sheets.model import Link, Sheet
from gatebook.sheets.monday import (
    BLOCKED,
    MOST_LINES,
    Block,
    View,
    draw_view,
    segments,
    spread,
)
from gatebook.sheets.portfolio_book import portfolio_workbook
from gatebook.sheets.portfolio_read import (
    OldPortfolio,
    read_portfolio,
    says_the_same,
    would_be_lost,
)
from gatebook.sheets.portfolio_tables import DecisionRow, Tables
from gatebook.sheets.review_form import TabProblem
from tests.support.builders import TODAY, TWELVE, passing_review, with_row
from tests.support.checklists import make_checklist
from tests.support.memory_grid import grids_of


def one(name: str, **changes: object) -> Review:
    """A passing review of a system, with changes."""
    stamp = Stamp(1, TWELVE.id, TWELVE.version, name.lower(), f"{name.lower()}-1")
    cells = {n: Cell(20, c) for c, n in enumerate(("status", "artifact", "next_action"), 3)}
    review = passing_review(system=name, stamp=stamp, location=f"{name}.xlsx")
    rows = tuple(msgspec.structs.replace(row, cells=cells) for row in review.rows)
    return msgspec.structs.replace(review, rows=rows, **changes)


def judged(*reviews: Review) -> list[Judged]:
    return [judge(review, TWELVE, TODAY) for review in reviews]


def tables(
    *reviews: Review, unread: tuple[TabProblem, ...] = (), old: OldPortfolio | None = None
) -> Tables:
    found = systems(judged(*reviews), TODAY)
    return build_tables(found, unread, old or OldPortfolio(), TODAY, ".")


def lines(view: View, heading: str) -> list[str]:
    (block,) = [b for b in view.blocks if b.heading.startswith(heading)]
    return [line.text if isinstance(line, Link) else str(line) for line in block.lines]


def test_the_view_says_who_cannot_launch_why_and_links_to_the_cell() -> None:
    red = with_row(one("Red"), 3, status=Status.RED, owner="Noor Haddad", next_action="Sign")
    view = tables(red, one("Fine")).view
    assert lines(view, "Who cannot") == ["Red: 3 Confidential data handled (Noor Haddad)"]
    (link,) = view.blocks[0].lines
    assert isinstance(link, Link)
    assert (link.target, link.file) == ("Red.xlsx#'Review'!D21", True)
    assert [(tile.number, tile.word) for tile in view.tiles] == [
        (2, "systems"),
        (1, "delayed or red in production"),
        (0, "incomplete"),
        (0, "with a plan"),
        (1, "launch or stay live"),
        (0, "overdue actions"),
        (0, "not read this time"),
    ]


def test_every_system_that_cannot_launch_is_listed_most_urgent_first() -> None:
    """As in the table: not read this time (whatever it was before), red in production, delayed, not
    filled in."""
    vanished = tables(one("Vanished")).systems
    problem = TabProblem("broken.xlsx", "", "it is empty", "Save it again.")
    found = tables(
        one("Unsigned", backup=""),
        one("Fine"),
        with_row(one("Plan"), 5, status=Status.YELLOW, next_action="Ask", due=TODAY),
        with_row(one("Delayed"), 3, status=Status.RED, owner=""),
        with_row(one("Bad", live="Yes", launch_date=TODAY), 3, status=Status.RED, owner="Bo Li"),
        unread=(problem,),
        old=OldPortfolio(systems=vanished),
    )
    assert lines(found.view, "Who cannot") == [
        "broken.xlsx: it is empty",
        f"Vanished: missing since {TODAY}",
        "Bad, live: 3 Confidential data handled (Bo Li)",
        "Delayed: 3 Confidential data handled (no owner)",
        "Unsigned: 1 to finish, first: No backup owner",
    ]
    links = [line for line in found.view.blocks[0].lines if isinstance(line, Link)]
    assert [link.target.partition("#")[0] for link in links] == [
        *("broken.xlsx", "Vanished.xlsx", "Bad.xlsx", "Delayed.xlsx", "Unsigned.xlsx"),
    ]


def test_no_system_that_cannot_launch_is_passed_over_however_many() -> None:
    """What the lines do not name they count, and the number leads to the table."""
    found = tables(*(one(f"S{n}", backup="") for n in range(40)))
    (sheet, *_) = portfolio_workbook(found, "0").sheets
    texts = [placed.content for placed in sheet.cells.values()]
    (rest,) = [text for text in texts if isinstance(text, Link) and "more" in text.text]
    assert rest.text == f"and {40 - (MOST_LINES - 1)} more, in the table below"
    table = sheet.tables[0]
    assert rest.target == f"#'Portfolio'!{table.at.down().a1}"


@pytest.mark.parametrize("count", [25, 200])
def test_what_could_not_be_read_is_not_crowded_out(count: int) -> None:
    reds = [with_row(one(f"S{n}", live="Yes"), 3, status=Status.RED) for n in range(count - 1)]
    problem = TabProblem("broken.xlsx", "", "it is empty", "Save it again.")
    (sheet, *_) = portfolio_workbook(tables(*reds, unread=(problem,)), "0").sheets
    texts = [p.content.text for p in sheet.cells.values() if isinstance(p.content, Link)]
    assert "broken.xlsx: it is empty" in texts


def test_an_incomplete_system_says_how_much_there_is_to_finish_and_where_to_begin() -> None:
    """As many things as its decision counts, and the first gate with its owner."""
    held = one("Chat", backup="")
    for gate, owner in ((2, "Noor Haddad"), (4, ""), (6, "Bo Li")):
        held = with_row(held, gate, status=None, owner=owner)
    alone = with_row(one("Alone"), 5, status=None, owner="")
    long = with_row(one("Contract clause finder"), 2, status=None, owner="Samuel Asante")
    found = tables(with_row(held, 2, status=None, artifact=""), alone, long)
    assert {row.system: row.decision for row in found.systems} == {
        "Chat": "Review incomplete: 5 things to finish",
        "Alone": "Review incomplete: 2 things to finish",
        "Contract clause finder": "Review incomplete: 1 thing to finish",
    }
    assert lines(found.view, "Who cannot") == [
        "Alone: 2 to finish, first: 5 Cost per task tracked (no owner)",
        "Chat: 5 to finish, first: 2 Data quality monitored (Noor Haddad)",
        "Contract clause finder: 1 to finish, first: gate 2 (Samuel Asante)",
    ]


def test_a_folder_without_a_review_says_so() -> None:
    """Three lists that all say "nothing" would read like good news."""
    view = tables().view
    assert lines(view, "Nothing to show yet")[0].startswith("No review was read")
    assert not any(block.heading == BLOCKED for block in view.blocks)
    assert any(block.heading == BLOCKED for block in tables(one("Fine")).view.blocks)


def test_many_reds_take_a_line_a_system_in_the_order_of_the_table() -> None:
    few = [with_row(one(name), 3, status=Status.RED) for name in "ABCDE"]
    many = one("Z")
    for gate in (2, 5, 7):
        many = with_row(many, gate, status=Status.RED, due=TODAY - timedelta(1))
    found = tables(*few, many)
    said = lines(found.view, "Who cannot")
    assert said[0] == "Z: 2 Data quality monitored (Mia Berg), 2 more red"
    assert [line[0] for line in said] == [row.system for row in found.systems]
    assert len(lines(tables(few[0], many).view, "Who cannot")) == 4


def test_the_view_says_what_is_overdue_and_what_falls_due_within_two_weeks() -> None:
    late = {"status": Status.RED, "next_action": "x", "due": TODAY - timedelta(3)}
    red = with_row(one("Red", regate_on=TODAY + timedelta(14)), 3, **late)
    later = with_row(one("Later", regate_on=TODAY + timedelta(15)), 3, status=Status.RED)
    view = tables(red, later).view
    assert lines(view, "Overdue") == ["3 days · Mia Berg · Red · gate 3: x"]
    assert lines(view, "Reviews due") == [
        f"{TODAY + timedelta(14)}: Red, re-gate of a delayed launch"
    ]


@pytest.mark.parametrize(("most", "late", "soon"), [(6, 3, 2), (4, 1, 2), (3, 1, 1)])
def test_reviews_to_come_are_not_crowded_out_by_those_that_are_late(
    most: int, late: int, soon: int
) -> None:
    """By date, and however short the list is: some of both, and how many more there are."""
    days = [*range(-20, 0), 2, 5, 9]
    reds = [
        with_row(one(f"S{day:+}", regate_on=TODAY + timedelta(day)), 3, status=Status.RED)
        for day in reversed(days)
    ]
    (block,) = [b for b in tables(*reds).view.blocks if b.heading.startswith("Reviews due")]
    drawn = draw_view(View(blocks=(block,)), 1, 4, 1, [60.0], most)
    placed = [p.content for at, p in sorted(drawn.cells.items()) if at.row > 4 and p.content]
    said = [each.text if isinstance(each, Link) else str(each) for each in placed]
    assert said[:-1] == sorted(said[:-1])
    assert [text[:10] for text in said[:-1]] == [
        str(TODAY + timedelta(day)) for day in (*days[:late], *(2, 5)[:soon])
    ]
    assert said[-1].startswith(f"and {len(days) - late - soon} more")


def test_few_late_reviews_leave_their_room_to_those_to_come() -> None:
    block = Block("Reviews due", tuple(f"{n}" for n in range(9)), "None.", "below", coming=8)
    drawn = draw_view(View(blocks=(block,)), 1, 4, 1, [60.0])
    assert [p.content for at, p in sorted(drawn.cells.items()) if at.row > 4] == [
        *"01234", "and 4 more, below",
    ]  # fmt: skip


def test_what_could_not_be_read_is_on_top_and_never_silent() -> None:
    problem = TabProblem("broken.xlsx", "", "it is empty", "Save it again.")
    view = tables(one("Fine"), unread=(problem,)).view
    assert lines(view, "Who cannot") == ["broken.xlsx: it is empty"]
    assert (view.tiles[-1].number, view.tiles[-1].word) == (1, "not read this time")
    assert lines(tables(one("Fine")).view, "Who cannot") == []


def test_the_number_that_was_not_read_leads_to_the_table_and_has_a_colour() -> None:
    problem = TabProblem("broken.xlsx", "", "it is empty", "Save it again.")
    one_unread = portfolio_workbook(tables(one("Fine"), unread=(problem,)), "0")
    all_read = portfolio_workbook(tables(one("Fine")), "0")
    found = {}
    for name, workbook in (("unread", one_unread), ("read", all_read)):
        cells = workbook.sheets[0].cells
        (at,) = [
            at
            for at, p in cells.items()
            if "not read this time" in (p.content, getattr(p.content, "text", ""))
        ]
        found[name] = cells[Cell(at.row - 1, at.column)], cells[at]
    number, word = found["unread"]
    table = one_unread.sheets[0].tables[0]
    assert (number.content, number.style.fill) == (1, look.UNCLEAR_FILL)
    assert word.content == Link(f"#'Portfolio'!{table.at.down().a1}", "not read this time")
    assert found["read"][1].content == "not read this time"
    assert found["read"][0].style.fill != look.UNCLEAR_FILL
    # Neither is taken for somebody's words, whichever stood there before.
    for before, after in ((one_unread, all_read), (all_read, one_unread)):
        assert would_be_lost(after, read_portfolio(grids_of(before))) == ()


def test_more_lines_than_fit_say_how_many_and_where_the_rest_is() -> None:
    block = Block("Overdue", tuple(f"line {n}" for n in range(10)), "None.", "see Actions")
    drawn = draw_view(View(blocks=(block,)), 1, 4, 1, [30.0, 40.0])
    texts = [p.content for at, p in sorted(drawn.cells.items()) if at.column == 1]
    assert texts == [
        "Overdue", *(f"line {n}" for n in range(MOST_LINES - 1)), "and 5 more, see Actions",
    ]  # fmt: skip


def test_the_rest_is_a_click_away_where_it_stands_on_another_tab() -> None:
    block = Block("Overdue", ("line",) * 10, "None.", "on the tab Actions", "#'Actions'!B4")
    drawn = draw_view(View(blocks=(block,)), 1, 4, 1, [30.0, 40.0])
    assert drawn.cells[Cell(4 + MOST_LINES, 1)].content == Link(
        "#'Actions'!B4", "and 5 more, on the tab Actions"
    )


def test_a_line_that_does_not_fit_is_cut_with_a_sign() -> None:
    block = Block("Overdue", ("x" * 200,), "None.")
    drawn = draw_view(View(blocks=(block,)), 1, 4, 1, [30.0, 20.0])
    text = str(drawn.cells[Cell(5, 1)].content)
    assert text.endswith("x…")
    assert 50 < len(text) <= 60


@pytest.mark.parametrize("gates", [0, 1, 5, 12, 40])
def test_every_number_and_list_finds_its_place_however_many_gates(gates: int) -> None:
    widths = [22.0, 0, 36, *[3.3] * gates, 42, 8, 16, 23, 10.5, 10.5]
    for targets in ([19] * 7, [58, 60, 60]):
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
    assert (rows["Bo Li"].systems, rows["Bo Li"].owns) == (3, "A, Alone, B")
    assert rows["Bo Li"].alone == "Yes: the only person on Alone"
    assert (rows["Chidi Okafor"].systems, rows["Chidi Okafor"].backs) == (0, "A, B")
    assert rows["Chidi Okafor"].alone == ""
    assert rows["The team"].alone == "Not a person: nobody is named"


@pytest.mark.parametrize(
    ("owner", "backup", "alone"),
    [
        ("Bo Li", "Mia Berg", {}),
        ("Bo Li", "", {"Bo Li"}),
        ("Bo Li", "bo  li ", {"Bo Li"}),
        ("Bo Li", "Data team", {"Bo Li"}),
        ("Data team", "Bo Li", {"Bo Li"}),
        ("", "Bo Li", {"Bo Li"}),
        ("Data team", "IT", {}),
    ],
)
def test_who_is_the_only_person_of_a_system(owner: str, backup: str, alone: set[str]) -> None:
    found = systems(judged(one("A", owner=owner, backup=backup)), TODAY)
    rows = people(found, ())
    assert {row.name for row in rows if row.alone.startswith("Yes")} == set(alone)


@pytest.mark.parametrize(
    ("owners", "said"),
    [
        (["Ken Sato"] * 3, "Yes: has all open actions of A"),
        (["Ken Sato", "ken  sato", "Ken Sato", "Ken Sato"], "Yes: has all open actions of A"),
        (["Ken Sato"] * 2, ""),
        (["Ken Sato", "Ken Sato", "Bo Li"], ""),
        (["Ken Sato", "Ken Sato", ""], ""),
    ],
)
def test_who_has_all_open_actions_of_a_system(owners: list[str], said: str) -> None:
    red = one("A")
    for gate, owner in enumerate(owners, 1):
        red = with_row(red, gate, status=Status.RED, owner=owner)
    rows = {row.name: row for row in tables(red).people}
    assert rows["Ken Sato"].alone == said


def test_the_owners_tab_says_what_a_single_point_of_failure_is() -> None:
    (owners,) = [s for s in portfolio_workbook(tables(), "0").sheets if s.name == "Owners"]
    text = " ".join(str(placed.content) for placed in owners.cells.values())
    assert "only person among a system's owner and backup" in text
    assert "all of its open actions (three or more)" in text


@pytest.mark.parametrize(
    ("names", "room", "said"),
    [
        ([], 9, ""),
        (["A", "B", "C"], 9, "A, B, C"),
        (["Aa", "Bb", "Cc", "Dd"], 13, "Aa, and 3 more"),
        (["Aaaaaa", "Bbbbbb", "Cccccc", "Dddddd"], 26, "Aaaaaa, Bbbbbb, and 2 more"),
        (["A name longer than the room", "B"], 5, "A name longer than the room, and 1 more"),
    ],
)
def test_a_list_for_a_cell_counts_what_it_does_not_name(
    names: list[str], room: int, said: str
) -> None:
    assert listed(names, room) == said


def test_a_gate_that_is_red_everywhere_stays_a_row_of_some_lines() -> None:
    everywhere = [with_row(one(f"System {n}"), 3, status=Status.RED) for n in range(200)]
    found = tables(*everywhere)
    (gates,) = [s for s in portfolio_workbook(found, "0").sheets if s.name == "Gates"]
    first = gates.tables[0].rows[0]
    (named,) = [text for text in first if isinstance(text, str) and text.startswith("System")]
    told = named.count("System")
    assert named.endswith(f", and {200 - told} more")
    assert (gates.rows[3].height or 0) <= 100


def test_what_may_launch_with_a_plan_says_what_the_plan_hangs_on() -> None:
    day = TODAY + timedelta(5)
    plan = with_row(one("A"), 2, status=Status.YELLOW, next_action="Ask", due=day, owner="Bo Li")
    plan = with_row(plan, 5, status=Status.YELLOW, next_action="Ask", due=day, owner="Mia Berg")
    (row,) = tables(plan).systems
    assert row.decision_code == "launch-with-plan"
    assert row.blocks == (
        f"By {day}: 2 Data quality monitored (Bo Li); by {day}: 5 Cost per task tracked (Mia Berg)"
    )


# Where the page shows it


def front(some: Tables, look_of: Look | None = None) -> Sheet:
    return portfolio_workbook(some, "0", look_of).sheets[0]


@pytest.mark.parametrize("gates", [1, 5, 12, 40])
def test_what_stays_in_sight_cuts_through_no_merged_cell(gates: int) -> None:
    """Google refuses to freeze through one, so the columns would scroll away there."""
    checklist = make_checklist(gates)
    review = passing_review(checklist, system="A", location="a.xlsx")
    found = systems([judge(review, checklist, TODAY)], TODAY)
    for some in (found, ()):
        made = build_tables(some, (), OldPortfolio(), TODAY, ".")
        sheet = front(made, Look("Example Ltd", "A4", "#7A1F5C", "◆ Example Ltd"))
        assert frozen(sheet) == sheet.freeze


@pytest.mark.parametrize("count", [1, 25, 26])
def test_up_to_25_systems_are_made_to_fit_one_page(count: int) -> None:
    """Of one more the page is not made any tighter."""
    row = tables(with_row(one("A"), 3, status=Status.RED)).systems[0]
    wordy = replace(row, blocks="word " * 30, change="word " * 30, notes={"Notes": "word " * 80})
    sheet = front(replace(tables(one("A")), systems=(wordy,) * count))
    assert sheet.page is not None
    assert sheet.page.tall == (0 if count > 25 else 1)
    shown = [str(text) for text in sheet.tables[0].rows[0]]
    assert any(text.endswith("word…") for text in shown) == (count == 25)


def test_no_link_is_longer_than_its_line() -> None:
    """LibreOffice neither wraps nor shrinks a link: what does not fit is cut without a sign."""
    long = "Assistant for comparing the clauses of contracts in four languages"
    problem = TabProblem(f"{long} (copy of the copy).xlsx", "", "it is empty " * 9, "Save it.")
    red = with_row(one(long, regulated_area="HR"), 3, status=Status.RED, due=TODAY - timedelta(3))
    made = portfolio_workbook(tables(red, one(f"{long} 2", backup=""), unread=(problem,)), "0")
    for sheet in made.sheets:
        merged = {area.first: area for area in sheet.merges}
        cells = {at: placed.content for at, placed in sheet.cells.items()}
        for table in sheet.tables:
            for number, record in enumerate(table.rows, 1):
                for place, content in enumerate(record):
                    cells[table.at.down(number).right(place)] = content
        for at, content in cells.items():
            if isinstance(content, Link):
                area = merged.get(at, Range(at, at))
                across = range(area.first.column, area.last.column + 1)
                shown = [sheet.columns[n].width for n in across if not sheet.columns[n].hidden]
                assert len(content.text) <= 1.25 * sum(shown), f"{sheet.name}!{at.a1}"


def test_the_portfolio_carries_the_organisations_name_logo_and_colour() -> None:
    sheet = front(tables(one("A")), Look("Example Ltd", "Letter", "#7A1F5C", "◆ Example Ltd"))
    texts = [placed.content for placed in sheet.cells.values()]
    assert "Example Ltd: AI portfolio" in texts
    assert "◆ Example Ltd" in texts
    assert {style.fill for _, style in sheet.tables[0].headers} == {"#7A1F5C"}
    assert (sheet.tab_colour, sheet.page and sheet.page.paper) == ("#7A1F5C", "Letter")


LOOKS = (
    None,
    Look("Example Ltd"),
    Look(accent="#7A1F5C"),
    Look(logo="◆ Example Ltd"),
    Look(paper="Letter"),
)


@pytest.mark.parametrize("before", LOOKS)
@pytest.mark.parametrize("after", LOOKS)
def test_another_look_is_drawn_anew_and_loses_nobodys_words(
    before: Look | None, after: Look | None
) -> None:
    some = tables(one("A"))
    old = read_portfolio(grids_of(portfolio_workbook(some, "1.0", before)))
    workbook = portfolio_workbook(some, "1.0", after)
    assert says_the_same(workbook, old) == (before == after)
    assert would_be_lost(workbook, old) == ()
    assert read_portfolio(grids_of(workbook)).strangers == ()


def test_evidence_lists_the_marked_gates_of_regulated_systems_only() -> None:
    rows = tables(one("Hiring", regulated_area="HR"), one("Plain")).evidence
    assert [row.gate.split()[0] for row in rows] == ["3", "6", "7", "8", "12"]
    assert {(row.system, row.area, row.status, row.artifact) for row in rows} == {
        ("Hiring", "HR", "Green", "Folder 7")
    }


@pytest.mark.parametrize(
    ("text", "target", "shown"),
    [
        ("Card", "https://example.com/card", Link("https://example.com/card", "Card")),
        ("", "https://example.com/card", Link("https://example.com/card", "https://example.com/card")),
        ("Ana", "MAILTO:ana@example.com", Link("MAILTO:ana@example.com", "Ana")),
        # In the form these lead into its own workbook, and onto its own disk.
        ("Tab 2", "#'Tab 2'!A1", "Tab 2"),
        ("Card", "file:///etc/passwd", "Card"),
        ("", "javascript:alert(1)", "javascript:alert(1)"),
    ],
)  # fmt: skip
def test_a_proof_keeps_its_address(text: str, target: str, shown: object) -> None:
    hiring = with_row(one("Hiring", regulated_area="HR"), 3, artifact=text, artifact_link=target)
    found = tables(hiring)
    assert found.evidence[0].artifact == shown
    old = read_portfolio(grids_of(portfolio_workbook(found, "0")))
    assert says_the_same(portfolio_workbook(found, "0"), old)


def test_a_proof_that_moved_is_written_again() -> None:
    """Its text is the same. How a program writes the address makes no difference."""
    old, same, moved = (
        portfolio_workbook(
            tables(
                with_row(
                    one("Hiring", regulated_area="HR"),
                    3,
                    artifact="Card",
                    artifact_link=f"https://example.com{path}",
                )
            ),
            "0",
        )
        for path in ("/a b", "/a%20b/", "/c")
    )
    there = read_portfolio(grids_of(old))
    assert says_the_same(same, there)
    assert not says_the_same(moved, there)


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
