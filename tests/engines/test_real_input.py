"""Forms that a real spreadsheet program opened, changed and saved come to the same decisions.

LibreOffice stands for all the programs that write a file anew in their own way (PAINS 24): its XML,
its shared texts, its dimensions, its formulas are not those of the file that gatebook drew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from gatebook.backends.excel.read import read_workbook
from gatebook.domain.cells import column_letters
from gatebook.sample import sample_reviews
from gatebook.sheets.formulas import KEY_PREFIX
from gatebook.sheets.layout import COLUMNS, HELPERS_FROM, layout_for
from tests.abuse.marks import abuse
from tests.cli.conftest import Office, header_row, write_form
from tests.cli.conftest import office as office  # the fixture
from tests.support.builders import TODAY, TWELVE
from tests.support.libreoffice import Book, LibreOffice

_LAYOUT = layout_for(TWELVE)
_FIRST = min(_LAYOUT.gate_rows.values()) + 1
_LAST = _LAYOUT.last_gate_row + 1
_TAB = "Review"


# Far enough to the right to take every helper cell along.
_ROWS = f"A{_FIRST}:{column_letters(HELPERS_FROM + 60)}{_LAST}"


def untouched(book: Book) -> None:
    """Opened and saved."""


def renamed(book: Book) -> None:
    """PAINS 2."""
    book.rename(_TAB, "Ana's review, 2nd half")


def sorted_rows(book: Book) -> None:
    """PAINS 5: whole rows by gate, from the last letter, the hidden key among them."""
    book.sort(_TAB, _ROWS, column_letters(COLUMNS["gate"]), descending=True)


def inserted_row(book: Book) -> None:
    """PAINS 5: with a remark in it."""
    book.unprotect(_TAB)
    row = _LAYOUT.gate_rows["cost-per-task"] + 1
    book.insert_rows(_TAB, row)
    book.put(_TAB, {f"{column_letters(COLUMNS['next_action'])}{row}": "to be discussed"})


def inserted_columns(book: Book) -> None:
    """PAINS 3: one at the very left, one between status and owner."""
    book.unprotect(_TAB)
    book.insert_columns(_TAB, column_letters(COLUMNS["owner"]))
    book.insert_columns(_TAB, "A")


def moved_row(book: Book) -> None:
    """PAINS 5: a whole row cut out and put below the others."""
    book.unprotect(_TAB)
    end = column_letters(HELPERS_FROM + 60)
    row = _LAYOUT.gate_rows["confidential-data"] + 1
    book.insert_rows(_TAB, _LAST + 1)
    book.paste(_TAB, f"A{row}:{end}{row}", f"A{_LAST + 1}", cut=True)


def all_of_it(book: Book) -> None:
    """PAINS 2, 3, 5 at once."""
    sorted_rows(book)
    inserted_row(book)
    inserted_columns(book)
    renamed(book)


EDITS: tuple[Callable[[Book], None], ...] = (
    untouched,
    renamed,
    sorted_rows,
    inserted_row,
    inserted_columns,
    moved_row,
    all_of_it,
)


@dataclass(frozen=True)
class Case:
    """A review's file as drawn and as LibreOffice saved it after an edit."""

    edit: str
    drawn: Path
    saved: Path


@pytest.fixture
def cases(office: Office, libreoffice: LibreOffice) -> list[Case]:
    """Each edit on two or more sample reviews, and the last one on a review of each decision."""
    made = []
    (office.folder / "saved").mkdir()
    for number, (name, review) in enumerate(sample_reviews(TWELVE, TODAY)[:21]):
        edit = EDITS[number % len(EDITS)]
        drawn = write_form(office.reviews / f"{number:02} {Path(name).name}", review)
        with libreoffice.open(drawn) as book:
            edit(book)
            saved = book.save(office.folder / "saved" / drawn.name)
        made.append(Case(edit.__name__, drawn, saved))
    return made


