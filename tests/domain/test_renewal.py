"""The next review of a system: what is carried, what is cleared, what has changed since."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatebook.domain.checklist import Checklist
from gatebook.domain.decision import Decision
from gatebook.domain.judge import Judged, judge
from gatebook.domain.renewal import Kept, next_day, renew, standing
from gatebook.domain.review import (
    LOW_STAKES,
    Attendee,
    Change,
    GateRow,
    Review,
    SignOff,
    Status,
    Unreadable,
)
from gatebook.domain.systems import System, systems
from gatebook.sheets.review_form import read_reviews, review_workbook
from tests.support.builders import LAUNCH, REVIEWED, ROOM, TODAY, TWELVE, passing_review, with_row
from tests.support.checklists import make_checklist
from tests.support.memory_grid import grids_of
from tests.support.tables import desk_of, read_desk
from tests.support.typed_sheets import draw_blank, judged, random_answers

ON = date(2026, 12, 18)
LATER, BEFORE = date(2027, 1, 15), date(2026, 12, 1)
DUE = date(2026, 12, 4)


def renewed(review: Review, checklist: Checklist = TWELVE) -> Review:
    return renew(review, checklist, ON, "0a1b").review


# field, as it stood, as it stands on the next form
HEAD: list[tuple[str, Any, Any]] = [
    ("system", "Invoice helper", "Invoice helper"),
    ("lead", "Ana Ruiz", "Ana Ruiz"),
    ("stakes", LOW_STAKES, LOW_STAKES),
    ("customer_data", "Yes", "Yes"),
    ("regulated_area", "Credit", "Credit"),
    ("owner", "Bo Li", "Bo Li"),
    ("backup", "Chidi Okafor", "Chidi Okafor"),
    ("live", "Yes", "Yes"),
    ("stakes", Unreadable("medium"), Unreadable("medium")),
    ("launch_date", LATER, LATER),
    ("launch_date", ON, ON),
    ("launch_date", BEFORE, None),
    ("launch_date", Unreadable("soon"), Unreadable("soon")),
    ("attendees", ROOM, ROOM),
    ("review_date", REVIEWED, ON),
    ("regate_on", LATER, None),
    ("sign_off", SignOff("Dana Novak", "COO", REVIEWED), SignOff()),
    ("shown", "Launch this week", None),
]


@pytest.mark.parametrize(("field", "stood", "stands"), HEAD)
def test_the_head(field: str, stood: Any, stands: Any) -> None:
    assert getattr(renewed(passing_review(**{field: stood})), field) == stands


def test_the_launch_of_a_live_system_stays_for_its_cadence_counts_from_it() -> None:
    """Else its monthly reviews would begin anew with each form."""
    review = passing_review(live="Yes", launch_date=BEFORE)
    assert renewed(review).launch_date == BEFORE


RED = {"status": Status.RED, "next_action": "Fix it", "due": DUE}
YELLOW = {"status": Status.YELLOW, "next_action": "Build it", "due": DUE}
OPEN = {"next_action": "Fix it", "due": DUE}
# gate, what stood in its row, what the next form's row has of actions, its note
ROWS: list[tuple[int, dict[str, Any], dict[str, Any], str]] = [
    (1, {}, {}, "Last time: Green"),
    (1, {"next_action": "Keep at it", "due": DUE}, {}, "Last time: Green"),
    (1, YELLOW, {"next_action": "Build it", "due": DUE}, "Last time: Yellow"),
    (1, RED, OPEN, "Last time: Red"),
    (1, RED | {"approver": "Eve Sand"}, OPEN, "Last time: Red, counted as yellow"),
    # Gate 11 is never optional.
    (11, RED | {"approver": "Eve Sand"}, OPEN, "Last time: Red"),
    (1, RED | {"due": Unreadable("soon")}, OPEN | {"due": Unreadable("soon")}, "Last time: Red"),
    (1, RED | {"status": None}, OPEN, "Last time: not marked"),
    (1, {"status": None}, {}, "Last time: not marked"),
    (1, RED | {"status": Unreadable("done")}, OPEN, "Last time: could not be read"),
]


@pytest.mark.parametrize(("gate", "stood", "action", "note"), ROWS)
def test_a_row(gate: int, stood: dict[str, Any], action: dict[str, Any], note: str) -> None:
    review = with_row(passing_review(stakes=LOW_STAKES), gate, artifact="Folder 7", **stood)
    row = renewed(review).rows[gate - 1]
    key = TWELVE.gates[gate - 1].key
    assert row == GateRow(key, None, "Mia Berg", artifact="Folder 7", note=note, **action)


def test_a_link_comes_along_with_its_text() -> None:
    address = "https://docs.example/7"
    review = with_row(passing_review(), 2, artifact="Folder 7", artifact_link=address)
    row = renewed(review).rows[1]
    assert (row.artifact, row.artifact_link) == ("Folder 7", address)


def test_of_a_row_that_is_there_twice_the_worse_counts() -> None:
    review = passing_review()
    twice = msgspec.structs.replace(review.rows[0], owner="Cy Ek", **RED)
    for rows in ((twice, *review.rows), (*review.rows, twice)):
        row = renewed(msgspec.structs.replace(review, rows=rows)).rows[0]
        assert (row.owner, row.next_action, row.note) == ("Cy Ek", "Fix it", "Last time: Red")


def test_a_gate_that_yellow_does_not_pass_says_what_its_yellow_counted_as() -> None:
    checklist = make_checklist(5)
    row = renewed(with_row(passing_review(checklist), 3, **YELLOW), checklist).rows[2]
    assert row.note == "Last time: Yellow, counted as red"


class TestTheStamp:
    def test_it_is_the_same_system_and_another_review_of_the_checklist_in_use(self) -> None:
        stamp = renewed(passing_review(system="Renamed helper"), changed_checklist(version=2)).stamp
        assert stamp.system_id == "invoice-helper"
        assert stamp.review_id == "invoice-helper-2026-12-18-0a1b"
        assert (stamp.checklist, stamp.version) == ("twelve-gates", 2)

    def test_two_of_one_day_are_two(self) -> None:
        ids = {renew(passing_review(), TWELVE, ON, t).review.stamp.review_id for t in "ab"}
        assert len(ids) == 2


def changed_checklist(version: int = 1, **changes: Any) -> Checklist:
    """The twelve gates with gate 3 changed."""
    third = msgspec.structs.replace(TWELVE.gates[2], **changes)
    gates = (*TWELVE.gates[:2], third, *TWELVE.gates[3:])
    return msgspec.structs.replace(TWELVE, version=version, gates=gates)


def read_back(review: Review, checklist: Checklist = TWELVE) -> Review:
    """Drawn with its Guide and Changes, and read."""
    grids = grids_of(review_workbook(review, checklist))
    (found,) = read_reviews(grids, {checklist.id: checklist}, checklist).reviews
    return found


class TestTheChecklistOfAnotherVersion:
    """Forms are read with the checklist that is at hand, which may not be the one they show."""

    @pytest.mark.parametrize(
        "change",
        [
            {"title": "Data kept apart"},
            {"meaning": "Something else."},
            {"bring": ("A paper",)},
            {"green": "Much more."},
            {"yellow": "Nearly."},
            {"red": "Less."},
            {"never_optional": True},
            {"yellow_allowed": False},
        ],
        ids=lambda change: "".join(change),
    )
    def test_a_gate_that_asks_for_something_else_is_marked(self, change: dict[str, Any]) -> None:
        before = read_back(passing_review())
        renewal = renew(before, changed_checklist(**change), ON, "t")
        assert [gate.number for gate in renewal.changed] == [3]
        notes = [row.note for row in renewal.review.rows]
        assert notes.pop(2) == "Last time: Green; new text"
        assert set(notes) == {"Last time: Green"}

    @pytest.mark.parametrize("change", [{"ask": "Well?"}, {"typical": "Red"}, {"theme": "Safety"}])
    def test_what_is_said_around_it_does_not_count(self, change: dict[str, Any]) -> None:
        checklist = changed_checklist(**change)
        assert renew(read_back(passing_review()), checklist, ON, "t").changed == ()

    def test_a_row_that_lost_its_checksum_still_shows_its_title(self) -> None:
        before = read_back(passing_review())
        rows = tuple(msgspec.structs.replace(row, wording="") for row in before.rows)
        before = msgspec.structs.replace(before, rows=rows)
        title = renew(before, changed_checklist(title="Data kept apart"), ON, "t")
        assert [gate.number for gate in title.changed] == [3]
        assert renew(before, changed_checklist(meaning="Something else."), ON, "t").changed == ()

    def test_sorted_rows_keep_their_wording(self) -> None:
        """People sort from # to Check, as the Guide says; what is beside that stays where it was."""
        desk = desk_of()
        rows = [desk.gate_row(number) for number in (1, 2)]
        last = desk.header("Check").column
        beside = {cell: held for cell, held in desk.held.items() if cell.column > last}
        desk.order_rows(rows, rows[::-1])
        desk.held = {c: h for c, h in desk.held.items() if c.column <= last} | beside
        review = read_desk(desk)
        assert [row.key for row in review.rows[:2]] == [gate.key for gate in TWELVE.gates[1::-1]]
        assert renew(review, TWELVE, ON, "t").changed == ()

    def test_gates_come_and_go(self) -> None:
        before = read_back(passing_review())
        new = msgspec.structs.replace(TWELVE.gates[2], key="new-gate", title="A new gate")
        gates = (*TWELVE.gates[:2], new, *TWELVE.gates[3:])
        renewal = renew(before, msgspec.structs.replace(TWELVE, gates=gates), ON, "t")
        assert renewal.added == (new,)
        assert [row.title for row in renewal.dropped] == [TWELVE.gates[2].title]
        assert renewal.review.rows[2] == GateRow("new-gate", note="Not on the last form")
        assert [row.key for row in renewal.review.rows] == [gate.key for gate in gates]


