"""The portfolio on both backends: the same tables, and whatever people put there stays."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from gatebook.domain.review import Status
from gatebook.sheets.model import Raw
from gatebook.sheets.portfolio_book import TABS
from tests.conformance.desks import Desk, ExcelDesk, GoogleDesk, Ran, grids
from tests.google_api.server import GoogleServer
from tests.support.builders import LAUNCH, TODAY, passing_review, stamp_of, with_row
from tests.support.builders import TWELVE as GATES

LATE = TODAY - timedelta(days=3)
# Words that two places of the same review have different names for.
_ADDRESS = re.compile(r"https://docs\.google\.com/spreadsheets/d/[\w-]+/edit|reviews/[\w -]+\.xlsx")


def fill(desk: Desk) -> dict[str, str]:
    """Five systems, one of each decision, one late, one unreadable; answers where each is."""
    red = with_row(passing_review(), 3, status=Status.RED, next_action="Mask it", due=LATE)
    yellow = with_row(
        passing_review(regulated_area="HR"),
        5,
        status=Status.YELLOW,
        next_action="Build",
        due=LAUNCH,
    )
    found = {}
    for name, review in {
        "alpha": passing_review(),
        "beta": red,
        "gamma": yellow,
        "delta": with_row(passing_review(), 1, status=None),
        "omega": passing_review(),
    }.items():
        stamped = {"stamp": stamp_of(GATES, name, f"{name}-1"), "system": name.title()}
        found[name] = desk.put(name, passing_review(**_fields(review) | stamped))
    # A header that is gone: the tab cannot be read.
    header = _header_row(desk, found["omega"])
    for column in "DEFGHI":
        desk.type(found["omega"], f"{column}{header}", "")
    return found


def _fields(review: Any) -> dict[str, Any]:
    return {name: getattr(review, name) for name in review.__struct_fields__}


def _header_row(desk: Desk, location: str) -> int:
    (grid, *_) = grids(desk, location)
    (row,) = [row for (row, _), value in grid.values.items() if value == "Next action"]
    return row + 1


def sync(desk: Desk, *arguments: object, today: date = TODAY) -> Ran:
    return desk.run(
        "sync", desk.reviews, "--portfolio", desk.portfolio, "--today", today, *arguments
    )


def shown(desk: Desk) -> dict[str, dict[tuple[int, int], Raw]]:
    """Our tabs of the portfolio, value by value; a review's place is only its name."""
    found = {}
    for grid in grids(desk, desk.portfolio, whole=True):
        found[grid.tab] = {at: _placeless(value) for at, value in grid.values.items()}
    return found


def _placeless(value: Raw) -> Raw:
    if not isinstance(value, str) or type(value) is not str:
        return value
    # A line that was cut to fit is cut at another word where ".xlsx" stood in it.
    cut = 30 if value.endswith("…") else None
    return _ADDRESS.sub("PLACE", value).replace(".xlsx", "")[:cut]


def test_the_tables_are_equal_cell_by_cell(both: tuple[ExcelDesk, GoogleDesk]) -> None:
    for desk in both:
        fill(desk)
        assert sync(desk).code == 1  # one cannot be read
    assert_equal(*both)


def test_what_the_ledgers_remember_is_equal(both: tuple[ExcelDesk, GoogleDesk]) -> None:
    """Reviews that follow each other, and an edit: strips, trends, days and moved dates."""
    later = TODAY + timedelta(days=30)
    for desk in both:
        places = fill(desk)
        sync(desk)
        red = with_row(passing_review(), 3, status=Status.RED, next_action="Mask it", due=later)
        again = {"stamp": stamp_of(GATES, "beta", "beta-2"), "system": "Beta"}
        desk.put("beta-2", passing_review(**_fields(red) | again | {"review_date": later}))
        header = _header_row(desk, places["alpha"])
        desk.type(places["alpha"], f"D{header + 2}", "Red")
        sync(desk, today=later)
    assert_equal(*both)
    excel, _ = both
    said = list(shown(excel)["Review history"].values())
    # Alpha's edited review, and both of Beta's.
    assert said.count("R") == 3


def assert_equal(excel: ExcelDesk, google: GoogleDesk) -> None:
    """All tabs say the same in both."""
    here, there = shown(excel), shown(google)
    there.pop("Sheet1", None)
    assert list(there) == list(here)
    for tab, cells in here.items():
        different = {
            at: (value, there[tab].get(at))
            for at, value in cells.items()
            if there[tab].get(at) != value and "UTC" not in str(value)
        }
        assert different == {}, tab
        assert set(there[tab]) == set(cells), tab


