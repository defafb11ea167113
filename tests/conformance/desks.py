"""The same desk on both backends: a place with reviews and a portfolio, and a person who edits them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec
import openpyxl
import pytest

from gatebook.backends.excel.backend import ExcelBackend
from gatebook.backends.google.addresses import folder_address, spreadsheet_address
from gatebook.backends.protocol import Backend, Source
from gatebook.cli.main import main
from gatebook.domain.checklist import Checklist
from gatebook.domain.review import Review
from gatebook.sheets.model import Grid, Raw
from gatebook.sheets.review_form import review_workbook
from gatebook.wiring import settings
from tests.google_api.server import GoogleServer
from tests.support.builders import TODAY, TWELVE

PERSON = "mia@example.com"
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class Ran(NamedTuple):
    """What a command left: its exit code, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON; fails if there is anything else on it."""
        return msgspec.json.decode(self.out)


class Desk(Protocol):
    """What a test does to either backend."""

    config: Path
    reviews: str
    portfolio: str

    def put(self, name: str, review: Review, checklist: Checklist = TWELVE) -> str:
        """A form with a review in it; answers where it is."""
        ...

    def type(self, location: str, cell: str, text: str, tab: str = "Review") -> None:
        """Type into a cell as a person does: numbers, dates and formulas are understood."""
        ...

    def rename(self, location: str, tab: str, title: str) -> None:
        """Give a tab another name."""
        ...

    def hide(self, location: str, tab: str) -> None:
        """Hide a tab."""
        ...

    def backend(self) -> Backend:
        """The product's own backend for these places."""
        ...

    def run(self, *arguments: object) -> Ran:
        """Run gatebook, as a person would."""
        ...


def grids(desk: Desk, location: str, *, whole: bool = False) -> list[Grid]:
    """What the backend reads there."""
    return list(desk.backend().read(Source(location, whole=whole)))


def portfolio_cells(desk: Desk, stands_for: dict[str, str]) -> dict[str, dict[str, Raw]]:
    """The values of our tabs of the portfolio, by tab and A1; places replaced by common names."""
    found: dict[str, dict[str, Raw]] = {}
    for grid in grids(desk, desk.portfolio, whole=True):
        cells: dict[str, Raw] = {}
        for (row, column), value in grid.values.items():
            if isinstance(value, str):
                for place, name in stands_for.items():
                    value = value.replace(place, name)
            cells[f"{row},{column}"] = value
        found[grid.tab] = cells
    return found


class Runs:
    """What all desks do the same way."""

    config: Path
    _capsys: pytest.CaptureFixture[str]

    def run(self, *arguments: object) -> Ran:
        """Run gatebook, as a person would."""
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments] + ["--config", str(self.config)])
        out, err = self._capsys.readouterr()
        assert "Traceback" not in out + err
        return Ran(int(str(ended.value.code)), out, err)


class ExcelDesk(Runs):
    """Files in a folder, edited with openpyxl."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder = folder / "reviews"
        self._folder.mkdir()
        self._capsys = capsys
        self.reviews = self._folder.as_posix()
        self.portfolio = (folder / "portfolio.xlsx").as_posix()
        self.config = folder / "gatebook.toml"
        self.config.write_text("", encoding="utf-8")

    def put(self, name: str, review: Review, checklist: Checklist = TWELVE) -> str:
        path = (self._folder / f"{name}.xlsx").as_posix()
        ExcelBackend().draw(review_workbook(review, checklist), path)
        return path

    def type(self, location: str, cell: str, text: str, tab: str = "Review") -> None:
        book = openpyxl.load_workbook(location)
        book[tab][cell] = _understood(text)
        book.save(location)

    def rename(self, location: str, tab: str, title: str) -> None:
        book = openpyxl.load_workbook(location)
        book[tab].title = title
        book.save(location)

    def hide(self, location: str, tab: str) -> None:
        book = openpyxl.load_workbook(location)
        book[tab].sheet_state = "hidden"
        book.save(location)

    def backend(self) -> Backend:
        return ExcelBackend()


def _understood(text: str) -> Any:
    """What Excel makes of typed text."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return float(text) if _NUMBER.fullmatch(text) else text or None


class GoogleDesk(Runs):
    """Spreadsheets in a shared drive of the test server, edited by a person in a browser."""

    def __init__(
        self, folder: Path, capsys: pytest.CaptureFixture[str], server: GoogleServer
    ) -> None:
        self.server = server
        self._capsys = capsys
        self.robot = server.robot().email
        members = {self.robot: "fileOrganizer", PERSON: "organizer"}
        self.drive = server.shared_drive("Reviews", members)
        key = server.service_account_file(folder)
        self.reviews = folder_address(self.drive)
        book = server.spreadsheet("Portfolio", PERSON, share={self.robot: "writer"})
        self.portfolio_id = book
        self.portfolio = spreadsheet_address(book)
        self.config = folder / "google.toml"
        self.config.write_text(
            f"""
ledger = "sqlite:///{(folder / "google.ledger.db").as_posix()}"

[google]
credentials = "{key.as_posix()}"
editors = ["{PERSON}"]
cache = "{(folder / "answers").as_posix()}"
first_wait = 0.001
patience = 20
reads_per_minute = 100000
writes_per_minute = 100000
sheets_api = "{server.sheets_url}"
drive_api = "{server.drive_url}"
""",
            encoding="utf-8",
        )

    def put(self, name: str, review: Review, checklist: Checklist = TWELVE) -> str:
        backend = settings(str(self.config)).google("create")
        workbook = review_workbook(review, checklist)
        return backend.create(workbook, self.reviews, name, review.stamp.review_id)

    def type(self, location: str, cell: str, text: str, tab: str = "Review") -> None:
        # Pasted, because a dropdown refuses what it does not list, and people paste over them.
        self.editor(location).paste(f"'{tab}'!{cell}", [[text]])

    def rename(self, location: str, tab: str, title: str) -> None:
        self.editor(location).rename(tab, title)

    def hide(self, location: str, tab: str) -> None:
        self.editor(location).hide(tab)

    def backend(self) -> Backend:
        return settings(str(self.config)).google("write")

    def editor(self, location: str) -> Any:
        """The person with this spreadsheet open."""
        return self.server.edit(location.split("/")[-2], PERSON)


def desks(folder: Path, capsys: pytest.CaptureFixture[str], server: GoogleServer) -> Iterator[Desk]:
    """One of each kind."""
    for name, kind in (("excel", ExcelDesk), ("google", GoogleDesk)):
        place = folder / name
        place.mkdir()
        yield kind(place, capsys) if kind is ExcelDesk else GoogleDesk(place, capsys, server)


__all__ = ["PERSON", "TODAY", "Desk", "ExcelDesk", "GoogleDesk", "Ran", "desks"]
