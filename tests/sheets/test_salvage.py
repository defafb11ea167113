"""`gatebook repair`: a damaged form is read as far as it can be, and the rest is listed.

A passing form with one red and one yellow is damaged by hands; what comes out is compared with what
stood there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatebook.domain.cells import Cell, Range
from gatebook.domain.decision import Decision
from gatebook.domain.judge import judge
from gatebook.domain.repairing import better
from gatebook.domain.review import LOW_STAKES, Change, Review, SignOff, Status
from gatebook.sheets import typed
from gatebook.sheets.extras import Extras
from gatebook.sheets.leftovers import draw_leftovers
from gatebook.sheets.model import Grid
from gatebook.sheets.review_form import TabProblem, read_reviews, review_workbook
from gatebook.sheets.salvage import Salvaged, salvage
from tests.support.builders import REVIEWED, TODAY, TWELVE, passing_review, with_row
from tests.support.memory_grid import Desk, grids_of

DUE = date(2026, 12, 1)
KEY_OF = {gate.number: f"gate:{gate.key}" for gate in TWELVE.gates}


def mixed() -> Review:
    """Gate 3 red, gate 5 yellow, a change, the rest green; signed."""
    review = with_row(passing_review(), 3, status=Status.RED, next_action="Fix it", artifact="")
    review = with_row(review, 5, status=Status.YELLOW, next_action="Plan it", due=DUE, artifact="")
    change = Change(date(2026, 11, 2), "Prompt", "Bo Li", "Shorter answers")
    return msgspec.structs.replace(review, changes=(change,))


def desks_of(review: Review) -> list[Desk]:
    return [Desk.of(grid) for grid in grids_of(review_workbook(review, TWELVE))]


def salvaged(
    *desks: Desk, extras: Extras | None = None
) -> tuple[tuple[Salvaged, ...], tuple[TabProblem, ...]]:
    shown = {desks[0].tab: extras} if extras else {}
    grids = [desk.grid() for desk in desks]
    return salvage(
        grids, {TWELVE.id: TWELVE}, TWELVE, TODAY, "0a1b", location="old.xlsx", extras=shown
    )


def one(*desks: Desk) -> Salvaged:
    (found,), problems = salvaged(*desks)
    assert problems == ()
    return found


def answers(review: Review) -> Review:
    """What people gave, without where it stood."""
    rows = tuple(
        msgspec.structs.replace(r, cells={}, formulas={}, remarks={}, title="", wording="",
                                number_shown=None, lost_key=False)
        for r in review.rows
    )  # fmt: skip
    bare = tuple(msgspec.structs.replace(c, tab="", cells={}) for c in review.changes)
    kept: Review = msgspec.structs.replace(
        review, rows=rows, changes=bare, cells={}, formulas={}, remarks={}, shown=None, location="",
        tab="Review", modified=0.0,
    )  # fmt: skip
    return kept


def left(found: Salvaged) -> dict[str, str]:
    return {one.found: one.why for one in found.left}


def same_as_before(found: Salvaged, review: Review, *, signed: bool = True) -> None:
    """All answers came along, in a form with the ids of the old one."""
    expected = answers(review)
    if not signed:
        expected = msgspec.structs.replace(expected, sign_off=Review(stamp=review.stamp).sign_off)
    assert answers(found.repaired.review) == expected


def test_a_form_without_damage_comes_out_as_it_went_in() -> None:
    found = one(*desks_of(mixed()))
    same_as_before(found, mixed())
    assert (found.left, found.mended, found.needed) == ((), (), False)


def _rename(old: str, new: str) -> Callable[[Desk], None]:
    return lambda desk: desk.rename(old, new)


def _clear(text: str) -> Callable[[Desk], None]:
    return lambda desk: desk.clear(desk.find(text))


def _lose_keys(desk: Desk) -> None:
    for number in (3, 5, 8):
        desk.clear(desk.find(KEY_OF[number]))


def _lose_all_keys(desk: Desk) -> None:
    for key in KEY_OF.values():
        desk.clear(desk.find(key))


def _lose_numbers_too(desk: Desk) -> None:
    for number in (3, 5, 8):
        row = desk.gate_row(number)
        desk.clear(Cell(row, desk.header("#").column))
        desk.clear(desk.find(KEY_OF[number]))


def _overwrite_a_key(desk: Desk) -> None:
    desk.type(desk.find(KEY_OF[5]), "gate:something-else")


def _lose_headers(desk: Desk) -> None:
    row = desk.header("Status").row
    for cell in [cell for cell in desk.held if cell.row == row]:
        desk.clear(cell)


def _swap(desk: Desk) -> None:
    rows = range(desk.header("Status").row, desk.gate_row(12) + 1)
    desk.swap_columns(desk.header("Owner").column, desk.header("Artifact").column, rows)


def _insert(desk: Desk) -> None:
    desk.insert_columns(desk.header("Owner").column, 2)
    desk.insert_rows(desk.gate_row(4), 3)


# What happened, the hands that did it, and whether the parser could still read the tab as a whole.
MENDED = [
    ("a header in other words", _rename("Owner", "Responsible"), False),
    ("a header in another language", _rename("Status", "Ampel"), False),
    ("a header with a slip", _rename("Next action", "Next acton"), False),
    ("a header deleted", _clear("Due"), False),
    ("all headers deleted", _lose_headers, False),
    ("columns swapped", _swap, True),
    ("rows and columns inserted", _insert, True),
    ("hidden keys of three rows deleted", _lose_keys, True),
    ("all hidden keys deleted", _lose_all_keys, True),
    ("hidden keys and numbers deleted", _lose_numbers_too, True),
    ("a hidden key overwritten", _overwrite_a_key, True),
    ("a label with a slip", _rename("Pilot lead", "Pilott lead"), True),
    ("a label in another language", _rename("Backup owner", "Vertretung"), True),
    ("a label deleted", _clear("Stakes"), True),
]  # fmt: skip


@pytest.mark.parametrize(("what", "hands", "readable"), MENDED, ids=[m[0] for m in MENDED])
def test_what_can_be_told_is_mended(
    what: str, hands: Callable[[Desk], None], readable: bool
) -> None:
    desks = desks_of(mixed())
    hands(desks[0])
    found = one(*desks)
    assert (found.before is not None) == readable
    same_as_before(found, mixed(), signed=readable)
    assert found.repaired.review.stamp == mixed().stamp
    assert found.needed or what in ("columns swapped", "rows and columns inserted")


def test_a_deleted_column_is_said_and_the_rest_is_carried() -> None:
    desks = desks_of(mixed())
    desks[0].delete_column(desks[0].header("Owner").column)
    found = one(*desks)
    assert "The column Owner was not found." in found.mended
    assert [row.owner for row in found.repaired.review.rows] == [""] * 12
    assert found.repaired.review.rows[4].next_action == "Plan it"


def test_a_column_that_stands_there_twice_is_listed_and_not_taken() -> None:
    desks = desks_of(passing_review())
    desks[0].rename("Check", "Status")
    found = one(*desks)
    assert [row.status for row in found.repaired.review.rows] == [None] * 12
    assert sum(1 for left in found.left if left.found == "Green") == 12


@pytest.mark.parametrize(
    ("place", "typed_in", "why"),
    [
        ("6 Status", "done", "expected Green, Yellow or Red"),
        ("6 Due", "30/06/2026", "expected a date, such as 2026-11-30"),
        ("Launch date", "soon", "expected a date, such as 2026-11-30"),
        ("Stakes", "medium", "expected Low-stakes internal or Standard"),
        ("M3", "a note of mine", "it stands outside the form's boxes"),
    ],
)
def test_what_cannot_be_read_is_blank_and_listed(place: str, typed_in: str, why: str) -> None:
    desks = desks_of(passing_review())
    cell = desks[0].cell(place)
    desks[0].type(cell, typed_in)
    found = one(*desks)
    assert (cell.a1, typed_in, why) in [(one.cell, one.found, one.why) for one in found.left]
    assert len(found.left) == (4 if found.repaired.sign_again else 1)
    review = found.repaired.review
    assert (review.rows[5].status is None) == (place == "6 Status")
    assert review.rows[5].due is None
    assert found.needed


def test_a_formula_is_listed_with_what_it_showed() -> None:
    desks = desks_of(passing_review())
    desks[0].type_formula("7 Owner", "B1", "Eve Sand")
    desks[0].type_formula("8 Status", '"Gr"&"een"', "Green")
    found = one(*desks)
    assert list(left(found)) == ["=B1 (shows: Eve Sand)", '="Gr"&"een" (shows: Green)']
    assert (found.repaired.review.rows[6].owner, found.repaired.review.rows[7].status) == ("", None)


def test_of_two_rows_of_a_gate_the_worse_one_is_carried_and_the_other_listed() -> None:
    desks = desks_of(passing_review())
    desk = desks[0]
    for text in (KEY_OF[4], KEY_OF[9]):
        assert desk.find(text)
    desk.type(desk.find(KEY_OF[9]), KEY_OF[4])
    desk.type("9 Status", "Red")
    found = one(*desks)
    marks = {row.key: row.status for row in found.repaired.review.rows}
    assert marks["access-and-log"] is Status.RED
    assert "user-training" not in marks
    assert {"Green", "Mia Berg", "Folder 7"} <= left(found).keys()


def test_where_number_and_key_disagree_only_a_red_stays() -> None:
    desks = desks_of(mixed())
    desk = desks[0]
    for number, other in ((1, 2.0), (3, 4.0)):
        desk.type(Cell(desk.gate_row(number), desk.header("#").column), other)
    found = one(*desks)
    marks = [row.status for row in found.repaired.review.rows]
    assert marks[:3] == [None, Status.GREEN, Status.RED]


def _exchange(desk: Desk, one: int, other: int, headers: tuple[str, ...]) -> None:
    """What stands under these headers in two gates' rows changes places; hidden keys and numbers stay."""
    for header in headers:
        cells = [Cell(desk.gate_row(n), desk.header(header).column) for n in (one, other)]
        held = [desk.held.pop(cell, None) for cell in cells]
        for cell, content in zip(cells, reversed(held), strict=True):
            if content:
                desk.held[cell] = content


