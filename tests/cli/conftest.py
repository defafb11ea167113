"""A small office for the commands: a folder of real forms, and a way to run gatebook in it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import openpyxl
import pytest

from gatebook.backends.excel.backend import ExcelBackend
from gatebook.cli.main import main
from gatebook.domain.checklist import Checklist
from gatebook.domain.review import Review, Stamp, Status
from gatebook.domain.text import slug
from gatebook.sheets.review_form import review_workbook
from tests.support.builders import REVIEWED, TODAY, TWELVE, passing_review, with_row
from tests.support.engines import libreoffice as libreoffice


class Ran(NamedTuple):
    """What a command left: its exit code, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON; fails if there is anything else on it."""
        return msgspec.json.decode(self.out)


def review_of(
    system: str, on: date | None = REVIEWED, checklist: Checklist = TWELVE, **changes: Any
) -> Review:
    """A passing review of a system; `changes` are fields of Review."""
    stamp = Stamp(1, checklist.id, checklist.version, slug(system), f"{slug(system)}-{on}")
    review = passing_review(checklist, system=system, review_date=on)
    return msgspec.structs.replace(review, **({"stamp": stamp} | changes))


def with_red(review: Review, number: int, due: date | None = None) -> Review:
    """The review with one gate red."""
    return with_row(review, number, status=Status.RED, next_action="Fix it", due=due, artifact="")


def with_yellow(review: Review, number: int, due: date, action: str = "Build the sheet") -> Review:
    """The review with one gate yellow, its plan written."""
    return with_row(review, number, status=Status.YELLOW, next_action=action, due=due, artifact="")


def unmarked(review: Review) -> Review:
    """The review as a form that nobody has filled in below its head."""
    rows = tuple(
        msgspec.structs.replace(row, status=None, owner="", artifact="") for row in review.rows
    )
    return msgspec.structs.replace(review, rows=rows)


def write_form(
    path: Path, review: Review, checklist: Checklist = TWELVE, modified: float | None = None
) -> Path:
    """Draw a review as the workbook that people fill in; `modified` is the file's time stamp."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ExcelBackend().draw(review_workbook(review, checklist), str(path))
    if modified is not None:
        os.utime(path, (modified, modified))
    return path


class Office:
    """A folder to work in. `run` starts gatebook in this process, with its real files."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.reviews = folder / "reviews"
        self.portfolio = folder / "portfolio.xlsx"
        self._capsys = capsys

    def form(
        self,
        name: str,
        review: Review,
        checklist: Checklist = TWELVE,
        modified: float | None = None,
    ) -> Path:
        """Write a form into the folder `reviews`."""
        return write_form(self.reviews / name, review, checklist, modified)

    def run(self, *arguments: object) -> Ran:
        """Run a command in the folder."""
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = self._capsys.readouterr()
        assert "Traceback" not in out + err
        return Ran(int(str(ended.value.code)), out, err)

    def check(self, *arguments: object) -> Ran:
        """`gatebook check reviews` as of TODAY."""
        return self.run("check", "reviews", "--today", TODAY, *arguments)

    def sync(self, *arguments: object, today: date = TODAY) -> Ran:
        """`gatebook sync reviews --portfolio portfolio.xlsx` as of a day."""
        return self.run(
            "sync", "reviews", "--portfolio", "portfolio.xlsx", "--today", today, *arguments
        )

    def table(self, tab: str) -> list[dict[str, Any]]:
        """The records of a tab of the portfolio, by header, as openpyxl sees them."""
        return table_of(self.portfolio, tab)

    def row(self, system: str) -> dict[str, Any]:
        """The one row of a system on the Portfolio tab."""
        (found,) = [row for row in self.table("Portfolio") if row["System"] == system]
        return found

    def state(self) -> tuple[bytes, int]:
        """The portfolio's bytes and its time of change in nanoseconds."""
        return self.portfolio.read_bytes(), self.portfolio.stat().st_mtime_ns


# By tab: the header of a column that only the row of headers holds.
_FIRST_HEADERS = {
    "Portfolio": "Sync state",
    "Actions": "Days overdue",
    "Findings": "What to do",
    "Gates": "Not marked",
    "Owners": "Backs up",
    "Evidence": "Artifact",
    "Review history": "Reviews held",
    "Decisions": "Review id",
    "Runs": "Sheets read",
}


def header_row(sheet: Any, tab: str = "") -> int:
    """Where the headers of one of the portfolio's tabs stand; `tab`: its name, if it was renamed."""
    wanted = _FIRST_HEADERS[tab or sheet.title]
    for row in sheet.iter_rows():
        if any(cell.value == wanted for cell in row):
            return int(row[0].row)
    raise AssertionError(f"the tab {sheet.title} has no headers")


def table_of(path: Path, tab: str) -> list[dict[str, Any]]:
    """The records of a tab of a portfolio, by header."""
    sheet = openpyxl.load_workbook(path)[tab]
    rows: Sequence[tuple[Any, ...]] = list(
        sheet.iter_rows(min_row=header_row(sheet), values_only=True)
    )
    return [
        {str(header): value for header, value in zip(rows[0], row, strict=True) if header}
        for row in rows[1:]
    ]


def delete_row(portfolio: Path, system: str) -> None:
    """Delete the row of a system on the Portfolio tab, as who retires it does."""
    book = openpyxl.load_workbook(portfolio)
    sheet = book["Portfolio"]
    top = header_row(sheet)
    (row,) = [
        int(str(cells[0].row))
        for cells in sheet.iter_rows(min_row=top + 1)
        if any(cell.value == system for cell in cells[:3])
    ]
    sheet.delete_rows(row)
    book.save(portfolio)


@pytest.fixture
def office(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Office:
    """A fresh folder, and the place where commands run."""
    monkeypatch.chdir(tmp_path)
    made = Office(tmp_path, capsys)
    made.reviews.mkdir()
    return made
