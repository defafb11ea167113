"""Google's discovery documents as a yardstick: bodies, masks, and this server's own answers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.google_api import calls, masks, schema
from tests.google_api.clients import Http
from tests.google_api.errors import ApiError
from tests.google_api.jsontypes import Json
from tests.google_api.masks import ALL, kept, overlaid, parsed


@pytest.mark.parametrize(
    ("name", "body", "problem"),
    [
        ("GridRange", {"sheetId": 1, "startRowIndex": 0}, ""),
        ("GridRange", {"sheet": 1}, 'Unknown name "sheet"'),
        ("GridRange", {"sheetId": "1"}, "'sheet_id' (TYPE_INT32)"),
        ("GridRange", {"sheetId": True}, "TYPE_INT32"),
        ("GridRange", {"sheetId": 2**31}, "TYPE_INT32"),
        ("GridRange", {"sheetId": 1.0}, ""),
        ("ExtendedValue", {"numberValue": 1}, ""),
        ("ExtendedValue", {"numberValue": "1"}, "TYPE_DOUBLE"),
        ("ExtendedValue", {"boolValue": "TRUE"}, "TYPE_BOOL"),
        ("ExtendedValue", {"stringValue": 7}, "TYPE_STRING"),
        ("SheetProperties", {"sheetType": "TABLE"}, "TYPE_ENUM"),
        ("RowData", {"values": {}}, "Invalid value at 'values'"),
        ("RowData", {"values": [{"note": None}]}, "values[0].note"),
        ("Spreadsheet", {"sheets": [{"data": [{"rowData": [{"x": 1}]}]}]}, "data[0].row_data[0]"),
        ("ValueRange", {"values": [["a", 1, True, None]]}, ""),
        ("ValueRange", {"values": ["a"]}, "values[0]"),
        ("FilterView", {"criteria": {"0": {"hiddenValues": ["a"]}}}, ""),
        ("FilterView", {"criteria": {"0": {"hidden": ["a"]}}}, 'Unknown name "hidden"'),
    ],
)
def test_sheets(name: str, body: Json, problem: str) -> None:
    found = schema.problems("sheets", name, body)
    assert (problem in found[0]) if problem else found == []


@pytest.mark.parametrize(
    ("body", "fits"),
    [
        ({"version": "12", "modifiedTime": "2026-11-23T09:00:00.000Z"}, True),
        ({"version": 12}, False),
        ({"modifiedTime": "2026-11-23"}, False),
        ({"appProperties": {"k": "v"}}, True),
        ({"appProperties": {"k": 1}}, False),
        ({"capabilities": {"canEdit": True}}, True),
        ({"capabilities": {"canFly": True}}, False),
    ],
)
def test_drive(body: Json, fits: bool) -> None:
    assert (schema.problems("drive", "File", body) == []) is fits


def test_explicit_nulls_are_unset_but_stay_in_lists() -> None:
    assert schema.without_nulls({"a": None, "b": [None, {"c": None}]}) == {"b": [None, {}]}


@pytest.mark.parametrize(
    "text",
    [
        "sheets(properties(sheetId,title))",
        "sheets/properties/sheetId,sheets/properties/title",
        "sheets.properties(sheetId,title)",
        "sheets.properties.sheetId,sheets(properties/title)",
        " sheets ( properties ( sheetId , title ) ) ",
    ],
)
def test_masks_are_written_in_many_ways(text: str) -> None:
    body = {
        "spreadsheetId": "x",
        "sheets": [{"properties": {"sheetId": 0, "title": "A", "index": 0}, "merges": []}],
    }
    expected = {"sheets": [{"properties": {"sheetId": 0, "title": "A"}}]}
    assert kept(body, parsed("sheets", "Spreadsheet", text)) == expected


def test_the_whole_wins_over_its_parts() -> None:
    assert parsed("sheets", "Spreadsheet", "sheets.properties,sheets") == masks.Mask(
        {"sheets": ALL}
    )
    assert parsed("sheets", "Spreadsheet", "*") == ALL
    every = parsed("sheets", "Spreadsheet", "sheets(*)")
    assert kept({"sheets": [{"merges": [1]}], "spreadsheetId": "x"}, every) == {
        "sheets": [{"merges": [1]}]
    }


@pytest.mark.parametrize(
    "text", ["nonsense", "sheets(", "sheets)", "sheets,,x", "sheets.title", ","]
)
def test_masks_that_fit_nothing(text: str) -> None:
    with pytest.raises(ApiError):
        parsed("sheets", "Spreadsheet", text)


@pytest.mark.parametrize(
    ("mask", "result"),
    [
        ("title", {"title": "new", "gridProperties": {"rowCount": 9, "frozenRowCount": 1}}),
        ("gridProperties", {"title": "old", "gridProperties": {"rowCount": 5}}),
        (
            "gridProperties.rowCount",
            {"title": "old", "gridProperties": {"rowCount": 5, "frozenRowCount": 1}},
        ),
        ("gridProperties.frozenRowCount", {"title": "old", "gridProperties": {"rowCount": 9}}),
        ("hidden", {"title": "old", "gridProperties": {"rowCount": 9, "frozenRowCount": 1}}),
    ],
)
def test_an_update_touches_its_mask_and_clears_what_is_not_given(mask: str, result: Json) -> None:
    old = {"title": "old", "gridProperties": {"rowCount": 9, "frozenRowCount": 1}}
    new = {"title": "new", "gridProperties": {"rowCount": 5}}
    assert overlaid(old, new, parsed("sheets", "SheetProperties", mask)) == result


def test_an_answer_of_ours_that_does_not_fit_is_a_500(
    http: Http, file_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(call: Any) -> Json:
        return {"spreadsheetId": 7}

    monkeypatch.setitem(calls.IMPLEMENTED, "sheets.spreadsheets.get", wrong)
    assert http.call("GET", f"/v4/spreadsheets/{file_id}").status_code == 500
    assert len(http.server.violations) == 1
    http.server.violations.clear()
