"""A form that people worked on is read back by what is written there, never by where it stood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
import pytest

from gatebook.domain.cells import Cell, Range
from gatebook.domain.decision import Decision
from gatebook.domain.fields import ROW
from gatebook.domain.judge import judge
from gatebook.domain.review import Attendee, Review, Status, Unreadable
from gatebook.sheets.model import CellError, Formula, Raw
from gatebook.sheets.review_form import TabProblem, review_workbook
from tests.support.builders import REVIEWED, TODAY, TWELVE, passing_review, stamp_of, with_row
from tests.support.checklists import make_checklist
from tests.support.memory_grid import Desk, grids_of
from tests.support.tables import contents_of, desk_of, read_desk, typed_desks

# One gate of each colour, an approved red, and the fields that a passing review leaves empty.
MIXED = """
    System: Invoice helper
    Stakes: Low-stakes internal
    Re-gate on: 2026-12-01
    | # | Status | Owner    | Next action     | Due        | Artifact | Downgrade approved by |
    | 2 | Red    | Mia Berg | Ask the vendor  | 2026-11-27 |          |                       |
    | 5 | Yellow | Bo Li    | Build the sheet | 2026-12-01 |          |                       |
    | 8 | Red    | Mia Berg | Add a button    | 2026-12-02 | Ticket 8 | Dana Novak            |
"""


def mixed() -> Desk:
    return typed_desks(MIXED)[0]


def answers(review: Review) -> Review:
    """What a review says, without where it says it; rows in the checklist's order."""
    order = [gate.key for gate in TWELVE.gates]
    rows = sorted(review.rows, key=lambda row: order.index(row.key))
    plain = tuple(msgspec.structs.replace(row, cells={}) for row in rows)
    said: Review = msgspec.structs.replace(review, rows=plain, cells={}, tab="", shown=None)
    return said


def problem_of(*desks: Desk) -> TabProblem:
    """The one thing that kept a tab from being read."""
    contents = contents_of(*desks)
    assert contents.reviews == ()
    (problem,) = contents.problems
    assert problem.tab == desks[0].tab
    assert problem.remedy.endswith(".")
    return problem


def codes(review: Review) -> list[str]:
    return [each.code for each in judge(review, TWELVE, TODAY).findings]


def said(review: Review, code: str) -> list[str]:
    """The messages of one code."""
    return [each.message for each in judge(review, TWELVE, TODAY).findings if each.code == code]


UNTOUCHED = answers(read_desk(mixed()))


def table_rows(desk: Desk) -> range:
    """The header and the gates, without what stands above and below."""
    return range(desk.header("#").row, desk.gate_row(12) + 1)


def insert_a_column_before_each(desk: Desk) -> None:
    for column in range(10, 0, -1):
        desk.insert_columns(column)


def insert_a_row_before_each(desk: Desk) -> None:
    for row in range(40, 0, -1):
        desk.insert_rows(row)


def move_the_owners_to_the_end(desk: Desk) -> None:
    desk.swap_columns(desk.header("Owner").column, desk.header("Check").column, table_rows(desk))


def move_the_dates_to_the_front(desk: Desk) -> None:
    desk.swap_columns(desk.header("Due").column, desk.header("#").column, table_rows(desk))


def sort_by_status(desk: Desk) -> None:
    rows = [desk.gate_row(number) for number in range(1, 13)]
    status = desk.header("Status").column
    ordered = sorted(rows, key=lambda row: str(desk.held[Cell(row, status)].value))
    desk.order_rows(rows, ordered)


def turn_the_rows_round(desk: Desk) -> None:
    rows = [desk.gate_row(number) for number in range(1, 13)]
    desk.order_rows(rows, rows[::-1])


def rename_the_tab(desk: Desk) -> None:
    desk.tab = "Sept. (final) v2"


def write_far_away(desk: Desk) -> None:
    desk.type(Cell(1_048_575, 16_383), "x")
    desk.type(Cell(60, 20), 7.0)
    desk.type(Cell(0, 12), "Remember to ask Mia")


def shout_the_headers(desk: Desk) -> None:
    for header in ("Status", "Owner", "Next action", "Due", "Artifact"):
        desk.rename(header, f"  {header.upper()} : ")
    for label in ("Pilot lead", "Signed on", "Attendees", "Signer's role"):
        desk.rename(label, label.upper().replace("'", "’") + "\u00a0")


def use_other_words(desk: Desk) -> None:
    for label, alias in (("Due", "Due by"), ("Artifact", "Evidence"), ("#", "No.")):
        desk.rename(label, alias)
    for label, alias in (("System", "AI system"), ("Review date", "Date"), ("Live", "Is live")):
        desk.rename(label, alias)


def delete_the_theme_rows(desk: Desk) -> None:
    for theme in ("Ownership", "Training", "Fallback", "Monitoring", "Security", "Data"):
        (cell,) = [c for c, h in desk.held.items() if h.value == theme and c.column == 0]
        desk.delete_row(cell.row)


def add_a_column_of_ones_own(desk: Desk) -> None:
    at = desk.header("Due").column
    desk.insert_columns(at)
    desk.type(Cell(desk.header("Status").row, at), "Priority")
    desk.type(Cell(desk.gate_row(5), at), "high")


def lose_the_cached_values(desk: Desk) -> None:
    for held in desk.held.values():
        held.value = held.value if held.formula is None else None


@pytest.mark.parametrize(
    "edit",
    [
        insert_a_column_before_each,
        insert_a_row_before_each,
        move_the_owners_to_the_end,
        move_the_dates_to_the_front,
        sort_by_status,
        turn_the_rows_round,
        rename_the_tab,
        write_far_away,
        shout_the_headers,
        use_other_words,
        delete_the_theme_rows,
        add_a_column_of_ones_own,
        lose_the_cached_values,
    ],
)
def test_what_people_do_to_a_form_does_not_change_what_it_says(
    edit: Callable[[Desk], None],
) -> None:
    """PAINS 2, 3, 5, 6, 9, 12: tab by its mark, columns by header, rows by key, inputs only."""
    desk = mixed()
    edit(desk)
    assert answers(read_desk(desk)) == UNTOUCHED