_ANSWERS = ("Gate", "Status", "Owner", "Next action", "Due", "Artifact")


@pytest.mark.parametrize(
    ("gates", "marks"),
    [
        # Of `mixed`: gate 3 is red, 5 is yellow, the others are green.
        ((3, 4), {3: None, 4: Status.RED}),
        ((5, 6), {5: None, 6: None}),
        ((1, 2), {1: None, 2: None}),
        ((3, 5), {3: None, 5: Status.RED}),
    ],
)
def test_where_title_and_key_disagree_only_a_red_stays(
    gates: tuple[int, int], marks: dict[int, Status | None]
) -> None:
    desks = desks_of(mixed())
    _exchange(desks[0], *gates, _ANSWERS)
    found = one(*desks)
    assert found.before
    assert "row-mixed-up" in {finding.code for finding in found.before.findings}
    rows = found.repaired.review.rows
    assert {number: rows[number - 1].status for number in gates} == marks
    assert found.needed
    about = {(left.gate, left.about): left for left in found.left}
    for number in gates:
        assert (number, "Gate") in about
        if marks[number] is None:
            assert "carries the hidden key of gate" in about[number, "Status"].why
    assert found.repaired.review.sign_off.name == ""
    assert "another gate than their hidden key" in found.repaired.sign_again
    assert {"Dana Novak", "COO"} <= left(found).keys()


