"""What the drawn form keeps within."""

from __future__ import annotations

import msgspec
import pytest

from gatebook.domain.cells import Cell
from gatebook.domain.checklist import Checklist
from gatebook.domain.review import Attendee, Review, SignOff
from gatebook.sheets.form_draw import Look, draw_review_tab
from gatebook.sheets.form_guards import shortened
from gatebook.sheets.layout import COLUMNS, LOGO, TABLE_ROW, layout_for
from gatebook.sheets.model import Sheet
from gatebook.sheets.review_form import read_reviews, review_workbook
from tests.support.builders import TWELVE, passing_review, stamp_of
from tests.support.checklists import make_checklist
from tests.support.memory_grid import grids_of

# A 13-inch screen is 1280 pixels wide; row numbers and a scroll bar take some 60 of them.
WINDOW = 1280 - 60
# What Excel takes for the title and the text of a prompt, in UTF-16 units.
MOST_TITLE, MOST_TEXT = 32, 255


def blank(checklist: Checklist) -> Review:
    return Review(stamp=stamp_of(checklist))


def pixels(sheet: Sheet) -> float:
    """How wide a tab is at 100 %: a column of n characters of Calibri 11 takes 7n + 5 pixels.

    Source: ECMA-376 part 1, 18.3.1.13, with a widest digit of 7 pixels.
    """
    return sum(7 * column.width + 5 for column in sheet.columns.values() if not column.hidden)


def prompt(sheet: Sheet, cell: Cell) -> str:
    return next(rule.prompt for rule in sheet.validations if cell in rule.range)


def wordy(checklist: Checklist) -> Checklist:
    """The same gates with the longest texts that a checklist may have."""
    gates = tuple(
        msgspec.structs.replace(gate, title="Wide " * 12, green="🙂 wide " * 62, bring=("b" * 500,))
        for gate in checklist.gates
    )
    return msgspec.structs.replace(checklist, gates=gates)


@pytest.mark.parametrize("gates", [5, 40])
def test_few_columns_are_hidden_and_none_far_out(gates: int) -> None:
    """PAINS 26: LibreOffice gives up on files that hide thousands of columns."""
    checklist = make_checklist(gates)
    for each in (checklist, TWELVE):
        columns = draw_review_tab(blank(each), each).columns
        assert sum(column.hidden for column in columns.values()) < 150
        assert max(columns) < 256


def test_form_and_guide_need_no_sideways_scrolling_on_a_small_laptop() -> None:
    form, guide, _ = review_workbook(blank(TWELVE), TWELVE).sheets
    assert 1000 < pixels(form) <= WINDOW
    assert 1000 < pixels(guide) <= WINDOW
    assert (form.zoom, guide.zoom) == (100, 100)


def test_each_gate_says_what_counts_on_it_and_what_to_bring() -> None:
    sheet, layout = draw_review_tab(blank(TWELVE), TWELVE), layout_for(TWELVE)
    for gate in TWELVE.gates:
        row = layout.gate_rows[gate.key]
        status = prompt(sheet, Cell(row, COLUMNS["status"]))
        assert gate.green in status
        assert "Yellow:" in status
        assert "Red:" in status
        artifact = prompt(sheet, Cell(row, COLUMNS["artifact"]))
        assert all(item in artifact for item in gate.bring)


def test_a_gate_without_yellow_says_so() -> None:
    checklist = make_checklist(5)
    sheet = draw_review_tab(blank(checklist), checklist)
    rows = layout_for(checklist).gate_rows
    said = {
        gate.number: prompt(sheet, Cell(rows[gate.key], COLUMNS["status"]))
        for gate in checklist.gates
    }
    assert {number for number, text in said.items() if "counts as red" in text} == {3}


@pytest.mark.parametrize("checklist", [TWELVE, make_checklist(40), wordy(TWELVE)])
def test_no_prompt_is_longer_than_excel_takes(checklist: Checklist) -> None:
    for rule in draw_review_tab(blank(checklist), checklist).validations:
        assert len(rule.prompt_title.encode("utf-16-le")) // 2 <= MOST_TITLE
        assert len(rule.prompt.encode("utf-16-le")) // 2 <= MOST_TEXT
        assert rule.prompt


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("just fits", 9, "just fits"),
        ("one, two and three", 12, "one, two…"),
        ("one, two", 5, "one…"),
        ("unbroken", 5, "unbr…"),
        ("🙂🙂🙂", 4, "🙂…"),
    ],
)
def test_a_long_text_ends_after_a_word(text: str, most: int, short: str) -> None:
    assert shortened(text, most) == short