def test_the_untouched_form_says_what_was_typed() -> None:
    """What the test above compares with."""
    assert UNTOUCHED.system == "Invoice helper"
    assert UNTOUCHED.low_stakes
    assert UNTOUCHED.regate_on == date(2026, 12, 1)
    assert UNTOUCHED.attendees == passing_review().attendees
    assert UNTOUCHED.sign_off == passing_review().sign_off
    eighth = UNTOUCHED.rows[7]
    assert (eighth.status, eighth.next_action, eighth.due, eighth.artifact, eighth.approver) == (
        Status.RED, "Add a button", date(2026, 12, 2), "Ticket 8", "Dana Novak",
    )  # fmt: skip


def test_a_column_between_label_and_value_that_holds_something_is_the_value() -> None:
    """It may be the answer: nothing else stands nearer to the label."""
    desk = mixed()
    desk.insert_columns(desk.cell("System").column)
    desk.type(desk.find("System").right(), "Other helper")
    assert read_desk(desk).system == "Other helper"


def test_findings_point_at_where_things_stand_now() -> None:
    """PAINS 3, 30."""
    desk = typed_desks("Pilot lead:\n| # | Owner |\n| 5 | |")[0]
    desk.insert_columns(0, 2)
    desk.insert_rows(0, 3)
    findings = judge(read_desk(desk), TWELVE, TODAY).findings
    where = {each.code: each.cell for each in findings}
    assert where["owner-missing"] == desk.cell("5 Owner").a1
    assert where["header-missing"] == desk.cell("Pilot lead").a1


@pytest.mark.parametrize(
    ("changes", "label", "code"),
    [
        ({"lead": ""}, "Pilot lead", "header-missing"),
        ({"system": ""}, "System", "header-missing"),
        ({"review_date": None}, "Review date", "header-missing"),
        ({"owner": ""}, "Production owner", "named-owner-missing"),
        ({"backup": ""}, "Backup owner", "backup-missing"),
    ],
)
def test_the_line_that_says_what_is_missing_is_no_label(
    changes: dict[str, Any], label: str, code: str
) -> None:
    """The form's own text may read "Pilot lead" alone; the finding points at the box all the same."""
    desk = desk_of(review=passing_review(**changes))
    place = desk.cell(label)
    (finding,) = [each for each in judge(read_desk(desk), TWELVE, TODAY).findings
                  if each.code == code]  # fmt: skip
    assert finding.cell == place.a1


class TestNames:
    """What people call things may be a word that the form uses too."""

    WORDS = ("Live", "Decision", "System", "Pilot", "Owner", "Status", "Attendees", "Date", "Stakes",
             "Signed by", "Pilot lead")  # fmt: skip

    @pytest.mark.parametrize("word", WORDS)
    @pytest.mark.parametrize(
        "place",
        ["System", "Pilot lead", "Production owner", "Backup owner", "Signed by", "Signer's role",
         "Attendees", "5 Owner", "5 Next action", "12 Artifact", "1 Downgrade approved by"],
    )  # fmt: skip
    def test_any_text_in_any_place_is_that_text_there(self, place: str, word: str) -> None:
        desk = mixed()
        desk.type(place, word)
        expected = msgspec.json.encode(answers(read_desk(mixed())), enc_hook=str).decode()
        changed = msgspec.json.encode(answers(read_desk(desk)), enc_hook=str).decode()
        review = read_desk(desk)
        texts = {
            "System": review.system, "Pilot lead": review.lead, "Production owner": review.owner,
            "Backup owner": review.backup, "Signed by": review.sign_off.name,
            "Signer's role": review.sign_off.role, "Attendees": review.attendees[0].name,
            "5 Owner": review.rows[4].owner, "5 Next action": review.rows[4].next_action,
            "12 Artifact": review.rows[11].artifact,
            "1 Downgrade approved by": review.rows[0].approver,
        }  # fmt: skip
        assert texts[place] == word
        # Nothing else changed: the two differ in one string only.
        assert changed.count(f'"{word}"') == expected.count(f'"{word}"') + (
            texts[place] != {"System": "Invoice helper"}.get(place)
        )

    @pytest.mark.parametrize("role", ["Pilot lead", "Production owner", "Live", "Date"])
    def test_a_role_in_the_room_is_no_label(self, role: str) -> None:
        """The form itself offers "Pilot lead" as a role, also where the label is gone."""
        desk = mixed()
        desk.type(desk.cell("Attendees").right(), role)
        desk.clear(desk.find("Pilot lead"))
        review = read_desk(desk)
        assert review.lead == ""
        assert review.owner == "Bo Li"
        assert review.attendees[0] == Attendee("Ana Ruiz", role)

    def test_a_text_that_looks_like_a_gate_key_is_a_text(self) -> None:
        desk = mixed()
        desk.type("5 Next action", "gate: ask Bo")
        desk.type("6 Owner", "gate:data-source")
        review = read_desk(desk)
        assert [row.key for row in review.rows] == [gate.key for gate in TWELVE.gates]
        assert review.rows[4].next_action == "gate: ask Bo"

    def test_key_like_texts_in_a_column_left_of_the_keys(self) -> None:
        """The keys' column is the one with the gates in it, wherever it stands."""
        desk = mixed()
        desk.insert_columns(0)
        for number in range(1, 13):
            desk.type(Cell(desk.gate_row(number), 0), f"gate:{number}")
        assert answers(read_desk(desk)) == UNTOUCHED

    def test_a_note_that_reads_like_a_header_row_of_its_own(self) -> None:
        desk = mixed()
        for place, text in enumerate(("Status", "Owner", "Due")):
            desk.type(Cell(60, place), text)
        assert answers(read_desk(desk)) == UNTOUCHED


