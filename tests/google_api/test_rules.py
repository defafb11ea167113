"""What Google refuses though its schemas allow it, one line each; and that a batch is all or none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.google_api.clients import Http
from tests.google_api.jsontypes import Json

A1 = {
    "sheetId": 0,
    "startRowIndex": 0,
    "endRowIndex": 1,
    "startColumnIndex": 0,
    "endColumnIndex": 1,
}
TALL = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1001}


def list_of(*values: str, kind: str = "ONE_OF_LIST") -> Json:
    return {"type": kind, "values": [{"userEnteredValue": value} for value in values]}


def validation(condition: Json) -> Json:
    return {"setDataValidation": {"range": A1, "rule": {"condition": condition}}}


def colour(condition: Json, **cell_format: Any) -> Json:
    rule = {"condition": condition, "format": cell_format or {"textFormat": {"bold": True}}}
    return {"addConditionalFormatRule": {"rule": {"ranges": [A1], "booleanRule": rule}}}


def cell(**data: Any) -> Json:
    rows = [{"values": [data]}]
    return {"updateCells": {"range": A1, "rows": rows, "fields": ",".join(data)}}


def tab(**properties: Any) -> Json:
    return {"addSheet": {"properties": properties}}


def changed(fields: str, **properties: Any) -> Json:
    given = {"sheetId": 0, **properties}
    return {"updateSheetProperties": {"properties": given, "fields": fields}}


def metadata(**given: Any) -> Json:
    whole = {"metadataKey": "k", "visibility": "DOCUMENT", "location": {"spreadsheet": True}}
    return {"createDeveloperMetadata": {"developerMetadata": whole | given}}


REFUSED: list[tuple[Json, str]] = [
    # Exactly one of.
    ({}, "exactly one request must be set"),
    ({"clearBasicFilter": {}, "addSheet": {}}, "exactly one request must be set"),
    (cell(userEnteredValue={"stringValue": "a", "numberValue": 1}), "Only one of"),
    ({"updateCells": {"fields": "*", "rows": []}}, "at least one of range, start"),
    ({"addProtectedRange": {"protectedRange": {}}}, "at least one of range"),
    ({"addConditionalFormatRule": {"rule": {"ranges": [A1]}}}, "at least one of booleanRule"),
    # Required fields, and masks that fit.
    ({"repeatCell": {"range": A1, "cell": {}}}, "At least one field must be listed"),
    ({"repeatCell": {"cell": {}, "fields": "*"}}, "range is required"),
    ({"repeatCell": {"range": A1, "fields": "colour"}}, "invalid argument"),
    (cell(formattedValue="x"), "read-only"),
    (cell(userEnteredValue={"errorValue": {"type": "REF"}}), "read-only"),
    (changed("sheetId"), "cannot be changed"),
    # Grids.
    ({"repeatCell": {"range": TALL, "fields": "*"}}, "is after last row in grid[1000]"),
    ({"repeatCell": {"range": {**A1, "sheetId": 9}, "fields": "*"}}, "No grid with id: 9"),
    ({"deleteDimension": {"range": {"sheetId": 0, "dimension": "ROWS"}}}, "delete all the rows"),
    (changed("gridProperties.frozenRowCount", gridProperties={"frozenRowCount": 1000}), "freeze"),
    (changed("gridProperties.columnCount", gridProperties={"columnCount": 18279}), "18278 columns"),
    (tab(gridProperties={"rowCount": 1_000_000, "columnCount": 10}), "10000000 cells"),
    (cell(userEnteredValue={"stringValue": "x" * 50001}), "50000 characters"),
    # Tabs.
    (tab(title="sheet1"), 'name "sheet1" already exists'),
    (tab(title="x" * 101), "100 characters"),
    (tab(sheetId=0), "already exists"),
    (tab(sheetId=-1), "non-negative"),
    ({"deleteSheet": {"sheetId": 0}}, "can't remove all the sheets"),
    (changed("hidden", hidden=True), "can't hide all the sheets"),
    # Conditions.
    (validation(list_of()), "wrong number of values"),
    (validation(list_of("1", kind="NUMBER_BETWEEN")), "wrong number of values"),
    (validation(list_of("x", kind="TEXT_STARTS_WITH")), "not supported by data validation"),
    (validation({"type": "NOT_BLANK"}), "not supported by data validation"),
    (validation({"type": "DATE_AFTER", "values": [{"relativeDate": "TODAY"}]}), "Relative dates"),
    (validation(list_of("A1>1", kind="CUSTOM_FORMULA")), "must begin with '='"),
    (colour(list_of("a", "b")), "not supported by conditional formatting"),
    (colour({"type": "DATE_IS_VALID"}), "not supported by conditional formatting"),
    (colour(list_of("=Other!A1", kind="CUSTOM_FORMULA")), "reference a different sheet"),
    (colour({"type": "BLANK"}, wrapStrategy="WRAP"), "cannot set wrapStrategy"),
    (colour({"type": "BLANK"}, backgroundColor={"red": 255}), "between 0 and 1"),
    ({"deleteConditionalFormatRule": {"sheetId": 0, "index": 0}}, "No conditional format"),
    # Protection.
    (
        {"addProtectedRange": {"protectedRange": {"range": A1, "unprotectedRanges": [A1]}}},
        "only supported on protected sheets",
    ),
    # Names and metadata.
    ({"addNamedRange": {"namedRange": {"name": "A1", "range": A1}}}, "Invalid name"),
    ({"addNamedRange": {"namedRange": {"name": "two words", "range": A1}}}, "Invalid name"),
    (metadata(metadataId=0), "must be positive"),
    (metadata(visibility="DEVELOPER_METADATA_VISIBILITY_UNSPECIFIED"), "visibility is required"),
    (metadata(metadataKey=""), "metadataKey is required"),
    (metadata(metadataValue="x" * 30000), "30000 characters"),
    (metadata(location={}), "at least one of spreadsheet"),
    (
        metadata(location={"dimensionRange": {"dimension": "ROWS", "endIndex": 2}}),
        "single row or column",
    ),
]


@pytest.mark.parametrize(
    ("request_", "why"), REFUSED, ids=[f"{number} {why}" for number, (_, why) in enumerate(REFUSED)]
)
def test_refused(http: Http, file_id: str, request_: Json, why: str) -> None:
    assert why in http.refused(file_id, request_)


@pytest.mark.parametrize(
    "request_",
    [
        validation(list_of("Red", "Green")),
        validation({"type": "BOOLEAN"}),
        validation(list_of("=A1>1", kind="CUSTOM_FORMULA")),
        validation(list_of("2026-01-01", kind="DATE_ON_OR_AFTER")),
        colour({"type": "BLANK"}),
        colour({"type": "DATE_BEFORE", "values": [{"relativeDate": "TODAY"}]}),
        colour(list_of('=COUNTIF(INDIRECT("Other!A1"), 1)', kind="CUSTOM_FORMULA")),
        cell(note="a note"),
        tab(title="x" * 100),
        metadata(metadataId=1),
    ],
)
def test_allowed(http: Http, file_id: str, request_: Json) -> None:
    http.batch(file_id, request_)


def test_an_id_can_be_chosen_once(http: Http, file_id: str) -> None:
    """A repeated batch fails visibly instead of doubling."""
    batch: list[Json] = [
        tab(sheetId=7, title="Seven"),
        {"addNamedRange": {"namedRange": {"namedRangeId": "n", "name": "Name", "range": A1}}},
        {"addProtectedRange": {"protectedRange": {"protectedRangeId": 5, "range": A1}}},
        metadata(metadataId=11),
    ]
    http.batch(file_id, *batch)
    for request in batch:
        assert "already exists" in http.refused(file_id, request)


def test_a_batch_is_applied_whole_or_not_at_all(http: Http, file_id: str) -> None:
    message = http.refused(
        file_id,
        cell(userEnteredValue={"stringValue": "first"}),
        tab(title="New"),
        metadata(metadataId=3),
        {"deleteSheet": {"sheetId": 99}},
    )
    assert message == "Invalid requests[3].deleteSheet: No grid with id: 99"
    assert http.values(file_id, "A1") is None
    read = http.get(f"/v4/spreadsheets/{file_id}")
    assert [sheet["properties"]["title"] for sheet in read["sheets"]] == ["Sheet1"]
    assert "developerMetadata" not in read


def test_what_is_not_emulated_answers_501(http: Http, file_id: str) -> None:
    address = f"/v4/spreadsheets/{file_id}:batchUpdate"
    answer = http.call("POST", address, {"requests": [{"addTable": {"table": {}}}]})
    assert (answer.status_code, answer.json()["error"]["status"]) == (501, "UNIMPLEMENTED")
    assert "addTable" in answer.json()["error"]["message"]
    assert http.call("GET", "/v4/nothing").status_code == 501
    assert http.call("GET", f"/drive/v3/files/{file_id}/comments", fields="*").status_code == 501


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"requests": [{"addSheets": {}}]}, "Unknown name \"addSheets\" at 'requests[0]'"),
        ({"requests": [{"deleteSheet": {"sheetId": "x"}}]}, "delete_sheet.sheet_id' (TYPE_INT32)"),
        ({"requests": {}}, "Invalid value at 'requests'"),
        ({"requests": []}, "at least one request"),
    ],
)
def test_a_body_that_does_not_fit_the_schema(
    http: Http, file_id: str, body: Json, why: str
) -> None:
    answer = http.call("POST", f"/v4/spreadsheets/{file_id}:batchUpdate", body)
    assert answer.status_code == 400
    assert why in answer.json()["error"]["message"]


def test_nulls_in_a_request_are_unset(http: Http, file_id: str) -> None:
    http.batch(file_id, {"addSheet": {"properties": {"title": "N", "hidden": None}}})


@pytest.mark.parametrize(
    "query",
    [
        {"field": "sheets"},
        {"fields": "sheets.nonsense"},
        {"fields": "sheets(properties"},
        {"includeGridData": "yes"},
        {"ranges": "No such tab!A1"},
        {"ranges": "Sheet1!A1001"},
    ],
)
def test_a_query_that_does_not_fit(http: Http, file_id: str, query: dict[str, str]) -> None:
    assert http.call("GET", f"/v4/spreadsheets/{file_id}", **query).status_code == 400
