"""The portfolio in a spreadsheet that people also work in: their reviews, rows, columns and rules."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import openpyxl
import pytest

from gatebook.sheets.model import Grid
from gatebook.sheets.portfolio_book import TABS
from tests.conformance.desks import ExcelDesk, GoogleDesk, grids
from tests.conformance.test_portfolio import _header_row, _letters, fill, sync
from tests.support.builders import TODAY, TWELVE, passing_review, stamp_of

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def google(both: tuple[object, GoogleDesk]) -> GoogleDesk:
    """A desk on Google."""
    return both[1]


def front(google: GoogleDesk) -> Grid:
    """The tab Portfolio."""
    return next(g for g in grids(google, google.portfolio, whole=True) if g.tab == "Portfolio")


def header(grid: Grid, text: str) -> tuple[int, int]:
    """Where a column of the table has its header."""
    return next(at for at, value in grid.values.items() if value == text)


def row_of(grid: Grid, system: str) -> int:
    """The row of a system, as the browser counts."""
    top, column = header(grid, "System")
    return next(
        row + 1
        for (row, at), value in grid.values.items()
        if value == system and at == column and row > top
    )


def sheet(google: GoogleDesk, title: str = "Portfolio") -> Any:
    """A tab as the server keeps it."""
    return next(s for s in google.editor(google.portfolio).document.sheets if s.title == title)


def review(name: str) -> dict[str, Any]:
    """A review of a system of its own."""
    return {"system": name.title(), "stamp": stamp_of(TWELVE, name, f"{name}-1")}


# What a person does to A1, or in front of it.
LOST: dict[str, Callable[[Any, str], None]] = {
    "a row above": lambda mine, tab: mine.insert_rows(tab, 1),
    "two rows above": lambda mine, tab: mine.insert_rows(tab, 1, 2),
    "a column before": lambda mine, tab: mine.insert_columns(tab, 1),
    "no column A": lambda mine, tab: mine.delete_columns(tab, 1),
    "no row 1": lambda mine, tab: mine.delete_rows(tab, 1),
    "cleared": lambda mine, tab: mine.clear(f"{tab}!A1"),
    "typed over": lambda mine, tab: mine.type(f"{tab}!A1", "x"),
}


class TestTheMarkIsGone:
    """Where the mark of a tab of ours went, people's words cannot be found: nothing is written."""

    @pytest.mark.parametrize("how", list(LOST))
    def test_on_google(self, how: str, google: GoogleDesk) -> None:
        places = fill(google)
        sync(google)
        mine = google.editor(google.portfolio)
        grid = front(google)
        notes = _letters(header(grid, "Notes")[1])
        mine.type(f"Portfolio!{notes}{row_of(grid, 'Beta')}", "call Bo")
        LOST[how](mine, "Portfolio")
        google.type(places["alpha"], "D13", "Red")
        version = google.server.file(google.portfolio_id).version
        ran = sync(google, today=TOMORROW)
        assert ran.code == 4
        assert "the tab “Portfolio” has lost the hidden mark in its cell A1" in ran.err
        assert ran.err.count("Nothing was written.") == 1
        assert google.server.file(google.portfolio_id).version == version

    @pytest.mark.parametrize("tab", ["Decisions", "Runs", "Actions"])
    def test_of_another_tab(self, tab: str, google: GoogleDesk) -> None:
        places = fill(google)
        sync(google)
        google.editor(google.portfolio).rename(tab, "Mine now")
        google.editor(google.portfolio).clear("'Mine now'!A1")
        google.type(places["alpha"], "D13", "Red")
        ran = sync(google, today=TOMORROW)
        assert ran.code == 4
        assert "the tab “Mine now” has lost the hidden mark" in ran.err

    def test_the_tab_deleted_it_goes_on(self, google: GoogleDesk) -> None:
        """The other remedy that the message names."""
        fill(google)
        sync(google)
        google.editor(google.portfolio).clear("Actions!A1")
        google.editor(google.portfolio).delete("Actions")
        assert sync(google, "--json").json["written"] is True
        assert set(google.editor(google.portfolio).titles()) == set(TABS)

    @pytest.mark.parametrize("how", ["a row above", "cleared"])
    def test_on_excel(self, how: str, both: tuple[ExcelDesk, GoogleDesk]) -> None:
        excel = both[0]
        places = fill(excel)
        sync(excel)
        book = openpyxl.load_workbook(excel.portfolio)
        if how == "cleared":
            book["Portfolio"]["A1"] = None
        else:
            book["Portfolio"].insert_rows(1)
        book.save(excel.portfolio)
        excel.type(places["alpha"], "D13", "Red")
        ran = sync(excel, today=TOMORROW)
        assert ran.code == 4
        assert "Nothing was written." in ran.err