class TestMarks:
    """The stamp and the keys that a tab carries out of sight."""

    def stamp_cell(self, desk: Desk) -> Cell:
        (cell,) = [c for c, h in desk.held.items() if str(h.value).startswith("gatebook:review")]
        return cell

    def test_the_stamp_says_whose_review_it_is(self) -> None:
        assert read_desk(mixed()).stamp == stamp_of(TWELVE)

    @pytest.mark.parametrize("text", [None, "gatebook:review", "gatebook:review;schema=x"])
    def test_lost_or_spoilt(self, text: str | None) -> None:
        """Found by its headers; ids come from the name and the place, never from a guess."""
        desk = mixed()
        cell = self.stamp_cell(desk)
        if text:
            desk.type(cell, text)
        else:
            desk.clear(cell)
        review = read_desk(desk)
        assert answers(review) == msgspec.structs.replace(UNTOUCHED, stamp=review.stamp)
        assert review.stamp.system_id == "invoice-helper"
        assert review.stamp.review_id == "unstamped::Review"
        assert review.stamp == stamp_of(TWELVE, review=review.stamp.review_id)
        assert "checklist-differs" not in codes(review)

    def test_a_newer_form(self) -> None:
        """PAINS 8."""
        desk = mixed()
        desk.type(
            self.stamp_cell(desk), "gatebook:review;schema=99;checklist=a@1;system=s;review=r"
        )
        problem = problem_of(desk)
        assert "schema 99" in problem.reason
        assert problem.remedy == "Update gatebook."

    def test_a_checklist_that_is_not_at_hand(self) -> None:
        """PAINS 8: named, never left out."""
        small = make_checklist(5)
        desk = desk_of(small)
        problem = problem_of(desk)
        assert "test-5@1" in problem.reason
        assert "gatebook.toml" in problem.remedy

    def test_each_tab_is_read_with_its_own_checklist(self) -> None:
        small = make_checklist(5)
        one, other = mixed(), desk_of(small)
        other.tab = "Second"
        contents = contents_of(one, other, small=small)
        assert [len(review.rows) for review in contents.reviews] == [12, 5]

    def test_another_version(self) -> None:
        """PAINS 8."""
        desk = mixed()
        cell = self.stamp_cell(desk)
        desk.type(cell, str(desk.held[cell].value).replace("@1", "@4"))
        assert said(read_desk(desk), "checklist-differs") == [
            "The sheet was made with twelve-gates@4; twelve-gates@1 is in use."
        ]

    def test_two_forms_on_one_tab(self) -> None:
        desk = mixed()
        for cell, held in mixed().held.items():
            desk.held[cell.down(50)] = held
        problem = problem_of(desk)
        assert "two forms" in problem.reason
        assert "B2 and B52" in problem.reason

    def test_the_keys_are_gone(self) -> None:
        """PAINS 5: rows are known by number and title, and people are told."""
        desk = mixed()
        desk.delete_column(1)
        review = read_desk(desk)
        assert [row.lost_key for row in review.rows] == [True] * 12
        assert len(said(review, "row-unknown")) == 12
        assert "lost its hidden key" in said(review, "row-unknown")[0]
        plain = tuple(msgspec.structs.replace(row, lost_key=False) for row in answers(review).rows)
        assert plain == UNTOUCHED.rows

    def test_one_key_is_gone(self) -> None:
        desk = mixed()
        desk.clear(Cell(desk.gate_row(5), 1))
        review = read_desk(desk)
        assert [row.key for row in review.rows if row.lost_key] == ["cost-per-task"]

    def test_neither_key_nor_number(self) -> None:
        """What is marked beside a gate's title is that gate's; a title alone is a note."""
        desk = mixed()
        desk.clear(Cell(desk.gate_row(5), 1))
        status = desk.cell("5 Status")
        desk.clear("5 #")
        assert codes(read_desk(desk)).count("row-unknown") == 1
        desk.clear(status)
        assert codes(read_desk(desk)).count("row-missing") == 1

    def test_the_keys_and_the_numbers_are_gone(self) -> None:
        desk = mixed()
        desk.delete_column(1)
        desk.delete_column(0)
        review = read_desk(desk)
        assert [row.lost_key for row in review.rows] == [True] * 12
        assert len(said(review, "row-unknown")) == 12

    def test_a_row_without_key_and_number_that_says_otherwise_is_seen(self) -> None:
        """PAINS 5: what is in sight of a row was copied below the table, and marked red there."""
        desk = mixed()
        for cell in [c for c in desk.held if c.row == desk.gate_row(6) and c.column > 1]:
            desk.type(cell.down(40), desk.held[cell].value or "")
        desk.type(Cell(desk.gate_row(6) + 40, desk.header("Status").column), "Red")
        review = read_desk(desk)
        assert len(review.rows) == 13
        assert {"row-duplicated", "row-unknown"} <= set(codes(review))

    def test_a_second_row_without_its_key_is_seen_and_blocks(self) -> None:
        """Somebody typed or pasted a gate again under the table: its red must not be missed."""
        desk = mixed()
        for cell in [c for c in desk.held if c.row == desk.gate_row(5) and c.column != 1]:
            desk.type(cell.down(40), desk.held[cell].value or "")
        review = read_desk(desk)
        assert len(review.rows) == 13
        assert {"row-duplicated", "row-unknown"} <= set(codes(review))

    def test_mixed_up_rows_are_seen_without_the_header_gate(self) -> None:
        """PAINS 5: titles are known by what they are."""
        desk = mixed()
        desk.type(desk.header("Gate"), "")
        assert "row-mixed-up" not in codes(read_desk(desk))
        title = Cell(desk.gate_row(5), 2)
        desk.type(title, desk.held[title.down(1)].value or "")
        assert codes(read_desk(desk)).count("row-mixed-up") == 1

    def test_a_row_is_deleted(self) -> None:
        desk = mixed()
        desk.delete_row(desk.gate_row(7))
        assert said(read_desk(desk), "row-missing") == [
            "The row of gate 7 Failure handling defined is missing."
        ]

    def test_a_row_is_copied_over_another(self) -> None:
        desk = mixed()
        desk.copy_row(desk.gate_row(5), desk.gate_row(6))
        review = read_desk(desk)
        assert len(said(review, "row-duplicated")) == 1
        assert "rows: 19, 20" in said(review, "row-duplicated")[0]
        assert len(said(review, "row-missing")) == 1

    def test_a_key_of_another_checklist(self) -> None:
        desk = mixed()
        desk.type(Cell(desk.gate_row(7), 1), "gate:gate-7")
        review = read_desk(desk)
        assert "“gate-7”" in said(review, "row-unknown")[0]
        assert len(said(review, "row-missing")) == 1

    def test_another_number_is_typed_over_a_gates_number(self) -> None:
        desk = mixed()
        desk.type("7 #", 8.0)
        assert "number “8”" in said(read_desk(desk), "row-unknown")[0]


