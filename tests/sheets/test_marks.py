"""Marks as texts: what a note and the line say, whose words are whose, and where the line may stand."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatebook.domain.cells import Cell, Range
from gatebook.domain.judge import Judged, judge
from gatebook.domain.review import Review, Status
from gatebook.sheets.form_parse import landmarks
from gatebook.sheets.marks import END, LINE, START, Said, edits_of, say, with_ours, without_ours
from gatebook.sheets.model import Formula, Grid
from gatebook.sheets.review_form import review_workbook
from tests.support.builders import TODAY, TWELVE, passing_review, with_row
from tests.support.memory_grid import grids_of

OURS = f"{START}No plan.\n{START}No date.\n{END}"


@pytest.mark.parametrize(
    ("note", "theirs"),
    [
        (OURS, ""),
        (f"Mine\n\n{OURS}", "Mine"),
        (f"Mine\n\nTwo\n\n{OURS}", "Mine\n\nTwo"),
        (f"Mine\n\n{OURS}\nBelow", "Mine\n\nBelow"),
        (f"{OURS} same line", "same line"),
        (f"{START}No plan.\nReply\n{START}No date.\n{END}", "Reply"),
        (f"gatebook: I asked Bo\n\n{OURS}", "gatebook: I asked Bo"),
        ("gatebook: I asked Bo", "gatebook: I asked Bo"),
        (f"{OURS}\n\n{OURS}", ""),
        ("", ""),
    ],
)
def test_whose_words_are_whose(note: str, theirs: str) -> None:
    assert without_ours(note) == theirs


_WORDS = st.text(st.sampled_from("ab :\n»gatebook"), max_size=30)
_SAID = st.lists(st.text("abc .", min_size=1, max_size=9), max_size=15)


@given(_WORDS, _SAID)
def test_a_persons_words_come_back_as_they_were(theirs: str, said: list[str]) -> None:
    assert without_ours(with_ours(theirs, said)) == theirs
    again = with_ours(without_ours(with_ours(theirs, said)), said)
    assert again == with_ours(theirs, said)


def grid_of(review: Review) -> Grid:
    return grids_of(review_workbook(review, TWELVE))[0]


def judged(review: Review) -> Judged:
    return judge(review, TWELVE, TODAY)


@pytest.mark.parametrize(
    ("row", "typed", "used"),
    [
        (9, {}, False),
        (9, {(9, 3): "Room 7"}, True),
        (9, {(9, 0): f"{LINE}an older one"}, False),
        (9, {(9, 0): f"{LINE}ours", (9, 4): "and theirs"}, True),
    ],
    ids=["blank", "used", "ours", "both"],
)
def test_where_the_line_stands(row: int, typed: dict[tuple[int, int], str], used: bool) -> None:
    grid = grid_of(passing_review())
    grid.values.update(typed)
    edits = edits_of(grid, Said({}, {"Review": ("A row is missing.",)}))
    standing = [at for at, text in typed.items() if text.startswith(LINE)]
    if used:
        assert edits.lines == {Cell(*at): "" for at in standing}
        assert edits.notes == {Cell(1, 2): f"{START}A row is missing.\n{END}"}
    else:
        assert edits.lines == {Cell(row, 0): f"{LINE}A row is missing."}
        assert edits.notes == {}


def test_a_long_line_is_cut_and_its_note_has_it_all() -> None:
    sentences = tuple(f"The row of gate {n} is missing. Undo the deletion." for n in range(9))
    edits = edits_of(grid_of(passing_review()), Said({}, {"Review": sentences}))
    (line,) = edits.lines.values()
    assert (len(line), line[-1]) == (165, "…")
    (note,) = edits.notes.values()
    assert all(one in note for one in sentences)


def test_no_line_of_ours_is_read_as_part_of_the_form() -> None:
    grid = grid_of(passing_review())
    before = landmarks(grid)
    (line,) = edits_of(grid, Said({}, {"Review": ("Status Owner Due.",)})).lines.items()
    grid.values[line[0]] = line[1]
    assert landmarks(grid) == before == (Cell(10, 0), Cell(1, 2))


_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]+)(?::\$?([A-Z]{1,3})\$?([0-9]+))?")


def test_no_formula_of_the_form_looks_at_the_line() -> None:
    (line,) = edits_of(
        grid_of(passing_review()), Said({}, {"Review": ("A row is missing.",)})
    ).lines
    form = review_workbook(passing_review(), TWELVE).sheets[0]
    texts = [c.content.text for c in form.cells.values() if isinstance(c.content, Formula)]
    texts += [rule.formula for rule in form.colour_rules]
    areas = [
        Range.parse(f"{first}{row}:{last or first}{end or row}")
        for text in texts
        for first, row, last, end in _REFERENCE.findall(text)
    ]
    assert len(areas) > 100
    assert [area.a1 for area in areas if line in area] == []


def test_a_form_that_is_not_begun_is_one_sentence() -> None:
    blank = passing_review()
    for number in range(1, 13):
        blank = with_row(blank, number, status=None, owner="", artifact="")
    said = say([judged(blank)], {"Review"})
    assert said.notes == {}
    (sentence,) = said.general["Review"]
    blocks = sum(f.level == "block" for f in judged(blank).findings)
    assert sentence.startswith(f"No gate is marked yet; {blocks} things are still to be filled in")


def test_a_finding_on_a_tab_that_is_not_there_is_said_in_the_line() -> None:
    red = judged(with_row(passing_review(), 1, status=Status.RED, artifact=""))
    elsewhere = msgspec.structs.replace(
        red, findings=tuple(msgspec.structs.replace(f, tab="Gone") for f in red.findings)
    )
    said = say([elsewhere], {"Review"})
    assert said.notes == {}
    assert len(said.general["Review"]) == len(red.findings) > 0


def test_many_findings_of_one_cell_end_with_how_many_more() -> None:
    note = with_ours("", [f"Thing {n}." for n in range(14)])
    assert note.split("\n")[-2] == f"{START}2 more: see gatebook check."
    assert without_ours(note) == ""