def test_a_role_in_the_sign_off_is_listed_though_somebody_in_the_room_has_it() -> None:
    role = passing_review().attendees[0].role
    desks = desks_of(
        msgspec.structs.replace(mixed(), sign_off=SignOff("Dana Novak", role, REVIEWED))
    )
    _exchange(desks[0], 1, 2, _ANSWERS)
    assert {"Dana Novak", role} <= left(one(*desks)).keys()


def test_a_red_in_an_exchanged_row_is_no_yellow_by_an_approval() -> None:
    """The approval was given for the gate that the title names."""
    review = with_row(passing_review(stakes=LOW_STAKES), 6, status=Status.RED, approver="Eve Sand",
                      next_action="Fix it", due=DUE)  # fmt: skip
    desks = desks_of(review)
    _exchange(desks[0], 5, 6, (*_ANSWERS, "Downgrade approved by"))
    rows = one(*desks).repaired.review.rows
    assert (rows[4].status, rows[4].approver) == (Status.RED, "")


def test_a_row_of_which_nothing_says_what_gate_it_is() -> None:
    desks = desks_of(mixed())
    row = desks[0].gate_row(2)
    for header in ("#", "Gate"):
        desks[0].clear(Cell(row, desks[0].header(header).column))
    assert one(*desks).repaired.review.rows[1].status is None