class TestHeaders:
    def test_renamed(self) -> None:
        """PAINS 30: what was found, what was expected."""
        desk = mixed()
        desk.rename("Next action", "Next acton")
        problem = problem_of(desk)
        assert problem.reason == (
            "row 11 has no column Next action (did you mean “Next acton” in column F?)"
        )
        assert "Next action" in problem.remedy

    def test_nothing_comes_close(self) -> None:
        desk = mixed()
        desk.rename("Owner", "Xyz")
        assert problem_of(desk).reason == "row 11 has no column Owner"
        assert problem_of(desk).remedy == (
            "Bring the header back as it was: # · Gate · Status · Owner · Next action · Due · "
            "Downgrade approved by · Artifact · Check. If it is too late for that, gatebook repair makes a "
            "fresh form of all that can be read."
        )

    def test_several_are_missing(self) -> None:
        desk = mixed()
        desk.rename("Owner", "Xyz")
        desk.clear(desk.header("Due"))
        assert "Owner, Due" in problem_of(desk).reason

    def test_each_that_comes_close_is_named(self) -> None:
        desk = mixed()
        desk.rename("Owner", "Ownr")
        desk.rename("Artifact", "Artifcat")
        problem = problem_of(desk)
        assert problem.reason.endswith(
            "(did you mean “Ownr” in column E?; did you mean “Artifcat” in column I?)"
        )
        # The remedy names the headers as they stand on the form.
        assert all(field.label in problem.remedy for field in ROW)

    def test_the_least_that_is_a_header_row(self) -> None:
        """With three headers left, what is missing is named; with fewer, the row is."""
        desk = mixed()
        for header in ("Owner", "Artifact", "#", "Gate", "Check", "Downgrade approved by"):
            desk.clear(desk.header(header))
        assert "no column Owner, Artifact" in problem_of(desk).reason
        desk.clear(desk.find("Due"))
        assert "headers" in problem_of(desk).reason

    def test_only_the_mark_is_left(self) -> None:
        """Everything in sight was cleared."""
        desk = mixed()
        for cell in [c for c, held in desk.held.items() if "gatebook:" not in str(held.value)]:
            desk.clear(cell)
        assert "headers" in problem_of(desk).reason

    def test_a_labels_very_name_wins_over_another_word_for_it(self) -> None:
        desk = mixed()
        desk.insert_rows(0, 2)
        desk.type("A1", "Date")
        desk.type("B1", "Some day in autumn")
        assert answers(read_desk(desk)) == UNTOUCHED

    def test_a_label_right_under_the_table_counts(self) -> None:
        """Rows between were deleted."""
        desk = mixed()
        while desk.find("Signed by").row > desk.gate_row(12) + 1:
            desk.delete_row(desk.gate_row(12) + 1)
        assert read_desk(desk).sign_off.name == "Dana Novak"

    def test_twice(self) -> None:
        desk = mixed()
        desk.type(desk.header("Check"), "Due")
        assert problem_of(desk).reason == "the column Due stands there twice, at G11 and J11"

    def test_the_label_wins_over_another_word_for_it(self) -> None:
        desk = mixed()
        desk.type(desk.header("Check"), "Due by")
        assert answers(read_desk(desk)).rows[1].due == date(2026, 11, 27)

    def test_the_whole_row_is_gone(self) -> None:
        desk = mixed()
        desk.delete_row(desk.header("Status").row)
        problem = problem_of(desk)
        assert "header" in problem.reason
        assert "undo" in problem.remedy

    @pytest.mark.parametrize(
        ("label", "code"),
        [
            ("System", "header-missing"),
            ("Pilot lead", "header-missing"),
            ("Review date", "header-missing"),
            ("Production owner", "named-owner-missing"),
            ("Backup owner", "backup-missing"),
            ("Signed by", "sign-off-missing"),
            ("Signer's role", "sign-off-missing"),
            ("Signed on", "sign-off-missing"),
        ],
    )
    def test_a_label_is_missing(self, label: str, code: str) -> None:
        """PAINS 30: not "is empty", where the person sees that it is filled in."""
        desk = typed_desks("")[0]
        desk.clear(desk.find(label))
        (message,) = [text for text in said(read_desk(desk), code) if "label" in text]
        assert f"no box beside a label “{label}” was found" in message

    @pytest.mark.parametrize("label", ["Stakes", "Customer data", "Live", "Launch date", "Attendees",
                                       "Regulated area", "Re-gate on", "Decision"])  # fmt: skip
    def test_other_labels_that_are_missing_leave_a_blank(self, label: str) -> None:
        desk = mixed()
        desk.clear(desk.find(label))
        review = read_desk(desk)
        name = {"Attendees": "attendees", "Decision": "shown", "Stakes": "stakes", "Live": "live",
                "Customer data": "customer_data", "Launch date": "launch_date",
                "Regulated area": "regulated_area", "Re-gate on": "regate_on"}[label]  # fmt: skip
        assert not getattr(review, name)

    def test_a_label_right_before_another_label_has_no_box(self) -> None:
        """It must not take the other label for its answer."""
        desk = typed_desks("")[0]
        at = desk.cell("Signed by")
        desk.clear(desk.find("Decision"))
        desk.type(at, "Decision")
        review = read_desk(desk)
        assert review.sign_off.name == ""
        assert "no box beside" in said(review, "sign-off-missing")[0]

    @pytest.mark.parametrize("header", ["#", "Gate", "Check", "Downgrade approved by"])
    def test_columns_that_a_review_can_do_without(self, header: str) -> None:
        desk = mixed()
        desk.clear(desk.header(header))
        review = read_desk(desk)
        left: dict[str, dict[str, Any]] = {
            "#": {"number_shown": None},
            "Downgrade approved by": {"approver": ""},
        }
        rows = answers(review).rows
        expected = UNTOUCHED.rows
        for row, was in zip(rows, expected, strict=True):
            assert row == msgspec.structs.replace(was, **left.get(header, {}))

    def test_an_approval_under_a_header_that_nobody_knows_does_not_count(self) -> None:
        """The stricter reading: the red stands, and the sheet's own decision differs."""
        desk = desk_of(review=read_desk(mixed()))
        assert "sheet-disagrees" not in codes(read_desk(desk))
        desk.rename("Downgrade approved by", "OK from")
        verdict = judge(read_desk(desk), TWELVE, TODAY).verdict
        assert [each.effective for each in verdict.gates].count(Status.RED) == 2