def test_links_lead_to_the_very_cell(both: tuple[ExcelDesk, GoogleDesk]) -> None:
    _, google = both
    places = fill(google)
    sync(google)
    (front,) = [g for g in grids(google, google.portfolio, whole=True) if g.tab == "Portfolio"]
    (review, *_) = grids(google, places["beta"])
    red = [url for at, url in front.links.items() if "Confidential" in str(front.values[at])]
    assert red
    assert all(url.startswith(f"{review.url}&range=D") for url in red)


def test_written_once_and_not_again_while_nothing_changes(desk: Desk) -> None:
    fill(desk)
    assert sync(desk, "--json").json["written"] is True
    again = sync(desk, "--json").json
    assert (again["written"], again["changes"]) == (False, [])


def test_dry_run_writes_nothing(desk: Desk) -> None:
    fill(desk)
    assert sync(desk, "--json", "--dry-run").json["written"] is False
    assert sync(desk, "--json").json["written"] is True


def test_what_changed_is_told(desk: Desk) -> None:
    places = fill(desk)
    sync(desk)
    (grid, *_) = grids(desk, places["alpha"])
    (row,) = [row for (row, _), value in grid.values.items() if value == GATES.gates[2].title]
    (column,) = [column for (_, column), value in grid.values.items() if value == "Status"]
    desk.type(places["alpha"], f"{'ABCDEFGH'[column]}{row + 1}", "Red")
    changes = sync(desk, "--json").json["changes"]
    assert changes == [{"system": "Alpha", "from": "launch", "to": "delayed"}]


def test_excel_and_google_in_one_portfolio(both: tuple[ExcelDesk, GoogleDesk]) -> None:
    excel, google = both
    excel.put("one", passing_review(system="One", stamp=stamp_of(GATES, "one", "one-1")))
    google.put("two", passing_review(system="Two", stamp=stamp_of(GATES, "two", "two-1")))
    for target in (google.portfolio, excel.portfolio):
        ran = google.run(
            "sync", excel.reviews, google.reviews, "--portfolio", target, "--today", TODAY, "--json"
        )
        assert ran.json["decisions"]["launch"] == 2


