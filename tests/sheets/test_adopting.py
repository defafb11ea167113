"""A team's own checklist becomes a form: what is taken, what is only proposed, and that nothing is lost.

Each layout is a little table; the review is shown as "gate status owner due" lines, and what is left
with its address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatebook.domain.cells import Cell
from gatebook.domain.decision import Decision
from gatebook.domain.judge import judge
from gatebook.domain.review import Review, Status
from gatebook.sheets.adopting import Adopted, Word, adopt, status_words
from gatebook.sheets.extras import NO_EXTRAS, Extras, said
from gatebook.sheets.model import CellError, Grid
from gatebook.sheets.old_sheet import OldSheet, find_table, lies_across
from tests.support.builders import TODAY, TWELVE
from tests.support.old_sheets import at, old_sheet

GREEN, YELLOW, RED = Status.GREEN, Status.YELLOW, Status.RED


def table(grid: Grid) -> OldSheet:
    found = find_table(grid, TWELVE)
    assert found
    return found


def adopted(grid: Grid, extras: Extras = NO_EXTRAS, **options: Any) -> Adopted:
    """What `--yes` makes of a tab."""
    return adopt(table(grid), TWELVE, token="0a1b", extras=extras, **options)


def columns(grid: Grid) -> list[str]:
    """Each column as "C status", with a ? where it is not sure; those that become nothing are left out."""
    return [
        f"{c.letters} {c.field}{'' if c.sure else ' ?'}" for c in table(grid).columns if c.field
    ]


def rows(grid: Grid) -> list[str]:
    """Each row as "4 → 1", with a ? where it is not sure; "–" for no gate."""
    return [
        f"{r.row + 1} → {r.gate.number if r.gate else '–'}{'' if r.sure else ' ?'}"
        for r in table(grid).rows
    ]


def marks(review: Review) -> dict[int, str]:
    """By gate number its status, "" where it has none."""
    numbers = {gate.key: gate.number for gate in TWELVE.gates}
    return {
        numbers[r.key]: r.status.value if isinstance(r.status, Status) else "" for r in review.rows
    }


def left(found: Adopted) -> dict[str, str]:
    """What was not carried, by address."""
    return {one.cell: one.found for one in found.left}


def test_a_list_like_ours_under_other_words() -> None:
    grid = old_sheet("""
        | No. | Checkpoint                     | RAG   | Responsible | Next steps  | Deadline    | Evidence  |
        | 1   | Data source documented         | G     | Mia Berg    |             |             | Folder 7  |
        | 2   | Is data quality monitored?     | Amber | Bo Li       | Set a limit | 2026-12-01! |           |
        | 3   | Confidential data handled      | red   | Eve Sand    | Ask vendor  | 2 Dec 2026  | DPIA      |
    """)
    assert columns(grid) == [
        "A number", "B gate", "C status", "D owner", "E next_action", "F due", "G artifact",
    ]  # fmt: skip
    found = adopted(grid)
    assert marks(found.review) == {1: "green", 2: "yellow", 3: "red"}
    one, two, three = found.review.rows
    assert (one.owner, one.artifact, one.due) == ("Mia Berg", "Folder 7", None)
    assert (two.owner, two.next_action, two.due) == ("Bo Li", "Set a limit", date(2026, 12, 1))
    assert (three.due, three.artifact) == (date(2026, 12, 2), "DPIA")
    assert left(found) == {"B3": "Is data quality monitored?"}


def test_rows_of_titles_above_and_words_about_the_system() -> None:
    grid = old_sheet("""
        | AI readiness Q4  |                       |        |              |
        | Project:         | Support bot           |        | Lead: Ana Ruiz |
        | Prepared by      | Lee                   | System | Ignored, the project came first |
        |                  |                       |        |              |
        | #                | Gate                  | Status | Launch date  |
        | 11               | Named owner           | Green  |              |
    """)
    found = adopted(grid)
    assert (found.review.system, found.review.lead) == ("Support bot", "Ana Ruiz")
    assert found.review.stamp.system_id == "support-bot"
    assert marks(found.review) == {11: "green"}
    assert left(found) == {
        "A1": "AI readiness Q4", "A3": "Prepared by", "B3": "Lee", "C3": "System",
        "D3": "Ignored, the project came first", "D5": "Launch date", "B6": "Named owner",
    }  # fmt: skip


def test_days_above_the_table_only_under_our_own_labels() -> None:
    grid = old_sheet("""
        | Launch date      | 2026-12-10!            | Date        | 2026-01-05! |
        | Review date      | =TODAY()               | Backup owner | Chidi Okafor |
        | Production owner | Bo Li                  | Re-gate on  | 2026-12-01! |
        | Gate             | Status                 | Owner       |             |
        | Cost per task    | Red                    | Lee         |             |
    """)
    review = adopted(grid).review
    assert (review.launch_date, review.review_date) == (date(2026, 12, 10), None)
    assert (review.owner, review.backup, review.regate_on) == ("Bo Li", "Chidi Okafor", None)
    assert {"C1", "D1", "A2", "B2", "C3", "D3"} <= left(adopted(grid)).keys()
    early = old_sheet("| Launch date | 1999-12-10! |\n| Gate | Status |\n| Cost per task | Red |")
    assert adopted(early).review.launch_date is None
    assert left(adopted(early)).keys() == {"A1", "B1", "A3"}


def test_what_the_command_says_goes_before_the_sheet_and_nothing_is_lost() -> None:
    grid = old_sheet("""
        | Project | Support bot            |        |
        | #       | Gate                   | Status |
        | 1       | Data source documented | Green  |
    """)
    found = adopted(grid, system="Helpdesk bot", lead="Ana Ruiz")
    assert (found.review.system, found.review.lead) == ("Helpdesk bot", "Ana Ruiz")
    assert left(found) == {"A1": "Project", "B1": "Support bot"}


def test_two_rows_of_headers_with_merged_groups() -> None:
    grid = old_sheet(
        """
        | #  | Gate                   | Nov 2026 |       |
        |    |                        | Status   | Owner |
        | 1  | Data source documented | Red      | Bo Li |
        """,
        "A1:A2", "B1:B2", "C1:D1",
    )  # fmt: skip
    assert table(grid).header == (0, 1)
    # Nov 2026 may be over: only a person can tell.
    assert columns(grid) == ["A number", "B gate", "C status ?", "D owner"]
    assert [c.header for c in table(grid).columns][2:] == ["Nov 2026: Status", "Nov 2026: Owner"]
    found = adopted(grid)
    assert (found.review.rows[0].owner, marks(found.review)) == ("Bo Li", {1: ""})
    assert left(found) == {"C1": "Nov 2026", "C2": "Status", "C3": "Red"}


@pytest.mark.parametrize("merged", [True, False], ids=["merged", "a blank beside it"])
def test_a_header_parted_by_the_row_below(merged: bool) -> None:
    grid = old_sheet(
        """
        | Topic | Question               | Status     |       | Owner |
        |       |                        | last month | now   |       |
        | Data  | Data source documented | Red        | Green | Bo Li |
        | Cost  | Cost per task tracked  | Red        | Red   | Lee   |
        """,
        *(["C1:D1"] if merged else []),
    )  # fmt: skip
    assert table(grid).header == (0, 1)
    assert columns(grid) == ["B gate", "C status ?", "D status ?", "E owner"]
    assert [c.header for c in table(grid).columns][2:4] == ["Status: last month", "Status: now"]
    found = adopted(grid)
    assert marks(found.review) == {1: "", 5: ""}
    why = {one.cell: one.why for one in found.left}
    assert {why["C1"], why["C2"], why["D2"]} == {"not sure which column of the form this is"}


@pytest.mark.parametrize(
    "below",
    [
        "| Data source documented | Done | soon | ask Legal |",
        "|                        | Red  | Lee  | ask Legal |",
        "|                        |      | Lee  |           |",
        "|                        |      | 4    | ask Legal |",
    ],
)
def test_a_row_of_answers_is_no_second_row_of_headers(below: str) -> None:
    grid = old_sheet(f"""
        | Gate                   | Status | Owner |           |
        {below}
        | Cost per task tracked  | Red    | Lee   |           |
    """)
    assert table(grid).header == (0, 0)


def test_two_columns_of_status_are_asked_about_and_neither_is_taken() -> None:
    grid = old_sheet("""
        | Gate                   | Status | Owner | Status |
        | Data source documented | Red    | Bo Li | Green  |
    """)
    assert columns(grid) == ["A gate", "B status ?", "C owner", "D status ?"]
    found = adopted(grid)
    assert marks(found.review) == {1: ""}
    assert left(found) == {"B1": "Status", "D1": "Status", "B2": "Red", "D2": "Green"}
    assert {one.why for one in found.left} == {"not sure which column of the form this is"}


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ("Previous status", "Green"),
        ("Target status", "Green"),
        ("Last review: Status", "Green"),
        ("Desired status", "Green"),
        ("Goal RAG", "Green"),
        ("Required status", "Green"),
        ("Residual RAG", "Green"),
        ("Vendor status", "Green"),
        ("Document status", "Green"),
        ("Ticket status", "Green"),
        ("Q3 status", "Green"),
        ("Status (desired)", "Green"),
        ("RAG (green = tested by the vendor)", "Green"),
        ("Vendor: Status", "Green"),
        ("Status: planned", "Green"),
        ("Status last review", "Green"),
        ("Result", "done"),
        ("Complete?", "yes"),
    ],
)
def test_a_status_of_another_time_or_kind_is_never_taken_by_itself(header: str, word: str) -> None:
    grid = old_sheet(f"""
        | Gate                   | {header} | Owner |
        | Data source documented | {word} | Bo Li |
        | Cost per task          | {word} | Bo Li |
    """)
    assert "B status" not in columns(grid)
    assert set(marks(adopted(grid).review).values()) == {""}


@pytest.mark.parametrize(
    "header",
    [
        "Status", "STATUS:", "RAG", "Current status", "Our RAG", "Gate status", "Review status",
        "Overall RAG rating", "RAG (R/Y/G)", "Status (Red, Amber or Green)", "Our status (🟢🟡🔴)",
    ],
)  # fmt: skip
def test_harmless_words_beside_a_status_change_nothing(header: str) -> None:
    grid = old_sheet(f"""
        | Gate                   | {header} | Owner |
        | Data source documented | Green    | Bo Li |
        | Cost per task tracked  | Done     | Bo Li |
    """)
    assert columns(grid) == ["A gate", "B status", "C owner"]
    found = adopted(grid)
    assert marks(found.review) == {1: "green", 5: ""}
    assert left(found) == {"B3": "Done"}


def test_the_contrary_of_a_gate_is_asked_about_even_under_its_number() -> None:
    grid = old_sheet("""
        | # | Gate                        | Status | Owner |
        | 1 | Data source not documented  | Green  | Bo Li |
        | 8 | No human override available | Green  | Bo Li |
        | 9 | End users trained           | Green  | Bo Li |
    """)
    assert rows(grid) == ["2 → 1 ?", "3 → 8 ?", "4 → 9"]
    assert marks(adopted(grid).review) == {9: "green"}


def test_a_column_that_holds_our_words_is_the_status_whatever_it_is_called() -> None:
    grid = old_sheet("""
        | Gate                   | Result | Owner |
        | Data source documented | Green  | Bo Li |
        | Cost per task          | Red    | Bo Li |
    """)
    assert columns(grid) == ["A gate", "B status", "C owner"]


def test_words_checkboxes_and_percents_are_only_proposed() -> None:
    grid = old_sheet("""
        | Gate                     | Status      | Owner |
        | Data source documented   | Done        | Bo Li |
        | Data quality monitored   | Not started | Bo Li |
        | Confidential data        | TRUE        | Bo Li |
        | Cost per task            | FALSE       | Bo Li |
        | Human override available | 80%         | Bo Li |
        | Decommission criteria    | Green-ish   | Bo Li |
        | End users trained        | n/a         | Bo Li |
        | Managers trained         | done        | Bo Li |
        | Failure handling         | 🟢          | Bo Li |
    """)
    words = {word.found: word.may_mean for word in status_words(table(grid))}
    assert words == {
        "Done": GREEN, "Not started": RED, "TRUE": GREEN, "FALSE": RED, "Green-ish": GREEN, "n/a": None,
        "done": GREEN,
    }  # fmt: skip
    found = adopted(grid)
    assert {n: m for n, m in marks(found.review).items() if m} == {7: "green"}
    assert {one.found for one in found.left if one.about == "Status"} == {*words, "0.8"}
    told = adopted(grid, meanings={"Done": GREEN, "FALSE": RED})
    assert {n: m for n, m in marks(told.review).items() if m} == {1: "green", 5: "red", 7: "green"}


def test_a_colour_is_no_status_until_somebody_says_so() -> None:
    grid = old_sheet("""
        | Gate                   | Status | Owner |
        | Data source documented |        | Bo Li |
        | Cost per task          |        | Bo Li |
    """)
    extras = Extras(fills={at("B2"): "#00B050", at("B3"): "#FF0000", at("A2"): "#DDDDDD"})
    assert status_words(table(grid), extras) == (Word("#00B050", 1, None), Word("#FF0000", 1, None))
    found = adopted(grid, extras)
    assert marks(found.review) == {1: "", 5: ""}
    assert left(found) == {"B2": "filled #00B050", "B3": "filled #FF0000", "A3": "Cost per task"}
    told = adopted(grid, extras, meanings={"#FF0000": RED})
    assert marks(told.review) == {1: "", 5: "red"}


def test_notes_are_asked_about_where_no_column_holds_actions() -> None:
    grid = old_sheet("""
        | Gate                   | Status | Comments  |
        | Data source documented | Yellow | Ask Legal |
    """)
    assert columns(grid) == ["A gate", "B status", "C next_action ?"]
    assert left(adopted(grid)) == {"C1": "Comments", "C2": "Ask Legal"}
    both = old_sheet("""
        | Gate                   | Status | Comments | Action    |
        | Data source documented | Yellow | Soon     | Ask Legal |
    """)
    assert columns(both) == ["A gate", "B status", "D next_action"]
    assert adopted(both).review.rows[0].next_action == "Ask Legal"


def test_of_two_likely_columns_the_better_one_is_asked_about() -> None:
    grid = old_sheet("""
        | Gate                   | Status | Comments | What next |
        | Data source documented | Yellow | Soon     | Ask Legal |
    """)
    assert columns(grid) == ["A gate", "B status", "D next_action ?"]
    assert left(adopted(grid)).keys() == {"C1", "C2", "D1", "D2"}


def test_more_rows_than_gates_and_fewer() -> None:
    grid = old_sheet("""
        | #  | Gate                 | Status | Owner |
        | 1  | Legal sign-off       | Red    | Lee   |
        |    | Security             |        |       |
        | 2  | Audit logging        | Red    | Lee   |
        | 12 | Decommission criteria| Yellow | Lee   |
        | 13 | User training        | Green  | Lee   |
        | 14 | Training of users    | Red    | Lee   |
    """)
    assert rows(grid) == ["2 → –", "3 → –", "4 → 4 ?", "5 → 12", "6 → 9 ?", "7 → 9 ?"]
    found = adopted(grid)
    assert marks(found.review) == {12: "yellow"}
    assert {"B2", "C2", "B3", "B4", "C4", "C6", "C7"} <= left(found).keys()
    why = {one.cell: one.why for one in found.left}
    assert why["C2"] == "the row is none of the checklist's gates"
    assert why["C4"] == why["D4"] == "not sure which gate of the checklist this is"


def test_the_same_number_settles_a_likely_row_and_nothing_else() -> None:
    grid = old_sheet("""
        | #  | Gate          | Status | Owner |
        | 4  | Audit logging | Red    | Lee   |
        | 8  | Vendor check  | Green  | Lee   |
    """)
    assert rows(grid) == ["2 → 4", "3 → –"]


def test_dates_that_can_be_read_in_two_ways_are_not_guessed() -> None:
    shown = ["30/06/2026", "03.04.2026", "soon", "30-Jun-26", "Q3 2026", "31 Feb 2026"]
    read = {"2026-06-30": 30, "30 June 2026": 30, "Jun 30, 2026": 30, "30-Jun-2026": 30}
    titles = [gate.title for gate in TWELVE.gates]
    lines = [f"| {t} | Lee | {d} |" for t, d in zip(titles, [*shown, *read], strict=False)]
    grid = old_sheet("\n".join(["| Gate | Owner | Due |", *lines]))
    found = adopted(grid)
    dues = [row.due for row in found.review.rows]
    assert dues == [*[None] * len(shown), *[date(2026, 6, 30)] * len(read)]
    assert list(left(found).values()) == shown


def test_one_cell_over_several_rows_is_meant_for_all_but_never_as_a_mark() -> None:
    grid = old_sheet(
        """
        | Gate                   | Status | Owner |
        | Data source documented | Green  | Bo Li |
        | Data quality monitored |        |       |
        | Cost per task tracked  | Red    | Lee   |
        """,
        "B2:B3", "C2:C3",
    )  # fmt: skip
    review = adopted(grid).review
    assert [row.owner for row in review.rows] == ["Bo Li", "Bo Li", "Lee"]
    assert marks(review) == {1: "green", 2: "", 5: "red"}


def test_formulas_and_errors_are_left_with_what_they_show() -> None:
    grid = old_sheet("""
        | Gate                   | Status            | Owner    | Due      |
        | Data source documented | =IF(1,"Green","") | =B1      | =TODAY() |
        | Cost per task tracked  | Red               | Lee      |          |
    """)
    grid.values[at("B2")] = "Green"
    grid.values[at("C3")] = CellError("#REF!")
    found = adopted(grid)
    assert marks(found.review) == {1: "", 5: "red"}
    assert left(found)["B2"] == '=IF(1,"Green","") (shows: Green)'
    assert {"B2", "C2", "D2"} <= left(found).keys()
    assert [row.owner for row in found.review.rows] == ["", ""]


def test_a_link_comes_along_and_a_comment_is_left() -> None:
    grid = old_sheet("""
        | Gate                   | Status | Evidence |
        | Data source documented | Green  | Sources  |
    """)
    grid.links[at("C2")] = "https://docs.example/7"
    found = adopted(grid, Extras(comments={at("B2"): "Ana: really?"}))
    (row,) = found.review.rows
    assert (row.artifact, row.artifact_link) == ("Sources", "https://docs.example/7")
    assert left(found) == {"B2": "Ana: really?"}


def test_links_that_the_form_does_not_take_are_left() -> None:
    grid = old_sheet("""
        | System | Router                 |        |        |            |          |
        | #      | Gate                   | Status | Owner  | Action     | Evidence |
        | 1      | Data source documented | Green  | Bo Li  | Ask Legal  | Sources  |
        | 5      | Cost per task tracked  | Red    | bo@x.example | http://x.example/5 | Page 2 |
        |        |                        |        |        |            |          |
    """)
    grid.links.update({
        at("B1"): "http://x.example/router", at("D2"): "http://x.example/people",
        at("B3"): "http://x.example/wiki", at("D3"): "mailto:bo@x.example",
        at("E3"): "http://x.example/plan", at("F3"): "http://x.example/7",
        # The text itself is the address: nothing is lost.
        at("D4"): "mailto:bo@x.example", at("E4"): "http://x.example/5/",
        at("F4"): "#'Notes'!A1", at("C5"): "http://x.example/blank",
    })  # fmt: skip
    found = adopted(grid)
    assert found.review.rows[0].artifact_link == "http://x.example/7"
    assert left(found) == {
        "B1": "http://x.example/router", "D2": "http://x.example/people",
        "B3": "http://x.example/wiki", "D3": "mailto:bo@x.example", "E3": "http://x.example/plan",
        "F4": "#'Notes'!A1", "C5": "http://x.example/blank",
    }  # fmt: skip
    why = {one.cell: one.why for one in found.left}
    assert why["E3"] == "a link; the form takes links on artifacts only"


def test_words_of_a_header_that_the_form_has_not_are_left() -> None:
    grid = old_sheet("""
        | Gate (see wiki)        | RAG (R/Y/G) | Owner (deputy if absent: Ann Lee) | Due |
        | Data source documented | Green       | Bo Li                             |     |
    """)
    found = adopted(grid)
    assert (found.review.rows[0].owner, marks(found.review)) == ("Bo Li", {1: "green"})
    assert left(found) == {"A1": "Gate (see wiki)", "C1": "Owner (deputy if absent: Ann Lee)"}
    assert {one.why for one in found.left} == {"your own words in a header; the form has its own"}


def test_a_time_of_day_is_left() -> None:
    grid = old_sheet("""
        | Launch date            | 2026-12-10! |             |
        | Gate                   | Status      | Due         |
        | Data source documented | Yellow      | 2026-12-03! |
        | Cost per task tracked  | Yellow      | 2026-12-04! |
    """)
    for place, day_part in {"B1": 0.25, "C3": 14.5 / 24}.items():
        value = grid.values[at(place)]
        assert isinstance(value, float)
        grid.values[at(place)] = value + day_part
    found = adopted(grid)
    assert [row.due for row in found.review.rows] == [date(2026, 12, 3), date(2026, 12, 4)]
    assert found.review.launch_date == date(2026, 12, 10)
    assert left(found) == {"B1": "6:00:00", "C3": "14:30:00"}


def test_a_note_on_a_cell_of_a_google_sheet_is_left() -> None:
    grid = old_sheet("""
        | Gate                   | Status |
        | Data source documented | Green  |
    """)
    grid.notes[at("B2")] = "Ana: really?"
    assert left(adopted(grid)) == {"B2": "Ana: really?"}


@pytest.mark.parametrize(
    "text",
    [
        "| Data source documented | Green |\n| Cost per task | Red |",
        "| Item | Price |\n| Milk | 2 |",
        "| Status | Owner |\n| Green | Lee |",
        "",
    ],
    ids=["no headers", "another table", "no gates", "empty"],
)
def test_what_is_no_checklist(text: str) -> None:
    assert find_table(old_sheet(text), TWELVE) is None


def test_gates_beside_each_other_are_noticed() -> None:
    titles = " | ".join(gate.title for gate in TWELVE.gates[:6])
    assert lies_across(
        old_sheet(f"| Gate | {titles} |\n| Status | G | G | R | G | G | G |"), TWELVE
    )
    assert not lies_across(old_sheet("| Gate | Status |\n| Cost per task | G |"), TWELVE)


_HEADERS = [
    "#",
    "Gate",
    "RAG",
    "Status",
    "Owner",
    "Who",
    "Due",
    "Date",
    "Evidence",
    "Comments",
    "Jira",
    "",
]
_CELLS = st.sampled_from(
    [
        "",
        "",
        "Green",
        "Done",
        "Bo Li",
        "2026-12-01",
        "soon",
        "=A1",
        "@x",
        "80%",
        "TRUE",
        "Yellow",
        "x",
        "R",
    ]
)
_TITLES = st.sampled_from(
    [
        "Data source documented",
        "Cost tracking",
        "Audit logging",
        "Legal",
        "Named owner",
        "Training",
        "",
    ]
)


@st.composite
def sheets(draw: st.DrawFn) -> Grid:
    """Any sheet with a table in it."""
    headers = draw(st.lists(st.sampled_from(_HEADERS), min_size=1, max_size=7))
    lines = [" | ".join(["Gate", *headers])]
    for _ in range(draw(st.integers(1, 6))):
        lines.append(" | ".join([draw(_TITLES), *(draw(_CELLS) for _ in headers)]))
    lines.insert(0, draw(st.sampled_from(["Our list", "System: Router", " "])))
    grid = old_sheet("\n".join(f"| {line} |" for line in lines))
    for place in draw(st.lists(st.sampled_from(sorted(grid.values)), max_size=4)):
        grid.links[place] = f"http://x.example/{Cell(*place).a1}"
    return grid


@settings(max_examples=150)
@given(
    sheets(), st.dictionaries(st.sampled_from(["Done", "TRUE", "x"]), st.sampled_from(list(Status)))
)
def test_nothing_is_lost_and_nothing_launches(grid: Grid, meanings: Mapping[str, Status]) -> None:
    """Every cell is in the form or in the list, or is a header, number or title that the form has;
    and so is every link."""
    sheet = find_table(grid, TWELVE)
    if sheet is None:
        return
    found = adopt(sheet, TWELVE, token="0a1b", meanings=meanings)
    listed = {(one.cell, one.found) for one in found.left}
    links = {one.artifact_link for one in found.review.rows}
    for place in grid.values.keys() | grid.formulas.keys():
        cell = Cell(*place)
        own = {"#", "Gate", *(gate.title for gate in TWELVE.gates)}
        # A header of two rows is told as "upper: lower".
        headers = [one.header for one in sheet.only_sure().columns if one.field]
        taken = {*headers, *(part for header in headers for part in header.split(": "))}
        if (cell.a1, said(grid, cell)) in listed:
            continue
        assert cell in found.carried or said(replace(grid, links={}), cell) in own | taken
        link = grid.links.get(cell, "")
        assert not link or (cell.a1, link) in listed or link in links
    assert judge(found.review, TWELVE, TODAY).verdict.decision in (
        Decision.INCOMPLETE,
        Decision.DELAYED,
    )
    assert found.review.sign_off.name == ""