class TestValues:
    @pytest.mark.parametrize(
        ("typed", "status"),
        [
            ("Green", Status.GREEN), ("GREEN", Status.GREEN), (" green\u00a0", Status.GREEN),
            ("g", Status.GREEN), ("Yellow", Status.YELLOW), ("Y", Status.YELLOW),
            ("amber", Status.YELLOW), ("Amber ", Status.YELLOW), ("red", Status.RED),
            ("R", Status.RED), ("   ", None), ("\u00a0\n", None),
            ("Done", Unreadable("Done")), ("green?", Unreadable("green?")), (1.0, Unreadable("1")),
            (True, Unreadable("TRUE")), ("A", Unreadable("A")),
            (CellError("#REF!"), Unreadable("#REF!", "error")),
        ],
    )  # fmt: skip
    def test_status(self, typed: Raw, status: object) -> None:
        """PAINS 9, 14."""
        desk = mixed()
        desk.type("5 Status", typed)
        assert read_desk(desk).rows[4].status == status

    @pytest.mark.parametrize(
        ("typed", "day"),
        [
            (date(2026, 6, 30), date(2026, 6, 30)),
            (46203.0, date(2026, 6, 30)),
            (46203.75, date(2026, 6, 30)),
            ("2026-06-30", date(2026, 6, 30)),
            (" 2026-06-30\u00a0", date(2026, 6, 30)),
            ("30/06/2026", Unreadable("30/06/2026")),
            ("03/04/2026", Unreadable("03/04/2026")),
            ("June 30, 2026", Unreadable("June 30, 2026")),
            ("2026-6-30", Unreadable("2026-6-30")),
            ("2026-02-29", Unreadable("2026-02-29")),
            ("20260630", Unreadable("20260630")),
            ("1066-10-14", Unreadable("1066-10-14")),
            # The sheet's own DATE takes these for years after 1900.
            ("1900-12-31", Unreadable("1900-12-31")),
            ("1901-01-01", date(1901, 1, 1)),
            (1.0, date(1899, 12, 31)),
            ("²026-06-30", Unreadable("²026-06-30")),
            (True, Unreadable("TRUE")),
            (-1.0, Unreadable("-1", "range")),
            (0.5, Unreadable("0.5", "range")),
            (2_958_466.0, Unreadable("2958466", "range")),
            (1e300, Unreadable("1e+300", "range")),
            (CellError("#VALUE!"), Unreadable("#VALUE!", "error")),
            ("", None),
        ],
    )
    def test_dates(self, typed: Raw | date, day: object) -> None:
        """PAINS 15: real dates and ISO text; nothing is guessed."""
        desk = mixed()
        for place in ("5 Due", "Review date", "Signed on"):
            desk.type(place, typed)
        review = read_desk(desk)
        assert review.rows[4].due == day
        assert review.review_date == day
        assert review.sign_off.on == day

    @pytest.mark.parametrize("days", [2_957_003.0, 2_957_004.0, 2_958_464.0])
    def test_days_of_the_old_mac_calendar_at_its_end(self, days: float) -> None:
        """PAINS 15: a serial number beyond the last day is out of range, not a crash."""
        desk = mixed()
        desk.epoch_1904 = True
        desk.type("5 Due", days)
        due = read_desk(desk).rows[4].due
        last = date(9999, 12, 31)
        assert due == (last if days == 2_957_003.0 else Unreadable(f"{days:.0f}", "range"))

    def test_the_old_mac_calendar(self) -> None:
        """PAINS 15: four years and a day apart."""
        desk = mixed()
        desk.epoch_1904 = True
        desk.type("5 Due", 46203.0 - 1462)
        desk.type("Review date", date(2026, 6, 30))
        review = read_desk(desk)
        assert review.rows[4].due == review.review_date == date(2026, 6, 30)

    @pytest.mark.parametrize(
        ("typed", "answer"),
        [
            ("Yes", "Yes"), ("yes", "Yes"), ("Y", "Yes"), (True, "Yes"), ("TRUE", "Yes"),
            ("no ", "No"), ("n", "No"), (False, "No"), ("", ""),
            ("maybe", Unreadable("maybe")), (1.0, Unreadable("1")),
            (CellError("#N/A"), Unreadable("#N/A", "error")),
        ],
    )  # fmt: skip
    def test_yes_and_no(self, typed: Raw, answer: object) -> None:
        """PAINS 9."""
        desk = mixed()
        for label in ("Live", "Customer data"):
            desk.type(label, typed)
        review = read_desk(desk)
        assert review.live == answer
        assert review.customer_data == answer

    @pytest.mark.parametrize(
        ("label", "typed", "answer"),
        [
            ("Stakes", "low-stakes INTERNAL", "Low-stakes internal"),
            ("Stakes", "standard", "Standard"),
            ("Stakes", "low", Unreadable("low")),
            ("Regulated area", "healthcare", "Healthcare"),
            ("Regulated area", "hr", "HR"),
            ("Regulated area", "military", Unreadable("military")),
        ],
    )
    def test_choices(self, label: str, typed: str, answer: object) -> None:
        desk = mixed()
        desk.type(label, typed)
        review = read_desk(desk)
        assert {"Stakes": review.stakes, "Regulated area": review.regulated_area}[label] == answer

    @pytest.mark.parametrize(
        ("typed", "text"),
        [
            (12.0, "12"), (1.5, "1.5"), (1e15, "1000000000000000"), (1e16, "1e+16"),
            (True, "TRUE"), (False, "FALSE"), (" a  b\u00a0c ", "a b c"),
        ],
    )  # fmt: skip
    def test_numbers_and_odd_spaces_in_names(self, typed: Raw, text: str) -> None:
        desk = mixed()
        desk.type("System", typed)
        assert read_desk(desk).system == text

    def test_lines_within_a_text_stay(self) -> None:
        desk = mixed()
        desk.type("5 Next action", "  First this,\nthen  that \n")
        assert read_desk(desk).rows[4].next_action == "First this,\nthen  that"

    def test_marks_that_nobody_sees_are_no_answer(self) -> None:
        """Pasted along from web pages and chats, alone or around a text."""
        desk = mixed()
        desk.type("5 Next action", "\u200b \ufeff")
        desk.type("6 Artifact", "\ufeffFolder 7\u2060")
        # These the sheet's own formulas do not know.
        desk.type("7 Artifact", "\u2003")
        desk.type("8 Artifact", "\u200d\u202e\ufe0f")
        rows = read_desk(desk).rows
        assert (rows[4].next_action, rows[5].artifact) == ("", "Folder 7")
        assert (rows[6].artifact, rows[7].artifact) == ("", "")

    def test_an_error_value_is_named(self) -> None:
        desk = mixed()
        desk.type("5 Owner", CellError("#REF!"))
        assert "its cell shows the error #REF!" in said(read_desk(desk), "owner-missing")[0]