class TestOthersInTheSpreadsheet:
    """A spreadsheet in which people own tabs, notes, filters and widths."""

    def test_other_tabs_stay(self, both: tuple[ExcelDesk, GoogleDesk]) -> None:
        google = both[1]
        fill(google)
        mine = google.editor(google.portfolio)
        mine.add("Budget")
        mine.type("Budget!B2", "=1+1")
        mine.rename("Sheet1", "Scratch")
        mine.type("Scratch!A1", "mine")
        sync(google)
        assert mine.titles()[:2] == ["Scratch", "Budget"]
        sync(google, today=TODAY + timedelta(days=1))
        assert mine.cell("Budget!B2")["userEnteredValue"] == {"formulaValue": "=1+1"}
        assert mine.value("Scratch!A1") == "mine"
        assert len(mine.titles()) == 2 + len(TABS)

    def test_the_blank_tab_of_a_new_spreadsheet_goes(
        self, both: tuple[ExcelDesk, GoogleDesk]
    ) -> None:
        google = both[1]
        fill(google)
        sync(google)
        assert google.editor(google.portfolio).titles()[0] == "Portfolio"

    @pytest.mark.parametrize("trace", ["a note", "another title", "a checkbox"])
    def test_a_blank_tab_that_somebody_touched_stays(
        self, trace: str, both: tuple[ExcelDesk, GoogleDesk]
    ) -> None:
        google = both[1]
        google.put("one", passing_review())
        mine = google.editor(google.portfolio)
        if trace == "a note":
            mine.note("Sheet1!B2", "for the meeting")
        elif trace == "a checkbox":
            area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 2}
            rule = {"condition": {"type": "BOOLEAN"}}
            mine.request({"setDataValidation": {"range": area, "rule": rule}})
        else:
            mine.rename("Sheet1", "Steering plan")
        before = mine.titles()
        assert sync(google).code == 0
        assert mine.titles()[:1] == before
        assert len(mine.titles()) == 1 + len(TABS)

    def test_a_tab_of_theirs_with_our_name_is_not_written_over(
        self, both: tuple[ExcelDesk, GoogleDesk]
    ) -> None:
        google = both[1]
        fill(google)
        mine = google.editor(google.portfolio)
        mine.add("Actions")
        mine.type("Actions!A1", "ours")
        ran = sync(google)
        assert ran.code == 4
        assert "Actions" in ran.err
        assert mine.titles() == ["Sheet1", "Actions"]

    def test_notes_widths_filter_views_and_comments_survive(
        self, both: tuple[ExcelDesk, GoogleDesk]
    ) -> None:
        google = both[1]
        fill(google)
        sync(google)
        mine = google.editor(google.portfolio)
        (front,) = [g for g in grids(google, google.portfolio, whole=True) if g.tab == "Portfolio"]
        header = next(at for at, value in front.values.items() if value == "Notes")
        row = next(r for (r, _), value in front.values.items() if value == "Beta" and r > header[0])
        cell = f"Portfolio!{_letters(header[1])}{row + 1}"
        mine.type(cell, "call Bo on Tuesday")
        mine.note(cell, "a comment")
        mine.width("Portfolio", 3, 333)
        sheet = next(s for s in mine.document.sheets if s.title == "Portfolio")
        view = {"title": "Mine", "range": {"sheetId": sheet.id}}
        mine.request({"addFilterView": {"filter": view}})
        mine.rename("Portfolio", "AI pilots")
        later = TODAY + timedelta(days=1)
        assert sync(google, "--json", today=later).json["written"] is True
        assert sync(google, "--json", today=later).json["written"] is False
        now = google.editor(google.portfolio)
        (front,) = [g for g in grids(google, google.portfolio, whole=True) if g.tab == "Portfolio"]
        row = next(r for (r, _), value in front.values.items() if value == "Beta" and r > header[0])
        assert front.values[row, header[1]] == "call Bo on Tuesday"
        sheet = next(s for s in now.document.sheets if s.title == "AI pilots")
        assert [one["title"] for one in sheet.lists["filterViews"]] == ["Mine"]
        assert sheet.column_properties[2]["pixelSize"] == 333
        assert now.cell(f"'AI pilots'!{cell.partition('!')[2]}")["note"] == "a comment"

    def test_a_copy_of_our_tab_is_theirs(self, both: tuple[ExcelDesk, GoogleDesk]) -> None:
        google = both[1]
        fill(google)
        sync(google)
        mine = google.editor(google.portfolio)
        mine.duplicate("Portfolio", "Portfolio last week")
        sync(google, today=TODAY + timedelta(days=1))
        assert "Portfolio last week" in mine.titles()
        assert sync(google, "--json", today=TODAY + timedelta(days=1)).json["written"] is False

    def test_a_portfolio_whose_metadata_is_gone_is_still_ours(
        self, both: tuple[ExcelDesk, GoogleDesk]
    ) -> None:
        """As in a copy of the spreadsheet: known again by the mark in the first cell."""
        google = both[1]
        fill(google)
        sync(google)
        mine = google.editor(google.portfolio)
        for key in ("gatebook-tab", "gatebook-revision"):
            lookup = {"developerMetadataLookup": {"metadataKey": key}}
            mine.request({"deleteDeveloperMetadata": {"dataFilter": lookup}})
        assert sync(google, "--json", today=TODAY + timedelta(days=1)).json["written"] is True
        assert len(google.editor(google.portfolio).titles()) == len(TABS)

    def test_what_is_gone_is_cleared(self, both: tuple[ExcelDesk, GoogleDesk]) -> None:
        """A finding less, a row less: nothing of it is left over."""
        google = both[1]
        places = fill(google)
        sync(google)
        header = _header_row(google, places["alpha"])
        google.type(places["delta"], f"D{header + 2}", "Green")
        assert sync(google, "--json").json["written"] is True
        (table,) = [g for g in grids(google, google.portfolio, whole=True) if g.tab == "Findings"]
        assert not [value for value in table.values.values() if "not marked" in str(value)]
        # What is left over below would be written away again, for ever.
        assert sync(google, "--json").json["written"] is False

    def test_many_review_tabs_in_one_spreadsheet(
        self, both: tuple[ExcelDesk, GoogleDesk], google_server: GoogleServer
    ) -> None:
        """A form's tab copied into another spreadsheet is a review there."""
        google = both[1]
        google.put("one", passing_review(system="One", stamp=stamp_of(GATES, "one", "one-1")))
        home = google.put(
            "two", passing_review(system="Two", stamp=stamp_of(GATES, "two", "two-1"))
        )
        mine = google.editor(home)
        mine.duplicate("Review", "Review (2)")
        ran = google.run("check", home, "--json", "--today", TODAY)
        assert len(ran.json["reviews"]) == 2


def _letters(column: int) -> str:
    from gatebook.domain.cells import column_letters

    return column_letters(column)
