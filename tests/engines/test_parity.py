"""The sheet and Python say the same: formulas recalculated by real engines, held against `judge`.

Python's own decision is held against an independent table in tests/domain/test_decision.py.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

import pytest

from gatebook.backends.excel.draw import draw_workbook
from gatebook.backends.excel.read import read_workbook
from gatebook.domain.cells import Cell
from gatebook.domain.checklist import Checklist
from gatebook.domain.decision import Decision
from gatebook.domain.findings import BY_CODE
from gatebook.domain.judge import Judged
from gatebook.domain.renewal import renew
from gatebook.domain.review import Review, Stamp, Status
from gatebook.sample import sample_reviews
from gatebook.sheets.form_draw import TAB_NAME
from gatebook.sheets.form_live import decision_cell, flag_cell, total_cell
from gatebook.sheets.formulas import COMPLETE, HEAD_FLAGS, ROW_CODES, is_on
from gatebook.sheets.layout import COLUMNS, layout_for
from gatebook.sheets.review_form import review_workbook
from tests.support.builders import TWELVE, passing_review, with_row
from tests.support.cell_values import Edit
from tests.support.checklists import make_checklist
from tests.support.engines import Engine, Formulon, LibreOfficeEngine
from tests.support.libreoffice import LibreOffice
from tests.support.typed_sheets import draw_blank, judged, random_answers

CHECKLISTS = {
    "12 gates": TWELVE,
    "5 gates": make_checklist(5),
    "40 gates": make_checklist(40),
    "policy": make_checklist(
        6,
        levels={
            "artifact-missing": "warn",
            "owner-not-a-person": "block",
            "backup-missing": "off",
            "red-without-action": "block",
            "regate-date-missing": "off",
        },
    ),
}
CHECKLISTS["renewed"] = TWELVE
CASES = {"12 gates": 200, "5 gates": 80, "40 gates": 24, "policy": 60, "renewed": 40}


def renewed(checklist: Checklist) -> Review:
    """The next form of a review with a gate of each colour; the text of gate 3 has changed."""
    review = passing_review(checklist)
    plan = {"next_action": "Ask the vendor", "due": date(2026, 12, 1)}
    review = with_row(review, 1, status=Status.RED, **plan)
    review = with_row(review, 2, status=Status.YELLOW, **plan)
    review = with_row(review, 3, title="As it was called before")
    return renew(review, checklist, date(2026, 11, 27), "next").review


def expected_check(judgement: Judged, row: int) -> str:
    """What the Check cell of a row must say: the phrases of its findings, in the form's order."""
    found = {
        finding.code
        for finding in judgement.findings
        if finding.cell and Cell.parse(finding.cell).row == row
    }
    phrases = [BY_CODE[code].check for code in ROW_CODES if code in found]
    text = "; ".join(phrases) or COMPLETE
    return text[:1].upper() + text[1:]


def differences(engine: Engine, name: str, folder: Path) -> tuple[list[str], Counter[str]]:
    """Type random answers into a form, recalculate, and list where sheet and Python differ."""
    checklist: Checklist = CHECKLISTS[name]
    form = renewed(checklist) if name == "renewed" else None
    blank = draw_blank(checklist, folder / "blank.xlsx", form)
    random = Random(f"{name}-2026")
    cases = [random_answers(random, checklist) for _ in range(CASES[name])]
    rows = list(layout_for(checklist).gate_rows.values())
    shown_at = decision_cell().a1
    checks = {row: Cell(row, COLUMNS["check"]).a1 for row in rows}
    wanted = [(TAB_NAME, a1) for a1 in (shown_at, total_cell("blocking").a1, *checks.values())]
    edits = [{(TAB_NAME, a1): value for a1, value in case.items()} for case in cases]
    wrong: list[str] = []
    seen: Counter[str] = Counter()
    for number, sheet in enumerate(engine.recalculate_each(blank, edits, wanted)):
        judgement = judged(blank, cases[number], checklist)
        seen[judgement.verdict.decision] += 1
        says = {shown_at: judgement.verdict.shown_as}
        says |= {a1: expected_check(judgement, row) for row, a1 in checks.items()}
        for a1, expected in says.items():
            found = sheet[TAB_NAME, a1]
            if found != expected:
                wrong.append(f"case {number}, {a1}: sheet {found!r}, Python {expected!r}")
    return wrong, seen


@pytest.mark.parametrize("name", CHECKLISTS)
def test_formulon_agrees_with_python(name: str, tmp_path: Path) -> None:
    wrong, seen = differences(Formulon(), name, tmp_path)
    assert not wrong, "\n".join(wrong[:20])
    if name == "12 gates":
        assert min(seen[decision] for decision in Decision) > 5, seen


@pytest.mark.parametrize("name", CHECKLISTS)
def test_libreoffice_agrees_with_python(
    name: str, tmp_path: Path, libreoffice: LibreOffice
) -> None:
    wrong, _ = differences(LibreOfficeEngine(libreoffice), name, tmp_path)
    assert not wrong, "\n".join(wrong[:20])


@dataclass(frozen=True)
class Moved:
    """One line: what is typed into a form in which all is well → what the sheet and Python say.

    Cells are named by their column and gate 3, 4 or a row "below" the table.
    """

    done: str
    typed: dict[str, Edit]
    sheet: str
    python: str
    check_4: str = COMPLETE