class TestReviewsInThePortfolio:
    """Review tabs of the very spreadsheet that the portfolio is written into."""

    @pytest.mark.parametrize("place", ["by its address", "in the folder"])
    def test_they_are_read_and_nothing_loops(self, place: str, google: GoogleDesk) -> None:
        google.put("one", passing_review(**review("one")))
        home = google.put("two", passing_review(**review("two")))
        where = [home] if place == "by its address" else [google.reviews]
        systems = {"Two"} if place == "by its address" else {"One", "Two"}
        google.rename(home, "Review", "Pilot two")
        before = set(google.editor(home).titles())
        command = ("sync", *where, "--portfolio", home, "--today", TODAY, "--json")
        for written in (True, False, False):
            ran = google.run(*command)
            assert (ran.code, ran.json["written"]) == (0, written), ran.err
            assert ran.json["decisions"]["launch"] == len(systems)
        assert set(google.editor(home).titles()) == before | set(TABS)
        google.portfolio = home
        grid = front(google)
        assert {name for name in ("One", "Two") if name in grid.values.values()} == systems

    def test_what_changes_in_them_is_seen(self, google: GoogleDesk) -> None:
        home = google.put("two", passing_review(**review("two")))
        command = ("sync", google.reviews, "--portfolio", home, "--today", TODAY, "--json")
        google.run(*command)
        google.type(home, "D13", "Red")
        assert google.run(*command).json["changes"] == [
            {"system": "Two", "from": "launch", "to": "delayed"}
        ]
        google.editor(home).delete("Review")
        ran = google.run(*command)
        assert ran.code == 1
        assert "not found: Two" in google.run(*(one for one in command if one != "--json")).err

    def test_they_cost_no_request(self, google: GoogleDesk) -> None:
        """The portfolio is read for its notes anyway: one GET for it, and one for the other review."""
        google.put("one", passing_review(**review("one")))
        home = google.put("two", passing_review(**review("two")))
        google.server.forget()
        google.run("sync", google.reviews, "--portfolio", home, "--today", TODAY)
        counted = google.server.counted()
        assert counted["sheets.spreadsheets.get"] == 2
        assert counted.total() == 1 + 2 + 1

    def test_one_that_cannot_be_read_is_named(self, google: GoogleDesk) -> None:
        home = google.put("two", passing_review(**review("two")))
        header_row = _header_row(google, home)
        for column in "DEFGHI":
            google.type(home, f"{column}{header_row}", "")
        ran = google.run("sync", home, "--portfolio", home, "--today", TODAY)
        assert ran.code == 1
        assert home in ran.err

    def test_copies_of_our_own_tabs_are_no_reviews(self, google: GoogleDesk) -> None:
        fill(google)
        google.server.file(google.portfolio_id).parent = google.drive
        sync(google)
        mine = google.editor(google.portfolio)
        mine.duplicate("Portfolio", "Portfolio last week")
        mine.add("Budget")
        mine.type("Budget!A1", "Gate")
        ran = sync(google, "--json")
        assert (ran.json["written"], ran.json["unreadable"]) == (False, 1)
        assert ran.json["read"] + ran.json["unchanged"] == 5

    def test_a_digest_has_their_actions(self, google: GoogleDesk) -> None:
        """Every command that reads the places reads them."""
        home = google.put("two", passing_review(**review("two")))
        google.type(home, "D13", "Red")
        text = google.config.read_text(encoding="utf-8")
        google.config.write_text(f'portfolio = "{home}"\n{text}', encoding="utf-8")
        to = google.config.parent / "digests"
        google.run("digest", google.reviews, "--today", TODAY, "--to", to)
        assert "Two" in "".join(file.read_text(encoding="utf-8") for file in to.glob("*.md"))


class TestColumnsOfTheirs:
    """Columns that people put between ours."""

    @pytest.mark.parametrize("before", [2, 3, 4])
    def test_what_must_be_seen_is_seen(self, before: int, google: GoogleDesk) -> None:
        places = fill(google)
        sync(google)
        mine = google.editor(google.portfolio)
        mine.hide_columns("Portfolio", 9)  # a gate's, which somebody does not want to see
        mine.insert_columns("Portfolio", before)
        google.type(places["alpha"], "D13", "Red")
        assert sync(google, today=TOMORROW).code == 1
        columns = sheet(google).column_properties
        hidden = {at for at, one in columns.items() if one.get("hiddenByUser")}
        grid = front(google)
        # The mark's, the key's, and the one that was hidden by hand, now one to the right.
        assert hidden == {0, header(grid, "Key")[1], 9}