def test_the_log_is_carried_whole_each_change_once_in_order_of_days() -> None:
    undated = Change(Unreadable("May"), "Model", "Bo Li", "Bigger")
    new = Change(date(2026, 12, 2), "Prompt", "Bo Li", "Shorter", "Changes", where="b.xlsx")
    old = Change(date(2026, 11, 2), "Other", "Ana Ruiz", "Logo", "Changes")
    again = msgspec.structs.replace(old, where="a.xlsx")
    found = renewed(passing_review(changes=(undated, new, old, again))).changes
    bare = [msgspec.structs.replace(one, tab="", where="") for one in (old, new, undated)]
    assert found == tuple(bare)


def test_a_change_that_two_forms_list_makes_one_review_due() -> None:
    """The log is on the old form and, carried, on the new one."""
    change = Change(date(2026, 11, 22), "Model", "Bo Li", "Bigger")
    old = msgspec.structs.replace(passing_review(changes=(change,)), location="a.xlsx")
    new = msgspec.structs.replace(renewed(old), location="b.xlsx")
    (system,) = systems([judge(one, TWELVE, TODAY) for one in (old, new)], TODAY)
    assert system.newest.review.changes == (change,)


class TestDrawnAndRead:
    """What the form says of last time is no answer to this one."""

    def review(self) -> Review:
        review = with_row(passing_review(stakes=LOW_STAKES), 3, **RED, approver="Eve Sand")
        review = with_row(review, 4, status=None, artifact_link="https://docs.example/4")
        return with_row(review, 5, **YELLOW)

    @pytest.mark.parametrize("checklist", [TWELVE, changed_checklist(2, green="More.")])
    def test_the_carried_review_comes_out(self, checklist: Checklist) -> None:
        carried = renewed(read_back(self.review()), checklist)
        found = read_back(carried, checklist)
        own: dict[str, Any] = {"cells": {}, "number_shown": None, "title": "", "wording": ""}
        rows = tuple(msgspec.structs.replace(row, **own) for row in found.rows)
        assert rows == carried.rows
        for name in ("stamp", "system", "review_date", "launch_date", "sign_off", "attendees"):
            assert getattr(found, name) == getattr(carried, name)

    def test_a_row_without_its_key_is_known_by_number_and_title(self) -> None:
        desk = desk_of(review=renewed(self.review()))
        for cell in [c for c, held in desk.held.items() if str(held.value).startswith("gate:")]:
            desk.clear(cell)
        review = read_desk(desk)
        assert [row.key for row in review.rows] == [gate.key for gate in TWELVE.gates]
        assert all(row.lost_key for row in review.rows)
        assert [row.title for row in review.rows] == [gate.title for gate in TWELVE.gates]