_LAUNCH, _ONE_THING = "Launch this week", "Review incomplete: 1 thing to finish"
_TITLE_3, _TITLE_4 = (TWELVE.gates[place].title for place in (2, 3))
_PUT_BACK = "Check the answers and put this row's title back"
_BELOW = layout_for(TWELVE).last_row + 6
MOVED = [
    Moved(
        "titles exchanged",
        {"gate 3": _TITLE_4, "gate 4": _TITLE_3},
        "Review incomplete: 2 things to finish", "Review incomplete: 2 things to finish", _PUT_BACK,
    ),
    Moved("a title copied", {"gate 4": _TITLE_3}, _ONE_THING, _ONE_THING, _PUT_BACK),
    Moved("a title in words of one's own", {"gate 4": "Who may see what"}, _LAUNCH, _LAUNCH),
    Moved("a title blanked", {"gate 4": " "}, _LAUNCH, _LAUNCH),
    Moved(
        "title and number copied",
        {"gate 4": _TITLE_3, "number 4": 3.0},
        _ONE_THING, _ONE_THING, "Restore this row's number",
    ),
    Moved("the key overwritten", {"key 4": "x"}, _ONE_THING, _ONE_THING),
    Moved("a title below as a note", {"gate below": _TITLE_3}, _LAUNCH, _LAUNCH),
    Moved(
        "a second row without its key, red",
        {"gate below": f" {_TITLE_3.upper()} ", "status below": "Red"},
        _ONE_THING, "Launch delayed; re-gate date not set",
    ),
    Moved(
        "a second row with its key, red",
        {"gate below": _TITLE_3, "status below": "Red", "key below": "gate:confidential-data"},
        _ONE_THING, "Launch delayed; re-gate date not set",
    ),
]  # fmt: skip


@pytest.mark.parametrize("program", ["formulon", "libreoffice"])
def test_rows_that_were_moved_in_part(
    program: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """PAINS 5: whatever Python refuses to launch, the sheet does not launch either."""
    engine: Engine = Formulon()
    if program == "libreoffice":
        engine = LibreOfficeEngine(request.getfixturevalue("libreoffice"))
    form = draw_blank(TWELVE, tmp_path / "form.xlsx", passing_review())
    rows = {"3": _row_of(3), "4": _row_of(4), "below": _BELOW}

    def a1(place: str) -> str:
        column, _, row = place.partition(" ")
        return Cell(rows[row], COLUMNS[column]).a1

    typed = [{a1(place): value for place, value in case.typed.items()} for case in MOVED]
    shown, check = (TAB_NAME, decision_cell().a1), (TAB_NAME, a1("check 4"))
    edits = [{(TAB_NAME, at): value for at, value in cells.items()} for cells in typed]
    sheets = engine.recalculate_each(form, edits, [shown, check])
    for case, cells, sheet in zip(MOVED, typed, sheets, strict=True):
        said = (sheet[shown], judged(form, cells, TWELVE).verdict.shown_as, sheet[check])
        assert said == (case.sheet, case.python, case.check_4), case.done


def _row_of(number: int) -> int:
    return layout_for(TWELVE).gate_rows[TWELVE.gates[number - 1].key]


def test_every_flag_is_drawn_unless_policy_switched_it_off() -> None:
    for checklist in CHECKLISTS.values():
        on = [
            flag_cell(i) for i, (code, _) in enumerate(HEAD_FLAGS) if is_on(code, checklist.policy)
        ]
        assert len(set(on)) == len(on)


def stored_and_computed(engine: Engine, path: Path) -> list[str]:
    """Formula cells of a drawn review tab whose stored value is not the one an engine computes."""
    grid = read_workbook(path)[0]
    places = [(grid.tab, Cell(*cell).a1) for cell in sorted(grid.formulas)]
    computed = engine.recalculate(path, {}, places)
    wrong = []
    for tab, a1 in places:
        stored, found = grid.values.get(Cell.parse(a1)), computed[tab, a1]
        if (stored or "") != (found or ""):
            wrong.append(f"{path.name} {a1}: stored {stored!r}, computed {found!r}")
    return wrong


@pytest.fixture(scope="module")
def drawn_samples(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The demo's reviews as files, and forms of other checklists, empty and filled."""
    folder = tmp_path_factory.mktemp("samples")
    samples = sample_reviews(TWELVE, date(2026, 11, 23))
    forms = [(review, TWELVE) for _, review in samples]
    for name in ("5 gates", "40 gates", "policy"):
        checklist = CHECKLISTS[name]
        forms.append((Review(stamp=Stamp(1, checklist.id, 1, "empty", "empty-1")), checklist))
        forms += [(passing_review(checklist), checklist), (renewed(checklist), checklist)]
    paths = []
    for number, (review, checklist) in enumerate(forms):
        paths.append(folder / f"{number}.xlsx")
        draw_workbook(review_workbook(review, checklist), paths[-1])
    return paths


def test_a_drawn_file_shows_at_once_what_its_formulas_say(
    drawn_samples: list[Path], libreoffice: LibreOffice
) -> None:
    """PAINS 12: previews, phones and Protected View show stored values, not computed ones."""
    for path in drawn_samples:
        assert not stored_and_computed(LibreOfficeEngine(libreoffice), path)


def test_stored_values_in_the_second_engine(drawn_samples: list[Path]) -> None:
    for path in drawn_samples[::4]:
        assert not stored_and_computed(Formulon(), path)
