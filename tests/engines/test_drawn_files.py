"""The form and the portfolio as files: valid, without errors, names and statuses understood.

What LibreOffice reads back is the expectation, not what a library says that it wrote.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest

from gatebook.backends.excel.draw import draw_workbook
from gatebook.domain.cells import Cell
from gatebook.domain.checklist import Checklist
from gatebook.domain.judge import judge
from gatebook.domain.review import Review, Stamp, Status
from gatebook.domain.systems import systems
from gatebook.portfolio import build_tables
from gatebook.sheets import look
from gatebook.sheets.form_draw import Look
from gatebook.sheets.layout import COLUMNS, layout_for
from gatebook.sheets.portfolio_book import portfolio_workbook
from gatebook.sheets.portfolio_read import OldPortfolio
from gatebook.sheets.review_form import review_workbook
from tests.abuse.marks import abuse
from tests.support import validator
from tests.support.builders import TWELVE, passing_review
from tests.support.cell_values import Edit
from tests.support.checklists import make_checklist
from tests.support.libreoffice import LibreOffice
from tests.support.xlsx_lint import lint

TODAY = date(2026, 11, 23)
SIZES = {5: make_checklist(5), 12: TWELVE, 40: make_checklist(40)}


def draw_form(
    checklist: Checklist, path: Path, review: Review | None = None, paper: str = "A4"
) -> Path:
    """A form as a file, empty unless a review is given."""
    empty = Review(stamp=Stamp(1, checklist.id, checklist.version, "pilot", "pilot-1"))
    draw_workbook(review_workbook(review or empty, checklist, Look("Acme", paper)), path)  # type: ignore[arg-type]
    return path


def draw_portfolio(count: int, checklist: Checklist, path: Path) -> Path:
    """A portfolio of so many systems, every third with reds, every fourth with gaps."""
    judged = []
    for number in range(count):
        review = passing_review(checklist)
        rows = list(review.rows)
        if number % 3 == 0:
            rows[number % len(rows)] = msgspec.structs.replace(
                rows[number % len(rows)], status=Status.RED, next_action="=1+1", due=TODAY
            )
        if number % 4 == 0:
            rows[-1] = msgspec.structs.replace(rows[-1], status=None, owner="")
        stamp = Stamp(1, checklist.id, checklist.version, f"system-{number}", f"review-{number}")
        one = msgspec.structs.replace(
            review, stamp=stamp, system=f"System {number}", rows=tuple(rows),
            location=f"reviews/it's #{number} ä.xlsx", regulated_area="HR" if number % 5 else "None",
        )  # fmt: skip
        judged.append(judge(one, checklist, date(2026, 12, 20)))
    tables = build_tables(systems(judged, TODAY), (), OldPortfolio(), TODAY, ".")
    draw_workbook(portfolio_workbook(tables, "0"), path)
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Forms of 5, 12 and 40 gates, empty and filled, and portfolios of 1, 12 and 200 systems."""
    folder = tmp_path_factory.mktemp("files")
    found = {}
    for gates, checklist in SIZES.items():
        found[f"empty {gates}"] = draw_form(checklist, folder / f"empty {gates}.xlsx")
        filled = passing_review(checklist)
        found[f"filled {gates}"] = draw_form(checklist, folder / f"filled {gates}.xlsx", filled)
        found[f"portfolio {gates}"] = draw_portfolio(12, checklist, folder / f"p{gates}.xlsx")
    for count in (1, 200):
        found[f"systems {count}"] = draw_portfolio(count, TWELVE, folder / f"s{count}.xlsx")
    return found


@abuse("made", 10, 11)
def test_the_lint_finds_nothing_to_repair(files: dict[str, Path]) -> None:
    """PAINS 10, 11: what Excel "repairs" on opening."""
    assert {name: lint(path) for name, path in files.items()} == {name: [] for name in files}


def test_microsofts_validator_finds_no_error(files: dict[str, Path]) -> None:
    validator.require()
    found = validator.validate(files.values())
    assert {path.name: found[path] for path in files.values()} == {
        path.name: [] for path in files.values()
    }


def test_no_formula_of_a_large_portfolio_or_form_is_an_error(
    files: dict[str, Path], libreoffice: LibreOffice
) -> None:
    for name in ("systems 200", "filled 40", "empty 12"):
        with libreoffice.open(files[name]) as book:
            book.recalculate()
            for tab in book.tabs():
                broken = [at for at, cell in book.read(tab, "A1:CZ300").items() if cell.code]
                assert not broken, (name, tab, broken)


def test_nobody_is_an_owner(files: dict[str, Path], libreoffice: LibreOffice) -> None:
    """The person validation marks a group, and no person; a far date and a wrong word as well."""
    layout = layout_for(TWELVE)
    rows = list(layout.gate_rows.values())
    owner, due, status = (COLUMNS[name] for name in ("owner", "due", "status"))
    typed: dict[str, Edit] = {
        Cell(rows[0], owner).a1: "The AI team",
        Cell(rows[1], owner).a1: "Jon Steamer",
        Cell(rows[2], owner).a1: "tbd",
        Cell(rows[0], due).a1: date(2126, 1, 1),
        Cell(rows[1], due).a1: date(2026, 12, 1),
        Cell(rows[0], status).a1: "Done",
        Cell(rows[1], status).a1: "Green",
    }
    with libreoffice.open(files["empty 12"]) as book:
        book.put("Review", typed)
        wrong = set(book.invalid("Review"))
    expected = {Cell(rows[0], c).a1 for c in (owner, due, status)} | {Cell(rows[2], owner).a1}
    assert wrong == expected


def test_each_status_gets_its_colour_however_it_is_spelled(
    files: dict[str, Path], libreoffice: LibreOffice
) -> None:
    layout = layout_for(TWELVE)
    spellings = {
        "Green": look.STATUS_FILL[Status.GREEN],
        " g ": look.STATUS_FILL[Status.GREEN],
        "amber": look.STATUS_FILL[Status.YELLOW],
        "RED": look.STATUS_FILL[Status.RED],
        "done": look.UNCLEAR_FILL,
    }
    cells = [Cell(row, COLUMNS["status"]).a1 for row in layout.gate_rows.values()]
    with libreoffice.open(files["empty 12"]) as book:
        book.put("Review", dict(zip(cells, spellings, strict=False)))
        book.recalculate()
        fills = book.colours("Review")
    shown = [fills.get(cell, "").upper() for cell in cells[: len(spellings)]]
    assert shown == [fill.upper() for fill in spellings.values()]