def test_nothing_is_merged_in_the_table() -> None:
    """Merged cells stop sorting, and a screen reader loses the column."""
    layout = layout_for(TWELVE)
    for area in draw_review_tab(blank(TWELVE), TWELVE, Look(logo="Example")).merges:
        assert not TABLE_ROW <= area.last.row <= layout.last_gate_row, area.a1
        assert area.first.row == area.last.row or area == LOGO, area.a1


def test_the_logo_line_stands_on_the_form_only_if_there_is_one() -> None:
    with_logo = draw_review_tab(blank(TWELVE), TWELVE, Look(logo="◆ Example Ltd"))
    assert with_logo.cells[LOGO.first].content == "◆ Example Ltd"
    without = draw_review_tab(blank(TWELVE), TWELVE)
    assert LOGO.first not in without.cells
    assert LOGO not in without.merges


LONG = "Maria-Alexandra Papadopoulou-Schmidt of the northern and western regions of the company"


@pytest.mark.parametrize("name", ["system", "lead", "owner", "backup", "signed_by", "signer_role"])
def test_a_long_text_in_a_box_has_a_taller_row(name: str) -> None:
    """Every program shows it whole: it wraps, and there is room for its lines."""
    short = passing_review()
    signed = {"signed_by": SignOff(name=LONG), "signer_role": SignOff(role=LONG)}
    long = msgspec.structs.replace(
        short, **({"sign_off": signed[name]} if name in signed else {name: LONG})
    )
    at = layout_for(TWELVE, len(short.attendees)).value(name)
    before, after = (draw_review_tab(one, TWELVE) for one in (short, long))
    assert (before.cells[at].style.wrap, before.cells[at].style.shrink) == (False, True)
    assert after.cells[at].style.wrap
    assert (after.rows[at.row].height or 0) >= (before.rows[at.row].height or 0) + 30


def test_people_of_long_names_have_taller_rows_in_the_room() -> None:
    people = (Attendee("Bo Li", "COO"), Attendee(LONG, "COO"), Attendee("Bo Li", LONG))
    review = msgspec.structs.replace(passing_review(), attendees=people)
    sheet, top = draw_review_tab(review, TWELVE), layout_for(TWELVE, 3).attendees.row
    assert all(sheet.rows[top + n].grows for n in range(3))
    heights = [sheet.rows[top + n].height or 0 for n in range(3)]
    assert heights[0] < 20
    assert min(heights[1:]) > 30


@pytest.mark.parametrize(
    ("organisation", "logo", "size"),
    [
        ("", "", 16),
        ("Example Ltd", "◆ Example", 16),
        ("Northern Region Water and Energy Cooperative Ltd", "", 16),
        ("Northern Region Water and Energy Cooperative Ltd", "◆ Example", 14),
        ("Northern " * 30, "◆ Example", 9),
    ],
)
def test_the_title_ends_before_the_logo(organisation: str, logo: str, size: float) -> None:
    """A letter of 16 points is 9 pixels wide (Calibri bold, measured). The title itself stays whole."""
    sheet = draw_review_tab(blank(TWELVE), TWELVE, Look(organisation, logo=logo))
    title = sheet.cells[Cell(0, 0)]
    assert str(title.content).endswith("AI pilot to production: gate review")
    assert title.style.size == size
    last = LOGO.first.column if logo else LOGO.last.column + 1
    room = sum(
        7 * column.width + 5
        for place, column in sheet.columns.items()
        if place < last and not column.hidden
    )
    assert len(str(title.content)) * 9 * size / 16 <= room + 2


def test_a_form_with_a_look_reads_as_one_without() -> None:
    look_of = Look("Example Ltd", "Letter", "#FFD400", "◆ Example Ltd")
    read = [
        read_reviews(
            grids_of(review_workbook(passing_review(), TWELVE, each)), {TWELVE.id: TWELVE}, TWELVE
        )
        for each in (look_of, None)
    ]
    assert read[0] == read[1]
    assert read[0].reviews[0].review_date