def _said(record: dict[str, Any]) -> dict[str, Any]:
    """What a review comes to, without where it stands."""
    gates = {gate["key"]: gate for gate in record["gates"]}
    findings = sorted((f["code"], f["level"], f["gate"] or 0) for f in record["findings"])
    kept = ("system_id", "system", "lead", "date", "live", "decision", "shown_as", "regate_on")
    return {name: record[name] for name in kept} | {
        "gates": gates,
        "findings": findings,
        "next_review": record["next_review"],
    }


def _places(path: Path) -> tuple[str, dict[str, tuple[int, int]]]:
    """The review's tab, and where the gates' hidden keys stand: shows that an edit took place."""
    grid = read_workbook(path)[0]
    keys = {str(v): at for at, v in grid.values.items() if str(v).startswith(KEY_PREFIX)}
    return grid.tab, keys


@pytest.mark.engine("libreoffice", "uno")
@abuse("programs", 2, 3, 5, 12, 24)
def test_sheets_that_libreoffice_changed_and_saved_come_to_the_same(
    office: Office, cases: list[Case]
) -> None:
    """PAINS 2, 3, 5, 12, 24: same decision, same answers, same findings, gate by gate."""
    before = office.check("--json")
    after = office.run("check", "saved", "--json", "--today", TODAY)
    assert (before.code, after.code) == (0, 0), after.err
    drawn = {Path(one["location"]).name: _said(one) for one in before.json["reviews"]}
    saved = {Path(one["location"]).name: _said(one) for one in after.json["reviews"]}
    assert {case.edit for case in cases} == {edit.__name__ for edit in EDITS}
    assert len({one["decision"] for one in drawn.values()}) == 4
    assert saved.keys() == drawn.keys() == {case.drawn.name for case in cases}
    for case in cases:
        assert saved[case.drawn.name] == drawn[case.drawn.name], case.edit
        assert (_places(case.saved) == _places(case.drawn)) == (case.edit == "untouched")
    # The portfolio made of the one has nothing to say about the other but where it stands.
    assert office.sync().code == 0
    ran = office.run("sync", "saved", "--portfolio", "portfolio.xlsx", "--json", "--today", TODAY)
    assert (ran.code, ran.json["changes"]) == (0, [])
    assert {row["Sync state"] for row in office.table("Portfolio")} == {"Read"}


@pytest.mark.engine("libreoffice", "uno")
@abuse("programs", 33)
def test_a_portfolio_that_libreoffice_saved_with_notes_is_taken_up_again(
    office: Office, libreoffice: LibreOffice
) -> None:
    """PAINS 33: notes typed there, rows sorted there; the next sync keeps them."""
    reviews = sample_reviews(TWELVE, TODAY)
    for name, review in reviews:
        write_form(office.reviews / name, review)
    office.sync()
    rows = office.table("Portfolio")
    sheet = openpyxl.load_workbook(office.portfolio)["Portfolio"]
    top = header_row(sheet)
    notes = next(cell.column_letter for cell in sheet[top] if cell.value == "Notes")
    with libreoffice.open(office.portfolio) as book:
        book.put("Portfolio", {f"{notes}{top + n}": f"note {n}" for n in range(1, len(rows) + 1)})
        book.sort("Portfolio", f"A{top + 1}:{notes}{top + len(rows)}", "B", descending=True)
        book.save(office.folder / "new.xlsx")
    (office.folder / "new.xlsx").replace(office.portfolio)
    wanted = {row["System"]: f"note {n}" for n, row in enumerate(rows, 1)}
    assert {row["System"]: row["Notes"] for row in office.table("Portfolio")} == wanted
    (office.reviews / reviews[0][0]).unlink()
    assert office.sync().code == 0
    assert {row["System"]: row["Notes"] for row in office.table("Portfolio")} == wanted
    assert [row["Decision"] for row in office.table("Portfolio")]