def test_a_row_of_no_gate_is_listed_whole() -> None:
    desks = desks_of(mixed())
    desk = desks[0]
    desk.type(desk.find(KEY_OF[9]), "gate:works-council")
    desk.rename("End users trained", "Works council informed")
    found = one(*desks)
    assert "user-training" not in {row.key for row in found.repaired.review.rows}
    assert {"Works council informed", "Green", "Mia Berg", "Folder 7"} <= left(found).keys()


def test_a_gate_that_asks_for_something_else_since_is_marked_again() -> None:
    old = desks_of(mixed())
    gates = tuple(
        msgspec.structs.replace(gate, green="Something else.") if gate.number in (1, 3) else gate
        for gate in TWELVE.gates
    )
    new = msgspec.structs.replace(TWELVE, version=2, gates=gates)
    (found,), _ = salvage([desk.grid() for desk in old], {new.id: new}, new, TODAY, "0a1b")
    assert [row.status for row in found.repaired.review.rows][:4] == [None, "green", "red", "green"]
    assert found.repaired.review.stamp.version == 2


def test_a_repair_that_alone_would_pass_has_to_be_signed_again() -> None:
    desks = desks_of(passing_review())
    _lose_keys(desks[0])
    found = one(*desks)
    assert found.before
    assert found.before.verdict.decision is Decision.INCOMPLETE
    assert found.repaired.judged.verdict.decision is Decision.INCOMPLETE
    assert found.repaired.sign_again
    assert {"Dana Novak", "COO"} <= left(found).keys()


def test_a_downgrade_that_did_not_count_does_not_count_after_the_repair() -> None:
    review = with_row(passing_review(stakes=LOW_STAKES), 3, status=Status.RED, approver="Eve Sand",
                      next_action="Fix it", due=DUE)  # fmt: skip
    desks = desks_of(review)
    desks[0].clear(desks[0].find("Stakes"))
    found = one(*desks)
    assert found.before
    assert found.before.verdict.decision is Decision.DELAYED
    assert found.repaired.judged.verdict.decision is Decision.DELAYED
    assert "Eve Sand" in left(found)


def test_a_form_that_lost_its_stamp_gets_ids_of_its_own() -> None:
    desks = desks_of(passing_review())
    (stamp,) = [
        c for c, held in desks[0].held.items() if str(held.value).startswith("gatebook:review")
    ]
    desks[0].clear(stamp)
    found = one(*desks)
    stamp_now = found.repaired.review.stamp
    assert (stamp_now.system_id, stamp_now.review_id) == (
        "invoice-helper", "invoice-helper-2026-11-20-0a1b",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("BZ16", 42.0),
        ("N60", 46357.0),
        ("N13", 42.0),
        ("C60", "gate:data-source was ok, see mail"),
        ("C60", "gate:data-source"),
        ("C60", "wording: see mail"),
        ("C60", "titles: a, b"),
        ("C60", "» gatebook: I typed this"),
        ("C60", "gatebook:review;note"),
        ("C60", "Notes on AI pilot to production: gate review"),
        ("C60", "Notes · AI pilot to production: gate review"),
        ("C60", "Owner"),
        ("K2", "Owner"),
        ("C60", "Data source documented"),
        ("C60", "team"),
    ],
)
def test_what_reads_like_the_form_and_stands_elsewhere_is_listed(
    place: str, text: str | float
) -> None:
    desks = desks_of(mixed())
    desks[0].type(place, text)
    found = one(*desks)
    assert [(left.cell, left.found) for left in found.left] == [(place, typed.plain_text(text))]
    same_as_before(found, mixed())


