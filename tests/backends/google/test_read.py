"""The API's own JSON, cell by cell, and what a reader makes of it."""

from typing import Any

import pytest

from gatebook.backends.google.read import grids_of
from gatebook.domain.cells import Range
from gatebook.sheets.model import CellError, Raw

Json = dict[str, Any]


def answer(*cells: Json, **sheet: Any) -> Json:
    """A spreadsheet with one tab whose first row holds these cells."""
    properties = {"sheetId": 0, "title": "Review", **sheet.pop("properties", {})}
    data = [{"rowData": [{"values": list(cells)}]}]
    return {
        "spreadsheetId": "ID4567890123",
        "properties": {"title": "Support review"},
        "sheets": [{"properties": properties, "data": data, **sheet}],
    }


def text(value: str) -> Json:
    return {"userEnteredValue": {"stringValue": value}, "effectiveValue": {"stringValue": value}}


# What stands in the cell → what is read.
CELLS: list[tuple[str, Json, Raw | None]] = [
    ("text", text("Green"), "Green"),
    ("text that looks like a number", text("007"), "007"),
    ("text that looks like a formula", text("=1+1"), "=1+1"),
    ("number", {"userEnteredValue": {"numberValue": 7}}, 7.0),
    ("date", {"userEnteredValue": {"numberValue": 46349}}, 46349.0),
    ("yes or no", {"userEnteredValue": {"boolValue": True}}, True),
    ("only a format", {"userEnteredFormat": {}}, None),
    ("empty text", text(""), None),
    (
        "a formula's result",
        {"userEnteredValue": {"formulaValue": "=A2"}, "effectiveValue": {"stringValue": "Red"}},
        "Red",
    ),
    (
        "a formula's error",
        {
            "userEnteredValue": {"formulaValue": "=A2"},
            "effectiveValue": {"errorValue": {"type": "REF", "message": "gone"}},
        },
        CellError("#REF!"),
    ),
    (
        "an error of an unknown kind",
        {
            "userEnteredValue": {"formulaValue": "=A2("},
            "effectiveValue": {"errorValue": {"type": "ERROR"}},
        },
        CellError("#ERROR!"),
    ),
    ("spilled from a formula elsewhere", {"effectiveValue": {"stringValue": "Red"}}, "Red"),
    (
        "a person, named in the effective value",
        {
            "userEnteredValue": {"stringValue": "@"},
            "effectiveValue": {"stringValue": "Mia Kovac"},
            "chipRuns": [{"chip": {"personProperties": {"email": "mia@example.com"}}}],
        },
        "Mia Kovac",
    ),
    (
        "a person, only as an address",
        {
            "userEnteredValue": {"stringValue": "@ and team"},
            "effectiveValue": {"stringValue": "@ and team"},
            "chipRuns": [
                {"chip": {"personProperties": {"email": "mia@example.com"}}},
                {"startIndex": 1},
            ],
        },
        "mia@example.com and team",
    ),
    (
        "an address that is text, and a person",
        {
            "userEnteredValue": {"stringValue": "🙂 bo@example.com, @"},
            "chipRuns": [
                {},
                {"startIndex": 19, "chip": {"personProperties": {"email": "mia@example.com"}}},
            ],
        },
        "🙂 bo@example.com, mia@example.com",
    ),
    ("an address without a chip", text("mia@example.com"), "mia@example.com"),
]


@pytest.mark.parametrize(("cell", "read"), [case[1:] for case in CELLS], ids=[c[0] for c in CELLS])
def test_cells(cell: Json, read: Raw | None) -> None:
    (grid,) = grids_of(answer(cell))
    found = grid.values.get((0, 0))
    assert found == read
    assert type(found) is type(read)


def test_a_formula_is_noticed_whatever_it_gives() -> None:
    (grid,) = grids_of(answer({"userEnteredValue": {"formulaValue": '="Gr"&"een"'}}))
    assert grid.formulas == {(0, 0): '"Gr"&"een"'}
    assert grid.values == {}


# What makes the cell clickable → where it leads.
LINKS: list[tuple[str, Json, dict[tuple[int, int], str]]] = [
    ("a link", text("doc") | {"hyperlink": "https://a.example/"}, {(0, 0): "https://a.example/"}),
    (
        "a link inside of a text",
        text("see doc")
        | {"textFormatRuns": [{}, {"format": {"link": {"uri": "https://b.example/"}}}]},
        {(0, 0): "https://b.example/"},
    ),
    (
        "a chip of a file",
        text("@") | {"chipRuns": [{"chip": {"richLinkProperties": {"uri": "https://c.example/"}}}]},
        {(0, 0): "https://c.example/"},
    ),
    (
        "a chip of a person",
        text("@") | {"chipRuns": [{"chip": {"personProperties": {"email": "m@example.com"}}}]},
        {},
    ),
]


@pytest.mark.parametrize(("cell", "links"), [c[1:] for c in LINKS], ids=[c[0] for c in LINKS])
def test_links(cell: Json, links: dict[tuple[int, int], str]) -> None:
    (grid,) = grids_of(answer(cell))
    assert grid.links == links


def test_what_the_api_leaves_out_is_zero() -> None:
    """Zeros are left out of ranges, and so are the values of an empty range."""
    found = answer(text("a"), merges=[{"endRowIndex": 2, "endColumnIndex": 1}])
    found["sheets"][0]["data"].append({"startRow": 5, "startColumn": 2})
    found["sheets"][0]["data"].append(
        {"startRow": 9, "startColumn": 3, "rowData": [{}, {"values": [{}, text("b")]}]}
    )
    (grid,) = grids_of(found)
    assert grid.values == {(0, 0): "a", (10, 4): "b"}
    assert grid.merges == (Range.of(0, 0, 1, 0),)


def test_tabs_say_where_they_are() -> None:
    found = answer(text("a"), properties={"sheetId": 77, "hidden": True, "index": 3})
    (grid,) = grids_of(found)
    assert (grid.tab, grid.hidden, grid.position) == ("Review", True, 3)
    assert grid.url == "https://docs.google.com/spreadsheets/d/ID4567890123/edit#gid=77"
    assert grid.workbook == "Support review"


def test_charts_on_a_tab_of_their_own_and_skipped_tabs_are_left_out() -> None:
    chart = answer(properties={"sheetType": "OBJECT"})
    assert list(grids_of(chart)) == []
    guide = answer(text("gatebook:guide;v=1"))
    assert list(grids_of(guide, frozenset({"gatebook:guide"}))) == []
    assert len(list(grids_of(guide))) == 1