class TestFormulas:
    """PAINS 13: what a formula shows is no answer."""

    @pytest.mark.parametrize(
        ("place", "code"),
        [
            ("5 Status", "status-unreadable"),
            ("5 Owner", "owner-missing"),
            ("5 Due", "date-unreadable"),
            ("Pilot lead", "header-missing"),
            ("Review date", "date-unreadable"),
            ("Signed by", "sign-off-missing"),
            ("Live", "choice-unreadable"),
        ],
    )
    def test_in_an_input(self, place: str, code: str) -> None:
        desk = mixed()
        desk.type_formula(place, "Plan!B7", "Green")
        review = read_desk(desk)
        assert code in codes(review)
        (message,) = said(review, "formula-in-input")
        assert "“=Plan!B7”" in message

    def test_without_a_stored_value(self) -> None:
        desk = mixed()
        desk.type_formula("5 Next action", "X1")
        review = read_desk(desk)
        assert review.rows[4].next_action == ""
        assert "its cell holds a formula" in said(review, "plan-missing")[0]

    @pytest.mark.parametrize(
        ("formula", "value", "text", "link"),
        [
            ('HYPERLINK("https://docs.example/7","Runbook")', "Runbook", "Runbook",
             "https://docs.example/7"),
            ('hyperlink ( "https://docs.example/7")', None, "https://docs.example/7",
             "https://docs.example/7"),
            ('HYPERLINK("https://docs.example/?a=""b""")', None, 'https://docs.example/?a="b"',
             'https://docs.example/?a="b"'),
        ],
    )  # fmt: skip
    def test_a_hyperlink_is_an_artifact(
        self, formula: str, value: str | None, text: str, link: str
    ) -> None:
        desk = mixed()
        desk.type_formula("1 Artifact", formula, value)
        row = read_desk(desk).rows[0]
        assert (row.artifact, row.artifact_link, row.formulas) == (text, link, {})

    def test_the_decision_is_read_but_decides_nothing(self) -> None:
        """PAINS 12."""
        desk = mixed()
        desk.type("Decision", "Launch this week")
        review = read_desk(desk)
        assert review.shown == "Launch this week"
        assert "sheet-disagrees" in codes(review)


def test_merged_cells_are_named() -> None:
    """PAINS 6."""
    desk = mixed()
    desk.merge("E19:E20")
    review = read_desk(desk)
    assert said(review, "owner-missing") == [
        "Gate 6 Quality sampled every week has no owner (its cell is part of the merged range "
        "E19:E20, whose value stands in E19)."
    ]


def _merged(*places: str) -> Review:
    """A passing form with the range over these places merged, and what it covers still there."""
    desk = typed_desks("")[0]
    cells = [desk.cell(place) for place in places]
    desk.merges += (Range(min(cells), max(cells)),)
    return read_desk(desk)


@pytest.mark.parametrize(
    ("places", "found"),
    [
        (("3 Status", "3 Owner"), {"owner-missing"}),
        (("3 Status", "3 Artifact"), {"owner-missing", "artifact-missing"}),
        (("3 #", "3 Artifact"), {"row-missing"}),
        (("System", "Pilot lead"), {"header-missing"}),
        (("System", "Backup owner"), {"header-missing", "named-owner-missing", "backup-missing"}),
        (("Signed by", "Signed on"), {"sign-off-missing"}),
    ],
)
def test_what_merged_ranges_cover_does_not_count(places: tuple[str, ...], found: set[str]) -> None:
    """Some programs keep what stood in covered cells; nobody sees it."""
    review = _merged(*places)
    assert found <= set(codes(review))
    assert judge(review, TWELVE, TODAY).verdict.decision is Decision.INCOMPLETE