def test_a_form_that_was_moved_is_not_listed_with_itself() -> None:
    desks = desks_of(mixed())
    _insert(desks[0])
    desks[0].insert_columns(0)
    desks[0].insert_rows(0, 2)
    assert one(*desks).left == ()


@pytest.mark.parametrize(
    ("place", "link", "listed"),
    [
        ("1 Artifact", "https://example.com/folder", False),
        ("5 Next action", "https://example.com/plan", True),
        ("1 Owner", "mailto:mia@example.com", True),
        ("Pilot lead", "https://example.com/ana", True),
        ("C3", "https://example.com/why", True),
    ],
)
def test_a_link_that_the_form_does_not_carry_is_listed(
    place: str, link: str, *, listed: bool
) -> None:
    desks = desks_of(mixed())
    cell = desks[0].cell(place)
    desks[0].held[cell].link = link
    found = one(*desks)
    assert [(left.cell, left.found) for left in found.left] == [(cell.a1, link)] * listed
    assert not found.needed


def test_an_address_that_was_linked_by_itself_is_carried_whole() -> None:
    desks = desks_of(mixed())
    desks[0].type("1 Next action", "mia@example.com", "mailto:mia@example.com")
    assert one(*desks).left == ()


def test_what_somebody_wrote_on_the_guide_is_listed() -> None:
    desks = desks_of(mixed())
    desks[1].type("Z9", "Mia has the key")
    desks[1].type("B3", "We always ask Mia first")
    found = one(*desks)
    assert [(o.place, o.found) for o in found.left] == [
        ("Guide!B3", "We always ask Mia first"),
        ("Guide!Z9", "Mia has the key"),
    ]
    assert not found.needed


def test_a_guide_in_other_words_than_ours_is_named_once() -> None:
    desks = desks_of(mixed())
    for cell, held in desks[1].held.items():
        if isinstance(held.value, str) and cell != (0, 0):
            held.value = f"Then: {held.value}"
    (left,) = one(*desks).left
    assert (left.place, left.why) == ("Guide", "the new form has a Guide of its own")


def test_what_a_merged_range_covers_is_listed() -> None:
    desks = desks_of(mixed())
    status, owner = desks[0].cell("7 Status"), desks[0].cell("7 Owner")
    desks[0].merges += (Range(status, owner),)
    found = one(*desks)
    assert found.repaired.review.rows[6].owner == ""
    assert left(found)["Mia Berg"] == (
        f"the merged range {status.a1}:{owner.a1} covers it, so nobody saw it"
    )


def test_a_choice_that_counted_strictly_counts_so_on_the_new_form() -> None:
    """Customer data counts as Yes while nobody can read it; a blank would count as No."""
    desks = desks_of(passing_review(customer_data="No"))
    desks[0].type("Customer data", "Maybe")
    found = one(*desks)
    assert found.repaired.review.customer_data == "Yes"
    assert left(found) == {"Maybe": "expected Yes or No; until then it counts as Yes"}


def test_what_stands_beside_the_log_and_other_tabs_is_listed() -> None:
    desks = desks_of(mixed())
    desks[-1].type("G4", "CR-17")
    other = Desk("Risks")
    other.type("A1", "Risk")
    other.type("A2", "Vendor leaves")
    found = one(*desks, other)
    assert [(o.place, o.found) for o in found.left] == [
        ("Changes!G4", "CR-17"),
        ("Risks", "2 cells"),
    ]
    assert not one(*desks_of(mixed()), other).needed


def test_comments_are_listed() -> None:
    (found,), _ = salvaged(*desks_of(mixed()), extras=Extras(comments={(13, 4): "Ana: ask Legal"}))
    assert left(found) == {"Ana: ask Legal": "a comment on a cell; forms carry none"}


