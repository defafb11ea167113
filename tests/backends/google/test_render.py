"""A workbook as one batch: accepted whole, the same each time, and drawn anew without leftovers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gatebook.backends.google.render import draw_requests
from gatebook.domain.cells import Cell, Range
from gatebook.domain.judge import judge
from gatebook.domain.systems import systems
from gatebook.portfolio import build_tables
from gatebook.sample import sample_reviews
from gatebook.sheets.model import (
    PLAIN,
    Chart,
    Column,
    Formula,
    Link,
    Placed,
    Protection,
    Row,
    Series,
    Sheet,
    Style,
    Table,
    Workbook,
)
from gatebook.sheets.portfolio_book import portfolio_workbook
from gatebook.sheets.portfolio_read import OldPortfolio
from gatebook.sheets.review_form import review_workbook
from tests.google_api.errors import ApiError
from tests.support.builders import TODAY, TWELVE, passing_review
from tests.support.checklists import make_checklist
from tests.support.drawn import A1, book
from tests.support.google_drawn import (
    BOT,
    Requests,
    applied,
    area_of,
    bodies,
    cells_of,
    drawn,
    ids_of,
    present_of,
    tab,
)

OPEN = Style(locked=False)


def portfolio(count: int) -> Workbook:
    """The portfolio of the first so many sample reviews."""
    reviews = [review for _, review in sample_reviews(TWELVE, TODAY)][:count]
    found = systems([judge(review, TWELVE, TODAY) for review in reviews], TODAY)
    return portfolio_workbook(build_tables(found, (), OldPortfolio(), TODAY, "."), "1.0")


def form(gates: int = 0) -> Workbook:
    """A filled form of the built-in checklist, or of one with so many gates."""
    checklist = make_checklist(gates) if gates else TWELVE
    return review_workbook(passing_review(checklist), checklist)


# Whole workbooks


@pytest.mark.parametrize("gates", [0, 1, 40])
def test_a_form_is_accepted_as_one_batch(gates: int) -> None:
    workbook = form(gates)
    document = applied(drawn(workbook, editors=[BOT]))
    assert [sheet.title for sheet in document.sheets][1:] == ["Review", "Guide", "Changes"]
    review = workbook.sheets[0]
    live = {c.a1 for c, placed in review.cells.items() if isinstance(placed.content, Formula)}
    there = cells_of(tab(document, "Review"))
    assert {
        a1 for a1, cell in there.items() if "formulaValue" in cell.get("userEnteredValue", {})
    } == live


@pytest.mark.parametrize("count", [0, 1, 30])
def test_a_portfolio_is_accepted_as_one_batch(count: int) -> None:
    workbook = portfolio(count)
    document = applied(drawn(workbook))
    assert [sheet.title for sheet in document.sheets][1:] == [s.name for s in workbook.sheets]


def test_the_same_workbook_gives_the_same_requests() -> None:
    first, second = (drawn(form(), editors=[BOT]) for _ in range(2))
    assert first == second
    shuffled = form()
    cells = dict(reversed(list(shuffled.sheets[0].cells.items())))
    review = replace(shuffled.sheets[0], cells=cells)
    assert drawn(replace(shuffled, sheets=(review, *shuffled.sheets[1:])), editors=[BOT]) == first


def test_no_request_grows_in_number_with_the_records() -> None:
    assert len(drawn(portfolio(30))) <= len(drawn(portfolio(8))) + 20


# Tabs


def test_a_new_tab() -> None:
    sheet = Sheet(
        "Data", {Cell(9, 4): Placed("x")}, freeze=Cell(2, 1), tab_colour="#FF0000", gridlines=False
    )
    (request,) = bodies(drawn(book(sheet)), "addSheet")
    properties = request["properties"]
    grid = properties["gridProperties"]
    assert (properties["sheetId"], properties["title"]) == (100, "Data")
    assert properties["tabColorStyle"] == {"rgbColor": {"red": 1, "green": 0, "blue": 0}}
    assert (grid["frozenRowCount"], grid["frozenColumnCount"]) == (2, 1)
    assert grid["hideGridlines"]
    assert 10 < grid["rowCount"] < 100
    assert 5 < grid["columnCount"] < 20


def test_a_hidden_tab() -> None:
    requests = drawn(book(Sheet("A"), Sheet("B", hidden=True)))
    assert [r["properties"].get("hidden", False) for r in bodies(requests, "addSheet")] == [
        False,
        True,
    ]


def test_a_grid_holds_every_cell_that_a_formula_names() -> None:
    sheet = Sheet("Data", {A1: Placed(Formula("=COUNTA($B$1:$AB$700)", 0))})
    (request,) = bodies(drawn(book(sheet)), "addSheet")
    grid = request["properties"]["gridProperties"]
    assert (grid["rowCount"], grid["columnCount"]) == (700, 28)


@pytest.mark.parametrize(
    ("merge", "rows", "columns"),
    [
        ("A1:C1", 3, 0),  # through the border between B and C
        ("A2:B5", 0, 2),  # through the border between rows 3 and 4
        ("B2:D5", 0, 0),
        ("A1:B3", 3, 2),
        ("C4:D5", 3, 2),
    ],
)
def test_nothing_is_frozen_through_a_merge(merge: str, rows: int, columns: int) -> None:
    sheet = Sheet("Data", freeze=Cell(3, 2), merges=(Range.parse(merge),))
    (request,) = bodies(drawn(book(sheet)), "addSheet")
    grid = request["properties"]["gridProperties"]
    assert (grid["frozenRowCount"], grid["frozenColumnCount"]) == (rows, columns)


def test_an_empty_table_may_be_frozen_too() -> None:
    """Sheets refuses to freeze all rows that there are."""
    sheet = Sheet("Data", {A1: Placed("Header")}, freeze=Cell(1, 0))
    (request,) = bodies(drawn(book(sheet)), "addSheet")
    assert request["properties"]["gridProperties"]["rowCount"] > 1


def test_widths_and_heights_in_pixels() -> None:
    sheet = Sheet(
        "Data",
        columns={0: Column(10), 1: Column(10), 2: Column(3.6, hidden=True)},
        rows={0: Row(15), 1: Row(30, grows=True), 2: Row(hidden=True)},
    )
    sizes = {
        (r["range"]["dimension"], r["range"]["startIndex"], r["range"]["endIndex"]): r["properties"]
        for r in bodies(drawn(book(sheet)), "updateDimensionProperties")
    }
    assert sizes == {
        ("COLUMNS", 0, 2): {"pixelSize": 75},
        ("COLUMNS", 2, 3): {"pixelSize": 30, "hiddenByUser": True},
        ("ROWS", 0, 1): {"pixelSize": 20},
        ("ROWS", 2, 3): {"hiddenByUser": True},
    }


def test_a_row_of_wrapped_merged_text_has_a_height() -> None:
    """Sheets does not fit rows to merged cells."""
    sheet = Sheet(
        "Data",
        {A1: Placed("long", Style(wrap=True)), Cell(1, 0): Placed("long", Style(wrap=True))},
        rows={0: Row(30, grows=True), 1: Row(30, grows=True)},
        merges=(Range.parse("A1:B1"),),
    )
    (request,) = bodies(drawn(book(sheet)), "updateDimensionProperties")
    assert (request["range"]["startIndex"], request["range"]["endIndex"]) == (0, 1)
    assert request["properties"] == {"pixelSize": 40}


# Protection


def protections(sheet: Sheet, *editors: str) -> list[dict[str, Any]]:
    requests = drawn(book(sheet), editors=editors)
    applied(requests)
    return [request["protectedRange"] for request in bodies(requests, "addProtectedRange")]


def test_a_protected_tab_has_open_cells() -> None:
    """PAINS 29: who may edit the rest is said, never left to Google."""
    table = Table(Cell(4, 0), ("A", "B"), [[1, 2], [3, 4]], (OPEN, PLAIN))
    cells = {A1: Placed("x"), Cell(1, 1): Placed(None, OPEN), Cell(1, 2): Placed("y", OPEN)}
    (found,) = protections(
        Sheet("Data", cells, tables=(table,), protection=Protection()), BOT, "ops@people.example"
    )
    assert found["range"] == {"sheetId": 100}
    assert [area_of(area).a1 for area in found["unprotectedRanges"]] == ["B2:C2", "A6:A7"]
    users = [BOT, "ops@people.example"]
    assert found["editors"] == {"users": users, "domainUsersCanEdit": False}
    assert (found["warningOnly"], found["description"][:9]) == (False, "gatebook:")


def test_all_of_a_merged_box_is_open() -> None:
    sheet = Sheet("Data", {A1: Placed(None, OPEN)}, merges=(Range.parse("A1:C2"),))
    (found,) = protections(replace(sheet, protection=Protection()))
    assert [area_of(area).a1 for area in found["unprotectedRanges"]] == ["A1:C2"]


def test_reserved_ranges_are_for_their_people_only() -> None:
    reserved = Protection(reserved=(Range.parse("B2:C2"),), reserved_for=("coo@people.example",))
    cells = {Cell(1, 1): Placed(None, OPEN), Cell(1, 2): Placed(None, OPEN), A1: Placed("x", OPEN)}
    whole, own = protections(Sheet("Data", cells, protection=reserved), BOT)
    # Both protections hold for a cell, so that of the tab must let these people through.
    assert [area_of(area).a1 for area in whole["unprotectedRanges"]] == ["A1", "B2:C2"]
    assert area_of(own["range"]).a1 == "B2:C2"
    assert own["editors"]["users"] == [BOT, "coo@people.example"]
    assert "unprotectedRanges" not in own
    assert own["protectedRangeId"] != whole["protectedRangeId"]


def test_a_range_reserved_for_nobody_stays_open() -> None:
    sheet = Sheet("Data", {A1: Placed("x", OPEN)}, protection=Protection(reserved=(Range(A1, A1),)))
    assert len(protections(sheet)) == 1


def test_people_can_type_where_it_is_open_and_nowhere_else() -> None:
    sheet = Sheet("Data", {A1: Placed("x"), Cell(0, 1): Placed("y", OPEN)}, protection=Protection())
    document = applied(drawn(book(sheet), editors=[BOT]))

    def typing(column: int) -> Requests:
        start = {"sheetId": 100, "rowIndex": 0, "columnIndex": column}
        rows = [{"values": [{"userEnteredValue": {"stringValue": "z"}}]}]
        return [{"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}}]

    applied(typing(1), document, "ana@people.example")
    with pytest.raises(ApiError, match="protected"):
        applied(typing(0), document, "ana@people.example")


# Drawing anew


def busy(records: int, *, extra: bool) -> Sheet:
    """A tab of so many records; `extra` has more of everything."""
    table = Table(
        Cell(2, 0),
        ("System", "Count", "Sheet"),
        [[f"S{n}", n, Link(f"https://docs.example/{n}", "open")] for n in range(records)],
        (Style(wrap=True, fill="#FF0000") if extra else PLAIN, PLAIN, Style(underline=True)),
    )
    values, labels = Range.of(3, 1, 4, 1), Range.of(3, 0, 4, 0)
    chart = Chart(
        "bar", "Counts", "Data", (Series("Count", labels, values, "#FF0000"),), Cell(1, 6)
    )
    return Sheet(
        "Data",
        {A1: Placed("Title"), **({Cell(0, 4): Placed("old", OPEN)} if extra else {})},
        tables=(table,),
        columns={0: Column(20), 1: Column(5, hidden=True)},
        rows={0: Row(20), 1: Row(8, hidden=not extra)},
        merges=(Range.parse("A1:C1"), *([Range.parse("A2:C2")] if extra else [])),
        protection=Protection(),
        filter=table.range if extra else None,
        charts=(chart, chart) if extra else (chart,),
    )


def test_a_redraw_leaves_nothing_of_a_larger_tab() -> None:
    large, small = book(busy(50, extra=True)), book(busy(4, extra=False))
    before = applied(drawn(large, editors=[BOT]))
    redrawn = tab(applied(drawn(small, present_of(before, small), editors=[BOT]), before), "Data")
    fresh = tab(applied(drawn(small, editors=[BOT])), "Data")
    assert cells_of(redrawn) == cells_of(fresh)
    assert redrawn.lists["merges"] == fresh.lists["merges"]
    assert (len(redrawn.lists["protectedRanges"]), len(redrawn.lists["charts"])) == (1, 1)
    assert redrawn.basic_filter is None
    assert (redrawn.row_count, redrawn.column_count) >= (fresh.row_count, fresh.column_count)
    assert redrawn.row_properties[1]["hiddenByUser"]


def test_a_portfolio_drawn_over_a_larger_one_is_as_drawn_at_first() -> None:
    large, small = portfolio(30), portfolio(3)
    before = applied(drawn(large))
    redrawn = applied(drawn(small, present_of(before, small)), before)
    fresh = applied(drawn(small))
    for sheet in small.sheets:
        assert cells_of(tab(redrawn, sheet.name)) == cells_of(tab(fresh, sheet.name)), sheet.name
        rules = (
            tab(document, sheet.name).lists.get("conditionalFormats")
            for document in (redrawn, fresh)
        )
        assert len({str(each) for each in rules}) == 1


def test_a_grid_grows_and_never_shrinks() -> None:
    small, large = book(busy(4, extra=False)), book(busy(200, extra=False))
    before = applied(drawn(small, editors=[BOT]))
    grown = applied(drawn(large, present_of(before, large), editors=[BOT]), before)
    assert tab(grown, "Data").row_count > 200
    again = applied(drawn(small, present_of(grown, small), editors=[BOT]), grown)
    assert tab(again, "Data").row_count == tab(grown, "Data").row_count


def _sized(dimension: str, pixels: int) -> dict[str, Any]:
    """Somebody drags the first row or column."""
    first = {"sheetId": 100, "dimension": dimension, "startIndex": 0, "endIndex": 1}
    sized = {"range": first, "properties": {"pixelSize": pixels}, "fields": "pixelSize"}
    return {"updateDimensionProperties": sized}


def test_what_people_did_to_a_tab_stays() -> None:
    """Widths, heights, notes, filter views, their charts and protections."""
    workbook = book(busy(4, extra=False))
    before = applied(drawn(workbook, editors=[BOT]))
    at = {
        "sheetId": 100,
        "startRowIndex": 0,
        "endRowIndex": 1,
        "startColumnIndex": 0,
        "endColumnIndex": 1,
    }
    chart = bodies(drawn(workbook), "addChart")[0]["chart"] | {"chartId": 9}
    protected = {"protectedRangeId": 9, "range": at, "warningOnly": True}
    edits: Requests = [
        {"repeatCell": {"range": at, "cell": {"note": "Ask Bo"}, "fields": "note"}},
        _sized("COLUMNS", 333),
        _sized("ROWS", 44),
        {"addFilterView": {"filter": {"title": "Mine", "range": at}}},
        {"addProtectedRange": {"protectedRange": protected}},
        {"addChart": {"chart": chart}},
    ]
    edited = applied(edits, before)
    present = present_of(edited, workbook)
    present["Data"] = replace(
        present["Data"], protected=tuple(n for n in present["Data"].protected if n != 9)
    )
    there = tab(applied(drawn(workbook, present, editors=[BOT]), edited), "Data")
    assert there.cell(0, 0)["note"] == "Ask Bo"
    assert there.column_properties[0]["pixelSize"] == 333
    assert there.column_properties[1]["hiddenByUser"]
    assert there.row_properties[0]["pixelSize"] == 44
    assert [view["title"] for view in there.lists["filterViews"]] == ["Mine"]
    assert 9 in {one["protectedRangeId"] for one in there.lists["protectedRanges"]}
    assert 9 in {one["chartId"] for one in there.lists["charts"]}


def test_a_row_hidden_by_hand_is_shown_again() -> None:
    """Another record stands in it after the next sync: nothing is out of sight unnoticed."""
    workbook = book(busy(4, extra=False))
    before = applied(drawn(workbook, editors=[BOT]))
    row = {"dimension": "ROWS", "startIndex": 4, "endIndex": 5, "sheetId": 100}
    hide = {"range": row, "properties": {"hiddenByUser": True}, "fields": "hiddenByUser"}
    hidden = applied([{"updateDimensionProperties": hide}], before)
    assert tab(hidden, "Data").row_properties[4]["hiddenByUser"]
    shown = applied(drawn(workbook, present_of(hidden, workbook), editors=[BOT]), hidden)
    assert not tab(shown, "Data").row_properties.get(4, {}).get("hiddenByUser")


def test_new_columns_get_their_widths_on_a_tab_that_is_there() -> None:
    narrow = book(Sheet("Data", {A1: Placed("x")}, columns={0: Column(10)}))
    wide = book(Sheet("Data", {Cell(0, 9): Placed("x")}, columns={0: Column(10), 9: Column(20)}))
    before = applied(drawn(narrow))
    requests = drawn(wide, present_of(before, wide))
    sized = [
        r for r in bodies(requests, "updateDimensionProperties") if "pixelSize" in r["properties"]
    ]
    assert [r["range"]["startIndex"] for r in sized] == [9]


def test_ids_that_are_just_deleted_are_not_used_again_at_once() -> None:
    workbook = book(busy(4, extra=False))
    first = drawn(workbook, editors=[BOT])
    before = applied(first)
    second = drawn(workbook, present_of(before, workbook), editors=[BOT])
    after = applied(second, before)
    third = drawn(workbook, present_of(after, workbook), editors=[BOT])

    def numbers(requests: Requests) -> list[int]:
        charts = [request["chart"]["chartId"] for request in bodies(requests, "addChart")]
        ranges = bodies(requests, "addProtectedRange")
        return charts + [request["protectedRange"]["protectedRangeId"] for request in ranges]

    assert not set(numbers(first)) & set(numbers(second))
    assert numbers(third) == numbers(first)
    assert all(0 < number < 2**31 for number in numbers(first) + numbers(second))


# Limits


@pytest.mark.parametrize(
    ("workbook", "problem"),
    [
        (book(), "at least one tab"),
        (book(Sheet(" ")), "tab name ' ' is empty"),
        (book(Sheet("x" * 101)), "is longer than 100 characters"),
        (book(Sheet("a\x07b")), "has a control character"),
        (book(Sheet("Data"), Sheet("dATA")), "'Data' and 'dATA' are the same to Google Sheets"),
        (book(Sheet("Data"), Sheet("Data")), "'Data' and 'Data' are the same to Google Sheets"),
        (book(Sheet("A", hidden=True)), "all tabs are hidden"),
        (book(Sheet("A", {Cell(9_999_999, 1): Placed("x")})), "tab 'A' needs 10,000,020 rows"),
        (book(Sheet("A", {Cell(1, 18_277): Placed("x")})), "tab 'A' needs 18,281 columns"),
        (
            book(*(Sheet(name, {Cell(2_000_000, 0): Placed("x")}) for name in ("A", "B"))),
            r"the tabs A, B need 16,000,\d+ cells",
        ),
    ],
)
def test_what_sheets_cannot_hold(workbook: Workbook, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        drawn(workbook)


def test_names_that_excel_refuses_are_fine() -> None:
    names = ["'quoted'", "History", "a/b: [c]?", "x" * 100]
    document = applied(drawn(book(*(Sheet(name) for name in names))))
    assert [sheet.title for sheet in document.sheets][1:] == names


def test_a_tab_without_an_id_is_a_fault() -> None:
    workbook = book(Sheet("A"), Sheet("B"))
    ids = ids_of(workbook)
    del ids["B"]
    with pytest.raises(ValueError, match="tab 'B' has no sheet id"):
        draw_requests(workbook, ids, {})