def test_a_covered_box_whose_blank_says_something_is_named() -> None:
    """As where its label is gone: blank is no answer that anybody gave."""
    review = _merged("Stakes", "Customer data")
    assert review.customer_data == ""
    assert said(review, "label-missing") == [
        "No box beside the label Customer data was found (its cell is part of the merged range G5:G6, "
        "whose value stands in G5); it counts as blank."
    ]


def test_a_covered_link_is_no_proof() -> None:
    desk = typed_desks("")[0]
    desk.type("3 Artifact", "Folder 7", "https://example.com/folder")
    desk.merges += (Range(desk.cell("3 Downgrade approved by"), desk.cell("3 Artifact")),)
    review = read_desk(desk)
    assert (review.rows[2].artifact, review.rows[2].artifact_link) == ("", "")
    assert "artifact-missing" in codes(review)


def test_a_covered_attendee_was_not_seen_in_the_room() -> None:
    desk = typed_desks("")[0]
    first = desk.cell("Attendees")
    everybody = read_desk(desk).attendees
    desk.merges += (Range(first, first.down(1)),)
    assert read_desk(desk).attendees == (everybody[0], *everybody[2:])


def test_a_form_keeps_its_stamp_under_a_merged_range() -> None:
    desk = typed_desks("")[0]
    stamp = read_desk(desk).stamp
    at = desk.find("Decision").right(-1)
    desk.merges += (Range(at.right(-1), at),)
    assert read_desk(desk).stamp == stamp


def test_merged_dates_are_named() -> None:
    """PAINS 6."""
    desk = mixed()
    desk.type("5 Status", "Yellow")
    desk.merge("F19:G19")
    assert "F19:G19" in said(read_desk(desk), "plan-date-missing")[0]


class TestRoom:
    """PAINS 17: one name a line; commas belong to names."""

    def test_several_names_in_one_cell(self) -> None:
        desk = typed_desks("Attendee: none")[0]
        first = desk.cell("Attendees")
        desk.type(first, "Ana Ruiz\nLi, Bo\n\n Eli Stone ")
        desk.type(first.right(), "Lead\nOwner")
        assert read_desk(desk).attendees == (
            Attendee("Ana Ruiz", "Lead"), Attendee("Li, Bo", "Owner"), Attendee("Eli Stone", "Owner"),
        )  # fmt: skip

    def test_gaps_between_names(self) -> None:
        desk = typed_desks("Attendee: none")[0]
        first = desk.cell("Attendees")
        desk.type(first.down(2), "Bo Li")
        desk.type(first.down(5), "Eli Stone")
        assert [who.name for who in read_desk(desk).attendees] == ["Bo Li", "Eli Stone"]

    @pytest.mark.parametrize(
        ("rows", "read"),
        [((5,), 1), ((0, 6), 2), ((0, 7), 1)],
        ids=["last row", "5 blank", "6 blank"],
    )
    def test_six_blank_rows_end_the_list(self, rows: tuple[int, ...], read: int) -> None:
        """The form has six rows, and somebody may fill in the last one only."""
        desk = typed_desks("Attendee: none")[0]
        first = desk.cell("Attendees")
        for label in ("Signed on", "Decision"):
            desk.clear(desk.find(label))
        desk.insert_rows(first.row + 6, 6)
        for down in rows:
            desk.type(first.down(down), f"Guest {down}")
        assert len(read_desk(desk).attendees) == read

    def test_names_in_a_column_that_somebody_inserted(self) -> None:
        desk = mixed()
        label = desk.find("Attendees")
        desk.insert_columns(label.column + 1)
        desk.type(label.down(2).right(), "Zoe Park")
        review = read_desk(desk)
        assert [who.name for who in review.attendees] == ["Zoe Park"]
        assert review.cells["attendees"] == label.right()

    def test_a_note_in_that_column_far_above_is_not_the_list(self) -> None:
        desk = mixed()
        label = desk.find("Attendees")
        desk.insert_columns(label.column + 1)
        desk.type(Cell(0, label.column + 1), "Ask Zoe Park")
        assert read_desk(desk).attendees == passing_review().attendees

    def test_nobody(self) -> None:
        """The sign-off beside the list is not the list."""
        desk = typed_desks("Attendee: none")[0]
        review = read_desk(desk)
        assert review.attendees == ()
        assert review.cells["attendees"] == desk.cell("Attendees")

    def test_roles_without_names_are_nobody(self) -> None:
        desk = typed_desks("Attendee: none")[0]
        desk.type(desk.cell("Attendees").right(), "Security")
        assert read_desk(desk).attendees == ()

    def test_more_than_the_form_has_room_for(self) -> None:
        desk = typed_desks("Attendee: none")[0]
        first = desk.cell("Attendees")
        desk.insert_rows(first.row + 6, 3)
        for down in range(9):
            desk.type(first.down(down), f"Guest {down}")
        assert len(read_desk(desk).attendees) == 9

    def test_what_follows_under_another_label_is_not_the_room(self) -> None:
        desk = mixed()
        label = desk.find("Attendees").down(6)
        desk.type(label, "Minutes")
        desk.type(label.right(), "Sent on Friday")
        assert read_desk(desk).attendees == passing_review().attendees