def test_a_row_without_key_is_recognised_by_its_number_and_nearly_its_title() -> None:
    desks = desks_of(mixed())
    desks[0].clear(desks[0].find(KEY_OF[5]))
    desks[0].rename("Cost per task tracked", "Cost per task is tracked")
    found = one(*desks)
    assert found.repaired.review.rows[4].next_action == "Plan it"
    desks[0].type(Cell(desks[0].gate_row(5), desks[0].header("#").column), 6.0)
    found = one(*desks)
    assert "cost-per-task" not in {row.key for row in found.repaired.review.rows}
    assert {"Plan it", "Yellow"} <= left(found).keys()


def test_two_forms_on_one_tab_are_left_to_people() -> None:
    desks = desks_of(mixed())
    (stamp,) = [
        c for c, held in desks[0].held.items() if str(held.value).startswith("gatebook:review")
    ]
    desks[0].type(stamp.down(80), str(desks[0].held[stamp].value))
    found, problems = salvaged(*desks)
    assert found == ()
    assert "two forms" in problems[0].reason


def test_a_tab_that_is_no_form_is_none() -> None:
    other = Desk("Risks")
    other.type("A1", "Status")
    assert salvaged(other) == ((), ())


def _typed_texts(grid: Grid) -> set[str]:
    return {typed.as_text(value) for value in grid.values.values()}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9))
def test_nothing_is_lost_and_no_decision_gets_better(seed: int) -> None:
    """Any damage: each word that hands typed is on the new form or on its Leftovers tab, the decision is
    no better than before, and a form that could not be read does not pass."""
    random = Random(seed)
    desks = desks_of(random.choice([mixed(), passing_review(), _all_kinds()]))
    words = [_damage(desks[0], random, f"zq{n}x") for n in range(random.randint(1, 4))]
    grids = [desk.grid() for desk in desks]
    found, _ = salvaged(*desks)
    before = read_reviews(grids, {TWELVE.id: TWELVE}, TWELVE).reviews
    for each in found:
        again = grids_of(
            review_workbook(
                each.repaired.review, TWELVE, None, draw_leftovers(each.left, "old.xlsx")
            )
        )
        told = set().union(*map(_typed_texts, again))
        said = "\n".join(told)
        for word in words:
            assert word in said or not any(word in text for g in grids for text in _typed_texts(g))
        (review,) = read_reviews(again[:-1], {TWELVE.id: TWELVE}, TWELVE).reviews
        now = judge(review, TWELVE, TODAY).verdict.decision
        was = judge(before[0], TWELVE, TODAY).verdict.decision if before else Decision.INCOMPLETE
        assert not better(now, was)
        marked = {row.key: row.status for row in review.rows}
        assert "zq" not in str(marked)


def _all_kinds() -> Review:
    """Low stakes, a red that counts as yellow, live."""
    review = passing_review(stakes=LOW_STAKES, live="Yes")
    return with_row(
        review,
        6,
        status=Status.RED,
        approver="Eve Sand",
        next_action="Fix it",
        due=DUE,
        artifact="",
    )


def _damage(desk: Desk, random: Random, word: str) -> str:
    """One thing that hands do; `word` marks what they typed."""
    cells = sorted(desk.held)
    header = next((c.row for c in cells if desk.held[c].value == "Due"), 10)
    match random.randrange(9):
        case 0:
            desk.type(random.choice(cells), word)
        case 1:
            desk.type(Cell(random.randrange(45), random.randrange(12)), word)
        case 2:
            desk.clear(random.choice(cells))
        case 3:
            desk.delete_row(random.choice(cells).row)
        case 4:
            desk.delete_column(random.randrange(10))
        case 5:
            desk.insert_columns(random.randrange(10))
        case 6:
            one, other = random.sample(range(10), 2)
            desk.swap_columns(one, other, range(header, header + 20))
        case 7:
            rows = random.sample(range(header, header + 20), 2)
            for column in range(10):
                held = desk.held.get(Cell(rows[0], column))
                if held:
                    desk.held[Cell(rows[1], column)] = held
        case _:
            desk.type_formula(random.choice(cells), f'"{word}"', word)
    return word