@pytest.fixture(scope="module")
def blanks(tmp_path_factory: pytest.TempPathFactory) -> dict[int, tuple[Checklist, Path]]:
    folder = tmp_path_factory.mktemp("blanks")
    sizes = {5: make_checklist(5), 12: TWELVE}
    return {n: (c, draw_blank(c, folder / f"{n}.xlsx")) for n, c in sizes.items()}


@settings(max_examples=60)
@given(seed=st.integers(0, 10**9), gates=st.sampled_from((5, 12)))
def test_nobody_has_vouched_for_a_renewed_form(
    seed: int, gates: int, blanks: dict[int, tuple[Checklist, Path]]
) -> None:
    """Whatever people typed into the last one: no mark, approval or signature; so incomplete."""
    checklist, blank = blanks[gates]
    before = judged(blank, random_answers(Random(seed), checklist), checklist).review
    form = renewed(before, checklist)
    for review in (form, read_back(form, checklist)):
        assert {(row.status, row.approver) for row in review.rows} == {(None, "")}
        assert (review.sign_off, review.regate_on) == (SignOff(), None)
        assert judge(review, checklist, ON).verdict.decision is Decision.INCOMPLETE
    assert len(form.rows) == gates


def sheet(on: date | None, *, marked: bool = True, **changes: Any) -> Judged:
    """A judged form of one system; its review id is its day."""
    review = passing_review(review_date=on, location=f"{on}.xlsx", **changes)
    if not marked:
        blank = tuple(msgspec.structs.replace(row, status=None) for row in review.rows)
        review = msgspec.structs.replace(review, rows=blank)
    stamp = msgspec.structs.replace(review.stamp, review_id=str(on))
    return judge(msgspec.structs.replace(review, stamp=stamp), TWELVE, TODAY)