class TestTheirRulesAndComments:
    """What people add to our tab besides words."""

    def test_their_colours_stay_beside_ours(self, google: GoogleDesk) -> None:
        places = fill(google)
        sync(google)
        grid = front(google)
        top, right = header(grid, "Sync state")
        mine, tab = google.editor(google.portfolio), sheet(google).id
        mine.type(f"Portfolio!{_letters(right + 1)}{top + 1}", "Budget")
        own = {"sheetId": tab, "startColumnIndex": right + 1, "endColumnIndex": right + 2}
        over = {**own, "startColumnIndex": 0}
        for area in (own, over):
            condition = {"type": "NUMBER_GREATER", "values": [{"userEnteredValue": "10"}]}
            look = {"backgroundColor": {"red": 1}}
            rule = {"ranges": [area], "booleanRule": {"condition": condition, "format": look}}
            mine.request({"addConditionalFormatRule": {"index": 0, "rule": rule}})
        ours = len(sheet(google).lists["conditionalFormats"]) - 2
        google.type(places["alpha"], "D13", "Red")
        sync(google, today=TOMORROW)
        rules = sheet(google).lists["conditionalFormats"]
        # The one that lies over our table is gone, as docs/google.md says.
        assert len(rules) == ours + 1
        assert rules[-1]["ranges"] == [own]

    def test_ours_do_not_pile_up_where_columns_move(self, google: GoogleDesk) -> None:
        """A column put between ours moves the last of our rules out of the table that is drawn anew."""
        places = fill(google)
        sync(google)
        before = len(sheet(google).lists["conditionalFormats"])
        google.editor(google.portfolio).insert_columns("Portfolio", 7)
        google.type(places["alpha"], "D13", "Red")
        sync(google, today=TOMORROW)
        assert len(sheet(google).lists["conditionalFormats"]) == before

    def test_words_go_with_their_system_and_comments_stay_in_their_cell(
        self, google: GoogleDesk
    ) -> None:
        places = fill(google)
        sync(google)
        mine, grid = google.editor(google.portfolio), front(google)
        notes = _letters(header(grid, "Notes")[1])
        cell = f"Portfolio!{notes}{row_of(grid, 'Alpha')}"
        mine.type(cell, "call Bo")
        mine.note(cell, "asked on Monday")
        google.type(places["alpha"], "D13", "Red")
        sync(google, today=TOMORROW)
        now = google.editor(google.portfolio)
        moved = f"Portfolio!{notes}{row_of(front(google), 'Alpha')}"
        assert moved != cell
        assert now.value(moved) == "call Bo"
        assert now.cell(cell)["note"] == "asked on Monday"


def test_the_answers_kept_are_for_their_owner_alone(google: GoogleDesk) -> None:
    google.put("one", passing_review())
    sync(google)
    kept = google.config.parent / "answers"
    assert (kept / "locks").is_dir()
    assert sorted(kept.glob("*.gz"))
    if os.name == "posix":
        assert kept.stat().st_mode & 0o077 == 0


class TestTheFirstTab:
    """The blank tab of a new spreadsheet goes only where nobody did anything to it."""

    @pytest.mark.parametrize("trace", ["a filter view", "a named range", "banded rows", "Q1"])
    def test_touched_it_stays(self, trace: str, google: GoogleDesk) -> None:
        google.put("one", passing_review())
        mine = google.editor(google.portfolio)
        area = {
            "sheetId": 0,
            "startRowIndex": 0,
            "endRowIndex": 5,
            "startColumnIndex": 0,
            "endColumnIndex": 3,
        }
        band = {"firstBandColor": {"red": 1}, "secondBandColor": {"blue": 1}}
        did = {
            "a filter view": {"addFilterView": {"filter": {"title": "V", "range": area}}},
            "a named range": {"addNamedRange": {"namedRange": {"name": "mine", "range": area}}},
            "banded rows": {"addBanding": {"bandedRange": {"range": area, "rowProperties": band}}},
        }
        if trace in did:
            mine.request(did[trace])
        else:
            mine.rename("Sheet1", trace)
        before = mine.titles()
        assert sync(google).code == 0
        assert google.editor(google.portfolio).titles()[:1] == before

    @pytest.mark.parametrize("title", ["Tabellenblatt1", "Feuille 1", "シート1"])
    def test_in_another_language_it_goes(self, title: str, google: GoogleDesk) -> None:
        google.put("one", passing_review())
        google.editor(google.portfolio).rename("Sheet1", title)
        assert sync(google).code == 0
        assert google.editor(google.portfolio).titles() == list(TABS)

    def test_a_title_in_the_way_is_named_as_it_stands(self, google: GoogleDesk) -> None:
        google.put("one", passing_review())
        google.editor(google.portfolio).add("ACTIONS")
        ran = sync(google)
        assert ran.code == 4
        assert "a tab “ACTIONS”" in ran.err