class TestWorkbook:
    """PAINS 2: every tab is read, named as a problem, or known to be none of ours."""

    def book(self, *systems: str) -> list[Desk]:
        """Several forms in one workbook, each with its Changes tab, tabs renamed as Excel does."""
        desks: list[Desk] = []
        for place, system in enumerate(systems):
            review = passing_review(
                system=system, stamp=stamp_of(TWELVE, system.lower(), f"review-{place}")
            )
            for desk in map(Desk.of, grids_of(review_workbook(review, TWELVE))):
                desk.tab = f"{desk.tab} ({place + 1})"
                desks.append(desk)
        return desks

    def test_several_reviews_with_their_changes(self) -> None:
        desks = self.book("Alpha", "Beta")
        for desk, kind in ((desks[2], "Prompt"), (desks[5], "Model")):
            desk.type(desk.find("Date").down(), REVIEWED)
            desk.type(desk.find("Kind").down(), kind)
        contents = contents_of(*desks)
        assert [review.system for review in contents.reviews] == ["Alpha", "Beta"]
        assert [
            [(change.kind, change.tab) for change in review.changes] for review in contents.reviews
        ] == [[("Prompt", "Changes (1)")], [("Model", "Changes (2)")]]
        assert contents.passed == ("Guide (1)", "Guide (2)")
        assert contents.problems == ()

    def test_changes_without_a_mark_belong_to_all(self) -> None:
        desks = self.book("Alpha", "Beta")
        log = desks[2]
        log.clear(Cell(0, 0))
        log.type(log.find("Date").down(), REVIEWED)
        contents = contents_of(*desks)
        assert [len(review.changes) for review in contents.reviews] == [1, 1]

    def test_changes_of_another_system_are_not_ours(self) -> None:
        alpha, _, _, beta, _, changes = self.book("Alpha", "Beta")
        changes.type(changes.find("Date").down(), REVIEWED)
        first, second = contents_of(alpha, beta, changes).reviews
        assert (len(first.changes), len(second.changes)) == (0, 1)

    def test_changes_that_no_review_here_claims_are_not_dropped(self) -> None:
        alpha, _, _, _, _, changes = self.book("Alpha", "Beta")
        changes.type(changes.find("Date").down(), REVIEWED)
        assert len(read_desk(alpha, changes).changes) == 1

    @pytest.mark.parametrize("header", ["Date", "Kind"])
    def test_a_log_that_cannot_be_read_is_a_problem(self, header: str) -> None:
        """Its changes would be missed silently."""
        desks = self.book("Alpha")
        desks[2].rename(header, "When or what")
        contents = contents_of(*desks)
        assert len(contents.reviews) == 1
        (problem,) = contents.problems
        assert problem.tab == "Changes (1)"
        assert header in problem.reason
        assert "header" in problem.remedy

    def test_a_log_with_a_column_twice_is_a_problem(self) -> None:
        desks = self.book("Alpha")
        desks[2].type(desks[2].find("What").right(), "Date")
        (problem,) = contents_of(*desks).problems
        assert problem.reason == "the column Date stands there twice, at B3 and F3"

    def test_formulas_in_the_log_are_no_answers(self) -> None:
        """PAINS 13: the day of a change must not move with the calendar."""
        desks = typed_desks("Change: 2026-11-21, Prompt, Bo Li, Shorter")
        log = desks[2]
        log.type_formula(log.find("Date").down(), "TODAY()", 46349.0)
        log.type_formula(log.find("Kind").down(), "C9", "Other")
        log.type_formula(log.find("Date").down(2), "TODAY()")
        first, second = read_desk(*desks).changes
        assert (first.on, first.kind) == (
            Unreadable("=TODAY()", "formula"),
            Unreadable("=C9", "formula"),
        )
        assert first.major
        assert second.on == Unreadable("=TODAY()", "formula")

    def test_columns_of_the_log_may_move(self) -> None:
        """PAINS 3."""
        desks = typed_desks("Change: 2026-11-21, Prompt, Bo Li, Shorter")
        log = desks[2]
        log.swap_columns(log.find("Date").column, log.find("What").column, range(100))
        log.insert_columns(0)
        (change,) = read_desk(*desks).changes
        assert (change.on, change.kind, change.who, change.what) == (
            date(2026, 11, 21), "Prompt", "Bo Li", "Shorter",
        )  # fmt: skip

    def test_other_tabs_are_passed_over(self) -> None:
        notes = Desk("Notes")
        notes.type("A1", "Status")
        notes.type("B1", "Owner")
        notes.type("A2", 7.0)
        empty = Desk("Sheet3")
        actions = Desk("Actions")
        for place, header in enumerate(("System", "Gate", "Status", "Owner", "Next action", "Due")):
            actions.type(Cell(0, place), header)
        contents = contents_of(notes, empty, actions)
        assert contents.passed == ("Notes", "Sheet3", "Actions")
        assert (contents.reviews, contents.problems) == ((), ())

    def test_a_spoilt_tab_does_not_hide_the_others(self) -> None:
        desks = self.book("Alpha", "Beta")
        desks[0].rename("Status", "State of play")
        contents = contents_of(*desks)
        assert [review.system for review in contents.reviews] == ["Beta"]
        assert [problem.tab for problem in contents.problems] == ["Review (1)"]

    def test_a_copied_tab_has_the_same_review_id(self) -> None:
        """PAINS 20: a conflict can be seen."""
        one, other = mixed(), mixed()
        other.tab = "Review (2)"
        ids = [review.stamp.review_id for review in contents_of(one, other).reviews]
        assert ids == ["review-1", "review-1"]

    def test_where_and_when_are_kept(self) -> None:
        from gatebook.sheets.review_form import read_reviews

        desk = mixed()
        desk.tab = "May"
        grid = replace(desk.grid(), url="https://sheets.example/1#gid=2", workbook="May to July")
        contents = read_reviews(
            [grid], {TWELVE.id: TWELVE}, TWELVE, location="a/b.xlsx", modified=12.5
        )
        (review,) = contents.reviews
        assert (review.location, review.modified, review.tab) == ("a/b.xlsx", 12.5, "May")
        assert (review.url, review.workbook) == ("https://sheets.example/1#gid=2", "May to July")


def test_the_drawn_form_needs_no_reading_of_formulas() -> None:
    """PAINS 12: inputs are never drawn as formulas."""
    sheet = review_workbook(with_row(passing_review(), 5, next_action="=1+1"), TWELVE).sheets[0]
    desk = mixed()
    for place in ("System", "5 Status", "5 Owner", "5 Next action", "5 Due", "Signed by"):
        assert not isinstance(sheet.cells[desk.cell(place)].content, Formula)