def system_of(*sheets: Judged) -> System:
    (found,) = systems(sheets, TODAY)
    return found


OCTOBER, DECEMBER = date(2026, 10, 20), date(2026, 12, 20)


class TestWhatIsThereAlready:
    def test_nothing_stands_in_the_way(self) -> None:
        assert standing(system_of(sheet(OCTOBER), sheet(REVIEWED)), ON) is None

    @pytest.mark.parametrize(
        ("sheets", "kept", "why"),
        [
            ([sheet(REVIEWED, marked=False)], REVIEWED, "nothing is marked"),
            ([sheet(REVIEWED), sheet(DECEMBER, marked=False)], DECEMBER, "nothing is marked"),
            ([sheet(REVIEWED), sheet(None, marked=False)], None, "nothing is marked"),
            ([sheet(ON), sheet(REVIEWED)], ON, "it is the review of 2026-12-18"),
            ([sheet(ON, marked=False), sheet(REVIEWED)], ON, "nothing is marked"),
            ([sheet(DECEMBER)], DECEMBER, "a later one"),
        ],
    )
    def test_a_form_is_kept(self, sheets: list[Judged], kept: date | None, why: str) -> None:
        found = standing(system_of(*sheets), ON)
        assert isinstance(found, Kept)
        assert found.review.location == f"{kept}.xlsx"
        assert why in found.why

    def test_a_form_that_was_never_used_and_is_older_is_no_renewal(self) -> None:
        found = system_of(sheet(REVIEWED), sheet(OCTOBER, marked=False))
        assert standing(found, ON) is None


class TestTheDay:
    """`due` of a live system launched on the 10th: the 10th of the next months."""

    @pytest.mark.parametrize(
        ("live", "launched", "today", "day"),
        [
            ("Yes", date(2026, 11, 10), TODAY, date(2026, 12, 10)),
            ("Yes", date(2026, 11, 10), date(2026, 12, 10), date(2026, 12, 10)),
            ("Yes", date(2026, 11, 10), date(2026, 12, 15), date(2026, 12, 15)),
            ("No", LAUNCH, TODAY, TODAY),
        ],
        ids=["due is ahead", "due today", "overdue", "not live, nothing due"],
    )
    def test_it_is_when_the_review_is_due_or_today(
        self, live: str, launched: date, today: date, day: date
    ) -> None:
        found = system_of(sheet(REVIEWED, live=live, launch_date=launched))
        assert next_day(found, today) == day


def test_everybody_in_the_room_is_carried_also_more_than_there_may_be() -> None:
    room = tuple(Attendee(f"Person {n}", "Other") for n in range(9))
    assert renewed(passing_review(attendees=room)).attendees == room
